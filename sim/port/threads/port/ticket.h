/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ticket.h - the bare lock under spinlock_t and under the port's own data.
 *
 * A ticket lock of 8 bytes: strictly first come, first served.  Locking is one
 * atomic addition and a load; unlocking two loads and a store.  A waiter whose
 * turn is near spins briefly, then yields, then sleeps in the kernel under a bit
 * of its own, so that a release wakes the next in line and nobody else.  That
 * keeps more threads than CPUs moving: each handover costs a switch, not a time
 * slice.
 *
 * A. An unlock is a release store of @owner; the waiter's load of @owner that
 *    sees it is an acquire.  That pair is all the ordering there is.
 * B. Nothing of the lock is touched after the release store, so the next owner
 *    may free it.  Hence whether somebody sleeps is read before, and without a
 *    fence: a waiter that falls asleep in just that instant is not woken.  It
 *    sleeps TMEM_PORT_NAP_NS at most, then looks again.
 */
#ifndef TMEM_PORT_TICKET_H
#define TMEM_PORT_TICKET_H

#include <port/atomics.h>

struct tmem_port_ticket {
	u32 next;		/* ticket for who comes next */
	u32 owner;		/* ticket being served */
};

#define TMEM_PORT_NAP_NS 2000000

/* Sleepers by hash of their lock; too many cost a system call, nothing else. */
#define TMEM_PORT_SLEEPER_SLOTS 256
extern u32 tmem_port_sleepers[TMEM_PORT_SLEEPER_SLOTS];

static inline u32 *tmem_port_sleeper_slot(const struct tmem_port_ticket *lock)
{
	uintptr_t a = (uintptr_t)lock;

	return &tmem_port_sleepers[(a >> 3 ^ a >> 12) % TMEM_PORT_SLEEPER_SLOTS];
}

void tmem_port_ticket_wait(struct tmem_port_ticket *lock, u32 ticket);
void tmem_port_ticket_wake(u32 *owner, u32 ticket);

static inline void tmem_port_ticket_init(struct tmem_port_ticket *lock)
{
	WRITE_ONCE(lock->next, 0);
	WRITE_ONCE(lock->owner, 0);
}

static inline void tmem_port_ticket_lock(struct tmem_port_ticket *lock)
{
	u32 ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

	if (unlikely(smp_load_acquire(&lock->owner) != ticket))
		tmem_port_ticket_wait(lock, ticket);
}

static inline void tmem_port_ticket_unlock(struct tmem_port_ticket *lock)
{
	u32 ticket = READ_ONCE(lock->owner) + 1;
	bool queue = READ_ONCE(lock->next) != ticket;
	u32 *sleepers = tmem_port_sleeper_slot(lock);

	smp_store_release(&lock->owner, ticket);
	if (unlikely(queue) && READ_ONCE(*sleepers))
		tmem_port_ticket_wake(&lock->owner, ticket);
}

static inline bool tmem_port_ticket_is_locked(const struct tmem_port_ticket *lock)
{
	return READ_ONCE(lock->owner) != READ_ONCE(lock->next);
}

#endif /* TMEM_PORT_TICKET_H */
