// SPDX-License-Identifier: GPL-2.0-or-later
/* input.c - see input.h */
#define _GNU_SOURCE	/* asprintf */
#include "input.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../../traces/tmt.h"
#include "captions.h"
#include "svg.h"

#define MAX_JSON	(64U << 20)	/* bytes of sweep.json */

static int no_memory(const struct input *input, struct trace_error *err)
{
	return tmt_error(err, -ENOMEM, input->path, "no memory for a report");
}

/* PATH/NAME, to be freed; NULL: no memory. */
static char *path_of(const struct input *input, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", input->path, name) < 0 ? NULL : path;
}

/* ---- sweep.json ---- */

static int read_sweep(struct input *input, struct trace_error *err)
{
	char *path = path_of(input, "sweep.json");
	json_error_t error;
	struct stat st;

	if (!path)
		return no_memory(input, err);
	if (stat(path, &st)) {
		if (errno != ENOENT)
			input->sweep_why = strdup(strerror(errno));
	} else if (!S_ISREG(st.st_mode) || st.st_size > (off_t)MAX_JSON) {
		input->sweep_why = strdup("is no file of less than 64 MiB");
	} else {
		input->sweep = json_load_file(path, 0, &error);
		if (!input->sweep &&
		    asprintf(&input->sweep_why, "line %d: %s", error.line,
			     error.text) < 0)
			input->sweep_why = NULL;
		if (input->sweep && !json_is_object(input->sweep)) {
			json_decref(input->sweep);
			input->sweep = NULL;
			input->sweep_why = strdup("is no JSON object");
		}
	}
	free(path);
	return 0;
}

const char *input_sweep_text(const struct input *input, const char *name)
{
	const char *text = json_string_value(json_object_get(input->sweep, name));

	return text ? text : "";
}

/* ---- figures ---- */

static int is_svg(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > 4 && *entry->d_name != '.' &&
	       !strcmp(entry->d_name + length - 4, ".svg");
}

static int by_place(const struct dirent **a, const struct dirent **b)
{
	unsigned int x = caption_place((*a)->d_name), y = caption_place((*b)->d_name);

	return x != y ? (x < y ? -1 : 1) : strcmp((*a)->d_name, (*b)->d_name);
}

static int read_figure(struct input *input, const char *file, struct trace_error *err)
{
	struct figure *figure = &input->figures[input->nr_figures];
	struct trace_error wrong = { .code = 0 };
	char prefix[24], *path = NULL, *name = NULL;
	FILE *f = NULL;
	size_t size;
	int ret = -ENOMEM;

	*figure = (struct figure){ .name = strndup(file, strlen(file) - 4) };
	if (!figure->name)
		return no_memory(input, err);
	snprintf(prefix, sizeof(prefix), "f%zu-", ++input->nr_figures);
	if (asprintf(&name, "plots/%s", file) < 0)
		return no_memory(input, err);
	path = path_of(input, name);
	f = path ? open_memstream(&figure->svg, &size) : NULL;
	if (f)
		ret = svg_inline(path, prefix, caption_title(figure->name), f,
				 &figure->dropped, &wrong);
	if (f && fclose(f))
		ret = -ENOMEM;
	if (ret) {
		free(figure->svg);
		figure->svg = NULL;
		figure->why = strdup(wrong.text);
	}
	free(name);
	free(path);
	return ret == -ENOMEM ? no_memory(input, err) : 0;
}

static int read_figures(struct input *input, struct trace_error *err)
{
	char *path = path_of(input, "plots");
	struct dirent **found = NULL;
	int nr, i, ret = 0;

	input->figures = calloc(INPUT_MAX_FIGURES, sizeof(*input->figures));
	if (!path || !input->figures) {
		free(path);
		return no_memory(input, err);
	}
	nr = scandir(path, &found, is_svg, by_place);
	free(path);
	for (i = 0; i < nr; i++) {
		if (input->nr_figures == INPUT_MAX_FIGURES)
			input->more_figures++;
		else if (!ret)
			ret = read_figure(input, found[i]->d_name, err);
		free(found[i]);
	}
	free(found);
	return ret;
}

/* ---- all of it ---- */

int input_read(struct input *input, const char *path, struct trace_error *err)
{
	char *curves;
	int ret;

	*input = (struct input){ .path = path };
	ret = results_read(&input->results, path, err);
	if (!ret && !input->results.nr)
		ret = tmt_error(err, -ENODATA, path, "has no results; make some with "
				"tmem sweep -o %s", path);
	if (!ret && points_make(&input->points, &input->results))
		ret = no_memory(input, err);
	if (ret)
		return ret;
	curves = path_of(input, "curves.csv");
	ret = curves ? curves_read(&input->curves, curves, err) : no_memory(input, err);
	free(curves);
	if (!ret && advice_make(&input->advice, &input->points, &input->curves))
		ret = no_memory(input, err);
	if (!ret)
		ret = read_sweep(input, err);
	return ret ? ret : read_figures(input, err);
}

void input_free(struct input *input)
{
	size_t i;

	for (i = 0; i < input->nr_figures; i++) {
		free(input->figures[i].name);
		free(input->figures[i].svg);
		free(input->figures[i].why);
	}
	free(input->figures);
	free(input->sweep_why);
	json_decref(input->sweep);
	advice_free(&input->advice);
	curves_free(&input->curves);
	points_free(&input->points);
	results_free(&input->results);
	*input = (struct input){ };
}
