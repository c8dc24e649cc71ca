// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_block.c - formats of block requests: golden files, samples, and what they share
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "import_support.h"

static const struct import_config recognised = { .strict = true };

/* Each sample is recognised as what it is, and nothing in it is wrong. */
static void sample(void **state)
{
	const char *name = *state;
	char path[256];
	struct bytes file;
	struct outcome outcome;

	snprintf(path, sizeof(path), "samples/%s", name);
	file = bytes_golden(path);
	outcome = import_bytes(recognised, file.data, file.size);
	outcome_is_fine(&outcome);
	assert_int_equal(strncmp(outcome.report.format, name, strcspn(name, ".")), 0);
	assert_int_equal(outcome.report.format[strcspn(name, ".")], '\0');
	assert_true(outcome.report.events >= 5);
	outcome_free(&outcome);
	bytes_free(&file);
}

static void fails(struct import_config config, const char *text, const char *words)
{
	struct outcome outcome = import_string(config, text);

	outcome_failed(&outcome, -EBADMSG, words);
	outcome_free(&outcome);
}

/* Lines that cannot be read, each behind one of its format that can. */
static void hostile_lines(void **state)
{
	static const struct {
		const char *format, *line, *why;
	} cases[] = {
		{ "msr", "1,hm,0,Read,0,512", "not 'time,host" },
		{ "msr", "1,hm,0,Read,0,512,1,1", "not 'time,host" },
		{ "msr", "x1,hm,0,Read,0,512,1", "no time in units" },
		{ "msr", "184467440737095517,hm,0,Read,0,512,1", "no time in units" },
		{ "msr", "1, ,0,Read,0,512,1", "no host" },
		{ "msr", "1,hm,x,Read,0,512,1", "no disk number" },
		{ "msr", "1,hm,0,Reads,0,512,1", "neither Read nor Write" },
		{ "msr", "1,hm,0,Rea,0,512,1", "neither Read nor Write" },
		{ "msr", "1,hm,0,,0,512,1", "neither Read nor Write" },
		{ "msr", "1,hm,0,Read,0x10,512,1", "no offset and size" },
		{ "msr", "1,hm,0,Read,-1,512,1", "no offset and size" },
		{ "msr", "1,hm,0,Read,0,,1", "no offset and size" },
		{ "msr", "1,hm,0,Read,18446744073709551616,2,1", "no offset and size" },
		{ "msr", "1,hm,0,Read,18446744073709551615,2,1", "ends past 2^64 bytes" },
		{ "msr", "1,hm,0,Read,18446744073709551615,1,1", "past 2^32 objects" },
		{ "msr", "1,hm,0,Read,0,0,1", "a request of no bytes" },
		{ "spc", "x,0,512,R,2", "no number of a storage unit" },
		{ "spc", "4294967296,0,512,R,2", "a device whose number is not below" },
		{ "spc", "0,36028797018963968,512,R,2", "no block of 512 bytes" },
		{ "spc", "0,-1,512,R,2", "no block of 512 bytes" },
		{ "spc", "0,0,5.5,R,2", "no size in bytes" },
		{ "spc", "0,0,512,RW,2", "neither R nor W" },
		{ "spc", "0,0,512,R,", "no time in seconds" },
		{ "spc", "0,0,512,R,2.", "no time in seconds" },
		{ "spc", "0,0,512,R,.2", "no time in seconds" },
		{ "spc", "0,0,512,R,2.2.2", "no time in seconds" },
		{ "spc", "0,0,512,R,18446744074", "no time in seconds" },
		{ "spc", "0,0,512,R,18446744073.709551616", "no time in seconds" },
		{ "alibaba", "4,R,0,4096", "not 'device,opcode" },
		{ "alibaba", "4,R,0,4096,1,1", "not 'device,opcode" },
		{ "alibaba", "4x,R,0,4096,1", "no number of a device" },
		{ "alibaba", "4,R,,4096,1", "no offset and length" },
		{ "alibaba", "4,R,0,4096 1,1", "no offset and length" },
		{ "alibaba", "4,W,4096,68719476737,1", "16777217 pages, more than 16777216" },
		{ "alibaba", "4,R,0,4096,18446744073709552", "no time in microseconds" },
		{ "tencent", "1,0,8,0", "not 'time,offset" },
		{ "tencent", "then,0,8,0,1", "no time in seconds" },
		{ "tencent", "1,36028797018963968,8,0,1", "no offset and size in sectors" },
		{ "tencent", "1,0,36028797018963968,0,1", "no offset and size in sectors" },
		{ "tencent", "1,0,8,R,1", "a type that is neither 0 nor 1" },
		{ "tencent", "1,0,8,,1", "a type that is neither 0 nor 1" },
		{ "tencent", "1,0,8,0,vol", "no number of a volume" },
		{ "systor", "1,0.1,R,3,4096", "not 'time,response" },
		{ "systor", ".5,0.1,R,3,4096,4096", "no time in seconds" },
		{ "systor", "1,0.1,R,,4096,4096", "no number of a LUN" },
		{ "systor", "1,0.1,,3,,", "no offset and size" },
		{ "systor", "1,0.1,R,3,4096,-4096", "no offset and size" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct import_config config = { .format = cases[i].format, .strict = true };
		const char *name, *what, *example;
		char text[1024];

		for (uint32_t n = 0; import_format(n, &name, &what, &example); n++) {
			if (strcmp(name, cases[i].format) == 0)
				break;
		}
		snprintf(text, sizeof(text), "%s\n%s\n", example, cases[i].line);
		fails(config, text, "test:2: ");
		fails(config, text, cases[i].why);
	}
}

/* Only a first line is a header, and only one that looks like it. */
static void headers(void **state)
{
	static const char *const none[] = { "a,b,1\n", "a\n", "time,0,disk\n", "a,,b\n", "a,b,\n" };
	struct import_config config = { .format = "msr", .strict = true };
	struct outcome outcome;

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		fails(config, none[i], "test:1: not 'time,host,disk");
	fails(config, "a,b\na,b\n", "test:2: not 'time,host,disk");
	fails(config, "a,b\n", "read as msr it holds no event");
	fails(config, "", "test: the file is empty");
	/* It does not hide what the file is. */
	outcome = import_string(recognised, "Timestamp,Response,IOType,LUN,Offset,Size\n"
					    "1.5,,W,0,0,4096\n");
	outcome_is_fine(&outcome);
	outcome_free(&outcome);
	outcome = import_string(config, "# made by hand\n\n a, b\n1,h,0,Read,0,1,0\n");
	outcome_is_fine(&outcome);
	assert_int_equal(import_report_note(&outcome.report, "header lines"), 1);
	outcome_free(&outcome);
}

static void zero_bytes(void **state)
{
	static const char *const lines[] = { "msr", "spc", "alibaba", "tencent", "systor" };
	static const char file[] = "1,2,3,R,5\0\n";

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct import_config config = { .format = lines[i], .strict = true };
		struct outcome outcome = import_bytes(config, file, sizeof(file) - 1);

		outcome_failed(&outcome, -EBADMSG, "test:1: holds a byte 0");
		outcome_free(&outcome);
	}
}

/* Names: long ones, and more clients than a trace has room for. */
static void names(void **state)
{
	struct import_config config = { .format = "msr", .strict = true };
	char *text = malloc(65536 * 24);
	struct outcome outcome;
	char *p = text;

	(void)state;
	assert_non_null(text);
	outcome = import_string(config, "1,hm,0,Read,0,1,0\n1,h,0,Read,0,1,0\n1,hmm,0,Read,0,1,0\n"
					"1,hm,0,Read,0,1,0\n1,h,0,Read,0,1,0\n");
	outcome_is_fine(&outcome);
	assert_int_equal(outcome.report.pools, 3);
	outcome_free(&outcome);
	p += sprintf(p, "1,%0255d,0,Read,0,1,0\n", 7);
	outcome = import_string(config, text);
	outcome_is_fine(&outcome);
	outcome_free(&outcome);
	sprintf(p, "1,%0256d,0,Read,0,1,0\n", 7);
	fails(config, text, "test:2: a name of more than 255 bytes");
	p = text;
	for (uint32_t i = 0; i < 65535; i++)
		p += sprintf(p, "1,%x,0,Read,0,1,0\n", i);
	outcome = import_string(config, text);
	outcome_is_fine(&outcome);
	assert_int_equal(outcome.report.pools, 65535);
	assert_int_equal(import_report_note(&outcome.report, "clients"), 65535);
	assert_int_equal(import_report_note(&outcome.report, "devices"), 65535);
	outcome_free(&outcome);
	sprintf(p, "1,one,0,Read,0,1,0\n");
	fails(config, text, "test:65536: more than 65535 pools");
	free(text);
}

/* A line that cannot be does not start the clock, and makes no client known. */
static void no_effect(void **state)
{
	static const char want[] =
		"format msr\n"
		"kind references, times\n"
		"pool 0 0 0\n"
		"0 read 0 0:0:0 0 1 cpu 0\n"
		"900 write 0 0:0:0 0 1 cpu 0\n"
		"skipped 1\n"
		"line 1: a request of no bytes: '1,a,0,Read,0,0,0'\n"
		"read requests 1\n"
		"write requests 1\n"
		"clients 1\n"
		"devices 1\n";
	struct outcome outcome = import_string((struct import_config){ .format = "msr" },
		"1,a,0,Read,0,0,0\n100,b,0,Read,0,4096,0\n109,b,0,Write,0,4096,0\n");

	(void)state;
	outcome_is(&outcome, want);
	outcome_free(&outcome);
}

#define SAMPLE(n)	{ "sample " n, sample, NULL, NULL, n }

int main(void)
{
	const struct CMUnitTest tests[] = {
		GOLDEN("msr"),
		GOLDEN("spc"),
		GOLDEN("alibaba"),
		GOLDEN("tencent"),
		GOLDEN("systor"),
		SAMPLE("msr.csv"),
		SAMPLE("spc.csv"),
		SAMPLE("alibaba.csv"),
		SAMPLE("tencent.csv"),
		SAMPLE("systor.csv"),
		cmocka_unit_test(hostile_lines),
		cmocka_unit_test(headers),
		cmocka_unit_test(zero_bytes),
		cmocka_unit_test(names),
		cmocka_unit_test(no_effect),
	};

	return cmocka_run_group_tests_name("importers: block requests", tests, NULL, NULL);
}
