// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bucket.c - hash buckets of rb-trees of objects, a spinlock each
 */
#include "bucket.h"

int bucket_table_init(struct tmem_pool *pool)
{
	struct tmem_bucket *table;
	u32 i;

	table = kvcalloc(bucket_count(pool), sizeof(*table), GFP_KERNEL);
	if (!table)
		return -ENOMEM;
	for (i = 0; i < bucket_count(pool); i++) {
		tmem_lock_init(pool, &table[i].lock);
		table[i].objects = RB_ROOT;
	}
	pool->buckets = table;
	return 0;
}

void bucket_table_exit(struct tmem_pool *pool)
{
	kvfree(pool->buckets);
}

static inline struct bucket_object *bucket_entry(struct rb_node *node)
{
	return rb_entry(node, struct bucket_object, node);
}

struct tmem_object *bucket_find(struct tmem_bucket *bucket,
				const struct tmem_oid *oid)
{
	struct rb_node *node = bucket->objects.rb_node;

	lockdep_assert_held(&bucket->lock);
	while (node) {
		struct bucket_object *obj = bucket_entry(node);
		int order = tmem_oid_compare(oid, &obj->base.oid);

		if (!order)
			return &obj->base;
		node = order < 0 ? node->rb_left : node->rb_right;
	}
	return NULL;
}

struct tmem_object *bucket_first(struct tmem_bucket *bucket)
{
	struct rb_node *node = rb_first(&bucket->objects);

	return node ? &bucket_entry(node)->base : NULL;
}

void bucket_add(struct tmem_bucket *bucket, struct tmem_object *obj)
{
	struct rb_node **link = &bucket->objects.rb_node, *parent = NULL;

	lockdep_assert_held(&bucket->lock);
	while (*link) {
		parent = *link;
		link = tmem_oid_compare(&obj->oid,
					&bucket_entry(parent)->base.oid) < 0 ?
			&parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&bucket_object(obj)->node, parent, link);
	rb_insert_color(&bucket_object(obj)->node, &bucket->objects);
	tmem_count(obj->pool, TMEM_objects, 1);
}

void bucket_del(struct tmem_bucket *bucket, struct tmem_object *obj)
{
	lockdep_assert_held(&bucket->lock);
	rb_erase(&bucket_object(obj)->node, &bucket->objects);
	tmem_count(obj->pool, TMEM_objects, -1);
}

struct tmem_page *bucket_find_page(struct tmem_pool *pool,
				   const struct tmem_oid *oid, u32 index)
{
	struct tmem_bucket *bucket = bucket_of(pool, oid);
	struct tmem_page *page = NULL;
	struct tmem_object *obj;
	unsigned long flags;

	tmem_lock(pool, &bucket->lock, flags);
	obj = bucket_find(bucket, oid);
	if (obj)
		page = tmem_radix_lookup(&obj->tree, index);
	if (page)
		refcount_inc(&page->refs);
	tmem_unlock(pool, &bucket->lock, flags);
	return page;
}

int bucket_replace(struct tmem_pool *pool, struct tmem_page *old,
		   struct tmem_page *new)
{
	/* alive in this RCU section, though maybe no longer linked: then empty */
	struct tmem_object *obj = old->obj;
	struct tmem_bucket *bucket = bucket_of(pool, &obj->oid);
	struct tmem_detached out;
	unsigned long flags;
	bool done;

	tmem_detached_init(&out);
	tmem_lock(pool, &bucket->lock, flags);
	if (new) {
		done = tmem_object_swap(obj, old, new);
	} else {
		done = tmem_object_remove(obj, old->index, old, &out.nodes);
		if (done)
			bucket_del_if_empty(bucket, obj, &out);
	}
	tmem_unlock(pool, &bucket->lock, flags);
	tmem_detached_free(pool, &out);
	return done ? 0 : -ENOENT;
}

int bucket_validate(struct tmem_pool *pool, struct tmem_census *sum)
{
	struct tmem_bucket *table = pool->buckets;
	struct rb_node *node;
	u32 i;

	for (i = 0; i < bucket_count(pool); i++) {
		const struct tmem_object *last = NULL;

		for (node = rb_first(&table[i].objects); node;
		     node = rb_next(node)) {
			const struct tmem_object *obj =
				&bucket_entry(node)->base;

			if (!tmem_check(bucket_of(pool, &obj->oid) ==
					&table[i]) ||
			    !tmem_check(!last ||
					tmem_oid_compare(&last->oid,
							 &obj->oid) < 0) ||
			    tmem_object_validate(pool, obj, sum))
				return -EUCLEAN;
			last = obj;
		}
	}
	return 0;
}
