/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * draw.h - random numbers for streams of a test, from a seed that it sets
 */
#ifndef TMEM_TEST_DRAW_H
#define TMEM_TEST_DRAW_H

#include <port/types.h>

static u64 seed;

/* 0 .. @n - 1, by a multiplicative generator: any will do. */
static inline u32 draw(u32 n)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)((seed >> 33) % n);
}

#endif /* TMEM_TEST_DRAW_H */
