// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sbatch.c - a sweep as a Slurm job array: one task a shard
 *
 * Each task has a node to itself, or what it measures is its neighbours, and as many
 * CPUs as the widest point has threads.  Names of files are quoted, and are in no
 * directive: Slurm expands % in those.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../quote.h"
#include "run.h"

#define DEFAULT_TASKS	16U

static int failed(const struct sweep *sweep, const char *what)
{
	return sweep_error(sweep, -EINVAL, "--sbatch: %s: %s", what,
			   strerror(errno));
}

/* A file that is there, under a name that is good from everywhere. */
static int put_path(const struct sweep *sweep, const char *path)
{
	char *whole = realpath(path, NULL);

	if (!whole)
		return failed(sweep, path);
	quote_word(stdout, whole);
	free(whole);
	return 0;
}

/* The folder may not be there yet. */
static int put_folder(const struct sweep *sweep)
{
	char *whole = realpath(sweep->dir, NULL), here[4096];
	FILE *f;
	size_t size;

	if (!whole && *sweep->dir != '/' && !getcwd(here, sizeof(here)))
		return failed(sweep, "this folder");
	if (!whole) {
		f = open_memstream(&whole, &size);
		if (!f)
			return failed(sweep, sweep->dir);
		if (*sweep->dir != '/')
			fprintf(f, "%s/", here);
		fputs(sweep->dir, f);
		fclose(f);
	}
	quote_word(stdout, whole);
	free(whole);
	return 0;
}

static void put_axes(const struct sweep *sweep)
{
	const struct sweep_plan *plan = &sweep->plan;
	uint32_t i;
	int a;

	for (a = 0; a < NR_AXES; a++) {
		const struct sweep_list *list = &plan->command.axis[a];

		if (!list->nr)
			continue;
		printf(" \\\n\t--%s ", sweep_axis_names[a]);
		for (i = 0; i < list->nr; i++)
			printf("%s%s", i ? "," : "",
			       plan->table[a].values[list->values[i]].text);
	}
}

static int put_common(const struct sweep *sweep)
{
	int i, ret = 0;

	for (i = 0; i < NR_COMMON && !ret; i++) {
		const char *value = sweep->common[i];

		if (!value)
			continue;
		printf(" \\\n\t--%s", sweep_common_names[i]);
		if (*value)
			putchar(' ');
		if (i == COMMON_content)
			ret = put_path(sweep, value);
		else if (*value)
			quote_word(stdout, value);
	}
	return ret;
}

static int put_command(const struct sweep *sweep, uint64_t tasks)
{
	int ret;
	uint32_t i;

	fputs("exec ", stdout);
	ret = put_path(sweep, "/proc/self/exe");
	fputs(" sweep", stdout);
	put_axes(sweep);
	if (!ret)
		ret = put_common(sweep);
	printf(" \\\n\t--repeat %llu", (unsigned long long)sweep->plan.repeat);
	if (sweep->no_curves)
		fputs(" --no-curves", stdout);
	if (sweep->any_build)
		fputs(" --any-build", stdout);
	if (!ret && sweep->spec) {
		fputs(" \\\n\t--spec ", stdout);
		ret = put_path(sweep, sweep->spec);
	}
	fputs(" \\\n\t--output ", stdout);
	if (!ret)
		ret = put_folder(sweep);
	printf(" \\\n\t--shard \"${SLURM_ARRAY_TASK_ID:?is set by sbatch, which this script is "
	       "for}/%llu\"", (unsigned long long)tasks);
	for (i = 0; i < sweep->nr_traces && !ret; i++) {
		fputs(" \\\n\t", stdout);
		ret = put_path(sweep, sweep->traces[i]);
	}
	putchar('\n');
	return ret;
}

static int check_paths(const struct sweep *sweep)
{
	uint32_t i;

	for (i = 0; i < sweep->nr_traces; i++)
		if (access(sweep->traces[i], R_OK))
			return failed(sweep, sweep->traces[i]);
	if (sweep->common[COMMON_content] && access(sweep->common[COMMON_content], R_OK))
		return failed(sweep, sweep->common[COMMON_content]);
	return 0;
}

int sweep_print_sbatch(const struct sweep *sweep)
{
	const struct sweep_plan *plan = &sweep->plan;
	uint64_t tasks = sweep->tasks, threads = 1;
	uint32_t i;
	int ret = check_paths(sweep);

	if (ret)
		return ret;
	if (!tasks)
		tasks = DEFAULT_TASKS;
	if (tasks > plan->nr_points)
		tasks = plan->nr_points;	/* of more, some would have nothing to do */
	for (i = 0; i < plan->nr_points; i++) {
		uint64_t n = sweep_value(plan, &plan->points[i], AXIS_THREADS)->number;

		if (n > threads)
			threads = n;
	}
	printf("#!/bin/sh\n"
	       "#SBATCH --job-name=tmem-sweep\n"
	       "#SBATCH --array=1-%llu\n"
	       "#SBATCH --nodes=1\n"
	       "#SBATCH --ntasks=1\n"
	       "#SBATCH --cpus-per-task=%llu\n"
	       "#SBATCH --exclusive\n"
	       "#SBATCH --output=tmem-sweep-%%A_%%a.out\n"
	       "#\n"
	       "# A sweep of %u points, each run %llu time%s, in %llu task%s; the folder of the\n"
	       "# results is one that all nodes share. A task that was cancelled or lost goes on\n"
	       "# where it was: submit this again. Afterwards, the same tmem sweep without\n"
	       "# --sbatch tells how it ended, runs what failed, and makes the curves if no task\n"
	       "# could.\n\n",
	       (unsigned long long)tasks, (unsigned long long)threads, plan->nr_points,
	       (unsigned long long)plan->repeat, plan->repeat == 1 ? "" : "s",
	       (unsigned long long)tasks, tasks == 1 ? "" : "s");
	ret = put_command(sweep, tasks);
	if (!ret && fflush(stdout))
		ret = sweep_error(sweep, -EIO, "standard output cannot be "
				  "written: %s", strerror(errno));
	return ret;
}
