// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * api_test.c - bad use is answered: an error, a reason, and no harm done
 *
 * Each test makes its mistakes on an instance that holds a page, and then looks
 * that the page is there, the structures are valid and the instance works on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include <port/threads.h>

#include "tmem.h"

static u8 page[PAGE_SIZE], back[PAGE_SIZE];
static const struct tmem_oid oid = { .w = { 1, 2, 3 } };

struct fixture {
	struct tmem *tm;
	int pool;		/* persistent; holds @page at index 5 */
	long live;		/* allocations before */
};

static struct tmem_pool_attr good_attr(void)
{
	return (struct tmem_pool_attr){
		.design = tmem_design_find("hashbucket"),
		.store = tmem_store_find("raw"),
		.flags = TMEM_POOL_PERSISTENT,
		.buckets = 16,
		.client = 1,
		.uuid = { 5, 6 },
	};
}

static int setup(void **state)
{
	static struct fixture fixture;
	struct tmem_config config = { .budget = 64, .shards = 1 };
	struct tmem_pool_attr attr = good_attr();
	struct fixture *f = &fixture;
	u32 i;

	tmem_port_quiesce();
	f->live = tmem_port_live();
	f->tm = tmem_create(&config, NULL);
	if (IS_ERR(f->tm))
		return -1;
	f->pool = tmem_pool_create(f->tm, &attr, NULL);
	if (f->pool < 0)
		return -1;
	for (i = 0; i < PAGE_SIZE; i++)
		page[i] = i * 7;
	*state = f;
	return tmem_put(f->tm, f->pool, &oid, 5, page);
}

/* The instance works on: its page is there, another comes and goes. */
static void works_on(struct fixture *f)
{
	assert_int_equal(tmem_validate(f->tm), 0);
	memset(back, 0, sizeof(back));
	assert_int_equal(tmem_get(f->tm, f->pool, &oid, 5, back), 0);
	assert_memory_equal(back, page, PAGE_SIZE);
	assert_int_equal(tmem_put(f->tm, f->pool, &oid, 6, page), 0);
	assert_int_equal(tmem_flush_page(f->tm, f->pool, &oid, 6), 0);
	assert_int_equal(tmem_get(f->tm, f->pool, &oid, 6, back), -ENOENT);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	tmem_destroy(f->tm);
	tmem_port_quiesce();
	if (tmem_port_live() != f->live)
		tmem_port_live_print(stderr);
	return tmem_port_live() != f->live;
}

/* ---- instances ---- */

static void expect_no_instance(u64 budget, unsigned int shards)
{
	struct tmem_config config = { .budget = budget, .shards = shards };
	const char *why = NULL;
	struct tmem *tm = tmem_create(&config, &why);

	assert_true(IS_ERR(tm));
	assert_int_equal(PTR_ERR(tm), -EINVAL);
	assert_non_null(why);
	assert_true(*why);
	tm = tmem_create(&config, NULL);
	assert_true(IS_ERR(tm));
}

static void bad_budget_or_shards(void **state)
{
	expect_no_instance(0, 1);
	expect_no_instance((1ULL << 40) + 1, 1);
	expect_no_instance(U64_MAX, 1);
	expect_no_instance(64, 3);
	expect_no_instance(64, 128);
	expect_no_instance(64, 65);
	works_on(*state);
}

static void ends_of_the_ranges_are_good(void **state)
{
	static const struct tmem_config good[] = {
		{ 1, 1 }, { 1ULL << 40, 1 }, { 64, 64 }, { 64, 2 }, { 64, 0 },
	};
	struct tmem_pool_attr attr = good_attr();
	const char *why;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		struct tmem *tm = tmem_create(&good[i], &why);
		int pool;

		assert_false(IS_ERR(tm));
		assert_null(why);
		attr.buckets = i % 2 ? 1 : TMEM_MAX_BUCKETS >> 4;
		pool = tmem_pool_create(tm, &attr, &why);
		assert_true(pool >= 0);
		assert_null(why);
		assert_int_equal(tmem_put(tm, pool, &oid, 0, page), 0);
		assert_int_equal(tmem_get(tm, pool, &oid, 0, back), 0);
		assert_int_equal(tmem_validate(tm), 0);
		tmem_destroy(tm);
	}
	works_on(*state);
}

static void bad_new_budget(void **state)
{
	struct fixture *f = *state;
	struct tmem_memory memory;

	assert_int_equal(tmem_set_budget(f->tm, 0), -EINVAL);
	assert_int_equal(tmem_set_budget(f->tm, (1ULL << 40) + 1), -EINVAL);
	tmem_memory(f->tm, &memory);
	assert_int_equal(memory.budget, 64);
	assert_int_equal(tmem_set_budget(f->tm, 1ULL << 40), 0);
	works_on(f);
}

/* ---- pools ---- */

static void expect_no_pool(struct fixture *f, const struct tmem_pool_attr *attr, int err)
{
	const char *why = NULL;
	int pool = tmem_pool_create(f->tm, attr, &why);

	assert_int_equal(pool, err);
	assert_non_null(why);
	assert_true(*why);
	assert_int_equal(tmem_pool_create(f->tm, attr, NULL), err);
	works_on(f);
}

static void unknown_names(void **state)
{
	struct tmem_pool_attr attr = good_attr();
	u32 i;

	assert_null(tmem_design_find("nosuch"));
	assert_null(tmem_design_find(""));
	assert_null(tmem_design_find("hashbucket "));
	assert_null(tmem_design_find("hash"));
	assert_null(tmem_store_find("nosuch"));
	assert_null(tmem_store_find(""));
	assert_null(tmem_design_at(1000));
	assert_null(tmem_store_at(1000));

	attr.design = tmem_design_find("nosuch");
	expect_no_pool(*state, &attr, -EINVAL);
	attr = good_attr();
	attr.store = tmem_store_find("nosuch");
	expect_no_pool(*state, &attr, -EINVAL);

	for (i = 0; tmem_design_at(i); i++)
		assert_ptr_equal(tmem_design_find(tmem_design_name(tmem_design_at(i))),
				 tmem_design_at(i));
	assert_true(i >= 4);
	for (i = 0; tmem_store_at(i); i++)
		assert_ptr_equal(tmem_store_find(tmem_store_name(tmem_store_at(i))),
				 tmem_store_at(i));
	assert_true(i >= 3);
	assert_non_null(tmem_design_find("hashbucket"));
	assert_non_null(tmem_design_find("hashbucket-fine"));
	assert_non_null(tmem_design_find("objlock"));
	assert_non_null(tmem_design_find("rcu"));
	assert_non_null(tmem_store_find("none"));
	assert_non_null(tmem_store_find("raw"));
	assert_non_null(tmem_store_find("lz4"));
}

static void bad_buckets(void **state)
{
	static const u32 bad[] = { 0, 3, 1000, 1U << 21, 1U << 31, U32_MAX };
	struct tmem_pool_attr attr = good_attr();
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		attr.buckets = bad[i];
		expect_no_pool(*state, &attr, -EINVAL);
	}
}

static void bad_flags(void **state)
{
	struct tmem_pool_attr attr = good_attr();
	u32 bit;

	for (bit = 0; bit < 32; bit++) {
		if (BIT(bit) & TMEM_POOL_FLAGS)
			continue;
		attr.flags = BIT(bit);
		expect_no_pool(*state, &attr, -EINVAL);
		attr.flags = BIT(bit) | TMEM_POOL_PERSISTENT;
		expect_no_pool(*state, &attr, -EINVAL);
	}
	attr.flags = TMEM_POOL_SHARED | TMEM_POOL_PERSISTENT;
	expect_no_pool(*state, &attr, -EINVAL);
	/* second chance is for shared pools */
	attr.flags = TMEM_POOL_SECOND_CHANCE;
	expect_no_pool(*state, &attr, -EINVAL);
	attr.flags |= TMEM_POOL_PERSISTENT;
	expect_no_pool(*state, &attr, -EINVAL);
	attr.flags |= TMEM_POOL_SHARED;
	expect_no_pool(*state, &attr, -EINVAL);
}

/* Who joins a shared pool asks for it as it is. */
static void join_with_other_attributes(void **state)
{
	struct fixture *f = *state;
	struct tmem_pool_attr attr = good_attr(), other;
	int pool;

	attr.flags = TMEM_POOL_SHARED;
	pool = tmem_pool_create(f->tm, &attr, NULL);
	assert_true(pool >= 0 && pool != f->pool);
	attr.client = 2;

	other = attr;
	other.buckets = 32;
	expect_no_pool(f, &other, -EINVAL);
	other = attr;
	other.design = tmem_design_find("objlock");
	expect_no_pool(f, &other, -EINVAL);
	other = attr;
	other.store = tmem_store_find("lz4");
	expect_no_pool(f, &other, -EINVAL);
	other = attr;
	other.flags |= TMEM_POOL_SECOND_CHANCE;
	expect_no_pool(f, &other, -EINVAL);

	/* none of them has become a member */
	assert_int_equal(tmem_pool_destroy(f->tm, pool, 2), -EINVAL);

	/* the uuid of a pool that is not shared names nothing */
	other = attr;
	other.flags = 0;
	other.client = 9;
	other.buckets = 32;
	assert_true(tmem_pool_create(f->tm, &other, NULL) != pool);

	assert_int_equal(tmem_pool_create(f->tm, &attr, NULL), pool);
	assert_int_equal(tmem_pool_destroy(f->tm, pool, 2), 0);
	assert_int_equal(tmem_pool_destroy(f->tm, pool, 1), 0);
	works_on(f);
}

static void too_many_members(void **state)
{
	struct fixture *f = *state;
	struct tmem_pool_attr attr = good_attr();
	u32 client;
	int pool;

	attr.flags = TMEM_POOL_SHARED;
	pool = tmem_pool_create(f->tm, &attr, NULL);
	assert_true(pool >= 0);
	for (client = 2; client <= TMEM_MAX_MEMBERS; client++) {
		attr.client = client;
		assert_int_equal(tmem_pool_create(f->tm, &attr, NULL), pool);
	}
	attr.client = 1000;
	expect_no_pool(f, &attr, -ENOSPC);
	assert_int_equal(tmem_pool_destroy(f->tm, pool, 1000), -EINVAL);
	assert_int_equal(tmem_pool_destroy(f->tm, pool, 7), 0);
	assert_int_equal(tmem_pool_create(f->tm, &attr, NULL), pool);
	expect_no_pool(f, &(struct tmem_pool_attr){
		.design = attr.design, .store = attr.store, .flags = attr.flags,
		.buckets = attr.buckets, .client = 7, .uuid = { 5, 6 },
	}, -ENOSPC);
}

static void pool_table_full(void **state)
{
	struct fixture *f = *state;
	struct tmem_pool_attr attr = good_attr();
	int pool = -1, made;

	attr.buckets = 1;
	for (made = 1; made < TMEM_MAX_POOLS; made++) {
		pool = tmem_pool_create(f->tm, &attr, NULL);
		assert_true(pool >= 0 && pool < TMEM_MAX_POOLS && pool != f->pool);
	}
	expect_no_pool(f, &attr, -ENOSPC);
	assert_int_equal(tmem_put(f->tm, pool, &oid, 0, page), 0);
	assert_int_equal(tmem_pool_destroy(f->tm, pool, 1), 0);
	assert_int_equal(tmem_put(f->tm, pool, &oid, 0, page), -ENODEV);
	assert_int_equal(tmem_pool_create(f->tm, &attr, NULL), pool);
	assert_int_equal(tmem_get(f->tm, pool, &oid, 0, back), -ENOENT);
	expect_no_pool(f, &attr, -ENOSPC);
}

static void destroy_twice_or_by_a_stranger(void **state)
{
	struct fixture *f = *state;
	struct tmem_pool_attr attr = good_attr();
	int pool = tmem_pool_create(f->tm, &attr, NULL);

	assert_true(pool >= 0);
	assert_int_equal(tmem_pool_destroy(f->tm, pool, 2), -EINVAL);
	assert_int_equal(tmem_put(f->tm, pool, &oid, 0, page), 0);
	assert_int_equal(tmem_pool_destroy(f->tm, pool, 1), 0);
	assert_int_equal(tmem_pool_destroy(f->tm, pool, 1), -ENODEV);
	assert_int_equal(tmem_pool_destroy(f->tm, -1, 1), -ENODEV);
	assert_int_equal(tmem_pool_destroy(f->tm, TMEM_MAX_POOLS, 1), -ENODEV);
	works_on(f);
}

/* ---- pages ---- */

static void no_such_pool(void **state)
{
	struct fixture *f = *state;
	struct tmem_pool_attr attr = good_attr();
	int bad[] = { -1, TMEM_MAX_POOLS, TMEM_MAX_POOLS + 1, INT_MAX, INT_MIN, 700, 0 };
	struct tmem_io io = { .oid = oid, .index = 5, .page = page, .result = 12345 };
	struct tmem_pool_info info;
	struct tmem_stats stats;
	u32 i;

	/* the last is one that was there */
	i = ARRAY_SIZE(bad) - 1;
	bad[i] = tmem_pool_create(f->tm, &attr, NULL);
	assert_true(bad[i] >= 0);
	assert_int_equal(tmem_put(f->tm, bad[i], &oid, 5, page), 0);
	assert_int_equal(tmem_pool_destroy(f->tm, bad[i], 1), 0);

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(tmem_put(f->tm, bad[i], &oid, 5, page), -ENODEV);
		assert_int_equal(tmem_get(f->tm, bad[i], &oid, 5, back), -ENODEV);
		assert_int_equal(tmem_put_batch(f->tm, bad[i], &io, 1), -ENODEV);
		assert_int_equal(tmem_get_batch(f->tm, bad[i], &io, 1), -ENODEV);
		assert_int_equal(io.result, 12345);
		assert_int_equal(tmem_replace(f->tm, bad[i], &oid, 5, page), -ENODEV);
		assert_int_equal(tmem_flush_page(f->tm, bad[i], &oid, 5), -ENODEV);
		assert_int_equal(tmem_flush_range(f->tm, bad[i], &oid, 5, 5), -ENODEV);
		assert_int_equal(tmem_flush_object(f->tm, bad[i], &oid), -ENODEV);
		assert_int_equal(tmem_pool_freeze(f->tm, bad[i]), -ENODEV);
		assert_int_equal(tmem_pool_thaw(f->tm, bad[i]), -ENODEV);
		assert_int_equal(tmem_pool_stats(f->tm, bad[i], &stats), -ENODEV);
		assert_int_equal(tmem_pool_describe(f->tm, bad[i], &info), -ENODEV);
		works_on(f);
	}
}

static void pools_are_described(void **state)
{
	struct fixture *f = *state;
	struct tmem_pool_attr attr = good_attr();
	struct tmem_pool_info info;
	int pool;

	assert_int_equal(tmem_pool_describe(f->tm, f->pool, &info), 0);
	assert_ptr_equal(info.design, attr.design);
	assert_ptr_equal(info.store, attr.store);
	assert_int_equal(info.flags, attr.flags);
	assert_int_equal(info.buckets, attr.buckets);
	assert_int_equal(info.members, 1);
	assert_int_equal(info.stats.v[TMEM_pages], 1);

	attr.flags = TMEM_POOL_SHARED;
	pool = tmem_pool_create(f->tm, &attr, NULL);
	attr.client = 2;
	assert_int_equal(tmem_pool_create(f->tm, &attr, NULL), pool);
	assert_int_equal(tmem_pool_describe(f->tm, pool, &info), 0);
	assert_int_equal(info.members, 2);
	assert_int_equal(info.flags, TMEM_POOL_SHARED);
	assert_int_equal(info.stats.v[TMEM_pages], 0);
}

/* Not persistent pages, and not those for which no memory was taken. */
static void evictable_frames(void **state)
{
	struct fixture *f = *state;
	struct tmem_pool_attr attr = good_attr();
	int raw, none;
	u32 i;

	assert_int_equal(tmem_evictable(f->tm), 0);
	attr.flags = 0;
	raw = tmem_pool_create(f->tm, &attr, NULL);
	attr.store = tmem_store_find("none");
	none = tmem_pool_create(f->tm, &attr, NULL);
	assert_true(raw >= 0 && none >= 0);
	for (i = 0; i < 3; i++) {
		assert_int_equal(tmem_put(f->tm, raw, &oid, i, page), 0);
		assert_int_equal(tmem_put(f->tm, none, &oid, i, page), 0);
	}
	assert_int_equal(tmem_evictable(f->tm), 3);
	assert_int_equal(tmem_evict(f->tm, 1), 1);
	assert_int_equal(tmem_evictable(f->tm), 2);
}

static void missing_pointers(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(tmem_put(f->tm, f->pool, NULL, 5, page), -EINVAL);
	assert_int_equal(tmem_get(f->tm, f->pool, NULL, 5, back), -EINVAL);
	assert_int_equal(tmem_replace(f->tm, f->pool, NULL, 5, page), -EINVAL);
	assert_int_equal(tmem_flush_page(f->tm, f->pool, NULL, 5), -EINVAL);
	assert_int_equal(tmem_flush_range(f->tm, f->pool, NULL, 0, 9), -EINVAL);
	assert_int_equal(tmem_flush_object(f->tm, f->pool, NULL), -EINVAL);
	works_on(f);
	assert_int_equal(tmem_get(f->tm, f->pool, &oid, 5, NULL), -EINVAL);
	assert_int_equal(tmem_replace(f->tm, f->pool, &oid, 5, NULL), -EINVAL);
	works_on(f);
	assert_int_equal(tmem_put(f->tm, f->pool, &oid, 7, NULL), -EINVAL);
	assert_int_equal(tmem_get(f->tm, f->pool, &oid, 7, back), -ENOENT);
	works_on(f);
}

/* No pages at all, too many, none there; and some that have no bytes. */
static void hostile_batches(void **state)
{
	struct fixture *f = *state;
	struct tmem_io io[3] = {
		{ .oid = oid, .index = 20, .page = page },
		{ .oid = oid, .index = 21, .page = NULL },
		{ .oid = oid, .index = 22, .page = page },
	};

	assert_int_equal(tmem_put_batch(f->tm, f->pool, NULL, 1), -EINVAL);
	assert_int_equal(tmem_get_batch(f->tm, f->pool, NULL, 0), -EINVAL);
	assert_int_equal(tmem_put_batch(f->tm, f->pool, io, 1U << 31), -EINVAL);
	assert_int_equal(tmem_get_batch(f->tm, f->pool, io, U32_MAX), -EINVAL);
	works_on(f);
	assert_int_equal(tmem_put_batch(f->tm, f->pool, io, 0), 0);
	assert_int_equal(tmem_get_batch(f->tm, f->pool, io, 0), 0);

	assert_int_equal(tmem_put_batch(f->tm, f->pool, io, 3), 2);
	assert_int_equal(io[0].result, 0);
	assert_int_equal(io[1].result, -EINVAL);
	assert_int_equal(io[2].result, 0);
	io[0].page = back;
	io[1].page = back;
	io[2].page = NULL;
	memset(back, 0, sizeof(back));
	assert_int_equal(tmem_get_batch(f->tm, f->pool, io, 3), 1);
	assert_int_equal(io[0].result, 0);
	assert_memory_equal(back, page, PAGE_SIZE);
	assert_int_equal(io[1].result, -ENOENT);
	assert_int_equal(io[2].result, -EINVAL);
	assert_int_equal(tmem_flush_range(f->tm, f->pool, &oid, 20, 22), 2);
	works_on(f);
}

/* A put without bytes that hits a page must not leave the older one either. */
static void put_without_bytes_leaves_nothing_stale(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(tmem_put(f->tm, f->pool, &oid, 8, page), 0);
	assert_int_equal(tmem_put(f->tm, f->pool, &oid, 8, NULL), -EINVAL);
	assert_int_equal(tmem_get(f->tm, f->pool, &oid, 8, back), -ENOENT);
	works_on(f);
}

/* For store "none" there are no bytes to point at. */
static void none_needs_no_bytes(void **state)
{
	struct fixture *f = *state;
	struct tmem_pool_attr attr = good_attr();
	int pool;

	attr.store = tmem_store_find("none");
	pool = tmem_pool_create(f->tm, &attr, NULL);
	assert_true(pool >= 0);
	assert_int_equal(tmem_put(f->tm, pool, &oid, 0, NULL), 0);
	assert_int_equal(tmem_get(f->tm, pool, &oid, 0, NULL), 0);
	assert_int_equal(tmem_get(f->tm, pool, &oid, 1, NULL), -ENOENT);
	assert_int_equal(tmem_replace(f->tm, pool, &oid, 0, NULL), 0);
	works_on(f);
}

static void first_beyond_last(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(tmem_flush_range(f->tm, f->pool, &oid, 6, 5), -EINVAL);
	assert_int_equal(tmem_flush_range(f->tm, f->pool, &oid, U32_MAX, 0), -EINVAL);
	works_on(f);
}

/* Every counter and gauge has a name and a text, each its own. */
static void statistics_are_described(void **state)
{
	u32 i, k;

	for (i = 0; i < TMEM_NR_STATS; i++) {
		assert_non_null(tmem_stat_desc[i].name);
		assert_true(*tmem_stat_desc[i].name && *tmem_stat_desc[i].text);
		for (k = 0; k < i; k++)
			assert_string_not_equal(tmem_stat_desc[i].name,
						tmem_stat_desc[k].name);
	}
	assert_string_equal(tmem_stat_desc[TMEM_puts].name, "puts");
	assert_string_equal(tmem_stat_desc[TMEM_pages].name, "pages");
	works_on(*state);
}

static void nothing_is_left(void **state)
{
	(void)state;
	tmem_exit();
	if (tmem_port_live())
		tmem_port_live_print(stderr);
	assert_int_equal(tmem_port_live(), 0);
}

#define API_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		API_TEST(bad_budget_or_shards),
		API_TEST(ends_of_the_ranges_are_good),
		API_TEST(bad_new_budget),
		API_TEST(unknown_names),
		API_TEST(bad_buckets),
		API_TEST(bad_flags),
		API_TEST(join_with_other_attributes),
		API_TEST(too_many_members),
		API_TEST(pool_table_full),
		API_TEST(destroy_twice_or_by_a_stranger),
		API_TEST(no_such_pool),
		API_TEST(pools_are_described),
		API_TEST(evictable_frames),
		API_TEST(missing_pointers),
		API_TEST(hostile_batches),
		API_TEST(put_without_bytes_leaves_nothing_stale),
		API_TEST(none_needs_no_bytes),
		API_TEST(first_beyond_last),
		API_TEST(statistics_are_described),
		cmocka_unit_test(nothing_is_left),
	};

	if (tmem_init()) {
		fprintf(stderr, "tmem_init failed\n");
		return 1;
	}
	return cmocka_run_group_tests_name("bad use", tests, NULL, NULL) != 0;
}
