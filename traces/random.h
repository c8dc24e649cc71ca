/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * random.h - random numbers from a seed, the same everywhere
 */
#ifndef TMEM_TRACE_RANDOM_H
#define TMEM_TRACE_RANDOM_H

#include <stdint.h>

/* SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): a counter and a good mix. */
static inline uint64_t random_mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

static inline uint64_t random_next(uint64_t *state)
{
	*state += 0x9e3779b97f4a7c15ULL;
	return random_mix(*state);
}

#endif /* TMEM_TRACE_RANDOM_H */
