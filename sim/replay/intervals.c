// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * intervals.c - the time series of a run
 *
 * Lock: run->ends.lock, held by a thread that enters a new interval until the ends
 * of earlier ones are written down, so that of two threads which leave an interval
 * at the same time one sees the other outside.
 */
#include "intervals.h"

#include <stdlib.h>
#include <string.h>

/* Memory for @number and some after it. */
static int make_room(struct worker *w, u64 number)
{
	u64 room = number + number / 2 + 64;
	struct interval *v;

	if (number < w->room_intervals)
		return 0;
	if (room > UINT32_MAX / sizeof(*v))
		return -ENOMEM;
	v = realloc(w->intervals, room * sizeof(*v));
	if (!v)
		return -ENOMEM;
	memset(v + w->room_intervals, 0,
	       (room - w->room_intervals) * sizeof(*v));
	w->intervals = v;
	w->room_intervals = (u32)room;
	return 0;
}

/* How many intervals nobody at work is in, or before, any more. */
static u32 over(const struct worker *w)
{
	const struct run *run = w->run;
	u32 least = w->nr_intervals - 1, t;

	for (t = 0; t < run->front->deal.threads; t++) {
		const struct worker *other = &run->workers[t];
		u32 nr = READ_ONCE(other->nr_intervals);

		if (READ_ONCE(other->position) == NOT_IN_A_CHUNK)
			continue;
		if (!nr || nr - 1 < least)
			least = nr ? nr - 1 : 0;
	}
	return least;
}

static int end_intervals(struct worker *w)
{
	struct interval_ends *ends = &w->run->ends;
	u32 nr = over(w);
	struct tmem_stats stats;
	int ret;

	if (nr <= ends->nr)
		return 0;
	if (nr > ends->room) {
		u32 room = nr + nr / 2 + 64;
		u64 *v = realloc(ends->evicted, room * sizeof(*v));

		if (!v)
			return -ENOMEM;
		ends->evicted = v;
		ends->room = room;
	}
	ret = w->run->config.world->stats(w->run, -1, &stats);
	if (ret)
		return ret;
	while (ends->nr < nr)
		ends->evicted[ends->nr++] = (u64)stats.v[TMEM_evicted];
	return 0;
}

bool interval_begin(struct worker *w, u64 number)
{
	struct run *run = w->run;
	int ret = make_room(w, number);

	if (ret) {
		run_fail(run, ret, "no memory for so many intervals: make --interval longer");
		return true;
	}
	pthread_mutex_lock(&run->ends.lock);
	WRITE_ONCE(w->nr_intervals, (u32)number + 1);
	ret = end_intervals(w);
	pthread_mutex_unlock(&run->ends.lock);
	if (ret)
		run_fail(run, ret, "cannot read the statistics of an interval");
	return true;
}
