// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * objlock.c - a lock and a reference count per object
 *
 * The bucket's lock only finds or adds an object and takes a reference to it; its
 * page-index tree is under a lock of its own.  So two files, or two slices of a
 * swap device, meet only for the few steps through an rb-tree.  Page bytes move
 * under no spinlock.
 *
 * References.  An object is linked in its bucket as long as it has references.
 * Each operation holds one, and so does the tree while it is not empty: whoever
 * empties it drops that one too.  A count of zero is reached under the bucket's
 * lock only, together with the unlinking, so that whoever finds an object there
 * may take a reference.  Nobody has to ask whether an object is dead.
 *
 * Locks: the bucket's, for lookup and for the last reference; the object's, for
 * its tree; under it that of the order.  The first two are never held together.
 */
#include "bucket.h"

struct objlock_object {
	struct bucket_object b;
	spinlock_t lock;		/* the tree */
	refcount_t refs;
};

static struct kmem_cache *object_cache;

static inline struct objlock_object *to_objlock(struct tmem_object *obj)
{
	return container_of(obj, struct objlock_object, b.base);
}

static struct objlock_object *find_get(struct tmem_pool *pool,
				       struct tmem_bucket *bucket,
				       const struct tmem_oid *oid)
{
	struct tmem_object *obj;
	unsigned long flags;

	tmem_lock(pool, &bucket->lock, flags);
	/* without an oid: the first of the bucket */
	obj = oid ? bucket_find(bucket, oid) : bucket_first(bucket);
	if (obj)
		refcount_inc(&to_objlock(obj)->refs);
	tmem_unlock(pool, &bucket->lock, flags);
	return obj ? to_objlock(obj) : NULL;
}

static struct objlock_object *add_get(struct tmem_pool *pool,
				      struct tmem_bucket *bucket,
				      const struct tmem_oid *oid)
{
	struct tmem_object *new, *obj;
	unsigned long flags;

	new = tmem_object_alloc(pool, oid);
	if (!new)
		return NULL;
	tmem_lock_init(pool, &to_objlock(new)->lock);
	refcount_set(&to_objlock(new)->refs, 1);

	tmem_lock(pool, &bucket->lock, flags);
	/* somebody else may have added it since we looked */
	obj = bucket_find(bucket, oid);
	if (obj) {
		refcount_inc(&to_objlock(obj)->refs);
	} else {
		obj = new;
		new = NULL;
		bucket_add(bucket, obj);
	}
	tmem_unlock(pool, &bucket->lock, flags);
	tmem_object_free(new);
	return to_objlock(obj);
}

static void object_put(struct tmem_pool *pool, struct objlock_object *obj)
{
	struct tmem_bucket *bucket = bucket_of(pool, &obj->b.base.oid);
	unsigned long flags;
	bool last;

	if (refcount_dec_not_one(&obj->refs))
		return;
	tmem_lock(pool, &bucket->lock, flags);
	last = refcount_dec_and_test(&obj->refs);
	if (last)
		bucket_del(bucket, &obj->b.base);
	tmem_unlock(pool, &bucket->lock, flags);
	if (last)
		tmem_object_retire(&obj->b.base);
}

static int objlock_put(struct tmem_pool *pool, struct tmem_request *req)
{
	struct tmem_bucket *bucket = bucket_of(pool, req->oid);
	struct tmem_stash stash = { };
	struct tmem_page *page, *old = NULL;
	struct objlock_object *obj;
	unsigned long flags;
	union tmem_need need;
	bool was_empty;
	int ret;

	page = tmem_page_create(pool, req);
	if (IS_ERR(page))
		return PTR_ERR(page);
	ret = -ENOMEM;
	obj = find_get(pool, bucket, req->oid);
	if (!obj)
		obj = add_get(pool, bucket, req->oid);
	if (!obj)
		goto free_page;

	do {
		tmem_lock(pool, &obj->lock, flags);
		was_empty = tmem_object_empty(&obj->b.base);
		need = tmem_object_insert(&obj->b.base, req->index, page,
					  &stash, &old);
		if (!need.any && was_empty)
			refcount_inc(&obj->refs);	/* the tree's */
		tmem_unlock(pool, &obj->lock, flags);
		if (need.any && tmem_stash_fill(pool, &stash, need))
			goto put_object;
	} while (need.any);
	ret = old ? 1 : 0;

put_object:
	object_put(pool, obj);
	tmem_stash_empty(pool, &stash);
free_page:
	if (ret < 0)
		tmem_page_put(pool, page);
	else if (old)
		tmem_page_put(pool, old);
	return ret;
}

/* Take out the page at @index (@expect: if it is that), or NULL. */
static struct tmem_page *object_take(struct objlock_object *obj, u32 index,
				     const struct tmem_page *expect)
{
	struct tmem_pool *pool = obj->b.base.pool;
	struct tmem_node_list dead = { };
	struct tmem_page *page;
	unsigned long flags;
	bool emptied;

	tmem_lock(pool, &obj->lock, flags);
	page = tmem_object_remove(&obj->b.base, index, expect, &dead);
	emptied = page && tmem_object_empty(&obj->b.base);
	tmem_unlock(pool, &obj->lock, flags);
	tmem_nodes_retire(pool, &dead);
	if (emptied)
		object_put(pool, obj);	/* the tree's */
	return page;
}

static struct tmem_page *objlock_find(struct tmem_pool *pool,
				      const struct tmem_oid *oid, u32 index)
{
	struct objlock_object *obj = find_get(pool, bucket_of(pool, oid), oid);
	struct tmem_page *page;
	unsigned long flags;

	if (!obj)
		return NULL;
	tmem_lock(pool, &obj->lock, flags);
	page = tmem_radix_lookup(&obj->b.base.tree, index);
	if (page)
		refcount_inc(&page->refs);
	tmem_unlock(pool, &obj->lock, flags);
	object_put(pool, obj);
	return page;
}

static int objlock_get(struct tmem_pool *pool, const struct tmem_oid *oid,
		       u32 index, void *dst)
{
	struct objlock_object *obj;
	struct tmem_page *page;
	int ret;

	if (!tmem_pool_exclusive(pool)) {
		page = objlock_find(pool, oid, index);
		return page ? tmem_page_read_kept(pool, page, dst) : -ENOENT;
	}
	obj = find_get(pool, bucket_of(pool, oid), oid);
	if (!obj)
		return -ENOENT;
	page = object_take(obj, index, NULL);
	object_put(pool, obj);
	if (!page)
		return -ENOENT;
	ret = tmem_page_read(pool, page, dst);
	tmem_page_put(pool, page);
	return ret;
}

/* One batch from an object, whose reference is consumed. */
static long flush_batch(struct tmem_pool *pool, struct objlock_object *obj,
			struct tmem_range *range)
{
	struct tmem_detached out;
	unsigned long flags;
	bool was_empty, emptied;

	tmem_detached_init(&out);
	tmem_lock(pool, &obj->lock, flags);
	was_empty = tmem_object_empty(&obj->b.base);
	tmem_object_warm(&obj->b.base, range);
	tmem_object_detach(&obj->b.base, range, &out);
	emptied = !was_empty && tmem_object_empty(&obj->b.base);
	tmem_unlock(pool, &obj->lock, flags);
	if (emptied)
		object_put(pool, obj);	/* the tree's */
	object_put(pool, obj);
	return tmem_detached_free(pool, &out);
}

static long objlock_flush_range(struct tmem_pool *pool,
				const struct tmem_oid *oid,
				struct tmem_range *range)
{
	struct objlock_object *obj = find_get(pool, bucket_of(pool, oid), oid);

	if (!obj) {
		range->done = true;
		return 0;
	}
	return flush_batch(pool, obj, range);
}

static int objlock_replace(struct tmem_pool *pool, struct tmem_page *old,
			   struct tmem_page *new)
{
	/* its memory lasts through this RCU section; if unlinked, it is empty */
	struct objlock_object *obj = to_objlock(old->obj);
	unsigned long flags;
	bool done;

	if (!new)
		return object_take(obj, old->index, old) ? 0 : -ENOENT;
	tmem_lock(pool, &obj->lock, flags);
	done = tmem_object_swap(&obj->b.base, old, new);
	tmem_unlock(pool, &obj->lock, flags);
	return done ? 0 : -ENOENT;
}

static long objlock_drain(struct tmem_pool *pool)
{
	struct tmem_bucket *table = pool->buckets;
	struct objlock_object *obj;
	long nr = 0;
	u32 i;

	for (i = 0; i < bucket_count(pool); i++) {
		while ((obj = find_get(pool, &table[i], NULL))) {
			struct tmem_range all = { .last = U32_MAX };

			nr += flush_batch(pool, obj, &all);
			cond_resched();
		}
	}
	return nr;
}

static int objlock_validate(struct tmem_pool *pool, struct tmem_census *sum)
{
	struct tmem_bucket *table = pool->buckets;
	struct rb_node *node;
	u32 i;

	for (i = 0; i < bucket_count(pool); i++) {
		for (node = rb_first(&table[i].objects); node;
		     node = rb_next(node)) {
			struct objlock_object *obj =
				rb_entry(node, struct objlock_object, b.node);

			if (!tmem_check(refcount_read(&obj->refs) == 1))
				return -EUCLEAN;
		}
	}
	return bucket_validate(pool, sum);
}

const struct tmem_index_ops tmem_objlock = {
	.name		= "objlock",
	.object_size	= sizeof(struct objlock_object),
	.cache		= &object_cache,
	.cache_name	= "tmem_obj_objlock",
	.init		= bucket_table_init,
	.exit		= bucket_table_exit,
	.put		= objlock_put,
	.get		= objlock_get,
	.find		= objlock_find,
	.flush_range	= objlock_flush_range,
	.replace	= objlock_replace,
	.drain		= objlock_drain,
	.validate	= objlock_validate,
};
