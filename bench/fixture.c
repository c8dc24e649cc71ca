// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fixture.c - builds, fills and measures the table that benchmarks run on
 *
 * Pages are put in an order without pattern: objects grow side by side, as they do
 * where many files are used at once, and neighbours in an object are no neighbours
 * in memory.
 */
#include "fixture.h"
#include "memory.h"

struct fixture fixture;

void fixture_release(void)
{
	if (fixture.peer)
		fixture.ops->destroy(fixture.peer);
	fixture.peer = NULL;
	fixture.want.ops = NULL;
	fixture.ops = peer_find("nothing");
}

static int fill(const struct peer_ops *ops, struct peer *peer)
{
	struct bench_walk walk;
	struct peer_key key;
	uint64_t i, n = (uint64_t)fixture.objects * fixture.object_pages;
	int ret = 0;

	bench_walk_init(&walk, n, 0);
	for (i = 0; i < n && !ret; i++) {
		uint64_t at = bench_walk_next(&walk);

		peer_key_init(&key, at / fixture.object_pages,
			      (uint32_t)(at % fixture.object_pages));
		ret = ops->put(peer, &key);
	}
	return ret;
}

static void note_memory(int64_t taken)
{
	double n = (double)fixture.objects * fixture.object_pages;

	fixture.bytes = 0;
	fixture.index_bytes = 0;
	if (fixture.ops->flags & PEER_NOTHING)
		return;
	fixture.bytes = (double)taken / n;
	fixture.index_bytes = fixture.bytes - (double)peer_descriptor_size(
		fixture.want.kind != FIXTURE_PERSISTENT);
}

/* The same table, whatever its kind. */
static bool same(const struct fixture_want *a, const struct fixture_want *b)
{
	return a->ops == b->ops && a->shape == b->shape && a->pages == b->pages &&
	       a->buckets == b->buckets;
}

/* The table there is will do: as it is, or with its memory cut to what is in it. */
static bool reuse(const struct fixture_want *want)
{
	if (fixture.spoiled || !same(&fixture.want, want))
		return false;
	if (fixture.want.kind == FIXTURE_EPHEMERAL && want->kind == FIXTURE_FULL) {
		fixture.ops->limit(fixture.peer,
				   (uint64_t)fixture.objects * fixture.object_pages);
		fixture.want.kind = FIXTURE_FULL;
	}
	return fixture.want.kind == want->kind;
}

const char *fixture_get(const struct fixture_want *want)
{
	struct peer_config config = {
		.ephemeral = want->kind != FIXTURE_PERSISTENT,
		.object_pages = want->shape->object_pages,
		.buckets = want->buckets,
	};
	struct peer *peer;
	int64_t before;
	unsigned int i;

	bench_take_over(fixture_release);
	if (reuse(want))
		return NULL;
	fixture_release();
	fixture.object_pages = want->shape->object_pages;
	fixture.objects = (uint32_t)(want->pages / fixture.object_pages);
	config.pages = (uint64_t)fixture.objects * fixture.object_pages;
	/* but where eviction is measured there is room for whatever comes */
	config.budget = want->kind == FIXTURE_FULL ? config.pages : 4 * config.pages;
	before = bench_memory();
	peer = want->ops->create(want->ops, &config);
	if (!peer)
		return "the table could not be created";
	if (fill(want->ops, peer)) {
		want->ops->destroy(peer);
		return "the table could not be filled";
	}
	fixture.want = *want;
	fixture.ops = want->ops;
	fixture.peer = peer;
	fixture.spoiled = false;
	note_memory(bench_memory() - before);
	for (i = 0; i < BENCH_MAX_THREADS; i++)
		fixture.cursor[i] = 0;
	return NULL;
}
