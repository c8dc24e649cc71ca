/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * slab.h - memory: slab caches, kmalloc and friends, page frames.
 *
 * Everything is counted (tmem_port_live()), and every way to get memory is a
 * fault point (tmem_port_fault_arm()).  There are two builds.  In debug and
 * sanitizer builds all comes from malloc() and goes back with free() at once, in
 * debug builds filled with poison, so that each life and death is seen.  In the
 * fast build (TMEM_PORT_FAST=1) slab objects and page
 * frames are packed densely and parked when they are free, as a kernel does.
 *
 *	kmem_cache_*		FAITHFUL in contract: kmem_cache_destroy() reports
 *				objects that are alive; WEAKER: ctor runs at each
 *				allocation, no SLAB_* flag but SLAB_HWCACHE_ALIGN
 *				has an effect, no packing into slabs but in the
 *				fast build.  There WEAKER: freed objects are parked
 *				and keep their bytes, so a use after free or a
 *				double free is not noticed; objects of at most 8 KiB
 *	kzalloc kvcalloc kvmalloc kfree kvfree
 *				FAITHFUL: kvcalloc() refuses a product that
 *				overflows
 *	__get_free_page		FAITHFUL: PAGE_SIZE bytes, so aligned; WEAKER:
 *				malloc takes more than a frame for it; in the
 *				fast build free frames are parked
 *	gfp_t			the flags matter to the debug model alone, but
 *				__GFP_ZERO; GFP_NOWAIT does not imply
 *				__GFP_NOWARN, as in 6.1
 */
#ifndef TMEM_PORT_SLAB_H
#define TMEM_PORT_SLAB_H

#include <port/thread.h>

#define __GFP_IO 0x40u
#define __GFP_FS 0x80u
#define __GFP_ZERO 0x100u
#define __GFP_DIRECT_RECLAIM 0x400u
#define __GFP_KSWAPD_RECLAIM 0x800u
#define __GFP_NOWARN 0x2000u
#define __GFP_NOMEMALLOC 0x80000u
#define GFP_KERNEL (__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_NOWAIT __GFP_KSWAPD_RECLAIM

#define SLAB_HWCACHE_ALIGN 0x2000u

struct kmem_cache;

/* Never called by name: the macros below say where the caller stands. */
struct kmem_cache *tmem_port_cache_create(const char *name, unsigned int size,
					  unsigned int align, unsigned int flags,
					  void (*ctor)(void *));
void *tmem_port_cache_alloc(struct kmem_cache *cache, gfp_t gfp);
void tmem_port_cache_free(struct kmem_cache *cache, void *object);
void tmem_port_cache_destroy(struct kmem_cache *cache);
size_t tmem_port_cache_size(const struct kmem_cache *cache);
void *tmem_port_kzalloc(size_t size);
void *tmem_port_kvcalloc(size_t n, size_t size);
void *tmem_port_kvmalloc(size_t size, gfp_t gfp);
void tmem_port_kfree(const void *p);
void tmem_port_kvfree(const void *p);
unsigned long tmem_port_get_free_page(gfp_t gfp);
void tmem_port_free_page(unsigned long addr);

#if TMEM_DEBUG

size_t tmem_port_malloc_size(const void *p);

#define kmem_cache_create(name, size, align, flags, ctor)                     \
	({                                                                    \
		tmem_port_may_sleep("kmem_cache_create()", TMEM_PORT_HERE);   \
		tmem_port_cache_create((name), (size), (align), (flags), (ctor)); \
	})
#define kmem_cache_alloc(cache, gfp)                                          \
	({                                                                    \
		gfp_t __tmem_gfp = (gfp);                                     \
		tmem_port_allocates("kmem_cache_alloc()", __tmem_gfp, true,   \
				    TMEM_PORT_HERE);                          \
		tmem_port_cache_alloc((cache), __tmem_gfp);                   \
	})
#define kmem_cache_free(cache, object)                                        \
	({                                                                    \
		struct kmem_cache *__tmem_cache = (cache);                    \
		void *__tmem_object = (object);                               \
		tmem_port_lock_freed(__tmem_object,                           \
				     tmem_port_cache_size(__tmem_cache),      \
				     TMEM_PORT_HERE);                         \
		tmem_port_cache_free(__tmem_cache, __tmem_object);            \
	})
#define kmem_cache_destroy(cache)                                             \
	({                                                                    \
		tmem_port_may_sleep("kmem_cache_destroy()", TMEM_PORT_HERE);  \
		tmem_port_cache_destroy(cache);                               \
	})
#define kzalloc(size, gfp)                                                    \
	({                                                                    \
		tmem_port_allocates("kzalloc()", (gfp), true, TMEM_PORT_HERE); \
		tmem_port_kzalloc(size);                                      \
	})
#define kvcalloc(n, size, gfp)                                                \
	({                                                                    \
		tmem_port_allocates("kvcalloc()", (gfp), false, TMEM_PORT_HERE); \
		tmem_port_kvcalloc((n), (size));                              \
	})
#define kvmalloc(size, gfp)                                                   \
	({                                                                    \
		gfp_t __tmem_gfp = (gfp);                                     \
		tmem_port_allocates("kvmalloc()", __tmem_gfp, false, TMEM_PORT_HERE); \
		tmem_port_kvmalloc((size), __tmem_gfp);                       \
	})
#define kfree(p)                                                              \
	({                                                                    \
		const void *__tmem_p = (p);                                   \
		tmem_port_lock_freed(__tmem_p, tmem_port_malloc_size(__tmem_p), \
				     TMEM_PORT_HERE);                         \
		tmem_port_kfree(__tmem_p);                                    \
	})
#define kvfree(p)                                                             \
	({                                                                    \
		const void *__tmem_p = (p);                                   \
		if (__tmem_p)                                                 \
			tmem_port_frees_vmalloc(TMEM_PORT_HERE);              \
		tmem_port_lock_freed(__tmem_p, tmem_port_malloc_size(__tmem_p), \
				     TMEM_PORT_HERE);                         \
		tmem_port_kvfree(__tmem_p);                                   \
	})
#define __get_free_page(gfp)                                                  \
	({                                                                    \
		gfp_t __tmem_gfp = (gfp);                                     \
		tmem_port_allocates("__get_free_page()", __tmem_gfp, true,    \
				    TMEM_PORT_HERE);                          \
		tmem_port_get_free_page(__tmem_gfp);                          \
	})

#else /* !TMEM_DEBUG */

#define kmem_cache_create(name, size, align, flags, ctor) \
	tmem_port_cache_create((name), (size), (align), (flags), (ctor))
#define kmem_cache_alloc(cache, gfp) tmem_port_cache_alloc((cache), (gfp))
#define kmem_cache_free(cache, object) tmem_port_cache_free((cache), (object))
#define kmem_cache_destroy(cache) tmem_port_cache_destroy(cache)
#define kzalloc(size, gfp) ((void)(gfp), tmem_port_kzalloc(size))
#define kvcalloc(n, size, gfp) ((void)(gfp), tmem_port_kvcalloc((n), (size)))
#define kvmalloc(size, gfp) tmem_port_kvmalloc((size), (gfp))
#define kfree(p) tmem_port_kfree(p)
#define kvfree(p) tmem_port_kvfree(p)
#define __get_free_page(gfp) tmem_port_get_free_page(gfp)

#endif /* TMEM_DEBUG */

#define free_page(addr) tmem_port_free_page(addr)

#endif /* TMEM_PORT_SLAB_H */
