// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_doctor.c - diagnoses, against numbers worked out by hand or known of traces
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "doctor.h"
#include "import_support.h"

static const struct import_config plain = { .path = "test" };

static struct diagnosis *diagnose(const struct import_config *config, const char *text,
				  size_t size, int code)
{
	struct diagnosis *d = malloc(sizeof(*d));
	struct trace_error err = { 0 };

	assert_non_null(d);
	assert_int_equal(trace_diagnose_memory(config, 0, text, size, d, &err), code);
	assert_int_equal(err.code, code);
	return d;
}

static void forget(struct diagnosis *d)
{
	diagnosis_free(d);
	free(d);
}

static void is_choice(const struct diagnosis *d, enum import_ambiguous how, uint64_t found,
		      uint64_t missed)
{
	assert_true(d->choices[how].known);
	assert_int_equal(d->choices[how].found, found);
	assert_int_equal(d->choices[how].missed, missed);
}

/*
 * 14 pages are got.  As flushes the two removals by cat and rm leave one page of 2b and
 * one of the block device to be found; as puts the four of 2a as well, and 2b once more.
 */
static void ambiguous(void **state)
{
	struct bytes file = bytes_golden("import_stock.txt");
	struct diagnosis *d = diagnose(&plain, (char *)file.data, file.size, 0);

	(void)state;
	assert_string_equal(d->report.format, "ftrace");
	assert_string_equal(d->guesses[0].name, "ftrace");
	assert_int_equal(d->guesses[0].score, 100);
	assert_int_equal(d->report.removals, 4);
	assert_int_equal(d->report.ambiguous, 2);
	assert_false(d->once_only);
	is_choice(d, IMPORT_AMBIGUOUS_AUTO, 2, 12);
	is_choice(d, IMPORT_AMBIGUOUS_FLUSH, 2, 12);
	is_choice(d, IMPORT_AMBIGUOUS_PUT, 7, 7);
	assert_int_equal(d->survey.counts.seen, 7);
	assert_int_equal(d->survey.counts.once, 1);
	assert_int_equal(d->survey.counts.most, 2);
	assert_int_equal(d->survey.last_time - d->survey.first_time, 4001000000);
	assert_int_equal(d->survey.devices.nr, 2);
	assert_string_equal(d->survey.devices.group[0].name, "254:1");
	assert_int_equal(d->survey.devices.group[0].pages, 12);
	assert_int_equal(d->survey.devices.group[0].high, 3);
	assert_string_equal(d->survey.devices.group[1].name, "0:3");
	assert_int_equal(d->survey.devices.group[1].pages, 4);
	assert_int_equal(import_report_note(&d->report, "large folios that came"), 2);
	assert_int_equal(import_report_note(&d->report,
					    "events of block devices' own pages, metadata"), 3);
	forget(d);
	bytes_free(&file);
}

/* Without doubt there is nothing to choose. */
static void certain(void **state)
{
	struct bytes file = bytes_golden("import_probes.txt");
	struct diagnosis *d = diagnose(&plain, (char *)file.data, file.size, 0);

	(void)state;
	assert_int_equal(d->report.ambiguous, 0);
	is_choice(d, IMPORT_AMBIGUOUS_AUTO, 0, 34);
	assert_false(d->choices[IMPORT_AMBIGUOUS_PUT].known);
	assert_false(d->choices[IMPORT_AMBIGUOUS_FLUSH].known);
	forget(d);
	bytes_free(&file);
}

/* Pools: an exclusive get takes the page, one of a persistent or a shared pool does not. */
static void pools(void **state)
{
	static const char text[] =
		"tmt-text 1\nkind operations\npool 0 ephemeral\npool 0 persistent\n"
		"pool 0 shared\n"
		"0 put 0 0:0:1 5 1\n0 get 0 0:0:1 5 1\n0 get 0 0:0:1 5 1\n"
		"0 put 1 0:0:1 5 1\n0 get 1 0:0:1 5 1\n0 get 1 0:0:1 5 1\n"
		"0 put 2 0:0:1 5 1\n0 get 2 0:0:1 5 1\n0 get 2 0:0:1 5 1\n"
		"0 flush-object 1 0:0:1 0 1\n0 get 1 0:0:1 5 1\n"
		"0 flush 2 0:0:1 0 4294967295\n0 get 2 0:0:1 5 1\nevents 13\n";
	struct diagnosis *d = diagnose(&plain, text, strlen(text), 0);

	(void)state;
	is_choice(d, IMPORT_AMBIGUOUS_AUTO, 5, 3);
	assert_int_equal(d->survey.counts.seen, 3);
	assert_int_equal(d->survey.counts.most, 2);
	forget(d);
}

/* Discards are forgotten; clients and devices are told apart and named. */
static void references(void **state)
{
	static const char text[] =
		"128166372003061629,hm,0,Write,0,8192,26\n"
		"128166372003061630,hm,0,Read,4096,4096,26\n"
		"128166372013061630,usr,1,Read,4096,1,26\n"
		"128166372013061629,usr,1,Read,4097,1,26\n";
	struct diagnosis *d = diagnose(&plain, text, strlen(text), 0);
	const struct survey *survey = &d->survey;

	(void)state;
	assert_string_equal(d->report.format, "msr");
	is_choice(d, IMPORT_AMBIGUOUS_AUTO, 2, 3);
	assert_int_equal(survey->counts.seen, 3);
	assert_int_equal(survey->counts.once, 1);
	assert_int_equal(d->report.backwards, 1);
	assert_int_equal(import_report_note(&d->report, IMPORT_NOTE_UNALIGNED), 2);
	assert_int_equal(survey->clients.nr, 2);
	assert_string_equal(survey->clients.group[0].name, "hm");
	assert_int_equal(survey->clients.group[0].pages, 3);
	assert_string_equal(survey->devices.group[0].name, "0 of hm");
	assert_int_equal(survey->devices.group[0].high, 1);
	assert_string_equal(survey->devices.group[1].name, "1 of usr");
	assert_int_equal(survey->devices.group[1].low, 1);
	assert_true(d->advice.page_cache >= 64 << 10);
	assert_int_equal(d->advice.object_pages, 0);
	forget(d);
}

/* A volume of one object of the default is cut into more; what was asked for stays. */
static void object_pages(void **state)
{
	struct import_config asked = { .path = "test", .object_pages = 5000 };
	struct diagnosis *d = diagnose(&plain, "0 10000 0 0\n", 12, 0);

	(void)state;
	assert_int_equal(d->advice.object_pages, 128);
	forget(d);
	d = diagnose(&asked, "0 10000 0 0\n", 12, 0);
	assert_int_equal(d->advice.object_pages, 0);
	assert_int_equal(d->survey.devices.group[0].high, 9999);
	forget(d);
}

static void not_read(void **state)
{
	struct import_config spc = { .path = "test", .format = "spc" };
	struct bytes file = bytes_golden("import_stock.txt");
	struct bytes packed = bytes_compress(ZSTD, file.data, file.size);
	struct diagnosis *d = diagnose(&plain, "\377what\tis this\n", 14, -EBADMSG);

	(void)state;
	assert_null(d->report.format);
	assert_true(d->nr_guesses > 5);
	assert_int_equal(d->guesses[0].score, 0);
	assert_true(d->binary);
	assert_string_equal(d->begins, "?what is this");
	forget(d);
	d = diagnose(&plain, "", 0, -EBADMSG);
	assert_int_equal(d->nr_guesses, 0);
	forget(d);
	d = diagnose(&spc, "1\n2\n", 4, -EBADMSG);
	assert_string_equal(d->report.format, "spc");
	assert_string_equal(d->guesses[0].name, "pages");
	forget(d);
	/* Cut off: even its first bytes are in doubt. */
	d = diagnose(&plain, (char *)packed.data, packed.size - 5, -EBADMSG);
	assert_int_equal(d->nr_guesses, 0);
	forget(d);
	bytes_free(&packed);
	bytes_free(&file);
}

/* ---- published traces ---- */

struct real {
	const char *file;
	const char *format;
	uint64_t requests;
	uint64_t write_requests;
	uint64_t references;
	uint64_t unique;
};

static const struct real reals[] = {
	{ "cloudphysics-io.vscsi", "vscsi", 113872, 66898, 1141869, 269210 },
	{ "arc-OLTP.lis.zst", "lis", 914145, 0, 914145, 186880 },
	{ "arc-P3.lis.zst", "lis", 238578, 0, 3912296, 762543 },
};

static void real(void **state)
{
	const struct real *real = *state;
	const char *folder = getenv("TMEM_REAL_TRACES");
	struct import_config config = { .strict = true };
	struct diagnosis *d = malloc(sizeof(*d));
	struct trace_error err = { 0 };
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", folder ? folder : IMPORT_REAL_TRACES,
		 real->file);
	if (access(path, R_OK)) {
		free(d);
		print_message("skipped: %s is not there\n", real->file);
		skip();
	}
	assert_non_null(d);
	config.path = path;
	if (trace_diagnose(&config, 0, d, &err))
		fail_msg("%s", err.text);
	assert_string_equal(d->report.format, real->format);
	assert_int_equal(d->report.units, real->requests);
	assert_int_equal(import_report_note(&d->report, IMPORT_NOTE_WRITES),
			 real->write_requests);
	assert_int_equal(d->survey.pages, real->references);
	assert_int_equal(d->survey.counts.seen, real->unique);
	assert_int_equal(d->choices[0].missed, real->unique);
	assert_int_equal(d->choices[0].found, real->references - real->unique);
	assert_false(d->survey.counts.estimated);
	diagnosis_free(d);
	/* In a sixteenth of the memory that it takes to be exact, about as many. */
	config.progress = NULL;
	assert_int_equal(trace_diagnose(&config, 1024, d, &err), 0);
	assert_true(d->survey.counts.estimated);
	assert_in_range(d->survey.counts.seen, real->unique - real->unique / 6,
			real->unique + real->unique / 6);
	forget(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ambiguous),
		cmocka_unit_test(certain),
		cmocka_unit_test(pools),
		cmocka_unit_test(references),
		cmocka_unit_test(object_pages),
		cmocka_unit_test(not_read),
		{ reals[0].file, real, NULL, NULL, (void *)&reals[0] },
		{ reals[1].file, real, NULL, NULL, (void *)&reals[1] },
		{ reals[2].file, real, NULL, NULL, (void *)&reals[2] },
	};

	return cmocka_run_group_tests_name("importers: doctor", tests, NULL, NULL);
}
