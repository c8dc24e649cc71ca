// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hashbucket_fine.c - the 2011 structure after its review
 *
 * The same buckets, rb-trees and page-index trees as hashbucket, and the same
 * one lock over them, but only pointers are moved under it: pages are compressed
 * and copied in before, allocations are made before, and what an operation takes
 * out is detached under the lock, then copied out and destroyed after it.
 *
 * An operation that needs an object or nodes drops the lock, allocates, and
 * looks everything up again: it brings what the last attempt lacked, so at most
 * a few dozen attempts are made whatever others do.
 *
 * Locks: the bucket's; under it that of the order.
 */
#include "bucket.h"

static struct kmem_cache *object_cache;

/* What a put brings along. */
struct luggage {
	struct tmem_page *page;
	struct tmem_object *obj;	/* in case there is none yet */
	struct tmem_stash stash;
	union tmem_need need;		/* nodes the last attempt asked for */
};

/* 0 or 1 as put does; -EAGAIN: bring an object or @need nodes. */
static int put_locked(struct tmem_bucket *bucket, struct tmem_request *req,
		      struct luggage *bag, struct tmem_page **old)
{
	struct tmem_object *obj = bucket_find(bucket, req->oid);
	bool add = !obj;

	if (add) {
		obj = bag->obj;
		if (!obj)
			return -EAGAIN;
	}
	bag->need = tmem_object_insert(obj, req->index, bag->page, &bag->stash,
				       old);
	if (bag->need.any)
		return -EAGAIN;
	if (add) {
		bucket_add(bucket, obj);
		bag->obj = NULL;
	}
	return *old ? 1 : 0;
}

static int pack(struct tmem_pool *pool, struct tmem_request *req,
		struct luggage *bag)
{
	if (bag->need.any)
		return tmem_stash_fill(pool, &bag->stash, bag->need);
	bag->obj = tmem_object_alloc(pool, req->oid);
	return bag->obj ? 0 : -ENOMEM;
}

static int fine_put(struct tmem_pool *pool, struct tmem_request *req)
{
	struct tmem_bucket *bucket = bucket_of(pool, req->oid);
	struct tmem_page *old = NULL;
	struct luggage bag = { };
	unsigned long flags;
	int ret, err;

	bag.page = tmem_page_create(pool, req);
	if (IS_ERR(bag.page))
		return PTR_ERR(bag.page);
	for (;;) {
		bag.need.any = 0;
		tmem_lock(pool, &bucket->lock, flags);
		ret = put_locked(bucket, req, &bag, &old);
		tmem_unlock(pool, &bucket->lock, flags);
		if (ret != -EAGAIN)
			break;
		err = pack(pool, req, &bag);
		if (err) {
			tmem_page_put(pool, bag.page);
			ret = err;
			break;
		}
	}
	tmem_stash_empty(pool, &bag.stash);
	tmem_object_free(bag.obj);
	if (old)
		tmem_page_put(pool, old);
	return ret;
}

static int get_exclusive(struct tmem_pool *pool, const struct tmem_oid *oid,
			 u32 index, void *dst)
{
	struct tmem_bucket *bucket = bucket_of(pool, oid);
	struct tmem_page *page = NULL;
	struct tmem_detached out;
	struct tmem_object *obj;
	unsigned long flags;
	int ret;

	tmem_detached_init(&out);
	tmem_lock(pool, &bucket->lock, flags);
	obj = bucket_find(bucket, oid);
	if (obj)
		page = tmem_object_remove(obj, index, NULL, &out.nodes);
	if (page)
		bucket_del_if_empty(bucket, obj, &out);
	tmem_unlock(pool, &bucket->lock, flags);
	if (!page)
		return -ENOENT;

	tmem_detached_free(pool, &out);
	ret = tmem_page_read(pool, page, dst);
	tmem_page_put(pool, page);
	return ret;
}

static int fine_get(struct tmem_pool *pool, const struct tmem_oid *oid,
		    u32 index, void *dst)
{
	struct tmem_page *page;

	if (tmem_pool_exclusive(pool))
		return get_exclusive(pool, oid, index, dst);
	page = bucket_find_page(pool, oid, index);
	return page ? tmem_page_read_kept(pool, page, dst) : -ENOENT;
}

/* One batch from the object named @oid, or from the first of the bucket. */
static long flush_batch(struct tmem_pool *pool, struct tmem_bucket *bucket,
			const struct tmem_oid *oid, struct tmem_range *range)
{
	struct tmem_detached out;
	struct tmem_object *obj;
	unsigned long flags;

	tmem_detached_init(&out);
	tmem_lock(pool, &bucket->lock, flags);
	obj = oid ? bucket_find(bucket, oid) : bucket_first(bucket);
	if (obj) {
		tmem_object_warm(obj, range);
		tmem_object_detach(obj, range, &out);
		bucket_del_if_empty(bucket, obj, &out);
	} else {
		range->done = true;
	}
	tmem_unlock(pool, &bucket->lock, flags);
	return tmem_detached_free(pool, &out);
}

static long fine_flush_range(struct tmem_pool *pool, const struct tmem_oid *oid,
			     struct tmem_range *range)
{
	return flush_batch(pool, bucket_of(pool, oid), oid, range);
}

static long fine_drain(struct tmem_pool *pool)
{
	struct tmem_bucket *table = pool->buckets;
	long nr = 0, batch;
	u32 i;

	for (i = 0; i < bucket_count(pool); i++) {
		do {
			struct tmem_range all = { .last = U32_MAX };

			batch = flush_batch(pool, &table[i], NULL, &all);
			nr += batch;
			if (batch || i % TMEM_DRAIN_BUCKETS == 0)
				cond_resched();
		} while (batch);
	}
	return nr;
}

const struct tmem_index_ops tmem_hashbucket_fine = {
	.name		= "hashbucket-fine",
	.object_size	= sizeof(struct bucket_object),
	.cache		= &object_cache,
	.cache_name	= "tmem_obj_fine",
	.init		= bucket_table_init,
	.exit		= bucket_table_exit,
	.put		= fine_put,
	.get		= fine_get,
	.find		= bucket_find_page,
	.flush_range	= fine_flush_range,
	.replace	= bucket_replace,
	.drain		= fine_drain,
	.validate	= bucket_validate,
};
