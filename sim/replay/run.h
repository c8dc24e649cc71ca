/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run.h - execute the dealt operations on one design, and measure
 */
#ifndef TMEM_SIM_RUN_H
#define TMEM_SIM_RUN_H

#include "content.h"
#include "fairness.h"
#include "world.h"

extern const char *const latency_names[NR_LATENCIES];

/* What a get does to the place of its page in a shared pool: core/adr/0012. */
enum shared_order {
	SHARED_RENEW,			/* renews it */
	SHARED_SECOND_CHANCE,		/* marks the page for a second chance */
	NR_SHARED_ORDERS
};

extern const char *const shared_order_names[NR_SHARED_ORDERS];

struct run_config {
	const struct world *world;
	const struct tmem_index_ops *design;
	const struct tmem_store_ops *store;
	u32 buckets;
	enum shared_order shared_order;
	u64 frames;			/* budget at the start */
	const struct memory_step *steps;
	bool verify;
	u32 latency_sample;		/* one operation in so many; 0: none */
	bool timed;			/* at recorded times */
	double time_scale;		/* of these times */
	u64 interval;			/* ns, or events; 0: no time series */
	struct content content;
};

/* What threads count themselves, by client and by interval. */
struct tally {
	u64 gets;
	u64 hits;
	u64 puts;
	u64 stored;
	u64 flushes;
	u64 flushed;			/* flushes that found something */
};

struct interval {
	struct tally tally;
	u64 latency_sum;		/* ns, of those measured */
	u64 latency_max;
	u64 measured;
	u64 evicted;			/* until its end; in results only */
};

/* Ends of intervals, as far as they are known while threads run: intervals.h. */
struct interval_ends {
	pthread_mutex_t lock;
	u64 *evicted;			/* until the end of each */
	u32 nr;
	u32 room;
};

struct run_result {
	const char *world;
	const char *design;
	const char *store;
	u32 buckets;
	u32 threads;
	double seconds;
	u64 ops;			/* puts, gets and flushes executed */
	struct thread_work *work;	/* by thread */
	struct fairness fairness;	/* between them */
	double busy;			/* of their time: busy_of() */
	bool interrupted;
	struct tally total;
	struct tally *clients;		/* by client number */
	u32 nr_clients;
	struct tmem_stats stats;	/* of all pools, before they went */
	struct tmem_stats *pools;	/* by pool */
	u32 nr_pools;
	struct tmem_memory memory;	/* at the end */
	u64 shrunk;			/* page frames memory pressure took */
	const char *clock;		/* that latencies were read from ... */
	u64 clock_read;			/* ... and what reading it costs, ns */
	struct histogram *latency[NR_LATENCIES];
	struct interval *intervals;
	u32 nr_intervals;
	u64 late;			/* timed: operations begun over 1 ms late */
	u64 late_max;			/* ns */
	u64 violations;
	char violation[256];		/* the first */
};

struct run {
	struct run_config config;
	struct front *front;
	struct tmem *tm;		/* world threads */
	struct kernel_session *kernel;	/* world kernel */
	int *pool_ids;			/* by pool of the replay */
	u8 *accepted;			/* by version, where verified */
	void *samples;			/* pages to put where not verified, or all
					 * of a file; NULL: the store keeps no
					 * bytes */
	struct worker *workers;
	struct interval_ends ends;
	u64 start;			/* ticks */
	u64 turn;			/* order global: number of the chunk */
	pthread_mutex_t turn_lock;
	pthread_cond_t turn_changed;
	bool stop;			/* set from outside: end early */
	struct trace_error error;	/* of a thread, the first; turn_lock */
};

/*
 * The eviction lists of the instance, a power of two: one for each thread, as a
 * machine of so many CPUs would have.  The order in which pages go is the same.
 */
static inline u32 run_shards(const struct run *run)
{
	return (u32)roundup_pow_of_two(min(run->front->deal.threads, 16U));
}

#define SAMPLE_PAGES	64U		/* in run->samples, where bytes are made */

/* Which of them is put. */
static inline u32 run_sample(const struct op *op)
{
	return handle_hash(op->object, op->index) % SAMPLE_PAGES;
}

/*
 * run_begin - an instance with the pools of the front end, and threads that wait
 *
 * 0, or a negative error with the reason in @error.
 */
int run_begin(struct run *run, const struct run_config *config,
	      struct front *front, struct trace_error *error);

/* Start the clock and the threads. */
int run_start(struct run *run, struct trace_error *error);

/* How many operations were executed so far. */
u64 run_progress(const struct run *run);

/* After setting run->stop: wake threads that wait for their turn. */
void run_wake(struct run *run);

/* A thread cannot go on: the run ends, and run_end() says why. */
void run_fail(struct run *run, int code, const char *text);

bool run_worker_done(const struct run *run, u32 thread);

/*
 * run_end - wait for the threads, add up, check what must hold at the end, and
 * take everything down.  0 or a negative error.
 */
int run_end(struct run *run, struct run_result *result,
	    struct trace_error *error);

void run_result_free(struct run_result *result);

#endif /* TMEM_SIM_RUN_H */
