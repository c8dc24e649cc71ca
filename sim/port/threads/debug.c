// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * debug.c - the debug model, but for locks: interrupts, preemption, sleeping,
 * read sections, allocation flags, mapped zs objects; and how a violation is told.
 *
 * All state is the thread's own (struct tmem_port_thread_debug), so nothing here
 * needs a lock.  Saved interrupt flags are tokens that name how deep they were
 * taken: restoring others than the latest is noticed.
 */
#include "internal.h"

#if TMEM_DEBUG

#include <stdarg.h>
#include <stdlib.h>

#define IRQ_TOKEN 0x1f1a6000UL
#define FOREIGN_GFP (GFP_NOWAIT | __GFP_NOWARN | __GFP_NOMEMALLOC)

static struct tmem_port_thread_debug *me(void)
{
	return &tmem_port_this()->debug;
}

/* ---- telling ---- */

static void print_site(const char *label, const struct tmem_port_site *site)
{
	if (site)
		tmem_port_log("    %-28s %s:%d\n", label, site->file, site->line);
}

static void print_held(const struct tmem_port_thread_debug *d)
{
	int i;

	if (!d->nr_held)
		tmem_port_log("    no locks held by this thread\n");
	for (i = 0; i < d->nr_held; i++) {
		const struct tmem_port_held *h = &d->held[i];

		tmem_port_log("    held #%d: %s, taken at %s:%d", i, h->class->name,
			      h->site->file, h->site->line);
		if (h->class->where.file)
			tmem_port_log(" (initialised at %s:%d)", h->class->where.file,
				      h->class->where.line);
		tmem_port_log("\n");
	}
}

void tmem_port_violation(const char *here, const struct tmem_port_site *site,
			 const char *there, const struct tmem_port_site *other,
			 const char *fmt, ...)
{
	va_list args;

	flockfile(stderr);
	tmem_port_log("tmem port: VIOLATION on CPU %d: ", raw_smp_processor_id());
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	tmem_port_log("\n");
	print_site(here, site);
	if (there)
		print_site(there, other);
	print_held(me());
	fflush(stderr);
	funlockfile(stderr);
	abort();
}

/* ---- interrupts and preemption ---- */

static unsigned long irq_token(int depth)
{
	return IRQ_TOKEN | (unsigned long)depth;
}

unsigned long tmem_port_irq_save(const struct tmem_port_site *site)
{
	struct tmem_port_thread_debug *d = me();

	if (d->irq_depth == TMEM_PORT_MAX_IRQ)
		tmem_port_violation("here", site, "first", d->irq_site[0],
				    "interrupts saved %d deep", d->irq_depth);
	d->irq_site[d->irq_depth++] = site;
	return irq_token(d->irq_depth - 1);
}

void tmem_port_irq_restore(unsigned long flags, const struct tmem_port_site *site)
{
	struct tmem_port_thread_debug *d = me();

	if (!d->irq_depth)
		tmem_port_violation("restored", site, NULL, NULL,
				    "interrupt flags restored that were never saved");
	if (flags != irq_token(d->irq_depth - 1))
		tmem_port_violation("restored", site, "last saved",
				    d->irq_site[d->irq_depth - 1],
				    "wrong interrupt flags restored");
	d->irq_depth--;
}

void tmem_port_preempt_off(const struct tmem_port_site *site)
{
	struct tmem_port_thread_debug *d = me();

	if (!d->preempt_depth++)
		d->preempt_site = site;
}

void tmem_port_preempt_on(const struct tmem_port_site *site)
{
	struct tmem_port_thread_debug *d = me();

	if (!d->preempt_depth)
		tmem_port_violation("here", site, NULL, NULL,
				    "put_cpu() without get_cpu()");
	d->preempt_depth--;
}

/* ---- contexts: the page cache's lock, RCU callbacks ---- */

static struct tmem_port_lock_class foreign_class = {
	.name = "foreign lock (taken by interrupt handlers)",
};

static struct tmem_port_lock_class softirq_class = {
	.name = "RCU callback (softirq)",
};

void tmem_port_foreign_enter(const struct tmem_port_site *site)
{
	struct tmem_port_thread_debug *d = me();

	if (d->foreign_site)
		tmem_port_violation("here", site, "first", d->foreign_site,
				    "foreign lock taken twice");
	tmem_port_irq_save(site);
	tmem_port_context_enter(&foreign_class, site);
	d->foreign_site = site;
}

void tmem_port_foreign_leave(const struct tmem_port_site *site)
{
	struct tmem_port_thread_debug *d = me();

	if (!d->foreign_site)
		tmem_port_violation("here", site, NULL, NULL,
				    "foreign lock dropped that is not held");
	tmem_port_context_leave(&foreign_class);
	d->foreign_site = NULL;
	tmem_port_irq_restore(irq_token(d->irq_depth - 1), site);
}

/* A callback leaves its thread as it found it. */
static void must_be_idle(const char *when, const struct tmem_port_site *site)
{
	const struct tmem_port_thread_debug *d = me();

	if (d->nr_held)
		tmem_port_violation("taken", d->held[d->nr_held - 1].site, when, site,
				    "%s with a lock held", when);
	if (d->rcu_depth)
		tmem_port_violation("entered", d->rcu_site, when, site,
				    "%s in an RCU read section", when);
	if (d->irq_depth)
		tmem_port_violation("saved", d->irq_site[0], when, site,
				    "%s with interrupts off", when);
	if (d->preempt_depth)
		tmem_port_violation("get_cpu()", d->preempt_site, when, site,
				    "%s with preemption off", when);
	if (d->zs_handle)
		tmem_port_violation("mapped", d->zs_site, when, site,
				    "%s with a zs object mapped", when);
}

void tmem_port_callback_enter(const struct tmem_port_site *site)
{
	tmem_port_context_enter(&softirq_class, site);
	me()->softirq_site = site;
}

void tmem_port_callback_leave(const struct tmem_port_site *site)
{
	tmem_port_context_leave(&softirq_class);
	me()->softirq_site = NULL;
	must_be_idle("end of an RCU callback", site);
}

void tmem_port_thread_ends(struct tmem_port_thread *self)
{
	/* the destructor of a key: the record is no longer reachable by itself */
	tmem_port_self = self;
	must_be_idle("thread exit", NULL);
}

/* ---- sleeping ---- */

void tmem_port_may_sleep(const char *what, const struct tmem_port_site *site)
{
	const struct tmem_port_thread_debug *d = me();
	int i;

	if (d->foreign_site)
		tmem_port_violation("here", site, "foreign lock taken", d->foreign_site,
				    "%s may sleep, but a foreign lock is held", what);
	if (d->softirq_site)
		tmem_port_violation("here", site, "callback started", d->softirq_site,
				    "%s may sleep, but this is an RCU callback", what);
	for (i = 0; i < d->nr_held; i++)
		if (d->held[i].lock && !d->held[i].lock->sleeps)
			tmem_port_violation("here", site, "spinlock taken",
					    d->held[i].site,
					    "%s may sleep, but a spinlock is held", what);
	if (d->irq_depth)
		tmem_port_violation("here", site, "interrupts off since", d->irq_site[0],
				    "%s may sleep, but interrupts are off", what);
	if (d->preempt_depth)
		tmem_port_violation("here", site, "get_cpu()", d->preempt_site,
				    "%s may sleep, but preemption is off", what);
	if (d->rcu_depth)
		tmem_port_violation("here", site, "read section entered", d->rcu_site,
				    "%s may sleep, but in an RCU read section", what);
	if (d->zs_handle)
		tmem_port_violation("here", site, "zs object mapped", d->zs_site,
				    "%s may sleep, but a zs object is mapped", what);
}

void tmem_port_allocates(const char *what, gfp_t gfp, bool atomic_ok,
			 const struct tmem_port_site *site)
{
	const struct tmem_port_thread_debug *d = me();

	if (d->foreign_site && !atomic_ok)
		tmem_port_violation("here", site, "foreign lock taken", d->foreign_site,
				    "%s under a foreign lock: slab or page only", what);
	if (d->foreign_site && gfp != FOREIGN_GFP)
		tmem_port_violation("here", site, "foreign lock taken", d->foreign_site,
				    "%s with flags %#x under a foreign lock, "
				    "allowed are exactly %#x", what, gfp, FOREIGN_GFP);
	if (!atomic_ok || gfp & __GFP_DIRECT_RECLAIM)
		tmem_port_may_sleep(what, site);
}

/* vfree() sleeps, but puts it off in an interrupt or softirq. */
void tmem_port_frees_vmalloc(const struct tmem_port_site *site)
{
	if (!me()->softirq_site)
		tmem_port_may_sleep("kvfree()", site);
}

/* ---- read sections ---- */

void tmem_port_rcu_entered(const struct tmem_port_site *site)
{
	struct tmem_port_thread_debug *d = me();

	if (!d->rcu_depth++)
		d->rcu_site = site;
}

void tmem_port_rcu_left(const struct tmem_port_site *site)
{
	struct tmem_port_thread_debug *d = me();

	if (!d->rcu_depth)
		tmem_port_violation("here", site, NULL, NULL,
				    "rcu_read_unlock() without rcu_read_lock()");
	d->rcu_depth--;
}

void tmem_port_rcu_needed(const char *what, const struct tmem_port_site *site)
{
	const struct tmem_port_thread_debug *d = me();

	if (!d->rcu_depth)
		tmem_port_violation("here", site, "last section entered", d->rcu_site,
				    "%s outside of an RCU read section", what);
}

void tmem_port_rcu_claim(bool held, const char *claim, const struct tmem_port_site *site)
{
	if (!held)
		tmem_port_violation("here", site, NULL, NULL,
				    "rcu_dereference_protected() by \"%s\", "
				    "which does not hold", claim);
}

/* ---- zs objects ---- */

void tmem_port_zs_used(const char *what, const struct tmem_port_site *site)
{
	const struct tmem_port_thread_debug *d = me();

	if (d->foreign_site)
		tmem_port_violation("here", site, "foreign lock taken", d->foreign_site,
				    "%s under a foreign lock", what);
	if (d->irq_depth)
		tmem_port_violation("here", site, "interrupts off since", d->irq_site[0],
				    "%s with interrupts off", what);
	if (d->softirq_site)
		tmem_port_violation("here", site, "callback started", d->softirq_site,
				    "%s in an RCU callback", what);
}

void tmem_port_zs_mapped(unsigned long handle, const struct tmem_port_site *site)
{
	struct tmem_port_thread_debug *d = me();

	if (d->zs_handle)
		tmem_port_violation("here", site, "first mapped", d->zs_site,
				    "second zs object mapped by one thread");
	d->zs_handle = handle;
	d->zs_site = site;
}

void tmem_port_zs_unmapped(unsigned long handle, const struct tmem_port_site *site)
{
	struct tmem_port_thread_debug *d = me();

	if (!d->zs_handle || d->zs_handle != handle)
		tmem_port_violation("here", site, "last mapped", d->zs_site,
				    "zs object unmapped that is not mapped");
	d->zs_handle = 0;
}

#endif /* TMEM_DEBUG */
