// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * input.c - from a file to lines and records
 *
 *	file --read()--> raw[] --codec--> plain[] --> a line or a record, in place
 *	     --read()-------------------> plain[]	where nothing is compressed
 *
 * plain[start .. end) is what was decompressed and not handed out yet.  When it is
 * too short for what is asked, it moves to the front and is filled up from behind;
 * it has room for a peek, a line or a record in any case.  A line is ended and may be
 * changed where it lies, so a file is read and not mapped: each page of a private
 * mapping would be copied as well, by a fault.
 *
 * How the input ends: @raw_ended when read() said so, @ended when the codec has
 * also handed out everything and stands between two frames.  A codec inside a frame
 * that gets nothing more and gives nothing more stands in a file that was cut off.
 */
#define _GNU_SOURCE	/* mkostemp */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tmt.h"
#include "codec.h"
#include "input.h"

#define RAW_SIZE	(128U << 10)
#define PLAIN_SIZE	(256U << 10)
#define FILL_SIZE	(64U << 10)	/* room that is worth a read() */
#define SHORT_LINE	32U		/* bytes that are looked at before memchr() is */

enum input_place {
	PLACE_NONE,		/* before the first line or record */
	PLACE_LINE,
	PLACE_RECORD,
};

struct input {
	int fd;				/* -1: memory */
	const uint8_t *memory;
	size_t memory_left;
	char *name;
	const struct codec *codec;
	void *codec_state;
	int state;			/* enum codec_state */
	bool raw_ended;
	bool ended;
	enum input_place place;
	size_t raw_start, raw_end;
	size_t start, end;
	uint64_t bytes_read;
	uint64_t offset;		/* of plain[start] in the plain bytes */
	uint64_t line;
	uint64_t record;
	uint8_t raw[RAW_SIZE];
	char plain[PLAIN_SIZE + 1];	/* and a zero after a last line */
};

/* ---- errors ---- */

int input_error(const struct input *in, struct trace_error *err, int code,
		const char *format, ...)
{
	char where[PATH_MAX + 64];
	char what[400];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	if (in->place == PLACE_LINE)
		snprintf(where, sizeof(where), "%s:%llu", in->name,
			 (unsigned long long)in->line);
	else if (in->place == PLACE_RECORD)
		snprintf(where, sizeof(where), "%s: offset %llu", in->name,
			 (unsigned long long)in->record);
	else
		snprintf(where, sizeof(where), "%s", in->name);
	return tmt_error(err, code, where, "%s", what);
}

/* An error below lines and records: its place is in the file as it is. */
static int input_raw_error(const struct input *in, struct trace_error *err,
			   int code, const char *what)
{
	uint64_t offset = in->bytes_read - (in->raw_end - in->raw_start);

	if (in->codec && strcmp(in->codec->name, "none") != 0)
		return tmt_error(err, code, in->name,
				 "offset %llu of the compressed file: %s: %s",
				 (unsigned long long)offset, in->codec->name, what);
	return tmt_error(err, code, in->name, "offset %llu: %s",
			 (unsigned long long)offset, what);
}

/* ---- from the file ---- */

/* What comes next, at most @room bytes; 0: nothing, it ended. */
static ssize_t input_get(struct input *in, void *to, size_t room,
			 struct trace_error *err)
{
	ssize_t n;

	if (in->fd < 0) {
		n = (ssize_t)(in->memory_left < room ? in->memory_left : room);
		if (n)
			memcpy(to, in->memory, (size_t)n);
		in->memory += n;
		in->memory_left -= (size_t)n;
	} else {
		do {
			n = read(in->fd, to, room);
		} while (n < 0 && errno == EINTR);
		if (n < 0)
			return input_raw_error(in, err, -errno, strerror(errno));
	}
	if (n == 0)
		in->raw_ended = true;
	in->bytes_read += (uint64_t)n;
	return n;
}

/* Into raw[]. */
static int input_read(struct input *in, struct trace_error *err)
{
	ssize_t n;

	if (in->raw_start == in->raw_end)
		in->raw_start = in->raw_end = 0;
	n = input_get(in, in->raw + in->raw_end, RAW_SIZE - in->raw_end, err);
	if (n < 0)
		return (int)n;
	in->raw_end += (size_t)n;
	return 0;
}

/* Into plain[], past the codec. */
static int input_read_plain(struct input *in, struct trace_error *err)
{
	ssize_t n = input_get(in, in->plain + in->end, PLAIN_SIZE - in->end, err);

	if (n < 0)
		return (int)n;
	in->end += (size_t)n;
	in->ended = in->raw_ended;
	return 0;
}

/* ---- from raw[] to plain[] ---- */

/* Decompress at least a byte into plain[], or find the end. */
static int input_fill(struct input *in, struct trace_error *err)
{
	size_t before = in->end;

	while (in->end == before && !in->ended) {
		struct codec_step step;
		int rc;

		if (in->raw_start == in->raw_end && !in->raw_ended) {
			if (in->codec->plain)
				return input_read_plain(in, err);
			rc = input_read(in, err);
			if (rc)
				return rc;
		}
		if (in->raw_start == in->raw_end && in->raw_ended &&
		    in->state == CODEC_BETWEEN) {
			in->ended = true;
			break;
		}
		step = (struct codec_step){
			.in = in->raw + in->raw_start,
			.in_size = in->raw_end - in->raw_start,
			.out = (uint8_t *)in->plain + in->end,
			.out_size = PLAIN_SIZE - in->end,
			.last = in->raw_ended,
		};
		rc = in->codec->step(in->codec_state, &step);
		if (rc < 0)
			return input_raw_error(in, err, rc, step.why);
		in->state = rc;
		if (in->raw_ended && in->raw_end - step.in_size == in->raw_start &&
		    PLAIN_SIZE - step.out_size == before && rc == CODEC_INSIDE)
			return input_raw_error(in, err, -EBADMSG,
					       "the file ends too early: it was cut off");
		in->raw_start = in->raw_end - step.in_size;
		in->end = PLAIN_SIZE - step.out_size;
	}
	return 0;
}

/* Have @size bytes in plain[], or all that is left. */
static int input_want(struct input *in, size_t size, struct trace_error *err)
{
	while (in->end - in->start < size && !in->ended) {
		int rc;

		if (in->start && (PLAIN_SIZE - in->start < size ||
				  PLAIN_SIZE - in->end < FILL_SIZE)) {
			memmove(in->plain, in->plain + in->start, in->end - in->start);
			in->end -= in->start;
			in->start = 0;
		}
		rc = input_fill(in, err);
		if (rc)
			return rc;
	}
	return 0;
}

static void input_take(struct input *in, size_t size)
{
	in->start += size;
	in->offset += size;
	if (in->start == in->end)
		in->start = in->end = 0;
}

/* ---- opening and closing ---- */

static struct input *input_new(const char *name, struct trace_error *err)
{
	struct input *in = malloc(sizeof(*in));

	if (!in) {
		tmt_error(err, -ENOMEM, name, "no memory");
		return NULL;
	}
	memset(in, 0, offsetof(struct input, raw));
	in->fd = -1;
	in->state = CODEC_BETWEEN;
	in->name = strdup(name);
	if (!in->name) {
		tmt_error(err, -ENOMEM, name, "no memory");
		free(in);
		return NULL;
	}
	return in;
}

/* Read enough to choose the codec. */
static struct input *input_start(struct input *in, struct trace_error *err)
{
	while (in->raw_end < CODEC_MAGIC_MAX && !in->raw_ended) {
		if (input_read(in, err))
			goto fail;
	}
	in->codec = codec_find(in->raw, in->raw_end);
	in->codec_state = in->codec->open();
	if (!in->codec_state) {
		tmt_error(err, -ENOMEM, in->name, "no memory");
		goto fail;
	}
	return in;
fail:
	input_close(in);
	return NULL;
}

struct input *input_open(const char *path, struct trace_error *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	struct input *in = input_new(is_stdin ? "standard input" : path, err);

	if (!in)
		return NULL;
	in->fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (in->fd < 0) {
		tmt_error(err, -errno, path, "%s", strerror(errno));
		input_close(in);
		return NULL;
	}
	return input_start(in, err);
}

struct input *input_open_fd(int fd, const char *name, struct trace_error *err)
{
	struct input *in = input_new(name, err);

	if (!in) {
		close(fd);
		return NULL;
	}
	in->fd = fd;
	return input_start(in, err);
}

struct input *input_open_memory(const void *data, size_t size,
				const char *name, struct trace_error *err)
{
	struct input *in = input_new(name, err);

	if (!in)
		return NULL;
	in->memory = data;
	in->memory_left = size;
	return input_start(in, err);
}

void input_close(struct input *in)
{
	if (!in)
		return;
	if (in->codec_state)
		in->codec->close(in->codec_state);
	if (in->fd > STDIN_FILENO)
		close(in->fd);
	free(in->name);
	free(in);
}

/* ---- reading ---- */

int input_peek(struct input *in, const char **bytes, size_t *size,
	       struct trace_error *err)
{
	int rc = input_want(in, INPUT_PEEK, err);

	if (rc)
		return rc;
	*bytes = in->plain + in->start;
	*size = in->end - in->start < INPUT_PEEK ? in->end - in->start : INPUT_PEEK;
	return 0;
}

/* The first newline, or NULL: memchr(), quick where most lines are a few words. */
static char *find_newline(char *p, size_t size)
{
	const uint64_t ones = 0x0101010101010101;
	size_t near = size < SHORT_LINE ? size : SHORT_LINE;
	size_t i;

	for (i = 0; i + 8 <= near; i += 8) {
		uint64_t word;

		memcpy(&word, p + i, sizeof(word));
		word = le64toh(word) ^ ones * '\n';
		/* The lowest bit that is set here is that of a byte 0. */
		word = (word - ones) & ~word & ones << 7;
		if (word)
			return p + i + __builtin_ctzll(word) / 8;
	}
	return memchr(p + i, '\n', size - i);
}

int input_line(struct input *in, char **line, size_t *length,
	       struct trace_error *err)
{
	size_t scanned = 0;
	size_t have;
	char *newline;
	int rc;

	in->place = PLACE_LINE;
	in->line++;
	for (;;) {
		have = in->end - in->start;
		newline = have > scanned ?
			find_newline(in->plain + in->start + scanned, have - scanned) :
			NULL;
		if (newline || in->ended)
			break;
		if (have > INPUT_LINE_MAX)
			break;
		scanned = have;
		rc = input_want(in, have + 1, err);
		if (rc)
			return rc;
	}
	if (!have) {
		in->line--;
		return 0;
	}
	*line = in->plain + in->start;
	*length = newline ? (size_t)(newline - *line) : have;
	if (*length > INPUT_LINE_MAX)
		return input_error(in, err, -EBADMSG,
				   "the line has more than %u bytes: this is no text of this kind",
				   INPUT_LINE_MAX);
	input_take(in, *length + (newline != NULL));
	if (*length && (*line)[*length - 1] == '\r')
		--*length;
	(*line)[*length] = '\0';
	return 1;
}

int input_record(struct input *in, size_t size, const uint8_t **record,
		 struct trace_error *err)
{
	size_t have;
	int rc;

	in->place = PLACE_RECORD;
	in->record = in->offset;
	if (in->end - in->start < size) {
		rc = input_want(in, size, err);
		if (rc)
			return rc;
	}
	have = in->end - in->start;
	if (!have)
		return 0;
	if (have < size)
		return input_error(in, err, -EBADMSG,
				   "the file ends inside a record, after %zu of its %zu bytes: it was cut off",
				   have, size);
	*record = (const uint8_t *)in->plain + in->start;
	input_take(in, size);
	return 1;
}

/* ---- as a file ---- */

/* Is the file what was asked for, with nothing to be done to it? */
static bool is_file(const struct input *in, struct stat *st)
{
	return in->fd >= 0 && in->codec->plain && !fstat(in->fd, st) &&
	       S_ISREG(st->st_mode) &&
	       lseek(in->fd, 0, SEEK_CUR) == (off_t)in->bytes_read;
}

static int spool_open(const struct input *in, struct trace_error *err)
{
	const char *folder = getenv("TMPDIR");
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/tmem-XXXXXX", folder && *folder ? folder : "/tmp");
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return input_error(in, err, -errno, "no temporary file %s: %s; set TMPDIR",
				   path, strerror(errno));
	unlink(path);
	return fd;
}

static int spool_write(struct input *in, int fd, struct trace_error *err)
{
	while (in->start < in->end) {
		ssize_t n = write(fd, in->plain + in->start, in->end - in->start);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return input_error(in, err, n ? -errno : -EIO,
					   "its temporary copy cannot be written: %s; set TMPDIR to where there is room",
					   strerror(n ? errno : EIO));
		input_take(in, (size_t)n);
	}
	return 0;
}

static int spool(struct input *in, struct trace_error *err)
{
	int fd = spool_open(in, err);
	int rc = 0;

	if (fd < 0)
		return fd;
	while (!rc && (in->start < in->end || !in->ended)) {
		rc = spool_write(in, fd, err);
		rc = rc ?: input_want(in, 1, err);
	}
	if (!rc && !lseek(fd, 0, SEEK_SET))
		return fd;
	close(fd);
	return rc ?: input_error(in, err, -EIO, "its temporary copy cannot be sought");
}

int input_file(struct input *in, struct trace_error *err)
{
	struct stat st;
	int fd;

	if (!is_file(in, &st))
		return spool(in, err);
	fd = fcntl(in->fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0 || lseek(fd, 0, SEEK_SET)) {
		int code = -errno;

		if (fd >= 0)
			close(fd);
		return input_error(in, err, code, "%s", strerror(-code));
	}
	in->start = in->end = in->raw_start = in->raw_end = 0;
	in->raw_ended = in->ended = true;
	in->bytes_read = in->offset = (uint64_t)st.st_size;
	return fd;
}

/* ---- what it is ---- */

const char *input_name(const struct input *in)
{
	return in->name;
}

const char *input_compression(const struct input *in)
{
	return in->codec->name;
}

uint64_t input_bytes_read(const struct input *in)
{
	return in->bytes_read;
}

uint64_t input_bytes_taken(const struct input *in)
{
	return in->offset;
}

uint64_t input_line_number(const struct input *in)
{
	return in->line;
}

uint64_t input_record_offset(const struct input *in)
{
	return in->record;
}
