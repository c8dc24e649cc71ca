// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rcu.c - grace periods, and batches of RCU callbacks for liburcu's thread, which
 * runs them where the build is not the fast one (that has softirq.c).
 *
 * Each thread chains its callbacks, oldest first, in its own record; a full
 * chain becomes one callback of liburcu.  The chain has a lock, which nobody
 * wants but its thread and an rcu_barrier() that empties it.
 *
 * Lock order: tmem_port_threads_lock, then batch_lock; liburcu's call_rcu() is
 * called under both (it takes no lock of this port).
 *
 * A. The chain is handed over under batch_lock, so a callback queued before
 *    rcu_barrier() is called has either gone to liburcu or goes now.
 * B. liburcu starts no batch before a grace period that began after the handover:
 *    every read section that could see an object of the chain has ended.
 */
#include "internal.h"

/* What the sanitizer is told of orders that liburcu makes. */
#if TMEM_PORT_TSAN
char tmem_port_grace;
#define grace_passed() __tsan_acquire(&tmem_port_grace)
#else
#define grace_passed() ((void)0)
#endif

void tmem_port_synchronize_rcu(void)
{
	(void)tmem_port_this();
	tmem_port_urcu_synchronize();
	grace_passed();
}

void tmem_port_quiesce(void)
{
	rcu_barrier();
}

#if !TMEM_PORT_FAST

#define BATCH_MAX (TMEM_DEBUG ? 1U : 64U)

#if TMEM_PORT_TSAN
static char callbacks;
#define callbacks_done() __tsan_release(&callbacks)
#define callbacks_awaited() __tsan_acquire(&callbacks)
#else
#define callbacks_done() ((void)0)
#define callbacks_awaited() ((void)0)
#endif

/* On liburcu's thread, after the grace period. */
static void batch_run(void *first)
{
	struct rcu_head *head, *next;

	tmem_port_is_urcu_thread = true;
	grace_passed();
	for (head = first; head; head = next) {
		next = head->next;
#if TMEM_DEBUG
		tmem_port_callback_enter(TMEM_PORT_HERE);
#endif
		head->func(head);
#if TMEM_DEBUG
		tmem_port_callback_leave(TMEM_PORT_HERE);
#endif
	}
	callbacks_done();
}

/* @thread's batch_lock is held. */
static void batch_hand_over(struct tmem_port_thread *thread)
{
	struct rcu_head *first = thread->batch.first;

	if (!first)
		return;
	tmem_port_chain_init(&thread->batch);
	thread->batch_nr = 0;
	tmem_port_urcu_call(first, batch_run);
}

void tmem_port_rcu_flush(struct tmem_port_thread *thread)
{
	tmem_port_ticket_lock(&thread->batch_lock);
	batch_hand_over(thread);
	tmem_port_ticket_unlock(&thread->batch_lock);
}

void tmem_port_call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	struct tmem_port_thread *self = tmem_port_this();

	head->func = func;
	tmem_port_ticket_lock(&self->batch_lock);
	tmem_port_chain_add(&self->batch, head);
	if (++self->batch_nr >= BATCH_MAX)
		batch_hand_over(self);
	tmem_port_ticket_unlock(&self->batch_lock);
}

void tmem_port_rcu_barrier(void)
{
	struct tmem_port_thread *thread;

	(void)tmem_port_this();
	tmem_port_ticket_lock(&tmem_port_threads_lock);
	for (thread = tmem_port_threads; thread; thread = thread->next)
		tmem_port_rcu_flush(thread);
	tmem_port_ticket_unlock(&tmem_port_threads_lock);
	tmem_port_urcu_barrier();
	grace_passed();
	callbacks_awaited();
}

#endif /* !TMEM_PORT_FAST */
