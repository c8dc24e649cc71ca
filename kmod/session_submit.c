// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * session_submit.c - batches of operations
 *
 * A batch runs in a lane: a buffer for some operations and their results, and one
 * page.  Operations are copied in by the bufferful, executed one after another, and
 * their results copied out, so that what a batch takes of the kernel's memory does
 * not depend on its size.  The bytes of a page go through the lane's page, in before
 * the clock is read and out afterwards.
 *
 * There are twice as many lanes as CPUs at most: a batch waits for the disk only
 * where the caller's memory is not there, and more would only hold memory.
 */
#include <linux/gfp.h>
#include <linux/ktime.h>
#include <linux/nospec.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "session.h"

static_assert(sizeof(struct tmem_dev_op) == 48);
static_assert(sizeof(struct tmem_dev_result) == 16);
static_assert(TMEM_DEV_PAGE_SIZE == PAGE_SIZE);

/* ---- lanes ---- */

static void lane_free(struct session_lane *lane)
{
	vfree(lane->hists);
	free_page((unsigned long)lane->page);
	kfree(lane);
}

static struct session_lane *lane_new(void)
{
	struct session_lane *lane = kzalloc(sizeof(*lane), GFP_KERNEL_ACCOUNT);

	if (!lane)
		return NULL;
	/* of zeros: what store none leaves in it goes to the caller */
	lane->page = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (lane->page)
		return lane;
	kfree(lane);
	return NULL;
}

static struct session_lane *lane_idle(struct session *s)
{
	struct session_lane *lane;

	spin_lock(&s->lock);
	lane = list_first_entry_or_null(&s->idle, struct session_lane, idle);
	if (lane)
		list_del(&lane->idle);
	spin_unlock(&s->lock);
	return lane;
}

static struct session_lane *lane_get(struct session *s)
{
	struct session_lane *lane;

	if (down_killable(&s->places))
		return ERR_PTR(-EINTR);
	lane = lane_idle(s);
	if (lane)
		return lane;
	lane = lane_new();
	if (!lane) {
		up(&s->places);
		return ERR_PTR(-ENOMEM);
	}
	spin_lock(&s->lock);
	list_add(&lane->all, &s->all);
	spin_unlock(&s->lock);
	return lane;
}

static void lane_put(struct session *s, struct session_lane *lane)
{
	spin_lock(&s->lock);
	list_add(&lane->idle, &s->idle);
	spin_unlock(&s->lock);
	up(&s->places);
}

void session_lanes_free(struct session *s)
{
	struct session_lane *lane, *next;

	list_for_each_entry_safe(lane, next, &s->all, all)
		lane_free(lane);
}

/* ---- one operation ---- */

/* What may be set besides the kind, and where its latency counts. */
#define OP_PAGE		BIT(0)		/* a page; without it 0 */
#define OP_LAST		BIT(1)		/* a last index; without it 0 */
#define OP_FRAMES	BIT(2)		/* nothing but oid[0] */
#define OP_COPY_IN	BIT(3)		/* the page, before */
#define OP_COPY_OUT	BIT(4)		/* the page, after a hit */

static const struct op_form {
	u32 flags;
	enum tmem_dev_hist_kind hist;
} op_forms[] = {
	[TMEM_DEV_PUT] = { OP_PAGE | OP_COPY_IN, TMEM_DEV_HIST_PUT },
	[TMEM_DEV_GET] = { OP_PAGE | OP_COPY_OUT, TMEM_DEV_HIST_GET },
	[TMEM_DEV_FLUSH_PAGE] = { 0, TMEM_DEV_HIST_FLUSH },
	[TMEM_DEV_FLUSH_RANGE] = { OP_LAST, TMEM_DEV_HIST_FLUSH },
	[TMEM_DEV_REPLACE] = { OP_PAGE | OP_COPY_IN, TMEM_DEV_HIST_PUT },
	[TMEM_DEV_BUDGET] = { OP_FRAMES, 0 },
};

/* The form of an operation that is as tmem_dev.h says, or NULL. */
static const struct op_form *op_check(const struct tmem_dev_op *op,
				      const struct tmem_dev_batch *b)
{
	const struct op_form *form;
	u32 kind = op->kind;

	if (kind < TMEM_DEV_PUT || kind >= ARRAY_SIZE(op_forms))
		return NULL;
	form = &op_forms[array_index_nospec(kind, ARRAY_SIZE(op_forms))];
	if (op->flags & ~TMEM_DEV_OP_TIMED)
		return NULL;
	if (form->flags & OP_PAGE ?
	    op->page >= b->nr_pages && op->page != TMEM_DEV_NO_PAGE : op->page)
		return NULL;
	if (form->flags & OP_LAST ? op->last < op->index : op->last)
		return NULL;
	if (form->flags & OP_FRAMES &&
	    (op->oid[1] || op->oid[2] || op->index || op->pool || op->flags))
		return NULL;
	return form;
}

static long op_call(struct tmem *tm, const struct tmem_dev_op *op, void *page)
{
	struct tmem_oid oid = { .w = { op->oid[0], op->oid[1], op->oid[2] } };
	int pool = op->pool;

	if (pool < 0 || pool >= TMEM_MAX_POOLS)
		return -ENODEV;
	pool = array_index_nospec(pool, TMEM_MAX_POOLS);
	switch (op->kind) {
	case TMEM_DEV_PUT:
		return tmem_put(tm, pool, &oid, op->index, page);
	case TMEM_DEV_GET:
		return tmem_get(tm, pool, &oid, op->index, page);
	case TMEM_DEV_FLUSH_PAGE:
		return tmem_flush_page(tm, pool, &oid, op->index);
	case TMEM_DEV_FLUSH_RANGE:
		return tmem_flush_range(tm, pool, &oid, op->index, op->last);
	case TMEM_DEV_REPLACE:
		return tmem_replace(tm, pool, &oid, op->index, page);
	default:
		return tmem_set_budget(tm, op->oid[0]);
	}
}

static int op_execute(struct session *s, struct session_lane *lane,
		      const struct tmem_dev_batch *b,
		      const struct tmem_dev_op *op,
		      struct tmem_dev_result *result)
{
	const struct op_form *form = op_check(op, b);
	bool timed = op->flags & TMEM_DEV_OP_TIMED;
	void __user *bytes = NULL;
	void *page = NULL;
	u64 begin = 0;

	if (!form)
		return -EINVAL;
	if (timed && !lane->hists) {
		lane->hists = session_hists_alloc();
		if (!lane->hists)
			return -ENOMEM;
	}
	if (form->flags & OP_PAGE && op->page != TMEM_DEV_NO_PAGE) {
		bytes = u64_to_user_ptr(b->pages + (u64)op->page * PAGE_SIZE);
		page = lane->page;
	}
	if (page && form->flags & OP_COPY_IN &&
	    copy_from_user(page, bytes, PAGE_SIZE))
		return -EFAULT;
	result->latency_ns = 0;
	if (timed)
		begin = ktime_get_ns();
	result->result = op_call(session_tm(s), op, page);
	if (timed) {
		result->latency_ns = ktime_get_ns() - begin;
		session_hist_record(&lane->hists[form->hist],
				    result->latency_ns);
	}
	if (page && form->flags & OP_COPY_OUT && !result->result &&
	    copy_to_user(bytes, page, PAGE_SIZE))
		return -EFAULT;
	return 0;
}

/* ---- a batch ---- */

static int batch_check(const struct tmem_dev_batch *b)
{
	if (b->nr > TMEM_DEV_MAX_BATCH || b->nr_pages > TMEM_DEV_MAX_PAGES)
		return -E2BIG;
	if (!b->nr || b->flags || b->reserved)
		return -EINVAL;
	if (!IS_ALIGNED(b->ops, 8) || !IS_ALIGNED(b->results, 8) ||
	    !IS_ALIGNED(b->pages, PAGE_SIZE))
		return -EINVAL;
	return !b->nr_pages && b->pages ? -EINVAL : 0;
}

/* Up to a bufferful of operations, from @b->done on, which it moves. */
static int run_piece(struct session *s, struct session_lane *lane,
		     struct tmem_dev_batch *b)
{
	u32 nr = min(b->nr - b->done, LANE_OPS), i;
	int ret = 0;

	if (copy_from_user(lane->ops,
			   u64_to_user_ptr(b->ops + b->done * sizeof(*lane->ops)),
			   nr * sizeof(*lane->ops)))
		return -EFAULT;
	for (i = 0; i < nr; i++) {
		ret = op_execute(s, lane, b, &lane->ops[i], &lane->results[i]);
		if (ret)
			break;
	}
	if (b->results && i &&
	    copy_to_user(u64_to_user_ptr(b->results +
					 b->done * sizeof(*lane->results)),
			 lane->results, i * sizeof(*lane->results)))
		ret = -EFAULT;
	b->done += i;
	return ret;
}

int session_submit(struct session *s, void *arg)
{
	struct tmem_dev_batch *b = arg;
	struct session_lane *lane;
	int ret = batch_check(b);

	b->done = 0;
	if (ret)
		return ret;
	lane = lane_get(s);
	if (IS_ERR(lane))
		return PTR_ERR(lane);
	while (!ret && b->done < b->nr) {
		if (fatal_signal_pending(current))
			ret = -EINTR;
		else
			ret = run_piece(s, lane, b);
		cond_resched();
	}
	lane_put(s, lane);
	return ret;
}
