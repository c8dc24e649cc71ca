/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * intervals.h - the time series of a run
 *
 * An operation belongs to the interval that its place in the trace (time, or number
 * of its event) falls into.  An eviction has no such place.  An interval ends when
 * the last thread that is at work enters a later one; that thread reads, once, how
 * many pages were evicted so far.  One thread after another ("global") makes that
 * exact, and keep_pace() in worker.c bounds how far it can be off.
 */
#ifndef TMEM_SIM_INTERVALS_H
#define TMEM_SIM_INTERVALS_H

#include "worker.h"

/* What interval_enter() does when this operation is the first of a new interval. */
bool interval_begin(struct worker *worker, u64 number);

/*
 * Before an operation: its interval, which is made if it is new.  Returns whether
 * that took time: then the clock must be read anew.
 */
static inline bool interval_enter(struct worker *worker, u64 number)
{
	return number >= worker->nr_intervals && interval_begin(worker, number);
}

/* The interval, or NULL where there was no memory for it (which ends the run). */
static inline struct interval *interval_at(struct worker *worker, u64 number)
{
	return number < worker->nr_intervals ? &worker->intervals[number] : NULL;
}

static inline void interval_latency(struct interval *interval, u64 ns)
{
	interval->latency_sum += ns;
	interval->measured++;
	if (ns > interval->latency_max)
		interval->latency_max = ns;
}

#endif /* TMEM_SIM_INTERVALS_H */
