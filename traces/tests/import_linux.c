// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_linux.c - block requests and file accesses recorded on Linux: FIU's traces
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "import_support.h"

/* ---- words and lines that are none ---- */

static void zero_bytes(void **state)
{
	static const char *const names[] = { "fiu", "fiu-nbw" };
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		GOLDEN("fiu"),
		GOLDEN("fiu-nbw"),
		cmocka_unit_test(zero_bytes),
		cmocka_unit_test(many_words),
	};

	return cmocka_run_group_tests_name("importers: recorded on Linux", tests, NULL, NULL);
}
