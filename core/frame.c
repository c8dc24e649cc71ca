// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * frame.c - page frames that hold up to two compressed pages
 *
 *	+------------------+---------------+---------------------+
 *	| half 0, from the |    unused     | half 1, against the |
 *	| start            |               | end                 |
 *	+------------------+---------------+---------------------+
 *
 * Memory is given back in page frames, so what matters is that a frame can be
 * emptied: with two pages at most, evicting a page and its buddy frees one.
 *
 * A frame with one page is listed by the chunks of 64 bytes that are still free.
 * A page joins the frame with the least room that is enough, the one that has
 * waited longest among equals: which frame that is depends on the order of the
 * operations alone, not on CPUs, so that replays in order repeat exactly.
 *
 * The frames lock covers lists and halves, not bytes: the bytes of a half belong
 * to its page from join or start to leave.
 */
#include "frame.h"
#include "store.h"

struct tmem_frame {
	struct list_head list;		/* frames lock */
	unsigned long addr;		/* constant */
	struct tmem_page *page[2];	/* frames lock */
	u8 chunks[2];			/* 0: this half is free; frames lock */
};

struct tmem_frames {
	spinlock_t lock;
	u64 nonempty;			/* bit n: room[n] is not empty */
	struct list_head room[TMEM_FRAME_CHUNKS];	/* by free chunks */
};

static struct kmem_cache *frame_cache;

int tmem_frame_cache_init(void)
{
	frame_cache = kmem_cache_create("tmem_frame", sizeof(struct tmem_frame),
					0, 0, NULL);
	return frame_cache ? 0 : -ENOMEM;
}

void tmem_frame_cache_exit(void)
{
	kmem_cache_destroy(frame_cache);
	frame_cache = NULL;
}

struct tmem_frames *tmem_frames_create(void)
{
	struct tmem_frames *frames = kvcalloc(1, sizeof(*frames), GFP_KERNEL);
	unsigned int i;

	static_assert(TMEM_FRAME_CHUNKS <= 64, "one bit each in nonempty");
	if (!frames)
		return NULL;
	spin_lock_init(&frames->lock);
	for (i = 0; i < TMEM_FRAME_CHUNKS; i++)
		INIT_LIST_HEAD(&frames->room[i]);
	return frames;
}

void tmem_frames_destroy(struct tmem_frames *frames)
{
	if (!frames)
		return;
	WARN_ON_ONCE(frames->nonempty);
	kvfree(frames);
}

static inline unsigned int chunks_for(size_t size)
{
	return DIV_ROUND_UP(size, 1U << TMEM_CHUNK_SHIFT);
}

static inline unsigned int free_chunks(const struct tmem_frame *frame)
{
	return TMEM_FRAME_CHUNKS - frame->chunks[0] - frame->chunks[1];
}

static void list_frame_locked(struct tmem_frames *frames,
			      struct tmem_frame *frame)
{
	unsigned int room = free_chunks(frame);

	/* no room is room[0], where nobody looks: a leaving page finds it */
	list_add_tail(&frame->list, &frames->room[room]);
	frames->nonempty |= BIT_ULL(room);
}

static void unlist_frame_locked(struct tmem_frames *frames,
				struct tmem_frame *frame)
{
	unsigned int room = free_chunks(frame);

	list_del(&frame->list);
	if (list_empty(&frames->room[room]))
		frames->nonempty &= ~BIT_ULL(room);
}

static void fill_half(struct tmem_frame *frame, unsigned int half,
		      struct tmem_page *page, unsigned int chunks)
{
	frame->page[half] = page;
	frame->chunks[half] = chunks;
	page->frame = frame;
	page->half = half;
}

bool tmem_frame_join(struct tmem_frames *frames, struct tmem_page *page,
		     size_t size)
{
	unsigned int chunks = chunks_for(size);
	struct tmem_frame *frame;
	unsigned long flags;
	u64 enough;

	if (chunks >= TMEM_FRAME_CHUNKS)
		return false;
	spin_lock_irqsave(&frames->lock, flags);
	enough = frames->nonempty & ~(BIT_ULL(chunks) - 1);
	if (enough) {
		frame = list_first_entry(&frames->room[__ffs64(enough)],
					 struct tmem_frame, list);
		unlist_frame_locked(frames, frame);
		fill_half(frame, frame->chunks[0] ? 1 : 0, page, chunks);
	}
	spin_unlock_irqrestore(&frames->lock, flags);
	return enough;
}

int tmem_frame_start(struct tmem_pool *pool, struct tmem_page *page,
		     size_t size)
{
	struct tmem_frames *frames = pool->frames;
	struct tmem_frame *frame;
	unsigned long flags;

	frame = kmem_cache_alloc(frame_cache, pool->gfp);
	if (!frame)
		return -ENOMEM;
	frame->addr = __get_free_page(pool->gfp);
	if (!frame->addr) {
		kmem_cache_free(frame_cache, frame);
		return -ENOMEM;
	}
	frame->page[1] = NULL;
	frame->chunks[1] = 0;
	fill_half(frame, 0, page, chunks_for(size));
	spin_lock_irqsave(&frames->lock, flags);
	list_frame_locked(frames, frame);
	spin_unlock_irqrestore(&frames->lock, flags);
	return 0;
}

bool tmem_frame_leave(struct tmem_frames *frames, struct tmem_page *page)
{
	struct tmem_frame *frame = page->frame;
	unsigned long flags;
	bool freed;

	spin_lock_irqsave(&frames->lock, flags);
	freed = !frame->chunks[!page->half];
	if (freed)
		unlist_frame_locked(frames, frame);
	frame->page[page->half] = NULL;
	frame->chunks[page->half] = 0;
	if (!freed)
		list_frame_locked(frames, frame);
	spin_unlock_irqrestore(&frames->lock, flags);

	if (freed) {
		free_page(frame->addr);
		kmem_cache_free(frame_cache, frame);
	}
	return freed;
}

void *tmem_frame_bytes(const struct tmem_page *page)
{
	unsigned long addr = page->frame->addr;

	if (page->half)
		addr += PAGE_SIZE -
			(chunks_for(page->size) << TMEM_CHUNK_SHIFT);
	return (void *)addr;
}

struct tmem_page *tmem_frame_buddy(struct tmem_frames *frames,
				   const struct tmem_page *page)
{
	struct tmem_page *buddy;
	unsigned long flags;

	spin_lock_irqsave(&frames->lock, flags);
	buddy = page->frame->page[!page->half];
	/* it may be on its way out, with its last reference gone */
	if (buddy && !refcount_inc_not_zero(&buddy->refs))
		buddy = NULL;
	spin_unlock_irqrestore(&frames->lock, flags);
	return buddy;
}

int tmem_frames_validate(struct tmem_frames *frames)
{
	struct tmem_frame *frame;
	unsigned int i;

	for (i = 0; i < TMEM_FRAME_CHUNKS; i++) {
		bool empty = list_empty(&frames->room[i]);

		if (!tmem_check(empty != !!(frames->nonempty & BIT_ULL(i))))
			return -EUCLEAN;
		list_for_each_entry(frame, &frames->room[i], list) {
			unsigned int half = frame->chunks[0] ? 0 : 1;

			if (!tmem_check(free_chunks(frame) == i) ||
			    !tmem_check(frame->chunks[half]) ||
			    !tmem_check(!frame->chunks[!half]) ||
			    !tmem_check(!frame->page[!half]) ||
			    !tmem_check(frame->page[half]->frame == frame) ||
			    !tmem_check(frame->page[half]->half == half))
				return -EUCLEAN;
		}
	}
	return 0;
}
