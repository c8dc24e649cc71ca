/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * input.h - a file to import, as it is or compressed, as lines or as records
 *
 * zstd, gzip, xz and lz4 are recognised by their magic numbers and decompressed
 * as they are read.  Memory is bounded whatever the file says of itself: one
 * buffer of compressed and one of plain bytes, and what the decompressor keeps,
 * which is limited to 256 MiB.
 *
 * The end of the input is only the end where the compressed data says so too: a
 * file that was cut off is an error, -EBADMSG.
 *
 * Context: one thread.  Errors are in the trace_error and name file and place.
 */
#ifndef TMEM_IMPORT_INPUT_H
#define TMEM_IMPORT_INPUT_H

#include "../trace.h"

#define INPUT_LINE_MAX	65535U		/* bytes, the newline excepted */
#define INPUT_PEEK	65536U		/* bytes that input_peek() shows at most */

struct input;

/* Open a file, "-" for standard input.  NULL: see @err. */
struct input *input_open(const char *path, struct trace_error *err);

/* The same over @size bytes at @data, which must stay; @name is for errors. */
struct input *input_open_memory(const void *data, size_t size,
				const char *name, struct trace_error *err);

/* The same of an open file or pipe, which is closed with it. */
struct input *input_open_fd(int fd, const char *name, struct trace_error *err);
void input_close(struct input *in);

/*
 * The next bytes without taking them: INPUT_PEEK of them, fewer only if the input
 * is shorter.  Only before the first input_line() or input_record().
 */
int input_peek(struct input *in, const char **bytes, size_t *size,
	       struct trace_error *err);

/*
 * The next line, without its newline or carriage return and newline, ended by a
 * zero byte; it may be changed, and stays until the next call.  Returns 1, 0 at
 * the end, or a negative error: -EBADMSG for a line of more than INPUT_LINE_MAX.
 */
int input_line(struct input *in, char **line, size_t *length,
	       struct trace_error *err);

/*
 * The next @size bytes, at most 4096.  Returns 1, 0 at the end, or a negative
 * error: -EBADMSG where the input ends inside a record.
 */
int input_record(struct input *in, size_t size, const uint8_t **record,
		 struct trace_error *err);

/*
 * All of it, decompressed, as a file that can be sought and stands at its start: the
 * file itself, or a copy without a name in TMPDIR (/tmp).  Only before the first
 * input_line() or input_record(), and the input is at its end then.  Returns a
 * descriptor, which is the caller's, or a negative error.
 */
int input_file(struct input *in, struct trace_error *err);

/* File and place, as an error says it; returns @code. */
int input_error(const struct input *in, struct trace_error *err, int code,
		const char *format, ...) __attribute__((format(printf, 4, 5)));

const char *input_name(const struct input *in);
const char *input_compression(const struct input *in);	/* "none", "zstd", ... */
uint64_t input_bytes_read(const struct input *in);	/* of the file itself */
uint64_t input_bytes_taken(const struct input *in);	/* decompressed, handed out */
uint64_t input_line_number(const struct input *in);	/* of the last line, from 1 */
uint64_t input_record_offset(const struct input *in);	/* of the last record */

#endif /* TMEM_IMPORT_INPUT_H */
