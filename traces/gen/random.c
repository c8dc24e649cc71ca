// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * random.c - logarithm and power in fixed point, and permutations
 */
#include "random.h"

/*
 * Squaring a number doubles its logarithm: each round gives one bit.  The
 * mantissa is in [1, 2) with 63 bits after the point.
 */
uint64_t fixed_log2(uint64_t x)
{
	unsigned int exponent = 63 - __builtin_clzll(x), i;
	uint64_t m = x << (63 - exponent), log = exponent;

	for (i = 0; i < 32; i++) {
		unsigned __int128 square = (unsigned __int128)m * m >> 63;

		log <<= 1;
		if (square >> 64) {
			log |= 1;
			square >>= 1;
		}
		m = square;
	}
	return log;
}

static uint64_t square_root(unsigned __int128 x)
{
	uint64_t root = 0;
	int bit;

	for (bit = 63; bit >= 0; bit--) {
		uint64_t trial = root | 1ULL << bit;

		if ((unsigned __int128)trial * trial <= x)
			root = trial;
	}
	return root;
}

/* 2^-1/2, 2^-1/4, ... by square roots, multiplied for each bit that is set. */
uint64_t fixed_exp2_neg(uint64_t x)
{
	uint64_t factor = 1ULL << 62, product = 1ULL << 63;
	int bit;

	for (bit = 31; bit >= 0; bit--) {
		factor = square_root((unsigned __int128)factor << 63);
		if (x >> bit & 1)
			product = (unsigned __int128)product * factor >> 63;
	}
	return x >> 32 < 63 ? product >> (1 + (x >> 32)) : 0;
}

void scatter_init(struct scatter *s, uint64_t n, uint64_t key)
{
	unsigned int bits = 0;

	while (1ULL << bits < n)
		bits++;
	s->n = n;
	s->key = random_mix(key);
	s->mask = (1ULL << bits) - 1;
	s->shift = (bits + 1) / 2;
}
