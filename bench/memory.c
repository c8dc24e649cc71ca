// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memory.c - readings of both allocators; see memory.h
 */
#include <malloc.h>

#include "arena.h"
#include "memory.h"

static atomic_long_t blocks;

struct tmem_port_block *__real_tmem_port_block_get(void);
void __real_tmem_port_block_put(struct tmem_port_block *block);

/* In the place of arena.c's. */
struct tmem_port_block *__wrap_tmem_port_block_get(void);
void __wrap_tmem_port_block_put(struct tmem_port_block *block);

struct tmem_port_block *__wrap_tmem_port_block_get(void)
{
	struct tmem_port_block *block = __real_tmem_port_block_get();

	if (block)
		atomic_long_add(1, &blocks);
	return block;
}

void __wrap_tmem_port_block_put(struct tmem_port_block *block)
{
	atomic_long_sub(1, &blocks);
	__real_tmem_port_block_put(block);
}

static int64_t taken(void)
{
	struct mallinfo2 info = mallinfo2();

	return (int64_t)(info.uordblks + info.hblkhd) +
	       atomic_long_read(&blocks) * (int64_t)ARENA_BLOCK_SIZE;
}

/* What a slab cache costs when it is empty. */
static int64_t empty_cache(void)
{
	static int64_t bytes = -1;
	struct kmem_cache *cache;

	if (bytes >= 0)
		return bytes;
	bytes = taken();
	cache = kmem_cache_create("bench_empty", 64, 0, 0, NULL);
	bytes = cache ? taken() - bytes : 0;
	kmem_cache_destroy(cache);
	return bytes;
}

int64_t bench_memory(void)
{
	int64_t caches;

	tmem_port_quiesce();
	caches = empty_cache() * tmem_port_live_kind(TMEM_PORT_CACHE);
	return taken() - caches;
}
