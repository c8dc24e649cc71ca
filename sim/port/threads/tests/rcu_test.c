// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rcu_test.c - readers never see freed memory, grace periods wait for readers,
 * every callback has run when rcu_barrier() returns, whoever queued it; threads
 * come and go.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

#include <port/impl.h>
#include <port/threads.h>

/* ---- publication against readers ---- */

#define READERS 3
#define UPDATES 3000
#define ALIVE 0x600dU
#define DEAD 0xbadU

struct box {
	struct rcu_head rcu;
	unsigned int first;
	unsigned int second;
};

static struct kmem_cache *boxes;
static struct box __rcu *published;
static bool stop;
static long seen_dead, seen_null;

static void box_free(struct rcu_head *head)
{
	struct box *box = container_of(head, struct box, rcu);

	/* plain: whoever could still read it is a race and a failure */
	box->first = DEAD;
	box->second = DEAD;
	kmem_cache_free(boxes, box);
}

static struct box *box_new(void)
{
	struct box *box = kmem_cache_alloc(boxes, GFP_KERNEL);

	box->first = ALIVE;
	box->second = ALIVE;
	return box;
}

static void *reads(void *arg)
{
	struct box *box;

	while (!READ_ONCE(stop)) {
		rcu_read_lock();
		box = rcu_dereference(published);
		if (!box)
			__atomic_fetch_add(&seen_null, 1, __ATOMIC_RELAXED);
		else if (box->first != ALIVE)
			__atomic_fetch_add(&seen_dead, 1, __ATOMIC_RELAXED);
		sched_yield();
		if (box && box->second != ALIVE)
			__atomic_fetch_add(&seen_dead, 1, __ATOMIC_RELAXED);
		rcu_read_unlock();
	}
	return arg;
}

static void test_readers(void **state)
{
	pthread_t threads[READERS];
	struct box *old;
	int i;

	(void)state;
	boxes = kmem_cache_create("boxes", sizeof(struct box), 0, 0, NULL);
	rcu_assign_pointer(published, box_new());
	stop = false;
	for (i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, reads, NULL), 0);
	for (i = 0; i < UPDATES; i++) {
		old = rcu_access_pointer(published);
		rcu_assign_pointer(published, box_new());
		if (i % 100) {
			call_rcu(&old->rcu, box_free);
		} else {
			synchronize_rcu();
			box_free(&old->rcu);
		}
	}
	WRITE_ONCE(stop, true);
	for (i = 0; i < READERS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(seen_dead, 0);
	assert_int_equal(seen_null, 0);
	old = rcu_dereference_protected(published, true);
	RCU_INIT_POINTER(published, NULL);
	box_free(&old->rcu);
	tmem_port_quiesce();
	kmem_cache_destroy(boxes);
	assert_int_equal(tmem_port_live(), 0);
}

/* ---- a grace period waits ---- */

static sem_t reading, carry_on;
static bool section_ended;

static void *reads_long(void *arg)
{
	rcu_read_lock();
	rcu_read_lock();
	rcu_read_unlock();
	/* still inside, the inner section only ended */
	sem_post(&reading);
	sem_wait(&carry_on);
	usleep(20000);
	WRITE_ONCE(section_ended, true);
	rcu_read_unlock();
	return arg;
}

static void grace_waits(void (*wait)(void))
{
	pthread_t thread;

	section_ended = false;
	sem_init(&reading, 0, 0);
	sem_init(&carry_on, 0, 0);
	assert_int_equal(pthread_create(&thread, NULL, reads_long, NULL), 0);
	sem_wait(&reading);
	sem_post(&carry_on);
	wait();
	assert_true(READ_ONCE(section_ended));
	pthread_join(thread, NULL);
}

static atomic_long_t ran;

static void counts(struct rcu_head *head)
{
	atomic_long_add(1, &ran);
	kfree(container_of(head, struct box, rcu));
}

static void queue(int n)
{
	while (n--) {
		struct box *box = kzalloc(sizeof(*box), GFP_KERNEL);

		call_rcu(&box->rcu, counts);
	}
}

static void by_synchronize(void)
{
	synchronize_rcu();
}

static void by_callback(void)
{
	queue(1);
	rcu_barrier();
}

static void test_grace_waits(void **state)
{
	(void)state;
	grace_waits(by_synchronize);
	grace_waits(by_callback);
}

/* ---- callbacks ---- */

/* Numbers around the size of a batch, from one thread. */
static void test_barrier(void **state)
{
	static const int some[] = { 1, 2, 63, 64, 65, 128, 1000 };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(some); i++) {
		atomic_long_set(&ran, 0);
		queue(some[i]);
		rcu_barrier();
		assert_int_equal(atomic_long_read(&ran), some[i]);
	}
	assert_int_equal(tmem_port_live(), 0);
}

static void *queues_and_exits(void *arg)
{
	queue((int)(long)arg);
	return NULL;
}

static void test_exit_hands_over(void **state)
{
	pthread_t threads[4];
	long i;

	(void)state;
	atomic_long_set(&ran, 0);
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, queues_and_exits,
						(void *)(i * 40 + 5)), 0);
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	rcu_barrier();
	assert_int_equal(atomic_long_read(&ran), 4 * 5 + 40 * (1 + 2 + 3));
	assert_int_equal(tmem_port_live(), 0);
}

static void *queues_and_waits(void *arg)
{
	queue(5);
	sem_post(&reading);
	sem_wait(&carry_on);
	return arg;
}

/* What a living, idle thread has collected is flushed as well. */
static void test_barrier_of_others(void **state)
{
	pthread_t thread;

	(void)state;
	sem_init(&reading, 0, 0);
	sem_init(&carry_on, 0, 0);
	atomic_long_set(&ran, 0);
	assert_int_equal(pthread_create(&thread, NULL, queues_and_waits, NULL), 0);
	sem_wait(&reading);
	rcu_barrier();
	assert_int_equal(atomic_long_read(&ran), 5);
	sem_post(&carry_on);
	pthread_join(thread, NULL);
}

static void requeues(struct rcu_head *head)
{
	struct box *box = container_of(head, struct box, rcu);

	atomic_long_add(1, &ran);
	if (box->first--)
		call_rcu(&box->rcu, requeues);
	else
		kfree(box);
}

/* A callback may queue the next; each barrier takes one generation along. */
static void test_callback_queues(void **state)
{
	struct box *box = kzalloc(sizeof(*box), GFP_KERNEL);
	int i;

	(void)state;
	atomic_long_set(&ran, 0);
	box->first = 3;
	call_rcu(&box->rcu, requeues);
	for (i = 0; i < 4; i++)
		rcu_barrier();
	assert_int_equal(atomic_long_read(&ran), 4);
	assert_int_equal(tmem_port_live(), 0);
}

#if TMEM_PORT_FAST

/* ---- where callbacks run in the fast build ---- */

static pthread_t queuer;
static long ran_here;		/* only the queuer's */

static void counts_place(struct rcu_head *head)
{
	if (pthread_equal(pthread_self(), queuer))
		ran_here++;
	counts(head);
}

static void queue_place(int n)
{
	while (n--) {
		struct box *box = kzalloc(sizeof(*box), GFP_KERNEL);

		call_rcu(&box->rcu, counts_place);
	}
}

/* Whether this thread runs any while it does nothing but @pass for a while. */
static bool runs_in(void (*pass)(void))
{
	int i;

	ran_here = 0;
	for (i = 0; i < 5000 && !ran_here; i++) {
		usleep(100);
		pass();
	}
	return ran_here;
}

static bool runs_for_a_while(void (*pass)(void))
{
	int i;

	ran_here = 0;
	for (i = 0; i < 30; i++) {
		usleep(100);
		pass();
	}
	return ran_here;
}

static void pass_section(void)
{
	rcu_read_lock();
	rcu_read_unlock();
}

/* Closes batches, so that done ones are found. */
static void pass_queue(void)
{
	queue_place(64);
}

static spinlock_t lock;

static void test_where(void **state)
{
	unsigned long flags;

	(void)state;
	spin_lock_init(&lock);
	rcu_barrier();
	queuer = pthread_self();

	/* those of earlier batches run where this thread queues more */
	assert_true(runs_in(pass_queue));

	/* not in a read section */
	rcu_read_lock();
	assert_false(runs_for_a_while(pass_queue));
	assert_false(runs_for_a_while(pass_section));
	rcu_read_unlock();
	assert_true(runs_in(pass_queue));

	/* not with interrupts off; they are found when a section ends after that */
	spin_lock_irqsave(&lock, flags);
	assert_false(runs_for_a_while(pass_queue));
	assert_false(runs_for_a_while(pass_section));
	spin_unlock_irqrestore(&lock, flags);
	assert_true(tmem_port_softirq_pending || runs_in(pass_queue));
	ran_here = 0;
	tmem_port_foreign_lock();
	assert_false(runs_for_a_while(pass_queue));
	assert_false(runs_for_a_while(pass_section));
	tmem_port_foreign_unlock();
	assert_true(ran_here || runs_in(pass_queue));
	rcu_barrier();
	assert_int_equal(tmem_port_live(), 0);
}

static void *queues_batch_and_waits(void *arg)
{
	queue(64);
	sem_post(&reading);
	sem_wait(&carry_on);
	return arg;
}

/* A thread that sleeps for ever does not keep its callbacks from being run. */
static void test_sleeper(void **state)
{
	pthread_t thread;
	int i;

	(void)state;
	sem_init(&reading, 0, 0);
	sem_init(&carry_on, 0, 0);
	rcu_barrier();
	atomic_long_set(&ran, 0);
	assert_int_equal(pthread_create(&thread, NULL, queues_batch_and_waits, NULL), 0);
	sem_wait(&reading);
	for (i = 0; i < 3000 && atomic_long_read(&ran) < 64; i++)
		usleep(1000);
	assert_int_equal(atomic_long_read(&ran), 64);
	sem_post(&carry_on);
	pthread_join(thread, NULL);
}

/* A callback that queues and reads, in plenty, with barriers going on. */
#define CHURNERS 3

static void frees_and_reads(struct rcu_head *head)
{
	struct box *box = container_of(head, struct box, rcu);

	rcu_read_lock();
	rcu_read_unlock();
	if (box->first--)
		call_rcu(&box->rcu, frees_and_reads);
	else
		counts(head);
}

static void *churns(void *arg)
{
	int i;

	for (i = 0; i < 20000; i++) {
		struct box *box = kzalloc(sizeof(*box), GFP_KERNEL);

		box->first = i % 3;
		rcu_read_lock();
		call_rcu(&box->rcu, frees_and_reads);
		rcu_read_unlock();
	}
	return arg;
}

static void test_churn(void **state)
{
	pthread_t threads[CHURNERS];
	int i;

	(void)state;
	rcu_barrier();
	atomic_long_set(&ran, 0);
	for (i = 0; i < CHURNERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, churns, NULL), 0);
	for (i = 0; i < 50; i++)
		rcu_barrier();
	for (i = 0; i < CHURNERS; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < 3; i++)
		rcu_barrier();
	assert_int_equal(atomic_long_read(&ran), CHURNERS * 20000);
	assert_int_equal(tmem_port_live(), 0);
}

#endif /* TMEM_PORT_FAST */

/* ---- threads and their numbers ---- */

static int numbers[TMEM_PORT_MAX_CPUS];
static sem_t all_here;

static void *takes_number(void *arg)
{
	int cpu = get_cpu();

	put_cpu();
	__atomic_fetch_add(&numbers[cpu], 1, __ATOMIC_RELAXED);
	sem_post(&all_here);
	sem_wait(&carry_on);
	return arg;
}

static void test_numbers(void **state)
{
	enum { N = 40 };
	pthread_t threads[N];
	int round, i, used;

	(void)state;
	sem_init(&carry_on, 0, 0);
	sem_init(&all_here, 0, 0);
	for (round = 0; round < 3; round++) {
		memset(numbers, 0, sizeof(numbers));
		numbers[raw_smp_processor_id()]++;
		for (i = 0; i < N; i++)
			assert_int_equal(pthread_create(&threads[i], NULL, takes_number,
							NULL), 0);
		for (i = 0; i < N; i++)
			sem_wait(&all_here);
		for (i = 0; i < N; i++)
			sem_post(&carry_on);
		for (i = 0; i < N; i++)
			pthread_join(threads[i], NULL);
		used = 0;
		for (i = 0; i < TMEM_PORT_MAX_CPUS; i++) {
			assert_in_range(numbers[i], 0, 1);
			/* given back and given out again: main, one for RCU, N more */
			if (numbers[i])
				assert_in_range(i, 0, N + 1);
			used += numbers[i];
		}
		assert_int_equal(used, N + 1);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_readers),
		cmocka_unit_test(test_grace_waits),
		cmocka_unit_test(test_barrier),
		cmocka_unit_test(test_exit_hands_over),
		cmocka_unit_test(test_barrier_of_others),
		cmocka_unit_test(test_callback_queues),
#if TMEM_PORT_FAST
		cmocka_unit_test(test_where),
		cmocka_unit_test(test_sleeper),
		cmocka_unit_test(test_churn),
#endif
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests_name("port: rcu", tests, NULL, NULL);
}
