/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chunk.h - memory of chunks
 *
 * Chunks of one size, cut from slabs as they are needed.  One thread makes chunks;
 * they are freed all together, so one that has been executed is used again by
 * whoever made it, or stays as it is for the next run.
 */
#ifndef TMEM_SIM_CHUNK_H
#define TMEM_SIM_CHUNK_H

#include "ops.h"

struct chunk_slab;

struct chunks {
	struct chunk_slab *slabs;	/* the newest first */
	u32 nr_slabs;
	size_t chunk_size;		/* bytes */
	u32 room;			/* operations of a chunk */
	bool tagged;			/* operations carry a number */
};

/* @room: operations of a chunk, 1 .. TURN_OPS. */
void chunks_init(struct chunks *chunks, u32 room, bool tagged);
void chunks_exit(struct chunks *chunks);

/* An empty chunk, with room for tags if it is to have some; NULL: no memory. */
struct chunk *chunk_new(struct chunks *chunks);

/* Empty a chunk that has been used. */
static inline void chunk_reset(struct chunk *chunk)
{
	chunk->next = NULL;
	chunk->nr = 0;
}

/* Make sure that it has room for fences: 0 or -ENOMEM. */
int chunk_need_fences(struct chunks *chunks, struct chunk *chunk);

#endif /* TMEM_SIM_CHUNK_H */
