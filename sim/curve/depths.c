// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * depths.c - how many gets found their page at which depth
 */
#include "depths.h"

#include <stdlib.h>
#include <string.h>

void depths_exit(struct depths *d)
{
	free(d->nr);
	depths_init(d);
}

int depths_grow(struct depths *d, u32 depth)
{
	u64 room = d->room ? d->room : 4096;
	u64 *nr;

	while (room <= depth)
		room *= 2;
	nr = realloc(d->nr, room * sizeof(*nr));
	if (!nr)
		return -ENOMEM;
	memset(nr + d->room, 0, (room - d->room) * sizeof(*nr));
	d->nr = nr;
	d->room = room;
	return 0;
}

void depths_sum(struct depths *d)
{
	u64 i;

	for (i = 0; i < min(d->hits, (u64)DEPTHS_WAIT); i++)
		d->nr[d->waiting[i]]++;
	for (i = 1; i < d->end; i++)
		d->nr[i] += d->nr[i - 1];
}
