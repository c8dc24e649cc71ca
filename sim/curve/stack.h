/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stack.h - exclusive first-in-first-out caches of every size at once
 *
 * For each get the stack tells the smallest tmem that would have had the page, so
 * one pass over a trace gives the hits of every size, to the count.
 *
 * What is modelled.  A tmem of C pages: ephemeral pools that are not shared, store
 * none, so that a page costs a page; reclaim in the exact order of the puts;
 * one operation after another.  A get that finds its page removes it, and one that does
 * not changes nothing.  A put of a page that is there replaces it, and it becomes the
 * youngest; the old one goes before room is looked for, so that with a full cache
 * nothing is evicted.
 *
 * The stack.  Pages in the order of their puts, the youngest on top, in slots that are
 * live or holes; the depth of a page is the number of slots on top of it.
 *
 *	get, flush	the page's slot becomes a hole
 *	put		the page's slot, if it is there, becomes a hole; then a new
 *			slot on top pushes the others down as far as the topmost
 *			hole, which it swallows; without a hole the stack grows
 *
 * A plain stack, where a get closes the gap or leaves none, is wrong: in a cache with
 * a free place a put evicts nothing, so the pages below that place do not move.
 *
 * Guarantees
 *
 * (A) Contents.  After any sequence of operations the cache of C pages holds the live
 *     pages of depth less than C, and their order is its order of puts.
 *
 *     By induction over the operations; the empty stack is the empty cache.  Get or
 *     flush of page x at depth d: caches with C > d have x and lose it; the others
 *     miss, and a miss changes nothing; no other slot moves.  Put of x that is not in
 *     the stack, h the depth of the topmost hole (the stack's height if there is
 *     none): caches with C <= h are full, since their C slots are all live; they
 *     evict their oldest, at depth C - 1, which goes to depth C.  Caches with C > h
 *     have a place free and evict nothing; the slots above h move down by one and
 *     stay above C, the others stay.  x is the youngest.  Put of x that is at depth
 *     d: caches with C > d lose the old x first and have a place free, which is the
 *     hole at d; the topmost hole is then at min(h, d), and the rest is the case
 *     before, for caches with C <= d too: they do not have x.
 *
 * (B) Inclusion.  A cache has all that a smaller one has: by (A).  So a get hits in all
 *     caches of more pages than the depth that it finds, and in no other.
 *
 * (C) Nothing is lost below: no page leaves the stack but by its own get, put or flush,
 *     so curves have no upper end that would have to be chosen.
 *
 * Costs.  Slots lie in the order of their puts, with room on top.  O(log n) for n live
 * pages and holes: the depth is a count of slots (axis.h), the topmost hole the
 * greatest of a set (bitset.h).  When the room is used up, slots that count no more are
 * squeezed out; room is made for three times as many, so that is O(log n) a put.
 *
 * Sources: stacks of priorities and inclusion, R. L. Mattson, J. Gecsei, D. R. Slutz,
 * I. L. Traiger, "Evaluation techniques for storage hierarchies", IBM Systems Journal
 * 9(2), 1970.  Distances by counting over time instead of searching, F. Olken,
 * "Efficient methods for calculating the success function of fixed space replacement
 * policies", LBL-12370, 1981, and G. Almasi, C. Cascaval, D. A. Padua, "Calculating
 * stack distances efficiently", MSP 2002, who count holes for LRU stacks.  Holes that
 * stop what is pushed down, as gets are exclusive, are ours.
 */
#ifndef TMEM_SIM_STACK_H
#define TMEM_SIM_STACK_H

#include "axis.h"
#include "bitset.h"
#include "pagemap.h"

#define STACK_MISS	UINT32_MAX	/* the depth of a page that is not there */

struct stack {
	struct pagemap map;	/* pages to slots */
	struct axis axis;	/* slots that are live or holes */
	struct bitset holes;
	u32 next;		/* the slot of the next put */
	u32 least_room;		/* slots */
	u32 top;		/* set by the user, at first 0: a depth */
	u64 flushed_top;	/* pages that were flushed at a depth less than it */
};

#define STACK_ROOM	65536U

/*
 * @least_room: slots at first, and at least when they are squeezed; STACK_ROOM but for
 * tests.  0 or -ENOMEM; stack_exit() is fine after either, and on zeroes.
 */
int stack_init(struct stack *stack, u32 least_room);
void stack_exit(struct stack *stack);

/* 0 or -ENOMEM; after that the stack is only good for stack_exit(). */
int stack_put(struct stack *stack, u32 object, u32 index);

/* The depth at which the page was, and is no more; STACK_MISS: it was not there. */
u32 stack_get(struct stack *stack, u32 object, u32 index);

/*
 * stack_get() and then stack_put() of the same page, in one; @depth is what the get
 * found.  0 or -ENOMEM, as stack_put().
 */
int stack_touch(struct stack *stack, u32 object, u32 index, u32 *depth);

/* Forget the pages of an object from @first to @last, both included. */
void stack_flush(struct stack *stack, u32 object, u32 first, u32 last);

/*
 * A page will be named soon: ask for the memory where its slot is written, which is
 * returned (NULL: there is none); and, some time after that, for that where the slot
 * is.  Hints, which change nothing.
 */
static inline const u32 *stack_far(struct stack *stack, u32 object, u32 index)
{
	const u32 *slot = pagemap_peek(&stack->map, object, index);

	prefetch(slot);
	return slot;
}

/*
 * @slot: what stack_far() returned.  Should the page have gone by now, there is another
 * one's slot, or none: the memory stays.
 */
static inline void stack_near(struct stack *stack, const u32 *slot)
{
	if (!slot || *slot == PAGEMAP_NONE)
		return;
	prefetch(&stack->axis.words[*slot / 64]);
	prefetch(&stack->holes.words[0][*slot / 64]);
}

/* How many pages are at a depth less than @depth: takes as long as there are slots. */
u32 stack_live(const struct stack *stack, u32 depth);

/* Compare map, slots and holes with one another: 0 or -EUCLEAN. */
int stack_validate(struct stack *stack);

#endif /* TMEM_SIM_STACK_H */
