/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exporter.h - what a format is to the exporter, and what it is given to work with
 *
 * A format is one file, ending in a struct trace_exporter, and one line of the table
 * in export.c.  The trace was surveyed when run() is called, so that the number of
 * its references is known, and pages have their numbers.
 */
#ifndef TMEM_EXPORTER_H
#define TMEM_EXPORTER_H

#include <stdio.h>

#include "../../traces/tmt.h"
#include "../replay/ops.h"
#include "export.h"

struct export_run {
	struct trace_reader *reader;
	const struct trace_info *info;
	const struct export_config *config;
	struct export_report *report;
	struct trace_error *err;
	uint32_t object_pages;
	uint64_t nr_references;		/* in the whole trace */
	bool numbered;
	struct objects objects;		/* of pages that have to be numbered */
	uint64_t *base;			/* of each of them: the number of its page 0 */
	uint32_t base_room;
};

struct trace_exporter {
	const char *name;
	const char *what;		/* a line, for --help */
	bool whole;			/* the trace itself: needs no survey */
	int (*run)(struct export_run *run);
};

extern const struct trace_exporter export_oraclegeneral;
extern const struct trace_exporter export_pages;
extern const struct trace_exporter export_text;

enum export_order {
	EXPORT_FORWARD,
	EXPORT_BACKWARD,	/* the last event first */
};

/*
 * Call @event for each event that refers to pages: those of @first .. @first + count
 * - 1.  Ends with the first value other than 0 that it returns, and returns that.
 */
int export_events(struct export_run *run, enum export_order order, void *arg,
		  int (*event)(void *arg, const struct trace_event *event,
			       uint64_t first));

/* Call now and then, with what is done. */
void export_progress(struct export_run *run, uint64_t references);

/* ---- stream.c: formats that are written from the front ---- */

/* Run @print with a stream to config->path, which may be "-". */
int export_to_stream(struct export_run *run,
		     int (*print)(struct export_run *run, FILE *out));

#endif /* TMEM_EXPORTER_H */
