/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * axis.h - slots in a row, of which some count: how many of those come after one?
 *
 * A bit a slot, a counter for every 512 slots, one for every 16 of those, and so on:
 * counting looks at 8 words and at 16 counters a level, without a branch on what they
 * are, changing a slot touches a word and a counter a level.
 */
#ifndef TMEM_SIM_AXIS_H
#define TMEM_SIM_AXIS_H

#include <stdint.h>

#include "../replay/ops.h"

#define AXIS_BLOCK	512U		/* slots of a counter of the first level */
#define AXIS_WORDS	(AXIS_BLOCK / 64)
#define AXIS_FAN	16U
#define AXIS_LEVELS	7U		/* 512 * 16^6 > 2^32 */

struct axis {
	u64 *words;
	u32 *counts[AXIS_LEVELS];	/* one allocation; the last has FAN */
	u32 levels;
	u32 size;			/* slots */
	u32 nr;				/* that count */
};

/* @size slots, of which the first @nr count; 0 or -ENOMEM. */
int axis_init(struct axis *axis, u32 size, u32 nr);
void axis_exit(struct axis *axis);

static inline bool axis_counts(const struct axis *axis, u32 slot)
{
	return axis->words[slot / 64] >> slot % 64 & 1;
}

static inline void axis_change(struct axis *axis, u32 slot, u32 by)
{
	u32 level, n = slot / AXIS_BLOCK;

	for (level = 0; level < axis->levels; level++, n /= AXIS_FAN)
		axis->counts[level][n] += by;
	axis->nr += by;
}

/* A slot that does not count counts from now on. */
static inline void axis_add(struct axis *axis, u32 slot)
{
	axis->words[slot / 64] |= 1ULL << slot % 64;
	axis_change(axis, slot, 1);
}

static inline void axis_del(struct axis *axis, u32 slot)
{
	axis->words[slot / 64] &= ~(1ULL << slot % 64);
	axis_change(axis, slot, UINT32_MAX);
}

/* How many slots before this one count. */
u32 axis_before(const struct axis *axis, u32 slot);

/* How many slots after this one, which counts, count. */
static inline u32 axis_after(const struct axis *axis, u32 slot)
{
	return axis->nr - 1 - axis_before(axis, slot);
}

#endif /* TMEM_SIM_AXIS_H */
