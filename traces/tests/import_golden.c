// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_golden.c - each format, against what a person worked out from its file
 *
 * Text formats have files of golden_file(); binary ones have theirs made here, record by
 * record.
 */
#include <endian.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "import_support.h"

static const struct import_config recognise = { .strict = false };

/* ---- vscsi ---- */

struct request {
	uint32_t cmd;
	uint32_t len;
	uint64_t lbn;
	uint64_t ts;
};

static const struct request requests[] = {
	{ 0x28, 4096, 8, 5000000 },		/* page 1 */
	{ 0x2a, 512, 15, 5000001 },		/* a part of page 1 */
	{ 0x28, 1024, 23, 5000001 },		/* parts of pages 2 and 3 */
	{ 0x12, 36, 0, 5000002 },		/* INQUIRY */
	{ 0x8a, 16384, 131064, 5000007 },	/* 16383, and on in the next object */
	{ 0x28, 100, 0, 5000008 },		/* no blocks */
	{ 0x28, 512, 0, 4000000 },		/* backwards */
	{ 0x2a, 512, 1ULL << 49, 6000000 },	/* past 2^32 objects */
};

#define NR_REQUESTS	(sizeof(requests) / sizeof(requests[0]))

static size_t put(uint8_t *at, uint64_t value, size_t size)
{
	value = htole64(value);
	memcpy(at, &value, size);
	return size;
}

static size_t make_vscsi(int version, uint8_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < NR_REQUESTS; i++) {
		const struct request *r = &requests[i];

		if (version == 2) {
			n += put(out + n, r->cmd, 2);
			n += put(out + n, 0x203, 2);
		}
		n += put(out + n, 100 + i, 4);
		n += put(out + n, r->len, 4);
		n += put(out + n, 1, 4);
		if (version == 1) {
			n += put(out + n, r->cmd, 2);
			n += put(out + n, 0x100, 2);
		}
		n += put(out + n, r->lbn, 8);
		n += put(out + n, r->ts, 8);
		if (version == 2)
			n += put(out + n, 77, 8);
	}
	return n;
}

static void vscsi(void **state)
{
	static const char want[] =
		"format vscsi\n"
		"kind references, times\n"
		"pool 0 0 0\n"
		"0 read 0 0:0:0 1 1 cpu 0\n"
		"1000 write 0 0:0:0 1 1 cpu 0\n"
		"1000 read 0 0:0:0 2 2 cpu 0\n"
		"7000 write 0 0:0:0 16383 1 cpu 0\n"
		"7000 write 0 0:1:0 0 3 cpu 0\n"
		"7000 read 0 0:0:0 0 1 cpu 0\n"
		"skipped 2\n"
		"offset %d: a request of 100 bytes, which is no number of blocks\n"
		"offset %d: page 70368744177664 is past 2^32 objects of 16384 pages\n"
		"backwards 1, first at %d\n"
		"version of the records %d\n"
		"read requests 3\n"
		"write requests 2\n"
		"requests that neither read nor write 1\n"
		"requests that are not whole pages 3\n";
	int version = *state ? 2 : 1;
	int record = version == 2 ? 40 : 32;
	struct import_config strict = { .strict = true };
	struct outcome outcome;
	uint8_t file[40 * NR_REQUESTS];
	size_t size = make_vscsi(version, file);
	char text[2048];

	snprintf(text, sizeof(text), want, 5 * record, 7 * record, 6 * record, version);
	outcome = import_bytes(recognise, file, size);
	outcome_is(&outcome, text);
	outcome_free(&outcome);

	snprintf(text, sizeof(text), "test: offset %d: a request of 100", 5 * record);
	outcome = import_bytes(strict, file, size);
	outcome_failed(&outcome, -EBADMSG, text);
	outcome_free(&outcome);

	for (size_t cut = 1; cut < (size_t)record; cut++) {
		outcome = import_bytes(recognise, file, size - cut);
		snprintf(text, sizeof(text), "test: offset %d: the file ends inside a record",
			 7 * record);
		outcome_failed(&outcome, -EBADMSG, text);
		outcome_free(&outcome);
	}
	/* Among the first records, where the version is looked for, one that is none. */
	memset(file + 2 * record, 0xff, (size_t)record);
	outcome = import_bytes((struct import_config){ .format = "vscsi" }, file, size);
	outcome_failed(&outcome, -EBADMSG, "neither version 1 nor 2");
	outcome_free(&outcome);
}

/* ---- page numbers as bytes ---- */

static void page_numbers(void **state)
{
	static const uint64_t pages[] = { 0, 16385, 0xffffffff, 7 };
	static const char want[] =
		"kind references\n"
		"pool 0 0 0\n"
		"0 read 0 0:0:0 0 1 cpu 0\n"
		"0 read 0 0:1:0 1 1 cpu 0\n"
		"0 read 0 0:3ffff:0 16383 1 cpu 0\n"
		"0 read 0 0:0:0 7 1 cpu 0\n";
	size_t width = *state ? 8 : 4;
	struct import_config config = { .format = *state ? "pages-u64" : "pages-u32" };
	struct outcome outcome;
	uint8_t file[32];
	char text[512];
	size_t n = 0;

	for (size_t i = 0; i < 4; i++)
		n += put(file + n, pages[i], width);
	snprintf(text, sizeof(text), "format %s\n%s", config.format, want);
	outcome = import_bytes(config, file, n);
	outcome_is(&outcome, text);
	outcome_free(&outcome);
	outcome = import_bytes(config, file, n - 1);
	outcome_failed(&outcome, -EBADMSG, "the file ends inside a record");
	outcome_free(&outcome);
}

static void object_size(void **state)
{
	struct import_config config = { .object_pages = 10, .page_size = 8192 };
	struct outcome outcome = import_string(config, "8 25 0 0\n");

	(void)state;
	outcome_is(&outcome, "format lis\nkind references\npool 0 0 0\n"
			     "0 read 0 0:0:0 8 2 cpu 0\n"
			     "0 read 0 0:1:0 0 10 cpu 0\n"
			     "0 read 0 0:2:0 0 10 cpu 0\n"
			     "0 read 0 0:3:0 0 3 cpu 0\n");
	outcome_free(&outcome);
}

/* ---- to a file and back ---- */

static void temporary(char *path, size_t size)
{
	const char *folder = getenv("TMPDIR");
	int fd;

	snprintf(path, size, "%s/import-test-XXXXXX", folder ? folder : "/tmp");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
}

static void to_file(void **state)
{
	struct bytes file = bytes_golden("import_probes.txt");
	struct trace_block block;
	struct trace_error err = { 0 };
	struct trace_reader *reader;
	const struct trace_info *info;
	struct outcome outcome;
	char path[256];

	(void)state;
	temporary(path, sizeof(path));
	outcome = import_bytes((struct import_config){ .output = path }, file.data, file.size);
	outcome_is_fine(&outcome);
	reader = trace_open(path, &err);
	assert_non_null(reader);
	info = trace_reader_info(reader);
	assert_int_equal(info->nr_events, outcome.report.events);
	assert_int_equal(info->nr_pools, 4);
	assert_int_equal(info->pools[2].flags, TRACE_POOL_PERSISTENT);
	assert_int_equal(info->kind, TRACE_OPERATIONS);
	assert_true(info->has_times);
	assert_string_equal(info->source, "test (ftrace)");
	memset(&block, 0, sizeof(block));
	assert_int_equal(trace_read_block(reader, 0, &block, &err), 0);
	assert_int_equal(block.events[1].op, TRACE_PUT);
	assert_int_equal(block.events[1].index, 26155);
	assert_int_equal(block.events[1].count, 32);
	assert_int_equal(block.events[1].time, 87313000);
	trace_block_free(&block);
	trace_close(reader);
	unlink(path);
	outcome_free(&outcome);

	/* What fails leaves no file, and what is skipped is in the header. */
	outcome = import_string((struct import_config){ .output = path, .strict = true },
				"1\n2\n3\nx\n");
	outcome_failed(&outcome, -EBADMSG, "test:4: not a page number");
	assert_int_equal(access(path, F_OK), -1);
	outcome_free(&outcome);
	outcome = import_string((struct import_config){ .output = path }, "1\n2\n3\nx\n");
	outcome_is_fine(&outcome);
	reader = trace_open(path, &err);
	assert_non_null(reader);
	assert_int_equal(trace_reader_info(reader)->skipped, 1);
	trace_close(reader);
	unlink(path);
	outcome_free(&outcome);
	bytes_free(&file);
}

static void text_form(void **state)
{
	struct bytes file = bytes_golden("import_text.txt");
	struct bytes want = bytes_golden("import_text.want");
	struct bytes packed = bytes_compress(ZSTD, file.data, file.size);
	struct trace_error err = { 0 };
	const struct trace_info *info;
	struct trace_reader *reader;
	struct outcome outcome;
	char path[256];

	(void)state;
	temporary(path, sizeof(path));
	outcome = import_bytes((struct import_config){ .output = path }, packed.data, packed.size);
	outcome_is_fine(&outcome);
	assert_string_equal(outcome.report.format, "text");
	assert_int_equal(outcome.report.events, 3);
	assert_int_equal(outcome.report.ops[TRACE_FLUSH], 1);
	assert_int_equal(outcome.report.pages[TRACE_FLUSH], 1024);
	outcome_free(&outcome);
	unlink(path);
	outcome = import_string((struct import_config){ .output = path, .max_events = 2 },
				"tmt-text 1\nkind references\nlost 5\nskipped 7\nsource here\n"
				"pool 0 ephemeral\n0 read 0 1:2:3 4\n0 read 0 1:2:3 5\n"
				"0 read 0 1:2:3 6\n0 read 0 1:2:3 7\nevents 4\n");
	outcome_is_fine(&outcome);
	assert_int_equal(outcome.report.events, 2);
	assert_true(outcome.report.stopped);
	outcome_free(&outcome);
	reader = trace_open(path, &err);
	assert_non_null(reader);
	info = trace_reader_info(reader);
	assert_int_equal(info->nr_events, 2);
	assert_int_equal(info->lost, 5);
	assert_int_equal(info->skipped, 7);
	assert_string_equal(info->source, "here");
	trace_close(reader);
	unlink(path);
	outcome = import_bytes((struct import_config){ .output = path }, file.data,
			       file.size - 4);
	outcome_failed(&outcome, -EBADMSG, "line 9");
	assert_int_equal(access(path, F_OK), -1);
	outcome_free(&outcome);
	/* To a sink, the same. */
	outcome = import_bytes(recognise, file.data, file.size);
	outcome_is(&outcome, (char *)want.data);
	outcome_free(&outcome);
	outcome = import_bytes(recognise, file.data, file.size - 4);
	outcome_failed(&outcome, -EBADMSG, "line 9");
	outcome_free(&outcome);
	bytes_free(&want);
	bytes_free(&packed);
	bytes_free(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GOLDEN("tracefs"),
		GOLDEN("linux_5_10"),
		GOLDEN("stock"),
		GOLDEN("probes"),
		GOLDEN("trace_cmd"),
		GOLDEN("perf"),
		GOLDEN("lis"),
		GOLDEN("lirs"),
		GOLDEN("pages"),
		GOLDEN("ops"),
		{ "vscsi version 1", vscsi, NULL, NULL, NULL },
		{ "vscsi version 2", vscsi, NULL, NULL, (void *)"2" },
		{ "pages-u32", page_numbers, NULL, NULL, NULL },
		{ "pages-u64", page_numbers, NULL, NULL, (void *)"8" },
		cmocka_unit_test(object_size),
		cmocka_unit_test(to_file),
		cmocka_unit_test(text_form),
	};

	return cmocka_run_group_tests_name("importers: golden files", tests, NULL, NULL);
}
