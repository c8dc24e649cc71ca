// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * admission_ghost.c - a page that was put before, within a window of puts
 *
 * A page is stored only if it has left the page cache before, and not long ago: then
 * it has been read again in between, and may be once more.  What is remembered of a
 * page that is not stored is its name, a ghost.
 *
 * Source.  T. Johnson, D. Shasha: 2Q, VLDB 1994 (the queue A1out of names); N. Megiddo,
 * D. Modha: ARC, FAST 2003 (ghost lists B1 and B2); and caches that store on the second
 * request: B. Maggs, R. Sitaraman, "Algorithmic nuggets in content delivery", SIGCOMM
 * CCR 45(3), 2015, of a network where nearly three quarters of objects are asked for only
 * once, and CacheLib's "reject first".  Those have Bloom filters or sketches; here the
 * window is exact.
 *
 *	ring	handles of the last WINDOW puts, made or turned away
 *	table	open-addressed, at most half full: the ring's place of each handle's
 *		last put, + 1; probing is linear, a removal closes the gap
 *
 * A put is made if its handle's last one is at most WINDOW puts back.  Memory: 16 to 24
 * bytes a put of the window, 4 MiB for the default, which spans 1 GiB of pages.
 *
 * Good	where many pages are used only once, or come back later than tmem could have
 *	kept them; needs nothing from the page cache, so recorded operations will do.
 * Bad	it gives away each page's first return, all there is of many; and in a loop
 *	larger than the window nothing is ever stored.
 */
#include "admission.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#define DEFAULT_WINDOW	(1U << 18)	/* puts: 1 GiB of pages */
#define MOST_WINDOW	(1U << 28)

struct ghost {
	u64 *ring;
	u32 *table;
	u32 mask;
	u32 window;
	u32 next;		/* place of the next put */
	bool full;		/* all places are taken */
};

static const char *ghost_parse(const char *text, u64 *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || errno || !*value ||
	    *value > MOST_WINDOW)
		return "must be a number of puts from 1 to 268435456";
	return NULL;
}

static void ghost_destroy(void *state)
{
	struct ghost *g = state;

	if (!g)
		return;
	free(g->ring);
	free(g->table);
	free(g);
}

static void *ghost_create(u64 value, u64 seed)
{
	struct ghost *g = calloc(1, sizeof(*g));
	u64 size = roundup_pow_of_two(2 * value);

	(void)seed;
	if (!g)
		return NULL;
	g->window = (u32)value;
	g->mask = (u32)size - 1;
	g->ring = calloc(value, sizeof(*g->ring));
	g->table = calloc(size, sizeof(*g->table));
	if (g->ring && g->table)
		return g;
	ghost_destroy(g);
	return NULL;
}

static inline u32 home(const struct ghost *g, u64 handle)
{
	return (u32)(handle_hash((u32)(handle >> 32), (u32)handle) >> 16) & g->mask;
}

/* Whether the table has it; @at: where, or where it would go. */
static bool find(const struct ghost *g, u64 handle, u32 *at)
{
	u32 i = home(g, handle), place;

	while ((place = g->table[i]) && g->ring[place - 1] != handle)
		i = (i + 1) & g->mask;
	*at = i;
	return place;
}

static void table_remove(struct ghost *g, u32 hole)
{
	u32 mask = g->mask, i, place;

	for (i = (hole + 1) & mask; (place = g->table[i]); i = (i + 1) & mask) {
		if (((i - home(g, g->ring[place - 1])) & mask) < ((i - hole) & mask))
			continue;
		g->table[hole] = place;
		hole = i;
	}
	g->table[hole] = 0;
}

/* The put in the next place is about to be forgotten. */
static void forget(struct ghost *g)
{
	u32 at;

	if (g->full && find(g, g->ring[g->next], &at) &&
	    g->table[at] == g->next + 1)
		table_remove(g, at);
}

static bool ghost_admit(void *state, const struct op *put)
{
	u64 handle = (u64)put->object << 32 | put->index;
	struct ghost *g = state;
	u32 at;
	bool seen = find(g, handle, &at);

	forget(g);
	find(g, handle, &at);
	g->ring[g->next] = handle;
	g->table[at] = ++g->next;
	if (g->next == g->window) {
		g->next = 0;
		g->full = true;
	}
	return seen;
}

const struct admission_ops admission_ghost = {
	.name = "ghost",
	.parameter = "WINDOW",
	.fallback = DEFAULT_WINDOW,
	.parse = ghost_parse,
	.create = ghost_create,
	.destroy = ghost_destroy,
	.admit = ghost_admit,
};
