// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shares.c - one program's tests in several processes: see shares.h
 *
 * Forked while there is one thread: nothing of a world exists yet.  A process of
 * which a signal is the end counts as failed, and says which signal.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shares.h"

static int run_share(const struct shares *s, size_t share)
{
	static struct CMUnitTest mine[SHARE_TESTS + 2];
	size_t i, nr = 0;

	if (s->first)
		mine[nr++] = *s->first;
	for (i = share; i < s->nr; i += SHARES)
		mine[nr++] = s->tests[i];
	if (s->last)
		mine[nr++] = *s->last;
	return _cmocka_run_group_tests(s->group, mine, nr, NULL, NULL) != 0;
}

int run_in_shares(const struct shares *s)
{
	pid_t child[SHARES];
	int status, failed = 0;
	size_t i;

	if (s->nr < SHARES || s->nr > SHARE_TESTS) {
		fprintf(stderr, "shares: %zu tests\n", s->nr);
		return 1;
	}
	/* lines stay whole */
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; i < SHARES; i++) {
		child[i] = fork();
		if (!child[i])
			exit(run_share(s, i));
	}
	for (i = 0; i < SHARES; i++) {
		if (child[i] < 0 || waitpid(child[i], &status, 0) != child[i]) {
			perror("shares");
			failed = 1;
		} else if (WIFSIGNALED(status)) {
			fprintf(stderr, "shares: share %zu: %s\n", i,
				strsignal(WTERMSIG(status)));
			failed = 1;
		} else if (WEXITSTATUS(status)) {
			failed = 1;
		}
	}
	return failed;
}
