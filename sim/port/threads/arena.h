/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arena.h - blocks of memory, from which the fast build's slabs are made.
 */
#ifndef TMEM_PORT_ARENA_H
#define TMEM_PORT_ARENA_H

#include "internal.h"

#define ARENA_BLOCK_SHIFT 16
#define ARENA_BLOCK_SIZE (1UL << ARENA_BLOCK_SHIFT)
#define ARENA_CHUNK_SIZE (2UL << 20)
#define ARENA_BLOCKS (ARENA_CHUNK_SIZE / ARENA_BLOCK_SIZE)

/* What the owner of a block keeps about it; lies outside of the block's memory. */
struct tmem_port_block {
	struct tmem_port_block *next, **pprev;	/* the owner's list */
	unsigned int nr;			/* objects made of it */
	unsigned int idle;			/* the owner's, while it counts */
};

/* A block that nobody else has, or NULL: no memory. */
struct tmem_port_block *tmem_port_block_get(void);

void tmem_port_block_put(struct tmem_port_block *block);

/* The memory of a block: from here, PAGE_SIZE aligned, */
char *tmem_port_block_start(const struct tmem_port_block *block);
/* to here. */
char *tmem_port_block_end(const struct tmem_port_block *block);

/* The block in whose memory @p points. */
struct tmem_port_block *tmem_port_block_of(const void *p);

#endif /* TMEM_PORT_ARENA_H */
