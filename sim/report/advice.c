// SPDX-License-Identifier: GPL-2.0-or-later
/* advice.c - see advice.h */
#include "advice.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct range *rate_of(const struct point *point)
{
	return &point->measures[MEASURE_RATE];
}

static bool same_design(const struct point *a, const struct point *b)
{
	return !strcmp(result_text(a->like, RESULT_design),
		       result_text(b->like, RESULT_design));
}

/* ---- the setting ---- */

/* One past the last point that agrees with @i in so many columns. */
static size_t end_of(const struct points *points, size_t i, unsigned int columns)
{
	size_t end = i + 1;

	while (end < points->nr &&
	       !point_compare(&points->all[i], &points->all[end], columns))
		end++;
	return end;
}

static size_t measured(const struct points *points, size_t i, size_t end)
{
	size_t nr = 0;

	for (; i < end; i++)
		nr += rate_of(&points->all[i])->nr != 0;
	return nr;
}

static void choose_setting(struct advice *a, const struct points *points)
{
	size_t i, end, nr, most = 0;

	for (i = 0; i < points->nr; i = end) {
		const struct point *point = &points->all[i];

		end = end_of(points, i, SETTING_COLUMNS);
		nr = measured(points, i, end);
		a->settings++;
		if (!nr || nr < most || (nr == most && point->memory <= a->first->memory))
			continue;
		most = nr;
		a->first = point;
		a->points = end - i;
	}
}

/* ---- designs and tables ---- */

static enum advice_sure how_sure(const struct point *best, const struct point *other)
{
	if (!other)
		return SURE_ALONE;
	if (rate_of(best)->nr < 2 || rate_of(other)->nr < 2)
		return SURE_ONCE;
	return rate_of(best)->least > rate_of(other)->most ? SURE_APART : SURE_OVERLAP;
}

/* The fastest of [@i, @end), but those of the design of @not; or NULL. */
static const struct point *fastest(const struct point *i, const struct point *end,
				   const struct point *not)
{
	const struct point *best = NULL;

	for (; i < end; i++)
		if (rate_of(i)->nr && !(not && same_design(i, not)) &&
		    (!best || rate_of(i)->median > rate_of(best)->median))
			best = i;
	return best;
}

static void choose_table(struct advice_threads *t, const struct point *i,
			 const struct point *end)
{
	double enough = ADVICE_TABLE * rate_of(t->best)->median;

	for (; i < end; i++) {
		if (!rate_of(i)->nr || !same_design(i, t->best))
			continue;
		if (!t->tables++ || i->buckets < t->smallest)
			t->smallest = i->buckets;
		if (i->buckets > t->largest)
			t->largest = i->buckets;
		if (rate_of(i)->median >= enough &&
		    (!t->table || i->buckets < t->table->buckets))
			t->table = i;
	}
}

/* Designs whose best table overlaps with the best of all. */
static unsigned int like_best(const struct advice_threads *t, const struct point *i,
			      const struct point *end)
{
	unsigned int nr = 0;

	while (i < end) {
		const struct point *next = i, *best;

		while (next < end && same_design(i, next))
			next++;
		best = fastest(i, next, t->best);
		nr += best && how_sure(t->best, best) == SURE_OVERLAP;
		i = next;
	}
	return nr;
}

static int advise_threads(struct advice *a)
{
	const struct point *i = a->first, *end = a->first + a->points, *next;

	a->threads = calloc(a->points, sizeof(*a->threads));
	if (!a->threads)
		return -ENOMEM;
	a->same_design = true;
	for (; i < end; i = next) {
		struct advice_threads *t = &a->threads[a->nr_threads];

		for (next = i; next < end &&
		     !point_compare(i, next, SETTING_COLUMNS + 1); next++)
			;
		t->best = fastest(i, next, NULL);
		if (!t->best)
			continue;
		t->threads = t->best->threads;
		t->second = fastest(i, next, t->best);
		t->sure = how_sure(t->best, t->second);
		t->like_best = like_best(t, i, next);
		choose_table(t, i, next);
		if (!same_design(t->best, a->threads[0].best))
			a->same_design = false;
		a->nr_threads++;
	}
	return 0;
}

/* ---- memory ---- */

/* The size nearest to twice as much as that of @i, if it is about that; else NULL. */
static const struct curve_point *twice(const struct curve_point *p, size_t nr, size_t i)
{
	const struct curve_point *best = NULL;
	size_t k;

	for (k = i + 1; k < nr && p[k].pages <= 2.2 * p[i].pages; k++)
		if (p[k].pages >= 1.8 * p[i].pages &&
		    (!best || fabs(p[k].pages - 2 * p[i].pages) <
			      fabs(best->pages - 2 * p[i].pages)))
			best = &p[k];
	return best;
}

static void advise_steps(struct advice_memory *m, const struct curve_point *p, size_t nr)
{
	bool doubled = false;
	double gain = -2;
	size_t i;

	for (i = 0; i + 1 < nr; i++) {
		const struct curve_point *to = twice(p, nr, i);
		bool is_double = to != NULL;

		/* doublings can be compared with each other; else neighbours must do */
		if (doubled && !is_double)
			continue;
		if (!is_double)
			to = &p[i + 1];
		if (is_double == doubled && to->ratio - p[i].ratio <= gain)
			continue;
		doubled = is_double;
		gain = to->ratio - p[i].ratio;
		m->from = p[i];
		m->to = *to;
	}
}

static struct advice_memory advise_memory(const struct curve_point *p, size_t nr)
{
	struct advice_memory m = { .nr = nr };
	double best;
	size_t i;

	if (nr < 2)
		return m;
	m.least = p[0];
	m.most = p[nr - 1];
	m.enough = m.most;
	best = m.most.ratio;
	for (i = nr; i-- > 0; ) {
		if (p[i].ratio > best)
			best = p[i].ratio;
		if (best - p[i].ratio < ADVICE_ENOUGH)
			m.enough = p[i];
		else
			break;
	}
	advise_steps(&m, p, nr);
	return m;
}

/* Of a curve with a point for every few pages, those at powers of two. */
static size_t thin(struct curve_point *out, const struct curve *curve)
{
	double size = 1;
	size_t i, nr = 0;

	for (i = 0; i < curve->nr; i++) {
		const struct curve_point *p = &curve->points[i];
		bool last = i + 1 == curve->nr;

		while (size < p->pages)
			size *= 2;
		/* the one that is the largest of at most a power of two, if it is near */
		if (curve->nr <= 64 || last ||
		    (p[1].pages > size && p->pages > 0.99 * size))
			out[nr++] = *p;
	}
	return nr;
}

static int advise_curve(struct advice *a, const struct curve *curve)
{
	struct curve_point *points = calloc(curve->nr, sizeof(*points));

	if (!points)
		return -ENOMEM;
	a->curve = advise_memory(points, thin(points, curve));
	free(points);
	return 0;
}

/* The ratio at so many pages; < 0: there is no such point. */
static double ratio_at(const struct curve *curve, double pages)
{
	size_t low = 0, high = curve->nr;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (curve->points[middle].pages < pages)
			low = middle + 1;
		else
			high = middle;
	}
	return low < curve->nr && curve->points[low].pages == pages ?
		curve->points[low].ratio : -1;
}

static void advise_optimum(struct advice_optimum *o, const struct curves *curves,
			   const struct curve *all, const struct curve *optimum)
{
	double most = -1, ratio;
	size_t i;

	for (i = 0; i < all->nr; i++) {
		ratio = ratio_at(optimum, all->points[i].pages);
		if (ratio < 0 || ratio - all->points[i].ratio <= most)
			continue;
		most = ratio - all->points[i].ratio;
		o->known = true;
		o->pages = all->points[i].pages;
		o->all = all->points[i].ratio;
		o->optimum = ratio;
	}
	for (i = 0; o->known && i < curves->nr; i++) {
		const struct curve *other = &curves->all[i];

		if (other == all || other == optimum ||
		    other->page_cache != all->page_cache || strcmp(other->policy, all->policy))
			continue;
		ratio = ratio_at(other, o->pages);
		if (ratio >= 0 && (!o->nearest || ratio > o->nearest_ratio)) {
			o->nearest = other->name;
			o->nearest_ratio = ratio;
		}
	}
}

/* The curve "all" of the setting; of a sweep without a run that is ok, the first. */
static const struct curve *setting_curve(const struct advice *a, const struct points *points,
					 const struct curves *curves)
{
	const char *policy;
	const struct curve *all = NULL;
	double page_cache = 0;
	size_t i;

	for (i = 0; !a->first && !all && i < curves->nr; i++)
		if (!strcmp(curves->all[i].name, "all"))
			all = &curves->all[i];
	if (!a->first)
		return all;
	policy = result_text(a->first->like, RESULT_page_cache_policy);
	result_number(a->first->like, RESULT_page_cache_pages, &page_cache);
	all = curves_find(curves, "all", page_cache, policy);
	/* an older table does not tell policies, and is of one */
	if (!all && !points_vary(points, RESULT_page_cache_policy))
		all = curves_find(curves, "all", page_cache, "");
	/* operations have no page cache, whatever was asked for */
	return all ? all : curves_find(curves, "all", 0, "");
}

static int advise_curves(struct advice *a, const struct points *points,
			 const struct curves *curves)
{
	const struct curve *all = setting_curve(a, points, curves), *optimum;

	if (!all || !all->nr)
		return 0;
	optimum = curves_find(curves, "optimum", all->page_cache, all->policy);
	if (optimum)
		advise_optimum(&a->optimum, curves, all, optimum);
	return advise_curve(a, all);
}

/* What was measured with other sizes of memory, all else being the setting's. */
static bool other_memory_only(const struct point *a, const struct point *b)
{
	return !point_compare(a, b, SETTING_COLUMNS - 1);
}

static int advise_measured(struct advice *a, const struct points *points)
{
	size_t i, end, k, nr = 0;

	a->sizes = calloc(points->nr, sizeof(*a->sizes));
	if (!a->sizes)
		return -ENOMEM;
	for (i = 0; i < points->nr; i = end) {
		const struct point *best = NULL;

		end = end_of(points, i, SETTING_COLUMNS);
		if (!other_memory_only(&points->all[i], a->first))
			continue;
		/* threads and tables change hits little: the point most like the best */
		for (k = i; k < end; k++) {
			const struct point *p = &points->all[k];

			if (p->measures[MEASURE_HITS].nr &&
			    (!best || (p->threads == a->first->threads &&
				       best->threads != a->first->threads)))
				best = p;
		}
		if (best && best->memory > 0)
			a->sizes[nr++] = (struct curve_point){
				best->memory, best->measures[MEASURE_HITS].median };
	}
	a->measured = advise_memory(a->sizes, nr);
	return 0;
}

int advice_make(struct advice *advice, const struct points *points,
		const struct curves *curves)
{
	int ret = 0;

	*advice = (struct advice){ };
	choose_setting(advice, points);
	if (advice->first) {
		ret = advise_threads(advice);
		if (!ret)
			ret = advise_measured(advice, points);
	}
	return ret ? ret : advise_curves(advice, points, curves);
}

void advice_free(struct advice *advice)
{
	free(advice->threads);
	free(advice->sizes);
	*advice = (struct advice){ };
}
