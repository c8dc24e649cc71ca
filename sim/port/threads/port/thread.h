/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * thread.h - a thread as a CPU: its number, what the port keeps for it, and
 * the hot side of fault points.
 *
 * A thread registers at its first use of anything that needs it and
 * unregisters when it exits.  The hot test is one load of a thread-local
 * pointer.  Numbers are given out, and taken back, under one lock, so whatever
 * a former owner of a number wrote to its slots is seen by the next one.
 *
 *	get_cpu put_cpu raw_smp_processor_id	FAITHFUL: a thread never migrates;
 *						WEAKER: it can be preempted by
 *						others in between, which share no
 *						number with it
 *	nr_cpu_ids for_each_possible_cpu	FAITHFUL: 256 possible CPUs
 *	num_online_cpus				FAITHFUL: of the machine, not of
 *						the port's threads
 *	cond_resched				FAITHFUL: user threads can always
 *						be preempted, so it gives way only
 *						in debug builds, to stir things up
 */
#ifndef TMEM_PORT_THREAD_H
#define TMEM_PORT_THREAD_H

#include <sched.h>

#include <port/atomics.h>
#include <port/debug.h>
#include <port/ticket.h>

#define TMEM_PORT_MAX_CPUS 256
#define nr_cpu_ids ((unsigned int)TMEM_PORT_MAX_CPUS)
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < (int)TMEM_PORT_MAX_CPUS; (cpu)++)

/* Kinds of allocations that are counted; slab caches follow. */
enum tmem_port_kind {
	TMEM_PORT_KMALLOC,
	TMEM_PORT_KVMALLOC,
	TMEM_PORT_PAGE,
	TMEM_PORT_PERCPU,
	TMEM_PORT_CACHE,
	TMEM_PORT_ZS_POOL,
	TMEM_PORT_ZS_OBJECT,
	TMEM_PORT_FIRST_CACHE,
	TMEM_PORT_NR_KINDS = 128
};

struct rcu_head;

/* A chain of callbacks, oldest first. */
struct tmem_port_chain {
	struct rcu_head *first;
	struct rcu_head **last;		/* where the next one goes */
};

#if TMEM_PORT_FAST

/* Callbacks that wait for one and the same grace period. */
struct tmem_port_segment {
	struct tmem_port_chain chain;
	unsigned long grace;		/* its number; softirq.c */
};

#define TMEM_PORT_WAITING 2

/* The callbacks that a thread has queued, by age; all under lock. */
struct tmem_port_callbacks {
	struct tmem_port_ticket lock;
	unsigned int nr_open;
	unsigned long nr;		/* of all */
	unsigned long looked;		/* the last grace period its thread saw */
	struct tmem_port_chain open;	/* for no grace period yet */
	struct tmem_port_segment waiting[TMEM_PORT_WAITING];
	struct tmem_port_chain done;	/* to be run */
	struct tmem_port_ticket run_lock;	/* held by who runs them */
};

#endif

struct tmem_port_thread {
	unsigned int cpu;
	unsigned long percpu;		/* bytes to this CPU's copy of a variable */
	long *live;			/* this CPU's counters, by kind */

#if TMEM_PORT_FAST
	struct tmem_port_callbacks callbacks;
#else
	/* callbacks not yet handed to liburcu; rcu_barrier() looks in */
	struct tmem_port_ticket batch_lock;
	struct tmem_port_chain batch;
	unsigned int batch_nr;
#endif

	bool urcu_own;			/* liburcu registered this thread itself */
	struct tmem_port_thread *next, **pprev;	/* all threads, thread.c */
#if TMEM_DEBUG
	struct tmem_port_thread_debug debug;
#endif
};

#define TMEM_PORT_THREAD_LOCAL \
	_Thread_local __attribute__((tls_model("initial-exec")))

extern TMEM_PORT_THREAD_LOCAL struct tmem_port_thread *tmem_port_self;

struct tmem_port_thread *tmem_port_register(void);

static __always_inline struct tmem_port_thread *tmem_port_this(void)
{
	struct tmem_port_thread *self = tmem_port_self;

	return likely(self) ? self : tmem_port_register();
}

/* Counts one allocation more (or less) of a kind; a slot has one writer. */
static inline void tmem_port_count(unsigned int kind, long n)
{
	long *slot = &tmem_port_this()->live[kind];

	WRITE_ONCE(*slot, READ_ONCE(*slot) + n);
}

/* ---- interrupts ---- */

#if TMEM_PORT_FAST

/* How often interrupts were saved and not restored: no callback runs meanwhile. */
extern TMEM_PORT_THREAD_LOCAL unsigned long tmem_port_irqs_off;

/* There are callbacks to run, as soon as that is legal. */
extern TMEM_PORT_THREAD_LOCAL bool tmem_port_softirq_pending;

void tmem_port_softirq(void);

static __always_inline unsigned long tmem_port_irqs_save(void)
{
	return tmem_port_irqs_off++;
}

static __always_inline void tmem_port_irqs_restore(unsigned long flags)
{
	tmem_port_irqs_off = flags;
}

#else

static __always_inline unsigned long tmem_port_irqs_save(void)
{
	return 0;
}

static __always_inline void tmem_port_irqs_restore(unsigned long flags)
{
	(void)flags;
}

#endif

/* ---- fault points ---- */

extern bool tmem_port_fault_counting;
bool tmem_port_fault_slow(void);

/* Whether this is the place that has to fail. */
static __always_inline bool tmem_port_fault(void)
{
	return unlikely(READ_ONCE(tmem_port_fault_counting)) && tmem_port_fault_slow();
}

/* ---- CPUs ---- */

static inline int raw_smp_processor_id(void)
{
	return (int)tmem_port_this()->cpu;
}

unsigned int num_online_cpus(void);

#if TMEM_DEBUG

#define get_cpu()                                                             \
	({                                                                    \
		tmem_port_preempt_off(TMEM_PORT_HERE);                        \
		raw_smp_processor_id();                                       \
	})
#define put_cpu() tmem_port_preempt_on(TMEM_PORT_HERE)

#define cond_resched()                                                        \
	({                                                                    \
		tmem_port_may_sleep("cond_resched()", TMEM_PORT_HERE);        \
		(void)sched_yield();                                          \
		0;                                                            \
	})

#else

#define get_cpu() raw_smp_processor_id()
#define put_cpu() ((void)0)
#define cond_resched() ((void)0)

#endif

#endif /* TMEM_PORT_THREAD_H */
