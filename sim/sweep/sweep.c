// SPDX-License-Identifier: GPL-2.0-or-later
/* sweep.c - see sweep.h */
#define _GNU_SOURCE	/* vasprintf() */
#include "sweep.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../quote.h"
#include "../values.h"

const char *const sweep_common_names[NR_COMMON] = {
#define X(id, name, arg, help) name,
	SWEEP_COMMON_OPTIONS(X)
#undef X
};

void sweep_init(struct sweep *sweep, const struct sweep_caller *caller)
{
	*sweep = (struct sweep){ .caller = caller };
	sweep_plan_init(&sweep->plan, caller->check);
}

void sweep_free(struct sweep *sweep)
{
	uint32_t i;

	for (i = 0; i < NR_COMMON; i++)
		free(sweep->common[i]);
	for (i = 0; i < sweep->nr_traces; i++) {
		if (sweep->info && sweep->info[i].fd >= 0)
			close(sweep->info[i].fd);
		free(sweep->traces[i]);
	}
	free(sweep->traces);
	free(sweep->info);
	sweep_plan_free(&sweep->plan);
}

/* ---- errors ---- */

static void tell(const struct sweep *sweep, const char *format, va_list ap)
{
	char *text;

	if (vasprintf(&text, format, ap) < 0)
		text = NULL;
	sweep->caller->tell(text ? text : "no memory");
	free(text);
}

int sweep_error(const struct sweep *sweep, int code, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	tell(sweep, format, ap);
	va_end(ap);
	return code;
}

void sweep_remark(const struct sweep *sweep, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	tell(sweep, format, ap);
	va_end(ap);
}

/* ---- what is said of all runs ---- */

int sweep_common_find(const char *name)
{
	int i;

	for (i = 0; i < NR_COMMON; i++)
		if (!strcmp(name, sweep_common_names[i]))
			return i;
	return -1;
}

const char *sweep_set_common(struct sweep *sweep, int option, const char *value)
{
	const char *wrong = sweep->caller->check(sweep_common_names[option], value);
	char *copy;

	if (wrong)
		return wrong;
	/* The whole name: shards of one sweep may be started in different folders. */
	copy = option == COMMON_content ? realpath(value, NULL) : NULL;
	if (!copy)
		copy = strdup(value ? value : "");
	if (!copy)
		return "no memory";
	free(sweep->common[option]);
	sweep->common[option] = copy;
	return NULL;
}

const char *sweep_set_repeat(struct sweep *sweep, const char *value)
{
	const char *wrong = sweep->caller->check("repeat", value);

	return wrong ? wrong : cli_number(value, 1, SWEEP_MAX_RUNS, &sweep->plan.repeat);
}

const char *sweep_add_trace(struct sweep *sweep, const char *path)
{
	char **traces;

	if (sweep->nr_traces == SWEEP_MAX_TRACES)
		return "more than 1024 traces";
	traces = reallocarray(sweep->traces, sweep->nr_traces + 1, sizeof(*traces));
	if (!traces)
		return "no memory";
	sweep->traces = traces;
	traces[sweep->nr_traces] = strdup(path);
	if (!traces[sweep->nr_traces])
		return "no memory";
	sweep->nr_traces++;
	return NULL;
}

/* ---- commands for people ---- */

char *sweep_replay_command(const struct sweep *sweep, const struct sweep_point *point)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	uint32_t i;

	if (!f)
		return NULL;
	fputs("tmem replay", f);
	for (i = 0; i < NR_AXES; i++) {
		const struct sweep_value *v = sweep_value(&sweep->plan, point,
							  (enum sweep_axis)i);

		if (i == AXIS_ADMISSION && !strcmp(v->text, "all"))
			continue;
		fprintf(f, " --%s ", sweep_axis_names[i]);
		quote_word(f, v->text);
	}
	for (i = 0; i < NR_COMMON; i++) {
		if (!sweep->common[i])
			continue;
		fprintf(f, " --%s", sweep_common_names[i]);
		if (*sweep->common[i]) {
			putc(' ', f);
			quote_word(f, sweep->common[i]);
		}
	}
	for (i = 0; i < sweep->nr_traces; i++) {
		putc(' ', f);
		quote_file(f, sweep->traces[i]);
	}
	fclose(f);
	return text;
}
