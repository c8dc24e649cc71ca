// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * world_test.c - what every world relies on: time series, and failures in mid-run
 *
 *	intervals	their evictions add up to all of them, and with order "global"
 *			are the same on any number of threads
 *	together	threads execute at the same time, but with order "global"
 *	failures	of a world that breaks down after so many operations: the run
 *			ends, and says why, whoever waits for whom
 *	no device	the kernel world says what to do
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../replay/worker.h"
#include "replay_support.h"

#define EVENTS		20000U
#define INTERVAL	1000U		/* events */

static struct trace_reader *mixed(void)
{
	struct trace_reader *reader;
	struct gen_config config;

	gen_defaults(&config, GEN_MIXED);
	config.events = EVENTS;
	config.clients = 3;
	config.pages = 1 << 13;
	config.objects = 100;
	config.cache = 1 << 9;
	config.swap_pages = 1 << 11;
	reader = replay_generate(&config);
	return reader;
}

static struct replay_case interval_case(enum order order, u32 threads)
{
	struct replay_case c = replay_case_of("objlock", 500);

	c.front.order = order;
	c.front.threads = threads;
	c.front.tag = TAG_EVENT;
	c.run.interval = INTERVAL;
	c.run.latency_sample = 1;
	return c;
}

/* ---- intervals ---- */

static void check_sums(const struct run_result *r)
{
	u64 gets = 0, stored = 0, measured = 0;
	u32 i, k;

	assert_true(r->nr_intervals > 10);
	assert_true(r->stats.v[TMEM_evicted] > 0);
	for (i = 0; i < r->nr_intervals; i++) {
		const struct interval *v = &r->intervals[i];

		gets += v->tally.gets;
		stored += v->tally.stored;
		measured += v->measured;
		if (i)
			assert_true(v->evicted >= v[-1].evicted);
	}
	assert_int_equal(r->intervals[i - 1].evicted,
			 r->stats.v[TMEM_evicted]);
	assert_int_equal(gets, r->total.gets);
	assert_int_equal(stored, r->total.stored);
	assert_int_equal(measured, r->ops);
	for (k = 0; k < NR_LATENCIES; k++)
		measured -= histogram_count(r->latency[k]);
	assert_int_equal(measured, 0);
}

static void intervals_add_up(void **state)
{
	static const u32 threads[] = { 1, 2, 5 };
	struct trace_reader *reader = mixed();
	struct replay_outcome one, out;
	enum order order;
	u32 t, i;

	(void)state;
	for (order = 0; order < NR_ORDERS; order++) {
		for (t = 0; t < ARRAY_SIZE(threads); t++) {
			struct replay_case c = interval_case(order, threads[t]);

			replay_once(&c, reader, &out);
			assert_int_equal(out.ret, 0);
			check_sums(&out.result);
			if (!t) {
				one = out;
				continue;
			}
			for (i = 0; order == ORDER_GLOBAL &&
			     i < out.result.nr_intervals; i++)
				assert_int_equal(out.result.intervals[i].evicted,
						 one.result.intervals[i].evicted);
			run_result_free(&out.result);
		}
		run_result_free(&one.result);
	}
	trace_close(reader);
}

/* ---- threads at the same time ---- */

#define TOGETHER	3U		/* threads */
#define PATIENCE	60000U		/* ms */

static u32 inside, most_inside;		/* shared by threads */

/* Does not end, the first time, before all threads are here or patience is at an end. */
static void meeting_run_chunk(struct worker *w, const struct chunk *chunk)
{
	u32 now = __atomic_add_fetch(&inside, 1, __ATOMIC_RELAXED), ms;
	u32 most = READ_ONCE(most_inside);

	while (now > most && !__atomic_compare_exchange_n(&most_inside, &most, now, false,
							  __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	for (ms = 0; !w->ops && ms < PATIENCE && READ_ONCE(most_inside) < TOGETHER &&
	     w->run->front->deal.order != ORDER_GLOBAL; ms++)
		usleep(1000);
	world_threads.run_chunk(w, chunk);
	__atomic_sub_fetch(&inside, 1, __ATOMIC_RELAXED);
}

static void threads_execute_together(void **state)
{
	struct trace_reader *reader = mixed();
	struct world meeting = world_threads;
	struct replay_outcome out;
	enum order order;

	(void)state;
	meeting.run_chunk = meeting_run_chunk;
	for (order = 0; order < NR_ORDERS; order++) {
		struct replay_case c = replay_case_of("rcu", 500);

		c.front.order = order;
		c.front.threads = TOGETHER;
		c.run.world = &meeting;
		most_inside = 0;
		replay_once(&c, reader, &out);
		assert_int_equal(out.ret, 0);
		run_result_free(&out.result);
		print_message("%s: %u of %u at once\n", order_names[order], most_inside,
			      TOGETHER);
		assert_int_equal(most_inside, order == ORDER_GLOBAL ? 1 : TOGETHER);
	}
	trace_close(reader);
}

/* ---- a world that breaks down ---- */

static u64 chunks_left;		/* shared by threads */

static void broken_run_chunk(struct worker *w, const struct chunk *chunk)
{
	if (__atomic_fetch_sub(&chunks_left, 1, __ATOMIC_RELAXED))
		world_threads.run_chunk(w, chunk);
	else
		run_fail(w->run, -EPIPE, "the world broke down");
}

static void failures_end_the_run(void **state)
{
	struct trace_reader *reader = mixed();
	struct world broken = world_threads;
	enum order order;
	u32 stream, at;

	(void)state;
	broken.run_chunk = broken_run_chunk;
	for (order = 0; order < NR_ORDERS; order++)
		for (stream = 0; stream < 2; stream++)
			for (at = 0; at < 3; at++) {
				struct replay_case c = interval_case(order, 3);
				struct replay_outcome out;

				c.run.world = &broken;
				c.front.queue_limit = stream * 4;
				chunks_left = at;
				replay_once(&c, reader, &out);
				assert_int_equal(out.ret, -EPIPE);
				assert_int_equal(out.error.code, -EPIPE);
				assert_string_equal(out.error.text,
						    "the world broke down");
			}
	trace_close(reader);
}

static int no_stats(struct run *run, int pool, struct tmem_stats *stats)
{
	(void)run;
	(void)pool;
	(void)stats;
	return -EIO;
}

static void statistics_that_cannot_be_read(void **state)
{
	struct trace_reader *reader = mixed();
	struct world broken = world_threads;
	struct replay_case c = interval_case(ORDER_HANDLE, 2);
	struct replay_outcome out;

	(void)state;
	broken.stats = no_stats;
	c.run.world = &broken;
	replay_once(&c, reader, &out);		/* at the end of an interval */
	assert_int_equal(out.ret, -EIO);
	c.run.interval = 0;
	replay_once(&c, reader, &out);		/* at the end of the run */
	assert_int_equal(out.ret, -EIO);
	trace_close(reader);
}

/* ---- the kernel, where it is not ---- */

static void kernel_without_device(void **state)
{
	struct trace_error error = { .code = 0 };
	struct replay_case c = replay_case_of("rcu", 500);
	struct trace_reader *reader;
	struct replay_outcome out;

	(void)state;
	if (!access("/dev/tmem", F_OK)) {
		print_message("skipped: there is a /dev/tmem\n");
		skip();
	}
	assert_int_equal(world_kernel.probe(&error), -ENODEV);
	assert_non_null(strstr(error.text, "insmod tmem.ko"));
	reader = mixed();
	c.run.world = &world_kernel;
	replay_once(&c, reader, &out);
	assert_int_equal(out.ret, -ENODEV);
	trace_close(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intervals_add_up),
		cmocka_unit_test(threads_execute_together),
		cmocka_unit_test(failures_end_the_run),
		cmocka_unit_test(statistics_that_cannot_be_read),
		cmocka_unit_test(kernel_without_device),
	};
	int ret;

	if (tmem_init())
		return 1;
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	tmem_exit();
	return ret;
}
