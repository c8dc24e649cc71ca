/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The manifest: everything the tmem core asks of the world it runs in.
 *
 * core/ includes nothing from outside but what <port/impl.h> provides, and the
 * build's include path alone decides which world that is (kernel, threads,
 * explore, smp).  Names and meanings are the Linux kernel's; where this text
 * is silent, the kernel's documentation holds.  A world implements every entry
 * below and labels each FAITHFUL, or WEAKER and how.
 *
 * Rule for the core: a field that several CPUs may touch is read and written
 * through a primitive of this list, or under its lock, so that a world can make
 * each access a scheduling point.  Ordering comes from acquire and release on
 * variables; the core uses no bare fence.
 *
 * need: language
 *	u8 u16 u32 u64 s64 bool size_t gfp_t; likely() unlikely()
 *	__always_inline noinline
 *	container_of() ARRAY_SIZE() BIT() BIT_ULL() min() max() min_t()
 *	static_assert(); DIV_ROUND_UP() round_up() is_power_of_2() ilog2()
 *	roundup_pow_of_two() __ffs64() INT_MAX U32_MAX LONG_MAX;
 *	SMP_CACHE_BYTES; IS_ERR() PTR_ERR() ERR_PTR(); E* numbers
 *	__maybe_unused; sparse and thread-safety marks: __rcu __percpu __must_hold()
 *	__acquires() __releases() __must_check
 *
 * need: memory as bytes
 *	memcpy() memset() memcmp() strcmp(); PAGE_SIZE PAGE_SHIFT
 *
 * need: diagnosis
 *	WARN_ON_ONCE(cond)	value of cond; a caller's mistake, survivable
 *	pr_err(fmt, ...)	one line to the log, newline included by caller
 *	might_sleep()		checked by debug worlds
 *	cond_resched()		give way; may sleep
 *	lockdep_assert_held(lock)
 *
 * need: shared variables
 *	READ_ONCE() WRITE_ONCE() smp_store_release()
 *	xchg()			16, 32 and 64 bit, full ordering
 *	atomic_long_t: atomic_long_{read,set,add,sub,add_return,try_cmpxchg}()
 *	atomic64_t: atomic64_{read,set,inc_return}()
 *	refcount_t: refcount_{set,read,inc,inc_not_zero,dec_and_test,
 *		sub_and_test,dec_not_one}()
 *	prefetch(p) prefetchw(p)	a hint: @p is read, or written, soon; any
 *				address will do
 *	data_race(expr)		a read that races, for a hint: nothing depends on it
 *
 * need: locks
 *	spinlock_t: spin_lock_init() (a macro: each place of use is a lock class
 *		of its own), spin_lock() spin_unlock() spin_lock_irqsave()
 *		spin_unlock_irqrestore()
 *	struct mutex: mutex_init() mutex_lock() mutex_unlock()
 *
 * need: RCU
 *	rcu_read_lock() rcu_read_unlock(); rcu_dereference()
 *	rcu_dereference_protected(p, held) rcu_access_pointer()
 *	rcu_assign_pointer() RCU_INIT_POINTER(); struct rcu_head call_rcu()
 *	synchronize_rcu() rcu_barrier()
 *
 * need: containers
 *	struct list_head: INIT_LIST_HEAD() LIST_HEAD() list_add()
 *		list_add_tail() list_del() list_del_init() list_move()
 *		list_move_tail() list_replace() list_empty() list_first_entry()
 *		list_next_entry()
 *		list_for_each_entry() list_for_each_entry_safe()
 *	struct hlist_head, struct hlist_node: INIT_HLIST_HEAD() hlist_empty()
 *		hlist_add_head_rcu() hlist_del_rcu() hlist_for_each_entry()
 *		hlist_for_each_entry_rcu() hlist_entry() (and ->first)
 *	struct rb_root, struct rb_node: RB_ROOT rb_entry() rb_link_node()
 *		rb_insert_color() rb_erase() rb_first() rb_next()
 *
 * need: memory
 *	GFP_KERNEL GFP_NOWAIT __GFP_NOWARN __GFP_NOMEMALLOC
 *	struct kmem_cache: kmem_cache_create(name, size, align, flags, ctor)
 *		kmem_cache_alloc() kmem_cache_free() kmem_cache_destroy()
 *	kzalloc() kfree() kvcalloc() kvmalloc() kvfree()
 *	__get_free_page(gfp) free_page(addr)
 *
 * need: CPUs
 *	nr_cpu_ids num_online_cpus() for_each_possible_cpu()
 *	get_cpu() put_cpu()	stay on this CPU; no sleep in between
 *	raw_smp_processor_id()
 *	alloc_percpu(type) free_percpu() per_cpu_ptr()
 *	this_cpu_add(lvalue, n)	safe against interrupts and migration
 *
 * need: LZ4, block format
 *	LZ4_MEM_COMPRESS LZ4_COMPRESSBOUND() LZ4_compress_default(src, dst,
 *		src_len, dst_len, wrkmem) LZ4_decompress_safe(src, dst, src_len,
 *		dst_len), as <linux/lz4.h> has them
 *
 * need: the persistent size-class allocator (zsmalloc; never with interrupts
 * off, never for an ephemeral pool)
 *	struct zs_pool: zs_create_pool(name) zs_destroy_pool()
 *		zs_malloc(pool, size, gfp) (handle, or an error that
 *		IS_ERR_VALUE() tells) zs_free() zs_get_total_pages()
 *		zs_map_object(pool, handle, ZS_MM_RO | ZS_MM_WO)
 *		zs_unmap_object(): atomic in between, one object at a time
 */
#ifndef TMEM_PORT_H
#define TMEM_PORT_H

#include <port/impl.h>

#endif /* TMEM_PORT_H */
