/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * values.h - sizes, times, numbers and lists of them, on command lines and for people
 *
 * Context: one thread; what is returned as text is good until the next calls.
 */
#ifndef TMEM_SIM_VALUES_H
#define TMEM_SIM_VALUES_H

#include <stdint.h>

/* 64M, 2G, 4096: bytes; 20000p: pages of 4 KiB.  NULL or what is wrong. */
const char *cli_size(const char *value, uint64_t *bytes);

/* What a list is of: each function returns NULL, or what is wrong. */
struct cli_list {
	const char *(*add_word)(void *arg, const char *word);	/* NULL: numbers */
	const char *(*number)(void *arg, const char *text, uint64_t *n);
	const char *(*add)(void *arg, uint64_t n);
};

/*
 * Values with commas between them, spaces around them or not, and, of numbers, ranges
 * A..B: A, and twice as much, up to B at most.  Each is added in turn.  NULL or what is
 * wrong, and with which of them: a line, until the next call.
 */
const char *cli_list(const char *value, const struct cli_list *list, void *arg);

const char *cli_number(const char *value, uint64_t least, uint64_t most,
		       uint64_t *number);
/* 100us, 1.5ms, 2s, 3m: ns */
const char *cli_time(const char *value, uint64_t *ns);
const char *cli_fraction(const char *value, double least, double most,
			 double *number);

/* 1234567 as 1,234,567 in one of a few static buffers. */
const char *cli_thousands(uint64_t n);
const char *cli_bytes(uint64_t bytes);		/* 64.0 MiB */
const char *cli_rate(double per_second);	/* 8.31 M/s */

#endif /* TMEM_SIM_VALUES_H */
