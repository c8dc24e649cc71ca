// SPDX-License-Identifier: GPL-2.0-or-later
/* say.c - see say.h */
#include "say.h"

#include <string.h>

#include "html.h"

const char *const topic_names[NR_TOPICS] = {
	[TOPIC_DESIGN] = "Design",
	[TOPIC_TABLE] = "Table",
	[TOPIC_MEMORY] = "Memory",
	[TOPIC_CURVE] = "Memory, curve",
	[TOPIC_ADMISSION] = "Admission",
	[TOPIC_NOISE] = "Noise",
	[TOPIC_FAILURES] = "Failures",
};

static const char *design(const struct point *point)
{
	return result_text(point->like, RESULT_design);
}

static const char *plural(double n)
{
	return n == 1 ? "" : "s";
}

/* ---- the question ---- */

static const struct {
	enum result_column column;
	const char *asks;
} questions[] = {
	{ RESULT_design, "which lock design" },
	{ RESULT_buckets, "how many buckets" },
	{ RESULT_threads, "how many threads" },
	{ RESULT_memory_pages, "how much memory" },
	{ RESULT_store, "which page store" },
	{ RESULT_admission, "which admission policy" },
	{ RESULT_page_cache_policy, "which page-cache policy" },
	{ RESULT_page_cache_pages, "how much page cache" },
};

#define NR_QUESTIONS	(sizeof(questions) / sizeof(*questions))

void say_question(const struct points *points, FILE *f)
{
	const char *traces = points->nr ? result_text(points->all[0].like, RESULT_traces) : "";
	unsigned int i, nr = 0, at = 0;
	bool one = false;

	if (points->nr && points_vary(points, RESULT_traces))
		traces = "these traces";
	if (!*traces)
		traces = "this trace";
	for (i = 0; i < NR_QUESTIONS; i++)
		nr += points_vary(points, questions[i].column);
	for (i = 0; i < NR_QUESTIONS; i++) {
		const char *asks = questions[i].asks;

		if (!points_vary(points, questions[i].column))
			continue;
		at++;
		one = nr == 1 && strncmp(asks, "how many", 8);
		if (at > 1)
			fputs(at == nr ? " and " : ", ", f);
		fprintf(f, "%c%s", at == 1 ? *asks - 'a' + 'A' : *asks, asks + 1);
	}
	if (nr)
		fprintf(f, " serve%s %s?", one ? "s" : "", traces);
	else
		fprintf(f, "How does %s serve %s?", points->nr ?
			design(&points->all[0]) : "tmem", traces);
}

void say_setting(const struct advice *advice, const struct points *points, FILE *f)
{
	static const struct {
		enum result_column column;
		const char *name;
	} parts[] = {
		{ RESULT_traces, "" },
		{ RESULT_store, "store " },
		{ RESULT_order, "order " },
		{ RESULT_admission, "admission " },
		{ RESULT_page_cache_policy, "page cache " },
		{ RESULT_world, "world " },
	};
	const struct result *r = advice->first->like;
	char n[HTML_NUMBER];
	unsigned int i;

	if (advice->first->memory > 0)
		fputs(html_memory(n, advice->first->memory), f);
	if (points_vary(points, RESULT_page_cache_pages)) {
		double pages = 0;

		result_number(r, RESULT_page_cache_pages, &pages);
		fprintf(f, ", page cache of %s", html_memory(n, pages));
	}
	for (i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (points_vary(points, parts[i].column))
			fprintf(f, ", %s%s", parts[i].name,
				result_text(r, parts[i].column));
}

/* ---- designs and tables ---- */

static void say_rate(const struct range *rate, FILE *f)
{
	char n[HTML_NUMBER], least[HTML_NUMBER], most[HTML_NUMBER];

	fprintf(f, "%s operations a second", html_rate(n, rate->median));
	if (rate->nr > 1)
		fprintf(f, " (%s to %s in %u runs)", html_rate(least, rate->least),
			html_rate(most, rate->most), rate->nr);
}

static void say_range(const struct point *point, FILE *f)
{
	const struct range *rate = &point->measures[MEASURE_RATE];
	char least[HTML_NUMBER], most[HTML_NUMBER];

	fprintf(f, "%s (", design(point));
	if (rate->nr > 1)
		fprintf(f, "%s to ", html_rate(least, rate->least));
	fprintf(f, "%s)", html_rate(most, rate->most));
}

static double more(const struct advice_threads *t)
{
	double other = t->second->measures[MEASURE_RATE].median;

	return other > 0 ? t->best->measures[MEASURE_RATE].median / other - 1 : 0;
}

static void say_design(const struct advice *a, const struct points *points, FILE *f)
{
	const struct advice_threads *t;
	char n[HTML_NUMBER], m[HTML_NUMBER];

	if (!a->nr_threads)
		return;
	t = &a->threads[a->nr_threads - 1];
	if (a->settings > 1) {
		fputs("With ", f);
		say_setting(a, points, f);
		fputs(", at ", f);
	} else {
		fputs("At ", f);
	}
	fprintf(f, "%s thread%s, %s ", html_thousands(n, t->threads), plural(t->threads),
		design(t->best));
	fputs(t->sure == SURE_ALONE ? "does " : t->sure == SURE_OVERLAP ?
	      "has the highest median, " : "is fastest: ", f);
	say_rate(&t->best->measures[MEASURE_RATE], f);
	switch (t->sure) {
	case SURE_ALONE:
		fputs("; no other design was tried.", f);
		break;
	case SURE_ONCE:
		fprintf(f, ", %s more than ", html_percent(m, more(t)));
		say_range(t->second, f);
		fputs(". Not all was run more than once, so that may be noise: --repeat 5 tells.",
		      f);
		break;
	case SURE_OVERLAP:
		fputs(", but is not distinguishable from ", f);
		say_range(t->second, f);
		if (t->like_best > 1)
			fprintf(f, " and %u more", t->like_best - 1);
		fputs(": their runs overlap.", f);
		break;
	case SURE_APART:
		fprintf(f, ", %s more than ", html_percent(m, more(t)));
		say_range(t->second, f);
		fputs("; no runs of the two overlap.", f);
		break;
	}
	if (a->nr_threads < 2 || t->sure == SURE_ALONE)
		return;
	if (a->same_design)
		fprintf(f, " Its median is the highest at every number of threads, from %s to %s.",
			html_thousands(m, a->threads[0].threads), n);
	else
		fputs(" At other numbers of threads another design leads; see the table.", f);
}

static void say_table(const struct advice *a, FILE *f)
{
	const struct advice_threads *t;
	char n[HTML_NUMBER], best[HTML_NUMBER], m[HTML_NUMBER], rate[HTML_NUMBER];

	if (!a->nr_threads)
		return;
	t = &a->threads[a->nr_threads - 1];
	if (t->tables < 2)
		return;
	html_thousands(n, t->table->buckets);
	html_thousands(best, t->best->buckets);
	html_rate(m, t->best->measures[MEASURE_RATE].median);
	html_rate(rate, t->table->measures[MEASURE_RATE].median);
	if (t->table == t->best && t->table->buckets > t->smallest) {
		fprintf(f, "For %s at %.0f thread%s the smallest table within 5%% of the best is the best itself, %s bucket%s (%s)",
			design(t->best), t->threads, plural(t->threads), n,
			plural(t->table->buckets), m);
		fputs(t->table->buckets == t->largest ?
		      ", the largest that was tried: try larger ones." : ".", f);
		return;
	}
	if (t->table->buckets == t->smallest)
		fprintf(f, "For %s at %.0f thread%s even the smallest table that was tried, %s bucket%s, is within 5%% of the best",
			design(t->best), t->threads, plural(t->threads), n,
			plural(t->table->buckets));
	else
		fprintf(f, "For %s at %.0f thread%s the smallest table within 5%% of the best has %s bucket%s",
			design(t->best), t->threads, plural(t->threads), n,
			plural(t->table->buckets));
	if (t->table == t->best)
		fputs(": it is the best.", f);
	else
		fprintf(f, ": %s against %s with %s.", rate, m, best);
}

/* ---- memory ---- */

static void say_memory(const struct advice_memory *m, const char *lead, FILE *f)
{
	char a[HTML_NUMBER], b[HTML_NUMBER], c[HTML_NUMBER], d[HTML_NUMBER];
	bool doubled = m->to.pages >= 1.99 * m->from.pages &&
		       m->to.pages <= 2.01 * m->from.pages;

	if (m->nr < 2)
		return;
	fputs(lead, f);
	if (m->enough.pages == m->least.pages) {
		fprintf(f, "more memory than %s buys nothing: hits are %s of gets there, and %s with %s.",
			html_memory(a, m->least.pages), html_percent(b, m->least.ratio),
			html_percent(c, m->most.ratio), html_memory(d, m->most.pages));
		return;
	}
	fprintf(f, "%s %s to %s raises hits from %s to %s of gets",
		doubled ? "doubling" : "going from", html_memory(a, m->from.pages),
		html_memory(b, m->to.pages), html_percent(c, m->from.ratio),
		html_percent(d, m->to.ratio));
	if (m->nr > 2)
		fprintf(f, ", the most that any %s buys", doubled ? "doubling" : "such step");
	if (m->enough.pages < m->most.pages)
		fprintf(f, "; beyond %s less than one point more is to be had (%s there, %s with %s).",
			html_memory(a, m->enough.pages), html_percent(b, m->enough.ratio),
			html_percent(c, m->most.ratio), html_memory(d, m->most.pages));
	else if (m->nr > 2)
		fprintf(f, "; at %s, the most that was tried, hits are %s and may still rise.",
			html_memory(a, m->most.pages), html_percent(b, m->most.ratio));
	else
		fputs(".", f);
}

static void say_admission(const struct advice_optimum *o, FILE *f)
{
	char a[HTML_NUMBER], b[HTML_NUMBER], c[HTML_NUMBER];

	if (!o->known)
		return;
	if (o->optimum - o->all < ADVICE_ENOUGH) {
		fputs("admitting every put is within one point of the optimum, which knows the future, at every size that was computed.",
		      f);
		return;
	}
	fprintf(f, "with %s, where it is farthest from the optimum, admitting every put finds %s of gets, and an optimum that knows the future %s",
		html_memory(a, o->pages), html_percent(b, o->all),
		html_percent(c, o->optimum));
	if (o->nearest && o->nearest_ratio > o->all)
		fprintf(f, "; of the other policies %s comes nearest, with %s.", o->nearest,
			html_percent(a, o->nearest_ratio));
	else if (o->nearest)
		fputs("; no other policy that was computed does better.", f);
	else
		fputs(".", f);
}

/* ---- in short ---- */

#define NOISY	0.2		/* of the median between runs of one point */

static void short_memory(const struct advice_memory *m, FILE *f)
{
	char a[HTML_NUMBER], b[HTML_NUMBER], c[HTML_NUMBER], d[HTML_NUMBER];

	if (m->enough.pages == m->least.pages) {
		fprintf(f, "More memory than %s buys nothing.",
			html_memory(a, m->least.pages));
		return;
	}
	fprintf(f, "%s of memory instead of %s raises hits from %s to %s of gets; ",
		html_memory(a, m->to.pages), html_memory(b, m->from.pages),
		html_percent(c, m->from.ratio), html_percent(d, m->to.ratio));
	if (m->enough.pages < m->most.pages)
		fprintf(f, "more than %s buys nothing.", html_memory(a, m->enough.pages));
	else
		fprintf(f, "more than the %s that were tried may buy more.",
			html_memory(a, m->most.pages));
}

/* Where more threads are no gain: the number of them that does the most. */
static void short_threads(const struct advice *a, FILE *f)
{
	const struct advice_threads *last = &a->threads[a->nr_threads - 1], *most = last;
	const struct range *busy = &last->best->measures[MEASURE_BUSY];
	char one[HTML_NUMBER], other[HTML_NUMBER];
	size_t i;

	for (i = 0; i < a->nr_threads; i++)
		if (a->threads[i].best->measures[MEASURE_RATE].median >
		    most->best->measures[MEASURE_RATE].median)
			most = &a->threads[i];
	if (most == last)
		return;
	fprintf(f, " %.0f thread%s more: %s operations a second against %s", most->threads,
		most->threads == 1 ? " does" : "s do",
		html_rate(one, most->best->measures[MEASURE_RATE].median),
		html_rate(other, last->best->measures[MEASURE_RATE].median));
	if (busy->nr)
		fprintf(f, "; the %.0f threads waited %s of their time for their turn in "
			"the trace, the rest is what sharing costs", last->threads,
			html_percent(one, 1 - busy->median));
	fputc('.', f);
}

void say_short(const struct advice *a, const struct points *points, FILE *f)
{
	const struct advice_threads *t = a->nr_threads ? &a->threads[a->nr_threads - 1] : NULL;
	char n[HTML_NUMBER];

	if (t) {
		fprintf(f, "At %.0f thread%s take %s", t->threads, plural(t->threads),
			design(t->best));
		if (t->tables > 1)
			fprintf(f, " with %s bucket%s, the smallest table within 5%% of the best",
				html_thousands(n, t->table->buckets), plural(t->table->buckets));
		if (t->sure == SURE_OVERLAP)
			fprintf(f, "; %s does as well within the noise", design(t->second));
		fputc('.', f);
		short_threads(a, f);
	}
	if (t && points->spread.median > NOISY)
		fprintf(f, " This is not sure: runs of the same point differ by %s, so measure on a machine that does nothing else.",
			html_percent(n, points->spread.median));
	else if (t && t->sure == SURE_ONCE)
		fputs(" Not all was run more than once, so this is not sure.", f);
	if (a->measured.nr < 2 && a->curve.nr < 2)
		return;
	fputs(t ? " " : "", f);
	short_memory(a->measured.nr > 2 || a->curve.nr < 2 ? &a->measured : &a->curve, f);
}

/* ---- how far to trust it ---- */

static void say_noise(const struct points *points, FILE *f)
{
	char a[HTML_NUMBER], b[HTML_NUMBER];

	if (!points->runs)
		return;
	if (!points->spread.nr) {
		fputs("every point was run once, so nothing is known of noise; --repeat 5 tells.",
		      f);
		return;
	}
	fprintf(f, "the fastest and slowest run of a point differ by %s of its median, at worst by %s (%u point%s with several runs).",
		html_percent(a, points->spread.median), html_percent(b, points->spread.most),
		points->spread.nr, plural(points->spread.nr));
}

static void say_failures(const struct points *points, FILE *f)
{
	const struct result *first = points->first_failed;
	char a[HTML_NUMBER], b[HTML_NUMBER];
	const char *error;

	if (!points->failed)
		return;
	error = result_text(first, RESULT_error);
	if (points->runs)
		fprintf(f, "%s of %s runs failed",
			html_thousands(a, (double)points->failed),
			html_thousands(b, (double)(points->failed + points->runs)));
	else if (points->failed == 1)
		fputs("the only run failed, so there is nothing to advise", f);
	else
		fprintf(f, "all %s runs failed, so there is nothing to advise",
			html_thousands(a, (double)points->failed));
	fprintf(f, "; the first is %s: %s", result_text(first, RESULT_key),
		*error ? error : "it does not say why");
}

void say(enum topic topic, const struct advice *advice, const struct points *points,
	 FILE *f)
{
	switch (topic) {
	case TOPIC_DESIGN:
		say_design(advice, points, f);
		break;
	case TOPIC_TABLE:
		say_table(advice, f);
		break;
	case TOPIC_MEMORY:
		say_memory(&advice->measured, "", f);
		break;
	case TOPIC_CURVE:
		say_memory(&advice->curve, "for pages that are not compressed, ", f);
		break;
	case TOPIC_ADMISSION:
		say_admission(&advice->optimum, f);
		break;
	case TOPIC_NOISE:
		say_noise(points, f);
		break;
	case TOPIC_FAILURES:
		say_failures(points, f);
		break;
	case NR_TOPICS:
		break;
	}
}
