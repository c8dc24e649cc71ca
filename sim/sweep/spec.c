// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * spec.c - a file that describes the grids of a sweep
 *
 *	# how many buckets, and how much memory
 *	trace = build.tmt
 *	threads = 1,2
 *	repeat = 3
 *	[buckets]
 *	buckets = 64..65536
 *	[memory]
 *	memory = 4M..64M
 *	store = raw,lz4
 *
 * Lines are empty, begin with #, or are "[name]", which begins a grid (# may follow), or
 * "key = value": options of tmem sweep without their dashes.  Above the first grid, axes
 * are for all grids that do not say otherwise; there alone is what all runs have in
 * common: traces, one a line, from the folder of the file, repeats and options.
 * Options that take nothing are "key = yes" or "key = no".  What the command line says
 * is not changed by the file.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sweep.h"

#define MAX_LINE	65536U

struct spec {
	struct sweep *sweep;
	const char *path;
	unsigned long line;
	struct sweep_grid *grid;	/* NULL: above the first */
	bool traces_given;		/* by the command line, as ... */
	bool given[NR_COMMON];		/* ... were these */
	bool seen[NR_AXES];		/* in this grid */
	bool seen_common[NR_COMMON];
	bool seen_repeat;
};

static int wrong_line(const struct spec *spec, const char *what)
{
	return sweep_error(spec->sweep, -EINVAL, "%s:%lu: %s", spec->path,
			   spec->line, what);
}

static int wrong_value(const struct spec *spec, const char *key, const char *what)
{
	return sweep_error(spec->sweep, -EINVAL, "%s:%lu: %s: %s", spec->path,
			   spec->line, key, what);
}

/* Without the blanks around it. */
static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && strchr(" \t\r\n", end[-1]))
		*--end = '\0';
	return text + strspn(text, " \t");
}

static int twice(const struct spec *spec, const char *key)
{
	return wrong_value(spec, key, "is there twice; write all values in one line, "
			   "with commas, or begin another grid with [name]");
}

static int set_axis(struct spec *spec, int axis, const char *value)
{
	const char *key = sweep_axis_names[axis], *wrong;

	if (spec->seen[axis])
		return twice(spec, key);
	spec->seen[axis] = true;
	wrong = sweep_grid_set(&spec->sweep->plan, spec->grid ? spec->grid :
			       &spec->sweep->plan.common, (enum sweep_axis)axis, value);
	return wrong ? sweep_error(spec->sweep, -EINVAL, "%s:%lu: %s = %.80s: %s",
				   spec->path, spec->line, key, value, wrong) : 0;
}

static int set_common(struct spec *spec, int option, const char *value)
{
	static const char *const flags[NR_COMMON] = {
#define X(id, name, arg, help) arg,
		SWEEP_COMMON_OPTIONS(X)
#undef X
	};
	const char *key = sweep_common_names[option], *wrong;

	if (spec->seen_common[option])
		return twice(spec, key);
	spec->seen_common[option] = true;
	if (!flags[option]) {
		if (!strcmp(value, "no"))
			return 0;
		if (strcmp(value, "yes"))
			return wrong_value(spec, key, "is yes or no");
		value = NULL;
	}
	if (spec->given[option])
		return 0;
	wrong = sweep_set_common(spec->sweep, option, value);
	return wrong ? wrong_value(spec, key, wrong) : 0;
}

/* Relative to the folder that the file is in. */
static int add_trace(struct spec *spec, const char *value)
{
	const char *slash = strrchr(spec->path, '/'), *wrong;
	int folder = slash && *value != '/' ? (int)(slash - spec->path) + 1 : 0;
	char path[4096];

	if (spec->traces_given)
		return 0;
	if ((size_t)snprintf(path, sizeof(path), "%.*s%s", folder, spec->path, value) >=
	    sizeof(path))
		return wrong_value(spec, "trace", "too long a path");
	wrong = sweep_add_trace(spec->sweep, path);
	return wrong ? wrong_value(spec, "trace", wrong) : 0;
}

static int set_repeat(struct spec *spec, const char *value)
{
	const char *wrong;

	if (spec->seen_repeat)
		return twice(spec, "repeat");
	spec->seen_repeat = true;
	if (spec->sweep->repeat_given)
		return 0;
	wrong = sweep_set_repeat(spec->sweep, value);
	return wrong ? wrong_value(spec, "repeat", wrong) : 0;
}

static int set(struct spec *spec, const char *key, const char *value)
{
	int axis = sweep_axis_find(key), option = sweep_common_find(key);
	bool trace = !strcmp(key, "trace"), repeat = !strcmp(key, "repeat");

	if (!*value)
		return wrong_value(spec, *key ? key : "a line", "has no value: key = value");
	if (axis >= 0)
		return set_axis(spec, axis, value);
	if (option < 0 && !trace && !repeat)
		return sweep_error(spec->sweep, -EINVAL, "%s:%lu: there is no "
				   "'%.60s'; keys are trace and the options that tmem sweep "
				   "--help shows, without dashes", spec->path, spec->line,
				   key);
	if (spec->grid)
		return wrong_value(spec, key, "is for all runs; write it above the first "
				   "[name]");
	if (option >= 0)
		return set_common(spec, option, value);
	return trace ? add_trace(spec, value) : set_repeat(spec, value);
}

static int take_line(struct spec *spec, char *line)
{
	char *equals;

	line = trim(line);
	if (!*line || *line == '#')
		return 0;
	if (*line == '[') {
		char *end = strchr(line, ']');

		if (!end || (*trim(end + 1) && *trim(end + 1) != '#'))
			return wrong_line(spec, "a grid begins with [name]");
		spec->grid = sweep_plan_add(&spec->sweep->plan);
		if (!spec->grid)
			return wrong_line(spec, "more than 1024 grids, or no memory");
		memset(spec->seen, 0, sizeof(spec->seen));
		return 0;
	}
	equals = strchr(line, '=');
	if (!equals)
		return wrong_line(spec, "neither key = value nor [name]");
	*equals = '\0';
	return set(spec, trim(line), trim(equals + 1));
}

/* The next line into @line: 1; 0 at the end; -1: too long, or no text. */
static int read_line(FILE *f, char line[MAX_LINE])
{
	size_t length = 0;
	int c;

	while ((c = getc(f)) != EOF && c != '\n') {
		if (!c || length == MAX_LINE - 1)
			return -1;
		line[length++] = (char)c;
	}
	line[length] = '\0';
	return length || c != EOF;
}

int sweep_read_spec(struct sweep *sweep, const char *path)
{
	struct spec spec = {
		.sweep = sweep, .path = path, .traces_given = sweep->nr_traces,
	};
	FILE *f = fopen(path, "re");
	char line[MAX_LINE];
	int i, more, ret = 0;

	if (!f)
		return sweep_error(sweep, -EINVAL, "--spec %s: %s", path,
				   strerror(errno));
	for (i = 0; i < NR_COMMON; i++)
		spec.given[i] = sweep->common[i];
	while (!ret && (more = read_line(f, line)) != 0) {
		spec.line++;
		ret = more > 0 ? take_line(&spec, line) :
			wrong_line(&spec, "64 KiB or longer, or has a NUL; is this text?");
	}
	if (!ret && ferror(f))
		ret = sweep_error(sweep, -EINVAL, "--spec %s: %s", path,
				  strerror(errno));
	fclose(f);
	return ret;
}
