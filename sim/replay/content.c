// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * content.c - the bytes of a page, as a function of its handle and version
 */
#include "content.h"

#include <string.h>

#include "../../traces/random.h"

#define TAIL		16U	/* bytes at the end that match nothing */
#define LZ4_OVERHEAD	40U	/* of a page made as below, about */

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
static const u8 *choose_page(const struct content_file *file, uint64_t *state)
{
	u64 n = (random_next(state) >> 32) * file->nr_pages >> 32;

	return file->pages + n * PAGE_SIZE;
}

const void *content_page(const struct content *content, u32 object, u32 index,
			 u32 version)
{
	uint64_t state = first_state(content, object, index, version);

	return choose_page(content->file, &state);
}

/* A page of the file, with its mark. */
static void fill_from_file(const struct content_file *file, uint64_t state, u64 *w)
{
	u32 i, nr = PAGE_SIZE / sizeof(*w);
	u64 mark;

	memcpy(w, choose_page(file, &state), PAGE_SIZE);
	mark = random_next(&state);
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
	uint64_t state = first_state(content, object, index, version);
	u64 *w = page, fill;
	u32 i, random = (content->random - TAIL) / 8;

	if (content->file) {
		fill_from_file(content->file, state, w);
		return;
	}
	fill = random_next(&state);
	if ((u32)fill < content->same) {
		for (i = 0; i < PAGE_SIZE / 8; i++)
			w[i] = fill;
		return;
	}
	for (i = 0; i < random; i++)
		w[i] = random_next(&state);
	memset(w + random, (int)(fill & 0xff), PAGE_SIZE - TAIL - random * 8);
	for (i = (PAGE_SIZE - TAIL) / 8; i < PAGE_SIZE / 8; i++)
		w[i] = random_next(&state);
}

bool content_matches(const struct content *content, u32 object, u32 index,
		     u32 version, const void *page, void *scratch)
{
	content_fill(content, object, index, version, scratch);
	return !memcmp(page, scratch, PAGE_SIZE);
}
