// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * zs.c - size classes of compressed pages, with zsmalloc's arithmetic of 6.12.
 *
 *	class	objects of one size: 32 to 4096 bytes in steps of 16
 *	zspage	a chain of 1 to 8 page frames that holds objects of one class,
 *		as many frames as leave the smallest part unused
 *	huge	one object that fills one frame, and has no header
 *
 * Neighbouring sizes whose zspages have as many frames and objects share the
 * largest of them as their class.  An object starts with 8 bytes of its own (the
 * kernel keeps the handle there, here it is the way back to the zspage); a free
 * one keeps the number of the next free one instead.  Allocation fills the
 * fullest zspage that has room; an empty one is freed at once.
 *
 *	handle = address of the object (huge: of its struct zspage, plus 1)
 *
 * Lock order: the locks of classes are innermost; no two are held at once.  They
 * are taken with interrupts on, as in the kernel.
 */
#include <stdlib.h>

#include "internal.h"

#if TMEM_PORT_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, size) ((void)(p))
#define ASAN_UNPOISON_MEMORY_REGION(p, size) ((void)(p))
#endif

#define ZS_MIN_SIZE 32UL
#define ZS_MAX_SIZE PAGE_SIZE
#define ZS_STEP 16UL
#define ZS_CLASSES ((ZS_MAX_SIZE - ZS_MIN_SIZE) / ZS_STEP + 1)
#define ZS_MAX_CHAIN 8
#define ZS_HEADER sizeof(u64)
#define ZS_HUGE_TAG 1UL
#define ZS_NO_FREE U32_MAX

/* Fullness in tenths; the last group is full and never searched. */
#define ZS_GROUPS 12
#define ZS_GROUP_FULL (ZS_GROUPS - 1)

struct zs_class {
	spinlock_t lock;
	unsigned int size;	/* of an object, header included */
	unsigned int frames;	/* of a zspage */
	unsigned int objects;	/* of a zspage */
	struct list_head groups[ZS_GROUPS];
};

struct zspage {
	struct zs_class *class;
	struct list_head list;	/* in one of the class's groups */
	unsigned int inuse;
	unsigned int group;
	u32 free;		/* first free object, ZS_NO_FREE: none */
	char *mem;
};

struct zs_pool {
	char *name;
	atomic_long_t frames;
	struct zs_class *by_size[ZS_CLASSES];	/* shared by merged sizes */
};

/* ---- classes ---- */

static unsigned int class_index(size_t size)
{
	if (size <= ZS_MIN_SIZE)
		return 0;
	return min_t(size_t, DIV_ROUND_UP(size - ZS_MIN_SIZE, ZS_STEP), ZS_CLASSES - 1);
}

/* Frames of a chain of objects of @size: the first that wastes least. */
static unsigned int chain_frames(unsigned int size)
{
	unsigned int frames, best = 1, least = UINT_MAX;

	if (is_power_of_2(size))
		return 1;
	for (frames = 1; frames <= ZS_MAX_CHAIN; frames++) {
		unsigned int waste = frames * PAGE_SIZE % size;

		if (waste < least) {
			least = waste;
			best = frames;
		}
	}
	return best;
}

static bool class_is_huge(const struct zs_class *class)
{
	return class->frames == 1 && class->objects == 1;
}

static struct zs_class *class_create(unsigned int size, unsigned int frames)
{
	struct zs_class *class = calloc(1, sizeof(*class));
	int i;

	if (!class)
		return NULL;
	spin_lock_init(&class->lock);
	class->size = size;
	class->frames = frames;
	class->objects = frames * PAGE_SIZE / size;
	for (i = 0; i < ZS_GROUPS; i++)
		INIT_LIST_HEAD(&class->groups[i]);
	return class;
}

/* ---- zspages ---- */

static char *zspage_object(const struct zspage *zspage, u32 n)
{
	return zspage->mem + (size_t)n * zspage->class->size;
}

static unsigned int zspage_group(const struct zspage *zspage)
{
	if (zspage->inuse == zspage->class->objects)
		return ZS_GROUP_FULL;
	return 10 * zspage->inuse / zspage->class->objects + 1;
}

/* Every object is free and, to the address sanitizer, out of bounds. */
static struct zspage *zspage_create(struct zs_class *class)
{
	struct zspage *zspage = calloc(1, sizeof(*zspage));
	void *mem;
	u32 n;

	if (!zspage)
		return NULL;
	if (posix_memalign(&mem, PAGE_SIZE, class->frames * PAGE_SIZE)) {
		free(zspage);
		return NULL;
	}
	zspage->class = class;
	zspage->mem = mem;
	INIT_LIST_HEAD(&zspage->list);
	for (n = 0; n < class->objects; n++)
		*(u64 *)zspage_object(zspage, n) = n + 1 < class->objects ? n + 1 : ZS_NO_FREE;
	ASAN_POISON_MEMORY_REGION(mem, class->frames * PAGE_SIZE);
	return zspage;
}

static void zspage_free(struct zs_pool *pool, struct zspage *zspage)
{
	size_t bytes = zspage->class->frames * PAGE_SIZE;

	atomic_long_sub(zspage->class->frames, &pool->frames);
	ASAN_UNPOISON_MEMORY_REGION(zspage->mem, bytes);
	tmem_port_poison(zspage->mem, TMEM_PORT_POISON_FREE, bytes);
	free(zspage->mem);
	free(zspage);
}

/* Into the group that its fullness asks for. */
static void zspage_sort_locked(struct zspage *zspage)
{
	zspage->group = zspage_group(zspage);
	list_move(&zspage->list, &zspage->class->groups[zspage->group]);
}

static struct zspage *class_find_locked(struct zs_class *class)
{
	int group;

	for (group = ZS_GROUP_FULL - 1; group >= 0; group--)
		if (!list_empty(&class->groups[group]))
			return list_first_entry(&class->groups[group], struct zspage, list);
	return NULL;
}

static unsigned long object_take_locked(struct zspage *zspage)
{
	char *object = zspage_object(zspage, zspage->free);

	ASAN_UNPOISON_MEMORY_REGION(object, zspage->class->size);
	zspage->free = (u32)*(u64 *)object;
	zspage->inuse++;
	zspage_sort_locked(zspage);
	if (class_is_huge(zspage->class))
		return (unsigned long)zspage | ZS_HUGE_TAG;
	*(u64 *)object = (u64)(uintptr_t)zspage;
	return (unsigned long)object;
}

static struct zspage *handle_zspage(unsigned long handle)
{
	if (handle & ZS_HUGE_TAG)
		return (struct zspage *)(handle & ~ZS_HUGE_TAG);
	return (struct zspage *)(uintptr_t)*(u64 *)handle;
}

static char *handle_object(unsigned long handle)
{
	return handle & ZS_HUGE_TAG ? handle_zspage(handle)->mem : (char *)handle;
}

/* ---- the interface ---- */

unsigned long tmem_port_zs_malloc(struct zs_pool *pool, size_t size, gfp_t gfp)
{
	struct zs_class *class;
	struct zspage *zspage, *fresh = NULL;
	unsigned long handle;

	(void)gfp;
	if (tmem_port_fault())
		return (unsigned long)-ENOMEM;
	if (!size)
		return (unsigned long)-EINVAL;
	if (size > ZS_MAX_SIZE)
		return (unsigned long)-ENOSPC;

	class = pool->by_size[class_index(size + ZS_HEADER)];
	spin_lock(&class->lock);
	zspage = class_find_locked(class);
	if (!zspage) {
		/* like the kernel, one more even if room turns up meanwhile */
		spin_unlock(&class->lock);
		fresh = zspage_create(class);
		if (!fresh)
			return (unsigned long)-ENOMEM;
		atomic_long_add(class->frames, &pool->frames);
		spin_lock(&class->lock);
		zspage = fresh;
	}
	handle = object_take_locked(zspage);
	spin_unlock(&class->lock);
	tmem_port_count(TMEM_PORT_ZS_OBJECT, 1);
	return handle;
}

void tmem_port_zs_free(struct zs_pool *pool, unsigned long handle)
{
	struct zspage *zspage;
	struct zs_class *class;
	char *object;

	if (IS_ERR_VALUE(handle) || !handle)
		return;
	zspage = handle_zspage(handle);
	class = zspage->class;
	object = handle_object(handle);

	spin_lock(&class->lock);
	tmem_port_poison(object, TMEM_PORT_POISON_FREE, class->size);
	*(u64 *)object = zspage->free;
	zspage->free = (u32)((size_t)(object - zspage->mem) / class->size);
	ASAN_POISON_MEMORY_REGION(object, class->size);
	zspage->inuse--;
	if (zspage->inuse) {
		zspage_sort_locked(zspage);
		zspage = NULL;
	} else {
		list_del(&zspage->list);
	}
	spin_unlock(&class->lock);
	if (zspage)
		zspage_free(pool, zspage);
	tmem_port_count(TMEM_PORT_ZS_OBJECT, -1);
}

void *tmem_port_zs_map(struct zs_pool *pool, unsigned long handle, enum zs_mapmode mode)
{
	(void)pool;
	(void)mode;
	return handle_object(handle) + (handle & ZS_HUGE_TAG ? 0 : ZS_HEADER);
}

unsigned long zs_get_total_pages(struct zs_pool *pool)
{
	return (unsigned long)atomic_long_read(&pool->frames);
}

static void classes_free(struct zs_pool *pool)
{
	struct zs_class *last = NULL;
	unsigned int i;

	for (i = 0; i < ZS_CLASSES; i++) {
		if (pool->by_size[i] && pool->by_size[i] != last)
			free(last);
		if (pool->by_size[i])
			last = pool->by_size[i];
	}
	free(last);
}

/* From the largest size down, so that merged sizes share the largest. */
static bool classes_create(struct zs_pool *pool)
{
	struct zs_class *above = NULL;
	int i;

	for (i = ZS_CLASSES - 1; i >= 0; i--) {
		unsigned int size = ZS_MIN_SIZE + i * ZS_STEP;
		unsigned int frames = chain_frames(size);

		if (!above || above->frames != frames ||
		    above->objects != frames * PAGE_SIZE / size)
			above = class_create(size, frames);
		if (!above)
			return false;
		pool->by_size[i] = above;
	}
	return true;
}

struct zs_pool *tmem_port_zs_create_pool(const char *name)
{
	struct zs_pool *pool;

	if (tmem_port_fault())
		return NULL;
	pool = calloc(1, sizeof(*pool));
	if (!pool)
		return NULL;
	pool->name = strdup(name);
	if (!pool->name || !classes_create(pool)) {
		classes_free(pool);
		free(pool->name);
		free(pool);
		return NULL;
	}
	tmem_port_count(TMEM_PORT_ZS_POOL, 1);
	return pool;
}

void tmem_port_zs_destroy_pool(struct zs_pool *pool)
{
	long frames = atomic_long_read(&pool->frames);

	if (frames) {
		pr_err("zs_destroy_pool(%s): %ld page frames are still in use\n",
		       pool->name, frames);
		tmem_port_count_warning();
	}
	classes_free(pool);
	free(pool->name);
	free(pool);
	tmem_port_count(TMEM_PORT_ZS_POOL, -1);
}
