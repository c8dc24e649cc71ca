// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_errors.c - what is not to be imported, or only in part, and says so
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "import_support.h"

static const struct import_config recognise = { .strict = false };

static void fails(struct import_config config, const char *text, int code,
		  const char *words)
{
	struct outcome outcome = import_string(config, text);

	outcome_failed(&outcome, code, words);
	outcome_free(&outcome);
}

static void not_recognised(void **state)
{
	static const char *const formats[] = {
		"ftrace", "lis", "vscsi", "msr", "spc", "alibaba", "tencent", "systor",
		"pages", "ops", "text", "pages-u32", "pages-u64",
		"trace-dat",
	};
	struct outcome outcome = import_string(recognise, "once upon a time\n");

	(void)state;
	outcome_failed(&outcome, -EBADMSG, "test: format not recognised");
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (!strstr(outcome.err.text, formats[i]))
			fail_msg("%s is not in: %s", formats[i], outcome.err.text);
	}
	outcome_free(&outcome);
	fails(recognise, "", -EBADMSG, "test: the file is empty");
	fails(recognise, "\x89TMT\r\n\x1a\n", -EBADMSG, "is a .tmt trace already");
	fails(recognise, "\x7f" "ELF\x02\x01\x01", -EBADMSG, "not recognised");
}

static void wrong_use(void **state)
{
	struct import_config config = { .path = "x" };
	struct trace_error err;

	(void)state;
	fails((struct import_config){ .format = "page" }, "1\n", -EINVAL,
	      "page: no such format; there are: text, ftrace, lis, vscsi, msr, ");
	fails((struct import_config){ .page_size = 1000 }, "1\n", -EINVAL, "power of two");
	assert_int_equal(trace_import(&config, NULL, &err), -EINVAL);
	assert_non_null(strstr(err.text, "an output or a sink"));
}

/* Foreign files under a format's name: nothing in them can be read. */
static void foreign(void **state)
{
	static const char *const lines[] = { "ftrace", "lis", "pages", "ops" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct import_config config = { .format = lines[i] };

		fails(config, "", -EBADMSG, "test: the file is empty");
		fails(config, "# only a comment\n", -EBADMSG, "it holds no event");
		fails(config, "once upon\na time\n", -EBADMSG, "nothing in it could be read as");
		fails(config, "once upon\na time\n", -EBADMSG, "line 1: ");
		config.strict = true;
		fails(config, "once upon\na time\n", -EBADMSG, "test:1: ");
	}
	fails((struct import_config){ .format = "vscsi" }, "", -EBADMSG, "the file is empty");
	fails((struct import_config){ .format = "pages-u64" }, "", -EBADMSG,
	      "the file is empty");
}

static void zero_bytes(void **state)
{
	static const char *const names[] = { "ftrace", "lis", "pages", "ops" };
	static const char file[] = "1 2\0 3 4\n";

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct import_config config = { .format = names[i], .strict = true };
		struct outcome outcome = import_bytes(config, file, sizeof(file) - 1);

		outcome_failed(&outcome, -EBADMSG, "test:1: ");
		outcome_free(&outcome);
	}
}

/* Only the first lines are shown, all are counted. */
static void many_skipped(void **state)
{
	char text[1000] = "1\n2\n";
	struct outcome outcome;

	(void)state;
	for (int i = 0; i < 50; i++)
		strcat(text, "x\n");
	outcome = import_string((struct import_config){ .format = "pages" }, text);
	outcome_is_fine(&outcome);
	assert_int_equal(outcome.report.events, 2);
	assert_int_equal(outcome.report.skipped, 50);
	assert_int_equal(outcome.report.nr_examples, IMPORT_NR_EXAMPLES);
	assert_int_equal(outcome.report.examples[0].place, 3);
	assert_int_equal(outcome.report.examples[7].place, 10);
	outcome_free(&outcome);
}

static void limit(void **state)
{
	struct import_config config = { .max_events = 3 };
	struct outcome outcome = import_string(config, "1\n2\n3\n4\n5\n");

	(void)state;
	outcome_is_fine(&outcome);
	assert_int_equal(outcome.report.events, 3);
	assert_true(outcome.report.stopped);
	outcome_free(&outcome);
	outcome = import_string(config, "1\n2\n3\n");
	outcome_is_fine(&outcome);
	assert_false(outcome.report.stopped);
	outcome_free(&outcome);
}

/* A sink's error is the import's. */
static int full_emit(void *arg, const struct trace_record *record, struct trace_error *err)
{
	(void)arg;
	(void)record;
	err->code = -ENOSPC;
	strcpy(err->text, "sink: full");
	return -ENOSPC;
}

static int quiet_begin(void *arg, const struct trace_info *info, struct trace_error *err)
{
	(void)arg;
	(void)info;
	(void)err;
	return 0;
}

static int quiet_pool(void *arg, const struct trace_pool *pool, struct trace_error *err)
{
	(void)arg;
	(void)pool;
	(void)err;
	return 0;
}

static void sink_error(void **state)
{
	struct trace_sink sink = { NULL, quiet_begin, quiet_pool, full_emit };
	struct import_config config = { .path = "test", .sink = &sink };
	struct trace_error err;

	(void)state;
	assert_int_equal(trace_import_memory(&config, "1\n", 2, NULL, &err), -ENOSPC);
	assert_string_equal(err.text, "sink: full");
}

/* ---- ftrace: single lines ---- */

#define HEAD	"  a-1 [000] ..... 1.000000: "
#define GOOD	HEAD "mm_filemap_add_to_page_cache: dev 8:1 ino c pfn=0x1 ofs=0 order=0\n"

static void skipped_line(const char *line, const char *why)
{
	struct import_config lenient = { .format = "ftrace" };
	struct import_config strict = { .strict = true, .format = "ftrace" };
	struct outcome outcome;
	char text[1024];

	snprintf(text, sizeof(text), "%s%s\n", GOOD, line);
	outcome = import_string(lenient, text);
	outcome_is_fine(&outcome);
	if (outcome.report.skipped != 1 || outcome.report.events != 1 ||
	    !strstr(outcome.report.examples[0].text, why))
		fail_msg("want one line skipped for '%s': %s", why, outcome.dump);
	assert_int_equal(outcome.report.examples[0].place, 2);
	outcome_free(&outcome);
	fails(strict, text, -EBADMSG, why);
	fails(strict, text, -EBADMSG, "test:2: ");
}

static void ftrace_lines(void **state)
{
	(void)state;
	skipped_line("  a-1 [000] ..... 12345: mm_filemap_add_to_page_cache: dev 8:1 ino c ofs=0",
		     "the time is a counter");
	skipped_line("  a-1 [000] ..... 1.5", "not 'task-pid [cpu]");
	skipped_line("  a-1 [70000] ..... 1.5: x: y", "not 'task-pid [cpu]");
	skipped_line("  a-99999999 [000] ..... 1.5: x: y", "not 'task-pid [cpu]");
	skipped_line("  a [000] ..... 1.5: x: y", "not 'task-pid [cpu]");
	skipped_line("  a-1 [000] ..... 99999999999999.5: x: y", "not 'task-pid [cpu]");
	skipped_line(HEAD "mm_filemap_add_to_page_cache: dev 8 ino c ofs=0", "no device");
	skipped_line(HEAD "mm_filemap_add_to_page_cache: dev 8:1 ino xyz ofs=0", "no inode");
	skipped_line(HEAD "mm_filemap_add_to_page_cache: dev 8:1 ino c ofs=12", "no multiple");
	skipped_line(HEAD "mm_filemap_add_to_page_cache: dev 8:1 ino c ofs=0 order=40",
		     "an order that cannot be");
	skipped_line(HEAD "mm_filemap_add_to_page_cache: dev 8:1 ino c ofs=17592186044416",
		     "a page past 2^32 of its file");
	skipped_line(HEAD "mm_filemap_delete_from_page_cache: dev 8:1 ino c ofs=17592186040320 order=1",
		     "a page past 2^32 of its file");
	skipped_line(HEAD "pc_del: ino=1 dev=2 idx=3", "no reference count");
	skipped_line(HEAD "ra: ino=1 dev=2 idx=4294967296 nr=1", "a page past 2^32");
	skipped_line(HEAD "trunc: ino=1 lstart=-5 lend=9", "no range");
	skipped_line(HEAD "zstore: swp=", "no swap entry");
}

/*
 * Which probes there are is decided by the first 65,536 events: a read that comes
 * among them makes additions no reads, one that comes later is counted.
 */
static void late_probe(void **state)
{
	static const char add[] = GOOD;
	static const char read_pages[] = HEAD "ra: ino=12 dev=8388609 idx=0 nr=4\n";

	(void)state;
	for (uint32_t before = 65535; before <= 65536; before++) {
		char *text = malloc(before * (sizeof(add) - 1) + sizeof(read_pages));
		struct outcome outcome;
		size_t n = 0;

		assert_non_null(text);
		for (uint32_t i = 0; i < before; i++) {
			memcpy(text + n, add, sizeof(add) - 1);
			n += sizeof(add) - 1;
		}
		memcpy(text + n, read_pages, sizeof(read_pages));
		outcome = import_string(recognise, text);
		outcome_is_fine(&outcome);
		if (before == 65535) {
			assert_int_equal(outcome.report.events, 1);
			assert_int_equal(outcome.report.pages[TRACE_GET], 4);
			assert_int_equal(import_report_note(&outcome.report,
				"additions that were no read"), 65535);
		} else {
			assert_int_equal(outcome.report.events, 65536);
			assert_int_equal(import_report_note(&outcome.report,
				"probe lines that came too late to be used"), 1);
		}
		outcome_free(&outcome);
		free(text);
	}
}

#define REMOVE	HEAD "mm_filemap_delete_from_page_cache: dev 8:1 ino c pfn=0x1 ofs=0 order=0\n"

/* A stack tells of the removal before it, if it is the same task's and the kernel's. */
static void stacks(void **state)
{
#define OTHER	"  b-2 [001] ..... 1.000000: "
#define RECLAIM	" => __remove_mapping\n => shrink_folio_list\n"
	static const struct {
		const char *text;
		uint32_t puts, ambiguous;
	} cases[] = {
		{ REMOVE HEAD "<stack trace>\n" RECLAIM, 1, 0 },
		{ REMOVE HEAD "<stack trace>\n => truncate_inode_pages_range\n", 0, 0 },
		{ REMOVE HEAD "<stack trace>\n => something_else\n", 0, 1 },
		{ REMOVE OTHER "<stack trace>\n" RECLAIM, 0, 1 },
		{ REMOVE HEAD "<user stack trace>\n" RECLAIM, 0, 1 },
		{ REMOVE HEAD "sched_switch: x\n" HEAD "<stack trace>\n" RECLAIM, 0, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct import_config config = { .format = "ftrace" };
		struct outcome outcome = import_string(config, cases[i].text);

		outcome_is_fine(&outcome);
		if (outcome.report.ops[TRACE_PUT] != cases[i].puts ||
		    outcome.report.ambiguous != cases[i].ambiguous ||
		    outcome.report.skipped)
			fail_msg("case %zu: %s", i, outcome.dump);
		outcome_free(&outcome);
	}
}

/* An end without its begin, a loss inside a bracket: counted as guesses. */
static void ambiguous(void **state)
{
#define BEGIN	HEAD "mm_vmscan_direct_reclaim_begin: order=0\n"
#define END	HEAD "mm_vmscan_direct_reclaim_end: nr_reclaimed=1\n"
	static const struct {
		const char *text;
		uint32_t puts, ambiguous;
	} cases[] = {
		{ REMOVE REMOVE, 0, 2 },
		{ REMOVE REMOVE BEGIN REMOVE END, 1, 0 },
		{ REMOVE REMOVE END REMOVE, 0, 2 },
		{ BEGIN REMOVE "CPU:0 [LOST 5 EVENTS]\n" REMOVE END REMOVE, 2, 1 },
		{ BEGIN END REMOVE "CPU:0 [LOST 5 EVENTS]\n" REMOVE END, 0, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome outcome = import_string(recognise, cases[i].text);

		outcome_is_fine(&outcome);
		if (outcome.report.ops[TRACE_PUT] != cases[i].puts ||
		    outcome.report.ambiguous != cases[i].ambiguous)
			fail_msg("case %zu: %s", i, outcome.dump);
		outcome_free(&outcome);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(not_recognised),
		cmocka_unit_test(wrong_use),
		cmocka_unit_test(foreign),
		cmocka_unit_test(zero_bytes),
		cmocka_unit_test(many_skipped),
		cmocka_unit_test(limit),
		cmocka_unit_test(sink_error),
		cmocka_unit_test(ftrace_lines),
		cmocka_unit_test(late_probe),
		cmocka_unit_test(stacks),
		cmocka_unit_test(ambiguous),
	};

	return cmocka_run_group_tests_name("importers: errors", tests, NULL, NULL);
}
