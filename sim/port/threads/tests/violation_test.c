// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * violation_test.c - the debug model catches each kind of violation, and lets
 * pass what is legal.
 *
 * Each scenario runs in a forked child.  A wrong one must end in abort() with the
 * expected sentence and both places; a right one must reach its end in silence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "violation.h"

struct places *places;
spinlock_t a, b, c;
struct mutex m;
struct rcu_head head;

static void init_locks(void)
{
	spin_lock_init(&a);
	spin_lock_init(&b);
	spin_lock_init(&c);
	mutex_init(&m);
}

void in_thread(void *(*fn)(void *))
{
	pthread_t t;

	if (pthread_create(&t, NULL, fn, NULL) || pthread_join(t, NULL))
		_exit(3);
}

struct zs_pool *zs_pool;
unsigned long zs_one, zs_two;

void zs_ready(void)
{
	zs_pool = zs_create_pool("test");
	zs_one = zs_malloc(zs_pool, 100, GFP_KERNEL);
	zs_two = zs_malloc(zs_pool, 100, GFP_KERNEL);
}

/* ---- what is right ---- */

static void right_locks(void)
{
	unsigned long f1, f2;

	mutex_lock(&m);
	might_sleep();
	spin_lock_irqsave(&a, f1);
	spin_lock_irqsave(&b, f2);
	lockdep_assert_held(&a);
	lockdep_assert_held(&m);
	spin_unlock_irqrestore(&b, f2);
	spin_lock(&b);
	/* hand over hand: a goes first, interrupts stay off until b goes */
	spin_unlock(&a);
	spin_unlock_irqrestore(&b, f1);
	mutex_unlock(&m);
	cond_resched();
}

static void right_foreign(void)
{
	struct kmem_cache *cache = kmem_cache_create("right", 64, 8, 0, NULL);
	unsigned long flags;
	void *object;

	spin_lock_irqsave(&a, flags);
	spin_unlock_irqrestore(&a, flags);
	tmem_port_foreign_lock();
	spin_lock_irqsave(&a, flags);
	object = kmem_cache_alloc(cache, ATOMIC_GFP);
	free_page(__get_free_page(ATOMIC_GFP));
	spin_unlock_irqrestore(&a, flags);
	rcu_read_lock();
	kmem_cache_free(cache, object);
	rcu_read_unlock();
	tmem_port_foreign_unlock();
	kmem_cache_destroy(cache);
	/* interrupts are on again */
	might_sleep();
	spin_lock(&b);
	spin_unlock(&b);
}

static void *shared_pointer;

static void takes_a_irqsave(struct rcu_head *unused)
{
	unsigned long flags;

	(void)unused;
	spin_lock_irqsave(&a, flags);
	spin_unlock_irqrestore(&a, flags);
	kvfree(shared_pointer);
}

static void right_rcu(void)
{
	unsigned long flags;
	long *p;

	spin_lock_irqsave(&a, flags);
	spin_unlock_irqrestore(&a, flags);
	p = kvmalloc(16, GFP_KERNEL);
	rcu_assign_pointer(shared_pointer, p);
	rcu_read_lock();
	rcu_read_lock();
	p = rcu_dereference(*(long **)&shared_pointer);
	rcu_read_unlock();
	rcu_read_unlock();
	spin_lock(&b);
	p = rcu_dereference_protected(*(long **)&shared_pointer, lockdep_is_held(&b));
	spin_unlock(&b);
	call_rcu(&head, takes_a_irqsave);
	rcu_barrier();
	(void)p;
}

static void right_zs(void)
{
	zs_ready();
	spin_lock(&a);
	memset(zs_map_object(zs_pool, zs_one, ZS_MM_WO), 1, 100);
	zs_unmap_object(zs_pool, zs_one);
	zs_free(zs_pool, zs_one);
	spin_unlock(&a);
	zs_free(zs_pool, zs_two);
	zs_destroy_pool(zs_pool);
	might_sleep();
}

static void right_cpu(void)
{
	int cpu = get_cpu();

	if (cpu != raw_smp_processor_id())
		abort();
	put_cpu();
	might_sleep();
}

static const struct scenario right[] = {
	{ "right_locks", right_locks, NULL },
	{ "right_foreign", right_foreign, NULL },
	{ "right_rcu", right_rcu, NULL },
	{ "right_zs", right_zs, NULL },
	{ "right_cpu", right_cpu, NULL },
};

/* ---- the runner ---- */

/* Runs @s in a child; what it said into @out, its wait status as the result. */
static int run_child(const struct scenario *s, char *out, size_t size)
{
	int fds[2], status;
	size_t used = 0;
	ssize_t n;
	pid_t pid;

	memset(places, 0, sizeof(*places));
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		/* cmocka catches this one */
		signal(SIGABRT, SIG_DFL);
		alarm(600);
		dup2(fds[1], STDERR_FILENO);
		close(fds[0]);
		close(fds[1]);
		init_locks();
		s->run();
		_exit(0);
	}
	close(fds[1]);
	while (used < size - 1 && (n = read(fds[0], out + used, size - 1 - used)) > 0)
		used += n;
	out[used] = 0;
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void expect_place(const struct scenario *s, const char *out,
			 const struct place *place)
{
	char text[512];

	if (!place->file)
		return;
	snprintf(text, sizeof(text), "%s:%d", place->file, place->line);
	if (!strstr(out, text))
		fail_msg("%s: %s is not named in\n%s", s->name, text, out);
}

static void all_wrong(const struct scenario *s)
{
	static char out[65536];

	for (; s->name; s++) {
		int status = run_child(s, out, sizeof(out));

		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
			fail_msg("%s: not aborted, status %#x\n%s", s->name, status, out);
		if (!strstr(out, s->text))
			fail_msg("%s: expected \"%s\" in\n%s", s->name, s->text, out);
		expect_place(s, out, &places->here);
		expect_place(s, out, &places->there);
	}
}

static void test_locks(void **state)
{
	(void)state;
	all_wrong(violation_locks);
}

static void test_contexts(void **state)
{
	(void)state;
	all_wrong(violation_contexts);
}

static void test_right(void **state)
{
	static char out[65536];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(right); i++) {
		int status = run_child(&right[i], out, sizeof(out));

		if (status || out[0])
			fail_msg("%s: status %#x\n%s", right[i].name, status, out);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_locks),
		cmocka_unit_test(test_contexts),
		cmocka_unit_test(test_right),
	};

	places = mmap(NULL, sizeof(*places), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (places == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests_name("port: violations", tests, NULL, NULL);
}
