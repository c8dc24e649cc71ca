// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * world_kernel_batch.c - chunks executed in the kernel, many operations at a time
 *
 * Operations are collected until something has to happen between two of them: a
 * fence, the end of an interval, a recorded time to wait for, the end of the chunk.
 * Then they go to the kernel in one call, which executes them one after another,
 * and their results are looked at in the same order: all as if they had been
 * executed one by one.
 *
 * The kernel measures latencies itself, around the operation alone, and counts them
 * in histograms of its own.  At recorded times it is different: there a latency is
 * the time from the intended start until the result is back here.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "answer.h"
#include "intervals.h"
#include "world_kernel.h"

#include "../../kmod/uapi/tmem_dev.h"

#define BATCH	256U

/* Pages of a worker: one an operation where bytes are checked or come from a file;
 * else samples, and one that all gets write to. */
#define PAGES	BATCH
static_assert(PAGES > SAMPLE_PAGES, "no room for the samples");

struct batch {
	u32 nr;
	u8 *pages;			/* NULL: the store keeps no bytes */
	const struct op *of[BATCH];	/* what they are in the trace */
	u64 interval[BATCH];
	struct tmem_dev_op ops[BATCH];
	struct tmem_dev_result results[BATCH];
};

static bool page_for_each(const struct run *run)
{
	return run->config.verify || run->config.content.file;
}

int kernel_worker_init(struct worker *w)
{
	struct batch *b = calloc(1, sizeof(*b));

	w->world_data = b;
	if (!b)
		return -ENOMEM;
	if (!w->run->samples)
		return 0;
	b->pages = aligned_alloc(PAGE_SIZE, PAGES * PAGE_SIZE);
	if (!b->pages)
		return -ENOMEM;
	memset(b->pages, 0, PAGES * PAGE_SIZE);
	if (!page_for_each(w->run))
		memcpy(b->pages, w->run->samples, SAMPLE_PAGES * PAGE_SIZE);
	return 0;
}

void kernel_worker_exit(struct worker *w)
{
	struct batch *b = w->world_data;

	if (b)
		free(b->pages);
	free(b);
}

/* ---- collecting ---- */

static u32 page_of_put(const struct worker *w, const struct batch *b,
		       const struct op *op)
{
	const struct content *content = &w->run->config.content;
	u8 *page = b->pages + b->nr * PAGE_SIZE;

	if (!b->pages)
		return TMEM_DEV_NO_PAGE;
	if (!page_for_each(w->run))
		return run_sample(op);
	if (w->run->config.verify)
		content_fill(content, op->object, op->index, op->arg, page);
	else
		memcpy(page, content_page(content, op->object, op->index,
					  op->arg), PAGE_SIZE);
	return b->nr;
}

static u32 page_of_get(const struct worker *w, const struct batch *b)
{
	if (!b->pages)
		return TMEM_DEV_NO_PAGE;
	return page_for_each(w->run) ? b->nr : SAMPLE_PAGES;
}

static void collect(struct worker *w, struct batch *b, const struct op *op,
		    u64 interval)
{
	const struct run *run = w->run;
	const struct object *o = object_at(&run->front->objects, op->object);
	struct tmem_dev_op *dev = &b->ops[b->nr];

	*dev = (struct tmem_dev_op){
		.oid = { o->oid.w[0], o->oid.w[1], o->oid.w[2] },
		.index = op->index,
		.pool = run->pool_ids[o->pool],
	};
	switch (op->kind) {
	case OP_PUT:
		dev->kind = TMEM_DEV_PUT;
		dev->page = page_of_put(w, b, op);
		break;
	case OP_GET:
		dev->kind = TMEM_DEV_GET;
		dev->page = page_of_get(w, b);
		break;
	case OP_FLUSH:
		dev->kind = TMEM_DEV_FLUSH_PAGE;
		break;
	default:
		dev->kind = TMEM_DEV_FLUSH_RANGE;
		dev->last = op->arg;
	}
	if (!run->config.timed && worker_sample(w))
		dev->flags = TMEM_DEV_OP_TIMED;
	b->of[b->nr] = op;
	b->interval[b->nr++] = interval;
}

static void collect_budget(struct worker *w, struct batch *b,
			   const struct op *op)
{
	b->ops[b->nr] = (struct tmem_dev_op){
		.oid = { w->run->config.steps[op->arg].frames },
		.kind = TMEM_DEV_BUDGET,
	};
	b->of[b->nr++] = op;
}

/* ---- results ---- */

static void answer(struct worker *w, const struct batch *b, u32 i)
{
	const struct op *op = b->of[i];
	int ret = (int)b->results[i].result;
	u32 page = b->ops[i].page;

	switch (op->kind) {
	case OP_PUT:
		answer_put(w, op, ret);
		break;
	case OP_GET:
		answer_get(w, op, ret, b->pages ?
			   b->pages + (size_t)page * PAGE_SIZE : NULL);
		break;
	case OP_FLUSH:
		answer_flush(w, op, !ret);
		break;
	default:
		answer_flush(w, op, b->results[i].result > 0);
	}
}

/* One result; returns how many operations of the trace that is. */
static u32 take_result(struct worker *w, const struct batch *b, u32 i)
{
	struct tally *tally, before;
	struct interval *interval;

	if (b->of[i]->kind == OP_BUDGET)
		return 0;
	if (!w->run->config.interval) {
		answer(w, b, i);
		return 1;
	}
	tally = &w->clients[b->of[i]->client];
	before = *tally;
	answer(w, b, i);
	interval = interval_at(w, b->interval[i]);
	if (!interval)
		return 1;
	tally_delta(&interval->tally, &before, tally);
	if (b->ops[i].flags & TMEM_DEV_OP_TIMED)
		interval_latency(interval, b->results[i].latency_ns);
	return 1;
}

/* Execute what is collected. */
static void submit(struct worker *w, struct batch *b)
{
	struct tmem_dev_batch arg = {
		.size = sizeof(arg),
		.ops = (uintptr_t)b->ops,
		.results = (uintptr_t)b->results,
		.pages = (uintptr_t)b->pages,
		.nr = b->nr,
		.nr_pages = b->pages ? PAGES : 0,
	};
	u64 done = 0;
	u32 i;

	if (!b->nr)
		return;
	if (ioctl(w->run->kernel->fd, TMEM_DEV_SUBMIT, &arg)) {
		char text[128];

		snprintf(text, sizeof(text), TMEM_DEV_PATH
			 " did not execute a batch: %s; see dmesg", strerror(errno));
		run_fail(w->run, errno ? -errno : -EIO, text);
	}
	for (i = 0; i < arg.done && i < b->nr; i++)
		done += take_result(w, b, i);
	b->nr = 0;
	WRITE_ONCE(w->ops, w->ops + done);
}

/* ---- chunks ---- */

/* What is not an operation on pages. */
static void control(struct worker *w, struct batch *b, const struct op *op)
{
	struct deal *deal = &w->run->front->deal;

	switch (op->kind) {
	case OP_BUDGET:
		collect_budget(w, b, op);
		break;
	case OP_POST:
		submit(w, b);
		worker_fence_post(fence_at(deal, op->arg));
		break;
	case OP_WAIT:
		/* others may wait for what is collected */
		submit(w, b);
		worker_fence_wait(w, fence_at(deal, op->arg));
		break;
	}
}

/* One operation at its recorded time. */
static void one_timed_op(struct worker *w, struct batch *b, const struct op *op,
			 u64 time, u64 number)
{
	static const enum latency_kind kinds[] = {
		[OP_PUT] = LATENCY_PUT,
		[OP_GET] = LATENCY_GET,
		[OP_FLUSH] = LATENCY_FLUSH,
		[OP_FLUSH_RANGE] = LATENCY_FLUSH,
	};
	struct interval *interval;
	u64 due = worker_wait_until(w, time), ns;

	collect(w, b, op, number);
	submit(w, b);
	if (!worker_sample(w))
		return;
	ns = worker_now(w) - due;
	histogram_record(w->latency[kinds[op->kind]], ns);
	interval = w->run->config.interval ? interval_at(w, number) : NULL;
	if (interval)
		interval_latency(interval, ns);
}

static void one_op(struct worker *w, struct batch *b, const struct chunk *chunk,
		   u32 i)
{
	const struct run_config *c = &w->run->config;
	const struct op *op = &chunk->ops[i];
	struct fence *fence = NULL;
	u64 number = 0;

	if (op->flags & OP_FENCED) {
		fence = fence_at(&w->run->front->deal, chunk->fences[i]);
		submit(w, b);
		worker_fence_begin(w, fence);
	}
	if (c->interval) {
		number = chunk->tags[i] / c->interval;
		if (number >= w->nr_intervals)
			submit(w, b);
		interval_enter(w, number);
	}
	if (c->timed)
		one_timed_op(w, b, op, chunk->tags[i], number);
	else
		collect(w, b, op, number);
	if (fence) {
		submit(w, b);
		worker_fence_end(fence);
	}
}

void kernel_run_chunk(struct worker *w, const struct chunk *chunk)
{
	struct batch *b = w->world_data;
	u32 i;

	for (i = 0; i < chunk->nr && !READ_ONCE(w->run->stop); i++) {
		if (b->nr == BATCH)
			submit(w, b);
		if (chunk->ops[i].kind >= OP_BUDGET)
			control(w, b, &chunk->ops[i]);
		else
			one_op(w, b, chunk, i);
	}
	submit(w, b);
}
