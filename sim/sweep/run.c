// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run.c - running a sweep: what is missing, one run after another
 *
 * A row on the disk is all that a run leaves behind for the next start: what has one
 * that is ok is not run again, and what was under way when a sweep ended, however it
 * did, is run anew.
 */
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "folder.h"
#include "point.h"

struct runner {
	const struct sweep *sweep;
	struct sweep_tally *tally;
	struct results before;		/* rows that were there */
	struct results_file file;
	uint32_t *shards;		/* of each point; NULL: not sharded */
	uint64_t todo;
	uint64_t done;
	double seconds;			/* all that were done took */
	double began;			/* the one that runs */
	const char *key;
	bool terminal;
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static int print_left(char *line, size_t size, double seconds)
{
	unsigned long s = (unsigned long)seconds;

	if (s >= 3600)
		return snprintf(line, size, ", %lu h %lu min left", s / 3600, s / 60 % 60);
	if (s >= 60)
		return snprintf(line, size, ", %lu min %lu s left", s / 60, s % 60);
	return snprintf(line, size, ", %lu s left", s);
}

/* Of the terminal; a line that is longer would leave all but its end behind each time. */
static int columns(void)
{
	struct winsize w;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) || !w.ws_col ? 80 : w.ws_col;
}

static void tick(void *arg)
{
	const struct runner *r = arg;
	char line[SWEEP_KEY_SIZE + 128];
	double left;
	int at;

	if (!r->terminal)
		return;
	at = snprintf(line, sizeof(line), "%llu of %llu runs",
		      (unsigned long long)(r->tally->there + r->done),
		      (unsigned long long)r->tally->asked);
	if (r->done) {
		left = r->seconds / (double)r->done * (double)(r->todo - r->done) -
			(now() - r->began);
		at += print_left(line + at, sizeof(line) - (size_t)at, left > 0 ? left : 0);
	}
	snprintf(line + at, sizeof(line) - (size_t)at, ", %s", r->key);
	fprintf(stderr, "\r%.*s\033[K", columns() - 1, line);
	fflush(stderr);
}

static bool is_ours(const struct runner *r, uint32_t point)
{
	return !r->shards || r->shards[point] == r->sweep->shard - 1;
}

static bool is_there(const struct runner *r, const char *key)
{
	const struct result *row = results_find(&r->before, key);

	return row && result_ok(row);
}

static int count(struct runner *r)
{
	const struct sweep_plan *plan = &r->sweep->plan;
	char key[SWEEP_KEY_SIZE];
	uint32_t repeat, i;

	if (r->sweep->nr_shards) {
		r->shards = sweep_shards(plan, r->sweep->nr_shards);
		if (!r->shards)
			return sweep_error(r->sweep, -ENOMEM, "no memory");
	}
	for (repeat = 1; repeat <= plan->repeat; repeat++)
		for (i = 0; i < plan->nr_points; i++) {
			if (!is_ours(r, i))
				continue;
			sweep_key(plan, &plan->points[i], repeat, key);
			r->tally->asked++;
			r->tally->there += is_there(r, key);
		}
	r->todo = r->tally->asked - r->tally->there;
	return 0;
}

static int stopped(const struct runner *r)
{
	if (r->terminal)
		fputs("\r\033[K", stderr);
	return sweep_error(r->sweep, -EIO, "stopped by signal %d; %llu of %llu "
			   "runs are in %s, and the same command again goes on",
			   child_stopped(), (unsigned long long)(r->tally->there +
			   r->tally->ok), (unsigned long long)r->tally->asked,
			   r->sweep->dir);
}

static int keep(struct runner *r, const struct result *row, const struct child_end *end)
{
	struct trace_error err;

	if (r->terminal)
		fputs("\r\033[K", stderr);
	if (results_file_append(&r->file, row, &err))
		return sweep_error(r->sweep, -EIO, "%s", err.text);
	r->done++;
	r->seconds += now() - r->began;
	if (result_ok(row)) {
		r->tally->ok++;
		return 0;
	}
	r->tally->failed++;
	r->tally->incoherent |= end->status == CHILD_INCOHERENT;
	sweep_remark(r->sweep, "%s failed: %s", r->key,
		     result_text(row, RESULT_error));
	return 0;
}

static int run_one(struct runner *r, uint32_t point, uint32_t repeat)
{
	char key[SWEEP_KEY_SIZE];
	struct result row = { };
	struct child_end end;
	int ret;

	sweep_key(&r->sweep->plan, &r->sweep->plan.points[point], repeat, key);
	if (!is_ours(r, point) || is_there(r, key))
		return 0;
	r->key = key;
	r->began = now();
	ret = child_stopped() ? -EINTR :
		point_run(r->sweep, &r->sweep->plan.points[point], repeat, tick, r, &row,
			  &end);
	if (ret == -EINTR)
		ret = stopped(r);
	else if (ret == -ENOMEM)
		ret = sweep_error(r->sweep, ret, "no memory");
	else if (!ret)
		ret = keep(r, &row, &end);
	result_free(&row);
	return ret;
}

static int run_all(struct runner *r)
{
	const struct sweep_plan *plan = &r->sweep->plan;
	uint32_t repeat, i, *order;
	int ret = 0;

	for (repeat = 1; repeat <= plan->repeat && !ret; repeat++) {
		order = sweep_order(plan, repeat);
		if (!order)
			return sweep_error(r->sweep, -ENOMEM, "no memory");
		for (i = 0; i < plan->nr_points && !ret; i++)
			ret = run_one(r, order[i], repeat);
		free(order);
	}
	return ret;
}

/* A file with other columns, of another version, will do where no row is to be added. */
static int open_results(struct runner *r)
{
	struct trace_error err, other;
	char path[4096];
	int ret;

	if (r->sweep->nr_shards)
		snprintf(path, sizeof(path), "%s/results-%u-of-%u.csv", r->sweep->dir,
			 r->sweep->shard, r->sweep->nr_shards);
	else
		snprintf(path, sizeof(path), "%s/results.csv", r->sweep->dir);
	ret = results_file_open(&r->file, path, &other);
	if (ret && ret != -EBADMSG)
		return sweep_error(r->sweep, -EIO, "%s", other.text);
	if (results_read(&r->before, r->sweep->dir, &err))
		return sweep_error(r->sweep, -EIO, "%s", err.text);
	if (count(r))
		return -ENOMEM;
	if (ret && r->todo)
		return sweep_error(r->sweep, -EIO, "%s", other.text);
	if (r->file.torn)
		sweep_remark(r->sweep, "%s: its last row was torn and is cut off; "
			     "it is run again", path);
	return 0;
}

/* Rows of another build, which those that are to come would stand beside. */
static int check_builds(const struct runner *r)
{
	const char *ours = r->sweep->caller->build;
	size_t i;

	if (!r->todo || r->sweep->any_build)
		return 0;
	for (i = 0; i < r->before.nr; i++) {
		const struct result *row = &r->before.rows[i];
		const char *build = result_text(row, RESULT_build);

		if (result_ok(row) && (!*build || strcmp(build, ours)))
			return sweep_error(r->sweep, -EINVAL, "%s has rows of another build of "
					   "tmem (%s; this is %s); sweep into another folder "
					   "with -o, or have both in this one with --any-build",
					   r->sweep->dir, *build ? build : "not recorded",
					   *ours ? ours : "not to be read");
	}
	return 0;
}

int sweep_look(const struct sweep *sweep, bool *remains)
{
	struct sweep_tally tally = { };
	struct runner r = { .sweep = sweep, .tally = &tally };
	int ret = 0;

	*remains = true;
	if (!results_read(&r.before, sweep->dir, NULL)) {
		ret = count(&r);
		if (!ret)
			ret = check_builds(&r);
		*remains = r.todo;
	}
	results_free(&r.before);
	free(r.shards);
	return ret;
}

int sweep_run(struct sweep *sweep, struct sweep_tally *tally)
{
	struct runner r = {
		.sweep = sweep, .tally = tally, .terminal = isatty(STDERR_FILENO),
	};
	int ret;

	*tally = (struct sweep_tally){ };
	child_stop_signals();
	ret = folder_open(sweep);
	if (ret)
		return ret;
	ret = open_results(&r);
	if (!ret)
		ret = folder_write(sweep);
	if (!ret)
		ret = run_all(&r);
	results_file_close(&r.file);
	results_free(&r.before);
	free(r.shards);
	return ret;
}

bool sweep_is_complete(const struct sweep *sweep, const struct results *results)
{
	const struct sweep_plan *plan = &sweep->plan;
	char key[SWEEP_KEY_SIZE];
	uint32_t repeat, i;

	for (repeat = 1; repeat <= plan->repeat; repeat++)
		for (i = 0; i < plan->nr_points; i++) {
			sweep_key(plan, &plan->points[i], repeat, key);
			if (!results_find(results, key))
				return false;
		}
	return true;
}
