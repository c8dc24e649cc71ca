// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hashbucket.c - the design of the 2011 in-kernel tmem, as it was
 *
 * Hash buckets, a spinlock and an rb-tree of objects each; per object a 64-way
 * tree of pages.  The bucket's lock is held over the whole operation: allocation,
 * compression, copying and freeing happen under it.  This is the baseline that
 * the other designs are compared with: it is kept correct, not fast.
 *
 * Two things differ from 2011 because coherency asks for it.  A put makes the
 * new page before it touches the old one, so that a put for which memory has to
 * be found first leaves the structure alone; and an object's memory outlives its
 * removal by a grace period, so that an evictor may still look at it.
 *
 * Locks: the bucket's.  Under it those of order and store.
 */
#include "bucket.h"

static struct kmem_cache *object_cache;

/* Insert, bringing along nodes as they are needed, under the bucket's lock. */
static int insert_locked(struct tmem_object *obj, struct tmem_request *req,
			 struct tmem_page *page, struct tmem_page **old)
{
	struct tmem_stash stash = { };
	union tmem_need need;
	int ret = 0;

	for (;;) {
		need = tmem_object_insert(obj, req->index, page, &stash, old);
		if (!need.any)
			break;
		ret = tmem_stash_fill(obj->pool, &stash, need);
		if (ret)
			break;
	}
	tmem_stash_empty(obj->pool, &stash);
	return ret;
}

static int put_locked(struct tmem_pool *pool, struct tmem_bucket *bucket,
		      struct tmem_request *req)
{
	struct tmem_object *obj = bucket_find(bucket, req->oid), *new = NULL;
	struct tmem_page *page, *old;
	int ret = -ENOMEM;

	if (!obj) {
		obj = new = tmem_object_alloc(pool, req->oid);
		if (!obj)
			return ret;
	}
	page = tmem_page_create(pool, req);
	if (IS_ERR(page)) {
		ret = PTR_ERR(page);
		goto free_object;
	}
	ret = insert_locked(obj, req, page, &old);
	if (ret)
		goto free_page;
	if (new)
		bucket_add(bucket, new);
	if (old)
		tmem_page_put(pool, old);
	return old ? 1 : 0;

free_page:
	tmem_page_put(pool, page);
free_object:
	tmem_object_free(new);
	return ret;
}

static int hashbucket_put(struct tmem_pool *pool, struct tmem_request *req)
{
	struct tmem_bucket *bucket = bucket_of(pool, req->oid);
	unsigned long flags;
	int ret;

	tmem_lock(pool, &bucket->lock, flags);
	ret = put_locked(pool, bucket, req);
	tmem_unlock(pool, &bucket->lock, flags);
	return ret;
}

/* Take one page out, and its object with the last, and free them. */
static void remove_locked(struct tmem_bucket *bucket, struct tmem_object *obj,
			  struct tmem_page *page)
{
	struct tmem_detached out;

	tmem_detached_init(&out);
	tmem_object_remove(obj, page->index, page, &out.nodes);
	tmem_page_put(obj->pool, page);
	bucket_del_if_empty(bucket, obj, &out);
	tmem_detached_free(obj->pool, &out);
}

static int get_locked(struct tmem_pool *pool, struct tmem_bucket *bucket,
		      const struct tmem_oid *oid, u32 index, void *dst)
{
	struct tmem_object *obj = bucket_find(bucket, oid);
	struct tmem_page *page;
	int ret;

	page = obj ? tmem_radix_lookup(&obj->tree, index) : NULL;
	if (!page)
		return -ENOENT;
	ret = tmem_page_read(pool, page, dst);
	if (tmem_pool_persistent(pool))
		return ret;
	if (!ret && !tmem_pool_exclusive(pool)) {
		tmem_order_used(pool, page);
		return 0;
	}
	if (ret && !tmem_pool_exclusive(pool))
		tmem_count(pool, TMEM_dropped, 1);
	remove_locked(bucket, obj, page);
	return ret;
}

static int hashbucket_get(struct tmem_pool *pool, const struct tmem_oid *oid,
			  u32 index, void *dst)
{
	struct tmem_bucket *bucket = bucket_of(pool, oid);
	unsigned long flags;
	int ret;

	tmem_lock(pool, &bucket->lock, flags);
	ret = get_locked(pool, bucket, oid, index, dst);
	tmem_unlock(pool, &bucket->lock, flags);
	return ret;
}

/* All of a range, freed on the spot. */
static long flush_locked(struct tmem_pool *pool, struct tmem_bucket *bucket,
			 struct tmem_object *obj, struct tmem_range *range)
{
	struct tmem_detached out;
	long nr = 0;

	while (!range->done) {
		tmem_detached_init(&out);
		tmem_object_detach(obj, range, &out);
		if (range->done)
			bucket_del_if_empty(bucket, obj, &out);
		nr += tmem_detached_free(pool, &out);
	}
	return nr;
}

static long hashbucket_flush_range(struct tmem_pool *pool,
				   const struct tmem_oid *oid,
				   struct tmem_range *range)
{
	struct tmem_bucket *bucket = bucket_of(pool, oid);
	struct tmem_object *obj;
	unsigned long flags;
	long nr = 0;

	tmem_lock(pool, &bucket->lock, flags);
	obj = bucket_find(bucket, oid);
	if (obj)
		nr = flush_locked(pool, bucket, obj, range);
	tmem_unlock(pool, &bucket->lock, flags);
	range->done = true;
	return nr;
}

static long hashbucket_drain(struct tmem_pool *pool)
{
	struct tmem_bucket *table = pool->buckets;
	struct tmem_object *obj;
	unsigned long flags;
	long nr = 0;
	u32 i;

	for (i = 0; i < bucket_count(pool); i++) {
		tmem_lock(pool, &table[i].lock, flags);
		while ((obj = bucket_first(&table[i]))) {
			struct tmem_range all = { .last = U32_MAX };

			nr += flush_locked(pool, &table[i], obj, &all);
		}
		tmem_unlock(pool, &table[i].lock, flags);
		if (i % TMEM_DRAIN_BUCKETS == 0)
			cond_resched();
	}
	return nr;
}

const struct tmem_index_ops tmem_hashbucket = {
	.name		= "hashbucket",
	.object_size	= sizeof(struct bucket_object),
	.cache		= &object_cache,
	.cache_name	= "tmem_obj_hashbucket",
	.init		= bucket_table_init,
	.exit		= bucket_table_exit,
	.put		= hashbucket_put,
	.get		= hashbucket_get,
	.find		= bucket_find_page,
	.flush_range	= hashbucket_flush_range,
	.replace	= bucket_replace,
	.drain		= hashbucket_drain,
	.validate	= bucket_validate,
};
