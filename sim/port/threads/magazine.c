// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * magazine.c - objects of one size for the fast build.
 *
 *	CPU:	loaded + spare magazine		an object is popped or pushed
 *	depot:	filled, empty magazines		a magazine is exchanged, locked
 *	arena:	blocks of 64 KiB		objects are carved, locked
 *
 * A magazine is an array of free objects.  A CPU works on its loaded one; when
 * that is empty (full) it changes places with the spare one, and only when that
 * is no better is a magazine exchanged with the depot: once in TMEM_PORT_MAGAZINE
 * operations at most, whatever their order.  No object is touched on the way.
 * So a CPU parks two magazines at most, and the depot the rest of what is free.
 *
 * When the depot has much of that, it looks for blocks of which every object is
 * in a filled magazine, and gives them back.  All go back when it is destroyed.
 *
 * Magazines are made when objects are freed, so that objects in use cost nothing
 * but themselves.  Where there is no memory for one, a full magazine's objects are
 * chained through their first words (loose), and it is empty: freeing never fails.
 *
 * A. A loader belongs to a CPU number, hence to one thread; numbers change hands
 *    under tmem_port_threads_lock.
 * B. Packing the objects of filled magazines into others takes one empty magazine
 *    to begin with: whenever one more has been filled, as many as were filled have
 *    been emptied.
 *
 * Lock order: depot lock, then the arena's.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include "arena.h"
#include "magazine.h"

#define LOADERS_BYTES (TMEM_PORT_MAX_CPUS * sizeof(struct tmem_port_loader))
#define TRIM_BYTES (1UL << 20)	/* free in the depot before it looks for blocks */

static void push(struct tmem_port_magazine **list, struct tmem_port_magazine *mag)
{
	mag->next = *list;
	*list = mag;
}

static struct tmem_port_magazine *pop(struct tmem_port_magazine **list)
{
	struct tmem_port_magazine *mag = *list;

	if (mag)
		*list = mag->next;
	return mag;
}

int tmem_port_depot_init(struct tmem_port_depot *depot, size_t size, size_t align)
{
	memset(depot, 0, sizeof(*depot));
	/* a mapping, of which only what CPUs use costs memory */
	depot->loaders = mmap(NULL, LOADERS_BYTES, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (depot->loaders == MAP_FAILED)
		return -ENOMEM;
	depot->size = size;
	depot->align = align;
	/* page frames: not many of them */
	depot->capacity = size < PAGE_SIZE ? TMEM_PORT_MAGAZINE : 16;
	depot->trim_at = TRIM_BYTES / size;
	return 0;
}

/* ---- blocks ---- */

static void block_link(struct tmem_port_depot *depot, struct tmem_port_block *block)
{
	block->next = depot->blocks;
	block->pprev = &depot->blocks;
	if (block->next)
		block->next->pprev = &block->next;
	depot->blocks = block;
}

static void block_give_back(struct tmem_port_block *block)
{
	char *start = tmem_port_block_start(block);

	*block->pprev = block->next;
	if (block->next)
		block->next->pprev = block->pprev;
	tmem_port_show(start, tmem_port_block_end(block) - start);
	tmem_port_block_put(block);
}

/* An empty magazine, or NULL: no memory. */
static struct tmem_port_magazine *empty_magazine(struct tmem_port_depot *depot)
{
	struct tmem_port_magazine *mag = pop(&depot->empty);

	if (mag)
		return mag;
	mag = malloc(sizeof(*mag));
	if (mag) {
		mag->nr = 0;
		mag->next_made = depot->made;
		depot->made = mag;
	}
	return mag;
}

static bool block_add(struct tmem_port_depot *depot)
{
	struct tmem_port_block *block = tmem_port_block_get();
	char *start, *end;

	if (!block)
		return false;
	start = tmem_port_block_start(block);
	start = (char *)round_up((uintptr_t)start, (uintptr_t)depot->align);
	end = tmem_port_block_end(block);
	block->nr = (unsigned int)((end - start) / depot->size);
	tmem_port_hide(start, end - start);
	block_link(depot, block);
	depot->fresh = start;
	depot->fresh_end = start + block->nr * depot->size;
	return true;
}

/* Fills @mag with objects that never were used, the lowest on top. */
static void carve(struct tmem_port_depot *depot, struct tmem_port_magazine *mag)
{
	unsigned long n;

	if (depot->fresh == depot->fresh_end && !block_add(depot))
		return;
	n = (unsigned long)(depot->fresh_end - depot->fresh) / depot->size;
	mag->nr = (unsigned int)min_t(unsigned long, n, depot->capacity);
	for (n = mag->nr; n; depot->fresh += depot->size)
		mag->objects[--n] = depot->fresh;
}

/* ---- objects for which there is no magazine ---- */

static void spill(struct tmem_port_depot *depot, struct tmem_port_magazine *mag)
{
	while (mag->nr) {
		void **object = mag->objects[--mag->nr];

		tmem_port_show(object, sizeof(*object));
		*object = depot->loose;
		tmem_port_hide(object, sizeof(*object));
		depot->loose = object;
	}
}

static void collect(struct tmem_port_depot *depot, struct tmem_port_magazine *mag)
{
	while (depot->loose && mag->nr < depot->capacity) {
		void **object = depot->loose;

		tmem_port_show(object, sizeof(*object));
		depot->loose = *object;
		tmem_port_hide(object, sizeof(*object));
		mag->objects[mag->nr++] = object;
	}
}

/* ---- giving back ---- */

/* Counts what is free by block, and takes the filled magazines. */
static struct tmem_port_magazine *trim_count(struct tmem_port_depot *depot)
{
	struct tmem_port_magazine *mag, *all = depot->filled;
	struct tmem_port_block *block;
	unsigned int i;

	for (block = depot->blocks; block; block = block->next)
		block->idle = 0;
	for (mag = all; mag; mag = mag->next)
		for (i = 0; i < mag->nr; i++)
			tmem_port_block_of(mag->objects[i])->idle++;
	depot->filled = NULL;
	depot->nr_filled = 0;
	return all;
}

static bool block_unused(const struct tmem_port_depot *depot,
			 const struct tmem_port_block *block)
{
	/* the one that is being carved has objects in no magazine */
	return block->idle == block->nr &&
	       (block != depot->blocks || depot->fresh == depot->fresh_end);
}

static void file_away(struct tmem_port_depot *depot, struct tmem_port_magazine *mag)
{
	depot->nr_filled += mag->nr;
	push(mag->nr ? &depot->filled : &depot->empty, mag);
}

/* Moves the objects of blocks in use to other magazines, @to first; see B. */
static void trim_pack(struct tmem_port_depot *depot, struct tmem_port_magazine *all,
		      struct tmem_port_magazine *to)
{
	struct tmem_port_magazine *from;
	unsigned int i;

	while ((from = pop(&all))) {
		for (i = 0; i < from->nr; i++) {
			void *object = from->objects[i];

			if (block_unused(depot, tmem_port_block_of(object)))
				continue;
			if (to->nr == depot->capacity) {
				file_away(depot, to);
				to = pop(&depot->empty);
			}
			to->objects[to->nr++] = object;
		}
		from->nr = 0;
		push(&depot->empty, from);
	}
	file_away(depot, to);
}

static void trim(struct tmem_port_depot *depot)
{
	struct tmem_port_magazine *first = empty_magazine(depot);
	struct tmem_port_block *block, *next;

	if (!first)
		return;
	trim_pack(depot, trim_count(depot), first);
	for (block = depot->blocks; block; block = next) {
		next = block->next;
		if (block_unused(depot, block))
			block_give_back(block);
	}
	/* not before as much again is free, so an object pays for a few looks */
	depot->trim_at = max(TRIM_BYTES / depot->size, 2 * depot->nr_filled);
}

/* ---- exchange ---- */

static void loader_swap(struct tmem_port_loader *loader)
{
	struct tmem_port_magazine *mag = loader->loaded;

	loader->loaded = loader->spare;
	loader->spare = mag;
}

static void loader_first_use(struct tmem_port_loader *loader)
{
	if (loader->loaded)
		return;
	loader->loaded = &loader->own[0];
	loader->spare = &loader->own[1];
}

/* The loaded magazine is empty. */
void *tmem_port_depot_refill(struct tmem_port_depot *depot,
			     struct tmem_port_loader *loader)
{
	struct tmem_port_magazine *mag;

	loader_first_use(loader);
	loader_swap(loader);
	if (!loader->loaded->nr) {
		tmem_port_ticket_lock(&depot->lock);
		mag = pop(&depot->filled);
		if (mag) {
			depot->nr_filled -= mag->nr;
			push(&depot->empty, loader->loaded);
			loader->loaded = mag;
		} else if (depot->loose) {
			collect(depot, loader->loaded);
		} else {
			carve(depot, loader->loaded);
		}
		tmem_port_ticket_unlock(&depot->lock);
	}
	mag = loader->loaded;
	return mag->nr ? mag->objects[--mag->nr] : NULL;
}

/* The loaded magazine is full. */
void tmem_port_depot_drain(struct tmem_port_depot *depot,
			   struct tmem_port_loader *loader, void *object)
{
	struct tmem_port_magazine *mag;

	loader_first_use(loader);
	loader_swap(loader);
	if (loader->loaded->nr == depot->capacity) {
		tmem_port_ticket_lock(&depot->lock);
		if (depot->nr_filled >= depot->trim_at)
			trim(depot);
		mag = empty_magazine(depot);
		if (mag) {
			file_away(depot, loader->loaded);
			loader->loaded = mag;
		} else {
			spill(depot, loader->loaded);
		}
		tmem_port_ticket_unlock(&depot->lock);
	}
	mag = loader->loaded;
	mag->objects[mag->nr++] = object;
}

void tmem_port_depot_exit(struct tmem_port_depot *depot, bool leaked)
{
	struct tmem_port_magazine *mag, *next;

	while (depot->blocks && !leaked)
		block_give_back(depot->blocks);
	for (mag = depot->made; mag; mag = next) {
		next = mag->next_made;
		free(mag);
	}
	munmap(depot->loaders, LOADERS_BYTES);
}
