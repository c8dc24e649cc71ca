// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report.c - an import in a few lines: what came in, and what did not
 */
#include <inttypes.h>
#include <string.h>

#include "import.h"

uint64_t import_report_note(const struct import_report *report, const char *name)
{
	for (uint32_t i = 0; i < report->nr_notes; i++) {
		if (strcmp(report->notes[i].name, name) == 0)
			return report->notes[i].count;
	}
	return 0;
}

static void report_print_skipped(FILE *f, const struct import_report *report)
{
	const char *place = report->by_lines ? "line" : "offset";

	fprintf(f, "skipped: %" PRIu64 " %s that could not be read\n",
		report->skipped, report->by_lines ? "lines" : "records");
	for (uint32_t i = 0; i < report->nr_examples; i++)
		fprintf(f, "  %s %" PRIu64 ": %s\n", place,
			report->examples[i].place, report->examples[i].text);
	if (report->skipped > report->nr_examples)
		fprintf(f, "  and %" PRIu64 " more\n",
			report->skipped - report->nr_examples);
}

static void report_print_left_out(FILE *f, const struct import_report *report)
{
	for (enum import_by by = 0; by < IMPORT_NR_BY; by++) {
		if (report->left_out[by])
			fprintf(f, "left out by %s: %" PRIu64 " %s%s\n",
				import_by_name(by), report->left_out[by],
				by == IMPORT_BY_SAMPLE ? "page" : "event",
				report->left_out[by] == 1 ? "" : "s");
	}
}

void import_report_print(FILE *f, const struct import_report *report)
{
	fprintf(f, "format: %s, compression: %s\n",
		report->format ? report->format : "not recognised",
		report->compression ? report->compression : "not known");
	fprintf(f, "read: %" PRIu64 " bytes, %" PRIu64 " decompressed, %" PRIu64 " %s\n",
		report->bytes_read, report->bytes_plain, report->units,
		report->by_lines ? "lines" : "records");
	fprintf(f, "events: %" PRIu64 " in %u pool%s%s\n", report->events,
		report->pools, report->pools == 1 ? "" : "s",
		report->stopped ? ", stopped at the limit" : "");
	for (enum trace_op op = 0; op < TRACE_NR_OPS; op++) {
		if (report->ops[op])
			fprintf(f, "  %s: %" PRIu64 ", %" PRIu64 " pages\n",
				trace_op_name(op), report->ops[op], report->pages[op]);
	}
	report_print_left_out(f, report);
	for (uint32_t i = 0; i < report->nr_notes; i++) {
		if (report->notes[i].count)
			fprintf(f, "%s: %" PRIu64 "\n", report->notes[i].name,
				report->notes[i].count);
	}
	if (report->removals)
		fprintf(f, "removals told apart by guess: %" PRIu64 " of %" PRIu64
			" (%.2f%%)\n", report->ambiguous, report->removals,
			100.0 * (double)report->ambiguous / (double)report->removals);
	if (report->lost)
		fprintf(f, "lost by the recorder: %s%" PRIu64 " events\n",
			report->lost_unknown ? "at least " : "", report->lost);
	if (report->backwards)
		fprintf(f, "times that went backwards, set right: %" PRIu64
			", first at %s %" PRIu64 "\n", report->backwards,
			report->by_lines ? "line" : "offset", report->backwards_place);
	if (report->skipped)
		report_print_skipped(f, report);
}
