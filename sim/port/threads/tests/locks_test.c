// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * locks_test.c - spinlocks exclude, keep the queue's order and get on with more
 * threads than CPUs; mutexes exclude; atomics and reference counts count.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <pthread.h>
#include <unistd.h>

#include <port/impl.h>
#include <port/threads.h>

#define THREADS 8

static spinlock_t lock;
static struct mutex mutex;
static pthread_t threads[THREADS];

static void start_all(void *(*fn)(void *))
{
	long i;

	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, fn, (void *)i), 0);
}

static void join_all(void)
{
	int i;

	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
}

/* ---- exclusion, and progress of many threads ---- */

#define ROUNDS 20000

static long plain;	/* nothing but the lock protects it */
static long share[THREADS];
static bool stop;

static void *adds_spin(void *arg)
{
	unsigned long flags;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		if (i & 1) {
			spin_lock_irqsave(&lock, flags);
			plain++;
			spin_unlock_irqrestore(&lock, flags);
		} else {
			spin_lock(&lock);
			plain++;
			spin_unlock(&lock);
		}
	}
	return arg;
}

/* A ticket lock that only spins needs minutes for this: see alarm() in main. */
static void test_spin_excludes(void **state)
{
	(void)state;
	spin_lock_init(&lock);
	plain = 0;
	start_all(adds_spin);
	join_all();
	assert_int_equal(plain, (long)THREADS * ROUNDS);
	assert_false(spin_is_locked(&lock));
}

static void *adds_mutex(void *arg)
{
	int i;

	for (i = 0; i < ROUNDS; i++) {
		mutex_lock(&mutex);
		plain++;
		mutex_unlock(&mutex);
	}
	return arg;
}

static void test_mutex_excludes(void **state)
{
	(void)state;
	mutex_init(&mutex);
	plain = 0;
	start_all(adds_mutex);
	join_all();
	assert_int_equal(plain, (long)THREADS * ROUNDS);
}

/* ---- fairness ---- */

static long order[THREADS];
static long arrived;

static void *queues(void *arg)
{
	spin_lock(&lock);
	order[arrived++] = (long)arg;
	spin_unlock(&lock);
	return arg;
}

/* They queue one after another behind a held lock, and get it in that order. */
static void test_spin_first_come(void **state)
{
	int round;
	long i;

	(void)state;
	spin_lock_init(&lock);
	for (round = 0; round < 20; round++) {
		u32 base = READ_ONCE(lock.ticket.next);

		arrived = 0;
		spin_lock(&lock);
		for (i = 0; i < THREADS; i++) {
			assert_int_equal(pthread_create(&threads[i], NULL, queues,
							(void *)i), 0);
			while (READ_ONCE(lock.ticket.next) != base + 2 + i)
				sched_yield();
			/* in the last rounds let all of them fall asleep */
			if (round > 15)
				usleep(1000);
		}
		assert_true(spin_is_locked(&lock));
		spin_unlock(&lock);
		join_all();
		for (i = 0; i < THREADS; i++)
			assert_int_equal(order[i], i);
	}
}

static void *shares(void *arg)
{
	long me = (long)arg;

	while (!READ_ONCE(stop)) {
		spin_lock(&lock);
		share[me]++;
		if (++plain == (long)THREADS * 2000)
			WRITE_ONCE(stop, true);
		spin_unlock(&lock);
	}
	return arg;
}

/* Counted in lock rounds, not in time: nobody starves while others go on. */
static void test_spin_shares(void **state)
{
	int i;

	(void)state;
	spin_lock_init(&lock);
	memset(share, 0, sizeof(share));
	plain = 0;
	stop = false;
	/* all of them are in the queue before the first one runs */
	spin_lock(&lock);
	start_all(shares);
	while (READ_ONCE(lock.ticket.next) != THREADS + 1)
		sched_yield();
	spin_unlock(&lock);
	join_all();
	for (i = 0; i < THREADS; i++)
		assert_in_range(share[i], 1, THREADS * 2000);
}

static void test_is_locked(void **state)
{
	(void)state;
	spin_lock_init(&lock);
	assert_false(spin_is_locked(&lock));
	spin_lock(&lock);
	assert_true(spin_is_locked(&lock));
	lockdep_assert_held(&lock);
	spin_unlock(&lock);
	assert_false(spin_is_locked(&lock));
}

/* The lock survives the wrap of its tickets. */
static void test_ticket_wraps(void **state)
{
	(void)state;
	spin_lock_init(&lock);
	lock.ticket.next = lock.ticket.owner = U32_MAX - 5;
	plain = 0;
	start_all(adds_spin);
	join_all();
	assert_int_equal(plain, (long)THREADS * ROUNDS);
	assert_false(spin_is_locked(&lock));
}

/* A thread that gets the lock may free it: the last owner is done with it. */
#define USERS 3

struct shared_object {
	spinlock_t lock;
	refcount_t refs;
	int users;
	int done[USERS];	/* each user's own, read by the last */
};

static atomic_long_t all_done;
static pthread_barrier_t together;

static void *uses_and_drops(void *arg)
{
	struct shared_object *o = arg;
	int me, i;

	/* registers; from here on nothing but the object's own primitives orders */
	(void)raw_smp_processor_id();
	pthread_barrier_wait(&together);
	spin_lock(&o->lock);
	me = o->users++;
	spin_unlock(&o->lock);
	o->done[me] = 1;
	if (refcount_dec_and_test(&o->refs)) {
		for (i = 0; i < USERS; i++)
			atomic_long_add(o->done[i], &all_done);
		kfree(o);
	}
	return NULL;
}

static void test_free_after_unlock(void **state)
{
	int round, i;

	(void)state;
	atomic_long_set(&all_done, 0);
	pthread_barrier_init(&together, NULL, USERS);
	for (round = 0; round < 200; round++) {
		struct shared_object *o = kzalloc(sizeof(*o), GFP_KERNEL);

		spin_lock_init(&o->lock);
		refcount_set(&o->refs, USERS);
		for (i = 0; i < USERS; i++)
			assert_int_equal(pthread_create(&threads[i], NULL,
							uses_and_drops, o), 0);
		for (i = 0; i < USERS; i++)
			pthread_join(threads[i], NULL);
	}
	assert_int_equal(atomic_long_read(&all_done), 200 * USERS);
	assert_int_equal(tmem_port_live(), 0);
}

/* ---- atomics ---- */

static atomic_long_t along;
static atomic64_t a64;

static void *counts(void *arg)
{
	int i;

	for (i = 0; i < ROUNDS; i++) {
		long old = atomic_long_read(&along);

		atomic_long_add(3, &along);
		atomic_long_sub(1, &along);
		while (!atomic_long_try_cmpxchg(&along, &old, old + 1))
			;
		atomic64_inc_return(&a64);
	}
	return arg;
}

static void test_atomics(void **state)
{
	u32 word = 7;
	u64 wide = 1ULL << 40;

	(void)state;
	atomic_long_set(&along, 0);
	atomic64_set(&a64, 0);
	start_all(counts);
	join_all();
	assert_int_equal(atomic_long_read(&along), 3L * THREADS * ROUNDS);
	assert_int_equal(atomic64_read(&a64), (long)THREADS * ROUNDS);
	assert_int_equal(atomic_long_add_return(2, &along), 3L * THREADS * ROUNDS + 2);
	assert_int_equal(xchg(&word, 9), 7);
	assert_int_equal(word, 9);
	assert_int_equal(xchg(&wide, 2ULL), 1ULL << 40);
	assert_int_equal(wide, 2);
}

static void test_refcount(void **state)
{
	unsigned long before = tmem_port_warnings();
	refcount_t r;

	(void)state;
	refcount_set(&r, 1);
	refcount_inc(&r);
	assert_int_equal(refcount_read(&r), 2);
	assert_true(refcount_dec_not_one(&r));
	assert_false(refcount_dec_not_one(&r));
	assert_true(refcount_inc_not_zero(&r));
	assert_false(refcount_dec_and_test(&r));
	assert_true(refcount_dec_and_test(&r));
	assert_false(refcount_inc_not_zero(&r));
	assert_int_equal(refcount_read(&r), 0);
	assert_int_equal(tmem_port_warnings(), before);
	/* from here on it is misuse: warned of, and never freed */
	refcount_inc(&r);
	assert_int_equal(tmem_port_warnings(), before + 1);
	assert_false(refcount_dec_and_test(&r));
	assert_true(refcount_dec_not_one(&r));
}

static bool fires(bool cond)
{
	return WARN_ON_ONCE(cond);
}

static void test_warn_once(void **state)
{
	unsigned long before = tmem_port_warnings();

	(void)state;
	assert_false(fires(false));
	assert_int_equal(tmem_port_warnings(), before);
	assert_true(fires(true));
	assert_true(fires(true));
	assert_int_equal(tmem_port_warnings(), before + 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is_locked),
		cmocka_unit_test(test_spin_excludes),
		cmocka_unit_test(test_spin_first_come),
		cmocka_unit_test(test_spin_shares),
		cmocka_unit_test(test_ticket_wraps),
		cmocka_unit_test(test_free_after_unlock),
		cmocka_unit_test(test_mutex_excludes),
		cmocka_unit_test(test_atomics),
		cmocka_unit_test(test_refcount),
		cmocka_unit_test(test_warn_once),
	};

	/* ends a collapse: the whole takes seconds on a quiet machine */
	alarm(1200);
	return cmocka_run_group_tests_name("port: locks", tests, NULL, NULL);
}
