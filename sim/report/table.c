// SPDX-License-Identifier: GPL-2.0-or-later
/* table.c - see table.h */
#include "table.h"

#include <string.h>

#include "html.h"

static const char *of_design(const struct point *point)
{
	return result_text(point->like, RESULT_design);
}

/* "2.31 M", and below it "2.25 M to 2.36 M" */
static void put_rate(const struct range *rate, FILE *f)
{
	char n[HTML_NUMBER];

	fputs(html_rate(n, rate->median), f);
	if (rate->nr > 1) {
		fprintf(f, " <small>%s to ", html_rate(n, rate->least));
		fprintf(f, "%s</small>", html_rate(n, rate->most));
	}
}

static void rate_cell(const struct range *rate, FILE *f)
{
	fputs("<td class=\"n\">", f);
	put_rate(rate, f);
	fputs("</td>", f);
}

/* ---- by threads ---- */

static const char *const sure_words[] = {
	[SURE_ALONE] = "the only design",
	[SURE_ONCE] = "run once, not sure",
	[SURE_OVERLAP] = "not distinguishable",
	[SURE_APART] = "faster in every run",
};

static void threads_row(const struct advice_threads *t, FILE *f)
{
	char n[HTML_NUMBER];

	fprintf(f, "<tr><td class=\"n\">%s</td><td><b>", html_thousands(n, t->threads));
	html_text(f, of_design(t->best));
	fputs("</b></td>", f);
	rate_cell(&t->best->measures[MEASURE_RATE], f);
	if (t->second) {
		fputs("<td>", f);
		html_text(f, of_design(t->second));
		fputs("</td>", f);
		rate_cell(&t->second->measures[MEASURE_RATE], f);
	} else {
		fputs("<td>-</td><td class=\"n\">-</td>", f);
	}
	fprintf(f, "<td>%s</td>", sure_words[t->sure]);
	fprintf(f, "<td class=\"n\">%s", t->table->buckets > 0 ?
		html_thousands(n, t->table->buckets) : "-");
	if (t->tables > 1)
		fprintf(f, " <small>of up to %s</small>", html_thousands(n, t->largest));
	fputs("</td></tr>\n", f);
}

void table_threads(const struct advice *advice, FILE *f)
{
	size_t i;

	if (!advice->nr_threads)
		return;
	fputs("<div class=\"scroll\"><table id=\"by-threads\">\n<thead><tr>"
	      "<th class=\"n\">threads</th><th>fastest</th>"
	      "<th class=\"n\">operations a second</th><th>next</th>"
	      "<th class=\"n\">operations a second</th><th>how sure</th>"
	      "<th class=\"n\">buckets enough</th></tr></thead>\n<tbody>\n", f);
	for (i = 0; i < advice->nr_threads; i++)
		threads_row(&advice->threads[i], f);
	fputs("</tbody></table></div>\n", f);
}

/* ---- all points ---- */

static const struct {
	enum result_column column;
	const char *title;
	bool number;
} configuration[] = {
	{ RESULT_traces, "trace", false },
	{ RESULT_world, "world", false },
	{ RESULT_order, "order", false },
	{ RESULT_store, "store", false },
	{ RESULT_page_cache_policy, "page-cache policy", false },
	{ RESULT_page_cache_pages, "page cache", true },
	{ RESULT_admission, "admission", false },
	{ RESULT_memory_pages, "memory", true },
	{ RESULT_threads, "threads", true },
	{ RESULT_design, "design", false },
	{ RESULT_buckets, "buckets", true },
};

#define NR_CONFIGURATION	(sizeof(configuration) / sizeof(*configuration))

enum better { NEITHER, MORE, LESS };

static const struct {
	const char *title;
	const char *(*text)(char *out, double n);
	enum better better;
} measures[NR_MEASURES] = {
	[MEASURE_RATE] = { "operations a second", html_rate, MORE },
	[MEASURE_HITS] = { "hits of gets", html_percent, MORE },
	[MEASURE_PUT_P99] = { "put 99%", html_time, LESS },
	[MEASURE_GET_P99] = { "get 99%", html_time, LESS },
	[MEASURE_FAIRNESS] = { "fairness", NULL, MORE },
	[MEASURE_BUSY] = { "busy", html_percent, NEITHER },
	[MEASURE_EVICTED] = { "evicted", html_thousands, NEITHER },
};

static const char *configuration_text(const struct point *point, unsigned int i,
				      char *out)
{
	enum result_column column = configuration[i].column;
	double n;

	if (!configuration[i].number || !result_number(point->like, column, &n))
		return result_text(point->like, column);
	return column == RESULT_memory_pages || column == RESULT_page_cache_pages ?
		html_memory(out, n) : html_thousands(out, n);
}

/* The best of the points [@i, @end) in each measure, where there is more than one value. */
static void best_of(const struct point *i, const struct point *end, double *best,
		    bool *there_is)
{
	unsigned int m;

	for (m = 0; m < NR_MEASURES; m++) {
		double least = 0, most = 0;
		const struct point *p;
		unsigned int nr = 0;

		for (p = i; p < end; p++) {
			double n = p->measures[m].median;

			if (!p->measures[m].nr)
				continue;
			if (!nr || n < least)
				least = n;
			if (!nr || n > most)
				most = n;
			nr++;
		}
		there_is[m] = nr > 1 && most > least && measures[m].better != NEITHER;
		best[m] = measures[m].better == LESS ? least : most;
	}
}

static void head(const bool *varies, FILE *f)
{
	unsigned int i;

	fputs("<thead><tr>", f);
	for (i = 0; i < NR_CONFIGURATION; i++)
		if (varies[i])
			fprintf(f, "<th%s>%s</th>",
				configuration[i].number ? " class=\"n\"" : "",
				configuration[i].title);
	for (i = 0; i < NR_MEASURES; i++)
		fprintf(f, "<th class=\"n\">%s</th>", measures[i].title);
	fputs("<th class=\"n\">runs</th></tr></thead>\n", f);
}

static void measure_cell(const struct point *point, unsigned int m, bool best, FILE *f)
{
	const struct range *r = &point->measures[m];
	char n[HTML_NUMBER];

	fprintf(f, "<td class=\"n%s\">", best ? " best" : "");
	if (!r->nr)
		fputc('-', f);
	else if (m == MEASURE_RATE)
		put_rate(r, f);
	else if (measures[m].text)
		fputs(measures[m].text(n, r->median), f);
	else
		fprintf(f, "%.3f", r->median);
	fputs("</td>", f);
}

static void row(const struct point *point, const bool *varies, const double *best,
		const bool *there_is, bool first, FILE *f)
{
	char n[HTML_NUMBER];
	unsigned int i;

	fprintf(f, "<tr%s>", first ? " class=\"setting\"" : "");
	for (i = 0; i < NR_CONFIGURATION; i++) {
		if (!varies[i])
			continue;
		fputs(configuration[i].number ? "<td class=\"n\">" : "<td>", f);
		html_text(f, configuration_text(point, i, n));
		fputs("</td>", f);
	}
	for (i = 0; i < NR_MEASURES; i++)
		measure_cell(point, i, there_is[i] && point->measures[i].nr &&
			     point->measures[i].median == best[i], f);
	fprintf(f, "<td class=\"n\">%u", point->runs);
	if (point->failed)
		fprintf(f, ", %u failed", point->failed);
	fputs("</td></tr>\n", f);
}

static void same_for_all(const struct points *points, const bool *varies, FILE *f)
{
	bool any = false;
	unsigned int i;
	char n[HTML_NUMBER];

	fputs("<p class=\"soft\">", f);
	for (i = 0; i < NR_CONFIGURATION; i++) {
		const char *text = configuration_text(&points->all[0], i, n);

		if (varies[i] || !*text)
			continue;
		fprintf(f, "%s%s ", any ? ", " : "The same for all: ",
			configuration[i].title);
		html_text(f, text);
		any = true;
	}
	fprintf(f, "%sNumbers are medians over runs, with the slowest and the fastest run. "
		"Marked is the best of all points with the same memory, store and other "
		"conditions, whether or not it is distinguishable.</p>\n", any ? ". " : "");
}

static void body(const struct points *points, const bool *varies, FILE *f)
{
	bool there_is[NR_MEASURES], first;
	double best[NR_MEASURES];
	size_t i, end = 0, nr = points->nr < TABLE_MAX_ROWS ? points->nr : TABLE_MAX_ROWS;

	fputs("<tbody>\n", f);
	for (i = 0; i < nr; i++) {
		first = i == end;
		if (first) {
			while (end < points->nr &&
			       point_same_setting(&points->all[i], &points->all[end]))
				end++;
			best_of(&points->all[i], &points->all[end], best, there_is);
		}
		row(&points->all[i], varies, best, there_is, first && i, f);
	}
	fputs("</tbody>\n", f);
}

void table_points(const struct points *points, FILE *f)
{
	bool folded = points->nr > TABLE_OPEN_ROWS, varies[NR_CONFIGURATION];
	char n[HTML_NUMBER];
	unsigned int i;

	for (i = 0; i < NR_CONFIGURATION; i++)
		varies[i] = points_vary(points, configuration[i].column);
	same_for_all(points, varies, f);
	html_thousands(n, (double)points->nr);
	if (folded)
		fprintf(f, "<details><summary>All %s points</summary>\n", n);
	if (points->nr > TABLE_MAX_ROWS)
		fprintf(f, "<p class=\"warn\">Of %s points these are the first %u; all are in results*.csv.</p>\n",
			n, TABLE_MAX_ROWS);
	fputs("<div class=\"scroll\"><table id=\"points\">\n", f);
	head(varies, f);
	body(points, varies, f);
	fputs("</table></div>\n", f);
	if (folded)
		fputs("</details>\n", f);
}
