/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * block.h - what all formats of block requests share
 *
 *	a line --block_lines.parse()--> struct block_request --block_emit()--> events
 *	a record -----------------------------^
 *
 * A format says what a request is; this layer makes page references of it:
 *
 *	pools		one for each client, in the order in which they first ask
 *	objects		{client << 32 | device, page / object_pages, 0}, so that disk 0 of
 *			one host is not disk 0 of another
 *	times		since the first request of the source
 *	names		of clients and devices that are no numbers: 0, 1, ... as they appear
 *	pages		those that a request touches, in whole or in part
 *
 * With import_config.swap it makes operations of the requests of one device, a swap
 * device: a write puts, a read gets and a discard flushes the pages of one persistent
 * pool, as the kernel's frontswap did.  Requests of others are counted as the rest is, and
 * left out.
 *
 * A format of lines is a parse function, a struct block_lines and a struct
 * trace_importer with block_lines_run() and, to be recognised, block_lines_probe().
 */
#ifndef TMEM_IMPORT_BLOCK_H
#define TMEM_IMPORT_BLOCK_H

#include "idmap.h"
#include "importer.h"
#include "intern.h"

#define BLOCK_SECTOR	512U		/* bytes */
#define BLOCK_NAME_MAX	255U		/* bytes of a client's or a device's name */
#define BLOCK_OTHER	TRACE_NR_OPS	/* block_request.op: no data moves; only counted */

/* Words in the place that they were read from; they end at @length, not with a zero. */
struct block_word {
	const char *text;
	size_t length;
};

/* What a format knows of a request; what it does not know stays zero. */
struct block_request {
	uint64_t time;			/* ns of the format's own clock */
	uint64_t offset;		/* bytes */
	uint64_t length;		/* bytes, not 0 */
	struct block_word client;	/* name of the host, guest or user */
	struct block_word device;	/* its name, or with no text .. */
	uint64_t device_number;		/* .. its number, below 2^32 */
	uint64_t hash;			/* content of a request of one whole page */
	uint32_t pid;
	uint16_t cpu;
	bool by_kswapd;			/* who writes what is reclaimed: to swap, mostly */
	uint8_t op;			/* TRACE_READ, _WRITE, _DISCARD or BLOCK_OTHER */
};

/* What requests of a format have: block_lines.has and @has of block_begin(). */
#define BLOCK_TIMES	IMPORT_TIMES
#define BLOCK_HASHES	IMPORT_HASHES
#define BLOCK_CLIENTS	IMPORT_CLIENTS
#define BLOCK_DEVICES	IMPORT_DEVICES
#define BLOCK_PIDS	IMPORT_PIDS
#define BLOCK_MAJORS	(1U << 31)	/* device numbers are Linux's: import_device() */

/* ---- lines ---- */

struct block_lines {
	uint32_t has;			/* BLOCK_* */
	const char *foreign;		/* why a file is none, for recognition */
	/*
	 * Take a line apart; it ends with a zero, holds no other, and is neither
	 * blank nor a comment.  @request comes zeroed.  Returns NULL, or what is wrong
	 * with the line.
	 */
	const char *(*parse)(const char *line, struct block_request *request);
};

/*
 * run() and probe() of a format of lines, whose trace_importer.lines they use.  The
 * first line may be a header: it is one if it cannot be parsed and every field of it
 * begins with a letter.
 */
int block_lines_run(struct import_run *run);
int block_lines_probe(const struct trace_importer *importer, const char *head,
		      size_t size, const char **why);

/*
 * Cut a line at its @separator into at most @max fields, without the blanks around
 * them; a field may be empty.  Returns how many there are, or @max + 1 for more.
 */
uint32_t block_split(const char *line, char separator, struct block_word *fields,
		     uint32_t max);

/*
 * The words of a line, with blanks between them, at most @max.  Returns how many there
 * are, or @max + 1 for more.
 */
uint32_t block_words(const char *line, struct block_word *words, uint32_t max);

/* The whole of a field as a number; false where it is none below 2^64. */
static inline bool block_number(const struct block_word *field, uint64_t *value)
{
	const char *p = field->text;

	return trace_decimal(&p, value) && p == field->text + field->length;
}

/* The whole of a field, in seconds with or without a fraction, as ns. */
static inline bool block_seconds(const struct block_word *field, uint64_t *ns)
{
	const char *p = field->text;

	return import_seconds(&p, ns) && p == field->text + field->length;
}

static inline bool block_multiply(uint64_t number, uint64_t unit, uint64_t *value)
{
	return !__builtin_mul_overflow(number, unit, value);
}

struct block_op_word {
	const char *name;		/* NULL: the last of a table */
	uint8_t op;			/* as in block_request */
};

/* The operation that a field names, whatever its case; false: none of them. */
bool block_op(const struct block_word *field, const struct block_op_word *words,
	      uint8_t *op);

/* "R" and "W". */
extern const struct block_op_word block_rw[];

/* ---- requests ---- */

enum block_count {
	BLOCK_NR_READS,
	BLOCK_NR_WRITES,
	BLOCK_NR_DISCARDS,
	BLOCK_NR_OTHERS,
	BLOCK_NR_UNALIGNED,
	BLOCK_NR_ELSEWHERE,
	BLOCK_NR_HEADERS,
	BLOCK_NR_COUNTS
};

struct block_client {
	uint32_t pool;			/* + 1; 0: none yet */
};

#define BLOCK_WRITTEN	16U		/* devices of which writes are counted */

/* Of a device with BLOCK_MAJORS: is it a swap device? */
struct block_written {
	uint32_t device;
	bool parts;			/* of pages were written: it is none */
	uint64_t writes;
	uint64_t by_kswapd;
};

struct block {
	struct import_run *run;
	uint32_t has;
	uint32_t page_shift;
	struct import_clock clock;
	struct intern clients;
	struct intern devices;
	struct idmap seen;		/* client << 32 | device, to 1 */
	uint64_t seen_last;		/* the last of them */
	struct block_client *client;	/* by number */
	uint32_t nr_clients;
	struct block_written written[BLOCK_WRITTEN];
	uint32_t nr_written;
	uint64_t count[BLOCK_NR_COUNTS];
};

/* Begin a trace of requests that have @has (BLOCK_*). */
int block_begin(struct block *block, struct import_run *run, uint32_t has);

/*
 * Hand a request on as page references.  Returns 0, IMPORT_STOP or an error; what
 * cannot be is skipped as import_skip() does, with @line, which may be NULL.
 */
int block_emit(struct block *block, const struct block_request *request,
	       const char *line);

/* Put the counters into the report and free all; returns @rc. */
int block_end(struct block *block, int rc);

#endif /* TMEM_IMPORT_BLOCK_H */
