/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * peer.h - one small interface to everything that maps a handle to a page
 *
 * Behind it stand the core's designs (tmem.c) and what else could do the job: the
 * hash tables of other libraries, and a tree per slice of swap as zswap has it.
 * They get the same keys, and the same values: a page descriptor of the size of
 * the core's, from the same slab allocator (page.c), and for ephemeral tables in
 * an eviction order under the same kind of locks.  What a design does beyond that
 * (statistics, looking up its pool, the memory budget) peers are spared.
 *
 *	key		object id (192 bits) and index.  The object id is made of
 *			the object's number, which a peer that needs no hash may
 *			use as it is: peer_key_init()
 *	persistent	get leaves the page in place, and reads its descriptor
 *	ephemeral	get takes it out, and frees the descriptor
 *
 * Memory is not asked for but measured, for all of them alike: memory.h.
 *
 * This header is for C++ as well, so it includes nothing of the core.
 */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct peer_key {
	uint64_t oid[3];	/* [0]: the object's number, from 0 */
	uint32_t index;
	uint32_t zero;		/* no padding: keys are hashed as 32 bytes */
};

static inline void peer_key_init(struct peer_key *key, uint64_t object, uint32_t index)
{
	key->oid[0] = object;
	key->oid[1] = object >> 3;	/* neighbours share much, as inodes do */
	key->oid[2] = 0x746d656d;
	key->index = index;
	key->zero = 0;
}

/* The hash of every table that takes one of ours: each bit of the key counts. */
static inline uint64_t peer_key_hash(const struct peer_key *key)
{
	uint64_t h = key->oid[0];

	h = (h ^ (h >> 32)) * 0x9e3779b97f4a7c15ULL + key->oid[1];
	h = (h ^ (h >> 29)) * 0xbf58476d1ce4e5b9ULL + key->oid[2];
	h = (h ^ (h >> 32)) * 0x94d049bb133111ebULL + key->index;
	h = (h ^ (h >> 31)) * 0x9e3779b97f4a7c15ULL;
	return h ^ (h >> 29);
}

static inline bool peer_key_equal(const struct peer_key *a, const struct peer_key *b)
{
	return a->oid[0] == b->oid[0] && a->index == b->index &&
	       a->oid[1] == b->oid[1] && a->oid[2] == b->oid[2];
}

struct peer_config {
	bool ephemeral;
	uint64_t pages;		/* how many there will be: for tables made to size */
	uint32_t object_pages;	/* of each object, at most */
	uint32_t buckets;	/* of a tmem pool */
	uint64_t budget;	/* pages that fit; only for who evicts */
};

struct peer;			/* a table; each file has its own */

#define PEER_BUCKETS	(1U << 0)	/* the number of buckets is the caller's choice */
#define PEER_EVICTS	(1U << 1)	/* a put over the budget evicts the oldest page */
#define PEER_NOTHING	(1U << 2)	/* answers without looking: what the harness costs */

#define PEER_MANY	64U		/* handles that get_many and put_many are given */

struct peer_ops {
	const char *name;
	unsigned int flags;

	/* NULL: no memory, or something else that was told on stderr */
	struct peer *(*create)(const struct peer_ops *self,
			       const struct peer_config *config);
	void (*destroy)(struct peer *peer);

	/* Results are 0 or a negative errno; -ENOENT: nothing there. */
	int (*put)(struct peer *peer, const struct peer_key *key);
	int (*get)(struct peer *peer, const struct peer_key *key);
	int (*get_exclusive)(struct peer *peer, const struct peer_key *key);
	int (*flush_page)(struct peer *peer, const struct peer_key *key);
	/*
	 * Up to PEER_MANY handles in one call, for who has such a thing, else NULL.
	 * How many answers were not 0.
	 */
	int (*put_many)(struct peer *peer, const struct peer_key *keys, unsigned int n);
	int (*get_many)(struct peer *peer, const struct peer_key *keys, unsigned int n);
	/*
	 * Pages removed, of the indexes below @nr_pages of the key's object.  A
	 * table of handles that knows no objects flushes page by page, and is
	 * told here where to stop.
	 */
	long (*flush_object)(struct peer *peer, const struct peer_key *key,
			     uint32_t nr_pages);
	/* PEER_EVICTS: room for so many pages from now on */
	void (*limit)(struct peer *peer, uint64_t pages);
};

/* ---- descriptors: page.c ---- */

/* The head of a descriptor; what a peer keeps with it follows. */
struct peer_page {
	void *link[2];			/* page.c's: eviction order, RCU callback */
	uint64_t word;			/* stands for the page's bytes */
	uint32_t index;			/* of the key, for whoever wants it here */
	uint32_t shard;			/* of the order */
};

/*
 * peer_pages_create - descriptors of @size bytes, that of struct peer_page
 * included; made larger by as much as the core's descriptor is larger than ours
 */
struct peer_pages *peer_pages_create(const struct peer_config *config, size_t size);
/* No descriptor is left, but those that wait for a grace period. */
void peer_pages_destroy(struct peer_pages *pages);

/* A descriptor, last in the eviction order where there is one; or NULL. */
struct peer_page *peer_page_alloc(struct peer_pages *pages, uint32_t index);
/* Nobody can see it: memory goes back at once. */
void peer_page_free(struct peer_page *page);
/* Taken out of a table whose readers take no lock: after a grace period. */
void peer_page_retire(struct peer_page *page);

/* Bytes of the core's page descriptor, which are no part of an index's cost. */
size_t peer_descriptor_size(bool ephemeral);

/* What a get does with the descriptor, in place of copying the page's bytes. */
static inline int peer_page_read(const struct peer_page *page)
{
	return __atomic_load_n(&page->word, __ATOMIC_RELAXED) ? 0 : -5;
}

/* ---- the tables that were built, the core's designs first ---- */

const struct peer_ops *peer_at(unsigned int i);		/* NULL past the last */
const struct peer_ops *peer_find(const char *name);
/* Names of the peers that were left out when this was configured, or "". */
const char *peer_left_out(void);

#ifdef __cplusplus
}
#endif

#endif /* BENCH_PEER_H */
