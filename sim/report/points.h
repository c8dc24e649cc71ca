/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * points.h - the points of a sweep: all runs of one configuration are one
 *
 * Points are sorted by what was asked of tmem, then by threads, design and buckets:
 *
 *	setting		traces, world, order, store, page cache, admission, memory
 *	  threads
 *	    design
 *	      buckets	a point
 *
 * so that what can be compared stands side by side.  A point lives as long as the
 * results that it was made of.
 */
#ifndef TMEM_REPORT_POINTS_H
#define TMEM_REPORT_POINTS_H

#include <stdbool.h>
#include <stddef.h>

#include "../sweep/results.h"

/* Over the runs of a point that told it: nr of them; 0: none did. */
struct range {
	double median;		/* with an even number, the mean of the middle two */
	double least;
	double most;
	unsigned int nr;
};

enum measure {
	MEASURE_RATE,		/* operations a second */
	MEASURE_HITS,		/* of gets, 0 .. 1 */
	MEASURE_PUT_P99,	/* ns */
	MEASURE_GET_P99,	/* ns */
	MEASURE_FAIRNESS,	/* Jain's index */
	MEASURE_BUSY,		/* of the threads' time, 0 .. 1 */
	MEASURE_EVICTED,	/* pages */
	NR_MEASURES
};

struct point {
	const struct result *like;	/* a run of it: its configuration */
	double buckets;			/* 0 where the results do not tell */
	double threads;
	double memory;			/* pages */
	unsigned int runs;		/* that are ok */
	unsigned int failed;
	struct range measures[NR_MEASURES];
};

struct points {
	struct point *all;
	size_t nr;
	size_t runs;			/* ok */
	size_t failed;
	const struct result *first_failed;	/* as the results have them, or NULL */
	struct range spread;		/* of runs of one point: (most - least) / median;
					 * nr: points with several runs */
};

/* 0 or -ENOMEM; points_free() is due in either case. */
int points_make(struct points *points, const struct results *results);
void points_free(struct points *points);

/* Columns that make the configuration of a point, in the order of sorting. */
#define POINT_COLUMNS	12U
#define SETTING_COLUMNS	9U	/* the first of them make a setting */
extern const enum result_column point_columns[POINT_COLUMNS];

/* By the first @columns of them: < 0, 0, > 0; numbers as numbers, and first. */
int point_compare(const struct point *a, const struct point *b, unsigned int columns);

static inline bool point_same_setting(const struct point *a, const struct point *b)
{
	return !point_compare(a, b, SETTING_COLUMNS);
}

/* Whether not all points have the same of a column. */
bool points_vary(const struct points *points, enum result_column column);

#endif /* TMEM_REPORT_POINTS_H */
