// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * urcu_glue.c - the only file that includes liburcu's full interface, whose
 * struct rcu_head and macros have the kernel's names and another shape.
 *
 * A batch is one callback to liburcu: a chain of the port's own heads.
 */
#define URCU_NO_COMPAT_IDENTIFIERS
#include <stdio.h>
#include <stdlib.h>

#include <urcu/urcu-memb.h>

/* As in internal.h, with the port's head as an opaque pointer. */
void tmem_port_urcu_register(void);
void tmem_port_urcu_unregister(void);
void tmem_port_urcu_synchronize(void);
void tmem_port_urcu_barrier(void);
void tmem_port_urcu_call(void *first, void (*run)(void *first));

/* The sanitizer does not see liburcu carry a batch from one thread to another. */
#if defined(__SANITIZE_THREAD__)
#define BATCH_ANNOTATED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define BATCH_ANNOTATED 1
#endif
#endif
#ifdef BATCH_ANNOTATED
void __tsan_acquire(void *addr);
void __tsan_release(void *addr);
#else
#define __tsan_acquire(addr) ((void)(addr))
#define __tsan_release(addr) ((void)(addr))
#endif

struct batch {
	struct rcu_head urcu;	/* first: a batch is found by it */
	void *first;
	void (*run)(void *first);
};

void tmem_port_urcu_register(void)
{
	urcu_memb_register_thread();
}

void tmem_port_urcu_unregister(void)
{
	urcu_memb_unregister_thread();
}

void tmem_port_urcu_synchronize(void)
{
	urcu_memb_synchronize_rcu();
}

void tmem_port_urcu_barrier(void)
{
	urcu_memb_barrier();
}

static void batch_run(struct rcu_head *urcu)
{
	struct batch *batch = (struct batch *)urcu;
	struct batch copy;

	__tsan_acquire(batch);
	copy = *batch;
	free(batch);
	copy.run(copy.first);
}

/* The caller is registered.  Nothing can be done when there is no memory. */
void tmem_port_urcu_call(void *first, void (*run)(void *first))
{
	struct batch *batch = malloc(sizeof(*batch));

	if (!batch) {
		fprintf(stderr, "tmem port: no memory for a batch of RCU callbacks\n");
		abort();
	}
	batch->first = first;
	batch->run = run;
	__tsan_release(batch);
	urcu_memb_call_rcu(&batch->urcu, batch_run);
}
