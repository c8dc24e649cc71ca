// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conformance_reclaim.c - eviction order, the budget, statistics
 *
 * Pages of kind "whole" fill a frame each, whatever the store, so that with N
 * frames of budget the pages that survive can be named one by one.
 */
#include "conformance.h"

#define ROOMY	8192

static int put_row(struct conformance_env *env, int pool, u32 first, u32 nr)
{
	struct tmem_oid oid;
	u32 k;

	for (k = first; k < first + nr; k++) {
		oid = cf_oid(k % 5, 0, 0);
		CF_EQ(cf_put(env, pool, &oid, k * 37, k), 0);
		CF_DO(cf_step(env));
	}
	return 0;
}

static int get_row(struct conformance_env *env, int pool, u32 first, u32 nr, int answer)
{
	struct tmem_oid oid;
	u32 k;

	for (k = first; k < first + nr; k++) {
		oid = cf_oid(k % 5, 0, 0);
		CF_EQ(cf_get(env, pool, &oid, k * 37, k), answer);
	}
	return 0;
}

/* ---- order ---- */

/* Under a budget of N frames exactly the last N pages are there. */
static int eviction_in_put_order(struct conformance_env *env)
{
	u32 shards, extra;
	int pool;

	env->kind = CONFORMANCE_WHOLE;
	for (shards = 1; shards <= 8; shards *= 8)
		for (extra = 0; extra <= 70; extra += 35) {
			CF_DO(cf_begin(env, 32, shards));
			pool = cf_pool(env, 0);
			CF_TRUE(pool >= 0);
			CF_DO(put_row(env, pool, 0, 32 + extra));
			CF_EQ(cf_stat(env, TMEM_evicted), extra);
			CF_EQ(cf_stat(env, TMEM_pages), 32);
			CF_EQ(cf_frames(env), 32);
			CF_DO(get_row(env, pool, 0, extra, -ENOENT));
			CF_DO(get_row(env, pool, extra, 32, 0));
			CF_EQ(cf_stat(env, TMEM_puts_nospace), 0);
			CF_DO(cf_end(env));
		}
	return 0;
}

/* One page after the other goes, the oldest first, across pools. */
static int evict_takes_the_oldest(struct conformance_env *env)
{
	struct tmem_oid oid = cf_oid(0, 0, 2);
	int pool[2];
	u32 k;

	env->kind = CONFORMANCE_WHOLE;
	CF_DO(cf_begin(env, ROOMY, 4));
	pool[0] = cf_pool(env, TMEM_POOL_SHARED);
	pool[1] = cf_pool(env, TMEM_POOL_SHARED);
	CF_TRUE(pool[0] >= 0 && pool[1] >= 0);
	for (k = 0; k < 40; k++)
		CF_EQ(cf_put(env, pool[k % 3 == 0], &oid, k, k), 0);
	for (k = 0; k < 40; k++) {
		CF_EQ(cf_frames(env), 40 - k);
		CF_EQ(tmem_evict(env->tm, 1), 1);
		CF_DO(cf_step(env));
		CF_EQ(cf_pool_stat(env, pool[0], TMEM_pages) +
		      cf_pool_stat(env, pool[1], TMEM_pages), 39 - k);
		CF_EQ(tmem_flush_page(env->tm, pool[k % 3 == 0], &oid, k), -ENOENT);
	}
	CF_EQ(tmem_evict(env->tm, 1), 0);
	CF_DO(cf_gauges_zero(env));
	return cf_end(env);
}

/* A second put gives a page a new place, a replacement keeps the old one. */
static int order_of_rewritten_pages(struct conformance_env *env)
{
	int pool;

	env->kind = CONFORMANCE_WHOLE;
	CF_DO(cf_begin(env, ROOMY, 2));
	pool = cf_pool(env, 0);
	CF_TRUE(pool >= 0);
	CF_DO(put_row(env, pool, 0, 10));
	CF_DO(put_row(env, pool, 2, 1));	/* 2 is the newest now */
	{
		struct tmem_oid oid = cf_oid(0, 0, 0);

		CF_EQ(cf_replace(env, pool, &oid, 0, 0), 0);
	}
	CF_EQ(tmem_evict(env->tm, 1), 1);
	CF_DO(get_row(env, pool, 0, 1, -ENOENT));
	CF_EQ(tmem_evict(env->tm, 8), 8);
	CF_DO(cf_step(env));
	CF_EQ(cf_stat(env, TMEM_pages), 1);
	CF_DO(get_row(env, pool, 2, 1, 0));
	return cf_end(env);
}

/* A hit in a shared pool renews the place of the page, a miss nothing. */
static int shared_hit_renews(struct conformance_env *env)
{
	int pool;

	env->kind = CONFORMANCE_WHOLE;
	CF_DO(cf_begin(env, 16, 2));
	pool = cf_pool(env, TMEM_POOL_SHARED);
	CF_TRUE(pool >= 0);
	CF_DO(put_row(env, pool, 0, 16));
	CF_DO(get_row(env, pool, 3, 4, 0));
	CF_DO(get_row(env, pool, 100, 4, -ENOENT));
	CF_DO(put_row(env, pool, 16, 12));	/* 0-2 and 7-15 go */
	CF_EQ(cf_stat(env, TMEM_evicted), 12);
	CF_DO(get_row(env, pool, 0, 3, -ENOENT));
	CF_DO(get_row(env, pool, 7, 9, -ENOENT));
	CF_DO(get_row(env, pool, 3, 4, 0));
	CF_DO(get_row(env, pool, 16, 12, 0));
	return cf_end(env);
}

/* ---- the budget ---- */

/* Persistent puts push ephemeral pages out, never the reverse. */
static int persistent_pushes_ephemeral(struct conformance_env *env)
{
	struct tmem_oid oid = cf_oid(0, 1, 2);
	int cache, swap, err = 0;
	s64 kept;
	u32 k;

	env->kind = CONFORMANCE_WHOLE;
	CF_DO(cf_begin(env, 24, 2));
	cache = cf_pool(env, 0);
	swap = cf_pool(env, TMEM_POOL_PERSISTENT);
	CF_TRUE(cache >= 0 && swap >= 0);
	CF_DO(put_row(env, cache, 0, 24));
	for (k = 0; k < 100 && !err; k++) {
		err = cf_put(env, swap, &oid, k, k);
		CF_DO(cf_step(env));
		CF_TRUE(cf_frames(env) <= 24);
	}
	/* refused only when no ephemeral page was left to go */
	CF_EQ(err, -ENOSPC);
	CF_EQ(cf_pool_stat(env, cache, TMEM_evicted), 24);
	CF_EQ(cf_pool_stat(env, cache, TMEM_pages), 0);
	CF_EQ(cf_pool_stat(env, swap, TMEM_evicted), 0);
	kept = cf_pool_stat(env, swap, TMEM_pages);
	CF_EQ(kept, k - 1);
	CF_TRUE(kept >= 24);

	CF_EQ(cf_put(env, cache, &oid, 0, 0), -ENOSPC);
	CF_EQ(cf_get(env, cache, &oid, 0, 0), -ENOENT);
	CF_EQ(cf_pool_stat(env, cache, TMEM_puts_nospace), 1);
	CF_EQ(cf_pool_stat(env, swap, TMEM_pages), kept);
	CF_EQ(tmem_evict(env->tm, 24), 0);
	for (k = 0; k < kept; k++)
		CF_EQ(cf_get(env, swap, &oid, k, k), 0);
	return cf_end(env);
}

static int budget_shrinks_and_grows(struct conformance_env *env)
{
	struct tmem_memory memory;
	int pool;

	env->kind = CONFORMANCE_WHOLE;
	CF_DO(cf_begin(env, 64, 2));
	pool = cf_pool(env, 0);
	CF_TRUE(pool >= 0);
	CF_DO(put_row(env, pool, 0, 64));
	CF_EQ(tmem_set_budget(env->tm, 20), 0);
	CF_DO(cf_step(env));
	CF_EQ(cf_frames(env), 20);
	CF_EQ(cf_stat(env, TMEM_pages), 20);
	CF_DO(put_row(env, pool, 64, 10));
	CF_EQ(cf_stat(env, TMEM_pages), 20);
	CF_EQ(tmem_set_budget(env->tm, 40), 0);
	CF_DO(put_row(env, pool, 74, 20));
	CF_EQ(cf_stat(env, TMEM_pages), 40);
	CF_EQ(cf_stat(env, TMEM_evicted), 54);
	CF_EQ(tmem_set_budget(env->tm, 1), 0);
	CF_DO(cf_step(env));
	CF_EQ(cf_stat(env, TMEM_pages), 1);
	CF_DO(get_row(env, pool, 93, 1, 0));
	tmem_memory(env->tm, &memory);
	CF_EQ(memory.budget, 1);
	CF_EQ(memory.frames, 0);
	CF_EQ(memory.frames_peak, 64);

	/* refused, and nothing changes */
	CF_EQ(tmem_set_budget(env->tm, 0), -EINVAL);
	CF_EQ(tmem_set_budget(env->tm, (1ULL << 40) + 1), -EINVAL);
	tmem_memory(env->tm, &memory);
	CF_EQ(memory.budget, 1);
	return cf_end(env);
}

/* A budget below what persistent pages hold keeps them, and refuses puts. */
static int budget_below_persistent_pages(struct conformance_env *env)
{
	struct tmem_oid oid = cf_oid(1, 1, 0);
	int cache, swap;
	u32 k;

	env->kind = CONFORMANCE_WHOLE;
	CF_DO(cf_begin(env, ROOMY, 1));
	cache = cf_pool(env, 0);
	swap = cf_pool(env, TMEM_POOL_PERSISTENT);
	CF_TRUE(cache >= 0 && swap >= 0);
	for (k = 0; k < 30; k++) {
		CF_EQ(cf_put(env, swap, &oid, k, k), 0);
		CF_EQ(cf_put(env, cache, &oid, k, k), 0);
	}
	CF_EQ(tmem_set_budget(env->tm, 2), 0);
	CF_DO(cf_step(env));
	CF_EQ(cf_pool_stat(env, cache, TMEM_pages), 0);
	CF_EQ(cf_pool_stat(env, cache, TMEM_evicted), 30);
	CF_EQ(cf_put(env, cache, &oid, 0, 0), -ENOSPC);
	CF_EQ(cf_put(env, swap, &oid, 77, 0), -ENOSPC);
	CF_EQ(cf_pool_stat(env, swap, TMEM_pages), 30);
	for (k = 0; k < 30; k++) {
		CF_EQ(cf_get(env, swap, &oid, k, k), 0);
		CF_EQ(tmem_flush_page(env->tm, swap, &oid, k), 0);
	}
	CF_EQ(cf_put(env, cache, &oid, 0, 0), 0);
	CF_EQ(cf_put(env, swap, &oid, 77, 0), 0);
	CF_DO(cf_step(env));
	return cf_end(env);
}

/* tmem_evict() says how far the charge went down. */
static int evict_returns_frames(struct conformance_env *env)
{
	u64 before, freed;
	int pool;

	CF_DO(cf_begin(env, ROOMY, 4));
	pool = cf_pool(env, 0);
	CF_TRUE(pool >= 0);
	CF_EQ(tmem_evict(env->tm, 10), 0);
	CF_DO(put_row(env, pool, 0, 60));	/* small pages: two a frame at best */
	before = cf_frames(env);
	CF_EQ(tmem_evict(env->tm, 0), 0);
	CF_EQ(cf_frames(env), before);
	freed = tmem_evict(env->tm, 7);
	CF_TRUE(freed >= 7);
	CF_EQ(cf_frames(env), before - freed);
	CF_DO(cf_step(env));
	CF_EQ(tmem_evict(env->tm, ROOMY), before - freed);
	CF_DO(cf_gauges_zero(env));
	return cf_end(env);
}

/* ---- statistics ---- */

/* Every counter after a script short enough to count by hand. */
static const s64 scripted[TMEM_NR_STATS] = {
	[TMEM_puts] = 8,
	[TMEM_puts_stored] = 6,
	[TMEM_puts_frozen] = 2,
	[TMEM_replaced] = 1,
	[TMEM_dup_flushed] = 1,
	[TMEM_gets] = 4,
	[TMEM_hits] = 2,
	[TMEM_misses] = 2,
	[TMEM_hits_removed] = 2,
	[TMEM_flushes] = 4,
	[TMEM_flushes_found] = 2,
	[TMEM_flushed] = 1,
	[TMEM_swapped] = 1,
	[TMEM_pages] = 1,
	[TMEM_objects] = 1,
};

static int counters_of_a_script(struct conformance_env *env)
{
	struct tmem_oid oid = cf_oid(7, 0, 0), other = cf_oid(7, 0, 7);
	struct tmem_stats s;
	int pool;
	u32 i;

	CF_DO(cf_begin(env, ROOMY, 1));
	pool = cf_pool(env, 0);
	CF_TRUE(pool >= 0);
	CF_EQ(cf_put(env, pool, &oid, 0, 1), 0);
	CF_EQ(cf_put(env, pool, &oid, 0, 2), 0);		/* replaced */
	CF_EQ(cf_put(env, pool, &oid, 1, 1), 0);
	CF_EQ(cf_put(env, pool, &oid, 2, 1), 0);
	CF_EQ(cf_put(env, pool, &oid, 3, 1), 0);
	CF_EQ(cf_put(env, pool, &other, 9, 1), 0);
	CF_EQ(cf_get(env, pool, &oid, 0, 2), 0);
	CF_EQ(cf_get(env, pool, &oid, 0, 2), -ENOENT);
	CF_EQ(cf_get(env, pool, &other, 9, 1), 0);
	CF_EQ(cf_get(env, pool, &other, 9, 1), -ENOENT);
	CF_EQ(cf_replace(env, pool, &oid, 2, 3), 0);		/* swapped */
	CF_EQ(cf_replace(env, pool, &other, 2, 3), -ENOENT);
	CF_EQ(tmem_pool_freeze(env->tm, pool), 0);
	CF_EQ(cf_put(env, pool, &oid, 3, 2), -EBUSY);		/* dup_flushed */
	CF_EQ(cf_put(env, pool, &oid, 4, 2), -EBUSY);
	CF_EQ(tmem_flush_page(env->tm, pool, &oid, 1), 0);
	CF_EQ(tmem_flush_page(env->tm, pool, &oid, 1), -ENOENT);
	CF_EQ(tmem_flush_object(env->tm, pool, &other), 0);
	CF_DO(cf_step(env));

	tmem_pool_stats(env->tm, pool, &s);
	for (i = 0; i < TMEM_FIRST_GAUGE; i++) {
		s64 expected = scripted[i];

		/* three flushes so far, of which one found its page */
		if (i == TMEM_flushes || i == TMEM_flushes_found)
			expected--;
		if (s.v[i] != expected)
			return cf_fail(env, __FILE__, __LINE__, tmem_stat_desc[i].name,
				       s.v[i], expected);
	}
	CF_EQ(s.v[TMEM_pages], scripted[TMEM_pages]);
	CF_EQ(s.v[TMEM_objects], scripted[TMEM_objects]);
	CF_EQ(tmem_flush_range(env->tm, pool, &oid, 2, 2), 1);
	CF_EQ(cf_stat(env, TMEM_flushes), scripted[TMEM_flushes]);
	CF_EQ(cf_stat(env, TMEM_flushes_found), scripted[TMEM_flushes_found]);
	CF_DO(cf_gauges_zero(env));
	return cf_end(env);
}

/* The sum keeps what destroyed pools have counted; each pool its own. */
static int statistics_outlive_pools(struct conformance_env *env)
{
	struct tmem_oid oid = cf_oid(8, 0, 0);
	int keep, pool;
	u32 k;

	CF_DO(cf_begin(env, ROOMY, 1));
	keep = cf_pool(env, TMEM_POOL_PERSISTENT);
	CF_TRUE(keep >= 0);
	CF_EQ(cf_put(env, keep, &oid, 0, 0), 0);
	for (k = 1; k <= 5; k++) {
		pool = cf_pool(env, 0);
		CF_TRUE(pool >= 0);
		CF_EQ(cf_put(env, pool, &oid, 0, k), 0);
		CF_EQ(cf_put(env, pool, &oid, 1, k), 0);
		CF_EQ(cf_get(env, pool, &oid, 0, k), 0);
		CF_EQ(cf_pool_stat(env, pool, TMEM_puts), 2);
		CF_EQ(cf_pool_destroy(env, pool), 0);
		CF_DO(cf_step(env));
		CF_EQ(cf_stat(env, TMEM_puts), 1 + 2 * k);
		CF_EQ(cf_stat(env, TMEM_hits), k);
		CF_EQ(cf_stat(env, TMEM_drained), k);
		CF_EQ(cf_stat(env, TMEM_pages), 1);
	}
	CF_EQ(cf_pool_stat(env, keep, TMEM_puts), 1);
	return cf_end(env);
}

static const struct conformance_case reclaim[] = {
	CF_CASE("reclaim", eviction_in_put_order),
	CF_CASE("reclaim", evict_takes_the_oldest),
	CF_CASE("reclaim", order_of_rewritten_pages),
	CF_CASE("reclaim", shared_hit_renews),
	CF_CASE("reclaim", persistent_pushes_ephemeral),
	CF_CASE("reclaim", budget_shrinks_and_grows),
	CF_CASE("reclaim", budget_below_persistent_pages),
	CF_CASE("reclaim", evict_returns_frames),
	CF_CASE("statistics", counters_of_a_script),
	CF_CASE("statistics", statistics_outlive_pools),
};

const struct conformance_group conformance_reclaim = { reclaim, ARRAY_SIZE(reclaim) };
