// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sizes_test.c - how many pages a store keeps in so many bytes
 *
 *	made		what was asked for is what comes out, with its same-filled pages
 *	of a file	every page once: one word, words that repeat, noise
 *	recorded	by the puts of a trace, up to the event that was asked for
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../replay/sizes.h"
#include "replay_support.h"

static struct stored_sizes sizes;

static void measure(struct content content, const char *store)
{
	struct trace_error error = { };

	memset(&sizes, 0, sizeof(sizes));
	assert_int_equal(sizes_measure(&sizes, &content, tmem_store_find(store),
				       &error), 0);
}

/* Pages of @first to @last bytes. */
static u64 between(u32 first, u32 last)
{
	u64 pages = 0;

	while (first <= last)
		pages += sizes.measured[first++];
	return pages;
}

static void made_pages_are_as_asked_for(void **state)
{
	u64 same;

	(void)state;
	measure(content_model(3, 45, 20), "lz4");
	same = between(0, 64);
	assert_in_range(same, SIZES_MADE / 10, SIZES_MADE * 3 / 10);
	assert_int_equal(between(PAGE_SIZE * 43 / 100, PAGE_SIZE * 47 / 100),
			 SIZES_MADE - same);
	assert_int_equal(sizes.refused, 0);

	measure(content_model(3, 100, 0), "lz4");
	assert_int_equal(sizes.refused, SIZES_MADE);
	assert_int_equal(between(0, PAGE_SIZE), 0);

	measure(content_model(3, 45, 20), "raw");
	assert_int_equal(sizes.measured[PAGE_SIZE], SIZES_MADE);
}

static void another_seed_has_other_pages(void **state)
{
	u64 first;

	(void)state;
	measure(content_model(3, 45, 20), "lz4");
	first = between(0, 64);
	measure(content_model(4, 45, 20), "lz4");
	assert_true(between(0, 64) != first);
}

/* @nr pages in turn: one word all over, a few words again and again, noise. */
static struct content_file file_of(u32 nr)
{
	struct content_file file = {
		.nr_pages = nr,
		.pages = aligned_alloc(PAGE_SIZE, nr * PAGE_SIZE),
	};
	u32 i, k;

	assert_non_null(file.pages);
	srandom(1);
	for (i = 0; i < nr; i++)
		for (k = 0; k < PAGE_SIZE; k++)
			file.pages[i * PAGE_SIZE + k] = i % 3 == 0 ? 7 :
				i % 3 == 1 ? (u8)(k % 64) : (u8)random();
	return file;
}

static void each_page_of_a_file_counts_once(void **state)
{
	struct content_file file = file_of(3 * 50);

	(void)state;
	measure(content_of_file(1, &file), "lz4");
	assert_int_equal(between(0, 16), 50);
	assert_int_equal(between(17, 300), 50);
	assert_int_equal(between(301, PAGE_SIZE), 0);
	assert_int_equal(sizes.refused, 50);
	content_unload(&file);
}

static void a_long_file_is_taken_all_over(void **state)
{
	struct content_file file = {
		.nr_pages = SIZES_OF_FILE + SIZES_OF_FILE / 2,
	};
	u64 i;

	(void)state;
	file.pages = aligned_alloc(PAGE_SIZE, file.nr_pages * PAGE_SIZE);
	assert_non_null(file.pages);
	memset(file.pages, 0, file.nr_pages * PAGE_SIZE);
	/* the last third does not repeat one word */
	for (i = file.nr_pages * 2 / 3; i < file.nr_pages; i++)
		file.pages[i * PAGE_SIZE] = 1;
	measure(content_of_file(1, &file), "lz4");
	assert_int_equal(between(0, PAGE_SIZE), SIZES_OF_FILE);
	assert_in_range(between(0, 8), SIZES_OF_FILE * 2 / 3 - 1,
			SIZES_OF_FILE * 2 / 3 + 1);
	content_unload(&file);
}

static void recorded_sizes_are_those_of_puts(void **state)
{
	static const struct trace_event events[] = {
		{ .op = TRACE_PUT, .size = 1000, .count = 1 },
		{ .op = TRACE_PUT, .size = 0, .count = 1, .index = 1 },
		{ .op = TRACE_GET, .size = 1000, .count = 1 },
		{ .op = TRACE_PUT, .size = 65535, .count = 1, .index = 2 },
		{ .op = TRACE_PUT, .size = 1000, .count = 1, .index = 3 },
	};
	struct trace_info info = {
		.page_size = 4096, .kind = TRACE_OPERATIONS, .nr_pools = 1,
		.pools = &(struct trace_pool){ .flags = 0 },
	};
	struct replay_by_hand to = replay_write_begin(&info);
	struct trace_error err = { .code = 0 };
	struct trace_reader *reader;
	u64 seen;
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(events); i++)
		replay_write(&to, &(struct trace_record){
			.event = events[i], .oid = { { 1 } } });
	reader = replay_write_end(&to);
	memset(&sizes, 0, sizeof(sizes));
	assert_int_equal(sizes_recorded(&sizes, reader, 0, &seen, &err), 0);
	assert_int_equal(seen, ARRAY_SIZE(events));
	assert_int_equal(sizes.recorded[1000], 2);
	assert_int_equal(sizes.recorded[65535], 1);
	assert_int_equal(sizes.recorded[0], 0);
	memset(&sizes, 0, sizeof(sizes));
	assert_int_equal(sizes_recorded(&sizes, reader, 4, &seen, &err), 0);
	assert_int_equal(seen, 4);
	assert_int_equal(sizes.recorded[1000], 1);
	trace_close(reader);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(made_pages_are_as_asked_for),
		cmocka_unit_test(another_seed_has_other_pages),
		cmocka_unit_test(each_page_of_a_file_counts_once),
		cmocka_unit_test(a_long_file_is_taken_all_over),
		cmocka_unit_test(recorded_sizes_are_those_of_puts),
	};

	return cmocka_run_group_tests(tests, replay_tests_begin,
				      replay_tests_end);
}
