// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * admission_test.c - each policy admits what it says, and what it turns away is gone
 *
 *	alone	a ghost is as exact as a search through all earlier puts; lots have
 *		their share, and are drawn again alike
 *	before tmem
 *		known streams by hand; a real trace, against the counts of a model in
 *		another language; older copies do not stay behind, neither of recorded
 *		puts nor where two page caches share a pool
 *	all designs and orders
 *		the same counters, every answer verified, nothing lost from the sums
 *
 * Argument: the folder with the real traces; without them their test skips.
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

#if TMEM_DEBUG
#define SLOW 1
#else
#define SLOW 0
#endif

static const char *traces = ".";

static struct admission_choice choose(const char *text)
{
	struct admission_choice choice = { .seed = 1 };
	const char *wrong = admission_choose(text, &choice);

	if (wrong)
		fail_msg("%s: %s", text, wrong);
	return choice;
}

/* ---- alone ---- */

struct asked {
	struct admission_choice choice;
	void *state;
	u32 nr;
};

static struct asked ask(const char *text, u64 seed)
{
	struct asked a = { .choice = choose(text) };

	a.choice.seed = seed;
	a.state = a.choice.ops->create(a.choice.value, seed);
	assert_non_null(a.state);
	return a;
}

static bool put(struct asked *a, u32 object, u32 index)
{
	struct op op = { .object = object, .index = index, .arg = ++a->nr };

	return a->choice.ops->admit(a->state, &op);
}

static void done(struct asked *a)
{
	a->choice.ops->destroy(a->state);
}

#define PUTS (SLOW ? 4000U : 30000U)

/* Was the same handle among the @window puts before? */
static bool among(const u32 *handles, u32 nr, u32 window)
{
	u32 i;

	for (i = nr; i > 0 && nr - (i - 1) <= window; i--)
		if (handles[i - 1] == handles[nr])
			return true;
	return false;
}

static void a_ghost_is_exact(void **state)
{
	static const u32 windows[] = { 1, 2, 3, 7, 64, 100, 1000 };
	u32 *handles = malloc(PUTS * sizeof(*handles)), i, w;
	u64 x = 12345, admitted = 0;

	(void)state;
	assert_non_null(handles);
	for (i = 0; i < PUTS; i++) {
		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		/* few pages and many, of few objects */
		handles[i] = (u32)(x >> 33) % (x >> 62 ? 1500 : 20);
	}
	for (w = 0; w < ARRAY_SIZE(windows); w++) {
		char text[32];
		struct asked a;

		snprintf(text, sizeof(text), "ghost:%u", windows[w]);
		a = ask(text, 1);
		for (i = 0; i < PUTS; i++) {
			bool made = put(&a, handles[i] % 3, handles[i]);

			assert_int_equal(made, among(handles, i, windows[w]));
			admitted += made;
		}
		done(&a);
	}
	assert_true(admitted > PUTS / 10);
	free(handles);
}

static u32 share(const char *text, u64 seed, u8 *made)
{
	struct asked a = ask(text, seed);
	u32 i, admitted = 0;

	for (i = 0; i < PUTS; i++) {
		made[i] = put(&a, i % 5, i % 50);	/* each handle again and again */
		admitted += made[i];
	}
	done(&a);
	return admitted;
}

static void lots_have_their_share(void **state)
{
	u8 *made = malloc(PUTS), *again = malloc(PUTS);
	u32 nr, i, differ = 0;

	(void)state;
	assert_true(made && again);
	assert_int_equal(share("random:0", 1, made), 0);
	assert_int_equal(share("random:1", 1, made), PUTS);
	nr = share("random:0.3", 7, made);
	assert_in_range(nr, PUTS * 0.27, PUTS * 0.33);
	assert_int_equal(share("random:0.3", 7, again), nr);
	assert_memory_equal(made, again, PUTS);
	assert_in_range(share("random:0.3", 8, again), PUTS * 0.27, PUTS * 0.33);
	for (i = 0; i < PUTS; i++)
		differ += made[i] != again[i];
	assert_in_range(differ, PUTS * 0.37, PUTS * 0.47);	/* 2 * 0.3 * 0.7 */
	/* a handle is not always among the lucky ones */
	for (nr = 0, i = 0; i < PUTS; i += 50)
		nr += made[i];
	assert_in_range(nr, PUTS / 50 * 0.15, PUTS / 50 * 0.45);
	free(made);
	free(again);
}

static void bad_parameters_are_refused(void **state)
{
	static const char *const bad[] = {
		"", "none", "al", "all:", "all:1", "workingset:1", "ghost:", "ghost:0",
		"ghost:x", "ghost:-1", "ghost:+1", "ghost: 1", "ghost:1k",
		"ghost:268435457", "ghost:99999999999999999999", "ghosts", ":",
		"random:", "random:2", "random:-0.5", "random:nan", "random:inf",
		"random:1.0001", "random:0.5x", "random: 0.5", "random:.5",
	};
	struct admission_choice choice;
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (!admission_choose(bad[i], &choice))
			fail_msg("'%s' is taken", bad[i]);
	assert_non_null(strstr(admission_choose("ghost:0", &choice), "268435456"));
	choice = choose("ghost:268435456");
	assert_int_equal(choice.value, 1 << 28);
	assert_int_equal(choose("ghost").value, 1 << 18);
}

/* ---- before tmem ---- */

/* The options of a replay by hand: one thread, room for everything. */
static struct replay_case small(const char *admission, u64 page_cache)
{
	struct replay_case c = replay_case_of("rcu", 1000);

	c.front.admission = choose(admission);
	c.front.page_cache.pages = page_cache;
	c.run.store = tmem_store_find("raw");
	c.run.verify = true;
	return c;
}

struct step {
	u8 op;
	u32 index;
	u32 client;
};

static struct trace_reader *by_hand(enum trace_kind kind, const struct step *steps,
				    u32 nr)
{
	struct trace_info info = {
		.page_size = 4096, .kind = kind, .nr_pools = 1,
		.pools = &(struct trace_pool){ .client = 0 },
	};
	struct replay_by_hand to = replay_write_begin(&info);
	u32 i;

	for (i = 0; i < nr; i++) {
		struct trace_record r = {
			.event = { .op = steps[i].op, .index = steps[i].index,
				   .client = steps[i].client, .count = 1 },
			.oid = { { 5, 6, 7 } },
		};

		replay_write(&to, &r);
	}
	return replay_write_end(&to);
}

static void expect_counts(struct replay_case *c, struct trace_reader *reader,
			  u64 puts, u64 hits, u64 not_admitted, u64 flushes_asked)
{
	struct replay_outcome out;

	replay_once(c, reader, &out);
	assert_int_equal(out.ret, 0);
	if (out.result.violations)
		fail_msg("%s", out.result.violation);
	assert_int_equal(out.result.total.puts, puts);
	assert_int_equal(out.result.total.hits, hits);
	assert_int_equal(out.not_admitted, not_admitted);
	/* what took the place of puts is not among the trace's flushes */
	assert_int_equal(out.result.total.flushes, 0);
	assert_int_equal(out.result.stats.v[TMEM_flushes], flushes_asked);
	run_result_free(&out.result);
}

static void workingset_knows_who_was_active(void **state)
{
	/* in a page cache of 4, 0 is hit; the others pass through, twice */
	static const struct step steps[] = {
		{ TRACE_READ, 0, 0 }, { TRACE_READ, 0, 0 }, { TRACE_READ, 1, 0 },
		{ TRACE_READ, 2, 0 }, { TRACE_READ, 3, 0 }, { TRACE_READ, 4, 0 },
		{ TRACE_READ, 5, 0 }, { TRACE_READ, 6, 0 }, { TRACE_READ, 7, 0 },
		{ TRACE_READ, 0, 0 }, { TRACE_READ, 1, 0 }, { TRACE_READ, 2, 0 },
	};
	struct trace_reader *reader = by_hand(TRACE_REFERENCES, steps,
					      ARRAY_SIZE(steps));
	struct replay_case c = small("all", 4);

	(void)state;
	expect_counts(&c, reader, 7, 3, 0, 0);
	/* LRU: 0 leaves, and its put alone is made */
	c = small("workingset", 4);
	expect_counts(&c, reader, 1, 1, 6, 0);
	/* two lists: 0 stays, as active; it is hit again and nothing was active that left */
	c.front.page_cache.policy = PAGECACHE_ACTIVE_INACTIVE;
	expect_counts(&c, reader, 0, 0, 6, 0);
	trace_close(reader);
}

static void workingset_wants_to_know(void **state)
{
	static const struct step steps[] = { { TRACE_PUT, 0, 0 } };
	static const struct step reads[] = { { TRACE_READ, 0, 0 } };
	struct trace_reader *reader = by_hand(TRACE_OPERATIONS, steps, 1);
	struct replay_case c = small("workingset", 4);
	struct replay_outcome out;

	(void)state;
	replay_once(&c, reader, &out);
	assert_int_equal(out.ret, -EINVAL);
	assert_non_null(strstr(out.error.text, "page references"));
	trace_close(reader);
	reader = by_hand(TRACE_REFERENCES, reads, 1);
	c = small("workingset", 0);
	replay_once(&c, reader, &out);
	assert_int_equal(out.ret, -EINVAL);
	assert_non_null(strstr(out.error.text, "page cache"));
	trace_close(reader);
}

/* A put that is made, and a later one of the same page that is not: it must miss. */
static void an_older_copy_does_not_stay(void **state)
{
	static const struct step steps[] = {
		{ TRACE_PUT, 0, 0 },	/* turned away */
		{ TRACE_PUT, 0, 0 },	/* made: the put before was of this page */
		{ TRACE_PUT, 1, 0 },	/* turned away */
		{ TRACE_PUT, 0, 0 },	/* turned away: now 0 must go */
		{ TRACE_GET, 0, 0 },
		{ TRACE_PUT, 0, 0 },	/* made, to show that gets can hit */
		{ TRACE_GET, 0, 0 },
	};
	struct trace_reader *reader = by_hand(TRACE_OPERATIONS, steps,
					      ARRAY_SIZE(steps));
	struct replay_case c = small("ghost:1", 0);

	(void)state;
	expect_counts(&c, reader, 2, 1, 3, 3);
	trace_close(reader);
}

/*
 * Client 1 holds page 0 while client 2 has it put, and puts it later itself: that put
 * is turned away, and what client 2 put must be gone.
 */
static void nor_where_two_share_a_pool(void **state)
{
	static const struct step steps[] = {
		{ TRACE_READ, 0, 1 },
		{ TRACE_READ, 0, 2 },
		{ TRACE_READ, 1, 2 },	/* put 0: turned away */
		{ TRACE_READ, 0, 2 },	/* put 1: turned away */
		{ TRACE_READ, 1, 2 },	/* put 0: made, two puts after the first */
		{ TRACE_READ, 2, 2 },	/* put 1: made */
		{ TRACE_READ, 3, 2 },	/* put 2: turned away */
		{ TRACE_READ, 4, 1 },	/* put 0: turned away, three puts after it */
		{ TRACE_READ, 0, 2 },	/* put 3: turned away; get 0: must miss */
		{ TRACE_READ, 1, 2 },	/* put 0: made; get 1: a hit */
	};
	struct trace_reader *reader = by_hand(TRACE_REFERENCES, steps,
					      ARRAY_SIZE(steps));
	struct replay_case c = small("ghost:2", 1);

	(void)state;
	expect_counts(&c, reader, 3, 1, 5, 5);
	trace_close(reader);
}

static const struct {
	const char *admission;
	enum pagecache_policy policy;
	u64 not_admitted;
	u64 hits;
} reference[] = {
	/* arc-OLTP, a page cache of 2000 pages and a tmem of 8000 */
	{ "all", PAGECACHE_LRU, 0, 166671 },
	{ "workingset", PAGECACHE_LRU, 405504, 71741 },
	{ "ghost:5000", PAGECACHE_LRU, 433038, 78498 },
	{ "ghost", PAGECACHE_LRU, 194850, 176199 },
	{ "all", PAGECACHE_ACTIVE_INACTIVE, 0, 160788 },
	{ "workingset", PAGECACHE_ACTIVE_INACTIVE, 428768, 46146 },
	{ "ghost:5000", PAGECACHE_ACTIVE_INACTIVE, 432837, 74340 },
	{ "ghost", PAGECACHE_ACTIVE_INACTIVE, 194795, 168714 },
};

static void a_real_trace_has_the_models_counts(void **state)
{
	struct trace_reader *reader = replay_import_or_skip(traces, "arc-OLTP.lis.zst");
	u32 i;

	(void)state;
	for (i = SLOW ? 6 : 0; i < ARRAY_SIZE(reference); i++) {
		struct replay_case c = replay_case_of("hashbucket", 8000);
		struct replay_outcome out;

		c.front.page_cache.pages = 2000;
		c.front.page_cache.policy = reference[i].policy;
		c.front.admission = choose(reference[i].admission);
		replay_once(&c, reader, &out);
		assert_int_equal(out.ret, 0);
		assert_int_equal(out.not_admitted, reference[i].not_admitted);
		assert_int_equal(out.result.total.hits, reference[i].hits);
		run_result_free(&out.result);
	}
	trace_close(reader);
}

/* ---- all designs and orders ---- */

static struct trace_reader *references(void)
{
	struct gen_config config;

	gen_defaults(&config, GEN_ZIPF);
	config.output = TRACE_REFERENCES;
	config.events = SLOW ? 6000 : 30000;
	config.clients = 2;
	config.pages = 3000;
	config.objects = 20;
	config.writes = 20;
	return replay_generate(&config);
}

static struct trace_reader *operations(void)
{
	struct gen_config config;

	gen_defaults(&config, GEN_MIXED);
	config.events = SLOW ? 8000 : 40000;
	config.clients = 3;
	config.pages = 1 << 12;
	config.objects = 60;
	config.cache = 1 << 8;
	config.swap_pages = 1 << 10;
	return replay_generate(&config);
}

static void sums_hold(const struct replay_outcome *out, const struct replay_outcome *all)
{
	const struct run_result *r = &out->result;

	assert_int_equal(r->total.puts + out->not_admitted, all->result.total.puts);
	assert_int_equal(r->total.gets, all->result.total.gets);
	assert_int_equal(r->total.flushes, all->result.total.flushes);
	assert_true(out->not_admitted > 500);
	assert_true(r->total.hits > 50);
}

static void same_everywhere(const char *admission, struct trace_reader *reader)
{
	struct replay_case c = small("all", 200);
	struct replay_outcome all, first, out;
	u32 d, t;

	replay_once(&c, reader, &all);
	assert_int_equal(all.ret, 0);
	for (d = 0; tmem_design_at(d); d++)
		for (t = 1; t <= 4; t += 3) {
			c = small(admission, 200);
			c.run.design = tmem_design_at(d);
			c.run.frames = 300;
			c.front.order = ORDER_GLOBAL;
			c.front.threads = t;
			c.front.queue_limit = d % 2 ? 2 : 0;	/* streamed */
			replay_once(&c, reader, &out);
			assert_int_equal(out.ret, 0);
			if (out.result.violations)
				fail_msg("%s, %s: %s", admission, out.result.design,
					 out.result.violation);
			sums_hold(&out, &all);
			if (!d && t == 1) {
				first = out;
				continue;
			}
			assert_true(replay_same(&first, &out));
			assert_int_equal(first.not_admitted, out.not_admitted);
			run_result_free(&out.result);
		}
	run_result_free(&first.result);
	run_result_free(&all.result);
	trace_close(reader);
}

static void designs_and_threads_agree(void **state)
{
	(void)state;
	same_everywhere("workingset", references());
	same_everywhere("ghost:1000", references());
	same_everywhere("random", references());
	same_everywhere("ghost:1000", operations());
	same_everywhere("random:0.7", operations());
}

/* Any order, with range flushes of others in between: nothing is found. */
static void every_order_is_verified(void **state)
{
	struct trace_reader *reader = operations();
	struct replay_outcome out;
	u32 order;

	(void)state;
	for (order = 0; order < NR_ORDERS; order++) {
		struct replay_case c = small("random", 0);

		c.run.design = tmem_design_at(order % 4);
		c.run.frames = 400;
		c.front.order = (enum order)order;
		c.front.threads = 4;
		replay_once(&c, reader, &out);
		assert_int_equal(out.ret, 0);
		if (out.result.violations)
			fail_msg("order %s: %s", order_names[order],
				 out.result.violation);
		run_result_free(&out.result);
	}
	trace_close(reader);
}

/* Persistent and shared pools are not asked about. */
static void only_ephemeral_puts_are_turned_away(void **state)
{
	struct trace_reader *reader = operations();
	const struct trace_info *info = trace_reader_info(reader);
	struct replay_case c = small("random:0", 0);
	struct replay_outcome out;
	u64 others = 0;
	u32 i, nr = 0;

	(void)state;
	replay_once(&c, reader, &out);
	assert_int_equal(out.ret, 0);
	assert_int_equal(out.result.violations, 0);
	for (i = 0; i < info->nr_pools; i++) {
		u64 puts = (u64)out.result.pools[i].v[TMEM_puts];

		if (!info->pools[i].flags) {
			assert_int_equal(puts, 0);
			nr++;
			continue;
		}
		assert_true(puts > 0);
		others += puts;
	}
	assert_true(nr > 0 && nr < info->nr_pools);
	assert_int_equal(out.result.total.puts, others);
	assert_true(out.not_admitted > 500);
	run_result_free(&out.result);
	trace_close(reader);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ghost_is_exact),
		cmocka_unit_test(lots_have_their_share),
		cmocka_unit_test(bad_parameters_are_refused),
		cmocka_unit_test(workingset_knows_who_was_active),
		cmocka_unit_test(workingset_wants_to_know),
		cmocka_unit_test(an_older_copy_does_not_stay),
		cmocka_unit_test(nor_where_two_share_a_pool),
		cmocka_unit_test(a_real_trace_has_the_models_counts),
		cmocka_unit_test(designs_and_threads_agree),
		cmocka_unit_test(every_order_is_verified),
		cmocka_unit_test(only_ephemeral_puts_are_turned_away),
	};

	if (argc > 1)
		traces = argv[1];
	return cmocka_run_group_tests(tests, replay_tests_begin,
				      replay_tests_end);
}
