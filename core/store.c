// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * store.c - life of page descriptors; the stores none and raw
 *
 * none keeps no bytes and charges a page frame a page: curves and benchmarks of
 * the index.  raw keeps each page in a page frame of its own.
 */
#include "store.h"
#include "frame.h"
#include "index.h"

/* Descriptors with and without a place in the order. */
static struct kmem_cache *ephemeral_cache, *persistent_cache;

static void destroy_caches(void)
{
	kmem_cache_destroy(ephemeral_cache);
	kmem_cache_destroy(persistent_cache);
	ephemeral_cache = NULL;
	persistent_cache = NULL;
}

int tmem_store_init(void)
{
	ephemeral_cache = kmem_cache_create("tmem_page",
					    sizeof(struct tmem_page), 0, 0, NULL);
	persistent_cache = kmem_cache_create("tmem_page_persistent",
					     offsetof(struct tmem_page, order),
					     0, 0, NULL);
	if (!ephemeral_cache || !persistent_cache || tmem_frame_cache_init()) {
		destroy_caches();
		return -ENOMEM;
	}
	return 0;
}

void tmem_store_exit(void)
{
	tmem_frame_cache_exit();
	destroy_caches();
}

static inline struct kmem_cache *page_cache(const struct tmem_pool *pool)
{
	return tmem_pool_persistent(pool) ? persistent_cache : ephemeral_cache;
}

/* ---- descriptors ---- */

struct tmem_page *tmem_page_create(struct tmem_pool *pool,
				   struct tmem_request *req)
{
	struct tmem_page *page = kmem_cache_alloc(page_cache(pool), pool->gfp);
	int ret;

	if (!page)
		return ERR_PTR(-ENOMEM);
	page->obj = NULL;
	refcount_set(&page->refs, 1);
	WRITE_ONCE(page->owned, 0);
	page->used = 0;
	page->listed = 0;
	page->shard = req->shard;
	ret = pool->store->add(pool, page, req);
	if (ret) {
		kmem_cache_free(page_cache(pool), page);
		return ERR_PTR(ret);
	}
	tmem_count(pool, TMEM_bytes_stored, page->size);
	return page;
}

static void ephemeral_free_rcu(struct rcu_head *head)
{
	kmem_cache_free(ephemeral_cache,
			container_of(head, struct tmem_page, rcu));
}

static void persistent_free_rcu(struct rcu_head *head)
{
	kmem_cache_free(persistent_cache,
			container_of(head, struct tmem_page, rcu));
}

size_t tmem_page_drop(struct tmem_pool *pool, struct tmem_page *page,
		      unsigned int refs)
{
	size_t bytes;

	if (!refcount_sub_and_test(refs, &page->refs))
		return 0;
	tmem_count(pool, TMEM_bytes_stored, -(s64)page->size);
	bytes = pool->late_bytes ? pool->store->charge :
		pool->store->del(pool, page);
	tmem_count(pool, TMEM_bytes_charged, -(s64)bytes);
	if (pool->late_bytes)
		call_rcu(&page->rcu, pool->store->late_del);
	else if (pool->index->flags & TMEM_INDEX_LOCKLESS)
		call_rcu(&page->rcu, tmem_pool_persistent(pool) ?
			 persistent_free_rcu : ephemeral_free_rcu);
	else
		kmem_cache_free(page_cache(pool), page);
	return bytes;
}

void tmem_page_put(struct tmem_pool *pool, struct tmem_page *page)
{
	size_t bytes = tmem_page_drop(pool, page, 1);

	if (bytes)
		tmem_uncharge(pool->tm, bytes);
}

int tmem_page_read_kept(struct tmem_pool *pool, struct tmem_page *page,
			void *dst)
{
	int ret = tmem_page_read(pool, page, dst);

	if (!tmem_pool_persistent(pool)) {
		if (!ret) {
			tmem_order_used(pool, page);
		} else if (!pool->index->replace(pool, page, NULL)) {
			tmem_count(pool, TMEM_dropped, 1);
			tmem_page_put(pool, page);
		}
	}
	tmem_page_put(pool, page);
	return ret;
}

/* ---- charges ---- */

int tmem_store_charge(struct tmem_pool *pool, struct tmem_request *req,
		      size_t bytes)
{
	if (req->reserved >= bytes) {
		req->reserved -= bytes;
	} else if (tmem_charge(pool->tm, bytes)) {
		req->short_by = bytes;
		return -ENOSPC;
	}
	tmem_count(pool, TMEM_bytes_charged, bytes);
	return 0;
}

void tmem_store_uncharge(struct tmem_pool *pool, size_t bytes)
{
	tmem_count(pool, TMEM_bytes_charged, -(s64)bytes);
	tmem_uncharge(pool->tm, bytes);
}

/* ---- the compressor's memory ---- */

int tmem_scratch_init(struct tmem *tm)
{
	struct tmem_scratch **scratch;
	unsigned int cpu;

	if (tm->scratch)
		return 0;
	scratch = kvcalloc(nr_cpu_ids, sizeof(*scratch), GFP_KERNEL);
	if (!scratch)
		return -ENOMEM;
	tm->scratch = scratch;
	for_each_possible_cpu(cpu) {
		scratch[cpu] = kvmalloc(sizeof(**scratch), GFP_KERNEL);
		if (!scratch[cpu]) {
			tmem_scratch_exit(tm);
			return -ENOMEM;
		}
	}
	return 0;
}

void tmem_scratch_exit(struct tmem *tm)
{
	unsigned int cpu;

	if (!tm->scratch)
		return;
	for_each_possible_cpu(cpu)
		kvfree(tm->scratch[cpu]);
	kvfree(tm->scratch);
	tm->scratch = NULL;
}

struct tmem_scratch *tmem_scratch_get(struct tmem_pool *pool,
				      struct tmem_request *req)
{
	if (!req->scratch)
		req->scratch = pool->tm->scratch[get_cpu()];
	return req->scratch;
}

void tmem_request_end(struct tmem_pool *pool, struct tmem_request *req)
{
	if (req->scratch)
		put_cpu();
	if (req->reserved)
		tmem_uncharge(pool->tm, req->reserved);
}

/* ---- store none ---- */

static int none_add(struct tmem_pool *pool, struct tmem_page *page,
		    struct tmem_request *req)
{
	page->kind = TMEM_PAGE_INDEX;
	page->size = 0;
	return tmem_store_charge(pool, req, PAGE_SIZE);
}

static int none_get(struct tmem_pool *pool __maybe_unused,
		    struct tmem_page *page __maybe_unused,
		    void *dst __maybe_unused)
{
	return 0;
}

static size_t none_del(struct tmem_pool *pool __maybe_unused,
		       struct tmem_page *page __maybe_unused)
{
	return PAGE_SIZE;
}

const struct tmem_store_ops tmem_store_none = {
	.name	= "none",
	.charge	= PAGE_SIZE,
	.add	= none_add,
	.get	= none_get,
	.del	= none_del,
	.late_del = persistent_free_rcu,
};

/* ---- store raw ---- */

static int raw_add(struct tmem_pool *pool, struct tmem_page *page,
		   struct tmem_request *req)
{
	int ret = tmem_store_charge(pool, req, PAGE_SIZE);

	if (ret)
		return ret;
	page->addr = __get_free_page(pool->gfp);
	if (!page->addr) {
		tmem_store_uncharge(pool, PAGE_SIZE);
		return -ENOMEM;
	}
	memcpy((void *)page->addr, req->src, PAGE_SIZE);
	page->kind = TMEM_PAGE_RAW;
	page->size = PAGE_SIZE;
	return 0;
}

static int raw_get(struct tmem_pool *pool __maybe_unused,
		   struct tmem_page *page, void *dst)
{
	memcpy(dst, (void *)page->addr, PAGE_SIZE);
	return 0;
}

static size_t raw_del(struct tmem_pool *pool __maybe_unused,
		      struct tmem_page *page)
{
	free_page(page->addr);
	return PAGE_SIZE;
}

static void raw_late_del(struct rcu_head *head)
{
	free_page(container_of(head, struct tmem_page, rcu)->addr);
	persistent_free_rcu(head);
}

const struct tmem_store_ops tmem_store_raw = {
	.name	= "raw",
	.charge	= PAGE_SIZE,
	.add	= raw_add,
	.get	= raw_get,
	.del	= raw_del,
	.late_del = raw_late_del,
};
