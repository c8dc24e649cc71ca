/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * expect.h - what a get may find, worked out before the replay
 *
 * The rules of tmem leave only one thing open for each get: whether it hits.  If it
 * does, the bytes are those of the last put of its handle, provided that no flush
 * and (exclusive pools) no get came in between: whether that get hit or missed, the
 * handle misses from then on.  So the version that a hit must have follows from the
 * order of the trace alone, and a hit where none is possible is an error whatever
 * it returns.
 */
#ifndef TMEM_SIM_EXPECT_H
#define TMEM_SIM_EXPECT_H

#include "ops.h"

struct expect;

struct expect *expect_create(void);
void expect_destroy(struct expect *expect);

/* A put of @version (from 1 on); 0 or -ENOMEM. */
int expect_put(struct expect *expect, u32 object, u32 index, u32 version);

/* The version a get of this handle must find if it hits, 0: it must miss. */
u32 expect_get(struct expect *expect, u32 object, u32 index, bool exclusive);

void expect_flush(struct expect *expect, u32 object, u32 first, u32 last);

#endif /* TMEM_SIM_EXPECT_H */
