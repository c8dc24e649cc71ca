// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conformance_chance.c - shared pools with second chance
 *
 * A get marks its page, and a get is the only way to look at one: so whether a page
 * is there is asked by flushing it, last of all, and whether it is gone at any time.
 * Pages of kind "whole" fill a frame each, whatever the store.
 */
#include "conformance.h"

#define ROOMY		8192
#define SECOND_CHANCE	(TMEM_POOL_SHARED | TMEM_POOL_SECOND_CHANCE)
#define CHANCES		256	/* marked pages that one put moves, at most */

static struct tmem_oid oid_of(u32 k)
{
	return cf_oid(k % 5, 0, 9);
}

static int put_row(struct conformance_env *env, int pool, u32 first, u32 nr)
{
	struct tmem_oid oid;
	u32 k;

	for (k = first; k < first + nr; k++) {
		oid = oid_of(k);
		CF_EQ(cf_put(env, pool, &oid, k, k), 0);
		/* a walk over all of some hundred pages, seldom enough */
		if (nr < CHANCES || k % 64 == 0)
			CF_DO(cf_step(env));
	}
	return cf_step(env);
}

static int use_row(struct conformance_env *env, int pool, u32 first, u32 nr)
{
	struct tmem_oid oid;
	u32 k;

	for (k = first; k < first + nr; k++) {
		oid = oid_of(k);
		CF_EQ(cf_get(env, pool, &oid, k, k), 0);
	}
	return 0;
}

/* Flushed with this answer: -ENOENT, they are gone; 0, they were there. */
static int flush_row(struct conformance_env *env, int pool, u32 first, u32 nr, int answer)
{
	struct tmem_oid oid;
	u32 k;

	for (k = first; k < first + nr; k++) {
		oid = oid_of(k);
		CF_EQ(tmem_flush_page(env->tm, pool, &oid, k), answer);
	}
	return 0;
}

/* The oldest page without a mark goes, and it is this one. */
static int next_to_go(struct conformance_env *env, int pool, u32 k)
{
	s64 pages = cf_stat(env, TMEM_pages);

	CF_EQ(tmem_evict(env->tm, 1), 1);
	CF_DO(cf_step(env));
	CF_EQ(cf_stat(env, TMEM_pages), pages - 1);
	return flush_row(env, pool, k, 1, -ENOENT);
}

/* A page that was used stays for one round, not for two. */
static int used_page_stays_a_round(struct conformance_env *env)
{
	u32 shards;
	int pool;

	env->kind = CONFORMANCE_WHOLE;
	for (shards = 1; shards <= 8; shards *= 8) {
		CF_DO(cf_begin(env, 16, shards));
		pool = cf_pool(env, SECOND_CHANCE);
		CF_TRUE(pool >= 0);
		CF_DO(put_row(env, pool, 0, 16));
		CF_DO(use_row(env, pool, 3, 4));
		CF_DO(use_row(env, pool, 3, 4));	/* no more than one chance */
		/* 0-2, past 3-6, 7-15; then those that were put when 3-6 moved */
		CF_DO(put_row(env, pool, 16, 12));
		CF_EQ(cf_stat(env, TMEM_evicted), 12);
		CF_DO(flush_row(env, pool, 0, 3, -ENOENT));
		CF_DO(flush_row(env, pool, 7, 9, -ENOENT));
		CF_DO(put_row(env, pool, 28, 3));
		CF_DO(flush_row(env, pool, 16, 3, -ENOENT));
		/* nobody has used them since */
		CF_DO(put_row(env, pool, 31, 4));
		CF_DO(flush_row(env, pool, 3, 4, -ENOENT));
		CF_EQ(cf_stat(env, TMEM_evicted), 19);
		CF_DO(flush_row(env, pool, 19, 16, 0));
		CF_DO(cf_end(env));
	}
	return 0;
}

/* Unmarked pages go in the order of their puts, then those that were marked. */
static int unmarked_pages_go_in_order(struct conformance_env *env)
{
	u32 k, shards;
	int pool;

	env->kind = CONFORMANCE_WHOLE;
	for (shards = 1; shards <= 4; shards *= 4) {
		CF_DO(cf_begin(env, ROOMY, shards));
		pool = cf_pool(env, SECOND_CHANCE);
		CF_TRUE(pool >= 0);
		CF_DO(put_row(env, pool, 0, 40));
		for (k = 1; k < 40; k += 2)
			CF_DO(use_row(env, pool, k, 1));
		for (k = 0; k < 40; k += 2)
			CF_DO(next_to_go(env, pool, k));
		for (k = 1; k < 40; k += 2)
			CF_DO(next_to_go(env, pool, k));
		CF_EQ(tmem_evict(env->tm, 1), 0);
		CF_DO(cf_end(env));
	}
	return 0;
}

/* Other pools of the instance keep to their own rules, in one order with it. */
static int chance_is_of_its_pool(struct conformance_env *env)
{
	int chance, renew, cache;
	u32 k;

	env->kind = CONFORMANCE_WHOLE;
	CF_DO(cf_begin(env, ROOMY, 2));
	chance = cf_pool(env, SECOND_CHANCE);
	renew = cf_pool(env, TMEM_POOL_SHARED);
	cache = cf_pool(env, 0);
	CF_TRUE(chance >= 0 && renew >= 0 && cache >= 0);
	CF_DO(put_row(env, chance, 0, 4));
	CF_DO(put_row(env, renew, 4, 4));
	CF_DO(put_row(env, cache, 8, 4));
	CF_DO(use_row(env, chance, 0, 2));	/* move when they are met: last */
	CF_DO(use_row(env, renew, 4, 2));	/* move at once: behind 11 */
	CF_DO(use_row(env, cache, 8, 2));	/* are gone */
	CF_DO(cf_step(env));
	for (k = 2; k < 4; k++)
		CF_DO(next_to_go(env, chance, k));
	for (k = 6; k < 8; k++)
		CF_DO(next_to_go(env, renew, k));
	for (k = 10; k < 12; k++)
		CF_DO(next_to_go(env, cache, k));
	for (k = 4; k < 6; k++)
		CF_DO(next_to_go(env, renew, k));
	for (k = 0; k < 2; k++)
		CF_DO(next_to_go(env, chance, k));
	CF_DO(cf_gauges_zero(env));
	return cf_end(env);
}

/* With a mark on every page a put is accepted all the same, and takes one. */
static int all_marked_and_full(struct conformance_env *env)
{
	static const u32 budgets[] = { 1, 10, CHANCES, CHANCES + 1, 2 * CHANCES };
	u32 i, victim;
	int pool;

	env->kind = CONFORMANCE_WHOLE;
	for (i = 0; i < ARRAY_SIZE(budgets); i++) {
		u32 nr = budgets[i];

		CF_DO(cf_begin(env, nr, 2));
		pool = cf_pool(env, SECOND_CHANCE);
		CF_TRUE(pool >= 0);
		CF_DO(put_row(env, pool, 0, nr));
		CF_DO(use_row(env, pool, 0, nr));
		CF_DO(put_row(env, pool, nr, 1));
		CF_EQ(cf_stat(env, TMEM_evicted), 1);
		CF_EQ(cf_stat(env, TMEM_pages), nr);
		/* the first, once all have moved; or the first that did not */
		victim = nr > CHANCES ? CHANCES : 0;
		CF_DO(flush_row(env, pool, victim, 1, -ENOENT));
		CF_DO(flush_row(env, pool, 0, victim, 0));
		CF_DO(flush_row(env, pool, victim + 1, nr - victim, 0));
		CF_EQ(cf_stat(env, TMEM_puts_nospace), 0);
		CF_DO(cf_end(env));
	}
	return 0;
}

/* A put makes a page anew; a replacement has the place of the old, and its mark. */
static int put_clears_the_mark(struct conformance_env *env)
{
	struct tmem_oid oid = oid_of(0);
	int pool;
	u32 k;

	env->kind = CONFORMANCE_WHOLE;
	CF_DO(cf_begin(env, ROOMY, 2));
	pool = cf_pool(env, SECOND_CHANCE);
	CF_TRUE(pool >= 0);
	CF_DO(put_row(env, pool, 0, 8));
	CF_DO(use_row(env, pool, 0, 8));
	CF_DO(put_row(env, pool, 0, 1));
	for (k = 0; k < 8; k++)
		CF_DO(next_to_go(env, pool, k));

	CF_DO(put_row(env, pool, 0, 3));
	CF_DO(use_row(env, pool, 0, 1));
	CF_EQ(cf_replace(env, pool, &oid, 0, 77), 0);
	CF_DO(next_to_go(env, pool, 1));
	CF_DO(next_to_go(env, pool, 2));
	CF_DO(next_to_go(env, pool, 0));
	CF_DO(cf_gauges_zero(env));
	return cf_end(env);
}

/* Two pages share a frame: the older one decides, the other has no say. */
static int buddy_follows_marked_or_not(struct conformance_env *env)
{
	int pool;

	if (!cf_store_is(env, "lz4"))
		return 0;
	CF_DO(cf_begin(env, ROOMY, 2));
	pool = cf_pool(env, SECOND_CHANCE);
	CF_TRUE(pool >= 0);
	CF_DO(put_row(env, pool, 0, 8));	/* 0 with 1, 2 with 3, ... */
	CF_EQ(cf_frames(env), 4);
	CF_DO(use_row(env, pool, 1, 1));
	CF_DO(use_row(env, pool, 2, 1));
	CF_DO(use_row(env, pool, 4, 2));
	CF_EQ(tmem_evict(env->tm, 1), 1);	/* 0, and 1 */
	CF_DO(cf_step(env));
	CF_DO(flush_row(env, pool, 0, 2, -ENOENT));
	CF_EQ(tmem_evict(env->tm, 1), 1);	/* past 2, 3 and with it 2 */
	CF_DO(cf_step(env));
	CF_DO(flush_row(env, pool, 2, 2, -ENOENT));
	CF_EQ(tmem_evict(env->tm, 1), 1);	/* past 4 and 5 */
	CF_DO(cf_step(env));
	CF_DO(flush_row(env, pool, 6, 2, -ENOENT));
	CF_EQ(tmem_evict(env->tm, 1), 1);
	CF_DO(flush_row(env, pool, 4, 2, -ENOENT));
	CF_EQ(cf_stat(env, TMEM_evicted), 8);
	CF_DO(cf_gauges_zero(env));
	return cf_end(env);
}

/* A budget that shrinks gets its frames, whatever is marked. */
static int shrink_with_all_marked(struct conformance_env *env)
{
	enum conformance_kind kind;
	s64 pages;
	int pool;

	for (kind = CONFORMANCE_HALF; kind <= CONFORMANCE_SAME; kind++) {
		env->kind = kind;
		CF_DO(cf_begin(env, ROOMY, 4));
		pool = cf_pool(env, SECOND_CHANCE);
		CF_TRUE(pool >= 0);
		CF_DO(put_row(env, pool, 0, 3 * CHANCES));
		CF_DO(use_row(env, pool, 0, 3 * CHANCES));
		CF_EQ(tmem_set_budget(env->tm, 5), 0);
		CF_TRUE(cf_frames(env) <= 5);
		CF_EQ(tmem_validate(env->tm), 0);
		pages = cf_stat(env, TMEM_pages);
		CF_TRUE(pages >= 5);
		CF_EQ(cf_stat(env, TMEM_evicted), 3 * CHANCES - pages);
		tmem_evict(env->tm, ROOMY);
		CF_DO(cf_gauges_zero(env));
		CF_DO(cf_end(env));
	}
	return 0;
}

static const struct conformance_case chance[] = {
	CF_CASE("second chance", used_page_stays_a_round),
	CF_CASE("second chance", unmarked_pages_go_in_order),
	CF_CASE("second chance", chance_is_of_its_pool),
	CF_CASE("second chance", all_marked_and_full),
	CF_CASE("second chance", put_clears_the_mark),
	CF_CASE("second chance", buddy_follows_marked_or_not),
	CF_CASE("second chance", shrink_with_all_marked),
};

const struct conformance_group conformance_chance = { chance, ARRAY_SIZE(chance) };
