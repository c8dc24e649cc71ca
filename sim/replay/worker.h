/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * worker.h - one thread of a run
 */
#ifndef TMEM_SIM_WORKER_H
#define TMEM_SIM_WORKER_H

#include "clock.h"
#include "run.h"

#define NOT_IN_A_CHUNK	(~0ULL)		/* as a position: waits for nobody's sake */

struct worker {
	struct run *run;
	u32 number;
	pthread_t thread;
	bool started;
	u32 done;
	u64 ops;			/* executed; READ_ONCE by others */
	u64 position;			/* in the replay, see keep_pace(); READ_ONCE
					 * by others */
	u64 end;			/* ticks */
	u64 in_chunks;			/* ticks, from begin to end of chunks ... */
	u64 waited;			/* ... and of these, for fences and times */
	struct tally *clients;
	struct histogram *latency[NR_LATENCIES];
	u32 until_sample;		/* operations to the next measured one */
	struct interval *intervals;
	u32 nr_intervals;		/* up to the latest that it was in; READ_ONCE
					 * by others */
	u32 room_intervals;
	u64 late;
	u64 late_max;			/* ns */
	u64 violations;
	char violation[256];
	u8 *page;			/* two pages to work with */
	u8 *other;
	void *world_data;		/* what the world keeps for it */
} __attribute__((aligned(64)));

int worker_init(struct worker *worker, struct run *run, u32 number);
void worker_exit(struct worker *worker);
void *worker_main(void *worker);

/* ---- for the worlds ---- */

/* Whether the next operation is one of those that are measured. */
static inline bool worker_sample(struct worker *w)
{
	if (!w->run->config.latency_sample || --w->until_sample)
		return false;
	w->until_sample = w->run->config.latency_sample;
	return true;
}

/*
 * Fences: before a range flush, wait until all is executed that it comes after;
 * after it, say so; before what comes after it, wait for that.  An operation that
 * a range flush waits for is followed by a post.
 */
void worker_fence_begin(struct worker *worker, struct fence *fence);
void worker_fence_wait(struct worker *worker, struct fence *fence);

static inline void worker_fence_end(struct fence *fence)
{
	smp_store_release(&fence->done, 1);
}

static inline void worker_fence_post(struct fence *fence)
{
	__atomic_fetch_sub(&fence->posts, 1, __ATOMIC_ACQ_REL);
}

/*
 * Wait for the recorded time of an operation.  Returns its intended start, on the
 * scale of worker_now().
 */
u64 worker_wait_until(struct worker *worker, u64 time);

static inline u64 worker_now(const struct worker *w)
{
	return clock_ns(clock_ticks() - w->run->start);
}

#endif /* TMEM_SIM_WORKER_H */
