// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * chunk.c - memory of chunks, in slabs of one large page each
 *
 *	slab	[ next | used | chunk | chunk | ... ]
 *
 * A replay that is dealt ahead writes each chunk once, to memory that it has never
 * touched: with small pages a fault for every 256 operations, which costs about as
 * much as finding out what they are.  A slab is one large page where there are any.
 */
#include "chunk.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define SLAB_SIZE	((size_t)2 << 20)
#define CACHE_LINE	64U

struct chunk_slab {
	struct chunk_slab *next;
	size_t used;			/* bytes, this header among them */
} __attribute__((aligned(CACHE_LINE)));

void chunks_init(struct chunks *chunks, u32 room, bool tagged)
{
	size_t size = sizeof(struct chunk) + room * sizeof(struct op);

	if (tagged)
		size += room * sizeof(u64);
	*chunks = (struct chunks){
		.chunk_size = (size + CACHE_LINE - 1) & ~(size_t)(CACHE_LINE - 1),
		.room = room,
		.tagged = tagged,
	};
}

static void slab_free(const struct chunks *chunks, struct chunk_slab *slab)
{
	size_t at;

	for (at = sizeof(*slab); at < slab->used; at += chunks->chunk_size)
		free(((struct chunk *)((char *)slab + at))->fences);
	free(slab);
}

void chunks_exit(struct chunks *chunks)
{
	struct chunk_slab *slab;

	while ((slab = chunks->slabs)) {
		chunks->slabs = slab->next;
		slab_free(chunks, slab);
	}
}

static struct chunk_slab *slab_new(struct chunks *chunks)
{
	struct chunk_slab *slab = aligned_alloc(SLAB_SIZE, SLAB_SIZE);

	if (!slab)
		return NULL;
	/* without large pages it is as good, but slower */
	madvise(slab, SLAB_SIZE, MADV_HUGEPAGE);
	slab->next = chunks->slabs;
	slab->used = sizeof(*slab);
	chunks->slabs = slab;
	chunks->nr_slabs++;
	return slab;
}

struct chunk *chunk_new(struct chunks *chunks)
{
	struct chunk_slab *slab = chunks->slabs;
	struct chunk *chunk;

	if (!slab || slab->used + chunks->chunk_size > SLAB_SIZE)
		slab = slab_new(chunks);
	if (!slab)
		return NULL;
	chunk = (struct chunk *)((char *)slab + slab->used);
	slab->used += chunks->chunk_size;
	memset(chunk, 0, sizeof(*chunk));
	if (chunks->tagged)
		chunk->tags = (u64 *)(chunk->ops + chunks->room);
	return chunk;
}

int chunk_need_fences(struct chunks *chunks, struct chunk *chunk)
{
	if (!chunk->fences)
		chunk->fences = malloc(chunks->room * sizeof(*chunk->fences));
	return chunk->fences ? 0 : -ENOMEM;
}
