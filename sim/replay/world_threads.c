// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * world_threads.c - the core in this process, called directly
 *
 * A latency is the time from the end of one operation to the end of the next: one
 * clock read an operation, and what lies between two operations (the loop, its
 * counters) is counted too.  After anything that waits the clock is read anew.
 */
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "intervals.h"

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
	if (run->config.content.file)
		return content_page(&run->config.content, op->object,
				    op->index, op->arg);
	return (u8 *)run->samples + run_sample(op) * PAGE_SIZE;
}

static enum latency_kind do_put(struct worker *w, const struct op *op)
{
	struct run *run = w->run;
	const struct object *o = object_at(&run->front->objects, op->object);
	int ret = tmem_put(run->tm, run->pool_ids[o->pool], &o->oid, op->index,
			   page_to_put(w, op));

	answer_put(w, op, ret);
	return LATENCY_PUT;
}

static enum latency_kind do_get(struct worker *w, const struct op *op)
{
	struct run *run = w->run;
	const struct object *o = object_at(&run->front->objects, op->object);
	void *page = run->samples ? w->page : NULL;
	int ret = tmem_get(run->tm, run->pool_ids[o->pool], &o->oid, op->index,
			   page);

	answer_get(w, op, ret, page);
	return LATENCY_GET;
}

static enum latency_kind do_flush(struct worker *w, const struct op *op)
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
	answer_flush(w, op, found);
	return LATENCY_FLUSH;
}

static enum latency_kind execute(struct worker *w, const struct op *op)
{
	switch (op->kind) {
	case OP_PUT:
		return do_put(w, op);
	case OP_GET:
		return do_get(w, op);
	default:
		return do_flush(w, op);
	}
}

/* What is not an operation on pages. */
static void control(struct worker *w, const struct op *op)
{
	struct run *run = w->run;

	switch (op->kind) {
	case OP_BUDGET:
		tmem_set_budget(run->tm, run->config.steps[op->arg].frames);
		break;
	case OP_POST:
		worker_fence_post(fence_at(&run->front->deal, op->arg));
		break;
	case OP_WAIT:
		worker_fence_wait(w, fence_at(&run->front->deal, op->arg));
		break;
	}
}

/* ---- chunks ---- */

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
	u64 now, ns, due = 0;

	if (c->timed)
		due = worker_wait_until(w, chunk->tags[i]);
	if (op->flags & OP_FENCED) {
		fence = fence_at(&w->run->front->deal, chunk->fences[i]);
		worker_fence_begin(w, fence);
		last = clock_ticks();
	}
	if (c->interval) {
		u64 number = chunk->tags[i] / c->interval;

		if (interval_enter(w, number))
			last = clock_ticks();
		interval = interval_at(w, number);
		before = w->clients[op->client];
	}
	kind = execute(w, op);
	now = clock_ticks();
	if (fence)
		worker_fence_end(fence);
	if (interval)
		tally_delta(&interval->tally, &before, &w->clients[op->client]);
	if (worker_sample(w)) {
		ns = c->timed ? clock_ns(now - w->run->start) - due :
			clock_ns(now - last);
		histogram_record(w->latency[kind], ns);
		if (interval)
			interval_latency(interval, ns);
	}
	return now;
}

static void threads_run_chunk(struct worker *w, const struct chunk *chunk)
{
	const struct run_config *c = &w->run->config;
	bool plain = !c->timed && !c->interval;
	u32 sample = c->latency_sample, i, done = 0;
	u64 now, last = sample ? clock_ticks() : 0;

	for (i = 0; i < chunk->nr; i++) {
		const struct op *op = &chunk->ops[i];
		enum latency_kind kind;

		if (op->kind >= OP_BUDGET) {
			control(w, op);
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

/* ---- the rest of the world ---- */

static int threads_probe(struct trace_error *error)
{
	(void)error;
	return 0;
}

static int threads_begin(struct run *run, struct trace_error *error)
{
	struct tmem_config config = {
		.budget = run->config.frames,
		.shards = run_shards(run),
	};
	const char *why;

	run->tm = tmem_create(&config, &why);
	if (!IS_ERR(run->tm))
		return 0;
	error->code = (int)PTR_ERR(run->tm);
	snprintf(error->text, sizeof(error->text), "cannot create tmem: %s", why);
	run->tm = NULL;
	return error->code;
}

static void threads_end(struct run *run)
{
	if (run->tm)
		tmem_destroy(run->tm);
}

static int threads_worker_init(struct worker *w)
{
	(void)w;
	return 0;
}

static void threads_worker_exit(struct worker *w)
{
	(void)w;
}

static int threads_pool_create(struct run *run, const struct tmem_pool_attr *attr,
			       const char **why)
{
	return tmem_pool_create(run->tm, attr, why);
}

static int threads_pool_destroy(struct run *run, int pool, u32 client)
{
	return tmem_pool_destroy(run->tm, pool, client);
}

static int threads_stats(struct run *run, int pool, struct tmem_stats *stats)
{
	if (pool >= 0)
		return tmem_pool_stats(run->tm, pool, stats);
	tmem_stats(run->tm, stats);
	return 0;
}

/* Nobody takes memory away from a process. */
static int threads_memory(struct run *run, struct tmem_memory *memory,
			  u64 *shrunk)
{
	tmem_memory(run->tm, memory);
	*shrunk = 0;
	return 0;
}

static int threads_validate(struct run *run)
{
	return tmem_validate(run->tm);
}

/* Workers have counted all of them. */
static int threads_latency(struct run *run, enum latency_kind kind,
			   struct histogram *sum)
{
	(void)run;
	(void)kind;
	(void)sum;
	return 0;
}

static const char *threads_clock(const struct run *run, u64 *read_ns)
{
	(void)run;
	*read_ns = sim_clock.read_cost;
	return sim_clock.name;
}

const struct world world_threads = {
	.name = "threads",
	.log = "standard error",
	.probe = threads_probe,
	.begin = threads_begin,
	.end = threads_end,
	.worker_init = threads_worker_init,
	.worker_exit = threads_worker_exit,
	.pool_create = threads_pool_create,
	.pool_destroy = threads_pool_destroy,
	.run_chunk = threads_run_chunk,
	.stats = threads_stats,
	.memory = threads_memory,
	.validate = threads_validate,
	.latency = threads_latency,
	.clock = threads_clock,
};
