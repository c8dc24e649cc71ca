/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reclaim.h - the memory budget, and the order in which pages are evicted
 */
#ifndef TMEM_RECLAIM_H
#define TMEM_RECLAIM_H

#include "tmem.h"

struct tmem_page;
struct tmem_order;

struct tmem_reclaim {
	long budget;			/* bytes; READ_ONCE */
	unsigned int nr_shards;		/* power of two */
	struct tmem_order *order;

	/* Written by all CPUs: no line shared, though memory may not come aligned. */
	u8 room_before_charged[SMP_CACHE_BYTES];
	atomic_long_t charged;		/* bytes */
	atomic_long_t peak;		/* most ever charged */
	u8 room_before_seq[SMP_CACHE_BYTES];
	atomic64_t seq;			/* of the last page put in order */
	u8 room_after_seq[SMP_CACHE_BYTES];
};

/* tmem_shards_valid - 0 (choose for me) or a power of two up to 64 */
static inline bool tmem_shards_valid(unsigned int nr)
{
	return nr <= 64 && (!nr || is_power_of_2(nr));
}

int tmem_reclaim_init(struct tmem *tm, const struct tmem_config *config);
void tmem_reclaim_exit(struct tmem *tm);

/* The budget.  [any] */

/* tmem_charge - take @bytes of the budget, or -ENOSPC */
int tmem_charge(struct tmem *tm, size_t bytes);
void tmem_uncharge(struct tmem *tm, size_t bytes);

/*
 * tmem_make_room - take @bytes of the budget, evicting what that needs
 *
 * Context: [any], in an RCU read section, no index lock held.
 * Return: 0 or -ENOSPC.
 */
int tmem_make_room(struct tmem *tm, size_t bytes);

/* The shard of the eviction order that this CPU adds to. */
static inline unsigned int tmem_order_shard(const struct tmem_reclaim *r)
{
	return raw_smp_processor_id() & (r->nr_shards - 1);
}

/*
 * The eviction order.  A page of an ephemeral pool is listed from its insertion
 * until it is removed from its index or picked as a victim.  add, del and swap
 * are called under the index lock of the page's object, so a page that is
 * listed has a live object; for persistent pages they do nothing.
 */
void tmem_order_add(struct tmem_pool *pool, struct tmem_page *page);
void tmem_order_del(struct tmem_pool *pool, struct tmem_page *page);

/* A hint that @page, of an ephemeral pool, is about to leave the order. */
void tmem_order_prefetch(const struct tmem_page *page);

/*
 * @new, of the same shard, in the place of @old, marked if that is; if @old was
 * picked, first
 */
void tmem_order_swap(struct tmem_pool *pool, struct tmem_page *old,
		     struct tmem_page *new);

/*
 * tmem_order_used - the page was used, and stays
 *
 * It becomes the youngest; in a pool with second chance it is only marked.
 * By the holder of a reference or of the index lock, of an ephemeral pool.
 */
void tmem_order_used(struct tmem_pool *pool, struct tmem_page *page);

/* Walk the lists: 0 and the number of listed pages, or -EUCLEAN.  Quiet. */
int tmem_order_validate(struct tmem *tm, u64 *nr_pages);

#endif /* TMEM_RECLAIM_H */
