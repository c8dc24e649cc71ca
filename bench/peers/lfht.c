// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lfht.c - peer: the lock-free hash table of liburcu
 *
 * The node is part of the descriptor.  Made to size, as the library likes it, and
 * growing by itself beyond.  Lookups in an RCU read section; whoever deletes the
 * node owns the page.  Memory waits for the port's grace periods, which are
 * liburcu's.
 */
#define URCU_NO_COMPAT_IDENTIFIERS
/* liburcu's have the names, and not the shapes, of the kernel's, which are the port's */
#define rcu_head liburcu_rcu_head
#include <urcu/rculfhash.h>
#undef rcu_head
#undef __rcu

#include <stdlib.h>

#include "port.h"
#include "tables.h"

extern const struct rcu_flavor_struct urcu_memb_flavor;

struct lfht_page {
	struct peer_page page;		/* first: index is in there */
	struct cds_lfht_node node;
	u64 oid[3];
};

struct peer {
	struct cds_lfht *table;
	struct peer_pages *pages;
};

static struct lfht_page *lfht_page(struct cds_lfht_node *node)
{
	return container_of(node, struct lfht_page, node);
}

static int lfht_match(struct cds_lfht_node *node, const void *key)
{
	const struct lfht_page *p = container_of(node, struct lfht_page, node);
	const struct peer_key *k = key;

	return p->oid[0] == k->oid[0] && p->page.index == k->index &&
	       p->oid[1] == k->oid[1] && p->oid[2] == k->oid[2];
}

static struct peer *lfht_create(const struct peer_ops *self,
				const struct peer_config *config)
{
	struct peer *peer = calloc(1, sizeof(*peer));
	unsigned long size = roundup_pow_of_two(config->pages);

	(void)self;
	if (!peer)
		return NULL;
	(void)raw_smp_processor_id();	/* liburcu knows this thread from here on */
	peer->pages = peer_pages_create(config, sizeof(struct lfht_page));
	peer->table = cds_lfht_new_flavor(size, 1, 0,
					  CDS_LFHT_AUTO_RESIZE | CDS_LFHT_ACCOUNTING,
					  &urcu_memb_flavor, NULL);
	if (peer->pages && peer->table)
		return peer;
	if (peer->table)
		cds_lfht_destroy(peer->table, NULL);
	peer_pages_destroy(peer->pages);
	free(peer);
	return NULL;
}

static void lfht_destroy(struct peer *peer)
{
	struct cds_lfht_iter iter;
	struct lfht_page *p;

	rcu_read_lock();
	cds_lfht_for_each_entry(peer->table, &iter, p, node) {
		cds_lfht_del(peer->table, &p->node);
		peer_page_retire(&p->page);
	}
	rcu_read_unlock();
	cds_lfht_destroy(peer->table, NULL);
	peer_pages_destroy(peer->pages);
	free(peer);
}

static int lfht_put(struct peer *peer, const struct peer_key *key)
{
	struct lfht_page *p = (struct lfht_page *)peer_page_alloc(peer->pages, key->index);
	struct cds_lfht_node *old;

	if (!p)
		return -ENOMEM;
	memcpy(p->oid, key->oid, sizeof(p->oid));
	cds_lfht_node_init(&p->node);
	rcu_read_lock();
	old = cds_lfht_add_replace(peer->table, peer_key_hash(key), lfht_match, key,
				   &p->node);
	if (old)
		peer_page_retire(&lfht_page(old)->page);
	rcu_read_unlock();
	return 0;
}

static struct cds_lfht_node *lfht_find(struct peer *peer, const struct peer_key *key)
{
	struct cds_lfht_iter iter;

	cds_lfht_lookup(peer->table, peer_key_hash(key), lfht_match, key, &iter);
	return cds_lfht_iter_get_node(&iter);
}

static int lfht_get(struct peer *peer, const struct peer_key *key)
{
	struct cds_lfht_node *node;
	int ret = -ENOENT;

	rcu_read_lock();
	node = lfht_find(peer, key);
	if (node)
		ret = peer_page_read(&lfht_page(node)->page);
	rcu_read_unlock();
	return ret;
}

static int lfht_take(struct peer *peer, const struct peer_key *key)
{
	struct cds_lfht_node *node;
	int ret = -ENOENT;

	rcu_read_lock();
	node = lfht_find(peer, key);
	if (node && !cds_lfht_del(peer->table, node)) {
		ret = peer_page_read(&lfht_page(node)->page);
		peer_page_retire(&lfht_page(node)->page);
	}
	rcu_read_unlock();
	return ret;
}

static long lfht_flush_object(struct peer *peer, const struct peer_key *key,
			      uint32_t nr_pages)
{
	return peer_flush_each_page(lfht_take, peer, key, nr_pages);
}

const struct peer_ops peer_lfht = {
	.name = "lfht",
	.create = lfht_create,
	.destroy = lfht_destroy,
	.put = lfht_put,
	.get = lfht_get,
	.get_exclusive = lfht_take,
	.flush_page = lfht_take,
	.flush_object = lfht_flush_object,
};
