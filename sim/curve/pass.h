/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pass.h - one pass over a stream of operations, and the curves that come of it
 *
 * Which operations.  Those of ephemeral pools that are not shared, of all clients and
 * traces together, since they have one memory budget.  Operations of shared and
 * persistent pools are counted and left out: gets of theirs remove nothing, and a
 * persistent page may not be evicted.
 *
 * Behind an LRU page cache.  There are two ways to the curve of a tmem behind a page
 * cache of C1 pages.  One is to be given what the page cache makes of the references,
 * as of all else.  The other is to be given, for each reference, a get of its page and
 * a put of it, as if there were no page cache, and for a discard its flush, and to be
 * told C1 (pass_config.top).  One pass and no model of the page cache, and the curve is
 * the same, to the count:
 *
 *	hits of C2	the references with C1 <= depth < C1 + C2
 *	gets		those with a depth of C1 or more, or that found no page
 *	puts		gets, less the pages that the page cache took room for: what it
 *			holds at the end, and what discards took out of it
 *
 *     Claim: the top C1 slots hold what the page cache holds, and as many holes as it
 *     has room; its order of use is theirs; the C2 slots below them are those of the
 *     stack for a tmem behind the page cache (stack.h).  By induction; both begin
 *     empty, slots below the end of the stack being holes that never were used.  A
 *     reference to x at depth d < C1 is a hit: the page cache moves x to its front, and
 *     no slot moves but above d.  At d >= C1, or not there, it is a miss, and tmem's
 *     slot of x becomes a hole.  If the page cache has room, the topmost hole is in the
 *     top C1, nothing below it moves, and nothing is put.  If it has none, its oldest
 *     page is in slot C1 - 1, which the push makes C1: that is the put, and it goes on
 *     down to the topmost hole below C1, as stack.h says of a put of a page that is not
 *     there.  A discard makes holes of its pages in both.
 *
 * The claim wants one page cache, so one client; nothing but references, all of them to
 * the curve's pools, none of them a write that flushes instead of getting; LRU; every
 * put made.  With C1 = 0 there is no page cache, and the two ways are one.
 *
 * Sampled curves.  Instead of all pages the stack is given those whose hash is under
 * a threshold, one in N of them, and a depth among these stands for N times as much:
 * C. A. Waldspurger, N. Park, A. Garthwaite, I. Ahmad, "Efficient MRC construction with
 * SHARDS", FAST 2015.  It takes an Nth of the memory.  As there, the sampled gets that
 * are more or fewer than an Nth of all are taken for hits of the most often used
 * pages, which are the ones that chance picks or leaves out, and which hit in the
 * smallest cache.  PASS_SALTS hashes give as many curves: their mean is the curve,
 * the least and the greatest are its band.
 *
 * Curves in bytes.  A second stack (bytestack.h) where a page takes the compressed bytes
 * that its put has recorded, and a whole page where that is nothing or more; its hits are
 * of a memory of so many page frames with the pages end to end in it.
 */
#ifndef TMEM_SIM_PASS_H
#define TMEM_SIM_PASS_H

#include "../replay/front.h"
#include "bytestack.h"
#include "depths.h"
#include "optimum.h"
#include "stack.h"

#define PASS_SALTS	5U
#define PASS_FLOOR	10000U	/* sampled gets, of all salts: fewer are no sample */

struct pass_config {
	u32 sample;		/* one page in so many, 1: all, an exact curve */
	bool optimum;
	u32 top;		/* pages of an LRU page cache whose references it is
				 * given, see above; else 0.  Not with the others */
	bool bytes;		/* a curve in bytes, too */
};

struct pass_stack {
	struct stack stack;
	struct depths depths;
	u64 salt;
};

struct pass {
	struct pass_config config;
	struct pass_stack stacks[PASS_SALTS];
	u32 nr_stacks;
	u64 threshold;		/* hashes less than this are sampled */
	struct optimum best;
	struct bytestack bytestack;
	struct depths byte_depths;	/* in page frames */
	u64 sized;		/* with a curve in bytes: puts that have a recorded */
	u64 unsized;		/* size, and that have none, turned away ones too */
	u64 puts;		/* pages; with a top, */
	u64 gets;		/* references until pass_end() */
	u64 top_hits;		/* after it: hits of that page cache */
	u64 flushes;		/* operations of the trace */
	u64 not_admitted;	/* the caller's note: puts that never came */
	u64 left_persistent;	/* operations left out */
	u64 left_shared;
};

/* A size of tmem, and what it would have had. */
struct pass_point {
	u64 pages;
	u64 hits;
	u64 low, high;		/* band of a sampled curve; else as hits */
};

/* 0 or -ENOMEM; pass_exit() is fine after either, and on zeroes. */
int pass_init(struct pass *pass, const struct pass_config *config);
void pass_exit(struct pass *pass);

/*
 * Take @nr operations, in their order.  @sizes: their tags, TAG_SIZE, for a curve in
 * bytes; else it may be NULL.  @front knows their pools; another thread may go on with it
 * meanwhile.  0, -ENOMEM or -EFBIG: see optimum.h.
 */
int pass_ops(struct pass *pass, const struct front *front, const struct op *ops,
	     const u64 *sizes, u32 nr);

/* No more come; 0 or -ENOMEM.  The rest is for after this. */
int pass_end(struct pass *pass);

void pass_at(const struct pass *pass, u64 pages, struct pass_point *out);
void pass_optimum_at(struct pass *pass, u64 pages, struct pass_point *out);

/* Of the curve in bytes; @pages: page frames. */
void pass_bytes_at(const struct pass *pass, u64 pages, struct pass_point *out);

/* The least pages with which more would not give more hits, 0: nothing hits. */
u64 pass_enough(const struct pass *pass);

/* Gets that the curve is made of, of all salts. */
u64 pass_sampled(const struct pass *pass);

#endif /* TMEM_SIM_PASS_H */
