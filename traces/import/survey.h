/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * survey.h - what is in a trace that is being imported, gathered from its events
 *
 * Memory is bounded, whatever the trace: that of a pageset, and SURVEY_GROUPS clients
 * and devices each that are told apart.
 */
#ifndef TMEM_IMPORT_SURVEY_H
#define TMEM_IMPORT_SURVEY_H

#include "idmap.h"
#include "import.h"
#include "pageset.h"

#define SURVEY_GROUPS	65536U
#define SURVEY_NAME	64U	/* bytes of a name that are kept, the last a zero */

/* A client or a device: of operations, a pool. */
struct survey_group {
	uint64_t id;
	char name[SURVEY_NAME];	/* how the source calls it, printable; or empty */
	uint64_t events;
	uint64_t pages;		/* used: flushes and discards excepted */
	uint64_t low;		/* pages of a device; of a pool, pages of its objects */
	uint64_t high;
	bool spanned;		/* low and high are known */
	uint32_t flags;		/* of a pool: TRACE_POOL_* */
};

struct survey_groups {
	struct survey_group *group;
	uint32_t nr;
	uint32_t room;
	struct idmap numbers;		/* id to number + 1 */
	uint64_t others;		/* pages of those that there was no room for */
	bool more;			/* there were such */
	bool files;			/* devices are files */
};

struct survey {
	struct trace_info info;		/* page_size, kind, has_times, source */
	uint64_t object_pages;		/* 0: IMPORT_OBJECT_PAGES */
	uint64_t events;
	uint64_t pages;			/* used */
	uint64_t first_time;		/* ns */
	uint64_t last_time;
	struct survey_groups clients;
	struct survey_groups devices;
	struct pageset *set;
	struct pageset_counts counts;	/* after survey_finish() */
};

/* Zero it but for object_pages before.  @entries: the pageset's bound.  0 or -ENOMEM. */
int survey_begin(struct survey *survey, uint32_t entries);

/* Where its events go: begin, add_pool and emit of a trace_sink, with it as argument. */
int survey_info(void *survey, const struct trace_info *info, struct trace_error *err);
int survey_pool(void *survey, const struct trace_pool *pool, struct trace_error *err);
int survey_event(void *survey, const struct trace_record *record, struct trace_error *err);

/* For import_observer.named. */
void survey_name(struct survey *survey, enum import_thing thing, uint64_t id,
		 const char *name);

/* All events came: the counts are made, clients and devices sorted by pages. */
void survey_finish(struct survey *survey);
void survey_free(struct survey *survey);

#endif /* TMEM_IMPORT_SURVEY_H */
