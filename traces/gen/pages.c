// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pages.c - zipf, scan and loop: references to pages, or what a client without
 * memory of its own makes of them
 */
#include "internal.h"

#include <errno.h>
#include <stdlib.h>

#define MIGRATE_ODDS	64U

/* One reference by @client to @count pages. */
static int reference(struct gen *g, uint32_t client, uint64_t object,
		     uint32_t index, uint32_t count)
{
	const struct gen_config *c = g->config;
	uint32_t write = random_below(&g->random, 100) < c->writes;
	int rc;

	gen_migrate(g, client, MIGRATE_ODDS);
	gen_actor(g, client, client);
	if (c->output == TRACE_REFERENCES)
		return gen_send(g, write ? TRACE_WRITE : TRACE_READ, object, index, count);
	rc = gen_send(g, write ? TRACE_FLUSH : TRACE_GET, object, index, count);
	return rc ? rc : gen_send(g, TRACE_PUT, object, index, count);
}

static uint32_t next_client(struct gen *g)
{
	uint32_t clients = g->config->clients;

	return clients > 1 ? random_below(&g->random, clients) : 0;
}

int gen_zipf(struct gen *g)
{
	const struct gen_config *c = g->config;
	struct gen_files files;
	struct scatter places;
	struct zipf zipf;
	int rc;

	rc = zipf_init(&zipf, c->pages, c->skew);
	if (rc)
		return rc;
	gen_files_init(&files, c);
	scatter_init(&places, c->pages, c->seed);
	do {
		uint32_t client = next_client(g);
		uint32_t page = scatter(&places, zipf_draw(&zipf, &g->random));
		uint32_t object = gen_files_object(&files, page);

		rc = reference(g, client, object,
			       page - gen_files_start(&files, object), 1);
	} while (!rc);
	zipf_exit(&zipf);
	return rc;
}

/* Where a client is in its pass. */
struct walk {
	struct scatter order;		/* of the objects, in a scan */
	uint64_t pass;
	uint64_t nr;			/* of the object in its pass */
	uint64_t index;
};

static void walk_order(struct walk *w, const struct gen_config *c, uint32_t client)
{
	if (c->kind == GEN_SCAN)
		scatter_init(&w->order, c->objects,
			     random_mix(c->seed + client) + w->pass);
}

static int walk_step(struct gen *g, struct walk *w, const struct gen_files *files,
		     uint32_t client)
{
	const struct gen_config *c = g->config;
	uint64_t object = c->kind == GEN_SCAN ? scatter(&w->order, w->nr) : w->nr;
	uint64_t left = gen_files_size(files, object) - w->index;
	uint32_t count = c->run < left ? c->run : left, index = w->index;

	w->index += count;
	if (count == left) {
		w->index = 0;
		if (++w->nr == files->objects) {
			w->nr = 0;
			w->pass++;
			walk_order(w, c, client);
		}
	}
	return reference(g, client, object, index, count);
}

int gen_passes(struct gen *g)
{
	const struct gen_config *c = g->config;
	struct gen_files files;
	struct walk *walks;
	uint32_t i;
	int rc;

	walks = calloc(c->clients, sizeof(*walks));
	if (!walks)
		return -ENOMEM;
	gen_files_init(&files, c);
	for (i = 0; i < c->clients; i++)
		walk_order(&walks[i], c, i);
	do {
		i = next_client(g);
		rc = walk_step(g, &walks[i], &files, i);
	} while (!rc);
	free(walks);
	return rc;
}
