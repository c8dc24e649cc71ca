// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conformance_history.c - what earlier implementations got wrong
 *
 * One case for each mistake that a single thread can try.  A page store that
 * fails to give bytes back needs an injected fault, and most of the rest needs
 * a race: those are in fault_test.c and stress.c.
 */
#include "conformance.h"

#define ROOMY	4096

/* An unsigned return compared with < 0 made each failed get a hit. */
static int failed_get_is_no_hit(struct conformance_env *env)
{
	struct tmem_oid oid = cf_oid(1, 1, 1);
	int pool;

	CF_DO(cf_begin(env, ROOMY, 1));
	pool = cf_pool(env, TMEM_POOL_PERSISTENT);
	CF_TRUE(pool >= 0);
	CF_TRUE(cf_get(env, pool, &oid, 0, 0) < 0);
	CF_EQ(cf_put(env, pool, &oid, 0, 1), 0);
	CF_TRUE(cf_get(env, pool, &oid, 1, 0) < 0);
	CF_TRUE(tmem_get(env->tm, pool, NULL, 0, env->page) < 0);
	CF_TRUE(tmem_get(env->tm, -1, &oid, 0, env->page) < 0);
	CF_EQ(cf_stat(env, TMEM_hits), 0);
	CF_EQ(cf_get(env, pool, &oid, 0, 1), 0);
	CF_EQ(cf_stat(env, TMEM_hits), 1);
	return cf_end(env);
}

/* Two creators of one object: here one after the other, at any two indices. */
static int object_is_made_once(struct conformance_env *env, int pool)
{
	struct tmem_oid oid = cf_oid(2, 2, 2);
	u32 k;

	for (k = 0; k < 32; k++) {
		CF_EQ(cf_put(env, pool, &oid, conformance_mix(k), 1), 0);
		CF_EQ(cf_pool_stat(env, pool, TMEM_objects), 1);
		CF_DO(cf_step(env));
	}
	CF_EQ(tmem_flush_object(env->tm, pool, &oid), 32);
	CF_EQ(cf_pool_stat(env, pool, TMEM_objects), 0);
	return 0;
}

/*
 * Memory full: each put comes back, done or refused, and only those that said
 * they were done have a page.
 */
static int put_without_memory_is_refused(struct conformance_env *env)
{
	struct tmem_oid oid = cf_oid(3, 3, 3);
	u32 i, stored = 0, refused = 0;
	u64 *accepted;
	int pool;

	env->kind = CONFORMANCE_WHOLE;
	CF_DO(cf_begin(env, 4, 1));
	pool = cf_pool(env, TMEM_POOL_PERSISTENT);
	CF_TRUE(pool >= 0);
	accepted = cf_scratch(env, 40 * sizeof(*accepted));
	CF_TRUE(accepted);
	for (i = 0; i < 40; i++) {
		int err = cf_put(env, pool, &oid, i, i);

		CF_TRUE(!err || err == -ENOSPC);
		accepted[i] = !err;
		stored += !err;
		refused += !!err;
		CF_DO(cf_step(env));
	}
	CF_TRUE(stored >= 4 && stored < 40);
	CF_EQ(cf_stat(env, TMEM_puts), 40);
	CF_EQ(cf_stat(env, TMEM_puts_stored), stored);
	CF_EQ(cf_stat(env, TMEM_puts_nospace), refused);
	CF_EQ(cf_stat(env, TMEM_pages), stored);
	for (i = 0; i < 40; i++)
		CF_EQ(cf_get(env, pool, &oid, i, i), accepted[i] ? 0 : -ENOENT);
	return cf_end(env);
}

/* Every error path gives its locks back: each operation works right after it. */
static int errors_give_locks_back(struct conformance_env *env, int pool)
{
	struct tmem_oid oid = cf_oid(4, 4, 4), absent = cf_oid(4, 4, 5);
	u32 k;

	for (k = 0; k < 12; k++) {
		switch (k) {
		case 0:
			CF_EQ(cf_get(env, pool, &oid, 0, 0), -ENOENT);
			break;
		case 1:
			CF_EQ(cf_get(env, pool, &oid, 1, 0), -ENOENT);
			break;
		case 2:
			CF_EQ(cf_get(env, pool, &absent, 1, 0), -ENOENT);
			break;
		case 3:
			CF_EQ(cf_replace(env, pool, &absent, 0, 0), -ENOENT);
			break;
		case 4:
			CF_EQ(cf_replace(env, pool, &oid, 1, 0), -ENOENT);
			break;
		case 5:
			CF_EQ(tmem_flush_page(env->tm, pool, &oid, 1), -ENOENT);
			break;
		case 6:
			CF_EQ(tmem_flush_page(env->tm, pool, &absent, 1), -ENOENT);
			break;
		case 7:
			CF_EQ(tmem_flush_range(env->tm, pool, &oid, 2, 1), -EINVAL);
			break;
		case 8:
			CF_EQ(tmem_flush_range(env->tm, pool, &oid, 1, 9), 0);
			break;
		case 9:
			CF_EQ(tmem_pool_freeze(env->tm, pool), 0);
			CF_EQ(cf_put(env, pool, &oid, 0, 0), -EBUSY);
			CF_EQ(tmem_pool_thaw(env->tm, pool), 0);
			break;
		case 10:
			CF_EQ(tmem_put(env->tm, pool, NULL, 0, env->page), -EINVAL);
			break;
		case 11:
			if (cf_store_is(env, "lz4")) {
				env->kind = CONFORMANCE_RANDOM;
				CF_EQ(cf_put(env, pool, &oid, 0, 0), -ENOSPC);
				env->kind = CONFORMANCE_HALF;
			}
			break;
		}
		CF_DO(cf_step(env));
		CF_EQ(cf_put(env, pool, &oid, 0, k), 0);
		CF_EQ(cf_get(env, pool, &oid, 0, k), 0);
		CF_EQ(tmem_flush_object(env->tm, pool, &oid), !!env->sort);
		CF_EQ(cf_put(env, pool, &oid, 0, k + 100), 0);
	}
	return 0;
}

/* Reference counts of a shared pool: who joined leaves once, the last closes. */
static int shared_pool_counts_members(struct conformance_env *env)
{
	struct tmem_oid oid = cf_oid(5, 5, 5);
	int pool;

	CF_DO(cf_begin(env, ROOMY, 1));
	pool = cf_pool(env, TMEM_POOL_SHARED);
	CF_TRUE(pool >= 0);
	CF_EQ(cf_pool_join(env, 2), pool);
	CF_EQ(cf_pool_join(env, 3), pool);
	CF_EQ(cf_put(env, pool, &oid, 0, 1), 0);
	CF_DO(cf_step(env));

	CF_EQ(tmem_pool_destroy(env->tm, pool, 4), -EINVAL);	/* never joined */
	CF_EQ(tmem_pool_destroy(env->tm, pool, 2), 0);
	CF_EQ(tmem_pool_destroy(env->tm, pool, 2), -EINVAL);	/* left already */
	CF_EQ(cf_get(env, pool, &oid, 0, 1), 0);
	CF_EQ(cf_pool_join(env, 2), pool);
	CF_EQ(tmem_pool_destroy(env->tm, pool, 3), 0);
	CF_EQ(cf_pool_destroy(env, pool), 0);			/* client 1, its maker */
	CF_DO(cf_step(env));
	CF_EQ(cf_get(env, pool, &oid, 0, 1), 0);		/* 2 is still there */
	CF_EQ(tmem_pool_destroy(env->tm, pool, 1), -EINVAL);
	CF_EQ(tmem_pool_destroy(env->tm, pool, 2), 0);
	CF_EQ(cf_get(env, pool, &oid, 0, 1), -ENODEV);
	CF_EQ(tmem_pool_destroy(env->tm, pool, 2), -ENODEV);
	CF_EQ(cf_stat(env, TMEM_drained), 1);

	/* the same uuid makes a new pool, without the pages of the old one */
	pool = cf_pool_join(env, 2);
	CF_TRUE(pool >= 0);
	CF_EQ(cf_get(env, pool, &oid, 0, 1), -ENOENT);
	CF_EQ(tmem_pool_destroy(env->tm, pool, 2), 0);
	return cf_end(env);
}

/* Another uuid is another pool, though all else is the same. */
static int shared_pools_are_told_apart(struct conformance_env *env)
{
	struct tmem_oid oid = cf_oid(5, 6, 7);
	int one, two;

	CF_DO(cf_begin(env, ROOMY, 1));
	one = cf_pool(env, TMEM_POOL_SHARED);
	two = cf_pool(env, TMEM_POOL_SHARED);
	CF_TRUE(one >= 0 && two >= 0 && one != two);
	CF_EQ(cf_pool_join(env, 7), two);
	CF_EQ(cf_put(env, one, &oid, 0, 1), 0);
	CF_EQ(cf_get(env, two, &oid, 0, 1), -ENOENT);
	CF_EQ(tmem_pool_destroy(env->tm, one, 7), -EINVAL);
	CF_EQ(tmem_pool_destroy(env->tm, two, 7), 0);
	CF_EQ(cf_get(env, one, &oid, 0, 1), 0);
	return cf_end(env);
}

/* Lookups after destruction, on an id that others had and have. */
static int lookup_in_destroyed_pool(struct conformance_env *env)
{
	struct tmem_oid oid = cf_oid(6, 6, 6);
	int pool[3];
	u32 i, k;

	CF_DO(cf_begin(env, ROOMY, 1));
	for (i = 0; i < 3; i++) {
		pool[i] = cf_pool(env, cf_sorts[i]);
		CF_TRUE(pool[i] >= 0);
		for (k = 0; k < 20; k++)
			CF_EQ(cf_put(env, pool[i], &oid, k, k), 0);
	}
	CF_EQ(cf_pool_destroy(env, pool[1]), 0);
	for (k = 0; k < 20; k++) {
		CF_EQ(cf_get(env, pool[1], &oid, k, k), -ENODEV);
		CF_EQ(cf_get(env, pool[0], &oid, k, k), 0);
		CF_EQ(cf_get(env, pool[2], &oid, k, k), 0);
	}
	CF_DO(cf_step(env));
	CF_EQ(tmem_evict(env->tm, 100), 0);	/* its pages are off the lists */
	CF_EQ(cf_stat(env, TMEM_pages), 20);
	return cf_end(env);
}

/* A disabled cache that skips invalidation serves stale bytes once enabled. */
static int frozen_pool_serves_nothing_stale(struct conformance_env *env, int pool)
{
	struct tmem_oid oid = cf_oid(7, 7, 7);
	u32 k;

	for (k = 0; k < 6; k++)
		CF_EQ(cf_put(env, pool, &oid, k, 1), 0);
	CF_EQ(tmem_pool_freeze(env->tm, pool), 0);
	CF_EQ(tmem_pool_freeze(env->tm, pool), 0);	/* twice is once */
	CF_EQ(tmem_flush_page(env->tm, pool, &oid, 0), 0);
	CF_EQ(tmem_flush_range(env->tm, pool, &oid, 1, 2), 2);
	CF_EQ(cf_put(env, pool, &oid, 3, 2), -EBUSY);
	CF_EQ(cf_get(env, pool, &oid, 4, 1), 0);
	CF_EQ(cf_put(env, pool, &oid, 9, 2), -EBUSY);
	CF_DO(cf_step(env));
	CF_EQ(tmem_pool_thaw(env->tm, pool), 0);
	for (k = 0; k < 4; k++)
		CF_EQ(cf_get(env, pool, &oid, k, 1), -ENOENT);
	CF_EQ(cf_get(env, pool, &oid, 9, 2), -ENOENT);
	CF_EQ(cf_get(env, pool, &oid, 5, 1), 0);
	CF_EQ(cf_put(env, pool, &oid, 3, 3), 0);
	CF_EQ(cf_get(env, pool, &oid, 3, 3), 0);
	CF_EQ(cf_pool_stat(env, pool, TMEM_puts_frozen), 2);
	CF_DO(cf_step(env));
	return 0;
}

/* An exclusive load that cannot deliver must not take the only copy along. */
static int refused_get_keeps_the_page(struct conformance_env *env, int pool)
{
	struct tmem_oid oid = cf_oid(8, 8, 8);

	CF_EQ(cf_put(env, pool, &oid, 0, 1), 0);
	if (!cf_store_is(env, "none"))
		CF_EQ(tmem_get(env->tm, pool, &oid, 0, NULL), -EINVAL);
	CF_EQ(tmem_get(env->tm, pool, NULL, 0, env->page), -EINVAL);
	CF_DO(cf_step(env));
	CF_EQ(cf_get(env, pool, &oid, 0, 1), 0);
	return 0;
}

/* Reclaim against swapoff: loads and flushes of all pages while it runs. */
static int reclaim_amid_swapoff(struct conformance_env *env)
{
	struct tmem_oid oid = cf_oid(9, 9, 9);
	int cache, swap;
	u32 k;

	CF_DO(cf_begin(env, ROOMY, 1));
	cache = cf_pool(env, 0);
	swap = cf_pool(env, TMEM_POOL_PERSISTENT);
	CF_TRUE(cache >= 0 && swap >= 0);
	for (k = 0; k < 80; k++) {
		CF_EQ(cf_put(env, swap, &oid, k, k), 0);
		CF_EQ(cf_put(env, cache, &oid, k, k), 0);
	}
	for (k = 0; k < 80; k++) {
		tmem_evict(env->tm, 1);
		CF_EQ(cf_get(env, swap, &oid, k, k), 0);
		CF_EQ(tmem_flush_page(env->tm, swap, &oid, k), 0);
		CF_DO(cf_step(env));
	}
	CF_EQ(cf_pool_stat(env, swap, TMEM_evicted), 0);
	CF_DO(cf_gauges_zero(env));
	return cf_end(env);
}

/* Same-filled pages stood on no list, so the budget could not get at them. */
static int same_filled_pages_are_reclaimable(struct conformance_env *env)
{
	struct tmem_oid oid = cf_oid(10, 10, 10);
	u32 k, nr = 4096;
	int pool;

	env->kind = CONFORMANCE_SAME;
	CF_DO(cf_begin(env, 2, 1));
	pool = cf_pool(env, 0);
	CF_TRUE(pool >= 0);
	for (k = 0; k < nr; k++) {
		CF_EQ(cf_put(env, pool, &oid, k, k), 0);
		CF_TRUE(cf_frames(env) <= 2);
		if (k % 16 == 0)
			CF_DO(cf_step(env));
	}
	CF_TRUE(cf_stat(env, TMEM_evicted) > 0);
	CF_EQ(cf_stat(env, TMEM_evicted) + cf_stat(env, TMEM_pages), nr);
	if (cf_store_is(env, "lz4")) {
		CF_EQ(cf_stat(env, TMEM_same_filled), cf_stat(env, TMEM_pages));
		CF_TRUE(cf_stat(env, TMEM_pages) > 2 * 2);
	}
	/* the newest are there, the oldest are not */
	CF_EQ(cf_get(env, pool, &oid, nr - 1, nr - 1), 0);
	CF_EQ(cf_get(env, pool, &oid, 0, 0), -ENOENT);
	CF_TRUE(tmem_evict(env->tm, 2) > 0);
	CF_DO(cf_gauges_zero(env));
	return cf_end(env);
}

/* Replacing what is not there adds nothing. */
static int replace_on_absent_index(struct conformance_env *env, int pool)
{
	struct tmem_oid oid = cf_oid(11, 11, 11), absent = cf_oid(11, 11, 12);
	s64 nodes;

	CF_EQ(cf_replace(env, pool, &oid, 0, 1), -ENOENT);
	CF_EQ(cf_pool_stat(env, pool, TMEM_objects), 0);
	CF_DO(cf_step(env));
	CF_EQ(cf_put(env, pool, &oid, 64, 1), 0);
	nodes = cf_pool_stat(env, pool, TMEM_nodes);
	CF_EQ(cf_replace(env, pool, &oid, 0, 1), -ENOENT);
	CF_EQ(cf_replace(env, pool, &oid, 65, 1), -ENOENT);
	CF_EQ(cf_replace(env, pool, &oid, U32_MAX, 1), -ENOENT);
	CF_EQ(cf_replace(env, pool, &absent, 64, 1), -ENOENT);
	CF_DO(cf_step(env));
	CF_EQ(cf_pool_stat(env, pool, TMEM_pages), 1);
	CF_EQ(cf_pool_stat(env, pool, TMEM_objects), 1);
	CF_EQ(cf_pool_stat(env, pool, TMEM_nodes), nodes);
	CF_EQ(cf_pool_stat(env, pool, TMEM_swapped), 0);
	CF_EQ(cf_get(env, pool, &oid, 65, 1), -ENOENT);
	CF_EQ(cf_replace(env, pool, &oid, 64, 2), 0);
	CF_DO(cf_step(env));
	CF_EQ(cf_pool_stat(env, pool, TMEM_swapped), 1);
	CF_EQ(cf_pool_stat(env, pool, TMEM_pages), 1);
	CF_EQ(cf_get(env, pool, &oid, 64, 2), 0);
	return 0;
}

/* A replacement that is refused leaves the old page; put differs in this. */
static int refused_replace_keeps_the_page(struct conformance_env *env, int pool)
{
	struct tmem_oid oid = cf_oid(12, 0, 12);

	CF_EQ(cf_put(env, pool, &oid, 5, 1), 0);
	if (cf_store_is(env, "lz4")) {
		env->kind = CONFORMANCE_RANDOM;
		CF_EQ(cf_replace(env, pool, &oid, 5, 2), -ENOSPC);
		env->kind = CONFORMANCE_HALF;
	}
	CF_EQ(tmem_replace(env->tm, pool, NULL, 5, env->page), -EINVAL);
	CF_EQ(tmem_replace(env->tm, pool, &oid, 6, env->page), -ENOENT);
	CF_DO(cf_step(env));
	CF_EQ(cf_pool_stat(env, pool, TMEM_swapped), 0);
	CF_EQ(cf_get(env, pool, &oid, 5, 1), 0);
	return 0;
}

/* An insertion that fails deep below a new root, after much was there. */
static int refused_insertion_is_survived(struct conformance_env *env)
{
	struct tmem_oid oid = cf_oid(13, 13, 13);
	s64 nodes, pages;
	u32 k, shift;
	int pool;

	env->kind = CONFORMANCE_WHOLE;
	CF_DO(cf_begin(env, 6, 1));
	pool = cf_pool(env, TMEM_POOL_PERSISTENT);
	CF_TRUE(pool >= 0);
	for (k = 0; k < 64; k++)
		if (cf_put(env, pool, &oid, k, k))
			break;
	CF_TRUE(k >= 6 && k < 64);
	nodes = cf_pool_stat(env, pool, TMEM_nodes);
	pages = cf_pool_stat(env, pool, TMEM_pages);
	for (shift = 6; shift < 32; shift++) {
		CF_EQ(cf_put(env, pool, &oid, 1U << shift, 1), -ENOSPC);
		CF_DO(cf_step(env));
		CF_EQ(cf_get(env, pool, &oid, 1U << shift, 1), -ENOENT);
	}
	CF_EQ(cf_pool_stat(env, pool, TMEM_nodes), nodes);
	CF_EQ(cf_pool_stat(env, pool, TMEM_pages), pages);
	CF_EQ(tmem_flush_page(env->tm, pool, &oid, 0), 0);
	CF_EQ(cf_put(env, pool, &oid, U32_MAX, 1), 0);
	CF_EQ(cf_get(env, pool, &oid, U32_MAX, 1), 0);
	CF_EQ(cf_get(env, pool, &oid, 1, 1), 0);
	CF_DO(cf_step(env));
	return cf_end(env);
}

static const struct conformance_case history[] = {
	CF_CASE("history", failed_get_is_no_hit),
	CF_EACH("history", object_is_made_once),
	CF_CASE("history", put_without_memory_is_refused),
	CF_EACH("history", errors_give_locks_back),
	CF_CASE("history", shared_pool_counts_members),
	CF_CASE("history", shared_pools_are_told_apart),
	CF_CASE("history", lookup_in_destroyed_pool),
	CF_EACH("history", frozen_pool_serves_nothing_stale),
	CF_EACH("history", refused_get_keeps_the_page),
	CF_CASE("history", reclaim_amid_swapoff),
	CF_CASE("history", same_filled_pages_are_reclaimable),
	CF_EACH("history", replace_on_absent_index),
	CF_EACH("history", refused_replace_keeps_the_page),
	CF_CASE("history", refused_insertion_is_survived),
};

const struct conformance_group conformance_history = { history, ARRAY_SIZE(history) };
