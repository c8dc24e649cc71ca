// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * worker.c - one thread of a run: chunks in, operations executed, answers checked
 *
 * A latency is the time from the end of one operation to the end of the next: one
 * clock read an operation, and what lies between two operations (the loop, its
 * counters) is counted too.  After anything that waits the clock is read anew.
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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACE		256U		/* operations, times threads */
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
	if (!run->config.latency_sample)
		return 0;
	for (i = 0; i < NR_LATENCIES; i++) {
		w->latency[i] = histogram_create();
		if (!w->latency[i])
			return -ENOMEM;
	}
	return 0;
}

void worker_exit(struct worker *w)
{
	u32 i;

	free(w->clients);
	free(w->page);
	free(w->intervals);
	for (i = 0; i < NR_LATENCIES; i++)
		histogram_destroy(w->latency[i]);
}

/* ---- checks ---- */

static void violation(struct worker *w, const struct op *op, const char *what)
{
	const struct object *o = object_at(&w->run->front->objects,
					   op->object);

	if (w->violations++)
		return;
	snprintf(w->violation, sizeof(w->violation),
		 "%s: pool %u, object %llx:%llx:%llx, index %u, version %u",
		 what, o->pool, (unsigned long long)o->oid.w[0],
		 (unsigned long long)o->oid.w[1],
		 (unsigned long long)o->oid.w[2], op->index, op->arg);
}

/* Orders that keep the operations of a handle in order say what gets must find. */
static bool order_is_known(const struct worker *w)
{
	enum order order = w->run->front->config.order;

	return order != ORDER_CPU && order != ORDER_NONE;
}

static void check_get(struct worker *w, const struct op *op,
		      const struct object *o, int ret)
{
	const struct run *run = w->run;
	u32 flags = run->front->pools[o->pool].flags;

	if (ret == -EIO) {
		violation(w, op, "a get found corrupt bytes");
	} else if (!order_is_known(w)) {
		return;
	} else if (ret) {
		if ((flags & TMEM_POOL_PERSISTENT) && op->arg &&
		    run->accepted[op->arg])
			violation(w, op, "a persistent page was lost");
	} else if (!op->arg) {
		violation(w, op, "a get hit where it must miss: the page was "
			  "flushed, taken, or never put");
	} else if (!run->accepted[op->arg]) {
		violation(w, op, "a get hit a page whose put was refused");
	} else if (run->samples &&
		   !content_matches(&run->config.content, op->object,
				    op->index, op->arg, w->page, w->other)) {
		violation(w, op, "a get returned wrong bytes");
	}
}

/* ---- operations ---- */

static const void *page_to_put(struct worker *w, const struct op *op)
{
	const struct run *run = w->run;

	if (!run->samples)
		return NULL;
	if (run->config.verify) {
		content_fill(&run->config.content, op->object, op->index,
			     op->arg, w->page);
		return w->page;
	}
	return (u8 *)run->samples + handle_hash(op->object, op->index) %
		SAMPLE_PAGES * PAGE_SIZE;
}

static enum latency_kind do_put(struct worker *w, const struct op *op,
				struct tally *tally)
{
	struct run *run = w->run;
	const struct object *o = object_at(&run->front->objects, op->object);
	int ret = tmem_put(run->tm, run->pool_ids[o->pool], &o->oid, op->index,
			   page_to_put(w, op));

	tally->puts++;
	if (!ret) {
		tally->stored++;
		if (run->accepted)
			run->accepted[op->arg] = 1;
	}
	return LATENCY_PUT;
}

static enum latency_kind do_get(struct worker *w, const struct op *op,
				struct tally *tally)
{
	struct run *run = w->run;
	const struct object *o = object_at(&run->front->objects, op->object);
	int ret = tmem_get(run->tm, run->pool_ids[o->pool], &o->oid, op->index,
			   run->samples ? w->page : NULL);

	tally->gets++;
	if (!ret)
		tally->hits++;
	if (run->config.verify)
		check_get(w, op, o, ret);
	return LATENCY_GET;
}

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
	u64 position = w->position;
	u32 rounds = 0;

	WRITE_ONCE(w->position, fence->position);
	while (smp_load_acquire(value) != wanted && !READ_ONCE(w->run->stop))
		wait_a_little(&rounds);
	WRITE_ONCE(w->position, position);
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

static enum latency_kind do_flush(struct worker *w, const struct op *op,
				  struct tally *tally)
{
	struct run *run = w->run;
	const struct object *o = object_at(&run->front->objects, op->object);
	int pool = run->pool_ids[o->pool];
	bool found;

	if (op->kind == OP_FLUSH)
		found = !tmem_flush_page(run->tm, pool, &o->oid, op->index);
	else
		found = tmem_flush_range(run->tm, pool, &o->oid, op->index,
					 op->arg) > 0;
	tally->flushes++;
	tally->flushed += found;
	return LATENCY_FLUSH;
}

/* ---- time ---- */

/* Wait for the intended start of an operation, in ticks. */
static u64 wait_until(struct worker *w, u64 time)
{
	struct run *run = w->run;
	u64 due = (u64)((double)time * run->config.time_scale);
	u64 now = clock_ns(clock_ticks() - run->start);

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
		now = clock_ns(clock_ticks() - run->start);
	}
	return due;
}

static struct interval *interval_of(struct worker *w, u64 time)
{
	u64 n = time / w->run->config.interval;

	if (n >= w->room_intervals) {
		u64 room = n + n / 2 + 64;
		struct interval *v;

		if (room > UINT32_MAX / sizeof(*v))
			return NULL;
		v = realloc(w->intervals, room * sizeof(*v));
		if (!v)
			return NULL;
		memset(v + w->room_intervals, 0,
		       (room - w->room_intervals) * sizeof(*v));
		w->intervals = v;
		w->room_intervals = (u32)room;
	}
	if (n >= w->nr_intervals) {
		struct tmem_stats stats;

		/* the one before is over, as far as this thread goes */
		tmem_stats(w->run->tm, &stats);
		if (w->nr_intervals)
			w->intervals[w->nr_intervals - 1].evicted =
				(u64)stats.v[TMEM_evicted];
		w->nr_intervals = (u32)n + 1;
	}
	return &w->intervals[n];
}

/* ---- the loop ---- */

static void tally_delta(struct tally *sum, const struct tally *before,
			const struct tally *after)
{
	sum->gets += after->gets - before->gets;
	sum->hits += after->hits - before->hits;
	sum->puts += after->puts - before->puts;
	sum->stored += after->stored - before->stored;
	sum->flushes += after->flushes - before->flushes;
	sum->flushed += after->flushed - before->flushed;
}

static enum latency_kind execute(struct worker *w, const struct op *op)
{
	struct tally *tally = &w->clients[op->client];

	switch (op->kind) {
	case OP_PUT:
		return do_put(w, op, tally);
	case OP_GET:
		return do_get(w, op, tally);
	default:
		return do_flush(w, op, tally);
	}
}

/* What is not an operation on pages. */
static void control(struct worker *w, const struct chunk *chunk, u32 i)
{
	const struct op *op = &chunk->ops[i];
	struct run *run = w->run;
	struct fence *fence;

	switch (op->kind) {
	case OP_BUDGET:
		tmem_set_budget(run->tm, run->config.steps[op->arg].frames);
		break;
	case OP_POST:
		fence = fence_at(&run->front->deal, op->arg);
		__atomic_fetch_sub(&fence->posts, 1, __ATOMIC_ACQ_REL);
		break;
	case OP_WAIT:
		fence = fence_at(&run->front->deal, op->arg);
		wait_for(w, fence, &fence->done, 1);
		break;
	}
}

static void record(struct worker *w, enum latency_kind kind, u64 ns,
		   struct interval *interval)
{
	histogram_record(w->latency[kind], ns);
	if (!interval)
		return;
	interval->latency_sum += ns;
	interval->measured++;
	if (ns > interval->latency_max)
		interval->latency_max = ns;
}

/* Everything but the plain closed loop: times, intervals, fences. */
static u64 one_op_in_full(struct worker *w, const struct chunk *chunk, u32 i,
			  u64 last)
{
	const struct op *op = &chunk->ops[i];
	const struct run_config *c = &w->run->config;
	struct fence *fence = NULL;
	struct interval *interval = NULL;
	enum latency_kind kind;
	struct tally before = { };
	u64 now, due = 0;

	if (c->timed)
		due = wait_until(w, chunk->times[i]);
	if (op->flags & OP_FENCED) {
		fence = fence_at(&w->run->front->deal, chunk->fences[i]);
		wait_for(w, fence, &fence->posts, 0);
		last = clock_ticks();
	}
	if (c->interval) {
		before = w->clients[op->client];
		interval = interval_of(w, chunk->times[i]);
	}
	kind = execute(w, op);
	now = clock_ticks();
	if (fence)
		smp_store_release(&fence->done, 1);
	if (interval)
		tally_delta(&interval->tally, &before, &w->clients[op->client]);
	if (w->latency[kind] && !--w->until_sample) {
		w->until_sample = c->latency_sample;
		record(w, kind, c->timed ?
		       clock_ns(now - w->run->start) - due :
		       clock_ns(now - last), interval);
	}
	return now;
}

static void run_chunk(struct worker *w, const struct chunk *chunk)
{
	const struct run_config *c = &w->run->config;
	bool plain = !c->timed && !c->interval;
	u32 sample = c->latency_sample, i, done = 0;
	u64 now, last = sample ? clock_ticks() : 0;

	for (i = 0; i < chunk->nr; i++) {
		const struct op *op = &chunk->ops[i];
		enum latency_kind kind;

		if (op->kind >= OP_BUDGET) {
			control(w, chunk, i);
			last = sample ? clock_ticks() : 0;
			continue;
		}
		done++;
		if (!plain || op->flags & OP_FENCED) {
			last = one_op_in_full(w, chunk, i, last);
			continue;
		}
		if (!sample) {
			execute(w, op);
			continue;
		}
		if (sample > 1) {
			if (--w->until_sample) {
				execute(w, op);
				continue;
			}
			w->until_sample = sample;
			last = clock_ticks();
		}
		kind = execute(w, op);
		now = clock_ticks();
		histogram_record(w->latency[kind], clock_ns(now - last));
		last = now;
	}
	WRITE_ONCE(w->ops, w->ops + done);
}

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

	while ((chunk = queue_next(queue, chunk))) {
		if (!READ_ONCE(run->stop)) {
			if (deal->order == ORDER_GLOBAL)
				take_turn(run, chunk->number);
			else
				keep_pace(w, chunk);
			run_chunk(w, chunk);
			if (deal->order == ORDER_GLOBAL)
				pass_turn(run);
		}
		WRITE_ONCE(w->position, NOT_IN_A_CHUNK);
		if (queue->limit)
			chunk_free(chunk);
		else if (READ_ONCE(run->stop))
			break;
	}
	w->end = clock_ticks();
	smp_store_release(&w->done, 1);
	return NULL;
}
