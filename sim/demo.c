/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tmem-demo - a small built-in workload on every design, and a table
 *
 * What it models: each thread reads pages of files through a small page cache
 * of its own (first in, first out), and tmem stands behind it as cleancache
 * would.  A page that is not cached is asked of tmem first (get), else "read
 * from disk"; the page that leaves the cache for it is put.  Now and then a
 * page is flushed, as a truncation would; where it is cached, its get has taken
 * it out of tmem, so the flush must find nothing.  All pages together are four
 * times the budget.
 *
 * Whose page is it: the threads share all objects, and so the buckets, trees
 * and eviction lists, but each page belongs to one thread, page % threads.  So
 * its owner knows without a lock what tmem may answer: nothing, or exactly the
 * bytes of the last put that was accepted, if nothing took them out since.
 * Bytes are a function of page and version; every hit is compared whole.
 *
 * Exit status: 0 fine, 1 failed while running, 2 wrong usage, 4 a coherency
 * rule broken.
 */
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tmem.h"

#define DEMO_OBJECTS		16U
#define DEMO_OBJECT_PAGES	1024U
#define DEMO_PAGES		(DEMO_OBJECTS * DEMO_OBJECT_PAGES)
#define DEMO_BUDGET		(DEMO_PAGES / 4)	/* page frames */
#define DEMO_BUCKETS		256
#define DEMO_STORE		"lz4"
#define DEMO_MAX_THREADS	128
#define DEMO_SEED		1

#define EXIT_WRONG_USAGE	2
#define EXIT_INCOHERENT		4

#define PAGE_WORDS		(PAGE_SIZE / sizeof(u64))

/* What its owner knows of a page. */
struct demo_page {
	u32 version;		/* what a hit has to return; 0: no hit */
	bool cached;		/* in the owner's page cache, not in tmem */
};

struct demo_thread {
	struct tmem *tm;
	int pool;
	unsigned int me, threads;
	u64 references;
	pthread_barrier_t *start;

	u64 random;
	u32 puts;		/* the version of the latest one */
	struct demo_page *pages;
	unsigned int nr_pages;	/* this thread's share */
	u32 *cache;		/* a ring of pages, by number in the share */
	unsigned int cache_size, cache_used, cache_next;

	u64 verified, wrong;
	char first_wrong[128];
	int error;		/* an answer that no rule allows for */
	u64 want[PAGE_WORDS], got[PAGE_WORDS];
};

struct demo_result {
	struct tmem_stats stats;
	double seconds;
	u64 verified, wrong;
};

static u64 mix(u64 x)
{
	x ^= x >> 31;
	x *= 0x9e3779b97f4a7c15ULL;
	x ^= x >> 29;
	x *= 0xd1342543de82ef95ULL;
	return x ^ x >> 32;
}

static u64 next_random(struct demo_thread *t)
{
	t->random += 0x9e3779b97f4a7c15ULL;
	return mix(t->random);
}

/* A page of the share, the low ones far more often than the high ones. */
static unsigned int pick_page(struct demo_thread *t)
{
	double u = (double)(next_random(t) >> 11) / (double)(1ULL << 53);

	return (unsigned int)(u * u * u * t->nr_pages);
}

static void name_page(const struct demo_thread *t, unsigned int page,
		      struct tmem_oid *oid, u32 *index)
{
	unsigned int nr = page * t->threads + t->me;

	*oid = (struct tmem_oid){ .w = { DEMO_SEED, 0, nr / DEMO_OBJECT_PAGES } };
	*index = nr % DEMO_OBJECT_PAGES;
}

/* One page in eight is filled with one word; the others halve in LZ4. */
static void fill_page(const struct demo_thread *t, u64 *words, unsigned int page, u32 version)
{
	u64 nr = (u64)page * t->threads + t->me;
	u64 seed = mix(nr << 32 | version);
	unsigned int noise = seed % 8 ? PAGE_WORDS / 2 : 0;
	unsigned int i;

	for (i = 0; i < noise; i++)
		words[i] = mix(seed + i);
	for (; i < PAGE_WORDS; i++)
		words[i] = seed;
}

static void note_wrong(struct demo_thread *t, unsigned int page, const char *what)
{
	struct tmem_oid oid;
	u32 index;

	if (t->wrong++)
		return;
	name_page(t, page, &oid, &index);
	snprintf(t->first_wrong, sizeof(t->first_wrong), "object %llu, index %u: %s",
		 (unsigned long long)oid.w[2], index, what);
}

static void get_page(struct demo_thread *t, unsigned int page)
{
	struct demo_page *p = &t->pages[page];
	struct tmem_oid oid;
	u32 index;
	int err;

	name_page(t, page, &oid, &index);
	err = tmem_get(t->tm, t->pool, &oid, index, t->got);
	if (!err && !p->version) {
		note_wrong(t, page, "a hit on a page that is not there");
	} else if (!err) {
		fill_page(t, t->want, page, p->version);
		t->verified++;
		if (memcmp(t->got, t->want, PAGE_SIZE))
			note_wrong(t, page, "wrong bytes");
	} else if (err != -ENOENT) {
		t->error = err;
	}
	p->version = 0;		/* a hit removed it, a miss stays a miss */
}

static void put_page(struct demo_thread *t, unsigned int page)
{
	struct tmem_oid oid;
	u32 index;
	int err;

	name_page(t, page, &oid, &index);
	fill_page(t, t->want, page, ++t->puts);
	err = tmem_put(t->tm, t->pool, &oid, index, t->want);
	t->pages[page].version = err ? 0 : t->puts;
	if (err && err != -ENOMEM && err != -ENOSPC)
		t->error = err;
}

static void flush_page(struct demo_thread *t, unsigned int page)
{
	struct demo_page *p = &t->pages[page];
	struct tmem_oid oid;
	u32 index;
	int err;

	name_page(t, page, &oid, &index);
	err = tmem_flush_page(t->tm, t->pool, &oid, index);
	if (!err && !p->version)
		note_wrong(t, page, "flushed a page that is not there");
	else if (err && err != -ENOENT)
		t->error = err;
	p->version = 0;
}

static void reference_page(struct demo_thread *t, unsigned int page)
{
	if (t->pages[page].cached)
		return;
	get_page(t, page);
	if (t->cache_used == t->cache_size) {
		t->pages[t->cache[t->cache_next]].cached = false;
		put_page(t, t->cache[t->cache_next]);
	} else {
		t->cache_used++;
	}
	t->cache[t->cache_next] = page;
	t->pages[page].cached = true;
	t->cache_next = (t->cache_next + 1) % t->cache_size;
}

static void *run_thread(void *arg)
{
	struct demo_thread *t = arg;
	u64 i;

	pthread_barrier_wait(t->start);
	for (i = 0; i < t->references && !t->error; i++) {
		if (next_random(t) % 64 == 0)
			flush_page(t, pick_page(t));
		reference_page(t, pick_page(t));
	}
	return NULL;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void *must_have(void *memory)
{
	if (!memory) {
		fprintf(stderr, "tmem-demo: out of memory\n");
		exit(EXIT_FAILURE);
	}
	return memory;
}

static void init_thread(struct demo_thread *t, unsigned int me, unsigned int threads)
{
	t->me = me;
	t->threads = threads;
	t->random = mix(DEMO_SEED + ((u64)me << 32));
	t->nr_pages = (DEMO_PAGES - me + threads - 1) / threads;
	t->pages = must_have(calloc(t->nr_pages, sizeof(*t->pages)));
	t->cache_size = t->nr_pages / 16;
	t->cache = must_have(calloc(t->cache_size, sizeof(*t->cache)));
}

/* Run the workload on one pool.  Return: an exit status. */
static int run_pool(struct tmem *tm, int pool, const char *design, unsigned int threads,
		    u64 references, struct demo_result *result)
{
	struct demo_thread *all = must_have(calloc(threads, sizeof(*all)));
	pthread_t *ids = must_have(calloc(threads, sizeof(*ids)));
	pthread_barrier_t start;
	int status = EXIT_SUCCESS;
	unsigned int i;

	pthread_barrier_init(&start, NULL, threads + 1);
	for (i = 0; i < threads; i++) {
		init_thread(&all[i], i, threads);
		all[i].tm = tm;
		all[i].pool = pool;
		all[i].references = references / threads;
		all[i].start = &start;
		if (pthread_create(&ids[i], NULL, run_thread, &all[i])) {
			fprintf(stderr, "tmem-demo: cannot start thread %u of %u\n", i + 1, threads);
			exit(EXIT_FAILURE);
		}
	}
	result->seconds = -now();
	pthread_barrier_wait(&start);
	for (i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	result->seconds += now();

	for (i = 0; i < threads; i++) {
		struct demo_thread *t = &all[i];

		result->verified += t->verified;
		result->wrong += t->wrong;
		if (t->error) {
			fprintf(stderr, "tmem-demo: %s: an operation answered %d (%s)\n",
				design, t->error, strerror(-t->error));
			status = EXIT_FAILURE;
		}
		if (t->wrong) {
			fprintf(stderr, "tmem-demo: %s: %s, the first of %llu\n", design,
				t->first_wrong, (unsigned long long)t->wrong);
			status = EXIT_INCOHERENT;
		}
		free(t->cache);
		free(t->pages);
	}
	pthread_barrier_destroy(&start);
	free(ids);
	free(all);
	return status;
}

/* All structures are sound, and empty once the pool is gone. */
static int check_after(struct tmem *tm, int pool, const char *design)
{
	struct tmem_stats stats;
	int status = EXIT_SUCCESS;
	unsigned int i;

	if (tmem_validate(tm)) {
		fprintf(stderr, "tmem-demo: %s: damaged structures\n", design);
		status = EXIT_INCOHERENT;
	}
	if (tmem_pool_destroy(tm, pool, 0)) {
		fprintf(stderr, "tmem-demo: %s: the pool cannot be destroyed\n", design);
		return EXIT_FAILURE;
	}
	tmem_stats(tm, &stats);
	for (i = TMEM_FIRST_GAUGE; i < TMEM_NR_STATS; i++) {
		if (!stats.v[i])
			continue;
		fprintf(stderr, "tmem-demo: %s: gauge %s is %lld in the end, not 0\n", design,
			tmem_stat_desc[i].name, (long long)stats.v[i]);
		status = EXIT_INCOHERENT;
	}
	return status;
}

static void print_row(const char *design, const struct demo_result *r)
{
	const s64 *v = r->stats.v;
	s64 operations = v[TMEM_puts] + v[TMEM_gets] + v[TMEM_flushes];
	double gets = v[TMEM_gets] ? (double)v[TMEM_gets] : 1;

	printf("%-16s %11lld %11.0f %10.1f%% %10lld %9lld %9llu %6llu\n", design,
	       (long long)operations, (double)operations / r->seconds,
	       100 * (double)v[TMEM_hits] / gets, (long long)v[TMEM_evicted],
	       (long long)(v[TMEM_puts] - v[TMEM_puts_stored]),
	       (unsigned long long)r->verified, (unsigned long long)r->wrong);
	fflush(stdout);
}

static int run_design(const struct tmem_index_ops *design, unsigned int threads, u64 references)
{
	struct tmem_config config = { .budget = DEMO_BUDGET };
	struct tmem_pool_attr attr = {
		.design = design,
		.store = tmem_store_find(DEMO_STORE),
		.buckets = DEMO_BUCKETS,
	};
	struct demo_result result = { .seconds = 0 };
	const char *name = tmem_design_name(design);
	const char *why;
	struct tmem *tm;
	int pool, status, after;

	tm = tmem_create(&config, &why);
	if (IS_ERR(tm)) {
		fprintf(stderr, "tmem-demo: no instance: %s\n", why ? why : "no memory");
		return EXIT_FAILURE;
	}
	pool = tmem_pool_create(tm, &attr, &why);
	if (pool < 0) {
		fprintf(stderr, "tmem-demo: %s: no pool: %s\n", name, why ? why : "no memory");
		tmem_destroy(tm);
		return EXIT_FAILURE;
	}
	status = run_pool(tm, pool, name, threads, references, &result);
	tmem_pool_stats(tm, pool, &result.stats);
	print_row(name, &result);
	after = check_after(tm, pool, name);
	tmem_destroy(tm);
	return status ? status : after;
}

static void print_header(unsigned int threads, u64 references)
{
	printf("%u MiB of pages in %u objects, %u MiB of tmem, store %s, %u buckets; "
	       "%u thread%s, %llu page references, seed %u\n",
	       DEMO_PAGES / 256, DEMO_OBJECTS, DEMO_BUDGET / 256, DEMO_STORE, DEMO_BUCKETS,
	       threads, threads == 1 ? "" : "s", (unsigned long long)references, DEMO_SEED);
	printf("operations are puts, gets and flushes; the time includes making and comparing "
	       "pages\n\n");
	printf("%-16s %11s %11s %11s %10s %9s %9s %6s\n", "design", "operations", "ops/s",
	       "hit ratio", "evictions", "refused", "verified", "wrong");
}

/* A whole number within bounds, or exit with a line that says which. */
static u64 parse_number(const char *option, const char *text, u64 min_value, u64 max_value)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || value < min_value ||
	    value > max_value) {
		fprintf(stderr, "tmem-demo: --%s wants a number from %llu to %llu, not '%s'\n",
			option, (unsigned long long)min_value, (unsigned long long)max_value,
			text);
		exit(EXIT_WRONG_USAGE);
	}
	return value;
}

static void usage(void)
{
	printf("usage: tmem-demo [--threads N] [--references N]\n"
	       "\n"
	       "A small page cache workload on every lock design; prints a table.\n"
	       "\n"
	       "  --threads N      1 to %d; default: one per CPU\n"
	       "  --references N   page references, of all threads together; default 400000\n"
	       "\n"
	       "example: tmem-demo --threads 2 --references 1000000\n",
	       DEMO_MAX_THREADS);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "threads", required_argument, NULL, 't' },
		{ "references", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned int threads = cpus < 1 ? 1 : cpus > DEMO_MAX_THREADS ? DEMO_MAX_THREADS : cpus;
	const struct tmem_index_ops *design;
	u64 references = 400000;
	int option, status = EXIT_SUCCESS;
	unsigned int i;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 't':
			threads = parse_number("threads", optarg, 1, DEMO_MAX_THREADS);
			break;
		case 'r':
			references = parse_number("references", optarg, 1, 1000000000000ULL);
			break;
		case 'h':
			usage();
			return EXIT_SUCCESS;
		default:	/* getopt has said what is wrong */
			return EXIT_WRONG_USAGE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "tmem-demo: '%s' is not an option; see --help\n", argv[optind]);
		return EXIT_WRONG_USAGE;
	}
	if (tmem_init()) {
		fprintf(stderr, "tmem-demo: out of memory\n");
		return EXIT_FAILURE;
	}
	print_header(threads, references);
	for (i = 0; (design = tmem_design_at(i)); i++) {
		int one = run_design(design, threads, references);

		if (one > status)
			status = one;
	}
	tmem_exit();
	return status;
}
