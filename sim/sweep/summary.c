// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * summary.c - how a sweep ended, for people: the fastest point of each design
 *
 * Designs are compared in one setting, which is all but design, buckets and threads: a
 * policy that stores fewer pages is no faster design.  Of all settings it is the one with
 * the most points that were ok, of these one with the most memory, and of these the
 * first of the grid.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../values.h"
#include "run.h"

struct best {
	const struct result *row;	/* of the median repeat; NULL: none is ok */
	double rate;
	bool asked;
};

static int compare_rates(const void *a, const void *b)
{
	double x, y;

	result_number(*(const struct result *const *)a, RESULT_ops_per_second, &x);
	result_number(*(const struct result *const *)b, RESULT_ops_per_second, &y);
	return x < y ? -1 : x > y;
}

/* The median repeat of a point, or NULL. */
static const struct result *median(const struct sweep *sweep,
				   const struct results *results,
				   const struct sweep_point *point,
				   const struct result **rows)
{
	char key[SWEEP_KEY_SIZE];
	uint32_t repeat, nr = 0;

	for (repeat = 1; repeat <= sweep->plan.repeat; repeat++) {
		const struct result *row;

		sweep_key(&sweep->plan, point, repeat, key);
		row = results_find(results, key);
		if (row && result_ok(row))
			rows[nr++] = row;
	}
	if (!nr)
		return NULL;
	qsort(rows, nr, sizeof(*rows), compare_rates);
	return rows[nr / 2];
}

/* ---- the setting ---- */

static const enum sweep_axis setting_axes[] = {
	AXIS_MEMORY, AXIS_STORE, AXIS_ADMISSION, AXIS_PAGE_CACHE, AXIS_POLICY, AXIS_ORDER,
};

#define NR_SETTING_AXES	(sizeof(setting_axes) / sizeof(*setting_axes))

static int compare_settings(const void *a, const void *b)
{
	const struct sweep_point *x = *(const struct sweep_point *const *)a;
	const struct sweep_point *y = *(const struct sweep_point *const *)b;
	unsigned int i;

	for (i = 0; i < NR_SETTING_AXES; i++)
		if (x->value[setting_axes[i]] != y->value[setting_axes[i]])
			return x->value[setting_axes[i]] < y->value[setting_axes[i]] ? -1 : 1;
	return 0;
}

/* A point of the setting that is compared; NULL: there is no memory to find it. */
static const struct sweep_point *find_setting(const struct sweep *sweep,
					      const struct results *results,
					      const struct result **rows)
{
	const struct sweep_plan *plan = &sweep->plan;
	const struct sweep_point **sorted = calloc(plan->nr_points, sizeof(*sorted));
	const struct sweep_point *found = NULL;
	uint32_t i, first = 0, ok = 0, most = 0;

	for (i = 0; sorted && i < plan->nr_points; i++)
		sorted[i] = &plan->points[i];
	if (sorted)
		qsort(sorted, plan->nr_points, sizeof(*sorted), compare_settings);
	for (i = 0; sorted && i < plan->nr_points; i++) {
		if (compare_settings(&sorted[first], &sorted[i])) {
			first = i;
			ok = 0;
		}
		ok += median(sweep, results, sorted[i], rows) != NULL;
		if (found && (ok < most ||
			      (ok == most && sweep_value(plan, sorted[i], AXIS_MEMORY)->number <=
			       sweep_value(plan, found, AXIS_MEMORY)->number)))
			continue;
		most = ok;
		found = sorted[i];
	}
	free(sorted);
	return found;
}

/* What of the setting was not the same in all points. */
static void print_setting(const struct sweep_plan *plan, const struct sweep_point *setting)
{
	const char *lead = "in one setting: ";
	unsigned int i;

	for (i = 0; i < NR_SETTING_AXES; i++) {
		enum sweep_axis axis = setting_axes[i];

		if (plan->table[axis].nr < 2)
			continue;
		printf("%s%s %s", lead, sweep_axis_names[axis], axis == AXIS_MEMORY ||
		       axis == AXIS_PAGE_CACHE ?
		       cli_bytes(sweep_value(plan, setting, axis)->number * 4096) :
		       sweep_value(plan, setting, axis)->text);
		lead = ", ";
	}
	if (*lead == ',')
		putchar('\n');
}

/* ---- the fastest ---- */

static void find_best(const struct sweep *sweep, const struct results *results,
		      const struct sweep_point *setting, struct best *best,
		      const struct result **rows)
{
	const struct sweep_plan *plan = &sweep->plan;
	uint32_t i;

	for (i = 0; i < plan->nr_points; i++) {
		const struct sweep_point *point = &plan->points[i];
		struct best *b = &best[point->value[AXIS_DESIGN]];
		const struct result *row;
		double rate = 0;

		if (compare_settings(&point, &setting))
			continue;
		b->asked = true;
		row = median(sweep, results, point, rows);
		if (!row)
			continue;
		result_number(row, RESULT_ops_per_second, &rate);
		if (b->row && rate <= b->rate)
			continue;
		b->row = row;
		b->rate = rate;
	}
}

static double number_of(const struct result *row, enum result_column column)
{
	double n;

	return result_number(row, column, &n) ? n : 0;
}

static void print_best(const char *design, const struct best *b)
{
	double gets, p99;
	char latency[32] = "-", hits[32] = "-";

	if (!b->row) {
		printf("%-16s  no run was ok\n", design);
		return;
	}
	gets = number_of(b->row, RESULT_gets);
	if (gets > 0)
		snprintf(hits, sizeof(hits), "%.1f%%",
			 100 * number_of(b->row, RESULT_hits) / gets);
	if (result_number(b->row, RESULT_get_p99, &p99))
		snprintf(latency, sizeof(latency), "%.0f ns", p99);
	printf("%-16s %11s %7s %10s  %s\n", design, cli_rate(b->rate), hits, latency,
	       result_text(b->row, RESULT_key));
}

void sweep_summary(const struct sweep *sweep, const struct results *results,
		   const struct sweep_tally *tally)
{
	const struct sweep_plan *plan = &sweep->plan;
	struct best *best = calloc(plan->table[AXIS_DESIGN].nr, sizeof(*best));
	const struct result **rows = calloc(plan->repeat, sizeof(*rows));
	const struct sweep_point *setting = best && rows ?
		find_setting(sweep, results, rows) : NULL;
	uint32_t i;

	if (setting) {
		find_best(sweep, results, setting, best, rows);
		print_setting(plan, setting);
		printf("fastest            throughput    hits    get p99  point%s\n",
		       plan->repeat > 1 ? " (median of its repeats)" : "");
		for (i = 0; i < plan->table[AXIS_DESIGN].nr; i++)
			if (best[i].asked)
				print_best(plan->table[AXIS_DESIGN].values[i].text,
					   &best[i]);
	}
	printf("%s run%s: %s ok now, %s before", cli_thousands(tally->asked),
	       tally->asked == 1 ? "" : "s", cli_thousands(tally->ok), cli_thousands(tally->there));
	if (tally->failed)
		printf(", %s FAILED; the same command again tries those",
		       cli_thousands(tally->failed));
	printf("\nresults: %s/results%s.csv\n", sweep->dir,
	       results->files > 1 || sweep->nr_shards ? "*" : "");
	free(best);
	free(rows);
}
