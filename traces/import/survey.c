// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * survey.c - events to counts: pages, clients, devices, and what a cache could find
 *
 * The cache has room for everything.  Of references, a page is found from its second
 * use on, unless it was discarded.  Of operations it is found if it was put and not
 * flushed since; an ephemeral pool that is not shared forgets what it found.
 */
#include <errno.h>
#include <string.h>
#include <xxhash.h>

#include "../tmt.h"
#include "survey.h"

static int no_memory(struct trace_error *err)
{
	return tmt_error(err, -ENOMEM, "survey", "no memory to look at the trace");
}

/* ---- clients and devices ---- */

/* NULL without room, where *@rc is left, or without memory. */
static struct survey_group *group_find(struct survey_groups *groups, uint64_t id, int *rc)
{
	uint32_t number = idmap_get(&groups->numbers, id);
	struct survey_group *group;

	if (number)
		return &groups->group[number - 1];
	if (groups->nr == SURVEY_GROUPS) {
		groups->more = true;
		return NULL;
	}
	if (groups->nr == groups->room) {
		uint32_t room = groups->room ? 2 * groups->room : 16;

		group = realloc(groups->group, room * sizeof(*group));
		if (!group) {
			*rc = -ENOMEM;
			return NULL;
		}
		groups->group = group;
		groups->room = room;
	}
	if (idmap_set(&groups->numbers, id, groups->nr + 1)) {
		*rc = -ENOMEM;
		return NULL;
	}
	group = &groups->group[groups->nr++];
	*group = (struct survey_group){ .id = id };
	return group;
}

static int group_count(struct survey_groups *groups, uint64_t id, uint64_t pages)
{
	int rc = 0;
	struct survey_group *group = group_find(groups, id, &rc);

	if (!group) {
		groups->others += pages;
		return rc;
	}
	group->events++;
	group->pages += pages;
	return 0;
}

static void group_span(struct survey_groups *groups, uint64_t id, uint64_t low, uint64_t high)
{
	uint32_t number = idmap_get(&groups->numbers, id);
	struct survey_group *group = number ? &groups->group[number - 1] : NULL;

	if (!group)
		return;
	if (!group->spanned || low < group->low)
		group->low = low;
	if (!group->spanned || high > group->high)
		group->high = high;
	group->spanned = true;
}

static int by_pages(const void *a, const void *b)
{
	const struct survey_group *x = a;
	const struct survey_group *y = b;

	if (x->pages != y->pages)
		return x->pages < y->pages ? 1 : -1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static void groups_finish(struct survey_groups *groups)
{
	uint32_t used = 0;

	/* One may have a name and no event. */
	for (uint32_t i = 0; i < groups->nr; i++) {
		if (groups->group[i].events)
			groups->group[used++] = groups->group[i];
	}
	groups->nr = used;
	if (used)
		qsort(groups->group, used, sizeof(*groups->group), by_pages);
}

static void groups_free(struct survey_groups *groups)
{
	free(groups->group);
	idmap_free(&groups->numbers);
}

/* ---- the sink ---- */

int survey_begin(struct survey *survey, uint32_t entries)
{
	if (!survey->object_pages)
		survey->object_pages = IMPORT_OBJECT_PAGES;
	survey->set = pageset_new(entries);
	return survey->set ? 0 : -ENOMEM;
}

int survey_info(void *arg, const struct trace_info *info, struct trace_error *err)
{
	struct survey *survey = arg;

	(void)err;
	survey->info = *info;
	survey->info.pools = NULL;
	return 0;
}

int survey_pool(void *arg, const struct trace_pool *pool, struct trace_error *err)
{
	struct survey *survey = arg;
	struct survey_group *group;
	int rc = 0;

	if (survey->info.kind == TRACE_OPERATIONS) {
		group = group_find(&survey->devices, survey->info.nr_pools, &rc);
		if (group)
			group->flags = pool->flags;
	}
	survey->info.nr_pools++;
	return rc ? no_memory(err) : 0;
}

static bool uses_pages(enum trace_op op)
{
	return op != TRACE_FLUSH && op != TRACE_FLUSH_OBJECT && op != TRACE_DISCARD;
}

static int survey_group(struct survey *survey, const struct trace_record *record)
{
	const struct trace_event *event = &record->event;
	bool references = survey->info.kind == TRACE_REFERENCES;
	uint64_t device = references ? record->oid.w[0] : event->pool;
	uint64_t pages = uses_pages(event->op) ? event->count : 0;
	uint64_t low = event->index;
	int rc = group_count(&survey->clients, event->client, pages);

	rc = rc ?: group_count(&survey->devices, device, pages);
	if (rc || !pages)
		return rc;
	survey->pages += pages;
	if (references && (__builtin_mul_overflow(record->oid.w[1], survey->object_pages, &low) ||
			   __builtin_add_overflow(low, event->index, &low)))
		return 0;	/* a page that no volume has */
	group_span(&survey->devices, device, low, low + (pages - 1));
	return 0;
}

static enum pageset_use page_use(const struct survey *survey, const struct trace_event *event)
{
	const struct survey_groups *pools = &survey->devices;
	uint32_t number;

	if (event->op == TRACE_READ || event->op == TRACE_WRITE)
		return PAGESET_REFERENCE;
	if (event->op == TRACE_PUT)
		return PAGESET_PUT;
	number = idmap_get(&pools->numbers, event->pool);
	return number && pools->group[number - 1].flags ? PAGESET_GET : PAGESET_TAKE;
}

int survey_event(void *arg, const struct trace_record *record, struct trace_error *err)
{
	const struct trace_event *event = &record->event;
	struct survey *survey = arg;
	uint64_t object = XXH3_64bits_withSeed(&record->oid, sizeof(record->oid), event->pool);
	int rc = survey_group(survey, record);

	if (!survey->events++)
		survey->first_time = event->time;
	survey->last_time = event->time;
	if (rc)
		return no_memory(err);
	if (event->op == TRACE_FLUSH_OBJECT)
		rc = pageset_remove(survey->set, object, 0, UINT32_MAX);
	else if (!uses_pages(event->op))
		rc = pageset_remove(survey->set, object, event->index,
				    event->index + (event->count - 1));
	else
		rc = pageset_use(survey->set, object, event->index, event->count,
				 page_use(survey, event));
	return rc ? no_memory(err) : 0;
}

/* ---- names ---- */

void survey_name(struct survey *survey, enum import_thing thing, uint64_t id,
		 const char *name)
{
	bool references = survey->info.kind == TRACE_REFERENCES;
	struct survey_groups *groups = &survey->clients;
	struct survey_group *group;
	int rc = 0;
	size_t i;

	if (thing != IMPORT_CLIENT) {
		if (references == (thing == IMPORT_POOL))
			return;
		groups = &survey->devices;
		groups->files = thing == IMPORT_FILE;
	}
	/* Without memory it has no name. */
	group = group_find(groups, id, &rc);
	if (!group)
		return;
	for (i = 0; name[i] && i < SURVEY_NAME - 1; i++)
		group->name[i] = name[i] < ' ' || name[i] > '~' ? '?' : name[i];
	group->name[i] = '\0';
}

/* ---- begin and end ---- */

void survey_finish(struct survey *survey)
{
	groups_finish(&survey->clients);
	groups_finish(&survey->devices);
	pageset_counts(survey->set, &survey->counts);
	pageset_free(survey->set);
	survey->set = NULL;
}

void survey_free(struct survey *survey)
{
	groups_free(&survey->clients);
	groups_free(&survey->devices);
	pageset_free(survey->set);
}
