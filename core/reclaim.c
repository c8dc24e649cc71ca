// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reclaim.c - the memory budget, and eviction bottoms-up in exact put order
 *
 * Eviction order.  Pages stand in lists, one per shard; a put appends to the
 * shard of its CPU, with the next number of one sequence.  Each shard shows the
 * number of its first page, and the victim is the first page of the shard that
 * shows the lowest: strictly the order of the puts, with no lock that all puts
 * share.  Under racing puts the order is that of the numbers.
 *
 * A victim is picked by taking it off its list with a reference, under the
 * order lock, and then removed from its index by its descriptor: if that very
 * page is not there any more, somebody else has taken it out and will free it.
 * Either way no evictor meets it twice, so reclaim makes progress whoever
 * stalls.  Where two compressed pages share a page frame the other one follows,
 * whatever its age: frames go in the order of their oldest page.
 *
 * Second chance, where a pool asks for it: a get does not move its page, it marks
 * it.  A marked page that is met at the head of its list loses the mark and goes to
 * the tail of that list with the next number, as if used now, and the search
 * begins again.  Pages without a mark go in exact order.  A put moves no more pages
 * than it may evict, then it takes what it meets, marked or not: so it ends however
 * fast others mark pages, and what it can cost at most is known beforehand.  A page
 * that follows its frame's oldest has no say, as ever.
 *
 * Ordering guarantees
 *
 * (A) A listed page is in its index, or its remover has yet to call
 *     tmem_order_del() under the index lock.  So its object is alive when it is
 *     picked, and its memory is until the RCU read section ends.
 *
 * (B) The picker's reference keeps the descriptor from being reused, so that
 *     comparing pointers decides identity.
 *
 * (C) A page is listed and unlisted by whoever holds its index lock, and only
 *     unlisted by others, pickers, who take their reference before and clear
 *     "listed" last, with release semantics.  So a remover, under the index lock,
 *     that sees it cleared need not take the order lock: the page is off the list,
 *     and its picker has a reference.  The look needs no order of its own, as what
 *     the remover does next to the page is to drop its reference, and a drop comes
 *     after all that was before it.
 *
 * (D) A mark is a hint.  It is set by who may read the page, no order lock held, only
 *     where it is not set yet, and is cleared under the order lock alone, together
 *     with the move.  A get that still sees a mark which is being cleared leaves it
 *     at that: the move that it runs into renews the page's place instead.  Nothing
 *     but the order of victims depends on a mark, so a lost one costs no more.
 */
#include "reclaim.h"
#include "index.h"

#define VICTIMS_PER_PUT	256	/* 4 frames' worth of same-filled pages */
#define CHANCES_PER_PUT	VICTIMS_PER_PUT	/* marked pages moved to the tail */
#define DEFAULT_SHARDS	16
#define NOTHING_LISTED	(~0ULL)

struct tmem_order {
	union {
		struct {
			spinlock_t lock;
			u64 oldest;	/* seq of the first page, or
					 * NOTHING_LISTED; written under lock,
					 * READ_ONCE */
			struct list_head pages;	/* by seq, rising */
		};
		/* no line shared, though memory may not come aligned */
		u8 room[2 * SMP_CACHE_BYTES];
	};
};

int tmem_reclaim_init(struct tmem *tm, const struct tmem_config *config)
{
	struct tmem_reclaim *r = &tm->reclaim;
	unsigned int i, nr = config->shards;

	if (!nr)
		nr = roundup_pow_of_two(min_t(unsigned int, DEFAULT_SHARDS,
					      num_online_cpus()));
	r->order = kvcalloc(nr, sizeof(*r->order), GFP_KERNEL);
	if (!r->order)
		return -ENOMEM;
	r->nr_shards = nr;
	for (i = 0; i < nr; i++) {
		spin_lock_init(&r->order[i].lock);
		r->order[i].oldest = NOTHING_LISTED;
		INIT_LIST_HEAD(&r->order[i].pages);
	}
	atomic_long_set(&r->charged, 0);
	atomic_long_set(&r->peak, 0);
	atomic64_set(&r->seq, 0);
	WRITE_ONCE(r->budget, (long)(config->budget << PAGE_SHIFT));
	return 0;
}

void tmem_reclaim_exit(struct tmem *tm)
{
	WARN_ON_ONCE(atomic_long_read(&tm->reclaim.charged));
	kvfree(tm->reclaim.order);
}

/* ---- the budget ---- */

static void note_peak(struct tmem_reclaim *r, long charged)
{
	long peak = atomic_long_read(&r->peak);

	while (charged > peak)
		if (atomic_long_try_cmpxchg(&r->peak, &peak, charged))
			break;
}

/*
 * Take @bytes of the budget for @back, which is still charged and not needed any
 * more; -ENOSPC: it is not enough, and nothing has changed.
 */
static int charge_instead(struct tmem *tm, size_t bytes, size_t back)
{
	struct tmem_reclaim *r = &tm->reclaim;
	long now = atomic_long_read(&r->charged);
	long more = (long)bytes - (long)back;

	/* never above the budget, not even for a moment: others are looking */
	do {
		if (now + more > READ_ONCE(r->budget))
			return -ENOSPC;
		/* nothing to write: one page's charge becomes another's */
		if (!more)
			return 0;
	} while (!atomic_long_try_cmpxchg(&r->charged, &now, now + more));
	note_peak(r, now + more);
	return 0;
}

int tmem_charge(struct tmem *tm, size_t bytes)
{
	return charge_instead(tm, bytes, 0);
}

void tmem_uncharge(struct tmem *tm, size_t bytes)
{
	atomic_long_sub(bytes, &tm->reclaim.charged);
}

/* ---- the order ---- */

/* Order lock held, so that lists stay sorted; it is all it takes for one list. */
static u64 next_seq(struct tmem_reclaim *r)
{
	u64 seq;

	if (r->nr_shards > 1)
		return atomic64_inc_return(&r->seq);
	seq = atomic64_read(&r->seq) + 1;
	atomic64_set(&r->seq, seq);
	return seq;
}

/* The oldest page of a list, or NULL; lock held. */
static struct tmem_page *first_listed(struct tmem_order *order)
{
	return list_empty(&order->pages) ? NULL :
		list_first_entry(&order->pages, struct tmem_page, order);
}

/* After a change at the head of the list; lock held. */
static void show_oldest(struct tmem_order *order)
{
	struct tmem_page *first = first_listed(order), *second;
	u64 seq = NOTHING_LISTED;

	if (first) {
		seq = first->seq;
		/* it was touched last when it was put; it may lie in two lines */
		second = list_next_entry(first, order);
		prefetch(second);
		prefetch(&second->seq);
	}
	if (order->oldest != seq)
		WRITE_ONCE(order->oldest, seq);
}

static inline struct tmem_order *order_of(struct tmem *tm,
					  const struct tmem_page *page)
{
	return &tm->reclaim.order[page->shard];
}

void tmem_order_add(struct tmem_pool *pool, struct tmem_page *page)
{
	struct tmem_order *order = order_of(pool->tm, page);
	unsigned long flags;

	if (tmem_pool_persistent(pool))
		return;
	spin_lock_irqsave(&order->lock, flags);
	page->seq = next_seq(&pool->tm->reclaim);
	page->listed = 1;
	list_add_tail(&page->order, &order->pages);
	if (order->oldest == NOTHING_LISTED)
		WRITE_ONCE(order->oldest, page->seq);
	spin_unlock_irqrestore(&order->lock, flags);
}

static void unlist_locked(struct tmem_order *order, struct tmem_page *page)
{
	list_del(&page->order);
	smp_store_release(&page->listed, 0);	/* see (C) */
	show_oldest(order);
}

/* Take a page off its list; false if it is off already. */
static bool unlist(struct tmem *tm, struct tmem_page *page)
{
	struct tmem_order *order = order_of(tm, page);
	unsigned long flags;
	bool listed;

	spin_lock_irqsave(&order->lock, flags);
	listed = page->listed;
	if (listed)
		unlist_locked(order, page);
	spin_unlock_irqrestore(&order->lock, flags);
	return listed;
}

void tmem_order_del(struct tmem_pool *pool, struct tmem_page *page)
{
	/* never listed, or picked: then there is nothing to undo, see (C) */
	if (!READ_ONCE(page->listed))
		return;
	unlist(pool->tm, page);
}

/* Its neighbours are written to, and lie anywhere. */
void tmem_order_prefetch(const struct tmem_page *page)
{
	/* they may change meanwhile: a prefetch of the wrong line does no harm */
	struct list_head order = data_race(page->order);

	prefetchw(order.next);
	prefetchw(order.prev);
}

void tmem_order_swap(struct tmem_pool *pool, struct tmem_page *old,
		     struct tmem_page *new)
{
	struct tmem_order *order = order_of(pool->tm, old);
	unsigned long flags;

	if (tmem_pool_persistent(pool))
		return;
	spin_lock_irqsave(&order->lock, flags);
	new->seq = old->seq;
	/* readers may have found it already, and used it */
	if (READ_ONCE(old->used))
		WRITE_ONCE(new->used, 1);
	new->listed = 1;
	if (old->listed) {
		list_replace(&old->order, &new->order);
		old->listed = 0;
	} else {
		/* picked as the oldest: so is its successor */
		list_add(&new->order, &order->pages);
	}
	show_oldest(order);
	spin_unlock_irqrestore(&order->lock, flags);
}

/* A listed page becomes the youngest of its list, and of all; lock held. */
static void renew_locked(struct tmem_reclaim *r, struct tmem_order *order,
			 struct tmem_page *page)
{
	page->seq = next_seq(r);
	list_move_tail(&page->order, &order->pages);
	show_oldest(order);
}

/* Kept out of the way of a mark. */
static noinline void renew(struct tmem *tm, struct tmem_page *page)
{
	struct tmem_order *order = order_of(tm, page);
	unsigned long flags;

	spin_lock_irqsave(&order->lock, flags);
	if (page->listed)
		renew_locked(&tm->reclaim, order, page);
	spin_unlock_irqrestore(&order->lock, flags);
}

void tmem_order_used(struct tmem_pool *pool, struct tmem_page *page)
{
	if (!tmem_pool_second_chance(pool)) {
		renew(pool->tm, page);
		return;
	}
	/* of many gets of a page one writes to it: see (D) */
	if (!READ_ONCE(page->used))
		WRITE_ONCE(page->used, 1);
}

/* ---- victims ---- */

/*
 * The one after the victim is the next: its slot in the tree is far away, too.  Its
 * object lasts through this RCU section, see (A).
 */
static void look_ahead(struct tmem_object *obj, u32 index)
{
	if (obj->pool->index->flags & TMEM_INDEX_LOCKLESS)
		tmem_radix_prefetch_slot(&obj->tree, index);
}

/* The list whose first page is the oldest of all, as they show it; or NULL. */
static struct tmem_order *oldest_order(struct tmem_reclaim *r)
{
	struct tmem_order *order = NULL;
	u64 oldest = NOTHING_LISTED;
	unsigned int i;

	for (i = 0; i < r->nr_shards; i++) {
		u64 seq = READ_ONCE(r->order[i].oldest);

		if (seq < oldest) {
			oldest = seq;
			order = &r->order[i];
		}
	}
	return order;
}

/*
 * The first page of a list, off it and with a reference.  NULL: there is none, or it
 * had one of @chances coming and is the last now.  Lock held.
 */
static struct tmem_page *pick_first(struct tmem_reclaim *r,
				    struct tmem_order *order,
				    unsigned int *chances)
{
	struct tmem_page *page = first_listed(order);

	if (!page)
		return NULL;
	if (READ_ONCE(page->used) && *chances) {
		--*chances;
		WRITE_ONCE(page->used, 0);
		renew_locked(r, order, page);
		return NULL;
	}
	/* first: once it is off the list it may go, see (C) */
	refcount_inc(&page->refs);
	unlist_locked(order, page);
	return page;
}

/*
 * The page that is oldest now and has no chance left, off its list and with a
 * reference; or NULL.
 */
static struct tmem_page *pick_oldest(struct tmem *tm, unsigned int *chances)
{
	struct tmem_page *page, *next = NULL;
	struct tmem_object *obj = NULL;
	struct tmem_order *order;
	u32 index = 0;
	unsigned long flags;

	do {
		order = oldest_order(&tm->reclaim);
		if (!order)
			return NULL;
		spin_lock_irqsave(&order->lock, flags);
		page = pick_first(&tm->reclaim, order, chances);
		if (page)
			next = first_listed(order);
		if (next) {
			obj = next->obj;
			index = next->index;
		}
		spin_unlock_irqrestore(&order->lock, flags);
	} while (!page);	/* the list ran empty as we came, or a page moved */
	if (obj)
		look_ahead(obj, index);
	return page;
}

/* Remove a page that was picked, and let go of it: the bytes that frees. */
static size_t evict_page(struct tmem_pool *pool, struct tmem_page *page)
{
	if (pool->index->replace(pool, page, NULL))
		return tmem_page_drop(pool, page, 1);
	tmem_count(pool, TMEM_evicted, 1);
	/* the picker's reference, and that of the index */
	return tmem_page_drop(pool, page, 2);
}

/*
 * Evict the oldest page, and the one that shares its frame.  Returns how many
 * victims were picked, 0 if there was none; adds to @freed what is not needed any
 * more, and still charged; takes from @chances what was given to marked pages.
 */
static unsigned int evict_oldest(struct tmem *tm, size_t *freed,
				 unsigned int *chances)
{
	struct tmem_page *page = pick_oldest(tm, chances), *buddy = NULL;
	unsigned int nr = 1;
	struct tmem_pool *pool;

	if (!page)
		return 0;
	pool = page->obj->pool;
	if (pool->store->buddy)
		buddy = pool->store->buddy(pool, page);
	*freed += evict_page(pool, page);
	if (!buddy)
		return nr;
	/* held by a reference; listed: so its object is alive, see (A) */
	if (unlist(tm, buddy)) {
		*freed += evict_page(pool, buddy);
		nr++;
	} else {
		*freed += tmem_page_drop(pool, buddy, 1);
	}
	return nr;
}

int tmem_make_room(struct tmem *tm, size_t bytes)
{
	unsigned int nr, victims = 0, chances = CHANCES_PER_PUT;
	size_t freed = 0;

	while (charge_instead(tm, bytes, freed)) {
		nr = victims < VICTIMS_PER_PUT ?
			evict_oldest(tm, &freed, &chances) : 0;
		if (!nr) {
			tmem_uncharge(tm, freed);
			return -ENOSPC;
		}
		victims += nr;
	}
	return 0;
}

/* As evict_oldest(), for nobody's put: what is freed is uncharged. */
static unsigned int give_back_oldest(struct tmem *tm, size_t *freed)
{
	unsigned int nr, chances = CHANCES_PER_PUT;
	size_t bytes = 0;

	rcu_read_lock();
	nr = evict_oldest(tm, &bytes, &chances);
	rcu_read_unlock();
	tmem_uncharge(tm, bytes);
	*freed += bytes;
	return nr;
}

u64 tmem_evict(struct tmem *tm, u64 frames)
{
	size_t freed = 0;
	unsigned int nr = 1;

	while (nr && freed >> PAGE_SHIFT < frames)
		nr = give_back_oldest(tm, &freed);
	return freed >> PAGE_SHIFT;
}

int tmem_set_budget(struct tmem *tm, u64 frames)
{
	struct tmem_reclaim *r = &tm->reclaim;
	unsigned int nr = 1;
	size_t freed = 0;

	might_sleep();
	if (!tmem_budget_valid(frames))
		return -EINVAL;
	WRITE_ONCE(r->budget, (long)(frames << PAGE_SHIFT));
	while (nr && atomic_long_read(&r->charged) > READ_ONCE(r->budget)) {
		nr = give_back_oldest(tm, &freed);
		cond_resched();
	}
	return 0;
}

int tmem_order_validate(struct tmem *tm, u64 *nr_pages)
{
	struct tmem_reclaim *r = &tm->reclaim;
	struct tmem_page *page;
	unsigned int i;

	*nr_pages = 0;
	for (i = 0; i < r->nr_shards; i++) {
		struct tmem_order *order = &r->order[i];
		u64 first = NOTHING_LISTED, last = 0;

		list_for_each_entry(page, &order->pages, order) {
			if (first == NOTHING_LISTED)
				first = page->seq;
			if (!tmem_check(page->listed) ||
			    !tmem_check(page->shard == i) ||
			    !tmem_check(page->seq >= last) ||
			    !tmem_check(!tmem_pool_persistent(page->obj->pool)) ||
			    !tmem_check(!page->used ||
					tmem_pool_second_chance(page->obj->pool)))
				return -EUCLEAN;
			last = page->seq;
			(*nr_pages)++;
		}
		if (!tmem_check(order->oldest == first))
			return -EUCLEAN;
	}
	return 0;
}
