// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * seal.c - make the checksums of a changed .tmt file right again
 *
 * From the inside out: blocks, index, trailer, header.  The index is found as a
 * reader finds it, so a file whose numbers lead nowhere keeps its old sums.
 */
#include <stdlib.h>

#include <xxhash.h>

#include "seal.h"
#include "tmt.h"

static void seal_block(uint8_t *file, uint64_t tables, uint8_t *entry)
{
	struct tmt_index e;
	uint8_t *block;

	tmt_decode_index(entry, &e);
	if (e.offset > tables || e.size > tables - e.offset ||
	    e.size < TMT_BLOCK_HEADER)
		return;
	block = file + e.offset;
	tmt_put64(block + 56, tmt_block_checksum(block, block + TMT_BLOCK_HEADER,
						 e.size - TMT_BLOCK_HEADER));
	memcpy(entry + 32, block + 56, 8);
}

static void seal_tables(uint8_t *file, size_t size)
{
	uint64_t tables = tmt_get64(file + 96), trailer = size - TMT_TRAILER_SIZE;
	uint64_t pools = (uint64_t)tmt_get32(file + 24) * TMT_POOL_SIZE;
	struct tmt_index *index;
	uint64_t nr, sum;

	if (tables > trailer || pools > trailer - tables)
		return;
	nr = (trailer - tables - pools) / TMT_INDEX_SIZE;
	index = calloc(nr + 1, sizeof(*index));
	if (!index)
		return;
	for (uint64_t n = 0; n < nr; n++) {
		uint8_t *entry = file + tables + pools + n * TMT_INDEX_SIZE;

		seal_block(file, tables, entry);
		tmt_decode_index(entry, &index[n]);
	}
	if (tmt_sum_index(index, nr, &sum))
		tmt_put64(file + 88, sum);
	free(index);
	tmt_put64(file + trailer, tables);
	tmt_put64(file + trailer + 8,
		  XXH64(file + tables, (size_t)(trailer - tables), 0));
	memcpy(file + trailer + 16, TMT_END_MAGIC, 8);
}

void seal(uint8_t *file, size_t size)
{
	if (size < TMT_HEADER_SIZE)
		return;
	if (size >= TMT_HEADER_SIZE + TMT_TRAILER_SIZE)
		seal_tables(file, size);
	tmt_put64(file + 104, size);
	tmt_put64(file + 504, XXH64(file, 504, 0));
}
