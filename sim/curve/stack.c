// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stack.c - exclusive first-in-first-out caches of every size at once: see stack.h
 *
 *	slot	0 ...                        next          size
 *		L L h . L . . L h L L L L L | room on top |
 *
 *	L	live: counts, a page has it
 *	h	a hole: counts, in the set of holes
 *	.	was a hole and was swallowed, counts no more
 */
#include "stack.h"

#define MOST_ROOM	(UINT32_MAX - AXIS_BLOCK)

int stack_init(struct stack *stack, u32 least_room)
{
	memset(stack, 0, sizeof(*stack));
	stack->least_room = least_room;
	if (pagemap_init(&stack->map) ||
	    axis_init(&stack->axis, least_room, 0) ||
	    bitset_init(&stack->holes, least_room)) {
		stack_exit(stack);
		return -ENOMEM;
	}
	return 0;
}

void stack_exit(struct stack *stack)
{
	pagemap_exit(&stack->map);
	axis_exit(&stack->axis);
	bitset_exit(&stack->holes);
	memset(stack, 0, sizeof(*stack));
}

/* ---- squeezing ---- */

static u32 squeezed(void *axis, u32 slot)
{
	return axis_before(axis, slot);
}

static void squeeze_holes(const struct stack *stack, struct bitset *to)
{
	u32 w, words = DIV_ROUND_UP(stack->next, 64);

	for (w = 0; w < words; w++) {
		u64 left = stack->holes.words[0][w];

		for (; left; left &= left - 1)
			bitset_add(to, axis_before(&stack->axis,
				w * 64 + (u32)__builtin_ctzll(left)));
	}
}

/*
 * Slots that count move down into a row.  Three times as many puts go by until the next
 * time, for a byte a page; the walk over the map is paid for by as much room as it has.
 */
static int squeeze(struct stack *stack)
{
	u64 room = 4ULL * stack->axis.nr;
	struct bitset holes;
	struct axis axis;

	room = max(room, pagemap_room(&stack->map) / 4);
	room = max(room, (u64)stack->least_room);
	room = min(room, (u64)MOST_ROOM);
	if (room <= stack->axis.nr || axis_init(&axis, (u32)room, stack->axis.nr))
		return -ENOMEM;
	if (bitset_init(&holes, room)) {
		axis_exit(&axis);
		return -ENOMEM;
	}
	squeeze_holes(stack, &holes);
	pagemap_renumber(&stack->map, squeezed, &stack->axis);
	axis_exit(&stack->axis);
	bitset_exit(&stack->holes);
	stack->axis = axis;
	stack->holes = holes;
	stack->next = axis.nr;
	return 0;
}

/* ---- operations ---- */

/* The place of a page that will get the next slot, which there is; NULL: no memory. */
static inline u32 *place(struct stack *stack, u32 object, u32 index)
{
	if (unlikely(stack->next == stack->axis.size) && squeeze(stack))
		return NULL;
	return pagemap_place(&stack->map, object, index);
}

/* A page comes on top, from its slot, if it has one, which becomes a hole. */
static inline void to_top(struct stack *stack, u32 *slot)
{
	struct bitset *holes = &stack->holes;
	u32 hole = *slot, last;

	if (!bitset_empty(holes)) {
		last = bitset_last(holes);
		if (hole == PAGEMAP_NONE || hole < last) {
			if (hole != PAGEMAP_NONE)
				bitset_add(holes, hole);
			bitset_del(holes, last);
			hole = last;
		}
	}
	if (hole != PAGEMAP_NONE)
		axis_del(&stack->axis, hole);
	*slot = stack->next++;
	axis_add(&stack->axis, *slot);
}

int stack_put(struct stack *stack, u32 object, u32 index)
{
	u32 *slot = place(stack, object, index);

	if (!slot)
		return -ENOMEM;
	to_top(stack, slot);
	return 0;
}

int stack_touch(struct stack *stack, u32 object, u32 index, u32 *depth)
{
	u32 *slot = place(stack, object, index);

	if (!slot)
		return -ENOMEM;
	*depth = *slot == PAGEMAP_NONE ? STACK_MISS :
		axis_after(&stack->axis, *slot);
	to_top(stack, slot);
	return 0;
}

u32 stack_get(struct stack *stack, u32 object, u32 index)
{
	u32 *at = pagemap_find(&stack->map, object, index), slot;

	if (!at || *at == PAGEMAP_NONE)
		return STACK_MISS;
	slot = *at;
	*at = PAGEMAP_NONE;
	bitset_add(&stack->holes, slot);
	return axis_after(&stack->axis, slot);
}

static void make_hole(void *arg, u32 slot)
{
	struct stack *stack = arg;

	if (stack->top && axis_after(&stack->axis, slot) < stack->top)
		stack->flushed_top++;
	bitset_add(&stack->holes, slot);
}

void stack_flush(struct stack *stack, u32 object, u32 first, u32 last)
{
	pagemap_remove(&stack->map, object, first, last, make_hole, stack);
}

u32 stack_live(const struct stack *stack, u32 depth)
{
	u32 slot = stack->next, live = 0;

	while (slot-- && depth) {
		if (!axis_counts(&stack->axis, slot))
			continue;
		depth--;
		live += !bitset_has(&stack->holes, slot);
	}
	return live;
}

/* ---- validation ---- */

struct census {
	const struct stack *stack;
	u32 live;
	bool wrong;
};

static u32 count_live(void *arg, u32 slot)
{
	struct census *census = arg;
	const struct stack *stack = census->stack;

	census->live++;
	if (slot >= stack->next || !axis_counts(&stack->axis, slot) ||
	    bitset_has(&stack->holes, slot))
		census->wrong = true;
	return slot;
}

int stack_validate(struct stack *stack)
{
	struct census census = { .stack = stack };
	u32 slot, nr = 0, holes = 0;

	for (slot = 0; slot < stack->axis.size; slot++) {
		bool counts = axis_counts(&stack->axis, slot);

		if (counts && axis_before(&stack->axis, slot) != nr)
			return -EUCLEAN;
		nr += counts;
		if (!bitset_has(&stack->holes, slot))
			continue;
		holes++;
		if (!counts || slot >= stack->next)
			return -EUCLEAN;
	}
	/* numbers stay what they are */
	pagemap_renumber(&stack->map, count_live, &census);
	return census.wrong || nr != stack->axis.nr ||
		census.live + holes != nr ? -EUCLEAN : 0;
}
