/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gnuplot.h - a script of gnuplot's, run to its end, and what it drew
 *
 * gnuplot and what it runs are a process group of their own, which ends when this command is
 * ended, so that nothing outlives it.
 *
 * Context: one thread, one run at a time.
 */
#ifndef TMEM_CLI_GNUPLOT_H
#define TMEM_CLI_GNUPLOT_H

#include <signal.h>
#include <stddef.h>

struct gnuplot {
	char *dir;		/* to run in, absolute */
	char *scripts;		/* the folder of the scripts, absolute */
	sigset_t signals;	/* that are held, and waited for */
	sigset_t mask;		/* before */
	int stopped;		/* by this signal; 0: not yet */
};

/* All that a stream brings, with a NUL behind it. */
struct gnuplot_text {
	char *bytes;
	size_t size;
};

enum gnuplot_outcome {
	GNUPLOT_DREW,
	GNUPLOT_MISSES,		/* data: the script said "missing: WHY" */
	GNUPLOT_BROKE,
	GNUPLOT_NOT_HERE,
	GNUPLOT_STOPPED,	/* by a signal: gnuplot_let_signals_go() */
};

struct gnuplot_run {
	struct gnuplot_text picture;	/* empty where it did not draw */
	struct gnuplot_text why;
	const char *line;		/* of why, or constant: what is missing, what went wrong */
};

/*
 * From here on SIGINT, SIGTERM and SIGHUP wait until there is time for them: while gnuplot runs,
 * or else at the end.  So no file is half written.  What was ignored stays so.
 */
void gnuplot_hold_signals(struct gnuplot *g);

/* The end: does not return where one came. */
void gnuplot_let_signals_go(const struct gnuplot *g);

/*
 * Run the script NAME.gp after @settings, assignments of gnuplot's; its standard output is the
 * picture.  Signals are held.  gnuplot_run_free() is due whatever this returns.
 */
enum gnuplot_outcome gnuplot_run(struct gnuplot *g, const char *name, const char *settings,
				 struct gnuplot_run *run);
void gnuplot_run_free(struct gnuplot_run *run);

#endif /* TMEM_CLI_GNUPLOT_H */
