// SPDX-License-Identifier: GPL-2.0-or-later
/* folder.c - see folder.h */
#include "folder.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../traces/newfile.h"
#include "../regular.h"
#include "results.h"

#define ELSEWHERE	"; sweep into another folder with -o"

static int failed(const struct sweep *sweep, const char *name)
{
	return sweep_error(sweep, -EIO, "%s%s: %s", sweep->dir, name,
			   strerror(errno));
}

static int make_folder(const struct sweep *sweep, const char *name)
{
	char path[4096];
	struct stat st;

	if ((size_t)snprintf(path, sizeof(path), "%s%s", sweep->dir, name) >=
	    sizeof(path) - SWEEP_KEY_SIZE - 64)
		return sweep_error(sweep, -EINVAL, "-o: too long a path");
	if (!mkdir(path, 0777))
		return 0;
	if (errno != EEXIST)
		return failed(sweep, name);
	if (stat(path, &st))
		return failed(sweep, name);
	if (!S_ISDIR(st.st_mode))
		return sweep_error(sweep, -EINVAL, "%s is no folder"
				   ELSEWHERE, path);
	if (access(path, W_OK | X_OK))
		return failed(sweep, name);
	return 0;
}

/* ---- what is there against what is asked ---- */

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

/*
 * Names of files need not be UTF-8, and JSON is: of those that are not, bytes that are no
 * ASCII are written as \xNN.
 */
static json_t *text_json(const char *text)
{
	json_t *string = json_string(text);
	char *escaped, *p;

	if (string)
		return string;
	escaped = p = malloc(4 * strlen(text) + 1);
	if (!escaped)
		return NULL;
	for (; *text; text++) {
		if (*text & 0x80)
			p += sprintf(p, "\\x%02x", (unsigned char)*text);
		else
			*p++ = *text;
	}
	*p = '\0';
	string = json_string(escaped);
	free(escaped);
	return string;
}

static int compare_options(const struct sweep *sweep, const json_t *root)
{
	const json_t *options = json_object_get(root, "options");
	int i, ret = 0;

	for (i = 0; i < NR_COMMON && !ret; i++) {
		const json_t *there = json_object_get(options, sweep_common_names[i]);
		const char *name = sweep_common_names[i];
		const char *value = there ? text_of(options, name) : NULL;
		json_t *text = sweep->common[i] ? text_json(sweep->common[i]) : NULL;
		const char *asked = json_string_value(text);

		if (value && asked ? strcmp(value, asked) : value != asked)
			ret = sweep_error(sweep, -EINVAL, "%s holds a sweep %s "
					  "--%s%s%s, and this one is %s%s%s%s" ELSEWHERE,
					  sweep->dir, value ? "with" : "without", name,
					  value && *value ? " " : "", value ? value : "",
					  asked ? "with --" : "without",
					  asked ? name : "", asked && *asked ? " " : "",
					  asked ? asked : "");
		json_decref(text);
	}
	return ret;
}

static int compare_traces(const struct sweep *sweep, const json_t *root)
{
	const json_t *traces = json_object_get(root, "traces");
	uint32_t i;

	if (json_array_size(traces) != sweep->nr_traces)
		return sweep_error(sweep, -EINVAL, "%s holds a sweep of %zu trace%s, "
				   "and this one has %u" ELSEWHERE, sweep->dir,
				   json_array_size(traces),
				   json_array_size(traces) == 1 ? "" : "s", sweep->nr_traces);
	for (i = 0; i < sweep->nr_traces; i++) {
		const json_t *trace = json_array_get(traces, i);

		if (strcmp(text_of(trace, "checksum"), sweep->info[i].checksum))
			return sweep_error(sweep, -EINVAL, "%s holds a sweep of %s "
					   "(%s), and %s is another trace (%s)" ELSEWHERE,
					   sweep->dir, text_of(trace, "path"),
					   text_of(trace, "checksum"), sweep->traces[i],
					   sweep->info[i].checksum);
	}
	return 0;
}

static int compare(const struct sweep *sweep, const char *path)
{
	struct trace_error err;
	json_error_t error;
	json_t *root;
	int ret;
	FILE *f;

	if (regular_open(&f, path, &err))
		return sweep_error(sweep, -EIO, "%s" ELSEWHERE, err.text);
	root = json_loadf(f, JSON_REJECT_DUPLICATES, &error);
	fclose(f);
	if (!root)
		return sweep_error(sweep, -EIO, "%s: line %d: %s" ELSEWHERE,
				   path, error.line, error.text);
	ret = compare_traces(sweep, root);
	if (!ret)
		ret = compare_options(sweep, root);
	json_decref(root);
	return ret;
}

int folder_open(const struct sweep *sweep)
{
	struct results results;
	struct trace_error err;
	char path[4096];
	int ret = make_folder(sweep, "");

	if (!ret)
		ret = make_folder(sweep, "/points");
	if (ret)
		return ret;
	snprintf(path, sizeof(path), "%s/sweep.json", sweep->dir);
	if (!access(path, F_OK))
		return compare(sweep, path);
	if (results_read(&results, sweep->dir, &err))
		ret = sweep_error(sweep, -EIO, "%s", err.text);
	else if (results.nr && !access(path, F_OK))
		ret = compare(sweep, path);	/* another shard began in between */
	else if (results.nr)
		ret = sweep_error(sweep, -EINVAL, "%s has results and no "
				  "sweep.json that tells of what; bring it there, or "
				  "sweep into another folder with -o", sweep->dir);
	results_free(&results);
	return ret;
}

/* ---- sweep.json ---- */

static json_t *grids_json(const struct sweep_plan *plan)
{
	json_t *grids = json_array();
	uint32_t g, i;
	int a;

	for (g = 0; g < plan->nr_grids; g++) {
		json_t *grid = json_object();

		for (a = 0; a < NR_AXES; a++) {
			const struct sweep_list *list = sweep_list_of(plan, &plan->grids[g],
								      (enum sweep_axis)a);
			json_t *values = json_array();

			for (i = 0; i < list->nr; i++)
				json_array_append_new(values, json_string(
					plan->table[a].values[list->values[i]].text));
			json_object_set_new(grid, sweep_axis_names[a], values);
		}
		json_array_append_new(grids, grid);
	}
	return grids;
}

static json_t *sweep_json(const struct sweep *sweep)
{
	const struct sweep_caller *origin = sweep->caller;
	json_t *options = json_object(), *traces = json_array();
	uint32_t i;

	for (i = 0; i < NR_COMMON; i++)
		if (sweep->common[i])
			json_object_set_new(options, sweep_common_names[i],
					    text_json(sweep->common[i]));
	for (i = 0; i < sweep->nr_traces; i++) {
		json_t *trace = json_object();

		json_object_set_new(trace, "path", text_json(sweep->traces[i]));
		json_object_set_new(trace, "checksum",
				    json_string(sweep->info[i].checksum));
		json_array_append_new(traces, trace);
	}
	return json_pack("{s:s,s:s,s:o,s:s,s:s,s:I,s:I,s:o,s:o,s:o}",
			 "version", origin->version, "build", origin->build,
			 "command", text_json(origin->command),
			 "machine", origin->machine, "date", origin->date,
			 "points", (json_int_t)sweep->plan.nr_points,
			 "repeat", (json_int_t)sweep->plan.repeat,
			 "grids", grids_json(&sweep->plan), "options", options,
			 "traces", traces);
}

int folder_write(const struct sweep *sweep)
{
	json_t *root = sweep_json(sweep);
	char *text = root ? json_dumps(root, JSON_INDENT(1)) : NULL;
	struct trace_error err = { .code = -ENOMEM, .text = "no memory for sweep.json" };
	struct new_file file;
	char path[4096];
	int ret = -ENOMEM;

	json_decref(root);
	if (text) {
		snprintf(path, sizeof(path), "%s/sweep.json", sweep->dir);
		ret = new_file_create(&file, path, &err);
		if (!ret)
			ret = new_file_write(&file, text, strlen(text), 0, &err);
		if (!ret)
			ret = new_file_publish(&file, &err);
		new_file_drop(&file);
	}
	free(text);
	return ret ? sweep_error(sweep, -EIO, "%s", err.text) : 0;
}
