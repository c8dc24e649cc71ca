/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bucket.h - hash buckets of rb-trees of objects, a spinlock each
 *
 * The table that hashbucket, hashbucket-fine and objlock share.  They differ in
 * what they do under the bucket's lock.
 */
#ifndef TMEM_BUCKET_H
#define TMEM_BUCKET_H

#include "index.h"

struct tmem_bucket {
	spinlock_t lock;
	struct rb_root objects;		/* by object id; lock */
};

struct bucket_object {
	struct tmem_object base;
	struct rb_node node;		/* bucket lock */
};

static inline struct bucket_object *bucket_object(struct tmem_object *obj)
{
	return container_of(obj, struct bucket_object, base);
}

int bucket_table_init(struct tmem_pool *pool);
void bucket_table_exit(struct tmem_pool *pool);

static inline struct tmem_bucket *bucket_of(const struct tmem_pool *pool,
					    const struct tmem_oid *oid)
{
	struct tmem_bucket *table = pool->buckets;

	return &table[tmem_oid_bucket(pool, oid)];
}

static inline u32 bucket_count(const struct tmem_pool *pool)
{
	return pool->nr_buckets;
}

/* All below: the bucket's lock is held. */
struct tmem_object *bucket_find(struct tmem_bucket *bucket,
				const struct tmem_oid *oid);
struct tmem_object *bucket_first(struct tmem_bucket *bucket);
void bucket_add(struct tmem_bucket *bucket, struct tmem_object *obj);
void bucket_del(struct tmem_bucket *bucket, struct tmem_object *obj);

/* Unlink an object that has become empty, and hand it to @out. */
static inline void bucket_del_if_empty(struct tmem_bucket *bucket,
				       struct tmem_object *obj,
				       struct tmem_detached *out)
{
	if (!tmem_object_empty(obj))
		return;
	bucket_del(bucket, obj);
	out->obj = obj;
}

/* ---- no lock held ---- */

/*
 * What hashbucket and hashbucket-fine have in common: the operations in which
 * the bucket's lock covers the tree and no bytes are moved.
 */
struct tmem_page *bucket_find_page(struct tmem_pool *pool,
				   const struct tmem_oid *oid, u32 index);
int bucket_replace(struct tmem_pool *pool, struct tmem_page *old,
		   struct tmem_page *new);

/* @check: a design's own look at each object, or NULL */
int bucket_validate(struct tmem_pool *pool, struct tmem_census *sum);

#endif /* TMEM_BUCKET_H */
