// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * thread.c - threads as CPUs: registration, CPU numbers, thread exit.
 *
 * A thread's record is made at its first use of the port and dies by the
 * destructor of a pthread key.  Destructors of other keys may run later and use
 * the port again; the thread then registers anew and the destructor runs again,
 * which pthreads repeats a few times.
 *
 * Lock order: tmem_port_threads_lock, then those of a thread's callbacks.
 *
 * A. CPU numbers change hands under tmem_port_threads_lock: what the last owner
 *    of a number wrote to its per-CPU slots happens before what the next writes.
 * B. A record is unlinked from the list of threads before it is freed, under the
 *    same lock, so rcu_barrier() may walk the list and look into each.
 */
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

TMEM_PORT_THREAD_LOCAL struct tmem_port_thread *tmem_port_self;

struct tmem_port_ticket tmem_port_threads_lock;
struct tmem_port_thread *tmem_port_threads;
long tmem_port_live_slots[TMEM_PORT_MAX_CPUS][TMEM_PORT_NR_KINDS]
	____cacheline_aligned_in_smp;

static bool cpu_taken[TMEM_PORT_MAX_CPUS];	/* under tmem_port_threads_lock */
static pthread_key_t exit_key;
static pthread_once_t first_use_once = PTHREAD_ONCE_INIT;

_Thread_local bool tmem_port_is_urcu_thread;

static void thread_exits(void *arg)
{
	struct tmem_port_thread *self = arg;

#if TMEM_DEBUG
	tmem_port_thread_ends(self);
#endif
#if !TMEM_PORT_FAST
	tmem_port_rcu_flush(self);
#endif
	if (!self->urcu_own)
		tmem_port_urcu_unregister();

	tmem_port_ticket_lock(&tmem_port_threads_lock);
	*self->pprev = self->next;
	if (self->next)
		self->next->pprev = self->pprev;
	cpu_taken[self->cpu] = false;
#if TMEM_PORT_FAST
	tmem_port_rcu_leave_locked(self);
#endif
	tmem_port_ticket_unlock(&tmem_port_threads_lock);

	tmem_port_self = NULL;
	free(self);
}

static void first_use(void)
{
	/*
	 * glibc would give freed page frames back to the system at once and fault
	 * them in again, at ten times the price of a frame.  A kernel keeps them.
	 */
	if (!TMEM_DEBUG) {
		mallopt(M_TRIM_THRESHOLD, 256 << 20);
		mallopt(M_TOP_PAD, 4 << 20);
	}
	tmem_port_frames_init();
	if (pthread_key_create(&exit_key, thread_exits)) {
		tmem_port_log("tmem port: no thread key left\n");
		abort();
	}
}

/* The lowest free CPU number for @self, and a place in the list. */
static bool thread_link(struct tmem_port_thread *self)
{
	unsigned int cpu = 0;

	tmem_port_ticket_lock(&tmem_port_threads_lock);
	while (cpu < TMEM_PORT_MAX_CPUS && cpu_taken[cpu])
		cpu++;
	if (cpu < TMEM_PORT_MAX_CPUS) {
		cpu_taken[cpu] = true;
		self->cpu = cpu;
		self->percpu = cpu * TMEM_PORT_PERCPU_STRIDE;
		self->live = tmem_port_live_slots[cpu];
		self->next = tmem_port_threads;
		self->pprev = &tmem_port_threads;
		if (self->next)
			self->next->pprev = &self->next;
		tmem_port_threads = self;
	}
	tmem_port_ticket_unlock(&tmem_port_threads_lock);
	return cpu < TMEM_PORT_MAX_CPUS;
}

struct tmem_port_thread *tmem_port_register(void)
{
	struct tmem_port_thread *self = calloc(1, sizeof(*self));

	pthread_once(&first_use_once, first_use);
	if (!self || pthread_setspecific(exit_key, self)) {
		tmem_port_log("tmem port: no memory to register a thread\n");
		abort();
	}
#if TMEM_PORT_FAST
	tmem_port_rcu_join(self);
#else
	tmem_port_chain_init(&self->batch);
#endif
	self->urcu_own = tmem_port_is_urcu_thread;
	if (!thread_link(self)) {
		tmem_port_log("tmem port: more than %d threads at once\n",
			      TMEM_PORT_MAX_CPUS);
		abort();
	}
	if (!self->urcu_own)
		tmem_port_urcu_register();
	tmem_port_self = self;
	return self;
}

unsigned int num_online_cpus(void)
{
	static long online;
	long n = READ_ONCE(online);

	if (!n) {
		n = sysconf(_SC_NPROCESSORS_ONLN);
		n = n < 1 ? 1 : min_t(long, n, TMEM_PORT_MAX_CPUS);
		WRITE_ONCE(online, n);
	}
	return (unsigned int)n;
}
