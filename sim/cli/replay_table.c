// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * replay_table.c - the results of a replay for people
 */
#include <stdlib.h>
#include <string.h>

#include "replay_config.h"

static const char *percent(u64 part, u64 whole)
{
	static char buffers[8][16];
	static unsigned int next;
	char *out = buffers[next++ % 8];

	if (whole)
		snprintf(out, sizeof(buffers[0]), "%.2f%%",
			 100.0 * (double)part / (double)whole);
	else
		strcpy(out, "-");
	return out;
}

static void print_head(const struct replay_report *r, FILE *f)
{
	const struct replay_config *c = r->config;
	u32 t;

	for (t = 0; t < r->traces->nr; t++) {
		const struct trace_info *info = trace_reader_info(r->traces->readers[t]);

		fprintf(f, "%s: %s events, %s %s, %u pool%s\n", r->traces->paths[t],
			cli_thousands(info->nr_events),
			cli_thousands(info->nr_pages),
			info->kind == TRACE_REFERENCES ?
			"page references" : "pages put or got",
			info->nr_pools, info->nr_pools == 1 ? "" : "s");
	}
	fprintf(f, "tmem: %s", cli_bytes(c->steps[0].frames * PAGE_SIZE));
	if (c->nr_steps > 1)
		fprintf(f, " at first, %u steps", c->nr_steps);
	fprintf(f, ", store %s, %llu buckets, %llu thread%s, order %s",
		tmem_store_name(c->store), (unsigned long long)c->buckets,
		(unsigned long long)c->threads, c->threads == 1 ? "" : "s",
		order_names[c->order]);
	if (c->shared_order == SHARED_SECOND_CHANCE)
		fprintf(f, ", shared pools with second chance");
	if (c->world != &world_threads)
		fprintf(f, ", world %s", c->world->name);
	if (r->references)
		fprintf(f, ", behind a page cache of %s",
			cli_bytes(c->page_cache));
	if (c->admission.ops->admit)
		fprintf(f, ", admission %s", c->admission_name);
	fprintf(f, "\n");
	if (r->content)
		fprintf(f, "bytes of pages: %s pages of %s%s\n",
			cli_thousands(r->content->nr_pages), c->content,
			c->verify ? ", each with a mark" : "");
}

static int by_speed(const void *a, const void *b)
{
	const struct replay_run *x = *(const struct replay_run *const *)a;
	const struct replay_run *y = *(const struct replay_run *const *)b;
	double u = (double)x->result.ops / x->result.seconds;
	double v = (double)y->result.ops / y->result.seconds;

	return u < v ? -1 : u > v;
}

/* The runs of one design, slowest first; returns how many. */
static u32 runs_of(const struct replay_report *r, const char *design,
		   const struct replay_run **out)
{
	u32 i, nr = 0;

	for (i = 0; i < r->nr_runs; i++)
		if (!strcmp(r->runs[i].result.design, design))
			out[nr++] = &r->runs[i];
	qsort(out, nr, sizeof(*out), by_speed);
	return nr;
}

static double speed(const struct replay_run *run)
{
	return run->result.seconds > 0 ?
		(double)run->result.ops / run->result.seconds : 0;
}

static void print_run(const struct replay_report *r,
		      const struct replay_run **runs, u32 nr, FILE *f)
{
	const struct replay_run *run = runs[nr / 2];
	const struct run_result *x = &run->result;
	const struct histogram *get = x->latency[LATENCY_GET];
	const struct histogram *put = x->latency[LATENCY_PUT];

	fprintf(f, "%-16s %8s %8s %12s %12s", x->design,
		percent(x->total.hits, x->total.gets),
		percent(x->total.stored, x->total.puts),
		cli_thousands((u64)x->stats.v[TMEM_evicted]),
		cli_rate(speed(run)));
	if (r->config->latency_sample)
		fprintf(f, " %7llu %7llu %7llu %7llu",
			(unsigned long long)histogram_percentile(get, 500000),
			(unsigned long long)histogram_percentile(get, 990000),
			(unsigned long long)histogram_percentile(put, 500000),
			(unsigned long long)histogram_percentile(put, 990000));
	if (nr > 1)
		fprintf(f, "  %s .. %s", cli_rate(speed(runs[0])),
			cli_rate(speed(runs[nr - 1])));
	fprintf(f, "\n");
}

static void print_references(const struct replay_report *r, FILE *f)
{
	const struct replay_run *run = &r->runs[0];
	const struct pagecache_counters *c = &run->cache;
	u64 had = c->hits + run->result.total.hits;

	fprintf(f, "\n%s references: %s in the page cache, %s in tmem, %s missed by both (%s of all hit)\n",
		cli_thousands(c->references), cli_thousands(c->hits),
		cli_thousands(run->result.total.hits),
		cli_thousands(replay_missed(run)), percent(had, c->references));
	if (c->writebacks)
		fprintf(f, "write-backs: %s\n", cli_thousands(c->writebacks));
	if (r->nr_runs > 1)
		fprintf(f, "(of %s)\n", run->result.design);
}

static void print_admission(const struct replay_report *r, FILE *f)
{
	const struct replay_run *run = &r->runs[0];
	u64 puts = run->not_admitted + run->result.total.puts;

	fprintf(f, "\nadmission %s: %s of %s puts turned away (%s)\n",
		r->config->admission_name, cli_thousands(run->not_admitted),
		cli_thousands(puts), percent(run->not_admitted, puts));
}

/* What the store made of the pages of a file. */
static void print_content(const struct replay_report *r, FILE *f)
{
	const s64 *v = r->runs[0].result.stats.v;
	u64 pages = (u64)v[TMEM_pages], bytes = (u64)v[TMEM_bytes_stored];

	fprintf(f, "\n%s pages at the end in %s", cli_thousands(pages),
		cli_bytes(bytes));
	if (pages)
		fprintf(f, ", %s bytes each (%s)", cli_thousands(bytes / pages),
			percent(bytes, pages * PAGE_SIZE));
	fprintf(f, "; %s same-filled, %s puts refused because a page does not compress  (%s)\n",
		cli_thousands((u64)v[TMEM_same_filled]),
		cli_thousands((u64)v[TMEM_puts_policy]),
		r->runs[0].result.design);
}

static void print_per_pool(const struct replay_report *r, FILE *f)
{
	const struct run_result *x = &r->runs[0].result;
	u32 i;

	fprintf(f, "\n%-6s %-7s %-11s %12s %12s %8s %12s %12s  (%s)\n", "pool",
		"client", "kind", "puts", "gets", "hits", "evicted", "flushed",
		x->design);
	for (i = 0; i < x->nr_pools; i++) {
		const struct replay_pool *pool = &r->front->pools[i];
		const s64 *v = x->pools[i].v;

		fprintf(f, "%-6u %-7u %-11s %12s %12s %8s %12s %12s\n", i,
			pool->client,
			pool->flags & TMEM_POOL_PERSISTENT ? "persistent" :
			pool->flags & TMEM_POOL_SHARED ? "shared" :
			"ephemeral", cli_thousands((u64)v[TMEM_puts]),
			cli_thousands((u64)v[TMEM_gets]),
			percent((u64)v[TMEM_hits], (u64)v[TMEM_gets]),
			cli_thousands((u64)v[TMEM_evicted]),
			cli_thousands((u64)v[TMEM_flushed]));
	}
}

static void print_per_client(const struct replay_report *r, FILE *f)
{
	const struct run_result *x = &r->runs[0].result;
	u32 i;

	fprintf(f, "\n%-7s %12s %12s %12s %8s %12s  (%s)\n", "client", "puts",
		"stored", "gets", "hits", "flushes", x->design);
	for (i = 0; i < x->nr_clients; i++) {
		const struct tally *t = &x->clients[i];

		fprintf(f, "%-7u %12s %12s %12s %8s %12s\n",
			(u32)r->front->client_names[i], cli_thousands(t->puts),
			cli_thousands(t->stored), cli_thousands(t->gets),
			percent(t->hits, t->gets), cli_thousands(t->flushes));
	}
}

static void print_timed(const struct replay_report *r, FILE *f)
{
	u32 i;

	for (i = 0; i < r->nr_runs; i++) {
		const struct run_result *x = &r->runs[i].result;

		if (!x->late)
			fprintf(f, "%s kept up with the recorded times\n",
				x->design);
		else
			fprintf(f, "%s COULD NOT KEEP UP: %s of %s operations began more than 1 ms late, the latest %.1f ms\n",
				x->design, cli_thousands(x->late),
				cli_thousands(x->ops),
				(double)x->late_max * 1e-6);
	}
}

/* How much of the threads' time went into operations: the least and the most of all runs. */
static void print_busy(const struct replay_report *r, FILE *f)
{
	double least = 1, most = 0;
	u32 i;

	for (i = 0; i < r->nr_runs; i++) {
		least = min(least, r->runs[i].result.busy);
		most = max(most, r->runs[i].result.busy);
	}
	fprintf(f, "threads were busy %.0f%%", 100 * least);
	if (most - least > 0.005)
		fprintf(f, " to %.0f%%", 100 * most);
	fprintf(f, " of the time; else they waited for the trace's order%s%s\n",
		r->config->timed ? " or times" : "", r->streamed ? " or its next events" : "");
}

static void print_foot(const struct replay_report *r, FILE *f)
{
	const struct replay_config *c = r->config;
	u64 clock_read;
	const char *clock = replay_clock(r, &clock_read);

	if (c->miss_cost)
		fprintf(f, "time saved by hits at %.3g us a miss: %.3f s\n",
			(double)c->miss_cost * 1e-3,
			(double)c->miss_cost * 1e-9 *
			(double)r->runs[0].result.total.hits);
	if (c->latency_sample)
		fprintf(f, "latencies in ns%s; the clock (%s) reads in %llu, which is their floor\n",
			c->verify && c->world == &world_threads ?
			", making and comparing page bytes included" : "",
			clock, (unsigned long long)clock_read);
	if (c->threads > 1)
		print_busy(r, f);
	if (r->streamed)
		fprintf(f, "streamed: the times include reading and the page-cache model; peak memory %s\n",
			cli_bytes(r->peak_rss));
	if (c->verify)
		fprintf(f, "verified: every answer was checked%s\n",
			c->order == ORDER_CPU || c->order == ORDER_NONE ?
			" but whose turn it was: this order does not keep it" :
			"");
	fprintf(f, "seed %llu\n", (unsigned long long)c->seed);
}

void replay_print_table(const struct replay_report *r, FILE *f)
{
	const struct replay_run **runs;
	u32 i, nr;

	print_head(r, f);
	if (!r->nr_runs)
		return;
	runs = calloc(r->nr_runs, sizeof(*runs));
	if (!runs)
		return;
	fprintf(f, "\n%-16s %8s %8s %12s %12s", "design", "hits", "stored",
		"evicted", "operations");
	if (r->config->latency_sample)
		fprintf(f, " %7s %7s %7s %7s", "get 50%", "99%", "put 50%",
			"99%");
	if (r->config->repeat > 1)
		fprintf(f, "  slowest .. fastest of %llu",
			(unsigned long long)r->config->repeat);
	fprintf(f, "\n");
	for (i = 0; i < r->config->nr_designs; i++) {
		nr = runs_of(r, tmem_design_name(r->config->designs[i]), runs);
		if (nr)
			print_run(r, runs, nr, f);
	}
	free(runs);
	if (r->references)
		print_references(r, f);
	if (r->config->admission.ops->admit)
		print_admission(r, f);
	if (r->content)
		print_content(r, f);
	if (r->config->per == PER_POOL)
		print_per_pool(r, f);
	if (r->config->per == PER_CLIENT)
		print_per_client(r, f);
	if (r->config->timed)
		print_timed(r, f);
	print_foot(r, f);
}
