// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lockclass.c - the debug model of locks: owners, and the order of classes.
 *
 * A class is a place of spin_lock_init() or mutex_init().  Taking a lock of class
 * B while one of class A is held draws an edge from A to B, once, with both
 * places; an edge that closes a circle is a deadlock waiting to happen, whether
 * or not it happened in this run.
 *
 * Two contexts count as classes as well: the foreign lock, which interrupt
 * handlers take, and RCU callbacks, which run in softirq.  A class is reachable
 * from a context if a path of edges leads there.  Then
 *
 *	reachable from the foreign lock: never taken with interrupts on, or a
 *		handler that spins for the foreign lock closes the circle;
 *	reachable from callbacks: never taken with interrupts on outside of them,
 *		or a callback interrupts the holder and spins for ever.
 *
 * Lock order: graph_lock is innermost.  Edges are only added, and published with
 * a release store, so whether one exists is asked without it.
 */
#include "internal.h"

#if TMEM_DEBUG

#include <stdlib.h>

#define LOCK_MAGIC 0x10c4ed01U
#define MAX_CLASSES 256

enum context {
	HARD,			/* the foreign lock */
	SOFT,			/* RCU callbacks */
	NR_CONTEXTS
};

static const char *const context_name[NR_CONTEXTS] = {
	"the foreign lock, which interrupt handlers take,",
	"an RCU callback, which interrupts its CPU,",
};

struct class_state {
	struct tmem_port_lock_class *class;
	const struct tmem_port_site *irqs_on;	/* first taken so, outside callbacks */
	const struct tmem_port_site *softirq;	/* the same, inside of callbacks */
	const struct tmem_port_site *reached[NR_CONTEXTS];
};

struct edge {
	const struct tmem_port_site *held;
	const struct tmem_port_site *taken;	/* NULL: no such edge */
};

/* All under graph_lock; ids start at 1. */
static struct tmem_port_ticket graph_lock;
static int nr_classes;
static struct class_state states[MAX_CLASSES];
static struct edge edges[MAX_CLASSES][MAX_CLASSES];

static struct tmem_port_thread_debug *me(void)
{
	return &tmem_port_this()->debug;
}

static int class_id(struct tmem_port_lock_class *class)
{
	int id = smp_load_acquire(&class->id);

	if (id)
		return id;
	tmem_port_ticket_lock(&graph_lock);
	id = class->id;
	if (!id && nr_classes + 1 < MAX_CLASSES) {
		id = ++nr_classes;
		states[id].class = class;
		smp_store_release(&class->id, id);
	}
	tmem_port_ticket_unlock(&graph_lock);
	if (!id)
		tmem_port_violation("here", &class->where, NULL, NULL,
				    "more than %d lock classes", MAX_CLASSES - 1);
	return id;
}

/* ---- interrupts against contexts ---- */

static void check_reach_locked(int id, enum context context)
{
	struct class_state *s = &states[id];
	const struct tmem_port_site *bad = s->irqs_on;

	if (!bad && context == HARD)
		bad = s->softirq;
	if (!s->reached[context] || !bad)
		return;
	tmem_port_violation("taken below it at", s->reached[context],
			    "taken with interrupts on at", bad,
			    "lock class %s (initialised at %s:%d) is taken below %s "
			    "and also with interrupts on", s->class->name,
			    s->class->where.file, s->class->where.line,
			    context_name[context]);
}

/* @id can be reached from @context, by the lock taken at @site. */
static void reach_locked(int id, enum context context, const struct tmem_port_site *site)
{
	int next;

	if (states[id].reached[context])
		return;
	states[id].reached[context] = site;
	check_reach_locked(id, context);
	for (next = 1; next <= nr_classes; next++)
		if (edges[id][next].taken)
			reach_locked(next, context, edges[id][next].taken);
}

/* Notes that class @id is wanted with interrupts as they are now. */
static void note_interrupts(int id, const struct tmem_port_site *site)
{
	const struct tmem_port_thread_debug *d = me();
	const struct tmem_port_site **seen;

	if (d->irq_depth)
		return;
	seen = d->softirq_site ? &states[id].softirq : &states[id].irqs_on;
	if (READ_ONCE(*seen))
		return;
	tmem_port_ticket_lock(&graph_lock);
	if (!*seen)
		WRITE_ONCE(*seen, site);
	check_reach_locked(id, HARD);
	check_reach_locked(id, SOFT);
	tmem_port_ticket_unlock(&graph_lock);
}

/* ---- order ---- */

/* The first step on a way from @from to @to, 0 if there is none. */
static int path_locked(int from, int to, bool *visited)
{
	int next;

	visited[from] = true;
	for (next = 1; next <= nr_classes; next++) {
		if (!edges[from][next].taken || visited[next])
			continue;
		if (next == to || path_locked(next, to, visited))
			return next;
	}
	return 0;
}

static void edge_add(const struct tmem_port_held *held, int to,
		     const struct tmem_port_site *site)
{
	int from = class_id(held->class), step, context;
	bool visited[MAX_CLASSES] = { false };
	struct edge *edge = &edges[from][to];

	if (smp_load_acquire(&edge->taken))
		return;
	tmem_port_ticket_lock(&graph_lock);
	step = path_locked(to, from, visited);
	if (step)
		tmem_port_violation("taken here", site, "other order, taken at",
				    edges[to][step].taken,
				    "lock order: %s is taken while %s is held; "
				    "elsewhere %s is taken while %s is held (at %s:%d)%s",
				    states[to].class->name, states[from].class->name,
				    states[step].class->name, states[to].class->name,
				    edges[to][step].held->file, edges[to][step].held->line,
				    step == from ? "" : ", and a way leads back from there");
	if (!edge->taken) {
		edge->held = held->site;
		smp_store_release(&edge->taken, site);
		for (context = 0; context < NR_CONTEXTS; context++)
			if (states[from].reached[context])
				reach_locked(to, context, site);
	}
	tmem_port_ticket_unlock(&graph_lock);
}

static void held_push(struct tmem_port_lock_debug *lock, struct tmem_port_lock_class *class,
		      const struct tmem_port_site *site)
{
	struct tmem_port_thread_debug *d = me();

	if (d->nr_held == TMEM_PORT_MAX_HELD)
		tmem_port_violation("here", site, NULL, NULL, "%d locks held at once",
				    d->nr_held);
	d->held[d->nr_held].lock = lock;
	d->held[d->nr_held].class = class;
	d->held[d->nr_held].site = site;
	d->nr_held++;
}

static void held_remove(int i)
{
	struct tmem_port_thread_debug *d = me();

	d->nr_held--;
	memmove(&d->held[i], &d->held[i + 1], (d->nr_held - i) * sizeof(d->held[0]));
}

static int held_find(const struct tmem_port_lock_debug *lock)
{
	const struct tmem_port_thread_debug *d = me();
	int i = d->nr_held;

	while (--i >= 0 && d->held[i].lock != lock)
		;
	return i;
}

/* ---- hooks ---- */

static void must_live(const struct tmem_port_lock_debug *lock, const char *what,
		      const struct tmem_port_site *site)
{
	if (lock->magic != LOCK_MAGIC)
		tmem_port_violation("here", site, NULL, NULL,
				    "%s of a lock that is not initialised, or freed", what);
}

void tmem_port_lock_born(struct tmem_port_lock_debug *lock,
			 struct tmem_port_lock_class *class, bool sleeps)
{
	lock->class = class;
	lock->sleeps = sleeps;
	lock->magic = LOCK_MAGIC;
	WRITE_ONCE(lock->holder, NULL);
}

void tmem_port_lock_wanted(struct tmem_port_lock_debug *lock,
			   const struct tmem_port_site *site)
{
	const struct tmem_port_thread_debug *d = me();
	int i, id;

	must_live(lock, "use", site);
	for (i = 0; i < d->nr_held; i++) {
		if (d->held[i].lock == lock)
			tmem_port_violation("here", site, "first taken", d->held[i].site,
					    "recursion: %s is held already",
					    lock->class->name);
		if (d->held[i].class == lock->class)
			tmem_port_violation("here", site, "first taken", d->held[i].site,
					    "nesting: another lock of class %s is held",
					    lock->class->name);
	}
	id = class_id(lock->class);
	note_interrupts(id, site);
	for (i = 0; i < d->nr_held; i++)
		edge_add(&d->held[i], id, site);
}

void tmem_port_lock_taken(struct tmem_port_lock_debug *lock,
			  const struct tmem_port_site *site)
{
	WRITE_ONCE(lock->holder, site);
	held_push(lock, lock->class, site);
}

void tmem_port_lock_dropped(struct tmem_port_lock_debug *lock,
			    const struct tmem_port_site *site)
{
	int i;

	must_live(lock, "unlock", site);
	i = held_find(lock);
	if (i < 0)
		tmem_port_violation("here", site, "held by another since",
				    READ_ONCE(lock->holder),
				    "unlock of %s, which this thread does not hold",
				    lock->class->name);
	WRITE_ONCE(lock->holder, NULL);
	held_remove(i);
}

bool tmem_port_lock_is_held(const struct tmem_port_lock_debug *lock)
{
	return held_find(lock) >= 0;
}

void tmem_port_lock_assert_held(struct tmem_port_lock_debug *lock, const char *name,
				const struct tmem_port_site *site)
{
	must_live(lock, "lockdep_assert_held()", site);
	if (held_find(lock) < 0)
		tmem_port_violation("here", site, "held by another since",
				    READ_ONCE(lock->holder),
				    "lockdep_assert_held(%s): this thread does not hold it",
				    name);
}

void tmem_port_lock_freed(const void *mem, size_t size, const struct tmem_port_site *site)
{
	const struct tmem_port_thread_debug *d = me();
	int i;

	for (i = 0; i < d->nr_held; i++) {
		uintptr_t lock = (uintptr_t)d->held[i].lock, start = (uintptr_t)mem;

		if (lock && lock >= start && lock - start < size)
			tmem_port_violation("freed", site, "taken", d->held[i].site,
					    "memory freed with a held lock in it, %s",
					    d->held[i].class->name);
	}
}

/* A context is below itself, and so is what is taken in it. */
void tmem_port_context_enter(struct tmem_port_lock_class *class,
			     const struct tmem_port_site *site)
{
	const struct tmem_port_thread_debug *d = me();
	int i, id = class_id(class);
	enum context context = d->irq_depth ? HARD : SOFT;

	if (!READ_ONCE(states[id].reached[context])) {
		tmem_port_ticket_lock(&graph_lock);
		WRITE_ONCE(states[id].reached[context], site);
		tmem_port_ticket_unlock(&graph_lock);
	}
	for (i = 0; i < d->nr_held; i++)
		edge_add(&d->held[i], id, site);
	held_push(NULL, class, site);
}

void tmem_port_context_leave(struct tmem_port_lock_class *class)
{
	const struct tmem_port_thread_debug *d = me();
	int i = d->nr_held;

	while (--i >= 0 && d->held[i].class != class)
		;
	if (i >= 0)
		held_remove(i);
}

#endif /* TMEM_DEBUG */
