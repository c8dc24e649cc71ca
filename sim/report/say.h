/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * say.h - advice in words: a sentence or two, with their numbers
 */
#ifndef TMEM_REPORT_SAY_H
#define TMEM_REPORT_SAY_H

#include <stdio.h>

#include "advice.h"

enum topic {
	TOPIC_DESIGN,
	TOPIC_TABLE,
	TOPIC_MEMORY,
	TOPIC_CURVE,
	TOPIC_ADMISSION,
	TOPIC_NOISE,
	TOPIC_FAILURES,
	NR_TOPICS
};

extern const char *const topic_names[NR_TOPICS];

/*
 * Write what there is to say of a topic, as plain text without a newline; nothing where
 * there is nothing.  Names come from files: the text wants escaping.
 */
void say(enum topic topic, const struct advice *advice, const struct points *points,
	 FILE *f);

/* The advice in a sentence or two, likewise. */
void say_short(const struct advice *advice, const struct points *points, FILE *f);

/* "Which lock design and how many buckets serve build.tmt?" */
void say_question(const struct points *points, FILE *f);

/* "64 MiB, store lz4": of the setting, what others of the sweep have differently. */
void say_setting(const struct advice *advice, const struct points *points, FILE *f);

#endif /* TMEM_REPORT_SAY_H */
