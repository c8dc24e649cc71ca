/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * optimum.h - the hits that a tmem could have had at best, if it knew the future
 *
 * The rule of L. A. Belady, "A study of replacement algorithms for a virtual-storage
 * computer", IBM Systems Journal 5(2), 1966: evict the page whose next get is farthest
 * away, or never comes.  Here the page that is being put may be that one, so that it
 * is not stored at all: no admission policy can do better either.
 *
 * For exclusive gets this is the scheduling of intervals.  A page takes a place from
 * its put to its get; only a put whose page is got before it is flushed or put again
 * can ever hit.  A tmem of C pages serves a set of such intervals of which no more
 * than C overlap anywhere, and the largest set is found by one rule: going by
 * beginnings, whenever there are C + 1, drop the one that ends last.  The problem is
 * that of M. C. Carlisle and E. L. Lloyd, "On the k-coloring of intervals", Discrete
 * Applied Mathematics 59, 1995; the rule is known from U. Faigle and W. M. Nawijn, who
 * schedule intervals on-line.
 *
 * All that is to come must be known first: the intervals are kept, 8 bytes each, 4 for
 * a put in vain until optimum_end().
 */
#ifndef TMEM_SIM_OPTIMUM_H
#define TMEM_SIM_OPTIMUM_H

#include "bitset.h"
#include "pagemap.h"

struct optimum {
	struct pagemap map;	/* pages to the events of their puts */
	u32 *events;		/* a put: which get it is for, or that there is none */
	u64 nr;
	u64 room;
	u32 hits;		/* gets that some put is for */
	u32 peak;		/* most intervals that overlap */
	struct bitset ends;
};

/* 0 or -ENOMEM; optimum_exit() is fine after either, and on zeroes. */
int optimum_init(struct optimum *o);
void optimum_exit(struct optimum *o);

/* 0, -ENOMEM, or -EFBIG: more puts and hits than 4 billion. */
int optimum_put(struct optimum *o, u32 object, u32 index);
int optimum_get(struct optimum *o, u32 object, u32 index);
void optimum_flush(struct optimum *o, u32 object, u32 first, u32 last);

/* All is known; 0 or -ENOMEM. */
int optimum_end(struct optimum *o);

/* The most hits of a tmem of so many pages; O(intervals * log(intervals)). */
u64 optimum_hits(struct optimum *o, u64 pages);

#endif /* TMEM_SIM_OPTIMUM_H */
