// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report_test.c - what a report says of points whose answer is known
 *
 *	points		runs of one configuration are one, with their range
 *	designs		the fastest, whether its runs overlap with others, at each number of
 *			threads; in the setting that has most
 *	tables		the smallest within 5%, to the operation
 *	memory		the step that buys most, and from where on there is nothing more
 *	text		whatever it is, it is text in a page
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../report/html.h"
#include "../report/say.h"

static struct results results;
static struct points points;
static struct curves curves;
static struct advice advice;
static const char *busy;	/* of all runs, or NULL */
static const char *const *policies;	/* of a page cache of 64 pages, for each run; or NULL */

/* A run; hits are of 1000 gets. */
struct run {
	const char *design;
	double buckets, threads, memory, rate, hits;
	const char *error;
};

static void set(struct result *row, enum result_column column, const char *format,
		double n)
{
	char text[40];

	snprintf(text, sizeof(text), format, n);
	assert_int_equal(result_set(row, column, text), 0);
}

static void add(const struct run *run)
{
	struct result *row = &results.rows[results.nr];

	*row = (struct result){ };
	set(row, RESULT_key, "point-%.0f", (double)results.nr);
	result_set(row, RESULT_traces, "build.tmt");
	result_set(row, RESULT_design, run->design);
	set(row, RESULT_buckets, "%.0f", run->buckets);
	set(row, RESULT_threads, "%.0f", run->threads);
	set(row, RESULT_memory_pages, "%.0f", run->memory);
	if (policies) {
		result_set(row, RESULT_page_cache_pages, "64");
		result_set(row, RESULT_page_cache_policy, policies[results.nr]);
	}
	if (busy)
		result_set(row, RESULT_busy, busy);
	result_set(row, RESULT_status, run->error ? "failed" : "ok");
	if (run->error) {
		result_set(row, RESULT_error, run->error);
	} else {
		set(row, RESULT_ops_per_second, "%.0f", run->rate);
		set(row, RESULT_hits, "%.0f", run->hits);
		result_set(row, RESULT_gets, "1000");
	}
	results.nr++;
}

static void advise(const struct run *runs, size_t nr)
{
	size_t i;

	results.rows = calloc(nr + 1, sizeof(*results.rows));
	for (i = 0; i < nr; i++)
		add(&runs[i]);
	assert_int_equal(points_make(&points, &results), 0);
	assert_int_equal(advice_make(&advice, &points, &curves), 0);
}

#define ADVISE(...) do {						\
	static const struct run runs[] = { __VA_ARGS__ };		\
	advise(runs, sizeof(runs) / sizeof(*runs));			\
} while (0)

static int forget(void **state)
{
	(void)state;
	policies = NULL;
	busy = NULL;
	advice_free(&advice);
	points_free(&points);
	curves_free(&curves);
	results_free(&results);
	return 0;
}

/* What is said, with plain spaces; the last call's buffer. */
static const char *text_of(void (*write)(FILE *f))
{
	static char text[4096];
	FILE *f = fmemopen(text, sizeof(text), "w");
	char *c;

	assert_non_null(f);
	*text = '\0';
	write(f);
	fclose(f);
	while ((c = strstr(text, "\xc2\xa0"))) {
		*c = ' ';
		memmove(c + 1, c + 2, strlen(c + 2) + 1);
	}
	return text;
}

static enum topic topic;

static void topic_to(FILE *f)
{
	say(topic, &advice, &points, f);
}

static void question_to(FILE *f)
{
	say_question(&points, f);
}

static void short_to(FILE *f)
{
	say_short(&advice, &points, f);
}

static const char *said(enum topic t)
{
	topic = t;
	return text_of(topic_to);
}

static void assert_says(enum topic t, const char *part)
{
	const char *text = said(t);

	if (!strstr(text, part))
		fail_msg("no '%s' in '%s'", part, text);
}

/* ---- points ---- */

static void runs_of_a_point_are_one(void **state)
{
	(void)state;
	ADVISE({ "rcu", 64, 1, 10, 300, 5, NULL }, { "rcu", 64, 2, 10, 1, 5, NULL },
	       { "rcu", 64, 1, 10, 100, 7, NULL }, { "rcu", 64, 1, 10, 0, 0, "full" },
	       { "rcu", 64, 1, 10, 120, 6, NULL });
	assert_int_equal(points.nr, 2);
	assert_int_equal(points.all[0].runs, 3);
	assert_int_equal(points.all[0].failed, 1);
	assert_float_equal(points.all[0].measures[MEASURE_RATE].median, 120, 1e-9);
	assert_float_equal(points.all[0].measures[MEASURE_RATE].least, 100, 1e-9);
	assert_float_equal(points.all[0].measures[MEASURE_RATE].most, 300, 1e-9);
	assert_float_equal(points.all[0].measures[MEASURE_HITS].median, 0.006, 1e-9);
	assert_int_equal(points.spread.nr, 1);
	assert_float_equal(points.spread.median, 200.0 / 120, 1e-9);
	assert_says(TOPIC_FAILURES, "1 of 5 runs failed; the first is point-3: full");
}

static void numbers_are_sorted_as_numbers(void **state)
{
	(void)state;
	ADVISE({ "rcu", 1024, 1, 10, 1, 1, NULL }, { "rcu", 64, 1, 10, 1, 1, NULL },
	       { "rcu", 128, 1, 10, 1, 1, NULL });
	assert_float_equal(points.all[0].buckets, 64, 0);
	assert_float_equal(points.all[2].buckets, 1024, 0);
	assert_string_equal(text_of(question_to), "How many buckets serve build.tmt?");
}

static void what_is_no_number_does_not_count(void **state)
{
	static const char *const bad[] = { "nan", "inf", "-5", "", "1e", "0x" };
	size_t i;

	(void)state;
	results.rows = calloc(8, sizeof(*results.rows));
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		add(&(struct run){ "rcu", 1, 1, 1, 7, 1, NULL });
		result_set(&results.rows[i], RESULT_ops_per_second, bad[i]);
		/* more hits than gets */
		result_set(&results.rows[i], RESULT_hits, "2000");
	}
	assert_int_equal(points_make(&points, &results), 0);
	assert_int_equal(points.nr, 1);
	assert_int_equal(points.all[0].runs, 6);
	assert_int_equal(points.all[0].measures[MEASURE_RATE].nr, 0);
	assert_int_equal(points.all[0].measures[MEASURE_HITS].nr, 0);
	assert_int_equal(advice_make(&advice, &points, &curves), 0);
	assert_int_equal(advice.nr_threads, 0);
	assert_string_equal(said(TOPIC_DESIGN), "");
	assert_string_equal(text_of(short_to), "");
}

/* ---- designs ---- */

static void ranges_that_do_not_overlap_are_apart(void **state)
{
	(void)state;
	ADVISE({ "rcu", 64, 4, 10, 2000, 5, NULL }, { "rcu", 64, 4, 10, 2200, 5, NULL },
	       { "objlock", 64, 4, 10, 1000, 5, NULL },
	       { "objlock", 64, 4, 10, 1999, 5, NULL },
	       { "objlock", 64, 8, 10, 2500, 5, NULL },
	       { "objlock", 64, 8, 10, 2600, 5, NULL },
	       { "rcu", 64, 8, 10, 2000, 5, NULL }, { "rcu", 64, 8, 10, 2510, 5, NULL });
	assert_int_equal(advice.nr_threads, 2);
	assert_string_equal(result_text(advice.threads[0].best->like, RESULT_design), "rcu");
	assert_int_equal(advice.threads[0].sure, SURE_APART);
	assert_string_equal(result_text(advice.threads[1].best->like, RESULT_design),
			    "objlock");
	assert_int_equal(advice.threads[1].sure, SURE_OVERLAP);
	assert_int_equal(advice.threads[1].like_best, 1);
	assert_false(advice.same_design);
	assert_string_equal(text_of(question_to),
			    "Which lock design and how many threads serve build.tmt?");
	assert_says(TOPIC_DESIGN, "At 8 threads, objlock has the highest median, 2.55 K "
		    "operations a second (2.5 K to 2.6 K in 2 runs), but is not "
		    "distinguishable from rcu (2 K to 2.51 K): their runs overlap.");
	assert_says(TOPIC_DESIGN, "another design leads");
}

static void a_touch_is_an_overlap(void **state)
{
	(void)state;
	ADVISE({ "rcu", 64, 4, 10, 2000, 5, NULL }, { "rcu", 64, 4, 10, 2200, 5, NULL },
	       { "objlock", 64, 4, 10, 1000, 5, NULL },
	       { "objlock", 64, 4, 10, 2000, 5, NULL });
	assert_int_equal(advice.threads[0].sure, SURE_OVERLAP);
}

static void once_is_not_sure(void **state)
{
	(void)state;
	ADVISE({ "rcu", 64, 4, 10, 2000, 5, NULL }, { "objlock", 64, 4, 10, 1000, 5, NULL },
	       { "rcu", 64, 4, 10, 2100, 5, NULL });
	assert_int_equal(advice.threads[0].sure, SURE_ONCE);
	assert_says(TOPIC_DESIGN, "may be noise");
	assert_non_null(strstr(text_of(short_to), "more than once, so this is not sure."));
}

static void more_threads_may_be_no_gain(void **state)
{
	(void)state;
	ADVISE({ "rcu", 64, 1, 10, 3000, 5, NULL }, { "rcu", 64, 2, 10, 5000, 5, NULL },
	       { "rcu", 64, 4, 10, 4000, 5, NULL });
	assert_non_null(strstr(text_of(short_to), "At 4 threads take rcu. 2 threads do more: "
			       "5 K operations a second against 4 K."));
	forget(state);
	busy = "0.9";
	ADVISE({ "rcu", 64, 2, 10, 5000, 5, NULL }, { "rcu", 64, 4, 10, 4000, 5, NULL });
	assert_non_null(strstr(text_of(short_to), "against 4 K; the 4 threads waited 10.0% of "
			       "their time for their turn in the trace, the rest is what "
			       "sharing costs."));
}

static void more_threads_may_be_a_gain(void **state)
{
	(void)state;
	ADVISE({ "rcu", 64, 1, 10, 3000, 5, NULL }, { "rcu", 64, 2, 10, 5000, 5, NULL });
	assert_null(strstr(text_of(short_to), " more: "));
}

static void each_design_has_its_best_table(void **state)
{
	(void)state;
	ADVISE({ "rcu", 1, 4, 10, 5000, 5, NULL }, { "rcu", 64, 4, 10, 10, 5, NULL },
	       { "objlock", 1, 4, 10, 10, 5, NULL }, { "objlock", 64, 4, 10, 4000, 5, NULL });
	assert_float_equal(advice.threads[0].best->buckets, 1, 0);
	assert_float_equal(advice.threads[0].second->buckets, 64, 0);
	assert_says(TOPIC_DESIGN, "25.0% more than objlock (4 K)");
}

/* The setting with the most points counts, and of these the one with the most memory. */
static void the_setting_is_the_fullest(void **state)
{
	(void)state;
	ADVISE({ "rcu", 64, 1, 10, 100, 5, NULL }, { "objlock", 64, 1, 10, 50, 5, NULL },
	       { "rcu", 64, 1, 20, 100, 5, NULL }, { "objlock", 64, 1, 20, 900, 5, NULL },
	       { "rcu", 64, 1, 4096, 100, 5, NULL });
	assert_int_equal(advice.settings, 3);
	assert_float_equal(advice.first->memory, 20, 0);
	assert_string_equal(result_text(advice.threads[0].best->like, RESULT_design),
			    "objlock");
}

static void one_run_is_told(void **state)
{
	(void)state;
	ADVISE({ "rcu", 64, 1, 4096, 1234567, 5, NULL });
	assert_int_equal(advice.threads[0].sure, SURE_ALONE);
	assert_string_equal(text_of(question_to), "How does rcu serve build.tmt?");
	assert_string_equal(said(TOPIC_DESIGN), "At 1 thread, rcu does 1.23 M operations a "
			    "second; no other design was tried.");
	assert_string_equal(said(TOPIC_TABLE), "");
	assert_string_equal(said(TOPIC_MEMORY), "");
	assert_string_equal(said(TOPIC_CURVE), "");
	assert_string_equal(said(TOPIC_ADMISSION), "");
	assert_says(TOPIC_NOISE, "run once");
	assert_string_equal(text_of(short_to), "At 1 thread take rcu.");
}

static void all_failed(void **state)
{
	(void)state;
	ADVISE({ "rcu", 64, 1, 10, 0, 0, "first" }, { "rcu", 64, 2, 10, 0, 0, "second" });
	assert_null(advice.first);
	assert_string_equal(said(TOPIC_DESIGN), "");
	assert_string_equal(said(TOPIC_FAILURES), "all 2 runs failed, so there is nothing to "
			    "advise; the first is point-0: first");
	assert_string_equal(said(TOPIC_NOISE), "");
}

static void nothing_at_all(void **state)
{
	(void)state;
	advise(NULL, 0);
	assert_null(advice.first);
	assert_string_equal(text_of(question_to), "How does tmem serve this trace?");
}

/* ---- tables ---- */

static void the_smallest_table_within_5_percent(void **state)
{
	(void)state;
	ADVISE({ "rcu", 16, 4, 10, 949, 5, NULL }, { "rcu", 64, 4, 10, 950, 5, NULL },
	       { "rcu", 256, 4, 10, 999, 5, NULL }, { "rcu", 1024, 4, 10, 1000, 5, NULL },
	       { "objlock", 1, 4, 10, 960, 5, NULL });
	assert_float_equal(advice.threads[0].table->buckets, 64, 0);
	assert_int_equal(advice.threads[0].tables, 4);
	assert_string_equal(said(TOPIC_TABLE), "For rcu at 4 threads the smallest table "
			    "within 5% of the best has 64 buckets: 950 against 1 K with "
			    "1,024.");
	assert_non_null(strstr(text_of(short_to), "with 64 buckets, the smallest table"));
}

static void the_median_decides_on_a_table(void **state)
{
	(void)state;
	/* one lucky run of the small table, and one unlucky */
	ADVISE({ "rcu", 1, 4, 10, 5000, 5, NULL }, { "rcu", 1, 4, 10, 500, 5, NULL },
	       { "rcu", 1, 4, 10, 400, 5, NULL }, { "rcu", 8, 4, 10, 900, 5, NULL },
	       { "rcu", 8, 4, 10, 1000, 5, NULL }, { "rcu", 8, 4, 10, 1000, 5, NULL });
	assert_float_equal(advice.threads[0].table->buckets, 8, 0);
	assert_says(TOPIC_TABLE, "the largest that was tried: try larger ones");
}

static void the_smallest_of_all_is_enough(void **state)
{
	(void)state;
	ADVISE({ "rcu", 1, 4, 10, 960, 5, NULL }, { "rcu", 8, 4, 10, 1000, 5, NULL });
	assert_says(TOPIC_TABLE, "even the smallest table that was tried, 1 bucket, is "
		    "within 5% of the best: 960 against 1 K with 8");
}

/* ---- memory ---- */

static void what_more_memory_buys(void **state)
{
	(void)state;
	ADVISE({ "rcu", 64, 1, 2048, 1, 200, NULL }, { "rcu", 64, 1, 4096, 1, 310, NULL },
	       { "rcu", 64, 1, 8192, 1, 480, NULL }, { "rcu", 64, 1, 16384, 1, 531, NULL },
	       { "rcu", 64, 1, 32768, 1, 540, NULL });
	assert_float_equal(advice.measured.from.pages, 4096, 0);
	assert_string_equal(text_of(question_to), "How much memory serves build.tmt?");
	assert_float_equal(advice.measured.to.pages, 8192, 0);
	assert_float_equal(advice.measured.enough.pages, 16384, 0);
	assert_string_equal(said(TOPIC_MEMORY), "doubling 16 MiB to 32 MiB raises hits from "
			    "31.0% to 48.0% of gets, the most that any doubling buys; beyond "
			    "64 MiB less than one point more is to be had (53.1% there, "
			    "54.0% with 128 MiB).");
}

/* One point of a hundred is something. */
static void where_it_still_rises(void **state)
{
	(void)state;
	ADVISE({ "rcu", 64, 1, 2048, 1, 200, NULL }, { "rcu", 64, 1, 4096, 1, 310, NULL },
	       { "rcu", 64, 1, 8192, 1, 320, NULL });
	assert_float_equal(advice.measured.enough.pages, 8192, 0);
	assert_says(TOPIC_MEMORY, "may still rise");
}

static void where_memory_buys_nothing(void **state)
{
	(void)state;
	ADVISE({ "rcu", 64, 1, 2048, 1, 200, NULL }, { "rcu", 64, 1, 8192, 1, 205, NULL });
	assert_says(TOPIC_MEMORY, "more memory than 8 MiB buys nothing");
	assert_non_null(strstr(text_of(short_to), "More memory than 8 MiB buys nothing."));
}

static void steps_that_do_not_double(void **state)
{
	(void)state;
	ADVISE({ "rcu", 64, 1, 1024, 1, 200, NULL }, { "rcu", 64, 1, 4096, 1, 400, NULL });
	assert_says(TOPIC_MEMORY, "going from 4 MiB to 16 MiB raises hits from 20.0%");
}

/* Sizes between which a curve has more: twice is what is nearest to it. */
static void steps_that_nearly_double(void **state)
{
	(void)state;
	ADVISE({ "rcu", 64, 1, 1000, 1, 100, NULL }, { "rcu", 64, 1, 1400, 1, 200, NULL },
	       { "rcu", 64, 1, 1960, 1, 250, NULL }, { "rcu", 64, 1, 2744, 1, 600, NULL },
	       { "rcu", 64, 1, 90000, 1, 990, NULL });
	assert_float_equal(advice.measured.from.pages, 1400, 0);
	assert_float_equal(advice.measured.to.pages, 2744, 0);
	assert_says(TOPIC_MEMORY, "the most that any such step buys");
}

static void noise_is_told_at_once(void **state)
{
	(void)state;
	ADVISE({ "rcu", 64, 1, 1000, 100, 100, NULL }, { "rcu", 64, 1, 1000, 150, 200, NULL });
	assert_non_null(strstr(text_of(short_to), "This is not sure: runs of the same point "
			       "differ by 40.0%"));
}

static void write_curves(const char *text)
{
	char path[] = "/tmp/tmem-curves-XXXXXX";
	struct trace_error err = { .code = 0 };
	FILE *f = fdopen(mkstemp(path), "w");
	int ret;

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	ret = curves_read(&curves, path, &err);
	remove(path);
	assert_int_equal(ret, 0);
}

static void curves_know_the_optimum(void **state)
{
	(void)state;
	write_curves("curve,page_cache_pages,pages,gets,hits,low,high\n"
		     "all,0,1024,100,10,10,10\nall,0,2048,100,30,30,30\n"
		     "all,0,4096,100,60,60,60\noptimum,0,2048,100,55,55,55\n"
		     "optimum,0,1024,100,20,20,20\nghost,0,2048,100,41,40,42\n"
		     "random,0,2048,100,40,40,40\nghost,7,2048,100,54,54,54\n"
		     "all,0,0,100,1,1,1\nall,0,9,0,0,0,0\n");
	ADVISE({ "rcu", 64, 1, 1024, 1, 200, NULL });
	assert_says(TOPIC_CURVE, "doubling 8 MiB to 16 MiB raises hits from 30.0% to 60.0%");
	assert_says(TOPIC_ADMISSION, "with 8 MiB, where it is farthest from the optimum, "
		    "admitting every put finds 30.0% of gets, and an optimum that knows the "
		    "future 55.0%; of the other policies ghost comes nearest, with 41.0%");
	assert_non_null(strstr(text_of(short_to), "16 MiB of memory instead of 8 MiB"));
}

/* What is said of a curve is of the page cache and policy that designs are compared behind. */
static void curves_are_of_a_policy(void **state)
{
	static const char *const both[] = { "lru", "active-inactive", "active-inactive" };
	static const char without[] = "curve,page_cache_pages,pages,gets,hits,low,high\n"
		"all,64,1024,100,10,10,10\nall,64,2048,100,11,11,11\n";

	policies = both;
	write_curves("curve,page_cache_pages,pages,gets,hits,low,high,page_cache_policy\n"
		     "all,64,1024,100,10,10,10,lru\nall,64,2048,100,11,11,11,lru\n"
		     "optimum,64,1024,100,99,99,99,lru\n"
		     "all,64,1024,100,30,30,30,active-inactive\n"
		     "all,64,2048,100,60,60,60,active-inactive\n"
		     "ghost,64,1024,100,98,98,98,lru\n"
		     "optimum,64,1024,100,55,55,55,active-inactive\n");
	ADVISE({ "rcu", 64, 1, 1024, 1, 200, NULL }, { "rcu", 64, 1, 1024, 1, 200, NULL },
	       { "rcu", 128, 1, 1024, 1, 200, NULL });
	assert_string_equal(result_text(advice.first->like, RESULT_page_cache_policy), both[1]);
	assert_says(TOPIC_CURVE, "raises hits from 30.0% to 60.0%");
	assert_says(TOPIC_ADMISSION, "an optimum that knows the future 55.0%");
	assert_null(advice.optimum.nearest);
	forget(state);
	/* an older table: of one policy, but who knows of which */
	policies = both;
	write_curves(without);
	ADVISE({ "rcu", 64, 1, 1024, 1, 200, NULL }, { "rcu", 64, 1, 1024, 1, 200, NULL });
	assert_int_equal(advice.curve.nr, 0);
	forget(state);
	policies = both + 1;
	write_curves(without);
	ADVISE({ "rcu", 64, 1, 1024, 1, 200, NULL }, { "rcu", 64, 1, 1024, 1, 200, NULL });
	assert_int_equal(advice.curve.nr, 2);
}

/* A curve of every size is looked at where sizes double. */
static void a_dense_curve_is_thinned(void **state)
{
	char *text = malloc(100 * 5000), *at = text;
	int i;

	(void)state;
	at += sprintf(at, "curve,page_cache_pages,pages,gets,hits,low,high\n");
	for (i = 1; i <= 4096; i++)
		at += sprintf(at, "all,0,%d,4096,%d,0,0\n", i, i);
	write_curves(text);
	free(text);
	ADVISE({ "rcu", 64, 1, 1024, 1, 200, NULL });
	assert_float_equal(advice.curve.from.pages, 2048, 0);
	assert_float_equal(advice.curve.to.pages, 4096, 0);
	assert_in_range(advice.curve.nr, 12, 14);
}

static void a_foreign_table_is_no_curve(void **state)
{
	char path[] = "/tmp/tmem-curves-XXXXXX";
	struct trace_error err = { .code = 0 };
	FILE *f = fdopen(mkstemp(path), "w");
	int ret;

	(void)state;
	fputs("a,b\n1,2\n", f);
	fclose(f);
	ret = curves_read(&curves, path, &err);
	remove(path);
	assert_int_equal(ret, -EBADMSG);
	assert_non_null(strstr(err.text, "no column curve"));
	curves_free(&curves);
	assert_int_equal(curves_read(&curves, "/nowhere/curves.csv", &err), 0);
	assert_int_equal(curves.nr, 0);
}

/* ---- text ---- */

static const char *escaped(const char *text)
{
	static char out[512];
	FILE *f = fmemopen(out, sizeof(out), "w");

	*out = '\0';
	html_text(f, text);
	fclose(f);
	return out;
}

static void text_stays_text(void **state)
{
	(void)state;
	assert_string_equal(escaped("<script>&\"'"), "&lt;script&gt;&amp;&quot;&#39;");
	assert_string_equal(escaped("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x9f"),
			    "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x9f");
#define BAD	"\xef\xbf\xbd"
	/* overlong, surrogate, cut short, beyond the last, control, direction */
	assert_string_equal(escaped("\xc0\xbc"), BAD BAD);
	assert_string_equal(escaped("\xed\xa0\x80" "a"), BAD "a");
	assert_string_equal(escaped("\xe2\x82"), BAD BAD);
	assert_string_equal(escaped("\xf4\x90\x80\x80"), BAD);
	assert_string_equal(escaped("\x01\x1b[0m\x7f\r"), BAD BAD "[0m" BAD BAD);
	assert_string_equal(escaped("a\xe2\x80\xae" "b"), "a" BAD "b");
	assert_string_equal(escaped("\xef\xbf\xbf"), BAD);
}

static void numbers_have_three_digits(void **state)
{
	char n[HTML_NUMBER];

	(void)state;
	assert_string_equal(html_rate(n, 999.4), "999");
	assert_string_equal(html_rate(n, 999.6), "1\xc2\xa0K");
	assert_string_equal(html_rate(n, 2314567), "2.31\xc2\xa0M");
	assert_string_equal(html_memory(n, 256), "1\xc2\xa0MiB");
	assert_string_equal(html_memory(n, 384), "1.5\xc2\xa0MiB");
	assert_string_equal(html_thousands(n, 1234567), "1,234,567");
	assert_string_equal(html_thousands(n, 12), "12");
	assert_string_equal(html_time(n, 1250), "1.25\xc2\xa0\xc2\xb5s");
	assert_string_equal(html_percent(n, 0.4833), "48.3%");
	assert_string_equal(html_thousands(n, 1e300), "-");
	assert_string_equal(html_rate(n, -1), "-");
}

#define TEST(test)	cmocka_unit_test_teardown(test, forget)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(runs_of_a_point_are_one),
		TEST(numbers_are_sorted_as_numbers),
		TEST(what_is_no_number_does_not_count),
		TEST(ranges_that_do_not_overlap_are_apart),
		TEST(a_touch_is_an_overlap),
		TEST(once_is_not_sure),
		TEST(more_threads_may_be_no_gain),
		TEST(more_threads_may_be_a_gain),
		TEST(each_design_has_its_best_table),
		TEST(the_setting_is_the_fullest),
		TEST(one_run_is_told),
		TEST(all_failed),
		TEST(nothing_at_all),
		TEST(the_smallest_table_within_5_percent),
		TEST(the_median_decides_on_a_table),
		TEST(the_smallest_of_all_is_enough),
		TEST(what_more_memory_buys),
		TEST(where_it_still_rises),
		TEST(where_memory_buys_nothing),
		TEST(steps_that_do_not_double),
		TEST(steps_that_nearly_double),
		TEST(noise_is_told_at_once),
		TEST(curves_know_the_optimum),
		TEST(curves_are_of_a_policy),
		TEST(a_dense_curve_is_thinned),
		TEST(a_foreign_table_is_no_curve),
		TEST(text_stays_text),
		TEST(numbers_have_three_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
