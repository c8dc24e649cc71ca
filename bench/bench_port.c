// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench_port.c - the threads world's primitives, beside what the system offers
 *
 *	lock	take one lock, write its data, release it.  "handoffs" is the part of
 *		them that got it from another thread, and with it a cache line from
 *		another CPU: a fair lock with a thread waiting is handed over every
 *		time, an unfair one is mostly taken again by who has just released
 *		it.  Time an iteration over "handoffs" is what a hand-off takes
 *	rcu	an empty read section; an object queued for a grace period
 *	slab	an object and its way back at once, and in rounds of 256, which is
 *		more than a CPU keeps for itself; beside malloc()
 *	frame	a page frame likewise
 */
#include <pthread.h>
#include <stdlib.h>

#include "port.h"
#include "bench.h"

#define ROUND		256
#define OBJECT_SIZE	64

static struct {
	spinlock_t spin;
	pthread_mutex_t mutex;
	pthread_spinlock_t pthread_spin;
	char room[SMP_CACHE_BYTES];
	/* any of the locks, one at a time */
	u64 data;
	int last;			/* thread that had it last */
} lock;

static struct kmem_cache *cache;

/* Of one thread, as long as it works on the lock. */
struct holder {
	int me;
	s64 handoffs;
};

/* With the lock held. */
static __always_inline void touch(struct holder *h)
{
	h->handoffs += lock.last != h->me;
	lock.last = h->me;
	WRITE_ONCE(lock.data, lock.data + 1);
}

static void items(struct gbench_state *state)
{
	gbench_set_items(state, gbench_iterations(state));
}

/* ---- locks ---- */

static void handoffs(struct gbench_state *state, const struct holder *h)
{
	double n = (double)gbench_iterations(state) * gbench_nr_threads(state);

	items(state);
	if (gbench_nr_threads(state) > 1)
		gbench_counter(state, "handoffs", (double)h->handoffs / n, GBENCH_PLAIN);
}

static void lock_spin(struct gbench_state *state, void *arg)
{
	struct holder h = { .me = gbench_thread(state) };

	(void)arg;
	GBENCH_LOOP(state) {
		spin_lock(&lock.spin);
		touch(&h);
		spin_unlock(&lock.spin);
	}
	handoffs(state, &h);
}

static void lock_spin_irqsave(struct gbench_state *state, void *arg)
{
	struct holder h = { .me = gbench_thread(state) };
	unsigned long flags;

	(void)arg;
	GBENCH_LOOP(state) {
		spin_lock_irqsave(&lock.spin, flags);
		touch(&h);
		spin_unlock_irqrestore(&lock.spin, flags);
	}
	handoffs(state, &h);
}

static void lock_pthread_mutex(struct gbench_state *state, void *arg)
{
	struct holder h = { .me = gbench_thread(state) };

	(void)arg;
	GBENCH_LOOP(state) {
		pthread_mutex_lock(&lock.mutex);
		touch(&h);
		pthread_mutex_unlock(&lock.mutex);
	}
	handoffs(state, &h);
}

static void lock_pthread_spin(struct gbench_state *state, void *arg)
{
	struct holder h = { .me = gbench_thread(state) };

	(void)arg;
	GBENCH_LOOP(state) {
		pthread_spin_lock(&lock.pthread_spin);
		touch(&h);
		pthread_spin_unlock(&lock.pthread_spin);
	}
	handoffs(state, &h);
}

/* ---- RCU ---- */

static void rcu_section(struct gbench_state *state, void *arg)
{
	(void)arg;
	GBENCH_LOOP(state) {
		rcu_read_lock();
		gbench_keep(0);
		rcu_read_unlock();
	}
	items(state);
}

static void object_free(struct rcu_head *head)
{
	kmem_cache_free(cache, head);
}

static void rcu_call(struct gbench_state *state, void *arg)
{
	(void)arg;
	GBENCH_LOOP(state) {
		struct rcu_head *head = kmem_cache_alloc(cache, GFP_NOWAIT);

		if (!head) {
			gbench_skip(state, "no memory for an object of 64 bytes");
			break;
		}
		rcu_read_lock();
		call_rcu(head, object_free);
		rcu_read_unlock();
	}
	items(state);
}

/* ---- memory ---- */

static void *slab_get(void)
{
	return kmem_cache_alloc(cache, GFP_NOWAIT);
}

static void slab_put(void *p)
{
	kmem_cache_free(cache, p);
}

static void *malloc_get(void)
{
	return malloc(OBJECT_SIZE);
}

static void *frame_get(void)
{
	return (void *)__get_free_page(GFP_NOWAIT);
}

static void frame_put(void *p)
{
	free_page((unsigned long)p);
}

static inline __attribute__((always_inline)) void
pairs(struct gbench_state *state, void *(*get)(void), void (*put)(void *))
{
	GBENCH_LOOP(state) {
		void *p = get();

		if (!p) {
			gbench_skip(state, "no memory for one object");
			break;
		}
		gbench_keep(p);
		put(p);
	}
	items(state);
}

static inline __attribute__((always_inline)) void
rounds(struct gbench_state *state, void *(*get)(void), void (*put)(void *))
{
	void *all[ROUND];
	int64_t n, i, got;

	while ((n = gbench_take(state, ROUND))) {
		for (got = 0; got < n; got++) {
			all[got] = get();
			if (!all[got])
				break;
		}
		gbench_keep(all);
		for (i = 0; i < got; i++)
			put(all[i]);
		if (got < n)
			gbench_skip(state, "no memory for a round of objects");
	}
	items(state);
}

static void slab_pair(struct gbench_state *state, void *arg)
{
	(void)arg;
	pairs(state, slab_get, slab_put);
}

static void slab_round(struct gbench_state *state, void *arg)
{
	(void)arg;
	rounds(state, slab_get, slab_put);
}

static void malloc_pair(struct gbench_state *state, void *arg)
{
	(void)arg;
	pairs(state, malloc_get, free);
}

static void malloc_round(struct gbench_state *state, void *arg)
{
	(void)arg;
	rounds(state, malloc_get, free);
}

static void frame_pair(struct gbench_state *state, void *arg)
{
	(void)arg;
	pairs(state, frame_get, frame_put);
}

static void frame_round(struct gbench_state *state, void *arg)
{
	(void)arg;
	rounds(state, frame_get, frame_put);
}

static const struct {
	const char *name;
	gbench_fn *fn;
} port_table[] = {
	{ "port/lock/spin", lock_spin },
	{ "port/lock/spin_irqsave", lock_spin_irqsave },
	{ "port/lock/pthread_mutex", lock_pthread_mutex },
	{ "port/lock/pthread_spin", lock_pthread_spin },
	{ "port/rcu/section", rcu_section },
	{ "port/rcu/call", rcu_call },
	{ "port/slab/pair", slab_pair },
	{ "port/slab/round", slab_round },
	{ "port/malloc/pair", malloc_pair },
	{ "port/malloc/round", malloc_round },
	{ "port/frame/pair", frame_pair },
	{ "port/frame/round", frame_round },
};

void bench_port_register(const struct bench_options *options)
{
	size_t i;

	spin_lock_init(&lock.spin);
	pthread_mutex_init(&lock.mutex, NULL);
	pthread_spin_init(&lock.pthread_spin, PTHREAD_PROCESS_PRIVATE);
	cache = kmem_cache_create("bench_object", OBJECT_SIZE, 0, 0, NULL);
	if (!cache)
		bench_die("no memory for a slab cache");
	for (i = 0; i < ARRAY_SIZE(port_table); i++)
		bench_all_threads(gbench_register(port_table[i].name, port_table[i].fn,
						  NULL), options);
}
