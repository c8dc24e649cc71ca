// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lock.c - the slow side of the ticket lock, and locks as the debug model sees
 * them.  port/ticket.h says how the lock works and what it orders.
 */
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

#define SPINS_PER_TURN 200
#define YIELDS 4

u32 tmem_port_sleepers[TMEM_PORT_SLEEPER_SLOTS];

static inline void cpu_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#else
	__asm__ __volatile__("" : : : "memory");
#endif
}

/* The futex bit of a ticket: two in one queue share it only 32 places apart. */
static u32 ticket_bit(u32 ticket)
{
	return 1U << (ticket % 32);
}

static void ticket_nap(struct tmem_port_ticket *lock, u32 seen, u32 ticket)
{
	struct timespec until;

	/* a wait by bit set takes an absolute time */
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += TMEM_PORT_NAP_NS;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	syscall(SYS_futex, &lock->owner, FUTEX_WAIT_BITSET_PRIVATE, seen, &until, NULL,
		ticket_bit(ticket));
}

/* Spinning pays only while those in front of us can all be running. */
static bool ticket_spin(struct tmem_port_ticket *lock, u32 ticket)
{
	unsigned int cpus = num_online_cpus(), spins;
	u32 ahead = ticket - READ_ONCE(lock->owner);

	if (ahead >= cpus)
		return false;
	for (spins = SPINS_PER_TURN * ahead; spins; spins--) {
		if (smp_load_acquire(&lock->owner) == ticket)
			return true;
		cpu_relax();
	}
	return false;
}

void tmem_port_ticket_wait(struct tmem_port_ticket *lock, u32 ticket)
{
	u32 *sleepers = tmem_port_sleeper_slot(lock), seen;
	int i;

	if (ticket_spin(lock, ticket))
		return;
	for (i = 0; i < YIELDS; i++) {
		if (smp_load_acquire(&lock->owner) == ticket)
			return;
		sched_yield();
	}
	__atomic_fetch_add(sleepers, 1, __ATOMIC_SEQ_CST);
	while ((seen = smp_load_acquire(&lock->owner)) != ticket)
		ticket_nap(lock, seen, ticket);
	__atomic_fetch_sub(sleepers, 1, __ATOMIC_RELAXED);
}

/*
 * @owner may be gone by now: it is an address to the kernel, not read.  A waiter
 * of some later lock there finds that it is not its turn and sleeps on.
 */
void tmem_port_ticket_wake(u32 *owner, u32 ticket)
{
	syscall(SYS_futex, owner, FUTEX_WAKE_BITSET_PRIVATE, INT_MAX, NULL, NULL,
		ticket_bit(ticket));
}

void tmem_port_mutex_init(struct mutex *mutex)
{
	pthread_mutex_init(&mutex->mutex, NULL);
}

#if TMEM_DEBUG

void tmem_port_spin_init(spinlock_t *lock, struct tmem_port_lock_class *class)
{
	tmem_port_ticket_init(&lock->ticket);
	tmem_port_lock_born(&lock->debug, class, false);
}

void tmem_port_spin_lock(spinlock_t *lock, const struct tmem_port_site *site)
{
	tmem_port_lock_wanted(&lock->debug, site);
	tmem_port_ticket_lock(&lock->ticket);
	tmem_port_lock_taken(&lock->debug, site);
}

void tmem_port_spin_unlock(spinlock_t *lock, const struct tmem_port_site *site)
{
	tmem_port_lock_dropped(&lock->debug, site);
	tmem_port_ticket_unlock(&lock->ticket);
}

unsigned long tmem_port_spin_lock_irqsave(spinlock_t *lock,
					  const struct tmem_port_site *site)
{
	unsigned long flags = tmem_port_irq_save(site);

	tmem_port_spin_lock(lock, site);
	return flags;
}

void tmem_port_spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags,
				      const struct tmem_port_site *site)
{
	tmem_port_spin_unlock(lock, site);
	tmem_port_irq_restore(flags, site);
}

void tmem_port_mutex_lock(struct mutex *mutex, const struct tmem_port_site *site)
{
	tmem_port_may_sleep("mutex_lock()", site);
	tmem_port_lock_wanted(&mutex->debug, site);
	pthread_mutex_lock(&mutex->mutex);
	tmem_port_lock_taken(&mutex->debug, site);
}

void tmem_port_mutex_unlock(struct mutex *mutex, const struct tmem_port_site *site)
{
	tmem_port_lock_dropped(&mutex->debug, site);
	pthread_mutex_unlock(&mutex->mutex);
}

#endif /* TMEM_DEBUG */
