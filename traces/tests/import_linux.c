// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_linux.c - block requests and file accesses recorded on Linux: FIU's traces,
 * blkparse, block events of kernel traces, and the swap device among them
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "import_support.h"

#define MAJ_MIN(major, minor)	((uint32_t)(major) << 20 | (minor))

static const struct import_config recognise = { .strict = false };

static void recognised_as(const char *text, const char *format)
{
	struct outcome outcome = import_string(recognise, text);

	outcome_is_fine(&outcome);
	assert_string_equal(outcome.report.format, format);
	outcome_free(&outcome);
}

/* ---- whose a kernel trace is ---- */

#define AT	"  a-1 [000] ..... 1.000000: "
#define ADD	AT "mm_filemap_add_to_page_cache: dev 8:1 ino c pfn=0x1 ofs=0 order=0\n"
#define QUEUE	AT "block_bio_queue: 8,1 R 8 + 8 [a]\n"
#define ISSUE	AT "block_rq_issue: 8,1 R 4096 () 16 + 8 [a]\n"
#define INSERT	AT "block_rq_insert: 8,1 R 4096 () 24 + 8 [a]\n"

static void whose_trace(void **state)
{
	(void)state;
	recognised_as(QUEUE, "ftrace-block");
	recognised_as("# tracer: nop\n#\n" QUEUE, "ftrace-block");
	recognised_as(ISSUE AT "sched_switch: x\n", "ftrace-block");
	recognised_as(INSERT, "ftrace-block");
	/* With events of its own the older format keeps what it always read. */
	recognised_as(ADD, "ftrace");
	recognised_as(ADD QUEUE QUEUE QUEUE, "ftrace");
	recognised_as("# tracer: nop\n" QUEUE ISSUE ADD, "ftrace");
}

static void only_page(const char *text, uint32_t index, const char *unused, uint64_t nr)
{
	struct import_config config = { .format = "ftrace-block" };
	struct outcome outcome = import_string(config, text);
	char want[64];

	outcome_is_fine(&outcome);
	assert_int_equal(outcome.report.events, 1);
	snprintf(want, sizeof(want), "\n0 read 0 800001:0:0 %u 1 cpu 0\n", index);
	if (!strstr(outcome.dump, want))
		fail_msg("no page %u in %s", index, outcome.dump);
	assert_int_equal(import_report_note(&outcome.report, unused), nr);
	outcome_free(&outcome);
}

/* A request passes several events; one kind of them counts. */
static void one_kind_counts(void **state)
{
	static const char filler[] = AT "sched_switch: something else that is long\n";
	char *late = malloc(2000 * sizeof(filler));
	size_t n = 0;

	(void)state;
	assert_non_null(late);
	only_page(INSERT ISSUE QUEUE, 1, "block_rq_issue events that do not count", 1);
	only_page(INSERT ISSUE INSERT, 2, "block_rq_insert events that do not count", 2);
	only_page(INSERT, 3, "block_rq_issue events that do not count", 0);
	/* None among the first 64 KiB: the first to come decides. */
	for (int i = 0; i < 1900; i++, n += sizeof(filler) - 1)
		memcpy(late + n, filler, sizeof(filler));
	strcpy(late + n, ISSUE QUEUE);
	only_page(late, 2, "block_bio_queue events that do not count", 1);
	/* Behind one that is there it does not matter how late. */
	memcpy(late, INSERT, sizeof(INSERT) - 1);
	memset(late + sizeof(INSERT) - 1, '\n', 100);
	only_page(late, 3, "block_rq_issue events that do not count", 1);
	free(late);
}

/* ---- swap ---- */

static void swap(void **state)
{
	static const char text[] =
		AT "block_bio_queue: 8,3 W 16 + 64 [kswapd0]\n"
		AT "block_bio_queue: 8,2 W 24 + 8 [a]\n"
		AT "block_bio_queue: 8,3 R 24 + 8 [a]\n"
		AT "block_bio_queue: 8,3 D 16 + 16 [a]\n"
		AT "block_bio_queue: 8,3 W 131071 + 8 [kswapd0]\n"	/* space not aligned */
		AT "block_bio_queue: 8,3 F 0 + 0 [a]\n"
		AT "block_bio_queue: 8,3 R 18014398509481976 + 8 [a]\n";
	static const char want[] =
		"format ftrace-block\n"
		"kind operations, times\n"
		"pool 0 0 1\n"
		"0 put 0 800003:0:0 2 8 cpu 0\n"
		"0 get 0 800003:0:0 3 1 cpu 0\n"
		"0 flush 0 800003:0:0 2 2 cpu 0\n"
		"0 put 0 800003:0:0 16383 1 cpu 0\n"
		"skipped 1\n"
		"line 7: page 2251799813685247 is past 2^32 objects of 16384 pages\n"
		"read requests 1\n"
		"write requests 3\n"
		"discard requests 1\n"
		"requests that neither read nor write 1\n"
		"requests that are not whole pages 1\n"
		"requests of other devices than the swap device 1\n"
		"devices 2\n";
	struct import_config config = { .swap = true, .swap_device = MAJ_MIN(8, 3) };
	struct outcome outcome = import_string(config, text);

	(void)state;
	outcome_is(&outcome, want);
	outcome_free(&outcome);

	config.swap_device = MAJ_MIN(8, 4);
	outcome = import_string(config, text);
	outcome_failed(&outcome, -EINVAL, "its 5 requests are all of other devices than 8,4");
	outcome_free(&outcome);
	outcome = import_string(config, "  8,4  0  1  0.5  1  Q  W 8 + 8 [a]\n");
	outcome_is_fine(&outcome);
	assert_int_equal(outcome.report.pages[TRACE_PUT], 1);
	outcome_free(&outcome);
}

static void swap_refused(void **state)
{
	const char *name, *what, *example;
	uint32_t refused = 0, nr = 0;

	(void)state;
	for (; import_format(nr, &name, &what, &example); nr++) {
		struct import_config config = { .format = name, .swap = true, .output = "/nowhere/x" };
		struct outcome outcome = import_string(config, "1\n");

		refused += outcome.rc == -EINVAL &&
			   strstr(outcome.err.text, "has no requests of a swap device; these may have: fiu, blkparse, ftrace-block");
		outcome_free(&outcome);
	}
	assert_int_equal(refused, nr - 4);	/* trace-dat may have, too */
}

static void devices(void **state)
{
	uint32_t device = 0;

	(void)state;
	assert_true(import_parse_device("8,3", &device));
	assert_int_equal(device, MAJ_MIN(8, 3));
	assert_true(import_parse_device("4095:1048575", &device));
	assert_int_equal(device, UINT32_MAX);
	assert_false(import_parse_device("4096,0", &device));
	assert_false(import_parse_device("0,1048576", &device));
	assert_false(import_parse_device("8", &device));
	assert_false(import_parse_device("8,", &device));
	assert_false(import_parse_device("8,3 ", &device));
	assert_false(import_parse_device("8,3,4", &device));
	assert_false(import_parse_device("", &device));
	assert_false(import_parse_device("18446744073709551624,3", &device));
}

/* Devices go by the names that the files give them. */
static void filters(void **state)
{
	struct import_config config = { .format = "ftrace-block" };
	struct outcome outcome;

	(void)state;
	config.filter.who[IMPORT_BY_DEVICE] = "8,1";
	outcome = import_string(config, QUEUE AT "block_bio_queue: 8,2 R 8 + 8 [a]\n");
	outcome_is_fine(&outcome);
	assert_int_equal(outcome.report.events, 1);
	assert_int_equal(outcome.report.left_out[IMPORT_BY_DEVICE], 1);
	outcome_free(&outcome);
	config.format = "blkparse";
	config.filter.who[IMPORT_BY_DEVICE] = NULL;
	config.filter.who[IMPORT_BY_PID] = "697";
	outcome = import_string(config, "8,0 0 1 0.1 697 Q W 8 + 8 [a]\n8,0 0 1 0.2 7 Q W 8 + 8 [b]\n");
	outcome_is_fine(&outcome);
	assert_int_equal(outcome.report.events, 1);
	outcome_free(&outcome);
	config.format = "fiu";
	config.filter.who[IMPORT_BY_DEVICE] = "9,9";
	outcome = import_string(config, "1 697 a 8 8 W 6 0 531e779b39068c4b5d8b4d1f0a0f9bcf\n");
	outcome_failed(&outcome, -EINVAL, "6,0");
	outcome_free(&outcome);
}

/* ---- words and lines that are none ---- */

static void zero_bytes(void **state)
{
	static const char *const names[] = { "fiu", "fiu-nbw", "blkparse", "ftrace-block" };
	static const char file[] = "1 2\0 3 4\n";

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct import_config config = { .format = names[i], .strict = true };
		struct outcome outcome = import_bytes(config, file, sizeof(file) - 1);

		outcome_failed(&outcome, -EBADMSG, "test:1: holds a byte 0");
		outcome_free(&outcome);
		outcome = import_string(config, "once upon a time\n");
		outcome_failed(&outcome, -EBADMSG, "test:1: ");
		outcome_free(&outcome);
		outcome = import_string(config, "# only a comment\n");
		outcome_failed(&outcome, -EBADMSG, "holds no event");
		outcome_free(&outcome);
	}
}

static void many_words(void **state)
{
	struct import_config config = { .format = "fiu", .strict = true };
	struct outcome outcome;
	char text[1024] = "1 2";

	(void)state;
	for (int i = 0; i < 100; i++)
		strcat(text, " a");
	strcat(text, " 0 8 W 6 0 531e779b39068c4b5d8b4d1f0a0f9bcf\n");
	outcome = import_string(config, text);
	outcome_failed(&outcome, -EBADMSG, "a line of too many words");
	outcome_free(&outcome);
}

/* The operation of a request, by its letters. */
static void letters(void **state)
{
	static const struct {
		const char *rwbs;
		int op;		/* -1: neither read nor write; -2: no RWBS */
	} cases[] = {
		{ "R", TRACE_READ }, { "RA", TRACE_READ }, { "RSM", TRACE_READ },
		{ "W", TRACE_WRITE }, { "WS", TRACE_WRITE }, { "WBS", TRACE_WRITE },
		{ "FW", TRACE_WRITE }, { "FWFSM", TRACE_WRITE }, { "WZ", TRACE_WRITE },
		{ "FR", TRACE_READ }, { "D", TRACE_DISCARD }, { "DE", TRACE_DISCARD },
		{ "FDS", TRACE_DISCARD }, { "N", -1 }, { "FN", -1 }, { "F", -1 }, { "FF", -1 },
		{ "FFS", -1 }, { "ZA", -1 }, { "r", -2 }, { "R1", -2 }, { "R+", -2 },
		{ "RRRRRRRRR", -2 },
	};
	struct import_config config = { .format = "blkparse" };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome outcome;
		char text[256];

		snprintf(text, sizeof(text), "8,0 0 1 0.1 9 Q N 0 + 0 [a]\n8,0 0 1 0.1 9 Q R 8 + 8 [a]\n"
			 "8,0 0 1 0.1 9 Q %s 16 + 16 [a]\n", cases[i].rwbs);
		outcome = import_string(config, text);
		outcome_is_fine(&outcome);
		for (int op = TRACE_READ; op <= TRACE_DISCARD; op++) {
			uint64_t pages = op == TRACE_READ ? 1 : 0;

			if (op == cases[i].op)
				pages += 2;
			if (outcome.report.pages[op] != pages)
				fail_msg("%s: %s", cases[i].rwbs, outcome.dump);
		}
		assert_int_equal(outcome.report.skipped, cases[i].op == -2);
		outcome_free(&outcome);
	}
}

/* A summary says what was lost, in the groups of digits of its locale. */
static void skips(void **state)
{
	static const struct {
		const char *line;
		uint64_t lost;
	} cases[] = {
		{ "Skips: 0 forward (0 -   0.0%)", 0 },
		{ "Skips: 2 forward (17 -   0.0%)", 17 },
		{ "Skips: 2 forward (1.234.567 -  12,5%)", 1234567 },
		{ "Skips (8,0): 2 forward (1,234 -  12.5%)", 1234 },
		{ "Skips: 2 forward (99999999999999999999999 - 1%)", UINT64_MAX },
		{ "Skips: none", 0 },
		{ "CPU0 forward (12", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome outcome;
		char text[256];

		snprintf(text, sizeof(text), "8,0 0 1 0.1 9 Q R 8 + 8 [a]\n%s\n", cases[i].line);
		outcome = import_string(recognise, text);
		outcome_is_fine(&outcome);
		if (outcome.report.lost != cases[i].lost || outcome.report.skipped)
			fail_msg("%s: %s", cases[i].line, outcome.dump);
		outcome_free(&outcome);
	}
}

/* ---- which device may be swap ---- */

#define KSWAPD(device, sectors)	\
	"  kswapd0-5 [000] ..... 1.0: block_bio_queue: " device " W 8 + " sectors " [kswapd0]\n"
#define TASK(device)	"  a-6 [000] ..... 1.0: block_bio_queue: " device " W 8 + 8 [kswapd0]\n"

/* kswapd writes most of what is written to it, and whole pages. */
static void swap_guessed(void **state)
{
	static const struct {
		const char *text;
		uint32_t device;
		uint64_t writes, by_kswapd;
	} cases[] = {
		{ KSWAPD("8,1", "8"), MAJ_MIN(8, 1), 1, 1 },
		{ KSWAPD("8,1", "8") TASK("8,1"), 0, 0, 0 },
		{ KSWAPD("8,1", "8") TASK("8,1") KSWAPD("8,1", "64"), MAJ_MIN(8, 1), 3, 2 },
		{ KSWAPD("8,1", "8") KSWAPD("8,1", "4"), 0, 0, 0 },
		{ KSWAPD("8,1", "8") KSWAPD("8,2", "8") KSWAPD("8,2", "8"), MAJ_MIN(8, 2), 2, 2 },
		{ TASK("8,1"), 0, 0, 0 },
		{ "8,1 0 1 0.1 9 Q W 8 + 8 [kswapd1]\n8,1 0 2 0.2 9 Q W 8 + 8 [kswapd1]\n"
		  "8,1 0 3 0.3 9 Q W 8 + 8 [kswapper]\n", MAJ_MIN(8, 1), 3, 2 },
		{ "0 50 kswapd0 8 8 W 6 0 531e779b39068c4b5d8b4d1f0a0f9bcf\n", MAJ_MIN(6, 0), 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome outcome = import_string(recognise, cases[i].text);

		outcome_is_fine(&outcome);
		assert_int_equal(outcome.report.swap_by_kswapd, cases[i].by_kswapd);
		assert_int_equal(outcome.report.swap_writes, cases[i].writes);
		assert_int_equal(outcome.report.swap_device, cases[i].device);
		outcome_free(&outcome);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GOLDEN("fiu"),
		GOLDEN("fiu-nbw"),
		GOLDEN("blkparse"),
		GOLDEN("ftrace_block"),
		GOLDEN("perf_block"),
		cmocka_unit_test(whose_trace),
		cmocka_unit_test(one_kind_counts),
		cmocka_unit_test(swap),
		cmocka_unit_test(swap_refused),
		cmocka_unit_test(swap_guessed),
		cmocka_unit_test(devices),
		cmocka_unit_test(filters),
		cmocka_unit_test(zero_bytes),
		cmocka_unit_test(many_words),
		cmocka_unit_test(letters),
		cmocka_unit_test(skips),
	};

	return cmocka_run_group_tests_name("importers: recorded on Linux", tests, NULL, NULL);
}
