// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conformance_test.c - runs the conformance table in the threads world
 *
 * One cmocka test for each design, page store and number of buckets; each runs
 * the whole table, logs every case that does not hold, and looks that nothing is
 * left allocated and nothing was warned of.  They are dealt out to processes
 * (shares.h).  With an argument only the cases whose name contains it are run:
 *
 *	conformance_test shared_pool
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <port/threads.h>

#include "conformance.h"
#include "shares.h"

#define MAX_RUNS	128
#define SEED		0x746d656dULL

/* The last with one page store: what it is about is the table of buckets. */
static const u32 bucket_counts[] = { 1, 256, 4096 };
#define ALL_STORES	2
static const char *pattern = "";

struct run {
	char name[80];
	const char *design;
	const char *store;
	u32 buckets;
};

static struct run runs[MAX_RUNS];
static struct CMUnitTest tests[MAX_RUNS];

static void run_table(void **state)
{
	const struct run *run = *state;
	const struct conformance_case *c;
	unsigned long warnings = tmem_port_warnings();
	u32 i, tried = 0, failed = 0;
	long live;

	tmem_port_quiesce();
	live = tmem_port_live();
	for (i = 0; (c = conformance_at(i)); i++) {
		struct conformance_env env = {
			.design = run->design,
			.store = run->store,
			.buckets = run->buckets,
			.seed = SEED + i,
		};

		if (!strstr(c->name, pattern))
			continue;
		tried++;
		failed += !!conformance_run(&env, c);
		if (tmem_port_warnings() != warnings)
			print_error("warnings in %s\n", c->name);
		failed += tmem_port_warnings() != warnings;
		warnings = tmem_port_warnings();
	}
	assert_int_equal(failed, 0);
	assert_true(tried > 0);

	tmem_port_quiesce();
	if (tmem_port_live() != live)
		tmem_port_live_print(stderr);
	assert_int_equal(tmem_port_live(), live);
}

static void module_starts(void **state)
{
	(void)state;
	assert_int_equal(tmem_init(), 0);
}

static void nothing_is_left(void **state)
{
	(void)state;
	tmem_exit();
	if (tmem_port_live())
		tmem_port_live_print(stderr);
	assert_int_equal(tmem_port_live(), 0);
	assert_int_equal(tmem_port_warnings(), 0);
}

static u32 add_runs(void)
{
	const struct tmem_index_ops *design;
	const struct tmem_store_ops *store;
	u32 d, s, b, nr = 0;

	for (d = 0; (design = tmem_design_at(d)); d++)
		for (s = 0; (store = tmem_store_at(s)); s++)
			for (b = 0; b < (s ? ALL_STORES : ARRAY_SIZE(bucket_counts)) &&
				    nr < MAX_RUNS; b++, nr++) {
				struct run *run = &runs[nr];

				run->design = tmem_design_name(design);
				run->store = tmem_store_name(store);
				run->buckets = bucket_counts[b];
				snprintf(run->name, sizeof(run->name), "%s, %s, %u buckets",
					 run->design, run->store, run->buckets);
				tests[nr] = (struct CMUnitTest){
					.name = run->name,
					.test_func = run_table,
					.initial_state = run,
				};
			}
	return nr;
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest first = cmocka_unit_test(module_starts);
	static const struct CMUnitTest last = cmocka_unit_test(nothing_is_left);
	struct shares shares = {
		.group = "conformance", .first = &first, .last = &last, .tests = tests,
	};

	if (argc > 1)
		pattern = argv[1];
	shares.nr = add_runs();
	/* the four designs and three stores of the core, at least */
	if (shares.nr < 4 * (3 * ALL_STORES + 1)) {
		fprintf(stderr, "only %zu runs\n", shares.nr);
		return 1;
	}
	return run_in_shares(&shares);
}
