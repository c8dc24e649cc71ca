/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * violation.h - scenarios that the debug model must stop, by subject.
 *
 * A scenario runs alone, in a child process, with the locks below fresh.  It
 * marks the two places that the report has to name with HERE() and THERE(), in
 * memory that it shares with the test.
 */
#ifndef TMEM_PORT_VIOLATION_H
#define TMEM_PORT_VIOLATION_H

#include <port/impl.h>
#include <port/threads.h>

struct place {
	const char *file;	/* NULL: no such place is expected */
	int line;
};

struct places {
	struct place here;
	struct place there;
};

extern struct places *places;

#define HERE(...)                                                             \
	do {                                                                  \
		places->here = (struct place){ __FILE__, __LINE__ };          \
		__VA_ARGS__;                                                  \
	} while (0)
#define THERE(...)                                                            \
	do {                                                                  \
		places->there = (struct place){ __FILE__, __LINE__ };         \
		__VA_ARGS__;                                                  \
	} while (0)

#define ATOMIC_GFP (GFP_NOWAIT | __GFP_NOWARN | __GFP_NOMEMALLOC)

struct scenario {
	const char *name;
	void (*run)(void);
	const char *text;	/* of the report; NULL where all is right */
};

#define WRONG(fn, text) { #fn, fn, text }

extern const struct scenario violation_locks[];
extern const struct scenario violation_contexts[];

/* Locks of different classes, and a head for a callback. */
extern spinlock_t a, b, c;
extern struct mutex m;
extern struct rcu_head head;

/* Runs @fn in a thread of its own, to its end. */
void in_thread(void *(*fn)(void *));

/* Objects to map and free, for who wants them. */
extern struct zs_pool *zs_pool;
extern unsigned long zs_one, zs_two;
void zs_ready(void);

#endif /* TMEM_PORT_VIOLATION_H */
