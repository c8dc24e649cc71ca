/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * random.h - random numbers and distributions that are the same everywhere
 *
 * Integers only: floating point and the mathematical library may differ in the
 * last bit from one machine to the next, and one bit changes the whole stream.
 */
#ifndef TMEM_TRACE_GEN_RANDOM_H
#define TMEM_TRACE_GEN_RANDOM_H

#include <stdint.h>

#include "../random.h"

/* 0 .. below - 1; what a multiplication favours is less than below / 2^32. */
static inline uint32_t random_below(uint64_t *state, uint64_t below)
{
	return ((random_next(state) >> 32) * below) >> 32;
}

/* Binary logarithm of x >= 1, 32 bits after the point. */
uint64_t fixed_log2(uint64_t x);

/* 2^-x for x with 32 bits after the point; the result has 62. */
uint64_t fixed_exp2_neg(uint64_t x);

/*
 * A permutation of 0 .. n - 1, n up to 2^32, without a table: a mix of as many
 * bits as n needs, walked along until it falls below n again.
 */
struct scatter {
	uint64_t n;
	uint64_t key;
	uint32_t mask;
	uint32_t shift;
};

void scatter_init(struct scatter *s, uint64_t n, uint64_t key);

static inline uint32_t scatter(const struct scatter *s, uint32_t x)
{
	do {
		x = (x + (uint32_t)s->key) & s->mask;
		x = (x * 0x9e3779b1U) & s->mask;
		x ^= x >> s->shift;
		x = (x * ((uint32_t)(s->key >> 32) | 1)) & s->mask;
		x ^= x >> s->shift;
		x = (x * 0x85ebca6bU) & s->mask;
		x ^= x >> s->shift;
	} while (x >= s->n);
	return x;
}

/*
 * Zipf's law over the ranks 0 .. n - 1: rank r with a probability proportional
 * to (r + 1)^-skew.  See zipf.c.
 */
struct zipf_bin {
	uint32_t first;			/* rank */
	uint32_t width;			/* ranks */
	uint32_t alias;			/* the other bin of this column */
	uint32_t threshold;		/* of 2^32: below, this bin, else the other */
};

struct zipf {
	struct zipf_bin *bins;
	uint32_t nr_bins;
};

int zipf_init(struct zipf *z, uint64_t n, uint32_t skew_millionths);
void zipf_exit(struct zipf *z);

static inline uint32_t zipf_draw(const struct zipf *z, uint64_t *state)
{
	uint64_t r = random_next(state);
	const struct zipf_bin *bin = &z->bins[((r >> 32) * z->nr_bins) >> 32];

	if ((uint32_t)r >= bin->threshold)
		bin = &z->bins[bin->alias];
	if (bin->width == 1)
		return bin->first;
	return bin->first + random_below(state, bin->width);
}

#endif /* TMEM_TRACE_GEN_RANDOM_H */
