// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * csv_test.c - tables as text: what is read is what was written, what is no table is
 * refused with its line, and the files of results keep every whole row
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../csv.h"
#include "../sweep/results.h"

static char dir[] = "/tmp/tmem-csv-test-XXXXXX";
static char path[64];

static void write_file(const char *name, const char *text, size_t size)
{
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
}

static void read_back(char *text, size_t size)
{
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	text[fread(text, 1, size - 1, f)] = '\0';
	fclose(f);
}

/*
 * @text as "a|b;c|d;" of its rows behind the header, "~" before one that is torn; or
 * "!" and the error.
 */
static const char *rows_of(const char *text, size_t size)
{
	static char out[4096];
	struct trace_error err;
	struct csv_reader r;
	size_t at = 0;
	uint32_t i;
	int ret;

	write_file("table.csv", text, size);
	ret = csv_open(&r, path, &err);
	out[0] = '\0';
	while (ret > 0 && (ret = csv_next(&r, &err)) > 0) {
		if (r.torn)
			at += (size_t)sprintf(out + at, "~");
		for (i = 0; i < r.row.nr; i++)
			at += (size_t)sprintf(out + at, "%s%s", i ? "|" : "",
					      csv_field(&r, (int)i));
		at += (size_t)sprintf(out + at, ";");
	}
	if (ret < 0)
		sprintf(out + at, "!%s", err.text + strlen(path) + 2);
	csv_close(&r);
	return out;
}

static void rows_are_read(void **state)
{
	static const struct {
		const char *text, *rows;
	} cases[] = {
		{ "", "" },
		{ "a,b\n", "" },
		{ "a,b\n1,2\n", "1|2;" },
		{ "a,b\n1,2", "~1|2;" },
		{ "a,b\n1", "~1;" },
		{ "a,b\n1,\"2", "~1|2;" },
		{ "a,b\r\n1,2\r\n3,4\r\n", "1|2;3|4;" },
		{ "a,b\n,\n", "|;" },
		{ "a,b\n\n1,2\n\n\n3,4\n\n", "1|2;3|4;" },
		{ "a\n\"\"\n", ";" },
		{ "a,b\n\"1,2\",\"3\"\"4\"\n", "1,2|3\"4;" },
		{ "a,b\n\"1\n2\",\"3\r\n\"\n5,6\n", "1\n2|3\r\n;5|6;" },
		{ "a,b\n1,2\na,b\n3,4\n", "1|2;3|4;" },		/* joined */
		{ "\"a\",b\n1,2\na,\"b\"\n", "1|2;" },
		{ "# made by hand\n#\n\na,b\n#1,2\n", "#1|2;" },
		{ "\xef\xbb\xbf" "a,b\n1,2\n", "1|2;" },
		{ "a,b\n1,2\n1\n", "1|2;!line 3: has 1 columns, and the header 2" },
		{ "a,b\n1,2,3\n", "!line 2: has 3 columns, and the header 2" },
		{ "a,b\n1,2,3", "!line 2: has 3 columns, and the header 2" },
		{ "a,b\n\"1\n\n\",2\n3\n", "1\n\n|2;!line 5: has 1 columns, and the header 2" },
		{ "a,b\n1\"2,3\n", "!line 2: has a quote inside a field that is not quoted" },
		{ "a,b\n\"1\"2,3\n", "!line 2: has text behind a closing quote" },
		{ "a,b\n1,2\r3\n", "!line 2: has a carriage return without a newline" },
		{ "a,b\n\r1,2\n", "!line 2: has a carriage return without a newline" },
		{ "\xef\xbb" "a,b\n", "!line 1: begins with bytes that are no text" },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(rows_of(cases[i].text, strlen(cases[i].text)),
				    cases[i].rows);
	assert_string_equal(rows_of("a\n1\0\n", 5),
			    "!line 2: has a NUL in it; is this a table?");
}

static void limits_are_kept(void **state)
{
	size_t size = CSV_MAX_ROW + 100;
	char *text = malloc(size);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', size);
	memcpy(text, "a,b\n1,", 6);
	assert_string_equal(rows_of(text, size),
			    "!line 2: is longer than 1 MiB; is this a table?");
	memset(text, ',', size);
	assert_string_equal(rows_of(text, size),
			    "!line 1: has more than 1024 columns; is this a table?");
	free(text);
	assert_string_equal(rows_of("a", 1), "");
}

static void errors_of_files(void **state)
{
	struct trace_error err;
	struct csv_reader r;

	(void)state;
	assert_int_equal(csv_open(&r, "/nowhere/x", &err), -ENOENT);
	csv_close(&r);
	assert_int_equal(csv_open(&r, dir, &err), -EINVAL);
	csv_close(&r);
	assert_int_equal(csv_open(&r, dir, NULL), -EINVAL);
	csv_close(&r);
}

static void what_is_written_is_read(void **state)
{
	static const char *const fields[] = {
		"", "1", "a,b", "\"", "a\"b\"", "two\nlines", "cr\r", " blank ", "#1", ",,",
	};
	const unsigned int nr = sizeof(fields) / sizeof(*fields);
	struct trace_error err;
	struct csv_reader r;
	unsigned int i, line;
	char name[16];
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/table.csv", dir);
	f = fopen(path, "w");
	for (line = 0; line < 3; line++)
		for (i = 0; i < nr; i++) {
			snprintf(name, sizeof(name), "c%u", i);
			csv_put(f, line ? fields[(i + line) % nr] : name);
			putc(i + 1 < nr ? ',' : '\n', f);
		}
	fclose(f);
	assert_int_equal(csv_open(&r, path, &err), 1);
	assert_int_equal(csv_column(&r, "c3"), 3);
	assert_int_equal(csv_column(&r, "c"), -1);
	for (line = 1; line < 3; line++) {
		assert_int_equal(csv_next(&r, &err), 1);
		for (i = 0; i < nr; i++)
			assert_string_equal(csv_field(&r, (int)i),
					    fields[(i + line) % nr]);
		assert_string_equal(csv_field(&r, -1), "");
		assert_string_equal(csv_field(&r, (int)nr), "");
	}
	assert_int_equal(csv_next(&r, &err), 0);
	csv_close(&r);
}

/* ---- results ---- */

static void append(struct results_file *file, const char *key, const char *status,
		   const char *error)
{
	struct result row = { };

	assert_int_equal(result_set(&row, RESULT_key, key), 0);
	assert_int_equal(result_set(&row, RESULT_status, status), 0);
	assert_int_equal(result_set(&row, RESULT_error, error), 0);
	assert_int_equal(result_set(&row, RESULT_put_p99, "12.5"), 0);
	assert_int_equal(results_file_append(file, &row, NULL), 0);
	result_free(&row);
}

static void open_results(struct results_file *file, const char *name)
{
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(results_file_open(file, path, NULL), 0);
}

static const char *error_of(const struct results *results, const char *key)
{
	const struct result *row = results_find(results, key);

	return row ? result_text(row, RESULT_error) : "none";
}

static void clear_folder(void)
{
	char command[96];

	snprintf(command, sizeof(command), "rm -f %s/*", dir);
	assert_int_equal(system(command), 0);
}

static void one_row_of_each_key_counts(void **state)
{
	struct results results;
	struct results_file file;
	char key[32];
	double n;
	unsigned int i;

	(void)state;
	clear_folder();
	assert_int_equal(results_read(&results, dir, NULL), 0);
	assert_int_equal(results.nr, 0);
	assert_null(results_find(&results, "a"));
	results_free(&results);
	open_results(&file, "results.csv");
	append(&file, "a", "failed", "first, \"again\"");
	append(&file, "a", "failed", "second");
	append(&file, "b", "failed", "");
	append(&file, "b", "ok", "good");
	append(&file, "b", "failed", "late");
	results_file_close(&file);
	open_results(&file, "results-2-of-2.csv");
	append(&file, "c", "ok", "x");
	append(&file, "c", "ok", "y");
	for (i = 0; i < 500; i++) {
		snprintf(key, sizeof(key), "many-%u", i);
		append(&file, key, "ok", key);
	}
	results_file_close(&file);
	assert_int_equal(results_read(&results, dir, NULL), 0);
	assert_int_equal(results.nr, 503);
	assert_string_equal(error_of(&results, "a"), "second");
	assert_string_equal(error_of(&results, "b"), "good");
	assert_string_equal(error_of(&results, "c"), "y");
	assert_string_equal(error_of(&results, "many-77"), "many-77");
	assert_string_equal(error_of(&results, "d"), "none");
	assert_true(result_number(results_find(&results, "a"), RESULT_put_p99, &n));
	assert_true(n == 12.5);
	assert_false(result_number(results_find(&results, "a"), RESULT_put_p50, &n));
	assert_false(result_number(results_find(&results, "a"), RESULT_key, &n));
	results_free(&results);
}

/* Cut a file of two rows at each byte: what was whole stays, and it can go on. */
static void torn_rows_are_cut_off(void **state)
{
	static char whole[8192], after[8192];
	struct results results;
	struct results_file file;
	size_t size, header, second, cut;

	(void)state;
	clear_folder();
	open_results(&file, "results.csv");
	append(&file, "a", "ok", "1");
	append(&file, "b", "ok", "two\nlines");
	results_file_close(&file);
	read_back(whole, sizeof(whole));
	size = strlen(whole);
	header = (size_t)(strchr(whole, '\n') - whole) + 1;
	second = header + (size_t)(strchr(whole + header, '\n') - whole - header) + 1;
	for (cut = 0; cut <= size; cut++) {
		bool at_end = !cut || cut == header || cut == second || cut == size;

		write_file("results.csv", whole, cut);
		assert_int_equal(results_read(&results, dir, NULL), 0);
		assert_int_equal(results.nr, (cut >= second) + (cut == size));
		results_free(&results);
		open_results(&file, "results.csv");
		assert_int_equal(file.torn, !at_end);
		append(&file, "c", "ok", "");
		results_file_close(&file);
		read_back(after, sizeof(after));
		assert_memory_equal(after, whole, cut == size ? size : cut >= second ?
				    second : header);
		assert_int_equal(results_read(&results, dir, NULL), 0);
		assert_int_equal(results.nr, 1 + (cut >= second) + (cut == size));
		results_free(&results);
	}
}

/* Files that are not ours are refused, and stay as they are. */
static void foreign_files_stay(void **state)
{
	static const char *const texts[] = {
		"dear diary", "dear diary\n", "key,status\na,ok\n", "key,state", "a\"b\n",
		"key,status,error,trace", "\"\n\n\n",
	};
	struct results_file file, second;
	char after[256];
	unsigned int i;

	(void)state;
	clear_folder();
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		bool ours = !strncmp(texts[i], "key,status,error", 16);

		write_file("results.csv", texts[i], strlen(texts[i]));
		assert_int_equal(results_file_open(&file, path, NULL), ours ? 0 : -EBADMSG);
		results_file_close(&file);
		read_back(after, sizeof(after));
		assert_int_equal(!strcmp(after, texts[i]), !ours);
	}
	write_file("results.csv", "", 0);
	assert_int_equal(results_file_open(&file, path, NULL), 0);
	assert_int_equal(results_file_open(&second, path, NULL), -EWOULDBLOCK);
	results_file_close(&second);
	results_file_close(&file);
	assert_int_equal(results_file_open(&file, "/nowhere/results.csv", NULL), -ENOENT);
	results_file_close(&file);
	assert_int_equal(results_file_open(&file, dir, NULL), -EISDIR);
	results_file_close(&file);
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	clear_folder();
	return rmdir(dir);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_read),
		cmocka_unit_test(limits_are_kept),
		cmocka_unit_test(errors_of_files),
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(one_row_of_each_key_counts),
		cmocka_unit_test(torn_rows_are_cut_off),
		cmocka_unit_test(foreign_files_stay),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
