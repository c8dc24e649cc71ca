/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * origin.h - what a sweep was made with, and how to make it again
 */
#ifndef TMEM_REPORT_ORIGIN_H
#define TMEM_REPORT_ORIGIN_H

#include "input.h"

/* The machine, versions, traces with their checksums, dates, seeds: a list of HTML. */
void origin_list(const struct input *input, FILE *f);

/*
 * The command, quoted for a shell, as plain text: made from the grid where sweep.json has
 * one, else as it was recorded.  Returns whether the words could be quoted; if not, what
 * is written is the recorded line, whose words may have run together.
 */
bool origin_command(const struct input *input, FILE *f);

#endif /* TMEM_REPORT_ORIGIN_H */
