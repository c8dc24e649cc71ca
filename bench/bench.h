/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench.h - what the suites of tmem-bench share: options and random handles
 *
 * A suite is a C file with one function that registers its benchmarks.  Names are
 * paths, so that --benchmark_filter can choose:
 *
 *	index/<operation>/<shape>/<design or peer>[/buckets:<n>]/pages:<n>
 *	store/<put or get>/<store>/<kind>/<corpus>	store/bare/<what>/<corpus>
 *	limit/chase	limit/walk/loads:<n>
 *	port/<what>	decode/<trace>	import/<parse or tmt>/<format>
 *	replay/<trace>/<design>/<store>/workers:<n>
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdint.h>

#include "gbench.h"

#define BENCH_MAX_THREADS	64U
#define BENCH_MAX_LIST		8U

struct bench_options {
	unsigned int nr_pages, nr_threads;
	unsigned int nr_buckets;	/* 0: as bench_index.c thinks best */
	uint64_t pages[BENCH_MAX_LIST];	/* of a table */
	int threads[BENCH_MAX_LIST];
	uint32_t buckets[BENCH_MAX_LIST];
	const char *trace;		/* to decode, and to replay */
};

void bench_index_register(const struct bench_options *options);
void bench_limit_register(const struct bench_options *options);
void bench_store_register(const struct bench_options *options);
void bench_port_register(const struct bench_options *options);
void bench_decode_register(const struct bench_options *options);
void bench_import_register(const struct bench_options *options);
void bench_replay_register(const struct bench_options *options);

/* Print on stderr what is wrong, and leave with status 2. */
void bench_die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/*
 * bench_take_over - what is kept from one benchmark to the next is the caller's now
 *
 * Whoever had kept something is made to release it: slab caches are made anew for
 * each, and none inherits free objects or crowds another out of the caches.
 * Context: thread 0, before its loop.
 */
void bench_take_over(void (*release)(void));

/* The benchmark with each number of threads of the options, timed by wall clock. */
void bench_all_threads(struct gbench *b, const struct bench_options *options);

/* ---- random numbers: a multiplication each ---- */

static inline uint64_t bench_random(uint64_t *state)
{
	unsigned __int128 product;

	*state += 0xa0761d6478bd642fULL;
	product = (unsigned __int128)*state * (*state ^ 0xe7037ed1a0b428dbULL);
	return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

/* 0 .. n - 1, from 32 random bits */
static inline uint32_t bench_below(uint32_t random, uint32_t n)
{
	return (uint32_t)(((uint64_t)random * n) >> 32);
}

/* ---- every number below n once, in an order without pattern ---- */

struct bench_walk {
	uint64_t n, mask;
	unsigned int shift;
	uint64_t next;		/* how many numbers were given */
};

static inline void bench_walk_init(struct bench_walk *walk, uint64_t n, uint64_t start)
{
	unsigned int bits = n > 1 ? 64U - (unsigned int)__builtin_clzll(n - 1) : 1;

	walk->n = n;
	walk->mask = bits < 64 ? (1ULL << bits) - 1 : ~0ULL;
	walk->shift = (bits + 1) / 2;
	walk->next = start % n;
}

/* Each step is a bijection on the bits of mask; numbers beyond n walk on. */
static inline uint64_t bench_walk_next(struct bench_walk *walk)
{
	uint64_t x = walk->next;

	walk->next = walk->next + 1 == walk->n ? 0 : walk->next + 1;
	do {
		x = (x + 0x632be59bd9b4e019ULL) & walk->mask;
		x = (x * 0x9e3779b97f4a7c15ULL) & walk->mask;
		x ^= x >> walk->shift;
		x = (x * 0xbf58476d1ce4e5b9ULL) & walk->mask;
		x ^= x >> walk->shift;
	} while (x >= walk->n);
	return x;
}

#endif /* BENCH_BENCH_H */
