/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * impl.h - the threads world: what stands behind core/port.h when the core runs
 * in userspace, on pthreads and liburcu.
 *
 * For real speed, real parallelism and the sanitizers.  Each header below has
 * one job and labels its entries FAITHFUL to the kernel, or WEAKER and how.
 * With TMEM_DEBUG=1 the debug model (port/debug.h) watches lock owners and
 * order, interrupt state, sleeping, allocation flags and read sections, and
 * aborts with both places on a violation; without it, it is not there at all.
 *
 * One difference runs through everything: a CPU of this world is a thread.  A
 * thread gets a CPU number at its first use of the port and gives it back when
 * it exits; it never migrates, and it may be preempted anywhere, also with
 * "interrupts off" or "preemption off", which only the debug model knows.
 */
#ifndef TMEM_PORT_IMPL_H
#define TMEM_PORT_IMPL_H

#include <port/types.h>
#include <port/diag.h>
#include <port/atomics.h>
#include <port/debug.h>
#include <port/thread.h>
#include <port/list.h>
#include <port/lock.h>
#include <port/rcu.h>
#include <port/hlist.h>
#include <port/rbtree.h>
#include <port/slab.h>
#include <port/percpu.h>
#include <port/lz4.h>
#include <port/zs.h>

#endif /* TMEM_PORT_IMPL_H */
