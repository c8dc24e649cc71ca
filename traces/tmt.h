/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tmt.h - the .tmt file as bytes: shared by its reader, its writer and tests
 *
 * FORMAT.md describes the layout; this header names its numbers.
 *
 *	column.c	groups of bit-packed numbers
 *	block.c		a block's events to columns and back
 *	tmt.c		header, pool table, index, trailer
 *	reader.c	the mapped file		(trace_open, trace_read_block)
 *	writer.c	the growing file	(trace_create, trace_write)
 *	text_*.c	the text form
 *
 * Nothing here trusts a byte of a file: decoders get the size of what they may
 * read, and allocate by numbers only after comparing them with such a size or
 * with a constant.
 */
#ifndef TMEM_TMT_H
#define TMEM_TMT_H

#include <endian.h>
#include <string.h>

#include "trace.h"

#define TMT_VERSION		1U
#define TMT_HEADER_SIZE		512U
#define TMT_POOL_SIZE		8U
#define TMT_INDEX_SIZE		40U
#define TMT_TRAILER_SIZE	24U
#define TMT_BLOCK_HEADER	64U
#define TMT_COLUMN_HEADER	24U
#define TMT_PADDING		8U	/* zeros behind the last column */
#define TMT_MIN_PAGE_SIZE	512U
#define TMT_MAX_PAGE_SIZE	(1U << 30)

#define TMT_MAGIC		"\x89TMT\r\n\x1a\n"
#define TMT_BLOCK_MAGIC		"TMTb"
#define TMT_END_MAGIC		"TMTend\r\n"

enum tmt_packing {
	TMT_STORED,
	TMT_LZ4,
	TMT_NR_PACKINGS
};

enum tmt_column_id {
	TMT_TIME,
	TMT_OBJECT,
	TMT_INDEX,
	TMT_COUNT,
	TMT_POOL,
	TMT_CLIENT,
	TMT_CPU,
	TMT_SIZE,
	TMT_OP,
	TMT_RESULT,
	TMT_HASH,
	TMT_NR_EVENT_COLUMNS,
	TMT_OID0 = TMT_NR_EVENT_COLUMNS,
	TMT_OID1,
	TMT_OID2,
	TMT_NR_COLUMNS
};

/* An entry of the index. */
struct tmt_index {
	uint64_t offset;
	uint64_t first_time;
	uint64_t last_time;
	uint32_t size;			/* in the file, with its header */
	uint32_t nr_events;
	uint64_t checksum;
};

struct tmt_block_header {
	uint32_t size;
	uint32_t nr_events;
	uint32_t nr_objects;
	uint32_t raw_size;
	uint32_t packing;
	uint64_t number;
	uint64_t first_event;
	uint64_t first_time;
	uint64_t last_time;
	uint64_t checksum;
};

/* ---- little endian ---- */

static inline uint32_t tmt_get32(const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static inline uint64_t tmt_get64(const void *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

static inline void tmt_put32(void *p, uint32_t v)
{
	v = htole32(v);
	memcpy(p, &v, sizeof(v));
}

static inline void tmt_put64(void *p, uint64_t v)
{
	v = htole64(v);
	memcpy(p, &v, sizeof(v));
}

/* ---- error.c ---- */

/*
 * "PATH: TEXT", cut and cleaned so that it stays one line; returns @code.  @err
 * may be NULL.
 */
int tmt_error(struct trace_error *err, int code, const char *path,
	      const char *format, ...) __attribute__((format(printf, 4, 5)));

/* ---- tmt.c: bytes of the fixed parts ---- */

/* @bytes has TMT_HEADER_SIZE; @tables is the offset of the pool table. */
void tmt_encode_header(uint8_t *bytes, const struct trace_info *info,
		       uint64_t tables, uint64_t file_size);
int tmt_decode_header(const uint8_t *bytes, uint64_t file_size,
		      struct trace_info *info, uint64_t *tables,
		      const char *path, struct trace_error *err);

void tmt_encode_pool(uint8_t *bytes, const struct trace_pool *pool);
void tmt_decode_pool(const uint8_t *bytes, struct trace_pool *pool);
bool tmt_pool_valid(const struct trace_pool *pool);
void tmt_encode_index(uint8_t *bytes, const struct tmt_index *entry);
void tmt_decode_index(const uint8_t *bytes, struct tmt_index *entry);
/* xxh64 over the checksums of all blocks.  False: no memory. */
bool tmt_sum_index(const struct tmt_index *index, uint64_t nr, uint64_t *sum);

/* With the checksum, which is computed over @payload. */
void tmt_encode_block_header(uint8_t *bytes, struct tmt_block_header *header,
			     const uint8_t *payload);
void tmt_decode_block_header(const uint8_t *bytes,
			     struct tmt_block_header *header);
uint64_t tmt_block_checksum(const uint8_t *bytes, const uint8_t *payload,
			    size_t payload_size);

/* ---- block.c: events to payload and back ---- */

/* What the events of a trace must keep to. */
struct tmt_rules {
	enum trace_kind kind;
	bool has_times;
	bool has_hashes;
	uint32_t nr_pools;
};

/* NULL, or what is wrong with the event: a few words. */
const char *tmt_event_wrong(const struct tmt_rules *rules,
			    const struct trace_event *event);

/* Most bytes that a payload of these numbers can decode to. */
size_t tmt_payload_bound(uint32_t nr_events, uint32_t nr_objects);

/*
 * Encode into @bytes, which has room for tmt_payload_bound().  @scratch has
 * room for 4 * nr_events numbers, nr_events rounded up to 64.  Returns the size.
 */
size_t tmt_encode_payload(const struct trace_block *block, uint8_t *bytes,
			  uint64_t *scratch);

/*
 * Decode @size bytes of @bytes into the arrays of @block, which are large enough
 * for its nr_events and nr_objects.  @next has room for nr_objects.  Times must
 * run from first_time to last_time of @block.  Returns 0, or -EBADMSG with a few
 * words in @wrong.
 */
int tmt_decode_payload(const uint8_t *bytes, size_t size,
		       const struct tmt_rules *rules, struct trace_block *block,
		       uint32_t *next, const char **wrong);

#endif /* TMEM_TMT_H */
