// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pagemap.c - from a page, named by object and index, to a number
 *
 *	objects ---> root ---> inner nodes ---> leaf of 16 pages, one cache line
 *
 * A tree of fan 16 for each object, as high as its largest index wants (as in the
 * kernel's page cache).  A page costs 4 bytes where its neighbours are known too.
 * The leaf that was used last is remembered: runs of pages, and a get with the put
 * after it, go down the tree once.
 *
 * A leaf that is empty stays, for its pages tend to come back, until a removal covers
 * it: then it goes, and with it the nodes above that have nothing left.
 */
#include "pagemap.h"

#include <stdlib.h>
#include <string.h>

#define SEGMENT		4096U		/* nodes */
#define SEGMENTS	(1U << 20)
#define FAN_BITS	4U
#define MAX_HEIGHT	7U

/* ---- nodes ---- */

static inline struct pagemap_node *node_at(const struct pagemap_arena *arena, u32 n)
{
	return &arena->segments[n / SEGMENT][n % SEGMENT];
}

static int arena_init(struct pagemap_arena *arena)
{
	arena->nr = 1;
	arena->segments = calloc(SEGMENTS, sizeof(*arena->segments));
	return arena->segments ? 0 : -ENOMEM;
}

static void arena_exit(struct pagemap_arena *arena)
{
	u32 i;

	for (i = 0; arena->segments && i < SEGMENTS && arena->segments[i]; i++)
		free(arena->segments[i]);
	free(arena->segments);
	free(arena->spare);
}

/* The number of a node whose words are all @word; 0: no memory. */
static u32 node_new(struct pagemap_arena *arena, int word)
{
	struct pagemap_node **segment;
	u32 n;

	if (arena->nr_spare) {
		n = arena->spare[--arena->nr_spare];
	} else {
		if (arena->nr == SEGMENT * (SEGMENTS - 1))
			return 0;
		segment = &arena->segments[arena->nr / SEGMENT];
		if (!*segment)
			*segment = aligned_alloc(sizeof(**segment),
						 SEGMENT * sizeof(**segment));
		if (!*segment)
			return 0;
		n = arena->nr++;
	}
	memset(node_at(arena, n), word, sizeof(struct pagemap_node));
	return n;
}

/* A leaf keeps its words, all PAGEMAP_NONE: pagemap_renumber() looks at all of them. */
static void node_free(struct pagemap_arena *arena, u32 n)
{
	if (arena->nr_spare == arena->spare_room) {
		u32 room = arena->spare_room ? 2 * arena->spare_room : 256;
		u32 *spare = realloc(arena->spare, room * sizeof(*spare));

		if (!spare)
			return;		/* it will not be used again, no more */
		arena->spare = spare;
		arena->spare_room = room;
	}
	arena->spare[arena->nr_spare++] = n;
}

int pagemap_init(struct pagemap *map)
{
	memset(map, 0, sizeof(*map));
	if (arena_init(&map->leaves) || arena_init(&map->inner)) {
		pagemap_exit(map);
		return -ENOMEM;
	}
	return 0;
}

void pagemap_exit(struct pagemap *map)
{
	arena_exit(&map->leaves);
	arena_exit(&map->inner);
	free(map->roots);
	memset(map, 0, sizeof(*map));
}

/* ---- finding ---- */

/* The last index below a root of this height. */
static inline u32 root_reach(u32 height)
{
	return height >= MAX_HEIGHT ? UINT32_MAX :
		(1U << FAN_BITS * (height + 1)) - 1;
}

static inline u32 child_of(u32 index, u32 height)
{
	return index >> FAN_BITS * height & (PAGEMAP_FAN - 1);
}

static inline struct pagemap_node *descend(const struct pagemap *map, u32 object,
					   u32 index)
{
	const struct pagemap_root *root;
	u32 node, height;

	if (object >= map->nr_roots)
		return NULL;
	root = &map->roots[object];
	node = root->node;
	if (index > root_reach(root->height))
		return NULL;
	for (height = root->height; node && height; height--)
		node = node_at(&map->inner, node)->child[child_of(index, height)];
	return node ? node_at(&map->leaves, node) : NULL;
}

struct pagemap_node *pagemap_find_leaf(struct pagemap *map, u32 object, u32 index)
{
	struct pagemap_node *leaf = descend(map, object, index);

	if (leaf) {
		map->last_key = pagemap_leaf_key(object, index);
		map->last = leaf;
	}
	return leaf;
}

const u32 *pagemap_peek(const struct pagemap *map, u32 object, u32 index)
{
	const struct pagemap_node *leaf = descend(map, object, index);

	return leaf ? &leaf->child[index % PAGEMAP_FAN] : NULL;
}

static struct pagemap_root *make_root(struct pagemap *map, u32 object)
{
	u64 room = map->nr_roots ? map->nr_roots : 1024;
	struct pagemap_root *roots;

	if (object < map->nr_roots)
		return &map->roots[object];
	while (room <= object)
		room *= 2;
	if (room > UINT32_MAX)
		return NULL;
	roots = realloc(map->roots, room * sizeof(*roots));
	if (!roots)
		return NULL;
	memset(roots + map->nr_roots, 0, (room - map->nr_roots) * sizeof(*roots));
	map->roots = roots;
	map->nr_roots = (u32)room;
	return &roots[object];
}

/* Nodes on top, until the index is within reach. */
static int raise_root(struct pagemap *map, struct pagemap_root *root, u32 index)
{
	u32 node;

	if (!root->node) {
		root->height = 0;
		while (index > root_reach(root->height))
			root->height++;
	}
	while (index > root_reach(root->height)) {
		node = node_new(&map->inner, 0);
		if (!node)
			return -ENOMEM;
		node_at(&map->inner, node)->child[0] = root->node;
		root->node = node;
		root->height++;
	}
	return 0;
}

struct pagemap_node *pagemap_make_leaf(struct pagemap *map, u32 object, u32 index)
{
	struct pagemap_root *root = make_root(map, object);
	u32 *at, height;

	if (!root || raise_root(map, root, index))
		return NULL;
	at = &root->node;
	for (height = root->height; ; height--) {
		if (!*at)
			*at = height ? node_new(&map->inner, 0) :
				node_new(&map->leaves, 0xff);
		if (!*at)
			return NULL;
		if (!height)
			break;
		at = &node_at(&map->inner, *at)->child[child_of(index, height)];
	}
	map->last_key = pagemap_leaf_key(object, index);
	map->last = node_at(&map->leaves, *at);
	return map->last;
}

/* ---- removing ---- */

struct removal {
	struct pagemap *map;
	u32 first, last;
	void (*gone)(void *arg, u32 value);
	void *arg;
};

/* Of a leaf that begins at index @base: whether nothing is left in it. */
static bool remove_leaf(struct removal *r, u32 node, u32 base)
{
	struct pagemap_node *leaf = node_at(&r->map->leaves, node);
	bool empty = true;
	u32 i;

	for (i = 0; i < PAGEMAP_FAN; i++) {
		u32 value = leaf->child[i];

		if (value == PAGEMAP_NONE)
			continue;
		if (base + i < r->first || base + i > r->last) {
			empty = false;
			continue;
		}
		leaf->child[i] = PAGEMAP_NONE;
		if (r->gone)
			r->gone(r->arg, value);
	}
	if (empty)
		node_free(&r->map->leaves, node);
	return empty;
}

/* Of a node with so many levels below: whether it went. */
static bool remove_node(struct removal *r, u32 node, u32 height, u32 base)
{
	struct pagemap_node *inner;
	bool empty = true;
	u32 i;

	if (!height)
		return remove_leaf(r, node, base);
	inner = node_at(&r->map->inner, node);
	for (i = 0; i < PAGEMAP_FAN; i++) {
		u32 begin = base + (i << FAN_BITS * height);

		if (!inner->child[i])
			continue;
		if (begin <= r->last &&
		    begin + root_reach(height - 1) >= r->first &&
		    remove_node(r, inner->child[i], height - 1, begin))
			inner->child[i] = 0;
		else
			empty = false;
	}
	if (empty)
		node_free(&r->map->inner, node);
	return empty;
}

/* Its room stays, as after a get. */
static void remove_one(struct pagemap *map, u32 object, u32 index,
		       void (*gone)(void *arg, u32 value), void *arg)
{
	u32 *at = pagemap_find(map, object, index);

	if (!at || *at == PAGEMAP_NONE)
		return;
	if (gone)
		gone(arg, *at);
	*at = PAGEMAP_NONE;
}

void pagemap_remove(struct pagemap *map, u32 object, u32 first, u32 last,
		    void (*gone)(void *arg, u32 value), void *arg)
{
	struct removal r = { .map = map, .first = first, .last = last,
			     .gone = gone, .arg = arg };
	struct pagemap_root *root;

	if (first == last) {
		remove_one(map, object, first, gone, arg);
		return;
	}
	if (object >= map->nr_roots || !map->roots[object].node)
		return;
	root = &map->roots[object];
	map->last = NULL;		/* it may go */
	if (remove_node(&r, root->node, root->height, 0))
		root->node = 0;
}

void pagemap_renumber(struct pagemap *map, u32 (*number)(void *arg, u32 value),
		      void *arg)
{
	u32 n, i;

	for (n = 1; n < map->leaves.nr; n++) {
		u32 *value = node_at(&map->leaves, n)->child;

		for (i = 0; i < PAGEMAP_FAN; i++)
			if (value[i] != PAGEMAP_NONE)
				value[i] = number(arg, value[i]);
	}
}
