// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * content_test.c - pages with the bytes of a file
 *
 *	loading		whole pages and no more; what cannot serve is refused with a
 *			reason, and nothing waits
 *	choosing	a page of the file as it is, the same each time, all of them in
 *			turn, others with another seed
 *	marks		one bit, another handle, version or seed: never the same bytes;
 *			a page that is one word all over stays one
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../traces/trace.h"
#include "../replay/content.h"

#define NR		5U		/* pages of the file; number 3 is one word */
#define ONE_WORD	3U
#define WORDS		(PAGE_SIZE / sizeof(u64))

static char dir[] = "/tmp/tmem-content-XXXXXX";
static u8 bytes[(NR + 1) * PAGE_SIZE];

/* The path of a file in the folder of this test. */
static const char *path_of(const char *name)
{
	static char path[sizeof(dir) + 32];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static const char *write_file(const char *name, size_t size)
{
	const char *path = path_of(name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
	return path;
}

static int make_folder(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (u8)(i * 2654435761U >> 13);
	memset(bytes + ONE_WORD * PAGE_SIZE, 0, PAGE_SIZE);
	return !mkdtemp(dir);
}

static int remove_folder(void **state)
{
	static const char *const names[] = { "pages", "short", "empty", "huge",
					     "fifo", "secret" };
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		unlink(path_of(names[i]));
	return rmdir(dir);
}

static void load(struct content_file *file, size_t size)
{
	struct trace_error error;

	assert_int_equal(content_load(file, write_file("pages", size), &error),
			 0);
}

/* ---- loading ---- */

static void whole_pages_are_read(void **state)
{
	struct content_file file, longer;

	(void)state;
	load(&file, NR * PAGE_SIZE);
	assert_int_equal(file.nr_pages, NR);
	assert_memory_equal(file.pages, bytes, NR * PAGE_SIZE);
	load(&longer, NR * PAGE_SIZE + PAGE_SIZE - 1);
	assert_int_equal(longer.nr_pages, NR);
	assert_true(longer.checksum == file.checksum);
	content_unload(&longer);
	content_unload(&file);
	assert_null(file.pages);
	load(&longer, (NR + 1) * PAGE_SIZE);
	load(&file, PAGE_SIZE);
	assert_int_equal(file.nr_pages, 1);
	assert_true(longer.checksum != file.checksum);
	content_unload(&longer);
	content_unload(&file);
}

static void refused(const char *path, const char *why)
{
	struct trace_error error = { .code = 0 };
	struct content_file file;

	assert_int_equal(content_load(&file, path, &error), -EINVAL);
	assert_int_equal(error.code, -EINVAL);
	assert_null(file.pages);
	if (!strstr(error.text, path) || !strstr(error.text, why))
		fail_msg("no '%s' in: %s", why, error.text);
}

static void what_cannot_serve_is_refused(void **state)
{
	(void)state;
	refused(path_of("nowhere"), "No such file");
	refused(dir, "is a directory");
	refused("/dev/zero", "no regular file");
	refused(write_file("empty", 0), "shorter than a page");
	refused(write_file("short", PAGE_SIZE - 1), "shorter than a page");
	assert_int_equal(mkfifo(path_of("fifo"), 0600), 0);
	refused(path_of("fifo"), "no regular file");
	write_file("huge", 1);
	assert_int_equal(truncate(path_of("huge"), (1L << 30) + 1), 0);
	refused(path_of("huge"), "longer than 1 GiB");
}

static void unreadable_is_refused(void **state)
{
	(void)state;
	if (!geteuid()) {
		print_message("skipped: root may read everything\n");
		skip();
	}
	write_file("secret", PAGE_SIZE);
	assert_int_equal(chmod(path_of("secret"), 0), 0);
	refused(path_of("secret"), "Permission denied");
}

/* ---- choosing ---- */

static void every_page_is_chosen(void **state)
{
	struct content_file file;
	struct content a, b;
	u32 i, others = 0, seen[NR] = { 0 };

	(void)state;
	load(&file, NR * PAGE_SIZE);
	a = content_of_file(1, &file);
	b = content_of_file(2, &file);
	for (i = 0; i < 2000; i++) {
		const u8 *page = content_page(&a, i % 7, i / 7, i);
		size_t at = (size_t)(page - file.pages);

		assert_int_equal(at % PAGE_SIZE, 0);
		assert_true(at / PAGE_SIZE < NR);
		seen[at / PAGE_SIZE]++;
		assert_ptr_equal(page, content_page(&a, i % 7, i / 7, i));
		others += page != content_page(&b, i % 7, i / 7, i);
	}
	for (i = 0; i < NR; i++)
		assert_in_range(seen[i], 300, 500);	/* 400, give or take */
	assert_in_range(others, 1500, 1700);		/* 4 of 5 */
	content_unload(&file);
}

/* ---- marks ---- */

static bool one_word(const u64 *w)
{
	u32 i;

	for (i = 1; i < WORDS; i++)
		if (w[i] != w[0])
			return false;
	return true;
}

static void a_page_is_the_files_but_for_its_mark(void **state)
{
	struct content_file file;
	struct content c;
	u64 page[WORDS], again[WORDS];
	u32 v, same = 0;

	(void)state;
	load(&file, NR * PAGE_SIZE);
	c = content_of_file(1, &file);
	for (v = 1; v < 200; v++) {
		const u8 *from = content_page(&c, 4, 9, v);

		content_fill(&c, 4, 9, v, page);
		assert_true(content_matches(&c, 4, 9, v, page, again));
		if (from == file.pages + ONE_WORD * PAGE_SIZE) {
			same++;
			assert_true(one_word(page));
			continue;
		}
		assert_false(one_word(page));
		assert_memory_equal(page, from, PAGE_SIZE - sizeof(u64));
	}
	assert_true(same > 0);
	content_unload(&file);
}

/* A file of one page: nothing but marks tells handles and versions apart. */
static void marks_tell_all_apart(const struct content_file *file)
{
	struct content c = content_of_file(1, file), d;
	u8 page[PAGE_SIZE] __attribute__((aligned(8))), other[PAGE_SIZE];
	u32 bit;

	content_fill(&c, 4, 9, 17, page);
	assert_true(content_matches(&c, 4, 9, 17, page, other));
	assert_false(content_matches(&c, 4, 9, 16, page, other));
	assert_false(content_matches(&c, 4, 8, 17, page, other));
	assert_false(content_matches(&c, 5, 9, 17, page, other));
	assert_false(content_matches(&c, 9, 4, 17, page, other));
	d = content_of_file(2, file);
	assert_false(content_matches(&d, 4, 9, 17, page, other));
	for (bit = 0; bit < 8 * PAGE_SIZE; bit += 61) {
		page[bit / 8] ^= (u8)(1 << bit % 8);
		assert_false(content_matches(&c, 4, 9, 17, page, other));
		page[bit / 8] ^= (u8)(1 << bit % 8);
	}
}

static void no_two_have_the_same_bytes(void **state)
{
	struct content_file file;

	(void)state;
	load(&file, PAGE_SIZE);
	marks_tell_all_apart(&file);
	memset(file.pages, 0, PAGE_SIZE);
	marks_tell_all_apart(&file);
	content_unload(&file);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_pages_are_read),
		cmocka_unit_test(what_cannot_serve_is_refused),
		cmocka_unit_test(unreadable_is_refused),
		cmocka_unit_test(every_page_is_chosen),
		cmocka_unit_test(a_page_is_the_files_but_for_its_mark),
		cmocka_unit_test(no_two_have_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
