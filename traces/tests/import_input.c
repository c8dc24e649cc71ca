// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_input.c - files as they come: compressed, cut off, joined, endless, on a pipe
 *
 * The file is lines of page numbers that do not compress to nothing, larger than all
 * buffers together, so that lines lie across every seam; the sum of its pages shows
 * whether each was read once.
 */
#define _GNU_SOURCE	/* pipe2 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "import_support.h"

#define BIG_LINES	200000U
#define MAGIC_SIZE	6U	/* of the longest, that of xz */

/* ---- a sink that sums ---- */

struct sum {
	uint64_t pages;
	uint64_t events;
};

static int sum_begin(void *arg, const struct trace_info *info, struct trace_error *err)
{
	(void)arg;
	(void)info;
	(void)err;
	return 0;
}

static int sum_pool(void *arg, const struct trace_pool *pool, struct trace_error *err)
{
	(void)arg;
	(void)pool;
	(void)err;
	return 0;
}

static int sum_emit(void *arg, const struct trace_record *record, struct trace_error *err)
{
	struct sum *sum = arg;

	(void)err;
	sum->pages += record->oid.w[1] * IMPORT_OBJECT_PAGES + record->event.index;
	sum->events++;
	return 0;
}

static struct bytes big_file(uint64_t *pages)
{
	struct bytes file = { malloc(16 * BIG_LINES), 0 };
	uint32_t x = 1;

	assert_non_null(file.data);
	*pages = 0;
	for (uint32_t i = 0; i < BIG_LINES; i++) {
		x = x * 1664525 + 1013904223;
		*pages += x >> (i % 32);
		file.size += (size_t)sprintf((char *)file.data + file.size, "%u\n",
					     x >> (i % 32));
	}
	return file;
}

static int sum_import(struct import_config config, const struct bytes *file,
		      struct sum *sum, struct trace_error *err)
{
	struct trace_sink sink = { sum, sum_begin, sum_pool, sum_emit };

	*sum = (struct sum){ 0, 0 };
	config.sink = &sink;
	if (file) {
		config.path = "test";
		return trace_import_memory(&config, file->data, file->size, NULL, err);
	}
	return trace_import(&config, NULL, err);
}

/* ---- tests ---- */

static void big(void **state)
{
	uint64_t pages;
	struct bytes file = big_file(&pages);

	(void)state;
	for (int how = 0; how < NR_COMPRESSIONS; how++) {
		struct bytes packed = bytes_compress(how, file.data, file.size);
		struct trace_error err;
		struct sum sum;

		assert_int_equal(sum_import((struct import_config){ .format = "pages" },
					    &packed, &sum, &err), 0);
		assert_int_equal(sum.events, BIG_LINES);
		assert_int_equal(sum.pages, pages);
		bytes_free(&packed);
	}
	bytes_free(&file);
}

/* Two files, each compressed, one after the other. */
static void joined(void **state)
{
	static const char one[] = "1\n2\n", two[] = "3\n4\n";

	(void)state;
	for (int how = 0; how < NR_COMPRESSIONS; how++) {
		struct bytes a = bytes_compress(how, one, 4);
		struct bytes b = bytes_compress(how, two, 4);
		struct bytes both = bytes_join(&a, &b);
		struct outcome outcome = import_bytes((struct import_config){ .path = NULL },
						      both.data, both.size);

		outcome_is_fine(&outcome);
		assert_int_equal(outcome.report.events, 4);
		outcome_free(&outcome);
		bytes_free(&a);
		bytes_free(&b);
		bytes_free(&both);
	}
}

/* Every possible length of a compressed file but the whole is an error. */
static void cut_off(void **state)
{
	struct import_config config = { .format = "pages" };
	char text[2000];
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 300; i++)
		n += (size_t)sprintf(text + n, "%d\n", i * 7919 % 1000);
	for (int how = ZSTD; how < NR_COMPRESSIONS; how++) {
		struct bytes packed = bytes_compress(how, text, n);

		/* With less than its magic number it is not even recognised, and foreign as such. */
		for (size_t size = 0; size < packed.size; size++) {
			struct outcome outcome = import_bytes(config, packed.data, size);

			outcome_failed(&outcome, -EBADMSG, size < MAGIC_SIZE ? "" : "it was cut off");
			outcome_free(&outcome);
		}
		bytes_free(&packed);
	}
}

/*
 * A byte changed: an error, or (in flags and times that nobody checks) no change.  With
 * another magic number it would be another file.
 */
static void damaged(void **state)
{
	struct bytes file = bytes_golden("import_lis.txt");
	struct bytes want = bytes_golden("import_lis.want");
	uint32_t errors = 0;

	(void)state;
	for (int how = ZSTD; how < NR_COMPRESSIONS; how++) {
		struct bytes packed = bytes_compress(how, file.data, file.size);

		for (size_t i = MAGIC_SIZE; i < packed.size; i++) {
			struct outcome outcome;

			packed.data[i] ^= 0x10;
			outcome = import_bytes((struct import_config){ .format = "lis" },
					       packed.data, packed.size);
			if (outcome.rc)
				errors++;
			else
				outcome_is(&outcome, (char *)want.data);
			outcome_free(&outcome);
			packed.data[i] ^= 0x10;
		}
		bytes_free(&packed);
	}
	assert_true(errors > 100);
	bytes_free(&file);
	bytes_free(&want);
}

static void junk_after(void **state)
{
	static const char junk[] = "junk that is no frame";
	struct bytes tail = { (uint8_t *)junk, sizeof(junk) };

	(void)state;
	for (int how = ZSTD; how < NR_COMPRESSIONS; how++) {
		struct bytes packed = bytes_compress(how, "1\n2\n", 4);
		struct bytes both = bytes_join(&packed, &tail);
		struct outcome outcome = import_bytes((struct import_config){ .format = "pages" },
						      both.data, both.size);

		outcome_failed(&outcome, -EBADMSG, compression_names[how]);
		assert_non_null(strstr(outcome.err.text, "offset"));
		outcome_free(&outcome);
		bytes_free(&packed);
		bytes_free(&both);
	}
}

static void legacy_lz4(void **state)
{
	struct outcome outcome = import_string((struct import_config){ .path = NULL },
					       "\x02\x21\x4c\x18" "xxxx");

	(void)state;
	outcome_failed(&outcome, -EBADMSG, "legacy");
	outcome_free(&outcome);
}

/* The longest line there may be, and one byte more. */
static void long_lines(void **state)
{
	struct import_config config = { .format = "pages" };
	char *text = malloc(70000);
	struct outcome outcome;

	(void)state;
	assert_non_null(text);
	memset(text, ' ', 70000);
	memcpy(text, "1\n", 2);
	text[2 + 65535] = '\n';
	memcpy(text + 2 + 65534, "7", 1);
	outcome = import_bytes(config, text, 2 + 65536);
	outcome_is(&outcome, "format pages\nkind references\npool 0 0 0\n"
			     "0 read 0 0:0:0 1 1 cpu 0\n0 read 0 0:0:0 7 1 cpu 0\n");
	outcome_free(&outcome);
	text[2 + 65535] = '7';
	text[2 + 65536] = '\n';
	outcome = import_bytes(config, text, 2 + 65537);
	outcome_failed(&outcome, -EBADMSG, "test:2: the line has more than 65535 bytes");
	outcome_free(&outcome);
	outcome = import_bytes(config, text, 2 + 65536);
	outcome_failed(&outcome, -EBADMSG, "test:2: the line has more than 65535 bytes");
	outcome_free(&outcome);
	free(text);
}

/* As standard input, in small pieces. */
static void piped(void **state)
{
	uint64_t pages;
	struct bytes file = big_file(&pages);
	struct bytes packed = bytes_compress(GZIP, file.data, file.size);
	struct trace_error err;
	struct sum sum;
	int saved = dup(STDIN_FILENO);
	int status;
	int ends[2];
	pid_t pid;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		close(ends[0]);
		for (size_t i = 0, n; i < packed.size; i += n) {
			n = packed.size - i < 777 ? packed.size - i : 777;
			if (write(ends[1], packed.data + i, n) != (ssize_t)n)
				_exit(1);
		}
		_exit(0);
	}
	close(ends[1]);
	assert_true(dup2(ends[0], STDIN_FILENO) >= 0);
	close(ends[0]);
	assert_int_equal(sum_import((struct import_config){ .path = "-" }, NULL, &sum, &err), 0);
	assert_int_equal(sum.events, BIG_LINES);
	assert_int_equal(sum.pages, pages);
	if (saved >= 0) {
		dup2(saved, STDIN_FILENO);
		close(saved);
	} else {
		close(STDIN_FILENO);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	bytes_free(&packed);
	bytes_free(&file);
}

static void no_file(void **state)
{
	struct trace_error err;
	struct sum sum;

	(void)state;
	assert_int_equal(sum_import((struct import_config){ .path = "/nonexistent/x" },
				    NULL, &sum, &err), -ENOENT);
	assert_string_equal(err.text, "/nonexistent/x: No such file or directory");
	assert_int_equal(sum_import((struct import_config){ .path = "/" }, NULL, &sum, &err),
			 -EISDIR);
	assert_non_null(strstr(err.text, "Is a directory"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(big),
		cmocka_unit_test(joined),
		cmocka_unit_test(cut_off),
		cmocka_unit_test(damaged),
		cmocka_unit_test(junk_after),
		cmocka_unit_test(legacy_lz4),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(piped),
		cmocka_unit_test(no_file),
	};

	return cmocka_run_group_tests_name("importers: input", tests, NULL, NULL);
}
