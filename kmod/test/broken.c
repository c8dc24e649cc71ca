// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * broken.c - faults made on purpose, to see that the harness notices
 *
 * Each is for one of the harness's ways to notice, and nothing else shows it:
 *
 *	leak	an instance with a page stays behind: unloading tmem.ko says so
 *	warn	a warning while this module is unloaded: the scan of the log
 *	hang	a case never ends: the time limit
 *	count	a case expects a wrong count: its result
 */
#include <linux/delay.h>

#include "conformance.h"
#include "test.h"

#if defined(TMEM_BROKEN_COUNT)

static int put_is_counted_twice(struct conformance_env *env)
{
	struct tmem_oid oid = cf_oid(1, 1, 1);
	int pool;

	CF_DO(cf_begin(env, 8, 1));
	pool = cf_pool(env, 0);
	CF_TRUE(pool >= 0);
	CF_EQ(cf_put(env, pool, &oid, 0, 1), 0);
	CF_EQ(cf_stat(env, TMEM_puts), 2);
	return cf_end(env);
}

void broken_test(void)
{
	static const struct conformance_case wrong = CF_CASE("broken", put_is_counted_twice);
	struct conformance_env env = { };
	struct ktap_case c;

	if (!ktap_wants(&c, "broken.count"))
		return;
	conformance_plan(0, &env);
	if (conformance_run(&env, &wrong))
		ktap_fail(&c, "%s:%d: %s: %lld, %lld", env.file, env.line, env.text,
			  env.left, env.right);
	else
		ktap_pass(&c);
}

#elif defined(TMEM_BROKEN_LEAK)

static int leave_a_page(void)
{
	struct tmem_config config = { .budget = 8, .shards = 1 };
	struct tmem_pool_attr attr = {
		.design = tmem_design_at(0), .store = tmem_store_find("raw"),
		.buckets = 1, .client = 1,
	};
	struct tmem_oid oid = { .w = { 1, 1, 1 } };
	int pool, err = -ENOMEM;
	struct tmem *tm;
	void *page;

	page = (void *)__get_free_page(GFP_KERNEL);
	if (!page)
		return err;
	conformance_fill(page, 7, CONFORMANCE_WHOLE);
	tm = tmem_create(&config, NULL);
	if (!IS_ERR(tm)) {
		pool = tmem_pool_create(tm, &attr, NULL);
		err = pool < 0 ? pool : tmem_put(tm, pool, &oid, 0, page);
	}
	free_page((unsigned long)page);
	return err;
}

void broken_test(void)
{
	struct ktap_case c;

	if (!ktap_wants(&c, "broken.leak"))
		return;
	if (leave_a_page())
		ktap_fail(&c, "nothing is leaked");
	else
		ktap_pass(&c);
}

#else

void broken_test(void)
{
	struct ktap_case c;

	if (!ktap_wants(&c, "broken.hang_or_warn"))
		return;
#ifdef TMEM_BROKEN_HANG
	for (;;)
		msleep_interruptible(1000);
#endif
	ktap_pass(&c);
}

#endif

void broken_exit(void)
{
#ifdef TMEM_BROKEN_WARN
	WARN(1, "tmem_test: a warning on purpose\n");
#endif
}
