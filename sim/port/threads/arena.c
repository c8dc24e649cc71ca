// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * arena.c - blocks of 64 KiB, cut from chunks of 2 MiB.
 *
 *	chunk:	| head | block 0 (60 KiB) | block 1 | ... | block 31 |
 *
 * A chunk is aligned to its size, so that the head is found from any address in
 * it, and the system is asked to map it as one huge page: the kernel's own slabs
 * lie in a map of huge pages too.  The head, a page, knows which blocks are free
 * and holds what the owners of the others keep about them.  A chunk that is free
 * as a whole goes back to the system, unless no other has a free block.
 *
 * The leak checker does not look into mappings by itself, so each is told to it.
 *
 * Lock order: arena_lock is innermost.
 */
#include <sys/mman.h>

#include "arena.h"

#if TMEM_PORT_ASAN
#include <sanitizer/lsan_interface.h>
#else
#define __lsan_register_root_region(p, size) ((void)(p))
#define __lsan_unregister_root_region(p, size) ((void)(p))
#endif

#define ALL_FREE ((u32)~0U)

struct chunk {
	struct chunk *next, **pprev;	/* those with a free block; arena_lock */
	u32 free;			/* a bit for each block; arena_lock */
	struct tmem_port_block blocks[ARENA_BLOCKS];
};

static_assert(sizeof(struct chunk) <= PAGE_SIZE, "the head is one page");
static_assert(ARENA_BLOCKS == 32, "a bit for each block");

static struct tmem_port_ticket arena_lock;
static struct chunk *with_free;

static struct chunk *chunk_of(const void *p)
{
	return (struct chunk *)((uintptr_t)p & ~(ARENA_CHUNK_SIZE - 1));
}

static void chunk_link_locked(struct chunk *chunk)
{
	chunk->next = with_free;
	chunk->pprev = &with_free;
	if (chunk->next)
		chunk->next->pprev = &chunk->next;
	with_free = chunk;
}

static void chunk_unlink_locked(struct chunk *chunk)
{
	*chunk->pprev = chunk->next;
	if (chunk->next)
		chunk->next->pprev = chunk->pprev;
}

/* Maps twice what is needed and gives back what is not aligned. */
static struct chunk *chunk_map(void)
{
	char *p, *start;
	struct chunk *chunk;

	p = mmap(NULL, 2 * ARENA_CHUNK_SIZE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	start = (char *)chunk_of(p + ARENA_CHUNK_SIZE - 1);
	if (start != p)
		munmap(p, start - p);
	munmap(start + ARENA_CHUNK_SIZE, p + ARENA_CHUNK_SIZE - start);
	/* where there are no huge pages it does without */
	(void)madvise(start, ARENA_CHUNK_SIZE, MADV_HUGEPAGE);
	__lsan_register_root_region(start, ARENA_CHUNK_SIZE);
	chunk = (struct chunk *)start;
	chunk->free = ALL_FREE;
	return chunk;
}

static void chunk_unmap(struct chunk *chunk)
{
	__lsan_unregister_root_region(chunk, ARENA_CHUNK_SIZE);
	munmap(chunk, ARENA_CHUNK_SIZE);
}

static struct tmem_port_block *block_take_locked(struct chunk *chunk)
{
	unsigned int i = __builtin_ctz(chunk->free);

	chunk->free &= chunk->free - 1;
	if (!chunk->free)
		chunk_unlink_locked(chunk);
	return &chunk->blocks[i];
}

struct tmem_port_block *tmem_port_block_get(void)
{
	struct tmem_port_block *block = NULL;
	struct chunk *chunk;

	tmem_port_ticket_lock(&arena_lock);
	if (with_free)
		block = block_take_locked(with_free);
	tmem_port_ticket_unlock(&arena_lock);
	if (block)
		return block;

	chunk = chunk_map();
	if (!chunk)
		return NULL;
	tmem_port_ticket_lock(&arena_lock);
	chunk_link_locked(chunk);
	block = block_take_locked(chunk);
	tmem_port_ticket_unlock(&arena_lock);
	return block;
}

static unsigned int block_number(const struct tmem_port_block *block)
{
	return (unsigned int)(block - chunk_of(block)->blocks);
}

void tmem_port_block_put(struct tmem_port_block *block)
{
	struct chunk *chunk = chunk_of(block);
	bool unused;

	tmem_port_ticket_lock(&arena_lock);
	if (!chunk->free)
		chunk_link_locked(chunk);
	chunk->free |= 1U << block_number(block);
	/* one may stay: mapping and clearing it is dear */
	unused = chunk->free == ALL_FREE && (with_free != chunk || chunk->next);
	if (unused)
		chunk_unlink_locked(chunk);
	tmem_port_ticket_unlock(&arena_lock);
	if (unused)
		chunk_unmap(chunk);
}

char *tmem_port_block_start(const struct tmem_port_block *block)
{
	unsigned int i = block_number(block);

	return (char *)chunk_of(block) + (i ? i * ARENA_BLOCK_SIZE : PAGE_SIZE);
}

char *tmem_port_block_end(const struct tmem_port_block *block)
{
	return (char *)chunk_of(block) + (block_number(block) + 1) * ARENA_BLOCK_SIZE;
}

struct tmem_port_block *tmem_port_block_of(const void *p)
{
	struct chunk *chunk = chunk_of(p);

	return &chunk->blocks[((uintptr_t)p - (uintptr_t)chunk) >> ARENA_BLOCK_SHIFT];
}
