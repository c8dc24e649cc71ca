/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * impl.h - the kernel world: what stands behind core/port.h when the core is
 * part of a loadable module.
 *
 * The manifest has the kernel's names and meanings, so every entry is FAITHFUL
 * by being the kernel's own: this file only says which header each group of the
 * manifest comes from, in its order.  Debug kernels (lockdep, KASAN, sleeping in
 * atomic context, debug objects) check it for real.
 *
 * The kernel answers more than was asked: what the core may use is the manifest,
 * and the threads world, which has nothing else, is where a use of more fails.
 */
#ifndef TMEM_PORT_IMPL_H
#define TMEM_PORT_IMPL_H

/* language */
#include <linux/align.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/types.h>
#include <linux/bitops.h>

/* memory as bytes */
#include <linux/mm.h>
#include <linux/string.h>

/* diagnosis */
#include <linux/bug.h>
#include <linux/lockdep.h>
#include <linux/printk.h>
#include <linux/sched.h>

/* shared variables */
#include <linux/atomic.h>
#include <linux/prefetch.h>
#include <linux/refcount.h>

/* locks */
#include <linux/mutex.h>
#include <linux/spinlock.h>

/* RCU */
#include <linux/rcupdate.h>

/* containers */
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/rculist.h>

/* memory */
#include <linux/gfp.h>
#include <linux/slab.h>

/* CPUs */
#include <linux/cpumask.h>
#include <linux/percpu.h>
#include <linux/smp.h>

/* LZ4, and the persistent size-class allocator */
#include <linux/lz4.h>
#include <linux/zsmalloc.h>

/* One pool at a time is made or destroyed: ../zs.c says why. */
struct zs_pool *tmem_port_zs_create_pool(const char *name);
void tmem_port_zs_destroy_pool(struct zs_pool *pool);
#define zs_create_pool(name) tmem_port_zs_create_pool(name)
#define zs_destroy_pool(pool) tmem_port_zs_destroy_pool(pool)

#endif /* TMEM_PORT_IMPL_H */
