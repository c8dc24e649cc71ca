// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * peers_test.c - every design and every peer gives the same, right answers
 *
 * Random operations against a plain array, then two threads on objects of their
 * own; at the end nothing may be alive that was not before.  What measures memory
 * is tried with an allocation of known size from each allocator.
 */
#include <pthread.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

#include "port.h"
#include <port/threads.h>

#include "../bench.h"
#include "../memory.h"
#include "../peers/peer.h"

#define OBJECTS	64U
#define PAGES	100U		/* of an object: not a power of two, two tree levels */
#define STEPS	200000
#define THREADS	2U

static const struct peer_ops *ops;	/* of the test that runs */

static struct peer *make(bool ephemeral, bool two_threads)
{
	struct peer_config config = {
		.ephemeral = ephemeral,
		.pages = 256,		/* far fewer than come: tables have to grow */
		.object_pages = PAGES,
		.buckets = 16,
		.budget = 4 * OBJECTS * PAGES,
	};
	struct peer *peer;

	/* but the tree is told how much swap there is */
	if (!strcmp(ops->name, "swaptree"))
		config.pages = OBJECTS * PAGES;
	/* and libcuckoo's table does not grow below two threads: see its file */
	if (two_threads && !strcmp(ops->name, "libcuckoo"))
		config.pages = OBJECTS * PAGES;
	peer = ops->create(ops, &config);
	assert_non_null(peer);
	return peer;
}

/*
 * One random operation on an object among those of @part: NULL, or what was answered
 * wrong.  No assertion of cmocka's: they do not work in threads.
 */
static const char *step(struct peer *peer, bool ephemeral, bool *model, uint32_t part,
			uint32_t parts, uint64_t *random)
{
	uint64_t r = bench_random(random);
	uint32_t object = bench_below((uint32_t)(r >> 32), OBJECTS / parts) * parts + part;
	uint32_t index = bench_below((uint32_t)r, PAGES), i;
	bool *there = &model[object * PAGES + index];
	struct peer_key key;
	long n = 0;

	peer_key_init(&key, object, index);
	switch (r % 101 % 4) {
	case 0:
	case 1:
		if (ops->put(peer, &key))
			return "put";
		*there = true;
		break;
	case 2:
		if ((ephemeral ? ops->get_exclusive : ops->get)(peer, &key) !=
		    (*there ? 0 : -ENOENT))
			return "get";
		*there = *there && !ephemeral;
		break;
	case 3:
		if ((r * 0x9e3779b97f4a7c15ULL >> 40) % 50) {
			if (ops->flush_page(peer, &key) != (*there ? 0 : -ENOENT))
				return "flush page";
			*there = false;
			break;
		}
		for (i = 0; i < PAGES; i++) {
			n += model[object * PAGES + i];
			model[object * PAGES + i] = false;
		}
		key.index = 0;
		if (ops->flush_object(peer, &key, PAGES) != n)
			return "flush object";
		break;
	}
	return NULL;
}

static void expect_right(const char *wrong)
{
	if (wrong)
		fail_msg("a wrong answer: %s", wrong);
}

static void check_all(struct peer *peer, const bool *model)
{
	struct peer_key key;
	uint32_t i;

	for (i = 0; i < OBJECTS * PAGES; i++) {
		peer_key_init(&key, i / PAGES, i % PAGES);
		assert_int_equal(ops->get(peer, &key), model[i] ? 0 : -ENOENT);
	}
}

static void flush_all(struct peer *peer)
{
	struct peer_key key;
	uint32_t i;

	for (i = 0; i < OBJECTS; i++) {
		peer_key_init(&key, i, 0);
		ops->flush_object(peer, &key, PAGES);
	}
	tmem_port_quiesce();
}

static void answers(bool ephemeral)
{
	long live = tmem_port_live();
	unsigned long warnings = tmem_port_warnings();
	bool *model = calloc(OBJECTS * PAGES, sizeof(*model));
	struct peer *peer = make(ephemeral, false);
	long empty = tmem_port_live();
	uint64_t random = 1;
	unsigned int i;

	assert_non_null(model);
	for (i = 0; i < STEPS; i++)
		expect_right(step(peer, ephemeral, model, 0, 1, &random));
	if (!ephemeral)
		check_all(peer, model);
	/* no page, object or node is left of what was there */
	flush_all(peer);
	assert_int_equal(tmem_port_live(), empty);
	expect_right(step(peer, ephemeral, memset(model, 0, OBJECTS * PAGES), 0, 1, &random));
	ops->destroy(peer);
	free(model);
	tmem_port_quiesce();
	assert_int_equal(tmem_port_live(), live);
	assert_int_equal(tmem_port_warnings(), warnings);
}

static void persistent_answers(void **state)
{
	ops = *state;
	answers(false);
}

static void ephemeral_answers(void **state)
{
	ops = *state;
	answers(true);
}

/* Cut to half, half is left; the other half was evicted. */
static void limit(void **state)
{
	struct peer *peer;
	struct peer_key key;
	uint32_t i, left = 0;

	ops = *state;
	if (!(ops->flags & PEER_EVICTS)) {
		assert_null(ops->limit);
		return;
	}
	peer = make(true, false);
	for (i = 0; i < PAGES; i++) {
		peer_key_init(&key, 0, i);
		assert_int_equal(ops->put(peer, &key), 0);
	}
	ops->limit(peer, PAGES / 2);
	for (i = 0; i < PAGES; i++) {
		peer_key_init(&key, 0, i);
		left += !ops->get_exclusive(peer, &key);
	}
	assert_int_equal(left, PAGES / 2);
	ops->destroy(peer);
}

/* ---- two threads ---- */

struct worker {
	pthread_t thread;
	struct peer *peer;
	bool *model;
	uint32_t part;
	const char *wrong;	/* out */
};

static void *work(void *arg)
{
	struct worker *w = arg;
	uint64_t random = w->part + 1;
	unsigned int i;

	for (i = 0; i < STEPS && !w->wrong; i++)
		w->wrong = step(w->peer, false, w->model, w->part, THREADS, &random);
	return NULL;
}

static void threads(void **state)
{
	bool *model = calloc(OBJECTS * PAGES, sizeof(*model));
	struct worker workers[THREADS];
	struct peer *peer;
	uint32_t i;

	ops = *state;
	assert_non_null(model);
	peer = make(false, true);
	for (i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){ .peer = peer, .model = model, .part = i };
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]),
				 0);
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(workers[i].thread, NULL);
	for (i = 0; i < THREADS; i++)
		expect_right(workers[i].wrong);
	check_all(peer, model);
	ops->destroy(peer);
	free(model);
}

/* ---- memory ---- */

static void memory(void **state)
{
	enum { SMALL = 1000, LARGE = 10 << 20, FRAMES = 2000 };
	int64_t before = bench_memory(), taken;
	static void *small[SMALL];
	static unsigned long frames[FRAMES];
	unsigned int i;
	void *large;

	(void)state;
	large = malloc(LARGE);
	gbench_keep(large);	/* or the compiler leaves it out */
	for (i = 0; i < SMALL; i++)
		small[i] = malloc(64);
	taken = bench_memory() - before;
	assert_in_range(taken, LARGE + SMALL * 64, LARGE + SMALL * 100 + 65536);
	for (i = 0; i < SMALL; i++)
		free(small[i]);
	free(large);

	before = bench_memory();
	for (i = 0; i < FRAMES; i++) {
		frames[i] = __get_free_page(GFP_KERNEL);
		assert_true(frames[i]);
	}
	taken = bench_memory() - before;
	/* a depot may have had some, and holds a few more; blocks are 16 frames */
	assert_in_range(taken, (FRAMES - 200) * PAGE_SIZE, (FRAMES + 300) * PAGE_SIZE);
	for (i = 0; i < FRAMES; i++)
		free_page(frames[i]);
}

/* A walk gives each number once. */
static void walk(void **state)
{
	static const uint64_t sizes[] = { 1, 2, 3, 64, 1000, 65537 };
	static bool seen[65537];
	struct bench_walk w;
	unsigned int s;
	uint64_t i, x;

	(void)state;
	for (s = 0; s < ARRAY_SIZE(sizes); s++) {
		memset(seen, 0, sizeof(seen));
		bench_walk_init(&w, sizes[s], 12345);
		for (i = 0; i < sizes[s]; i++) {
			x = bench_walk_next(&w);
			assert_true(x < sizes[s]);
			assert_false(seen[x]);
			seen[x] = true;
		}
	}
}

int main(void)
{
	static struct CMUnitTest tests[4 * 32 + 2];
	static char names[ARRAY_SIZE(tests)][64];
	const struct peer_ops *p;
	unsigned int i, n = 0;

	for (i = 0; (p = peer_at(i)) && n + 6 <= ARRAY_SIZE(tests); i++) {
		static const struct {
			const char *name;
			CMUnitTestFunction fn;
		} each[] = {
			{ "persistent answers", persistent_answers },
			{ "ephemeral answers", ephemeral_answers },
			{ "less room", limit },
			{ "two threads", threads },
		};
		unsigned int j;

		if (p->flags & PEER_NOTHING)
			continue;
		for (j = 0; j < ARRAY_SIZE(each); j++, n++) {
			snprintf(names[n], sizeof(names[n]), "%s: %s", p->name, each[j].name);
			tests[n] = (struct CMUnitTest){ names[n], each[j].fn, NULL, NULL,
							(void *)(uintptr_t)p };
		}
	}
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(memory);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(walk);
	return _cmocka_run_group_tests("peers", tests, n, NULL, NULL);
}
