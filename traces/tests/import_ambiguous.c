// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_ambiguous.c - removals that nothing tells apart become what was asked for, and
 * no others do
 *
 * For each way to be ambiguous, recordings and what they become by guess, as puts and as
 * flushes, one letter a removal.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "import_support.h"

#define DELETE(task, second, offset) \
	task " [000] d..2. " #second ".000000: mm_filemap_delete_from_page_cache: " \
	"dev 8:1 ino a pfn=0x1 ofs=" #offset " order=0\n"
#define BEGIN(task, second) \
	task " [000] ..... " #second ".000000: mm_vmscan_direct_reclaim_begin: order=0\n"
#define END(task, second) \
	task " [000] ..... " #second ".000000: mm_vmscan_direct_reclaim_end: nr_reclaimed=1\n"
#define LOST	"CPU:0 [LOST 1 EVENTS]\n"

struct recording {
	const char *name;
	const char *text;
	uint32_t ambiguous;
	const char *outcomes[3];	/* by enum import_ambiguous */
};

static const struct recording recordings[] = {
	{ "no bracket",
	  DELETE("kswapd0-5", 1, 0) DELETE("a-6", 2, 4096) DELETE("b-7", 3, 8192),
	  2, { "pff", "ppp", "pff" } },
	{ "an end without its begin",
	  DELETE("a-6", 1, 0) DELETE("b-7", 2, 4096) DELETE("a-6", 3, 8192)
	  END("a-6", 4) DELETE("a-6", 5, 12288) BEGIN("a-6", 6)
	  DELETE("a-6", 7, 0) END("a-6", 8) DELETE("a-6", 9, 4096),
	  2, { "ffffpf", "pfpfpf", "ffffpf" } },
	{ "and after a loss",
	  BEGIN("a-6", 1) END("a-6", 2) DELETE("a-6", 3, 0) LOST DELETE("b-7", 4, 4096)
	  DELETE("a-6", 5, 8192) END("a-6", 6) DELETE("b-7", 7, 12288) END("b-7", 8),
	  3, { "ffff", "fppp", "ffff" } },
	{ "ends of several tasks",
	  DELETE("c-9", 1, 0) END("c-9", 2) DELETE("a-6", 3, 4096) END("a-6", 4)
	  DELETE("b-7", 5, 8192) END("b-7", 6) DELETE("c-9", 7, 12288) DELETE("a-6", 8, 0),
	  3, { "fffff", "pppff", "fffff" } },
	{ "a loss inside a bracket",
	  BEGIN("a-6", 1) DELETE("a-6", 2, 0) LOST DELETE("a-6", 3, 4096) END("a-6", 4)
	  DELETE("a-6", 5, 8192),
	  1, { "ppf", "ppf", "pff" } },
	{ "a task without a name",
	  BEGIN("a-6", 1) END("a-6", 2) DELETE("<...>-8", 3, 0) DELETE("b-7", 4, 4096),
	  1, { "ff", "pf", "ff" } },
	{ "nothing is",
	  BEGIN("a-6", 1) DELETE("a-6", 2, 0) END("a-6", 3) DELETE("b-7", 4, 4096),
	  0, { "pf", "pf", "pf" } },
};

/* The operations of a dump, a letter each. */
static void letters(const char *dump, char *out)
{
	for (; dump; dump = strchr(dump, '\n'), dump += dump != NULL) {
		const char *op = dump + strspn(dump, "0123456789");

		if (op != dump && (strncmp(op, " put ", 5) == 0 || strncmp(op, " flush ", 7) == 0))
			*out++ = op[1];
	}
	*out = '\0';
}

static void ambiguous(void **state)
{
	const struct recording *recording = *state;

	for (int choice = 0; choice < 3; choice++) {
		struct import_config config = { .ambiguous = (enum import_ambiguous)choice };
		struct outcome outcome = import_string(config, recording->text);
		char got[64];

		outcome_is_fine(&outcome);
		letters(outcome.dump, got);
		assert_string_equal(got, recording->outcomes[choice]);
		assert_int_equal(outcome.report.ambiguous, recording->ambiguous);
		assert_int_equal(outcome.report.removals, strlen(got));
		outcome_free(&outcome);
	}
}

/* The first events are those of the whole, whatever comes after them. */
static void limited(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(recordings) / sizeof(*recordings); i++) {
		for (int choice = 0; choice < 3; choice++) {
			const char *whole = recordings[i].outcomes[choice];

			for (size_t n = 1; n < strlen(whole); n++) {
				struct import_config config = {
					.ambiguous = (enum import_ambiguous)choice,
					.max_events = n,
				};
				struct outcome outcome = import_string(config,
								       recordings[i].text);
				char got[64];

				outcome_is_fine(&outcome);
				letters(outcome.dump, got);
				assert_int_equal(strlen(got), n);
				assert_memory_equal(got, whole, n);
				outcome_free(&outcome);
			}
		}
	}
}

/* Nor does a bad line far behind them matter, where one before them is fatal. */
static void strict(void **state)
{
	static const char line[] = DELETE("a-6", 1, 0), bad[] = "bad\n";
	const size_t lines = 66000;	/* the importer holds back 65536 */
	struct import_config config = {
		.format = "ftrace", .ambiguous = IMPORT_AMBIGUOUS_PUT, .max_events = 1,
		.strict = true,
	};
	char *text = malloc(lines * (sizeof(line) - 1) + sizeof(bad));
	struct outcome outcome;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < lines; i++)
		memcpy(text + i * (sizeof(line) - 1), line, sizeof(line) - 1);
	strcpy(text + lines * (sizeof(line) - 1), bad);
	outcome = import_string(config, text);
	outcome_is_fine(&outcome);
	assert_int_equal(outcome.report.events, 1);
	outcome_free(&outcome);
	memcpy(text, bad, sizeof(bad) - 1);
	outcome = import_string(config, text);
	outcome_failed(&outcome, -EBADMSG, "1: not");
	outcome_free(&outcome);
	free(text);
}

static int none_begin(void *arg, const struct trace_info *info, struct trace_error *err)
{
	(void)arg;
	(void)info;
	(void)err;
	return 0;
}

static int none_pool(void *arg, const struct trace_pool *pool, struct trace_error *err)
{
	(void)arg;
	(void)pool;
	(void)err;
	return 0;
}

static int count_puts(void *arg, const struct trace_record *record, struct trace_error *err)
{
	(void)err;
	*(int *)arg += record->event.op == TRACE_PUT;
	return 0;
}

static void files(void **state)
{
	int puts = 0;
	struct trace_sink sink = { &puts, none_begin, none_pool, count_puts };
	struct import_config config = {
		.sink = &sink, .format = "ftrace", .ambiguous = IMPORT_AMBIGUOUS_PUT,
	};
	struct trace_error err;
	char path[] = "import-ambiguous-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, recordings[0].text, strlen(recordings[0].text)),
			 (ssize_t)strlen(recordings[0].text));
	close(fd);
	config.path = path;
	assert_int_equal(trace_import(&config, NULL, &err), 0);
	assert_int_equal(puts, 3);
	unlink(path);

	/* What cannot be read twice is not read at all. */
	config.path = "/dev/null";
	assert_int_equal(trace_import(&config, NULL, &err), -EINVAL);
	assert_non_null(strstr(err.text, "read twice"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ recordings[0].name, ambiguous, NULL, NULL, (void *)&recordings[0] },
		{ recordings[1].name, ambiguous, NULL, NULL, (void *)&recordings[1] },
		{ recordings[2].name, ambiguous, NULL, NULL, (void *)&recordings[2] },
		{ recordings[3].name, ambiguous, NULL, NULL, (void *)&recordings[3] },
		{ recordings[4].name, ambiguous, NULL, NULL, (void *)&recordings[4] },
		{ recordings[5].name, ambiguous, NULL, NULL, (void *)&recordings[5] },
		{ recordings[6].name, ambiguous, NULL, NULL, (void *)&recordings[6] },
		cmocka_unit_test(limited),
		cmocka_unit_test(strict),
		cmocka_unit_test(files),
	};

	return cmocka_run_group_tests_name("importers: ambiguous removals", tests, NULL, NULL);
}
