// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mixed.c - tmem operations of several clients that keep to the rules
 *
 * Every client knows what it holds, as a kernel does, and never asks for what it
 * has or puts what it has not:
 *
 *	a page of a file	get, when it is read and not cached; held until
 *	(ephemeral, shared)	it leaves its client's page cache: put.  A flush
 *				when it is overwritten, truncated or deleted.
 *				In a shared pool every write flushes, and no
 *				other client of the group holds the page then.
 *	a slot of a swap	put when it is swapped out; got any number of
 *	device (persistent)	times, put again while in use; flushed when it
 *				is freed, before the next page may have it
 *
 * What is held is one bit a page; the page cache is a ring of page numbers that
 * leave in the order in which they came.  A page that was flushed leaves its
 * number in the ring, which is skipped when it comes to the end.
 *
 * A client does a step, some tens of operations at most, and mostly goes on with
 * the next one.  Steps are not interleaved, so a shared page that was flushed is
 * not put by one who has not seen that.  Files are popular by a Zipf law and are
 * read in short runs, more often near their beginnings.
 *
 *	file step	read 1 to 32 pages; write as many (--writes percent); one
 *			of 64 truncates or punches a hole, one of 256 deletes
 *	swap step	swap out 1 to 32 pages into the next free slots, or over
 *			ones in use; swap in a window of 8 and mostly free it; a
 *			process ends and frees slots; now and then a slice of the
 *			device is given up
 */
#include "internal.h"

#include <errno.h>
#include <stdlib.h>

#define MAX_RUN		32U
#define SLICE		1024U		/* swap slots of an object */
#define EXIT_SLOTS	64U
#define WINDOW		8U
#define STAY_ODDS	8U		/* steps of a client in a row */
#define MIGRATE_ODDS	16U

struct client {
	uint64_t *held;			/* a bit a page of the files */
	uint32_t *ring;			/* the page cache, the oldest at head */
	uint64_t head;
	uint64_t nr;
	uint64_t *slots;		/* a bit a swap slot in use */
	uint64_t used;
	uint64_t cursor;		/* where the last free slot was found */
};

struct mixed {
	struct gen *g;
	struct client *clients;
	struct gen_files files;
	struct zipf popular;
	struct scatter places;
	uint64_t shared_objects;	/* the first ones */
	uint32_t me;			/* who does this step */
};

static inline uint32_t draw(struct mixed *m, uint64_t below)
{
	return random_below(&m->g->random, below);
}

static inline uint64_t test_bit(const uint64_t *bits, uint64_t n)
{
	return bits[n / 64] >> n % 64 & 1;
}

static inline void set_bit(uint64_t *bits, uint64_t n)
{
	bits[n / 64] |= 1ULL << n % 64;
}

static inline void clear_bit(uint64_t *bits, uint64_t n)
{
	bits[n / 64] &= ~(1ULL << n % 64);
}

static void clear_bits(uint64_t *bits, uint64_t n, uint64_t end)
{
	for (; n < end && n % 64; n++)
		clear_bit(bits, n);
	for (; n + 64 <= end; n += 64)
		bits[n / 64] = 0;
	for (; n < end; n++)
		clear_bit(bits, n);
}

/* ---- files ---- */

static inline uint64_t is_shared(const struct mixed *m, uint64_t object)
{
	return object < m->shared_objects;
}

static int send_file(struct mixed *m, enum trace_op op, uint64_t object,
		     uint32_t index, uint32_t count)
{
	uint32_t pool = is_shared(m, object) ?
		gen_shared_pool(m->g->config, m->me) : m->me;

	gen_actor(m->g, m->me, pool);
	return gen_send(m->g, op, object, index, count);
}

/* A page comes in; the oldest one leaves where there is no room. */
static int cache_add(struct mixed *m, uint64_t page)
{
	uint64_t size = m->g->config->cache, old;
	struct client *c = &m->clients[m->me];
	uint32_t object;
	int rc = 0;

	if (c->nr == size) {
		old = c->ring[c->head];
		c->head = c->head + 1 == size ? 0 : c->head + 1;
		c->nr--;
		if (test_bit(c->held, old)) {
			clear_bit(c->held, old);
			object = gen_files_object(&m->files, old);
			rc = send_file(m, TRACE_PUT, object,
				       old - gen_files_start(&m->files, object), 1);
		}
	}
	c->ring[c->head + c->nr < size ? c->head + c->nr : c->head + c->nr - size] = page;
	c->nr++;
	set_bit(c->held, page);
	return rc;
}

/* Nobody else who shares this file holds these pages any more. */
static void others_drop(struct mixed *m, uint64_t object, uint64_t page, uint64_t end)
{
	uint32_t i = m->me - m->me % GEN_GROUP, last = i + GEN_GROUP;

	if (!is_shared(m, object))
		return;
	if (last > m->g->config->clients)
		last = m->g->config->clients;
	for (; i < last; i++) {
		if (i != m->me)
			clear_bits(m->clients[i].held, page, end);
	}
}

static int read_page(struct mixed *m, uint64_t object, uint32_t index, uint64_t page)
{
	int rc;

	if (test_bit(m->clients[m->me].held, page))
		return 0;
	rc = send_file(m, TRACE_GET, object, index, 1);
	return rc ? rc : cache_add(m, page);
}

static int write_page(struct mixed *m, uint64_t object, uint32_t index, uint64_t page)
{
	uint64_t held = test_bit(m->clients[m->me].held, page);
	int rc = 0;

	if (!held || is_shared(m, object)) {
		rc = send_file(m, TRACE_FLUSH, object, index, 1);
		others_drop(m, object, page, page + 1);
	}
	return rc || held ? rc : cache_add(m, page);
}

/* Truncation to a length, or a hole. */
static int truncate_file(struct mixed *m, uint64_t object)
{
	uint64_t size = gen_files_size(&m->files, object);
	uint64_t start = gen_files_start(&m->files, object);
	uint64_t index = draw(m, size), count = size - index;

	if (draw(m, 2))
		count = 1 + (uint64_t)draw(m, count);
	clear_bits(m->clients[m->me].held, start + index, start + index + count);
	others_drop(m, object, start + index, start + index + count);
	if (count > UINT32_MAX)
		return send_file(m, TRACE_FLUSH_OBJECT, object, 0, 1);
	return send_file(m, TRACE_FLUSH, object, index, count);
}

static int delete_file(struct mixed *m, uint64_t object)
{
	uint64_t start = gen_files_start(&m->files, object);
	uint64_t end = start + gen_files_size(&m->files, object);

	clear_bits(m->clients[m->me].held, start, end);
	others_drop(m, object, start, end);
	return send_file(m, TRACE_FLUSH_OBJECT, object, 0, 1);
}

static int file_step(struct mixed *m)
{
	uint32_t what = draw(m, 256), write, run;
	uint64_t object, size, index, start;
	int rc = 0;

	if (what == 0)
		return delete_file(m, draw(m, m->files.objects));
	if (what <= 4)
		return truncate_file(m, draw(m, m->files.objects));
	object = scatter(&m->places, zipf_draw(&m->popular, &m->g->random));
	size = gen_files_size(&m->files, object);
	start = gen_files_start(&m->files, object);
	index = draw(m, 1 + (uint64_t)draw(m, size));
	run = 1 + draw(m, 1 + draw(m, MAX_RUN));
	write = draw(m, 100) < m->g->config->writes;
	for (; run && index < size && !rc; run--, index++)
		rc = write ? write_page(m, object, index, start + index) :
			     read_page(m, object, index, start + index);
	return rc;
}

/* ---- swap ---- */

static int send_swap(struct mixed *m, enum trace_op op, uint64_t slot)
{
	gen_actor(m->g, m->me, gen_swap_pool(m->g->config, m->me));
	return gen_send(m->g, op, slot / SLICE, slot % SLICE, 1);
}

static int free_slot(struct mixed *m, uint64_t slot)
{
	struct client *c = &m->clients[m->me];

	clear_bit(c->slots, slot);
	c->used--;
	return send_swap(m, TRACE_FLUSH, slot);
}

/* A process ends: what it had on swap is freed, slot by slot. */
static int process_exit(struct mixed *m)
{
	uint64_t size = m->g->config->swap_pages;
	struct client *c = &m->clients[m->me];
	uint64_t slot = draw(m, size), end = slot + EXIT_SLOTS;
	int rc = 0;

	for (; slot < end && slot < size && !rc; slot++) {
		if (test_bit(c->slots, slot))
			rc = free_slot(m, slot);
	}
	return rc;
}

static int swap_out(struct mixed *m)
{
	uint64_t size = m->g->config->swap_pages;
	struct client *c = &m->clients[m->me];
	uint32_t run = 1 + draw(m, MAX_RUN);
	int rc = 0;

	if (c->used + MAX_RUN > size - size / 8)
		return process_exit(m);
	for (; run && !rc; run--) {
		do
			c->cursor = c->cursor + 1 < size ? c->cursor + 1 : 0;
		while (test_bit(c->slots, c->cursor));
		set_bit(c->slots, c->cursor);
		c->used++;
		rc = send_swap(m, TRACE_PUT, c->cursor);
	}
	return rc;
}

/* A slot in use, sooner one that was used lately; the device's size if unlucky. */
static uint64_t find_slot(struct mixed *m)
{
	uint64_t size = m->g->config->swap_pages, back, slot;
	struct client *c = &m->clients[m->me];
	int tries;

	for (tries = 0; tries < 8; tries++) {
		back = draw(m, 1 + (uint64_t)draw(m, size));
		slot = c->cursor >= back ? c->cursor - back : c->cursor + size - back;
		if (test_bit(c->slots, slot))
			return slot;
	}
	return size;
}

/* Pages that were changed again go to where they have been. */
static int swap_again(struct mixed *m)
{
	uint64_t slot = find_slot(m);

	return slot < m->g->config->swap_pages ? send_swap(m, TRACE_PUT, slot) : swap_out(m);
}

/* Readahead brings in a window; what was wanted is mostly freed at once. */
static int swap_in(struct mixed *m)
{
	uint64_t size = m->g->config->swap_pages, slot = find_slot(m), end;
	struct client *c = &m->clients[m->me];
	uint32_t keep = draw(m, 4) == 0;
	int rc = 0;

	if (slot == size)
		return swap_out(m);
	slot -= slot % WINDOW;
	end = slot + WINDOW < size ? slot + WINDOW : size;
	for (; slot < end && !rc; slot++) {
		if (!test_bit(c->slots, slot))
			continue;
		rc = send_swap(m, TRACE_GET, slot);
		if (!rc && !keep)
			rc = free_slot(m, slot);
	}
	return rc;
}

/* All slots of one object at once, as when a device is switched off. */
static int give_up_slice(struct mixed *m)
{
	uint64_t size = m->g->config->swap_pages;
	struct client *c = &m->clients[m->me];
	uint64_t slice = draw(m, (size + SLICE - 1) / SLICE);
	uint64_t start = slice * SLICE, end = start + SLICE, i;

	if (end > size)
		end = size;
	for (i = start; i < end; i++)
		c->used -= test_bit(c->slots, i);
	clear_bits(c->slots, start, end);
	gen_actor(m->g, m->me, gen_swap_pool(m->g->config, m->me));
	return gen_send(m->g, TRACE_FLUSH_OBJECT, slice, 0, 1);
}

static int swap_step(struct mixed *m)
{
	uint32_t what = draw(m, 1024);

	if (what == 0)
		return give_up_slice(m);
	if (what < 400)
		return swap_out(m);
	if (what < 450)
		return swap_again(m);
	if (what < 950)
		return swap_in(m);
	return process_exit(m);
}

/* ---- all of it ---- */

static int mixed_init(struct mixed *m)
{
	const struct gen_config *c = m->g->config;
	uint32_t i;
	int rc;

	gen_files_init(&m->files, c);
	scatter_init(&m->places, c->objects, c->seed);
	m->shared_objects = c->objects * c->shared / 100;
	rc = zipf_init(&m->popular, c->objects, c->skew);
	if (rc)
		return rc;
	m->clients = calloc(c->clients, sizeof(*m->clients));
	if (!m->clients)
		return -ENOMEM;
	for (i = 0; i < c->clients; i++) {
		struct client *client = &m->clients[i];

		client->held = calloc(c->pages / 64 + 1, sizeof(*client->held));
		client->ring = calloc(c->cache, sizeof(*client->ring));
		client->slots = calloc(c->swap_pages / 64 + 1, sizeof(*client->slots));
		if (!client->held || !client->ring || !client->slots)
			return -ENOMEM;
	}
	return 0;
}

static void mixed_exit(struct mixed *m)
{
	uint32_t i;

	for (i = 0; m->clients && i < m->g->config->clients; i++) {
		free(m->clients[i].held);
		free(m->clients[i].ring);
		free(m->clients[i].slots);
	}
	free(m->clients);
	zipf_exit(&m->popular);
}

int gen_mixed(struct gen *g)
{
	const struct gen_config *c = g->config;
	struct mixed m = { .g = g };
	int rc;

	rc = mixed_init(&m);
	while (!rc) {
		if (draw(&m, STAY_ODDS) == 0)
			m.me = draw(&m, c->clients);
		gen_migrate(g, m.me, MIGRATE_ODDS);
		gen_burst(g);
		rc = draw(&m, 100) < c->swap ? swap_step(&m) : file_step(&m);
	}
	mixed_exit(&m);
	return rc;
}
