// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * worker.c - one thread of a run: takes chunk after chunk, and waits where it must
 *
 * Pace.  A thread whose operations are cheap must not run far ahead of the others,
 * or pages are evicted in an order that the trace never had.  So a chunk is begun
 * only when it is at most PACE operations a thread ahead of the slowest thread.
 * Who waits for a fence counts as being at that fence: all that a fence needs is
 * earlier in the trace, so the slowest of all never waits for pace, and nobody
 * waits in a circle.
 */
#include "worker.h"

#include <sched.h>
#include <stdlib.h>

#define PACE		256U		/* operations, times threads: all have one chunk
					 * that they may begin, whatever the order */
_Static_assert(PACE >= CHUNK_OPS, "chunks that are dealt in turn would take turns");
#define LATE_NS		1000000ULL	/* counted as late */
#define SLEEP_SLACK_NS	60000ULL	/* sleep up to so long before, then spin */

int worker_init(struct worker *w, struct run *run, u32 number)
{
	u32 i;

	w->run = run;
	w->number = number;
	w->position = NOT_IN_A_CHUNK;
	w->until_sample = 1;
	w->clients = calloc(run->front->config.nr_traces ?
			    UINT16_MAX + 1 : 1, sizeof(*w->clients));
	w->page = aligned_alloc(PAGE_SIZE, 2 * PAGE_SIZE);
	if (!w->clients || !w->page)
		return -ENOMEM;
	w->other = w->page + PAGE_SIZE;
	for (i = 0; run->config.latency_sample && i < NR_LATENCIES; i++) {
		w->latency[i] = histogram_create();
		if (!w->latency[i])
			return -ENOMEM;
	}
	return run->config.world->worker_init(w);
}

void worker_exit(struct worker *w)
{
	u32 i;

	if (w->run)
		w->run->config.world->worker_exit(w);
	free(w->clients);
	free(w->page);
	free(w->intervals);
	for (i = 0; i < NR_LATENCIES; i++)
		histogram_destroy(w->latency[i]);
}

/* ---- waiting ---- */

/* One round of waiting for another thread: spin, then yield, then nap. */
static void wait_a_little(u32 *rounds)
{
	const struct timespec nap = { .tv_nsec = 50000 };

	if (++*rounds > 1000)
		nanosleep(&nap, NULL);
	else if (*rounds > 50)
		sched_yield();
}

/* Wait for a fence's posts, or for its flush: @value of it becomes @wanted. */
static void wait_for(struct worker *w, const struct fence *fence,
		     const u32 *value, u32 wanted)
{
	u64 position = w->position, begin;
	u32 rounds = 0;

	if (smp_load_acquire(value) == wanted)
		return;
	begin = clock_ticks();
	WRITE_ONCE(w->position, fence->position);
	while (smp_load_acquire(value) != wanted && !READ_ONCE(w->run->stop))
		wait_a_little(&rounds);
	WRITE_ONCE(w->position, position);
	w->waited += clock_ticks() - begin;
}

void worker_fence_begin(struct worker *w, struct fence *fence)
{
	wait_for(w, fence, &fence->posts, 0);
}

void worker_fence_wait(struct worker *w, struct fence *fence)
{
	wait_for(w, fence, &fence->done, 1);
}

static u64 slowest(const struct run *run)
{
	u64 least = NOT_IN_A_CHUNK;
	u32 t;

	for (t = 0; t < run->front->deal.threads; t++) {
		u64 position = READ_ONCE(run->workers[t].position);

		if (position < least)
			least = position;
	}
	return least;
}

/* Wait until a chunk is no more than PACE ahead of the slowest thread. */
static void keep_pace(struct worker *w, const struct chunk *chunk)
{
	struct run *run = w->run;
	u64 ahead = (u64)PACE * run->front->deal.threads;
	u32 rounds = 0;

	WRITE_ONCE(w->position, chunk->first);
	if (chunk->first <= ahead || run->config.timed)
		return;
	while (slowest(run) < chunk->first - ahead && !READ_ONCE(run->stop))
		wait_a_little(&rounds);
}

u64 worker_wait_until(struct worker *w, u64 time)
{
	struct run *run = w->run;
	u64 due = (u64)((double)time * run->config.time_scale);
	u64 now = worker_now(w), begin = clock_ticks();

	if (now > due + LATE_NS)
		w->late++;
	if (now > due) {
		if (now - due > w->late_max)
			w->late_max = now - due;
		return due;
	}
	while (now < due && !READ_ONCE(run->stop)) {
		if (due - now > 2 * SLEEP_SLACK_NS) {
			u64 ns = due - now - SLEEP_SLACK_NS;
			struct timespec ts;

			ns = ns < 100000000 ? ns : 100000000;
			ts = (struct timespec){ .tv_nsec = (long)ns };
			nanosleep(&ts, NULL);
		}
		now = worker_now(w);
	}
	w->waited += clock_ticks() - begin;
	return due;
}

/* ---- the loop ---- */

/* Order global: this chunk's turn, and the next one's. */
static void take_turn(struct run *run, u64 number)
{
	pthread_mutex_lock(&run->turn_lock);
	while (run->turn != number && !READ_ONCE(run->stop))
		pthread_cond_wait(&run->turn_changed, &run->turn_lock);
	pthread_mutex_unlock(&run->turn_lock);
}

static void pass_turn(struct run *run)
{
	pthread_mutex_lock(&run->turn_lock);
	run->turn++;
	pthread_cond_broadcast(&run->turn_changed);
	pthread_mutex_unlock(&run->turn_lock);
}

void *worker_main(void *arg)
{
	struct worker *w = arg;
	struct run *run = w->run;
	struct deal *deal = &run->front->deal;
	struct queue *queue = &deal->queues[w->number];
	struct chunk *chunk = NULL;
	u64 begin;

	while ((chunk = queue_next(queue, chunk))) {
		if (!READ_ONCE(run->stop)) {
			if (deal->order == ORDER_GLOBAL)
				take_turn(run, chunk->number);
			else
				keep_pace(w, chunk);
			begin = clock_ticks();
			run->config.world->run_chunk(w, chunk);
			w->in_chunks += clock_ticks() - begin;
			if (deal->order == ORDER_GLOBAL)
				pass_turn(run);
		}
		WRITE_ONCE(w->position, NOT_IN_A_CHUNK);
		if (!queue->limit && READ_ONCE(run->stop))
			break;
	}
	w->end = clock_ticks();
	smp_store_release(&w->done, 1);
	return NULL;
}
