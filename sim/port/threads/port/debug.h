/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * debug.h - the debug model: what a debug kernel would have noticed.
 *
 * Each primitive of the port reports its uses to the hooks below, with the
 * place in the source.  With TMEM_DEBUG=0 a hook is an empty statement and a
 * lock holds no state for it.  A violation prints one paragraph, with the place
 * of this use, the place of the other or first one, and the locks held, and
 * aborts.  debug.c holds the rules on sleeping, interrupts, allocation and
 * sections, lockclass.c those on locks.
 *
 * FAITHFUL to lockdep and might_sleep() for what it covers:
 *	locks: owner, recursion, order of classes, irq-safe against irq-unsafe
 *	and softirq-safe against softirq-unsafe classes, also through other
 *	classes, held at thread exit, freed while held, used without or after
 *	their life
 *	sleeping: with spinlocks, interrupts off, preemption off, in read
 *	sections, in RCU callbacks, between zs_map_object() and its unmap
 *	allocation flags; rcu_dereference() outside of read sections
 * STRICTER: inside of tmem_port_foreign_lock() only the exact flags
 *	GFP_NOWAIT | __GFP_NOWARN | __GFP_NOMEMALLOC are allowed, and no zs_*;
 *	no zs_* in RCU callbacks either.
 * WEAKER: a lock freed while another thread holds it is not noticed here (the
 *	sanitizers do).
 */
#ifndef TMEM_PORT_DEBUG_H
#define TMEM_PORT_DEBUG_H

#include <port/diag.h>

struct tmem_port_thread;

#if TMEM_DEBUG

/* One for each place of spin_lock_init() or mutex_init(). */
struct tmem_port_lock_class {
	const char *name;
	struct tmem_port_site where;
	int id;			/* 0: not numbered yet */
};

#define TMEM_PORT_LOCK_CLASS(expr)                                            \
	({                                                                    \
		static struct tmem_port_lock_class __tmem_class = {           \
			expr, { __FILE__, __LINE__ }, 0                       \
		};                                                            \
		&__tmem_class;                                                \
	})

/* The part of every lock that the model uses. */
struct tmem_port_lock_debug {
	u32 magic;
	u32 sleeps;		/* a mutex */
	struct tmem_port_lock_class *class;
	const struct tmem_port_site *holder;	/* where it was taken, or NULL */
};

#define TMEM_PORT_MAX_HELD 48
#define TMEM_PORT_MAX_IRQ 48

struct tmem_port_held {
	struct tmem_port_lock_debug *lock;	/* NULL: a context, not a lock */
	struct tmem_port_lock_class *class;
	const struct tmem_port_site *site;
};

/* What the model knows about one thread; only that thread uses it. */
struct tmem_port_thread_debug {
	struct tmem_port_held held[TMEM_PORT_MAX_HELD];
	int nr_held;
	const struct tmem_port_site *irq_site[TMEM_PORT_MAX_IRQ];
	int irq_depth;				/* > 0: interrupts are off */
	const struct tmem_port_site *preempt_site;
	int preempt_depth;
	const struct tmem_port_site *rcu_site;
	int rcu_depth;
	const struct tmem_port_site *foreign_site;
	const struct tmem_port_site *softirq_site;	/* in an RCU callback */
	const struct tmem_port_site *zs_site;
	unsigned long zs_handle;		/* mapped, or 0 */
};

/* locks: lockclass.c */
void tmem_port_lock_born(struct tmem_port_lock_debug *lock,
			 struct tmem_port_lock_class *class, bool sleeps);
void tmem_port_lock_wanted(struct tmem_port_lock_debug *lock,
			   const struct tmem_port_site *site);
void tmem_port_lock_taken(struct tmem_port_lock_debug *lock,
			  const struct tmem_port_site *site);
void tmem_port_lock_dropped(struct tmem_port_lock_debug *lock,
			    const struct tmem_port_site *site);
void tmem_port_lock_assert_held(struct tmem_port_lock_debug *lock, const char *name,
				const struct tmem_port_site *site);
void tmem_port_lock_freed(const void *mem, size_t size, const struct tmem_port_site *site);
void tmem_port_context_enter(struct tmem_port_lock_class *class,
			     const struct tmem_port_site *site);
void tmem_port_context_leave(struct tmem_port_lock_class *class);

/* everything else: debug.c */
void tmem_port_violation(const char *here, const struct tmem_port_site *site,
			 const char *there, const struct tmem_port_site *other,
			 const char *fmt, ...) __printf(5, 6) __attribute__((__noreturn__));
unsigned long tmem_port_irq_save(const struct tmem_port_site *site);
void tmem_port_irq_restore(unsigned long flags, const struct tmem_port_site *site);
void tmem_port_may_sleep(const char *what, const struct tmem_port_site *site);
void tmem_port_allocates(const char *what, gfp_t gfp, bool atomic_ok,
			 const struct tmem_port_site *site);
void tmem_port_frees_vmalloc(const struct tmem_port_site *site);
void tmem_port_rcu_entered(const struct tmem_port_site *site);
void tmem_port_rcu_left(const struct tmem_port_site *site);
void tmem_port_rcu_needed(const char *what, const struct tmem_port_site *site);
void tmem_port_rcu_claim(bool held, const char *claim, const struct tmem_port_site *site);
void tmem_port_callback_enter(const struct tmem_port_site *site);
void tmem_port_callback_leave(const struct tmem_port_site *site);
void tmem_port_preempt_off(const struct tmem_port_site *site);
void tmem_port_preempt_on(const struct tmem_port_site *site);
void tmem_port_zs_used(const char *what, const struct tmem_port_site *site);
void tmem_port_zs_mapped(unsigned long handle, const struct tmem_port_site *site);
void tmem_port_zs_unmapped(unsigned long handle, const struct tmem_port_site *site);
void tmem_port_thread_ends(struct tmem_port_thread *self);

#define might_sleep() tmem_port_may_sleep("might_sleep()", TMEM_PORT_HERE)

#else /* !TMEM_DEBUG */

#define might_sleep() ((void)0)

#endif /* TMEM_DEBUG */

#endif /* TMEM_PORT_DEBUG_H */
