/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conformance.h - the table of cases that every lock design must pass
 *
 * A case is a function that builds its own instance of tmem with one design,
 * one page store and one number of buckets, does something to it in one thread
 * and compares every answer with what tmem.h and the coherency rules say.  The
 * table is plain C on the manifest, so the same cases run under cmocka in
 * userspace and from a module in a kernel; the runner is somebody else's file.
 *
 *	conformance.c		the environment of a case, pages, checks, table
 *	conformance_rules.c	coherency rules 1 to 11, by number
 *	conformance_model.c	long sequences against a model (rule 6)
 *	conformance_history.c	mistakes that earlier implementations made
 *	conformance_tree.c	indices, ranges, shapes of trees, object ids
 *	conformance_reclaim.c	eviction order, budget, statistics
 *	conformance_chance.c	second chance in shared pools
 *	conformance_store.c	compression, shared frames, bytes
 *
 * A check that does not hold records its text, place and both values in the
 * environment and returns from the case; conformance_run() then takes down what
 * the case has built, so a case needs no exit ladder of its own.
 *
 * Page bytes are a function of a tag and a kind.  Word 0 is the tag in every
 * kind, so a page that turns up tells which put it came from, and the rest
 * proves that it is whole.
 *
 * Lock order: none, the cases take no locks.
 */
#ifndef TMEM_CONFORMANCE_H
#define TMEM_CONFORMANCE_H

#include "tmem.h"

#define CONFORMANCE_POOLS	8	/* pools that a case may have at a time */
#define CONFORMANCE_WORDS	(PAGE_SIZE / sizeof(u64))

/* How well the bytes of a page compress. */
enum conformance_kind {
	CONFORMANCE_HALF,	/* below half a frame: two share one */
	CONFORMANCE_WHOLE,	/* compresses, but no two fit into one frame */
	CONFORMANCE_SAME,	/* one word, repeated */
	CONFORMANCE_RANDOM,	/* does not compress */
};

struct conformance_env {
	/* what is tried */
	const char *design;
	const char *store;
	u32 buckets;
	u64 seed;		/* state of the pseudo-random sequence */
	enum conformance_kind kind;	/* of pages put by cf_put() */

	/* what the running case has */
	struct tmem *tm;
	u32 sort;		/* of the pool of a case for each: its flags */
	void *page;		/* source and destination of transfers */
	u8 *scratch;		/* from cf_scratch() */
	int pool[CONFORMANCE_POOLS];
	u32 nr_pools;
	u32 uuid;		/* of the shared pool made last */
	u32 steps;

	/* the check that failed; file is NULL while none has */
	const char *file;	/* without its folders */
	int line;
	const char *text;
	s64 left, right;
};

struct conformance_case {
	const char *name;
	const char *rule;	/* "rule 1" .. "rule 11", "history", "tree", ... */
	int (*run)(struct conformance_env *env);
	/* or for a pool of each sort in turn, of one instance that is roomy */
	int (*each)(struct conformance_env *env, int pool);
};

struct conformance_group {
	const struct conformance_case *cases;
	u32 nr;
};

extern const struct conformance_group conformance_rules;
extern const struct conformance_group conformance_model;
extern const struct conformance_group conformance_history;
extern const struct conformance_group conformance_tree;
extern const struct conformance_group conformance_reclaim;
extern const struct conformance_group conformance_chance;
extern const struct conformance_group conformance_store;

/* All cases by position; NULL past the last. */
const struct conformance_case *conformance_at(u32 i);

/*
 * What is tried with every case: set env's design, store and number of buckets
 * to the i-th; false past the last.
 */
bool conformance_plan(u32 i, struct conformance_env *env);

/*
 * Run one case for env's design, store and buckets; 0 if it holds.  Where it
 * does not, env says which check failed, and how.  Context: [process].
 */
int conformance_run(struct conformance_env *env, const struct conformance_case *c);

/* ---- page bytes ---- */

void conformance_fill(void *page, u64 tag, enum conformance_kind kind);
bool conformance_intact(const void *page, u64 tag, enum conformance_kind kind);
u64 conformance_mix(u64 x);	/* a bijection that scatters bits */

/* ---- laws that statistics keep when nothing runs ---- */

/* The text of the first that does not hold, or NULL. */
const char *conformance_books(const struct tmem_stats *s);

/* ---- for the cases ---- */

int cf_fail(struct conformance_env *env, const char *file, int line, const char *text,
	    s64 left, s64 right);

#define CF_EQ(l, r)							\
do {									\
	s64 cf_left = (l), cf_right = (r);				\
	if (cf_left != cf_right)					\
		return cf_fail(env, __FILE__, __LINE__, #l " == " #r,	\
			       cf_left, cf_right);			\
} while (0)

#define CF_TRUE(cond)							\
do {									\
	if (!(cond))							\
		return cf_fail(env, __FILE__, __LINE__, #cond, 0, 1);	\
} while (0)

/* For calls that return 0 or have recorded what failed. */
#define CF_DO(call)							\
do {									\
	int cf_err = (call);						\
	if (cf_err)							\
		return cf_err;						\
} while (0)

#define CF_CASE(r, fn)	{ .name = #fn, .rule = (r), .run = (fn) }
#define CF_EACH(r, fn)	{ .name = #fn, .rule = (r), .each = (fn) }

u64 cf_random(struct conformance_env *env);
struct tmem_oid cf_oid(u64 a, u64 b, u64 c);
bool cf_store_is(const struct conformance_env *env, const char *name);

#define CF_ROOMY	16384	/* frames: no case for each sort comes near */

/* A new instance with this budget; the running case has at most one. */
int cf_begin(struct conformance_env *env, u64 budget, u32 shards);

/*
 * Destroy the pools, one by one, look that all gauges are zero, and destroy the
 * instance.  With more than one bucket: the instance with its pools, which warns
 * where gauges are not zero; the runner looks for warnings.
 */
int cf_end(struct conformance_env *env);

/* A pool of env's design, store and buckets; client 1.  The id or an error. */
int cf_pool(struct conformance_env *env, u32 flags);
int cf_pool_join(struct conformance_env *env, u32 client);	/* the last shared one */
int cf_pool_destroy(struct conformance_env *env, int pool);

/* cf_put() fills a page for (pool, oid, index, version) and puts it. */
int cf_put(struct conformance_env *env, int pool, const struct tmem_oid *oid, u32 index,
	   u32 version);
int cf_replace(struct conformance_env *env, int pool, const struct tmem_oid *oid, u32 index,
	       u32 version);
/* cf_get() answers -EBADMSG where a hit brings other bytes than @version's. */
int cf_get(struct conformance_env *env, int pool, const struct tmem_oid *oid, u32 index,
	   u32 version);

/* Validate, and compare the statistics with each other. */
int cf_step(struct conformance_env *env);
s64 cf_stat(struct conformance_env *env, enum tmem_stat stat);
s64 cf_pool_stat(struct conformance_env *env, int pool, enum tmem_stat stat);
u64 cf_frames(struct conformance_env *env);
int cf_gauges_zero(struct conformance_env *env);

/* Zeroed memory until the end of the case; one piece at a time. */
void *cf_scratch(struct conformance_env *env, size_t bytes);

/* The sorts of pools, for cases that treat each. */
extern const u32 cf_sorts[4];

#endif /* TMEM_CONFORMANCE_H */
