// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_conformance.c - the conformance table of the core, case by case
 *
 * Each case is one result for each design, page store and number of buckets.
 * Every CPU takes the next of these as soon as it is done with one.  A warning
 * is a failure of the cases that were running, whatever they say themselves.
 */
#include <linux/cpumask.h>
#include <linux/sched.h>

#include "conformance.h"
#include "test.h"
#include "world.h"

#define SEED	0x746d656dULL

static void try_case(const struct ktap_case *k, struct conformance_env *env,
		     const struct conformance_case *c)
{
	unsigned long warnings = test_warnings();

	if (conformance_run(env, c))
		ktap_fail(k, "%s:%d: %s: %lld, %lld", env->file ? env->file : "?", env->line,
			  env->text ? env->text : "?", env->left, env->right);
	else if (test_warnings() != warnings)
		ktap_fail(k, "the kernel has warned");
	else
		ktap_pass(k);
	cond_resched();
}

/* The table, as often as the plan has something that nobody has taken. */
static void run_tables(void *arg, u32 id)
{
	struct conformance_env env = { };
	const struct conformance_case *c;
	atomic_long_t *taken = arg;
	struct ktap_case k;
	u32 i;

	while (conformance_plan(atomic_long_add_return(1, taken) - 1, &env))
		for (i = 0; (c = conformance_at(i)); i++) {
			env.seed = SEED + i;
			if (ktap_wants(&k, "conformance.%s.%s.%u.%s", env.design, env.store,
				       env.buckets, c->name))
				try_case(&k, &env, c);
		}
}

void test_conformance(void)
{
	u32 threads = min_t(u32, num_online_cpus(), TEST_MAX_THREADS);
	atomic_long_t taken = ATOMIC_LONG_INIT(0);
	int err;

	/* counting is done in no time, by one */
	err = test_run_threads(ktap_running() ? threads : 1, run_tables, &taken);
	if (err)
		ktap_note("conformance: threads cannot be started (%d)", err);
}
