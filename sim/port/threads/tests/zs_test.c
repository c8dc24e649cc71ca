// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * zs_test.c - the size-class allocator: classes and page frames are those of
 * zsmalloc in 6.12, contents survive, and at the end nothing is left.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <pthread.h>

#include <port/impl.h>
#include <port/threads.h>

static u64 seed = 0x9e3779b97f4a7c15ULL;

static u32 rnd(u32 below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (u32)(seed >> 16) % below;
}

static void fill(struct zs_pool *pool, unsigned long handle, size_t size, int byte)
{
	memset(zs_map_object(pool, handle, ZS_MM_WO), byte, size);
	zs_unmap_object(pool, handle);
}

static bool holds(struct zs_pool *pool, unsigned long handle, size_t size, int byte)
{
	const unsigned char *p = zs_map_object(pool, handle, ZS_MM_RO);
	bool ok = true;
	size_t i;

	for (i = 0; i < size; i++)
		ok = ok && p[i] == (unsigned char)byte;
	zs_unmap_object(pool, handle);
	return ok;
}

/*
 * Worked out by hand from the rules: 8 bytes are added to the size, the class is
 * the next multiple of 16 (from 32 on), the chain the shortest of 1 to 8 frames
 * that leaves the least, and equal chains with equal numbers share the largest.
 */
static const struct {
	size_t size;
	unsigned int frames;
	unsigned int objects;
} shapes[] = {
	{ 1, 1, 128 },		/* class 32 */
	{ 24, 1, 128 },
	{ 25, 3, 256 },		/* class 48: 12288 / 48, nothing left */
	{ 40, 3, 256 },
	{ 56, 1, 64 },		/* class 64 */
	{ 120, 1, 32 },		/* class 128 */
	{ 1016, 1, 4 },		/* class 1024 */
	{ 2040, 1, 2 },		/* class 2048 */
	{ 2688, 2, 3 },		/* class 2704, merged into 2720 */
	{ 2712, 2, 3 },		/* class 2720: 8192 leaves 32 */
	{ 3256, 4, 5 },		/* class 3264: 16384 leaves 64 */
	{ 136, 7, 199 },	/* class 144: 28672 leaves 16 */
	{ 1128, 5, 18 },	/* class 1136: 20480 leaves 32 */
	{ 3624, 8, 9 },		/* class 3632: 32768 leaves 80; the last not huge */
	{ 3625, 1, 1 },		/* class 3648, merged into 4096: huge */
	{ 4000, 1, 1 },
	{ 4096, 1, 1 },
};

static void test_frames(void **state)
{
	unsigned long handles[600];
	unsigned int i, n;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		struct zs_pool *pool = zs_create_pool("shapes");
		unsigned int want = 2 * shapes[i].objects + 1;

		for (n = 0; n < want; n++) {
			handles[n] = zs_malloc(pool, shapes[i].size, GFP_KERNEL);
			assert_false(IS_ERR_VALUE(handles[n]));
			if (zs_get_total_pages(pool) !=
			    DIV_ROUND_UP(n + 1, shapes[i].objects) * shapes[i].frames)
				fail_msg("size %zu: %lu frames for %u objects",
					 shapes[i].size, zs_get_total_pages(pool), n + 1);
		}
		while (n--)
			zs_free(pool, handles[n]);
		assert_int_equal(zs_get_total_pages(pool), 0);
		zs_destroy_pool(pool);
	}
	assert_int_equal(tmem_port_live(), 0);
}

static void test_refused(void **state)
{
	struct zs_pool *pool = zs_create_pool("refused");

	(void)state;
	assert_int_equal((long)zs_malloc(pool, 0, GFP_KERNEL), -EINVAL);
	assert_int_equal((long)zs_malloc(pool, 4097, GFP_KERNEL), -ENOSPC);
	assert_int_equal(zs_get_total_pages(pool), 0);
	zs_destroy_pool(pool);
}

/* Every size: as many bytes as asked for, next to a neighbour. */
static void test_sizes(void **state)
{
	struct zs_pool *pool = zs_create_pool("sizes");
	unsigned long one, two;
	size_t size;

	(void)state;
	for (size = 1; size <= PAGE_SIZE; size++) {
		one = zs_malloc(pool, size, GFP_KERNEL);
		two = zs_malloc(pool, size, GFP_KERNEL);
		fill(pool, one, size, 0x11);
		fill(pool, two, size, 0x22);
		assert_true(holds(pool, one, size, 0x11));
		assert_true(holds(pool, two, size, 0x22));
		zs_free(pool, one);
		assert_true(holds(pool, two, size, 0x22));
		zs_free(pool, two);
		assert_int_equal(zs_get_total_pages(pool), 0);
	}
	zs_destroy_pool(pool);
	assert_int_equal(tmem_port_live(), 0);
}

/* A room that a free made is used before a frame is added. */
static void test_room_is_used(void **state)
{
	struct zs_pool *pool = zs_create_pool("room");
	unsigned long handles[64];
	unsigned long pages;
	int i;

	(void)state;
	for (i = 0; i < 64; i++)
		handles[i] = zs_malloc(pool, 500, GFP_KERNEL);
	pages = zs_get_total_pages(pool);
	for (i = 0; i < 64; i += 3)
		zs_free(pool, handles[i]);
	for (i = 0; i < 64; i += 3)
		handles[i] = zs_malloc(pool, 500, GFP_KERNEL);
	assert_int_equal(zs_get_total_pages(pool), pages);
	for (i = 0; i < 64; i++)
		zs_free(pool, handles[i]);
	assert_int_equal(zs_get_total_pages(pool), 0);
	zs_destroy_pool(pool);
}

/* ---- random work against a model ---- */

#define SLOTS 400

struct slot {
	unsigned long handle;
	size_t size;
	int byte;
};

/* One step on a random slot; whether the slot held what it should. */
static bool step(struct zs_pool *pool, struct slot *slots, u32 *state)
{
	struct slot *s;

	*state = *state * 1664525 + 1013904223;
	s = &slots[(*state >> 8) % SLOTS];
	if (s->handle) {
		bool ok = holds(pool, s->handle, s->size, s->byte);

		zs_free(pool, s->handle);
		s->handle = 0;
		return ok;
	}
	s->size = 1 + (*state >> 4) % PAGE_SIZE;
	s->byte = *state & 0x7f;
	s->handle = zs_malloc(pool, s->size, GFP_KERNEL);
	if (IS_ERR_VALUE(s->handle))
		return false;
	fill(pool, s->handle, s->size, s->byte);
	return true;
}

static void clear(struct zs_pool *pool, struct slot *slots)
{
	int i;

	for (i = 0; i < SLOTS; i++) {
		if (slots[i].handle)
			zs_free(pool, slots[i].handle);
		slots[i].handle = 0;
	}
}

static void test_random(void **state)
{
	static struct slot slots[SLOTS];
	struct zs_pool *pool = zs_create_pool("random");
	u32 walk = rnd(U32_MAX);
	size_t bytes;
	int i, n;

	(void)state;
	for (i = 0; i < 20000; i++) {
		assert_true(step(pool, slots, &walk));
		if (i % 500)
			continue;
		bytes = 0;
		for (n = 0; n < SLOTS; n++)
			bytes += slots[n].handle ? slots[n].size : 0;
		assert_true(zs_get_total_pages(pool) * PAGE_SIZE >= bytes);
	}
	for (n = 0; n < SLOTS; n++)
		if (slots[n].handle)
			assert_true(holds(pool, slots[n].handle, slots[n].size,
					  slots[n].byte));
	clear(pool, slots);
	assert_int_equal(zs_get_total_pages(pool), 0);
	zs_destroy_pool(pool);
	assert_int_equal(tmem_port_live(), 0);
}

static struct zs_pool *shared;

static void *works(void *arg)
{
	struct slot *slots = calloc(SLOTS, sizeof(*slots));
	u32 walk = (u32)(uintptr_t)arg;
	long bad = 0;
	int i;

	for (i = 0; i < 8000; i++)
		bad += !step(shared, slots, &walk);
	clear(shared, slots);
	free(slots);
	return (void *)bad;
}

static void test_threads(void **state)
{
	pthread_t threads[4];
	void *bad;
	long i;

	(void)state;
	shared = zs_create_pool("shared");
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, works,
						(void *)(i * 7919 + 1)), 0);
	for (i = 0; i < 4; i++) {
		pthread_join(threads[i], &bad);
		assert_null(bad);
	}
	assert_int_equal(zs_get_total_pages(shared), 0);
	zs_destroy_pool(shared);
	assert_int_equal(tmem_port_live(), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_room_is_used),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests_name("port: zs", tests, NULL, NULL);
}
