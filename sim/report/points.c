// SPDX-License-Identifier: GPL-2.0-or-later
/* points.c - see points.h */
#include "points.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const enum result_column point_columns[POINT_COLUMNS] = {
	RESULT_traces, RESULT_trace_checksum, RESULT_world, RESULT_order, RESULT_store,
	RESULT_page_cache_policy, RESULT_page_cache_pages, RESULT_admission,
	RESULT_memory_pages, RESULT_threads, RESULT_design, RESULT_buckets,
};

/* A number that can be counted with: not negative, finite. */
static bool number_of(const struct result *r, enum result_column column, double *n)
{
	return result_number(r, column, n) && isfinite(*n) && *n >= 0;
}

static double number_or_0(const struct result *r, enum result_column column)
{
	double n;

	return number_of(r, column, &n) ? n : 0;
}

static int compare_column(const struct result *a, const struct result *b,
			  enum result_column column)
{
	double x, y;
	bool a_number = number_of(a, column, &x), b_number = number_of(b, column, &y);

	if (a_number && b_number)
		return x < y ? -1 : x > y;
	if (a_number != b_number)
		return a_number ? -1 : 1;
	return strcmp(result_text(a, column), result_text(b, column));
}

static int compare_rows(const struct result *a, const struct result *b,
			unsigned int columns)
{
	unsigned int i;
	int order = 0;

	for (i = 0; i < columns && !order; i++)
		order = compare_column(a, b, point_columns[i]);
	return order;
}

int point_compare(const struct point *a, const struct point *b, unsigned int columns)
{
	return compare_rows(a->like, b->like, columns);
}

bool points_vary(const struct points *points, enum result_column column)
{
	size_t i;

	for (i = 1; i < points->nr; i++)
		if (compare_column(points->all[0].like, points->all[i].like, column))
			return true;
	return false;
}

/* ---- ranges ---- */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static struct range range_of(double *values, unsigned int nr)
{
	struct range r = { .nr = nr };

	if (!nr)
		return r;
	qsort(values, nr, sizeof(*values), by_value);
	r.least = values[0];
	r.most = values[nr - 1];
	r.median = (values[(nr - 1) / 2] + values[nr / 2]) / 2;
	return r;
}

static bool measure_of(const struct result *r, enum measure measure, double *n)
{
	static const enum result_column columns[NR_MEASURES] = {
		[MEASURE_RATE] = RESULT_ops_per_second,
		[MEASURE_HITS] = RESULT_hits,
		[MEASURE_PUT_P99] = RESULT_put_p99,
		[MEASURE_GET_P99] = RESULT_get_p99,
		[MEASURE_FAIRNESS] = RESULT_fairness,
		[MEASURE_BUSY] = RESULT_busy,
		[MEASURE_EVICTED] = RESULT_evicted,
	};
	double gets;

	if (!number_of(r, columns[measure], n))
		return false;
	if (measure == MEASURE_HITS) {
		if (!number_of(r, RESULT_gets, &gets) || gets <= 0 || *n > gets)
			return false;
		*n /= gets;
	}
	return true;
}

/* ---- points ---- */

/* Sorting of rows: the point's columns, and what was found first stays first. */
static int by_configuration(const void *a, const void *b)
{
	const struct result *x = *(const struct result *const *)a;
	const struct result *y = *(const struct result *const *)b;
	int order = compare_rows(x, y, POINT_COLUMNS);

	return order ? order : x < y ? -1 : x > y;
}

static void fill(struct point *point, const struct result *const *rows, size_t nr,
		 double *values)
{
	unsigned int m, n;
	size_t i;

	point->like = rows[0];
	point->buckets = number_or_0(rows[0], RESULT_buckets);
	point->threads = number_or_0(rows[0], RESULT_threads);
	point->memory = number_or_0(rows[0], RESULT_memory_pages);
	for (i = 0; i < nr; i++) {
		point->runs += result_ok(rows[i]);
		point->failed += !result_ok(rows[i]);
	}
	for (m = 0; m < NR_MEASURES; m++) {
		n = 0;
		for (i = 0; i < nr; i++)
			if (result_ok(rows[i]) && measure_of(rows[i], (enum measure)m, &values[n]))
				n++;
		point->measures[m] = range_of(values, n);
	}
}

static void fill_all(struct points *points, const struct result *const *rows, size_t nr,
		     double *values)
{
	size_t i, first = 0;
	unsigned int n = 0;

	for (i = 1; i <= nr; i++) {
		if (i < nr && !compare_rows(rows[first], rows[i], POINT_COLUMNS))
			continue;
		fill(&points->all[points->nr++], rows + first, i - first, values);
		first = i;
	}
	for (i = 0; i < points->nr; i++) {
		const struct range *rate = &points->all[i].measures[MEASURE_RATE];

		points->runs += points->all[i].runs;
		points->failed += points->all[i].failed;
		if (rate->nr > 1 && rate->median > 0)
			values[n++] = (rate->most - rate->least) / rate->median;
	}
	points->spread = range_of(values, n);
}

int points_make(struct points *points, const struct results *results)
{
	const struct result **rows = calloc(results->nr + 1, sizeof(*rows));
	double *values = calloc(results->nr + 1, sizeof(*values));
	size_t i;
	int ret = 0;

	*points = (struct points){ };
	points->all = calloc(results->nr + 1, sizeof(*points->all));
	if (!rows || !values || !points->all) {
		ret = -ENOMEM;
	} else if (results->nr) {
		for (i = 0; i < results->nr; i++) {
			rows[i] = &results->rows[i];
			if (!points->first_failed && !result_ok(rows[i]))
				points->first_failed = rows[i];
		}
		qsort(rows, results->nr, sizeof(*rows), by_configuration);
		fill_all(points, rows, results->nr, values);
	}
	free(rows);
	free(values);
	return ret;
}

void points_free(struct points *points)
{
	free(points->all);
	*points = (struct points){ };
}
