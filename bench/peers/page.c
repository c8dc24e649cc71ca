// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * page.c - page descriptors of the peers: from the port's slab, as the core's
 *
 * The eviction order of an ephemeral table is a list for each of a few shards,
 * chosen by CPU, as in the core.  Nobody evicts from it: it is the work of keeping
 * it that counts.
 *
 * One table at a time, as everywhere in bench/: so a descriptor need not know its
 * table, as the core's need not know their slab cache.
 *
 * Lock order: an order lock is innermost.
 */
#include <stdlib.h>

#include "store.h"
#include "peer.h"

#define MAX_SHARDS 16U

struct order {
	spinlock_t lock;
	struct list_head pages;
	char room[2 * SMP_CACHE_BYTES];	/* no line shared with a neighbour */
};

struct peer_pages {
	struct kmem_cache *cache;
	bool ordered;
	unsigned int shards;		/* a power of two */
	struct order order[MAX_SHARDS];
};

/* The table that there is. */
static struct peer_pages *table;

/* Of the core: pages that are never evicted are in no order. */
size_t peer_descriptor_size(bool ephemeral)
{
	return ephemeral ? sizeof(struct tmem_page) : offsetof(struct tmem_page, order);
}

static_assert(sizeof(struct peer_page) <= offsetof(struct tmem_page, order),
	      "peers must not pay for a larger descriptor than the core's");
static_assert(sizeof(struct list_head) == sizeof(((struct peer_page *)0)->link) &&
	      sizeof(struct rcu_head) == sizeof(((struct peer_page *)0)->link),
	      "a link is a list_head or an rcu_head");

/* link: while in order, and once retired */
static struct list_head *page_order(struct peer_page *page)
{
	return (struct list_head *)page->link;
}

static struct rcu_head *page_rcu(struct peer_page *page)
{
	return (struct rcu_head *)page->link;
}

struct peer_pages *peer_pages_create(const struct peer_config *config, size_t size)
{
	struct peer_pages *pages = calloc(1, sizeof(*pages));
	unsigned int i;

	if (!pages)
		return NULL;
	size += peer_descriptor_size(config->ephemeral) - sizeof(struct peer_page);
	pages->cache = kmem_cache_create("peer_page", size, 0, 0, NULL);
	if (!pages->cache) {
		free(pages);
		return NULL;
	}
	pages->ordered = config->ephemeral;
	pages->shards = roundup_pow_of_two(min_t(unsigned int, MAX_SHARDS,
						 num_online_cpus()));
	for (i = 0; i < pages->shards; i++) {
		spin_lock_init(&pages->order[i].lock);
		INIT_LIST_HEAD(&pages->order[i].pages);
	}
	table = pages;
	return pages;
}

void peer_pages_destroy(struct peer_pages *pages)
{
	if (!pages)
		return;
	rcu_barrier();
	kmem_cache_destroy(pages->cache);
	free(pages);
}

static void order_add(struct peer_pages *pages, struct peer_page *page)
{
	struct order *order;
	unsigned long flags;

	page->shard = (unsigned int)raw_smp_processor_id() & (pages->shards - 1);
	order = &pages->order[page->shard];
	spin_lock_irqsave(&order->lock, flags);
	list_add_tail(page_order(page), &order->pages);
	spin_unlock_irqrestore(&order->lock, flags);
}

static void order_del(struct peer_pages *pages, struct peer_page *page)
{
	struct order *order = &pages->order[page->shard];
	unsigned long flags;

	spin_lock_irqsave(&order->lock, flags);
	list_del(page_order(page));
	spin_unlock_irqrestore(&order->lock, flags);
}

struct peer_page *peer_page_alloc(struct peer_pages *pages, uint32_t index)
{
	struct peer_page *page = kmem_cache_alloc(pages->cache,
						  GFP_NOWAIT | __GFP_NOWARN);

	if (!page)
		return NULL;
	page->index = index;
	page->word = ~(u64)index;
	page->shard = 0;
	if (pages->ordered)
		order_add(pages, page);
	return page;
}

void peer_page_free(struct peer_page *page)
{
	if (table->ordered)
		order_del(table, page);
	kmem_cache_free(table->cache, page);
}

static void page_free_rcu(struct rcu_head *head)
{
	kmem_cache_free(table->cache, (struct peer_page *)head);
}

static_assert(offsetof(struct peer_page, link) == 0, "page_free_rcu() casts");

void peer_page_retire(struct peer_page *page)
{
	if (table->ordered)
		order_del(table, page);
	call_rcu(page_rcu(page), page_free_rcu);
}
