// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tables.c - the list of what there is to compare, and the table of nothing
 */
#include <string.h>

#include "tables.h"

static const struct peer_ops *const peers[] = {
	&peer_swaptree,
#if BENCH_HAVE_LFHT
	&peer_lfht,
#endif
#if BENCH_HAVE_CK
	&peer_ck_ht,
#endif
#if BENCH_HAVE_LIBCUCKOO
	&peer_libcuckoo,
#endif
#if BENCH_HAVE_TBB
	&peer_tbb,
#endif
#if BENCH_HAVE_GLIB
	&peer_glib,
#endif
	&peer_nothing,
};

const struct peer_ops *peer_at(unsigned int i)
{
	unsigned int designs = 0;

	while (peer_design_at(designs))
		designs++;
	if (i < designs)
		return peer_design_at(i);
	i -= designs;
	return i < sizeof(peers) / sizeof(peers[0]) ? peers[i] : NULL;
}

const struct peer_ops *peer_find(const char *name)
{
	const struct peer_ops *ops;
	unsigned int i;

	for (i = 0; (ops = peer_at(i)); i++)
		if (!strcmp(ops->name, name))
			return ops;
	return NULL;
}

const char *peer_left_out(void)
{
	return BENCH_PEERS_LEFT_OUT;
}

long peer_flush_each_page(int (*flush_page)(struct peer *, const struct peer_key *),
			  struct peer *peer, const struct peer_key *key,
			  uint32_t nr_pages)
{
	struct peer_key k = *key;
	long n = 0;

	for (k.index = 0; k.index < nr_pages; k.index++)
		n += !flush_page(peer, &k);
	return n;
}

/* ---- nothing: every answer is right, and costs a call ---- */

struct peer {
	char nothing;
};

static struct peer *nothing_create(const struct peer_ops *self,
				   const struct peer_config *config)
{
	static struct peer peer;

	(void)self;
	(void)config;
	return &peer;
}

static void nothing_destroy(struct peer *peer)
{
	(void)peer;
}

static int nothing_one(struct peer *peer, const struct peer_key *key)
{
	(void)peer;
	__asm__ __volatile__("" : : "r"(key) : "memory");
	return 0;
}

static long nothing_object(struct peer *peer, const struct peer_key *key,
			   uint32_t nr_pages)
{
	nothing_one(peer, key);
	return nr_pages;
}

const struct peer_ops peer_nothing = {
	.name = "nothing",
	.flags = PEER_NOTHING,
	.create = nothing_create,
	.destroy = nothing_destroy,
	.put = nothing_one,
	.get = nothing_one,
	.get_exclusive = nothing_one,
	.flush_page = nothing_one,
	.flush_object = nothing_object,
};
