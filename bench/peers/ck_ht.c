// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ck_ht.c - peer: the hash table of Concurrency Kit
 *
 * One writer at a time, any number of readers without a lock: so it is cut into
 * parts with a lock for the writers of each, as a user of the library would do.
 * Keys lie in the descriptors; descriptors and maps that were outgrown wait for a
 * grace period of the port.
 *
 * Lock order: the lock of one part; page.c's order lock inside of it.
 */
#include <stdlib.h>

#include <ck_ht.h>

#include "port.h"
#include "tables.h"

#define PART_BITS 6
#define PARTS (1U << PART_BITS)

struct ck_page {
	struct peer_page page;		/* first */
	struct peer_key key;
};

struct part {
	spinlock_t lock;
	ck_ht_t table;
	char room[2 * SMP_CACHE_BYTES];
};

struct peer {
	struct part parts[PARTS];
	struct peer_pages *pages;
};

/* ---- the memory of maps, freed after a grace period ---- */

struct map_memory {
	struct rcu_head rcu;
};

static void *map_malloc(size_t size)
{
	struct map_memory *m = malloc(sizeof(*m) + size);

	return m ? m + 1 : NULL;
}

static void map_free_rcu(struct rcu_head *head)
{
	free(container_of(head, struct map_memory, rcu));
}

static void map_free(void *p, size_t size, bool defer)
{
	struct map_memory *m = (struct map_memory *)p - 1;

	(void)size;
	if (!p)
		return;
	if (defer)
		call_rcu(&m->rcu, map_free_rcu);
	else
		free(m);
}

static struct ck_malloc map_allocator = { .malloc = map_malloc, .free = map_free };

/* Called by the library itself when a table grows. */
static void hash_cb(ck_ht_hash_t *hash, const void *key, size_t length, uint64_t seed)
{
	(void)length;
	(void)seed;
	hash->value = peer_key_hash(key);
}

static struct part *part_of(struct peer *peer, ck_ht_hash_t hash)
{
	/* not the low bits, which choose the slot in the part */
	return &peer->parts[hash.value >> (64 - PART_BITS)];
}

/* ---- operations ---- */

static void parts_destroy(struct peer *peer, unsigned int n)
{
	while (n--)
		ck_ht_destroy(&peer->parts[n].table);
	peer_pages_destroy(peer->pages);
	free(peer);
}

static struct peer *ck_create(const struct peer_ops *self,
			      const struct peer_config *config)
{
	struct peer *peer = calloc(1, sizeof(*peer));
	unsigned int i;

	(void)self;
	if (!peer)
		return NULL;
	peer->pages = peer_pages_create(config, sizeof(struct ck_page));
	if (!peer->pages) {
		free(peer);
		return NULL;
	}
	for (i = 0; i < PARTS; i++) {
		struct part *part = &peer->parts[i];

		spin_lock_init(&part->lock);
		/* it grows at half full */
		if (!ck_ht_init(&part->table, CK_HT_MODE_BYTESTRING | CK_HT_WORKLOAD_DELETE,
				hash_cb, &map_allocator,
				roundup_pow_of_two(max_t(u64, 64, 2 * config->pages / PARTS)),
				0)) {
			parts_destroy(peer, i);
			return NULL;
		}
	}
	return peer;
}

static void ck_destroy(struct peer *peer)
{
	unsigned int i;

	for (i = 0; i < PARTS; i++) {
		ck_ht_iterator_t iter = CK_HT_ITERATOR_INITIALIZER;
		ck_ht_entry_t *entry;

		while (ck_ht_next(&peer->parts[i].table, &iter, &entry))
			peer_page_retire(ck_ht_entry_value(entry));
	}
	parts_destroy(peer, PARTS);
}

static int ck_put(struct peer *peer, const struct peer_key *key)
{
	struct ck_page *p = (struct ck_page *)peer_page_alloc(peer->pages, key->index);
	struct peer_page *old = NULL;
	ck_ht_entry_t entry;
	struct part *part;
	ck_ht_hash_t hash;
	bool done;

	if (!p)
		return -ENOMEM;
	p->key = *key;
	hash.value = peer_key_hash(key);
	part = part_of(peer, hash);
	ck_ht_entry_set(&entry, hash, &p->key, sizeof(p->key), p);
	spin_lock(&part->lock);
	done = ck_ht_set_spmc(&part->table, hash, &entry);
	/* what was there before is handed back in the entry */
	if (done && !ck_ht_entry_empty(&entry) && ck_ht_entry_value(&entry) != p)
		old = ck_ht_entry_value(&entry);
	spin_unlock(&part->lock);
	if (old)
		peer_page_retire(old);
	if (!done)
		peer_page_free(&p->page);
	return done ? 0 : -ENOMEM;
}

static int ck_get(struct peer *peer, const struct peer_key *key)
{
	ck_ht_hash_t hash = { .value = peer_key_hash(key) };
	ck_ht_entry_t entry;
	int ret = -ENOENT;

	ck_ht_entry_key_set(&entry, key, sizeof(*key));
	rcu_read_lock();
	if (ck_ht_get_spmc(&part_of(peer, hash)->table, hash, &entry))
		ret = peer_page_read(ck_ht_entry_value(&entry));
	rcu_read_unlock();
	return ret;
}

static int ck_take(struct peer *peer, const struct peer_key *key)
{
	ck_ht_hash_t hash = { .value = peer_key_hash(key) };
	struct part *part = part_of(peer, hash);
	struct peer_page *page;
	ck_ht_entry_t entry;
	bool found;
	int ret;

	ck_ht_entry_key_set(&entry, key, sizeof(*key));
	spin_lock(&part->lock);
	found = ck_ht_remove_spmc(&part->table, hash, &entry);
	spin_unlock(&part->lock);
	if (!found)
		return -ENOENT;
	page = ck_ht_entry_value(&entry);
	ret = peer_page_read(page);
	peer_page_retire(page);
	return ret;
}

static long ck_flush_object(struct peer *peer, const struct peer_key *key,
			    uint32_t nr_pages)
{
	return peer_flush_each_page(ck_take, peer, key, nr_pages);
}

const struct peer_ops peer_ck_ht = {
	.name = "ck_ht",
	.create = ck_create,
	.destroy = ck_destroy,
	.put = ck_put,
	.get = ck_get,
	.get_exclusive = ck_take,
	.flush_page = ck_take,
	.flush_object = ck_flush_object,
};
