// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tmem.c - the core's designs as peers
 *
 * The pools have a store of this file: the core's "none", but that a get reads the
 * descriptor, as every store that keeps bytes has to, and as the peers do.  With
 * "none" itself a design that moves bytes under its lock never touches the
 * descriptor, and is spared a cache miss that it could not do without.
 *
 * The table is made from the core's own: a new design needs no line here.
 */
#include <stdio.h>
#include <stdlib.h>

#include "store.h"
#include "peer.h"
#include "tables.h"

struct peer {
	struct tmem *tm;
	int pool;
};

/* ---- a store of no bytes whose descriptors are read ---- */

static struct tmem_store_ops store;

static int store_add(struct tmem_pool *pool, struct tmem_page *page,
		     struct tmem_request *req)
{
	int ret = tmem_store_none.add(pool, page, req);

	page->word = ~(u64)req->index;
	return ret;
}

static int store_get(struct tmem_pool *pool, struct tmem_page *page, void *dst)
{
	(void)pool;
	(void)dst;
	return READ_ONCE(page->word) ? 0 : -EIO;
}

/* Any store but "none" is given bytes, and a place for them: it does not look. */
static u8 no_bytes[PAGE_SIZE];

/* ---- operations ---- */

/* Slab caches are made anew for each table, so that none inherits free objects. */
static unsigned int nr_tables;

static void tmem_peer_destroy(struct peer *peer)
{
	if (!IS_ERR(peer->tm) && peer->tm)
		tmem_destroy(peer->tm);
	if (!--nr_tables)
		tmem_exit();
	free(peer);
}

static struct peer *tmem_peer_create(const struct peer_ops *self,
				     const struct peer_config *config)
{
	struct tmem_config tm_config = { .budget = config->budget };
	struct tmem_pool_attr attr = {
		.design = tmem_design_find(self->name),
		.store = &store,
		.flags = config->ephemeral ? 0 : TMEM_POOL_PERSISTENT,
		.buckets = config->buckets,
	};
	const char *why = "no memory";
	struct peer *peer;

	store = tmem_store_none;
	store.name = "descriptors";
	store.add = store_add;
	store.get = store_get;
	if (!nr_tables && tmem_init())
		return NULL;
	peer = calloc(1, sizeof(*peer));
	if (!peer) {
		if (!nr_tables)
			tmem_exit();
		return NULL;
	}
	nr_tables++;
	peer->tm = tmem_create(&tm_config, &why);
	if (!IS_ERR(peer->tm)) {
		peer->pool = tmem_pool_create(peer->tm, &attr, &why);
		if (peer->pool >= 0)
			return peer;
	}
	fprintf(stderr, "bench: no pool of design %s with %u buckets: %s\n",
		self->name, config->buckets, why ? why : "no memory");
	tmem_peer_destroy(peer);
	return NULL;
}

static inline const struct tmem_oid *oid_of(const struct peer_key *key)
{
	return (const struct tmem_oid *)key->oid;
}

static_assert(sizeof(struct tmem_oid) == sizeof(((struct peer_key *)0)->oid),
	      "an object id is three words");

static int tmem_peer_put(struct peer *peer, const struct peer_key *key)
{
	return tmem_put(peer->tm, peer->pool, oid_of(key), key->index, no_bytes);
}

static int tmem_peer_get(struct peer *peer, const struct peer_key *key)
{
	return tmem_get(peer->tm, peer->pool, oid_of(key), key->index, no_bytes);
}

/*
 * What a batch takes besides its handles: places for bytes and results.  Ids are
 * copied by words, as callers write them: what is written as two words and read as
 * one of 16 bytes is there only when the stores have left the processor.
 */
static inline void io_fill(struct tmem_io *io, const struct peer_key *keys, unsigned int n)
{
	unsigned int i, w;

	for (i = 0; i < n; i++) {
		for (w = 0; w < ARRAY_SIZE(io[i].oid.w); w++)
			io[i].oid.w[w] = READ_ONCE(keys[i].oid[w]);
		io[i].index = keys[i].index;
		io[i].page = no_bytes;
	}
}

static int tmem_peer_put_many(struct peer *peer, const struct peer_key *keys,
			      unsigned int n)
{
	struct tmem_io io[PEER_MANY];

	io_fill(io, keys, n);
	return (int)n - tmem_put_batch(peer->tm, peer->pool, io, n);
}

static int tmem_peer_get_many(struct peer *peer, const struct peer_key *keys,
			      unsigned int n)
{
	struct tmem_io io[PEER_MANY];

	io_fill(io, keys, n);
	return (int)n - tmem_get_batch(peer->tm, peer->pool, io, n);
}

static int tmem_peer_flush_page(struct peer *peer, const struct peer_key *key)
{
	return tmem_flush_page(peer->tm, peer->pool, oid_of(key), key->index);
}

static long tmem_peer_flush_object(struct peer *peer, const struct peer_key *key,
				   uint32_t nr_pages)
{
	(void)nr_pages;
	return tmem_flush_object(peer->tm, peer->pool, oid_of(key));
}

static void tmem_peer_limit(struct peer *peer, uint64_t pages)
{
	tmem_set_budget(peer->tm, pages);
}

#define MAX_DESIGNS 16U

const struct peer_ops *peer_design_at(unsigned int i)
{
	static struct peer_ops table[MAX_DESIGNS];
	const struct tmem_index_ops *design = tmem_design_at(i);

	if (!design || i >= MAX_DESIGNS)
		return NULL;
	table[i] = (struct peer_ops){
		.name = tmem_design_name(design),
		.flags = PEER_BUCKETS | PEER_EVICTS,
		.create = tmem_peer_create,
		.destroy = tmem_peer_destroy,
		.put = tmem_peer_put,
		.get = tmem_peer_get,
		.get_exclusive = tmem_peer_get,
		.flush_page = tmem_peer_flush_page,
		.put_many = tmem_peer_put_many,
		.get_many = tmem_peer_get_many,
		.flush_object = tmem_peer_flush_object,
		.limit = tmem_peer_limit,
	};
	return &table[i];
}
