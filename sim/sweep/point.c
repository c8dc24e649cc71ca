// SPDX-License-Identifier: GPL-2.0-or-later
/* point.c - see point.h */
#include "point.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../replay/run.h"

#define MAX_ARGS	96U	/* besides traces */

struct arguments {
	char **argv;
	uint32_t nr;
	bool failed;		/* no memory */
};

static void add(struct arguments *args, const char *word)
{
	args->argv[args->nr] = strdup(word);
	if (args->argv[args->nr])
		args->nr++;
	else
		args->failed = true;
}

static void add_option(struct arguments *args, const char *name, const char *value)
{
	char dashes[64];

	snprintf(dashes, sizeof(dashes), "--%s", name);
	add(args, dashes);
	if (*value)
		add(args, value);
}

/* An option with a file of this run: DIR/points/KEY and more. */
static void add_file(struct arguments *args, const char *name, const struct sweep *sweep,
		     const char *key, const char *ending)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/points/%s%s", sweep->dir, key, ending);
	add_option(args, name, path);
}

/* ---- traces ---- */

bool point_traces_imported(const struct sweep *sweep)
{
	uint32_t i;

	for (i = 0; i < sweep->nr_traces; i++)
		if (sweep->info[i].fd < 0)
			return false;
	return true;
}

int point_traces_add(const struct sweep *sweep, struct point_traces *traces, char **argv,
		     uint32_t nr)
{
	uint32_t i, open = 0;

	traces->names = calloc(sweep->nr_traces, sizeof(*traces->names));
	traces->fds = calloc(sweep->nr_traces + 1, sizeof(*traces->fds));
	if (!traces->names || !traces->fds)
		return -ENOMEM;
	for (i = 0; i < sweep->nr_traces; i++) {
		int fd = sweep->info[i].fd;

		argv[nr + i] = sweep->traces[i];
		if (fd < 0)
			continue;
		snprintf(traces->names[i], sizeof(*traces->names), "/proc/self/fd/%d", fd);
		argv[nr + i] = traces->names[i];
		traces->fds[open++] = fd;
	}
	traces->fds[open] = -1;
	argv[nr + i] = NULL;
	return 0;
}

void point_traces_free(struct point_traces *traces)
{
	free(traces->names);
	free(traces->fds);
}

/* ---- its files ---- */

/* No file of this run is left: none may be taken for a new one. */
static int remove_files(const struct sweep *sweep, const struct sweep_point *point,
			const char *key)
{
	const char *design = sweep_value(&sweep->plan, point, AXIS_DESIGN)->text;
	static const char *const endings[] = { ".json", ".csv", "-sizes.csv" };
	char path[4096];
	unsigned int i;

	for (i = 0; i < 3 + NR_LATENCIES; i++) {
		if (i < 3)
			snprintf(path, sizeof(path), "%s/points/%s%s", sweep->dir, key,
				 endings[i]);
		else
			snprintf(path, sizeof(path), "%s/points/%s-%s-%s.hgrm", sweep->dir,
				 key, design, latency_names[i - 3]);
		if (unlink(path) && errno != ENOENT) {
			sweep_error(sweep, -EIO, "%s: %s", path,
				    strerror(errno));
			return -EIO;
		}
	}
	return 0;
}

/* ---- its row ---- */

static void join_traces(const struct sweep *sweep, FILE *names, FILE *sums)
{
	uint32_t i;

	for (i = 0; i < sweep->nr_traces; i++) {
		const char *slash = strrchr(sweep->traces[i], '/');

		fprintf(names, "%s%s", i ? "+" : "", slash ? slash + 1 :
			sweep->traces[i]);
		fprintf(sums, "%s%s", i ? "+" : "", sweep->info[i].checksum);
	}
}

static int set_traces(const struct sweep *sweep, struct result *row)
{
	char *names = NULL, *sums = NULL;
	size_t names_size, sums_size;
	FILE *a = open_memstream(&names, &names_size);
	FILE *b = open_memstream(&sums, &sums_size);
	int ret = a && b ? 0 : -ENOMEM;

	if (!ret)
		join_traces(sweep, a, b);
	if (a)
		fclose(a);
	if (b)
		fclose(b);
	if (!ret)
		ret = result_set(row, RESULT_traces, names);
	if (!ret)
		ret = result_set(row, RESULT_trace_checksum, sums);
	free(names);
	free(sums);
	return ret;
}

static int set_count(struct result *row, enum result_column column, uint64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)n);
	return result_set(row, column, text);
}

/* What is known of a run before it begins. */
static int set_asked(const struct sweep *sweep, const struct sweep_point *point,
		     uint32_t repeat, const char *key, struct result *row)
{
	static const struct {
		enum sweep_axis axis;
		enum result_column column;
	} words[] = {
		{ AXIS_DESIGN, RESULT_design }, { AXIS_BUCKETS, RESULT_buckets },
		{ AXIS_THREADS, RESULT_threads }, { AXIS_STORE, RESULT_store },
		{ AXIS_ADMISSION, RESULT_admission }, { AXIS_ORDER, RESULT_order },
		{ AXIS_POLICY, RESULT_page_cache_policy },
	};
	const struct sweep_plan *plan = &sweep->plan;
	char *command = sweep_replay_command(sweep, point);
	unsigned int i;
	int ret;

	if (!command)
		return -ENOMEM;
	ret = result_set(row, RESULT_command, command);
	free(command);
	for (i = 0; i < sizeof(words) / sizeof(*words) && !ret; i++)
		ret = result_set(row, words[i].column,
				 sweep_value(plan, point, words[i].axis)->text);
	if (!ret)
		ret = set_count(row, RESULT_memory_pages,
				sweep_value(plan, point, AXIS_MEMORY)->number);
	if (!ret)
		ret = set_count(row, RESULT_page_cache_pages,
				sweep_value(plan, point, AXIS_PAGE_CACHE)->number);
	if (!ret)
		ret = set_count(row, RESULT_repeat, repeat);
	if (!ret)
		ret = result_set(row, RESULT_key, key);
	if (!ret)
		ret = result_set(row, RESULT_world, sweep->common[COMMON_world] ?
				 sweep->common[COMMON_world] : "threads");
	if (!ret)
		ret = result_set(row, RESULT_seed, sweep->common[COMMON_seed] ?
				 sweep->common[COMMON_seed] : "1");
	if (!ret)
		ret = result_set(row, RESULT_version, sweep->caller->version);
	if (!ret)
		ret = result_set(row, RESULT_build, sweep->caller->build);
	if (!ret)
		ret = result_set(row, RESULT_machine, sweep->caller->machine);
	if (!ret)
		ret = result_set(row, RESULT_date, sweep->caller->date);
	return ret ? ret : set_traces(sweep, row);
}

static void set_error(struct result *row, const char *line)
{
	static const char own[] = "tmem replay: ";

	result_set(row, RESULT_status, "failed");
	result_set(row, RESULT_error, strncmp(line, own, sizeof(own) - 1) ? line :
		   line + sizeof(own) - 1);
}

/* ---- running it ---- */

/* Options about reading traces are of no use where they were read already. */
static bool is_for_import(int option)
{
	return option == COMMON_format || option == COMMON_object_pages ||
	       option == COMMON_strict;
}

static void add_all(struct arguments *args, const struct sweep *sweep,
		    const struct sweep_point *point, const char *key)
{
	const char *sample = sweep->common[COMMON_latency_sample];
	int i;

	add(args, "tmem");
	add(args, "replay");
	for (i = 0; i < NR_AXES; i++) {
		const char *text = sweep_value(&sweep->plan, point,
					       (enum sweep_axis)i)->text;

		if (i != AXIS_ADMISSION || strcmp(text, "all"))
			add_option(args, sweep_axis_names[i], text);
	}
	for (i = 0; i < NR_COMMON; i++)
		if (sweep->common[i] && (!is_for_import(i) ||
					 !point_traces_imported(sweep)))
			add_option(args, sweep_common_names[i], sweep->common[i]);
	add_file(args, "json", sweep, key, ".json");
	if (!sample || strcmp(sample, "0"))
		add_file(args, "hist", sweep, key, "");
	if (sweep->common[COMMON_interval])
		add_file(args, "csv", sweep, key, ".csv");
	if (strcmp(sweep_value(&sweep->plan, point, AXIS_STORE)->text, "none"))
		add_file(args, "sizes", sweep, key, "-sizes.csv");
	add(args, "--");
}

static int spawn(const struct sweep *sweep, const struct sweep_point *point,
		 const char *key, void (*tick)(void *), void *arg, struct child_end *end)
{
	struct arguments args = {
		.argv = calloc(MAX_ARGS + sweep->nr_traces, sizeof(char *)),
	};
	struct point_traces traces = { };
	int ret = -ENOMEM;

	if (!args.argv)
		return ret;
	add_all(&args, sweep, point, key);
	if (!args.failed)
		ret = point_traces_add(sweep, &traces, args.argv, args.nr);
	if (!ret)
		child_run(args.argv, traces.fds, tick, arg, end);
	while (args.nr)
		free(args.argv[--args.nr]);
	free(args.argv);
	point_traces_free(&traces);
	return ret;
}

int point_run(const struct sweep *sweep, const struct sweep_point *point,
	      uint32_t repeat, void (*tick)(void *arg), void *arg, struct result *row,
	      struct child_end *end)
{
	char key[SWEEP_KEY_SIZE], path[4096], wrong[256];
	int ret;

	*row = (struct result){ };
	sweep_key(&sweep->plan, point, repeat, key);
	ret = remove_files(sweep, point, key);
	if (!ret)
		ret = set_asked(sweep, point, repeat, key, row);
	if (!ret)
		ret = spawn(sweep, point, key, tick, arg, end);
	if (ret)
		return ret;
	if (end->stopped || (child_stopped() && end->status)) {
		remove_files(sweep, point, key);
		return -EINTR;
	}
	if (end->status && !(end->status == CHILD_LOSSY && sweep->lossy)) {
		set_error(row, end->line);
		return 0;
	}
	snprintf(path, sizeof(path), "%s/points/%s.json", sweep->dir, key);
	if (point_row_json(row, path, wrong))
		set_error(row, wrong);
	else
		ret = result_set(row, RESULT_status, "ok");
	return ret;
}
