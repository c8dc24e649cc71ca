/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * front.h - from traces to streams of operations
 *
 * One thread reads the traces, passes page references through the page-cache model,
 * numbers objects and clients, works out what gets must find, and deals.
 */
#ifndef TMEM_SIM_FRONT_H
#define TMEM_SIM_FRONT_H

#include "../pagecache.h"
#include "../../traces/trace.h"
#include "admission.h"
#include "deal.h"
#include "expect.h"

/* One step of a memory schedule. */
struct memory_step {
	uint64_t frames;
	uint64_t time;		/* ns since the start of the trace */
};

struct front_config {
	struct trace_reader *const *traces;
	u32 nr_traces;
	struct pagecache_config page_cache;	/* activity is set as needed */
	struct admission_choice admission;	/* 0: every put is made */
	enum order order;
	u32 threads;
	enum op_tag tag;
	bool verify;
	const struct memory_step *schedule;
	u32 next_step;		/* the first that is not in force at the start */
	u32 nr_steps;
	u32 queue_limit;	/* chunks a thread, 0: keep all of it */
	u64 max_events;		/* 0: all */
};

#define MANY_CACHES	UINT32_MAX

struct replay_pool {
	u32 client;		/* number of the owner, from 0 */
	u32 flags;		/* TMEM_POOL_* */
	u32 trace;		/* which */
	u32 number;		/* in its trace */
	u32 cache;		/* client + 1 whose page cache is the only one before
				 * it, so far; 0: none is; or MANY_CACHES */
};

struct front {
	struct front_config config;
	struct deal deal;
	struct objects objects;
	struct replay_pool *pools;
	u32 nr_pools;
	u32 nr_clients;		/* that were seen; READ_ONCE while it runs */
	u64 *client_names;	/* by number: trace << 32 | the trace's number */
	bool references;	/* some of the events were page references */
	struct pagecache_counters cache;
	u32 nr_versions;	/* puts, numbered from 1 on */
	u64 not_admitted;	/* of these, turned away by admission */
	u64 events;		/* read so far; READ_ONCE by a progress display */
	u64 nr_events;		/* of all traces */
	u64 ns;			/* that front_run() took, ... */
	u64 cpu_ns;		/* ... and how long of it on a processor: without
				 * waiting for room in bounded queues */
	bool stop;		/* set from outside: end early */
	struct trace_error error;

	/* working state */
	struct pagecache **caches;	/* by client */
	struct expect *expect;
	bool (*admit)(void *state, const struct op *put);	/* NULL: all */
	void *admission;		/* its state */
	u32 next_step;
	u16 *clients;		/* by the current trace's number */
	u32 first_pool;		/* of the current trace */
};

/* 0, or a negative error with front->error filled in. */
int front_init(struct front *front, const struct front_config *config);
void front_exit(struct front *front);

/*
 * Read everything and deal it out.  Returns when all is dealt: with bounded queues
 * somebody else must be reading them.  0 or a negative error.
 */
int front_run(struct front *front);

#endif /* TMEM_SIM_FRONT_H */
