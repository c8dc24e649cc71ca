/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pageset.h - which pages of a trace were seen, which again, and which are in a cache
 * that has room for all
 *
 * Objects are named by 64 bits, so hash larger names well.  Memory is bounded: when the
 * bound is reached, only blocks of 64 pages whose hash is low are kept, one in 2, one in
 * 4 and so on, and what is told of all pages becomes an estimate.
 *
 * Context: one thread.
 */
#ifndef TMEM_IMPORT_PAGESET_H
#define TMEM_IMPORT_PAGESET_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Default bound, in entries of 40 bytes: 84 MB, and as much again for a moment as the
 * bound is reached.  An entry holds up to 64 neighbouring pages; three quarters of them
 * can be used.
 */
#define PAGESET_ENTRIES	(1U << 21)

struct pageset;

enum pageset_use {
	PAGESET_REFERENCE,	/* found or not, it is there then */
	PAGESET_PUT,
	PAGESET_GET,		/* stays if it is there */
	PAGESET_TAKE,		/* an exclusive get: found, it is gone */
};

/* What it can tell, in pages. */
struct pageset_counts {
	bool estimated;		/* the bound was reached: all others are about so many */
	uint64_t seen;		/* different ones */
	uint64_t once;		/* of them: used only once */
	uint64_t most;		/* there at a time */
	uint64_t found;		/* of references and gets */
	uint64_t missed;
};

/* @entries: the bound, a power of two from 64; 0: PAGESET_ENTRIES.  NULL: no memory. */
struct pageset *pageset_new(uint32_t entries);
void pageset_free(struct pageset *set);

/* Pages @index .. @index + @count - 1, at most 2^32 - 1, are used.  0 or -ENOMEM. */
int pageset_use(struct pageset *set, uint64_t object, uint32_t index, uint32_t count,
		enum pageset_use use);

/* Pages @first .. @last are there no longer.  0 or -ENOMEM. */
int pageset_remove(struct pageset *set, uint64_t object, uint32_t first, uint32_t last);

void pageset_counts(const struct pageset *set, struct pageset_counts *counts);

#endif /* TMEM_IMPORT_PAGESET_H */
