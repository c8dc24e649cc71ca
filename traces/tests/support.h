/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * support.h - what the tests of the trace library have in common
 *
 * Files live in a folder of the test's own, made by the group's setup and
 * removed by its teardown, which fails if anything was left there.
 */
#ifndef TMEM_TRACES_SUPPORT_H
#define TMEM_TRACES_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tmt.h"

int folder_setup(void **state);
int folder_teardown(void **state);
unsigned int folder_entries(void);

/* A path in the folder; the text is good until the call after the next seven. */
const char *in_folder(const char *name);

/* A whole file; free() it.  At least one byte is allocated. */
uint8_t *slurp(const char *path, size_t *size);
void spew(const char *path, const void *bytes, size_t size);

/* The same numbers on every machine, for a seed. */
uint64_t random_next(uint64_t *state);
uint64_t random_below(uint64_t *state, uint64_t limit);

/* Sequential: like a machine's.  Wild: every field anything that is allowed. */
enum flavour {
	SEQUENTIAL,
	WILD,
};

struct sample {
	struct trace_info info;
	struct trace_record *records;
	uint64_t nr;
};

struct sample *sample_new(enum flavour flavour, enum trace_kind kind,
			  bool times, bool hashes, uint64_t nr, uint64_t seed);
void sample_free(struct sample *sample);
void sample_write(const struct sample *sample, const char *path);

/* The file holds exactly these events and this header. */
void sample_expect(const struct sample *sample, const char *path);

/* Opening, or reading some block, fails with @code; the error is well made. */
void expect_bad(const char *path, int code, const char *word);

/* 0, or the first error of opening and reading everything. */
int read_all(const char *path, struct trace_error *err);

#endif /* TMEM_TRACES_SUPPORT_H */
