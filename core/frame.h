/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frame.h - page frames that hold up to two compressed pages
 */
#ifndef TMEM_FRAME_H
#define TMEM_FRAME_H

#include "pool.h"

#define TMEM_CHUNK_SHIFT	6	/* sizes are counted in 64 bytes */
#define TMEM_FRAME_CHUNKS	(PAGE_SIZE >> TMEM_CHUNK_SHIFT)

struct tmem_page;
struct tmem_frame;

int tmem_frame_cache_init(void);
void tmem_frame_cache_exit(void);

/* The frames of one pool: an empty set, or NULL for no memory.  [process] */
struct tmem_frames *tmem_frames_create(void);
void tmem_frames_destroy(struct tmem_frames *frames);

/*
 * tmem_frame_join - a half of @size bytes in a frame that has one page
 *
 * Sets @page's frame and half.  False if no frame has that much room.
 * Context: [any].
 */
bool tmem_frame_join(struct tmem_frames *frames, struct tmem_page *page,
		     size_t size);

/*
 * tmem_frame_start - a half of @size bytes in a new frame
 *
 * The caller has charged a page frame.  Context: [any].  0 or -ENOMEM.
 */
int tmem_frame_start(struct tmem_pool *pool, struct tmem_page *page,
		     size_t size);

/* tmem_frame_leave - give up a half; true if that freed the frame */
bool tmem_frame_leave(struct tmem_frames *frames, struct tmem_page *page);

/* tmem_frame_bytes - where the bytes of @page are */
void *tmem_frame_bytes(const struct tmem_page *page);

/* tmem_frame_buddy - the other page of the frame, referenced, or NULL */
struct tmem_page *tmem_frame_buddy(struct tmem_frames *frames,
				   const struct tmem_page *page);

/* Walk the lists of frames with room.  Quiet.  0 or -EUCLEAN */
int tmem_frames_validate(struct tmem_frames *frames);

#endif /* TMEM_FRAME_H */
