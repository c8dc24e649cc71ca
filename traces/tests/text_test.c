// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * text_test.c - the text form loses nothing and names what it cannot read
 */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"
#include "trace_text.h"

static void print_file(const char *tmt, const char *text)
{
	struct trace_error err = { 0 };
	struct trace_reader *reader = trace_open(tmt, &err);
	FILE *f = fopen(text, "w");

	assert_non_null(reader);
	assert_non_null(f);
	if (trace_print_text(reader, f, &err))
		fail_msg("%s", err.text);
	fclose(f);
	trace_close(reader);
}

static int parse_file(const char *text, const char *tmt, struct trace_error *err)
{
	FILE *f = fopen(text, "r");
	int ret;

	assert_non_null(f);
	ret = trace_parse_text(f, "input", tmt, err);
	fclose(f);
	return ret;
}

static void expect_same(const char *a, const char *b)
{
	size_t size_a, size_b;
	uint8_t *bytes_a = slurp(a, &size_a), *bytes_b = slurp(b, &size_b);

	assert_int_equal(size_a, size_b);
	assert_memory_equal(bytes_a, bytes_b, size_a);
	free(bytes_a);
	free(bytes_b);
}

static void test_both_ways(void **state)
{
	static const uint64_t sizes[] = { 0, 1, 100, TRACE_BLOCK_EVENTS + 10 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		for (unsigned int v = 0; v < 16; v++) {
			struct sample *s = sample_new(v & 1 ? WILD : SEQUENTIAL,
				v & 2 ? TRACE_REFERENCES : TRACE_OPERATIONS,
				v & 4, v & 8, sizes[i], v + sizes[i]);
			struct trace_error err = { 0 };

			sample_write(s, in_folder("a.tmt"));
			print_file(in_folder("a.tmt"), in_folder("a.txt"));
			if (parse_file(in_folder("a.txt"), in_folder("b.tmt"), &err))
				fail_msg("%s", err.text);
			expect_same(in_folder("a.tmt"), in_folder("b.tmt"));
			print_file(in_folder("b.tmt"), in_folder("b.txt"));
			expect_same(in_folder("a.txt"), in_folder("b.txt"));
			sample_free(s);
		}
	}
}

/* Every byte that a source can have, blanks at its ends included. */
static void test_source(void **state)
{
	struct sample *s = sample_new(WILD, TRACE_OPERATIONS, false, false, 1, 1);
	struct trace_error err = { 0 };

	(void)state;
	for (int i = 0; i < 255; i++)
		s->info.source[i] = (char)(i + 1);
	s->info.source[0] = ' ';
	s->info.source[254] = '\t';
	for (int round = 0; round < 2; round++) {
		sample_write(s, in_folder("a.tmt"));
		print_file(in_folder("a.tmt"), in_folder("a.txt"));
		assert_int_equal(parse_file(in_folder("a.txt"), in_folder("b.tmt"),
					    &err), 0);
		sample_expect(s, in_folder("b.tmt"));
		strcpy(s->info.source, " ");
	}
	sample_free(s);
}

static int parse_string(const char *text, size_t size, struct trace_error *err)
{
	FILE *f = fmemopen((void *)text, size, "r");
	int ret;

	assert_non_null(f);
	ret = trace_parse_text(f, "input", in_folder("string.tmt"), err);
	fclose(f);
	return ret;
}

static void expect_printed(const char *text, const char *printed)
{
	struct trace_error err = { 0 };
	uint8_t *bytes;
	size_t size;

	if (parse_string(text, strlen(text), &err))
		fail_msg("%s", err.text);
	print_file(in_folder("string.tmt"), in_folder("string.txt"));
	bytes = slurp(in_folder("string.txt"), &size);
	bytes[size] = 0;
	assert_string_equal((char *)bytes, printed);
	free(bytes);
}

#define HEADER "tmt-text 1\npage-size 4096\nkind operations\n"
#define COMMENT "# time op pool object index count client cpu size result hash\n"

static void test_forms(void **state)
{
	(void)state;
	/* The example of FORMAT.md. */
	expect_printed(
		HEADER "times yes\nhashes no\nsource fileserver, 2026-03-01\n"
		"lost 0\nskipped 0\npool 0 ephemeral\npool 3 persistent\n" COMMENT
		"0 get 0 0:0:1f3a 17 1 0 2 0 miss 0\n"
		"1250 put 0 0:0:1f3a 17 1 0 2 1893 hit 0\n"
		"2100 flush 1 2:0:0 0 1024 3 0 0 - 0\nevents 3\n",
		HEADER "times yes\nhashes no\nsource fileserver, 2026-03-01\n"
		"lost 0\nskipped 0\npool 0 ephemeral\npool 3 persistent\n" COMMENT
		"0 get 0 0:0:1f3a 17 1 0 2 0 miss 0\n"
		"1250 put 0 0:0:1f3a 17 1 0 2 1893 hit 0\n"
		"2100 flush 1 2:0:0 0 1024 3 0 0 - 0\nevents 3\n");
	/* Defaults, comments, blanks, CR LF, a late pool, no newline at the end. */
	expect_printed(
		"\n# made by hand\r\ntmt-text\t1\r\n kind   operations \npool 1 shared\n"
		"0 put 0 0:0:A 1\n\n  # more\npool 2 ephemeral\n"
		"\t0 get 1 ff:0:0   2  3\nevents 2",
		HEADER "times no\nhashes no\nsource\nlost 0\nskipped 0\n"
		"pool 1 shared\npool 2 ephemeral\n" COMMENT
		"0 put 0 0:0:a 1 1 0 0 0 - 0\n0 get 1 ff:0:0 2 3 0 0 0 - 0\nevents 2\n");
	/* No events. */
	expect_printed("tmt-text 1\nkind references\nevents 0\n",
		       "tmt-text 1\npage-size 4096\nkind references\ntimes no\nhashes no\n"
		       "source\nlost 0\nskipped 0\n" COMMENT "events 0\n");
}

/* ---- what is wrong, and in which line ---- */

#define TOP "tmt-text 1\nkind operations\ntimes yes\npool 0 ephemeral\n"

static const struct {
	const char *text;
	const char *where;
	const char *what;
} bad[] = {
	{ "\n", "line 2", "cut off" },
	{ "hello\n", "line 1", "begins with" },
	{ "tmt-text 2\n", "line 1", "begins with" },
	{ "tmt-text 1 1\n", "line 1", "begins with" },
	{ "tmt-text 1\n", "line 2", "cut off" },
	{ "tmt-text 1\nevents 0\n", "line 2", "kind" },
	{ "tmt-text 1\nkind mixed\n", "line 2", "bad value" },
	{ "tmt-text 1\nkind\n", "line 2", "bad value" },
	{ "tmt-text 1\nkind operations operations\n", "line 2", "bad value" },
	{ "tmt-text 1\nkind operations\nkind operations\n", "line 3", "twice" },
	{ "tmt-text 1\nlost -1\n", "line 2", "bad value" },
	{ "tmt-text 1\nlost 18446744073709551616\n", "line 2", "bad value" },
	{ "tmt-text 1\nlost 18446744073709551620\n", "line 2", "bad value" },
	{ "tmt-text 1\ntimes maybe\n", "line 2", "bad value" },
	{ "tmt-text 1\npage-size 4294967296\n", "line 2", "bad value" },
	{ "tmt-text 1\nsource a\\b\n", "line 2", "escape" },
	{ "tmt-text 1\nsource a\\x0\n", "line 2", "escape" },
	{ "tmt-text 1\nsource a\\x00\n", "line 2", "escape" },
	{ "tmt-text 1\npage-size 4095\nkind operations\nevents 0\n", "line 4", "page size" },
	{ "tmt-text 1\npool 0\n", "line 2", "pool CLIENT TYPE" },
	{ "tmt-text 1\npool x shared\n", "line 2", "pool CLIENT TYPE" },
	{ "tmt-text 1\npool 0 huge\n", "line 2", "type of pool" },
	{ "tmt-text 1\npool 0 shared\n0 put 0 0:0:0 0\n", "line 3", "kind" },
	{ TOP "0 put\n", "line 5", "neither" },
	{ TOP "colour red\n", "line 5", "neither" },
	{ TOP "x put 0 0:0:0 0\n", "line 5", "bad time" },
	{ TOP "0 shove 0 0:0:0 0\n", "line 5", "no such operation" },
	{ TOP "0 put 65536 0:0:0 0\n", "line 5", "bad pool" },
	{ TOP "0 put 1 0:0:0 0\n", "line 5", "pool does not exist" },
	{ TOP "0 put 0 0:0 0\n", "line 5", "bad object" },
	{ TOP "0 put 0 0:0:0:0 0\n", "line 5", "bad object" },
	{ TOP "0 put 0 0:0: 0\n", "line 5", "bad object" },
	{ TOP "0 put 0 0:0:10000000000000000 0\n", "line 5", "bad object" },
	{ TOP "0 put 0 0:0:g 0\n", "line 5", "bad object" },
	{ TOP "0 put 0 0:0:0 4294967296\n", "line 5", "bad index" },
	{ TOP "0 put 0 0:0:0 4294967295 2\n", "line 5", "2^32" },
	{ TOP "0 put 0 0:0:0 0 0\n", "line 5", "count of 0" },
	{ TOP "0 put 0 0:0:0 0 1 65536\n", "line 5", "bad client" },
	{ TOP "0 put 0 0:0:0 0 1 0 65536\n", "line 5", "bad cpu" },
	{ TOP "0 put 0 0:0:0 0 1 0 0 65536\n", "line 5", "bad size" },
	{ TOP "0 put 0 0:0:0 0 1 0 0 0 won\n", "line 5", "bad result" },
	{ TOP "0 put 0 0:0:0 0 1 0 0 0 - z\n", "line 5", "bad hash" },
	{ TOP "0 put 0 0:0:0 0 1 0 0 0 - 1\n", "line 5", "hashes yes" },
	{ TOP "0 put 0 0:0:0 0 1 0 0 0 - 0 0\n", "line 5", "11 fields" },
	{ TOP "0 read 0 0:0:0 0\n", "line 5", "reference in" },
	{ TOP "9 put 0 0:0:0 0\n8 put 0 0:0:0 0\n", "line 6", "before" },
	{ TOP "9 put 0 0:0:0 0\nlost 3\n", "line 6", "before the first event" },
	{ TOP "9 put 0 0:0:0 0\n", "line 6", "cut off" },
	{ TOP "9 put 0 0:0:0 0\nevents\n", "line 6", "events N" },
	{ TOP "9 put 0 0:0:0 0\nevents 2\n", "line 6", "missing" },
	{ TOP "9 put 0 0:0:0 0\nevents 1\n9 put 0 0:0:0 0\n", "line 7", "goes on" },
	{ "tmt-text 1\nkind operations\npool 0 shared\n9 put 0 0:0:0 0\n",
	  "line 4", "times yes" },
};

static void expect_bad_text(const char *text, size_t size, const char *where,
			    const char *what)
{
	struct trace_error err = { 0 };
	unsigned int entries = folder_entries();
	char start[64];

	snprintf(start, sizeof(start), "input: %s: ", where);
	assert_int_equal(parse_string(text, size, &err), -EBADMSG);
	assert_int_equal(err.code, -EBADMSG);
	if (strncmp(err.text, start, strlen(start)) || !strstr(err.text, what) ||
	    strchr(err.text, '\n'))
		fail_msg("'%s' does not say '%s' of %s", err.text, what, where);
	assert_int_equal(folder_entries(), entries);
}

static void test_bad_text(void **state)
{
	(void)state;
	unlink(in_folder("string.tmt"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect_bad_text(bad[i].text, strlen(bad[i].text), bad[i].where,
				bad[i].what);
	expect_bad_text("tmt-text 1\n\0", 12, "line 2", "byte 0");
}

static void test_long_lines(void **state)
{
	size_t size = 3 << 20;
	char *text = malloc(size);

	(void)state;
	assert_non_null(text);
	memset(text, '#', size);
	expect_bad_text(text, size, "line 1", "longer than");
	/* Just over, and just not: the comment passes, its text then ends. */
	text[65536] = '\n';
	expect_bad_text(text, 65537, "line 1", "longer than");
	text[65535] = '\n';
	expect_bad_text(text, 65536, "line 2", "cut off");
	expect_bad_text(text, 65535, "line 2", "cut off");
	memset(text, '\n', size);
	expect_bad_text(text, size, "line 3145729", "cut off");
	free(text);
}

/* Where lines come from somewhere else, and the caller gives up. */
static void test_lines(void **state)
{
	static const char *const lines[] = { "tmt-text 1", "kind references",
					     "pool 0 ephemeral", "0 read 0 0:0:0 4" };
	const char *path = in_folder("lines.tmt");
	struct trace_error err = { 0 };
	struct trace_file file = { path, NULL };
	struct trace_sink sink = trace_file_sink(&file);
	struct trace_text *t = trace_text_begin("lines", &sink, &err);

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(trace_text_line(t, lines[i], strlen(lines[i]),
						 &err), 0);
	err.code = -EIO;
	assert_int_equal(trace_text_end(t, &err), -EIO);
	assert_int_equal(trace_finish(file.writer, &err), -EIO);
	assert_int_equal(access(path, F_OK), -1);

	file.writer = NULL;
	t = trace_text_begin("lines", &sink, &err);
	assert_int_equal(trace_text_line(t, "x", 1, &err), -EBADMSG);
	err.code = 0;
	assert_int_equal(trace_text_line(t, lines[0], 10, &err), -EBADMSG);
	err.code = 0;
	assert_int_equal(trace_text_end(t, &err), -EBADMSG);
	assert_null(file.writer);
}

static void test_output_full(void **state)
{
	struct sample *s = sample_new(WILD, TRACE_OPERATIONS, true, true, 20000, 1);
	FILE *full = fopen("/dev/full", "w");
	struct trace_error err = { 0 };
	struct trace_reader *reader;

	(void)state;
	assert_non_null(full);
	sample_write(s, in_folder("a.tmt"));
	reader = trace_open(in_folder("a.tmt"), &err);
	assert_int_equal(trace_print_text(reader, full, &err), -ENOSPC);
	fclose(full);
	trace_close(reader);
	sample_free(s);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(trace_op_name(TRACE_PUT), "put");
	assert_string_equal(trace_op_name(TRACE_DISCARD), "discard");
	assert_string_equal(trace_op_name(TRACE_NR_OPS), "?");
	assert_string_equal(trace_op_name((enum trace_op)-1), "?");
	assert_string_equal(trace_result_name(TRACE_MISS), "miss");
	assert_string_equal(trace_result_name((enum trace_result)3), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_source),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_bad_text),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_output_full),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
