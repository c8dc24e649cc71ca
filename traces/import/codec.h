/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * codec.h - one way in which a file may be compressed
 *
 * A codec is one entry of the table in codec.c.  step() eats from @in and writes to
 * @out as far as it gets and moves both along.
 */
#ifndef TMEM_IMPORT_CODEC_H
#define TMEM_IMPORT_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CODEC_MAGIC_MAX		6U		/* bytes that recognise() looks at */
#define CODEC_MEMORY_MAX	(256U << 20)	/* that a decompressor may keep */

struct codec_step {
	const uint8_t *in;
	size_t in_size;
	uint8_t *out;
	size_t out_size;
	bool last;		/* nothing comes after @in */
	const char *why;	/* of an error: a few words */
};

enum codec_state {
	CODEC_INSIDE,		/* of a frame: more must come */
	CODEC_BETWEEN,		/* frames: the input may end here, or go on */
};

struct codec {
	const char *name;
	bool plain;		/* gives what it gets: its step() may be left out */
	bool (*recognise)(const uint8_t *head, size_t size);
	void *(*open)(void);				/* NULL: no memory */
	int (*step)(void *state, struct codec_step *step); /* codec_state, -EBADMSG */
	void (*close)(void *state);
};

/* The codec of a file that begins with @head: always one, "none" at the least. */
const struct codec *codec_find(const uint8_t *head, size_t size);

#endif /* TMEM_IMPORT_CODEC_H */
