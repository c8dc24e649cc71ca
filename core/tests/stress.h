/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stress.h - threads that do everything at once to few handles
 *
 * Two modes:
 *	contended	all threads use all handles; each logs what it did, and
 *			history.h decides afterwards whether it was possible.
 *			A control thread freezes and thaws, changes the budget,
 *			evicts, and destroys and makes again one of the pools.
 *	owners		each thread has handles of its own, in objects and tree
 *			nodes that it shares with the others, so every answer is
 *			known: exactly for persistent pages, up to eviction for
 *			the others.  The control thread keeps reclaim busy.
 *
 * No thread asserts: it notes the first thing that is wrong, and stress_run()
 * reports it.
 */
#ifndef TMEM_STRESS_H
#define TMEM_STRESS_H

#include "conformance.h"

#define STRESS_MAX_THREADS 64

struct stress_config {
	const struct tmem_index_ops *design;
	const struct tmem_store_ops *store;
	u32 buckets;
	bool owners;
	u32 threads;		/* 1 .. STRESS_MAX_THREADS, and one for control */
	u32 ops;		/* of each thread */
	u64 seed;
	/*
	 * Where not NULL: the world takes an interest in the instance, and may
	 * take frames from it as a kernel's shrinker does, from before the threads
	 * start until they are done.  attach() returns 0 or an error.
	 */
	int (*attach)(struct tmem *tm);
	void (*detach)(struct tmem *tm);
};

/* What a run did, to see that it reached what it is for. */
struct stress_result {
	u64 calls;
	u64 hits;
	u64 evicted;
	u64 refused;
	u64 made_again;		/* pools destroyed under traffic */
	u64 frozen;		/* puts refused by a frozen pool */
};

/*
 * What is tried: set design, page store, number of buckets and mode of @config,
 * and all else to zero, to the i-th; false past the last.
 */
bool stress_plan(u32 i, struct stress_config *config);

const char *stress_mode(const struct stress_config *config);

/*
 * stress_run - one round on an instance of its own
 * @text: what is wrong, where something is
 *
 * Adds to @result.  Return: 0, or -EUCLEAN and @text is set.
 */
int stress_run(const struct stress_config *config, struct stress_result *result,
	       char *text, size_t text_size);

#endif /* TMEM_STRESS_H */
