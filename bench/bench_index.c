// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench_index.c - operations of the index: every design and every peer, no bytes
 *
 *	get_hit		persistent: a page that is there, and stays
 *	get_miss	an object that is not there
 *	mix		nine gets, one put in place of a page that is there
 *	put_new		a page that is not there, in an object that mostly is
 *	put_replace	a page that is there
 *	put_get		ephemeral: a get that takes a page out, and its put
 *	get_batch	get_hit, 64 pages in one call; ns a page
 *	put_batch	put_replace likewise
 *	flush_page	a page that is there
 *	flush_object	all pages of an object; ns an object, items are pages
 *	reclaim		ephemeral, memory full: a put that has to evict a page
 *
 * Handles are uniformly random.  The peer "nothing" answers at once: it is what
 * the loop, the random numbers and the call through a pointer cost, and is part of
 * every other number.  Threads share all objects, but in what takes pages out: there
 * each keeps to objects of its own (object modulo threads), so that every answer is
 * known; a wrong one makes the benchmark fail.
 *
 * put_new, flush_page and flush_object work in batches of distinct handles, which
 * are taken out before, or put back afterwards, with the clock stopped.  With more
 * than one thread the others' clocks may run meanwhile.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

#define TAKE	4096	/* iterations between looks at the loop's count */
#define BATCH	1024	/* handles */
#define HOLES	65536	/* handles that were flushed before one is put */

static int64_t min_of(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

struct index_case {
	struct fixture_want want;
};

static const struct bench_shape shapes[] = {
	{ "dense", 4096 },	/* 4 M pages: 1 K objects */
	{ "medium", 40 },	/* 100 K objects */
	{ "tiny", 4 },		/* 1 M objects */
};

/* ---- what each of them begins and ends with ---- */

/* A thread's part of the objects: first, first + step, ... (n of them). */
struct part {
	uint32_t first, step, n;
	uint64_t random;
};

static void part_init(struct part *part, uint32_t first, uint32_t step)
{
	static uint64_t runs;

	part->first = first;
	part->step = step;
	part->n = fixture.objects / step;
	part->random = __atomic_add_fetch(&runs, 1, __ATOMIC_RELAXED) * 0x9e3779b97f4a7c15ULL;
}

/* Objects that no other thread touches. */
static void part_of_thread(struct part *part, const struct gbench_state *state)
{
	part_init(part, (uint32_t)gbench_thread(state), (uint32_t)gbench_nr_threads(state));
}

static void part_key(const struct part *part, uint32_t object, uint32_t index,
		     struct peer_key *key)
{
	peer_key_init(key, (uint64_t)object * part->step + part->first, index);
}

/* Thread 0 makes the table; the others see it once they are in the loop. */
static void prepare(struct gbench_state *state, const struct index_case *c)
{
	const char *why;

	if (gbench_thread(state))
		return;
	why = fixture_get(&c->want);
	/* a batch of flush_object wants two objects in every part */
	if (!why && fixture.objects < 2 * (uint32_t)gbench_nr_threads(state))
		why = "fewer than two objects a thread: give it more --pages";
	if (why)
		gbench_skip(state, why);
}

static void report(struct gbench_state *state, int64_t items, int64_t wrong)
{
	if (wrong && !(fixture.ops->flags & PEER_NOTHING)) {
		char why[80];

		snprintf(why, sizeof(why), "%lld answers of %lld were wrong",
			 (long long)wrong, (long long)items);
		__atomic_store_n(&fixture.spoiled, true, __ATOMIC_RELAXED);
		gbench_skip(state, why);
		return;
	}
	gbench_set_items(state, items);
	if (fixture.ops->flags & PEER_NOTHING)
		return;
	gbench_counter(state, "total_B", fixture.bytes, GBENCH_AVG_THREADS);
	gbench_counter(state, "index_B", fixture.index_bytes, GBENCH_AVG_THREADS);
}

/* ---- one handle after another ---- */

enum op { GET_HIT, GET_MISS, MIX, PUT_REPLACE, PUT_GET };

/* How many of one iteration's answers are wrong. */
static inline __attribute__((always_inline)) int
step(enum op op, const struct peer_ops *ops, struct peer *peer, struct part *part)
{
	uint64_t r = bench_random(&part->random);
	uint32_t object = bench_below((uint32_t)(r >> 32), part->n);
	struct peer_key key;

	part_key(part, op == GET_MISS ? object + part->n + 1 : object,
		 bench_below((uint32_t)r, fixture.object_pages), &key);
	switch (op) {
	case GET_HIT:
		return ops->get(peer, &key) != 0;
	case GET_MISS:
		return ops->get(peer, &key) != -ENOENT;
	case MIX:
		/* bits that chose neither object nor index */
		if ((r * 0x9e3779b97f4a7c15ULL >> 40) % 10 == 0)
			return ops->put(peer, &key) != 0;
		return ops->get(peer, &key) != 0;
	case PUT_REPLACE:
		return ops->put(peer, &key) != 0;
	case PUT_GET:
		return (ops->get_exclusive(peer, &key) != 0) + (ops->put(peer, &key) != 0);
	}
	return 1;
}

static inline __attribute__((always_inline)) void
one_by_one(enum op op, struct gbench_state *state, const struct index_case *c)
{
	struct part part = { 0 };
	int64_t n, wrong = 0;

	prepare(state, c);
	while ((n = gbench_take(state, TAKE))) {
		const struct peer_ops *ops = fixture.ops;
		struct peer *peer = fixture.peer;

		if (!part.step && op == PUT_GET)
			part_of_thread(&part, state);
		else if (!part.step)
			part_init(&part, 0, 1);
		for (; n; n--)
			wrong += step(op, ops, peer, &part);
	}
	report(state, gbench_iterations(state), wrong);
}

static void get_hit(struct gbench_state *state, void *arg)
{
	one_by_one(GET_HIT, state, arg);
}

static void get_miss(struct gbench_state *state, void *arg)
{
	one_by_one(GET_MISS, state, arg);
}

static void mix(struct gbench_state *state, void *arg)
{
	one_by_one(MIX, state, arg);
}

static void put_replace(struct gbench_state *state, void *arg)
{
	one_by_one(PUT_REPLACE, state, arg);
}

static void put_get(struct gbench_state *state, void *arg)
{
	one_by_one(PUT_GET, state, arg);
}

/* ---- many handles in one call ---- */

static inline __attribute__((always_inline)) void
many(struct gbench_state *state, const struct index_case *c, bool put)
{
	struct peer_key keys[PEER_MANY];
	struct part part = { 0 };
	int64_t n, i, wrong = 0;

	prepare(state, c);
	while ((n = gbench_take(state, PEER_MANY))) {
		const struct peer_ops *ops = fixture.ops;
		struct peer *peer = fixture.peer;

		if (!part.step)
			part_init(&part, 0, 1);
		for (i = 0; i < n; i++) {
			uint64_t r = bench_random(&part.random);

			part_key(&part, bench_below((uint32_t)(r >> 32), part.n),
				 bench_below((uint32_t)r, fixture.object_pages), &keys[i]);
		}
		wrong += put ? ops->put_many(peer, keys, (unsigned int)n) :
			ops->get_many(peer, keys, (unsigned int)n);
	}
	report(state, gbench_iterations(state), wrong);
}

static void get_batch(struct gbench_state *state, void *arg)
{
	many(state, arg, false);
}

static void put_batch(struct gbench_state *state, void *arg)
{
	many(state, arg, true);
}

/* ---- in batches, the other way round with the clock stopped ---- */

struct batch {
	struct part part;
	struct bench_walk walk;		/* over the part's handles, or its objects */
	struct peer_key keys[BATCH];
};

/* The next @n distinct handles; or objects, where @pages is 1. */
static void batch_fill(struct batch *batch, int64_t n, uint32_t pages)
{
	int64_t i;

	for (i = 0; i < n; i++) {
		uint64_t at = bench_walk_next(&batch->walk);

		part_key(&batch->part, (uint32_t)(at / pages), (uint32_t)(at % pages),
			 &batch->keys[i]);
	}
}

/* Its first use, in the loop: the table is there. */
static void batch_init(struct batch *batch, const struct gbench_state *state,
		       uint32_t pages)
{
	part_of_thread(&batch->part, state);
	bench_walk_init(&batch->walk, (uint64_t)batch->part.n * pages,
			bench_random(&batch->part.random));
}

static int64_t each_key(int (*fn)(struct peer *, const struct peer_key *),
			const struct batch *batch, int64_t n)
{
	struct peer *peer = fixture.peer;
	int64_t i, wrong = 0;

	for (i = 0; i < n; i++)
		wrong += fn(peer, &batch->keys[i]) != 0;
	return wrong;
}

/* Flush the next @n handles of @walk, which is the batch's own but further on. */
static int64_t flush_ahead(struct batch *batch, struct bench_walk *walk, int64_t n)
{
	uint32_t pages = fixture.object_pages;
	struct peer_key key;
	int64_t wrong = 0;

	while (n--) {
		uint64_t at = bench_walk_next(walk);

		part_key(&batch->part, (uint32_t)(at / pages), (uint32_t)(at % pages), &key);
		wrong += fixture.ops->flush_page(fixture.peer, &key) != 0;
	}
	return wrong;
}

/*
 * The handles that are put were flushed HOLES handles ago, so that the caches have
 * forgotten them; at the end all holes are filled.
 */
static void put_new(struct gbench_state *state, void *arg)
{
	struct batch batch = { .part.step = 0 };
	struct bench_walk ahead = { 0 };
	int64_t n, holes = 0, wrong = 0;

	prepare(state, arg);
	while ((n = gbench_take(state, BATCH))) {
		gbench_pause(state);
		if (!batch.part.step) {
			batch_init(&batch, state, fixture.object_pages);
			ahead = batch.walk;
			holes = min_of(HOLES, (int64_t)(ahead.n / 4));
			wrong += flush_ahead(&batch, &ahead, holes);
		}
		wrong += flush_ahead(&batch, &ahead, n);
		batch_fill(&batch, n, fixture.object_pages);
		gbench_resume(state);
		wrong += each_key(fixture.ops->put, &batch, n);
	}
	for (; holes; holes -= n) {
		n = min_of(holes, BATCH);
		batch_fill(&batch, n, fixture.object_pages);
		wrong += each_key(fixture.ops->put, &batch, n);
	}
	report(state, gbench_iterations(state), wrong);
}

static void flush_page(struct gbench_state *state, void *arg)
{
	struct batch batch = { .part.step = 0 };
	int64_t n, wrong = 0;

	prepare(state, arg);
	while ((n = gbench_take(state, BATCH))) {
		gbench_pause(state);
		if (!batch.part.step)
			batch_init(&batch, state, fixture.object_pages);
		batch_fill(&batch, n, fixture.object_pages);
		gbench_resume(state);
		wrong += each_key(fixture.ops->flush_page, &batch, n);
		gbench_pause(state);
		wrong += each_key(fixture.ops->put, &batch, n);
		gbench_resume(state);
	}
	report(state, gbench_iterations(state), wrong);
}

static int64_t put_objects(struct batch *batch, int64_t n)
{
	uint32_t pages = fixture.object_pages, index;
	int64_t i, wrong = 0;

	/* page by page over all objects of the batch, as they were filled */
	for (index = 0; index < pages; index++) {
		for (i = 0; i < n; i++) {
			batch->keys[i].index = index;
			wrong += fixture.ops->put(fixture.peer, &batch->keys[i]) != 0;
		}
	}
	return wrong;
}

/* Objects of a batch: for about 8192 pages. */
static int64_t batch_objects(const struct index_case *c)
{
	return min_of(8192 / c->want.shape->object_pages, BATCH);
}

static void flush_object(struct gbench_state *state, void *arg)
{
	const struct index_case *c = arg;
	struct batch batch = { .part.step = 0 };
	int64_t i, n, pages = 0, wrong = 0;

	prepare(state, c);
	while ((n = gbench_take(state, batch_objects(c)))) {
		gbench_pause(state);
		if (!batch.part.step)
			batch_init(&batch, state, 1);
		batch_fill(&batch, n, 1);
		gbench_resume(state);
		for (i = 0; i < n; i++)
			pages += fixture.ops->flush_object(fixture.peer, &batch.keys[i],
							   fixture.object_pages);
		gbench_pause(state);
		wrong += put_objects(&batch, n);
		gbench_resume(state);
	}
	n = gbench_iterations(state) * c->want.shape->object_pages;
	report(state, pages, wrong + (pages != n));
}

/* ---- memory full ---- */

/*
 * Handles beyond those of the fill, eight times as many as there is room for, in
 * an order without pattern, and around again: long evicted by then.
 */
static void reclaim(struct gbench_state *state, void *arg)
{
	int thread = gbench_thread(state);
	struct part part = { 0 };
	struct bench_walk walk = { 0 };
	int64_t n, wrong = 0;
	struct peer_key key;

	prepare(state, arg);
	while ((n = gbench_take(state, TAKE))) {
		uint32_t pages = fixture.object_pages;

		if (!part.step) {
			part_of_thread(&part, state);
			bench_walk_init(&walk, 8ULL * part.n * pages,
					fixture.cursor[thread]);
		}
		for (; n; n--) {
			uint64_t at = bench_walk_next(&walk);

			part_key(&part, part.n + 1 + (uint32_t)(at / pages),
				 (uint32_t)(at % pages), &key);
			wrong += fixture.ops->put(fixture.peer, &key) != 0;
		}
	}
	fixture.cursor[thread] = walk.next;
	report(state, gbench_iterations(state), wrong);
}

/* ---- registration ---- */

static const struct {
	const char *name;
	gbench_fn *fn;
	enum fixture_kind kind;
} ops_table[] = {
	{ "get_hit", get_hit, FIXTURE_PERSISTENT },
	{ "get_miss", get_miss, FIXTURE_PERSISTENT },
	{ "mix", mix, FIXTURE_PERSISTENT },
	{ "put_new", put_new, FIXTURE_PERSISTENT },
	{ "put_replace", put_replace, FIXTURE_PERSISTENT },
	{ "get_batch", get_batch, FIXTURE_PERSISTENT },
	{ "put_batch", put_batch, FIXTURE_PERSISTENT },
	{ "flush_page", flush_page, FIXTURE_PERSISTENT },
	{ "flush_object", flush_object, FIXTURE_PERSISTENT },
	{ "put_get", put_get, FIXTURE_EPHEMERAL },
	{ "reclaim", reclaim, FIXTURE_FULL },
};

#define NR_OPS (sizeof(ops_table) / sizeof(ops_table[0]))
#define NR_SHAPES (sizeof(shapes) / sizeof(shapes[0]))

/* A table that benchmarks run on, and which of them. */
struct table {
	const struct bench_options *options;
	const struct peer_ops *ops;
	const struct bench_shape *shape;
	uint64_t pages;
	uint32_t buckets;
	bool few;		/* operations: what the number of buckets costs */
};

static bool op_wanted(const struct table *table, size_t op)
{
	if (ops_table[op].kind == FIXTURE_FULL && !(table->ops->flags & PEER_EVICTS))
		return false;
	if (!table->ops->get_many &&
	    (ops_table[op].fn == get_batch || ops_table[op].fn == put_batch))
		return false;
	return !table->few || ops_table[op].fn == get_hit || ops_table[op].fn == mix;
}

static void register_table(const struct table *table)
{
	char name[160], suffix[32] = "";
	size_t i;

	if (table->ops->flags & PEER_BUCKETS)
		snprintf(suffix, sizeof(suffix), "/buckets:%u", table->buckets);
	for (i = 0; i < NR_OPS; i++) {
		struct index_case *c;

		if (!op_wanted(table, i))
			continue;
		c = malloc(sizeof(*c));	/* as long as the benchmark: to the end */
		if (!c)
			bench_die("no memory for the list of benchmarks");
		*c = (struct index_case){
			.want = { table->ops, table->shape, table->pages, table->buckets,
				  ops_table[i].kind },
		};
		snprintf(name, sizeof(name), "index/%s/%s/%s%s/pages:%llu", ops_table[i].name,
			 table->shape->name, table->ops->name, suffix,
			 (unsigned long long)table->pages);
		bench_all_threads(gbench_register(name, ops_table[i].fn, c), table->options);
	}
}

/* ---- how many buckets ---- */

#define HISTORICAL_DESIGN	"hashbucket"
#define HISTORICAL_BUCKETS	256U
#define MAX_BUCKETS		(1U << 20)
#define MAX_CHAIN		64U

/* One for each object: where a table is not told, as the peers are made to size. */
static uint32_t fitting_buckets(const struct table *table)
{
	uint64_t objects = table->pages / table->shape->object_pages;
	uint32_t n = 1;

	while (n < objects && n < MAX_BUCKETS)
		n *= 2;
	return n;
}

/*
 * Every operation with a bucket for each object, and with the historical number.
 * Other numbers show what they cost: in two operations on medium objects, unless
 * chains get so long that to fill the table takes minutes.
 */
static void register_bucket_counts(struct table table)
{
	static const uint32_t others[] = { 64, 256, 4096, 65536, MAX_BUCKETS };
	uint32_t fitting = fitting_buckets(&table);
	bool historical = !strcmp(table.ops->name, HISTORICAL_DESIGN);
	uint64_t objects = table.pages / table.shape->object_pages;
	size_t i;

	table.buckets = fitting;
	register_table(&table);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		table.buckets = others[i];
		table.few = !historical || others[i] != HISTORICAL_BUCKETS;
		if (others[i] == fitting ||
		    (table.few && (strcmp(table.shape->name, "medium") ||
				   objects / others[i] > MAX_CHAIN)))
			continue;
		register_table(&table);
	}
}

static void register_who(struct table table)
{
	unsigned int i;

	if (!(table.ops->flags & PEER_BUCKETS)) {
		register_table(&table);
	} else if (!table.options->nr_buckets) {
		register_bucket_counts(table);
	} else {
		for (i = 0; i < table.options->nr_buckets; i++) {
			table.buckets = table.options->buckets[i];
			register_table(&table);
		}
	}
}

void bench_index_register(const struct bench_options *options)
{
	struct table table = { .options = options };
	unsigned int i, p;
	size_t s;

	for (p = 0; p < options->nr_pages; p++) {
		for (s = 0; s < NR_SHAPES; s++) {
			for (i = 0; (table.ops = peer_at(i)); i++) {
				table.shape = &shapes[s];
				table.pages = options->pages[p];
				register_who(table);
			}
		}
	}
}
