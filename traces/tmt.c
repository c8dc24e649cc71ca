// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tmt.c - the parts of a .tmt file that have a fixed layout
 *
 * Structures go field by field, never as the compiler laid them out.  The order
 * of the header's checks is the order of the answers one wants: not a trace at
 * all, then damaged, then too new, then cut off, and only then a field that
 * makes no sense.  See "Header" in FORMAT.md.
 */
#include <errno.h>
#include <inttypes.h>
#include <xxhash.h>

#include "tmt.h"

enum header_offset {
	H_MAGIC = 0,
	H_VERSION = 8,
	H_SIZE = 12,
	H_PAGE_SIZE = 16,
	H_KIND = 20,
	H_FLAGS = 21,
	H_POOLS = 24,
	H_EVENTS = 32,
	H_PAGES = 40,
	H_BLOCKS = 48,
	H_LOST = 56,
	H_SKIPPED = 64,
	H_FIRST_TIME = 72,
	H_LAST_TIME = 80,
	H_BLOCK_SUM = 88,
	H_TABLES = 96,
	H_FILE_SIZE = 104,
	H_RESERVED = 112,
	H_SOURCE = 248,
	H_CHECKSUM = 504,
};

#define FLAG_TIMES	1U
#define FLAG_HASHES	2U

void tmt_encode_header(uint8_t *b, const struct trace_info *info,
		       uint64_t tables, uint64_t file_size)
{
	memset(b, 0, TMT_HEADER_SIZE);
	memcpy(b + H_MAGIC, TMT_MAGIC, 8);
	tmt_put32(b + H_VERSION, TMT_VERSION);
	tmt_put32(b + H_SIZE, TMT_HEADER_SIZE);
	tmt_put32(b + H_PAGE_SIZE, info->page_size);
	b[H_KIND] = (uint8_t)info->kind;
	b[H_FLAGS] = (uint8_t)((info->has_times ? FLAG_TIMES : 0) |
			       (info->has_hashes ? FLAG_HASHES : 0));
	tmt_put32(b + H_POOLS, info->nr_pools);
	tmt_put64(b + H_EVENTS, info->nr_events);
	tmt_put64(b + H_PAGES, info->nr_pages);
	tmt_put64(b + H_BLOCKS, info->nr_blocks);
	tmt_put64(b + H_LOST, info->lost);
	tmt_put64(b + H_SKIPPED, info->skipped);
	tmt_put64(b + H_FIRST_TIME, info->first_time);
	tmt_put64(b + H_LAST_TIME, info->last_time);
	tmt_put64(b + H_BLOCK_SUM, info->checksum);
	tmt_put64(b + H_TABLES, tables);
	tmt_put64(b + H_FILE_SIZE, file_size);
	memcpy(b + H_SOURCE, info->source,
	       strnlen(info->source, sizeof(info->source) - 1));
	tmt_put64(b + H_CHECKSUM, XXH64(b, H_CHECKSUM, 0));
}

static bool all_zero(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (bytes[i])
			return false;
	}
	return true;
}

/* What the first bytes of other kinds of file look like, to say so. */
static const char *foreign(const uint8_t *b)
{
	if (!memcmp(b, "\x28\xb5\x2f\xfd", 4))
		return "compressed by zstd";
	if (!memcmp(b, "\x1f\x8b", 2))
		return "compressed by gzip";
	if (!memcmp(b, "\xfd" "7zXZ", 5))
		return "compressed by xz";
	if (!memcmp(b, "\x04\x22\x4d\x18", 4))
		return "compressed by lz4";
	if (!memcmp(b, "tmt-text", 8))
		return "a trace in text form";
	return NULL;
}

static int check_identity(const uint8_t *b, uint64_t file_size,
			  const char *path, struct trace_error *err)
{
	const char *kind = foreign(b);

	if (memcmp(b + H_MAGIC, TMT_MAGIC, 8))
		return tmt_error(err, -EBADMSG, path,
				 "offset 0: not a .tmt trace%s%s; import it first",
				 kind ? " but " : "", kind ? kind : "");
	if (file_size < TMT_HEADER_SIZE)
		return tmt_error(err, -EBADMSG, path,
				 "offset %" PRIu64 ": the file ends in its header; copy or make it again",
				 file_size);
	if (tmt_get64(b + H_CHECKSUM) != XXH64(b, H_CHECKSUM, 0))
		return tmt_error(err, -EBADMSG, path,
				 "offset 0: the header is damaged (checksum); copy or make the file again");
	if (tmt_get32(b + H_VERSION) != TMT_VERSION)
		return tmt_error(err, -EPROTONOSUPPORT, path,
				 "offset 8: version %" PRIu32 " of the format, but only version %u is known here; use a newer tmem",
				 tmt_get32(b + H_VERSION), TMT_VERSION);
	return 0;
}

static const char *header_wrong(const uint8_t *b)
{
	uint32_t page_size = tmt_get32(b + H_PAGE_SIZE);

	if (tmt_get32(b + H_SIZE) != TMT_HEADER_SIZE)
		return "the header's size";
	if (page_size < TMT_MIN_PAGE_SIZE || page_size > TMT_MAX_PAGE_SIZE ||
	    page_size & (page_size - 1))
		return "the page size";
	if (b[H_KIND] > TRACE_REFERENCES)
		return "the kind";
	if (b[H_FLAGS] & ~(FLAG_TIMES | FLAG_HASHES))
		return "the flags";
	if (tmt_get32(b + H_POOLS) > TRACE_MAX_POOLS)
		return "the number of pools";
	if (!all_zero(b + H_FLAGS + 1, 2) || !all_zero(b + H_POOLS + 4, 4) ||
	    !all_zero(b + H_RESERVED, H_SOURCE - H_RESERVED))
		return "a reserved field";
	if (b[H_CHECKSUM - 1])
		return "the source";
	return NULL;
}

int tmt_decode_header(const uint8_t *b, uint64_t file_size,
		      struct trace_info *info, uint64_t *tables,
		      const char *path, struct trace_error *err)
{
	const char *wrong;
	int ret;

	ret = check_identity(b, file_size, path, err);
	if (ret)
		return ret;
	if (tmt_get64(b + H_FILE_SIZE) != file_size)
		return tmt_error(err, -EBADMSG, path,
				 "offset %" PRIu64 ": the file ends here, but its header says %" PRIu64 " bytes; copy it again",
				 file_size, tmt_get64(b + H_FILE_SIZE));
	wrong = header_wrong(b);
	if (wrong)
		return tmt_error(err, -EBADMSG, path,
				 "offset 0: %s makes no sense; the program that wrote the file is faulty",
				 wrong);
	memset(info, 0, sizeof(*info));
	info->version = TMT_VERSION;
	info->page_size = tmt_get32(b + H_PAGE_SIZE);
	info->kind = (enum trace_kind)b[H_KIND];
	info->has_times = b[H_FLAGS] & FLAG_TIMES;
	info->has_hashes = b[H_FLAGS] & FLAG_HASHES;
	memcpy(info->source, b + H_SOURCE, sizeof(info->source));
	info->nr_pools = tmt_get32(b + H_POOLS);
	info->nr_events = tmt_get64(b + H_EVENTS);
	info->nr_pages = tmt_get64(b + H_PAGES);
	info->nr_blocks = tmt_get64(b + H_BLOCKS);
	info->lost = tmt_get64(b + H_LOST);
	info->skipped = tmt_get64(b + H_SKIPPED);
	info->first_time = tmt_get64(b + H_FIRST_TIME);
	info->last_time = tmt_get64(b + H_LAST_TIME);
	info->checksum = tmt_get64(b + H_BLOCK_SUM);
	*tables = tmt_get64(b + H_TABLES);
	return 0;
}

/* ---- pool table and index ---- */

bool tmt_pool_valid(const struct trace_pool *pool)
{
	uint32_t both = TRACE_POOL_PERSISTENT | TRACE_POOL_SHARED;

	return !(pool->flags & ~both) && (pool->flags & both) != both;
}

void tmt_encode_pool(uint8_t *bytes, const struct trace_pool *pool)
{
	tmt_put32(bytes, pool->client);
	tmt_put32(bytes + 4, pool->flags);
}

void tmt_decode_pool(const uint8_t *bytes, struct trace_pool *pool)
{
	pool->client = tmt_get32(bytes);
	pool->flags = tmt_get32(bytes + 4);
}

void tmt_encode_index(uint8_t *bytes, const struct tmt_index *entry)
{
	tmt_put64(bytes, entry->offset);
	tmt_put64(bytes + 8, entry->first_time);
	tmt_put64(bytes + 16, entry->last_time);
	tmt_put32(bytes + 24, entry->size);
	tmt_put32(bytes + 28, entry->nr_events);
	tmt_put64(bytes + 32, entry->checksum);
}

void tmt_decode_index(const uint8_t *bytes, struct tmt_index *entry)
{
	entry->offset = tmt_get64(bytes);
	entry->first_time = tmt_get64(bytes + 8);
	entry->last_time = tmt_get64(bytes + 16);
	entry->size = tmt_get32(bytes + 24);
	entry->nr_events = tmt_get32(bytes + 28);
	entry->checksum = tmt_get64(bytes + 32);
}

bool tmt_sum_index(const struct tmt_index *index, uint64_t nr, uint64_t *sum)
{
	XXH64_state_t *state = XXH64_createState();

	if (!state)
		return false;
	XXH64_reset(state, 0);
	for (uint64_t n = 0; n < nr; n++) {
		uint8_t checksum[8];

		tmt_put64(checksum, index[n].checksum);
		XXH64_update(state, checksum, sizeof(checksum));
	}
	*sum = XXH64_digest(state);
	XXH64_freeState(state);
	return true;
}

/* ---- the header of a block ---- */

#define B_CHECKSUM	56

uint64_t tmt_block_checksum(const uint8_t *bytes, const uint8_t *payload,
			    size_t payload_size)
{
	return XXH64(payload, payload_size, XXH64(bytes, B_CHECKSUM, 0));
}

void tmt_encode_block_header(uint8_t *bytes, struct tmt_block_header *header,
			     const uint8_t *payload)
{
	memcpy(bytes, TMT_BLOCK_MAGIC, 4);
	tmt_put32(bytes + 4, header->size);
	tmt_put32(bytes + 8, header->nr_events);
	tmt_put32(bytes + 12, header->nr_objects);
	tmt_put32(bytes + 16, header->raw_size);
	tmt_put32(bytes + 20, header->packing);
	tmt_put64(bytes + 24, header->number);
	tmt_put64(bytes + 32, header->first_event);
	tmt_put64(bytes + 40, header->first_time);
	tmt_put64(bytes + 48, header->last_time);
	header->checksum = tmt_block_checksum(bytes, payload,
					      header->size - TMT_BLOCK_HEADER);
	tmt_put64(bytes + B_CHECKSUM, header->checksum);
}

void tmt_decode_block_header(const uint8_t *bytes,
			     struct tmt_block_header *header)
{
	header->size = tmt_get32(bytes + 4);
	header->nr_events = tmt_get32(bytes + 8);
	header->nr_objects = tmt_get32(bytes + 12);
	header->raw_size = tmt_get32(bytes + 16);
	header->packing = tmt_get32(bytes + 20);
	header->number = tmt_get64(bytes + 24);
	header->first_event = tmt_get64(bytes + 32);
	header->first_time = tmt_get64(bytes + 40);
	header->last_time = tmt_get64(bytes + 48);
	header->checksum = tmt_get64(bytes + B_CHECKSUM);
}
