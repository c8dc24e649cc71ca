/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * radix_node.h - nodes of the page-index tree, for those who walk it or build it
 *
 * A slot, and the root, hold an entry: NULL, a page, or a node.  The low bits of
 * an entry that is a node carry its level and size, so that a reader goes from
 * slot to slot and touches nothing else of a node.
 */
#ifndef TMEM_RADIX_NODE_H
#define TMEM_RADIX_NODE_H

#include "radix.h"

/* The low bits of a pointer to a node, which is aligned to 64 bytes. */
#define NODE_ALIGN	64UL
#define NODE_TAG	1UL
#define LEVEL_SHIFT	1	/* three bits */
#define SIZE_SHIFT	4	/* two bits */
#define TAG(level, size) \
	(NODE_TAG | (level) << LEVEL_SHIFT | (size) << SIZE_SHIFT)

#define SLOT_MASK	(TMEM_RADIX_SLOTS - 1)

struct tmem_node {
	union {
		void *parent;		/* in a tree: as slots have it, or NULL */
		struct tmem_node *next;	/* in a list */
		struct rcu_head rcu;	/* on its way out */
	};
	u8 size;			/* constant */
	u8 offset;			/* in the parent */
	u8 count;			/* slots in use, 1 .. 64 */
	void __rcu *slots[];
};

/* By the low bits of an entry: which bits of an index count, and how many slots. */
struct tmem_geometry {
	u8 shift;
	u8 room;
};

extern const struct tmem_geometry tmem_geometry[NODE_ALIGN];

static inline bool is_node(const void *entry)
{
	return (unsigned long)entry & NODE_TAG;
}

static inline struct tmem_node *to_node(const void *entry)
{
	return (struct tmem_node *)((unsigned long)entry & ~(NODE_ALIGN - 1));
}

static inline unsigned int level_of(const void *entry)
{
	return (unsigned long)entry >> LEVEL_SHIFT & 7;
}

static inline const struct tmem_geometry *geometry_of(const void *entry)
{
	return &tmem_geometry[(unsigned long)entry & (NODE_ALIGN - 1)];
}

static inline unsigned int shift_of(const void *entry)
{
	return geometry_of(entry)->shift;
}

static inline unsigned int size_of(const void *entry)
{
	return (unsigned long)entry >> SIZE_SHIFT & 3;
}

static inline unsigned int room_of(const void *entry)
{
	return geometry_of(entry)->room;
}

/* Slots of a node of that size. */
static inline unsigned int node_room(unsigned int size)
{
	return tmem_geometry[TAG(0UL, size)].room;
}

static inline unsigned int slot_of(const void *entry, u32 index)
{
	return index >> shift_of(entry) & SLOT_MASK;
}

/* ---- nodes that are in no tree: see radix_node.c ---- */

static inline void node_push(struct tmem_node_list *list, struct tmem_node *node)
{
	node->next = list->head;
	list->head = node;
	list->nr++;
}

/* A node of that size, which is there; it has no parent and no entries. */
static inline struct tmem_node *stash_pop(struct tmem_stash *stash, unsigned int size)
{
	struct tmem_node *node = stash->head[size];

	stash->head[size] = node->next;
	stash->have.nr[size]--;
	node->parent = NULL;
	return node;
}

/* ---- hints ---- */

/* Where the slot would be, as a number: @root may be no node at all. */
static __always_inline const void *slot_address(const void *root, u32 index)
{
	return (const void *)(((unsigned long)root & ~(NODE_ALIGN - 1)) +
			      offsetof(struct tmem_node, slots) +
			      slot_of(root, index) * sizeof(void *));
}

/*
 * These two are always inlined: gcc 12 takes them for functions without effect before it
 * inlines them, and drops the calls.
 */

/*
 * tmem_radix_prefetch_below - bring close what a lookup of @index reads of @root
 * @root: what the root of a tree was once: nothing is read of what it points to,
 *	and if that is no node, some line is fetched in vain
 */
static __always_inline void tmem_radix_prefetch_below(const void *root, u32 index)
{
	prefetch(slot_address(root, index));
}

/* tmem_radix_prefetchw_below - likewise what putting or removing it writes to */
static __always_inline void tmem_radix_prefetchw_below(const void *root, u32 index)
{
	prefetchw(to_node(root));
	prefetchw(slot_address(root, index));
}

#endif /* TMEM_RADIX_NODE_H */
