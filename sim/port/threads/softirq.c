// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * softirq.c - RCU callbacks of the fast build: they run on the thread that queued
 * them, as on the CPU in a kernel, so that memory is freed where it is warm and
 * wanted again.
 *
 *	open --> waiting, waiting --> done --> run
 *	    closed at 64    grace period over
 *
 * A thread chains its callbacks by age.  Whenever 64 have come together they are
 * closed: given the number of the first grace period that begins after this
 * moment.  Closing also looks for what is done by now.  Grace periods are passed
 * one after the other by a thread of their own, which naps in between, so that a
 * period serves many batches and nobody is woken for one; it sleeps when nothing
 * waits.
 *
 * Where callbacks run.  In a kernel they run in softirq context: at almost any
 * instruction with interrupts on and outside of read sections (which are not
 * preempted here), also with a plain spin_lock() held.  This build takes them
 * from rcu_read_unlock(), call_rcu() and tmem_port_foreign_unlock(), if the
 * thread is then outside of every read section and has neither a
 * spin_lock_irqsave() nor the foreign lock.  So a callback may take locks that
 * are always taken with spin_lock_irqsave(), it may free and it may queue; it may
 * not sleep, nor take a lock that is also taken plainly.  Those are the kernel's
 * rules, and the debug model checks them.  At most BATCH run at once, to keep
 * operations short; the next opportunity takes the next ones.
 *
 * The callbacks of a thread that does not look for them (it sleeps, or keeps
 * interrupts off) are run by the grace period thread after LAG periods, those of
 * a thread that has ended (orphans) after their own.  rcu_barrier() takes all
 * there are, waits for a grace period itself, and runs them.
 *
 * Memory is bounded by the pace of grace periods: with more than MANY callbacks
 * waiting the thread of grace periods does not nap, and who queues them gives
 * way.  A caller of call_rcu() never waits: it may be in a read section itself,
 * or hold a lock that a reader waits for.
 *
 * Lock order: collect_lock (mutex), tmem_port_threads_lock, a thread's run_lock,
 * its callbacks.lock.  Callbacks run under their thread's run_lock or under
 * collect_lock, so that rcu_barrier(), which takes both, waits for those that
 * are running.
 *
 * A. gp_started is read by a read-modify-write, which sees the latest value and
 *    orders what came before it: a period with a higher number begins after that,
 *    and waits for every reader that could see what was unlinked before.
 * B. A period begins when the one before it is over.  So of the numbers given out
 *    at most two are not over: two waiting segments do.  (Were it otherwise, a
 *    segment that gets a higher number waits longer than it must, no harm.)
 * C. gp_completed is stored with release after the period, and loaded with
 *    acquire: what readers did happens before the callbacks.
 * D. gp_wanted is raised before gp_asleep is read, and the other way round on the
 *    other side, all sequentially consistent: no wish is slept over.
 */
#include "internal.h"

#if TMEM_PORT_FAST

#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64U
#define MANY 32768UL
#define LAG 16			/* grace periods */
#define NAP_NS 400000		/* longer: more memory waits; shorter: more interruptions */
#define NAPS 20			/* without work, before it sleeps */

TMEM_PORT_THREAD_LOCAL unsigned long tmem_port_irqs_off;
TMEM_PORT_THREAD_LOCAL bool tmem_port_softirq_pending;
static TMEM_PORT_THREAD_LOCAL bool in_softirq;

/* Numbers of grace periods. */
static unsigned long gp_started ____cacheline_aligned_in_smp;
static unsigned long gp_completed;
static unsigned long gp_wanted;
static bool gp_hurry;		/* no naps */
static u32 gp_asleep = 1;	/* also while there is no such thread yet */

static pthread_once_t gp_once = PTHREAD_ONCE_INIT;
static pthread_mutex_t collect_lock = PTHREAD_MUTEX_INITIALIZER;
static struct tmem_port_segment orphans;	/* under tmem_port_threads_lock */

static void gp_start(void);

static bool is_over(unsigned long grace, unsigned long completed)
{
	return (long)(completed - grace) >= 0;
}

static void gp_want(unsigned long grace)
{
	unsigned long wanted = READ_ONCE(gp_wanted);

	while (!is_over(grace, wanted))
		if (__atomic_compare_exchange_n(&gp_wanted, &wanted, grace, false,
						__ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
			break;
	/* see D */
	if (unlikely(__atomic_load_n(&gp_asleep, __ATOMIC_SEQ_CST))) {
		pthread_once(&gp_once, gp_start);
		__atomic_store_n(&gp_asleep, 0, __ATOMIC_SEQ_CST);
		syscall(SYS_futex, &gp_asleep, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	}
}

/* ---- the callbacks of one thread ---- */

void tmem_port_rcu_join(struct tmem_port_thread *self)
{
	struct tmem_port_callbacks *cbs = &self->callbacks;
	int i;

	tmem_port_chain_init(&cbs->open);
	for (i = 0; i < TMEM_PORT_WAITING; i++)
		tmem_port_chain_init(&cbs->waiting[i].chain);
	tmem_port_chain_init(&cbs->done);
}

/* All functions called _locked: callbacks.lock is held. */
static void advance_locked(struct tmem_port_callbacks *cbs)
{
	unsigned long completed = smp_load_acquire(&gp_completed);
	struct tmem_port_segment *waiting = cbs->waiting;

	while (waiting[0].chain.first && is_over(waiting[0].grace, completed)) {
		tmem_port_chain_splice(&cbs->done, &waiting[0].chain);
		tmem_port_chain_splice(&waiting[0].chain, &waiting[1].chain);
		waiting[0].grace = waiting[1].grace;
	}
}

/* Gives the open ones the number of a grace period, which it returns. */
static unsigned long close_locked(struct tmem_port_callbacks *cbs)
{
	/* see A */
	unsigned long grace = __atomic_fetch_add(&gp_started, 0, __ATOMIC_SEQ_CST) + 1;
	struct tmem_port_segment *last = &cbs->waiting[0];

	advance_locked(cbs);
	if (last->chain.first && last->grace != grace)
		last = &cbs->waiting[1];	/* see B */
	last->grace = grace;
	tmem_port_chain_splice(&last->chain, &cbs->open);
	cbs->nr_open = 0;
	cbs->looked = READ_ONCE(gp_completed);
	return grace;
}

/* Everything, by age, to the end of @to. */
static void take_all_locked(struct tmem_port_callbacks *cbs, struct tmem_port_chain *to)
{
	int i;

	tmem_port_chain_splice(to, &cbs->done);
	for (i = 0; i < TMEM_PORT_WAITING; i++)
		tmem_port_chain_splice(to, &cbs->waiting[i].chain);
	tmem_port_chain_splice(to, &cbs->open);
	cbs->nr_open = 0;
	cbs->nr = 0;
}

static void take_done_locked(struct tmem_port_callbacks *cbs, struct tmem_port_chain *to)
{
	const struct rcu_head *head;

	advance_locked(cbs);
	for (head = cbs->done.first; head; head = head->next)
		cbs->nr--;
	tmem_port_chain_splice(to, &cbs->done);
}

/* Up to BATCH that are done, as a list; whether there are more. */
static bool take_batch_locked(struct tmem_port_callbacks *cbs, struct rcu_head **first)
{
	struct rcu_head **next = &cbs->done.first;
	unsigned int n;

	advance_locked(cbs);
	cbs->looked = READ_ONCE(gp_completed);
	for (n = 0; n < BATCH && *next; n++)
		next = &(*next)->next;
	*first = NULL;
	if (!n)
		return false;
	cbs->nr -= n;
	*first = cbs->done.first;
	cbs->done.first = *next;
	*next = NULL;
	if (!cbs->done.first)
		tmem_port_chain_init(&cbs->done);
	return cbs->done.first;
}

static void run(struct rcu_head *head)
{
	struct rcu_head *next;

	in_softirq = true;
	for (; head; head = next) {
		next = head->next;
		prefetch(next);
		head->func(head);
	}
	in_softirq = false;
}

void tmem_port_softirq(void)
{
	struct tmem_port_callbacks *cbs;
	struct rcu_head *first;
	bool many;

	if (tmem_port_irqs_off || in_softirq)
		return;
	cbs = &tmem_port_this()->callbacks;
	if (tmem_port_reading())
		return;
	tmem_port_ticket_lock(&cbs->run_lock);
	tmem_port_ticket_lock(&cbs->lock);
	tmem_port_softirq_pending = take_batch_locked(cbs, &first);
	many = cbs->nr > MANY;
	tmem_port_ticket_unlock(&cbs->lock);
	run(first);
	tmem_port_ticket_unlock(&cbs->run_lock);
	if (unlikely(many))
		sched_yield();
}

void tmem_port_call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	struct tmem_port_callbacks *cbs = &tmem_port_this()->callbacks;
	unsigned long grace = 0;
	bool done, many;

	head->func = func;
	tmem_port_ticket_lock(&cbs->lock);
	tmem_port_chain_add(&cbs->open, head);
	cbs->nr++;
	if (likely(++cbs->nr_open < BATCH)) {
		tmem_port_ticket_unlock(&cbs->lock);
		return;
	}
	grace = close_locked(cbs);
	done = cbs->done.first;
	many = cbs->nr > MANY;
	tmem_port_ticket_unlock(&cbs->lock);

	if (unlikely(many))
		WRITE_ONCE(gp_hurry, true);
	gp_want(grace);
	if (done) {
		tmem_port_softirq_pending = true;
		tmem_port_softirq();
	}
}

/* @self is off the list of threads: nobody else looks into it any more. */
void tmem_port_rcu_leave_locked(struct tmem_port_thread *self)
{
	struct tmem_port_callbacks *cbs = &self->callbacks;
	bool any = cbs->nr;

	tmem_port_softirq_pending = false;
	if (!orphans.chain.first)
		tmem_port_chain_init(&orphans.chain);
	take_all_locked(cbs, &orphans.chain);
	if (!any)
		return;
	/* those that were there wait a little longer */
	orphans.grace = __atomic_fetch_add(&gp_started, 0, __ATOMIC_SEQ_CST) + 1;
	gp_want(orphans.grace);
}

/* ---- the callbacks of all threads ---- */

/* What is done and has not been run for @lag periods, to the end of @to. */
static void collect_done(struct tmem_port_chain *to, unsigned long lag)
{
	unsigned long completed = smp_load_acquire(&gp_completed);
	struct tmem_port_thread *thread;

	tmem_port_ticket_lock(&tmem_port_threads_lock);
	for (thread = tmem_port_threads; thread; thread = thread->next) {
		struct tmem_port_callbacks *cbs = &thread->callbacks;

		tmem_port_ticket_lock(&cbs->run_lock);
		tmem_port_ticket_lock(&cbs->lock);
		if (cbs->nr && is_over(cbs->looked + lag, completed))
			take_done_locked(cbs, to);
		tmem_port_ticket_unlock(&cbs->lock);
		tmem_port_ticket_unlock(&cbs->run_lock);
	}
	if (orphans.chain.first && is_over(orphans.grace, completed))
		tmem_port_chain_splice(to, &orphans.chain);
	tmem_port_ticket_unlock(&tmem_port_threads_lock);
}

static void gp_collect(unsigned long lag)
{
	struct tmem_port_chain chain;

	tmem_port_chain_init(&chain);
	pthread_mutex_lock(&collect_lock);
	collect_done(&chain, lag);
	run(chain.first);
	pthread_mutex_unlock(&collect_lock);
}

void tmem_port_rcu_barrier(void)
{
	struct tmem_port_thread *thread;
	struct tmem_port_chain chain;

	(void)tmem_port_this();
	tmem_port_chain_init(&chain);
	pthread_mutex_lock(&collect_lock);
	tmem_port_ticket_lock(&tmem_port_threads_lock);
	for (thread = tmem_port_threads; thread; thread = thread->next) {
		struct tmem_port_callbacks *cbs = &thread->callbacks;

		tmem_port_ticket_lock(&cbs->run_lock);
		tmem_port_ticket_lock(&cbs->lock);
		take_all_locked(cbs, &chain);
		tmem_port_ticket_unlock(&cbs->lock);
		tmem_port_ticket_unlock(&cbs->run_lock);
	}
	if (orphans.chain.first)
		tmem_port_chain_splice(&chain, &orphans.chain);
	tmem_port_ticket_unlock(&tmem_port_threads_lock);
	tmem_port_synchronize_rcu();
	run(chain.first);
	pthread_mutex_unlock(&collect_lock);
}

/* ---- grace periods ---- */

static void gp_nap(void)
{
	const struct timespec nap = { .tv_nsec = NAP_NS };

	nanosleep(&nap, NULL);
}

static bool gp_idle(void)
{
	return is_over(__atomic_load_n(&gp_wanted, __ATOMIC_SEQ_CST), gp_completed);
}

static void gp_wait_for_work(void)
{
	unsigned int naps;

	for (naps = 0; gp_idle() && naps < NAPS; naps++)
		gp_nap();
	if (!gp_idle())
		return;
	gp_collect(0);
	for (;;) {
		__atomic_store_n(&gp_asleep, 1, __ATOMIC_SEQ_CST);
		if (!gp_idle())		/* see D */
			break;
		syscall(SYS_futex, &gp_asleep, FUTEX_WAIT_PRIVATE, 1, NULL, NULL, 0);
	}
	__atomic_store_n(&gp_asleep, 0, __ATOMIC_SEQ_CST);
}

static void *gp_thread(void *unused)
{
	unsigned long number = 0;

	/* a CPU number of its own: it may run callbacks */
	(void)tmem_port_this();
	for (;;) {
		gp_wait_for_work();
		__atomic_store_n(&gp_started, ++number, __ATOMIC_SEQ_CST);
		tmem_port_synchronize_rcu();
		smp_store_release(&gp_completed, number);
		if (number % LAG == 0)
			gp_collect(LAG);
		if (READ_ONCE(gp_hurry))
			WRITE_ONCE(gp_hurry, false);
		else
			gp_nap();
	}
	return unused;
}

/* Signals are for other threads. */
static void gp_start(void)
{
	sigset_t all, old;
	pthread_t thread;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	if (pthread_create(&thread, NULL, gp_thread, NULL)) {
		tmem_port_log("tmem port: no thread for RCU grace periods\n");
		abort();
	}
	pthread_detach(thread);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

#endif /* TMEM_PORT_FAST */
