// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gen.c - generators: configuration, the header, the clock, and the way out
 *
 * Each kind is a function that draws references or operations until gen_send()
 * says that enough were made.
 *
 * Times are a Poisson process of the configured rate: gaps are -ln(u) times the
 * mean, from a table in fixed point.  Mixed traces alternate between bursts of
 * eight times the rate and calm, each of some thousand events, which keeps the
 * average.
 *
 * A put carries a compressed size that belongs to its page: one in eight is
 * filled with one value (8 bytes), one in eight does not compress, the others
 * lie around 1,700 bytes.
 */
#include "internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PAGE_BYTES	4096U
#define LN_2		45426U		/* 16 bits after the point */
#define BURST_EVENTS	2048U

static const struct {
	const char *name;
	int (*run)(struct gen *g);
} kinds[GEN_NR_KINDS] = {
	[GEN_ZIPF] = { "zipf", gen_zipf },
	[GEN_SCAN] = { "scan", gen_passes },
	[GEN_LOOP] = { "loop", gen_passes },
	[GEN_MIXED] = { "mixed", gen_mixed },
};

const char *gen_kind_name(enum gen_kind kind)
{
	return kinds[kind].name;
}

int gen_kind_find(const char *name)
{
	int i;

	for (i = 0; i < GEN_NR_KINDS; i++) {
		if (!strcmp(kinds[i].name, name))
			return i;
	}
	return -ENOENT;
}

/* ---- configuration ---- */

void gen_defaults(struct gen_config *config, enum gen_kind kind)
{
	*config = (struct gen_config){
		.kind = kind,
		.output = TRACE_REFERENCES,
		.events = 1000000,
		.seed = 1,
		.pages = 262144,
		.objects = 64,
		.skew = 990000,
		.writes = 20,
		.run = 1,
		.clients = 1,
		.cpus = 4,
		.rate = 100000,
	};
	if (kind == GEN_MIXED) {
		config->output = TRACE_OPERATIONS;
		config->objects = 1024;
		config->clients = 4;
		config->cache = 32768;
		config->shared = 10;
		config->swap = 25;
		config->swap_pages = 65536;
	}
}

static int __attribute__((format(printf, 2, 3)))
refuse(struct trace_error *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	err->code = -EINVAL;
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return -EINVAL;
}

static int check_mixed(const struct gen_config *c, struct trace_error *err)
{
	uint64_t pools = (uint64_t)c->clients * (c->swap ? 2 : 1) +
			 (c->shared ? (c->clients + GEN_GROUP - 1) / GEN_GROUP : 0);

	if (c->output != TRACE_OPERATIONS)
		return refuse(err, "mixed makes tmem operations only, not page references");
	if (c->cache < 1 || c->cache >= c->pages)
		return refuse(err, "--cache %" PRIu64
			      " is out of range: 1 to one less than --pages %" PRIu64,
			      c->cache, c->pages);
	if (c->shared > 100)
		return refuse(err, "--shared %" PRIu32 " is out of range: 0 to 100 percent", c->shared);
	if (c->swap > 90)
		return refuse(err, "--swap %" PRIu32 " is out of range: 0 to 90 percent", c->swap);
	if (c->swap && (c->swap_pages < 1024 || c->swap_pages > GEN_MAX_PAGES))
		return refuse(err, "--swap-pages %" PRIu64 " is out of range: 1024 to %llu",
			      c->swap_pages, GEN_MAX_PAGES);
	if (pools > GEN_MAX_POOLS)
		return refuse(err, "--clients %" PRIu32 " would need %" PRIu64
			      " pools, at most %u are possible",
			      c->clients, pools, GEN_MAX_POOLS);
	return 0;
}

int gen_validate(const struct gen_config *c, struct trace_error *err)
{
	if ((unsigned int)c->kind >= GEN_NR_KINDS)
		return refuse(err, "no such kind of trace: %d", (int)c->kind);
	if (c->output != TRACE_OPERATIONS && c->output != TRACE_REFERENCES)
		return refuse(err, "no such kind of event: %d", (int)c->output);
	if (c->events < 1 || c->events > GEN_MAX_EVENTS)
		return refuse(err, "--events %" PRIu64 " is out of range: 1 to %llu",
			      c->events, GEN_MAX_EVENTS);
	if (c->pages < 1 || c->pages > GEN_MAX_PAGES)
		return refuse(err, "--pages %" PRIu64 " is out of range: 1 to %llu",
			      c->pages, GEN_MAX_PAGES);
	if (c->objects < 1 || c->objects > c->pages)
		return refuse(err, "--objects %" PRIu64 " is out of range: 1 to --pages %" PRIu64,
			      c->objects, c->pages);
	if (c->skew > GEN_MAX_SKEW)
		return refuse(err, "--skew %" PRIu32 ".%06" PRIu32 " is out of range: 0 to %u",
			      c->skew / 1000000, c->skew % 1000000, GEN_MAX_SKEW / 1000000);
	if (c->writes > 100)
		return refuse(err, "--writes %" PRIu32 " is out of range: 0 to 100 percent", c->writes);
	if (c->run < 1 || c->run > GEN_MAX_RUN)
		return refuse(err, "--run %" PRIu32 " is out of range: 1 to %u", c->run, GEN_MAX_RUN);
	if (c->run > 1 && c->kind != GEN_SCAN && c->kind != GEN_LOOP)
		return refuse(err, "--run is for scan and loop, %s has single pages",
			      gen_kind_name(c->kind));
	if (c->clients < 1 || c->clients > GEN_MAX_CLIENTS)
		return refuse(err, "--clients %" PRIu32 " is out of range: 1 to %u",
			      c->clients, GEN_MAX_CLIENTS);
	if (c->cpus < 1 || c->cpus > GEN_MAX_CPUS)
		return refuse(err, "--cpus %" PRIu32 " is out of range: 1 to %u", c->cpus, GEN_MAX_CPUS);
	if (c->rate < GEN_MIN_RATE || c->rate > GEN_MAX_RATE)
		return refuse(err, "--rate %" PRIu32 " is out of range: %u to %u events a second",
			      c->rate, GEN_MIN_RATE, GEN_MAX_RATE);
	return c->kind == GEN_MIXED ? check_mixed(c, err) : 0;
}

/* ---- the header ---- */

static void describe(const struct gen_config *c, char *text, size_t size)
{
	int n;

	n = snprintf(text, size, "gen %s%s --events %" PRIu64 " --seed %" PRIu64
		     " --pages %" PRIu64 " --objects %" PRIu64 " --skew %" PRIu32 ".%06" PRIu32
		     " --writes %" PRIu32, gen_kind_name(c->kind),
		     c->output == TRACE_OPERATIONS && c->kind != GEN_MIXED ? " --ops" : "",
		     c->events, c->seed, c->pages, c->objects,
		     c->skew / 1000000, c->skew % 1000000, c->writes);
	if (c->kind == GEN_MIXED)
		snprintf(text + n, size - n, " --cache %" PRIu64 " --shared %" PRIu32
			 " --swap %" PRIu32 " --swap-pages %" PRIu64,
			 c->cache, c->shared, c->swap, c->swap_pages);
	else if (c->run > 1)
		snprintf(text + n, size - n, " --run %" PRIu32, c->run);
	n = strlen(text);
	snprintf(text + n, size - n, " --clients %" PRIu32 " --cpus %" PRIu32 " --rate %" PRIu32,
		 c->clients, c->cpus, c->rate);
}

int gen_info(const struct gen_config *c, struct trace_info *info)
{
	struct trace_pool *pools = calloc(GEN_MAX_POOLS, sizeof(*pools));
	uint32_t i, nr = c->clients;

	if (!pools)
		return -ENOMEM;
	for (i = 0; i < c->clients; i++)
		pools[i].client = i;
	if (c->kind == GEN_MIXED && c->swap) {
		for (i = 0; i < c->clients; i++)
			pools[nr++] = (struct trace_pool){ i, TRACE_POOL_PERSISTENT };
	}
	if (c->kind == GEN_MIXED && c->shared) {
		for (i = 0; i < c->clients; i += GEN_GROUP)
			pools[nr++] = (struct trace_pool){ i, TRACE_POOL_SHARED };
	}
	memset(info, 0, sizeof(*info));
	info->page_size = PAGE_BYTES;
	info->kind = c->output;
	info->has_times = true;
	info->nr_pools = nr;
	info->pools = pools;
	describe(c, info->source, sizeof(info->source));
	return 0;
}

/* ---- the clock ---- */

static void clock_init(struct gen_clock *clock, const struct gen_config *c)
{
	uint32_t i;

	/* ln(1 + i/256), from the logarithm of 256 + i; minus that of 1/2 .. 1 */
	for (i = 0; i <= CLOCK_STEPS; i++) {
		uint64_t log = fixed_log2(CLOCK_STEPS + i) - (8ULL << 32);

		clock->minus_ln[i] = (((1ULL << 32) - log) * LN_2) >> 32;
	}
	clock->calm_gap = (1000000000ULL << 10) / c->rate;
	clock->burst_gap = clock->calm_gap / 8;
	if (c->kind == GEN_MIXED)
		clock->calm_gap = 2 * clock->calm_gap - clock->burst_gap;
	clock->gap = clock->calm_gap;
	clock->now = 1;		/* 0 would say that there are no times */
}

/* -ln(u), 16 bits after the point: leading zeros, and a table for the rest. */
static uint64_t minus_ln(const struct gen_clock *clock, uint32_t u)
{
	unsigned int zeros = __builtin_clz(u | 1);
	uint32_t mantissa = (u | 1) << zeros;
	uint32_t i = mantissa >> 23 & 255, part = mantissa >> 7 & 0xffff;
	uint32_t a = clock->minus_ln[i], b = clock->minus_ln[i + 1];

	return (uint64_t)zeros * LN_2 + a - ((uint64_t)(a - b) * part >> 16);
}

static void clock_step(struct gen *g)
{
	struct gen_clock *clock = &g->clock;

	clock->rest += clock->gap * minus_ln(clock, random_next(&g->random) >> 32);
	clock->now += clock->rest >> 26;
	clock->rest &= (1U << 26) - 1;
	if (clock->phase_left)
		clock->phase_left--;
}

void gen_burst(struct gen *g)
{
	struct gen_clock *clock = &g->clock;

	if (clock->phase_left)
		return;
	clock->gap = clock->gap == clock->calm_gap ? clock->burst_gap : clock->calm_gap;
	clock->phase_left = BURST_EVENTS / 2 + random_below(&g->random, BURST_EVENTS);
}

/* ---- the way out ---- */

void gen_actor(struct gen *g, uint32_t client, uint32_t pool)
{
	g->record.event.client = client;
	g->record.event.pool = pool;
	g->record.event.cpu = g->cpu[client];
}

static uint16_t put_size(const struct trace_record *r)
{
	uint64_t page = r->oid.w[0] << 32 | r->event.index;
	uint64_t x = random_mix(page + ((uint64_t)r->event.pool << 48));

	if (x >> 61 == 0)
		return 8;
	if (x >> 61 == 1)
		return PAGE_BYTES;
	return 200 + (x & 1023) + (x >> 10 & 1023) + (x >> 20 & 1023);
}

int gen_send(struct gen *g, enum trace_op op, uint64_t object, uint32_t index,
	     uint32_t count)
{
	struct trace_record *r = &g->record;
	int err;

	clock_step(g);
	r->event.time = g->clock.now;
	r->event.op = op;
	r->event.index = index;
	r->event.count = count;
	r->oid.w[0] = object;
	r->event.size = op == TRACE_PUT ? put_size(r) : 0;
	err = g->emit(g->ctx, r);
	if (err)
		return err;
	return --g->left ? 0 : GEN_DONE;
}

void gen_files_init(struct gen_files *f, const struct gen_config *config)
{
	f->objects = config->objects;
	f->base = config->pages / config->objects;
	f->extra = config->pages % config->objects;
	f->extra_pages = f->extra * (f->base + 1);
}

int gen_run(const struct gen_config *config,
	    int (*emit)(void *ctx, const struct trace_record *record), void *ctx)
{
	struct gen g = { .config = config, .emit = emit, .ctx = ctx };
	struct trace_error err;
	uint32_t i;
	int rc;

	rc = gen_validate(config, &err);
	if (rc)
		return rc;
	g.left = config->events;
	g.random = random_mix(config->seed + 0x9e3779b97f4a7c15ULL);
	g.cpu = calloc(config->clients, sizeof(*g.cpu));
	if (!g.cpu)
		return -ENOMEM;
	for (i = 0; i < config->clients; i++)
		gen_migrate(&g, i, 1);
	clock_init(&g.clock, config);
	rc = kinds[config->kind].run(&g);
	free(g.cpu);
	return rc == GEN_DONE && !g.left ? 0 : rc;
}
