/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * svg.h - a drawing from a file, as a part of a page
 *
 * Only what draws goes through: elements, attributes and values that are on a list.
 * All else is left out, with what is inside of it: scripts, handlers, styles, foreign
 * markup, links and anything that would be fetched.  Names of elements (id) get a prefix,
 * so that drawings in one page do not meet.  What is put on the page again (use, url) is a
 * definition, and definitions do not multiply each other: a small file stays small.
 *
 * Context: one thread.
 */
#ifndef TMEM_REPORT_SVG_H
#define TMEM_REPORT_SVG_H

#include <stdio.h>

#include "../../traces/trace.h"

/*
 * Write the drawing in @path to @f, as one <svg> element that fits the width it is given.
 * @prefix: of ids, a letter first
 * @label: what a reader without eyes is told; plain text
 * @dropped: set to how many elements and attributes were left out that may matter
 *
 * 0; or -EBADMSG for what is no drawing, or a negative errno, with the reason in @err,
 * which may be NULL.  What was written to @f until then is a part only: write to memory.
 */
int svg_inline(const char *path, const char *prefix, const char *label, FILE *f,
	       unsigned int *dropped, struct trace_error *err);

#endif /* TMEM_REPORT_SVG_H */
