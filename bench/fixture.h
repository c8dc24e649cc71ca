/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fixture.h - a full table, kept from one benchmark to the next
 *
 * Filling a table takes seconds and Google Benchmark calls a benchmark many times;
 * so the last table stays until another one is wanted, and every benchmark leaves
 * it as it found it: all handles below objects x object_pages are there, and no
 * other.  Benchmarks that want the same table are registered one after another, and
 * the full one last: it is the ephemeral one, with its memory cut.
 */
#ifndef BENCH_FIXTURE_H
#define BENCH_FIXTURE_H

#include "bench.h"
#include "peers/peer.h"

struct bench_shape {
	const char *name;
	uint32_t object_pages;
};

enum fixture_kind {
	FIXTURE_PERSISTENT,
	FIXTURE_EPHEMERAL,
	FIXTURE_FULL,		/* ephemeral, and no page more fits the budget */
};

struct fixture_want {
	const struct peer_ops *ops;
	const struct bench_shape *shape;
	uint64_t pages;
	uint32_t buckets;
	enum fixture_kind kind;
};

struct fixture {
	struct fixture_want want;
	const struct peer_ops *ops;	/* of nothing, where there is no table */
	struct peer *peer;
	uint32_t objects;
	uint32_t object_pages;
	double bytes;			/* taken for each page, of all kinds */
	double index_bytes;		/* and without the page's descriptor */
	bool spoiled;			/* a benchmark may not have left it as it was */
	uint64_t cursor[BENCH_MAX_THREADS];	/* of threads that put ever new pages */
};

extern struct fixture fixture;

/*
 * fixture_get - make it that table, unless it is it already
 *
 * Context: thread 0, before its loop.
 * Return: NULL, or why there is none; then fixture.ops are those of nothing.
 */
const char *fixture_get(const struct fixture_want *want);

/* The last table is not wanted any more. */
void fixture_release(void);

#endif /* BENCH_FIXTURE_H */
