// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_stress.c - the stress of the core by threads of the kernel, with its
 * shrinkers at work
 *
 * One result for each design, page store, number of buckets and mode; the calls
 * asked for are shared out between those of a design.  Each round is an instance
 * of its own, which the module's shrinker knows while the threads run.
 */
#include "history.h"
#include "kmod.h"
#include "stress.h"
#include "test.h"
#include "world.h"

#define OPS_PER_ROUND	3000	/* of each thread */
#define ENOUGH_OPS	20000	/* of each design, from which all must be reached */

static struct stress_result sum;
static u64 shrunk;		/* frames that the shrinker took */

static int attach(struct tmem *tm)
{
	return tmem_kmod_register(tm, "stress");
}

static void detach(struct tmem *tm)
{
	shrunk += tmem_kmod_shrunk(tm);
	tmem_kmod_unregister(tm);
}

static void checker_tells_the_possible(const struct ktap_case *c)
{
	char text[160] = "";

	if (history_selftest(text, sizeof(text)))
		ktap_fail(c, "%s", text);
	else
		ktap_pass(c);
}

static void try_run(const struct ktap_case *c, struct stress_config *config, u32 ops,
		    u64 seed)
{
	unsigned long warnings = test_warnings();
	char text[160] = "";
	u32 round, left;

	for (round = 0, left = DIV_ROUND_UP(ops, config->threads); left; round++) {
		config->seed = seed + round;
		config->ops = min_t(u32, left, OPS_PER_ROUND);
		left -= config->ops;
		if (stress_run(config, &sum, text, sizeof(text))) {
			ktap_fail(c, "round %u: %s", round, text);
			return;
		}
	}
	if (test_warnings() != warnings)
		ktap_fail(c, "the kernel has warned");
	else
		ktap_pass(c);
}

/* The runs have been where it hurts. */
static void all_was_reached(const struct ktap_case *c)
{
	ktap_note("stress: %llu calls, %llu hits, %llu evicted, %llu refused, %llu frozen",
		  sum.calls, sum.hits, sum.evicted, sum.refused, sum.frozen);
	ktap_note("stress: %llu pools made again, %llu frames taken by the shrinker",
		  sum.made_again, shrunk);
	if (!sum.hits || !sum.evicted || !sum.refused || !sum.frozen || !sum.made_again)
		ktap_fail(c, "some of that is never met: give more stress_ops");
	else if (!shrunk)
		ktap_fail(c, "the shrinker has taken nothing");
	else
		ktap_pass(c);
}

static void try_runs(const struct test_options *options, u32 of_design)
{
	struct stress_config config;
	struct ktap_case c;
	u32 i;

	for (i = 0; stress_plan(i, &config); i++) {
		config.threads = options->threads;
		config.attach = attach;
		config.detach = detach;
		if (ktap_wants(&c, "stress.%s.%s.%u.%s", tmem_design_name(config.design),
			       tmem_store_name(config.store), config.buckets,
			       stress_mode(&config)))
			try_run(&c, &config, DIV_ROUND_UP(options->stress_ops, of_design),
				conformance_mix(options->seed + i));
	}
}

static bool same_design(u32 i, const struct tmem_index_ops *design)
{
	struct stress_config config;

	return stress_plan(i, &config) && config.design == design;
}

void test_stress(const struct test_options *options)
{
	struct stress_config config;
	struct ktap_case c;
	u32 of_design;
	int err = 0;

	if (ktap_wants(&c, "stress.checker_tells_the_possible"))
		checker_tells_the_possible(&c);
	if (!options->stress_ops)
		return;
	for (of_design = 0; stress_plan(of_design, &config); of_design++)
		if (!same_design(of_design, tmem_design_at(0)))
			break;
	if (ktap_running())
		err = test_pressure_start();
	if (err)
		ktap_note("stress: without the shrinkers (%d): mount /proc, and load as root", err);
	try_runs(options, of_design);
	if (ktap_running() && !err)
		test_pressure_stop();
	if (options->stress_ops >= ENOUGH_OPS && ktap_wants(&c, "stress.all_was_reached"))
		all_was_reached(&c);
}
