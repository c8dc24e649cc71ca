/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * content.h - the bytes of a page, as a function of its handle and version
 *
 * Both LZ4 libraries (the system's and the kernel's) must make the same of them:
 * a page begins with bytes that match nothing, goes on with one byte repeated,
 * and ends in 16 bytes that match nothing earlier, so that the search at the end
 * of a block cannot differ.
 */
#ifndef TMEM_SIM_CONTENT_H
#define TMEM_SIM_CONTENT_H

#include <stdbool.h>

#include "tmem.h"

struct content {
	u64 seed;
	u32 random;		/* bytes of a page that do not compress */
	u32 same;		/* same-filled pages in 2^32 */
};

/* @percent: what LZ4 should make of a page, 1 .. 100; @same: percent of pages */
struct content content_model(u64 seed, unsigned int percent,
			     unsigned int same);

/* Fill @page with the bytes of this version of a handle. */
void content_fill(const struct content *content, u32 object, u32 index,
		  u32 version, void *page);

/* Whether @page holds exactly these bytes; @scratch is PAGE_SIZE to work with. */
bool content_matches(const struct content *content, u32 object, u32 index,
		     u32 version, const void *page, void *scratch);

#endif /* TMEM_SIM_CONTENT_H */
