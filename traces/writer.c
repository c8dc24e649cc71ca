// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * writer.c - a .tmt file in the making
 *
 *	trace_write	collects events until a block is full, then encodes,
 *			packs and writes it
 *	trace_finish	the last block, the tables, the trailer, and then, at
 *			the start of the file, the header, which has the sums
 *
 * The file grows under a name of its own beside its final one (newfile.h), with
 * zeros where the header goes: what a crash leaves is no trace.
 *
 * An error of the system (a full disk) sticks: every later call fails with it
 * and trace_finish removes the file.  An event that is refused (-EINVAL) leaves
 * the writer as it was.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include <lz4frame.h>
#include <xxhash.h>

#include "column.h"
#include "newfile.h"
#include "tmt.h"

#define MAP_SLOTS	(2 * TRACE_BLOCK_EVENTS)
#define POOLS_STEP	64U

/*
 * An LZ4 frame is kept if it is smaller than stored by at least one in 16.  A few
 * kilobytes are not worth it: so the bytes of small traces, which tests compare,
 * are not up to the version of liblz4.
 */
#define WORTH_PACKING	16U
#define WORTH_TRYING	4096U

struct trace_writer {
	struct new_file file;
	int failed;			/* the error that sticks, or 0 */
	uint64_t offset;		/* where the next block goes */
	struct trace_info info;
	uint32_t pools_room;
	struct tmt_index *index;
	uint64_t index_room;
	struct trace_block block;	/* being collected */
	uint32_t *map;			/* oid to number in the block, plus 1 */
	uint64_t *scratch;
	uint8_t *raw;			/* header and payload of a block */
	uint8_t *packed;
	size_t packed_size;
};

static void fill_rules(const struct trace_info *info, struct tmt_rules *rules)
{
	rules->kind = info->kind;
	rules->has_times = info->has_times;
	rules->has_hashes = info->has_hashes;
	rules->nr_pools = info->nr_pools;
}

/* ---- the file ---- */

static int write_at(struct trace_writer *w, const void *data, size_t size,
		    uint64_t offset, struct trace_error *err)
{
	int code = new_file_write(&w->file, data, size, offset, err);

	if (code)
		w->failed = code;
	return code;
}

static int stuck(struct trace_writer *w, struct trace_error *err)
{
	return tmt_error(err, w->failed, w->file.path,
			 "offset %" PRIu64 ": writing failed before: %s",
			 w->offset, strerror(-w->failed));
}

static int out_of_memory(struct trace_writer *w, struct trace_error *err)
{
	w->failed = -ENOMEM;
	return tmt_error(err, -ENOMEM, w->file.path, "no memory to write the trace");
}

/* ---- life ---- */

static void destroy(struct trace_writer *w)
{
	new_file_drop(&w->file);
	free(w->info.pools);
	free(w->index);
	free(w->block.events);
	free(w->block.objects);
	free(w->block.hashes);
	free(w->map);
	free(w->scratch);
	free(w->raw);
	free(w->packed);
	free(w);
}

static const char *info_wrong(const struct trace_info *info)
{
	if (info->page_size < TMT_MIN_PAGE_SIZE ||
	    info->page_size > TMT_MAX_PAGE_SIZE ||
	    info->page_size & (info->page_size - 1))
		return "the page size must be a power of two from 512 to 2^30";
	if (info->kind != TRACE_OPERATIONS && info->kind != TRACE_REFERENCES)
		return "there is no such kind of trace";
	if (info->nr_pools > TRACE_MAX_POOLS)
		return "there can be 65535 pools at most";
	for (uint32_t i = 0; i < info->nr_pools; i++) {
		if (!tmt_pool_valid(&info->pools[i]))
			return "a pool has flags that do not exist";
	}
	return NULL;
}

static int copy_info(struct trace_writer *w, const struct trace_info *info,
		     struct trace_error *err)
{
	const char *wrong = info_wrong(info);
	size_t length = strnlen(info->source, sizeof(info->source) - 1);

	if (wrong)
		return tmt_error(err, -EINVAL, w->file.path, "%s", wrong);
	w->info.version = TMT_VERSION;
	w->info.page_size = info->page_size;
	w->info.kind = info->kind;
	w->info.has_times = info->has_times;
	w->info.has_hashes = info->has_hashes;
	w->info.lost = info->lost;
	w->info.skipped = info->skipped;
	memcpy(w->info.source, info->source, length);
	w->pools_room = info->nr_pools + POOLS_STEP;
	w->info.pools = calloc(w->pools_room, sizeof(*w->info.pools));
	if (!w->info.pools)
		return out_of_memory(w, err);
	w->info.nr_pools = info->nr_pools;
	if (info->nr_pools)
		memcpy(w->info.pools, info->pools,
		       info->nr_pools * sizeof(*info->pools));
	return 0;
}

static int allocate(struct trace_writer *w, struct trace_error *err)
{
	size_t bound = tmt_payload_bound(TRACE_BLOCK_EVENTS, TRACE_BLOCK_EVENTS);

	w->packed_size = TMT_BLOCK_HEADER + LZ4F_compressFrameBound(bound, NULL);
	w->block.events = calloc(TRACE_BLOCK_EVENTS, sizeof(*w->block.events));
	w->block.objects = calloc(TRACE_BLOCK_EVENTS, sizeof(*w->block.objects));
	if (w->info.has_hashes)
		w->block.hashes = calloc(TRACE_BLOCK_EVENTS,
					 sizeof(*w->block.hashes));
	w->map = calloc(MAP_SLOTS, sizeof(*w->map));
	w->scratch = malloc(4 * TRACE_BLOCK_EVENTS * sizeof(*w->scratch));
	w->raw = malloc(TMT_BLOCK_HEADER + bound);
	w->packed = malloc(w->packed_size);
	if (!w->block.events || !w->block.objects || !w->map || !w->scratch ||
	    !w->raw || !w->packed || (w->info.has_hashes && !w->block.hashes))
		return out_of_memory(w, err);
	return 0;
}

struct trace_writer *trace_create(const char *path, const struct trace_info *info,
				  struct trace_error *err)
{
	struct trace_writer *w = calloc(1, sizeof(*w));

	if (err)
		err->code = 0;
	if (!w) {
		tmt_error(err, -ENOMEM, path, "no memory to create it");
		return NULL;
	}
	w->offset = TMT_HEADER_SIZE;
	if (new_file_create(&w->file, path, err) || copy_info(w, info, err) ||
	    allocate(w, err)) {
		destroy(w);
		return NULL;
	}
	return w;
}

/* ---- blocks ---- */

static int add_index(struct trace_writer *w, const struct tmt_block_header *h,
		     struct trace_error *err)
{
	if (w->info.nr_blocks == w->index_room) {
		uint64_t room = w->index_room ? 2 * w->index_room : 64;
		struct tmt_index *index = realloc(w->index, room * sizeof(*index));

		if (!index)
			return out_of_memory(w, err);
		w->index = index;
		w->index_room = room;
	}
	w->index[w->info.nr_blocks++] = (struct tmt_index){
		.offset = w->offset,
		.first_time = h->first_time,
		.last_time = h->last_time,
		.size = h->size,
		.nr_events = h->nr_events,
		.checksum = h->checksum,
	};
	return 0;
}

/* The block's bytes, header first: packed if that is worth it. */
static uint8_t *pack_block(struct trace_writer *w, struct tmt_block_header *h)
{
	size_t raw = tmt_encode_payload(&w->block, w->raw + TMT_BLOCK_HEADER,
					w->scratch);
	size_t packed = SIZE_MAX;
	uint8_t *bytes = w->raw;
	bool worth;

	if (raw >= WORTH_TRYING)
		packed = LZ4F_compressFrame(w->packed + TMT_BLOCK_HEADER,
					    w->packed_size - TMT_BLOCK_HEADER,
					    w->raw + TMT_BLOCK_HEADER, raw, NULL);
	/* An error code is a huge number: not worth it either. */
	worth = packed <= raw - raw / WORTH_PACKING;
	if (worth)
		bytes = w->packed;
	h->packing = worth ? TMT_LZ4 : TMT_STORED;
	h->raw_size = (uint32_t)raw;
	h->size = TMT_BLOCK_HEADER + (uint32_t)(worth ? packed : raw);
	tmt_encode_block_header(bytes, h, bytes + TMT_BLOCK_HEADER);
	return bytes;
}

static int write_block(struct trace_writer *w, struct trace_error *err)
{
	struct trace_block *b = &w->block;
	struct tmt_block_header h = {
		.nr_events = b->nr_events,
		.nr_objects = b->nr_objects,
		.number = w->info.nr_blocks,
		.first_event = w->info.nr_events - b->nr_events,
		.first_time = b->events[0].time,
		.last_time = b->events[b->nr_events - 1].time,
	};
	uint8_t *bytes = pack_block(w, &h);
	int ret;

	ret = write_at(w, bytes, h.size, w->offset, err);
	if (ret)
		return ret;
	ret = add_index(w, &h, err);
	if (ret)
		return ret;
	w->offset += h.size;
	b->nr_events = 0;
	b->nr_objects = 0;
	memset(w->map, 0, MAP_SLOTS * sizeof(*w->map));
	return 0;
}

static inline bool same_object(const struct trace_oid *a, const struct trace_oid *b)
{
	return !((a->w[0] ^ b->w[0]) | (a->w[1] ^ b->w[1]) | (a->w[2] ^ b->w[2]));
}

/* The object's number in this block; at most half of the map is ever in use. */
static uint32_t find_object(struct trace_writer *w, const struct trace_oid *oid)
{
	uint64_t hash = oid->w[0] * UINT64_C(0x9e3779b97f4a7c15) ^
			oid->w[1] * UINT64_C(0xc2b2ae3d27d4eb4f) ^
			oid->w[2] * UINT64_C(0x165667b19e3779f9);
	uint32_t slot;

	hash ^= hash >> 32;
	hash *= UINT64_C(0xd6e8feb86659fd93);
	for (slot = (uint32_t)(hash >> 32) % MAP_SLOTS; w->map[slot];
	     slot = (slot + 1) % MAP_SLOTS) {
		uint32_t number = w->map[slot] - 1;

		if (same_object(&w->block.objects[number], oid))
			return number;
	}
	w->block.objects[w->block.nr_objects] = *oid;
	w->map[slot] = ++w->block.nr_objects;
	return w->block.nr_objects - 1;
}

int trace_write(struct trace_writer *w, const struct trace_record *record,
		struct trace_error *err)
{
	const struct trace_event *event = &record->event;
	uint64_t time = w->info.has_times ? event->time : 0;
	struct trace_event *e;
	struct tmt_rules rules;
	const char *wrong;

	if (w->failed)
		return stuck(w, err);
	fill_rules(&w->info, &rules);
	wrong = tmt_event_wrong(&rules, event);
	if (!wrong && time < w->info.last_time)
		wrong = "its time is before that of the one before";
	if (wrong)
		return tmt_error(err, -EINVAL, w->file.path,
				 "event %" PRIu64 ": %s", w->info.nr_events,
				 wrong);
	e = &w->block.events[w->block.nr_events];
	*e = *event;
	e->time = time;
	e->object = find_object(w, &record->oid);
	e->reserved = 0;
	if (w->block.hashes)
		w->block.hashes[w->block.nr_events] = record->hash;
	if (!w->info.nr_events++)
		w->info.first_time = time;
	w->info.last_time = time;
	if (event->op != TRACE_FLUSH && event->op != TRACE_FLUSH_OBJECT &&
	    event->op != TRACE_DISCARD)
		w->info.nr_pages += event->count;
	if (++w->block.nr_events < TRACE_BLOCK_EVENTS)
		return 0;
	return write_block(w, err);
}

int trace_add_pool(struct trace_writer *w, const struct trace_pool *pool,
		   struct trace_error *err)
{
	if (w->failed)
		return stuck(w, err);
	if (!tmt_pool_valid(pool))
		return tmt_error(err, -EINVAL, w->file.path,
				 "pool %" PRIu32 " has flags that do not exist",
				 w->info.nr_pools);
	if (w->info.nr_pools == TRACE_MAX_POOLS)
		return tmt_error(err, -EINVAL, w->file.path,
				 "there can be %u pools at most", TRACE_MAX_POOLS);
	if (w->info.nr_pools == w->pools_room) {
		uint32_t room = 2 * w->pools_room;
		struct trace_pool *pools = realloc(w->info.pools,
						   room * sizeof(*pools));

		if (!pools)
			return out_of_memory(w, err);
		w->info.pools = pools;
		w->pools_room = room;
	}
	w->info.pools[w->info.nr_pools] = *pool;
	return (int)w->info.nr_pools++;
}

void trace_note_losses(struct trace_writer *w, uint64_t lost, uint64_t skipped)
{
	w->info.lost = lost;
	w->info.skipped = skipped;
}

/* ---- the end ---- */

static int write_tables(struct trace_writer *w, struct trace_error *err)
{
	size_t pools = (size_t)w->info.nr_pools * TMT_POOL_SIZE;
	size_t size = pools + (size_t)w->info.nr_blocks * TMT_INDEX_SIZE;
	uint8_t *bytes = malloc(size + TMT_TRAILER_SIZE);
	int ret;

	if (!bytes)
		return out_of_memory(w, err);
	for (uint32_t i = 0; i < w->info.nr_pools; i++)
		tmt_encode_pool(bytes + (size_t)i * TMT_POOL_SIZE,
				&w->info.pools[i]);
	for (uint64_t n = 0; n < w->info.nr_blocks; n++)
		tmt_encode_index(bytes + pools + n * TMT_INDEX_SIZE,
				 &w->index[n]);
	tmt_put64(bytes + size, w->offset);
	tmt_put64(bytes + size + 8, XXH64(bytes, size, 0));
	memcpy(bytes + size + 16, TMT_END_MAGIC, 8);
	ret = write_at(w, bytes, size + TMT_TRAILER_SIZE, w->offset, err);
	free(bytes);
	return ret;
}

static int write_header(struct trace_writer *w, struct trace_error *err)
{
	uint8_t header[TMT_HEADER_SIZE];
	uint64_t size = w->offset + TMT_TRAILER_SIZE +
			(uint64_t)w->info.nr_pools * TMT_POOL_SIZE +
			w->info.nr_blocks * TMT_INDEX_SIZE;

	if (!tmt_sum_index(w->index, w->info.nr_blocks, &w->info.checksum))
		return out_of_memory(w, err);
	tmt_encode_header(header, &w->info, w->offset, size);
	return write_at(w, header, sizeof(header), 0, err);
}

int trace_finish(struct trace_writer *w, struct trace_error *err)
{
	int ret = err ? err->code : 0;

	if (!ret && w->failed)
		ret = stuck(w, err);
	if (!ret && w->block.nr_events)
		ret = write_block(w, err);
	if (!ret)
		ret = write_tables(w, err);
	if (!ret)
		ret = write_header(w, err);
	if (!ret)
		ret = new_file_publish(&w->file, err);
	destroy(w);
	return ret;
}

/* ---- as a sink ---- */

static int file_begin(void *arg, const struct trace_info *info, struct trace_error *err)
{
	struct trace_file *file = arg;

	file->writer = trace_create(file->path, info, err);
	return file->writer ? 0 : err->code;
}

static int file_add_pool(void *arg, const struct trace_pool *pool, struct trace_error *err)
{
	int number = trace_add_pool(((struct trace_file *)arg)->writer, pool, err);

	return number < 0 ? number : 0;
}

static int file_emit(void *arg, const struct trace_record *record, struct trace_error *err)
{
	return trace_write(((struct trace_file *)arg)->writer, record, err);
}

struct trace_sink trace_file_sink(struct trace_file *file)
{
	return (struct trace_sink){ file, file_begin, file_add_pool, file_emit };
}
