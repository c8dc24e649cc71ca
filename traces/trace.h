/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace.h - tmem traces: what is in one, reading and writing .tmt files
 *
 * A trace is a sequence of events of one of two kinds: tmem operations, replayed
 * as they are, or page references, which go through a page-cache model first.
 * The file format is described in FORMAT.md.  This library depends on nothing of
 * the core.
 *
 * Errors: functions return 0 or a negative errno and fill in struct trace_error,
 * whose text is one line that names the file, the place in it and the remedy.
 * -EBADMSG: damaged, truncated or foreign input; -EPROTONOSUPPORT: a version
 * this library does not know; -EINVAL: wrong use; others are the system's.
 */
#ifndef TMEM_TRACE_H
#define TMEM_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_MAX_POOLS		65535U
#define TRACE_BLOCK_EVENTS	65536U	/* most events of one block */

enum trace_kind {
	TRACE_OPERATIONS,	/* of tmem: put, get, flush */
	TRACE_REFERENCES,	/* of pages: read, write, discard */
};

enum trace_op {
	TRACE_PUT,
	TRACE_GET,
	TRACE_FLUSH,		/* index .. index + count - 1 */
	TRACE_FLUSH_OBJECT,	/* all of it; index 0, count 1 */
	TRACE_READ,
	TRACE_WRITE,
	TRACE_DISCARD,
	TRACE_NR_OPS
};

enum trace_result {
	TRACE_UNKNOWN,		/* not recorded */
	TRACE_HIT,		/* get or flush found it, put was accepted */
	TRACE_MISS,		/* get or flush found nothing, put was refused */
};

/* Flags of a pool, with the values of the core's TMEM_POOL_*. */
#define TRACE_POOL_PERSISTENT	(1U << 0)
#define TRACE_POOL_SHARED	(1U << 1)

struct trace_oid {
	uint64_t w[3];
};

struct trace_pool {
	uint32_t client;	/* the owner; of a shared pool, the first */
	uint32_t flags;		/* TRACE_POOL_* */
};

/* An event as decoded: 32 bytes, its object by position in the block. */
struct trace_event {
	uint64_t time;		/* ns since the start of the trace; 0: no times */
	uint32_t object;	/* in trace_block.objects */
	uint32_t index;		/* of the first page */
	uint32_t count;		/* pages, 1 .. 2^32 - index */
	uint16_t pool;		/* in trace_info.pools */
	uint16_t client;
	uint16_t cpu;
	uint16_t size;		/* compressed bytes of the page, 0: not known */
	uint8_t op;		/* enum trace_op */
	uint8_t result;		/* enum trace_result */
	uint16_t reserved;
};

/* An event on its way into a trace: complete in itself. */
struct trace_record {
	struct trace_event event;	/* its object is ignored */
	struct trace_oid oid;
	uint64_t hash;			/* of the page's content, 0: not known */
};

/* What a trace says of itself: its header. */
struct trace_info {
	uint32_t version;
	uint32_t page_size;		/* bytes */
	enum trace_kind kind;
	bool has_times;
	bool has_hashes;
	char source[256];		/* where it comes from, UTF-8 */
	uint32_t nr_pools;
	struct trace_pool *pools;
	uint64_t nr_events;
	uint64_t nr_pages;		/* sum of the counts, flushes excepted */
	uint64_t nr_blocks;
	uint64_t lost;			/* events that the recorder lost */
	uint64_t skipped;		/* lines or records the importer skipped */
	uint64_t first_time;		/* ns */
	uint64_t last_time;
	uint64_t checksum;		/* xxh64 over all block checksums */
};

/* A decoded block.  Zero it before its first use; reuse it for more. */
struct trace_block {
	struct trace_event *events;
	uint32_t nr_events;
	uint32_t nr_objects;
	struct trace_oid *objects;	/* named in this block */
	uint64_t *hashes;		/* one an event, or NULL */
	uint64_t first_event;		/* number of the first in the trace */
	uint64_t first_time;
	uint64_t last_time;
	void *buffer;			/* the library's */
	size_t buffer_size;
};

struct trace_error {
	int code;			/* negative errno, 0: none */
	char text[512];			/* one line, no newline */
};

/* ---- reading; a reader may be used by many threads at once ---- */

struct trace_reader;

/* Map a .tmt file and check header, index and trailer.  NULL: see @err. */
struct trace_reader *trace_open(const char *path, struct trace_error *err);
void trace_close(struct trace_reader *reader);
const struct trace_info *trace_reader_info(const struct trace_reader *reader);

/*
 * Decode block @n (0 .. nr_blocks - 1) into @block, which each thread has one of.
 * Pages of the file that were decoded may be dropped from memory.
 */
int trace_read_block(struct trace_reader *reader, uint64_t n,
		     struct trace_block *block, struct trace_error *err);
void trace_block_free(struct trace_block *block);

/* ---- writing ---- */

struct trace_writer;

/*
 * Create a .tmt file.  @info gives page_size, kind, source, pools and has_*; it
 * is copied.  The file appears under its name when the writer is closed without
 * error, never half written.
 */
struct trace_writer *trace_create(const char *path,
				  const struct trace_info *info,
				  struct trace_error *err);

/* Times must not go backwards: -EINVAL, unless the trace has none. */
int trace_write(struct trace_writer *writer, const struct trace_record *record,
		struct trace_error *err);

/* A pool that turned up while importing: its number, or a negative error. */
int trace_add_pool(struct trace_writer *writer, const struct trace_pool *pool,
		   struct trace_error *err);

/* What the source lost or could not tell, for the header. */
void trace_note_losses(struct trace_writer *writer, uint64_t lost,
		       uint64_t skipped);

/* Finish the file, or with an error pending in @err remove it. */
int trace_finish(struct trace_writer *writer, struct trace_error *err);

/*
 * Where events go that are made one by one.  begin() comes first and once, with
 * page_size, kind, source, has_*, lost and skipped of the trace and no pools; each pool
 * is added before an event names it, and they are numbered from 0 in that order.  Each
 * returns 0 or a negative error, which ends it all, and then fills in @err.
 */
struct trace_sink {
	void *arg;
	int (*begin)(void *arg, const struct trace_info *info, struct trace_error *err);
	int (*add_pool)(void *arg, const struct trace_pool *pool,
			struct trace_error *err);
	int (*emit)(void *arg, const struct trace_record *record,
		    struct trace_error *err);
};

/* As a sink, a .tmt file; trace_finish() is due if there is a writer in the end. */
struct trace_file {
	const char *path;
	struct trace_writer *writer;
};

struct trace_sink trace_file_sink(struct trace_file *file);

/* ---- names ---- */

const char *trace_op_name(enum trace_op op);		/* "put", ... */
const char *trace_result_name(enum trace_result r);	/* "-", "hit", "miss" */

#endif /* TMEM_TRACE_H */
