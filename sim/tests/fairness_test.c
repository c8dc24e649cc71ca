// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fairness_test.c - what each thread did, and how equal that is
 *
 *	index	Jain's, on rates that one can work out by hand; who did nothing does not
 *		count
 *	work	of the threads of a replay: together all operations, nobody busy longer
 *		than the run; waiting for a recorded time or for a range flush is not work
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "../replay/clock.h"
#include "index.h"
#include "replay_support.h"

#define SLOW_US		5000U		/* what a put of the slow design takes */
#define OBJECTS		20U
#define TRIES		20U
#define PAUSE_NS	10000000ULL	/* between events at recorded times */

/* ---- the index ---- */

static void equal_rates_are_fair(void **state)
{
	static const struct thread_work work[] = {
		{ 100, 1000000000 }, { 200, 2000000000 }, { 50, 500000000 },
	};
	struct fairness f = fairness_of(work, ARRAY_SIZE(work));

	(void)state;
	assert_int_equal(f.threads, 3);
	assert_float_equal(f.index, 1.0, 1e-9);
	assert_float_equal(f.min, 100.0, 1e-6);
	assert_float_equal(f.max, 100.0, 1e-6);
}

static void unequal_rates_are_not(void **state)
{
	/* 1 and 3 operations a second: 4 * 4 / (2 * (1 + 9)) */
	static const struct thread_work two[] = {
		{ 3, 1000000000 }, { 0, 0 }, { 1, 1000000000 }, { 0, 5000 },
	};
	/* one of four is a million times faster */
	static const struct thread_work alone[] = {
		{ 1, 1000000000 }, { 1000000, 1000000000 }, { 1, 1000000000 },
		{ 1, 1000000000 },
	};
	struct fairness f = fairness_of(two, ARRAY_SIZE(two));

	(void)state;
	assert_int_equal(f.threads, 2);
	assert_float_equal(f.index, 0.8, 1e-9);
	assert_float_equal(f.min, 1.0, 1e-9);
	assert_float_equal(f.max, 3.0, 1e-9);
	f = fairness_of(alone, ARRAY_SIZE(alone));
	assert_float_equal(f.index, 0.25, 1e-5);
}

static void nobody_did_anything(void **state)
{
	static const struct thread_work idle[2];
	struct fairness f = fairness_of(idle, 2);

	(void)state;
	assert_int_equal(f.threads, 0);
	assert_float_equal(f.index, 0, 0);
	f = fairness_of(NULL, 0);
	assert_int_equal(f.threads, 0);
}

static void time_that_is_not_waiting(void **state)
{
	static const struct thread_work work[] = { { 1, 1000000000 }, { 9, 500000000 }, { 0, 0 } };

	(void)state;
	assert_float_equal(busy_of(work, 3, 1.0), 0.5, 1e-9);
	assert_float_equal(busy_of(work, 1, 1.0), 1.0, 1e-9);
	assert_float_equal(busy_of(work, 1, 0.5), 1.0, 1e-9);	/* never more */
	assert_float_equal(busy_of(work, 3, 0), 0, 0);
	assert_float_equal(busy_of(NULL, 0, 1.0), 0, 0);
}

/* ---- a replay ---- */

/* Of each object a page is put, and after @pause ns the object is flushed. */
static struct trace_reader *put_and_flush(u64 pause)
{
	struct trace_info info = {
		.page_size = 4096, .kind = TRACE_OPERATIONS, .nr_pools = 1,
		.pools = &(struct trace_pool){ .flags = 0 },
		.has_times = pause != 0,
	};
	struct replay_by_hand to = replay_write_begin(&info);
	u32 i;

	for (i = 0; i < 2 * OBJECTS; i++) {
		struct trace_record r = {
			.event = {
				.op = i % 2 ? TRACE_FLUSH_OBJECT : TRACE_PUT,
				.count = 1, .time = i * pause,
			},
			.oid = { { i / 2, 6, 7 } },
		};

		replay_write(&to, &r);
	}
	return replay_write_end(&to);
}

/* Seconds that threads were busy, all together. */
static double check_work(const struct run_result *r)
{
	double busy = 0;
	u64 ops = 0;
	u32 t;

	for (t = 0; t < r->threads; t++) {
		double seconds = (double)r->work[t].busy * 1e-9;

		ops += r->work[t].ops;
		assert_true(seconds <= r->seconds);
		assert_true(!r->work[t].ops || seconds > 0);
		busy += seconds;
	}
	assert_int_equal(ops, r->ops);
	assert_true(r->fairness.threads >= 1);
	assert_true(r->fairness.index > 0 && r->fairness.index <= 1 + 1e-9);
	assert_true(r->fairness.min <= r->fairness.max);
	assert_float_equal(r->busy * r->threads * r->seconds, busy, 1e-6);
	return busy;
}

static void threads_tell_their_own(void **state)
{
	static const enum order orders[] = { ORDER_HANDLE, ORDER_GLOBAL };
	struct trace_reader *reader;
	struct replay_outcome out;
	struct gen_config config;
	u32 i;

	(void)state;
	gen_defaults(&config, GEN_MIXED);
	config.events = 20000;
	reader = replay_generate(&config);
	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		struct replay_case c = replay_case_of("rcu", 1000);

		c.front.threads = 3;
		c.front.order = orders[i];
		replay_once(&c, reader, &out);
		assert_int_equal(out.ret, 0);
		check_work(&out.result);
		/* by turns: one at a time */
		assert_true(orders[i] != ORDER_GLOBAL || out.result.busy < 1.0 / 3 + 1e-9);
		run_result_free(&out.result);
	}
	trace_close(reader);
}

static void a_recorded_time_is_not_work(void **state)
{
	struct trace_reader *reader = put_and_flush(PAUSE_NS);
	struct replay_case c = replay_case_of("rcu", 1000);
	struct replay_outcome out;

	(void)state;
	c.run.timed = true;
	c.front.tag = TAG_TIME;
	replay_once(&c, reader, &out);
	assert_int_equal(out.ret, 0);
	assert_true(out.result.seconds > 0.35);
	assert_true(check_work(&out.result) < 0.5 * out.result.seconds);
	run_result_free(&out.result);
	trace_close(reader);
}

static u64 puts_took;		/* ns, all together */

static int slow_put(struct tmem_pool *pool, struct tmem_request *req)
{
	u64 begin = clock_ticks();
	int ret;

	usleep(SLOW_US);
	ret = tmem_hashbucket_fine.put(pool, req);
	__atomic_add_fetch(&puts_took, clock_ns(clock_ticks() - begin),
			   __ATOMIC_RELAXED);
	return ret;
}

/* Seconds busy, by those that puts took. */
static double busy_by_puts(struct trace_reader *reader)
{
	struct replay_case c = replay_case_of("hashbucket-fine", 1000);
	struct tmem_index_ops slow = tmem_hashbucket_fine;
	struct replay_outcome out;
	double busy;

	slow.put = slow_put;
	c.run.design = &slow;
	c.front.threads = 4;
	puts_took = 0;
	replay_once(&c, reader, &out);
	assert_int_equal(out.ret, 0);
	assert_int_equal(out.result.total.puts, OBJECTS);
	busy = check_work(&out.result);
	run_result_free(&out.result);
	return busy / ((double)puts_took * 1e-9);
}

/*
 * Flushes of one thread wait for the slow puts of another.  Without that wait nearly
 * all that anybody does is puts; on a machine that is busy, in one try of some.
 */
static void a_range_flush_that_waits_is_not_work(void **state)
{
	struct trace_reader *reader = put_and_flush(0);
	double ratio;
	u32 i;

	(void)state;
	for (i = 0; i < TRIES; i++) {
		ratio = busy_by_puts(reader);
		assert_true(ratio >= 1);
		if (ratio < 1.1)
			break;
	}
	assert_in_range(i, 0, TRIES - 1);
	trace_close(reader);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_rates_are_fair),
		cmocka_unit_test(unequal_rates_are_not),
		cmocka_unit_test(nobody_did_anything),
		cmocka_unit_test(time_that_is_not_waiting),
		cmocka_unit_test(threads_tell_their_own),
		cmocka_unit_test(a_recorded_time_is_not_work),
		cmocka_unit_test(a_range_flush_that_waits_is_not_work),
	};

	return cmocka_run_group_tests(tests, replay_tests_begin,
				      replay_tests_end);
}
