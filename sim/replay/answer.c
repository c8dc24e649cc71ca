// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * answer.c - whether a get may return what it did
 */
#include "answer.h"

#include <stdio.h>

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

void answer_check_get(struct worker *w, const struct op *op, int ret,
		      const void *page)
{
	const struct run *run = w->run;
	const struct object *o = object_at(&run->front->objects, op->object);
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
	} else if (page &&
		   !content_matches(&run->config.content, op->object,
				    op->index, op->arg, page, w->other)) {
		violation(w, op, "a get returned wrong bytes");
	}
}
