/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * threads.h - controls of the threads world, for tests and tools: faults, what
 * is alive, and the context in which the page cache calls.
 */
#ifndef TMEM_PORT_THREADS_H
#define TMEM_PORT_THREADS_H

#include <stdio.h>

#include <port/thread.h>

/*
 * tmem_port_fault_arm - let one fault point fail, once
 * @n: which: the n-th from now on, 1 being the next; 0: none, only count
 *
 * Counted over all threads.  Fault points: kmem_cache_create, kmem_cache_alloc,
 * kzalloc, kvcalloc, kvmalloc, __get_free_page, alloc_percpu, zs_create_pool,
 * zs_malloc, LZ4_compress_default (then 0) and LZ4_decompress_safe (then -1).
 */
void tmem_port_fault_arm(unsigned long n);

/* Whether the armed fault has happened. */
bool tmem_port_fault_fired(void);

/* Fault points passed since the last tmem_port_fault_arm(). */
unsigned long tmem_port_fault_points(void);

/*
 * tmem_port_live - allocations that are alive: slab caches and objects, page
 * frames, kmalloc and kvmalloc memory, per-CPU variables, zs pools and objects
 *
 * Exact when nobody allocates or frees meanwhile.
 */
long tmem_port_live(void);

/* What they are, a line for each kind and each cache. */
void tmem_port_live_print(FILE *f);

/* Warnings so far: WARN_ON_ONCE() that fired, leaks found by a destructor. */
unsigned long tmem_port_warnings(void);

/*
 * tmem_port_foreign_lock - call as the page cache does: with interrupts off,
 * under a spinlock of somebody else's that interrupt handlers take as well
 *
 * It is no real lock: the debug model knows it, and in the fast build no RCU
 * callback runs on this thread meanwhile.
 */
#if TMEM_DEBUG
void tmem_port_foreign_enter(const struct tmem_port_site *site);
void tmem_port_foreign_leave(const struct tmem_port_site *site);
#define tmem_port_foreign_lock() tmem_port_foreign_enter(TMEM_PORT_HERE)
#define tmem_port_foreign_unlock() tmem_port_foreign_leave(TMEM_PORT_HERE)
#else
static inline void tmem_port_foreign_lock(void)
{
	(void)tmem_port_irqs_save();
}

static inline void tmem_port_foreign_unlock(void)
{
#if TMEM_PORT_FAST
	tmem_port_irqs_restore(tmem_port_irqs_off - 1);
	if (unlikely(tmem_port_softirq_pending))
		tmem_port_softirq();
#endif
}
#endif

/* All RCU callbacks that were queued before have run.  May sleep. */
void tmem_port_quiesce(void);

#endif /* TMEM_PORT_THREADS_H */
