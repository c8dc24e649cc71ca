/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * internal.h - what the files of the threads world share among themselves.
 */
#ifndef TMEM_PORT_INTERNAL_H
#define TMEM_PORT_INTERNAL_H

#include <stdio.h>

#include <port/impl.h>
#include <port/threads.h>

#if TMEM_PORT_ASAN
#include <sanitizer/asan_interface.h>
#endif

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

/* Once, before the first thread is registered: slab.c. */
void tmem_port_frames_init(void);

/* Fills memory that dies or is born, so that the compiler cannot leave it out. */
static inline void tmem_port_poison(void *mem, int byte, size_t size)
{
	if (!TMEM_DEBUG)
		return;
	memset(mem, byte, size);
	__asm__ __volatile__("" : : "r"(mem) : "memory");
}

/* Parked memory, as the address sanitizer sees it. */
#if TMEM_PORT_ASAN
#define tmem_port_hide(p, size) __asan_poison_memory_region((p), (size))
#define tmem_port_show(p, size) __asan_unpoison_memory_region((p), (size))
#else
#define tmem_port_hide(p, size) ((void)(p), (void)(size))
#define tmem_port_show(p, size) ((void)(p), (void)(size))
#endif

#define TMEM_PORT_POISON_NEW 0x5a
#define TMEM_PORT_POISON_FREE 0x6b

/* ---- chains of callbacks ---- */

static inline void tmem_port_chain_init(struct tmem_port_chain *chain)
{
	chain->first = NULL;
	chain->last = &chain->first;
}

static inline void tmem_port_chain_add(struct tmem_port_chain *chain,
				       struct rcu_head *head)
{
	head->next = NULL;
	*chain->last = head;
	chain->last = &head->next;
}

/* All of @from behind @to. */
static inline void tmem_port_chain_splice(struct tmem_port_chain *to,
					  struct tmem_port_chain *from)
{
	if (!from->first)
		return;
	*to->last = from->first;
	to->last = from->last;
	tmem_port_chain_init(from);
}

#if TMEM_PORT_FAST
/* A new thread; one that ends, unlinked, under tmem_port_threads_lock: softirq.c. */
void tmem_port_rcu_join(struct tmem_port_thread *self);
void tmem_port_rcu_leave_locked(struct tmem_port_thread *self);
#else
/* A thread that exits hands over what it has collected: rcu.c. */
void tmem_port_rcu_flush(struct tmem_port_thread *thread);
#endif

/* liburcu, seen from outside of its headers: urcu_glue.c. */
void tmem_port_urcu_register(void);
void tmem_port_urcu_unregister(void);
void tmem_port_urcu_synchronize(void);
void tmem_port_urcu_barrier(void);
/* After a grace period liburcu's thread calls @run with this chain of rcu_heads. */
void tmem_port_urcu_call(void *first, void (*run)(void *first));

#endif /* TMEM_PORT_INTERNAL_H */
