// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * runner.c - the frame of a cmocka program of this folder: see runner.h
 *
 * Processes are forked while there is one thread: nothing of a world exists yet.
 * One of which a signal is the end counts as failed, and says which signal.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "runner.h"
#include "tmem.h"

#define SHARES	4

static char names[RUNNER_TESTS][80];
static struct CMUnitTest tests[RUNNER_TESTS];
static size_t nr_tests;

static void module_starts(void **state)
{
	(void)state;
	assert_int_equal(tmem_init(), 0);
}

static void nothing_is_left(void **state)
{
	(void)state;
	tmem_exit();
	if (tmem_port_live())
		tmem_port_live_print(stderr);
	assert_int_equal(tmem_port_live(), 0);
	assert_int_equal(tmem_port_warnings(), 0);
}

void runner_add(void (*run)(void **state), const void *state, const char *name, ...)
{
	va_list args;

	if (nr_tests == RUNNER_TESTS) {
		fprintf(stderr, "runner: more than %d tests, raise RUNNER_TESTS in runner.h\n",
			RUNNER_TESTS);
		exit(1);
	}
	va_start(args, name);
	vsnprintf(names[nr_tests], sizeof(names[0]), name, args);
	va_end(args);
	tests[nr_tests] = (struct CMUnitTest){
		.name = names[nr_tests],
		.test_func = run,
		.initial_state = (void *)state,
	};
	nr_tests++;
}

/* Each @step-th test from the @from-th on, in this process. */
static int run_some(const char *group, void (*first)(void **state), size_t from, size_t step)
{
	static struct CMUnitTest mine[RUNNER_TESTS + 2];
	size_t i, nr = 0;

	mine[nr++] = (struct CMUnitTest){
		.name = "module_starts",
		.test_func = first ? first : module_starts,
	};
	for (i = from; i < nr_tests; i += step)
		mine[nr++] = tests[i];
	mine[nr++] = (struct CMUnitTest)cmocka_unit_test(nothing_is_left);
	return _cmocka_run_group_tests(group, mine, nr, NULL, NULL) != 0;
}

int runner_run(const char *group)
{
	return run_some(group, NULL, 0, 1);
}

int runner_run_in_shares(const char *group, void (*first)(void **state))
{
	pid_t child[SHARES];
	int status, failed = 0;
	size_t i;

	if (nr_tests < SHARES) {
		fprintf(stderr, "runner: %zu tests are too few for %d processes\n", nr_tests,
			SHARES);
		return 1;
	}
	/* lines stay whole */
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; i < SHARES; i++) {
		child[i] = fork();
		if (!child[i])
			exit(run_some(group, first, i, SHARES));
	}
	for (i = 0; i < SHARES; i++) {
		if (child[i] < 0 || waitpid(child[i], &status, 0) != child[i]) {
			perror("runner");
			failed = 1;
		} else if (WIFSIGNALED(status)) {
			fprintf(stderr, "runner: share %zu: %s\n", i,
				strsignal(WTERMSIG(status)));
			failed = 1;
		} else if (WEXITSTATUS(status)) {
			failed = 1;
		}
	}
	return failed;
}

u64 runner_number(const char *variable, u64 otherwise)
{
	const char *value = getenv(variable);

	return value && *value ? strtoull(value, NULL, 0) : otherwise;
}

double runner_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}
