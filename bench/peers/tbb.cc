// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tbb.cc - peer: oneTBB's concurrent_hash_map
 *
 * A node for each key, a reader-writer lock in each node and in each bucket.  Its
 * nodes come from malloc(), as the other peers' memory, not from TBB's own
 * allocator: what is compared are tables, and memory.h has to see it.  A page is
 * read, and taken, under the lock of its node, so its memory goes back at once.
 */
#include <cerrno>
#include <memory>
#include <new>
#include <utility>

#include <oneapi/tbb/concurrent_hash_map.h>

#include "tables.h"

namespace {

struct key_compare {
	size_t hash(const peer_key &key) const
	{
		return peer_key_hash(&key);
	}

	bool equal(const peer_key &a, const peer_key &b) const
	{
		return peer_key_equal(&a, &b);
	}
};

using table_type = tbb::concurrent_hash_map<
	peer_key, peer_page *, key_compare,
	std::allocator<std::pair<const peer_key, peer_page *>>>;

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

static void tbb_destroy(struct peer *peer)
{
	for (auto &entry : table_of(peer)->map)
		peer_page_free(entry.second);
	table_of(peer)->map.clear();
	peer_pages_destroy(table_of(peer)->pages);
	delete table_of(peer);
}

static struct peer *tbb_create(const struct peer_ops *, const struct peer_config *config)
try {
	struct table *table = new struct table(config->pages);

	table->pages = peer_pages_create(config, sizeof(struct peer_page));
	if (table->pages)
		return reinterpret_cast<struct peer *>(table);
	delete table;
	return nullptr;
} catch (const std::bad_alloc &) {
	return nullptr;
}

static int tbb_put(struct peer *peer, const struct peer_key *key)
{
	struct peer_page *page = peer_page_alloc(table_of(peer)->pages, key->index);
	struct peer_page *old = nullptr;

	if (!page)
		return -ENOMEM;
	try {
		table_type::accessor entry;

		if (!table_of(peer)->map.insert(entry, std::make_pair(*key, page))) {
			old = entry->second;
			entry->second = page;
		}
	} catch (const std::bad_alloc &) {
		peer_page_free(page);
		return -ENOMEM;
	}
	if (old)
		peer_page_free(old);
	return 0;
}

static int tbb_get(struct peer *peer, const struct peer_key *key)
{
	table_type::const_accessor entry;

	if (!table_of(peer)->map.find(entry, *key))
		return -ENOENT;
	return peer_page_read(entry->second);
}

static int tbb_take(struct peer *peer, const struct peer_key *key)
{
	struct peer_page *page;
	int ret;

	{
		table_type::accessor entry;

		if (!table_of(peer)->map.find(entry, *key))
			return -ENOENT;
		page = entry->second;
		/* whoever holds the node's lock for writing has it to himself */
		if (!table_of(peer)->map.erase(entry))
			return -ENOENT;
	}
	ret = peer_page_read(page);
	peer_page_free(page);
	return ret;
}

static long tbb_flush_object(struct peer *peer, const struct peer_key *key,
			     uint32_t nr_pages)
{
	return peer_flush_each_page(tbb_take, peer, key, nr_pages);
}

const struct peer_ops peer_tbb = {
	.name = "tbb",
	.flags = 0,
	.create = tbb_create,
	.destroy = tbb_destroy,
	.put = tbb_put,
	.get = tbb_get,
	.get_exclusive = tbb_take,
	.flush_page = tbb_take,
	.put_many = nullptr,
	.get_many = nullptr,
	.flush_object = tbb_flush_object,
	.limit = nullptr,
};
