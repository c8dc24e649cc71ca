// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_trace_dat.c - trace.dat: the events of a file made by hand, the same from its
 * text, and no harm from what is damaged or cut off
 *
 * trace_dat_record.sh does the same with what a kernel records.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "trace_dat_make.h"

#define FLIP_EVERY	41U	/* bytes: each flip is a process */
#define CUT_EVERY	64U
#define NR_MANY		80000U	/* more than a progress is apart, and than a pipe holds */

static const struct import_config recognise = { .strict = false };

/* kswapd, direct reclaim in and out of a bracket, a name like a line, losses. */
static const struct dat_record records[] = {
	{ DAT_ADD, 0, 5000000000, 20, 0x1f3a, 0, 0 },
	{ DAT_ADD, 1, 5000001499, 30, 0x44, 4, 2 },
	{ DAT_REMOVE, 0, 5000002500, 10, 0x1f3a, 0, 0 },
	{ DAT_BEGIN, 1, 5000003000, 20, 0, 0, 0 },
	{ DAT_REMOVE, 1, 5000004000, 20, 0x44, 4, 2 },
	{ DAT_END, 1, 5000005000, 20, 0, 1, 0 },
	{ DAT_LOST, 0, 0, 0, 0, 7, 0 },
	{ DAT_REMOVE, 0, 5000006000, 77, 0x55, 1, 0 },
	{ DAT_LOST_UNKNOWN, 1, 0, 0, 0, 0, 0 },
	{ DAT_REMOVE, 1, 5000007000, 20, 0x66, 9, 0 },
};

#define NR_RECORDS	(sizeof(records) / sizeof(records[0]))

static const char text[] =
	"cpus=2\n"
	"             cc1-20    [000]     5.000000: mm_filemap_add_to_page_cache: dev 8:1 ino 1f3a pfn=0xabc ofs=0 order=0\n"
	"         a [0] b-30    [001]     5.000001: mm_filemap_add_to_page_cache: dev 8:1 ino 44 pfn=0xabc ofs=16384 order=2\n"
	"         kswapd0-10    [000]     5.000003: mm_filemap_delete_from_page_cache: dev 8:1 ino 1f3a pfn=0xabc ofs=0 order=0\n"
	"             cc1-20    [001]     5.000003: mm_vmscan_direct_reclaim_begin: order=0\n"
	"             cc1-20    [001]     5.000004: mm_filemap_delete_from_page_cache: dev 8:1 ino 44 pfn=0xabc ofs=16384 order=2\n"
	"             cc1-20    [001]     5.000005: mm_vmscan_direct_reclaim_end: nr_reclaimed=1\n"
	"CPU:0 [7 EVENTS DROPPED]\n"
	"           <...>-77    [000]     5.000006: mm_filemap_delete_from_page_cache: dev 8:1 ino 55 pfn=0xabc ofs=4096 order=0\n"
	"CPU:1 [EVENTS DROPPED]\n"
	"             cc1-20    [001]     5.000007: mm_filemap_delete_from_page_cache: dev 8:1 ino 66 pfn=0xabc ofs=36864 order=0\n";

static const char want[] =
	"format trace-dat\n"
	"kind operations, times\n"
	"pool 0 0 0\n"
	"0 get 0 1f3a:0:0 0 1 cpu 0\n"
	"1000 get 0 44:0:0 4 4 cpu 1\n"
	"3000 put 0 1f3a:0:0 0 1 cpu 0\n"
	"4000 put 0 44:0:0 4 4 cpu 1\n"
	"6000 flush 0 55:0:0 1 1 cpu 0\n"
	"7000 flush 0 66:0:0 9 1 cpu 1\n"
	"lost 8 or more\n"
	"removals 4, ambiguous 1\n"
	"puts by kswapd 1\n"
	"puts in a task's reclaim 1\n"
	"removals that were no reclaim 2\n"
	"large folios that came 1\n"
	"pages of large folios that came 4\n"
	"large folios that went 1\n"
	"pages of large folios that went 4\n";

/* What follows the line that names the format. */
static const char *events_of(const struct outcome *outcome)
{
	outcome_is_fine(outcome);
	return strchr(outcome->dump, '\n');
}

static void golden(void **state)
{
	struct bytes file = dat_make(records, NR_RECORDS, "[local] global counter");
	struct outcome outcome = import_bytes(recognise, file.data, file.size);

	(void)state;
	outcome_is(&outcome, want);
	assert_int_equal(outcome.report.bytes_read, file.size);
	outcome_free(&outcome);
	bytes_free(&file);
}

static void same_as_text(void **state)
{
	struct bytes file = dat_make(records, NR_RECORDS, NULL);
	struct outcome a = import_bytes(recognise, file.data, file.size);
	struct outcome b = import_string(recognise, text);

	(void)state;
	assert_string_equal(events_of(&a), events_of(&b));
	outcome_free(&a);
	outcome_free(&b);
	bytes_free(&file);
}

/* A recording of block requests alone, as page references and as a swap device's. */
static void block_requests(void **state)
{
	static const struct dat_record requests[] = {
		{ DAT_QUEUE, 0, 5000000000, 20, 1, 3, 0 },
		{ DAT_QUEUE, 1, 5000001000, 30, 0, 3, 1 },
	};
	struct import_config swap = { .swap = true, .swap_device = 8U << 20 | 16 };
	struct bytes file = dat_make(requests, 2, NULL);
	struct outcome outcome = import_bytes(recognise, file.data, file.size);

	(void)state;
	outcome_is(&outcome, "format trace-dat\nkind references, times\npool 0 0 0\n"
			     "0 write 0 800010:0:0 3 1 cpu 0\n"
			     "1000 read 0 800010:0:0 3 2 cpu 1\n"
			     "read requests 1\nwrite requests 1\ndevices 1\n");
	outcome_free(&outcome);
	outcome = import_bytes(swap, file.data, file.size);
	outcome_is(&outcome, "format trace-dat\nkind operations, times\npool 0 0 1\n"
			     "0 put 0 800010:0:0 3 1 cpu 0\n"
			     "1000 get 0 800010:0:0 3 2 cpu 1\n"
			     "read requests 1\nwrite requests 1\ndevices 1\n");
	outcome_free(&outcome);
	bytes_free(&file);
	file = dat_make(records, NR_RECORDS, NULL);
	outcome = import_bytes(swap, file.data, file.size);
	outcome_failed(&outcome, -EINVAL, "has no requests of a swap device");
	outcome_free(&outcome);
	bytes_free(&file);
}

/* What is asked for of ambiguous removals takes reading twice: a child each. */
static void ambiguous(void **state)
{
	static const char *const wanted[] = {
		[IMPORT_AMBIGUOUS_PUT] = "6000 put 0 55:0:0 1 1 cpu 0\n",
		[IMPORT_AMBIGUOUS_FLUSH] = "6000 flush 0 55:0:0 1 1 cpu 0\n",
	};
	struct bytes file = dat_make(records, NR_RECORDS, NULL);
	struct bytes packed = bytes_compress(ZSTD, file.data, file.size);

	(void)state;
	for (int how = IMPORT_AMBIGUOUS_PUT; how <= IMPORT_AMBIGUOUS_FLUSH; how++) {
		struct import_config config = { .ambiguous = (enum import_ambiguous)how };
		struct outcome a = import_bytes(config, packed.data, packed.size);
		struct outcome b = import_string(config, text);

		assert_string_equal(events_of(&a), events_of(&b));
		assert_non_null(strstr(a.dump, wanted[how]));
		outcome_free(&a);
		outcome_free(&b);
	}
	bytes_free(&packed);
	bytes_free(&file);
}

static void compressed(void **state)
{
	struct bytes file = dat_make(records, NR_RECORDS, NULL);

	(void)state;
	for (int how = 0; how < NR_COMPRESSIONS; how++) {
		struct bytes packed = bytes_compress(how, file.data, file.size);
		struct outcome outcome = import_bytes(recognise, packed.data, packed.size);

		outcome_is(&outcome, want);
		assert_string_equal(outcome.report.compression, compression_names[how]);
		assert_int_equal(outcome.report.bytes_plain, file.size);
		outcome_free(&outcome);
		bytes_free(&packed);
	}
	bytes_free(&file);
}

/* The first few, and the child that would print more is gone. */
static void stopped(void **state)
{
	struct import_config config = { .max_events = 2 };
	struct bytes file = dat_make(records, NR_RECORDS, NULL);
	struct outcome outcome = import_bytes(config, file.data, file.size);

	(void)state;
	outcome_is_fine(&outcome);
	assert_true(outcome.report.stopped);
	assert_int_equal(outcome.report.events, 2);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	outcome_free(&outcome);
	bytes_free(&file);
}

/* The child is of the test's group, and back to what signals do by default. */
static void kill_child(void *arg, uint64_t bytes_read, uint64_t events)
{
	(void)arg;
	(void)bytes_read;
	(void)events;
	assert_int_equal(kill(0, SIGUSR1), 0);
}

/* Much was printed and taken, more than that was not: nothing of it counts. */
static void killed(void **state)
{
	static struct dat_record many[NR_MANY];
	char path[] = "import-trace-dat-XXXXXX";
	struct import_config config = { .output = path, .progress = kill_child };
	pid_t group = getpgrp();
	struct outcome outcome;
	struct bytes file;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	unlink(path);
	for (size_t i = 0; i < NR_MANY; i++)
		many[i] = (struct dat_record){ DAT_ADD, 0, 5000000000 + i * 1000, 20, 44, i, 0 };
	file = dat_make(many, NR_MANY, NULL);
	signal(SIGUSR1, SIG_IGN);
	setpgid(0, 0);
	outcome = import_bytes(config, file.data, file.size);
	setpgid(0, group);
	signal(SIGUSR1, SIG_DFL);
	outcome_failed(&outcome, -EBADMSG, "libtracecmd died of signal");
	assert_int_equal(access(path, F_OK), -1);
	outcome_free(&outcome);
	config.progress = NULL;
	outcome = import_bytes(config, file.data, file.size);
	outcome_is_fine(&outcome);
	assert_int_equal(outcome.report.events, NR_MANY);
	outcome_free(&outcome);
	unlink(path);
	bytes_free(&file);
}

static void counter_clock(void **state)
{
	struct bytes file = dat_make(records, NR_RECORDS, "local [counter]");
	struct outcome outcome = import_bytes(recognise, file.data, file.size);

	(void)state;
	outcome_failed(&outcome, -EBADMSG, "the time is a counter");
	outcome_free(&outcome);
	bytes_free(&file);
}

static void foreign(void **state)
{
	struct import_config config = { .format = "trace-dat" };
	struct outcome outcome = import_string(config, "13743 64 0 0\n");

	(void)state;
	outcome_failed(&outcome, -EBADMSG, "no trace.dat");
	outcome_free(&outcome);
	outcome = import_string(config, "\x17\x08\x44tracing");
	outcome_failed(&outcome, -EBADMSG, "libtracecmd cannot open it");
	outcome_free(&outcome);
}

static void cut_off(void **state)
{
	struct import_config config = { .format = "trace-dat" };
	struct bytes file = dat_make(records, NR_RECORDS, NULL);

	(void)state;
	for (size_t size = 0; size < file.size; size += CUT_EVERY) {
		struct outcome outcome = import_bytes(config, file.data, size);

		outcome_failed(&outcome, -EBADMSG, "");
		outcome_free(&outcome);
	}
	bytes_free(&file);
}

/* An error of one line, or a trace; that events are well formed the dump checks. */
static void damaged(void **state)
{
	struct import_config config = { .format = "trace-dat" };
	struct bytes file = dat_make(records, NR_RECORDS, NULL);

	(void)state;
	for (size_t at = 0; at < file.size; at += FLIP_EVERY) {
		uint8_t was = file.data[at];
		struct outcome outcome;

		file.data[at] ^= (uint8_t)(1U << at % 8);
		outcome = import_bytes(config, file.data, file.size);
		if (outcome.rc)
			outcome_failed(&outcome, outcome.rc, "");
		else
			assert_true(outcome.report.events > 0);
		outcome_free(&outcome);
		file.data[at] = was;
	}
	bytes_free(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden),
		cmocka_unit_test(same_as_text),
		cmocka_unit_test(block_requests),
		cmocka_unit_test(ambiguous),
		cmocka_unit_test(compressed),
		cmocka_unit_test(stopped),
		cmocka_unit_test(killed),
		cmocka_unit_test(counter_clock),
		cmocka_unit_test(foreign),
		cmocka_unit_test(cut_off),
		cmocka_unit_test(damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
