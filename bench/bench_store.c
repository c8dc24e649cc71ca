// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench_store.c - page stores through the public interface, beside the bare work
 *
 *	store/put/<store>/<kind>/<corpus>	a page that is not there
 *	store/get/<store>/<kind>/<corpus>	a page that is there; ephemeral: taken out
 *	store/put/none/<kind>/same		what all puts cost but for the bytes
 *	store/bare/memcpy/<corpus>		a page copied
 *	store/bare/compress/<corpus>		compressed, and the result copied
 *	store/bare/decompress/<corpus>		decompressed
 *	store/bare/scan/<corpus>		compared with itself, a word on
 *
 * An iteration is a page.  All work in rounds over the pages of a corpus, each
 * thread at its own place of it, with an object and with buffers of its own; what
 * has to be there before, or gone after, a round happens with the clock stopped.
 * The index is that of design rcu.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tmem.h"
#include "bench.h"
#include "corpus.h"

#define DESIGN	"rcu"
#define FRAMES	(1U << 20)	/* the budget: more than any thread number fills */

struct store_case {
	const struct tmem_store_ops *store;	/* NULL: bare */
	u32 flags;
	struct corpus *corpus;
};

/* The pool of the last benchmark, as long as the next one wants the same. */
static struct {
	const struct tmem_store_ops *store;
	u32 flags;
	struct tmem *tm;
	int pool;
} world;

static void world_release(void)
{
	if (!world.tm)
		return;
	tmem_destroy(world.tm);
	tmem_exit();
	world.tm = NULL;
}

static const char *world_get(const struct store_case *c)
{
	struct tmem_config config = { .budget = FRAMES };
	struct tmem_pool_attr attr = {
		.design = tmem_design_find(DESIGN),
		.store = c->store,
		.flags = c->flags,
		.buckets = 256,
	};
	const char *why = "no memory for slab caches";

	bench_take_over(world_release);
	if (world.tm && world.store == c->store && world.flags == c->flags)
		return NULL;
	world_release();
	if (tmem_init())
		return why;
	world.tm = tmem_create(&config, &why);
	if (!IS_ERR(world.tm)) {
		world.pool = tmem_pool_create(world.tm, &attr, &why);
		world.store = c->store;
		world.flags = c->flags;
		if (world.pool >= 0)
			return NULL;
		tmem_destroy(world.tm);
	}
	world.tm = NULL;
	tmem_exit();
	return why ? why : "no memory for a pool";
}

/* Thread 0, before the loop. */
static void prepare(struct gbench_state *state, const struct store_case *c)
{
	const char *why;

	if (gbench_thread(state))
		return;
	why = corpus_load(c->corpus);
	if (!why && c->store)
		why = world_get(c);
	if (why)
		gbench_skip(state, why);
}

static const u8 *page_at(const struct corpus *corpus, int64_t i)
{
	return corpus->pages + (size_t)(i % corpus->nr) * CORPUS_PAGE;
}

/* Where a thread begins. */
static int64_t place(const struct gbench_state *state, const struct corpus *corpus)
{
	return (int64_t)gbench_thread(state) * corpus->nr / gbench_nr_threads(state);
}

static void report(struct gbench_state *state, const struct store_case *c, int64_t wrong)
{
	if (wrong) {
		gbench_skip(state, "a page was refused or lost");
		return;
	}
	gbench_set_items(state, gbench_iterations(state));
	gbench_set_bytes(state, gbench_iterations(state) * CORPUS_PAGE);
	gbench_counter(state, "lz4_ratio", c->corpus->ratio, GBENCH_AVG_THREADS);
}

/* ---- through the public interface ---- */

static int64_t put_round(const struct store_case *c, const struct tmem_oid *oid,
			 int64_t at, int64_t n)
{
	int64_t i, wrong = 0;

	for (i = 0; i < n; i++)
		wrong += tmem_put(world.tm, world.pool, oid, (u32)i,
				  page_at(c->corpus, at + i)) != 0;
	return wrong;
}

/* Whether anybody has a world to work with: thread 0 may have failed. */
static bool usable(const struct store_case *c)
{
	return c->corpus->nr && (!c->store || world.tm);
}

static void store_put(struct gbench_state *state, void *arg)
{
	struct tmem_oid oid = { .w = { (u64)gbench_thread(state) } };
	const struct store_case *c = arg;
	int64_t n, wrong = 0;

	prepare(state, c);
	while ((n = gbench_take(state, CORPUS_PAGES)) && usable(c)) {
		wrong += put_round(c, &oid, place(state, c->corpus), n);
		gbench_pause(state);
		wrong += tmem_flush_object(world.tm, world.pool, &oid) != n;
		gbench_resume(state);
	}
	report(state, c, wrong);
}

static void store_get(struct gbench_state *state, void *arg)
{
	struct tmem_oid oid = { .w = { (u64)gbench_thread(state) } };
	const struct store_case *c = arg;
	int64_t i, n, wrong = 0;
	u64 page[PAGE_SIZE / 8];

	prepare(state, c);
	while ((n = gbench_take(state, CORPUS_PAGES)) && usable(c)) {
		gbench_pause(state);
		wrong += put_round(c, &oid, place(state, c->corpus), n);
		gbench_resume(state);
		for (i = 0; i < n; i++) {
			wrong += tmem_get(world.tm, world.pool, &oid, (u32)i, page) != 0;
			gbench_keep(page);
		}
		gbench_pause(state);
		wrong += memcmp(page, page_at(c->corpus, place(state, c->corpus) + n - 1),
				PAGE_SIZE) != 0;
		tmem_flush_object(world.tm, world.pool, &oid);
		gbench_resume(state);
	}
	report(state, c, wrong);
}

/* ---- bare ---- */

struct buffers {
	u8 *out;			/* a page for each of the corpus */
	int size[CORPUS_PAGES];
};

static void bare(struct gbench_state *state, const struct store_case *c,
		 int64_t (*work)(const struct corpus *, struct buffers *, int64_t, int64_t))
{
	struct buffers b = { .out = aligned_alloc(PAGE_SIZE, CORPUS_PAGES * PAGE_SIZE) };
	int64_t n, i, wrong = 0;
	u8 packed[LZ4_COMPRESSBOUND(CORPUS_PAGE)];

	prepare(state, c);
	if (!b.out) {
		gbench_skip(state, "no memory for a buffer of 4 MiB");
		return;
	}
	while ((n = gbench_take(state, CORPUS_PAGES)) && usable(c)) {
		int64_t at = place(state, c->corpus);

		gbench_pause(state);
		for (i = 0; i < n && !b.size[i]; i++) {
			b.size[i] = bare_compress(page_at(c->corpus, at + i), packed,
						  sizeof(packed));
			memcpy(b.out + i * CORPUS_PAGE, packed, (size_t)b.size[i]);
		}
		gbench_resume(state);
		wrong += work(c->corpus, &b, at, n);
	}
	report(state, c, wrong);
	free(b.out);
}

static int64_t copy_round(const struct corpus *corpus, struct buffers *b, int64_t at,
			  int64_t n)
{
	int64_t i;

	for (i = 0; i < n; i++) {
		memcpy(b->out + i * CORPUS_PAGE, page_at(corpus, at + i), CORPUS_PAGE);
		gbench_keep(b->out);
	}
	return 0;
}

static int64_t compress_round(const struct corpus *corpus, struct buffers *b, int64_t at,
			      int64_t n)
{
	u8 packed[LZ4_COMPRESSBOUND(CORPUS_PAGE)];
	int64_t i, wrong = 0;

	for (i = 0; i < n; i++) {
		int size = bare_compress(page_at(corpus, at + i), packed, sizeof(packed));

		wrong += size <= 0;
		memcpy(b->out + i * CORPUS_PAGE, packed, (size_t)size);
		gbench_keep(b->out);
	}
	return wrong;
}

static int64_t decompress_round(const struct corpus *corpus, struct buffers *b, int64_t at,
				int64_t n)
{
	u8 page[CORPUS_PAGE];
	int64_t i, wrong = 0;

	(void)corpus;
	(void)at;
	for (i = 0; i < n; i++) {
		wrong += bare_decompress(b->out + i * CORPUS_PAGE, b->size[i], page) !=
			 (int)CORPUS_PAGE;
		gbench_keep(page);
	}
	return wrong;
}

static int64_t scan_round(const struct corpus *corpus, struct buffers *b, int64_t at,
			  int64_t n)
{
	int64_t i, same = 0;

	(void)b;
	for (i = 0; i < n; i++) {
		const u8 *page = page_at(corpus, at + i);

		same += !memcmp(page, page + 8, CORPUS_PAGE - 8);
	}
	gbench_keep(same);
	return 0;
}

static void bare_copy(struct gbench_state *state, void *arg)
{
	bare(state, arg, copy_round);
}

static void bare_compressed(struct gbench_state *state, void *arg)
{
	bare(state, arg, compress_round);
}

static void bare_decompressed(struct gbench_state *state, void *arg)
{
	bare(state, arg, decompress_round);
}

static void bare_scan(struct gbench_state *state, void *arg)
{
	bare(state, arg, scan_round);
}

/* ---- registration ---- */

static const struct {
	const char *name;
	gbench_fn *fn;
} bare_table[] = {
	{ "memcpy", bare_copy },
	{ "compress", bare_compressed },
	{ "decompress", bare_decompressed },
	{ "scan", bare_scan },
};

static void add(const char *name, gbench_fn *fn, const struct store_case *c,
		const struct bench_options *options)
{
	struct store_case *copy = malloc(sizeof(*copy));	/* to the end */

	if (!copy)
		bench_die("no memory for the list of benchmarks");
	*copy = *c;
	bench_all_threads(gbench_register(name, fn, copy), options);
}

static void add_store(const struct tmem_store_ops *store, struct corpus *corpus,
		      const struct bench_options *options)
{
	static const struct {
		const char *name;
		u32 flags;
	} kinds[] = { { "persistent", TMEM_POOL_PERSISTENT }, { "ephemeral", 0 } };
	bool no_bytes = store == tmem_store_find("none");
	char name[160];
	size_t i;

	if (no_bytes && corpus->patterns)
		return;
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct store_case c = { store, kinds[i].flags, corpus };

		snprintf(name, sizeof(name), "store/put/%s/%s/%s", tmem_store_name(store),
			 kinds[i].name, corpus->name);
		add(name, store_put, &c, options);
		if (no_bytes)
			continue;
		snprintf(name, sizeof(name), "store/get/%s/%s/%s", tmem_store_name(store),
			 kinds[i].name, corpus->name);
		add(name, store_get, &c, options);
	}
}

void bench_store_register(const struct bench_options *options)
{
	const struct tmem_store_ops *store;
	unsigned int i, s;
	char name[160];
	size_t b;

	if (!tmem_design_find(DESIGN))
		bench_die("the core has no design '%s', which bench_store.c runs on", DESIGN);
	for (i = 0; i < nr_corpora; i++) {
		struct store_case bare_case = { .corpus = &corpora[i] };

		for (s = 0; (store = tmem_store_at(s)); s++)
			add_store(store, &corpora[i], options);
		for (b = 0; b < ARRAY_SIZE(bare_table); b++) {
			snprintf(name, sizeof(name), "store/bare/%s/%s", bare_table[b].name,
				 corpora[i].name);
			add(name, bare_table[b].fn, &bare_case, options);
		}
	}
}
