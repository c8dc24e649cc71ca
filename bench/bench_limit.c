// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench_limit.c - what memory allows: loads of random lines, and nothing else
 *
 *	limit/chase		each load's address is what the one before brought: the
 *				whole wait for one line
 *	limit/walk/loads:<n>	n such loads, from a place of no connection with the
 *				walk before, as a lookup of a random handle is: several
 *				walks are under way at once, as many as the processor's
 *				window holds
 *
 * A lookup that reads n lines one after the other can take as long as limit/walk
 * does where it has no more instructions than that, and gets closer to n times
 * limit/chase the more it has.  The lines are those of a table of 256 MiB, about
 * what 4 Mi pages take in an index and its descriptors, in huge pages as the
 * port's slabs are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "bench.h"

#define NR_LINES	(4U << 20)
#define LINE_WORDS	8U		/* of 64 bits: 64 bytes */
#define HUGE_PAGE	(2UL << 20)
#define TAKE		4096
#define MAX_LOADS	4

/* Line i holds the number of another: all of them are one ring. */
static uint64_t *lines;

static void release(void)
{
	free(lines);
	lines = NULL;
}

/* Sattolo's shuffle: a permutation of one cycle. */
static void make_ring(void)
{
	uint64_t random = 1, i, j, last;

	for (i = 0; i < NR_LINES; i++)
		lines[i * LINE_WORDS] = i;
	for (i = NR_LINES - 1; i; i--) {
		j = bench_below((uint32_t)(bench_random(&random) >> 32), (uint32_t)i);
		last = lines[i * LINE_WORDS];
		lines[i * LINE_WORDS] = lines[j * LINE_WORDS];
		lines[j * LINE_WORDS] = last;
	}
}

static void prepare(struct gbench_state *state)
{
	size_t size = (size_t)NR_LINES * LINE_WORDS * sizeof(*lines);

	if (gbench_thread(state))
		return;
	bench_take_over(release);
	if (lines)
		return;
	lines = aligned_alloc(HUGE_PAGE, size);
	if (!lines) {
		gbench_skip(state, "no memory for a table of 256 MiB");
		return;
	}
	/* where there are no huge pages it does without, as the port does */
	(void)madvise(lines, size, MADV_HUGEPAGE);
	make_ring();
}

static inline uint64_t load(uint64_t line)
{
	return __atomic_load_n(&lines[line * LINE_WORDS], __ATOMIC_RELAXED);
}

static void chase(struct gbench_state *state, void *arg)
{
	uint64_t at = (uint64_t)gbench_thread(state) * (NR_LINES / BENCH_MAX_THREADS);
	int64_t n;

	(void)arg;
	prepare(state);
	while ((n = gbench_take(state, TAKE)) && lines) {
		for (; n; n--)
			at = load(at);
		gbench_keep(at);
	}
	gbench_set_items(state, gbench_iterations(state));
}

static void walk(struct gbench_state *state, void *arg)
{
	uint64_t random = (uint64_t)gbench_thread(state) << 32, sum = 0, at;
	const int *loads = arg;
	int64_t n;
	int i;

	prepare(state);
	while ((n = gbench_take(state, TAKE)) && lines) {
		for (; n; n--) {
			at = bench_below((uint32_t)(bench_random(&random) >> 32), NR_LINES);
			for (i = 0; i < *loads; i++)
				at = load(at);
			sum += at;
		}
		gbench_keep(sum);
	}
	gbench_set_items(state, gbench_iterations(state));
}

void bench_limit_register(const struct bench_options *options)
{
	static const int loads[MAX_LOADS] = { 1, 2, 3, 4 };
	char name[40];
	int i;

	bench_all_threads(gbench_register("limit/chase", chase, NULL), options);
	for (i = 0; i < MAX_LOADS; i++) {
		snprintf(name, sizeof(name), "limit/walk/loads:%d", loads[i]);
		bench_all_threads(gbench_register(name, walk, (void *)(uintptr_t)&loads[i]),
				  options);
	}
}
