// SPDX-License-Identifier: GPL-2.0-or-later
/* curves.c - see curves.h */
#include "curves.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../../traces/tmt.h"
#include "../csv.h"

#define MAX_CURVES	1000U
#define REMEDY		"; remove it, then the same tmem sweep, or tmem mrc --csv, makes it anew"

enum column { CURVE, PAGE_CACHE, PAGES, GETS, HITS, POLICY, NR_COLUMNS };

static const char *const names[NR_COLUMNS] = {
	"curve", "page_cache_pages", "pages", "gets", "hits", "page_cache_policy",
};

static bool number(const char *text, double *n)
{
	char *end;

	*n = strtod(text, &end);
	return *text && !*end && *n >= 0 && *n < 1e18;
}

const struct curve *curves_find(const struct curves *curves, const char *name,
				double page_cache, const char *policy)
{
	size_t i;

	for (i = 0; i < curves->nr; i++)
		if (curves->all[i].page_cache == page_cache &&
		    !strcmp(curves->all[i].policy, policy) &&
		    !strcmp(curves->all[i].name, name))
			return &curves->all[i];
	return NULL;
}

static struct curve *find_or_add(struct curves *curves, const char *name,
				 double page_cache, const char *policy)
{
	const struct curve *found = curves_find(curves, name, page_cache, policy);
	struct curve *all;

	if (found)
		return &curves->all[found - curves->all];
	all = reallocarray(curves->all, curves->nr + 1, sizeof(*all));
	if (!all)
		return NULL;
	curves->all = all;
	all += curves->nr;
	curves->nr++;
	*all = (struct curve){ .name = strdup(name), .page_cache = page_cache,
			       .policy = strdup(policy) };
	if (!all->name || !all->policy)
		return NULL;
	return all;
}

static int add(struct curve *curve, struct curve_point point)
{
	if (curve->nr == curve->room) {
		size_t room = curve->room ? 2 * curve->room : 32;
		struct curve_point *points;

		points = reallocarray(curve->points, room, sizeof(*points));
		if (!points)
			return -ENOMEM;
		curve->points = points;
		curve->room = room;
	}
	curve->points[curve->nr++] = point;
	return 0;
}

/* A policy, as --admission and --page-cache-policy have them. */
static bool is_name(const char *text)
{
	return isalnum((unsigned char)*text) && strlen(text) < 200 &&
	       !text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789-._:=,/%")];
}

static int add_row(struct curves *curves, const char *const *fields)
{
	double page_cache = 0, pages, gets, hits;
	struct curve *curve;

	if (!is_name(fields[CURVE]) || (*fields[POLICY] && !is_name(fields[POLICY])) ||
	    !number(fields[PAGES], &pages) ||
	    !number(fields[GETS], &gets) || !number(fields[HITS], &hits) || hits > gets ||
	    (*fields[PAGE_CACHE] && !number(fields[PAGE_CACHE], &page_cache)))
		return -EBADMSG;
	if (!pages || !gets)
		return 0;
	curve = find_or_add(curves, fields[CURVE], page_cache, fields[POLICY]);
	if (curves->nr > MAX_CURVES)
		return -E2BIG;
	if (!curve)
		return -ENOMEM;
	curves->points++;
	return add(curve, (struct curve_point){ pages, hits / gets });
}

static int by_pages(const void *a, const void *b)
{
	const struct curve_point *x = a, *y = b;

	return x->pages < y->pages ? -1 : x->pages > y->pages;
}

/* In order, and of those of one size the first. */
static void tidy(struct curve *curve)
{
	size_t i, nr = 0;

	qsort(curve->points, curve->nr, sizeof(*curve->points), by_pages);
	for (i = 0; i < curve->nr; i++)
		if (!nr || curve->points[i].pages > curve->points[nr - 1].pages)
			curve->points[nr++] = curve->points[i];
	curve->nr = nr;
}

static int read_rows(struct curves *curves, struct csv_reader *csv, const char *path,
		     struct trace_error *err)
{
	const char *fields[NR_COLUMNS];
	int columns[NR_COLUMNS], ret;
	unsigned int i;

	for (i = 0; i < NR_COLUMNS; i++) {
		columns[i] = csv_column(csv, names[i]);
		if (columns[i] < 0 && i != POLICY)	/* older tables have none */
			return tmt_error(err, -EBADMSG, path, "has no column %s: not what "
					 "tmem mrc --csv writes", names[i]);
	}
	while ((ret = csv_next(csv, err)) > 0 && !csv->torn) {
		for (i = 0; i < NR_COLUMNS; i++)
			fields[i] = csv_field(csv, columns[i]);
		if (curves->points == CURVES_MAX_POINTS)
			return tmt_error(err, -EBADMSG, path, "has more points than 4 million, "
					 "of too many --sizes");
		ret = add_row(curves, fields);
		if (ret == -EBADMSG)
			return tmt_error(err, ret, path, "line %" PRIu64 ": is no point of a "
					 "curve", csv->line);
		if (ret == -E2BIG)
			return tmt_error(err, -EBADMSG, path, "has more curves than %u",
					 MAX_CURVES);
		if (ret)
			return tmt_error(err, ret, path, "no memory for its curves");
	}
	return ret < 0 ? ret : 0;
}

int curves_read(struct curves *curves, const char *path, struct trace_error *err)
{
	struct csv_reader csv;
	size_t i;
	int ret;

	*curves = (struct curves){ };
	ret = csv_open(&csv, path, err);
	if (ret > 0)
		ret = read_rows(curves, &csv, path, err);
	else if (ret == -ENOENT)
		ret = 0;
	if (!ret && csv.torn)	/* what is written at once is not cut off but by damage */
		ret = tmt_error(err, -EBADMSG, path, "line %" PRIu64 ": is cut off", csv.line);
	if (ret == -EBADMSG && err)
		strncat(err->text, REMEDY, sizeof(err->text) - strlen(err->text) - 1);
	csv_close(&csv);
	for (i = 0; i < curves->nr; i++)
		tidy(&curves->all[i]);
	return ret;
}

void curves_free(struct curves *curves)
{
	size_t i;

	for (i = 0; i < curves->nr; i++) {
		free(curves->all[i].name);
		free(curves->all[i].policy);
		free(curves->all[i].points);
	}
	free(curves->all);
	*curves = (struct curves){ };
}
