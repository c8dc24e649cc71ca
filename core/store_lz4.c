// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * store_lz4.c - compressed pages
 *
 *	same-filled	one 64-bit word all over, whichever: kept in the
 *			descriptor, charged SAME_CHARGE bytes so that it has a
 *			place in the budget and is reclaimed like any page
 *	ephemeral	LZ4, two pages to a page frame (frame.c), charged by the
 *			frame; only slab and page allocations that never wait
 *	persistent	LZ4, in the size-class allocator, charged by the core's
 *			own arithmetic (below), so that the same puts cost the
 *			same budget in every world
 *
 * A page that LZ4 does not make smaller than a page is refused by policy.
 *
 * The compressed bytes stay in the scratch memory of this CPU until the put is
 * over: one that has to make room compresses once all the same.
 *
 * Charge of a persistent page.  The allocator packs objects of one size class
 * into runs of 1 to CHAIN_MAX page frames, choosing the run that wastes least;
 * an object costs its share of the run.
 */
#include "frame.h"
#include "store.h"

static_assert(LZ4_MEM_COMPRESS % sizeof(u64) == 0, "scratch memory in words");

#define SAME_CHARGE	64U
#define CHAIN_MAX	8U
#define CLASS_STEP	(PAGE_SIZE >> 8)
#define CLASS_MIN	32U
#define CLASS_HANDLE	sizeof(unsigned long)	/* kept with each object */

/*
 * The same word all over?  Looks at the end first: most pages differ there.  The
 * others are read a cache line at a time, with one branch for each: by words it is
 * the branches that take the time, not the memory.
 */
static bool same_filled(const void *src, u64 *word)
{
	const u64 *p = src, *end = p + PAGE_SIZE / sizeof(*p);
	u64 first = p[0];

	if (first != end[-1])
		return false;
	for (; p < end; p += 8)
		if (((p[0] ^ first) | (p[1] ^ first) | (p[2] ^ first) |
		     (p[3] ^ first) | (p[4] ^ first) | (p[5] ^ first) |
		     (p[6] ^ first) | (p[7] ^ first)))
			return false;
	*word = first;
	return true;
}

/* What one object of @size bytes costs: a share of the best run for its class. */
static size_t class_charge(size_t size)
{
	size_t class = round_up(size + CLASS_HANDLE, CLASS_STEP);
	size_t best = 1, waste = PAGE_SIZE, chain;

	class = class < CLASS_MIN ? CLASS_MIN : class;
	if (class >= PAGE_SIZE)
		return PAGE_SIZE;
	for (chain = 1; chain <= CHAIN_MAX; chain++) {
		size_t left = chain * PAGE_SIZE % class;

		if (left < waste) {
			waste = left;
			best = chain;
		}
	}
	return DIV_ROUND_UP(best * PAGE_SIZE, best * PAGE_SIZE / class);
}

static int add_same(struct tmem_pool *pool, struct tmem_page *page,
		    struct tmem_request *req, u64 word)
{
	int ret = tmem_store_charge(pool, req, SAME_CHARGE);

	if (ret)
		return ret;
	page->kind = TMEM_PAGE_SAME;
	page->size = sizeof(word);
	page->word = word;
	tmem_count(pool, TMEM_same_filled, 1);
	return 0;
}

static int add_frame(struct tmem_pool *pool, struct tmem_page *page,
		     struct tmem_request *req)
{
	int ret;

	page->kind = TMEM_PAGE_FRAME;
	page->size = req->packed;
	if (!tmem_frame_join(pool->frames, page, req->packed)) {
		ret = tmem_store_charge(pool, req, PAGE_SIZE);
		if (ret)
			return ret;
		ret = tmem_frame_start(pool, page, req->packed);
		if (ret) {
			tmem_store_uncharge(pool, PAGE_SIZE);
			return ret;
		}
	}
	memcpy(tmem_frame_bytes(page), req->scratch->out, req->packed);
	return 0;
}

static int add_zs(struct tmem_pool *pool, struct tmem_page *page,
		  struct tmem_request *req)
{
	size_t charge = class_charge(req->packed);
	void *dst;
	int ret = tmem_store_charge(pool, req, charge);

	if (ret)
		return ret;
	page->kind = TMEM_PAGE_ZS;
	page->size = req->packed;
	page->handle = zs_malloc(pool->zs, req->packed, pool->gfp);
	if (IS_ERR_VALUE(page->handle)) {
		tmem_store_uncharge(pool, charge);
		return -ENOMEM;
	}
	dst = zs_map_object(pool->zs, page->handle, ZS_MM_WO);
	memcpy(dst, req->scratch->out, req->packed);
	zs_unmap_object(pool->zs, page->handle);
	return 0;
}

static int lz4_add(struct tmem_pool *pool, struct tmem_page *page,
		   struct tmem_request *req)
{
	u64 word;

	if (!req->packed) {
		struct tmem_scratch *scratch;
		int len;

		if (same_filled(req->src, &word))
			return add_same(pool, page, req, word);
		scratch = tmem_scratch_get(pool, req);
		len = LZ4_compress_default(req->src, (char *)scratch->out,
					   PAGE_SIZE, sizeof(scratch->out),
					   scratch->work);
		if (len <= 0 || len >= (int)PAGE_SIZE)
			return -E2BIG;
		req->packed = len;
	}
	if (tmem_pool_persistent(pool))
		return add_zs(pool, page, req);
	return add_frame(pool, page, req);
}

static int unpack(const void *src, unsigned int size, void *dst)
{
	int len = LZ4_decompress_safe(src, dst, size, PAGE_SIZE);

	return len == (int)PAGE_SIZE ? 0 : -EIO;
}

static void fill(u64 *dst, u64 word)
{
	unsigned int i;

	for (i = 0; i < PAGE_SIZE / sizeof(*dst); i++)
		dst[i] = word;
}

static int lz4_get(struct tmem_pool *pool, struct tmem_page *page, void *dst)
{
	const void *src;
	int ret;

	switch (page->kind) {
	case TMEM_PAGE_SAME:
		fill(dst, page->word);
		return 0;
	case TMEM_PAGE_FRAME:
		return unpack(tmem_frame_bytes(page), page->size, dst);
	default:
		src = zs_map_object(pool->zs, page->handle, ZS_MM_RO);
		ret = unpack(src, page->size, dst);
		zs_unmap_object(pool->zs, page->handle);
		return ret;
	}
}

static size_t lz4_del(struct tmem_pool *pool, struct tmem_page *page)
{
	switch (page->kind) {
	case TMEM_PAGE_SAME:
		tmem_count(pool, TMEM_same_filled, -1);
		return SAME_CHARGE;
	case TMEM_PAGE_FRAME:
		return tmem_frame_leave(pool->frames, page) ? PAGE_SIZE : 0;
	default:
		zs_free(pool->zs, page->handle);
		return class_charge(page->size);
	}
}

static struct tmem_page *lz4_buddy(struct tmem_pool *pool,
				   struct tmem_page *page)
{
	if (page->kind != TMEM_PAGE_FRAME)
		return NULL;
	return tmem_frame_buddy(pool->frames, page);
}

static int lz4_pool_init(struct tmem_pool *pool)
{
	int ret = tmem_scratch_init(pool->tm);

	if (ret)
		return ret;
	if (tmem_pool_persistent(pool))
		pool->zs = zs_create_pool("tmem");
	else
		pool->frames = tmem_frames_create();
	return pool->zs || pool->frames ? 0 : -ENOMEM;
}

static void lz4_pool_exit(struct tmem_pool *pool)
{
	if (pool->zs)
		zs_destroy_pool(pool->zs);
	tmem_frames_destroy(pool->frames);
}

static u64 lz4_allocator_frames(struct tmem_pool *pool)
{
	return pool->zs ? zs_get_total_pages(pool->zs) : 0;
}

static int lz4_validate(struct tmem_pool *pool)
{
	return pool->frames ? tmem_frames_validate(pool->frames) : 0;
}

const struct tmem_store_ops tmem_store_lz4 = {
	.name			= "lz4",
	.pool_init		= lz4_pool_init,
	.pool_exit		= lz4_pool_exit,
	.allocator_frames	= lz4_allocator_frames,
	.validate		= lz4_validate,
	.add			= lz4_add,
	.get			= lz4_get,
	.del			= lz4_del,
	.buddy			= lz4_buddy,
};
