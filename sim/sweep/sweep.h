/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sweep.h - what "tmem sweep" was asked for
 *
 * Besides the axes there are options that all runs have in common: they are those of
 * tmem replay, kept as they were given, which it is asked about, and handed on.
 *
 * Errors are told to the user where they are found, by the caller's own means.  What
 * returns an int returns 0, or afterwards a negative errno: -EINVAL if what was asked for
 * is wrong, any other if running it failed.
 */
#ifndef TMEM_SIM_SWEEP_SWEEP_H
#define TMEM_SIM_SWEEP_SWEEP_H

#include <stdbool.h>

#include "grid.h"

#define SWEEP_MAX_TRACES	1024U
#define SWEEP_MAX_TASKS		10000U	/* shards; of a Slurm array, too */

/* name as in C, name as an option, what it takes (NULL: nothing), help */
#define SWEEP_COMMON_OPTIONS(X) \
	X(world, "world", "WORLD", "threads (the default) or kernel") \
	X(writes, "writes", "HOW", "read or overwrite") \
	X(verify, "verify", NULL, "check every answer; a run that is wrong has failed") \
	X(timed, "timed", NULL, "at the recorded times") \
	X(time_scale, "time-scale", "X", "of --timed") \
	X(interval, "interval", "T", "a time series of each run, in DIR/points") \
	X(seed, "seed", "N", "of the bytes of pages (1)") \
	X(compress, "compress", "PERCENT", "what LZ4 leaves of a page (45)") \
	X(same_filled, "same-filled", "PERCENT", "of pages are one word all over (0)") \
	X(content, "content", "FILE", "pages have the bytes of this file") \
	X(latency_sample, "latency-sample", "N", "measure one operation in N; 0: none") \
	X(max_events, "max-events", "N", "stop after the first N") \
	X(stream, "stream", NULL, "read while replaying") \
	X(format, "format", "NAME", "of traces that are not .tmt") \
	X(object_pages, "object-pages", "N", "volumes are cut into objects of so many") \
	X(strict, "strict", NULL, "the first line that cannot be read is fatal")

enum sweep_common {
#define X(id, name, arg, help) COMMON_##id,
	SWEEP_COMMON_OPTIONS(X)
#undef X
	NR_COMMON
};

extern const char *const sweep_common_names[NR_COMMON];

/* What a sweep has from the program that it is part of. */
struct sweep_caller {
	void (*tell)(const char *line);		/* an error or a remark, to the user */
	/* as of sweep_plan_init() */
	const char *(*check)(const char *option, const char *value);
	/* for results: what they were made with */
	const char *version, *build, *command, *machine, *date;
};

struct sweep {
	const struct sweep_caller *caller;
	struct sweep_plan plan;
	char *common[NR_COMMON];	/* as given, "" for those that take nothing; or NULL */
	char **traces;
	uint32_t nr_traces;
	const char *spec;		/* files and folders, or NULL */
	const char *dir;
	bool repeat_given;
	bool list;
	bool no_curves;
	bool any_build;			/* of tmem may have made rows that are there */
	bool sbatch;
	uint64_t tasks;			/* of --sbatch, 0: not said */
	uint32_t shard;			/* from 1 on, of ... */
	uint32_t nr_shards;		/* ... so many; 0: not sharded */

	/* what the traces turned out to be: the caller opens them */
	struct sweep_trace {
		char checksum[20];
		int fd;			/* of what was imported; -1: a .tmt of that name */
	} *info;
	bool lossy;
	bool references;		/* one of them is of page references */
};

/* @caller stays, as long as the sweep does. */
void sweep_init(struct sweep *sweep, const struct sweep_caller *caller);
void sweep_free(struct sweep *sweep);

/* Tell the user; returns @code. */
int sweep_error(const struct sweep *sweep, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void sweep_remark(const struct sweep *sweep, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The option of that name, or -1. */
int sweep_common_find(const char *name);

/* Set it, for all runs.  NULL, or what is wrong: a line, until the next call. */
const char *sweep_set_common(struct sweep *sweep, int option, const char *value);
const char *sweep_set_repeat(struct sweep *sweep, const char *value);

/* A copy of @path is added; NULL, or what is wrong. */
const char *sweep_add_trace(struct sweep *sweep, const char *path);

/* Read a file that describes grids: spec.c.  What the command line has said stays. */
int sweep_read_spec(struct sweep *sweep, const char *path);

/*
 * The command that makes a run again, quoted for a shell.  free() it; NULL: no memory.
 */
char *sweep_replay_command(const struct sweep *sweep, const struct sweep_point *point);

#endif /* TMEM_SIM_SWEEP_SWEEP_H */
