/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * internal.h - what the generators share: the way out, the clock, the files
 */
#ifndef TMEM_TRACE_GEN_INTERNAL_H
#define TMEM_TRACE_GEN_INTERNAL_H

#include "../gen.h"
#include "random.h"

#define CLOCK_STEPS	256U

/* Poisson arrivals, with bursts where the generator asks for them. */
struct gen_clock {
	uint64_t now;			/* ns */
	uint64_t rest;			/* what is below a ns, 26 bits */
	uint64_t gap;			/* on average, ns with 10 bits after the point */
	uint64_t burst_gap;		/* and in a burst */
	uint64_t calm_gap;		/* and between bursts */
	uint32_t phase_left;		/* events until the phase changes */
	uint32_t minus_ln[CLOCK_STEPS + 1];	/* of 1 .. 1/2, 16 bits */
};

struct gen {
	const struct gen_config *config;
	int (*emit)(void *ctx, const struct trace_record *record);
	void *ctx;
	uint64_t left;			/* events */
	uint64_t random;
	struct gen_clock clock;
	struct trace_record record;
	uint16_t *cpu;			/* where each client runs */
};

#define GEN_DONE	1		/* all events are made */

/* Send a record: 0, GEN_DONE, or what the caller's function returned. */
int gen_send(struct gen *g, enum trace_op op, uint64_t object, uint32_t index,
	     uint32_t count);

/* Who does what follows, and in which pool. */
void gen_actor(struct gen *g, uint32_t client, uint32_t pool);

/* Start or end a burst if it is time to. */
void gen_burst(struct gen *g);

/* A client moves to another CPU once in @odds times. */
static inline void gen_migrate(struct gen *g, uint32_t client, uint32_t odds)
{
	uint64_t r = random_next(&g->random);

	if ((uint32_t)r % odds == 0)
		g->cpu[client] = ((r >> 32) * g->config->cpus) >> 32;
}

/* Pages cut into objects of equal size; the first @extra have one more. */
struct gen_files {
	uint64_t objects;
	uint64_t base;
	uint64_t extra;
	uint64_t extra_pages;		/* of those that have one more */
};

void gen_files_init(struct gen_files *f, const struct gen_config *config);

static inline uint64_t gen_files_size(const struct gen_files *f, uint64_t object)
{
	return f->base + (object < f->extra);
}

/* Its first page, of all. */
static inline uint64_t gen_files_start(const struct gen_files *f, uint64_t object)
{
	return object * f->base + (object < f->extra ? object : f->extra);
}

static inline uint32_t gen_files_object(const struct gen_files *f, uint64_t page)
{
	if (page < f->extra_pages)
		return page / (f->base + 1);
	return f->extra + (page - f->extra_pages) / f->base;
}

/* Pools of mixed traces: files, then swap, then what is shared. */
static inline uint32_t gen_swap_pool(const struct gen_config *c, uint32_t client)
{
	return c->clients + client;
}

static inline uint32_t gen_shared_pool(const struct gen_config *c, uint32_t client)
{
	return c->clients * (c->swap ? 2 : 1) + client / GEN_GROUP;
}

int gen_zipf(struct gen *g);
int gen_passes(struct gen *g);		/* scan and loop */
int gen_mixed(struct gen *g);

#endif /* TMEM_TRACE_GEN_INTERNAL_H */
