/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * content.h - the bytes of a page, as a function of its handle and version
 *
 * Made.  Both LZ4 libraries (the system's and the kernel's) must make the same of
 * them: a page begins with bytes that match nothing, goes on with one byte repeated,
 * and ends in 16 bytes that match nothing earlier, so that the search at the end
 * of a block cannot differ.
 *
 * Of a file.  A hash of handle and version chooses the page.  Where answers are
 * verified it carries a mark, another such hash, so that no two versions of a page
 * and no two handles have the same bytes: its last 8 bytes, or all words of a page
 * that is one word all over, which it remains.
 */
#ifndef TMEM_SIM_CONTENT_H
#define TMEM_SIM_CONTENT_H

#include <stdbool.h>

#include "tmem.h"

struct trace_error;

#define CONTENT_MAX_BYTES	(1ULL << 30)	/* of a file */

/* The whole pages of a file, in memory. */
struct content_file {
	u8 *pages;
	u32 nr_pages;		/* 1 on */
	u64 checksum;		/* xxh64 of these pages */
};

struct content {
	u64 seed;
	const struct content_file *file;	/* NULL: bytes are made */
	u32 random;		/* bytes of a page that do not compress */
	u32 same;		/* same-filled pages in 2^32 */
};

/* @percent: what LZ4 should make of a page, 1 .. 100; @same: percent of pages */
struct content content_model(u64 seed, unsigned int percent,
			     unsigned int same);

/*
 * content_load - read the pages of a file; what is behind the last whole one is not
 * used
 *
 * A regular file of 1 page to CONTENT_MAX_BYTES; a FIFO or a device is never waited
 * for.  Return: 0; -EINVAL, with path and reason in @error, where the file cannot
 * serve; or -ENOMEM.
 */
int content_load(struct content_file *file, const char *path,
		 struct trace_error *error);
void content_unload(struct content_file *file);

/* @file: stays with the caller, as long as the content is used */
struct content content_of_file(u64 seed, const struct content_file *file);

/* The page of the file for this version of a handle, as it is there. */
const void *content_page(const struct content *content, u32 object, u32 index,
			 u32 version);

/* Fill @page with the bytes of this version of a handle; those of a file marked. */
void content_fill(const struct content *content, u32 object, u32 index,
		  u32 version, void *page);

/* Whether @page holds exactly these bytes; @scratch is PAGE_SIZE to work with. */
bool content_matches(const struct content *content, u32 object, u32 index,
		     u32 version, const void *page, void *scratch);

#endif /* TMEM_SIM_CONTENT_H */
