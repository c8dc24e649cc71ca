// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - tmem_test.ko: the tests of the core, run by a kernel
 *
 * Loading it runs all tests and prints their results on the console; it loads
 * whatever they are, so that the results are all there is to read.  It uses what
 * tmem.ko exports, and nothing of the core is compiled into it.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/random.h>
#include <linux/utsname.h>

#include "stress.h"
#include "test.h"

static char *cases = "";
module_param(cases, charp, 0444);
MODULE_PARM_DESC(cases, "run the cases whose name contains one of these, by commas; default all");

static uint stress_ops = 50000;
module_param(stress_ops, uint, 0444);
MODULE_PARM_DESC(stress_ops, "operations of the stress on each design; 0: no stress");

static uint threads = 4;
module_param(threads, uint, 0444);
MODULE_PARM_DESC(threads, "threads of the stress, 1 to 64");

static ulong seed;
module_param(seed, ulong, 0444);
MODULE_PARM_DESC(seed, "of the stress; default 0: a random one, which is printed");

static void run_all(const struct test_options *options)
{
	broken_test();
	test_conformance();
	test_shrinker();
	test_stress(options);
}

static int __init tmem_test_init(void)
{
	struct test_options options = {
		.stress_ops = stress_ops, .threads = threads,
		.seed = seed ? seed : get_random_u32(),
	};

	if (!threads || threads > STRESS_MAX_THREADS) {
		pr_err("tmem_test: threads=%u, must be 1 to %d\n", threads, STRESS_MAX_THREADS);
		return -EINVAL;
	}
	test_world_init();
	ktap_count(cases);
	run_all(&options);
	ktap_start();
	ktap_note("kernel %s, cases=%s stress_ops=%u threads=%u seed=%llu",
		  init_utsname()->release, cases, stress_ops, threads, options.seed);
	run_all(&options);
	ktap_finish();
	test_world_exit();
	return 0;
}

static void __exit tmem_test_exit(void)
{
	broken_exit();
}

module_init(tmem_test_init);
module_exit(tmem_test_exit);

MODULE_DESCRIPTION("Tests of the transcendent memory core, run when it is loaded");
MODULE_LICENSE("GPL");
