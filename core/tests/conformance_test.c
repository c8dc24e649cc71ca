// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conformance_test.c - runs the conformance table in the threads world
 *
 * One cmocka test for each design, page store and number of buckets; each runs
 * the whole table, reports every case that does not hold, and looks that nothing
 * is left allocated and nothing was warned of.  They are dealt out to processes.
 * With an argument only the cases whose name contains it are run:
 *
 *	conformance_test shared_pool
 */
#include <stdio.h>
#include <string.h>

#include "conformance.h"
#include "runner.h"
#include "world.h"

#define SEED		0x746d656dULL
#define LEAST_RUNS	(4 * 7)	/* the four designs of the core, three page stores */

static struct conformance_env plan[RUNNER_TESTS];
static const char *pattern = "";

/* Whether @c holds in a world that has nothing to warn of. */
static bool holds(const struct conformance_env *planned, const struct conformance_case *c,
		  u64 seed)
{
	unsigned long warnings = test_warnings();
	struct conformance_env env = *planned;

	env.seed = seed;
	if (conformance_run(&env, c)) {
		print_error("%s (%s), %s, %s, %u buckets: %s:%d: %s: %lld, %lld\n", c->name,
			    c->rule, env.design, env.store, env.buckets,
			    env.file ? env.file : "?", env.line, env.text ? env.text : "?",
			    (long long)env.left, (long long)env.right);
		return false;
	}
	if (test_warnings() != warnings)
		print_error("warnings in %s\n", c->name);
	return test_warnings() == warnings;
}

static void run_table(void **state)
{
	const struct conformance_case *c;
	u32 i, tried = 0, failed = 0;
	long live;

	tmem_port_quiesce();
	live = tmem_port_live();
	for (i = 0; (c = conformance_at(i)); i++) {
		if (!strstr(c->name, pattern))
			continue;
		tried++;
		failed += !holds(*state, c, SEED + i);
	}
	assert_int_equal(failed, 0);
	assert_true(tried > 0);

	tmem_port_quiesce();
	if (tmem_port_live() != live)
		tmem_port_live_print(stderr);
	assert_int_equal(tmem_port_live(), live);
}

int main(int argc, char **argv)
{
	u32 nr;

	if (argc > 1)
		pattern = argv[1];
	/*
	 * The table has one thread, and callbacks run on another: under TSan those matter,
	 * and one bucket is where most of them meet.
	 */
	for (nr = 0; nr < RUNNER_TESTS && conformance_plan(nr, &plan[nr]); nr++) {
		if (TMEM_PORT_TSAN && plan[nr].buckets > 1)
			continue;
		runner_add(run_table, &plan[nr], "%s, %s, %u buckets", plan[nr].design,
			   plan[nr].store, plan[nr].buckets);
	}
	if (nr < LEAST_RUNS) {
		fprintf(stderr, "only %u runs\n", nr);
		return 1;
	}
	return runner_run_in_shares("conformance", NULL);
}
