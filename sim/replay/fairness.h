/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fairness.h - whether a design serves one thread as well as another
 *
 * What each thread did by itself and how long that took, and one number for how equal
 * the rates are: Jain's index, the square of their sum by n times the sum of their
 * squares.  1: all the same; 1/n: one thread alone gets anything done.
 *
 * Busy is the time that a thread spent on chunks of operations, less what it waited
 * there for a range flush or a recorded time.  Waiting for a turn, for pace and for the
 * front end is outside.  Waiting for a lock is inside, and so is what a thread waits for
 * a processor where there are more threads than processors: run with no more.
 */
#ifndef TMEM_SIM_FAIRNESS_H
#define TMEM_SIM_FAIRNESS_H

#include "tmem.h"

struct thread_work {
	u64 ops;
	u64 busy;		/* ns */
};

struct fairness {
	u32 threads;		/* that did something; 0: all below is 0 */
	double index;		/* Jain's, 1/threads .. 1 */
	double min;		/* operations a second of the slowest ... */
	double max;		/* ... and of the fastest of them */
};

/* Operations a busy second; 0 of a thread that did nothing. */
double thread_rate(const struct thread_work *work);

/* Threads that did nothing have no rate and do not count. */
struct fairness fairness_of(const struct thread_work *work, u32 nr);

/* The part of @nr threads' time in @seconds that they were busy, 0 .. 1. */
double busy_of(const struct thread_work *work, u32 nr, double seconds);

#endif /* TMEM_SIM_FAIRNESS_H */
