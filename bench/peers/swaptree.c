// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * swaptree.c - peer: a tree of pages for each 64 MiB of swap, as zswap keeps them
 *
 *	slice (2^14 offsets) -> root -> node (64 slots) -> node -> page
 *
 * Swap hands out offsets, so there is nothing to hash and no object to look up:
 * an object of the benchmark is a run of offsets, its size rounded up to a power
 * of two.  A slice is found by its number in one array.  Nodes have 64 slots and
 * the size of the kernel's; a tree is as high as its highest index wants it, and
 * never gets lower.  Readers take no lock; a writer holds its slice's, with
 * interrupts off, as the kernel does; to flush an object, once for each leaf.  An
 * empty node is freed at once.
 *
 * Lock order: a slice's lock; page.c's order lock inside of it.
 *
 * Ordering guarantees
 *
 * (A) A node is complete before a pointer to it is published by release; so a
 *     reader that meets it sees its height and its slots.
 * (B) A page or node that was unlinked waits for a grace period.
 */
#include <stdlib.h>

#include "port.h"
#include "tables.h"

#define SLICE_BITS	14	/* pages of 4 KiB: 64 MiB */
#define NODE_BITS	6
#define NODE_SLOTS	(1U << NODE_BITS)
#define NODE_SIZE	576	/* of the kernel's, marks and links included */

struct node {
	u32 shift;			/* constant once published */
	u32 count;			/* slots in use; lock */
	struct node *parent;		/* lock */
	u32 offset;			/* in the parent; constant */
	struct rcu_head rcu;
	void __rcu *slots[NODE_SLOTS];
	char marks[NODE_SIZE - NODE_SLOTS * sizeof(void *) - 40];
};

static_assert(sizeof(struct node) == NODE_SIZE, "a node of the kernel's size");

struct slice {
	spinlock_t lock;
	struct node __rcu *root;
};

struct peer {
	struct peer_pages *pages;
	struct kmem_cache *nodes;
	unsigned int object_shift;	/* log2 of an object's offsets */
	u64 nr_slices;
	struct slice *slices;
};

static struct slice *slice_of(struct peer *peer, const struct peer_key *key, u32 *index)
{
	u64 offset = (key->oid[0] << peer->object_shift) + key->index;
	u64 n = offset >> SLICE_BITS;

	if (unlikely(n >= peer->nr_slices || key->index >> peer->object_shift))
		return NULL;
	*index = (u32)offset & ((1U << SLICE_BITS) - 1);
	return &peer->slices[n];
}

static unsigned int slot_of(const struct node *node, u32 index)
{
	return (index >> node->shift) & (NODE_SLOTS - 1);
}

static bool covers(const struct node *node, u32 index)
{
	return index >> node->shift < NODE_SLOTS;
}

static struct peer_page *lookup(const struct slice *slice, u32 index)
{
	const struct node *node = rcu_dereference(slice->root);

	if (!node || !covers(node, index))
		return NULL;
	while (node->shift) {
		node = rcu_dereference(node->slots[slot_of(node, index)]);
		if (!node)
			return NULL;
	}
	return rcu_dereference(node->slots[slot_of(node, index)]);
}

static struct node *node_new(struct peer *peer, unsigned int shift)
{
	struct node *node = kmem_cache_alloc(peer->nodes, GFP_NOWAIT | __GFP_NOWARN |
					     __GFP_ZERO);

	if (node)
		node->shift = shift;
	return node;
}

/* ---- under the slice's lock ---- */

/* A root above the old one, until the tree reaches @index.  0 or -ENOMEM */
static int grow_locked(struct peer *peer, struct slice *slice, u32 index)
{
	struct node *node, *root;

	root = rcu_dereference_protected(slice->root, lockdep_is_held(&slice->lock));
	while (!root || !covers(root, index)) {
		node = node_new(peer, root ? root->shift + NODE_BITS : 0);
		if (!node)
			return -ENOMEM;
		if (!root) {
			while (!covers(node, index))
				node->shift += NODE_BITS;
		} else {
			node->count = 1;
			RCU_INIT_POINTER(node->slots[0], (void *)root);
			root->parent = node;
		}
		rcu_assign_pointer(slice->root, node);
		root = node;
	}
	return 0;
}

/* The leaf of @index, with the nodes that were missing above it, or NULL */
static struct node *leaf_locked(struct peer *peer, struct slice *slice, u32 index,
				bool make)
{
	struct node *node, *child;
	unsigned int slot;

	node = rcu_dereference_protected(slice->root, lockdep_is_held(&slice->lock));
	if (!node || !covers(node, index))
		return NULL;
	while (node->shift) {
		slot = slot_of(node, index);
		child = rcu_dereference_protected(node->slots[slot],
						  lockdep_is_held(&slice->lock));
		if (!child) {
			if (!make)
				return NULL;
			child = node_new(peer, node->shift - NODE_BITS);
			if (!child)
				return NULL;
			child->parent = node;
			child->offset = slot;
			node->count++;
			rcu_assign_pointer(node->slots[slot], (void *)child);
		}
		node = child;
	}
	return node;
}

static void node_free_rcu(struct rcu_head *head);

/* Nodes that have become empty, upwards from @node. */
static void prune_locked(struct slice *slice, struct node *node)
{
	struct node *parent;

	while (node && !node->count) {
		parent = node->parent;
		if (parent) {
			RCU_INIT_POINTER(parent->slots[node->offset], NULL);
			parent->count--;
		} else {
			RCU_INIT_POINTER(slice->root, NULL);
		}
		call_rcu(&node->rcu, node_free_rcu);
		node = parent;
	}
}

static struct peer_page *take_locked(struct peer *peer, struct slice *slice, u32 index)
{
	struct node *leaf = leaf_locked(peer, slice, index, false);
	struct peer_page *page;

	if (!leaf)
		return NULL;
	page = rcu_dereference_protected(leaf->slots[slot_of(leaf, index)],
					 lockdep_is_held(&slice->lock));
	if (!page)
		return NULL;
	RCU_INIT_POINTER(leaf->slots[slot_of(leaf, index)], NULL);
	leaf->count--;
	prune_locked(slice, leaf);
	return page;
}

/* ---- operations ---- */

/* One table at a time, as everywhere in bench/. */
static struct kmem_cache *node_cache;

static void node_free_rcu(struct rcu_head *head)
{
	kmem_cache_free(node_cache, container_of(head, struct node, rcu));
}

static struct peer *swaptree_create(const struct peer_ops *self,
				    const struct peer_config *config)
{
	struct peer *peer = calloc(1, sizeof(*peer));
	u64 objects, i;

	(void)self;
	if (!peer)
		return NULL;
	peer->object_shift = ilog2(roundup_pow_of_two(config->object_pages));
	/* misses ask for objects beyond those that are there: 8 times as many */
	objects = 8 * DIV_ROUND_UP(config->pages, config->object_pages);
	peer->nr_slices = DIV_ROUND_UP(objects << peer->object_shift, 1UL << SLICE_BITS);
	peer->slices = calloc(peer->nr_slices, sizeof(*peer->slices));
	peer->pages = peer_pages_create(config, sizeof(struct peer_page));
	peer->nodes = kmem_cache_create("swaptree_node", NODE_SIZE, 0, 0, NULL);
	if (!peer->slices || !peer->pages || !peer->nodes) {
		peer_pages_destroy(peer->pages);
		kmem_cache_destroy(peer->nodes);
		free(peer->slices);
		free(peer);
		return NULL;
	}
	node_cache = peer->nodes;
	for (i = 0; i < peer->nr_slices; i++)
		spin_lock_init(&peer->slices[i].lock);
	return peer;
}

/* Nobody else is about. */
static void destroy_below(struct node *node)
{
	unsigned int i;

	for (i = 0; i < NODE_SLOTS; i++) {
		void *p = rcu_dereference_protected(node->slots[i], true);

		if (p && node->shift)
			destroy_below(p);
		else if (p)
			peer_page_free(p);
	}
	kmem_cache_free(node_cache, node);
}

static void swaptree_destroy(struct peer *peer)
{
	u64 i;

	for (i = 0; i < peer->nr_slices; i++) {
		struct node *root = rcu_dereference_protected(peer->slices[i].root, true);

		if (root)
			destroy_below(root);
	}
	peer_pages_destroy(peer->pages);	/* waits for the nodes as well */
	kmem_cache_destroy(peer->nodes);
	free(peer->slices);
	free(peer);
}

static int swaptree_put(struct peer *peer, const struct peer_key *key)
{
	struct peer_page *page, *old = NULL;
	struct node *leaf = NULL;
	struct slice *slice;
	unsigned long flags;
	u32 index;

	slice = slice_of(peer, key, &index);
	if (!slice)
		return -EINVAL;
	page = peer_page_alloc(peer->pages, key->index);
	if (!page)
		return -ENOMEM;
	spin_lock_irqsave(&slice->lock, flags);
	if (!grow_locked(peer, slice, index))
		leaf = leaf_locked(peer, slice, index, true);
	if (leaf) {
		old = rcu_dereference_protected(leaf->slots[slot_of(leaf, index)],
						lockdep_is_held(&slice->lock));
		leaf->count += !old;
		rcu_assign_pointer(leaf->slots[slot_of(leaf, index)], (void *)page);
	}
	spin_unlock_irqrestore(&slice->lock, flags);
	if (!leaf)
		peer_page_free(page);
	if (old)
		peer_page_retire(old);
	return leaf ? 0 : -ENOMEM;
}

static int swaptree_get(struct peer *peer, const struct peer_key *key)
{
	struct peer_page *page;
	struct slice *slice;
	int ret = -ENOENT;
	u32 index;

	slice = slice_of(peer, key, &index);
	if (!slice)
		return -ENOENT;
	rcu_read_lock();
	page = lookup(slice, index);
	if (page)
		ret = peer_page_read(page);
	rcu_read_unlock();
	return ret;
}

static int swaptree_take(struct peer *peer, const struct peer_key *key)
{
	struct peer_page *page;
	struct slice *slice;
	unsigned long flags;
	u32 index;
	int ret;

	slice = slice_of(peer, key, &index);
	if (!slice)
		return -ENOENT;
	spin_lock_irqsave(&slice->lock, flags);
	page = take_locked(peer, slice, index);
	spin_unlock_irqrestore(&slice->lock, flags);
	if (!page)
		return -ENOENT;
	ret = peer_page_read(page);
	peer_page_retire(page);
	return ret;
}

/* All pages of @leaf from @index up to @last; returns the next index. */
static u32 empty_leaf_locked(struct node *leaf, u32 index, u32 last,
			     struct peer_page *out[NODE_SLOTS], unsigned int *n)
{
	for (*n = 0; index <= last; index++) {
		unsigned int slot = slot_of(leaf, index);
		struct peer_page *page;

		page = rcu_dereference_protected(leaf->slots[slot], true);
		if (page) {
			RCU_INIT_POINTER(leaf->slots[slot], NULL);
			leaf->count--;
			out[(*n)++] = page;
		}
		if (slot == NODE_SLOTS - 1)
			return index + 1;
	}
	return index;
}

/*
 * An object is a run of offsets in one slice, or in several: the lock is taken and
 * the tree descended once for each leaf, not for each page.
 */
static long swaptree_flush_object(struct peer *peer, const struct peer_key *key,
				  uint32_t nr_pages)
{
	struct peer_key at = *key;
	long removed = 0;

	for (at.index = 0; at.index < nr_pages;) {
		u32 index, first, last, next;
		struct peer_page *pages[NODE_SLOTS];
		struct slice *slice = slice_of(peer, &at, &index);
		unsigned int n = 0, i;
		unsigned long flags;
		struct node *leaf;

		if (!slice)
			break;
		first = index;
		last = min_t(u64, (1U << SLICE_BITS) - 1, (u64)index + nr_pages - at.index - 1);
		spin_lock_irqsave(&slice->lock, flags);
		leaf = leaf_locked(peer, slice, index, false);
		if (leaf) {
			next = empty_leaf_locked(leaf, index, last, pages, &n);
			prune_locked(slice, leaf);
		} else {
			next = min_t(u32, last, index | (NODE_SLOTS - 1)) + 1;
		}
		spin_unlock_irqrestore(&slice->lock, flags);
		for (i = 0; i < n; i++)
			peer_page_retire(pages[i]);
		removed += n;
		at.index += next - first;
	}
	return removed;
}

const struct peer_ops peer_swaptree = {
	.name = "swaptree",
	.create = swaptree_create,
	.destroy = swaptree_destroy,
	.put = swaptree_put,
	.get = swaptree_get,
	.get_exclusive = swaptree_take,
	.flush_page = swaptree_take,
	.flush_object = swaptree_flush_object,
};
