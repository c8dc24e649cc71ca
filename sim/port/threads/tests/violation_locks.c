// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * violation_locks.c - wrong uses of locks, and of interrupt state with them.
 */
#include "violation.h"

/* ---- locks ---- */

static void recursion(void)
{
	THERE(spin_lock(&a));
	HERE(spin_lock(&a));
}

static void mutex_recursion(void)
{
	THERE(mutex_lock(&m));
	HERE(mutex_lock(&m));
}

static void same_class(void)
{
	spinlock_t two[2];
	int i;

	for (i = 0; i < 2; i++)
		spin_lock_init(&two[i]);
	THERE(spin_lock(&two[0]));
	HERE(spin_lock(&two[1]));
}

static void unlock_not_held(void)
{
	HERE(spin_unlock(&a));
}

static void *unlock_other(void *arg)
{
	HERE(spin_unlock(&a));
	return arg;
}

static void unlock_by_other(void)
{
	THERE(spin_lock(&a));
	in_thread(unlock_other);
}

static void mutex_unlock_not_held(void)
{
	HERE(mutex_unlock(&m));
}

static void uninitialised(void)
{
	static spinlock_t never;

	HERE(spin_lock(&never));
}

static void freed_lock(void)
{
	struct kmem_cache *cache = kmem_cache_create("locks", 256, 8, 0, NULL);
	spinlock_t *lock = kmem_cache_alloc(cache, GFP_KERNEL);

	spin_lock_init(lock);
	THERE(spin_lock(lock));
	HERE(kmem_cache_free(cache, lock));
}

static void freed_lock_kfree(void)
{
	spinlock_t *lock = kzalloc(sizeof(*lock), GFP_KERNEL);

	spin_lock_init(lock);
	THERE(spin_lock(lock));
	HERE(kfree(lock));
}

static void order_two(void)
{
	spin_lock(&a);
	THERE(spin_lock(&b));
	spin_unlock(&b);
	spin_unlock(&a);
	spin_lock(&b);
	HERE(spin_lock(&a));
}

static void order_three(void)
{
	spin_lock(&a);
	THERE(spin_lock(&b));
	spin_unlock(&b);
	spin_unlock(&a);
	spin_lock(&b);
	spin_lock(&c);
	spin_unlock(&c);
	spin_unlock(&b);
	spin_lock(&c);
	HERE(spin_lock(&a));
}

static void *order_first(void *arg)
{
	spin_lock(&a);
	THERE(spin_lock(&b));
	spin_unlock(&b);
	spin_unlock(&a);
	return arg;
}

static void order_across_threads(void)
{
	in_thread(order_first);
	spin_lock(&b);
	HERE(spin_lock(&a));
}

static void order_mutex(void)
{
	struct mutex n;

	mutex_init(&n);
	mutex_lock(&m);
	THERE(mutex_lock(&n));
	mutex_unlock(&n);
	mutex_unlock(&m);
	mutex_lock(&n);
	HERE(mutex_lock(&m));
}

static void *exit_holding(void *arg)
{
	THERE(spin_lock(&a));
	return arg;
}

static void thread_exit_lock(void)
{
	in_thread(exit_holding);
}

static void assert_not_held(void)
{
	HERE(lockdep_assert_held(&a));
}

static void *assert_other(void *arg)
{
	HERE(lockdep_assert_held(&a));
	return arg;
}

static void assert_held_by_other(void)
{
	THERE(spin_lock(&a));
	in_thread(assert_other);
}

static void assert_mutex_not_held(void)
{
	HERE(lockdep_assert_held(&m));
}

/* ---- interrupts ---- */

static void flags_wrong_order(void)
{
	unsigned long f1, f2;

	spin_lock_irqsave(&a, f1);
	THERE(spin_lock_irqsave(&b, f2));
	HERE(spin_unlock_irqrestore(&b, f1));
	(void)f2;
}

static void flags_never_saved(void)
{
	spin_lock(&a);
	HERE(spin_unlock_irqrestore(&a, 0));
}

static void irqs_on_then_foreign(void)
{
	unsigned long flags __maybe_unused;

	THERE(spin_lock(&a));
	spin_unlock(&a);
	tmem_port_foreign_lock();
	HERE(spin_lock_irqsave(&a, flags));
}

static void foreign_then_irqs_on(void)
{
	unsigned long flags;

	tmem_port_foreign_lock();
	THERE(spin_lock_irqsave(&a, flags));
	spin_unlock_irqrestore(&a, flags);
	tmem_port_foreign_unlock();
	HERE(spin_lock(&a));
}

/* b is never taken below the foreign lock itself, but below a, which is */
static void foreign_through_another(void)
{
	unsigned long flags;

	tmem_port_foreign_lock();
	spin_lock_irqsave(&a, flags);
	spin_unlock_irqrestore(&a, flags);
	tmem_port_foreign_unlock();
	spin_lock_irqsave(&a, flags);
	THERE(spin_lock(&b));
	spin_unlock(&b);
	spin_unlock_irqrestore(&a, flags);
	HERE(spin_lock(&b));
}

/* the same, but the way from a to b is known before the one to a */
static void foreign_reaches_on(void)
{
	unsigned long flags __maybe_unused;

	spin_lock(&b);
	spin_unlock(&b);
	spin_lock_irqsave(&a, flags);
	THERE(spin_lock(&b));
	spin_unlock(&b);
	spin_unlock_irqrestore(&a, flags);
	tmem_port_foreign_lock();
	spin_lock_irqsave(&a, flags);
}

static void foreign_inside(void)
{
	unsigned long flags;

	tmem_port_foreign_lock();
	THERE(spin_lock_irqsave(&a, flags));
	spin_unlock_irqrestore(&a, flags);
	tmem_port_foreign_unlock();
	spin_lock_irqsave(&a, flags);
	HERE(tmem_port_foreign_lock());
}

static void foreign_twice(void)
{
	THERE(tmem_port_foreign_lock());
	HERE(tmem_port_foreign_lock());
}

static void foreign_not_held(void)
{
	HERE(tmem_port_foreign_unlock());
}

static void takes_a(struct rcu_head *unused)
{
	(void)unused;
	HERE(spin_lock(&a));
	spin_unlock(&a);
}

static void irqs_on_and_callback(void)
{
	THERE(spin_lock(&a));
	spin_unlock(&a);
	call_rcu(&head, takes_a);
	rcu_barrier();
}

const struct scenario violation_locks[] = {
	WRONG(recursion, "recursion: &a is held already"),
	WRONG(mutex_recursion, "recursion: &m is held already"),
	WRONG(same_class, "another lock of class &two[i] is held"),
	WRONG(unlock_not_held, "unlock of &a, which this thread does not hold"),
	WRONG(unlock_by_other, "unlock of &a, which this thread does not hold"),
	WRONG(mutex_unlock_not_held, "unlock of &m, which this thread does not hold"),
	WRONG(uninitialised, "use of a lock that is not initialised, or freed"),
	WRONG(freed_lock, "memory freed with a held lock in it, lock"),
	WRONG(freed_lock_kfree, "memory freed with a held lock in it, lock"),
	WRONG(order_two, "lock order: &a is taken while &b is held"),
	WRONG(order_three, "lock order: &a is taken while &c is held"),
	WRONG(order_across_threads, "lock order: &a is taken while &b is held"),
	WRONG(order_mutex, "lock order: &m is taken while &n is held"),
	WRONG(thread_exit_lock, "thread exit with a lock held"),
	WRONG(assert_not_held, "lockdep_assert_held(&a): this thread does not"),
	WRONG(assert_held_by_other, "lockdep_assert_held(&a): this thread does not"),
	WRONG(assert_mutex_not_held, "lockdep_assert_held(&m): this thread does not"),
	WRONG(flags_wrong_order, "wrong interrupt flags restored"),
	WRONG(flags_never_saved, "flags restored that were never saved"),
	WRONG(irqs_on_then_foreign, "is taken below the foreign lock"),
	WRONG(foreign_then_irqs_on, "is taken below the foreign lock"),
	WRONG(foreign_through_another, "is taken below the foreign lock"),
	WRONG(foreign_reaches_on, "lock class &b (initialised at"),
	WRONG(foreign_inside, "lock order: foreign lock"),
	WRONG(foreign_twice, "foreign lock taken twice"),
	WRONG(foreign_not_held, "foreign lock dropped that is not held"),
	WRONG(irqs_on_and_callback, "is taken below an RCU callback"),
	{ NULL, NULL, NULL },
};
