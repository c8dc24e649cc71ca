// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sweep_grid_test.c - the grid of a sweep: lists and ranges are what they say, every
 * point is there once, in every repeat's order and in one shard; and no spec file,
 * whatever is in it, does harm
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../cli/replay_config.h"
#include "../sweep/sweep.h"

static void tell(const char *line)
{
	fprintf(stderr, "%s\n", line);
}

static const struct sweep_caller caller = { .tell = tell, .check = replay_option_check };
static char spec_path[] = "/tmp/tmem-grid-test-XXXXXX";

/* What a list of an axis comes to, values with blanks between; or "!" and the error. */
static const char *values_of(enum sweep_axis axis, const char *list)
{
	static char out[4096];
	struct sweep_plan plan;
	const char *wrong;
	uint32_t i;
	size_t at = 0;

	sweep_plan_init(&plan, replay_option_check);
	wrong = sweep_grid_set(&plan, &plan.command, axis, list);
	out[0] = '\0';
	if (wrong)
		snprintf(out, sizeof(out), "!%s", wrong);
	for (i = 0; !wrong && i < plan.command.axis[axis].nr; i++)
		at += (size_t)sprintf(out + at, "%s%s", i ? " " : "",
			plan.table[axis].values[plan.command.axis[axis].values[i]].text);
	sweep_plan_free(&plan);
	return out;
}

static void lists_and_ranges(void **state)
{
	static const struct {
		enum sweep_axis axis;
		const char *list, *values;
	} cases[] = {
		{ AXIS_THREADS, "1", "1" },
		{ AXIS_THREADS, "1..8", "1 2 4 8" },
		{ AXIS_THREADS, "1..7", "1 2 4" },
		{ AXIS_THREADS, "3..20", "3 6 12" },
		{ AXIS_THREADS, "5..5", "5" },
		{ AXIS_THREADS, "8,1..8,3, 2 ,8", "8 1 2 4 3" },
		{ AXIS_THREADS, "1..64", "1 2 4 8 16 32 64" },
		{ AXIS_THREADS, "1..65", "1 2 4 8 16 32 64" },
		{ AXIS_THREADS, "1..128", "!must be a number from 1 to 64" },
		{ AXIS_THREADS, "1,0", "!0: must be a number from 1 to 64" },
		{ AXIS_THREADS, "2,x", "!x: must be a number from 1 to 64" },
		{ AXIS_THREADS, "1..x", "!must be a number from 1 to 64" },
		{ AXIS_THREADS, "", "!a value is missing" },
		{ AXIS_THREADS, "1,", "!a value is missing" },
		{ AXIS_THREADS, "1-4", "!a range is written with two dots: 1..8" },
		{ AXIS_MEMORY, "1M,2M...4M", "!2M...4M: a range is written with two dots: 1..8" },
		{ AXIS_THREADS, "4..1", "!a range goes up: write 1..8" },
		{ AXIS_THREADS, "0..4", "!a range that doubles cannot begin at 0; write 0,1..8" },
		{ AXIS_BUCKETS, "64..1048576", "64 128 256 512 1024 2048 4096 8192 16384 32768 65536 131072 262144 524288 1048576" },
		{ AXIS_BUCKETS, "1,3", "!3: must be a power of two" },
		{ AXIS_BUCKETS, "1..18446744073709551615", "!must be a number from 1 to 1048576" },
		{ AXIS_MEMORY, "1M", "256p" },
		{ AXIS_MEMORY, "256p,1M,1048576", "256p" },
		{ AXIS_MEMORY, "1M..4M,1000p..4000p", "256p 512p 1024p 1000p 2000p 4000p" },
		{ AXIS_MEMORY, "6K", "1p" },
		{ AXIS_MEMORY, "0", "!less than one page frame (4 KiB)" },
		{ AXIS_MEMORY, "1p..4p,5", "!5: less than one page (4 KiB); write 64M, or 20000p in pages" },
		{ AXIS_PAGE_CACHE, "0,1p..2p", "0p 1p 2p" },
		{ AXIS_PAGE_CACHE, "3T", "!a page cache is smaller than 2T" },
		{ AXIS_DESIGN, "rcu,objlock,rcu", "rcu objlock" },
		{ AXIS_DESIGN, "rcu,all", "rcu hashbucket hashbucket-fine objlock" },
		{ AXIS_DESIGN, "rcu,all,moon", "!moon: no such design: hashbucket, hashbucket-fine, objlock, rcu or all" },
		{ AXIS_STORE, "none,raw", "none raw" },
		{ AXIS_STORE, "zip", "!no such page store: none, raw or lz4" },
		{ AXIS_ORDER, "global,handle", "global handle" },
		{ AXIS_POLICY, "active-inactive,lru", "active-inactive lru" },
		{ AXIS_ADMISSION, "all", "all" },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(values_of(cases[i].axis, cases[i].list),
				    cases[i].values);
}

static void many_values(void **state)
{
	static char list[65536];
	struct sweep_plan plan;
	size_t at = 0;
	uint32_t i;

	(void)state;
	for (i = 1; i <= SWEEP_MAX_VALUES + 1; i++)
		at += (size_t)sprintf(list + at, "%s%up", i > 1 ? "," : "", i);
	assert_non_null(strstr(values_of(AXIS_MEMORY, list), "4097p: more than 4096 values"));
	*strrchr(list, ',') = '\0';
	sweep_plan_init(&plan, replay_option_check);
	assert_null(sweep_grid_set(&plan, &plan.command, AXIS_MEMORY, list));
	assert_null(sweep_grid_set(&plan, &plan.command, AXIS_DESIGN, "rcu"));
	assert_null(sweep_grid_set(&plan, &plan.command, AXIS_THREADS, "1"));
	plan.repeat = SWEEP_MAX_RUNS / SWEEP_MAX_VALUES;
	assert_null(sweep_plan_expand(&plan));
	assert_int_equal(plan.nr_points, SWEEP_MAX_VALUES);
	plan.repeat++;
	assert_non_null(strstr(sweep_plan_expand(&plan), "more than 1,000,000 runs"));
	sweep_plan_free(&plan);
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Three grids that overlap: 12 + 8 + 3 points, of which 4 + 0 are in two. */
static void make_plan(struct sweep_plan *plan)
{
	struct sweep_grid *grid;

	sweep_plan_init(plan, replay_option_check);
	assert_null(sweep_grid_set(plan, &plan->common, AXIS_DESIGN, "rcu,hashbucket"));
	assert_null(sweep_grid_set(plan, &plan->common, AXIS_THREADS, "1"));
	grid = sweep_plan_add(plan);
	assert_null(sweep_grid_set(plan, grid, AXIS_BUCKETS, "64..256"));
	assert_null(sweep_grid_set(plan, grid, AXIS_MEMORY, "1M,2M"));
	grid = sweep_plan_add(plan);
	assert_null(sweep_grid_set(plan, grid, AXIS_MEMORY, "2M,1M"));
	assert_null(sweep_grid_set(plan, grid, AXIS_STORE, "lz4,none"));
	grid = sweep_plan_add(plan);
	assert_null(sweep_grid_set(plan, grid, AXIS_DESIGN, "hashbucket-fine"));
	assert_null(sweep_grid_set(plan, grid, AXIS_ORDER, "object,cpu,handle"));
	assert_null(sweep_grid_set(plan, grid, AXIS_POLICY, "active-inactive"));
	assert_false(sweep_axis_given(plan, AXIS_BUCKETS));
	assert_true(sweep_axis_given(plan, AXIS_THREADS));
	plan->repeat = 3;
	assert_null(sweep_plan_expand(plan));
	assert_int_equal(plan->nr_points, 12 + 8 + 3 - 4);
}

static void keys_are_unique_and_plain(void **state)
{
	static char keys[64][SWEEP_KEY_SIZE];
	struct sweep_plan plan;
	uint32_t repeat, i, nr = 0;

	(void)state;
	make_plan(&plan);
	for (repeat = 1; repeat <= plan.repeat; repeat++)
		for (i = 0; i < plan.nr_points; i++)
			sweep_key(&plan, &plan.points[i], repeat, keys[nr++]);
	qsort(keys, nr, sizeof(*keys), compare_keys);
	for (i = 0; i < nr; i++) {
		assert_true(!i || strcmp(keys[i - 1], keys[i]));
		assert_int_equal(strspn(keys[i], "abcdefghijklmnopqrstuvwxyz0123456789.-"),
				 strlen(keys[i]));
	}
	assert_non_null(bsearch("rcu-b64-t1-m256-lz4-all-r3", keys, nr,
				sizeof(*keys), compare_keys));
	assert_non_null(bsearch("hashbucket-fine-b256-t1-m16384-lz4-all-active-inactive-cpu-r1",
				keys, nr, sizeof(*keys), compare_keys));
	sweep_plan_free(&plan);
}

/* Each order has each point once, repeats differ, and the same is drawn each time. */
static void orders_are_permutations(void **state)
{
	uint32_t repeat, i, *order, *again, *first;
	struct sweep_plan plan;
	bool seen[64];

	(void)state;
	make_plan(&plan);
	first = sweep_order(&plan, 1);
	for (repeat = 1; repeat <= plan.repeat; repeat++) {
		order = sweep_order(&plan, repeat);
		again = sweep_order(&plan, repeat);
		assert_non_null(order);
		memset(seen, 0, sizeof(seen));
		for (i = 0; i < plan.nr_points; i++) {
			assert_true(order[i] < plan.nr_points && !seen[order[i]]);
			seen[order[i]] = true;
		}
		assert_memory_equal(order, again, plan.nr_points * sizeof(*order));
		if (repeat > 1)
			assert_memory_not_equal(order, first,
						plan.nr_points * sizeof(*order));
		free(order);
		free(again);
	}
	free(first);
	sweep_plan_free(&plan);
}

/* What drifts with time falls on no value of an axis more than on another. */
static void order_spreads_axes(void **state)
{
	struct sweep_plan plan;
	double mean[16] = { };
	uint32_t *order, i, nr;

	(void)state;
	sweep_plan_init(&plan, replay_option_check);
	assert_null(sweep_grid_set(&plan, &plan.command, AXIS_DESIGN, "all"));
	assert_null(sweep_grid_set(&plan, &plan.command, AXIS_BUCKETS, "16..1024"));
	assert_null(sweep_grid_set(&plan, &plan.command, AXIS_MEMORY, "1p..65536p"));
	assert_null(sweep_grid_set(&plan, &plan.command, AXIS_THREADS, "1..8"));
	assert_null(sweep_plan_expand(&plan));
	order = sweep_order(&plan, 1);
	nr = plan.nr_points;
	for (i = 0; i < nr; i++)
		mean[plan.points[order[i]].value[AXIS_THREADS]] += i;
	for (i = 0; i < 4; i++) {
		mean[i] /= (double)nr / 4 * nr;
		assert_true(mean[i] > 0.45 && mean[i] < 0.55);
	}
	free(order);
	sweep_plan_free(&plan);
}

static void every_point_is_in_one_shard(void **state)
{
	uint32_t nr, i, *shards, in[32];
	struct sweep_plan plan;

	(void)state;
	make_plan(&plan);
	for (nr = 1; nr <= 25; nr++) {
		shards = sweep_shards(&plan, nr);
		assert_non_null(shards);
		memset(in, 0, sizeof(in));
		for (i = 0; i < plan.nr_points; i++) {
			assert_true(shards[i] < nr);
			in[shards[i]]++;
		}
		for (i = 0; i < nr; i++) {
			assert_true(in[i] >= plan.nr_points / nr);
			assert_true(in[i] <= plan.nr_points / nr + 1);
		}
		free(shards);
	}
	sweep_plan_free(&plan);
}

/* ---- spec files ---- */

static int read_spec(struct sweep *sweep, const char *text, size_t size)
{
	FILE *f = fopen(spec_path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
	return sweep_read_spec(sweep, spec_path);
}

static const char spec[] =
	"# a spec\n"
	"trace = a trace.tmt\n"
	"trace = /b,c\r\n"
	"threads = 1,2\n"
	"repeat = 5\n"
	"verify = yes\n"
	"stream = no\n"
	"seed = 7\n"
	"\n"
	"[buckets]\n"
	"\tbuckets = 64..256\n"
	"design=rcu\n"
	"[memory of one = two]\n"
	"memory = 1M,2M\n"
	"threads = 8\n"
	"design = rcu, objlock\n"
	"# end";

static void specs_are_read(void **state)
{
	struct sweep sweep;

	(void)state;
	sweep_init(&sweep, &caller);
	assert_int_equal(read_spec(&sweep, spec, sizeof(spec) - 1), 0);
	assert_int_equal(sweep.nr_traces, 2);
	assert_string_equal(sweep.traces[0], "/tmp/a trace.tmt");
	assert_string_equal(sweep.traces[1], "/b,c");
	assert_string_equal(sweep.common[COMMON_seed], "7");
	assert_non_null(sweep.common[COMMON_verify]);
	assert_null(sweep.common[COMMON_stream]);
	assert_int_equal(sweep.plan.repeat, 5);
	assert_null(sweep_plan_expand(&sweep.plan));
	assert_int_equal(sweep.plan.nr_points, 3 * 2 + 2 * 2);
	sweep_free(&sweep);

	/* the command line came first, and stays */
	sweep_init(&sweep, &caller);
	assert_null(sweep_add_trace(&sweep, "mine"));
	assert_null(sweep_set_common(&sweep, COMMON_seed, "9"));
	assert_null(sweep_set_repeat(&sweep, "2"));
	sweep.repeat_given = true;
	assert_null(sweep_grid_set(&sweep.plan, &sweep.plan.command, AXIS_THREADS, "4"));
	assert_int_equal(read_spec(&sweep, spec, sizeof(spec) - 1), 0);
	assert_int_equal(sweep.nr_traces, 1);
	assert_string_equal(sweep.traces[0], "mine");
	assert_string_equal(sweep.common[COMMON_seed], "9");
	assert_int_equal(sweep.plan.repeat, 2);
	assert_null(sweep_plan_expand(&sweep.plan));
	assert_int_equal(sweep.plan.nr_points, 3 + 2 * 2);
	sweep_free(&sweep);
}

static uint64_t seed = 88172645463325252ULL;

static uint32_t rnd(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 16) % below;
}

/* A part of it doubled, dropped, or a byte changed, a few times. */
static size_t change(char *text, size_t size)
{
	static const char bytes[] = "=,.[]#\n\r\t 019amzMp:-\0\xff";
	uint32_t times = 1 + rnd(4), at, n;

	while (times--) {
		at = rnd((uint32_t)size);
		n = 1 + rnd(12);
		switch (rnd(3)) {
		case 0:
			text[at] = bytes[rnd(sizeof(bytes) - 1)];
			break;
		case 1:
			if (at + n < size) {
				memmove(text + at, text + at + n, size - at - n);
				size -= n;
			}
			break;
		default:
			memmove(text + at + n, text + at, size - at);
			size += n;
		}
	}
	return size;
}

static void no_spec_does_harm(void **state)
{
	int error = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY), ret;
	unsigned int i, good = 0, bad = 0;
	char text[sizeof(spec) + 64];
	struct sweep sweep;
	size_t size;

	(void)state;
	dup2(null, STDERR_FILENO);
	for (i = 0; i < 3000; i++) {
		memcpy(text, spec, sizeof(spec));
		size = change(text, sizeof(spec) - 1);
		sweep_init(&sweep, &caller);
		ret = read_spec(&sweep, text, size);
		if (!ret && sweep.plan.repeat * 1000 < SWEEP_MAX_RUNS)
			sweep_plan_expand(&sweep.plan);
		good += !ret;
		bad += ret == -EINVAL;
		sweep_free(&sweep);
	}
	dup2(error, STDERR_FILENO);
	close(error);
	close(null);
	assert_int_equal(good + bad, 3000);
	assert_true(good > 50 && bad > 300);
}

static int make_spec(void **state)
{
	int fd = mkstemp(spec_path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_spec(void **state)
{
	(void)state;
	return unlink(spec_path);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_and_ranges),
		cmocka_unit_test(many_values),
		cmocka_unit_test(keys_are_unique_and_plain),
		cmocka_unit_test(orders_are_permutations),
		cmocka_unit_test(order_spreads_axes),
		cmocka_unit_test(every_point_is_in_one_shard),
		cmocka_unit_test(specs_are_read),
		cmocka_unit_test(no_spec_does_harm),
	};

	return cmocka_run_group_tests(tests, make_spec, remove_spec);
}
