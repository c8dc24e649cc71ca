// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sizes.c - how many bytes a store keeps for a page, by page
 */
#include "sizes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES	16U		/* for the one page that is there at a time */

static int fail(struct trace_error *error, int code, const char *what)
{
	error->code = code;
	snprintf(error->text, sizeof(error->text),
		 "sizes of stored pages cannot be measured: %s", what);
	return code;
}

/* A page of its own, or the next of a file from which @nr are taken. */
static const void *page_at(const struct content *content, u32 i, u32 nr, void *page)
{
	if (content->file)
		return content->file->pages +
			(u64)i * content->file->nr_pages / nr * PAGE_SIZE;
	content_fill(content, UINT32_MAX, i, 0, page);
	return page;
}

static int put_one(struct stored_sizes *sizes, struct tmem *tm, int pool,
		   const void *page, struct trace_error *error)
{
	static const struct tmem_oid oid;
	struct tmem_stats stats;
	s64 bytes;
	int ret = tmem_put(tm, pool, &oid, 0, page);

	tmem_stats(tm, &stats);
	if (ret) {
		if (ret != -ENOSPC || stats.v[TMEM_puts_nospace])
			return fail(error, ret, strerror(-ret));
		sizes->refused++;
		return 0;
	}
	bytes = stats.v[TMEM_bytes_stored];
	if (bytes < 0 || bytes > (s64)PAGE_SIZE)
		return fail(error, -EIO, "the gauge bytes_stored is not of one page");
	sizes->measured[bytes]++;
	ret = tmem_flush_page(tm, pool, &oid, 0);
	return ret ? fail(error, ret, "a page that was put is not there") : 0;
}

static int put_all(struct stored_sizes *sizes, const struct content *content,
		   struct tmem *tm, int pool, struct trace_error *error)
{
	u32 nr = SIZES_MADE, i;
	void *page = aligned_alloc(PAGE_SIZE, PAGE_SIZE);
	int ret = 0;

	if (!page)
		return fail(error, -ENOMEM, "no memory");
	if (content->file)
		nr = min(content->file->nr_pages, SIZES_OF_FILE);
	for (i = 0; i < nr && !ret; i++)
		ret = put_one(sizes, tm, pool, page_at(content, i, nr, page), error);
	free(page);
	return ret;
}

int sizes_measure(struct stored_sizes *sizes, const struct content *content,
		  const struct tmem_store_ops *store, struct trace_error *error)
{
	struct tmem_config config = { .budget = FRAMES, .shards = 1 };
	struct tmem_pool_attr attr = {
		.design = tmem_design_at(0),	/* what is kept is the store's affair */
		.store = store,
		.buckets = 1,
	};
	const char *why;
	struct tmem *tm = tmem_create(&config, &why);
	int pool, ret;

	if (IS_ERR(tm))
		return fail(error, (int)PTR_ERR(tm), why);
	pool = tmem_pool_create(tm, &attr, &why);
	ret = pool < 0 ? fail(error, pool, why) :
		put_all(sizes, content, tm, pool, error);
	tmem_destroy(tm);
	return ret;
}

int sizes_recorded(struct stored_sizes *sizes, struct trace_reader *reader,
		   u64 max_events, u64 *events, struct trace_error *error)
{
	const struct trace_info *info = trace_reader_info(reader);
	struct trace_block block = { };
	u64 n, left = max_events ? max_events : UINT64_MAX;
	u32 i;
	int ret = 0;

	*events = 0;
	for (n = 0; n < info->nr_blocks && left && !ret; n++) {
		ret = trace_read_block(reader, n, &block, error);
		for (i = 0; !ret && i < block.nr_events && left; i++, left--) {
			const struct trace_event *e = &block.events[i];

			++*events;
			if (e->op == TRACE_PUT && e->size)
				sizes->recorded[e->size] += e->count;
		}
	}
	trace_block_free(&block);
	return ret;
}
