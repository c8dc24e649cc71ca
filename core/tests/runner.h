/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * runner.h - the frame of a cmocka program of this folder
 *
 * A program adds its tests, one or more for each design, and runs them.  Before
 * them the module starts, and after them it ends; then nothing may be allocated
 * and nothing may have been warned of.
 */
#ifndef TMEM_TEST_RUNNER_H
#define TMEM_TEST_RUNNER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <port/threads.h>

#define RUNNER_TESTS	192	/* that a program may have */

/* One more test; @state is what it gets.  Ends the program if the table is full. */
void runner_add(void (*run)(void **state), const void *state, const char *name, ...)
	__printf(3, 4);

/* Run them all, in order.  What main() returns. */
int runner_run(const char *group);

/*
 * The same in several processes, side by side: tests that wait for grace periods
 * most of the time, each in a world of its own, since what is alive, faults and
 * warnings are counted by process.
 * @first: starts the module in each process; NULL: the usual way
 */
int runner_run_in_shares(const char *group, void (*first)(void **state));

/* A number from the environment. */
u64 runner_number(const char *variable, u64 otherwise);

/* Seconds of a clock that only goes forward. */
double runner_seconds(void);

#endif /* TMEM_TEST_RUNNER_H */
