/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rcu.h - RCU on liburcu's memb flavour.
 *
 *	rcu_read_lock, _unlock		FAITHFUL: a load, a store and no fence
 *	rcu_dereference			FAITHFUL and then some: an acquire load, so
 *					a missing dependency is not found here
 *	rcu_assign_pointer		FAITHFUL: a release store
 *	rcu_dereference_protected	FAITHFUL: a plain load; its condition is
 *					checked in debug builds
 *	call_rcu			in the fast build FAITHFUL: callbacks run
 *					on the thread that queued them, where the
 *					kernel could take a softirq (softirq.c says
 *					where); else WEAKER: on liburcu's thread.
 *					In the kernel's terms they are in softirq
 *					context: the debug model does not let them
 *					sleep.  WEAKER in time: callbacks are
 *					collected (64; 1 in debug builds) before
 *					they wait for a grace period, so the last
 *					few may wait until rcu_barrier() or thread
 *					exit
 *	synchronize_rcu rcu_barrier	FAITHFUL
 *
 * For the thread sanitizer, which does not see into liburcu: the end of every
 * read section releases, the end of every grace period acquires one variable;
 * call_rcu() releases and the callback acquires.  That orders a little more than
 * RCU does (a section against a grace period that did not wait for it).
 */
#ifndef TMEM_PORT_RCU_H
#define TMEM_PORT_RCU_H

#include <port/atomics.h>
#include <port/debug.h>
#include <port/thread.h>

#if TMEM_PORT_TSAN
/* liburcu's inline readers hold plain stores that are races to the sanitizer */
extern void urcu_memb_read_lock(void);
extern void urcu_memb_read_unlock(void);
extern int urcu_memb_read_ongoing(void);
void __tsan_acquire(void *addr);
void __tsan_release(void *addr);
extern char tmem_port_grace;
#else
/* liburcu has an empty mark of the same name */
#undef __rcu
#include <urcu/static/urcu-memb.h>
#undef __rcu
#define __rcu TMEM_PORT_RCU
#endif

struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);
};

static __always_inline void tmem_port_read_lock(void)
{
	(void)tmem_port_this();
#if TMEM_PORT_TSAN
	urcu_memb_read_lock();
#else
	_urcu_memb_read_lock();
#endif
}

static __always_inline void tmem_port_read_unlock(void)
{
#if TMEM_PORT_TSAN
	__tsan_release(&tmem_port_grace);
	urcu_memb_read_unlock();
#else
	_urcu_memb_read_unlock();
#endif
#if TMEM_PORT_FAST
	if (unlikely(tmem_port_softirq_pending))
		tmem_port_softirq();
#endif
}

/* Whether this thread, which is registered, is in a read section. */
static inline bool tmem_port_reading(void)
{
#if TMEM_PORT_TSAN
	return urcu_memb_read_ongoing();
#else
	return _urcu_memb_read_ongoing();
#endif
}

void tmem_port_synchronize_rcu(void);
void tmem_port_rcu_barrier(void);
void tmem_port_call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));

#define rcu_assign_pointer(p, v) \
	__atomic_store_n(&(p), (__typeof__(*(p)) __rcu __force *)(v), __ATOMIC_RELEASE)
#define RCU_INIT_POINTER(p, v) \
	__atomic_store_n(&(p), (__typeof__(*(p)) __rcu __force *)(v), __ATOMIC_RELAXED)
#define rcu_access_pointer(p) ((__typeof__(*(p)) __force *)READ_ONCE(p))

#if TMEM_DEBUG

#define rcu_read_lock()                                                       \
	do {                                                                  \
		tmem_port_read_lock();                                        \
		tmem_port_rcu_entered(TMEM_PORT_HERE);                        \
	} while (0)
#define rcu_read_unlock()                                                     \
	do {                                                                  \
		tmem_port_rcu_left(TMEM_PORT_HERE);                           \
		tmem_port_read_unlock();                                      \
	} while (0)
#define rcu_dereference(p)                                                    \
	({                                                                    \
		tmem_port_rcu_needed("rcu_dereference(" #p ")", TMEM_PORT_HERE); \
		(__typeof__(*(p)) __force *)smp_load_acquire(&(p));           \
	})
#define rcu_dereference_protected(p, held)                                    \
	({                                                                    \
		tmem_port_rcu_claim((held), #held, TMEM_PORT_HERE);           \
		(__typeof__(*(p)) __force *)(p);                              \
	})
#define synchronize_rcu()                                                     \
	do {                                                                  \
		tmem_port_may_sleep("synchronize_rcu()", TMEM_PORT_HERE);     \
		tmem_port_synchronize_rcu();                                  \
	} while (0)
#define rcu_barrier()                                                         \
	do {                                                                  \
		tmem_port_may_sleep("rcu_barrier()", TMEM_PORT_HERE);         \
		tmem_port_rcu_barrier();                                      \
	} while (0)

#else /* !TMEM_DEBUG */

#define rcu_read_lock() tmem_port_read_lock()
#define rcu_read_unlock() tmem_port_read_unlock()
#define rcu_dereference(p) ((__typeof__(*(p)) __force *)smp_load_acquire(&(p)))
#define rcu_dereference_protected(p, held) \
	((void)(held), (__typeof__(*(p)) __force *)(p))
#define synchronize_rcu() tmem_port_synchronize_rcu()
#define rcu_barrier() tmem_port_rcu_barrier()

#endif /* TMEM_DEBUG */

#define call_rcu(head, func) tmem_port_call_rcu((head), (func))

#endif /* TMEM_PORT_RCU_H */
