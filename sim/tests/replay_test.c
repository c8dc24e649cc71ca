// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * replay_test.c - replays are exact, orders are kept, and lies are found
 *
 *	exact	a page cache of C1 pages before an exclusive tmem of C2 pages misses
 *		as often as an LRU of C1 + C2 pages, on real traces and all designs
 *	orders	"global" gives identical counters on 1, 2 and 8 threads, reclaim
 *		included; "handle" and "object" where nothing is evicted or refused;
 *		streamed or not
 *	lies	a store that flips a bit, a design that loses a persistent page,
 *		serves one after its flush, or keeps the one before the last: verify
 *		finds each, with made bytes and with those of a file of one page
 *
 * Argument: the folder with the real traces; without them those tests skip.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>


#include "index.h"
#include "replay_support.h"

/* The debug model and sanitizers cost a factor of ten and more. */
#if TMEM_DEBUG
#define SLOW 1
#else
#define SLOW 0
#endif

#define RECLAIM_FRAMES	(SLOW ? 500 : 3000)	/* too few for the trace */

static const char *traces = ".";

static const struct {
	const char *trace;
	u64 pages;
	u64 misses;		/* of an LRU of so many pages */
	bool large;
} reference[] = {
	{ "arc-OLTP.lis.zst", 2000, 525910, false },
	{ "arc-OLTP.lis.zst", 10000, 359239, false },
	{ "arc-OLTP.lis.zst", 40000, 252591, false },
	{ "arc-P3.lis.zst", 20000, 3823110, true },
	{ "arc-P3.lis.zst", 76254, 3254769, true },
	{ "arc-P3.lis.zst", 200000, 1590192, true },
};

/* Each split on each design; of a large trace, each split and each design. */
static void exact(struct trace_reader *reader, u64 pages, u64 misses, bool large)
{
	static const u32 tenths[] = { 1, 5, 8 };
	u32 split, d;

	for (split = SLOW ? 2 : 0; split < ARRAY_SIZE(tenths); split++) {
		u64 c1 = pages * tenths[split] / 10;

		for (d = 0; tmem_design_at(d); d++) {
			struct replay_case c = replay_case_of(
				tmem_design_name(tmem_design_at(d)),
				pages - c1);
			struct replay_outcome out;

			if (large && d % ARRAY_SIZE(tenths) != split)
				continue;
			c.front.page_cache.pages = c1;
			replay_once(&c, reader, &out);
			assert_int_equal(out.ret, 0);
			assert_int_equal(out.cache.references - out.cache.hits -
					 out.result.total.hits, misses);
			run_result_free(&out.result);
		}
	}
}

static void misses_are_those_of_one_lru(void **state)
{
	struct trace_reader *reader;
	char path[4096];
	bool some = false;
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(reference); i++) {
		if (SLOW && (reference[i].large || i))
			continue;
		snprintf(path, sizeof(path), "%s/%s", traces,
			 reference[i].trace);
		reader = replay_import(path);
		if (!reader)
			continue;
		some = true;
		exact(reader, reference[i].pages, reference[i].misses,
		      reference[i].large);
		trace_close(reader);
	}
	if (!some) {
		print_message("skipped: no traces in %s\n", traces);
		skip();
	}
}

static struct gen_config mixed(u64 events)
{
	struct gen_config config;

	gen_defaults(&config, GEN_MIXED);
	config.events = SLOW ? events / 5 : events;
	config.clients = 3;
	config.pages = 1 << 14;
	config.objects = 200;
	config.cache = 1 << 10;
	config.swap_pages = 1 << 12;
	return config;
}

static void same_on_threads(enum order order, u64 frames, const char *store,
			    u32 queue_limit)
{
	static const u32 threads[] = { 1, 2, 8 };
	struct gen_config config = mixed(100000);
	struct trace_reader *reader = replay_generate(&config);
	struct replay_outcome first, out;
	u32 d, t;

	for (d = 0; tmem_design_at(d); d++)
		for (t = 0; t < ARRAY_SIZE(threads); t++) {
			struct replay_case c = replay_case_of(
				tmem_design_name(tmem_design_at(d)), frames);

			c.run.store = tmem_store_find(store);
			c.run.verify = true;
			c.front.order = order;
			c.front.threads = threads[t];
			c.front.queue_limit = queue_limit;
			replay_once(&c, reader, &out);
			assert_int_equal(out.ret, 0);
			if (out.result.violations)
				fail_msg("%s", out.result.violation);
			if (!d && !t) {
				first = out;
				continue;
			}
			if (order != ORDER_GLOBAL)
				/* which pages share frames is open */
				out.result.stats.v[TMEM_bytes_charged] =
					first.result.stats.v[TMEM_bytes_charged];
			assert_true(replay_same(&first, &out));
			run_result_free(&out.result);
		}
	/* the trace exercises what this is about */
	assert_true(first.result.total.hits > 100);
	assert_true(first.result.total.flushed > 100);
	if (frames < 100000)
		assert_true(first.result.stats.v[TMEM_evicted] > 500);
	else
		assert_int_equal(first.result.stats.v[TMEM_evicted], 0);
	run_result_free(&first.result);
	trace_close(reader);
}

static void global_order_repeats_with_reclaim(void **state)
{
	(void)state;
	same_on_threads(ORDER_GLOBAL, RECLAIM_FRAMES, "lz4", 0);
	same_on_threads(ORDER_GLOBAL, RECLAIM_FRAMES, "raw", 0);
}

static void handle_order_repeats_where_all_fits(void **state)
{
	(void)state;
	same_on_threads(ORDER_HANDLE, 1 << 20, "lz4", 0);
	same_on_threads(ORDER_OBJECT, 1 << 20, "none", 0);
}

static void a_streamed_replay_is_the_same(void **state)
{
	(void)state;
	same_on_threads(ORDER_GLOBAL, RECLAIM_FRAMES, "raw", 2);
	same_on_threads(ORDER_HANDLE, 1 << 20, "none", 2);
}

/* Any order, many threads, reclaim: nothing may be found on any design. */
static void verify_finds_nothing_where_nothing_is(void **state)
{
	struct gen_config config = mixed(60000);
	struct trace_reader *reader = replay_generate(&config);
	struct replay_outcome out;
	u32 d, order;

	(void)state;
	for (d = 0; tmem_design_at(d); d++)
		for (order = 0; order < NR_ORDERS; order++) {
			struct replay_case c = replay_case_of(
				tmem_design_name(tmem_design_at(d)),
				RECLAIM_FRAMES);

			if (SLOW && (order + d) % 2)
				continue;
			c.run.store = tmem_store_find("lz4");
			c.run.verify = true;
			c.front.order = (enum order)order;
			c.front.threads = 8;
			replay_once(&c, reader, &out);
			assert_int_equal(out.ret, 0);
			if (out.result.violations)
				fail_msg("%s, order %s: %s", out.result.design,
					 order_names[order],
					 out.result.violation);
			run_result_free(&out.result);
		}
	trace_close(reader);
}

/* ---- lies ---- */

static struct tmem_store_ops lying_store;
static struct tmem_index_ops lying_design;
static const struct tmem_index_ops *honest_design;
static u64 told, lie_at;

static bool now_lie(void)
{
	return __atomic_add_fetch(&told, 1, __ATOMIC_RELAXED) == lie_at;
}

static int flip_get(struct tmem_pool *pool, struct tmem_page *page, void *dst)
{
	int ret = tmem_store_raw.get(pool, page, dst);

	if (now_lie())
		((u8 *)dst)[1234] ^= 0x10;
	return ret;
}

static int lose_put(struct tmem_pool *pool, struct tmem_request *req)
{
	struct tmem_range range = { .first = req->index, .last = req->index };
	int ret = honest_design->put(pool, req);

	if (!ret && tmem_pool_persistent(pool) && now_lie())
		honest_design->flush_range(pool, req->oid, &range);
	return ret;
}

static long keep_flush(struct tmem_pool *pool, const struct tmem_oid *oid,
		       struct tmem_range *range)
{
	if (range->first == range->last && tmem_pool_persistent(pool) &&
	    now_lie()) {
		range->done = true;
		return 1;
	}
	return honest_design->flush_range(pool, oid, range);
}

static u32 puts_of[100];	/* by index, as by_hand() has them */

static int stale_put(struct tmem_pool *pool, struct tmem_request *req)
{
	bool second = __atomic_add_fetch(&puts_of[req->index], 1,
					 __ATOMIC_RELAXED) % 2 == 0;

	return second && now_lie() ? 0 : honest_design->put(pool, req);
}

/* Tell the lie number @at; whether it was found, as @what says. */
static bool lie_with(struct content content,
		     const struct tmem_index_ops *design,
		     const struct tmem_store_ops *store, u64 at,
		     struct trace_reader *reader, const char *what)
{
	struct replay_case c = replay_case_of("rcu", 1 << 20);
	struct replay_outcome out;
	bool found;

	told = 0;
	lie_at = at;
	c.run.design = design;
	c.run.store = store;
	c.run.verify = true;
	c.run.content = content;
	c.front.threads = 2;
	replay_once(&c, reader, &out);
	assert_int_equal(out.ret, 0);
	assert_true(told >= at);	/* it did lie */
	found = out.result.violations && strstr(out.result.violation, what);
	run_result_free(&out.result);
	return found;
}

static bool lie(const struct tmem_index_ops *design,
		const struct tmem_store_ops *store, u64 at,
		struct trace_reader *reader, const char *what)
{
	static u8 page[PAGE_SIZE] = "all pages are this one";
	struct content_file file = { .pages = page, .nr_pages = 1 };

	return lie_with(content_model(7, 45, 5), design, store, at, reader,
			what) &&
		lie_with(content_of_file(7, &file), design, store, at, reader,
			 what);
}

static void a_flipped_bit_is_found(void **state)
{
	struct trace_reader *reader;
	struct gen_config config;
	u64 pages = SLOW ? 20000 : 1000000;

	(void)state;
	gen_defaults(&config, GEN_LOOP);
	config.output = TRACE_OPERATIONS;
	config.events = 3 * pages;
	config.pages = 4000;
	config.objects = 10;
	reader = replay_generate(&config);
	lying_store = tmem_store_raw;
	lying_store.get = flip_get;
	assert_true(lie(&tmem_rcu, &lying_store, pages, reader,
			"wrong bytes"));
	trace_close(reader);
}

/* A persistent pool: @nr operations on each of 100 pages, one page after another. */
static struct trace_reader *by_hand(const u8 *ops, u32 nr)
{
	struct trace_info info = {
		.page_size = 4096, .kind = TRACE_OPERATIONS, .nr_pools = 1,
		.pools = &(struct trace_pool){ .flags = TRACE_POOL_PERSISTENT },
	};
	struct replay_by_hand to = replay_write_begin(&info);
	u32 i;

	for (i = 0; i < 100 * nr; i++) {
		struct trace_record r = {
			.event = { .op = ops[i % nr], .index = i / nr,
				   .count = 1 },
			.oid = { { 5, 6, 7 } },
		};

		replay_write(&to, &r);
	}
	return replay_write_end(&to);
}

/* The design that lies, and otherwise does what @honest does. */
static struct tmem_index_ops *liar(const struct tmem_index_ops *honest)
{
	honest_design = honest;
	lying_design = *honest;
	return &lying_design;
}

static void a_lost_persistent_page_is_found(void **state)
{
	static const u8 ops[] = { TRACE_PUT, TRACE_GET };
	struct trace_reader *reader = by_hand(ops, ARRAY_SIZE(ops));

	(void)state;
	liar(&tmem_objlock)->put = lose_put;
	assert_true(lie(&lying_design, &tmem_store_none, 70, reader,
			"persistent page was lost"));
	trace_close(reader);
}

static void a_page_after_its_flush_is_found(void **state)
{
	static const u8 ops[] = { TRACE_PUT, TRACE_FLUSH, TRACE_GET };
	struct trace_reader *reader = by_hand(ops, ARRAY_SIZE(ops));

	(void)state;
	liar(&tmem_hashbucket_fine)->flush_range = keep_flush;
	assert_true(lie(&lying_design, &tmem_store_raw, 50, reader,
			"hit where it must miss"));
	trace_close(reader);
}

static void a_stale_page_is_found(void **state)
{
	static const u8 ops[] = { TRACE_PUT, TRACE_PUT, TRACE_GET };
	struct trace_reader *reader = by_hand(ops, ARRAY_SIZE(ops));

	(void)state;
	liar(&tmem_rcu)->put = stale_put;
	assert_true(lie(&lying_design, &tmem_store_lz4, 60, reader,
			"wrong bytes"));
	trace_close(reader);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(misses_are_those_of_one_lru),
		cmocka_unit_test(global_order_repeats_with_reclaim),
		cmocka_unit_test(handle_order_repeats_where_all_fits),
		cmocka_unit_test(a_streamed_replay_is_the_same),
		cmocka_unit_test(verify_finds_nothing_where_nothing_is),
		cmocka_unit_test(a_flipped_bit_is_found),
		cmocka_unit_test(a_lost_persistent_page_is_found),
		cmocka_unit_test(a_page_after_its_flush_is_found),
		cmocka_unit_test(a_stale_page_is_found),
	};

	if (argc > 1)
		traces = argv[1];
	return cmocka_run_group_tests(tests, replay_tests_begin,
				      replay_tests_end);
}
