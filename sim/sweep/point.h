/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * point.h - one run of a sweep: a child "tmem replay", and the row that comes of it
 */
#ifndef TMEM_SIM_SWEEP_POINT_H
#define TMEM_SIM_SWEEP_POINT_H

#include "child.h"
#include "results.h"
#include "sweep.h"

/*
 * Run @point, with its files as DIR/points/KEY*, and fill in @row, whatever came of it.
 * What its files held before is gone.  0; -EINTR: it was stopped, is as if it had never
 * been, and there is no row; -ENOMEM; or the error of making or removing files, which
 * was printed.  @end tells how the child ended.
 */
int point_run(const struct sweep *sweep, const struct sweep_point *point,
	      uint32_t repeat, void (*tick)(void *arg), void *arg, struct result *row,
	      struct child_end *end);

/*
 * The arguments for a child that reads the sweep's traces, at the end of those in @argv,
 * and fds[] for child_run().  @paths has room for so many.
 */
struct point_traces {
	char (*names)[32];
	int *fds;
};

/* 0 or -ENOMEM; @nr arguments are in @argv, which has room for all traces and two more. */
int point_traces_add(const struct sweep *sweep, struct point_traces *traces, char **argv,
		     uint32_t nr);
void point_traces_free(struct point_traces *traces);

/* Whether traces that had to be imported are handed on as they are by now. */
bool point_traces_imported(const struct sweep *sweep);

/*
 * Fill in what "tmem replay --json" says of its one run.  0, or -EBADMSG with what is
 * wrong in @wrong.
 */
int point_row_json(struct result *row, const char *path, char wrong[256]);

#endif /* TMEM_SIM_SWEEP_POINT_H */
