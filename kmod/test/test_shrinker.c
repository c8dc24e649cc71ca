// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_shrinker.c - memory pressure, as the kernel exerts it
 *
 * A 2 written to the sysctl vm.drop_caches calls every shrinker of the kernel
 * with nothing held back, on the path that memory reclaim takes.  The file is
 * opened by the loader of the module, whose root has /proc, and kept.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kthread.h>

#include "conformance.h"
#include "kmod.h"
#include "test.h"
#include "world.h"

#define DROP_CACHES	"/proc/sys/vm/drop_caches"
#define PAGES		32
#define BUDGET		64
#define PAUSE_MS	20	/* between two calls of all shrinkers */

static int write_sysctl(struct file *file, const char *value)
{
	loff_t pos = 0;
	ssize_t n = kernel_write(file, value, 1, &pos);

	return n < 0 ? n : 0;
}

/* Ready to call all shrinkers, and without a line in the log for each time. */
static struct file *open_sysctl(void)
{
	struct file *file = filp_open(DROP_CACHES, O_WRONLY, 0);
	int err;

	if (IS_ERR(file))
		return file;
	err = write_sysctl(file, "4");
	if (!err)
		return file;
	filp_close(file, NULL);
	return ERR_PTR(err);
}

/* ---- one call, and what it takes ---- */

static int fill(struct tmem *tm, int pool, void *page)
{
	struct tmem_oid oid = { .w = { 1, 0, 0 } };
	u32 i;
	int err = 0;

	conformance_fill(page, 7, CONFORMANCE_WHOLE);
	for (i = 0; i < PAGES && !err; i++)
		err = tmem_put(tm, pool, &oid, i, page);
	return err;
}

static const char *check_shrunk(struct tmem *tm, const int *pool)
{
	u64 shrunk = tmem_kmod_shrunk(tm);
	struct tmem_stats cache, swap;

	if (tmem_pool_stats(tm, pool[0], &cache) || tmem_pool_stats(tm, pool[1], &swap))
		return "pool_stats";
	if (!shrunk)
		return "the shrinker took nothing";
	if (cache.v[TMEM_evicted] != shrunk)
		return "frames that the shrinker took are pages that were evicted";
	if (cache.v[TMEM_pages] != PAGES - cache.v[TMEM_evicted])
		return "ephemeral pages are there or evicted";
	if (swap.v[TMEM_pages] != PAGES || swap.v[TMEM_evicted])
		return "a persistent page was taken";
	return tmem_validate(tm) ? "validate" : NULL;
}

static const char *shrink_once(struct tmem *tm, struct file *file, void *page)
{
	struct tmem_pool_attr attr = {
		.design = tmem_design_at(0),
		.store = tmem_store_find("raw"),
		.buckets = 4,
		.client = 1,
	};
	const char *wrong = NULL;
	int pool[2];

	pool[0] = tmem_pool_create(tm, &attr, NULL);
	attr.flags = TMEM_POOL_PERSISTENT;
	pool[1] = tmem_pool_create(tm, &attr, NULL);
	if (pool[0] < 0 || pool[1] < 0)
		return "pool_create";
	if (fill(tm, pool[0], page) || fill(tm, pool[1], page))
		return "put";
	if (tmem_kmod_register(tm, "shrinker"))
		return "kmod_register";
	if (write_sysctl(file, "2"))
		wrong = "writing to " DROP_CACHES;
	if (!wrong)
		wrong = check_shrunk(tm, pool);
	tmem_kmod_unregister(tm);
	return wrong;
}

static const char *try_shrinker(struct file *file)
{
	struct tmem_config config = { .budget = BUDGET, .shards = 1 };
	const char *wrong = "no memory";
	struct tmem *tm;
	void *page;

	page = (void *)__get_free_page(GFP_KERNEL);
	if (!page)
		return wrong;
	tm = tmem_create(&config, NULL);
	if (!IS_ERR(tm)) {
		wrong = shrink_once(tm, file, page);
		tmem_destroy(tm);
	}
	free_page((unsigned long)page);
	return wrong;
}

void test_shrinker(void)
{
	unsigned long warnings = test_warnings();
	struct ktap_case c;
	const char *wrong;
	struct file *file;

	if (!ktap_wants(&c, "shrinker.takes_ephemeral_frames"))
		return;
	file = open_sysctl();
	if (IS_ERR(file)) {
		ktap_fail(&c, "%s cannot be written to (%ld): mount /proc", DROP_CACHES,
			  PTR_ERR(file));
		return;
	}
	wrong = try_shrinker(file);
	filp_close(file, NULL);
	if (!wrong && test_warnings() != warnings)
		wrong = "the kernel has warned";
	if (wrong)
		ktap_fail(&c, "%s", wrong);
	else
		ktap_pass(&c);
}

/* ---- all the time ---- */

static struct {
	struct task_struct *task;
	struct file *file;
} pressure;

static int press(void *unused)
{
	while (!kthread_should_stop()) {
		write_sysctl(pressure.file, "2");
		msleep(PAUSE_MS);
	}
	return 0;
}

int test_pressure_start(void)
{
	pressure.file = open_sysctl();
	if (IS_ERR(pressure.file))
		return PTR_ERR(pressure.file);
	pressure.task = kthread_run(press, NULL, "tmem_test/shrink");
	if (IS_ERR(pressure.task)) {
		filp_close(pressure.file, NULL);
		return PTR_ERR(pressure.task);
	}
	return 0;
}

void test_pressure_stop(void)
{
	kthread_stop(pressure.task);
	filp_close(pressure.file, NULL);
}
