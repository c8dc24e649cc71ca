// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_real.c - published traces, against the counts that others found in them
 *
 * They are not part of the project: TMEM_REAL_TRACES in the environment names their
 * folder.  A trace that is not there is skipped, and says so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "import_support.h"

struct real {
	const char *file;
	const char *format;
	uint64_t pages[TRACE_NR_OPS];
	uint64_t requests;	/* lines or records */
	uint64_t write_requests;
	uint64_t unique;	/* pages, 0: not known */
	bool told;		/* its format is, since it is taken for another */
};

static const struct real reals[] = {
	{ "arc-OLTP.lis.zst", "lis", { [TRACE_READ] = 914145 }, 914145, 0, 186880, false },
	{ "arc-P3.lis.zst", "lis", { [TRACE_READ] = 3912296 }, 238578, 0, 762543, false },
	{ "lirs-sprite.trace.gz", "pages", { [TRACE_READ] = 133996 }, 133996, 0, 0, false },
	/* Without a mark it is like any list of pages. */
	{ "lirs-sprite.trace.gz", "lirs", { [TRACE_READ] = 133996 }, 133996, 0, 0, true },
	{ "cloudphysics-io.vscsi", "vscsi",
	  { [TRACE_READ] = 485700, [TRACE_WRITE] = 656169 }, 113872, 66898, 269210, false },
};

/* A bit a page, as far as pages are seen. */
struct seen {
	uint8_t *bits;
	uint64_t room;		/* pages */
	uint64_t unique;
};

static int seen_begin(void *arg, const struct trace_info *info, struct trace_error *err)
{
	(void)arg;
	(void)err;
	assert_int_equal(info->kind, TRACE_REFERENCES);
	return 0;
}

static int seen_pool(void *arg, const struct trace_pool *pool, struct trace_error *err)
{
	(void)arg;
	(void)pool;
	(void)err;
	return 0;
}

static void see(struct seen *seen, uint64_t page)
{
	if (page >= seen->room) {
		uint64_t room = 2 * (page + 1) / 8 * 8 + 8;

		seen->bits = realloc(seen->bits, room / 8);
		assert_non_null(seen->bits);
		memset(seen->bits + seen->room / 8, 0, (room - seen->room) / 8);
		seen->room = room;
	}
	if (!(seen->bits[page / 8] & 1U << page % 8))
		seen->unique++;
	seen->bits[page / 8] |= (uint8_t)(1U << page % 8);
}

static int seen_emit(void *arg, const struct trace_record *record, struct trace_error *err)
{
	uint64_t first = record->oid.w[1] * IMPORT_OBJECT_PAGES + record->event.index;

	(void)err;
	for (uint32_t i = 0; i < record->event.count; i++)
		see(arg, first + i);
	return 0;
}

static void real(void **state)
{
	const struct real *real = *state;
	const char *folder = getenv("TMEM_REAL_TRACES");
	struct seen seen = { NULL, 0, 0 };
	struct trace_sink sink = { &seen, seen_begin, seen_pool, seen_emit };
	struct import_config config = { .sink = &sink, .strict = true };
	struct import_report report;
	struct trace_error err = { 0 };
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", folder ? folder : IMPORT_REAL_TRACES,
		 real->file);
	if (access(path, R_OK)) {
		print_message("skipped: %s is not there\n", real->file);
		skip();
	}
	config.path = path;
	config.format = real->told ? real->format : NULL;
	if (trace_import(&config, &report, &err))
		fail_msg("%s", err.text);
	assert_string_equal(report.format, real->format);
	assert_int_equal(report.units, real->requests);
	assert_int_equal(report.skipped, 0);
	assert_int_equal(import_report_note(&report, "write requests"), real->write_requests);
	for (int op = 0; op < TRACE_NR_OPS; op++)
		assert_int_equal(report.pages[op], real->pages[op]);
	if (real->unique)
		assert_int_equal(seen.unique, real->unique);
	free(seen.bits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ reals[0].file, real, NULL, NULL, (void *)&reals[0] },
		{ reals[1].file, real, NULL, NULL, (void *)&reals[1] },
		{ reals[2].file, real, NULL, NULL, (void *)&reals[2] },
		{ reals[3].file, real, NULL, NULL, (void *)&reals[3] },
		{ reals[4].file, real, NULL, NULL, (void *)&reals[4] },
	};

	return cmocka_run_group_tests_name("importers: published traces", tests, NULL, NULL);
}
