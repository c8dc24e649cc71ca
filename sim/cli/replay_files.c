// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * replay_files.c - the results of a replay for programs: JSON, CSV, histograms
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "replay_config.h"
#include "output.h"

static json_t *number(u64 n)
{
	return json_integer((json_int_t)n);
}

static json_t *stats_json(const struct tmem_stats *stats)
{
	json_t *o = json_object();
	u32 i;

	for (i = 0; i < TMEM_NR_STATS; i++)
		json_object_set_new(o, tmem_stat_desc[i].name,
				    json_integer((json_int_t)stats->v[i]));
	return o;
}

static json_t *latency_json(const struct histogram *h)
{
	json_t *o = json_object();

	json_object_set_new(o, "count", number(histogram_count(h)));
	json_object_set_new(o, "p50", number(histogram_percentile(h, 500000)));
	json_object_set_new(o, "p90", number(histogram_percentile(h, 900000)));
	json_object_set_new(o, "p99", number(histogram_percentile(h, 990000)));
	json_object_set_new(o, "p999", number(histogram_percentile(h, 999000)));
	json_object_set_new(o, "max", number(histogram_max(h)));
	return o;
}

static json_t *tally_json(const struct tally *t)
{
	return json_pack("{s:{s:I,s:I},s:{s:I,s:I},s:{s:I,s:I}}",
			 "gets", "total", (json_int_t)t->gets,
			 "hits", (json_int_t)t->hits,
			 "puts", "total", (json_int_t)t->puts,
			 "stored", (json_int_t)t->stored,
			 "flushes", "total", (json_int_t)t->flushes,
			 "found", (json_int_t)t->flushed);
}

static json_t *puts_json(const struct run_result *x)
{
	const s64 *v = x->stats.v;

	return json_pack("{s:I,s:I,s:I,s:I,s:{s:I,s:I,s:I}}",
			 "total", (json_int_t)x->total.puts,
			 "stored", (json_int_t)x->total.stored,
			 "replaced", (json_int_t)v[TMEM_replaced],
			 "dup_flushed", (json_int_t)v[TMEM_dup_flushed],
			 "refused",
			 "nomem", (json_int_t)v[TMEM_puts_nomem],
			 "nospace", (json_int_t)v[TMEM_puts_nospace],
			 "policy", (json_int_t)v[TMEM_puts_policy]);
}

static json_t *memory_json(const struct run_result *x)
{
	const struct tmem_memory *m = &x->memory;

	return json_pack("{s:I,s:I,s:I,s:I,s:I}",
			 "budget_frames", (json_int_t)m->budget,
			 "frames", (json_int_t)m->frames,
			 "frames_peak", (json_int_t)m->frames_peak,
			 "allocator_frames", (json_int_t)m->allocator_frames,
			 "shrunk_frames", (json_int_t)x->shrunk);
}

static json_t *pools_json(const struct replay_report *r,
			  const struct run_result *x)
{
	json_t *list = json_array();
	u32 i;

	for (i = 0; i < x->nr_pools; i++) {
		const struct replay_pool *pool = &r->front->pools[i];
		json_t *o = stats_json(&x->pools[i]);

		json_object_set_new(o, "trace", number(pool->trace));
		json_object_set_new(o, "pool", number(pool->number));
		json_object_set_new(o, "client", number(
			(u32)r->front->client_names[pool->client]));
		json_object_set_new(o, "flags", number(pool->flags));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *clients_json(const struct replay_report *r,
			    const struct run_result *x)
{
	json_t *list = json_array();
	u32 i;

	for (i = 0; i < x->nr_clients; i++) {
		json_t *o = tally_json(&x->clients[i]);

		json_object_set_new(o, "trace",
				    number(r->front->client_names[i] >> 32));
		json_object_set_new(o, "client",
				    number((u32)r->front->client_names[i]));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *intervals_json(const struct replay_report *r,
			      const struct run_result *x)
{
	json_t *list = json_array();
	u64 evicted = 0;
	u32 i;

	for (i = 0; i < x->nr_intervals; i++) {
		const struct interval *v = &x->intervals[i];
		json_t *o = tally_json(&v->tally);

		json_object_set_new(o, r->interval_events ? "event" : "time_ns",
				    number(i * r->interval));
		json_object_set_new(o, "evicted", number(v->evicted > evicted ?
							 v->evicted - evicted : 0));
		if (v->evicted > evicted)
			evicted = v->evicted;
		json_object_set_new(o, "latency_mean_ns", json_real(
			v->measured ? (double)v->latency_sum /
			(double)v->measured : 0));
		json_object_set_new(o, "latency_max_ns",
				    number(v->latency_max));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *threads_json(const struct run_result *x)
{
	json_t *list = json_array();
	u32 t;

	for (t = 0; t < x->threads; t++)
		json_array_append_new(list, json_pack("{s:I,s:f,s:f}",
			"ops", (json_int_t)x->work[t].ops,
			"busy_seconds", (double)x->work[t].busy * 1e-9,
			"ops_per_second", thread_rate(&x->work[t])));
	return list;
}

/* Where no thread did anything there is nothing to compare. */
static json_t *fairness_json(const struct fairness *f)
{
	if (!f->threads)
		return json_null();
	return json_pack("{s:f,s:f,s:f}", "index", f->index, "thread_min", f->min,
			 "thread_max", f->max);
}

static json_t *run_json(const struct replay_report *r,
			const struct replay_run *run)
{
	const struct run_result *x = &run->result;
	json_t *o = tally_json(&x->total), *latency = json_object();
	u32 i;

	json_object_set_new(o, "world", json_string(x->world));
	json_object_set_new(o, "design", json_string(x->design));
	json_object_set_new(o, "store", json_string(x->store));
	json_object_set_new(o, "buckets", number(x->buckets));
	json_object_set_new(o, "threads", number(x->threads));
	json_object_set_new(o, "order", json_string(
		order_names[r->config->order]));
	json_object_set_new(o, "admission",
			    json_string(r->config->admission_name));
	json_object_set_new(o, "not_admitted", number(run->not_admitted));
	json_object_set_new(o, "shared_order", json_string(
		shared_order_names[r->config->shared_order]));
	json_object_set_new(o, "repeat", number(run->repeat));
	json_object_set_new(o, "interrupted", json_boolean(x->interrupted));
	if (r->references)
		json_object_set_new(o, "references", json_pack(
			"{s:I,s:I,s:I,s:I,s:I}",
			"total", (json_int_t)run->cache.references,
			"page_cache_hits", (json_int_t)run->cache.hits,
			"tmem_hits", (json_int_t)x->total.hits,
			"missed", (json_int_t)replay_missed(run),
			"writebacks", (json_int_t)run->cache.writebacks));
	json_object_set_new(o, "puts", puts_json(x));
	json_object_set_new(o, "evicted",
			    number((u64)x->stats.v[TMEM_evicted]));
	json_object_set_new(o, "ops", number(x->ops));
	json_object_set_new(o, "seconds", json_real(x->seconds));
	json_object_set_new(o, "front", json_pack("{s:f,s:f}",
		"seconds", (double)run->front_ns * 1e-9,
		"cpu_seconds", (double)run->front_cpu_ns * 1e-9));
	json_object_set_new(o, "ops_per_second", json_real(
		x->seconds > 0 ? (double)x->ops / x->seconds : 0));
	json_object_set_new(o, "threads_detail", threads_json(x));
	json_object_set_new(o, "fairness", fairness_json(&x->fairness));
	json_object_set_new(o, "busy", json_real(x->busy));
	if (r->config->miss_cost)
		json_object_set_new(o, "seconds_saved", json_real(
			(double)r->config->miss_cost * 1e-9 *
			(double)x->total.hits));
	if (r->config->latency_sample)
		for (i = 0; i < NR_LATENCIES; i++)
			json_object_set_new(latency, latency_names[i],
					    latency_json(x->latency[i]));
	json_object_set_new(o, "latency_ns", latency);
	if (r->config->timed)
		json_object_set_new(o, "timed", json_pack("{s:I,s:I,s:b}",
			"late", (json_int_t)x->late,
			"late_max_ns", (json_int_t)x->late_max,
			"kept_up", x->late == 0));
	json_object_set_new(o, "memory", memory_json(x));
	json_object_set_new(o, "statistics", stats_json(&x->stats));
	if (r->config->verify)
		json_object_set_new(o, "violations", number(x->violations));
	if (r->config->per == PER_POOL)
		json_object_set_new(o, "pools", pools_json(r, x));
	if (r->config->per == PER_CLIENT)
		json_object_set_new(o, "clients", clients_json(r, x));
	if (r->interval)
		json_object_set_new(o, "intervals", intervals_json(r, x));
	return o;
}

/* Whose bytes the pages had; absent where they were made. */
static void add_content(json_t *root, const struct replay_report *r)
{
	char checksum[20];

	if (!r->content)
		return;
	snprintf(checksum, sizeof(checksum), "%016llx",
		 (unsigned long long)r->content->checksum);
	json_object_set_new(root, "content", json_pack("{s:s,s:s,s:I}",
		"path", r->config->content, "checksum", checksum,
		"pages", (json_int_t)r->content->nr_pages));
}

int replay_write_json(const struct replay_report *r, const char *path)
{
	json_t *root = output_origin(), *runs = json_array();
	u64 clock_read;
	const char *clock = replay_clock(r, &clock_read);
	u32 i;

	for (i = 0; i < r->nr_runs; i++)
		json_array_append_new(runs, run_json(r, &r->runs[i]));
	json_object_set_new(root, "seed", number(r->config->seed));
	json_object_set_new(root, "clock", json_pack("{s:s,s:I}", "name",
		clock, "read_ns", (json_int_t)clock_read));
	json_object_set_new(root, "front_seconds",
			    json_real(r->front_seconds));
	json_object_set_new(root, "streamed", json_boolean(r->streamed));
	json_object_set_new(root, "peak_bytes", number(r->peak_rss));
	json_object_set_new(root, "traces", output_traces(r->traces));
	add_content(root, r);
	json_object_set_new(root, "runs", runs);
	return output_write_json(root, path);
}

void replay_csv_origin(FILE *f)
{
	const struct cli_origin *origin = cli_origin();
	const char *c;

	fprintf(f, "# tmem %s, %s, %s, ", origin->version, origin->date,
		origin->machine);
	/* whatever the arguments are, it is one line */
	for (c = origin->command; *c; c++)
		fputc((unsigned char)*c < ' ' ? ' ' : *c, f);
	fputc('\n', f);
}

static void csv_intervals(const struct replay_report *r,
			  const struct replay_run *run, FILE *f)
{
	const struct run_result *x = &run->result;
	u64 evicted = 0;
	u32 i;

	for (i = 0; i < x->nr_intervals; i++) {
		const struct interval *v = &x->intervals[i];

		fprintf(f, "%s,%u,%llu,%llu,%llu,%llu,%llu,%llu,%llu,%.1f,%llu\n",
			x->design, run->repeat,
			(unsigned long long)(i * r->interval),
			(unsigned long long)v->tally.gets,
			(unsigned long long)v->tally.hits,
			(unsigned long long)v->tally.puts,
			(unsigned long long)v->tally.stored,
			(unsigned long long)v->tally.flushes,
			(unsigned long long)(v->evicted > evicted ?
					     v->evicted - evicted : 0),
			v->measured ? (double)v->latency_sum /
			(double)v->measured : 0.0,
			(unsigned long long)v->latency_max);
		if (v->evicted > evicted)
			evicted = v->evicted;
	}
}

static void csv_run(const struct replay_report *r,
		    const struct replay_run *run, FILE *f)
{
	const struct run_result *x = &run->result;
	u32 i;

	fprintf(f, "%s,%s,%u,%u,%s,%u,%llu,%.6f,%.0f", x->design, x->store,
		x->buckets, x->threads, order_names[r->config->order],
		run->repeat, (unsigned long long)x->ops, x->seconds,
		x->seconds > 0 ? (double)x->ops / x->seconds : 0.0);
	fprintf(f, ",%llu,%llu,%llu,%llu,%llu,%llu,%llu",
		(unsigned long long)x->total.gets,
		(unsigned long long)x->total.hits,
		(unsigned long long)x->total.puts,
		(unsigned long long)x->total.stored,
		(unsigned long long)x->total.flushes,
		(unsigned long long)x->stats.v[TMEM_evicted],
		(unsigned long long)(r->references ? replay_missed(run) : 0));
	for (i = 0; i < NR_LATENCIES; i++)
		fprintf(f, ",%llu,%llu,%llu",
			(unsigned long long)histogram_percentile(x->latency[i], 500000),
			(unsigned long long)histogram_percentile(x->latency[i], 990000),
			(unsigned long long)histogram_percentile(x->latency[i], 999000));
	fprintf(f, ",%s,%llu", r->config->admission_name,
		(unsigned long long)run->not_admitted);
	if (x->fairness.threads)
		fprintf(f, ",%.6f,%.0f,%.0f", x->fairness.index, x->fairness.min,
			x->fairness.max);
	else
		fputs(",,,", f);
	fprintf(f, ",%.6f\n", x->busy);
}

int replay_write_csv(const struct replay_report *r, const char *path)
{
	FILE *f = output_open(path);
	u32 i;

	if (!f)
		return -errno;
	replay_csv_origin(f);
	fputs(r->interval ?
	      "design,repeat,start,gets,hits,puts,stored,flushes,evicted,latency_mean_ns,latency_max_ns\n" :
	      "design,store,buckets,threads,order,repeat,ops,seconds,ops_per_second,gets,hits,puts,stored,flushes,evicted,missed,"
	      "put_p50,put_p99,put_p999,get_p50,get_p99,get_p999,flush_p50,flush_p99,flush_p999,"
	      "admission,not_admitted,fairness,thread_min,thread_max,busy\n", f);
	for (i = 0; i < r->nr_runs; i++) {
		if (r->interval)
			csv_intervals(r, &r->runs[i], f);
		else
			csv_run(r, &r->runs[i], f);
	}
	return output_close(f);
}

int replay_write_hist(const struct replay_report *r, const char *prefix)
{
	char path[4096];
	u32 i, k;
	int ret = 0;

	for (i = 0; i < r->nr_runs && !ret; i++) {
		const struct replay_run *run = &r->runs[i];

		for (k = 0; k < NR_LATENCIES && !ret; k++) {
			char repeat[16] = "";
			FILE *f;

			if (r->config->repeat > 1)
				snprintf(repeat, sizeof(repeat), "-%u",
					 run->repeat);
			if ((size_t)snprintf(path, sizeof(path), "%s-%s%s-%s.hgrm",
					     prefix, run->result.design, repeat,
					     latency_names[k]) >= sizeof(path))
				return -ENAMETOOLONG;
			f = fopen(path, "w");
			if (!f)
				return -errno;
			ret = histogram_print(run->result.latency[k], 1, f);
			if (!ret)
				ret = output_close(f);
			else
				fclose(f);
		}
	}
	return ret;
}
