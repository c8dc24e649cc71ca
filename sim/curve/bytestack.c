// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bytestack.c - first-in-first-out caches of every size in bytes at once: see
 * bytestack.h
 *
 *	slot	0 ...                              next          size
 *		812 4096 (90) 0 1203 0 (2200) 77  | room on top |
 *
 *	(n)	a hole with n bytes left, in the set of holes
 *	0	was a hole and was swallowed
 */
#include "bytestack.h"

#define BLOCK		16U	/* slots of a sum: a cache line of bytes */
#define MOST_ROOM	(UINT32_MAX - 64 * BLOCK)

/* ---- sums ---- */

static void add_to_slot(struct bytestack *stack, u32 slot, u32 bytes)
{
	u32 b;

	stack->bytes[slot] += bytes;
	stack->total += bytes;
	for (b = slot / BLOCK + 1; b <= stack->nr_blocks; b += b & -b)
		stack->sums[b] += bytes;
}

static void take_from_slot(struct bytestack *stack, u32 slot, u32 bytes)
{
	u32 b;

	stack->bytes[slot] -= bytes;
	stack->total -= bytes;
	for (b = slot / BLOCK + 1; b <= stack->nr_blocks; b += b & -b)
		stack->sums[b] -= bytes;
}

static u64 bytes_before(const struct bytestack *stack, u32 slot)
{
	u32 i, b;
	u64 sum = 0;

	for (i = slot / BLOCK * BLOCK; i < slot; i++)
		sum += stack->bytes[i];
	for (b = slot / BLOCK; b; b -= b & -b)
		sum += stack->sums[b];
	return sum;
}

/* From the bytes of slots; sums are 0 before. */
static void make_sums(struct bytestack *stack)
{
	u32 slot, b, up;

	stack->total = 0;
	for (slot = 0; slot < stack->next; slot++) {
		stack->sums[slot / BLOCK + 1] += stack->bytes[slot];
		stack->total += stack->bytes[slot];
	}
	for (b = 1; b <= stack->nr_blocks; b++) {
		up = b + (b & -b);
		if (up <= stack->nr_blocks)
			stack->sums[up] += stack->sums[b];
	}
}

/* ---- slots ---- */

static int init_slots(struct bytestack *stack, u32 size)
{
	stack->size = size;
	stack->nr_blocks = DIV_ROUND_UP(size, BLOCK);
	stack->next = 0;
	stack->bytes = calloc((size_t)stack->nr_blocks * BLOCK, sizeof(*stack->bytes));
	stack->sums = calloc(stack->nr_blocks + 1ULL, sizeof(*stack->sums));
	return bitset_init(&stack->holes, size) || !stack->bytes || !stack->sums ?
		-ENOMEM : 0;
}

static void exit_slots(struct bytestack *stack)
{
	free(stack->bytes);
	free(stack->sums);
	bitset_exit(&stack->holes);
}

int bytestack_init(struct bytestack *stack, u32 least_room)
{
	memset(stack, 0, sizeof(*stack));
	stack->least_room = least_room;
	if (pagemap_init(&stack->map) || init_slots(stack, least_room)) {
		bytestack_exit(stack);
		return -ENOMEM;
	}
	return 0;
}

void bytestack_exit(struct bytestack *stack)
{
	pagemap_exit(&stack->map);
	exit_slots(stack);
	memset(stack, 0, sizeof(*stack));
}

/* ---- squeezing ---- */

/* The slots that will be there: those that are not 0, and of holes in a row one. */
static u32 slots_left(const struct bytestack *stack)
{
	bool after_hole = false, hole;
	u32 slot, nr = 0;

	for (slot = 0; slot < stack->next; slot++) {
		if (!stack->bytes[slot])
			continue;
		hole = bitset_has(&stack->holes, slot);
		nr += !(hole && after_hole);
		after_hole = hole;
	}
	return nr;
}

/* @to: told where each slot goes. */
static void move_slots(const struct bytestack *from, struct bytestack *stack, u32 *to)
{
	u32 slot, bytes, last;

	for (slot = 0; slot < from->next; slot++) {
		bytes = from->bytes[slot];
		if (!bytes)
			continue;
		last = stack->next - 1;
		if (!bitset_has(&from->holes, slot)) {
			to[slot] = stack->next;
			stack->bytes[stack->next++] = bytes;
		} else if (stack->next && bitset_has(&stack->holes, last) &&
			   stack->bytes[last] <= UINT32_MAX - bytes) {
			stack->bytes[last] += bytes;
		} else {
			bitset_add(&stack->holes, stack->next);
			stack->bytes[stack->next++] = bytes;
		}
	}
}

static u32 moved(void *to, u32 slot)
{
	return ((const u32 *)to)[slot];
}

/*
 * As that of stack.c.  A hole ends at 4 GiB, where the next begins: 4,096 times at most
 * while pages are of 4 KiB, for which there is room if there is for STACK_ROOM slots.
 */
static int squeeze(struct bytestack *stack)
{
	u64 left = slots_left(stack), room = 4 * left;
	struct bytestack fresh = { .least_room = stack->least_room };
	u32 *to;

	room = max(room, pagemap_room(&stack->map) / 4);
	room = max(room, (u64)stack->least_room);
	room = min(room, (u64)MOST_ROOM);
	if (left > MOST_ROOM / 2)
		return -ENOMEM;
	to = malloc(stack->next * sizeof(*to));
	if (!to || init_slots(&fresh, (u32)room)) {
		free(to);
		exit_slots(&fresh);
		return -ENOMEM;
	}
	move_slots(stack, &fresh, to);
	make_sums(&fresh);
	pagemap_renumber(&stack->map, moved, to);
	free(to);
	fresh.map = stack->map;
	exit_slots(stack);
	*stack = fresh;
	return stack->next < stack->size ? 0 : -ENOMEM;
}

/* ---- operations ---- */

/* Holes lose so many bytes, from the topmost on. */
static void cover(struct bytestack *stack, u32 bytes)
{
	while (bytes && !bitset_empty(&stack->holes)) {
		u32 hole = bitset_last(&stack->holes);
		u32 part = min(bytes, stack->bytes[hole]);

		take_from_slot(stack, hole, part);
		if (!stack->bytes[hole])
			bitset_del(&stack->holes, hole);
		bytes -= part;
	}
}

int bytestack_put(struct bytestack *stack, u32 object, u32 index, u32 bytes)
{
	u32 *slot;

	if (unlikely(stack->next == stack->size) && squeeze(stack))
		return -ENOMEM;
	slot = pagemap_place(&stack->map, object, index);
	if (!slot)
		return -ENOMEM;
	if (*slot != PAGEMAP_NONE)
		bitset_add(&stack->holes, *slot);
	cover(stack, bytes);
	*slot = stack->next++;
	add_to_slot(stack, *slot, bytes);
	return 0;
}

u64 bytestack_get(struct bytestack *stack, u32 object, u32 index)
{
	u32 *at = pagemap_find(&stack->map, object, index), slot;

	if (!at || *at == PAGEMAP_NONE)
		return 0;
	slot = *at;
	*at = PAGEMAP_NONE;
	bitset_add(&stack->holes, slot);
	return stack->total - bytes_before(stack, slot);
}

static void make_hole(void *arg, u32 slot)
{
	struct bytestack *stack = arg;

	bitset_add(&stack->holes, slot);
}

void bytestack_flush(struct bytestack *stack, u32 object, u32 first, u32 last)
{
	pagemap_remove(&stack->map, object, first, last, make_hole, stack);
}

/* ---- validation ---- */

struct census {
	const struct bytestack *stack;
	u32 live;
	bool wrong;
};

static u32 count_live(void *arg, u32 slot)
{
	struct census *census = arg;
	const struct bytestack *stack = census->stack;

	census->live++;
	if (slot >= stack->next || !stack->bytes[slot] || bitset_has(&stack->holes, slot))
		census->wrong = true;
	return slot;
}

int bytestack_validate(struct bytestack *stack)
{
	struct census census = { .stack = stack };
	u32 slot, nr = 0, holes = 0;
	u64 sum = 0;

	for (slot = 0; slot < stack->size; slot++) {
		bool hole = bitset_has(&stack->holes, slot);

		if (bytes_before(stack, slot) != sum)
			return -EUCLEAN;
		sum += stack->bytes[slot];
		nr += stack->bytes[slot] != 0;
		holes += hole;
		if (hole && !stack->bytes[slot])
			return -EUCLEAN;
		if (stack->bytes[slot] && slot >= stack->next)
			return -EUCLEAN;
	}
	/* numbers stay what they are */
	pagemap_renumber(&stack->map, count_live, &census);
	return census.wrong || sum != stack->total || census.live + holes != nr ?
		-EUCLEAN : 0;
}
