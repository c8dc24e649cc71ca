/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pool.h - instances and pools as the parts of the core see them
 *
 * Lock order, for the whole core:
 *
 *	tmem.lock (mutex: life of pools)
 *	  bucket lock
 *	    object lock
 *	      order lock (reclaim.c), frames lock (frame.c)
 *
 * An index lock (bucket or object) of an ephemeral pool, the order locks and
 * the frames locks are taken with interrupts off, always; those of a persistent
 * pool never touch the interrupt state, since the persistent allocator may be
 * called under them (in hashbucket).  The two kinds are initialised at
 * different sites and so are different classes to a lock checker.
 */
#ifndef TMEM_POOL_H
#define TMEM_POOL_H

#include "reclaim.h"
#include "tmem.h"

struct tmem_scratch;

struct tmem {
	struct tmem_reclaim reclaim;
	struct mutex lock;		/* pools come and go, budget changes */
	u64 generation;			/* of the last pool made; lock */
	struct tmem_scratch **scratch;	/* by CPU; lock, then constant */
	struct tmem_stats retired;	/* of destroyed pools; lock */
	struct tmem_pool __rcu *pools[TMEM_MAX_POOLS];
};

struct tmem_pool {
	struct tmem *tm;
	const struct tmem_index_ops *index;
	const struct tmem_store_ops *store;
	void *buckets;			/* the design's table */
	struct tmem_stats __percpu *stats;
	u32 flags;			/* TMEM_POOL_* */
	u32 nr_buckets;			/* a power of two */
	bool late_bytes;		/* constant; store.h */
	gfp_t gfp;			/* for everything on the put path */
	u32 frozen;			/* READ_ONCE; written under tm->lock */
	struct tmem_frames *frames;	/* store lz4, ephemeral */
	struct zs_pool *zs;		/* store lz4, persistent */

	/* Only for those who create, join and leave; under tm->lock. */
	u64 generation;			/* tells pools of one id apart */
	struct tmem_pool *next;		/* on its way out */
	u64 uuid[2];
	unsigned int nr_members;
	u32 members[TMEM_MAX_MEMBERS];
};

static inline bool tmem_pool_persistent(const struct tmem_pool *pool)
{
	return pool->flags & TMEM_POOL_PERSISTENT;
}

/* A get of a page that stays only marks it: see reclaim.c. */
static inline bool tmem_pool_second_chance(const struct tmem_pool *pool)
{
	return pool->flags & TMEM_POOL_SECOND_CHANCE;
}

/* A get takes the page out: ephemeral and private. */
static inline bool tmem_pool_exclusive(const struct tmem_pool *pool)
{
	return !pool->flags;
}

static inline void tmem_count(const struct tmem_pool *pool,
			      enum tmem_stat stat, s64 n)
{
	this_cpu_add(pool->stats->v[stat], n);
}

/* Index locks.  Macros, so that each place of use is a place to a checker. */
#define tmem_lock_init(pool, lock) do {					\
	if (tmem_pool_persistent(pool))					\
		spin_lock_init(lock);					\
	else								\
		spin_lock_init(lock);					\
} while (0)

#define tmem_lock(pool, lock, irqflags) do {				\
	if (tmem_pool_persistent(pool)) {				\
		irqflags = 0;						\
		spin_lock(lock);					\
	} else {							\
		spin_lock_irqsave(lock, irqflags);			\
	}								\
} while (0)

#define tmem_unlock(pool, lock, irqflags) do {				\
	if (tmem_pool_persistent(pool))					\
		spin_unlock(lock);					\
	else								\
		spin_unlock_irqrestore(lock, irqflags);			\
} while (0)

/* For validate walks: name the broken invariant, and make it an error. */
#define tmem_check(cond) ({						\
	bool tmem_ok_ = (cond);						\
	if (!tmem_ok_)							\
		pr_err("tmem: %s:%d: broken: %s\n", __func__, __LINE__,	\
		       #cond);						\
	tmem_ok_;							\
})

#endif /* TMEM_POOL_H */
