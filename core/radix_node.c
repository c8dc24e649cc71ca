// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * radix_node.c - the memory of tree nodes: caches of four sizes, and ways in and out
 *
 * A node comes out of a cache into a stash, which an insertion is given, and from
 * there into a tree (radix.c).  What an insertion did not take goes straight back;
 * what was part of a tree goes after a grace period where readers hold no lock.
 *
 * No lock is held here.
 */
#include "index.h"
#include "radix_node.h"

/* Slots by size: with what is before them whole cache lines, but the last. */
const struct tmem_geometry tmem_geometry[NODE_ALIGN] = {
#define SIZES(level)							\
	[TAG(level, 0)] = { (level) * TMEM_RADIX_BITS, 5 },		\
	[TAG(level, 1)] = { (level) * TMEM_RADIX_BITS, 21 },		\
	[TAG(level, 2)] = { (level) * TMEM_RADIX_BITS, 45 },		\
	[TAG(level, 3)] = { (level) * TMEM_RADIX_BITS, TMEM_RADIX_SLOTS }
	SIZES(0), SIZES(1), SIZES(2), SIZES(3), SIZES(4), SIZES(5)
#undef SIZES
};

static struct kmem_cache *node_caches[TMEM_NODE_SIZES];

static size_t node_bytes(unsigned int size)
{
	return sizeof(struct tmem_node) + node_room(size) * sizeof(void *);
}

int tmem_radix_init(void)
{
	static const char *const names[TMEM_NODE_SIZES] = {
		"tmem_node_5", "tmem_node_21", "tmem_node_45", "tmem_node_64",
	};
	unsigned int i;

	for (i = 0; i < TMEM_NODE_SIZES; i++) {
		node_caches[i] = kmem_cache_create(names[i], node_bytes(i),
						   NODE_ALIGN, 0, NULL);
		if (!node_caches[i]) {
			tmem_radix_exit();
			return -ENOMEM;
		}
	}
	return 0;
}

void tmem_radix_exit(void)
{
	unsigned int i;

	for (i = 0; i < TMEM_NODE_SIZES; i++) {
		kmem_cache_destroy(node_caches[i]);
		node_caches[i] = NULL;
	}
}

/* ---- out ---- */

static struct tmem_node *list_pop(struct tmem_node_list *list)
{
	struct tmem_node *node = list->head;

	list->head = node->next;
	list->nr--;
	return node;
}

static void node_free(struct tmem_node *node)
{
	kmem_cache_free(node_caches[node->size], node);
}

static void node_free_rcu(struct rcu_head *head)
{
	node_free(container_of(head, struct tmem_node, rcu));
}

void tmem_nodes_retire(struct tmem_pool *pool, struct tmem_node_list *list)
{
	bool lockless = pool->index->flags & TMEM_INDEX_LOCKLESS;

	while (list->nr) {
		struct tmem_node *node = list_pop(list);

		if (lockless)
			call_rcu(&node->rcu, node_free_rcu);
		else
			node_free(node);
	}
}

/* ---- in ---- */

static int stash_add(struct tmem_pool *pool, struct tmem_stash *stash,
		     unsigned int size)
{
	struct tmem_node *node = kmem_cache_alloc(node_caches[size], pool->gfp);

	if (!node)
		return -ENOMEM;
	memset(node, 0, node_bytes(size));
	node->size = size;
	node->next = stash->head[size];
	stash->head[size] = node;
	stash->have.nr[size]++;
	return 0;
}

int tmem_stash_fill(struct tmem_pool *pool, struct tmem_stash *stash,
		    union tmem_need need)
{
	unsigned int size;

	for (size = 0; size < TMEM_NODE_SIZES; size++)
		while (stash->have.nr[size] < need.nr[size])
			if (stash_add(pool, stash, size))
				return -ENOMEM;
	return 0;
}

void tmem_stash_empty(struct tmem_pool *pool, struct tmem_stash *stash)
{
	unsigned int size;

	for (size = 0; size < TMEM_NODE_SIZES; size++)
		while (stash->have.nr[size])
			node_free(stash_pop(stash, size));
	tmem_nodes_retire(pool, &stash->dead);
}
