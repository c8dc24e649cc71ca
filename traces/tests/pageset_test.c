// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pageset_test.c - the set of pages against a plain model of it, and estimates against
 * what is exactly known
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "pageset.h"

#define OBJECTS		3U
#define WINDOW		400U		/* pages at each of the places below */
#define STEPS		20000U

/* Where the windows of an object are: nodes of every level lie between them. */
static const uint32_t places[] = { 0, 4000, 1U << 18, 1U << 24, 1U << 31, UINT32_MAX - WINDOW + 1 };

#define NR_PLACES	(sizeof(places) / sizeof(places[0]))

struct page {
	uint32_t uses;
	bool there;
};

struct model {
	struct page pages[OBJECTS][NR_PLACES][WINDOW];
	struct pageset_counts counts;
	uint64_t there;
};

static uint64_t random_state;

static uint32_t pick(uint32_t below)
{
	random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)((random_state >> 33) % below);
}

static void model_use(struct model *model, struct page *page, enum pageset_use use)
{
	model->counts.seen += page->uses == 0;
	model->counts.once += page->uses == 0;
	model->counts.once -= page->uses == 1;
	page->uses++;
	if (use != PAGESET_PUT) {
		model->counts.found += page->there;
		model->counts.missed += !page->there;
	}
	if (use == PAGESET_GET || (use == PAGESET_TAKE && !page->there))
		return;
	model->there -= page->there;
	page->there = use != PAGESET_TAKE;
	model->there += page->there;
	if (model->there > model->counts.most)
		model->counts.most = model->there;
}

static void model_remove(struct model *model, uint32_t object, uint32_t first, uint32_t last)
{
	for (size_t p = 0; p < NR_PLACES; p++) {
		for (uint32_t i = 0; i < WINDOW; i++) {
			struct page *page = &model->pages[object][p][i];

			if (places[p] + i < first || places[p] + i > last)
				continue;
			model->there -= page->there;
			page->there = false;
		}
	}
}

static void one_use(struct pageset *set, struct model *model)
{
	uint32_t object = pick(OBJECTS);
	uint32_t place = pick(NR_PLACES);
	uint32_t first = pick(WINDOW);
	uint32_t nr = 1 + pick(WINDOW - first);
	enum pageset_use use = (enum pageset_use)pick(4);

	assert_int_equal(pageset_use(set, object, places[place] + first, nr, use), 0);
	for (uint32_t i = first; i < first + nr; i++)
		model_use(model, &model->pages[object][place][i], use);
}

static void one_removal(struct pageset *set, struct model *model)
{
	uint32_t object = pick(OBJECTS);
	uint32_t a = places[pick(NR_PLACES)] + pick(WINDOW);
	uint32_t b = pick(3) ? places[pick(NR_PLACES)] + pick(WINDOW) : UINT32_MAX;
	uint32_t first = a < b ? a : b;
	uint32_t last = a < b ? b : a;

	assert_int_equal(pageset_remove(set, object, first, last), 0);
	model_remove(model, object, first, last);
}

static void check(const struct pageset *set, const struct model *model)
{
	struct pageset_counts counts;

	pageset_counts(set, &counts);
	assert_false(counts.estimated);
	assert_int_equal(counts.seen, model->counts.seen);
	assert_int_equal(counts.once, model->counts.once);
	assert_int_equal(counts.most, model->counts.most);
	assert_int_equal(counts.found, model->counts.found);
	assert_int_equal(counts.missed, model->counts.missed);
}

static void as_the_model(void **state)
{
	struct model *model = calloc(1, sizeof(*model));
	struct pageset *set = pageset_new(0);

	assert_non_null(model);
	assert_non_null(set);
	random_state = (uintptr_t)*state;
	for (uint32_t step = 0; step < STEPS; step++) {
		if (pick(20) == 0)
			one_removal(set, model);
		else
			one_use(set, model);
		check(set, model);
	}
	assert_true(model->counts.found > 1000 && model->counts.missed > 1000);
	pageset_free(set);
	free(model);
}

/* ---- beyond the bound ---- */

static void is_about(uint64_t got, uint64_t want)
{
	if (got < want - want / 10 || got > want + want / 10)
		fail_msg("%llu is not about %llu", (unsigned long long)got,
			 (unsigned long long)want);
}

/* 200,000 pages far apart in a table of 4096, each put, and every second one got. */
static void estimates(void **state)
{
	struct pageset *set = pageset_new(4096);
	struct pageset_counts counts;
	struct pageset_counts after;
	uint32_t nr = 200000;

	(void)state;
	assert_non_null(set);
	for (uint32_t i = 0; i < nr; i++)
		assert_int_equal(pageset_use(set, i % 10, i / 10 * 200, 1, PAGESET_PUT), 0);
	for (uint32_t i = 0; i < nr; i++)
		assert_int_equal(pageset_use(set, i % 10, i / 10 * 200 + (i & 1), 1,
					     PAGESET_GET), 0);
	pageset_counts(set, &counts);
	assert_true(counts.estimated);
	is_about(counts.seen, nr + nr / 2);
	is_about(counts.once, nr);
	is_about(counts.most, nr);
	is_about(counts.found, nr / 2);
	is_about(counts.missed, nr / 2);
	/* All of it goes, by ranges: after that nothing is found. */
	for (uint32_t object = 0; object < 10; object++)
		assert_int_equal(pageset_remove(set, object, 0, UINT32_MAX), 0);
	for (uint32_t i = 0; i < nr; i++)
		assert_int_equal(pageset_use(set, i % 10, i / 10 * 200, 1, PAGESET_GET), 0);
	pageset_counts(set, &after);
	assert_int_equal(after.found, counts.found);
	is_about(after.missed, nr + nr / 2);
	pageset_free(set);
}

/* Up to the bound it is exact: 3/4 of the entries less what one use may add. */
static void exact_before(void **state)
{
	struct pageset *set = pageset_new(1024);
	struct pageset_counts counts;
	uint32_t nr = 1024 / 4 * 3 - 6;

	(void)state;
	for (uint32_t i = 0; i < nr; i++)
		assert_int_equal(pageset_use(set, 7, 64 * i, 64, PAGESET_REFERENCE), 0);
	pageset_counts(set, &counts);
	assert_false(counts.estimated);
	assert_int_equal(counts.seen, 64 * nr);
	assert_int_equal(pageset_use(set, 7, 64 * nr, 64, PAGESET_REFERENCE), 0);
	assert_int_equal(pageset_use(set, 7, 64 * nr + 64, 64, PAGESET_REFERENCE), 0);
	pageset_counts(set, &counts);
	assert_true(counts.estimated);
	is_about(counts.seen, 64 * nr);
	pageset_free(set);
}

/* Removing what is not there costs nothing: this would take hours page by page. */
static void cheap_removal(void **state)
{
	struct pageset *set = pageset_new(0);
	clock_t begin = clock();

	(void)state;
	for (uint32_t i = 0; i < 100000; i++)
		assert_int_equal(pageset_use(set, 1, i * 128, 1, PAGESET_PUT), 0);
	for (uint32_t i = 0; i < 1000000; i++)
		assert_int_equal(pageset_remove(set, 1, 1U << 31, UINT32_MAX - i % 7), 0);
	assert_true((double)(clock() - begin) / CLOCKS_PER_SEC < 60);
	pageset_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "as the model, seed 1", as_the_model, NULL, NULL, (void *)1 },
		{ "as the model, seed 2", as_the_model, NULL, NULL, (void *)2 },
		cmocka_unit_test(estimates),
		cmocka_unit_test(exact_before),
		cmocka_unit_test(cheap_removal),
	};

	return cmocka_run_group_tests_name("importers: set of pages", tests, NULL, NULL);
}
