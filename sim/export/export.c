// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * export.c - which pages a trace refers to, and what their numbers are; see export.h
 *
 * The trace is read two or three times: once to count and to see whether its pages
 * have numbers already, once to number their objects if not, and once by the format.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../traces/import/import.h"
#include "exporter.h"

#define PROGRESS_EVERY	(1U << 20)	/* references */

static const struct trace_exporter *const exporters[] = {
	&export_oraclegeneral,
	&export_pages,
	&export_text,
};

#define NR_EXPORTERS	(sizeof(exporters) / sizeof(exporters[0]))

bool export_format(uint32_t n, const char **name, const char **what)
{
	if (n >= NR_EXPORTERS)
		return false;
	*name = exporters[n]->name;
	*what = exporters[n]->what;
	return true;
}

static const struct trace_exporter *by_name(const char *format, struct trace_error *err)
{
	char names[200] = "";

	for (size_t i = 0; i < NR_EXPORTERS; i++) {
		size_t length = strlen(names);

		if (strcmp(exporters[i]->name, format) == 0)
			return exporters[i];
		snprintf(names + length, sizeof(names) - length, "%s%s",
			 length ? ", " : "", exporters[i]->name);
	}
	tmt_error(err, -EINVAL, format, "no such format to export; there are: %s", names);
	return NULL;
}

/* ---- numbers of pages ---- */

static bool refers(const struct trace_event *event)
{
	return event->op == TRACE_READ || event->op == TRACE_WRITE ||
	       event->op == TRACE_PUT || event->op == TRACE_GET;
}

/* Whether the pages of an event can have been page numbers. */
static bool has_numbers(const struct export_run *run, const struct trace_event *event,
			const struct trace_oid *oid)
{
	uint64_t last = (uint64_t)event->index + event->count - 1;

	return oid->w[0] == 0 && oid->w[2] == 0 && last < run->object_pages &&
	       oid->w[1] <= (UINT64_MAX - last) / run->object_pages;
}

static int no_memory(struct export_run *run)
{
	return tmt_error(run->err, -ENOMEM, run->config->path,
			 "no memory for the numbers of the objects");
}

/* The number of the first page of an event, whose object has one. */
static int number_of(struct export_run *run, const struct trace_event *event,
		     const struct trace_oid *oid, uint64_t *number)
{
	struct tmem_oid object;
	uint32_t n;

	if (!run->numbered) {
		*number = oid->w[1] * run->object_pages + event->index;
		return 0;
	}
	memcpy(&object, oid, sizeof(object));
	n = objects_number(&run->objects, event->pool, &object);
	if (n == UINT32_MAX)
		return no_memory(run);
	*number = run->base[n] + event->index;
	return 0;
}

static int grow_objects(struct export_run *run)
{
	uint32_t room = run->base_room ? 2 * run->base_room : 1024;
	uint64_t *base = realloc(run->base, room * sizeof(*base));

	if (!base)
		return no_memory(run);
	memset(base + run->base_room, 0, (room - run->base_room) * sizeof(*base));
	run->base = base;
	run->base_room = room;
	return 0;
}

/* How far each object reaches, in base[] for now. */
static int measure_event(struct export_run *run, const struct trace_event *event,
			 const struct trace_oid *oid)
{
	uint64_t end = (uint64_t)event->index + event->count;
	struct tmem_oid object;
	uint32_t n;

	memcpy(&object, oid, sizeof(object));
	n = objects_number(&run->objects, event->pool, &object);
	if (n == UINT32_MAX || n >= UINT32_MAX / 2)
		return no_memory(run);
	if (n >= run->base_room && grow_objects(run))
		return run->err->code;
	if (end > run->base[n])
		run->base[n] = end;
	return 0;
}

/* One object behind the other, each at a multiple of object_pages. */
static int place_objects(struct export_run *run)
{
	uint64_t size = run->object_pages;
	uint64_t next = 0;

	for (uint32_t n = 0; n < run->objects.nr; n++) {
		uint64_t pages = (run->base[n] + size - 1) / size * size;

		run->base[n] = next;
		if (__builtin_add_overflow(next, pages, &next))
			return tmt_error(run->err, -EINVAL, run->config->path,
					 "its objects have more than 2^64 pages; try a smaller --object-pages");
	}
	return 0;
}

/* ---- passes ---- */

static int export_block(struct export_run *run, const struct trace_block *block,
			enum export_order order, void *arg,
			int (*call)(void *arg, const struct trace_event *event,
				    uint64_t first))
{
	int ret = 0;

	for (uint32_t i = 0; i < block->nr_events && !ret; i++) {
		const struct trace_event *event =
			&block->events[order == EXPORT_BACKWARD ?
				       block->nr_events - 1 - i : i];
		uint64_t first = 0;

		if (!refers(event))
			continue;
		ret = number_of(run, event, &block->objects[event->object], &first);
		if (!ret)
			ret = call(arg, event, first);
	}
	return ret;
}

int export_events(struct export_run *run, enum export_order order, void *arg,
		  int (*event)(void *arg, const struct trace_event *event,
			       uint64_t first))
{
	struct trace_block block = { 0 };
	uint64_t nr = run->info->nr_blocks;
	int ret = 0;

	for (uint64_t n = 0; n < nr && !ret; n++) {
		ret = trace_read_block(run->reader,
				       order == EXPORT_BACKWARD ? nr - 1 - n : n, &block,
				       run->err);
		if (!ret)
			ret = export_block(run, &block, order, arg, event);
	}
	trace_block_free(&block);
	return ret;
}

void export_progress(struct export_run *run, uint64_t references)
{
	if (run->config->progress && references % PROGRESS_EVERY == 0)
		run->config->progress(run->config->progress_arg, references);
}

static int survey_event(struct export_run *run, const struct trace_event *event,
			const struct trace_oid *oid)
{
	if (!refers(event)) {
		run->report->left_out[event->op]++;
		return 0;
	}
	if (!has_numbers(run, event, oid))
		run->numbered = true;
	if (__builtin_add_overflow(run->nr_references, event->count, &run->nr_references))
		return tmt_error(run->err, -EINVAL, run->config->path,
				 "the trace refers to more than 2^64 pages");
	return 0;
}

static int number_event(struct export_run *run, const struct trace_event *event,
			const struct trace_oid *oid)
{
	return refers(event) ? measure_event(run, event, oid) : 0;
}

/* Call @event for each event of the trace. */
static int pass(struct export_run *run,
		int (*event)(struct export_run *run, const struct trace_event *event,
			     const struct trace_oid *oid))
{
	struct trace_block block = { 0 };
	int ret = 0;

	for (uint64_t n = 0; n < run->info->nr_blocks && !ret; n++) {
		ret = trace_read_block(run->reader, n, &block, run->err);
		for (uint32_t i = 0; i < block.nr_events && !ret; i++)
			ret = event(run, &block.events[i],
				    &block.objects[block.events[i].object]);
	}
	trace_block_free(&block);
	return ret;
}

static int survey(struct export_run *run)
{
	int ret;

	run->numbered = run->info->nr_pools > 1;
	ret = pass(run, survey_event);
	if (ret)
		return ret;
	if (!run->nr_references)
		return tmt_error(run->err, -EINVAL, run->config->path,
				 "the trace refers to no page: there is nothing to export");
	run->report->numbered = run->numbered;
	if (!run->numbered)
		return 0;
	ret = pass(run, number_event);
	return ret ?: place_objects(run);
}

/* ---- an export ---- */

int trace_export(struct trace_reader *reader, const struct export_config *config,
		 struct export_report *report, struct trace_error *err)
{
	const struct trace_exporter *exporter;
	struct export_report own_report;
	struct trace_error own_err;
	struct export_run run = {
		.reader = reader,
		.info = trace_reader_info(reader),
		.config = config,
		.report = report ? report : &own_report,
		.err = err ? err : &own_err,
		.object_pages = config->object_pages ? config->object_pages :
						       IMPORT_OBJECT_PAGES,
	};
	int ret;

	memset(run.report, 0, sizeof(*run.report));
	memset(run.err, 0, sizeof(*run.err));
	exporter = by_name(config->format, run.err);
	if (!exporter)
		return run.err->code;
	if (objects_init(&run.objects))
		return tmt_error(run.err, -ENOMEM, config->path, "no memory");
	ret = exporter->whole ? 0 : survey(&run);
	ret = ret ?: exporter->run(&run);
	objects_exit(&run.objects);
	free(run.base);
	return ret;
}
