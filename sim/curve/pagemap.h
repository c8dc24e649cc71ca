/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pagemap.h - from a page, named by object and index, to a number
 *
 * Made for traces: objects are small numbers in a row, pages of an object lie close
 * together, and whole objects are forgotten at once.  Not for several threads.
 */
#ifndef TMEM_SIM_PAGEMAP_H
#define TMEM_SIM_PAGEMAP_H

#include <stdint.h>

#include "../replay/ops.h"

#define PAGEMAP_NONE	UINT32_MAX	/* no number of a page */
#define PAGEMAP_FAN	16U		/* children of a node, pages of a leaf */

struct pagemap_node {
	u32 child[PAGEMAP_FAN];		/* numbers of nodes; in a leaf, the values */
};

/* Nodes by number; they stay where they are. */
struct pagemap_arena {
	struct pagemap_node **segments;
	u32 nr;				/* ever used; 0 is none */
	u32 *spare;			/* numbers to be used again */
	u32 nr_spare;
	u32 spare_room;
};

struct pagemap_root {
	u32 node;			/* 0: the object has no pages */
	u32 height;			/* levels above the leaves, 0 .. 7 */
};

struct pagemap {
	struct pagemap_arena leaves;
	struct pagemap_arena inner;
	struct pagemap_root *roots;	/* by object */
	u32 nr_roots;
	u64 last_key;			/* of the leaf that was used last */
	struct pagemap_node *last;	/* NULL: none */
};

/* 0 or -ENOMEM; pagemap_exit() is fine after either, and on zeroes. */
int pagemap_init(struct pagemap *map);
void pagemap_exit(struct pagemap *map);

struct pagemap_node *pagemap_find_leaf(struct pagemap *map, u32 object, u32 index);
struct pagemap_node *pagemap_make_leaf(struct pagemap *map, u32 object, u32 index);

static inline u64 pagemap_leaf_key(u32 object, u32 index)
{
	return (u64)object << 32 | index / PAGEMAP_FAN;
}

/* Where a page's number is, PAGEMAP_NONE if it has none; or NULL: it has none. */
static inline u32 *pagemap_find(struct pagemap *map, u32 object, u32 index)
{
	struct pagemap_node *leaf = map->last;

	if (!leaf || map->last_key != pagemap_leaf_key(object, index))
		leaf = pagemap_find_leaf(map, object, index);
	return leaf ? &leaf->child[index % PAGEMAP_FAN] : NULL;
}

/* As pagemap_find(), with a place made where there was none; NULL: no memory. */
static inline u32 *pagemap_place(struct pagemap *map, u32 object, u32 index)
{
	struct pagemap_node *leaf = map->last;

	if (!leaf || map->last_key != pagemap_leaf_key(object, index))
		leaf = pagemap_make_leaf(map, object, index);
	return leaf ? &leaf->child[index % PAGEMAP_FAN] : NULL;
}

/* As pagemap_find(), but that nothing is remembered: to look ahead. */
const u32 *pagemap_peek(const struct pagemap *map, u32 object, u32 index);

/*
 * Forget the pages of an object from @first to @last, both included.  @gone, where
 * not NULL, is told the number of each that had one, in rising order of pages.
 *
 * Takes as long as there are pages of this object in the range, and room that was
 * made for such; the latter is given back, so it is paid for once.  The room of a page
 * that goes alone stays.
 */
void pagemap_remove(struct pagemap *map, u32 object, u32 first, u32 last,
		    void (*gone)(void *arg, u32 value), void *arg);

/* Change the number of every page that has one, to what @number makes of it. */
void pagemap_renumber(struct pagemap *map, u32 (*number)(void *arg, u32 value),
		      void *arg);

/* How many pages it has room for without more memory: what renumbering costs. */
static inline u64 pagemap_room(const struct pagemap *map)
{
	return (u64)map->leaves.nr * PAGEMAP_FAN;
}

#endif /* TMEM_SIM_PAGEMAP_H */
