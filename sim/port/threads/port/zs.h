/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zs.h - the persistent size-class allocator behind zsmalloc's interface.
 *
 *	zs_malloc zs_free zs_get_total_pages	FAITHFUL to 6.12 in what it takes:
 *				the same classes, chains and page frames for the
 *				same calls; no compaction
 *	zs_map_object		WEAKER: a chain is contiguous here, so an object
 *				is never copied in or out, writes through
 *				ZS_MM_RO would stick, and ZS_MM_WO shows old bytes
 * zs_create_pool() and zs_malloc() are fault points.
 */
#ifndef TMEM_PORT_ZS_H
#define TMEM_PORT_ZS_H

#include <port/thread.h>

struct zs_pool;

enum zs_mapmode {
	ZS_MM_RW,
	ZS_MM_RO,
	ZS_MM_WO,
};

struct zs_pool *tmem_port_zs_create_pool(const char *name);
void tmem_port_zs_destroy_pool(struct zs_pool *pool);
unsigned long tmem_port_zs_malloc(struct zs_pool *pool, size_t size, gfp_t gfp);
void tmem_port_zs_free(struct zs_pool *pool, unsigned long handle);
void *tmem_port_zs_map(struct zs_pool *pool, unsigned long handle, enum zs_mapmode mode);
unsigned long zs_get_total_pages(struct zs_pool *pool);

#if TMEM_DEBUG

#define zs_create_pool(name)                                                  \
	({                                                                    \
		tmem_port_may_sleep("zs_create_pool()", TMEM_PORT_HERE);      \
		tmem_port_zs_create_pool(name);                               \
	})
#define zs_destroy_pool(pool)                                                 \
	({                                                                    \
		tmem_port_may_sleep("zs_destroy_pool()", TMEM_PORT_HERE);     \
		tmem_port_zs_destroy_pool(pool);                              \
	})
#define zs_malloc(pool, size, gfp)                                            \
	({                                                                    \
		gfp_t __tmem_gfp = (gfp);                                     \
		tmem_port_zs_used("zs_malloc()", TMEM_PORT_HERE);             \
		tmem_port_allocates("zs_malloc()", __tmem_gfp, true, TMEM_PORT_HERE); \
		tmem_port_zs_malloc((pool), (size), __tmem_gfp);              \
	})
#define zs_free(pool, handle)                                                 \
	({                                                                    \
		tmem_port_zs_used("zs_free()", TMEM_PORT_HERE);               \
		tmem_port_zs_free((pool), (handle));                          \
	})
#define zs_map_object(pool, handle, mode)                                     \
	({                                                                    \
		unsigned long __tmem_handle = (handle);                       \
		tmem_port_zs_used("zs_map_object()", TMEM_PORT_HERE);         \
		tmem_port_zs_mapped(__tmem_handle, TMEM_PORT_HERE);           \
		tmem_port_zs_map((pool), __tmem_handle, (mode));              \
	})
#define zs_unmap_object(pool, handle) \
	((void)(pool), tmem_port_zs_unmapped((handle), TMEM_PORT_HERE))

#else /* !TMEM_DEBUG */

#define zs_create_pool(name) tmem_port_zs_create_pool(name)
#define zs_destroy_pool(pool) tmem_port_zs_destroy_pool(pool)
#define zs_malloc(pool, size, gfp) tmem_port_zs_malloc((pool), (size), (gfp))
#define zs_free(pool, handle) tmem_port_zs_free((pool), (handle))
#define zs_map_object(pool, handle, mode) tmem_port_zs_map((pool), (handle), (mode))
#define zs_unmap_object(pool, handle) ((void)(pool), (void)(handle))

#endif /* TMEM_DEBUG */

#endif /* TMEM_PORT_ZS_H */
