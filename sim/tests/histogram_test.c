// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * histogram_test.c - histograms against the sorted values themselves
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../histogram.h"

static uint64_t seed = 88172645463325252ULL;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed * 0x9e3779b97f4a7c15ULL;
}

/* Values of every magnitude up to an hour. */
static uint64_t rnd_value(void)
{
	return rnd() >> (23 + rnd() % 41);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static bool close_to(double a, double b, double tolerance)
{
	return fabs(a - b) <= tolerance * fabs(b) + 1e-12;
}

static void test_buckets_have_no_gap(void **state)
{
	uint32_t i;

	(void)state;
	assert_int_equal(histogram_lowest(0), 0);
	for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
		uint64_t low = histogram_lowest(i), high = histogram_highest(i);

		assert_true(low <= high);
		assert_int_equal(histogram_bucket(low), i);
		assert_int_equal(histogram_bucket(high), i);
		assert_int_equal(histogram_lowest(i + 1), high + 1);
		assert_true((high - low) * 1000 < (low ? low : 1));
	}
	assert_true(histogram_bucket(HISTOGRAM_MAX_VALUE) < HISTOGRAM_BUCKETS);
}

/* Exactly ceil(p * n) values are at or below the percentile's bucket. */
static void check_percentiles(const struct histogram *h, const uint64_t *sorted,
			      uint64_t nr)
{
	static const uint32_t points[] = { 0, 1, 10000, 250000, 500000, 900000,
					   990000, 999000, 999900, 999999, 1000000 };
	unsigned int i;

	for (i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		uint64_t rank = (nr * points[i] + 999999) / 1000000;
		uint64_t exact = sorted[rank ? rank - 1 : 0];
		uint64_t got = histogram_percentile(h, points[i]);

		assert_true(got >= exact || points[i] == 0);
		assert_true(close_to(got, exact, 0.001));
		assert_int_equal(histogram_bucket(got), histogram_bucket(exact));
	}
	assert_int_equal(histogram_percentile(h, 0), sorted[0]);
	assert_int_equal(histogram_percentile(h, 1000000), sorted[nr - 1]);
}

static void check_all(const struct histogram *h, uint64_t *values, uint64_t nr)
{
	double sum = 0, squares = 0;
	uint64_t i;

	qsort(values, nr, sizeof(*values), compare);
	for (i = 0; i < nr; i++)
		sum += values[i];
	for (i = 0; i < nr; i++)
		squares += (values[i] - sum / nr) * (values[i] - sum / nr);
	assert_int_equal(histogram_count(h), nr);
	assert_int_equal(histogram_min(h), values[0]);
	assert_int_equal(histogram_max(h), values[nr - 1]);
	assert_true(close_to(histogram_mean(h), sum / nr, 1e-9));
	assert_true(fabs(histogram_stddev(h) - sqrt(squares / nr)) <=
		    values[nr - 1] / 1000.0);
	check_percentiles(h, values, nr);
}

static void test_matches_sorted_values(void **state)
{
	static const uint64_t counts[] = { 1, 2, 3, 10, 999, 1000, 1001, 100000 };
	uint64_t *values = calloc(100000, sizeof(*values)), i;
	struct histogram *h = histogram_create();
	unsigned int c, spread;

	(void)state;
	assert_non_null(values);
	assert_non_null(h);
	for (c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
		for (spread = 0; spread < 2; spread++) {
			histogram_reset(h);
			for (i = 0; i < counts[c]; i++) {
				values[i] = spread ? rnd_value() : 100 + rnd() % 5000;
				histogram_record(h, values[i]);
			}
			check_all(h, values, counts[c]);
		}
	}
	histogram_destroy(h);
	free(values);
}

static void test_merge_is_recording_together(void **state)
{
	struct histogram *part[3], *all = histogram_create();
	unsigned int i;

	(void)state;
	for (i = 0; i < 3; i++)
		part[i] = histogram_create();
	for (i = 0; i < 30000; i++) {
		uint64_t value = rnd_value() << (i % 10 ? 0 : 3);

		histogram_record(part[i % 2], value);
		histogram_record(all, value);
	}
	assert_true(all->saturated > 0);
	histogram_merge(part[0], part[1]);
	histogram_merge(part[0], part[2]);	/* empty */
	assert_memory_equal(part[0], all, sizeof(*all));
	histogram_merge(part[2], all);		/* into an empty one */
	assert_memory_equal(part[2], all, sizeof(*all));
	for (i = 0; i < 3; i++)
		histogram_destroy(part[i]);
	histogram_destroy(all);
}

static void test_ends_of_the_range(void **state)
{
	struct histogram *h = histogram_create();
	unsigned int i;

	(void)state;
	assert_int_equal(histogram_count(h), 0);
	assert_int_equal(histogram_min(h), 0);
	assert_int_equal(histogram_max(h), 0);
	assert_int_equal(histogram_percentile(h, 500000), 0);
	histogram_record(h, 0);
	assert_int_equal(histogram_min(h), 0);
	assert_int_equal(histogram_percentile(h, 1000000), 0);
	histogram_record(h, UINT64_MAX);
	histogram_record(h, HISTOGRAM_MAX_VALUE + 1);
	histogram_record(h, HISTOGRAM_MAX_VALUE);
	assert_int_equal(h->saturated, 2);
	assert_int_equal(histogram_max(h), HISTOGRAM_MAX_VALUE);
	assert_int_equal(histogram_count(h), 4);
	assert_true(close_to(histogram_mean(h), HISTOGRAM_MAX_VALUE * 0.75, 1e-12));

	/* the sum has to pass 64 bits: 6 million hours */
	histogram_reset(h);
	for (i = 0; i < 6000000; i++)
		histogram_record(h, HISTOGRAM_MAX_VALUE);
	assert_true(h->sum_high > 0);
	assert_true(close_to(histogram_mean(h), HISTOGRAM_MAX_VALUE, 1e-12));
	histogram_destroy(h);
}

/* ---- the percentile text ---- */

static char *print(const struct histogram *h, double unit)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	assert_int_equal(histogram_print(h, unit, f), 0);
	fclose(f);
	return text;
}

/* The values 1 to 10, worked out by hand. */
static void test_text_of_ten_values(void **state)
{
	static const char expected[] =
		"       Value     Percentile TotalCount 1/(1-Percentile)\n"
		"\n"
		"       1.000 0.000000000000          1           1.00\n"
		"       1.000 0.100000000000          1           1.11\n"
		"       2.000 0.200000000000          2           1.25\n"
		"       3.000 0.300000000000          3           1.43\n"
		"       4.000 0.400000000000          4           1.67\n"
		"       5.000 0.500000000000          5           2.00\n"
		"       6.000 0.550000000000          6           2.22\n"
		"       6.000 0.600000000000          6           2.50\n"
		"       7.000 0.650000000000          7           2.86\n"
		"       7.000 0.700000000000          7           3.33\n"
		"       8.000 0.750000000000          8           4.00\n"
		"       8.000 0.775000000000          8           4.44\n"
		"       8.000 0.800000000000          8           5.00\n"
		"       9.000 0.825000000000          9           5.71\n"
		"       9.000 0.850000000000          9           6.67\n"
		"       9.000 0.875000000000          9           8.00\n"
		"       9.000 0.887500000000          9           8.89\n"
		"       9.000 0.900000000000          9          10.00\n"
		"      10.000 0.912500000000         10          11.43\n"
		"      10.000 1.000000000000         10\n"
		"#[Mean    =        5.500, StdDeviation   =        2.872]\n"
		"#[Max     =       10.000, Total count    =           10]\n"
		"#[Buckets =           32, SubBuckets     =         2048]\n";
	struct histogram *h = histogram_create();
	unsigned int i;
	char *text;

	(void)state;
	for (i = 1; i <= 10; i++)
		histogram_record(h, i);
	text = print(h, 1);
	assert_string_equal(text, expected);
	free(text);
	histogram_destroy(h);
}

/* The bucket is 3000 to 3001: the deviation counts from its middle. */
static void test_text_of_one_value(void **state)
{
	static const char expected[] =
		"       Value     Percentile TotalCount 1/(1-Percentile)\n"
		"\n"
		"    3000.000 0.000000000000          3           1.00\n"
		"    3000.000 1.000000000000          3\n"
		"#[Mean    =     3000.000, StdDeviation   =        0.500]\n"
		"#[Max     =     3000.000, Total count    =            3]\n"
		"#[Buckets =           32, SubBuckets     =         2048]\n";
	struct histogram *h = histogram_create();
	unsigned int i;
	char *text;

	(void)state;
	for (i = 0; i < 3; i++)
		histogram_record(h, 3000);
	text = print(h, 1);
	assert_string_equal(text, expected);
	free(text);
	histogram_destroy(h);
}

/* Each line of a large one says the truth about the sorted values. */
static void test_text_matches_sorted_values(void **state)
{
	enum { NR = 50000 };
	uint64_t *values = calloc(NR, sizeof(*values)), last = 0;
	struct histogram *h = histogram_create();
	unsigned int i, lines = 0;
	char *text, *line, *rest;

	(void)state;
	assert_non_null(values);
	for (i = 0; i < NR; i++) {
		values[i] = rnd_value();
		histogram_record(h, values[i]);
	}
	qsort(values, NR, sizeof(*values), compare);
	text = print(h, 1000);
	for (line = strtok_r(text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		double value, percentile, inverted = -1;
		unsigned long long total;
		int fields = sscanf(line, "%lf %lf %llu %lf", &value, &percentile,
				    &total, &inverted);

		if (fields < 3)
			continue;
		lines++;
		assert_true(total >= last && total <= NR);
		assert_true(total >= percentile * NR - 1e-6);
		assert_true(value * 1000 + 1 >= values[total - 1]);
		assert_true(total == NR || value * 1000 - 1 < values[total]);
		if (fields == 4)
			assert_true(close_to(inverted, 1 / (1 - percentile), 0.01));
		else
			assert_int_equal(total, NR);
		last = total;
	}
	assert_int_equal(last, NR);
	assert_in_range(lines, 60, 100);
	free(text);
	histogram_destroy(h);
	free(values);
}

static void test_text_of_nothing(void **state)
{
	struct histogram *h = histogram_create();
	char *text = print(h, 1);

	(void)state;
	assert_non_null(strstr(text, "Total count    =            0]"));
	free(text);
	histogram_destroy(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buckets_have_no_gap),
		cmocka_unit_test(test_matches_sorted_values),
		cmocka_unit_test(test_merge_is_recording_together),
		cmocka_unit_test(test_ends_of_the_range),
		cmocka_unit_test(test_text_of_ten_values),
		cmocka_unit_test(test_text_of_one_value),
		cmocka_unit_test(test_text_matches_sorted_values),
		cmocka_unit_test(test_text_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
