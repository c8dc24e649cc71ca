/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * object.h - an object: pages that live and die together
 *
 * What the four designs share.  A design embeds struct tmem_object and adds its
 * own way to find and to lock it; the functions here keep the page-index tree,
 * the eviction order and the gauges in step, under that lock.
 */
#ifndef TMEM_OBJECT_H
#define TMEM_OBJECT_H

#include "radix.h"

#define TMEM_DETACH_BATCH	32	/* pages detached under one lock hold */
#define TMEM_DRAIN_BUCKETS	16	/* buckets drained before giving way */

#define TMEM_OBJECT_ALIGN	32	/* bytes: what a reader needs is in one line */

struct tmem_object {
	/* what a reader needs, 32 bytes */
	struct tmem_oid oid;
	struct tmem_radix tree;
	struct tmem_pool *pool;
	struct rcu_head rcu;
};

/* What an operation took out under a lock and destroys after it. */
struct tmem_detached {
	struct tmem_page *pages[TMEM_DETACH_BATCH];	/* owned by the holder */
	unsigned int nr_pages;
	struct tmem_node_list nodes;
	struct tmem_object *obj;	/* emptied and unlinked, or NULL */
};

/* A range flush on its way: what is left, both included, and whether any is. */
struct tmem_range {
	u32 first;
	u32 last;
	bool done;
};

static inline bool tmem_oid_equal(const struct tmem_oid *a,
				  const struct tmem_oid *b)
{
	return a->w[0] == b->w[0] && a->w[1] == b->w[1] && a->w[2] == b->w[2];
}

/* Below, equal, above: less than, equal to, greater than 0. */
static inline int tmem_oid_compare(const struct tmem_oid *a,
				   const struct tmem_oid *b)
{
	int i;

	for (i = 2; i >= 0; i--)
		if (a->w[i] != b->w[i])
			return a->w[i] < b->w[i] ? -1 : 1;
	return 0;
}

/*
 * The bucket of an object id: each bit of each word counts, and its position.
 * High bits of a product depend on all lower ones of its factors; the one fold
 * keeps the words from adding up to the same again and again.
 */
static inline u32 tmem_oid_bucket(const struct tmem_pool *pool,
				  const struct tmem_oid *oid)
{
	u64 h = oid->w[0] * 0x9e3779b97f4a7c15ULL + oid->w[1];

	h = (h ^ (h >> 32)) * 0xbf58476d1ce4e5b9ULL + oid->w[2];
	h *= 0x94d049bb133111ebULL;
	return (u32)(h >> 44) & (pool->nr_buckets - 1);
}

static_assert(TMEM_MAX_BUCKETS <= 1U << 20, "the hash has 20 bits");

static inline bool tmem_object_empty(const struct tmem_object *obj)
{
	return obj->tree.nr_pages == 0;
}

/* A new object of the design's size, not linked anywhere; NULL: no memory. */
struct tmem_object *tmem_object_alloc(struct tmem_pool *pool,
				      const struct tmem_oid *oid);

/* tmem_object_free - an object that nobody else has seen */
void tmem_object_free(struct tmem_object *obj);

/* tmem_object_retire - an object that was linked, after a grace period */
void tmem_object_retire(struct tmem_object *obj);

/* tmem_page_claim - true for the one who may take this page out */
bool tmem_page_claim(struct tmem_pool *pool, struct tmem_page *page);

/*
 * All below: the object's index lock is held.
 *
 * tmem_object_insert - put @page at @index, in its tree and in the order
 * @old: set to the page that was replaced, not claimed yet, or NULL
 *
 * Return: nothing, or what @stash must hold; then nothing has changed.
 */
union tmem_need tmem_object_insert(struct tmem_object *obj, u32 index,
				   struct tmem_page *page,
				   struct tmem_stash *stash,
				   struct tmem_page **old);

/*
 * tmem_object_remove - take the page at @index out of tree and order
 * @expect: where not NULL, only if it is this very page
 *
 * Return: the page, to be claimed by the caller in lock-free designs, or NULL.
 */
struct tmem_page *tmem_object_remove(struct tmem_object *obj, u32 index,
				     const struct tmem_page *expect,
				     struct tmem_node_list *dead);

/* tmem_object_swap - @new in the place of @old in tree and order, or false */
bool tmem_object_swap(struct tmem_object *obj, struct tmem_page *old,
		      struct tmem_page *new);

/*
 * tmem_object_warm - a hint that the pages of @range are about to be detached
 *
 * Their descriptors lie anywhere: this waits for a batch of them at once.
 */
void tmem_object_warm(const struct tmem_object *obj,
		      const struct tmem_range *range);

/*
 * tmem_object_detach - take out up to TMEM_DETACH_BATCH pages of @range
 *
 * Advances @range; claims each page, and adds to @out those that were free.
 */
void tmem_object_detach(struct tmem_object *obj, struct tmem_range *range,
			struct tmem_detached *out);

/* ---- no lock held ---- */

void tmem_detached_init(struct tmem_detached *out);

/* Destroy what was detached; returns how many pages that were. */
long tmem_detached_free(struct tmem_pool *pool, struct tmem_detached *out);

/* Sums of a validate walk. */
struct tmem_census {
	u64 pages;
	u64 objects;
	u64 nodes;
};

/* tmem_object_validate - check one object and add it to @sum; 0 or -EUCLEAN */
int tmem_object_validate(const struct tmem_pool *pool,
			 const struct tmem_object *obj,
			 struct tmem_census *sum);

#endif /* TMEM_OBJECT_H */
