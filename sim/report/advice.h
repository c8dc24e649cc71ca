/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advice.h - what the points of a sweep say
 *
 * Designs are compared in one setting, the one with the most memory among those with
 * the most points; at each number of threads each design with the table that serves it
 * best.  Of two designs one is faster only where the ranges of their runs do not
 * overlap; of what was run once no more is known than one number.
 *
 * Points, curves and results must live as long as the advice.
 */
#ifndef TMEM_REPORT_ADVICE_H
#define TMEM_REPORT_ADVICE_H

#include "curves.h"
#include "points.h"

#define ADVICE_TABLE	0.95	/* a table is good enough at so much of the best rate */
#define ADVICE_ENOUGH	0.01	/* less than this of all gets is nothing more */

/* How sure it is that the fastest is faster. */
enum advice_sure {
	SURE_ALONE,		/* there is only one design */
	SURE_ONCE,		/* one of the two was run only once */
	SURE_OVERLAP,		/* their ranges overlap */
	SURE_APART,
};

/* At one number of threads. */
struct advice_threads {
	double threads;
	const struct point *best;
	const struct point *second;	/* of the designs that are not best; or NULL */
	enum advice_sure sure;		/* of best against second */
	unsigned int like_best;		/* designs that overlap with the best */
	const struct point *table;	/* the smallest table of the best design that is
					 * good enough */
	unsigned int tables;		/* sizes of it that were tried */
	double smallest;		/* buckets of the smallest of these ... */
	double largest;			/* ... and of the largest */
};

/* What more memory buys. */
struct advice_memory {
	size_t nr;			/* sizes; all below is for 2 and more */
	struct curve_point least, most;
	struct curve_point from, to;	/* the step of about twice the memory, or the
					 * shortest there is, that buys most */
	struct curve_point enough;	/* beyond it, nothing more */
};

/* How far an admission policy is from what could be known only later. */
struct advice_optimum {
	bool known;
	double pages;			/* where all is farthest from it */
	double all;
	double optimum;
	const char *nearest;		/* of the others; NULL: there is none */
	double nearest_ratio;
};

struct advice {
	const struct point *first;	/* of the setting */
	size_t points;			/* of the setting */
	size_t settings;		/* of the sweep */
	struct advice_threads *threads;	/* by number */
	size_t nr_threads;
	bool same_design;		/* is best at every number of threads */
	struct curve_point *sizes;	/* measured, by memory */
	struct advice_memory measured;	/* of all sizes of the setting */
	struct advice_memory curve;	/* of the curve "all" */
	struct advice_optimum optimum;
};

/* 0 or -ENOMEM; advice_free() is due in either case. */
int advice_make(struct advice *advice, const struct points *points,
		const struct curves *curves);
void advice_free(struct advice *advice);

#endif /* TMEM_REPORT_ADVICE_H */
