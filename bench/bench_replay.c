// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench_replay.c - whole traces replayed, as "tmem replay" does it
 *
 *	replay/<trace>/<design>/<store>/workers:<n>
 *
 * An iteration is a replay, its time that of the workers from start to end: reading
 * the trace, dealing it out, making the instance and taking it down are not part of
 * it.  Items are operations.  Two traces: the shipped sample (or --trace), and one
 * generated from a seed, of clients with files, swap and shared files.  With store
 * lz4, where compressing is nearly all of it, a replay stops after LZ4_EVENTS.
 *
 * Operations of one handle stay in order, and nobody verifies or takes latencies.
 *
 *	replay/<trace>/curve/none/workers:1
 *
 * is the same operations given to the exact curve of "tmem mrc" instead: the hits of every
 * size of memory, beside what a replay of one size takes.  The hit ratio told is that of
 * the replays' size; of a trace with pools that are kept or shared it is the others'.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#include "../sim/curve/pass.h"
#include "../sim/replay/clock.h"
#include "../sim/replay/run.h"
#include "../traces/gen.h"

#define GENERATED	"mixed"
#define GEN_EVENTS	500000U
#define LZ4_EVENTS	60000U
#define FRAMES		16384U		/* 64 MiB: less than either trace would fill */
#define BUCKETS		4096U

struct replay_case {
	const char *trace;		/* a path, or GENERATED */
	const struct tmem_index_ops *design;
	const struct tmem_store_ops *store;
	u32 threads;
};

/* The last trace that was dealt out, as long as the next benchmark wants the same. */
static struct {
	const struct replay_case *wanted_by;
	struct trace_reader *reader;
	struct front front;
	struct trace_error error;
} dealt;

/* ---- a trace from a seed, in a file without a name ---- */

struct sink {
	struct trace_writer *writer;
	struct trace_error *error;
};

static int emit(void *ctx, const struct trace_record *record)
{
	struct sink *sink = ctx;

	return trace_write(sink->writer, record, sink->error);
}

static void generate(const char *path, struct trace_error *error)
{
	struct sink sink = { .error = error };
	struct gen_config config;
	struct trace_info info;

	gen_defaults(&config, GEN_MIXED);
	config.events = GEN_EVENTS;
	config.seed = 1;
	if (gen_info(&config, &info)) {
		snprintf(error->text, sizeof(error->text), "no memory for a trace");
		return;
	}
	sink.writer = trace_create(path, &info, error);
	free(info.pools);
	if (!sink.writer)
		return;
	gen_run(&config, emit, &sink);
	trace_finish(sink.writer, error);
}

static struct trace_reader *open_generated(struct trace_error *error)
{
	char dir[] = "/tmp/tmem-bench-XXXXXX", path[64];
	struct trace_reader *reader = NULL;

	if (!mkdtemp(dir)) {
		snprintf(error->text, sizeof(error->text), "no folder in /tmp: %m");
		return NULL;
	}
	snprintf(path, sizeof(path), "%s/t.tmt", dir);
	generate(path, error);
	if (!error->code)
		reader = trace_open(path, error);
	unlink(path);
	rmdir(dir);
	return reader;
}

/* ---- dealing it out ---- */

static bool keeps_bytes(const struct replay_case *c)
{
	return c->store != tmem_store_find("none");
}

static bool same_deal(const struct replay_case *a, const struct replay_case *b)
{
	return a && !strcmp(a->trace, b->trace) && a->threads == b->threads &&
	       keeps_bytes(a) == keeps_bytes(b);
}

static void deal_release(void)
{
	if (!dealt.wanted_by)
		return;
	front_exit(&dealt.front);
	trace_close(dealt.reader);
	memset(&dealt, 0, sizeof(dealt));
}

static bool core_is_up;

static void release(void)
{
	deal_release();
	if (core_is_up)
		tmem_exit();
	core_is_up = false;
}

/* NULL, or why not. */
static const char *deal_out(const struct replay_case *c)
{
	struct front_config config = {
		.nr_traces = 1,
		.threads = c->threads,
		.order = ORDER_HANDLE,
		.max_events = keeps_bytes(c) ? LZ4_EVENTS : 0,
		.page_cache = { .pages = FRAMES },
	};

	bench_take_over(release);
	core_is_up = core_is_up || !tmem_init();
	if (!core_is_up)
		return "no memory for slab caches";
	if (same_deal(dealt.wanted_by, c))
		return NULL;
	deal_release();
	if (!strcmp(c->trace, GENERATED))
		dealt.reader = open_generated(&dealt.error);
	else
		dealt.reader = trace_open(c->trace, &dealt.error);
	if (!dealt.reader)
		return dealt.error.text;
	config.traces = &dealt.reader;
	dealt.wanted_by = c;
	if (!front_init(&dealt.front, &config) && !front_run(&dealt.front))
		return NULL;
	dealt.error = dealt.front.error;
	front_exit(&dealt.front);
	trace_close(dealt.reader);
	dealt.wanted_by = NULL;
	return dealt.error.text;
}

/* ---- the benchmark ---- */

/* One replay: its result, which the caller frees, or an error. */
static int replay_once(const struct replay_case *c, struct run_result *result,
		       struct trace_error *error)
{
	const struct run_config config = {
		.world = &world_threads,
		.design = c->design,
		.store = c->store,
		.buckets = BUCKETS,
		.frames = FRAMES,
		.time_scale = 1.0,
		.content = content_model(1, 45, 5),
	};
	struct run run;
	int ret = run_begin(&run, &config, &dealt.front, error), end;

	if (ret)
		return ret;
	ret = run_start(&run, error);
	end = run_end(&run, result, ret ? &(struct trace_error){ 0 } : error);
	if (ret && !end)
		run_result_free(result);
	return ret ? ret : end;
}

static void replay(struct gbench_state *state, void *arg)
{
	const struct replay_case *c = arg;
	struct trace_error error = { .code = 0 };
	struct run_result result;
	const char *why;
	int64_t ops = 0;
	double hits = 0;

	why = deal_out(c);
	if (why) {
		gbench_skip(state, why);
		return;
	}
	gbench_unpin();		/* for the workers */
	GBENCH_LOOP(state) {
		if (replay_once(c, &result, &error)) {
			gbench_skip(state, error.text);
			break;
		}
		gbench_set_time(state, result.seconds);
		ops += (int64_t)result.ops;
		hits = (double)result.total.hits / (double)max(result.total.gets, 1ULL);
		run_result_free(&result);
	}
	if (gbench_skipped(state))
		return;
	gbench_set_items(state, ops);
	gbench_counter(state, "hit_ratio", hits, GBENCH_PLAIN);
}

/* ---- the curve ---- */

/* One pass over what was dealt to the only worker; 0 or a negative error. */
static int curve_once(double *hits)
{
	const struct pass_config config = { .sample = 1 };
	struct queue *queue = &dealt.front.deal.queues[0];
	struct chunk *chunk = NULL;
	struct pass_point at;
	struct pass pass;
	int ret = pass_init(&pass, &config);

	while (!ret && (chunk = queue_next(queue, chunk)))
		ret = pass_ops(&pass, &dealt.front, chunk->ops, NULL, chunk->nr);
	if (!ret)
		ret = pass_end(&pass);
	if (!ret) {
		pass_at(&pass, FRAMES, &at);
		*hits = (double)at.hits / (double)max(pass.gets, 1ULL);
	}
	pass_exit(&pass);
	return ret;
}

static void curve(struct gbench_state *state, void *arg)
{
	const char *why = deal_out(arg);
	int64_t ops = 0;
	double hits = 0;

	if (why) {
		gbench_skip(state, why);
		return;
	}
	GBENCH_LOOP(state) {
		u64 begin = clock_system_ns();

		if (curve_once(&hits)) {
			gbench_skip(state, "no memory for a curve");
			break;
		}
		gbench_set_time(state, (double)(clock_system_ns() - begin) * 1e-9);
		ops += (int64_t)dealt.front.deal.nr_ops;
	}
	if (gbench_skipped(state))
		return;
	gbench_set_items(state, ops);
	gbench_counter(state, "hit_ratio", hits, GBENCH_PLAIN);
}

/* ---- registration ---- */

static void add(const struct replay_case *c)
{
	const char *base = strrchr(c->trace, '/');
	struct replay_case *copy = malloc(sizeof(*copy));	/* to the end */
	struct gbench *b;
	char name[160];

	if (!copy)
		bench_die("no memory for the list of benchmarks");
	*copy = *c;
	snprintf(name, sizeof(name), "replay/%s/%s/%s/workers:%u",
		 base ? base + 1 : c->trace, c->design ? tmem_design_name(c->design) : "curve",
		 tmem_store_name(c->store), c->threads);
	b = gbench_register(name, c->design ? replay : curve, copy);
	gbench_use_manual_time(b);
	gbench_set_unit(b, GBENCH_MS);
}

void bench_replay_register(const struct bench_options *options)
{
	const char *const traces[] = { options->trace, GENERATED };
	const char *const stores[] = { "none", "lz4" };
	struct replay_case c;
	unsigned int i;
	size_t t, s;
	u32 d;

	for (t = 0; t < ARRAY_SIZE(traces); t++) {
		for (s = 0; s < ARRAY_SIZE(stores); s++) {
			for (i = 0; i < options->nr_threads; i++) {
				c.trace = traces[t];
				c.store = tmem_store_find(stores[s]);
				c.threads = (u32)options->threads[i];
				for (d = 0; (c.design = tmem_design_at(d)); d++)
					add(&c);
				if (c.threads == 1 && !keeps_bytes(&c))
					add(&c);	/* no design: the curve */
			}
		}
	}
}
