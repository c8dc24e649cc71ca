/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * page.h - the report: one page of HTML with all that it needs
 *
 * It is well-formed XML, has no script, and fetches nothing: a policy in it forbids both.
 */
#ifndef TMEM_REPORT_PAGE_H
#define TMEM_REPORT_PAGE_H

#include "input.h"

/* @version: of this program.  Errors are those of the stream. */
void page_write(const struct input *input, const char *version, FILE *f);

#endif /* TMEM_REPORT_PAGE_H */
