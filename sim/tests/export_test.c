// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * export_test.c - the way out to another simulator's format and in again
 *
 *	strings	what comes back is the same string of references: the very pages, where
 *		they were numbers, and the same up to their names where not
 *	next	each record names the request that asks for its page next, against a
 *		search that is too simple to be wrong
 *	misses	the OLTP trace of the ARC paper, exported and imported again, misses as
 *		often as libCacheSim counts
 *
 * Argument: the folder with the real traces; without them those tests skip.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>


#include "../../traces/import/import.h"
#include "../../traces/oraclegeneral.h"
#include "../export/export.h"
#include "replay_support.h"

#define NS	1000000000ULL

static const char *traces = ".";

/* ---- traces ---- */

static struct trace_reader *make_trace(enum trace_kind kind, u32 pools,
				       const struct trace_record *records, size_t nr)
{
	struct trace_pool pool[4] = { { .client = 0 }, { .client = 1 }, { .client = 2 },
				      { .client = 3 } };
	struct trace_info info = {
		.page_size = 4096, .kind = kind, .has_times = true,
		.nr_pools = pools, .pools = pool,
	};
	struct replay_by_hand to = replay_write_begin(&info);

	for (size_t i = 0; i < nr; i++)
		replay_write(&to, &records[i]);
	return replay_write_end(&to);
}

/* ---- export ---- */

struct exported {
	u8 *data;
	size_t size;
	struct export_report report;
};

static u8 *read_all(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	u8 *data;

	assert_non_null(f);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	*size = (size_t)ftell(f);
	rewind(f);
	data = malloc(*size + 1);
	assert_non_null(data);
	assert_int_equal(fread(data, 1, *size, f), *size);
	data[*size] = 0;
	fclose(f);
	return data;
}

static struct exported export_trace(struct trace_reader *reader, const char *format,
				    u32 object_pages)
{
	struct trace_error err = { .code = 0 };
	struct exported out = { NULL, 0, { 0 } };
	char *name = replay_new_name();
	struct export_config config = {
		.path = name, .format = format, .object_pages = object_pages,
	};

	if (trace_export(reader, &config, &out.report, &err))
		fail_msg("%s", err.text);
	out.data = read_all(name, &out.size);
	replay_forget(name);
	return out;
}

/* It fails with @words, and leaves no file. */
static void export_fails(struct trace_reader *reader, const char *format,
			 const char *path, int code, const char *words)
{
	struct trace_error err = { .code = 0 };
	char *name = replay_new_name();
	struct export_config config = { .path = path ? path : name, .format = format };

	assert_int_equal(trace_export(reader, &config, NULL, &err), code);
	assert_int_equal(err.code, code);
	if (!strstr(err.text, words))
		fail_msg("no '%s' in '%s'", words, err.text);
	assert_int_equal(access(name, F_OK), -1);
	replay_forget(name);
	/* The folder went too: nothing was left beside the file. */
	assert_int_equal(access(name, F_OK), -1);
}

static struct oracle_record record_at(const struct exported *out, size_t n)
{
	struct oracle_record r;

	oracle_decode(out->data + n * ORACLE_SIZE, &r);
	return r;
}

/* ---- the tests ---- */

static const struct trace_record numbers[] = {
	{ .event = { .time = 0, .index = 7, .count = 3, .op = TRACE_READ } },
	{ .event = { .time = NS, .index = 8, .count = 1, .op = TRACE_WRITE } },
	{ .event = { .time = NS, .index = 0, .count = 4, .op = TRACE_DISCARD } },
	{ .event = { .time = 3 * NS - 1, .index = 16383, .count = 1, .op = TRACE_READ },
	  .oid = { { 0, (1ULL << 50) - 1, 0 } } },
	{ .event = { .time = 3 * NS, .index = 7, .count = 3, .op = TRACE_READ } },
};

static const struct oracle_record wanted[] = {
	{ 0, 7, 4096, 6 }, { 0, 8, 4096, 4 }, { 0, 9, 4096, 8 }, { 1, 8, 4096, 7 },
	{ 2, UINT64_MAX, 4096, -1 }, { 3, 7, 4096, -1 }, { 3, 8, 4096, -1 },
	{ 3, 9, 4096, -1 },
};

static void page_numbers_come_back(void **state)
{
	struct trace_reader *reader = make_trace(TRACE_REFERENCES, 1, numbers,
						 ARRAY_SIZE(numbers));
	struct exported out = export_trace(reader, "oraclegeneral", 0);

	(void)state;
	assert_int_equal(out.size, ARRAY_SIZE(wanted) * ORACLE_SIZE);
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		struct oracle_record r = record_at(&out, i);

		assert_int_equal(r.time, wanted[i].time);
		assert_int_equal(r.id, wanted[i].id);
		assert_int_equal(r.size, wanted[i].size);
		assert_int_equal(r.next, wanted[i].next);
	}
	assert_false(out.report.numbered);
	assert_int_equal(out.report.references, 8);
	assert_int_equal(out.report.left_out[TRACE_DISCARD], 1);
	free(out.data);
	out = export_trace(reader, "pages", 0);
	assert_string_equal((char *)out.data,
			    "7\n8\n9\n8\n18446744073709551615\n7\n8\n9\n");
	assert_int_equal(out.report.references, 8);
	free(out.data);
	trace_close(reader);
}

/* The same name in two pools, far indices, and objects that are no parts of disks. */
static const struct trace_record named[] = {
	{ .event = { .index = 5, .count = 2, .pool = 0, .op = TRACE_PUT },
	  .oid = { { 1, 2, 3 } } },
	{ .event = { .index = 5, .count = 1, .pool = 1, .op = TRACE_GET },
	  .oid = { { 1, 2, 3 } } },
	{ .event = { .index = UINT32_MAX, .count = 1, .pool = 0, .op = TRACE_PUT },
	  .oid = { { UINT64_MAX, UINT64_MAX, UINT64_MAX } } },
	{ .event = { .index = 0, .count = 100, .pool = 0, .op = TRACE_FLUSH },
	  .oid = { { 9, 9, 9 } } },
	{ .event = { .index = 0, .count = 1, .pool = 0, .op = TRACE_FLUSH_OBJECT },
	  .oid = { { 1, 2, 3 } } },
	{ .event = { .index = 0, .count = 1, .pool = 1, .op = TRACE_PUT },
	  .oid = { { 1, 2, 3 } } },
	{ .event = { .index = 6, .count = 1, .pool = 0, .op = TRACE_GET },
	  .oid = { { 1, 2, 3 } } },
	{ .event = { .index = 0, .count = 1, .pool = 0, .op = TRACE_GET },
	  .oid = { { 0, 4, 0 } } },
};

static void names_become_numbers(void **state)
{
	struct trace_reader *reader = make_trace(TRACE_OPERATIONS, 2, named,
						 ARRAY_SIZE(named));
	struct exported out = export_trace(reader, "pages", 10);

	(void)state;
	assert_true(out.report.numbered);
	assert_int_equal(out.report.references, 7);
	assert_int_equal(out.report.left_out[TRACE_FLUSH], 1);
	assert_int_equal(out.report.left_out[TRACE_FLUSH_OBJECT], 1);
	/* 10 pages, 10 pages, 2^32 pages and 4 to the next multiple of 10 */
	assert_string_equal((char *)out.data,
			    "5\n6\n15\n4294967315\n10\n6\n4294967320\n");
	free(out.data);
	out = export_trace(reader, "pages", 1);
	assert_string_equal((char *)out.data,
			    "5\n6\n12\n4294967308\n7\n6\n4294967309\n");
	free(out.data);
	out = export_trace(reader, "oraclegeneral", 10);
	assert_int_equal(record_at(&out, 1).next, 6);
	assert_int_equal(record_at(&out, 2).next, -1);
	assert_int_equal(record_at(&out, 3).id, 4294967315);
	free(out.data);
	trace_close(reader);
}

/* The same page number in two pools is two pages. */
static void pools_are_apart(void **state)
{
	struct trace_record records[2] = { numbers[1], numbers[1] };
	struct trace_reader *reader;
	struct exported out;

	(void)state;
	records[1].event.pool = 1;
	reader = make_trace(TRACE_REFERENCES, 2, records, 2);
	out = export_trace(reader, "pages", 0);
	assert_true(out.report.numbered);
	assert_string_equal((char *)out.data, "8\n16392\n");
	free(out.data);
	trace_close(reader);
}

/* A trace of one pool is numbered too if one of its pages could not be a number. */
static void one_name_is_enough(void **state)
{
	struct trace_record records[2] = { numbers[0], numbers[3] };
	struct trace_reader *reader;
	struct exported out;

	(void)state;
	records[1].oid.w[1]++;
	reader = make_trace(TRACE_REFERENCES, 1, records, 2);
	out = export_trace(reader, "pages", 0);
	assert_true(out.report.numbered);
	assert_string_equal((char *)out.data, "7\n8\n9\n32767\n");
	free(out.data);
	/* An object of more pages than object_pages is no part of a disk. */
	out = export_trace(reader, "pages", 9);
	assert_true(out.report.numbered);
	free(out.data);
	trace_close(reader);
}

static void next_requests_are_right(void **state)
{
	struct gen_config config;
	struct trace_reader *reader;
	struct exported out;
	size_t nr;

	(void)state;
	gen_defaults(&config, GEN_MIXED);
	config.events = 4000;
	reader = replay_generate(&config);
	out = export_trace(reader, "oraclegeneral", 0);
	nr = out.size / ORACLE_SIZE;
	assert_int_equal(nr, out.report.references);
	assert_true(nr > 1000);
	for (size_t i = 0; i < nr; i++) {
		struct oracle_record r = record_at(&out, i);
		size_t n = i + 1;

		while (n < nr && record_at(&out, n).id != r.id)
			n++;
		assert_int_equal(r.next, n < nr ? (int64_t)n + 1 : -1);
	}
	free(out.data);
	trace_close(reader);
}

/* More than a buffer of records, from an event that is one. */
static void many_pages_of_one_event(void **state)
{
	const u32 count = 70000;
	struct trace_record record = {
		.event = { .index = 0, .count = count, .op = TRACE_READ },
		.oid = { { 3, 0, 0 } },
	};
	struct trace_reader *reader = make_trace(TRACE_REFERENCES, 1, &record, 1);
	struct exported out = export_trace(reader, "oraclegeneral", 0);

	(void)state;
	assert_int_equal(out.size, count * ORACLE_SIZE);
	for (u32 i = 0; i < count; i++)
		assert_int_equal(record_at(&out, i).id, i);
	free(out.data);
	trace_close(reader);
}

static void what_cannot_be(void **state)
{
	struct trace_record record = numbers[0];
	struct trace_reader *reader = make_trace(TRACE_REFERENCES, 1, &numbers[2], 1);

	(void)state;
	export_fails(reader, "oraclegeneral", NULL, -EINVAL, "refers to no page");
	export_fails(reader, "pages", NULL, -EINVAL, "refers to no page");
	trace_close(reader);

	reader = make_trace(TRACE_REFERENCES, 1, numbers, 1);
	export_fails(reader, "csv", NULL, -EINVAL, "there are: oraclegeneral, pages, text");
	export_fails(reader, "oraclegeneral", "-", -EINVAL, "give a file");
	export_fails(reader, "pages", "/", -EISDIR, "not a regular file");
	export_fails(reader, "text", "/nowhere/x", -ENOENT, "/nowhere/x: cannot be created");
	trace_close(reader);

	record.event.time = (1ULL << 32) * NS;
	reader = make_trace(TRACE_REFERENCES, 1, &record, 1);
	export_fails(reader, "oraclegeneral", NULL, -EINVAL, "longer than 2^32 seconds");
	trace_close(reader);

	record = numbers[0];
	record.event.index = 0;
	record.event.count = UINT32_MAX;
	reader = make_trace(TRACE_REFERENCES, 1, &record, 1);
	export_fails(reader, "oraclegeneral", NULL, -EINVAL, "more than 2^32 - 2");
	trace_close(reader);
}

/* ---- real traces ---- */

static struct trace_reader *out_and_in(struct trace_reader *reader, const char *format)
{
	char name[] = "/tmp/tmem-export-XXXXXX";
	struct export_config config = { .path = name, .format = format };
	struct trace_error err = { .code = 0 };
	struct trace_reader *again;
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	close(fd);
	if (trace_export(reader, &config, NULL, &err))
		fail_msg("%s", err.text);
	again = replay_import(name);
	assert_non_null(again);
	unlink(name);
	return again;
}

static void same_references(struct trace_reader *a, struct trace_reader *b)
{
	struct exported x = export_trace(a, "pages", 0);
	struct exported y = export_trace(b, "pages", 0);

	assert_int_equal(x.size, y.size);
	assert_memory_equal(x.data, y.data, x.size);
	free(x.data);
	free(y.data);
}

static void misses_stay(void **state)
{
	static const char *const formats[] = { "oraclegeneral", "pages" };
	const u64 pages = 10000, misses = 359239;
	struct trace_reader *reader = replay_import_or_skip(traces, "arc-OLTP.lis.zst");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		struct trace_reader *again = out_and_in(reader, formats[i]);
		struct replay_case c = replay_case_of("rcu", pages / 2);
		struct replay_outcome out;

		same_references(reader, again);
		c.front.page_cache.pages = pages / 2;
		replay_once(&c, again, &out);
		assert_int_equal(out.ret, 0);
		assert_int_equal(out.cache.references - out.cache.hits -
				 out.result.total.hits, misses);
		run_result_free(&out.result);
		trace_close(again);
	}
	trace_close(reader);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(page_numbers_come_back),
		cmocka_unit_test(names_become_numbers),
		cmocka_unit_test(pools_are_apart),
		cmocka_unit_test(one_name_is_enough),
		cmocka_unit_test(next_requests_are_right),
		cmocka_unit_test(many_pages_of_one_event),
		cmocka_unit_test(what_cannot_be),
		cmocka_unit_test(misses_stay),
	};

	if (argc > 1)
		traces = argv[1];
	return cmocka_run_group_tests_name("export", tests, replay_tests_begin,
				      replay_tests_end);
}
