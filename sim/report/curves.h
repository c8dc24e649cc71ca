/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * curves.h - computed hit-ratio curves, as "tmem mrc --csv" writes them
 *
 * Errors are in the trace_error, which may be NULL.  Context: one thread.
 */
#ifndef TMEM_REPORT_CURVES_H
#define TMEM_REPORT_CURVES_H

#include <stddef.h>

#include "../../traces/trace.h"

#define CURVES_MAX_POINTS	(4U << 20)

struct curve_point {
	double pages;		/* of tmem */
	double ratio;		/* hits of gets, 0 .. 1 */
};

struct curve {
	char *name;		/* all, optimum, ... */
	double page_cache;	/* pages */
	char *policy;		/* of the page cache; "" where the table does not tell */
	struct curve_point *points;	/* by pages, no two of the same */
	size_t nr;
	size_t room;
};

struct curves {
	struct curve *all;
	size_t nr;
	size_t points;
};

/*
 * Read a file; that there is none is no error, and no curves.  0 or a negative errno,
 * -EBADMSG where a part of it is no table of curves; curves_free() is due in either case.
 */
int curves_read(struct curves *curves, const char *path, struct trace_error *err);
void curves_free(struct curves *curves);

/* By name, behind a page cache of so many pages and of this policy; NULL: there is none. */
const struct curve *curves_find(const struct curves *curves, const char *name,
				double page_cache, const char *policy);

#endif /* TMEM_REPORT_CURVES_H */
