/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * admission.h - which puts of a client are made at all: the contract of a policy
 *
 * A page that leaves a page cache need not be put: most are never asked for again,
 * and each that is put costs a copy, and pushes an older one out.  The choice is the
 * client's.  It is made before tmem is asked and never learns tmem's answers, so it
 * is the same for every design, world and memory size.
 *
 * Only puts of ephemeral pools of one client are asked about; persistent pages must
 * not be lost, and a shared page may be another's.  A put that is turned away leaves
 * no older copy behind: see front.c.
 *
 * A policy is one file, ends in its const table, and has a line in admission.c.
 * Those with a state are asked in the order of the trace, by one thread.
 */
#ifndef TMEM_SIM_ADMISSION_H
#define TMEM_SIM_ADMISSION_H

#include "ops.h"

struct admission_ops {
	const char *name;
	const char *parameter;		/* what may follow "name:"; NULL: nothing */
	u64 fallback;			/* its value where nothing follows */
	bool wants_activity;		/* OP_WAS_ACTIVE: page references only */

	/* The parameter as a value; returns NULL, or what is wrong with it. */
	const char *(*parse)(const char *text, u64 *value);

	/* NULL: no memory.  No function: it has no state. */
	void *(*create)(u64 value, u64 seed);
	void (*destroy)(void *state);

	/*
	 * Whether this put is made: @put has its number among all puts in arg and,
	 * in flags, what the page cache knows.  No function: all are.
	 */
	bool (*admit)(void *state, const struct op *put);
};

extern const struct admission_ops admission_all, admission_workingset,
	admission_ghost, admission_random;
extern const struct admission_ops *const admission_policies[];	/* ends with NULL */

/* What was chosen; all of it 0: every put is made. */
struct admission_choice {
	const struct admission_ops *ops;
	u64 value;			/* its parameter */
	u64 seed;			/* any; for those that draw lots */
};

/*
 * admission_choose - "all", "workingset", "ghost[:WINDOW]" or "random[:P]"
 *
 * Fills in @choice but for its seed.  Returns NULL, or what is wrong: a line, valid
 * until the next call.
 */
const char *admission_choose(const char *text, struct admission_choice *choice);

#endif /* TMEM_SIM_ADMISSION_H */
