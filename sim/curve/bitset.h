/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bitset.h - a set of small numbers that knows its greatest
 *
 * A bit a number, and above that a bit for each word that is not empty, and so on up
 * to one word: every call takes a step a level, six at most.
 */
#ifndef TMEM_SIM_BITSET_H
#define TMEM_SIM_BITSET_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../replay/ops.h"

#define BITSET_LEVELS	6U	/* 64^6 > 2^32 */

struct bitset {
	u64 *words[BITSET_LEVELS];	/* the numbers first; one allocation */
	u32 levels;
};

/* For 0 .. @size - 1, empty; 0 or -ENOMEM. */
static inline int bitset_init(struct bitset *set, u64 size)
{
	u64 words = DIV_ROUND_UP(size ? size : 1, 64), total = 0, n;
	u32 level = 0;

	for (n = words; ; n = DIV_ROUND_UP(n, 64)) {
		total += n;
		level++;
		if (n == 1)
			break;
	}
	set->levels = level;
	set->words[0] = calloc(total, sizeof(u64));
	if (!set->words[0])
		return -ENOMEM;
	for (n = words, level = 1; level < set->levels; level++) {
		set->words[level] = set->words[level - 1] + n;
		n = DIV_ROUND_UP(n, 64);
	}
	return 0;
}

static inline void bitset_exit(struct bitset *set)
{
	free(set->words[0]);
	set->words[0] = NULL;
}

static inline bool bitset_has(const struct bitset *set, u32 n)
{
	return set->words[0][n / 64] >> n % 64 & 1;
}

static inline void bitset_add(struct bitset *set, u32 n)
{
	u32 level;

	for (level = 0; level < set->levels; level++, n /= 64) {
		u64 old = set->words[level][n / 64];

		set->words[level][n / 64] = old | 1ULL << n % 64;
		if (old)
			break;
	}
}

static inline void bitset_del(struct bitset *set, u32 n)
{
	u32 level;

	for (level = 0; level < set->levels; level++, n /= 64)
		if (set->words[level][n / 64] &= ~(1ULL << n % 64))
			break;
}

static inline bool bitset_empty(const struct bitset *set)
{
	return !set->words[set->levels - 1][0];
}

/* The greatest; the set must not be empty. */
static inline u32 bitset_last(const struct bitset *set)
{
	u32 level = set->levels, n = 0;

	while (level--)
		n = n * 64 + 63 - (u32)__builtin_clzll(set->words[level][n]);
	return n;
}

#endif /* TMEM_SIM_BITSET_H */
