// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * violation_contexts.c - sleeping, allocating, reading and mapping in a context
 * that does not allow it.
 */
#include "violation.h"

/* ---- sleeping ---- */

static void sleep_spinlock(void)
{
	THERE(spin_lock(&a));
	HERE(might_sleep());
}

static void sleep_irqs_off(void)
{
	unsigned long flags __maybe_unused;

	THERE(spin_lock_irqsave(&a, flags));
	HERE(cond_resched());
}

static void sleep_irqs_still_off(void)
{
	unsigned long flags __maybe_unused;

	THERE(spin_lock_irqsave(&a, flags));
	spin_unlock(&a);
	HERE(might_sleep());
}

static void sleep_get_cpu(void)
{
	THERE((void)get_cpu());
	HERE(mutex_lock(&m));
}

static void sleep_rcu(void)
{
	THERE(rcu_read_lock());
	HERE(synchronize_rcu());
}

static void sleep_barrier(void)
{
	THERE(rcu_read_lock());
	HERE(rcu_barrier());
}

static void sleep_foreign(void)
{
	THERE(tmem_port_foreign_lock());
	HERE(cond_resched());
}

static void sleeps(struct rcu_head *unused)
{
	(void)unused;
	HERE(mutex_lock(&m));
}

static void sleep_callback(void)
{
	call_rcu(&head, sleeps);
	rcu_barrier();
}

static void sleep_alloc(void)
{
	struct kmem_cache *cache = kmem_cache_create("sleep", 64, 8, 0, NULL);

	THERE(spin_lock(&a));
	HERE((void)kmem_cache_alloc(cache, GFP_KERNEL));
}

static void sleep_page(void)
{
	THERE(rcu_read_lock());
	HERE((void)__get_free_page(GFP_KERNEL));
}

static void sleep_kvmalloc(void)
{
	THERE(spin_lock(&a));
	HERE((void)kvmalloc(8192, ATOMIC_GFP));
}

static void sleep_kvfree(void)
{
	void *p = kvmalloc(8192, GFP_KERNEL);

	THERE(spin_lock(&a));
	HERE(kvfree(p));
}

static void sleep_percpu(void)
{
	THERE(spin_lock(&a));
	HERE((void)alloc_percpu(long));
}

static void sleep_destroy(void)
{
	struct kmem_cache *cache = kmem_cache_create("sleep", 64, 8, 0, NULL);

	THERE(spin_lock(&a));
	HERE(kmem_cache_destroy(cache));
}

static void sleep_mapped(void)
{
	struct zs_pool *pool = zs_create_pool("test");
	unsigned long h = zs_malloc(pool, 100, GFP_KERNEL);

	THERE((void)zs_map_object(pool, h, ZS_MM_RO));
	HERE(might_sleep());
}

/* ---- allocation ---- */

static void foreign_gfp_less(void)
{
	struct kmem_cache *cache = kmem_cache_create("gfp", 64, 8, 0, NULL);

	THERE(tmem_port_foreign_lock());
	HERE((void)kmem_cache_alloc(cache, GFP_NOWAIT | __GFP_NOWARN));
}

static void foreign_gfp_more(void)
{
	THERE(tmem_port_foreign_lock());
	HERE((void)__get_free_page(ATOMIC_GFP | __GFP_ZERO));
}

static void foreign_gfp_kernel(void)
{
	THERE(tmem_port_foreign_lock());
	HERE((void)kzalloc(16, GFP_KERNEL));
}

static void foreign_kvmalloc(void)
{
	THERE(tmem_port_foreign_lock());
	HERE((void)kvmalloc(16, ATOMIC_GFP));
}

static void kfree_of_kvmalloc(void)
{
	void *p = kvmalloc(16, GFP_KERNEL);

	kfree(p);
}

/* ---- RCU ---- */

static void unlock_outside(void)
{
	HERE(rcu_read_unlock());
}

static void *shared_pointer;

static void dereference_outside(void)
{
	THERE(rcu_read_lock());
	rcu_read_unlock();
	HERE((void)rcu_dereference(*(long **)&shared_pointer));
}

static void walk_outside(void)
{
	struct hlist_head chain;
	struct entry {
		struct hlist_node node;
	} *e;

	INIT_HLIST_HEAD(&chain);
	HERE(hlist_for_each_entry_rcu(e, &chain, node) { });
}

static void protected_by_lie(void)
{
	HERE((void)rcu_dereference_protected(*(long **)&shared_pointer,
					     spin_is_locked(&a)));
}

static void *exit_reading(void *arg)
{
	THERE(rcu_read_lock());
	return arg;
}

static void thread_exit_rcu(void)
{
	in_thread(exit_reading);
}

static void enters(struct rcu_head *unused)
{
	(void)unused;
	HERE(rcu_read_lock());
}

static void callback_leaves_section(void)
{
	call_rcu(&head, enters);
	rcu_barrier();
}

/* ---- CPUs ---- */

static void put_without_get(void)
{
	HERE(put_cpu());
}

static void *exit_on_cpu(void *arg)
{
	THERE((void)get_cpu());
	return arg;
}

static void thread_exit_cpu(void)
{
	in_thread(exit_on_cpu);
}

/* ---- zs ---- */

static void zs_irqs_off(void)
{
	unsigned long flags __maybe_unused;

	zs_ready();
	THERE(spin_lock_irqsave(&a, flags));
	HERE((void)zs_malloc(zs_pool, 100, ATOMIC_GFP));
}

static void zs_foreign(void)
{
	zs_ready();
	THERE(tmem_port_foreign_lock());
	HERE(zs_free(zs_pool, zs_one));
}

static void zs_map_irqs_off(void)
{
	unsigned long flags __maybe_unused;

	zs_ready();
	THERE(spin_lock_irqsave(&a, flags));
	HERE((void)zs_map_object(zs_pool, zs_one, ZS_MM_RO));
}

static void frees_zs(struct rcu_head *unused)
{
	(void)unused;
	HERE(zs_free(zs_pool, zs_one));
}

static void zs_callback(void)
{
	zs_ready();
	call_rcu(&head, frees_zs);
	rcu_barrier();
}

static void zs_two_mapped(void)
{
	zs_ready();
	THERE((void)zs_map_object(zs_pool, zs_one, ZS_MM_RO));
	HERE((void)zs_map_object(zs_pool, zs_two, ZS_MM_RO));
}

static void zs_wrong_unmap(void)
{
	zs_ready();
	THERE((void)zs_map_object(zs_pool, zs_one, ZS_MM_RO));
	HERE(zs_unmap_object(zs_pool, zs_two));
}

const struct scenario violation_contexts[] = {
	WRONG(sleep_spinlock, "might_sleep() may sleep, but a spinlock is held"),
	WRONG(sleep_irqs_off, "cond_resched() may sleep, but a spinlock is held"),
	WRONG(sleep_irqs_still_off, "might_sleep() may sleep, but interrupts are off"),
	WRONG(sleep_get_cpu, "mutex_lock() may sleep, but preemption is off"),
	WRONG(sleep_rcu, "synchronize_rcu() may sleep, but in an RCU read section"),
	WRONG(sleep_barrier, "rcu_barrier() may sleep, but in an RCU read section"),
	WRONG(sleep_foreign, "cond_resched() may sleep, but a foreign lock is held"),
	WRONG(sleep_callback, "mutex_lock() may sleep, but this is an RCU callback"),
	WRONG(sleep_alloc, "kmem_cache_alloc() may sleep, but a spinlock is held"),
	WRONG(sleep_page, "__get_free_page() may sleep, but in an RCU read section"),
	WRONG(sleep_kvmalloc, "kvmalloc() may sleep, but a spinlock is held"),
	WRONG(sleep_kvfree, "kvfree() may sleep, but a spinlock is held"),
	WRONG(sleep_percpu, "alloc_percpu() may sleep, but a spinlock is held"),
	WRONG(sleep_destroy, "kmem_cache_destroy() may sleep, but a spinlock is held"),
	WRONG(sleep_mapped, "might_sleep() may sleep, but a zs object is mapped"),
	WRONG(foreign_gfp_less, "kmem_cache_alloc() with flags 0x2800 under"),
	WRONG(foreign_gfp_more, "__get_free_page() with flags 0x82900 under"),
	WRONG(foreign_gfp_kernel, "kzalloc() with flags 0xcc0 under"),
	WRONG(foreign_kvmalloc, "kvmalloc() under a foreign lock: slab or page only"),
	WRONG(kfree_of_kvmalloc, "kfree() of memory that is from kvmalloc()"),
	WRONG(unlock_outside, "rcu_read_unlock() without rcu_read_lock()"),
	WRONG(dereference_outside, "outside of an RCU read section"),
	WRONG(walk_outside, "rcu_dereference((&chain)->first) outside of"),
	WRONG(protected_by_lie, "by \"spin_is_locked(&a)\", which does not hold"),
	WRONG(thread_exit_rcu, "thread exit in an RCU read section"),
	WRONG(callback_leaves_section, "end of an RCU callback in an RCU read section"),
	WRONG(put_without_get, "put_cpu() without get_cpu()"),
	WRONG(thread_exit_cpu, "thread exit with preemption off"),
	WRONG(zs_irqs_off, "zs_malloc() with interrupts off"),
	WRONG(zs_foreign, "zs_free() under a foreign lock"),
	WRONG(zs_map_irqs_off, "zs_map_object() with interrupts off"),
	WRONG(zs_callback, "zs_free() in an RCU callback"),
	WRONG(zs_two_mapped, "second zs object mapped by one thread"),
	WRONG(zs_wrong_unmap, "zs object unmapped that is not mapped"),
	{ NULL, NULL, NULL },
};
