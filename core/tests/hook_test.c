// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hook_test.c - a design that stops, or looks around, in the middle of a call
 *
 * Some promises are about what may not happen while something else is under way.
 * Threads meet such moments by chance; here they are made.  The design of the
 * pools is that of the table with one operation of it taken over by a test:
 *
 *	flush_range	leaves the caller's RCU section between two batches, as
 *			if its thread had been away, while the pool's id changes
 *			hands: the flush must not go on in the other pool
 *	put, get	stay in flight until told to go on: freeze and destroy
 *			must wait for them
 *	replace		the evictor's call, amid a put that makes room: the older
 *			persistent page must still be there
 *	exit		the last call of a pool: all that its objects and pages
 *			had allocated must be freed by then
 *
 * Locks: one mutex and condition, for the stage that the two threads of a test
 * have come to; never held over a call of the core.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conformance.h"
#include "index.h"
#include "runner.h"

#define BUDGET		64
#define WAIT_SECONDS	300	/* for the other thread; then it is stuck */

static const struct tmem_oid oid = { .w = { 1, 2, 3 } };

/* One test runs at a time; what it tries, and where its threads are. */
static const struct tmem_index_ops *plain;	/* the design of the table */
static struct tmem_index_ops hooked;		/* and with a hook in it */
static struct tmem *tm;
static u64 page[CONFORMANCE_WORDS];

static pthread_mutex_t stage_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t stage_changed = PTHREAD_COND_INITIALIZER;
static int stage;

static void go_to(int next)
{
	pthread_mutex_lock(&stage_lock);
	stage = next;
	pthread_cond_broadcast(&stage_changed);
	pthread_mutex_unlock(&stage_lock);
}

/* Wait for a stage, @seconds at most; whether it was reached. */
static bool reached(int wanted, double seconds)
{
	struct timespec until;
	int err = 0;
	bool ok;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += (long)(seconds * 1e9) % 1000000000;
	until.tv_sec += (time_t)seconds + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&stage_lock);
	while (stage < wanted && !err)
		err = pthread_cond_timedwait(&stage_changed, &stage_lock, &until);
	ok = stage >= wanted;
	pthread_mutex_unlock(&stage_lock);
	return ok;
}

static void wait_for(int wanted)
{
	if (!reached(wanted, WAIT_SECONDS)) {
		fprintf(stderr, "hook_test: stage %d is never reached\n", wanted);
		abort();
	}
}

static int make_pool(const struct tmem_index_ops *design, u32 flags)
{
	struct tmem_pool_attr attr = {
		.design = design,
		.store = tmem_store_find("raw"),
		.flags = flags,
		.buckets = 4,
		.client = 1,
	};
	int pool = tmem_pool_create(tm, &attr, NULL);

	assert_true(pool >= 0);
	return pool;
}

static void make_instance(void **state)
{
	struct tmem_config config = { .budget = BUDGET, .shards = 1 };

	plain = *state;
	hooked = *plain;
	stage = 0;
	tm = tmem_create(&config, NULL);
	assert_false(IS_ERR(tm));
	conformance_fill(page, 7, CONFORMANCE_WHOLE);
}

static void start(pthread_t *thread, void *(*run)(void *), int *arg)
{
	assert_int_equal(pthread_create(thread, NULL, run, arg), 0);
}

/* ---- a flush whose pool goes away between two batches ---- */

enum { FLUSH_BETWEEN = 1, OTHER_POOL };

static long flush_and_stay_away(struct tmem_pool *pool, const struct tmem_oid *id,
				struct tmem_range *range)
{
	if (reached(FLUSH_BETWEEN, 0))
		return plain->flush_range(pool, id, range);
	/* the caller does not touch the pool after an empty batch */
	rcu_read_unlock();
	go_to(FLUSH_BETWEEN);
	wait_for(OTHER_POOL);
	rcu_read_lock();
	return 0;
}

static void *flush(void *arg)
{
	int *pool = arg;

	return (void *)tmem_flush_object(tm, *pool, &oid);
}

static void flush_ends_with_its_pool(void **state)
{
	pthread_t thread;
	void *flushed;
	int pool, other;

	make_instance(state);
	hooked.flush_range = flush_and_stay_away;
	pool = make_pool(&hooked, 0);
	assert_int_equal(tmem_put(tm, pool, &oid, 0, page), 0);
	start(&thread, flush, &pool);
	wait_for(FLUSH_BETWEEN);
	assert_int_equal(tmem_pool_destroy(tm, pool, 1), 0);
	other = make_pool(plain, 0);
	assert_int_equal(other, pool);
	assert_int_equal(tmem_put(tm, other, &oid, 0, page), 0);
	go_to(OTHER_POOL);
	pthread_join(thread, &flushed);
	assert_int_equal((long)flushed, 0);
	assert_int_equal(tmem_get(tm, other, &oid, 0, page), 0);
	tmem_destroy(tm);
}

/* ---- operations in flight, and who waits for them ---- */

enum { IN_FLIGHT = 1, GO_ON };

static u32 in_flight;		/* atomic: the operation has not ended */
static u32 met_in_flight;	/* atomic: somebody went on although it had not */

static void stay_in_flight(void)
{
	__atomic_store_n(&in_flight, 1, __ATOMIC_SEQ_CST);
	go_to(IN_FLIGHT);
	wait_for(GO_ON);
	__atomic_store_n(&in_flight, 0, __ATOMIC_SEQ_CST);
}

static void look_for_flights(void)
{
	if (__atomic_load_n(&in_flight, __ATOMIC_SEQ_CST))
		__atomic_store_n(&met_in_flight, 1, __ATOMIC_SEQ_CST);
}

static int put_slowly(struct tmem_pool *pool, struct tmem_request *req)
{
	stay_in_flight();
	return plain->put(pool, req);
}

static int get_slowly(struct tmem_pool *pool, const struct tmem_oid *id, u32 index,
		      void *dst)
{
	stay_in_flight();
	return plain->get(pool, id, index, dst);
}

static long drain_and_look(struct tmem_pool *pool)
{
	look_for_flights();
	return plain->drain(pool);
}

static void *freeze(void *arg)
{
	int *pool = arg, err = tmem_pool_freeze(tm, *pool);

	look_for_flights();
	return (void *)(long)err;
}

static void *destroy(void *arg)
{
	int *pool = arg;

	return (void *)(long)tmem_pool_destroy(tm, *pool, 1);
}

static void *put(void *arg)
{
	int *pool = arg;

	return (void *)(long)tmem_put(tm, *pool, &oid, 0, page);
}

static void *get(void *arg)
{
	static u64 other_page[CONFORMANCE_WORDS];
	int *pool = arg;

	return (void *)(long)tmem_get(tm, *pool, &oid, 0, other_page);
}

/*
 * @operate is in flight while @wait_for_it runs in another thread, which has
 * time to go on too early; then it is let go.
 */
static void meet(int pool, void *(*operate)(void *), void *(*wait_for_it)(void *))
{
	struct timespec nap = { .tv_nsec = 30000000 };
	pthread_t operator, waiter;
	void *err;

	__atomic_store_n(&met_in_flight, 0, __ATOMIC_SEQ_CST);
	start(&operator, operate, &pool);
	wait_for(IN_FLIGHT);
	start(&waiter, wait_for_it, &pool);
	nanosleep(&nap, NULL);
	go_to(GO_ON);
	pthread_join(operator, &err);
	assert_null(err);
	pthread_join(waiter, &err);
	assert_null(err);
	assert_int_equal(met_in_flight, 0);
}

static void freeze_waits_for_puts(void **state)
{
	int pool;

	make_instance(state);
	hooked.put = put_slowly;
	pool = make_pool(&hooked, TMEM_POOL_PERSISTENT);
	meet(pool, put, freeze);
	assert_int_equal(tmem_put(tm, pool, &oid, 1, page), -EBUSY);
	tmem_destroy(tm);
}

static void destroy_waits_for_puts(void **state)
{
	make_instance(state);
	hooked.put = put_slowly;
	hooked.drain = drain_and_look;
	meet(make_pool(&hooked, 0), put, destroy);
	assert_int_equal(tmem_validate(tm), 0);
	tmem_destroy(tm);
}

static void destroy_waits_for_gets(void **state)
{
	int pool;

	make_instance(state);
	hooked.get = get_slowly;
	hooked.drain = drain_and_look;
	pool = make_pool(&hooked, TMEM_POOL_SHARED);
	assert_int_equal(tmem_put(tm, pool, &oid, 0, page), 0);
	meet(pool, get, destroy);
	assert_int_equal(tmem_validate(tm), 0);
	tmem_destroy(tm);
}

/* ---- a put that has to make room ---- */

static int swap_pool;
static u32 evictions, missed;

static int replace_and_look(struct tmem_pool *pool, struct tmem_page *old,
			    struct tmem_page *new)
{
	static u64 found[CONFORMANCE_WORDS];

	evictions++;
	if (tmem_get(tm, swap_pool, &oid, 0, found) ||
	    !conformance_intact(found, 7, CONFORMANCE_WHOLE))
		missed++;
	return plain->replace(pool, old, new);
}

static void persistent_page_stays_until_replaced(void **state)
{
	static u64 newer[CONFORMANCE_WORDS];
	int cache;
	u32 i;

	make_instance(state);
	hooked.replace = replace_and_look;
	cache = make_pool(&hooked, 0);
	swap_pool = make_pool(plain, TMEM_POOL_PERSISTENT);
	evictions = missed = 0;
	assert_int_equal(tmem_put(tm, swap_pool, &oid, 0, page), 0);
	for (i = 1; i < BUDGET; i++)
		assert_int_equal(tmem_put(tm, cache, &oid, i, page), 0);
	conformance_fill(newer, 8, CONFORMANCE_WHOLE);
	assert_int_equal(tmem_put(tm, swap_pool, &oid, 0, newer), 0);
	assert_int_equal(evictions, 1);
	assert_int_equal(missed, 0);
	assert_int_equal(tmem_get(tm, swap_pool, &oid, 0, page), 0);
	assert_true(conformance_intact(page, 8, CONFORMANCE_WHOLE));
	tmem_destroy(tm);
}

/* ---- the end of a pool ---- */

static long live_at_exit;

static void exit_and_count(struct tmem_pool *pool)
{
	live_at_exit = tmem_port_live();
	plain->exit(pool);
}

/* Allocations alive when a pool ends that had so many objects of many nodes. */
static long live_after_objects(u32 nr)
{
	int pool = make_pool(&hooked, 0);
	u32 i, k;

	for (i = 0; i < nr; i++) {
		struct tmem_oid each = { .w = { i, 0, 0 } };

		for (k = 0; k < 2; k++)
			assert_int_equal(tmem_put(tm, pool, &each, k << 31, page), 0);
	}
	assert_int_equal(tmem_pool_destroy(tm, pool, 1), 0);
	return live_at_exit;
}

static void all_is_freed_before_the_pool(void **state)
{
	long none;

	make_instance(state);
	hooked.exit = exit_and_count;
	none = live_after_objects(0);
	assert_int_equal(live_after_objects(BUDGET / 2), none);
	tmem_destroy(tm);
}

/* ---- the table ---- */

static const struct {
	const char *name;
	void (*run)(void **state);
} hooks[] = {
	{ "flush_ends_with_its_pool", flush_ends_with_its_pool },
	{ "freeze_waits_for_puts", freeze_waits_for_puts },
	{ "destroy_waits_for_puts", destroy_waits_for_puts },
	{ "destroy_waits_for_gets", destroy_waits_for_gets },
	{ "persistent_page_stays_until_replaced", persistent_page_stays_until_replaced },
	{ "all_is_freed_before_the_pool", all_is_freed_before_the_pool },
};

int main(void)
{
	const struct tmem_index_ops *design;
	u32 d, h;

	for (d = 0; (design = tmem_design_at(d)); d++)
		for (h = 0; h < ARRAY_SIZE(hooks); h++)
			runner_add(hooks[h].run, design, "%s, %s", hooks[h].name,
				   tmem_design_name(design));
	return runner_run("hooks");
}
