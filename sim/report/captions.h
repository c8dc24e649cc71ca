/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * captions.h - the figures that "tmem plot" draws: their order, and what to look for
 */
#ifndef TMEM_REPORT_CAPTIONS_H
#define TMEM_REPORT_CAPTIONS_H

/* Where among the figures; those that are not known come last.  With .svg or not. */
unsigned int caption_place(const char *name);

/* A few words; of a figure that is not known, its name. */
const char *caption_title(const char *name);

/* A sentence, or "". */
const char *caption_text(const char *name);

#endif /* TMEM_REPORT_CAPTIONS_H */
