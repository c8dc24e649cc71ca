// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_oracle.c - oracleGeneral records: what they become, and what is none
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../oraclegeneral.h"
#include "import_support.h"

static const struct import_config recognise = { .strict = false };
static const struct import_config named = { .format = "oraclegeneral" };

static void sample(void **state)
{
	struct bytes file = bytes_golden("import_oraclegeneral.bin");
	struct bytes want = bytes_golden("import_oraclegeneral.want");
	struct import_config strict = { .strict = true };
	struct outcome outcome;
	char text[64];

	(void)state;
	for (int how = 0; how < NR_COMPRESSIONS; how++) {
		struct bytes packed = bytes_compress(how, file.data, file.size);

		outcome = import_bytes(recognise, packed.data, packed.size);
		outcome_is(&outcome, (char *)want.data);
		outcome_free(&outcome);
		bytes_free(&packed);
	}
	outcome = import_bytes(strict, file.data, file.size);
	outcome_is(&outcome, (char *)want.data);
	outcome_free(&outcome);
	snprintf(text, sizeof(text), "test: offset %zu: the file ends inside a record",
		 file.size - ORACLE_SIZE);
	for (size_t cut = 1; cut < ORACLE_SIZE; cut++) {
		outcome = import_bytes(named, file.data, file.size - cut);
		outcome_failed(&outcome, -EBADMSG, text);
		outcome_free(&outcome);
		/* So short a file is not recognised when its size is wrong. */
		outcome = import_bytes(recognise, file.data, file.size - cut);
		outcome_failed(&outcome, -EBADMSG, "format not recognised");
		outcome_free(&outcome);
	}
	bytes_free(&file);
	bytes_free(&want);
}

static const struct oracle_record odd[] = {
	{ 1000, 1, 512, 3 },
	{ 999, 2, 4096, 2 },			/* backwards; next is itself */
	{ 1001, 1, 8192, INT64_MIN },
	{ UINT32_MAX, 10, UINT32_MAX, -2 },
};

#define NR_ODD	(sizeof(odd) / sizeof(odd[0]))

static void odd_records(void **state)
{
	static const char want[] =
		"format oraclegeneral\n"
		"kind references, times\n"
		"pool 0 0 0\n"
		"0 read 0 0:0:0 1 1 cpu 0\n"
		"0 read 0 0:0:0 2 1 cpu 0\n"
		"1000000000 read 0 0:0:0 1 1 cpu 0\n"
		"4294966295000000000 read 0 0:1:0 0 1 cpu 0\n"
		"backwards 1, first at 24\n"
		"smallest request (bytes) 512\n"
		"largest request (bytes) 4294967295\n"
		"requests larger than a page, each one page here 2\n"
		"requests whose next one is not after them 3\n";
	struct import_config config = { .format = "oraclegeneral", .object_pages = 10 };
	struct import_config strict = { .format = "oraclegeneral", .strict = true };
	uint8_t file[NR_ODD * ORACLE_SIZE];
	struct outcome outcome;

	(void)state;
	for (size_t i = 0; i < NR_ODD; i++)
		oracle_encode(file + i * ORACLE_SIZE, &odd[i]);
	outcome = import_bytes(config, file, sizeof(file));
	outcome_is(&outcome, want);
	outcome_free(&outcome);
	outcome = import_bytes(strict, file, sizeof(file));
	outcome_failed(&outcome, -EBADMSG, "test: offset 24: the time goes backwards");
	outcome_free(&outcome);
	outcome = import_bytes(recognise, file, sizeof(file));
	outcome_failed(&outcome, -EBADMSG, "format not recognised");
	outcome_free(&outcome);
}

/* One record changed in a file that is recognised without it. */
struct spoiled {
	size_t n;
	struct oracle_record record;
	bool fits;
};

static const struct spoiled spoils[] = {
	{ 1, { 5, 7, 4096, -1 }, true },
	{ 1, { 5, 7, 0, -1 }, true },
	{ 1, { 5, 7, 4096, INT64_MAX }, true },
	{ 1, { 5, 7, 4096, 5 }, true },			/* past the end: a part of a file */
	{ 1, { 5, 7, 4096, 1LL << 36 }, false },
	{ 1, { 5, 7, 4096, 2 }, false },		/* itself */
	{ 1, { 5, 7, 4096, 0 }, false },
	{ 1, { 5, 7, 4096, -2 }, false },
	{ 1, { 5, 7, (1U << 31) + 1, -1 }, false },
	{ 1, { 4, 7, 4096, -1 }, false },		/* backwards */
	{ 1, { 7, 7, 4096, -1 }, false },
	{ 1, { 5, 7, 4096, 3 }, false },		/* another object: half, not most */
};

static void recognition(void **state)
{
	static const struct oracle_record good[] = {
		{ 5, 3, 4096, 4 }, { 5, 7, 4096, -1 }, { 6, 8, 4096, -1 },
		{ 6, 3, 4096, -1 },
	};
	uint8_t file[4 * ORACLE_SIZE];
	uint8_t zeros[20 * ORACLE_SIZE] = { 0 };
	struct outcome outcome;

	(void)state;
	for (size_t i = 0; i < sizeof(spoils) / sizeof(spoils[0]); i++) {
		for (size_t n = 0; n < 4; n++)
			oracle_encode(file + n * ORACLE_SIZE, &good[n]);
		oracle_encode(file + spoils[i].n * ORACLE_SIZE, &spoils[i].record);
		outcome = import_bytes(recognise, file, sizeof(file));
		if (spoils[i].fits != (outcome.rc == 0))
			fail_msg("case %zu: %s", i, outcome.rc ? outcome.err.text :
				 "recognised");
		outcome_free(&outcome);
	}
	outcome = import_bytes(recognise, zeros, sizeof(zeros));
	outcome_failed(&outcome, -EBADMSG, "format not recognised");
	outcome_free(&outcome);
}

/* Files of other kinds are not taken for records. */
static void foreign(void **state)
{
	uint8_t file[65536];
	struct outcome outcome;
	uint64_t x = 1;

	(void)state;
	for (uint32_t i = 0; i < sizeof(file) / 8; i++)
		tmt_put64(file + 8 * i, i / 3);
	outcome = import_bytes(recognise, file, sizeof(file));
	outcome_failed(&outcome, -EBADMSG, "format not recognised");
	outcome_free(&outcome);
	for (uint32_t i = 0; i < sizeof(file) / 4; i++)
		tmt_put32(file + 4 * i, i / 3);
	outcome = import_bytes(recognise, file, sizeof(file));
	outcome_failed(&outcome, -EBADMSG, "format not recognised");
	outcome_free(&outcome);
	for (size_t round = 0; round < 2000; round++) {
		for (size_t i = 0; i < 3 * ORACLE_SIZE; i++) {
			x = x * 6364136223846793005u + 1442695040888963407u;
			file[i] = (uint8_t)(x >> 56);
		}
		outcome = import_bytes(recognise, file, 3 * ORACLE_SIZE);
		outcome_failed(&outcome, -EBADMSG, "format not recognised");
		outcome_free(&outcome);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sample),
		cmocka_unit_test(odd_records),
		cmocka_unit_test(recognition),
		cmocka_unit_test(foreign),
	};

	return cmocka_run_group_tests_name("importers: oraclegeneral", tests, NULL, NULL);
}
