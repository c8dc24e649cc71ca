// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * object.c - tree, eviction order and gauges of an object, kept in step
 *
 * A page is added to the order after it was inserted into the tree and taken off
 * it in the same lock hold in which it leaves the tree.  So whoever finds a page
 * listed, in an RCU read section, finds its object alive: an object is retired
 * only when its tree is empty, and its memory lasts for a grace period after.
 */
#include "index.h"

struct tmem_object *tmem_object_alloc(struct tmem_pool *pool,
				      const struct tmem_oid *oid)
{
	struct tmem_object *obj;

	obj = kmem_cache_alloc(*pool->index->cache, pool->gfp);
	if (!obj)
		return NULL;
	obj->oid = *oid;
	obj->pool = pool;
	tmem_radix_setup(&obj->tree);
	return obj;
}

void tmem_object_free(struct tmem_object *obj)
{
	if (obj)
		kmem_cache_free(*obj->pool->index->cache, obj);
}

static void object_free_rcu(struct rcu_head *head)
{
	/* the pool is still there: its destruction waits for callbacks */
	tmem_object_free(container_of(head, struct tmem_object, rcu));
}

void tmem_object_retire(struct tmem_object *obj)
{
	call_rcu(&obj->rcu, object_free_rcu);
}

bool tmem_page_claim(struct tmem_pool *pool, struct tmem_page *page)
{
	if (!(pool->index->flags & TMEM_INDEX_LOCKLESS))
		return true;
	return xchg(&page->owned, 1) == 0;
}

/* All nodes of a stash, on their way in or out. */
static s64 stash_nodes(const struct tmem_stash *stash)
{
	s64 nr = stash->dead.nr;
	unsigned int i;

	for (i = 0; i < TMEM_NODE_SIZES; i++)
		nr += stash->have.nr[i];
	return nr;
}

union tmem_need tmem_object_insert(struct tmem_object *obj, u32 index,
				   struct tmem_page *page,
				   struct tmem_stash *stash,
				   struct tmem_page **old)
{
	struct tmem_pool *pool = obj->pool;
	s64 nr = stash->have.any ? stash_nodes(stash) : 0;
	union tmem_need need;

	page->obj = obj;
	page->index = index;
	need = tmem_radix_insert(&obj->tree, index, page, stash, old);
	if (need.any)
		return need;
	if (nr)
		nr -= stash_nodes(stash);
	if (nr)
		tmem_count(pool, TMEM_nodes, nr);
	if (*old)
		tmem_order_del(pool, *old);
	else
		tmem_count(pool, TMEM_pages, 1);
	tmem_order_add(pool, page);
	return need;
}

struct tmem_page *tmem_object_remove(struct tmem_object *obj, u32 index,
				     const struct tmem_page *expect,
				     struct tmem_node_list *dead)
{
	struct tmem_pool *pool = obj->pool;
	unsigned int nr = dead->nr;
	struct tmem_page *page;

	page = tmem_radix_delete(&obj->tree, index, expect, dead);
	if (!page)
		return NULL;
	if (nr != dead->nr)
		tmem_count(pool, TMEM_nodes, (s64)nr - dead->nr);
	tmem_count(pool, TMEM_pages, -1);
	tmem_order_del(pool, page);
	return page;
}

bool tmem_object_swap(struct tmem_object *obj, struct tmem_page *old,
		      struct tmem_page *new)
{
	new->obj = obj;
	new->index = old->index;
	if (!tmem_radix_swap(&obj->tree, old->index, old, new))
		return false;
	tmem_order_swap(obj->pool, old, new);
	return true;
}

void tmem_detached_init(struct tmem_detached *out)
{
	out->nr_pages = 0;
	out->nodes = (struct tmem_node_list){ };
	out->obj = NULL;
}

void tmem_object_warm(const struct tmem_object *obj,
		      const struct tmem_range *range)
{
	u32 index = range->first;
	struct tmem_page *page;
	unsigned int i;

	for (i = 0; i < TMEM_DETACH_BATCH; i++) {
		page = tmem_radix_next(&obj->tree, &index, range->last);
		if (!page)
			return;
		prefetchw(page);
		if (index++ == range->last)
			return;
	}
}

static void detach_page(struct tmem_object *obj, u32 index,
			struct tmem_detached *out)
{
	struct tmem_page *page;

	page = tmem_object_remove(obj, index, NULL, &out->nodes);
	if (page && tmem_page_claim(obj->pool, page))
		out->pages[out->nr_pages++] = page;
}

void tmem_object_detach(struct tmem_object *obj, struct tmem_range *range,
			struct tmem_detached *out)
{
	u32 index = range->first;
	unsigned int i;

	/* a single page needs no search */
	for (i = 0; i < TMEM_DETACH_BATCH; i++) {
		if (index != range->last &&
		    !tmem_radix_next(&obj->tree, &index, range->last)) {
			range->done = true;
			return;
		}
		detach_page(obj, index, out);
		if (index == range->last) {
			range->done = true;
			return;
		}
		range->first = ++index;
	}
}

long tmem_detached_free(struct tmem_pool *pool, struct tmem_detached *out)
{
	unsigned int i;

	for (i = 0; i < out->nr_pages; i++)
		tmem_page_put(pool, out->pages[i]);
	tmem_nodes_retire(pool, &out->nodes);
	if (out->obj)
		tmem_object_retire(out->obj);
	return out->nr_pages;
}

int tmem_object_validate(const struct tmem_pool *pool,
			 const struct tmem_object *obj,
			 struct tmem_census *sum)
{
	u64 nr_nodes;
	int ret;

	if (!tmem_check(obj->pool == pool) ||
	    !tmem_check(!tmem_object_empty(obj)))
		return -EUCLEAN;
	ret = tmem_radix_validate(obj, &nr_nodes);
	sum->objects++;
	sum->nodes += nr_nodes;
	sum->pages += obj->tree.nr_pages;
	return ret;
}
