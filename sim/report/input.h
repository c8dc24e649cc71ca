/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * input.h - all that a report takes from the folder of a sweep
 *
 * results*.csv must be there, with a row; curves.csv, sweep.json and plots/ may be.
 * What is damaged is an error where numbers would be missing (results, curves), and a
 * note where the page only has less to show.
 *
 * Context: one thread.
 */
#ifndef TMEM_REPORT_INPUT_H
#define TMEM_REPORT_INPUT_H

#include <jansson.h>

#include "advice.h"

#define INPUT_MAX_FIGURES	64U

struct figure {
	char *name;		/* of the file, without .svg */
	char *svg;		/* ready for the page; NULL: see why */
	char *why;
	unsigned int dropped;	/* parts that do not draw, left out */
};

struct input {
	const char *path;
	struct results results;
	struct points points;
	struct curves curves;
	struct advice advice;
	json_t *sweep;		/* an object; NULL: there is none */
	char *sweep_why;	/* why it was not read; NULL: nothing wrong */
	struct figure *figures;	/* in the order they are shown */
	size_t nr_figures;
	size_t more_figures;	/* than INPUT_MAX_FIGURES, not shown */
};

/*
 * 0; or a negative errno with its line in @err: -ENOENT, -ENOTDIR, ... for a folder that
 * cannot be read, -ENODATA for one without a result, -EBADMSG for a damaged table.
 * input_free() is due in either case.
 */
int input_read(struct input *input, const char *path, struct trace_error *err);
void input_free(struct input *input);

/* A string of sweep.json at the top, or "". */
const char *input_sweep_text(const struct input *input, const char *name);

#endif /* TMEM_REPORT_INPUT_H */
