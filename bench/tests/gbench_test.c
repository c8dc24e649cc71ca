// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gbench_test.c - the C interface to Google Benchmark, run for real
 *
 *	gbench_test --good		benchmarks whose results the script looks for
 *	gbench_test --skip | --early | --never
 *				a benchmark that fails, in one of three ways
 *
 * tests/gbench.sh runs it and reads the JSON.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gbench.h"

#define NAP_US 2000

static int argument = 7;

static void nap(void)
{
	struct timespec ts = { .tv_nsec = NAP_US * 1000L };

	nanosleep(&ts, NULL);
}

/* Every way to count an iteration has to come to the same number. */
static void loop(struct gbench_state *state, void *arg)
{
	int64_t turns = 0;

	GBENCH_LOOP(state)
		turns++;
	if (turns != gbench_iterations(state) || arg != &argument)
		abort();
	gbench_counter(state, "turns_each", (double)turns, GBENCH_PER_ITERATION);
	gbench_counter(state, "rate", 100.0 * (double)turns, GBENCH_PER_SECOND);
	gbench_set_items(state, turns);
	gbench_set_bytes(state, turns * gbench_arg(state, 0));
	gbench_set_label(state, "a label");
}

static void take(struct gbench_state *state, void *arg)
{
	int64_t n, turns = 0, most = gbench_arg(state, 1);

	(void)arg;
	while ((n = gbench_take(state, most))) {
		if (n < 1 || n > most)
			abort();
		turns += n;
	}
	if (turns != gbench_iterations(state))
		abort();
	gbench_counter(state, "turns_each", (double)turns, GBENCH_PER_ITERATION);
	gbench_counter(state, "first", (double)gbench_arg(state, 0), GBENCH_PLAIN);
}

/* What thread 0 did before the loop is there for all in the loop. */
static void threads(struct gbench_state *state, void *arg)
{
	static int ready;
	int64_t n, seen = 0;

	(void)arg;
	if (!gbench_thread(state)) {
		nap();
		ready = 5;
	}
	while ((n = gbench_take(state, 1000)))
		seen = ready;
	gbench_counter(state, "sum", (double)seen, GBENCH_PLAIN);
	gbench_counter(state, "average", (double)seen, GBENCH_AVG_THREADS);
}

/* The nap is not on the clock. */
static void pause_clock(struct gbench_state *state, void *arg)
{
	(void)arg;
	GBENCH_LOOP(state) {
		gbench_pause(state);
		nap();
		gbench_resume(state);
	}
}

/* Five milliseconds, whatever they took. */
static void manual(struct gbench_state *state, void *arg)
{
	(void)arg;
	GBENCH_LOOP(state)
		gbench_set_time(state, 0.005);
}

static int cpus(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ? -1 : CPU_COUNT(&set);
}

static int cpus_at_first;

static void unpin(struct gbench_state *state, void *arg)
{
	int before = cpus();

	(void)arg;
	gbench_unpin();
	GBENCH_LOOP(state)
		;
	gbench_counter(state, "pinned", before, GBENCH_PLAIN);
	gbench_counter(state, "unpinned", cpus() == cpus_at_first, GBENCH_PLAIN);
}

static void skip(struct gbench_state *state, void *arg)
{
	(void)arg;
	GBENCH_LOOP(state) {
		gbench_skip(state, "skipped on purpose");
		break;
	}
	if (!gbench_skipped(state))
		abort();
}

static void early(struct gbench_state *state, void *arg)
{
	(void)arg;
	GBENCH_LOOP(state)
		break;
}

static void never(struct gbench_state *state, void *arg)
{
	(void)state;
	(void)arg;
}

static void register_good(void)
{
	static const char *const names[] = { "first", "most" };
	static const int64_t args[] = { 11, 13 };
	struct gbench *b;

	b = gbench_register("loop", loop, &argument);
	gbench_range_multiplier(b, 2);
	gbench_range(b, 16, 64);
	gbench_use_real_time(b);
	b = gbench_register("take", take, NULL);
	gbench_arg_names(b, names, 2);
	gbench_args(b, args, 2);
	b = gbench_register("threads", threads, NULL);
	gbench_use_real_time(b);
	gbench_threads(b, 1);
	gbench_threads(b, 3);
	b = gbench_register("pause", pause_clock, NULL);
	gbench_fix_iterations(b, 10);
	gbench_use_real_time(b);
	gbench_set_unit(b, GBENCH_US);
	b = gbench_register("manual", manual, NULL);
	gbench_use_manual_time(b);
	gbench_set_unit(b, GBENCH_MS);
	gbench_register("unpin", unpin, NULL);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	argv[1] = argv[0];
	argv++;
	argc--;
	cpus_at_first = cpus();
	gbench_context("flavour", "test");
	gbench_pin_threads();
	if (!strcmp(what, "--good"))
		register_good();
	else if (!strcmp(what, "--skip"))
		gbench_register("skip", skip, NULL);
	else if (!strcmp(what, "--early"))
		gbench_register("early", early, NULL);
	else if (!strcmp(what, "--never"))
		gbench_register("never", never, NULL);
	else
		return 2;
	return gbench_main(&argc, argv);
}
