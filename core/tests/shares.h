/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shares.h - one program's cmocka tests, dealt out to several processes
 *
 * The tests of conformance and of faults wait for grace periods most of the time,
 * each in a world of its own: what is alive, faults and warnings are counted by
 * process.  So they wait side by side.
 */
#ifndef TMEM_SHARES_H
#define TMEM_SHARES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define SHARES		4
#define SHARE_TESTS	128	/* that one group may have */

struct shares {
	const char *group;
	/* Of these each process runs all, before and after its share. */
	const struct CMUnitTest *first, *last;	/* NULL: none */
	const struct CMUnitTest *tests;
	size_t nr;
};

/* Fork, run, wait: 0, or 1 where a test failed or a process died. */
int run_in_shares(const struct shares *shares);

#endif /* TMEM_SHARES_H */
