// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * axis.c - slots in a row, of which some count
 */
#include "axis.h"

#include <stdlib.h>
#include <string.h>

static u32 whole_fans(u32 n)
{
	return DIV_ROUND_UP(n, AXIS_FAN) * AXIS_FAN;
}

int axis_init(struct axis *axis, u32 size, u32 nr)
{
	u32 blocks = whole_fans(size / AXIS_BLOCK + 1), total = 0, n, level, i;
	u64 slots = AXIS_BLOCK;

	memset(axis, 0, sizeof(*axis));
	axis->size = size;
	axis->nr = nr;
	for (n = blocks; ; n = whole_fans(n / AXIS_FAN)) {
		total += n;
		axis->levels++;
		if (n == AXIS_FAN)
			break;
	}
	axis->words = calloc((size_t)blocks * AXIS_WORDS, sizeof(u64));
	axis->counts[0] = calloc(total, sizeof(u32));
	if (!axis->words || !axis->counts[0]) {
		axis_exit(axis);
		return -ENOMEM;
	}
	memset(axis->words, 0xff, nr / 64 * sizeof(u64));
	if (nr % 64)
		axis->words[nr / 64] = (1ULL << nr % 64) - 1;
	for (n = blocks, level = 0; level < axis->levels; level++) {
		for (i = 0; i * slots < nr; i++)
			axis->counts[level][i] = nr - i * slots < slots ?
				(u32)(nr - i * slots) : (u32)slots;
		if (level + 1 < axis->levels)
			axis->counts[level + 1] = axis->counts[level] + n;
		n = whole_fans(n / AXIS_FAN);
		slots *= AXIS_FAN;
	}
	return 0;
}

void axis_exit(struct axis *axis)
{
	free(axis->words);
	free(axis->counts[0]);
	axis->words = NULL;
	axis->counts[0] = NULL;
}

/*
 * Of so many neighbours in a row, the first ones: keep + ROW - n has n times all bits
 * and then none.  How many to add up is chance, and a branch on it would be foreseen
 * wrongly at every level.
 */
static const u64 keep_words[2 * AXIS_WORDS] = {
	~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL,
};

static const u32 keep_counts[2 * AXIS_FAN] = {
	~0U, ~0U, ~0U, ~0U, ~0U, ~0U, ~0U, ~0U,
	~0U, ~0U, ~0U, ~0U, ~0U, ~0U, ~0U, ~0U,
};

/* How many bits are set in each byte. */
static inline u64 ones_of_bytes(u64 x)
{
	x -= x >> 1 & 0x5555555555555555ULL;
	x = (x & 0x3333333333333333ULL) + (x >> 2 & 0x3333333333333333ULL);
	return (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
}

/* How many of the first @bits of a block count: bytes of 8 words add up to 64 or less. */
static inline u32 ones_before(const u64 *words, u32 bits)
{
	const u64 *keep = keep_words + AXIS_WORDS - bits / 64;
	u64 bytes = ones_of_bytes(words[bits / 64] & ((1ULL << bits % 64) - 1));
	u32 i;

	for (i = 0; i < AXIS_WORDS; i++)
		bytes += ones_of_bytes(words[i] & keep[i]);
	/* eight bytes add up to 511 at most */
	bytes = (bytes & 0x00ff00ff00ff00ffULL) + (bytes >> 8 & 0x00ff00ff00ff00ffULL);
	return (u32)(bytes * 0x0001000100010001ULL >> 48);
}

u32 axis_before(const struct axis *axis, u32 slot)
{
	u32 n = slot / AXIS_BLOCK, level, i;
	u32 sum = ones_before(axis->words + n * AXIS_WORDS, slot % AXIS_BLOCK);

	for (level = 0; level < axis->levels; level++, n /= AXIS_FAN) {
		const u32 *counts = axis->counts[level] + n / AXIS_FAN * AXIS_FAN;
		const u32 *keep = keep_counts + AXIS_FAN - n % AXIS_FAN;

		for (i = 0; i < AXIS_FAN; i++)
			sum += counts[i] & keep[i];
	}
	return sum;
}
