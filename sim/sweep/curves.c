// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * curves.c - the exact curves of a sweep's traces, by "tmem mrc"
 *
 * One pass for each page cache and policy of it in the grid, joined to one table.  Sizes
 * are those of the grid, and more between and around them, so that a curve can be drawn,
 * and tells what more memory would buy.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../traces/newfile.h"
#include "../../traces/tmt.h"
#include "../csv.h"
#include "point.h"
#include "run.h"

#define MAX_ARGS	24U
#define STEPS		4	/* sizes to a doubling, besides the grid's */

struct curves {
	const struct sweep *sweep;
	bool *ok;			/* points that count */
	const struct sweep_point *point;	/* the first of this pass */
	char part[4096];		/* what mrc writes; goes when it was read */
	FILE *f;			/* of the whole, in memory */
	uint64_t rows;
};

/* ---- which curves ---- */

/* Traces of operations never see a page cache: one pass is for all. */
static bool same_pass(const struct sweep *sweep, const struct sweep_point *a,
		      const struct sweep_point *b)
{
	return !sweep->references ||
	       (a->value[AXIS_PAGE_CACHE] == b->value[AXIS_PAGE_CACHE] &&
		a->value[AXIS_POLICY] == b->value[AXIS_POLICY]);
}

/* Points of which a run was ok: what cannot be replayed has no curve either. */
static bool *points_ok(const struct sweep *sweep, const struct results *results)
{
	const struct sweep_plan *plan = &sweep->plan;
	bool *ok = calloc(plan->nr_points, sizeof(*ok));
	char key[SWEEP_KEY_SIZE];
	uint32_t repeat, i;

	for (repeat = 1; ok && repeat <= plan->repeat; repeat++)
		for (i = 0; i < plan->nr_points; i++) {
			const struct result *row;

			sweep_key(plan, &plan->points[i], repeat, key);
			row = results_find(results, key);
			ok[i] |= row && result_ok(row);
		}
	return ok;
}

/* Which values of an axis the points of the pass have. */
static bool *values_used(const struct curves *c, enum sweep_axis axis)
{
	const struct sweep_plan *plan = &c->sweep->plan;
	bool *used = calloc(plan->table[axis].nr, sizeof(*used));
	uint32_t i;

	for (i = 0; used && i < plan->nr_points; i++)
		if (c->ok[i] && same_pass(c->sweep, &plan->points[i], c->point))
			used[plan->points[i].value[axis]] = true;
	return used;
}

static char *list_of(const struct curves *c, enum sweep_axis axis)
{
	const struct sweep_plan *plan = &c->sweep->plan;
	bool *used = values_used(c, axis);
	uint64_t n, least = UINT64_MAX, most = 0;
	char *text = NULL;
	double step;
	size_t size;
	uint32_t i;
	FILE *f = used ? open_memstream(&text, &size) : NULL;

	for (i = 0; f && i < plan->table[axis].nr; i++) {
		const struct sweep_value *v = &plan->table[axis].values[i];

		if (!used[i])
			continue;
		fprintf(f, "%s%s", most ? "," : "", v->text);
		n = axis == AXIS_MEMORY ? v->number : 1;
		most = n > most ? n : most;
		least = n < least ? n : least;
	}
	if (f && axis == AXIS_MEMORY)
		for (step = (double)least / 4; step <= 4 * (double)most;
		     step *= exp2(1.0 / STEPS))
			if (step >= 1)
				fprintf(f, ",%.0fp", step);
	if (f)
		fclose(f);
	free(used);
	return text;
}

/* ---- one pass ---- */

static void no_tick(void *arg)
{
	(void)arg;
}

static int take_rows(struct curves *c, struct trace_error *err)
{
	struct csv_reader csv;
	uint32_t i;
	int ret = csv_open(&csv, c->part, err);

	if (!ret)
		ret = tmt_error(err, -EBADMSG, c->part, "is empty");
	for (i = 0; ret > 0 && !c->rows && i < csv.header.nr; i++)
		fprintf(c->f, "%s%s", i ? "," : "", csv.header.text + csv.header.start[i]);
	if (ret > 0 && !c->rows)
		putc('\n', c->f);
	while (ret > 0 && (ret = csv_next(&csv, err)) > 0) {
		for (i = 0; i < csv.header.nr; i++) {
			if (i)
				putc(',', c->f);
			csv_put(c->f, csv_field(&csv, (int)i));
		}
		putc('\n', c->f);
		c->rows++;
	}
	csv_close(&csv);
	return ret;
}

static void remark(const struct curves *c, const char *line)
{
	const struct sweep_plan *plan = &c->sweep->plan;

	if (c->sweep->references)
		sweep_remark(c->sweep, "no curves below a page cache of %s, %s: %s",
			     sweep_value(plan, c->point, AXIS_PAGE_CACHE)->text,
			     sweep_value(plan, c->point, AXIS_POLICY)->text, line);
	else
		sweep_remark(c->sweep, "no curves: %s", line);
}

static int one_pass(struct curves *c, const char *sizes, const char *admission)
{
	const struct sweep *sweep = c->sweep;
	const struct {
		const char *name, *value;
	} options[] = {
		{ "--csv", c->part },
		{ "--sizes", sizes },
		{ "--page-cache", sweep_value(&sweep->plan, c->point, AXIS_PAGE_CACHE)->text },
		{ "--page-cache-policy", sweep_value(&sweep->plan, c->point, AXIS_POLICY)->text },
		{ "--admission", admission },
		{ "--writes", sweep->common[COMMON_writes] },
		{ "--seed", sweep->common[COMMON_seed] },
		{ "--max-events", sweep->common[COMMON_max_events] },
	};
	char **argv = calloc(MAX_ARGS + sweep->nr_traces, sizeof(*argv));
	struct point_traces traces = { };
	struct trace_error err;
	struct child_end end;
	uint32_t nr = 0, i;
	int ret = -ENOMEM;

	if (!argv)
		return ret;
	argv[nr++] = (char *)"tmem";
	argv[nr++] = (char *)"mrc";
	argv[nr++] = (char *)"--optimum";
	for (i = 0; i < sizeof(options) / sizeof(*options); i++) {
		if (!options[i].value)
			continue;
		argv[nr++] = (char *)options[i].name;
		argv[nr++] = (char *)options[i].value;
	}
	argv[nr++] = (char *)"--";
	ret = point_traces_add(sweep, &traces, argv, nr);
	if (!ret) {
		child_run(argv, traces.fds, no_tick, NULL, &end);
		if (end.stopped)
			ret = -EINTR;
		else if (end.status && !(end.status == CHILD_LOSSY && sweep->lossy))
			remark(c, end.line);
		else if (take_rows(c, &err))
			remark(c, err.text);
	}
	unlink(c->part);
	point_traces_free(&traces);
	free(argv);
	return ret;
}

static bool is_first(const struct curves *c, uint32_t point)
{
	const struct sweep_point *points = c->sweep->plan.points;
	uint32_t i;

	for (i = 0; c->ok[point] && i < point; i++)
		if (c->ok[i] && same_pass(c->sweep, &points[i], &points[point]))
			return false;
	return c->ok[point];
}

static int all_passes(struct curves *c)
{
	const struct sweep_plan *plan = &c->sweep->plan;
	char *sizes, *admission;
	uint32_t i;
	int ret = 0;

	for (i = 0; i < plan->nr_points && !ret; i++) {
		if (!is_first(c, i))
			continue;
		c->point = &plan->points[i];
		sizes = list_of(c, AXIS_MEMORY);
		admission = list_of(c, AXIS_ADMISSION);
		ret = sizes && admission ? one_pass(c, sizes, admission) : -ENOMEM;
		free(sizes);
		free(admission);
	}
	return ret;
}

static int publish(const struct sweep *sweep, const char *text, size_t size)
{
	struct trace_error err;
	struct new_file file;
	char path[4096];
	int ret;

	snprintf(path, sizeof(path), "%s/curves.csv", sweep->dir);
	ret = new_file_create(&file, path, &err);
	if (!ret)
		ret = new_file_write(&file, text, size, 0, &err);
	if (!ret)
		ret = new_file_publish(&file, &err);
	new_file_drop(&file);
	return ret ? sweep_error(sweep, -EIO, "%s", err.text) : 0;
}

int sweep_curves(const struct sweep *sweep, const struct results *results)
{
	struct curves c = { .sweep = sweep, .ok = points_ok(sweep, results) };
	char *text = NULL;
	size_t size = 0;
	int ret = -ENOMEM;

	snprintf(c.part, sizeof(c.part), "%s/points/curves-%u.part", sweep->dir,
		 sweep->shard);
	c.f = open_memstream(&text, &size);
	if (c.ok && c.f)
		ret = all_passes(&c);
	if (c.f && fclose(c.f))
		ret = -ENOMEM;
	if (ret == -EINTR)
		ret = sweep_error(sweep, ret, "stopped by signal %d while "
				  "the curves were made; the same command again makes "
				  "them", child_stopped());
	else if (ret)
		ret = sweep_error(sweep, ret, "no memory for curves");
	else if (c.rows)
		ret = publish(sweep, text, size);
	free(c.ok);
	free(text);
	return ret;
}
