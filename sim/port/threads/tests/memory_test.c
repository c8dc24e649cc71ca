// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memory_test.c - what is alive is counted, leaks are reported, what is freed is
 * given back and to nobody twice, also where the port has no memory itself; each
 * fault point fails once; per-CPU sums stay right while threads come and go; LZ4.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <pthread.h>

#include <port/impl.h>
#include <port/threads.h>

/* ---- slab, kmalloc, pages ---- */

static void paint(void *object)
{
	memset(object, 0x11, 8);
}

static void test_slab(void **state)
{
	struct kmem_cache *cache = kmem_cache_create("things", 40, 64, 0, paint);
	char *objects[10];
	int i;

	(void)state;
	assert_non_null(cache);
	for (i = 0; i < 10; i++) {
		objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		assert_non_null(objects[i]);
		assert_int_equal((uintptr_t)objects[i] % 64, 0);
		assert_int_equal(objects[i][7], 0x11);
		assert_int_equal(tmem_port_live(), 2 + i);
	}
	for (i = 0; i < 10; i++)
		kmem_cache_free(cache, objects[i]);
	assert_int_equal(tmem_port_live(), 1);
	kmem_cache_destroy(cache);
	assert_int_equal(tmem_port_live(), 0);
}

static void test_slab_leak(void **state)
{
	struct kmem_cache *cache = kmem_cache_create("leaky", 24, 0, 0, NULL);
	unsigned long before = tmem_port_warnings();
	void *one, *two;
	char *text = NULL;
	size_t size;
	FILE *f;

	(void)state;
	one = kmem_cache_alloc(cache, GFP_KERNEL);
	two = kmem_cache_alloc(cache, GFP_KERNEL);
	kmem_cache_free(cache, one);
	f = open_memstream(&text, &size);
	tmem_port_live_print(f);
	fclose(f);
	assert_non_null(strstr(text, "1 leaky"));
	assert_non_null(strstr(text, "1 slab caches"));
	free(text);

	kmem_cache_destroy(cache);
	assert_int_equal(tmem_port_warnings(), before + 1);
	/* it stays on the record */
	assert_int_equal(tmem_port_live(), 1);
	tmem_port_count(TMEM_PORT_FIRST_CACHE, -1);
	assert_int_equal(tmem_port_live(), 0);
#if !TMEM_PORT_FAST
	/* there it is a piece of a slab that nobody frees any more */
	free(two);
#else
	memset(two, 0, 24);
#endif
}

/* The port's malloc(), by the linker's --wrap. */
static bool no_memory;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
	return no_memory ? NULL : __real_malloc(size);
}

/* What is freed while there is no memory to note that comes back all the same. */
static void test_freed_without_memory(void **state)
{
	static u64 *objects[1000];
	struct kmem_cache *cache = kmem_cache_create("things", 64, 64, 0, NULL);
	u64 i, round, lowest, highest;

	(void)state;
	assert_non_null(cache);
	for (round = 0, lowest = ~0ULL, highest = 0; round < 3; round++) {
		for (i = 0; i < ARRAY_SIZE(objects); i++) {
			objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
			assert_non_null(objects[i]);
			memset(objects[i], 0xff, 64);
			objects[i][0] = i;
			if (TMEM_PORT_FAST && round)
				assert_in_range((uintptr_t)objects[i], lowest, highest);
			if (!round) {
				lowest = min_t(u64, lowest, (uintptr_t)objects[i]);
				highest = max_t(u64, highest, (uintptr_t)objects[i]);
			}
		}
		no_memory = true;
		for (i = 0; i < ARRAY_SIZE(objects); i++) {
			assert_int_equal(objects[i][0], i);
			kmem_cache_free(cache, objects[i]);
		}
		no_memory = false;
	}
	assert_int_equal(tmem_port_live(), 1);
	kmem_cache_destroy(cache);
	assert_int_equal(tmem_port_live(), 0);
}

static void test_kmalloc(void **state)
{
	unsigned char *p;
	int i;

	(void)state;
	p = kzalloc(100, GFP_KERNEL);
	assert_int_equal(tmem_port_live(), 1);
	for (i = 0; i < 100; i++)
		assert_int_equal(p[i], 0);
	kfree(p);
	p = kvcalloc(10, 1000, GFP_KERNEL);
	for (i = 0; i < 10000; i++)
		assert_int_equal(p[i], 0);
	kvfree(p);
	p = kvmalloc(5000, GFP_KERNEL);
	memset(p, 1, 5000);
	assert_int_equal(tmem_port_live(), 1);
	kvfree(p);
	/* 2^61 + 1 times 8 is 8, where it is not looked at */
	assert_null(kvcalloc(SIZE_MAX / 8 + 2, 8, GFP_KERNEL));
	kfree(NULL);
	kvfree(NULL);
	assert_int_equal(tmem_port_live(), 0);
}

static void test_pages(void **state)
{
	unsigned long pages[20];
	int i;

	(void)state;
	for (i = 0; i < 20; i++) {
		pages[i] = __get_free_page(GFP_KERNEL);
		assert_int_not_equal(pages[i], 0);
		assert_int_equal(pages[i] % PAGE_SIZE, 0);
		memset((void *)pages[i], i, PAGE_SIZE);
	}
	assert_int_equal(tmem_port_live(), 20);
	for (i = 0; i < 20; i++) {
		assert_int_equal(((char *)pages[i])[PAGE_SIZE - 1], i);
		free_page(pages[i]);
	}
	free_page(0);
	assert_int_equal(tmem_port_live(), 0);
}

/* Threads that allocate and free in bursts, handing each other what they have. */
#define SWAPPERS 4
#define SHELF 512

static void *shelf[SHELF];
static struct kmem_cache *swapped;

static void *swaps(void *arg)
{
	unsigned int seed = (unsigned int)(long)arg, i, n;
	unsigned long *object;

	for (i = 0; i < 20000; i++) {
		seed = seed * 1664525 + 1013904223;
		n = (seed >> 16) % SHELF;
		object = i / 500 % 2 ? NULL : kmem_cache_alloc(swapped, GFP_KERNEL);
		if (object) {
			object[0] = (unsigned long)object;
			object[9] = ~(unsigned long)object;
		}
		object = xchg(&shelf[n], (void *)object);
		if (!object)
			continue;
		/* nobody else was given the same one */
		if (object[0] != (unsigned long)object ||
		    object[9] != ~(unsigned long)object)
			return object;
		object[0] = 0;
		kmem_cache_free(swapped, object);
	}
	return NULL;
}

static void test_swapped(void **state)
{
	pthread_t threads[SWAPPERS];
	void *bad;
	long i, n = 0;

	(void)state;
	swapped = kmem_cache_create("swapped", 80, 0, 0, NULL);
	for (i = 0; i < SWAPPERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, swaps, (void *)i), 0);
	for (i = 0; i < SWAPPERS; i++) {
		pthread_join(threads[i], &bad);
		assert_null(bad);
	}
	for (i = 0; i < SHELF; i++)
		n += !!shelf[i];
	assert_int_equal(tmem_port_live(), 1 + n);
	for (i = 0; i < SHELF; i++) {
		if (shelf[i])
			kmem_cache_free(swapped, shelf[i]);
		shelf[i] = NULL;
	}
	kmem_cache_destroy(swapped);
	assert_int_equal(tmem_port_live(), 0);
}

static long resident_kib(void)
{
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%*d %ld", &pages), 1);
	fclose(f);
	return pages * (long)(PAGE_SIZE / 1024);
}

/* Much memory that was freed goes back, though a little of it stays in use. */
static void test_given_back(void **state)
{
	enum { N = 20000, KEPT = 4000 };
	static char *objects[N];
	unsigned long *frames = calloc(N, sizeof(*frames));
	struct kmem_cache *many = kmem_cache_create("many", 1000, 8, 0, NULL);
	long before, full, after, i;

	(void)state;
	before = resident_kib();
	for (i = 0; i < N; i++) {
		objects[i] = kmem_cache_alloc(many, GFP_KERNEL);
		frames[i] = __get_free_page(GFP_KERNEL);
		memset(objects[i], (int)i, 1000);
		memset((void *)frames[i], (int)i, PAGE_SIZE);
	}
	full = resident_kib();
	assert_true(full - before > N * 5 * 9 / 10);
	for (i = 0; i < N; i++) {
		if (i % KEPT)
			kmem_cache_free(many, objects[i]);
		free_page(frames[i]);
	}
	after = resident_kib();
	if (TMEM_PORT_FAST)
		assert_true(after - before < (full - before) / 4);
	for (i = 0; i < N; i += KEPT)
		assert_int_equal(objects[i][999], (char)i);
	/* what was given back is not given out */
	for (i = 0; i < N; i++)
		if (i % KEPT)
			objects[i] = memset(kmem_cache_alloc(many, GFP_KERNEL), 1, 1000);
	for (i = 0; i < N; i += KEPT)
		assert_int_equal(objects[i][0], (char)i);
	for (i = 0; i < N; i++)
		kmem_cache_free(many, objects[i]);
	kmem_cache_destroy(many);
	free(frames);
	assert_int_equal(tmem_port_live(), 0);
}

/* Objects freed by another thread than the one that allocated them. */
static struct kmem_cache *migrants;
static void *moving[1000];

static void *frees(void *arg)
{
	int i;

	for (i = 0; i < 1000; i++)
		kmem_cache_free(migrants, moving[i]);
	return arg;
}

static void test_freed_elsewhere(void **state)
{
	pthread_t thread;
	int i;

	(void)state;
	migrants = kmem_cache_create("migrants", 16, 0, 0, NULL);
	for (i = 0; i < 1000; i++)
		moving[i] = kmem_cache_alloc(migrants, GFP_KERNEL);
	assert_int_equal(tmem_port_live(), 1001);
	assert_int_equal(pthread_create(&thread, NULL, frees, NULL), 0);
	pthread_join(thread, NULL);
	assert_int_equal(tmem_port_live(), 1);
	kmem_cache_destroy(migrants);
	assert_int_equal(tmem_port_live(), 0);
}

/* ---- faults ---- */

static struct kmem_cache *cache;
static struct zs_pool *pool;
static char page[PAGE_SIZE], packed[2 * PAGE_SIZE];
static char workspace[LZ4_MEM_COMPRESS] __attribute__((aligned(8)));

static bool try_cache(void)
{
	struct kmem_cache *c = kmem_cache_create("fault", 8, 0, 0, NULL);

	kmem_cache_destroy(c);
	return c;
}

static bool try_slab(void)
{
	void *p = kmem_cache_alloc(cache, GFP_KERNEL);
	bool got = p;

	if (p)
		kmem_cache_free(cache, p);
	return got;
}

static bool try_kzalloc(void)
{
	void *p = kzalloc(8, GFP_KERNEL);
	bool got = p;

	kfree(p);
	return got;
}

static bool try_kvcalloc(void)
{
	void *p = kvcalloc(2, 8, GFP_KERNEL);
	bool got = p;

	kvfree(p);
	return got;
}

static bool try_kvmalloc(void)
{
	void *p = kvmalloc(8, GFP_KERNEL);
	bool got = p;

	kvfree(p);
	return got;
}

static bool try_page(void)
{
	unsigned long p = __get_free_page(GFP_KERNEL);

	free_page(p);
	return p;
}

static bool try_percpu(void)
{
	long *p = alloc_percpu(long);
	bool got = p;

	free_percpu(p);
	return got;
}

static bool try_zs_pool(void)
{
	struct zs_pool *p = zs_create_pool("fault");

	if (p)
		zs_destroy_pool(p);
	return p;
}

static bool try_zs(void)
{
	unsigned long h = zs_malloc(pool, 100, GFP_KERNEL);

	if (IS_ERR_VALUE(h)) {
		assert_int_equal((long)h, -ENOMEM);
		return false;
	}
	zs_free(pool, h);
	return true;
}

static bool try_compress(void)
{
	int n = LZ4_compress_default(page, packed, PAGE_SIZE, sizeof(packed), workspace);

	assert_true(n >= 0);
	return n > 0;
}

static bool try_decompress(void)
{
	static const char five[] = { 0x50, 'h', 'e', 'l', 'l', 'o' };
	int n = LZ4_decompress_safe(five, page, sizeof(five), PAGE_SIZE);

	assert_true(n == 5 || n == -1);
	return n == 5;
}

static const struct {
	const char *name;
	bool (*try)(void);
} points[] = {
	{ "kmem_cache_create", try_cache },
	{ "kmem_cache_alloc", try_slab },
	{ "kzalloc", try_kzalloc },
	{ "kvcalloc", try_kvcalloc },
	{ "kvmalloc", try_kvmalloc },
	{ "__get_free_page", try_page },
	{ "alloc_percpu", try_percpu },
	{ "zs_create_pool", try_zs_pool },
	{ "zs_malloc", try_zs },
	{ "LZ4_compress_default", try_compress },
	{ "LZ4_decompress_safe", try_decompress },
};

#define ATTEMPTS 6

/* The n-th attempt fails, no other, and nothing is left behind. */
static void test_faults(void **state)
{
	unsigned long n, i;
	size_t p;

	(void)state;
	cache = kmem_cache_create("faults", 8, 0, 0, NULL);
	pool = zs_create_pool("faults");
	for (p = 0; p < ARRAY_SIZE(points); p++) {
		for (n = 0; n <= ATTEMPTS + 1; n++) {
			tmem_port_fault_arm(n);
			assert_false(tmem_port_fault_fired());
			for (i = 1; i <= ATTEMPTS; i++) {
				bool got = points[p].try();

				if (got == (i == n))
					fail_msg("%s: attempt %lu, fault at %lu: %s",
						 points[p].name, i, n,
						 got ? "did not fail" : "failed");
				assert_int_equal(tmem_port_fault_fired(), n && i >= n);
			}
			assert_int_equal(tmem_port_fault_points(), ATTEMPTS);
		}
	}
	tmem_port_fault_arm(0);
	zs_destroy_pool(pool);
	kmem_cache_destroy(cache);
	assert_int_equal(tmem_port_live(), 0);
}

static atomic_long_t failures;

static void *allocates(void *arg)
{
	int i;

	for (i = 0; i < 1000; i++)
		if (!try_kzalloc())
			atomic_long_add(1, &failures);
	return arg;
}

/* Counted over all threads, it fails in one of them. */
static void test_fault_threads(void **state)
{
	pthread_t threads[4];
	int i;

	(void)state;
	atomic_long_set(&failures, 0);
	tmem_port_fault_arm(2000);
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, allocates, NULL), 0);
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(atomic_long_read(&failures), 1);
	assert_true(tmem_port_fault_fired());
	assert_int_equal(tmem_port_fault_points(), 4000);
	tmem_port_fault_arm(0);
	assert_int_equal(tmem_port_live(), 0);
}

/* ---- per-CPU variables ---- */

struct counters {
	s64 small;
	s64 array[20];
};

static struct counters __percpu *counters;

static void *adds(void *arg)
{
	int i;

	for (i = 0; i < 100; i++) {
		this_cpu_add(counters->small, 1);
		this_cpu_add(counters->array[i % 20], -2);
	}
	return arg;
}

static s64 sum_small(void)
{
	s64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(counters, cpu)->small);
	return sum;
}

/* More threads than CPU numbers, in turn: numbers and their slots are reused. */
static void test_percpu_churn(void **state)
{
	enum { AT_ONCE = 8, ROUNDS = 60 };
	pthread_t threads[AT_ONCE];
	s64 sum = 0;
	int round, i, cpu;

	(void)state;
	counters = alloc_percpu(struct counters);
	assert_int_equal(sum_small(), 0);
	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < AT_ONCE; i++)
			assert_int_equal(pthread_create(&threads[i], NULL, adds, NULL), 0);
		/* in the middle of it a sum is some number in between */
		assert_in_range(sum_small(), round * AT_ONCE * 100L,
				(round + 1) * AT_ONCE * 100L);
		for (i = 0; i < AT_ONCE; i++)
			pthread_join(threads[i], NULL);
		assert_int_equal(sum_small(), (round + 1L) * AT_ONCE * 100);
	}
	for_each_possible_cpu(cpu)
		for (i = 0; i < 20; i++)
			sum += per_cpu_ptr(counters, cpu)->array[i];
	assert_int_equal(sum, -2L * AT_ONCE * ROUNDS * 100);
	free_percpu(counters);
	free_percpu(NULL);
	assert_int_equal(tmem_port_live(), 0);
}

/* Every possible CPU has its own, zeroed copy, with or without a thread. */
static void test_percpu_copies(void **state)
{
	int cpu, *p = alloc_percpu(int);

	(void)state;
	for_each_possible_cpu(cpu) {
		assert_int_equal(*per_cpu_ptr(p, cpu), 0);
		*per_cpu_ptr(p, cpu) = cpu;
	}
	for_each_possible_cpu(cpu)
		assert_int_equal(*per_cpu_ptr(p, cpu), cpu);
	assert_int_equal(nr_cpu_ids, 256);
	assert_in_range(num_online_cpus(), 1, 256);
	free_percpu(p);
}

/* ---- LZ4 ---- */

static void test_lz4(void **state)
{
	static char back[PAGE_SIZE];
	size_t i;
	int n;

	(void)state;
	for (i = 0; i < PAGE_SIZE; i++)
		page[i] = (char)(i % 37 + i / 512);
	n = LZ4_compress_default(page, packed, PAGE_SIZE, LZ4_COMPRESSBOUND(PAGE_SIZE),
				 workspace);
	assert_in_range(n, 10, PAGE_SIZE / 2);
	assert_int_equal(LZ4_decompress_safe(packed, back, n, PAGE_SIZE), PAGE_SIZE);
	assert_memory_equal(page, back, PAGE_SIZE);
	/* too small a destination, damaged source */
	assert_int_equal(LZ4_compress_default(page, packed, PAGE_SIZE, n - 1, workspace), 0);
	assert_true(LZ4_decompress_safe(packed, back, n - 5, PAGE_SIZE) < (int)PAGE_SIZE);
	memset(packed, 0xff, 64);
	assert_true(LZ4_decompress_safe(packed, back, 64, PAGE_SIZE) < 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slab_leak),
		cmocka_unit_test(test_slab),
		cmocka_unit_test(test_freed_without_memory),
		cmocka_unit_test(test_kmalloc),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_freed_elsewhere),
		cmocka_unit_test(test_swapped),
		cmocka_unit_test(test_given_back),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_fault_threads),
		cmocka_unit_test(test_percpu_churn),
		cmocka_unit_test(test_percpu_copies),
		cmocka_unit_test(test_lz4),
	};

	return cmocka_run_group_tests_name("port: memory", tests, NULL, NULL);
}
