/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * import_input.h - files in memory for the benchmark of the importers
 *
 * What a format's file holds comes from a maker, a few lines in import_input.c, or
 * else from its sample, traces/tests/data/samples/<format>.*, repeated: so a new format
 * is measured as soon as it has one.
 */
#ifndef BENCH_IMPORT_INPUT_H
#define BENCH_IMPORT_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#define IMPORT_INPUT_BYTES	(16U << 20)	/* less by a line or a sample at most */

struct import_input {
	char *bytes;
	size_t size;
	bool sample;		/* repeated, with whatever hostile lines it has */
};

/* Is there a maker or a sample of that format? */
bool import_input_known(const char *format);

/* The same file each time.  0, or -errno, and then there is nothing to free. */
int import_input_make(const char *format, struct import_input *input);
void import_input_free(struct import_input *input);

#endif /* BENCH_IMPORT_INPUT_H */
