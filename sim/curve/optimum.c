// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * optimum.c - the hits that a tmem could have had at best: see optimum.h
 *
 * Gets that hit are numbered as they come, so the number of a put's get is where its
 * interval ends, and the interval that ends last is the greatest of a set.
 */
#include "optimum.h"

#include <stdlib.h>
#include <string.h>

#define IN_VAIN		UINT32_MAX	/* a put that no get is for */
#define GET		(UINT32_MAX - 1)
#define MOST_EVENTS	(UINT32_MAX - 2)

int optimum_init(struct optimum *o)
{
	memset(o, 0, sizeof(*o));
	return pagemap_init(&o->map);
}

void optimum_exit(struct optimum *o)
{
	pagemap_exit(&o->map);
	bitset_exit(&o->ends);
	free(o->events);
	memset(o, 0, sizeof(*o));
}

static int add_event(struct optimum *o, u32 event)
{
	u64 room = o->room ? 2 * o->room : 1 << 16;
	u32 *events;

	if (o->nr == MOST_EVENTS)
		return -EFBIG;
	if (o->nr == o->room) {
		events = realloc(o->events, room * sizeof(*events));
		if (!events)
			return -ENOMEM;
		o->events = events;
		o->room = room;
	}
	o->events[o->nr++] = event;
	return 0;
}

int optimum_put(struct optimum *o, u32 object, u32 index)
{
	u32 *at = pagemap_place(&o->map, object, index);
	int ret;

	if (!at)
		return -ENOMEM;
	ret = add_event(o, IN_VAIN);
	if (!ret)
		*at = (u32)(o->nr - 1);
	return ret;
}

int optimum_get(struct optimum *o, u32 object, u32 index)
{
	u32 *at = pagemap_find(&o->map, object, index);

	if (!at || *at == PAGEMAP_NONE)
		return 0;
	o->events[*at] = o->hits++;
	*at = PAGEMAP_NONE;
	return add_event(o, GET);
}

void optimum_flush(struct optimum *o, u32 object, u32 first, u32 last)
{
	pagemap_remove(&o->map, object, first, last, NULL, NULL);
}

int optimum_end(struct optimum *o)
{
	u32 now = 0;
	u64 i, nr = 0;

	for (i = 0; i < o->nr; i++) {
		if (o->events[i] == IN_VAIN)
			continue;
		o->events[nr++] = o->events[i];
		if (o->events[i] == GET)
			now--;
		else if (++now > o->peak)
			o->peak = now;
	}
	o->nr = nr;
	pagemap_exit(&o->map);
	return bitset_init(&o->ends, o->hits);
}

u64 optimum_hits(struct optimum *o, u64 pages)
{
	struct bitset *ends = &o->ends;
	u64 i, now = 0, hits = 0;
	u32 get = 0;

	if (!pages || pages >= o->peak)
		return pages ? o->hits : 0;
	for (i = 0; i < o->nr; i++) {
		if (o->events[i] != GET) {
			bitset_add(ends, o->events[i]);
			if (now == pages)
				bitset_del(ends, bitset_last(ends));
			else
				now++;
		} else if (bitset_has(ends, get++)) {
			bitset_del(ends, get - 1);
			now--;
			hits++;
		}
	}
	return hits;
}
