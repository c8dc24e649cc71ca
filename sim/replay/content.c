// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * content.c - the bytes of a page, as a function of its handle and version
 */
#include "content.h"

#include <string.h>

#define TAIL		16U	/* bytes at the end that match nothing */
#define LZ4_OVERHEAD	40U	/* of a page made as below, about */

/* Steele, Lea and Flood's SplitMix64: each state gives an independent word. */
static inline u64 next_random(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

struct content content_model(u64 seed, unsigned int percent,
			     unsigned int same)
{
	u32 bytes = PAGE_SIZE * percent / 100;
	struct content c = { .seed = seed };

	if (percent >= 100)
		c.random = PAGE_SIZE;
	else if (bytes > LZ4_OVERHEAD + TAIL + 8)
		c.random = (bytes - LZ4_OVERHEAD) & ~7U;
	else
		c.random = TAIL + 8;
	c.same = (u32)(((u64)same << 32) / 100 -
		       (same >= 100 ? 1 : 0));
	return c;
}

struct content content_of_file(u64 seed, const struct content_file *file)
{
	return (struct content){ .seed = seed, .file = file };
}

static u64 first_state(const struct content *content, u32 object, u32 index,
		       u32 version)
{
	u64 state = content->seed ^ ((u64)object << 32 | index) *
		    0xd6e8feb86659fd93ULL;

	return state ^ (u64)version * 0xff51afd7ed558ccdULL;
}

/* The next random number chooses. */
static const u8 *choose_page(const struct content_file *file, u64 *state)
{
	u64 n = (next_random(state) >> 32) * file->nr_pages >> 32;

	return file->pages + n * PAGE_SIZE;
}

const void *content_page(const struct content *content, u32 object, u32 index,
			 u32 version)
{
	u64 state = first_state(content, object, index, version);

	return choose_page(content->file, &state);
}

/* A page of the file, with its mark. */
static void fill_from_file(const struct content_file *file, u64 state, u64 *w)
{
	u32 i, nr = PAGE_SIZE / sizeof(*w);
	u64 mark;

	memcpy(w, choose_page(file, &state), PAGE_SIZE);
	mark = next_random(&state);
	for (i = 1; i < nr && w[i] == w[0]; i++)
		;
	if (i < nr)
		w[nr - 1] = mark;
	else
		for (i = 0; i < nr; i++)
			w[i] = mark;
}

void content_fill(const struct content *content, u32 object, u32 index,
		  u32 version, void *page)
{
	u64 state = first_state(content, object, index, version);
	u64 *w = page, fill;
	u32 i, random = (content->random - TAIL) / 8;

	if (content->file) {
		fill_from_file(content->file, state, w);
		return;
	}
	fill = next_random(&state);
	if ((u32)fill < content->same) {
		for (i = 0; i < PAGE_SIZE / 8; i++)
			w[i] = fill;
		return;
	}
	for (i = 0; i < random; i++)
		w[i] = next_random(&state);
	memset(w + random, (int)(fill & 0xff), PAGE_SIZE - TAIL - random * 8);
	for (i = (PAGE_SIZE - TAIL) / 8; i < PAGE_SIZE / 8; i++)
		w[i] = next_random(&state);
}

bool content_matches(const struct content *content, u32 object, u32 index,
		     u32 version, const void *page, void *scratch)
{
	content_fill(content, object, index, version, scratch);
	return !memcmp(page, scratch, PAGE_SIZE);
}
