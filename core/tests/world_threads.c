// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * world_threads.c - what world.h asks for, in the threads world
 *
 * Locks: none; the threads of a crew meet at a barrier and at their end.
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <port/threads.h>

#include "world.h"

#if TMEM_PORT_TSAN
#define TICKET_ORDER __ATOMIC_RELAXED
#else
#define TICKET_ORDER __ATOMIC_SEQ_CST
#endif

struct member {
	struct crew *crew;
	u32 id;
	pthread_t thread;
};

struct crew {
	pthread_barrier_t start;
	void (*run)(void *arg, u32 id);
	void *arg;
	struct member member[TEST_MAX_THREADS];
};

static void *member_main(void *arg)
{
	struct member *m = arg;

	pthread_barrier_wait(&m->crew->start);
	m->crew->run(m->crew->arg, m->id);
	return NULL;
}

int test_run_threads(u32 nr, void (*run)(void *arg, u32 id), void *arg)
{
	struct crew crew = { .run = run, .arg = arg };
	u32 i;

	if (nr > TEST_MAX_THREADS)
		return -EINVAL;
	if (pthread_barrier_init(&crew.start, NULL, nr))
		return -ENOMEM;
	for (i = 0; i < nr; i++) {
		struct member *m = &crew.member[i];

		m->crew = &crew;
		m->id = i;
		if (pthread_create(&m->thread, NULL, member_main, m))
			abort();	/* those started wait at the barrier for ever */
	}
	for (i = 0; i < nr; i++)
		pthread_join(crew.member[i].thread, NULL);
	pthread_barrier_destroy(&crew.start);
	return 0;
}

u64 test_ticket(atomic64_t *counter)
{
	return __atomic_add_fetch(&counter->counter, 1, TICKET_ORDER);
}

void test_nap(void)
{
	struct timespec nap = { .tv_nsec = 20000 };

	nanosleep(&nap, NULL);
}

void test_foreign_lock(u32 thread)
{
	(void)thread;
	tmem_port_foreign_lock();
}

void test_foreign_unlock(u32 thread)
{
	(void)thread;
	tmem_port_foreign_unlock();
}

void test_sort(void *base, size_t nr, size_t size,
	       int (*compare)(const void *a, const void *b))
{
	if (nr)
		qsort(base, nr, size, compare);
}

int test_format(char *text, size_t size, const char *fmt, ...)
{
	va_list args;
	int length;

	va_start(args, fmt);
	length = vsnprintf(text, size, fmt, args);
	va_end(args);
	return length;
}

unsigned long test_warnings(void)
{
	return tmem_port_warnings();
}
