/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world.h - where a run is executed: in this process, or in a kernel
 *
 * The front end, the order of operations, the checks and the results are the same
 * in both.  A world makes the instance and its pools and executes whole chunks, in
 * its own way: by direct calls, or in batches.
 */
#ifndef TMEM_SIM_WORLD_H
#define TMEM_SIM_WORLD_H

#include "../histogram.h"
#include "front.h"

enum latency_kind {
	LATENCY_PUT,
	LATENCY_GET,
	LATENCY_FLUSH,
	NR_LATENCIES
};

struct run;
struct worker;

/* Functions return 0 or a negative error; those with an error text fill it in. */
struct world {
	const char *name;
	const char *log;	/* where its complaints go, for messages */

	/* whether it can be used here at all */
	int (*probe)(struct trace_error *error);

	/* an instance with the run's first budget; end() may follow a failure */
	int (*begin)(struct run *run, struct trace_error *error);
	void (*end)(struct run *run);
	int (*worker_init)(struct worker *worker);
	void (*worker_exit)(struct worker *worker);

	/* the pool's id; @why: set to the reason of a refusal, or to NULL */
	int (*pool_create)(struct run *run, const struct tmem_pool_attr *attr,
			   const char **why);
	int (*pool_destroy)(struct run *run, int pool, u32 client);

	/*
	 * Execute the operations of a chunk, wait for its fences, count results.
	 * What goes wrong is told to run_fail().
	 */
	void (*run_chunk)(struct worker *worker, const struct chunk *chunk);

	/* of all pools, or (@pool not negative) of one */
	int (*stats)(struct run *run, int pool, struct tmem_stats *stats);
	/* @shrunk: page frames that memory pressure took */
	int (*memory)(struct run *run, struct tmem_memory *memory, u64 *shrunk);
	/* quiet; -EUCLEAN: damaged */
	int (*validate)(struct run *run);

	/* add latencies that the world counted itself */
	int (*latency)(struct run *run, enum latency_kind kind,
		       struct histogram *sum);
	/* what those are read from, and what that costs in ns */
	const char *(*clock)(const struct run *run, u64 *read_ns);
};

extern const struct world world_threads;
extern const struct world world_kernel;

/* All of them, and NULL. */
extern const struct world *const worlds[];

#endif /* TMEM_SIM_WORLD_H */
