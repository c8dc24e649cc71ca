/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * index.h - the contract of a design: how handles find pages, under which locks
 *
 * A design implements whole operations, since where the page bytes are moved
 * relative to its locks is part of it.  One file per design, which ends in its
 * const struct tmem_index_ops; one line in the table of tmem.c makes it known.
 *
 * Every operation but init, exit, drain and validate runs in an RCU read section
 * that its caller opened, and in the context of the public function behind it.
 * No design evicts, and none calls the store under a spinlock but hashbucket.
 * Statistics of operations are the caller's; gauges are kept by object.c.
 */
#ifndef TMEM_INDEX_H
#define TMEM_INDEX_H

#include "object.h"
#include "store.h"

/* Pages and nodes are found without a lock: free them after a grace period. */
#define TMEM_INDEX_LOCKLESS	BIT(0)

struct tmem_index_ops {
	const char *name;
	u32 flags;
	size_t object_size;		/* of what embeds struct tmem_object */
	struct kmem_cache **cache;	/* for these; made by tmem_init() */
	const char *cache_name;

	/* The table of buckets.  [process]; 0 or -ENOMEM */
	int (*init)(struct tmem_pool *pool);
	void (*exit)(struct tmem_pool *pool);

	/*
	 * put: 0 for a new page, 1 if one was replaced, -ENOMEM, or what
	 * tmem_page_create() returned.  After an error an older page may still
	 * be there: the caller flushes it.
	 */
	int (*put)(struct tmem_pool *pool, struct tmem_request *req);

	/* get: 0, -ENOENT or -EIO.  Takes the page out of an exclusive pool. */
	int (*get)(struct tmem_pool *pool, const struct tmem_oid *oid,
		   u32 index, void *dst);

	/*
	 * warm: a hint that these handles, TMEM_BATCH at most, are about to
	 * be used.  May be NULL: where locks are needed to look, it is no use.
	 */
	void (*warm)(struct tmem_pool *pool, const struct tmem_io *io,
		     unsigned int nr);

	/* find: the page with a reference taken, or NULL */
	struct tmem_page *(*find)(struct tmem_pool *pool,
				  const struct tmem_oid *oid, u32 index);

	/* flush_range: one batch; advances @range.  Pages removed. */
	long (*flush_range)(struct tmem_pool *pool, const struct tmem_oid *oid,
			    struct tmem_range *range);

	/*
	 * replace: @new (NULL: nothing) in the place of @old, if that very
	 * descriptor is still there: compares by pointer.  The caller holds a
	 * reference to @old and reached it in this RCU read section while it
	 * was listed or found.  On success the index's reference to @old is
	 * the caller's, that of @new the index's.  0 or -ENOENT.
	 */
	int (*replace)(struct tmem_pool *pool, struct tmem_page *old,
		       struct tmem_page *new);

	/*
	 * drain: remove everything while only evictors are about; returns the
	 * pages removed.  [process]; gives way.
	 */
	long (*drain)(struct tmem_pool *pool);

	/* validate: walk the structure and add it up.  0 or -EUCLEAN.  Quiet. */
	int (*validate)(struct tmem_pool *pool, struct tmem_census *sum);
};

extern const struct tmem_index_ops tmem_hashbucket;
extern const struct tmem_index_ops tmem_hashbucket_fine;
extern const struct tmem_index_ops tmem_objlock;
extern const struct tmem_index_ops tmem_rcu;

#endif /* TMEM_INDEX_H */
