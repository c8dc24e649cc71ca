// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libcuckoo.cc - peer: libcuckoo's hash table, buckets of four under striped locks
 *
 * Keys lie in the table.  A page is read, and taken, under the locks of its
 * buckets, so its memory goes back at once.
 *
 * In libcuckoo 0.3.1 a lookup races with a table that grows: of 70,000 tables that grew
 * below two threads, which were stopped often, two ended in a read of memory that was
 * gone (its pull request 173 tells of a race there).  Tables grow before they are full,
 * so this one is made with a quarter more room than the pages that it is told of; whoever
 * has more threads than one has to tell it of all.
 */
#include <cerrno>
#include <new>

#include <libcuckoo/cuckoohash_map.hh>

#include "tables.h"

namespace {

struct key_hash {
	size_t operator()(const peer_key &key) const
	{
		return peer_key_hash(&key);
	}
};

struct key_equal {
	bool operator()(const peer_key &a, const peer_key &b) const
	{
		return peer_key_equal(&a, &b);
	}
};

using table_type = libcuckoo::cuckoohash_map<peer_key, peer_page *, key_hash, key_equal>;

/* Each file has its own, so this one is known here alone. */
struct table {
	table_type map;
	struct peer_pages *pages;

	explicit table(size_t n) : map(n), pages(nullptr)
	{
	}
};

struct table *table_of(struct peer *peer)
{
	return reinterpret_cast<struct table *>(peer);
}

} /* namespace */

static void cuckoo_destroy(struct peer *peer)
{
	for (auto &entry : table_of(peer)->map.lock_table())
		peer_page_free(entry.second);
	peer_pages_destroy(table_of(peer)->pages);
	delete table_of(peer);
}

static struct peer *cuckoo_create(const struct peer_ops *,
				  const struct peer_config *config)
try {
	struct table *table = new struct table(config->pages + config->pages / 4);

	table->pages = peer_pages_create(config, sizeof(struct peer_page));
	if (table->pages)
		return reinterpret_cast<struct peer *>(table);
	delete table;
	return nullptr;
} catch (const std::bad_alloc &) {
	return nullptr;
}

static int cuckoo_put(struct peer *peer, const struct peer_key *key)
{
	struct peer_page *page = peer_page_alloc(table_of(peer)->pages, key->index);
	struct peer_page *old = nullptr;

	if (!page)
		return -ENOMEM;
	try {
		table_of(peer)->map.upsert(*key, [&](peer_page *&value) {
			old = value;
			value = page;
		}, page);
	} catch (const std::bad_alloc &) {
		peer_page_free(page);
		return -ENOMEM;
	}
	if (old)
		peer_page_free(old);
	return 0;
}

static int cuckoo_get(struct peer *peer, const struct peer_key *key)
{
	int ret = -ENOENT;

	table_of(peer)->map.find_fn(*key, [&](peer_page *const &page) {
		ret = peer_page_read(page);
	});
	return ret;
}

static int cuckoo_take(struct peer *peer, const struct peer_key *key)
{
	struct peer_page *page = nullptr;
	int ret;

	if (!table_of(peer)->map.erase_fn(*key, [&](peer_page *&value) {
		page = value;
		return true;
	}))
		return -ENOENT;
	ret = peer_page_read(page);
	peer_page_free(page);
	return ret;
}

static long cuckoo_flush_object(struct peer *peer, const struct peer_key *key,
				uint32_t nr_pages)
{
	return peer_flush_each_page(cuckoo_take, peer, key, nr_pages);
}

const struct peer_ops peer_libcuckoo = {
	.name = "libcuckoo",
	.flags = 0,
	.create = cuckoo_create,
	.destroy = cuckoo_destroy,
	.put = cuckoo_put,
	.get = cuckoo_get,
	.get_exclusive = cuckoo_take,
	.flush_page = cuckoo_take,
	.put_many = nullptr,
	.get_many = nullptr,
	.flush_object = cuckoo_flush_object,
	.limit = nullptr,
};
