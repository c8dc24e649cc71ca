// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * curve_test.c - hit-ratio curves are those of direct replays, to the count
 *
 *	random	1,000 streams of puts (of present pages too), gets and flushes of
 *		pages, ranges and objects, in several pools, through the core itself on
 *		all designs in turn, at 16 sizes
 *	traces	arc-OLTP before several page caches, the sample trace and a generated
 *		one, replayed at 16 sizes on all designs in turn
 *	tops	a page cache on top of the stack gives the curve of one before it: random
 *		references and discards, and arc-OLTP
 *	table	the misses of an LRU that libCacheSim counts
 *	samples	near the exact curve
 *
 * Arguments: the folder with the real traces, without which those tests skip; the
 * sample trace.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../curve/pass.h"
#include "draw.h"
#include "replay_support.h"

#if TMEM_DEBUG
#define STREAMS	60U
#define SLOW	1
#else
#define STREAMS	1000U
#define SLOW	0
#endif

#define SIZES	16U
#define POOLS	3U
#define OBJECTS	5U	/* of a pool */

static const char *traces = ".", *sample;

/* ---- random streams, against the core ---- */

struct stream {
	struct op ops[600];
	u32 nr;
	u32 pages;		/* of an object */
	u32 weights[4];		/* by kind */
};

/* Dense pages or spread ones, some near the end of the index. */
static u32 draw_index(const struct stream *s)
{
	u32 i = draw(s->pages);

	return s->pages % 3 ? i : i % 2 ? UINT32_MAX - i / 2 : i * 1000003U;
}

static void make_stream(struct stream *s)
{
	u32 i, kind, left, first, last;

	s->nr = 50 + draw(ARRAY_SIZE(s->ops) - 50);
	s->pages = 2 + draw(60);
	s->weights[OP_PUT] = 1 + draw(10);
	s->weights[OP_GET] = 1 + draw(10);
	s->weights[OP_FLUSH] = draw(4);
	s->weights[OP_FLUSH_RANGE] = draw(2);
	for (i = 0; i < s->nr; i++) {
		struct op *op = &s->ops[i];

		left = draw(s->weights[0] + s->weights[1] + s->weights[2] +
			    s->weights[3]);
		for (kind = 0; left >= s->weights[kind]; kind++)
			left -= s->weights[kind];
		*op = (struct op){ .kind = (u8)kind, .object = draw(POOLS * OBJECTS),
				   .index = draw_index(s) };
		if (kind != OP_FLUSH_RANGE)
			continue;
		first = draw(4) ? op->index : 0;
		last = draw(3) ? draw_index(s) : UINT32_MAX;
		op->index = min(first, last);
		op->arg = max(first, last);
	}
}

struct machine {
	struct tmem *tm;
	int pools[POOLS];
};

static struct tmem_oid oid_of(u32 object)
{
	return (struct tmem_oid){ { object / POOLS, 7, 0 } };
}

static void machine_start(struct machine *m, const struct tmem_index_ops *design)
{
	struct tmem_config config = { .budget = 1, .shards = 1 };
	struct tmem_pool_attr attr = { .design = design, .buckets = 16,
				       .store = tmem_store_find("none") };
	u32 i;

	m->tm = tmem_create(&config, NULL);
	assert_false(IS_ERR(m->tm));
	for (i = 0; i < POOLS; i++) {
		attr.client = i;
		m->pools[i] = tmem_pool_create(m->tm, &attr, NULL);
		assert_true(m->pools[i] >= 0);
	}
}

/* The hits of a stream through a tmem of so many pages, empty before and after. */
static u64 direct_hits(struct machine *m, const struct stream *s, u64 pages)
{
	struct tmem_oid oid;
	u64 hits = 0;
	u32 i;

	assert_int_equal(tmem_set_budget(m->tm, pages), 0);
	for (i = 0; i < s->nr; i++) {
		const struct op *op = &s->ops[i];
		int pool = m->pools[op->object % POOLS];

		oid = oid_of(op->object);
		switch (op->kind) {
		case OP_PUT:
			assert_int_equal(tmem_put(m->tm, pool, &oid, op->index,
						  NULL), 0);
			break;
		case OP_GET:
			hits += !tmem_get(m->tm, pool, &oid, op->index, NULL);
			break;
		case OP_FLUSH:
			tmem_flush_page(m->tm, pool, &oid, op->index);
			break;
		default:
			tmem_flush_range(m->tm, pool, &oid, op->index, op->arg);
			break;
		}
	}
	for (i = 0; i < POOLS * OBJECTS; i++) {
		oid = oid_of(i);
		tmem_flush_object(m->tm, m->pools[i % POOLS], &oid);
	}
	return hits;
}

static void curve_of(const struct stream *s, struct depths *depths)
{
	struct stack stack;
	u32 i, depth;

	depths_init(depths);
	/* little room: slots are squeezed often */
	assert_int_equal(stack_init(&stack, 64 + draw(512)), 0);
	for (i = 0; i < s->nr; i++) {
		const struct op *op = &s->ops[i];

		switch (op->kind) {
		case OP_PUT:
			assert_int_equal(stack_put(&stack, op->object, op->index), 0);
			break;
		case OP_GET:
			depth = stack_get(&stack, op->object, op->index);
			if (depth != STACK_MISS)
				assert_int_equal(depths_add(depths, depth), 0);
			break;
		case OP_FLUSH:
			stack_flush(&stack, op->object, op->index, op->index);
			break;
		default:
			stack_flush(&stack, op->object, op->index, op->arg);
			break;
		}
		if (i % 64 == 0)
			assert_int_equal(stack_validate(&stack), 0);
	}
	assert_int_equal(stack_validate(&stack), 0);
	stack_exit(&stack);
	depths_sum(depths);
}

static void random_streams_are_exact(void **state)
{
	static struct stream s;
	struct machine machines[8];
	u32 designs, n, i;
	u64 hits = 0;

	(void)state;
	for (designs = 0; tmem_design_at(designs); designs++)
		machine_start(&machines[designs], tmem_design_at(designs));
	for (n = 0; n < STREAMS; n++) {
		struct depths depths;

		seed = n + 1;
		make_stream(&s);
		curve_of(&s, &depths);
		/* every size where the curve may bend, evenly, and beyond its end */
		for (i = 0; i < SIZES; i++) {
			u64 pages = 1 + i * (depths.end + 1) / (SIZES - 1);
			u64 want = direct_hits(&machines[(n + i) % designs], &s,
					       pages);

			if (depths_hits(&depths, pages) != want)
				fail_msg("stream %u, %llu pages: %llu hits, and %llu replayed",
					 n, (unsigned long long)pages,
					 (unsigned long long)depths_hits(&depths, pages),
					 (unsigned long long)want);
		}
		hits += depths.hits;
		depths_exit(&depths);
	}
	assert_true(hits > 5 * STREAMS);
	for (i = 0; i < designs; i++)
		tmem_destroy(machines[i].tm);
}

/* ---- traces ---- */

static void *front_main(void *arg)
{
	front_run(arg);
	return NULL;
}

static void pass_over(struct trace_reader *reader, const struct front_config *model,
		      const struct pass_config *config, struct pass *pass,
		      struct pagecache_counters *cache)
{
	struct front_config fc = *model;
	struct chunk *chunk = NULL;
	struct front front;
	pthread_t thread;

	fc.traces = &reader;
	fc.nr_traces = 1;
	fc.order = ORDER_GLOBAL;
	fc.threads = 1;
	fc.queue_limit = 64;
	assert_int_equal(front_init(&front, &fc), 0);
	assert_int_equal(pass_init(pass, config), 0);
	assert_int_equal(pthread_create(&thread, NULL, front_main, &front), 0);
	while ((chunk = queue_next(&front.deal.queues[0], chunk)))
		assert_int_equal(pass_ops(pass, &front, chunk->ops, chunk->tags,
					  chunk->nr), 0);
	pthread_join(thread, NULL);
	assert_int_equal(pass_end(pass), 0);
	if (cache)
		*cache = front.cache;
	front_exit(&front);
}

static const struct pass_config exact = { .sample = 1 };

static void replays_agree(struct trace_reader *reader, const struct front_config *model)
{
	struct pagecache_counters cache;
	struct pass_point point;
	struct pass pass;
	u32 i, step = SLOW ? 8 : 1, designs = 0;

	pass_over(reader, model, &exact, &pass, &cache);
	while (tmem_design_at(designs))
		designs++;
	for (i = 0; i < SIZES; i += step) {
		/* a size in each 16th of the way to the end, and one beyond it */
		u64 pages = 1 + pass_enough(&pass) * (i + 1) * (i + 1) /
			(SIZES * (SIZES - 1));
		struct replay_case c = replay_case_of(tmem_design_name(
			tmem_design_at(i % designs)), pages);
		struct replay_outcome out;

		c.front.page_cache = model->page_cache;
		c.front.max_events = model->max_events;
		c.front.order = ORDER_GLOBAL;
		c.front.queue_limit = 64;
		replay_once(&c, reader, &out);
		assert_int_equal(out.ret, 0);
		pass_at(&pass, pages, &point);
		assert_int_equal(point.hits, out.result.total.hits);
		assert_int_equal(pass.gets, out.result.total.gets);
		assert_int_equal(pass.puts, out.result.total.puts);
		assert_int_equal(pass.flushes, out.result.total.flushes);
		assert_int_equal(cache.hits, out.cache.hits);
		run_result_free(&out.result);
	}
	pass_exit(&pass);
}

static void page_caches_are_exact(void **state)
{
	static const struct {
		struct pagecache_config cache;
		u64 max_events;
	} cases[] = {
		{ { .pages = 5000 }, 0 },
		{ { .pages = 0 }, 60000 },
		{ { .pages = 8000, .policy = PAGECACHE_ACTIVE_INACTIVE,
		    .writes = PAGECACHE_WRITE_OVERWRITES }, 60000 },
	};
	struct trace_reader *reader = replay_import_or_skip(traces, "arc-OLTP.lis.zst");
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		replays_agree(reader, &(struct front_config){
			.page_cache = cases[i].cache,
			.max_events = SLOW ? 50000 : cases[i].max_events,
		});
	trace_close(reader);
}

static void sample_is_exact(void **state)
{
	struct trace_error err;
	struct trace_reader *reader = trace_open(sample, &err);

	(void)state;
	assert_non_null(reader);
	replays_agree(reader, &(struct front_config){
		.max_events = SLOW ? 50000 : 0 });
	trace_close(reader);
}

/* Discards, overwrites, several clients with a pool each. */
static void clients_are_exact(void **state)
{
	struct trace_reader *reader;
	struct gen_config config;

	(void)state;
	gen_defaults(&config, GEN_MIXED);
	config.events = SLOW ? 20000 : 100000;
	config.clients = 3;
	config.pages = 1 << 13;
	config.objects = 100;
	config.cache = 1 << 9;
	config.shared = 0;
	config.swap = 0;
	reader = replay_generate(&config);
	replays_agree(reader, &(struct front_config){ });
	trace_close(reader);
}

/* What is not an ephemeral pool of one client is left out, and counted. */
static void others_are_left_out(void **state)
{
	struct trace_reader *reader;
	struct gen_config config;
	struct pass pass;

	(void)state;
	gen_defaults(&config, GEN_MIXED);
	config.events = 20000;
	config.clients = 2;
	reader = replay_generate(&config);
	pass_over(reader, &(struct front_config){ }, &exact, &pass, NULL);
	assert_true(pass.left_persistent > 0);
	assert_true(pass.left_shared > 0);
	assert_true(pass.gets > 0);
	pass_exit(&pass);
	trace_close(reader);
}

/* ---- page caches on top ---- */

static void same_curve(const struct pass *a, const struct pass *b, u64 step)
{
	u64 pages, enough = pass_enough(a);
	struct pass_point p, q;

	assert_int_equal(pass_enough(b), enough);
	assert_int_equal(a->gets, b->gets);
	assert_int_equal(a->puts, b->puts);
	assert_int_equal(a->flushes, b->flushes);
	for (pages = 1; pages <= enough + step; pages += step) {
		pass_at(a, pages, &p);
		pass_at(b, pages, &q);
		assert_int_equal(p.hits, q.hits);
		assert_int_equal(p.low, q.low);
		assert_int_equal(p.high, q.high);
	}
}

/* What a page cache makes of a reference or a discard of some pages goes to the pass. */
static void refer(struct pagecache *pc, struct pass *pass, const struct front *front,
		  bool discard, u32 object, u32 index, u32 count)
{
	static const u8 kinds[] = {
		[PAGECACHE_GET] = OP_GET,
		[PAGECACHE_PUT] = OP_PUT,
		[PAGECACHE_FLUSH] = OP_FLUSH_RANGE,
	};
	struct pagecache_op out[PAGECACHE_MAX_OPS];
	struct op ops[PAGECACHE_MAX_OPS];
	u32 nr = discard ? pagecache_discard(pc, object, index, count, out) :
		pagecache_read(pc, object, index, out), i;

	for (i = 0; i < nr; i++)
		ops[i] = (struct op){ .kind = kinds[out[i].op], .object = out[i].object,
				      .index = out[i].index,
				      .arg = out[i].index + out[i].count - 1 };
	assert_int_equal(pass_ops(pass, front, ops, NULL, nr), 0);
}

static void random_top(struct front *front, u64 *hits)
{
	struct pagecache_config none = { .pages = 0 }, some = { .pages = 1 + draw(40) };
	struct pass_config on_top = { .sample = 1, .top = (u32)some.pages };
	struct pagecache *before = pagecache_create(&some);
	struct pagecache *through = pagecache_create(&none);
	u32 i, nr = 50 + draw(1000), pages = 2 + draw(40), discards = draw(3);
	struct pagecache_counters cache;
	struct pass model, pass;

	assert_true(before && through);
	assert_int_equal(pass_init(&model, &exact), 0);
	assert_int_equal(pass_init(&pass, &on_top), 0);
	for (i = 0; i < nr; i++) {
		bool discard = draw(40) < discards;
		u32 object = draw(OBJECTS), index = draw(pages);
		u32 count = discard ? 1 + draw(pages) : 1;

		refer(before, &model, front, discard, object, index, count);
		refer(through, &pass, front, discard, object, index, count);
	}
	assert_int_equal(pass_end(&model), 0);
	assert_int_equal(pass_end(&pass), 0);
	pagecache_counters(before, &cache);
	assert_int_equal(pass.top_hits, cache.hits);
	same_curve(&model, &pass, 1);
	*hits += model.stacks[0].depths.hits;
	pass_exit(&model);
	pass_exit(&pass);
	pagecache_destroy(before);
	pagecache_destroy(through);
}

static void random_tops_are_exact(void **state)
{
	struct front front = { .pools = calloc(1, sizeof(*front.pools)) };
	struct tmem_oid oid = { };
	u64 hits = 0;
	u32 i;

	(void)state;
	assert_non_null(front.pools);
	assert_int_equal(objects_init(&front.objects), 0);
	for (i = 0; i < OBJECTS; i++) {
		oid.w[0] = i;
		assert_int_equal(objects_number(&front.objects, 0, &oid), i);
	}
	for (i = 0; i < STREAMS; i++) {
		seed = i + 1;
		random_top(&front, &hits);
	}
	assert_true(hits > 5 * STREAMS);
	objects_exit(&front.objects);
	free(front.pools);
}

static void oltp_tops_are_exact(void **state)
{
	static const u32 tops[] = { 1, 100, 5000, 30000, 200000 };
	struct trace_reader *reader = replay_import_or_skip(traces, "arc-OLTP.lis.zst");
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(tops); i += SLOW ? 2 : 1) {
		struct front_config model = { .max_events = SLOW ? 50000 : 300000 };
		struct pass_config on_top = { .sample = 1, .top = tops[i] };
		struct pagecache_counters cache;
		struct pass before, pass;

		pass_over(reader, &model, &on_top, &pass, NULL);
		model.page_cache.pages = tops[i];
		pass_over(reader, &model, &exact, &before, &cache);
		assert_int_equal(pass.top_hits, cache.hits);
		same_curve(&before, &pass, 97);
		pass_exit(&before);
		pass_exit(&pass);
	}
	trace_close(reader);
}

/* ---- the table of libCacheSim ---- */

static void misses_are_those_of_an_lru(struct trace_reader *reader, u64 c1,
				       const u64 (*table)[2], u32 nr)
{
	struct front_config model = { .page_cache = { .pages = c1 } };
	struct pagecache_counters cache;
	struct pass_point point;
	struct pass pass;
	u32 i;

	pass_over(reader, &model, &exact, &pass, &cache);
	for (i = 0; i < nr; i++) {
		if (table[i][0] < c1)
			continue;
		pass_at(&pass, table[i][0] - c1, &point);
		assert_int_equal(cache.references - cache.hits - point.hits,
				 table[i][1]);
	}
	pass_exit(&pass);
}

static void oltp_is_an_lru(void **state)
{
	static const u64 table[][2] = {
		{ 2000, 525910 }, { 5000, 423702 }, { 10000, 359239 },
		{ 18688, 306044 }, { 40000, 252591 }, { 80000, 205814 },
	};
	static const u64 caches[] = { 0, 1999, 30000 };
	struct trace_reader *reader = replay_import_or_skip(traces, "arc-OLTP.lis.zst");
	u32 i;

	(void)state;
	for (i = 0; i < (SLOW ? 1 : ARRAY_SIZE(caches)); i++)
		misses_are_those_of_an_lru(reader, caches[i], table,
					   ARRAY_SIZE(table));
	trace_close(reader);
}

static void p3_is_an_lru(void **state)
{
	static const u64 table[][2] = {
		{ 20000, 3823110 }, { 76254, 3254769 }, { 200000, 1590192 },
	};
	struct trace_reader *reader;

	(void)state;
	if (SLOW)
		skip();
	reader = replay_import_or_skip(traces, "arc-P3.lis.zst");
	misses_are_those_of_an_lru(reader, 20000, table, ARRAY_SIZE(table));
	trace_close(reader);
}

/* ---- samples ---- */

/* The mean error over sizes from a hundredth of what is enough on, in hit ratio. */
static void samples_are_near(void **state)
{
	static const struct pass_config one_in_50 = { .sample = 50 };
	struct trace_reader *reader = replay_import_or_skip(traces, "arc-OLTP.lis.zst");
	struct front_config model = { .page_cache = { .pages = 2000 },
				      .max_events = SLOW ? 200000 : 0 };
	struct pass pass, some;
	double error = 0;
	u32 i;

	(void)state;
	pass_over(reader, &model, &exact, &pass, NULL);
	pass_over(reader, &model, &one_in_50, &some, NULL);
	assert_int_equal(pass.gets, some.gets);
	assert_true(pass_sampled(&some) >= PASS_FLOOR);
	for (i = 1; i <= 100; i++) {
		struct pass_point want, got;

		pass_at(&pass, pass_enough(&pass) * i / 100, &want);
		pass_at(&some, want.pages, &got);
		assert_int_equal(want.low, want.hits);
		assert_int_equal(want.high, want.hits);
		assert_true(got.low <= got.hits && got.hits <= got.high);
		error += (got.hits > want.hits ? got.hits - want.hits :
			  want.hits - got.hits) / (double)pass.gets / 100;
	}
	print_message("one page in 50: mean error of the hit ratio %.4f\n", error);
	assert_true(error < 0.02);
	pass_exit(&pass);
	pass_exit(&some);
	trace_close(reader);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_streams_are_exact),
		cmocka_unit_test(page_caches_are_exact),
		cmocka_unit_test(sample_is_exact),
		cmocka_unit_test(clients_are_exact),
		cmocka_unit_test(others_are_left_out),
		cmocka_unit_test(random_tops_are_exact),
		cmocka_unit_test(oltp_tops_are_exact),
		cmocka_unit_test(oltp_is_an_lru),
		cmocka_unit_test(p3_is_an_lru),
		cmocka_unit_test(samples_are_near),
	};

	if (argc > 1)
		traces = argv[1];
	if (argc > 2)
		sample = argv[2];
	return cmocka_run_group_tests(tests, replay_tests_begin,
				      replay_tests_end);
}
