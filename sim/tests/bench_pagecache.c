// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench_pagecache.c - ns a reference of the page-cache model, run by hand
 *
 *	zstd -dc arc-P3.lis.zst | bench_pagecache PAGES [ROUNDS]
 *
 * Reads an ARC trace ("start count ignore number" a line), expands it into
 * memory, cut into objects of 16384 pages, and runs it through both policies, page
 * by page and in runs of up to 64 pages, as the replay does.  Prints the median,
 * the fastest and the slowest of the rounds, in CPU time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../pagecache.h"

#define OBJECT_PAGES 16384U
#define RUN_PAGES 64U

struct page {
	uint32_t object;
	uint32_t index;
};

static struct page *pages;
static size_t nr_pages;

static void read_trace(void)
{
	unsigned long long start, count;
	size_t room = 0;

	while (scanf("%llu %llu %*u %*u", &start, &count) == 2) {
		for (; count; count--, start++) {
			if (nr_pages == room) {
				room = room ? 2 * room : 1 << 20;
				pages = realloc(pages, room * sizeof(*pages));
				if (!pages)
					exit(1);
			}
			pages[nr_pages].object = start / OBJECT_PAGES;
			pages[nr_pages++].index = start % OBJECT_PAGES;
		}
	}
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

static uint64_t sink;

/* How many pages follow one another from @first on. */
static uint32_t run_length(size_t first, uint32_t most)
{
	uint32_t nr = 1;

	while (nr < most && first + nr < nr_pages &&
	       pages[first + nr].object == pages[first].object &&
	       pages[first + nr].index == pages[first].index + nr)
		nr++;
	return nr;
}

static double one_round(const struct pagecache_config *config, uint32_t most,
			uint64_t *misses)
{
	struct pagecache *pc = pagecache_create(config);
	struct pagecache_counters count;
	struct pagecache_op out[RUN_PAGES * PAGECACHE_MAX_OPS];
	uint32_t nr;
	double t;
	size_t i;

	if (!pc)
		exit(1);
	t = now();
	for (i = 0; i < nr_pages; i += nr) {
		nr = run_length(i, most);
		sink += pagecache_read_pages(pc, pages[i].object,
					     pages[i].index, nr, out);
	}
	t = now() - t;
	pagecache_counters(pc, &count);
	*misses = count.misses;
	pagecache_destroy(pc);
	return t / nr_pages;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void bench(const char *name, const struct pagecache_config *config,
		  uint32_t most, int rounds)
{
	double t[64];
	uint64_t misses = 0;
	int i;

	for (i = 0; i < rounds; i++)
		t[i] = one_round(config, most, &misses);
	qsort(t, rounds, sizeof(t[0]), compare);
	printf("%-16s median %6.2f ns, %.2f to %.2f, misses %llu\n",
	       name, t[rounds / 2], t[0], t[rounds - 1],
	       (unsigned long long)misses);
}

int main(int argc, char **argv)
{
	struct pagecache_config config = { 0 };
	int rounds = argc > 2 ? atoi(argv[2]) : 9;

	if (argc < 2 || rounds < 1 || rounds > 64) {
		fprintf(stderr, "usage: bench_pagecache PAGES [ROUNDS, 1 to 64] < TRACE.lis\n");
		return 2;
	}
	config.pages = strtoull(argv[1], NULL, 10);
	read_trace();
	printf("%zu references, %s pages\n", nr_pages, argv[1]);
	config.policy = PAGECACHE_LRU;
	bench("lru, by page", &config, 1, rounds);
	bench("lru", &config, RUN_PAGES, rounds);
	config.policy = PAGECACHE_ACTIVE_INACTIVE;
	bench("active-inactive", &config, RUN_PAGES, rounds);
	return sink == 0;
}
