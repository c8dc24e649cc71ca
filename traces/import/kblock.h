/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kblock.h - a request as Linux prints it, in its block tracepoints and in blktrace
 *
 *	8,0	device			import_device()
 *	FWS	what it does, RWBS	kblock_rwbs()
 *	16 + 8	sectors			kblock_sectors()
 *
 * RWBS is one letter for the operation (R read, W write, D discard, with E behind it a
 * secure one, F flush, N none) with letters for its flags: F before it for a flush that
 * comes first, and behind it F for forced access, A for read-ahead, S for synchronous, M
 * for metadata, B for a barrier.  Flushes, and what has no sectors, move no data.
 */
#ifndef TMEM_IMPORT_KBLOCK_H
#define TMEM_IMPORT_KBLOCK_H

#include "block.h"

/* The operation of a request, or BLOCK_OTHER; false: this is no RWBS. */
bool kblock_rwbs(const struct block_word *word, uint8_t *op);

/*
 * "223490 + 8" at *p, into offset and length of a request; of no sectors makes the request
 * BLOCK_OTHER.  False: that is not what there is, or more than 2^64 bytes.
 */
bool kblock_sectors(const char **p, struct block_request *request);

/* The word at *p, which moves behind it and the blanks after it. */
struct block_word kblock_word(const char **p);

#endif /* TMEM_IMPORT_KBLOCK_H */
