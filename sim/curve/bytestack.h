/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bytestack.h - first-in-first-out caches of every size in bytes at once
 *
 * The stack of stack.h where pages take bytes of their own number: for each get it tells
 * the smallest memory that would have had the page.
 *
 * What is modelled.  A memory of B bytes that holds pages end to end, each in as many
 * bytes as its put says.  A put takes the old page of that name out, then the oldest ones
 * until there is room, and stores; B is no less than any page.  Get, flush and order are
 * those of stack.h.  No store of the core packs like this: one that has two pages to a
 * frame at most loses what they leave.
 *
 * The stack.  A slot has as many bytes as its page, a hole those that are left of it.
 *
 *	get, flush	the page's slot becomes a hole of its size
 *	put		the page's slot, if it is there, becomes a hole; then a new slot
 *			of s bytes comes on top, and holes lose s bytes, from the topmost
 *			on; without holes the stack grows by the rest
 *
 * The depth of a page is the bytes of its slot and of all slots on top of it.
 *
 * Guarantee
 *
 * (A) The memory of B bytes holds the live pages of depth B or less, so a get hits where B
 *     is the depth or more.
 *
 *     For a page x of s(x) bytes let L be the bytes of the live pages that were put after
 *     x.  While a memory has x it has all of those, since the oldest go first; so what it
 *     does to x follows from L alone: the put that makes s(x) + L more than B evicts x,
 *     and no other does.  So it has x as long as s(x) + M is no more than B, with M the
 *     greatest L after any put since that of x.  M is what is on top of x: none at
 *     first; a get or a flush makes holes of live bytes; and a put of s bytes, where H
 *     bytes of holes are on top, takes these first and leaves L + s + max(H - s, 0)
 *     there, which is the greater of L + H and L + s.  A put of a page takes the old one
 *     out before.
 *
 * So unequal sizes cost no exactness, and with pages of one size the curve is that of
 * stack.h.
 *
 * Costs.  O(log n) a call for n live pages and holes; holes that touch become one when
 * slots are squeezed, so there are no more of them than live pages.
 */
#ifndef TMEM_SIM_BYTESTACK_H
#define TMEM_SIM_BYTESTACK_H

#include "bitset.h"
#include "pagemap.h"

struct bytestack {
	struct pagemap map;	/* pages to slots */
	struct bitset holes;
	u32 *bytes;		/* by slot; 0: not used, or swallowed */
	u64 *sums;		/* of blocks of slots: a Fenwick tree, from 1 on */
	u32 nr_blocks;
	u32 size;		/* slots */
	u32 next;		/* the slot of the next put */
	u64 total;		/* bytes of all slots */
	u32 least_room;		/* slots */
};

/*
 * @least_room: slots at first, and at least when they are squeezed.  0 or -ENOMEM;
 * bytestack_exit() is fine after either, and on zeroes.
 */
int bytestack_init(struct bytestack *stack, u32 least_room);
void bytestack_exit(struct bytestack *stack);

/*
 * A page of @bytes bytes, 1 or more.  0 or -ENOMEM; after that the stack is only good for
 * bytestack_exit().
 */
int bytestack_put(struct bytestack *stack, u32 object, u32 index, u32 bytes);

/* The depth in bytes at which the page was, and is no more; 0: it was not there. */
u64 bytestack_get(struct bytestack *stack, u32 object, u32 index);

/* Forget the pages of an object from @first to @last, both included. */
void bytestack_flush(struct bytestack *stack, u32 object, u32 first, u32 last);

/* Compare map, slots, sums and holes with one another: 0 or -EUCLEAN. */
int bytestack_validate(struct bytestack *stack);

#endif /* TMEM_SIM_BYTESTACK_H */
