/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lock.h - spinlocks and mutexes.
 *
 *	spin_lock spin_unlock		FAITHFUL: fair, mutual exclusion, acquire
 *					and release.  A waiter may sleep, since
 *					the holder may be preempted here
 *	spin_lock_irqsave, _restore	the lock is FAITHFUL; there are no
 *					interrupts but those of the debug model,
 *					and RCU callbacks in the fast build
 *	spin_is_locked			FAITHFUL
 *	spin_lock_init mutex_init	FAITHFUL: each place is a class of its own
 *	mutex_*				FAITHFUL in meaning; WEAKER in fairness
 *	lockdep_assert_held		FAITHFUL with TMEM_DEBUG (the caller itself
 *					holds it); else unchecked, as in a kernel
 *					without lockdep
 */
#ifndef TMEM_PORT_LOCK_H
#define TMEM_PORT_LOCK_H

#include <pthread.h>

#include <port/debug.h>
#include <port/thread.h>
#include <port/ticket.h>

typedef struct spinlock {
	struct tmem_port_ticket ticket;
#if TMEM_DEBUG
	struct tmem_port_lock_debug debug;
#endif
} spinlock_t;

struct mutex {
	pthread_mutex_t mutex;
#if TMEM_DEBUG
	struct tmem_port_lock_debug debug;
#endif
};

static inline bool spin_is_locked(const spinlock_t *lock)
{
	return tmem_port_ticket_is_locked(&lock->ticket);
}

void tmem_port_mutex_init(struct mutex *mutex);

#if TMEM_DEBUG

void tmem_port_spin_init(spinlock_t *lock, struct tmem_port_lock_class *class);
void tmem_port_spin_lock(spinlock_t *lock, const struct tmem_port_site *site);
void tmem_port_spin_unlock(spinlock_t *lock, const struct tmem_port_site *site);
unsigned long tmem_port_spin_lock_irqsave(spinlock_t *lock,
					  const struct tmem_port_site *site);
void tmem_port_spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags,
				      const struct tmem_port_site *site);
void tmem_port_mutex_lock(struct mutex *mutex, const struct tmem_port_site *site);
void tmem_port_mutex_unlock(struct mutex *mutex, const struct tmem_port_site *site);

#define spin_lock_init(lock) tmem_port_spin_init((lock), TMEM_PORT_LOCK_CLASS(#lock))
#define spin_lock(lock) tmem_port_spin_lock((lock), TMEM_PORT_HERE)
#define spin_unlock(lock) tmem_port_spin_unlock((lock), TMEM_PORT_HERE)
#define spin_lock_irqsave(lock, flags) \
	((flags) = tmem_port_spin_lock_irqsave((lock), TMEM_PORT_HERE))
#define spin_unlock_irqrestore(lock, flags) \
	tmem_port_spin_unlock_irqrestore((lock), (flags), TMEM_PORT_HERE)

#define mutex_init(m)                                                         \
	do {                                                                  \
		struct mutex *__mutex = (m);                                  \
		tmem_port_mutex_init(__mutex);                                \
		tmem_port_lock_born(&__mutex->debug,                          \
				    TMEM_PORT_LOCK_CLASS(#m), true);          \
	} while (0)
#define mutex_lock(m) tmem_port_mutex_lock((m), TMEM_PORT_HERE)
#define mutex_unlock(m) tmem_port_mutex_unlock((m), TMEM_PORT_HERE)

#define lockdep_assert_held(lock) \
	tmem_port_lock_assert_held(&(lock)->debug, #lock, TMEM_PORT_HERE)

/* Whether the caller holds it: for conditions of rcu_dereference_protected(). */
bool tmem_port_lock_is_held(const struct tmem_port_lock_debug *lock);
#define lockdep_is_held(lock) tmem_port_lock_is_held(&(lock)->debug)

#else /* !TMEM_DEBUG */

static inline void spin_lock_init(spinlock_t *lock)
{
	tmem_port_ticket_init(&lock->ticket);
}

static inline void spin_lock(spinlock_t *lock)
{
	tmem_port_ticket_lock(&lock->ticket);
}

static inline void spin_unlock(spinlock_t *lock)
{
	tmem_port_ticket_unlock(&lock->ticket);
}

#define spin_lock_irqsave(lock, flags)                                        \
	do {                                                                  \
		(flags) = tmem_port_irqs_save();                              \
		spin_lock(lock);                                              \
	} while (0)

static inline void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags)
{
	spin_unlock(lock);
	tmem_port_irqs_restore(flags);
}

#define mutex_init(m) tmem_port_mutex_init(m)

static inline void mutex_lock(struct mutex *mutex)
{
	pthread_mutex_lock(&mutex->mutex);
}

static inline void mutex_unlock(struct mutex *mutex)
{
	pthread_mutex_unlock(&mutex->mutex);
}

#define lockdep_assert_held(lock) ((void)(lock))
#define lockdep_is_held(lock) ((void)(lock), 1)

#endif /* TMEM_DEBUG */

#endif /* TMEM_PORT_LOCK_H */
