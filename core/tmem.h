/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tmem.h - the public contract of the transcendent memory core
 *
 * Transcendent memory keeps copies of pages that their owner may ask for again,
 * in memory of unknown and changing size.  A page is named by a handle: (pool,
 * 192-bit object id, 32-bit index).  Any put may be refused.
 *
 *	ephemeral	tmem may drop the page at any time.  A get that finds it
 *			REMOVES it: get is exclusive, exactly one of two racing
 *			gets wins.
 *	shared		an ephemeral pool that several clients use.  A get keeps
 *			the page and renews its place in the eviction order; or,
 *			with second chance, marks it as used: when its turn to
 *			go has come, a marked page loses the mark and has its
 *			place renewed instead (Corbato, 1968).
 *	persistent	an accepted page stays until it is flushed or put again;
 *			a get leaves it in place.
 *
 * Coherency, whatever races with whatever: put, put, get never returns the
 * older bytes; after a miss a handle misses until its next put; a put that
 * fails leaves no page behind its handle, not even an older one.
 *
 * Results are 0 (or a count) or a negative error:
 *	-ENOENT	no page behind this handle
 *	-ENOMEM	the world had no memory for the page or its index
 *	-ENOSPC	over the budget with nothing left to evict, or refused by policy
 *		(the page does not compress)
 *	-EINVAL	bad argument
 *	-ENODEV	no such pool
 *	-EBUSY	the pool is frozen
 *	-EIO	the stored bytes are corrupt: an ephemeral page is dropped, a
 *		persistent one kept
 *
 * Context of each function is one of
 *	[any]		process context, also with interrupts off and under
 *			foreign spinlocks as the page cache calls it; never from
 *			an interrupt handler.  For persistent pools: interrupts
 *			on.  Never sleeps.  PREEMPT_RT is not supported.
 *	[process]	may sleep; no spinlock held, interrupts on, outside of
 *			any RCU read section.
 * No function keeps a reference to a buffer of the caller: page bytes are
 * copied, sources and destinations are PAGE_SIZE mapped bytes.
 */
#ifndef TMEM_H
#define TMEM_H

#include "port.h"

struct tmem;			/* one instance: a budget and its pools */
struct tmem_pool;
struct tmem_index_ops;		/* a lock design, see index.h */
struct tmem_store_ops;		/* a page store, see store.h */

/* Object id: 192 bits, opaque to the core. */
struct tmem_oid {
	u64 w[3];
};

/* Flags of a pool; every other bit is reserved and refused. */
#define TMEM_POOL_PERSISTENT	BIT(0)
#define TMEM_POOL_SHARED	BIT(1)	/* ephemeral only */
#define TMEM_POOL_SECOND_CHANCE	BIT(2)	/* shared only */
#define TMEM_POOL_FLAGS		(TMEM_POOL_PERSISTENT | TMEM_POOL_SHARED | \
				 TMEM_POOL_SECOND_CHANCE)

#define TMEM_MAX_BUDGET		(1ULL << 40)	/* page frames; 1 at least */
#define TMEM_MAX_POOLS		1024	/* of one instance; ids are 0 .. 1023 */
#define TMEM_MAX_MEMBERS	64	/* clients of one shared pool */
#define TMEM_MAX_BUCKETS	(1U << 20)

/* One page of a batch. */
struct tmem_io {
	struct tmem_oid oid;
	u32 index;
	int result;		/* out: as from the single operation */
	void *page;		/* its bytes: put reads them, get writes them */
};

static inline bool tmem_budget_valid(u64 frames)
{
	return frames >= 1 && frames <= TMEM_MAX_BUDGET;
}

struct tmem_config {
	u64 budget;		/* page frames, 1 .. 2^40 */
	unsigned int shards;	/* eviction lists, a power of two up to 64;
				 * 0: one per online CPU, 16 at most */
};

struct tmem_pool_attr {
	const struct tmem_index_ops *design;	/* tmem_design_find() */
	const struct tmem_store_ops *store;	/* tmem_store_find() */
	u32 flags;		/* TMEM_POOL_* */
	u32 buckets;		/* power of two, 1 .. TMEM_MAX_BUCKETS */
	u32 client;		/* who asks; any number */
	u64 uuid[2];		/* names a shared pool; else ignored */
};

/*
 * Statistics.  Counters only grow; gauges follow what is there now and are
 * exact when the instance is quiet.  Conservation, when quiet:
 *
 *	puts_stored = hits_removed + flushed + evicted + replaced + dup_flushed
 *		      + dropped + drained + pages
 *
 * puts, gets and hits_removed are made of others as these are read, so that an
 * operation has less to count: calls of put are those that were accepted or
 * refused, calls of get are hits, misses and those that found corrupt bytes, and
 * in an exclusive pool every hit removes its page.
 */
#define TMEM_COUNTERS(X)						\
	X(puts,			"calls of put")				\
	X(puts_stored,		"puts that were accepted")		\
	X(puts_nomem,		"puts refused: no memory")		\
	X(puts_nospace,		"puts refused: over budget")		\
	X(puts_policy,		"puts refused: page does not compress") \
	X(puts_frozen,		"puts refused: pool frozen")		\
	X(puts_invalid,		"puts refused: no bytes given")		\
	X(replaced,		"pages replaced by a put that was accepted") \
	X(dup_flushed,		"pages flushed by a put that failed")	\
	X(gets,			"calls of get")				\
	X(hits,			"gets that found their page")		\
	X(misses,		"gets that found nothing")		\
	X(hits_removed,		"hits that removed the page (exclusive)") \
	X(gets_io,		"gets that found corrupt bytes")	\
	X(dropped,		"pages dropped for corrupt bytes")	\
	X(flushes,		"calls of flush, of a page or a range")	\
	X(flushes_found,	"flushes that found a page")		\
	X(flushed,		"pages removed by flushes")		\
	X(evicted,		"pages evicted for room")		\
	X(drained,		"pages removed with their pool")	\
	X(swapped,		"pages whose descriptor was replaced in place")

#define TMEM_GAUGES(X)							\
	X(pages,		"pages stored")				\
	X(objects,		"objects")				\
	X(nodes,		"nodes of page-index trees")		\
	X(same_filled,		"pages kept as one word")		\
	X(bytes_stored,		"bytes the page store keeps for them")	\
	X(bytes_charged,	"bytes charged to the budget")

enum tmem_stat {
#define TMEM_STAT_ENUM(name, text) TMEM_##name,
	TMEM_COUNTERS(TMEM_STAT_ENUM)
	TMEM_FIRST_GAUGE,
	TMEM_BEFORE_GAUGES = TMEM_FIRST_GAUGE - 1,
	TMEM_GAUGES(TMEM_STAT_ENUM)
#undef TMEM_STAT_ENUM
	TMEM_NR_STATS
};

struct tmem_stats {
	s64 v[TMEM_NR_STATS];	/* by enum tmem_stat */
};

struct tmem_stat_desc {
	const char *name;
	const char *text;
};

extern const struct tmem_stat_desc tmem_stat_desc[TMEM_NR_STATS];

struct tmem_memory {
	u64 budget;		/* page frames allowed */
	u64 frames;		/* charged now, rounded up to whole frames */
	u64 frames_peak;	/* most ever charged */
	u64 allocator_frames;	/* what the persistent allocator really holds */
};

/* ---- module life ---- */

/*
 * tmem_init - create the slab caches that all instances share
 *
 * Context: [process]; once, before anything else.
 * Return: 0 or -ENOMEM.
 */
int __must_check tmem_init(void);

/*
 * tmem_exit - wait for what is in flight and destroy the slab caches
 *
 * Context: [process]; after every instance is destroyed.
 */
void tmem_exit(void);

/* ---- designs and stores by name ---- */

/* Designs and stores by position, NULL past the last; and by name, or NULL. */
const struct tmem_index_ops *tmem_design_at(unsigned int i);
const struct tmem_index_ops *tmem_design_find(const char *name);
const char *tmem_design_name(const struct tmem_index_ops *design);
const struct tmem_store_ops *tmem_store_at(unsigned int i);
const struct tmem_store_ops *tmem_store_find(const char *name);
const char *tmem_store_name(const struct tmem_store_ops *store);

/* ---- instances ---- */

/*
 * tmem_create - a new instance with a memory budget
 * @why: where not NULL, set to the reason of a refusal, else to NULL
 *
 * Context: [process].
 * Return: the instance, ERR_PTR(-EINVAL) or ERR_PTR(-ENOMEM).
 */
struct tmem *tmem_create(const struct tmem_config *config, const char **why);

/*
 * tmem_destroy - destroy the pools that are left, and the instance
 *
 * The caller makes sure that nobody else uses @tm any more.
 * Context: [process].
 */
void tmem_destroy(struct tmem *tm);

/*
 * tmem_set_budget - change the budget while everything runs
 * @frames: page frames, 1 .. 2^40
 *
 * Evicts ephemeral pages until the charge fits or none is left; persistent
 * pages stay, and puts are refused until there is room.
 * Context: [process].
 * Return: 0 or -EINVAL.
 */
int tmem_set_budget(struct tmem *tm, u64 frames);

/*
 * tmem_evict - free page frames bottoms-up, the oldest ephemeral pages first
 * @frames: how many page frames to give back
 *
 * With compressed pages a frame is freed whole, its oldest page deciding.
 * Context: [any].
 * Return: the number of whole frames that the charge went down by.
 */
u64 tmem_evict(struct tmem *tm, u64 frames);

/*
 * tmem_evictable - page frames that eviction could give back now, roughly
 *
 * Of ephemeral pools, but for store none, which is charged for frames that it does
 * not have.  Others are at work meanwhile.
 * Context: [any].
 */
u64 tmem_evictable(struct tmem *tm);

void tmem_memory(struct tmem *tm, struct tmem_memory *out);	/* [process] */

/* Sum over live and destroyed pools.  [process] */
void tmem_stats(struct tmem *tm, struct tmem_stats *out);

/*
 * tmem_validate - walk every structure and compare it with every count
 *
 * Only while nothing else runs on @tm.  Context: [process].
 * Return: 0, or -EUCLEAN after a line in the log that names what is wrong.
 */
int tmem_validate(struct tmem *tm);

/* ---- pools ---- */

/*
 * tmem_pool_create - a new pool, or a place in a shared one
 * @why: where not NULL, set to the reason of a refusal, else to NULL
 *
 * A shared pool is found by its uuid: the first client creates it, later ones
 * join it, with the same design, store, flags and buckets.
 * Context: [process].
 * Return: the pool's id, or -EINVAL, -ENOMEM, -ENOSPC (TMEM_MAX_POOLS or
 * TMEM_MAX_MEMBERS reached).
 */
int tmem_pool_create(struct tmem *tm, const struct tmem_pool_attr *attr,
		     const char **why);

/*
 * tmem_pool_destroy - leave a pool; the last client takes its pages along
 * @client: as given when the pool was created or joined
 *
 * From the moment it is unpublished every operation answers -ENODEV; then
 * operations in flight are waited for, pages and objects are freed, and the
 * id may be used again.
 * Context: [process].
 * Return: 0, -ENODEV, or -EINVAL where @client is no member of the pool.
 */
int tmem_pool_destroy(struct tmem *tm, int pool, u32 client);

/*
 * tmem_pool_freeze - refuse puts from now on; tmem_pool_thaw - take them again
 *
 * When freeze returns, no put of the pool is in flight or will be accepted.  A
 * put onto an existing page flushes it and answers -EBUSY; gets and flushes go
 * on as ever, so nothing stale is served after a thaw.
 * Context: [process].
 * Return: 0 or -ENODEV.
 */
int tmem_pool_freeze(struct tmem *tm, int pool);
int tmem_pool_thaw(struct tmem *tm, int pool);

/* Statistics of one pool.  [process].  0 or -ENODEV. */
int tmem_pool_stats(struct tmem *tm, int pool, struct tmem_stats *out);

/* What a pool is, and what it has, all at one moment. */
struct tmem_pool_info {
	const struct tmem_index_ops *design;
	const struct tmem_store_ops *store;
	u32 flags;
	u32 buckets;
	u32 members;		/* clients: 1 unless shared */
	struct tmem_stats stats;
};

/* tmem_pool_describe - fill in @out.  [process].  0 or -ENODEV. */
int tmem_pool_describe(struct tmem *tm, int pool, struct tmem_pool_info *out);

/* ---- pages ---- */

/*
 * tmem_put - keep a copy of a page
 * @src: PAGE_SIZE bytes (may be NULL for store "none")
 *
 * Evicts ephemeral pages, oldest first, where that makes the room; a bounded
 * number of them, and gives a bounded number a second chance.  Whatever the
 * error, no page is behind the handle afterwards.
 * Context: [any].
 * Return: 0, -ENOMEM, -ENOSPC, -EBUSY, -ENODEV, -EINVAL.
 */
int tmem_put(struct tmem *tm, int pool, const struct tmem_oid *oid, u32 index,
	     const void *src);

/*
 * tmem_get - fetch a page; from an ephemeral pool, exclusively
 * @dst: PAGE_SIZE bytes (may be NULL for store "none"); undefined unless 0 is
 *	returned
 *
 * Context: [any].
 * Return: 0, -ENOENT, -EIO, -ENODEV, -EINVAL.
 */
int tmem_get(struct tmem *tm, int pool, const struct tmem_oid *oid, u32 index,
	     void *dst);

/*
 * tmem_put_batch - keep copies of @nr pages
 * tmem_get_batch - fetch @nr pages
 * @io: what to put or get; the result of each is left there
 *
 * As that many single operations, one after the other, but that memory which they
 * will touch is asked for together; faster where that is far away.  Not atomic.
 * Context: [any].
 * Return: how many succeeded, 0 to @nr; or, with nothing done and no result set,
 * -EINVAL for no @io or more than INT_MAX, -ENODEV for no such pool.  If the pool
 * is destroyed meanwhile the result of what is left is -ENODEV.
 */
int tmem_put_batch(struct tmem *tm, int pool, struct tmem_io *io,
		   unsigned int nr);
int tmem_get_batch(struct tmem *tm, int pool, struct tmem_io *io,
		   unsigned int nr);

/*
 * tmem_flush_page - forget one page
 *
 * Context: [any].
 * Return: 0, -ENOENT if there was none, -ENODEV.
 */
int tmem_flush_page(struct tmem *tm, int pool, const struct tmem_oid *oid,
		    u32 index);

/*
 * tmem_flush_range - forget the pages of one object from @first to @last, both
 * included (0 to U32_MAX: the whole object)
 *
 * Gives way now and then; not atomic against puts into the range meanwhile.
 * Context: [process].
 * Return: how many pages there were, -EINVAL if first > last, -ENODEV.
 */
long tmem_flush_range(struct tmem *tm, int pool, const struct tmem_oid *oid,
		      u32 first, u32 last);

/* tmem_flush_object - all pages of one object; as tmem_flush_range. */
long tmem_flush_object(struct tmem *tm, int pool, const struct tmem_oid *oid);

/*
 * tmem_replace - give a page that is there a new descriptor with these bytes
 *
 * The page keeps its place in the eviction order.  Unlike a put it never adds
 * a page: what deferred compression needs.  If the old page went away or was
 * put again in the meantime nothing changes.
 * Context: [any].
 * Return: 0, -ENOENT, or an error as from tmem_put, after which the old page
 * is still there.
 */
int tmem_replace(struct tmem *tm, int pool, const struct tmem_oid *oid,
		 u32 index, const void *src);

#endif /* TMEM_H */
