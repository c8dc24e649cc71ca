/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * internal.h - what the files of the threads world share among themselves.
 */
#ifndef TMEM_PORT_INTERNAL_H
#define TMEM_PORT_INTERNAL_H

#include <stdio.h>

#include <port/impl.h>
#include <port/threads.h>

/* All threads that are registered now, under tmem_port_threads_lock. */
extern struct tmem_port_ticket tmem_port_threads_lock;
extern struct tmem_port_thread *tmem_port_threads;

/* Set by liburcu's own thread, which registers itself with liburcu. */
extern _Thread_local bool tmem_port_is_urcu_thread;

/* Counters by CPU and kind; each row has one writer. */
extern long tmem_port_live_slots[TMEM_PORT_MAX_CPUS][TMEM_PORT_NR_KINDS];

/* Sum of one kind over all CPUs. */
long tmem_port_live_kind(unsigned int kind);

/* Name of the cache that counts as @kind, NULL if there is none. */
const char *tmem_port_cache_name(unsigned int kind);

/* Fills memory that dies or is born, so that the compiler cannot leave it out. */
static inline void tmem_port_poison(void *mem, int byte, size_t size)
{
	if (!TMEM_DEBUG)
		return;
	memset(mem, byte, size);
	__asm__ __volatile__("" : : "r"(mem) : "memory");
}

#define TMEM_PORT_POISON_NEW 0x5a
#define TMEM_PORT_POISON_FREE 0x6b

/* liburcu, seen from outside of its headers: urcu_glue.c. */
void tmem_port_urcu_register(void);
void tmem_port_urcu_unregister(void);
void tmem_port_urcu_synchronize(void);
void tmem_port_urcu_barrier(void);
void tmem_port_urcu_call(void *first);	/* a chain of struct rcu_head */
void tmem_port_rcu_run(void *first);

#endif /* TMEM_PORT_INTERNAL_H */
