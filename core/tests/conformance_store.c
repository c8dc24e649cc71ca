// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conformance_store.c - what the page stores make of pages: compression, frames
 * that two pages share, pages of one word, and bytes that come back
 */
#include "conformance.h"

#define ROOMY	8192

static int small_pages_share_frames(struct conformance_env *env)
{
	bool pairs = cf_store_is(env, "lz4");
	struct tmem_oid oid = cf_oid(2, 0, 0);
	u32 k;
	int pool;

	CF_DO(cf_begin(env, ROOMY, 1));
	pool = cf_pool(env, 0);
	CF_TRUE(pool >= 0);
	for (k = 0; k < 100; k++)
		CF_EQ(cf_put(env, pool, &oid, k, k), 0);
	CF_DO(cf_step(env));
	CF_EQ(cf_frames(env), pairs ? 50 : 100);
	if (cf_store_is(env, "raw"))
		CF_EQ(cf_stat(env, TMEM_bytes_stored), 100 * PAGE_SIZE);
	if (pairs) {
		CF_TRUE(cf_stat(env, TMEM_bytes_stored) < (s64)(50 * PAGE_SIZE));
		CF_TRUE(cf_stat(env, TMEM_bytes_stored) > (s64)(100 * PAGE_SIZE * 3 / 8));
	}
	for (k = 0; k < 100; k++)
		CF_EQ(cf_get(env, pool, &oid, k * 33 % 100, k * 33 % 100), 0);
	CF_DO(cf_gauges_zero(env));
	return cf_end(env);
}

/* A frame is freed whole: with the oldest page its companion goes. */
static int frame_is_freed_whole(struct conformance_env *env)
{
	struct tmem_oid oid = cf_oid(2, 1, 0);
	s64 left;
	u32 k;
	int pool;

	CF_DO(cf_begin(env, ROOMY, 1));
	pool = cf_pool(env, TMEM_POOL_SHARED);
	CF_TRUE(pool >= 0);
	for (k = 0; k < 40; k++)
		CF_EQ(cf_put(env, pool, &oid, k, k), 0);
	CF_EQ(tmem_evict(env->tm, 1), 1);
	CF_DO(cf_step(env));
	left = cf_stat(env, TMEM_pages);
	CF_EQ(left, cf_store_is(env, "lz4") ? 38 : 39);
	CF_EQ(cf_get(env, pool, &oid, 0, 0), -ENOENT);
	for (k = 40 - left; k < 40; k++)
		CF_EQ(cf_get(env, pool, &oid, k, k), 0);

	/* one of two flushed: the frame stays for the other */
	CF_EQ(tmem_flush_page(env->tm, pool, &oid, 38), 0);
	CF_DO(cf_step(env));
	CF_EQ(cf_frames(env), cf_store_is(env, "lz4") ? 19 : 38);
	CF_EQ(cf_get(env, pool, &oid, 39, 39), 0);
	return cf_end(env);
}

/*
 * Two pages share a frame if both fit, to the chunk: sizes in steps of a chunk
 * around what the other one leaves.
 */
#define CHUNK		64
#define CHUNK_WORDS	(CHUNK / sizeof(u64))

/* @scattered words that do not compress, all others the same. */
static void fill_to_size(u64 *word, u64 tag, u32 scattered)
{
	u32 i;

	for (i = 0; i < CONFORMANCE_WORDS; i++)
		word[i] = i && i <= scattered ? conformance_mix(tag + i) : tag;
}

static int put_of_size(struct conformance_env *env, int pool, u32 index, u32 scattered,
		       u64 *size)
{
	struct tmem_oid oid = cf_oid(2, 2, index);
	s64 before = cf_stat(env, TMEM_bytes_stored);

	fill_to_size(env->page, conformance_mix(index + 7), scattered);
	CF_EQ(tmem_put(env->tm, pool, &oid, index, env->page), 0);
	*size = cf_stat(env, TMEM_bytes_stored) - before;
	return 0;
}

static int get_of_size(struct conformance_env *env, int pool, u32 index, u32 scattered)
{
	u64 *expected = (u64 *)env->scratch;
	struct tmem_oid oid = cf_oid(2, 2, index);

	CF_EQ(tmem_get(env->tm, pool, &oid, index, env->page), 0);
	fill_to_size(expected, conformance_mix(index + 7), scattered);
	if (!cf_store_is(env, "none"))
		CF_EQ(memcmp(env->page, expected, PAGE_SIZE), 0);
	return 0;
}

static int pair_of_sizes(struct conformance_env *env, int pool, u32 a, u32 b)
{
	u64 size[2];
	bool fit;

	CF_DO(put_of_size(env, pool, 0, a, &size[0]));
	CF_DO(put_of_size(env, pool, 1, b, &size[1]));
	fit = DIV_ROUND_UP(size[0], CHUNK) + DIV_ROUND_UP(size[1], CHUNK) <=
		PAGE_SIZE / CHUNK;
	CF_EQ(cf_frames(env), fit && cf_store_is(env, "lz4") ? 1 : 2);
	CF_DO(cf_step(env));
	CF_DO(get_of_size(env, pool, 0, a));
	CF_DO(get_of_size(env, pool, 1, b));
	return 0;
}

static int frames_are_shared_to_the_chunk(struct conformance_env *env)
{
	u32 chunks = PAGE_SIZE / CHUNK, a, b;
	u32 step = cf_store_is(env, "lz4") ? 1 : 16;
	int pool;

	CF_DO(cf_begin(env, ROOMY, 1));
	pool = cf_pool(env, 0);
	CF_TRUE(pool >= 0);
	CF_TRUE(cf_scratch(env, PAGE_SIZE));
	/* what comes with the words that do not compress is a chunk or so */
	for (a = 1; a < chunks - 3; a += step)
		for (b = chunks - a - 5; b <= chunks - a; b++)
			if (b >= 1 && b < chunks - 3)
				CF_DO(pair_of_sizes(env, pool, a * CHUNK_WORDS,
						    b * CHUNK_WORDS));
	CF_DO(cf_gauges_zero(env));
	return cf_end(env);
}

static int incompressible_is_refused(struct conformance_env *env)
{
	bool refuses = cf_store_is(env, "lz4");
	struct tmem_oid oid = cf_oid(3, 0, 0);
	u32 i, k;

	env->kind = CONFORMANCE_RANDOM;
	CF_DO(cf_begin(env, ROOMY, 1));
	for (i = 0; i < ARRAY_SIZE(cf_sorts); i++) {
		int pool = cf_pool(env, cf_sorts[i]);

		CF_TRUE(pool >= 0);
		for (k = 0; k < 5; k++)
			CF_EQ(cf_put(env, pool, &oid, k, k), refuses ? -ENOSPC : 0);
		CF_EQ(cf_pool_stat(env, pool, TMEM_puts), 5);
		CF_EQ(cf_pool_stat(env, pool, TMEM_puts_policy), refuses ? 5 : 0);
		CF_EQ(cf_pool_stat(env, pool, TMEM_puts_nospace), 0);
		CF_EQ(cf_pool_stat(env, pool, TMEM_pages), refuses ? 0 : 5);
		CF_EQ(cf_pool_stat(env, pool, TMEM_evicted), 0);
		CF_DO(cf_step(env));
	}
	return cf_end(env);
}

/* Pages of one word, whatever the word, come back and hold no frame each. */
static int same_filled_words(struct conformance_env *env, int pool)
{
	static const u64 words[] = {
		0, ~0ULL, 0x0123456789abcdefULL, 1, 1ULL << 63, 0x00000000ffffffffULL,
		0xaaaaaaaaaaaaaaaaULL, 0x0101010101010101ULL,
	};
	struct tmem_oid oid = cf_oid(4, 0, 0);
	u32 k;

	for (k = 0; k < ARRAY_SIZE(words); k++) {
		conformance_fill(env->page, words[k], CONFORMANCE_SAME);
		CF_EQ(tmem_put(env->tm, pool, &oid, k, env->page), 0);
		CF_DO(cf_step(env));
	}
	if (cf_store_is(env, "lz4")) {
		CF_EQ(cf_pool_stat(env, pool, TMEM_same_filled), ARRAY_SIZE(words));
		CF_TRUE(cf_pool_stat(env, pool, TMEM_bytes_charged) <
			(s64)PAGE_SIZE);
		CF_TRUE(cf_pool_stat(env, pool, TMEM_bytes_charged) > 0);
	}
	for (k = 0; k < ARRAY_SIZE(words); k++) {
		memset(env->page, 0x5a, PAGE_SIZE);
		CF_EQ(tmem_get(env->tm, pool, &oid, k, env->page), 0);
		if (!cf_store_is(env, "none"))
			CF_TRUE(conformance_intact(env->page, words[k],
						   CONFORMANCE_SAME));
	}
	tmem_flush_object(env->tm, pool, &oid);
	CF_EQ(cf_stat(env, TMEM_same_filled), 0);
	return 0;
}

/* One byte that differs, wherever it is, makes a page not same-filled. */
static int nearly_same_filled(struct conformance_env *env, int pool)
{
	static const u32 places[] = { 0, 7, 8, 2048, PAGE_SIZE - 8, PAGE_SIZE - 1 };
	struct tmem_oid oid = cf_oid(5, 0, 0);
	u32 k;

	for (k = 0; k < ARRAY_SIZE(places); k++) {
		u8 *byte = (u8 *)env->page + places[k];

		conformance_fill(env->page, 0x7777777777777777ULL, CONFORMANCE_SAME);
		*byte = 0x78;
		CF_EQ(tmem_put(env->tm, pool, &oid, k, env->page), 0);
		CF_EQ(cf_stat(env, TMEM_same_filled), 0);
		CF_DO(cf_step(env));
		memset(env->page, 0x5a, PAGE_SIZE);
		CF_EQ(tmem_get(env->tm, pool, &oid, k, env->page), 0);
		if (cf_store_is(env, "none"))
			continue;
		CF_EQ(*byte, 0x78);
		*byte = 0x77;
		CF_TRUE(conformance_intact(env->page, 0x7777777777777777ULL,
					   CONFORMANCE_SAME));
	}
	tmem_flush_object(env->tm, pool, &oid);
	return 0;
}

/* Every kind, in pools of every sort, from a budget that they all fit in. */
static int bytes_come_back(struct conformance_env *env)
{
	struct tmem_oid oid = cf_oid(6, 0, 0);
	u32 i, k;

	CF_DO(cf_begin(env, ROOMY, 2));
	for (i = 0; i < ARRAY_SIZE(cf_sorts); i++) {
		int pool = cf_pool(env, cf_sorts[i]);

		CF_TRUE(pool >= 0);
		for (k = 0; k < 150; k++) {
			env->kind = k % 3;	/* all but random */
			CF_EQ(cf_put(env, pool, &oid, k * 65, k), 0);
		}
		CF_DO(cf_step(env));
		for (k = 0; k < 150; k++) {
			env->kind = k % 3;
			CF_EQ(cf_get(env, pool, &oid, k * 65, k), 0);
		}
	}
	return cf_end(env);
}

static const struct conformance_case stores[] = {
	CF_CASE("store", small_pages_share_frames),
	CF_CASE("store", frame_is_freed_whole),
	CF_CASE("store", frames_are_shared_to_the_chunk),
	CF_CASE("store", incompressible_is_refused),
	CF_EACH("store", same_filled_words),
	CF_EACH("store", nearly_same_filled),
	CF_CASE("store", bytes_come_back),
};

const struct conformance_group conformance_store = { stores, ARRAY_SIZE(stores) };
