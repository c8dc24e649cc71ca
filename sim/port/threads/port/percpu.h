/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * percpu.h - memory of which every CPU has a copy.
 *
 * CPU n's copy lies n * TMEM_PORT_PERCPU_STRIDE bytes behind the pointer, in a
 * mapping of its own, so a copy that nobody touches costs no memory and a use
 * after free traps.
 *
 *	alloc_percpu free_percpu per_cpu_ptr	FAITHFUL: zeroed, a copy for each
 *						possible CPU; WEAKER: a type may
 *						have TMEM_PORT_PERCPU_STRIDE bytes
 *						at most
 *	this_cpu_add				FAITHFUL: one writer per copy (no
 *						interrupt handlers exist), relaxed
 *						load and store, so that sums may be
 *						read from other threads
 */
#ifndef TMEM_PORT_PERCPU_H
#define TMEM_PORT_PERCPU_H

#include <port/thread.h>

#define TMEM_PORT_PERCPU_STRIDE 4096UL

void *tmem_port_alloc_percpu(void);
void tmem_port_free_percpu(void *p);

#if TMEM_DEBUG
#define TMEM_PORT_PERCPU_CHECK() \
	tmem_port_may_sleep("alloc_percpu()", TMEM_PORT_HERE)
#define TMEM_PORT_PERCPU_FREE_CHECK(p)                                        \
	tmem_port_lock_freed((p), (p) ? nr_cpu_ids * TMEM_PORT_PERCPU_STRIDE : 0, \
			     TMEM_PORT_HERE)
#else
#define TMEM_PORT_PERCPU_CHECK() ((void)0)
#define TMEM_PORT_PERCPU_FREE_CHECK(p) ((void)0)
#endif

#define alloc_percpu(type)                                                    \
	({                                                                    \
		static_assert(sizeof(type) <= TMEM_PORT_PERCPU_STRIDE,        \
			      "too large for a per-CPU variable of this port"); \
		TMEM_PORT_PERCPU_CHECK();                                     \
		(type __percpu *)tmem_port_alloc_percpu();                    \
	})

#define free_percpu(p)                                                        \
	({                                                                    \
		void *__tmem_pcpu = (p);                                      \
		TMEM_PORT_PERCPU_FREE_CHECK(__tmem_pcpu);                     \
		tmem_port_free_percpu(__tmem_pcpu);                           \
	})

#define per_cpu_ptr(p, cpu)                                                   \
	((__typeof__(p))((char *)(p) + (unsigned long)(cpu) * TMEM_PORT_PERCPU_STRIDE))

#define this_cpu_ptr(p)                                                       \
	((__typeof__(p))((char *)(p) + tmem_port_this()->percpu))

#define this_cpu_add(lvalue, n)                                               \
	do {                                                                  \
		__typeof__(lvalue) *__tmem_var = this_cpu_ptr(&(lvalue));     \
		WRITE_ONCE(*__tmem_var, READ_ONCE(*__tmem_var) + (n));        \
	} while (0)

#endif /* TMEM_PORT_PERCPU_H */
