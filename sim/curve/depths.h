/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * depths.h - how many gets found their page at which depth
 *
 * A counter a depth, and depths jump: each is asked for when its get is told, and counted
 * DEPTHS_WAIT gets later, when it has come near.
 */
#ifndef TMEM_SIM_DEPTHS_H
#define TMEM_SIM_DEPTHS_H

#include <stdint.h>

#include "../replay/ops.h"

#define DEPTHS_WAIT	8U	/* a power of two */

struct depths {
	u64 *nr;		/* by depth; after depths_sum() at it or less */
	u64 room;
	u64 end;		/* the greatest depth + 1, 0: none */
	u64 gets;
	u64 hits;
	u32 waiting[DEPTHS_WAIT];	/* of the last hits, in turn */
};

static inline void depths_init(struct depths *d)
{
	*d = (struct depths){ .nr = NULL };
}

void depths_exit(struct depths *d);

/* Room for @depth: 0 or -ENOMEM. */
int depths_grow(struct depths *d, u32 depth);

/* A get that found its page: 0 or -ENOMEM. */
static inline int depths_add(struct depths *d, u32 depth)
{
	if (depth >= d->room && depths_grow(d, depth))
		return -ENOMEM;
	if (depth >= d->end)
		d->end = depth + 1ULL;
	prefetch(&d->nr[depth]);
	if (d->hits >= DEPTHS_WAIT)
		d->nr[d->waiting[d->hits % DEPTHS_WAIT]]++;
	d->waiting[d->hits++ % DEPTHS_WAIT] = depth;
	return 0;
}

/* No more gets come. */
void depths_sum(struct depths *d);

/* After depths_sum(): the gets that found their page at a depth less than @pages. */
static inline u64 depths_hits(const struct depths *d, u64 pages)
{
	if (!pages || !d->end)
		return 0;
	return d->nr[(pages < d->end ? pages : d->end) - 1];
}

#endif /* TMEM_SIM_DEPTHS_H */
