// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * glib.c - peer: GLib's hash table behind one mutex, what one would write first
 *
 * Keys lie in the descriptors.
 */
#include <errno.h>
#include <stdlib.h>

#include <glib.h>

#include "tables.h"

struct glib_page {
	struct peer_page page;		/* first */
	struct peer_key key;
};

struct peer {
	GMutex lock;
	GHashTable *table;
	struct peer_pages *pages;
};

static guint glib_hash(gconstpointer key)
{
	return (guint)(peer_key_hash(key) >> 32);
}

static gboolean glib_equal(gconstpointer a, gconstpointer b)
{
	return peer_key_equal(a, b);
}

static struct peer *glib_create(const struct peer_ops *self,
				const struct peer_config *config)
{
	struct peer *peer = calloc(1, sizeof(*peer));

	(void)self;
	if (!peer)
		return NULL;
	peer->pages = peer_pages_create(config, sizeof(struct glib_page));
	if (!peer->pages) {
		free(peer);
		return NULL;
	}
	g_mutex_init(&peer->lock);
	peer->table = g_hash_table_new(glib_hash, glib_equal);
	return peer;
}

static void glib_destroy(struct peer *peer)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, peer->table);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		g_hash_table_iter_remove(&iter);
		peer_page_free(value);
	}
	g_hash_table_destroy(peer->table);
	g_mutex_clear(&peer->lock);
	peer_pages_destroy(peer->pages);
	free(peer);
}

static int glib_put(struct peer *peer, const struct peer_key *key)
{
	struct glib_page *p = (struct glib_page *)peer_page_alloc(peer->pages, key->index);
	struct peer_page *old;

	if (!p)
		return -ENOMEM;
	p->key = *key;
	g_mutex_lock(&peer->lock);
	old = g_hash_table_lookup(peer->table, key);
	/* the old key goes with the old descriptor, so it is replaced too */
	g_hash_table_replace(peer->table, &p->key, p);
	g_mutex_unlock(&peer->lock);
	if (old)
		peer_page_free(old);
	return 0;
}

static int glib_get(struct peer *peer, const struct peer_key *key)
{
	const struct peer_page *page;
	int ret = -ENOENT;

	g_mutex_lock(&peer->lock);
	page = g_hash_table_lookup(peer->table, key);
	if (page)
		ret = peer_page_read(page);
	g_mutex_unlock(&peer->lock);
	return ret;
}

static int glib_take(struct peer *peer, const struct peer_key *key)
{
	gpointer page = NULL;
	int ret;

	g_mutex_lock(&peer->lock);
	g_hash_table_steal_extended(peer->table, key, NULL, &page);
	g_mutex_unlock(&peer->lock);
	if (!page)
		return -ENOENT;
	ret = peer_page_read(page);
	peer_page_free(page);
	return ret;
}

static long glib_flush_object(struct peer *peer, const struct peer_key *key,
			      uint32_t nr_pages)
{
	return peer_flush_each_page(glib_take, peer, key, nr_pages);
}

const struct peer_ops peer_glib = {
	.name = "glib",
	.create = glib_create,
	.destroy = glib_destroy,
	.put = glib_put,
	.get = glib_get,
	.get_exclusive = glib_take,
	.flush_page = glib_take,
	.flush_object = glib_flush_object,
};
