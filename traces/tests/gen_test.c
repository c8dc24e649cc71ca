// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gen_test.c - generated traces: the same on every machine, and nothing in them
 * that a well-behaved client would not do
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../gen.h"
#include "../gen/random.h"

/* ---- the same everywhere ---- */

static uint64_t fold(uint64_t hash, uint64_t value)
{
	return random_mix(hash * 31 + value);
}

static int hash_record(void *ctx, const struct trace_record *r)
{
	const struct trace_event *e = &r->event;
	uint64_t *hash = ctx, h = *hash;
	int i;

	h = fold(h, e->time);
	h = fold(h, e->op);
	h = fold(h, e->result);
	h = fold(h, e->pool);
	h = fold(h, e->client);
	h = fold(h, e->cpu);
	h = fold(h, e->size);
	h = fold(h, e->index);
	h = fold(h, e->count);
	for (i = 0; i < 3; i++)
		h = fold(h, r->oid.w[i]);
	*hash = fold(h, r->hash);
	return 0;
}

static uint64_t hash_of(const struct gen_config *config)
{
	uint64_t hash = 0;

	assert_int_equal(gen_run(config, hash_record, &hash), 0);
	return hash;
}

/* A change here changes everybody's traces of the same seed. */
static void test_streams_never_change(void **state)
{
	static const uint64_t expected[GEN_NR_KINDS][2] = {
		{ 0x553be47314608bc5ULL, 0x06f7c9538c88f7d0ULL },
		{ 0xf65a273d73863c2bULL, 0xde23cec7f5d15f54ULL },
		{ 0xb9265f75390809d6ULL, 0xbaf56b0af8510e4eULL },
		{ 0x39c8a5307e01ff38ULL, 0xd188d8b7d2071487ULL },
	};
	struct gen_config config;
	unsigned int kind;

	(void)state;
	for (kind = 0; kind < GEN_NR_KINDS; kind++) {
		gen_defaults(&config, kind);
		config.events = 100000;
		config.clients = 3;
		assert_int_equal(hash_of(&config), expected[kind][0]);
		config.output = TRACE_OPERATIONS;
		config.seed = 12345678901234567ULL;
		assert_int_equal(hash_of(&config), expected[kind][1]);
	}
}

static void test_seed_decides(void **state)
{
	struct gen_config config, other;
	unsigned int kind;

	(void)state;
	for (kind = 0; kind < GEN_NR_KINDS; kind++) {
		gen_defaults(&config, kind);
		config.events = 20000;
		other = config;
		assert_int_equal(hash_of(&config), hash_of(&other));
		other.seed++;
		assert_int_not_equal(hash_of(&config), hash_of(&other));
	}
}

struct collect {
	struct trace_record *records;
	uint64_t nr, room;
	int stop;			/* what to return when there is no room */
};

static int collect(void *ctx, const struct trace_record *r)
{
	struct collect *c = ctx;

	if (c->nr == c->room)
		return c->stop;
	c->records[c->nr++] = *r;
	return 0;
}

static struct collect run_all(const struct gen_config *config)
{
	struct collect c = { .room = config->events, .stop = -EFBIG };

	c.records = calloc(config->events, sizeof(*c.records));
	assert_non_null(c.records);
	assert_int_equal(gen_run(config, collect, &c), 0);
	assert_int_equal(c.nr, config->events);
	return c;
}

static void test_shorter_is_a_beginning(void **state)
{
	struct gen_config config;
	struct collect a, b;
	unsigned int kind;

	(void)state;
	for (kind = 0; kind < GEN_NR_KINDS; kind++) {
		gen_defaults(&config, kind);
		config.events = 10001;
		a = run_all(&config);
		config.events = 777;
		b = run_all(&config);
		assert_memory_equal(a.records, b.records, 777 * sizeof(*a.records));
		free(a.records);
		free(b.records);
	}
}

static void test_emit_ends_it(void **state)
{
	struct trace_record room[10];
	struct gen_config config;
	unsigned int kind;

	(void)state;
	for (kind = 0; kind < GEN_NR_KINDS; kind++) {
		struct collect c = { room, 0, 10, -ENOSPC };

		gen_defaults(&config, kind);
		assert_int_equal(gen_run(&config, collect, &c), -ENOSPC);
		assert_int_equal(c.nr, 10);
		c = (struct collect){ room, 0, 10, 1 };
		assert_int_equal(gen_run(&config, collect, &c), 1);
	}
}

/* ---- what every record has to be ---- */

struct check {
	const struct gen_config *config;
	struct trace_info info;
	uint64_t nr, ops[TRACE_NR_OPS], last_time, writes;
	uint8_t *pools_seen, *cpus_seen;
};

static void check_init(struct check *c, const struct gen_config *config)
{
	struct trace_error err;

	memset(c, 0, sizeof(*c));
	c->config = config;
	assert_int_equal(gen_validate(config, &err), 0);
	assert_int_equal(gen_info(config, &c->info), 0);
	c->pools_seen = calloc(c->info.nr_pools, 1);
	c->cpus_seen = calloc(config->cpus, 1);
	assert_non_null(c->pools_seen);
	assert_non_null(c->cpus_seen);
}

static void check_exit(struct check *c)
{
	free(c->info.pools);
	free(c->pools_seen);
	free(c->cpus_seen);
}

static uint64_t object_pages(const struct gen_config *c, uint64_t object)
{
	return c->pages / c->objects + (object < c->pages % c->objects);
}

static void check_record(struct check *c, const struct trace_record *r)
{
	const struct trace_event *e = &r->event;
	uint32_t flags;
	uint64_t size;

	assert_true(e->op < TRACE_NR_OPS);
	assert_int_equal(e->op >= TRACE_READ, c->config->output == TRACE_REFERENCES);
	assert_true(e->pool < c->info.nr_pools);
	assert_true(e->client < c->config->clients);
	assert_true(e->cpu < c->config->cpus);
	assert_int_equal(e->result, TRACE_UNKNOWN);
	assert_true(e->time >= c->last_time && e->time > 0);
	assert_true(e->op == TRACE_PUT ? e->size >= 1 && e->size <= 4096 : e->size == 0);
	flags = c->info.pools[e->pool].flags;
	if (flags & TRACE_POOL_SHARED)
		assert_int_equal(e->client / GEN_GROUP,
				 c->info.pools[e->pool].client / GEN_GROUP);
	else
		assert_int_equal(e->client, c->info.pools[e->pool].client);
	size = flags & TRACE_POOL_PERSISTENT ? 1024 : object_pages(c->config, r->oid.w[0]);
	assert_true(r->oid.w[0] < (flags & TRACE_POOL_PERSISTENT ?
		    (c->config->swap_pages + 1023) / 1024 : c->config->objects));
	assert_true(e->count >= 1 && e->index + (uint64_t)e->count <= size);
	if (e->op == TRACE_FLUSH_OBJECT)
		assert_true(e->index == 0 && e->count == 1);
	c->last_time = e->time;
	c->nr++;
	c->ops[e->op]++;
	c->pools_seen[e->pool] = 1;
	c->cpus_seen[e->cpu] = 1;
}

static int emit_check(void *ctx, const struct trace_record *r)
{
	check_record(ctx, r);
	return 0;
}

static bool all_set(const uint8_t *seen, uint32_t nr)
{
	return !memchr(seen, 0, nr);
}

static void test_references_are_valid(void **state)
{
	static const uint64_t shapes[][2] = { { 1, 1 }, { 10, 10 }, { 1000, 7 },
					      { 4096, 1 }, { GEN_MAX_PAGES, 3 } };
	struct gen_config config;
	unsigned int kind, i, ops;
	struct check c;

	(void)state;
	for (kind = GEN_ZIPF; kind <= GEN_LOOP; kind++) {
		for (i = 0; i < 2 * sizeof(shapes) / sizeof(shapes[0]); i++) {
			ops = i & 1;
			gen_defaults(&config, kind);
			config.output = ops ? TRACE_OPERATIONS : TRACE_REFERENCES;
			config.pages = shapes[i / 2][0];
			config.objects = shapes[i / 2][1];
			config.run = kind == GEN_ZIPF ? 1 : 1 + 8 * ops;
			config.clients = 5;
			config.writes = 30;
			config.events = 50000;
			check_init(&c, &config);
			assert_int_equal(gen_run(&config, emit_check, &c), 0);
			assert_int_equal(c.nr, config.events);
			assert_true(all_set(c.pools_seen, c.info.nr_pools));
			assert_true(all_set(c.cpus_seen, config.cpus));
			assert_in_range(c.ops[TRACE_WRITE] + 2 * c.ops[TRACE_FLUSH], 14000, 16000);
			assert_int_equal(c.ops[TRACE_PUT], ops ? 25000 : 0);
			/* the rate: 100,000 a second */
			assert_in_range(c.last_time, 480000000, 520000000);
			check_exit(&c);
		}
	}
}

/* Passes: each page once, an object from its beginning to its end. */
static void test_scans_and_loops(void **state)
{
	static uint32_t order[2][3][100];
	struct gen_config config;
	unsigned int kind, pass, i, nr, differ[2] = { 0, 0 };

	(void)state;
	for (kind = GEN_SCAN; kind <= GEN_LOOP; kind++) {
		struct trace_record *r;
		struct collect all;

		gen_defaults(&config, kind);
		config.pages = 1050;
		config.objects = 100;
		config.events = 3 * 1050;
		all = run_all(&config);
		r = all.records;
		for (pass = 0; pass < 3; pass++) {
			uint8_t seen[100] = { 0 };

			for (nr = 0; nr < 100; nr++) {
				uint64_t object = r->oid.w[0];

				assert_int_equal(seen[object]++, 0);
				order[kind - GEN_SCAN][pass][nr] = object;
				for (i = 0; i < object_pages(&config, object); i++, r++) {
					assert_int_equal(r->oid.w[0], object);
					assert_int_equal(r->event.index, i);
				}
			}
		}
		for (pass = 1; pass < 3; pass++)
			differ[kind - GEN_SCAN] += memcmp(order[kind - GEN_SCAN][pass],
							  order[kind - GEN_SCAN][pass - 1],
							  sizeof(order[0][0])) != 0;
		free(all.records);
	}
	assert_int_equal(differ[0], 2);
	assert_int_equal(differ[1], 0);
}

/* ---- mixed: clients that behave ---- */

enum page_state {
	ABSENT,			/* its client does not hold it */
	HELD,
	UNSURE,			/* after a flush of one page: overwritten or cut off */
};

struct behaviour {
	struct check check;
	uint8_t *page;			/* [client][page] enum page_state */
	uint8_t *slot;			/* [client][slot] in use */
	uint64_t *object_gets;
	uint64_t *held;			/* [client] */
	uint64_t persistent_gets, puts_again, shared_flushes, held_flushes, ranges;
};

static uint64_t first_page(const struct gen_config *c, uint64_t object)
{
	uint64_t extra = c->pages % c->objects;

	return object * (c->pages / c->objects) + (object < extra ? object : extra);
}

static void set_page(struct behaviour *b, uint32_t client, uint64_t page, uint8_t state)
{
	uint8_t *p = &b->page[client * b->check.config->pages + page];

	b->held[client] -= *p == HELD;
	b->held[client] += state == HELD;
	*p = state;
	assert_true(b->held[client] <= b->check.config->cache);
}

static void file_flush(struct behaviour *b, const struct trace_record *r)
{
	const struct gen_config *c = b->check.config;
	const struct trace_event *e = &r->event;
	uint64_t page = first_page(c, r->oid.w[0]) + e->index, end = page + e->count;
	uint32_t client;

	if (e->op == TRACE_FLUSH_OBJECT)
		end = page + object_pages(c, r->oid.w[0]);
	b->ranges += end - page > 1;
	if (b->check.info.pools[e->pool].flags & TRACE_POOL_SHARED && end - page == 1)
		b->held_flushes += b->page[e->client * c->pages + page] == HELD;
	for (; page < end; page++) {
		set_page(b, e->client, page,
			 e->op == TRACE_FLUSH && e->count == 1 ? UNSURE : ABSENT);
		if (!(b->check.info.pools[e->pool].flags & TRACE_POOL_SHARED))
			continue;
		b->shared_flushes++;
		for (client = 0; client < c->clients; client++) {
			if (client != e->client &&
			    client / GEN_GROUP == e->client / GEN_GROUP)
				set_page(b, client, page, ABSENT);
		}
	}
}

static void file_op(struct behaviour *b, const struct trace_record *r)
{
	const struct gen_config *c = b->check.config;
	const struct trace_event *e = &r->event;
	uint64_t page = first_page(c, r->oid.w[0]) + e->index;
	uint8_t *state = &b->page[e->client * c->pages + page];
	bool shared = b->check.info.pools[e->pool].flags & TRACE_POOL_SHARED;

	assert_int_equal(shared, r->oid.w[0] < c->objects * c->shared / 100);
	if (e->op == TRACE_GET) {
		assert_int_not_equal(*state, HELD);
		set_page(b, e->client, page, HELD);
		b->object_gets[r->oid.w[0]]++;
	} else if (e->op == TRACE_PUT) {
		assert_int_not_equal(*state, ABSENT);
		set_page(b, e->client, page, ABSENT);
	} else {
		file_flush(b, r);
	}
}

static void swap_op(struct behaviour *b, const struct trace_record *r)
{
	const struct gen_config *c = b->check.config;
	const struct trace_event *e = &r->event;
	uint64_t slot = r->oid.w[0] * 1024 + e->index, i;
	uint8_t *slots = &b->slot[e->client * c->swap_pages];

	assert_true(slot < c->swap_pages);
	if (e->op == TRACE_PUT) {
		b->puts_again += slots[slot];
		slots[slot] = 1;
	} else if (e->op == TRACE_GET) {
		assert_int_equal(slots[slot], 1);
		b->persistent_gets++;
	} else if (e->op == TRACE_FLUSH) {
		assert_int_equal(e->count, 1);
		assert_int_equal(slots[slot], 1);
		slots[slot] = 0;
	} else {
		for (i = slot; i < slot + 1024 && i < c->swap_pages; i++)
			slots[i] = 0;
	}
}

static int emit_behaviour(void *ctx, const struct trace_record *r)
{
	struct behaviour *b = ctx;

	check_record(&b->check, r);
	if (b->check.info.pools[r->event.pool].flags & TRACE_POOL_PERSISTENT)
		swap_op(b, r);
	else
		file_op(b, r);
	return 0;
}

static void run_mixed(const struct gen_config *config)
{
	struct behaviour b = { 0 };
	uint64_t all = 0, top = 0, i;

	check_init(&b.check, config);
	b.page = calloc(config->clients, config->pages);
	b.slot = calloc(config->clients, config->swap_pages);
	b.held = calloc(config->clients, sizeof(*b.held));
	b.object_gets = calloc(config->objects, sizeof(*b.object_gets));
	assert_true(b.page && b.slot && b.held && b.object_gets);
	assert_int_equal(gen_run(config, emit_behaviour, &b), 0);

	assert_true(b.check.ops[TRACE_PUT] > 0 && b.check.ops[TRACE_GET] > 0);
	assert_true(b.check.ops[TRACE_FLUSH] > 0 && b.check.ops[TRACE_FLUSH_OBJECT] > 0);
	assert_true(all_set(b.check.pools_seen, b.check.info.nr_pools));
	assert_true(all_set(b.check.cpus_seen, config->cpus));
	assert_true(b.ranges > 0);
	assert_true(!config->shared || b.shared_flushes > 0);
	/* writes to a page that is held flush it too, where others may have it */
	assert_true(!config->shared || b.held_flushes > 20);
	assert_true(!config->swap || (b.persistent_gets > 0 && b.puts_again > 0));
	for (i = 0; i < config->objects; i++) {
		all += b.object_gets[i];
		if (b.object_gets[i] > top)
			top = b.object_gets[i];
	}
	if (config->skew)		/* there are hot ones */
		assert_true(top > 5 * all / config->objects);
	free(b.page);
	free(b.slot);
	free(b.held);
	free(b.object_gets);
	check_exit(&b.check);
}

static void test_mixed_clients_behave(void **state)
{
	struct gen_config config;
	uint64_t seed;

	(void)state;
	for (seed = 0; seed < 5; seed++) {
		gen_defaults(&config, GEN_MIXED);
		config.seed = seed;
		config.events = 300000;
		config.pages = 20011;
		config.objects = 300;
		config.cache = 2000;
		config.swap_pages = 5000;
		run_mixed(&config);
		config.clients = 130;		/* three groups */
		config.cpus = 16;
		run_mixed(&config);
		config.swap = 0;
		config.clients = 2;
		config.shared = 99;
		config.skew = 0;
		run_mixed(&config);
	}
}

/* Events of windows of 10 ms: their variance is their mean, without bursts. */
static double burstiness(const struct gen_config *config)
{
	double sum = 0, squares = 0, mean;
	uint64_t i = 0, end, nr = 0;
	struct collect c;

	c = run_all(config);
	for (end = 10000000; end < c.records[c.nr - 1].event.time; end += 10000000, nr++) {
		double events = 0;

		for (; c.records[i].event.time < end; i++)
			events++;
		sum += events;
		squares += events * events;
	}
	mean = sum / nr;
	free(c.records);
	assert_true(fabs(mean / (config->rate / 100.0) - 1) < 0.1);
	return (squares / nr - mean * mean) / mean;
}

static void test_bursts(void **state)
{
	struct gen_config config;
	double b;

	(void)state;
	gen_defaults(&config, GEN_ZIPF);
	b = burstiness(&config);
	assert_true(b > 0.7 && b < 1.3);
	gen_defaults(&config, GEN_MIXED);
	assert_true(burstiness(&config) > 10);
}

/* ---- configuration and header ---- */

static void refused(const struct gen_config *config, const char *text)
{
	struct trace_error err = { 0 };
	uint64_t hash = 0;

	assert_int_equal(gen_validate(config, &err), -EINVAL);
	assert_int_equal(err.code, -EINVAL);
	assert_non_null(strstr(err.text, text));
	assert_null(strchr(err.text, '\n'));
	assert_int_equal(gen_run(config, hash_record, &hash), -EINVAL);
	assert_int_equal(hash, 0);
}

#define REFUSED(kind, field, value, text)				\
	do {								\
		struct gen_config config;				\
									\
		gen_defaults(&config, kind);				\
		config.field = value;					\
		refused(&config, text);					\
	} while (0)

static void test_bad_configurations_are_refused(void **state)
{
	(void)state;
	REFUSED(GEN_ZIPF, kind, GEN_NR_KINDS, "no such kind of trace");
	REFUSED(GEN_ZIPF, output, 7, "no such kind of event");
	REFUSED(GEN_ZIPF, events, 0, "--events 0");
	REFUSED(GEN_ZIPF, events, GEN_MAX_EVENTS + 1, "--events");
	REFUSED(GEN_ZIPF, pages, 0, "--pages 0");
	REFUSED(GEN_ZIPF, pages, GEN_MAX_PAGES + 1, "--pages");
	REFUSED(GEN_ZIPF, objects, 0, "--objects 0");
	REFUSED(GEN_ZIPF, objects, 262145, "--objects");
	REFUSED(GEN_ZIPF, skew, GEN_MAX_SKEW + 1, "--skew 4.000001");
	REFUSED(GEN_ZIPF, writes, 101, "--writes 101");
	REFUSED(GEN_SCAN, run, 0, "--run 0");
	REFUSED(GEN_SCAN, run, GEN_MAX_RUN + 1, "--run");
	REFUSED(GEN_ZIPF, run, 2, "--run is for scan and loop, zipf");
	REFUSED(GEN_ZIPF, clients, 0, "--clients 0");
	REFUSED(GEN_ZIPF, clients, GEN_MAX_CLIENTS + 1, "--clients");
	REFUSED(GEN_ZIPF, cpus, 0, "--cpus 0");
	REFUSED(GEN_ZIPF, cpus, GEN_MAX_CPUS + 1, "--cpus");
	REFUSED(GEN_ZIPF, rate, GEN_MIN_RATE - 1, "--rate");
	REFUSED(GEN_ZIPF, rate, GEN_MAX_RATE + 1, "--rate");
	REFUSED(GEN_MIXED, output, TRACE_REFERENCES, "tmem operations only");
	REFUSED(GEN_MIXED, cache, 0, "--cache 0");
	REFUSED(GEN_MIXED, cache, 262144, "--cache");
	REFUSED(GEN_MIXED, shared, 101, "--shared 101");
	REFUSED(GEN_MIXED, swap, 91, "--swap 91");
	REFUSED(GEN_MIXED, swap_pages, 1023, "--swap-pages 1023");
	REFUSED(GEN_MIXED, clients, 1024, "--clients 1024 would need 2064 pools");
}

static void test_header(void **state)
{
	struct gen_config config;
	struct trace_info info;
	unsigned int kind, i;

	(void)state;
	for (kind = 0; kind < GEN_NR_KINDS; kind++) {
		assert_int_equal(gen_kind_find(gen_kind_name(kind)), kind);
		gen_defaults(&config, kind);
		assert_int_equal(gen_info(&config, &info), 0);
		assert_int_equal(info.kind, config.output);
		assert_int_equal(info.page_size, 4096);
		assert_true(info.has_times && !info.has_hashes);
		assert_non_null(strstr(info.source, gen_kind_name(kind)));
		free(info.pools);
	}
	assert_int_equal(gen_kind_find("zip"), -ENOENT);

	config.clients = 65;
	assert_int_equal(gen_info(&config, &info), 0);
	assert_int_equal(info.nr_pools, 65 + 65 + 2);
	for (i = 0; i < info.nr_pools; i++) {
		assert_int_equal(info.pools[i].flags, i < 65 ? 0 : i < 130 ?
				 TRACE_POOL_PERSISTENT : TRACE_POOL_SHARED);
		assert_int_equal(info.pools[i].client, i < 130 ? i % 65 : (i - 130) * 64);
	}
	free(info.pools);

	/* the longest one fits, its last word included */
	config.events = GEN_MAX_EVENTS;
	config.seed = UINT64_MAX;
	config.pages = config.objects = config.swap_pages = GEN_MAX_PAGES;
	config.cache = GEN_MAX_PAGES - 1;
	config.writes = config.shared = 100;
	config.cpus = GEN_MAX_CPUS;
	config.rate = GEN_MAX_RATE;
	assert_int_equal(gen_info(&config, &info), 0);
	assert_non_null(strstr(info.source, "--rate 1000000000"));
	free(info.pools);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_streams_never_change),
		cmocka_unit_test(test_seed_decides),
		cmocka_unit_test(test_shorter_is_a_beginning),
		cmocka_unit_test(test_emit_ends_it),
		cmocka_unit_test(test_references_are_valid),
		cmocka_unit_test(test_scans_and_loops),
		cmocka_unit_test(test_mixed_clients_behave),
		cmocka_unit_test(test_bursts),
		cmocka_unit_test(test_bad_configurations_are_refused),
		cmocka_unit_test(test_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
