// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conformance_rules.c - the coherency rules, by number, as one thread sees them
 *
 * Each case carries the number of the rule it tries.  What the rules say about
 * races is the stress test's business; here is what they say of one call after
 * the other.  Rule 6, the serial outcomes that a race must be equal to, has a
 * file of its own: conformance_model.c.
 */
#include "conformance.h"

#define ROOMY	4096	/* frames: no case that asks for it comes near */

/* ---- rule 1: put, put, get never returns the older bytes ---- */

static int second_put_wins(struct conformance_env *env, int pool)
{
	struct tmem_oid oid = cf_oid(1, 2, 3);
	u32 version;

	for (version = 1; version <= 5; version++) {
		CF_EQ(cf_put(env, pool, &oid, 7, version), 0);
		CF_DO(cf_step(env));
	}
	CF_EQ(cf_pool_stat(env, pool, TMEM_replaced), 4);
	CF_EQ(cf_pool_stat(env, pool, TMEM_pages), 1);
	CF_EQ(cf_get(env, pool, &oid, 7, 5), 0);
	CF_DO(cf_step(env));
	return 0;
}

/* A page of another kind takes the place: same-filled, small, large. */
static int second_put_of_another_kind(struct conformance_env *env, int pool)
{
	static const enum conformance_kind kinds[] = {
		CONFORMANCE_HALF, CONFORMANCE_SAME, CONFORMANCE_WHOLE,
		CONFORMANCE_SAME, CONFORMANCE_SAME, CONFORMANCE_HALF,
	};
	struct tmem_oid oid = cf_oid(0, 0, 0);
	u32 k;

	for (k = 0; k < ARRAY_SIZE(kinds); k++) {
		env->kind = kinds[k];
		CF_EQ(cf_put(env, pool, &oid, 0, k), 0);
		CF_DO(cf_step(env));
		if (env->sort || k + 1 == ARRAY_SIZE(kinds))
			CF_EQ(cf_get(env, pool, &oid, 0, k), 0);
	}
	CF_EQ(cf_pool_stat(env, pool, TMEM_replaced), ARRAY_SIZE(kinds) - 1);
	return 0;
}

/* A put that fails leaves no page, not even the older one: by freezing. */
static int failed_put_leaves_nothing(struct conformance_env *env, int pool)
{
	struct tmem_oid oid = cf_oid(9, 9, 9);

	CF_EQ(cf_put(env, pool, &oid, 1, 1), 0);
	CF_EQ(tmem_pool_freeze(env->tm, pool), 0);
	CF_EQ(cf_put(env, pool, &oid, 1, 2), -EBUSY);
	CF_DO(cf_step(env));
	CF_EQ(cf_get(env, pool, &oid, 1, 1), -ENOENT);
	CF_EQ(tmem_pool_thaw(env->tm, pool), 0);
	CF_EQ(cf_get(env, pool, &oid, 1, 1), -ENOENT);
	CF_EQ(cf_pool_stat(env, pool, TMEM_dup_flushed), 1);
	CF_EQ(cf_pool_stat(env, pool, TMEM_puts_frozen), 1);
	CF_EQ(cf_pool_stat(env, pool, TMEM_objects), 0);
	CF_EQ(cf_pool_stat(env, pool, TMEM_nodes), 0);
	CF_DO(cf_step(env));
	return 0;
}

/* The same for want of room: all of the budget is held by persistent pages. */
static int put_over_budget_leaves_nothing(struct conformance_env *env)
{
	struct tmem_oid oid = cf_oid(4, 0, 4);
	int pool, err = 0;
	u32 n;

	env->kind = CONFORMANCE_WHOLE;
	CF_DO(cf_begin(env, 3, 1));
	pool = cf_pool(env, TMEM_POOL_PERSISTENT);
	CF_TRUE(pool >= 0);
	for (n = 0; n < 16 && !err; n++) {
		err = cf_put(env, pool, &oid, n, 1);
		CF_DO(cf_step(env));
	}
	CF_EQ(err, -ENOSPC);

	/* refused or replaced, but the older bytes never come back */
	err = cf_put(env, pool, &oid, 0, 2);
	CF_DO(cf_step(env));
	if (err) {
		CF_EQ(err, -ENOSPC);
		CF_EQ(cf_get(env, pool, &oid, 0, 2), -ENOENT);
		CF_EQ(cf_pool_stat(env, pool, TMEM_dup_flushed), 1);
	} else {
		CF_EQ(cf_get(env, pool, &oid, 0, 2), 0);
	}
	CF_EQ(cf_get(env, pool, &oid, 1, 1), 0);
	return cf_end(env);
}

/* ---- rule 2: after a miss it keeps missing until the next put ---- */

static int misses_until_next_put(struct conformance_env *env, int pool)
{
	struct tmem_oid oid = cf_oid(0, 1, 0);
	u32 k, way;

	for (way = 0; way < 4; way++) {
		for (k = 0; k < 3; k++)
			CF_EQ(cf_get(env, pool, &oid, 5, way), -ENOENT);
		CF_EQ(cf_put(env, pool, &oid, 5, way), 0);
		CF_DO(cf_step(env));
		CF_EQ(cf_get(env, pool, &oid, 6, way), -ENOENT);
		CF_EQ(cf_get(env, pool, &oid, 4, way), -ENOENT);
		CF_EQ(cf_get(env, pool, &oid, 5, way), 0);
		CF_EQ(cf_put(env, pool, &oid, 5, way + 4), 0);
		if (way == 0)
			CF_EQ(tmem_flush_page(env->tm, pool, &oid, 5), 0);
		else if (way == 1)
			CF_EQ(tmem_flush_range(env->tm, pool, &oid, 0, 63), 1);
		else if (way == 2)
			CF_EQ(tmem_flush_object(env->tm, pool, &oid), 1);
		else if (env->sort & TMEM_POOL_PERSISTENT)
			CF_EQ(tmem_flush_range(env->tm, pool, &oid, 5, 5), 1);
		else
			CF_EQ(tmem_evict(env->tm, 1), 1);
		CF_DO(cf_step(env));
	}
	CF_EQ(cf_get(env, pool, &oid, 5, 7), -ENOENT);
	return 0;
}

/* ---- rule 3: who keeps a page after a hit ---- */

static int hit_removes_unless_kept(struct conformance_env *env, int pool)
{
	struct tmem_oid oid = cf_oid(3, 3, 3);
	u32 k;

	CF_EQ(cf_put(env, pool, &oid, 63, 1), 0);
	CF_EQ(cf_put(env, pool, &oid, 64, 1), 0);
	CF_EQ(cf_get(env, pool, &oid, 63, 1), 0);
	CF_DO(cf_step(env));
	for (k = 0; k < 4; k++)
		CF_EQ(cf_get(env, pool, &oid, 63, 1), env->sort ? 0 : -ENOENT);
	CF_EQ(cf_pool_stat(env, pool, TMEM_hits), env->sort ? 5 : 1);
	CF_EQ(cf_pool_stat(env, pool, TMEM_gets), 5);
	CF_EQ(cf_pool_stat(env, pool, TMEM_hits_removed), env->sort ? 0 : 1);
	CF_EQ(cf_pool_stat(env, pool, TMEM_pages), env->sort ? 2 : 1);
	CF_EQ(cf_get(env, pool, &oid, 64, 1), 0);
	CF_DO(cf_step(env));
	return 0;
}

/* ---- rule 4: an accepted persistent page stays ---- */

static int accepted_page_stays(struct conformance_env *env)
{
	struct tmem_oid oid;
	u64 *accepted;
	int pool;
	u32 i;

	env->kind = CONFORMANCE_WHOLE;
	CF_DO(cf_begin(env, 20, 2));
	pool = cf_pool(env, TMEM_POOL_PERSISTENT);
	CF_TRUE(pool >= 0);
	accepted = cf_scratch(env, 64 * sizeof(*accepted));
	CF_TRUE(accepted);

	for (i = 0; i < 64; i++) {
		int err;

		oid = cf_oid(i / 8, 0, 1);
		err = cf_put(env, pool, &oid, i * 977, i);
		CF_TRUE(!err || err == -ENOSPC);
		accepted[i] = !err;
		CF_DO(cf_step(env));
	}
	CF_TRUE(cf_stat(env, TMEM_puts_nospace) > 0);
	CF_TRUE(cf_stat(env, TMEM_puts_stored) > 0);
	CF_EQ(tmem_evict(env->tm, 64), 0);
	CF_TRUE(cf_frames(env) <= 20);

	for (i = 0; i < 128; i++) {
		oid = cf_oid(i % 64 / 8, 0, 1);
		CF_EQ(cf_get(env, pool, &oid, i % 64 * 977, i % 64),
		      accepted[i % 64] ? 0 : -ENOENT);
	}
	for (i = 0; i < 64; i++) {
		oid = cf_oid(i / 8, 0, 1);
		CF_EQ(tmem_flush_page(env->tm, pool, &oid, i * 977),
		      accepted[i] ? 0 : -ENOENT);
		CF_EQ(cf_get(env, pool, &oid, i * 977, i), -ENOENT);
	}
	CF_DO(cf_gauges_zero(env));
	return cf_end(env);
}

/* ---- rule 5: a flush of what is not there is harmless and says so ---- */

static int flush_of_absent_says_so(struct conformance_env *env, int pool)
{
	struct tmem_oid oid = cf_oid(5, 5, 5), other = cf_oid(5, 5, 6);
	s64 nodes;

	CF_EQ(tmem_flush_page(env->tm, pool, &oid, 0), -ENOENT);
	CF_EQ(tmem_flush_range(env->tm, pool, &oid, 0, U32_MAX), 0);
	CF_EQ(tmem_flush_object(env->tm, pool, &oid), 0);
	CF_EQ(cf_put(env, pool, &oid, 70, 1), 0);
	nodes = cf_pool_stat(env, pool, TMEM_nodes);

	CF_EQ(tmem_flush_page(env->tm, pool, &oid, 71), -ENOENT);
	CF_EQ(tmem_flush_page(env->tm, pool, &oid, 6), -ENOENT);
	CF_EQ(tmem_flush_page(env->tm, pool, &oid, U32_MAX), -ENOENT);
	CF_EQ(tmem_flush_range(env->tm, pool, &oid, 0, 69), 0);
	CF_EQ(tmem_flush_range(env->tm, pool, &oid, 71, U32_MAX), 0);
	CF_EQ(tmem_flush_page(env->tm, pool, &other, 70), -ENOENT);
	CF_EQ(tmem_flush_object(env->tm, pool, &other), 0);
	CF_DO(cf_step(env));

	CF_EQ(cf_pool_stat(env, pool, TMEM_nodes), nodes);
	CF_EQ(cf_pool_stat(env, pool, TMEM_objects), 1);
	CF_EQ(cf_pool_stat(env, pool, TMEM_flushes), 10);
	CF_EQ(cf_pool_stat(env, pool, TMEM_flushes_found), 0);
	CF_EQ(cf_pool_stat(env, pool, TMEM_flushed), 0);
	CF_EQ(cf_get(env, pool, &oid, 70, 1), 0);
	return 0;
}

/* ---- rule 7: an object disappears with its last page ---- */

static int object_goes_with_last_page(struct conformance_env *env, int pool)
{
	struct tmem_oid oid = cf_oid(7, 0, 0);
	u32 way;

	for (way = 0; way < 5; way++) {
		CF_EQ(cf_put(env, pool, &oid, U32_MAX, 1), 0);
		CF_EQ(cf_put(env, pool, &oid, 0, 2), 0);
		CF_EQ(tmem_flush_page(env->tm, pool, &oid, 0), 0);
		CF_EQ(cf_pool_stat(env, pool, TMEM_objects), 1);
		CF_DO(cf_step(env));
		if (way == 0)
			CF_EQ(tmem_flush_page(env->tm, pool, &oid, U32_MAX), 0);
		else if (way == 1)
			CF_EQ(tmem_flush_range(env->tm, pool, &oid, 1, U32_MAX), 1);
		else if (way == 2)
			CF_EQ(tmem_flush_object(env->tm, pool, &oid), 1);
		else if (way == 3 && !env->sort)
			CF_EQ(cf_get(env, pool, &oid, U32_MAX, 1), 0);
		else if (!(env->sort & TMEM_POOL_PERSISTENT))
			CF_EQ(tmem_evict(env->tm, 1), 1);
		else
			CF_EQ(tmem_flush_object(env->tm, pool, &oid), 1);
		CF_DO(cf_step(env));
		CF_EQ(cf_pool_stat(env, pool, TMEM_objects), 0);
		CF_EQ(cf_pool_stat(env, pool, TMEM_nodes), 0);
	}
	return 0;
}

/* A put that is refused leaves neither an object nor a stump of nodes. */
static int refused_put_leaves_no_stump(struct conformance_env *env, int pool)
{
	struct tmem_oid oid = cf_oid(7, 7, 0), fresh = cf_oid(7, 7, 1);
	s64 nodes;

	CF_EQ(cf_put(env, pool, &oid, 0, 1), 0);
	nodes = cf_pool_stat(env, pool, TMEM_nodes);
	CF_EQ(tmem_pool_freeze(env->tm, pool), 0);
	CF_EQ(cf_put(env, pool, &oid, U32_MAX, 1), -EBUSY);
	CF_EQ(cf_put(env, pool, &fresh, U32_MAX, 1), -EBUSY);
	CF_EQ(tmem_pool_thaw(env->tm, pool), 0);
	CF_DO(cf_step(env));
	if (cf_store_is(env, "lz4")) {
		env->kind = CONFORMANCE_RANDOM;
		CF_EQ(cf_put(env, pool, &oid, U32_MAX, 1), -ENOSPC);
		CF_EQ(cf_put(env, pool, &fresh, U32_MAX, 1), -ENOSPC);
		env->kind = CONFORMANCE_HALF;
		CF_DO(cf_step(env));
	}
	CF_EQ(cf_pool_stat(env, pool, TMEM_objects), 1);
	CF_EQ(cf_pool_stat(env, pool, TMEM_nodes), nodes);
	CF_EQ(cf_get(env, pool, &oid, 0, 1), 0);
	return 0;
}

/* ---- rule 8: the evictor removes the very descriptor it chose ---- */

static int evict_spares_newer_page(struct conformance_env *env)
{
	struct tmem_oid oid = cf_oid(8, 8, 8);
	int pool;

	env->kind = CONFORMANCE_WHOLE;
	CF_DO(cf_begin(env, ROOMY, 4));
	pool = cf_pool(env, TMEM_POOL_SHARED);
	CF_TRUE(pool >= 0);

	/* put again: the newer page has its own place in the order */
	CF_EQ(cf_put(env, pool, &oid, 1, 1), 0);
	CF_EQ(cf_put(env, pool, &oid, 2, 1), 0);
	CF_EQ(cf_put(env, pool, &oid, 1, 2), 0);
	CF_EQ(tmem_evict(env->tm, 1), 1);
	CF_DO(cf_step(env));
	CF_EQ(cf_get(env, pool, &oid, 2, 1), -ENOENT);
	CF_EQ(cf_get(env, pool, &oid, 1, 2), 0);

	/* flushed and put again under the same handle */
	CF_EQ(cf_put(env, pool, &oid, 2, 2), 0);
	CF_EQ(tmem_flush_page(env->tm, pool, &oid, 1), 0);
	CF_EQ(cf_put(env, pool, &oid, 1, 3), 0);
	CF_EQ(tmem_evict(env->tm, 1), 1);
	CF_DO(cf_step(env));
	CF_EQ(cf_get(env, pool, &oid, 2, 2), -ENOENT);
	CF_EQ(cf_get(env, pool, &oid, 1, 3), 0);

	/* evicted and put again */
	CF_EQ(tmem_evict(env->tm, 1), 1);
	CF_EQ(tmem_evict(env->tm, 1), 0);
	CF_EQ(cf_put(env, pool, &oid, 1, 4), 0);
	CF_EQ(cf_get(env, pool, &oid, 1, 4), 0);
	CF_EQ(cf_pool_stat(env, pool, TMEM_evicted), 3);
	return cf_end(env);
}

/* ---- rule 9: pools go and their ids come back ---- */

static int destroyed_pool_answers_enodev(struct conformance_env *env)
{
	struct tmem_oid oid = cf_oid(9, 0, 9);
	struct tmem_stats stats;
	u32 i, k;

	CF_DO(cf_begin(env, ROOMY, 1));
	for (i = 0; i < ARRAY_SIZE(cf_sorts); i++) {
		int pool = cf_pool(env, cf_sorts[i]);

		CF_TRUE(pool >= 0);
		for (k = 0; k < 10; k++)
			CF_EQ(cf_put(env, pool, &oid, k * 100, 1), 0);
		CF_EQ(cf_pool_destroy(env, pool), 0);
		CF_DO(cf_step(env));
		CF_EQ(cf_put(env, pool, &oid, 0, 1), -ENODEV);
		CF_EQ(cf_get(env, pool, &oid, 0, 1), -ENODEV);
		CF_EQ(cf_replace(env, pool, &oid, 0, 1), -ENODEV);
		CF_EQ(tmem_flush_page(env->tm, pool, &oid, 0), -ENODEV);
		CF_EQ(tmem_flush_range(env->tm, pool, &oid, 0, 1), -ENODEV);
		CF_EQ(tmem_flush_object(env->tm, pool, &oid), -ENODEV);
		CF_EQ(tmem_pool_freeze(env->tm, pool), -ENODEV);
		CF_EQ(tmem_pool_thaw(env->tm, pool), -ENODEV);
		CF_EQ(tmem_pool_stats(env->tm, pool, &stats), -ENODEV);
		CF_EQ(tmem_pool_destroy(env->tm, pool, 1), -ENODEV);
		CF_EQ(cf_stat(env, TMEM_drained), (i + 1) * 10);
		CF_DO(cf_gauges_zero(env));
	}
	return cf_end(env);
}

static int pool_id_is_used_again(struct conformance_env *env)
{
	struct tmem_oid oid = cf_oid(9, 1, 9);
	int keep, pool;
	u32 i, k;

	CF_DO(cf_begin(env, ROOMY, 1));
	keep = cf_pool(env, TMEM_POOL_PERSISTENT);
	CF_TRUE(keep >= 0);
	CF_EQ(cf_put(env, keep, &oid, 3, 1), 0);
	for (i = 0; i < 9; i++) {
		pool = cf_pool(env, cf_sorts[i % ARRAY_SIZE(cf_sorts)]);
		CF_TRUE(pool >= 0 && pool < TMEM_MAX_POOLS && pool != keep);
		/* nothing of the pool that had the id before */
		for (k = 0; k < 4; k++)
			CF_EQ(cf_get(env, pool, &oid, k, i - 1), -ENOENT);
		CF_EQ(cf_pool_stat(env, pool, TMEM_puts), 0);
		CF_EQ(tmem_pool_freeze(env->tm, pool), 0);
		CF_EQ(tmem_pool_thaw(env->tm, pool), 0);
		for (k = 0; k < 4; k++)
			CF_EQ(cf_put(env, pool, &oid, k, i), 0);
		if (i % 2)
			CF_EQ(tmem_pool_freeze(env->tm, pool), 0);
		CF_EQ(cf_pool_destroy(env, pool), 0);
		CF_DO(cf_step(env));
	}
	CF_EQ(cf_get(env, keep, &oid, 3, 1), 0);
	CF_EQ(cf_stat(env, TMEM_pages), 1);
	return cf_end(env);
}

/* ---- rule 10: a failure in the store is an error, never a hit ---- */

static int store_failure_is_an_error(struct conformance_env *env, int pool)
{
	struct tmem_oid oid = cf_oid(10, 10, 10);
	bool refuses = cf_store_is(env, "lz4");

	CF_EQ(cf_put(env, pool, &oid, 0, 1), 0);
	env->kind = CONFORMANCE_RANDOM;
	CF_EQ(cf_put(env, pool, &oid, 0, 2), refuses ? -ENOSPC : 0);
	CF_EQ(cf_put(env, pool, &oid, 1, 2), refuses ? -ENOSPC : 0);
	CF_DO(cf_step(env));
	CF_EQ(cf_get(env, pool, &oid, 0, 2), refuses ? -ENOENT : 0);
	CF_EQ(cf_get(env, pool, &oid, 1, 2), refuses ? -ENOENT : 0);
	CF_EQ(cf_pool_stat(env, pool, TMEM_puts_policy), refuses ? 2 : 0);
	CF_EQ(cf_pool_stat(env, pool, TMEM_dup_flushed), refuses ? 1 : 0);
	env->kind = CONFORMANCE_HALF;
	return 0;
}

/* ---- rule 11: gauges return to zero with the last page ---- */

static int gauges_return_to_zero(struct conformance_env *env)
{
	static const enum conformance_kind kinds[] = {
		CONFORMANCE_HALF, CONFORMANCE_SAME, CONFORMANCE_WHOLE,
	};
	struct tmem_oid oid;
	u32 i, k;

	CF_DO(cf_begin(env, ROOMY, 2));
	for (i = 0; i < ARRAY_SIZE(cf_sorts); i++)
		CF_TRUE(cf_pool(env, cf_sorts[i]) >= 0);
	for (i = 0; i < ARRAY_SIZE(cf_sorts); i++) {
		for (k = 0; k < 90; k++) {
			env->kind = kinds[k % ARRAY_SIZE(kinds)];
			oid = cf_oid(0, 0, k % 10);
			CF_EQ(cf_put(env, env->pool[i], &oid, k * k * k * 5003, k), 0);
		}
		CF_DO(cf_step(env));
	}
	CF_EQ(cf_stat(env, TMEM_pages), 90 * ARRAY_SIZE(cf_sorts));
	CF_EQ(cf_stat(env, TMEM_objects), 10 * ARRAY_SIZE(cf_sorts));
	CF_TRUE(cf_frames(env) > 0);
	CF_TRUE(cf_stat(env, TMEM_nodes) > 0);
	CF_TRUE(cf_stat(env, TMEM_bytes_charged) > 0);

	/* persistent pages one by one, the others as objects and by eviction */
	for (k = 0; k < 90; k++) {
		oid = cf_oid(0, 0, k % 10);
		CF_EQ(tmem_flush_page(env->tm, env->pool[2], &oid, k * k * k * 5003), 0);
		CF_DO(cf_step(env));
	}
	for (k = 0; k < 10; k++) {
		oid = cf_oid(0, 0, k);
		CF_EQ(tmem_flush_object(env->tm, env->pool[1], &oid), 9);
		CF_DO(cf_step(env));
	}
	CF_EQ(cf_stat(env, TMEM_pages), 180);
	CF_TRUE(tmem_evict(env->tm, ROOMY) > 0);
	CF_DO(cf_gauges_zero(env));
	CF_EQ(cf_stat(env, TMEM_evicted), 180);
	return cf_end(env);
}

static const struct conformance_case rules[] = {
	CF_EACH("rule 1", second_put_wins),
	CF_EACH("rule 1", second_put_of_another_kind),
	CF_EACH("rule 1", failed_put_leaves_nothing),
	CF_CASE("rule 1", put_over_budget_leaves_nothing),
	CF_EACH("rule 2", misses_until_next_put),
	CF_EACH("rule 3", hit_removes_unless_kept),
	CF_CASE("rule 4", accepted_page_stays),
	CF_EACH("rule 5", flush_of_absent_says_so),
	CF_EACH("rule 7", object_goes_with_last_page),
	CF_EACH("rule 7", refused_put_leaves_no_stump),
	CF_CASE("rule 8", evict_spares_newer_page),
	CF_CASE("rule 9", destroyed_pool_answers_enodev),
	CF_CASE("rule 9", pool_id_is_used_again),
	CF_EACH("rule 10", store_failure_is_an_error),
	CF_CASE("rule 11", gauges_return_to_zero),
};

const struct conformance_group conformance_rules = { rules, ARRAY_SIZE(rules) };
