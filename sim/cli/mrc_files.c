// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mrc_files.c - hit-ratio curves for people, and for programs as JSON and CSV
 */
#include <errno.h>
#include <string.h>

#include "mrc_config.h"
#include "output.h"

#define BAR		40	/* characters of a hit ratio of 1 */
#define MOST_ROWS	24U	/* where sizes were not asked for */

static u64 page_cache_pages(const struct mrc_report *r)
{
	return r->references ? r->config->replay.page_cache / PAGE_SIZE : 0;
}

static const char *page_cache_policy(const struct mrc_report *r)
{
	return !r->references ? "" : r->config->replay.policy == PAGECACHE_LRU ? "lru" :
		"active-inactive";
}

/* ---- the table ---- */

static double percent(u64 part, u64 whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0.0;
}

static void print_head(const struct mrc_report *r, FILE *f)
{
	const struct pagecache_counters *c = &r->cache;

	fprintf(f, "%s events: %s gets, %s puts, %s flushes of ephemeral pools\n",
		cli_thousands(r->events), cli_thousands(r->gets),
		cli_thousands(r->puts), cli_thousands(r->flushes));
	if (r->references)
		fprintf(f, "behind a page cache of %s (%s), which has %s of %s references (%.2f%%)\n",
			cli_bytes(r->config->replay.page_cache),
			page_cache_policy(r), cli_thousands(c->hits),
			cli_thousands(c->references),
			percent(c->hits, c->references));
	if (r->enough)
		fprintf(f, "more than %s of tmem (%s pages) would not hit more\n",
			cli_bytes(r->enough * PAGE_SIZE), cli_thousands(r->enough));
	else
		fprintf(f, "no get finds its page, whatever the memory\n");
}

static void print_bar(u64 hits, u64 gets, FILE *f)
{
	int n = gets ? (int)((hits * BAR + gets / 2) / gets) : 0;

	fprintf(f, "  |%.*s%*s|", n, "########################################",
		BAR - n, "");
}

static void print_point(const struct mrc_report *r, const struct mrc_curve *curve,
			const struct pass_point *p, FILE *f)
{
	u64 gets = r->gets;

	fprintf(f, "%10s %13s %14s %8.2f%%", cli_bytes(p->pages * PAGE_SIZE),
		cli_thousands(p->pages), cli_thousands(p->hits),
		percent(p->hits, gets));
	if (r->references)
		fprintf(f, " %8.2f%%", percent(r->cache.hits + p->hits,
					       r->cache.references));
	print_bar(p->hits, gets, f);
	if (curve->sampled)
		fprintf(f, " %.2f .. %.2f%%", percent(p->low, gets),
			percent(p->high, gets));
	fputc('\n', f);
}

/* The least size with a hundredth of the hits of the greatest. */
static u32 first_row(const struct mrc_curve *curve)
{
	u32 i = 0;

	while (i + 1 < curve->nr_points && curve->points[i].hits <
	       DIV_ROUND_UP(curve->points[curve->nr_points - 1].hits, 100))
		i++;
	return i;
}

static void print_curve(const struct mrc_report *r, const struct mrc_curve *curve,
			FILE *f)
{
	u32 i, first = 0, step = 1;

	/* the files have them all */
	if (r->chosen) {
		first = first_row(curve);
		step = DIV_ROUND_UP(curve->nr_points - first, MOST_ROWS);
	}
	fprintf(f, "\n%s%s%s\n%10s %13s %14s %9s", curve->name,
		curve->sampled ? ", sampled: the mean of five samples, and their least and greatest" :
		"", curve->bytes ? ", approximate: pages take their compressed bytes, packed without gaps" :
		"", "memory", "pages", "hits", "hit ratio");
	if (r->references)
		fprintf(f, " %9s", "of both");
	fputc('\n', f);
	for (i = first; i < curve->nr_points; i++)
		if ((curve->nr_points - 1 - i) % step == 0)
			print_point(r, curve, &curve->points[i], f);
}

void mrc_print_table(const struct mrc_report *r, FILE *f)
{
	u32 i;

	print_head(r, f);
	for (i = 0; i < r->nr_curves; i++)
		print_curve(r, &r->curves[i], f);
}

/* ---- files ---- */

static json_t *points_json(const struct mrc_report *r, const struct mrc_curve *curve)
{
	json_t *list = json_array();
	u32 i;

	for (i = 0; i < curve->nr_points; i++) {
		const struct pass_point *p = &curve->points[i];
		json_t *o = json_pack("{s:I,s:I,s:I}",
				      "pages", (json_int_t)p->pages,
				      "hits", (json_int_t)p->hits,
				      "gets", (json_int_t)r->gets);

		if (curve->sampled) {
			json_object_set_new(o, "low", json_integer((json_int_t)p->low));
			json_object_set_new(o, "high",
					    json_integer((json_int_t)p->high));
		}
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *curves_json(const struct mrc_report *r)
{
	json_t *list = json_array();
	u32 i;

	for (i = 0; i < r->nr_curves; i++)
		json_array_append_new(list, json_pack("{s:s,s:I,s:b,s:b,s:I,s:o}",
			"name", r->curves[i].name,
			"page_cache_pages", (json_int_t)page_cache_pages(r),
			"exact", !r->curves[i].sampled && !r->curves[i].bytes,
			"bytes", r->curves[i].bytes,
			"not_admitted", (json_int_t)r->curves[i].not_admitted,
			"curve", points_json(r, &r->curves[i])));
	return list;
}

static void add_counts(json_t *root, const struct mrc_report *r)
{
	json_object_set_new(root, "events", json_integer((json_int_t)r->events));
	json_object_set_new(root, "interrupted", json_boolean(r->interrupted));
	json_object_set_new(root, "operations", json_pack("{s:I,s:I,s:I}",
		"gets", (json_int_t)r->gets,
		"puts", (json_int_t)r->puts,
		"flushes", (json_int_t)r->flushes));
	json_object_set_new(root, "left_out", json_pack("{s:I,s:I}",
		"persistent", (json_int_t)r->left_persistent,
		"shared", (json_int_t)r->left_shared));
	if (r->references)
		json_object_set_new(root, "references", json_pack("{s:I,s:I,s:I,s:s}",
			"total", (json_int_t)r->cache.references,
			"page_cache_hits", (json_int_t)r->cache.hits,
			"page_cache_pages", (json_int_t)page_cache_pages(r),
			"page_cache_policy", page_cache_policy(r)));
	if (r->config->sample > 1)
		json_object_set_new(root, "sample", json_pack("{s:I,s:I,s:I,s:s}",
			"one_in", (json_int_t)r->config->sample,
			"salts", (json_int_t)PASS_SALTS,
			"gets", (json_int_t)r->sampled,
			"band", "least and greatest of the salts"));
	json_object_set_new(root, "pages_enough", json_integer((json_int_t)r->enough));
	json_object_set_new(root, "front", json_pack("{s:f,s:f}",
		"seconds", (double)r->front_ns * 1e-9,
		"cpu_seconds", (double)r->front_cpu_ns * 1e-9));
	json_object_set_new(root, "curve_cpu_seconds",
			    json_real((double)r->curve_cpu_ns * 1e-9));
	json_object_set_new(root, "optimum_cpu_seconds",
			    json_real((double)r->optimum_cpu_ns * 1e-9));
	json_object_set_new(root, "peak_bytes", json_integer((json_int_t)r->peak_rss));
}

int mrc_write_json(const struct mrc_report *r, const char *path)
{
	json_t *root = output_origin();

	json_object_set_new(root, "traces", output_traces(r->traces));
	add_counts(root, r);
	json_object_set_new(root, "curve", points_json(r, &r->curves[0]));
	json_object_set_new(root, "curves", curves_json(r));
	return output_write_json(root, path);
}

int mrc_write_csv(const struct mrc_report *r, const char *path)
{
	FILE *f = output_open(path);
	u32 c, i;

	if (!f)
		return -errno;
	fputs("curve,page_cache_pages,pages,gets,hits,low,high,page_cache_policy\n", f);
	for (c = 0; c < r->nr_curves; c++)
		for (i = 0; i < r->curves[c].nr_points; i++) {
			const struct pass_point *p = &r->curves[c].points[i];

			fprintf(f, "%s,%llu,%llu,%llu,%llu,%llu,%llu,%s\n",
				r->curves[c].name,
				(unsigned long long)page_cache_pages(r),
				(unsigned long long)p->pages,
				(unsigned long long)r->gets,
				(unsigned long long)p->hits,
				(unsigned long long)p->low,
				(unsigned long long)p->high, page_cache_policy(r));
		}
	return output_close(f);
}
