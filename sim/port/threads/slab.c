// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * slab.c - memory, counted by kind: over malloc(), and in the fast build over
 * magazine.c where it is slab objects or page frames.
 *
 * A cache has a number among the kinds of allocations, for its counters.  The
 * number of a cache that was destroyed with objects alive is never given again,
 * so the leak stays visible in tmem_port_live_print().
 *
 * In debug builds kmalloc and kvmalloc memory has a header in front, which knows
 * its size and kind; so freeing with the wrong function, or twice, is told.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include "internal.h"
#include "magazine.h"

#define CACHE_NAME 32
#define HUGE_PAGE (2UL << 20)	/* of x86-64; elsewhere just an alignment */

struct kmem_cache {
	unsigned int kind;
	size_t size;		/* a multiple of align */
	size_t object_size;	/* as asked for */
	size_t align;
	void (*ctor)(void *object);
#if TMEM_PORT_FAST
	struct tmem_port_depot depot;
#endif
};

/* Names by kind, empty where free; under names_lock. */
static struct tmem_port_ticket names_lock;
static char names[TMEM_PORT_NR_KINDS][CACHE_NAME] = {
	[TMEM_PORT_KMALLOC] = "kmalloc",
	[TMEM_PORT_KVMALLOC] = "kvmalloc",
	[TMEM_PORT_PAGE] = "page frames",
	[TMEM_PORT_PERCPU] = "per-CPU variables",
	[TMEM_PORT_CACHE] = "slab caches",
	[TMEM_PORT_ZS_POOL] = "zs pools",
	[TMEM_PORT_ZS_OBJECT] = "zs objects",
};

long tmem_port_live_kind(unsigned int kind)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(tmem_port_live_slots[cpu][kind]);
	return sum;
}

const char *tmem_port_cache_name(unsigned int kind)
{
	return names[kind][0] ? names[kind] : NULL;
}

static unsigned int kind_get(const char *name)
{
	unsigned int kind;

	tmem_port_ticket_lock(&names_lock);
	for (kind = TMEM_PORT_FIRST_CACHE; kind < TMEM_PORT_NR_KINDS; kind++) {
		if (!names[kind][0]) {
			strncpy(names[kind], *name ? name : "unnamed", CACHE_NAME - 1);
			break;
		}
	}
	tmem_port_ticket_unlock(&names_lock);
	return kind;
}

static void kind_put(unsigned int kind)
{
	tmem_port_ticket_lock(&names_lock);
	memset(names[kind], 0, CACHE_NAME);
	tmem_port_ticket_unlock(&names_lock);
}

/* ---- objects, by build ---- */

#if TMEM_PORT_FAST

static int objects_init(struct kmem_cache *cache)
{
	if (cache->size > TMEM_PORT_OBJECT_MAX || cache->align > PAGE_SIZE) {
		pr_err("objects of %zu bytes are too large for a slab\n", cache->size);
		return -EINVAL;
	}
	return tmem_port_depot_init(&cache->depot, cache->size, cache->align);
}

static void objects_exit(struct kmem_cache *cache, bool leaked)
{
	tmem_port_depot_exit(&cache->depot, leaked);
}

static inline void *object_get(struct kmem_cache *cache)
{
	void *object = tmem_port_depot_alloc(&cache->depot);

	if (likely(object))
		tmem_port_show(object, cache->object_size);
	return object;
}

static inline void object_put(struct kmem_cache *cache, void *object)
{
	tmem_port_hide(object, cache->object_size);
	tmem_port_depot_free(&cache->depot, object);
}

#else

static int objects_init(struct kmem_cache *cache)
{
	(void)cache;
	return 0;
}

static void objects_exit(struct kmem_cache *cache, bool leaked)
{
	(void)cache;
	(void)leaked;
}

/* malloc() serves up to its own alignment without waste. */
static void *object_get(struct kmem_cache *cache)
{
	void *p = NULL;

	if (cache->align <= _Alignof(max_align_t))
		return malloc(cache->size);
	return posix_memalign(&p, cache->align, cache->size) ? NULL : p;
}

static void object_put(struct kmem_cache *cache, void *object)
{
	tmem_port_poison(object, TMEM_PORT_POISON_FREE, cache->object_size);
	free(object);
}

#endif /* TMEM_PORT_FAST */

/* ---- caches ---- */

struct kmem_cache *tmem_port_cache_create(const char *name, unsigned int size,
					  unsigned int align, unsigned int flags,
					  void (*ctor)(void *))
{
	struct kmem_cache *cache;

	if (tmem_port_fault())
		return NULL;
	cache = calloc(1, sizeof(*cache));
	if (!cache)
		return NULL;
	cache->align = max_t(size_t, align, sizeof(void *));
	if (flags & SLAB_HWCACHE_ALIGN)
		cache->align = max_t(size_t, cache->align, 64);
	cache->object_size = size;
	cache->size = round_up(max_t(size_t, size, 1), cache->align);
	cache->ctor = ctor;
	if (objects_init(cache))
		goto free;
	cache->kind = kind_get(name);
	if (cache->kind == TMEM_PORT_NR_KINDS) {
		pr_err("kmem_cache_create(%s): too many caches\n", name);
		goto exit_objects;
	}
	tmem_port_count(TMEM_PORT_CACHE, 1);
	return cache;

exit_objects:
	objects_exit(cache, false);
free:
	free(cache);
	return NULL;
}

size_t tmem_port_cache_size(const struct kmem_cache *cache)
{
	return cache->object_size;
}

void *tmem_port_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	void *object;

	if (tmem_port_fault())
		return NULL;
	object = object_get(cache);
	if (unlikely(!object))
		return NULL;
	if (gfp & __GFP_ZERO)
		memset(object, 0, cache->object_size);
	else
		tmem_port_poison(object, TMEM_PORT_POISON_NEW, cache->object_size);
	if (unlikely(cache->ctor))
		cache->ctor(object);
	tmem_port_count(cache->kind, 1);
	return object;
}

void tmem_port_cache_free(struct kmem_cache *cache, void *object)
{
	if (unlikely(!object))
		return;
	tmem_port_count(cache->kind, -1);
	object_put(cache, object);
}

void tmem_port_cache_destroy(struct kmem_cache *cache)
{
	long live;

	if (!cache)
		return;
	live = tmem_port_live_kind(cache->kind);
	if (live) {
		pr_err("kmem_cache_destroy(%s): %ld objects are still alive\n",
		       names[cache->kind], live);
		tmem_port_count_warning();
	} else {
		kind_put(cache->kind);
	}
	objects_exit(cache, live);
	tmem_port_count(TMEM_PORT_CACHE, -1);
	free(cache);
}

/* ---- kmalloc and kvmalloc ---- */

#if TMEM_DEBUG

#define MALLOC_MAGIC 0x6d616c6cU

struct malloc_header {
	u32 magic;
	u32 kind;
	size_t size;
} __attribute__((__aligned__(16)));

static void *counted_malloc(unsigned int kind, size_t size, bool zero)
{
	struct malloc_header *h;

	if (size > SIZE_MAX - sizeof(*h))
		return NULL;
	h = malloc(sizeof(*h) + size);
	if (!h)
		return NULL;
	h->magic = MALLOC_MAGIC;
	h->kind = kind;
	h->size = size;
	memset(h + 1, zero ? 0 : TMEM_PORT_POISON_NEW, size);
	tmem_port_count(kind, 1);
	return h + 1;
}

static void counted_free(unsigned int kind, const void *p)
{
	struct malloc_header *h = (struct malloc_header *)(uintptr_t)p - 1;

	/* kvfree() takes both kinds, kfree() only its own */
	if (h->magic != MALLOC_MAGIC || (kind == TMEM_PORT_KMALLOC && h->kind != kind))
		tmem_port_violation("freed", TMEM_PORT_HERE, NULL, NULL,
				    "%s of memory that is %s",
				    kind == TMEM_PORT_KMALLOC ? "kfree()" : "kvfree()",
				    h->magic == MALLOC_MAGIC ? "from kvmalloc()" :
							       "not allocated");
	tmem_port_count(h->kind, -1);
	tmem_port_poison(h, TMEM_PORT_POISON_FREE, sizeof(*h) + h->size);
	free(h);
}

size_t tmem_port_malloc_size(const void *p)
{
	return p ? ((const struct malloc_header *)p - 1)->size : 0;
}

#else

/* Aligned as the kernel's, and like its vmalloc() in huge pages where it is large. */
static void *large_malloc(size_t size)
{
	size_t align = size < PAGE_SIZE ? SMP_CACHE_BYTES :
		       size < HUGE_PAGE ? PAGE_SIZE : HUGE_PAGE;
	void *p;

	if (posix_memalign(&p, align, size))
		return NULL;
	if (align == HUGE_PAGE)
		(void)madvise(p, size & ~(HUGE_PAGE - 1), MADV_HUGEPAGE);
	return p;
}

static void *counted_malloc(unsigned int kind, size_t size, bool zero)
{
	void *p = kind == TMEM_PORT_KVMALLOC ? large_malloc(size) : malloc(size);

	if (!p)
		return NULL;
	if (zero)
		memset(p, 0, size);
	tmem_port_count(kind, 1);
	return p;
}

static void counted_free(unsigned int kind, const void *p)
{
	tmem_port_count(kind, -1);
	free((void *)(uintptr_t)p);
}

#endif /* TMEM_DEBUG */

void *tmem_port_kzalloc(size_t size)
{
	return tmem_port_fault() ? NULL : counted_malloc(TMEM_PORT_KMALLOC, size, true);
}

void *tmem_port_kvcalloc(size_t n, size_t size)
{
	size_t bytes;

	if (tmem_port_fault() || __builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return counted_malloc(TMEM_PORT_KVMALLOC, bytes, true);
}

void *tmem_port_kvmalloc(size_t size, gfp_t gfp)
{
	if (tmem_port_fault())
		return NULL;
	return counted_malloc(TMEM_PORT_KVMALLOC, size, gfp & __GFP_ZERO);
}

void tmem_port_kfree(const void *p)
{
	if (p)
		counted_free(TMEM_PORT_KMALLOC, p);
}

void tmem_port_kvfree(const void *p)
{
	if (p)
		counted_free(TMEM_PORT_KVMALLOC, p);
}

/* ---- page frames ---- */

#if TMEM_PORT_FAST

/* Never destroyed: what it parks is given back when much of it is free. */
static struct tmem_port_depot frames;

void tmem_port_frames_init(void)
{
	if (tmem_port_depot_init(&frames, PAGE_SIZE, PAGE_SIZE)) {
		tmem_port_log("tmem port: no memory for the page frames\n");
		abort();
	}
}

static inline void *frame_get(void)
{
	void *page;

	(void)tmem_port_this();		/* the first use makes the depot */
	page = tmem_port_depot_alloc(&frames);
	if (likely(page))
		tmem_port_show(page, PAGE_SIZE);
	return page;
}

static inline void frame_put(void *page)
{
	tmem_port_hide(page, PAGE_SIZE);
	tmem_port_depot_free(&frames, page);
}

#else

void tmem_port_frames_init(void)
{
}

static void *frame_get(void)
{
	void *page;

	return posix_memalign(&page, PAGE_SIZE, PAGE_SIZE) ? NULL : page;
}

static void frame_put(void *page)
{
	tmem_port_poison(page, TMEM_PORT_POISON_FREE, PAGE_SIZE);
	free(page);
}

#endif /* TMEM_PORT_FAST */

unsigned long tmem_port_get_free_page(gfp_t gfp)
{
	void *page;

	if (tmem_port_fault())
		return 0;
	page = frame_get();
	if (unlikely(!page))
		return 0;
	if (gfp & __GFP_ZERO)
		memset(page, 0, PAGE_SIZE);
	else
		tmem_port_poison(page, TMEM_PORT_POISON_NEW, PAGE_SIZE);
	tmem_port_count(TMEM_PORT_PAGE, 1);
	return (unsigned long)page;
}

void tmem_port_free_page(unsigned long addr)
{
	if (!addr)
		return;
	tmem_port_count(TMEM_PORT_PAGE, -1);
	frame_put((void *)addr);
}
