/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * results.h - the table of a sweep's results
 *
 * results.csv, or results-I-of-N.csv of one shard, in the folder of a sweep: a row for
 * each run that ended, appended by one write() and on the disk before the next run
 * begins.  A row is never changed.  What was tried again has several rows, and whoever
 * reads takes one of each key: the last that is ok, or the last of all if none is.
 *
 * Columns are found by name, in any order; one that a file does not have is empty in all
 * of its rows.  Only key and status must be there.  Files appear joined by cat, too.
 *
 * Errors are in the trace_error, which may be NULL.  Context: one thread.
 */
#ifndef TMEM_SIM_SWEEP_RESULTS_H
#define TMEM_SIM_SWEEP_RESULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "../../traces/trace.h"

/* In the order of the file.  Latencies in ns; everything is empty where it has no sense. */
#define RESULT_COLUMNS(X) \
	X(key)			/* of the point: [a-z0-9.-]+ */ \
	X(status)		/* ok or failed */ \
	X(error)		/* of what failed, one line */ \
	X(traces)		/* names of files, joined by + */ \
	X(trace_checksum)	/* hex, joined by + */ \
	X(world)		\
	X(design)		\
	X(store)		\
	X(buckets)		\
	X(threads)		\
	X(order)		\
	X(memory_pages)		/* the budget to begin with */ \
	X(page_cache_pages)	\
	X(page_cache_policy)	\
	X(admission)		\
	X(repeat)		/* from 1 on */ \
	X(seed)			\
	X(ops)			\
	X(seconds)		\
	X(ops_per_second)	\
	X(references)		/* 0 for a trace of operations, as are ... */ \
	X(page_cache_hits)	/* ... this ... */ \
	X(gets)			\
	X(hits)			\
	X(missed)		/* ... and this */ \
	X(puts)			\
	X(stored)		\
	X(not_admitted)		/* puts that the admission policy turned away */ \
	X(flushes)		\
	X(evicted)		\
	X(frames_peak)		\
	X(bytes_stored)		\
	X(bytes_charged)	\
	X(put_p50) X(put_p99) X(put_p999) X(put_max) \
	X(get_p50) X(get_p99) X(get_p999) X(get_max) \
	X(flush_p50) X(flush_p99) X(flush_p999) X(flush_max) \
	X(fairness)		/* Jain's index of the threads' rates, 0 .. 1 */ \
	X(thread_min)		/* operations a second of the slowest thread */ \
	X(thread_max)		/* ... and the fastest */ \
	X(busy)			/* the part of the threads' time on operations, 0 .. 1 */ \
	X(version)		\
	X(build)		/* of tmem, hex: build_id.h */ \
	X(machine)		\
	X(date)			\
	X(command)

enum result_column {
#define X(name) RESULT_##name,
	RESULT_COLUMNS(X)
#undef X
	NR_RESULT_COLUMNS
};

extern const char *const result_column_names[NR_RESULT_COLUMNS];

struct result {
	char *text[NR_RESULT_COLUMNS];	/* its own; NULL: empty */
};

const char *result_text(const struct result *result, enum result_column column);

/* False where the field is empty or no number. */
bool result_number(const struct result *result, enum result_column column,
		   double *number);
bool result_ok(const struct result *result);

/* A copy of @text; 0 or -ENOMEM. */
int result_set(struct result *result, enum result_column column, const char *text);
void result_free(struct result *result);

/* ---- reading ---- */

struct results {
	struct result *rows;	/* one of each key, in the order they were found first */
	size_t nr;
	size_t room;
	struct result_slot *slots;	/* of rows, by key */
	size_t nr_slots;
	size_t files;		/* that they were read from */
	size_t torn;		/* rows without an end, which were left out */
};

/*
 * Every results*.csv of a folder, by name; none is no error, and @results->nr 0.
 * results_free() is due whatever this returns.
 */
int results_read(struct results *results, const char *dir, struct trace_error *err);

/* The row of @key, or NULL. */
const struct result *results_find(const struct results *results, const char *key);

/*
 * Whether rows that are ok are of more than one build of tmem; where a row does not tell,
 * of one that is none of the others.  Then @text has their names, as many as fit.
 */
bool results_builds(const struct results *results, char *text, size_t size);
void results_free(struct results *results);

/* ---- writing ---- */

struct results_file {
	int fd;			/* -1: not open */
	char *path;
	bool torn;		/* a row without an end was cut off */
};

/*
 * Open a file to append to, or begin it.  A last row without its end is cut off.
 * -EBADMSG: it has another header, or is no table; -EWOULDBLOCK: it is open elsewhere.
 * results_file_close() is due whatever this returns.
 */
int results_file_open(struct results_file *file, const char *path, struct trace_error *err);

/* Append one row and bring it to the disk. */
int results_file_append(struct results_file *file, const struct result *result,
		   struct trace_error *err);
void results_file_close(struct results_file *file);

#endif /* TMEM_SIM_SWEEP_RESULTS_H */
