// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pageset.c - pages by the block of 64, in one table of entries
 *
 *	block	64 pages of an object: a bit each for seen, seen again, there
 *	node	64 blocks, or 64 nodes of the level below: a bit each for those in which
 *		a page is there
 *
 * Nodes are only there to remove large ranges: level L covers 64^(L+1) pages, the node
 * of level 5 all of an object, and a removal walks down where bits are set, so that it
 * costs as much as it removes, and a trace that flushes large files again and again
 * takes no longer than one that does not.  They are made when the first large range is
 * removed, since most traces have none.
 *
 * When the table is full, @shift is raised: only blocks whose hash has that many leading
 * zeros stay, others are not looked at any more.  Counts from then on are of one block
 * in 2^shift and weigh 2^shift.  Blocks are sampled rather than pages, so that memory
 * shrinks where neighbours are used together too.
 */
#include <errno.h>
#include <stdlib.h>

#include "pageset.h"

#define TOP_LEVEL	5U
#define NEAR_BLOCKS	64U		/* ranges up to here are looked up block by block */
#define OP_ENTRIES	(TOP_LEVEL + 1)	/* that one use of a block adds at most */
#define FIRST_ENTRIES	256U
#define MAX_SHIFT	32U

struct entry {
	uint64_t object;
	uint32_t place;		/* index / 64^(level + 1) */
	uint32_t level;		/* + 1; 0: no entry */
	uint64_t seen;
	uint64_t again;
	uint64_t there;		/* pages, or what is below */
};

struct pageset {
	struct entry *entries;
	uint32_t nr;
	uint32_t room;		/* a power of two */
	uint32_t bound;
	uint32_t shift;
	bool nodes;		/* are kept */
	uint64_t seen;		/* of the blocks that are kept */
	uint64_t once;
	uint64_t there;
	uint64_t most;		/* weighed, as are these: */
	uint64_t found;
	uint64_t missed;
};

/* ---- the table ---- */

static uint64_t entry_hash(uint64_t object, uint32_t place, uint32_t level)
{
	uint64_t h = object ^ ((uint64_t)level << 32 | place) * 0x9e3779b97f4a7c15ULL;

	h = (h ^ h >> 32) * 0xd6e8feb86659fd93ULL;
	h = (h ^ h >> 32) * 0xd6e8feb86659fd93ULL;
	return h ^ h >> 32;
}

static bool kept(const struct pageset *set, uint64_t object, uint32_t block)
{
	return !set->shift || entry_hash(object, block, 1) >> (64 - set->shift) == 0;
}

/* Where an entry is, or would be. */
static struct entry *entry_slot(const struct pageset *set, uint64_t object, uint32_t place,
				uint32_t level)
{
	uint64_t at = entry_hash(object, place, level + 1);

	for (;; at++) {
		struct entry *entry = &set->entries[at & (set->room - 1)];

		if (!entry->level || (entry->object == object && entry->place == place &&
				      entry->level == level + 1))
			return entry;
	}
}

static struct entry *entry_find(const struct pageset *set, uint64_t object, uint32_t place,
				uint32_t level)
{
	struct entry *entry = entry_slot(set, object, place, level);

	return entry->level ? entry : NULL;
}

static struct entry *entry_get(struct pageset *set, uint64_t object, uint32_t place,
			       uint32_t level)
{
	struct entry *entry = entry_slot(set, object, place, level);

	if (!entry->level) {
		*entry = (struct entry){ object, place, level + 1, 0, 0, 0 };
		set->nr++;
	}
	return entry;
}

/* ---- nodes ---- */

static void nodes_set(struct pageset *set, uint64_t object, uint32_t block)
{
	for (uint32_t level = 1; level <= TOP_LEVEL; level++) {
		uint64_t bit = 1ULL << (block & 63);
		struct entry *node = entry_get(set, object, block >>= 6, level);
		uint64_t before = node->there;

		node->there |= bit;
		if (before)
			return;
	}
}

static void nodes_clear(struct pageset *set, uint64_t object, uint32_t block)
{
	for (uint32_t level = 1; level <= TOP_LEVEL; level++) {
		uint64_t bit = 1ULL << (block & 63);
		struct entry *node = entry_find(set, object, block >>= 6, level);

		if (!node)
			return;
		node->there &= ~bit;
		if (node->there)
			return;
	}
}

/* ---- room ---- */

/* What is still kept of @old, in a table of @room; nodes anew. */
static int table_remake(struct pageset *set, uint32_t room)
{
	struct pageset old = *set;

	set->entries = calloc(room, sizeof(*set->entries));
	if (!set->entries) {
		set->entries = old.entries;
		return -ENOMEM;
	}
	set->room = room;
	set->nr = 0;
	set->seen = set->once = set->there = 0;
	for (uint32_t i = 0; i < old.room; i++) {
		const struct entry *entry = &old.entries[i];

		if (entry->level != 1 || !kept(set, entry->object, entry->place))
			continue;
		*entry_get(set, entry->object, entry->place, 0) = *entry;
		set->seen += (uint64_t)__builtin_popcountll(entry->seen);
		set->once += (uint64_t)__builtin_popcountll(entry->seen & ~entry->again);
		set->there += (uint64_t)__builtin_popcountll(entry->there);
	}
	/* These may be more than there is room for: then they count as too many. */
	for (uint32_t i = 0; set->nodes && i < old.room; i++) {
		const struct entry *entry = &old.entries[i];

		if (entry->level != 1 || !entry->there ||
		    !kept(set, entry->object, entry->place))
			continue;
		if (set->nr + OP_ENTRIES > set->room)
			break;
		nodes_set(set, entry->object, entry->place);
	}
	free(old.entries);
	return 0;
}

static bool table_full(const struct pageset *set)
{
	return set->nr + OP_ENTRIES > set->room / 4 * 3;
}

/* Room for one more use of a block, whose entries may then be held. */
static int table_room(struct pageset *set)
{
	int rc = 0;

	while (!rc && table_full(set)) {
		if (set->room < set->bound)
			rc = table_remake(set, 2 * set->room);
		else if (set->shift++ < MAX_SHIFT)
			rc = table_remake(set, set->room);
		else
			rc = -ENOMEM;
	}
	return rc;
}

struct pageset *pageset_new(uint32_t entries)
{
	struct pageset *set = calloc(1, sizeof(*set));

	if (!set)
		return NULL;
	set->bound = entries ? entries : PAGESET_ENTRIES;
	set->room = set->bound < FIRST_ENTRIES ? set->bound : FIRST_ENTRIES;
	set->entries = calloc(set->room, sizeof(*set->entries));
	if (!set->entries) {
		free(set);
		return NULL;
	}
	return set;
}

void pageset_free(struct pageset *set)
{
	if (set)
		free(set->entries);
	free(set);
}

/* ---- use ---- */

/* Bits @first .. @last of a block. */
static uint64_t bits(uint32_t first, uint32_t last)
{
	return ~0ULL << first & ~0ULL >> (63 - last);
}

static void there_change(struct pageset *set, struct entry *block, uint64_t there)
{
	uint64_t before = block->there;
	uint64_t object = block->object;
	uint32_t place = block->place;

	block->there = there;
	set->there += (uint64_t)__builtin_popcountll(there);
	set->there -= (uint64_t)__builtin_popcountll(before);
	if (set->there << set->shift > set->most)
		set->most = set->there << set->shift;
	if (!set->nodes || !before == !there)
		return;
	if (there)
		nodes_set(set, object, place);
	else
		nodes_clear(set, object, place);
}

static int block_use(struct pageset *set, uint64_t object, uint32_t place, uint64_t mask,
		     enum pageset_use use)
{
	struct entry *block;
	uint64_t hits;
	uint64_t fresh;
	int rc;

	if (!kept(set, object, place))
		return 0;
	rc = table_room(set);
	if (rc || !kept(set, object, place))
		return rc;
	block = entry_get(set, object, place, 0);
	fresh = mask & ~block->seen;
	set->once -= (uint64_t)__builtin_popcountll(mask & block->seen & ~block->again);
	set->once += (uint64_t)__builtin_popcountll(fresh);
	set->seen += (uint64_t)__builtin_popcountll(fresh);
	block->again |= mask & block->seen;
	block->seen |= mask;
	hits = mask & block->there;
	if (use != PAGESET_PUT) {
		set->found += (uint64_t)__builtin_popcountll(hits) << set->shift;
		set->missed += (uint64_t)__builtin_popcountll(mask & ~hits) << set->shift;
	}
	if (use == PAGESET_PUT || use == PAGESET_REFERENCE)
		there_change(set, block, block->there | mask);
	else if (use == PAGESET_TAKE)
		there_change(set, block, block->there & ~mask);
	return 0;
}

int pageset_use(struct pageset *set, uint64_t object, uint32_t index, uint32_t count,
		enum pageset_use use)
{
	while (count) {
		uint32_t first = index & 63;
		uint32_t nr = count < 64 - first ? count : 64 - first;
		int rc = block_use(set, object, index >> 6, bits(first, first + nr - 1), use);

		if (rc)
			return rc;
		index += nr;
		count -= nr;
	}
	return 0;
}

/* ---- removal ---- */

/* What lies in a range, in pages. */
struct range {
	uint64_t object;
	uint32_t first;
	uint32_t last;
};

static void block_remove(struct pageset *set, const struct range *range, uint32_t place)
{
	struct entry *block = entry_find(set, range->object, place, 0);
	uint32_t low = place == range->first >> 6 ? range->first & 63 : 0;
	uint32_t high = place == range->last >> 6 ? range->last & 63 : 63;

	if (block)
		there_change(set, block, block->there & ~bits(low, high));
}

/* What lies below the node at @place of @level; recursion is at most TOP_LEVEL deep. */
static void node_remove(struct pageset *set, const struct range *range, uint32_t place,
			uint32_t level)
{
	const struct entry *node = entry_find(set, range->object, place, level);
	uint32_t shift = 6 * level;	/* from pages to what a bit stands for */
	uint64_t below = node ? node->there : 0;

	for (; below; below &= below - 1) {
		uint32_t child = place << 6 | (uint32_t)__builtin_ctzll(below);

		if (child < range->first >> shift || child > range->last >> shift)
			continue;
		if (level == 1)
			block_remove(set, range, child);
		else
			node_remove(set, range, child, level - 1);
	}
}

static int nodes_make(struct pageset *set)
{
	int rc;

	if (set->nodes)
		return 0;
	set->nodes = true;
	rc = table_remake(set, set->room);
	return rc ?: table_room(set);
}

int pageset_remove(struct pageset *set, uint64_t object, uint32_t first, uint32_t last)
{
	const struct range range = { object, first, last };
	int rc;

	if ((last >> 6) - (first >> 6) < NEAR_BLOCKS) {
		for (uint32_t place = first >> 6; place <= last >> 6; place++)
			block_remove(set, &range, place);
		return 0;
	}
	rc = nodes_make(set);
	if (!rc)
		node_remove(set, &range, 0, TOP_LEVEL);
	return rc;
}

/* ---- counts ---- */

void pageset_counts(const struct pageset *set, struct pageset_counts *counts)
{
	*counts = (struct pageset_counts){
		.estimated = set->shift != 0,
		.seen = set->seen << set->shift,
		.once = set->once << set->shift,
		.most = set->most,
		.found = set->found,
		.missed = set->missed,
	};
}
