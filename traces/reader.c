// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reader.c - a .tmt file, mapped and checked
 *
 *	trace_open	header, pool table, index and trailer: all checked and
 *			copied, so that a reader knows every block's place
 *	trace_read_block one block: checksum, unpacking, decoding, each event
 *			checked; nothing of a bad block is handed out
 *
 * Threads.  A reader does not change after trace_open; all that a decode writes
 * belongs to the caller's trace_block.  So there are no locks, and any number of
 * threads may read blocks, the same ones too.
 *
 * Memory.  A decoded block's part of the mapping is dropped at once
 * (MADV_DONTNEED; a page that another thread still reads comes back from the
 * page cache).  What stays is the index, 40 bytes a block, and one block's arrays
 * per thread.  Sizes in the file are compared with the file's size, or with the
 * bound that a block's number of events sets, before anything is allocated.
 *
 * A file that shrinks while it is mapped would raise SIGBUS.  Its size is looked
 * at again before each block, so that the usual case, a file being overwritten,
 * is an error instead; traces are replaced by rename, which disturbs nobody.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lz4frame.h>
#include <xxhash.h>

#include "tmt.h"

struct trace_reader {
	int fd;
	const uint8_t *map;
	uint64_t size;
	uint64_t tables;		/* offset of the pool table */
	struct trace_info info;
	struct tmt_rules rules;
	struct tmt_index *index;
	uint64_t *first_event;		/* of each block */
	char *path;
};

/* What trace_block.buffer points to. */
struct block_buffer {
	LZ4F_dctx *lz4;
	uint8_t *raw;			/* the payload, unpacked */
	size_t raw_size;
	uint32_t *next;
	uint32_t events_size;		/* of the arrays, in elements */
	uint32_t objects_size;
	uint32_t hashes_size;
};

/* ---- opening ---- */

static int map_file(struct trace_reader *r, struct trace_error *err)
{
	struct stat st;
	void *map;

	/* O_NONBLOCK: do not hang on a pipe, which is refused below. */
	r->fd = open(r->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (r->fd < 0 || fstat(r->fd, &st))
		return tmt_error(err, -errno, r->path, "cannot be opened: %s",
				 strerror(errno));
	if (S_ISDIR(st.st_mode))
		return tmt_error(err, -EISDIR, r->path,
				 "is a directory; name a .tmt file in it");
	if (!S_ISREG(st.st_mode))
		return tmt_error(err, -EINVAL, r->path,
				 "is not a regular file; copy the trace to one first");
	if (!st.st_size)
		return tmt_error(err, -EBADMSG, r->path,
				 "offset 0: the file is empty; make it again");
	r->size = (uint64_t)st.st_size;
	if (r->size > SIZE_MAX)
		return tmt_error(err, -EFBIG, r->path,
				 "is too large for this machine's address space");
	map = mmap(NULL, (size_t)r->size, PROT_READ, MAP_SHARED, r->fd, 0);
	if (map == MAP_FAILED)
		return tmt_error(err, -errno, r->path, "cannot be mapped: %s",
				 strerror(errno));
	r->map = map;
	madvise(map, (size_t)r->size, MADV_SEQUENTIAL);
	return 0;
}

static int read_header(struct trace_reader *r, struct trace_error *err)
{
	uint8_t start[TMT_HEADER_SIZE] = { 0 };
	int ret;

	memcpy(start, r->map,
	       r->size < sizeof(start) ? (size_t)r->size : sizeof(start));
	ret = tmt_decode_header(start, r->size, &r->info, &r->tables, r->path,
				err);
	if (ret)
		return ret;
	r->rules.kind = r->info.kind;
	r->rules.has_times = r->info.has_times;
	r->rules.has_hashes = r->info.has_hashes;
	r->rules.nr_pools = r->info.nr_pools;
	return 0;
}

/* Do the tables, by the header's numbers, fill the file up to its trailer? */
static int check_trailer(struct trace_reader *r, struct trace_error *err)
{
	uint64_t trailer = r->size - TMT_TRAILER_SIZE;
	uint64_t pools = (uint64_t)r->info.nr_pools * TMT_POOL_SIZE;
	const uint8_t *t = r->map + trailer;

	if (r->size < TMT_HEADER_SIZE + TMT_TRAILER_SIZE ||
	    memcmp(t + 16, TMT_END_MAGIC, 8) || tmt_get64(t) != r->tables)
		return tmt_error(err, -EBADMSG, r->path,
				 "offset %" PRIu64 ": no trailer at the end of the file; copy or make it again",
				 r->size);
	if (r->tables < TMT_HEADER_SIZE || r->tables > trailer ||
	    trailer - r->tables < pools ||
	    (trailer - r->tables - pools) % TMT_INDEX_SIZE ||
	    (trailer - r->tables - pools) / TMT_INDEX_SIZE != r->info.nr_blocks)
		return tmt_error(err, -EBADMSG, r->path,
				 "offset %" PRIu64 ": the tables do not fit the file; the program that wrote it is faulty",
				 r->tables);
	if (tmt_get64(t + 8) != XXH64(r->map + r->tables,
				      (size_t)(trailer - r->tables), 0))
		return tmt_error(err, -EBADMSG, r->path,
				 "offset %" PRIu64 ": pool table or index is damaged (checksum); copy or make the file again",
				 r->tables);
	return 0;
}

static int read_pools(struct trace_reader *r, struct trace_error *err)
{
	uint32_t nr = r->info.nr_pools;

	r->info.pools = calloc(nr ? nr : 1, sizeof(*r->info.pools));
	if (!r->info.pools)
		return tmt_error(err, -ENOMEM, r->path, "no memory for %" PRIu32
				 " pools", nr);
	for (uint32_t i = 0; i < nr; i++) {
		uint64_t offset = r->tables + (uint64_t)i * TMT_POOL_SIZE;

		tmt_decode_pool(r->map + offset, &r->info.pools[i]);
		if (!tmt_pool_valid(&r->info.pools[i]))
			return tmt_error(err, -EBADMSG, r->path,
					 "offset %" PRIu64 ": pool %" PRIu32 " has flags that do not exist; the program that wrote the file is faulty",
					 offset, i);
	}
	return 0;
}

/* Blocks lie end to end, and events and times run on from one to the next. */
static bool index_follows(const struct trace_reader *r, uint64_t n,
			  uint64_t offset, uint64_t time)
{
	const struct tmt_index *e = &r->index[n];

	return e->offset == offset && e->size > TMT_BLOCK_HEADER &&
	       e->size <= r->tables - offset &&
	       e->nr_events && e->nr_events <= TRACE_BLOCK_EVENTS &&
	       e->first_time >= time && e->last_time >= e->first_time &&
	       (r->info.has_times || !e->last_time);
}

static int check_index(struct trace_reader *r, struct trace_error *err)
{
	uint64_t table = r->tables + (uint64_t)r->info.nr_pools * TMT_POOL_SIZE;
	uint64_t offset = TMT_HEADER_SIZE, events = 0;
	uint64_t time = r->info.first_time;
	uint64_t sum;

	for (uint64_t n = 0; n < r->info.nr_blocks; n++) {
		const uint8_t *entry = r->map + table + n * TMT_INDEX_SIZE;

		tmt_decode_index(entry, &r->index[n]);
		if (!index_follows(r, n, offset, time))
			return tmt_error(err, -EBADMSG, r->path,
					 "offset %" PRIu64 ": block %" PRIu64 " in the index does not follow the one before; the program that wrote the file is faulty",
					 table + n * TMT_INDEX_SIZE, n);
		r->first_event[n] = events;
		events += r->index[n].nr_events;
		offset += r->index[n].size;
		time = r->index[n].last_time;
	}
	if (!tmt_sum_index(r->index, r->info.nr_blocks, &sum))
		return tmt_error(err, -ENOMEM, r->path, "no memory for a checksum");
	if (offset != r->tables || events != r->info.nr_events ||
	    time != r->info.last_time ||
	    (r->info.nr_blocks && r->index[0].first_time != r->info.first_time) ||
	    (!r->info.nr_blocks && time) ||
	    sum != r->info.checksum)
		return tmt_error(err, -EBADMSG, r->path,
				 "offset %" PRIu64 ": the index does not agree with the header; the program that wrote the file is faulty",
				 table);
	return 0;
}

static int read_index(struct trace_reader *r, struct trace_error *err)
{
	/* No more than the file has room for: check_trailer() made sure. */
	size_t nr = (size_t)r->info.nr_blocks + 1;

	r->index = calloc(nr, sizeof(*r->index));
	r->first_event = calloc(nr, sizeof(*r->first_event));
	if (!r->index || !r->first_event)
		return tmt_error(err, -ENOMEM, r->path,
				 "no memory for the index of %" PRIu64 " blocks",
				 r->info.nr_blocks);
	return check_index(r, err);
}

struct trace_reader *trace_open(const char *path, struct trace_error *err)
{
	struct trace_reader *r = calloc(1, sizeof(*r));

	if (err)
		err->code = 0;
	if (!r || !(r->path = strdup(path))) {
		free(r);
		tmt_error(err, -ENOMEM, path, "no memory to open it");
		return NULL;
	}
	r->fd = -1;
	if (map_file(r, err) || read_header(r, err) || check_trailer(r, err) ||
	    read_pools(r, err) || read_index(r, err)) {
		trace_close(r);
		return NULL;
	}
	return r;
}

void trace_close(struct trace_reader *r)
{
	if (!r)
		return;
	if (r->map)
		munmap((void *)r->map, (size_t)r->size);
	if (r->fd >= 0)
		close(r->fd);
	free(r->info.pools);
	free(r->index);
	free(r->first_event);
	free(r->path);
	free(r);
}

const struct trace_info *trace_reader_info(const struct trace_reader *reader)
{
	return &reader->info;
}

/* ---- blocks ---- */

static bool grow(void *array, uint32_t *size, uint32_t need, size_t element)
{
	void **p = array;

	if (*size >= need)
		return true;
	free(*p);
	*size = 0;
	*p = malloc(need * element);
	if (!*p)
		return false;
	*size = need;
	return true;
}

/* The arrays of a block, by numbers that were compared with their limits. */
static bool prepare_arrays(struct trace_block *block, bool hashes)
{
	struct block_buffer *b = block->buffer;

	if (b->objects_size < block->nr_objects) {
		free(b->next);
		b->next = malloc(block->nr_objects * sizeof(*b->next));
		if (!b->next) {
			b->objects_size = 0;
			return false;
		}
	}
	return grow(&block->objects, &b->objects_size, block->nr_objects,
		    sizeof(*block->objects)) &&
	       grow(&block->events, &b->events_size, block->nr_events,
		    sizeof(*block->events)) &&
	       (!hashes || grow(&block->hashes, &b->hashes_size,
				block->nr_events, sizeof(*block->hashes)));
}

static bool prepare_buffer(struct trace_block *block)
{
	struct block_buffer *b;

	if (block->buffer)
		return true;
	b = calloc(1, sizeof(*b));
	if (!b)
		return false;
	if (LZ4F_isError(LZ4F_createDecompressionContext(&b->lz4, LZ4F_VERSION))) {
		free(b);
		return false;
	}
	block->buffer = b;
	block->buffer_size = sizeof(*b);
	return true;
}

static bool prepare_raw(struct block_buffer *b, size_t size)
{
	if (b->raw_size >= size)
		return true;
	free(b->raw);
	b->raw = malloc(size);
	b->raw_size = b->raw ? size : 0;
	return b->raw;
}

void trace_block_free(struct trace_block *block)
{
	struct block_buffer *b = block->buffer;

	if (b) {
		LZ4F_freeDecompressionContext(b->lz4);
		free(b->raw);
		free(b->next);
		free(b);
	}
	free(block->events);
	free(block->objects);
	free(block->hashes);
	memset(block, 0, sizeof(*block));
}

static int read_block_header(struct trace_reader *r, uint64_t n,
			     struct tmt_block_header *h, struct trace_error *err)
{
	const struct tmt_index *e = &r->index[n];
	const uint8_t *bytes = r->map + e->offset;
	struct stat st;

	if (fstat(r->fd, &st) || (uint64_t)st.st_size != r->size)
		return tmt_error(err, -EBADMSG, r->path,
				 "offset %" PRIu64 ": the file changed its size while it was read; let its writer finish first",
				 e->offset);
	tmt_decode_block_header(bytes, h);
	if (memcmp(bytes, TMT_BLOCK_MAGIC, 4) || h->checksum != e->checksum ||
	    h->checksum != tmt_block_checksum(bytes, bytes + TMT_BLOCK_HEADER,
					      e->size - TMT_BLOCK_HEADER))
		return tmt_error(err, -EBADMSG, r->path,
				 "offset %" PRIu64 ": block %" PRIu64 " is damaged (checksum); copy or make the file again",
				 e->offset, n);
	if (h->size != e->size || h->nr_events != e->nr_events ||
	    h->number != n || h->first_event != r->first_event[n] ||
	    h->first_time != e->first_time || h->last_time != e->last_time ||
	    !h->nr_objects || h->nr_objects > h->nr_events ||
	    h->packing >= TMT_NR_PACKINGS ||
	    h->raw_size < TMT_NR_COLUMNS * TMT_COLUMN_HEADER + TMT_PADDING ||
	    h->raw_size > tmt_payload_bound(h->nr_events, h->nr_objects) ||
	    (h->packing == TMT_STORED && h->raw_size != h->size - TMT_BLOCK_HEADER))
		return tmt_error(err, -EBADMSG, r->path,
				 "offset %" PRIu64 ": the header of block %" PRIu64 " makes no sense; the program that wrote the file is faulty",
				 e->offset, n);
	return 0;
}

/* One LZ4 frame that fills the payload exactly. */
static bool unpack_lz4(struct block_buffer *b, const uint8_t *in, size_t in_size,
		       size_t raw_size)
{
	size_t out_done = 0, in_done = 0, more = 1;

	while (more) {
		size_t out = raw_size - out_done, used = in_size - in_done;

		more = LZ4F_decompress(b->lz4, b->raw + out_done, &out,
				       in + in_done, &used, NULL);
		if (LZ4F_isError(more) || (!out && !used)) {
			LZ4F_resetDecompressionContext(b->lz4);
			return false;
		}
		out_done += out;
		in_done += used;
	}
	return out_done == raw_size && in_done == in_size;
}

static int decode_block(struct trace_reader *r, uint64_t n,
			const struct tmt_block_header *h,
			struct trace_block *block, struct trace_error *err)
{
	const uint8_t *payload = r->map + r->index[n].offset + TMT_BLOCK_HEADER;
	struct block_buffer *b = block->buffer;
	const char *wrong;

	if (h->packing == TMT_LZ4) {
		if (!unpack_lz4(b, payload, h->size - TMT_BLOCK_HEADER, h->raw_size))
			return tmt_error(err, -EBADMSG, r->path,
					 "offset %" PRIu64 ": block %" PRIu64 " does not unpack (LZ4); the program that wrote the file is faulty",
					 r->index[n].offset, n);
		payload = b->raw;
	}
	if (tmt_decode_payload(payload, h->raw_size, &r->rules, block, b->next,
			       &wrong))
		return tmt_error(err, -EBADMSG, r->path,
				 "offset %" PRIu64 ": block %" PRIu64 ": %s; the program that wrote the file is faulty",
				 r->index[n].offset, n, wrong);
	return 0;
}

/* Outwards to whole pages, or every block would leave two behind. */
static void drop_behind(const struct trace_reader *r, uint64_t n)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t first = r->index[n].offset & ~(page - 1);
	uint64_t end = r->index[n].offset + r->index[n].size;

	madvise((void *)(r->map + first), (size_t)(end - first), MADV_DONTNEED);
}

int trace_read_block(struct trace_reader *r, uint64_t n,
		     struct trace_block *block, struct trace_error *err)
{
	struct tmt_block_header h;
	int ret;

	if (n >= r->info.nr_blocks)
		return tmt_error(err, -EINVAL, r->path,
				 "there is no block %" PRIu64 ", only %" PRIu64,
				 n, r->info.nr_blocks);
	ret = read_block_header(r, n, &h, err);
	if (ret)
		goto fail;
	block->nr_events = h.nr_events;
	block->nr_objects = h.nr_objects;
	block->first_event = h.first_event;
	block->first_time = h.first_time;
	block->last_time = h.last_time;
	if (!prepare_buffer(block) || !prepare_arrays(block, r->info.has_hashes) ||
	    (h.packing == TMT_LZ4 && !prepare_raw(block->buffer, h.raw_size))) {
		ret = tmt_error(err, -ENOMEM, r->path,
				"no memory to decode block %" PRIu64, n);
		goto fail;
	}
	if (!r->info.has_hashes) {
		free(block->hashes);
		block->hashes = NULL;
		((struct block_buffer *)block->buffer)->hashes_size = 0;
	}
	ret = decode_block(r, n, &h, block, err);
	drop_behind(r, n);
	if (!ret)
		return 0;
fail:
	block->nr_events = 0;
	block->nr_objects = 0;
	return ret;
}
