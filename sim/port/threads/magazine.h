/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * magazine.h - objects of one size for the fast build: magazines of each CPU in
 * front of a depot.  magazine.c says how it works.
 */
#ifndef TMEM_PORT_MAGAZINE_H
#define TMEM_PORT_MAGAZINE_H

#include "internal.h"

#define TMEM_PORT_MAGAZINE 60	/* objects; 512 bytes in all */
#define TMEM_PORT_OBJECT_MAX (8 * 1024UL)

struct tmem_port_block;

struct tmem_port_magazine {
	struct tmem_port_magazine *next;	/* in one of the depot's lists */
	struct tmem_port_magazine *next_made;
	unsigned int nr;
	void *objects[TMEM_PORT_MAGAZINE];
};

/* What a CPU has of a depot; only its thread looks into it. */
struct tmem_port_loader {
	struct tmem_port_magazine *loaded;	/* NULL: never used before */
	struct tmem_port_magazine *spare;	/* full or empty */
	struct tmem_port_magazine own[2];
} ____cacheline_aligned_in_smp;

struct tmem_port_depot {
	struct tmem_port_loader *loaders;	/* by CPU */
	size_t size;				/* of an object, a multiple of align */
	size_t align;				/* a power of two up to PAGE_SIZE */
	unsigned int capacity;			/* of a magazine */

	/* All below: under lock. */
	struct tmem_port_ticket lock;
	struct tmem_port_magazine *filled, *empty;
	struct tmem_port_magazine *made;	/* all but those in loaders */
	struct tmem_port_block *blocks;		/* fully carved, but the first */
	char *fresh, *fresh_end;		/* not carved yet, of the first */
	void *loose;				/* chained, in no magazine */
	unsigned long nr_filled, trim_at;
};

/* 0 or -ENOMEM.  @size is a multiple of @align. */
int tmem_port_depot_init(struct tmem_port_depot *depot, size_t size, size_t align);

/* Gives all memory back, but that of the objects if @leaked. */
void tmem_port_depot_exit(struct tmem_port_depot *depot, bool leaked);

void *tmem_port_depot_refill(struct tmem_port_depot *depot,
			     struct tmem_port_loader *loader);
void tmem_port_depot_drain(struct tmem_port_depot *depot,
			   struct tmem_port_loader *loader, void *object);

static __always_inline struct tmem_port_loader *
tmem_port_loader(struct tmem_port_depot *depot)
{
	return &depot->loaders[tmem_port_this()->cpu];
}

/* An object, with what was in it when it was freed, or NULL: no memory. */
static __always_inline void *tmem_port_depot_alloc(struct tmem_port_depot *depot)
{
	struct tmem_port_loader *loader = tmem_port_loader(depot);
	struct tmem_port_magazine *mag = loader->loaded;

	if (likely(mag && mag->nr)) {
		void *object = mag->objects[--mag->nr];

		/* the next one's first line, to be written: as slabs do */
		if (mag->nr)
			__builtin_prefetch(mag->objects[mag->nr - 1], 1);
		return object;
	}
	return tmem_port_depot_refill(depot, loader);
}

static __always_inline void tmem_port_depot_free(struct tmem_port_depot *depot,
						 void *object)
{
	struct tmem_port_loader *loader = tmem_port_loader(depot);
	struct tmem_port_magazine *mag = loader->loaded;

	if (likely(mag && mag->nr < depot->capacity))
		mag->objects[mag->nr++] = object;
	else
		tmem_port_depot_drain(depot, loader, object);
}

#endif /* TMEM_PORT_MAGAZINE_H */
