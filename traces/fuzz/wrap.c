// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wrap.c - a .tmt file around a payload
 */
#include <stdlib.h>

#include <lz4frame.h>

#include "fuzz.h"
#include "seal.h"

uint8_t *fuzz_wrap(const struct trace_info *info, struct tmt_block_header *header,
		   const uint8_t *payload, size_t size, bool lz4,
		   size_t *file_size)
{
	size_t bound = LZ4F_compressFrameBound(size, NULL);
	size_t pools = info->nr_pools * TMT_POOL_SIZE, stored = size, end;
	uint8_t *file = calloc(1, TMT_HEADER_SIZE + TMT_BLOCK_HEADER + bound +
			       pools + TMT_INDEX_SIZE + TMT_TRAILER_SIZE);
	struct tmt_index entry = {
		.offset = TMT_HEADER_SIZE,
		.first_time = header->first_time,
		.last_time = header->last_time,
		.nr_events = header->nr_events,
	};
	struct trace_info copy = *info;
	uint8_t *block = file + TMT_HEADER_SIZE;

	if (!file)
		return NULL;
	if (lz4)
		stored = LZ4F_compressFrame(block + TMT_BLOCK_HEADER, bound,
					    payload, size, NULL);
	else
		memcpy(block + TMT_BLOCK_HEADER, payload, size);
	header->packing = lz4 ? TMT_LZ4 : TMT_STORED;
	header->size = TMT_BLOCK_HEADER + (uint32_t)stored;
	tmt_encode_block_header(block, header, block + TMT_BLOCK_HEADER);
	entry.size = header->size;
	end = TMT_HEADER_SIZE + header->size;
	tmt_encode_index(file + end + pools, &entry);
	*file_size = end + pools + TMT_INDEX_SIZE + TMT_TRAILER_SIZE;
	copy.first_time = header->first_time;
	copy.last_time = header->last_time;
	tmt_encode_header(file, &copy, end, *file_size);
	seal(file, *file_size);
	return file;
}
