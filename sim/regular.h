/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * regular.h - files that are read whole: a FIFO in their place must not be waited for
 */
#ifndef TMEM_SIM_REGULAR_H
#define TMEM_SIM_REGULAR_H

#include <stdio.h>

#include "../traces/trace.h"

/*
 * Open a regular file to read.  0, or a negative errno with a line in @err (may be NULL)
 * that names @path: -EINVAL where it is something else than a file.
 */
int regular_open(FILE **f, const char *path, struct trace_error *err);

#endif /* TMEM_SIM_REGULAR_H */
