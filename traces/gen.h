/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gen.h - synthetic traces: page references or tmem operations from a seed
 *
 * The same configuration gives the same records on every machine: all draws and
 * tables are made with integers.  Records are handed to a function one by one,
 * and memory depends on the configuration, never on the number of events.
 *
 *	zipf	pages by a Zipf law, the popular ones scattered over all objects
 *	scan	passes over everything: objects in a new order on each pass, each
 *		from its first page to its last
 *	loop	the same pages in the same order again and again; a few percent
 *		larger than memory it is what LRU is worst at
 *	mixed	tmem operations of clients that behave: each with a page cache
 *		of its own over files (ephemeral), some of them shared with other
 *		clients, and a swap device (persistent)
 *
 * zipf, scan and loop have a pool and pages of its own for each client, who take
 * turns at random.  As operations, a page that is read is a get and, since these
 * clients keep nothing themselves, a put right after; one that is written is a
 * flush and a put.
 */
#ifndef TMEM_TRACE_GEN_H
#define TMEM_TRACE_GEN_H

#include "trace.h"

enum gen_kind {
	GEN_ZIPF,
	GEN_SCAN,
	GEN_LOOP,
	GEN_MIXED,
	GEN_NR_KINDS
};

#define GEN_MAX_EVENTS	(1ULL << 40)
#define GEN_MAX_PAGES	(1ULL << 32)
#define GEN_MAX_SKEW	4000000U	/* millionths */
#define GEN_MAX_RUN	65536U
#define GEN_MAX_CLIENTS	1024U
#define GEN_MAX_POOLS	1024U		/* as many as a tmem instance takes */
#define GEN_MAX_CPUS	65536U
#define GEN_MIN_RATE	1000U
#define GEN_MAX_RATE	1000000000U
#define GEN_GROUP	64U		/* clients of one shared pool */

struct gen_config {
	enum gen_kind kind;
	enum trace_kind output;		/* mixed: operations */
	uint64_t events;		/* 1 .. GEN_MAX_EVENTS */
	uint64_t seed;
	uint64_t pages;			/* of each client's files, 1 .. GEN_MAX_PAGES */
	uint64_t objects;		/* files they are cut into, 1 .. pages */
	uint32_t skew;			/* millionths: 990000 is 0.99; 0: uniform */
	uint32_t writes;		/* percent of the references to files */
	uint32_t run;			/* scan, loop: pages of an event, else 1 */
	uint32_t clients;		/* 1 .. GEN_MAX_CLIENTS */
	uint32_t cpus;			/* 1 .. GEN_MAX_CPUS */
	uint32_t rate;			/* events a second of the trace, on average */
	/* mixed alone */
	uint64_t cache;			/* pages of each client's page cache, < pages */
	uint32_t shared;		/* percent of the files that clients share */
	uint32_t swap;			/* percent of the steps that are swapping */
	uint64_t swap_pages;		/* of each client's swap device, where it swaps */
};

const char *gen_kind_name(enum gen_kind kind);
int gen_kind_find(const char *name);	/* the kind, or -ENOENT */

/* A configuration to start from; everything may be changed afterwards. */
void gen_defaults(struct gen_config *config, enum gen_kind kind);

/* 0, or -EINVAL and one line in @err that names the option and its range. */
int gen_validate(const struct gen_config *config, struct trace_error *err);

/*
 * What the trace's header says: kind, page size, source, pools.  The caller
 * frees @info->pools.  Returns 0 or -ENOMEM.
 */
int gen_info(const struct gen_config *config, struct trace_info *info);

/*
 * Make config->events records, in order of time.  A function that returns
 * anything but 0 ends it, and gen_run() returns that; else it returns 0, -EINVAL
 * (see gen_validate) or -ENOMEM.
 */
int gen_run(const struct gen_config *config,
	    int (*emit)(void *ctx, const struct trace_record *record), void *ctx);

#endif /* TMEM_TRACE_GEN_H */
