// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stress_test.c - runs the stress of stress.h on every design
 *
 * Environment:
 *	TMEM_STRESS_SECONDS	how long in sum, about; default 12
 *	TMEM_STRESS_SEED	default from the clock; printed in any case
 *	TMEM_STRESS_THREADS	workers, 1 to 64; default 4
 *
 * Each design, page store, number of buckets and mode gets its share of the
 * time, and one round at least.  The checker of histories is tried first, on
 * histories made up to break each of its rules.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include <port/threads.h>

#include "history.h"
#include "stress.h"

#define OPS_PER_ROUND	3000
#define MAX_RUNS	128

/* ---- the checker can fail ---- */

#define PUT(s, e, v)	{ s, e, 0, v, HISTORY_PUT }
#define REPL(s, e, v)	{ s, e, 0, v, HISTORY_REPLACED }
#define REFUSED(s, e)	{ s, e, 0, 0, HISTORY_REFUSED }
#define FROZEN(s, e)	{ s, e, 0, 0, HISTORY_FROZEN }
#define HIT(s, e, v)	{ s, e, 0, v, HISTORY_HIT }
#define MISS(s, e)	{ s, e, 0, 0, HISTORY_MISS }
#define GONE(s, e)	{ s, e, 0, 0, HISTORY_REMOVED }
#define NR		6

static const struct {
	const char *name;
	enum history_sort sort;
	char broken;		/* 0: possible */
	struct history_event event[NR];
} made_up[] = {
	{ "put, hit", HISTORY_EXCLUSIVE, 0, { PUT(1, 2, 1), HIT(3, 4, 1) } },
	{ "hit while being put", HISTORY_EXCLUSIVE, 0, { PUT(1, 4, 1), HIT(2, 3, 1) } },
	{ "one of two racing puts", HISTORY_SHARED, 0,
	  { PUT(1, 4, 1), PUT(2, 3, 2), HIT(5, 6, 1), HIT(7, 8, 1) } },
	{ "the other of them", HISTORY_SHARED, 0,
	  { PUT(1, 4, 1), PUT(2, 3, 2), HIT(5, 6, 2), HIT(7, 8, 2) } },
	{ "evicted", HISTORY_SHARED, 0, { PUT(1, 2, 1), MISS(3, 4), PUT(5, 6, 2) } },
	{ "put again and hit", HISTORY_EXCLUSIVE, 0,
	  { PUT(1, 2, 1), HIT(3, 4, 1), PUT(5, 6, 2), HIT(7, 8, 2) } },
	{ "a flush that may come first", HISTORY_PERSISTENT, 0,
	  { PUT(1, 4, 1), GONE(2, 3), HIT(5, 6, 1) } },
	{ "or last", HISTORY_PERSISTENT, 0, { PUT(1, 4, 1), GONE(2, 3), MISS(5, 6) } },
	{ "a refused put removes", HISTORY_PERSISTENT, 0,
	  { PUT(1, 2, 1), REFUSED(3, 4), MISS(5, 6) } },
	{ "replaced", HISTORY_PERSISTENT, 0,
	  { PUT(1, 2, 1), REPL(3, 6, 2), HIT(4, 5, 1), HIT(7, 8, 2) } },
	{ "bytes unknown", HISTORY_EXCLUSIVE, 0, { PUT(1, 2, 1), HIT(3, 4, 0) } },
	{ "put while freezing", HISTORY_SHARED, 0, { PUT(98, 101, 1), PUT(109, 112, 2) } },
	{ "refused while frozen", HISTORY_SHARED, 0, { FROZEN(103, 104), FROZEN(112, 114) } },

	{ "bytes from nowhere", HISTORY_SHARED, 'A', { PUT(1, 2, 1), HIT(3, 4, 7) } },
	{ "bytes from the future", HISTORY_SHARED, 'A',
	  { PUT(1, 2, 2), HIT(3, 4, 1), PUT(5, 6, 1) } },
	{ "older bytes", HISTORY_SHARED, 'B', { PUT(1, 2, 1), PUT(3, 4, 2), HIT(5, 6, 1) } },
	{ "older bytes than replaced", HISTORY_PERSISTENT, 'B',
	  { PUT(1, 2, 1), REPL(3, 4, 2), HIT(5, 6, 1) } },
	{ "older bytes after newer", HISTORY_SHARED, 'B',
	  { PUT(1, 4, 1), PUT(2, 3, 2), HIT(5, 6, 2), HIT(7, 8, 1) } },
	{ "hit after a miss", HISTORY_SHARED, 'B',
	  { PUT(1, 2, 1), MISS(4, 5), PUT(3, 8, 2), HIT(6, 7, 1) } },
	{ "hit after a flush", HISTORY_PERSISTENT, 'B',
	  { PUT(1, 2, 1), GONE(3, 4), PUT(3, 8, 2), HIT(5, 6, 1) } },
	{ "hit after a refused put", HISTORY_PERSISTENT, 'B',
	  { PUT(1, 2, 1), REFUSED(3, 4), PUT(3, 8, 2), HIT(5, 6, 1) } },
	{ "hit after a frozen put", HISTORY_SHARED, 'B',
	  { PUT(1, 2, 1), FROZEN(101, 102), PUT(108, 131, 2), HIT(120, 130, 1) } },
	{ "racing gets hit twice", HISTORY_EXCLUSIVE, 'C',
	  { PUT(1, 2, 1), HIT(3, 5, 1), HIT(4, 6, 1) } },
	{ "nothing put", HISTORY_EXCLUSIVE, 'D', { HIT(1, 2, 0) } },
	{ "unknown bytes after a flush", HISTORY_SHARED, 'D',
	  { PUT(1, 2, 1), GONE(3, 4), HIT(5, 6, 0) } },
	{ "unknown bytes hit twice", HISTORY_EXCLUSIVE, 'D',
	  { PUT(1, 2, 1), HIT(3, 5, 0), HIT(4, 6, 0) } },
	{ "lost", HISTORY_PERSISTENT, 'E', { PUT(1, 2, 1), MISS(3, 4) } },
	{ "lost, flushed before only", HISTORY_PERSISTENT, 'E',
	  { GONE(1, 2), PUT(3, 4, 1), MISS(5, 6) } },
	{ "put while frozen", HISTORY_SHARED, 'F', { PUT(103, 104, 1) } },
	{ "refused while thawed", HISTORY_SHARED, 'F', { PUT(1, 2, 1), FROZEN(115, 116) } },
};

static void checker_tells_the_possible(void **state)
{
	static const struct history_frozen frozen = { 100, 102, 110, 113 };
	char text[256];
	size_t i, nr;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(made_up); i++) {
		struct history_event event[NR];
		struct history_pool pool = {
			.sort = made_up[i].sort, .frozen = &frozen, .nr_frozen = 1,
		};
		char broken;

		memcpy(event, made_up[i].event, sizeof(event));
		for (nr = 0; nr < NR && event[nr].end; nr++)
			;
		text[0] = 0;
		broken = history_check(event, nr, 10, &pool, text, sizeof(text));
		if (broken != made_up[i].broken)
			print_error("%s: answered '%c' %s\n", made_up[i].name,
				    broken ? broken : '0', text);
		assert_int_equal(broken, made_up[i].broken);
	}
}

/* ---- the runs ---- */

struct run {
	char name[80];
	struct stress_config config;
};

static struct run runs[MAX_RUNS];
static struct CMUnitTest tests[MAX_RUNS + 2];
static struct stress_result sum;
static double share;		/* seconds for each run */
static u64 seed;

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void stress(void **state)
{
	struct run *run = *state;
	double end = seconds() + share;
	char text[300] = "";
	u64 round = 0;
	int err;

	do {
		run->config.seed = seed + round++;
		err = stress_run(&run->config, &sum, text, sizeof(text));
		if (err)
			print_error("%s, seed %llu, round %llu: %s\n", run->name,
				    (unsigned long long)seed, (unsigned long long)round,
				    text);
		assert_int_equal(err, 0);
	} while (seconds() < end);
}

/* The runs have been where it hurts. */
static void all_was_reached(void **state)
{
	(void)state;
	print_message("%llu calls, %llu hits, %llu evicted, %llu refused, %llu frozen, %llu pools made again\n",
		      (unsigned long long)sum.calls, (unsigned long long)sum.hits,
		      (unsigned long long)sum.evicted, (unsigned long long)sum.refused,
		      (unsigned long long)sum.frozen, (unsigned long long)sum.made_again);
	assert_true(sum.hits > 1000);
	assert_true(sum.evicted > 1000);
	assert_true(sum.refused > 100);
	assert_true(sum.frozen > 0);
	assert_true(sum.made_again > 10);

	tmem_exit();
	if (tmem_port_live())
		tmem_port_live_print(stderr);
	assert_int_equal(tmem_port_live(), 0);
	assert_int_equal(tmem_port_warnings(), 0);
}

static u64 option(const char *name, u64 otherwise)
{
	const char *value = getenv(name);

	return value && *value ? strtoull(value, NULL, 0) : otherwise;
}

static u32 add_runs(void)
{
	const struct tmem_index_ops *design;
	const struct tmem_store_ops *store;
	u32 threads = option("TMEM_STRESS_THREADS", 4), d, s, way, nr = 0;

	for (d = 0; (design = tmem_design_at(d)); d++)
		for (s = 0; (store = tmem_store_at(s)); s++)
			for (way = 0; way < 4 && nr < MAX_RUNS; way++, nr++) {
				struct run *run = &runs[nr];

				run->config = (struct stress_config){
					.design = design,
					.store = store,
					.buckets = way & 1 ? 256 : 1,
					.owners = way & 2,
					.threads = min_t(u32, threads ? threads : 1,
							 STRESS_MAX_THREADS),
					.ops = OPS_PER_ROUND,
				};
				snprintf(run->name, sizeof(run->name),
					 "%s, %s, %u buckets, %s", tmem_design_name(design),
					 tmem_store_name(store), run->config.buckets,
					 run->config.owners ? "owners" : "contended");
			}
	return nr;
}

int main(void)
{
	u32 nr, i;

	if (tmem_init()) {
		fprintf(stderr, "tmem_init failed\n");
		return 1;
	}
	nr = add_runs();
	share = (double)option("TMEM_STRESS_SECONDS", 12) / nr;
	seed = option("TMEM_STRESS_SEED", time(NULL));
	fprintf(stderr, "TMEM_STRESS_SEED=%llu\n", (unsigned long long)seed);

	tests[0] = (struct CMUnitTest)cmocka_unit_test(checker_tells_the_possible);
	for (i = 0; i < nr; i++)
		tests[i + 1] = (struct CMUnitTest){
			.name = runs[i].name,
			.test_func = stress,
			.initial_state = &runs[i],
		};
	tests[nr + 1] = (struct CMUnitTest)cmocka_unit_test(all_was_reached);
	return _cmocka_run_group_tests("stress", tests, nr + 2, NULL, NULL) != 0;
}
