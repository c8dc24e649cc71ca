/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * child.h - another tmem, run by this one
 *
 * A run that crashes, is killed for its memory or refuses must not take the sweep with
 * it, and each starts from a fresh heap: so each is a process, of the same program
 * (/proc/self/exe).  Its standard output is dropped; of its standard error, the last
 * line is kept.  It does not outlive this process, however that ends.
 *
 * Context: one thread, one child at a time.
 */
#ifndef TMEM_SIM_SWEEP_CHILD_H
#define TMEM_SIM_SWEEP_CHILD_H

#include <stdbool.h>

/* Exit statuses of tmem that are more than a failure. */
enum child_status {
	CHILD_LOSSY = 3,	/* it did what it should; of the trace something is missing */
	CHILD_INCOHERENT = 4,	/* a coherency rule was broken */
};

struct child_end {
	int status;		/* exit status; -1: by a signal, or it never began */
	int signal;		/* that ended it, or 0 */
	bool stopped;		/* by child_stop_signals() */
	char line[512];		/* the last it said, or why it ended; one line */
};

/*
 * From now on SIGINT, SIGTERM and SIGHUP end the child, and are told; on which
 * child_stopped() is the number of the signal.
 */
void child_stop_signals(void);
int child_stopped(void);

/*
 * Run "tmem ARGS..." to its end; @argv[0] is "tmem", and it ends with NULL.  @fds, ended
 * by -1, stay open in it under their numbers.  @tick is called a few times a second
 * meanwhile.
 */
void child_run(char *const *argv, const int *fds, void (*tick)(void *arg), void *arg,
	       struct child_end *end);

#endif /* TMEM_SIM_SWEEP_CHILD_H */
