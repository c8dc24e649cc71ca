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
#include <stdio.h>
#include <time.h>

#include "history.h"
#include "runner.h"
#include "stress.h"

#define OPS_PER_ROUND	3000

static struct stress_config plan[RUNNER_TESTS];
static struct stress_result sum;
static double share;		/* seconds for each run */
static u64 seed;

static void checker_tells_the_possible(void **state)
{
	char text[256] = "";

	(void)state;
	if (history_selftest(text, sizeof(text)))
		print_error("%s\n", text);
	assert_string_equal(text, "");
}

static void stress(void **state)
{
	struct stress_config *config = *state;
	double end = runner_seconds() + share;
	char text[300] = "";
	u64 round = 0;
	int err;

	do {
		config->seed = seed + round++;
		err = stress_run(config, &sum, text, sizeof(text));
		if (err)
			print_error("%s, %s, %u buckets, %s, seed %llu, round %llu: %s\n",
				    tmem_design_name(config->design),
				    tmem_store_name(config->store), config->buckets,
				    stress_mode(config), seed, round, text);
		assert_int_equal(err, 0);
	} while (runner_seconds() < end);
}

/* The runs have been where it hurts. */
static void all_was_reached(void **state)
{
	(void)state;
	print_message("%llu calls, %llu hits, %llu evicted, %llu refused, %llu frozen, "
		      "%llu pools made again\n",
		      sum.calls, sum.hits, sum.evicted, sum.refused, sum.frozen,
		      sum.made_again);
	assert_true(sum.hits > 1000);
	assert_true(sum.evicted > 1000);
	assert_true(sum.refused > 100);
	assert_true(sum.frozen > 0);
	assert_true(sum.made_again > 10);
}

int main(void)
{
	u32 threads = runner_number("TMEM_STRESS_THREADS", 4), nr;

	runner_add(checker_tells_the_possible, NULL, "checker_tells_the_possible");
	for (nr = 0; nr < RUNNER_TESTS && stress_plan(nr, &plan[nr]); nr++) {
		plan[nr].threads = min_t(u32, threads ? threads : 1, STRESS_MAX_THREADS);
		plan[nr].ops = OPS_PER_ROUND;
		runner_add(stress, &plan[nr], "%s, %s, %u buckets, %s",
			   tmem_design_name(plan[nr].design), tmem_store_name(plan[nr].store),
			   plan[nr].buckets, stress_mode(&plan[nr]));
	}
	runner_add(all_was_reached, NULL, "all_was_reached");
	share = (double)runner_number("TMEM_STRESS_SECONDS", 12) / nr;
	seed = runner_number("TMEM_STRESS_SEED", time(NULL));
	fprintf(stderr, "TMEM_STRESS_SEED=%llu\n", seed);
	return runner_run("stress");
}
