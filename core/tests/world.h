/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world.h - what the tests ask of their world beyond the manifest
 *
 * The core needs no threads of its own and no text; its tests do.  Each world
 * has one file that provides what stands here: world_threads.c beside this one,
 * kmod/test/world.c for a kernel.
 */
#ifndef TMEM_TEST_WORLD_H
#define TMEM_TEST_WORLD_H

#include "port.h"

#define TEST_MAX_THREADS	128

/*
 * test_run_threads - run(arg, 0) to run(arg, nr - 1), each in a thread of its
 * own, all let go together; returns when the last is done
 * @nr: 1 .. TEST_MAX_THREADS
 *
 * Context: [process].
 * Return: 0, or an error and nothing was run.
 */
int test_run_threads(u32 nr, void (*run)(void *arg, u32 id), void *arg);

/*
 * test_ticket - the next number of a counter that all threads use
 *
 * A full barrier, so that who takes a ticket before a call and one after it has
 * an honest interval: it lies wholly before each that starts with a later
 * ticket.  Relaxed where a thread sanitizer watches: it would take the counter
 * for an order of all calls, and see no race.
 */
u64 test_ticket(atomic64_t *counter);

/* Give way for some 20 us.  Context: [process]. */
void test_nap(void);

/*
 * test_foreign_lock - from here to test_foreign_unlock() call as the page cache
 * does: with interrupts off, under a spinlock that is not the core's and that
 * interrupt handlers take as well
 * @thread: who calls, below TEST_MAX_THREADS; each has a lock of its own
 */
void test_foreign_lock(u32 thread);
void test_foreign_unlock(u32 thread);

/* Sort @nr things of @size bytes; not stable. */
void test_sort(void *base, size_t nr, size_t size,
	       int (*compare)(const void *a, const void *b));

/* As snprintf(). */
int test_format(char *text, size_t size, const char *fmt, ...)
	__attribute__((__format__(__printf__, 3, 4)));

/*
 * test_warnings - changes whenever the world has warned of something: grows
 * with every WARN_ON_ONCE() that fired, leak or complaint that it can tell
 */
unsigned long test_warnings(void);

#endif /* TMEM_TEST_WORLD_H */
