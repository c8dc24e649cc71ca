// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * doctor.c - imports to nowhere, with a survey as the sink, and what follows from it
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../tmt.h"
#include "doctor.h"

#define MANY_OBJECTS	64U		/* so that threads seldom meet in one */
#define FEWEST_PAGES	16U		/* of an object, that are worth it */
#define LEAST_MEMORY	(64ULL << 10)

struct doctor {
	const struct import_config *config;
	uint32_t entries;
	const void *data;		/* NULL: a file */
	size_t size;
	struct diagnosis *diagnosis;
	struct survey *survey;
};

/* ---- the first bytes ---- */

static int better(const void *a, const void *b)
{
	const struct import_guess *x = a;
	const struct import_guess *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return strcmp(x->name, y->name);
}

static void doctor_peeked(void *arg, const char *head, size_t size)
{
	struct doctor *doctor = arg;
	struct diagnosis *d = doctor->diagnosis;
	uint32_t n = 0;
	size_t i;

	/* These are no riddle: the error says what they are. */
	if (!size || (size >= 8 && memcmp(head, TMT_MAGIC, 8) == 0))
		return;
	while (n < DOCTOR_GUESSES && import_guess(n, head, size, &d->guesses[n]))
		n++;
	d->nr_guesses = n;
	qsort(d->guesses, n, sizeof(d->guesses[0]), better);
	for (i = 0; i < size && i < DOCTOR_BEGINS - 1 && head[i] != '\n' && head[i] != '\r'; i++) {
		bool printable = head[i] >= ' ' && head[i] <= '~';

		d->binary |= !printable && head[i] != '\t';
		d->begins[i] = printable ? head[i] : head[i] == '\t' ? ' ' : '?';
	}
	d->begins[i] = '\0';
}

static void doctor_named(void *arg, enum import_thing thing, uint64_t id, const char *name)
{
	survey_name(((struct doctor *)arg)->survey, thing, id, name);
}

/* ---- imports ---- */

static int doctor_import(struct doctor *doctor, enum import_ambiguous ambiguous,
			 struct import_report *report, struct trace_error *err)
{
	struct import_config config = *doctor->config;
	struct import_observer observer = { .arg = doctor, .named = doctor_named };
	struct trace_sink sink = { doctor->survey, survey_info, survey_pool, survey_event };
	int rc;

	/* Only of the first import. */
	if (report)
		observer.peeked = doctor_peeked;
	config.output = NULL;
	config.sink = &sink;
	config.observer = &observer;
	config.ambiguous = ambiguous;
	doctor->survey->object_pages = config.object_pages;
	if (survey_begin(doctor->survey, doctor->entries))
		return tmt_error(err, -ENOMEM, config.path, "no memory to look at it");
	if (doctor->data)
		rc = trace_import_memory(&config, doctor->data, doctor->size, report, err);
	else
		rc = trace_import(&config, report, err);
	survey_finish(doctor->survey);
	return rc;
}

static void doctor_note(struct doctor *doctor, enum import_ambiguous ambiguous)
{
	const struct pageset_counts *counts = &doctor->survey->counts;

	doctor->diagnosis->choices[ambiguous] = (struct doctor_choice){
		.known = true,
		.found = counts->found,
		.missed = counts->missed,
	};
}

static bool can_reread(const struct doctor *doctor)
{
	const char *path = doctor->config->path;
	struct stat st;

	return doctor->data ||
	       (strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISREG(st.st_mode));
}

/* What was found is not made worse by an import that fails now: then it is not known. */
static void doctor_choices(struct doctor *doctor)
{
	struct survey survey;

	for (enum import_ambiguous how = IMPORT_AMBIGUOUS_PUT; how <= IMPORT_AMBIGUOUS_FLUSH;
	     how++) {
		struct trace_error err = { .code = 0 };

		if (how == doctor->config->ambiguous)
			continue;
		memset(&survey, 0, sizeof(survey));
		doctor->survey = &survey;
		if (doctor_import(doctor, how, NULL, &err) == 0)
			doctor_note(doctor, how);
		survey_free(&survey);
	}
}

/* ---- advice ---- */

static uint64_t power_below(uint64_t n)
{
	return n ? 1ULL << (63 - __builtin_clzll(n)) : 0;
}

/* Half as much as holds all, or less: where more memory shows in the hit rate. */
static uint64_t advise_memory(uint64_t bytes)
{
	uint64_t memory = power_below(bytes);

	return memory < LEAST_MEMORY ? LEAST_MEMORY : memory;
}

/* Volumes so small that they are a few objects are better cut into more. */
static uint32_t advise_object_pages(const struct survey *survey)
{
	uint64_t objects = 0;
	uint64_t span = 0;
	uint64_t pages;

	for (uint32_t i = 0; i < survey->devices.nr; i++) {
		const struct survey_group *device = &survey->devices.group[i];

		if (!device->spanned || device->high < device->low ||
		    device->high - device->low > UINT32_MAX)
			return 0;
		objects += device->high / survey->object_pages -
			   device->low / survey->object_pages + 1;
		span += device->high - device->low + 1;
	}
	pages = power_below(span / MANY_OBJECTS);
	return objects < MANY_OBJECTS && pages >= FEWEST_PAGES &&
	       survey->counts.seen >= MANY_OBJECTS * FEWEST_PAGES &&
	       pages < survey->object_pages ? (uint32_t)pages : 0;
}

static void doctor_advise(struct doctor *doctor)
{
	const struct survey *survey = &doctor->diagnosis->survey;
	struct doctor_advice *advice = &doctor->diagnosis->advice;
	uint64_t page_size = survey->info.page_size;

	if (survey->info.kind == TRACE_REFERENCES) {
		if (!doctor->config->object_pages)
			advice->object_pages = advise_object_pages(survey);
		advice->page_cache = advise_memory(survey->counts.seen / 8 * page_size);
		advice->memory = advise_memory(survey->counts.seen / 4 * page_size);
	} else if (survey->counts.most) {
		advice->memory = advise_memory(survey->counts.most / 2 * page_size);
	}
}

/* ---- all of it ---- */

static int doctor_run(struct doctor *doctor, struct trace_error *err)
{
	struct diagnosis *d = doctor->diagnosis;
	enum import_ambiguous asked = doctor->config->ambiguous;
	int rc;

	memset(d, 0, sizeof(*d));
	doctor->survey = &d->survey;
	rc = doctor_import(doctor, asked, &d->report, err);
	if (d->survey.events)
		doctor_advise(doctor);
	if (rc)
		return rc;
	doctor_note(doctor, asked);
	if (!d->report.ambiguous)
		return 0;
	d->once_only = !can_reread(doctor);
	if (!d->once_only)
		doctor_choices(doctor);
	return 0;
}

int trace_diagnose(const struct import_config *config, uint32_t entries,
		   struct diagnosis *diagnosis, struct trace_error *err)
{
	struct doctor doctor = {
		.config = config, .entries = entries, .diagnosis = diagnosis,
	};

	return doctor_run(&doctor, err);
}

int trace_diagnose_memory(const struct import_config *config, uint32_t entries,
			  const void *data, size_t size, struct diagnosis *diagnosis,
			  struct trace_error *err)
{
	struct doctor doctor = {
		.config = config, .entries = entries, .data = data, .size = size,
		.diagnosis = diagnosis,
	};

	return doctor_run(&doctor, err);
}

void diagnosis_free(struct diagnosis *diagnosis)
{
	survey_free(&diagnosis->survey);
}
