/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test.h - what the parts of tmem_test.ko know of each other
 *
 *	main.c			parameters, the order of the groups
 *	ktap.c			results on the console
 *	world.c			what core/tests/world.h asks of a kernel
 *	test_conformance.c	the table of core/tests/conformance.h
 *	test_stress.c		the stress of core/tests/stress.h
 *	test_shrinker.c		memory pressure, from outside of the core
 *	broken.c		faults made on purpose, to try the harness
 *
 * A group is a function that goes through its cases and asks for each
 * whether it is to be run (ktap_wants()).  It is called twice: to count, and to
 * run.
 */
#ifndef TMEM_TEST_H
#define TMEM_TEST_H

#include "tmem.h"

/* ---- results ---- */

#define KTAP_LINE	200	/* characters of a line, with its end */

/*
 * From now on cases are counted.  @patterns: with commas in between; those of
 * which the name contains one are meant.  Empty: all.
 */
void ktap_count(const char *patterns);

/* From now on they are run: print version and plan. */
void ktap_start(void);
bool ktap_running(void);

struct ktap_case {
	char name[96];
};

/* Name a case.  Whether it is to be run now; then it has to have a result. */
bool ktap_wants(struct ktap_case *c, const char *fmt, ...) __printf(2, 3);

/* Its result.  Context: [process], any thread. */
void ktap_pass(const struct ktap_case *c);
void ktap_fail(const struct ktap_case *c, const char *fmt, ...) __printf(2, 3);

/* A line that is no result. */
void ktap_note(const char *fmt, ...) __printf(1, 2);

/* Print the totals. */
void ktap_finish(void);

/* ---- groups ---- */

struct test_options {
	u32 stress_ops;		/* of each design */
	u32 threads;		/* of the stress, besides one for control */
	u64 seed;
};

void test_conformance(void);
void test_shrinker(void);
void test_stress(const struct test_options *options);

/* ---- the world ---- */

/* Watch for warnings, prepare locks; and undo it. */
void test_world_init(void);
void test_world_exit(void);

/* ---- memory pressure (test_shrinker.c) ---- */

/*
 * Call all shrinkers of the kernel now and then, from a thread of its own, until
 * stopped.  0, or an error where the kernel cannot be told to.
 */
int test_pressure_start(void);
void test_pressure_stop(void);

/* ---- faults made on purpose ---- */

#ifdef TMEM_BROKEN
void broken_test(void);
void broken_exit(void);
#else
static inline void broken_test(void)
{
}

static inline void broken_exit(void)
{
}
#endif

#endif /* TMEM_TEST_H */
