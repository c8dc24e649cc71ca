// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conformance_tree.c - indices and ranges, shapes of trees, object ids
 *
 * A tree of pages has up to 64 slots a node, so what happens at multiples of 64,
 * 4096 and 262144, and at both ends of the 32-bit index, is tried by name; ranges
 * are tried at random against a bitmap as well.  Nodes come in sizes and grow: on
 * each level they are filled from both ends and in disorder.
 */
#include "conformance.h"

#define ROOMY	16384

/* Both ends of the index space and of a node, alone and together. */
static int indices_at_the_edges(struct conformance_env *env, int pool)
{
	static const u32 edges[] = { 0, 4, 5, 20, 21, 44, 45, 63, 64,
				     U32_MAX, U32_MAX - 63, U32_MAX - 64 };
	struct tmem_oid oid = cf_oid(1, 0, 0);
	u32 k;

	for (k = 0; k < ARRAY_SIZE(edges); k++) {
		CF_EQ(cf_put(env, pool, &oid, edges[k], 1), 0);
		CF_DO(cf_step(env));
		CF_EQ(cf_get(env, pool, &oid, edges[k] + 1, 1), -ENOENT);
		CF_EQ(cf_get(env, pool, &oid, edges[k] ^ 0x80000000u, 1), -ENOENT);
		CF_EQ(cf_get(env, pool, &oid, edges[k], 1), 0);
		CF_EQ(tmem_flush_page(env->tm, pool, &oid, edges[k]),
		      env->sort ? 0 : -ENOENT);
		CF_EQ(cf_pool_stat(env, pool, TMEM_nodes), 0);
		CF_EQ(cf_pool_stat(env, pool, TMEM_objects), 0);
	}
	for (k = 0; k < ARRAY_SIZE(edges); k++) {
		CF_EQ(cf_put(env, pool, &oid, edges[k], k), 0);
		CF_DO(cf_step(env));
	}
	for (k = 0; k < ARRAY_SIZE(edges); k++)
		CF_EQ(cf_get(env, pool, &oid, edges[k], k), 0);
	return 0;
}

/* A tree gets taller index by index, and lower again from either side. */
static int tree_grows_and_shrinks(struct conformance_env *env)
{
	struct tmem_oid oid = cf_oid(2, 0, 0);
	s64 tall, low, nodes;
	u32 round, k;
	int pool;

	CF_DO(cf_begin(env, ROOMY, 1));
	pool = cf_pool(env, TMEM_POOL_PERSISTENT);
	CF_TRUE(pool >= 0);
	CF_EQ(cf_put(env, pool, &oid, 0, 0), 0);
	low = cf_pool_stat(env, pool, TMEM_nodes);
	for (round = 0; round < 3; round++) {
		for (k = 0; k < 32; k++) {
			CF_EQ(cf_put(env, pool, &oid, 1U << k, k), 0);
			CF_DO(cf_step(env));
		}
		tall = cf_pool_stat(env, pool, TMEM_nodes);
		CF_TRUE(tall > low);
		for (k = 0; k < 32; k++)
			CF_EQ(cf_get(env, pool, &oid, 1U << k, k), 0);
		for (k = 0; k < 32; k++) {
			u32 shift = round == 0 ? 31 - k : round == 1 ? k : k * 7 % 32;

			CF_EQ(tmem_flush_page(env->tm, pool, &oid, 1U << shift), 0);
			CF_DO(cf_step(env));
			nodes = cf_pool_stat(env, pool, TMEM_nodes);
			CF_TRUE(nodes <= tall);
			tall = nodes;
			CF_EQ(cf_get(env, pool, &oid, 0, 0), 0);
		}
	}
	CF_EQ(tmem_flush_page(env->tm, pool, &oid, 0), 0);
	CF_DO(cf_gauges_zero(env));
	return cf_end(env);
}

/* The last small index goes first: what is left stands far to the right. */
static int tree_of_one_high_index(struct conformance_env *env, int pool)
{
	struct tmem_oid oid = cf_oid(2, 2, 0);
	u32 k;

	for (k = 0; k < 10; k++)
		CF_EQ(cf_put(env, pool, &oid, k, k), 0);
	CF_EQ(cf_put(env, pool, &oid, U32_MAX, 99), 0);
	CF_DO(cf_step(env));
	CF_EQ(tmem_flush_range(env->tm, pool, &oid, 0, U32_MAX - 1), 10);
	CF_DO(cf_step(env));
	CF_EQ(cf_get(env, pool, &oid, 0, 0), -ENOENT);
	CF_EQ(cf_put(env, pool, &oid, 0, 5), 0);
	CF_EQ(cf_get(env, pool, &oid, U32_MAX, 99), 0);
	CF_DO(cf_step(env));
	CF_EQ(cf_get(env, pool, &oid, 0, 5), 0);
	return 0;
}

/* The @k-th of 64 slots: rising, falling, in disorder. */
static u32 slot_in_turn(u32 way, u32 k)
{
	return way == 0 ? k : way == 1 ? 63 - k : k * 29 % 64;
}

/* One node fills up on one level, and empties. */
static int fill_node(struct conformance_env *env, int pool, bool stays,
		     u32 shift, u32 way)
{
	struct tmem_oid oid = cf_oid(2, 1, shift);
	u32 k, slot;

	for (k = 0; k < 64; k++) {
		slot = slot_in_turn(way, k);
		/* the highest level has four slots */
		if (shift == 30 && slot > 3)
			continue;
		CF_EQ(cf_put(env, pool, &oid, slot << shift, slot), 0);
		CF_DO(cf_step(env));
		if (stays)
			CF_EQ(cf_get(env, pool, &oid, slot << shift, slot), 0);
	}
	for (k = 0; k < (shift == 30 ? 4 : 64); k++) {
		CF_EQ(cf_get(env, pool, &oid, k << shift, k), 0);
		if (stays)
			CF_EQ(tmem_flush_page(env->tm, pool, &oid, k << shift), 0);
		CF_DO(cf_step(env));
	}
	CF_EQ(cf_pool_stat(env, pool, TMEM_nodes), 0);
	CF_EQ(cf_pool_stat(env, pool, TMEM_objects), 0);
	return 0;
}

static int nodes_grow(struct conformance_env *env)
{
	u32 i, shift, way;

	env->kind = CONFORMANCE_SAME;
	CF_DO(cf_begin(env, ROOMY, 1));
	for (i = 0; i < ARRAY_SIZE(cf_sorts); i++) {
		int pool = cf_pool(env, cf_sorts[i]);

		CF_TRUE(pool >= 0);
		for (shift = 0; shift <= 30; shift += 6)
			for (way = 0; way < 3; way++)
				CF_DO(fill_node(env, pool, cf_sorts[i] != 0,
						shift, way));
	}
	return cf_end(env);
}

/* Flushes of ranges that end next to, on and beyond a border of nodes. */
static int ranges_across_borders(struct conformance_env *env, int pool)
{
	static const u32 borders[] = { 64, 128, 4096, 262144, 16777216, 1U << 30 };
	struct tmem_oid oid = cf_oid(3, 0, 0);
	u32 b, k, first, last;

	for (b = 0; b < ARRAY_SIZE(borders); b++)
		for (k = 0; k < 9; k++) {
			u32 base = borders[b] - 2, at;

			first = base + k / 3;
			last = base + 1 + k % 3;
			for (at = base; at < base + 4; at++)
				CF_EQ(cf_put(env, pool, &oid, at, k), 0);
			if (first > last) {
				CF_EQ(tmem_flush_range(env->tm, pool, &oid, first,
						       last), -EINVAL);
				first = base;
			}
			CF_EQ(tmem_flush_range(env->tm, pool, &oid, first, last),
			      last - first + 1);
			CF_DO(cf_step(env));
			for (at = base; at < base + 4; at++)
				CF_EQ(cf_get(env, pool, &oid, at, k),
				      at < first || at > last ? 0 : -ENOENT);
			CF_EQ(tmem_flush_object(env->tm, pool, &oid),
			      env->sort ? 4 - (last - first + 1) : 0);
		}
	return 0;
}

/* Ranges at random, dense below 640 and around a far border, against a bitmap. */
#define BITMAP_PAGES	640

static u32 bitmap_index(u32 i)
{
	return i < BITMAP_PAGES / 2 ? i : 262144 - BITMAP_PAGES * 3 / 4 + i;
}

static int bitmap_range(struct conformance_env *env, int pool, u8 *there)
{
	u32 a = cf_random(env) % BITMAP_PAGES, b = cf_random(env) % BITMAP_PAGES;
	struct tmem_oid oid = cf_oid(4, 0, 0);
	u32 first = min(a, b), last = max(a, b), i;
	long found = 0;

	if (cf_random(env) % 2)
		last = min(last, first + 70);
	for (i = first; i <= last; i++) {
		found += there[i];
		there[i] = 0;
	}
	CF_EQ(tmem_flush_range(env->tm, pool, &oid, bitmap_index(first),
			       bitmap_index(last)), found);
	return cf_step(env);
}

static int ranges_against_a_bitmap(struct conformance_env *env)
{
	struct tmem_oid oid = cf_oid(4, 0, 0);
	u32 round, i;
	u8 *there;
	int pool;

	CF_DO(cf_begin(env, ROOMY, 1));
	pool = cf_pool(env, TMEM_POOL_SHARED);
	CF_TRUE(pool >= 0);
	there = cf_scratch(env, BITMAP_PAGES);
	CF_TRUE(there);
	for (round = 0; round < 12; round++) {
		u32 density = round % 3 == 0 ? 1 : round % 3 == 1 ? 3 : 50;
		s64 pages = 0;

		for (i = 0; i < BITMAP_PAGES; i++) {
			if (cf_random(env) % density)
				continue;
			CF_EQ(cf_put(env, pool, &oid, bitmap_index(i), i), 0);
			there[i] = 1;
		}
		for (i = 0; i < 5; i++)
			CF_DO(bitmap_range(env, pool, there));
		for (i = 0; i < BITMAP_PAGES; i++) {
			CF_EQ(cf_get(env, pool, &oid, bitmap_index(i), i),
			      there[i] ? 0 : -ENOENT);
			pages += there[i];
		}
		CF_EQ(cf_pool_stat(env, pool, TMEM_pages), pages);
	}
	return cf_end(env);
}

/* The whole space, of dense and of sparse objects; the neighbours stay. */
static int range_over_the_whole_space(struct conformance_env *env, int pool)
{
	struct tmem_oid oid = cf_oid(5, 0, 0), other = cf_oid(5, 0, 1);
	u32 k;

	for (k = 0; k < 300; k++) {
		CF_EQ(cf_put(env, pool, &oid, k % 2 ? k : k * 14000000, k), 0);
		CF_EQ(cf_put(env, pool, &other, k, k), 0);
	}
	CF_DO(cf_step(env));
	CF_EQ(tmem_flush_range(env->tm, pool, &oid, 0, U32_MAX), 300);
	CF_EQ(tmem_flush_range(env->tm, pool, &oid, 0, U32_MAX), 0);
	CF_DO(cf_step(env));
	CF_EQ(cf_pool_stat(env, pool, TMEM_objects), 1);
	CF_EQ(cf_get(env, pool, &other, 299, 299), 0);
	CF_EQ(tmem_flush_object(env->tm, pool, &other), env->sort ? 300 : 299);
	CF_EQ(cf_pool_stat(env, pool, TMEM_nodes), 0);
	CF_EQ(cf_pool_stat(env, pool, TMEM_flushes), 3);
	CF_EQ(cf_pool_stat(env, pool, TMEM_flushes_found), 2);
	return 0;
}

/* A dense object needs about one node for 64 pages, and gives each back. */
static int dense_object(struct conformance_env *env)
{
	struct tmem_oid oid = cf_oid(6, 0, 0);
	u32 k, nr = 64 * 66;
	int pool;

	env->kind = CONFORMANCE_SAME;
	CF_DO(cf_begin(env, ROOMY, 1));
	pool = cf_pool(env, 0);
	CF_TRUE(pool >= 0);
	for (k = 0; k < nr; k++)
		CF_EQ(cf_put(env, pool, &oid, k, k), 0);
	CF_DO(cf_step(env));
	CF_TRUE(cf_stat(env, TMEM_nodes) >= nr / 64);
	CF_TRUE(cf_stat(env, TMEM_nodes) <= nr / 64 + 4);
	for (k = 0; k < nr; k++) {
		CF_EQ(cf_get(env, pool, &oid, k, k), 0);
		if (k % 64 == 63) {
			CF_TRUE(cf_stat(env, TMEM_nodes) <= (nr - k) / 64 + 4);
			CF_DO(cf_step(env));
		}
	}
	CF_DO(cf_gauges_zero(env));
	return cf_end(env);
}

/*
 * Flushes work in batches of 32 pages: of objects that a batch empties exactly,
 * or but for one page, or of which it takes all but none, flushed whole, by a
 * range, and with their pool.
 */
static int objects_of_whole_batches(struct conformance_env *env)
{
	static const u32 sizes[] = { 31, 32, 33, 63, 64, 65, 96 };
	struct tmem_oid oid = cf_oid(6, 1, 0), other = cf_oid(6, 1, 1);
	u32 i, n, way, k;
	int pool;

	CF_DO(cf_begin(env, ROOMY, 1));
	for (i = 0; i < ARRAY_SIZE(cf_sorts); i++) {
		pool = cf_pool(env, cf_sorts[i]);
		CF_TRUE(pool >= 0);
		for (n = 0; n < ARRAY_SIZE(sizes); n++)
			for (way = 0; way < 4; way++) {
				u32 nr = sizes[n], base = way == 3 ? U32_MAX - nr + 1 : 0;

				for (k = 0; k < nr; k++)
					CF_EQ(cf_put(env, pool, &oid, base + k, k), 0);
				CF_EQ(cf_put(env, pool, &other, 0, 0), 0);
				CF_EQ(way == 0 ? tmem_flush_object(env->tm, pool, &oid) :
				      way == 1 ? tmem_flush_range(env->tm, pool, &oid, 0,
								  nr - 1) :
				      way == 2 ? tmem_flush_range(env->tm, pool, &oid, 0, nr) :
				      tmem_flush_range(env->tm, pool, &oid, base, U32_MAX),
				      nr);
				CF_DO(cf_step(env));
				CF_EQ(cf_pool_stat(env, pool, TMEM_objects), 1);
				CF_EQ(tmem_flush_object(env->tm, pool, &other), 1);
				CF_EQ(cf_pool_stat(env, pool, TMEM_objects), 0);
				CF_EQ(cf_pool_stat(env, pool, TMEM_nodes), 0);
			}
		for (n = 0; n < ARRAY_SIZE(sizes); n++)
			for (k = 0; k < sizes[n]; k++) {
				oid = cf_oid(6, 2, n);
				CF_EQ(cf_put(env, pool, &oid, k, k), 0);
			}
		oid = cf_oid(6, 1, 0);
		CF_EQ(cf_pool_destroy(env, pool), 0);
		CF_DO(cf_gauges_zero(env));
	}
	return cf_end(env);
}

/* A sparse one has no two pages in a node. */
static int sparse_object(struct conformance_env *env)
{
	struct tmem_oid oid = cf_oid(7, 0, 0);
	u32 k, nr = 200;
	int pool;

	CF_DO(cf_begin(env, ROOMY, 1));
	pool = cf_pool(env, TMEM_POOL_PERSISTENT);
	CF_TRUE(pool >= 0);
	for (k = 0; k < nr; k++) {
		CF_EQ(cf_put(env, pool, &oid, k * 21474836, k), 0);
		CF_DO(cf_step(env));
	}
	CF_TRUE(cf_stat(env, TMEM_nodes) >= nr);
	CF_EQ(cf_stat(env, TMEM_objects), 1);
	for (k = 0; k < nr; k++) {
		CF_EQ(cf_get(env, pool, &oid, k * 21474836, k), 0);
		CF_EQ(cf_get(env, pool, &oid, k * 21474836 + 1, k), -ENOENT);
		CF_EQ(tmem_flush_page(env->tm, pool, &oid, k * 21474836), 0);
		CF_DO(cf_step(env));
	}
	CF_DO(cf_gauges_zero(env));
	return cf_end(env);
}

/* Many objects of one page: chains and trees of objects, in and out of order. */
static int many_objects(struct conformance_env *env, int pool)
{
	struct tmem_oid oid;
	u32 k, nr = 700;

	for (k = 0; k < nr; k++) {
		oid = cf_oid(k, k * 3, 0);
		CF_EQ(cf_put(env, pool, &oid, k, k), 0);
		if (k % 16 == 0)
			CF_DO(cf_step(env));
	}
	CF_EQ(cf_pool_stat(env, pool, TMEM_objects), nr);
	for (k = 0; k < nr; k++) {
		u32 at = k * 211 % nr;

		oid = cf_oid(at, at * 3, 0);
		CF_EQ(cf_get(env, pool, &oid, at, at), 0);
		CF_EQ(tmem_flush_object(env->tm, pool, &oid), !!env->sort);
		CF_EQ(cf_get(env, pool, &oid, at, at), -ENOENT);
		if (k % 16 == 0)
			CF_DO(cf_step(env));
	}
	CF_EQ(cf_pool_stat(env, pool, TMEM_objects), 0);
	return 0;
}

/*
 * A table of buckets of which nearly all are empty.  Pools of that size are dear
 * to make and to walk, so this is the case that has them, and once a run.
 */
#define VERY_MANY	65536

static int objects_in_very_many_buckets(struct conformance_env *env)
{
	u32 buckets = env->buckets, i, k, nr = 700;
	struct tmem_oid oid;

	CF_DO(cf_begin(env, ROOMY, 1));
	for (i = 0; i < ARRAY_SIZE(cf_sorts); i++) {
		int pool;

		env->buckets = VERY_MANY;
		pool = cf_pool(env, cf_sorts[i]);
		env->buckets = buckets;
		CF_TRUE(pool >= 0);
		for (k = 0; k < nr; k++) {
			oid = cf_oid(k, 0, k * 5);
			CF_EQ(cf_put(env, pool, &oid, k, k), 0);
		}
		CF_EQ(cf_pool_stat(env, pool, TMEM_objects), nr);
		CF_EQ(tmem_validate(env->tm), 0);
		for (k = 0; k < nr; k += 2) {
			oid = cf_oid(k, 0, k * 5);
			CF_EQ(cf_get(env, pool, &oid, k, k), 0);
			CF_EQ(tmem_flush_object(env->tm, pool, &oid), !!cf_sorts[i]);
			CF_EQ(cf_get(env, pool, &oid, k, k), -ENOENT);
		}
		CF_EQ(cf_pool_stat(env, pool, TMEM_objects), nr / 2);
		CF_EQ(tmem_validate(env->tm), 0);
	}
	/* half of them go with their pools */
	return cf_end(env);
}

/* Object ids that differ in one bit, or in the order of their words. */
static const u64 near_oids[][3] = {
	{ 0, 0, 0 }, { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 },
	{ 1ULL << 63, 0, 0 }, { 0, 1ULL << 63, 0 }, { 0, 0, 1ULL << 63 },
	{ 1ULL << 32, 0, 0 }, { 0, 1ULL << 32, 0 }, { 0, 0, 1ULL << 32 },
	{ 1, 2, 3 }, { 1, 3, 2 }, { 2, 1, 3 }, { 2, 3, 1 }, { 3, 1, 2 }, { 3, 2, 1 },
	{ ~0ULL, 0, 0 }, { 0, ~0ULL, 0 }, { 0, 0, ~0ULL }, { ~0ULL, ~0ULL, ~0ULL },
	{ 1, 1, 0 }, { 0, 1, 1 }, { 1, 0, 1 }, { 1, 1, 1 },
};

static int object_ids_are_told_apart(struct conformance_env *env, int pool)
{
	struct tmem_oid oid;
	u32 k, n, nr = ARRAY_SIZE(near_oids);

	for (k = 0; k < nr; k++) {
		oid = cf_oid(near_oids[k][0], near_oids[k][1], near_oids[k][2]);
		CF_EQ(cf_get(env, pool, &oid, 0, k), -ENOENT);
		CF_EQ(cf_put(env, pool, &oid, 0, k), 0);
		CF_EQ(cf_pool_stat(env, pool, TMEM_objects), k + 1);
		CF_DO(cf_step(env));
	}
	/* out in another order, the others still there */
	for (k = 0; k < nr; k++) {
		n = k * 7 % nr;
		oid = cf_oid(near_oids[n][0], near_oids[n][1], near_oids[n][2]);
		CF_EQ(cf_get(env, pool, &oid, 0, n), 0);
		CF_EQ(tmem_flush_object(env->tm, pool, &oid), !!env->sort);
		CF_EQ(cf_pool_stat(env, pool, TMEM_objects), nr - k - 1);
		CF_DO(cf_step(env));
	}
	return 0;
}

/* The same handle in several pools names several pages. */
static int pools_are_told_apart(struct conformance_env *env)
{
	struct tmem_oid oid = cf_oid(8, 0, 0);
	u32 i;

	CF_DO(cf_begin(env, ROOMY, 1));
	for (i = 0; i < 6; i++)
		CF_TRUE(cf_pool(env, cf_sorts[i % 3]) >= 0);
	for (i = 0; i < 6; i++)
		CF_EQ(cf_put(env, env->pool[i], &oid, 0, i), 0);
	CF_DO(cf_step(env));
	CF_EQ(cf_stat(env, TMEM_pages), 6);
	CF_EQ(tmem_flush_object(env->tm, env->pool[4], &oid), 1);
	for (i = 0; i < 6; i++)
		CF_EQ(cf_get(env, env->pool[i], &oid, 0, i), i == 4 ? -ENOENT : 0);
	return cf_end(env);
}

static const struct conformance_case trees[] = {
	CF_EACH("tree", indices_at_the_edges),
	CF_CASE("tree", tree_grows_and_shrinks),
	CF_EACH("tree", tree_of_one_high_index),
	CF_CASE("tree", nodes_grow),
	CF_EACH("tree", ranges_across_borders),
	CF_CASE("tree", ranges_against_a_bitmap),
	CF_EACH("tree", range_over_the_whole_space),
	CF_CASE("tree", dense_object),
	CF_CASE("tree", objects_of_whole_batches),
	CF_CASE("tree", sparse_object),
	CF_EACH("tree", many_objects),
	CF_CASE("tree", objects_in_very_many_buckets),
	CF_EACH("tree", object_ids_are_told_apart),
	CF_CASE("tree", pools_are_told_apart),
};

const struct conformance_group conformance_tree = { trees, ARRAY_SIZE(trees) };
