// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_doctor_text.c - a diagnosis in words
 *
 * The answer comes first: what the file is, what is wrong with it, what to do.  Then
 * what is in it, and last why it was taken for what it is.
 */
#include <string.h>

#include "import_doctor.h"

#define LARGEST		5U	/* clients and devices that are shown */

static double percent(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0.0;
}

static const char *s(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static const char *units(const struct import_report *report)
{
	return report->by_lines ? report->units == 1 ? "line" : "lines" :
				  report->units == 1 ? "record" : "records";
}

/* ---- what it is, and whether it is whole ---- */

static const char *what_is(const char *format)
{
	const char *name, *what, *example;

	for (uint32_t n = 0; import_format(n, &name, &what, &example); n++) {
		if (strcmp(name, format) == 0)
			return what;
	}
	return "";
}

static void print_skipped(FILE *f, const struct import_report *report)
{
	const char *place = report->by_lines ? "line" : "offset";

	fprintf(f, "  SKIPPED       %s of %s %s that could not be read\n",
		cli_thousands(report->skipped), cli_thousands(report->units), units(report));
	for (uint32_t i = 0; i < report->nr_examples && i < 3; i++)
		fprintf(f, "                %s %s: %s\n", place,
			cli_thousands(report->examples[i].place), report->examples[i].text);
}

static bool same_choices(const struct doctor_choice *choices)
{
	for (int i = 0; i < 3; i++) {
		if (!choices[i].known || choices[i].found != choices[0].found)
			return false;
	}
	return true;
}

static void print_choices(FILE *f, const struct diagnosis *d)
{
	const struct import_report *report = &d->report;

	fprintf(f, "  AMBIGUOUS     %s of %s removals (%.1f%%): nothing tells reclaim from truncation\n",
		cli_thousands(report->ambiguous), cli_thousands(report->removals),
		percent(report->ambiguous, report->removals));
	if (d->once_only) {
		fprintf(f, "                save this to a file to see what difference it makes\n");
		return;
	}
	if (same_choices(d->choices)) {
		fprintf(f, "                it makes no difference to what a tmem without limit finds\n");
		return;
	}
	for (int i = 0; i < 3; i++) {
		const struct doctor_choice *choice = &d->choices[i];

		if (choice->known)
			fprintf(f, "                --ambiguous %-6s %5.1f%% of gets found, by a tmem without limit\n",
				doctor_choice_names[i],
				percent(choice->found, choice->found + choice->missed));
	}
}

/* Whether anything is to be said of it. */
static bool print_problems(FILE *f, const struct doctor_result *result)
{
	const struct diagnosis *d = result->diagnosis;
	const struct import_report *report = &d->report;

	if (result->err->code)
		fprintf(f, "  DAMAGED       it can be read up to %s %s: see the error\n",
			report->by_lines ? "line" : "record", cli_thousands(report->units));
	if (report->lost)
		fprintf(f, "  LOST          %s%s event%s, by the recorder\n",
			report->lost_unknown ? "at least " : "", cli_thousands(report->lost),
			s(report->lost));
	if (report->skipped)
		print_skipped(f, report);
	if (report->backwards)
		fprintf(f, "  BACKWARDS     %s time%s set right, first at %s %s\n",
			cli_thousands(report->backwards), s(report->backwards),
			report->by_lines ? "line" : "offset",
			cli_thousands(report->backwards_place));
	if (report->ambiguous)
		print_choices(f, d);
	if (report->stopped)
		fprintf(f, "  STOPPED       after %s events, as asked; there are more\n",
			cli_thousands(report->events));
	return result->err->code || report->lost || report->skipped || report->backwards ||
	       report->ambiguous || report->stopped;
}

static void print_swap(FILE *f, const struct import_report *report)
{
	uint32_t device = report->swap_device;

	if (!report->swap_by_kswapd)
		return;
	fprintf(f, "  SWAP          %u,%u may be a swap device: %.1f%% of its %s write%s by kswapd;\n",
		device >> 20, device & 0xfffff,
		percent(report->swap_by_kswapd, report->swap_writes),
		cli_thousands(report->swap_writes),
		report->swap_writes == 1 ? " is" : "s are");
	fprintf(f, "                if it is, add --swap-device %u,%u\n", device >> 20,
		device & 0xfffff);
}

static void print_answer(FILE *f, const struct doctor_result *result)
{
	const struct import_report *report = &result->diagnosis->report;
	const char *path = result->visit->config->path;

	fprintf(f, "%s: %s\n", strcmp(path, "-") ? path : "standard input",
		report->format ? report->format : "not recognised");
	if (report->format)
		fprintf(f, "  %s\n", what_is(report->format));
	if (!report->format)
		fprintf(f, "  its first line is %s: '%s'\n",
			result->diagnosis->binary ? "no text" : "text",
			result->diagnosis->begins);
	if (!report->format)
		fprintf(f, "  if you know what it is: tmem import --list, then --format NAME\n");
	else if (!print_problems(f, result))
		fprintf(f, "  whole: nothing lost, skipped or in doubt\n");
	print_swap(f, report);
	if (result->import)
		fprintf(f, "\nto import and replay it:\n  %s\n", result->import);
	if (result->import && result->replay)
		fprintf(f, "  %s\n", result->replay);
}

/* ---- what is in it ---- */

static void print_file(FILE *f, const struct import_report *report)
{
	fprintf(f, "  file          %s bytes", cli_thousands(report->bytes_read));
	if (report->compression && strcmp(report->compression, "none"))
		fprintf(f, " of %s, %s unpacked", report->compression,
			cli_thousands(report->bytes_plain));
	fprintf(f, ", %s %s\n", cli_thousands(report->units), units(report));
}

static void print_requests(FILE *f, const struct import_report *report)
{
	uint64_t reads = import_report_note(report, IMPORT_NOTE_READS);
	uint64_t writes = import_report_note(report, IMPORT_NOTE_WRITES);
	uint64_t discards = import_report_note(report, IMPORT_NOTE_DISCARDS);
	uint64_t unaligned = import_report_note(report, IMPORT_NOTE_UNALIGNED);
	uint64_t all = reads + writes + discards;

	if (!all)
		return;
	fprintf(f, "  requests      %s, %s of them writes (%.1f%%)", cli_thousands(all),
		cli_thousands(writes), percent(writes, all));
	if (discards)
		fprintf(f, ", %s discard%s", cli_thousands(discards), s(discards));
	fprintf(f, "\n                %s of them not whole pages (%.1f%%)\n",
		cli_thousands(unaligned), percent(unaligned, all));
}

static void print_events(FILE *f, const struct diagnosis *d)
{
	const struct import_report *report = &d->report;
	const struct pageset_counts *counts = &d->survey.counts;
	uint64_t writes = report->pages[TRACE_WRITE];

	if (d->survey.info.kind == TRACE_REFERENCES) {
		fprintf(f, "  references    %s pages, %s of them written (%.1f%%)\n",
			cli_thousands(d->survey.pages), cli_thousands(writes),
			percent(writes, d->survey.pages));
	} else {
		for (enum trace_op op = 0; op < TRACE_NR_OPS; op++) {
			if (report->ops[op])
				fprintf(f, "  %-14s%s event%s, %s page%s\n", trace_op_name(op),
					cli_thousands(report->ops[op]), s(report->ops[op]),
					cli_thousands(report->pages[op]),
					s(report->pages[op]));
		}
	}
	fprintf(f, "  pages         %s%s different, %s; ", counts->estimated ? "about " : "",
		cli_thousands(counts->seen),
		cli_bytes(counts->seen * d->survey.info.page_size));
	fprintf(f, "%.1f%% of them used only once\n", percent(counts->once, counts->seen));
	if (counts->found + counts->missed)
		fprintf(f, "  found         %s%.1f%% of %s without limit\n",
			counts->estimated ? "about " : "",
			percent(counts->found, counts->found + counts->missed),
			d->survey.info.kind == TRACE_REFERENCES ?
			"references, by a cache" : "gets, by a tmem");
}

static void print_groups(FILE *f, const struct survey_groups *groups, const char *title,
			 uint64_t all, const char *unit, const char *without_name)
{
	fprintf(f, "  %-14s%s%s\n", title, cli_thousands(groups->nr),
		groups->more ? " and more" : groups->nr > LARGEST ? ", the largest:" : "");
	for (uint32_t i = 0; i < groups->nr && i < LARGEST; i++) {
		const struct survey_group *group = &groups->group[i];
		char number[48];

		snprintf(number, sizeof(number), "%s%llu", without_name,
			 (unsigned long long)group->id);
		fprintf(f, "    %-20s %5.1f%%", *group->name ? group->name : number,
			percent(group->pages, all));
		if (group->spanned)
			fprintf(f, "  %s %s .. %s", unit, cli_thousands(group->low),
				cli_thousands(group->high));
		if (group->flags)
			fprintf(f, "  %s", group->flags & TRACE_POOL_PERSISTENT ?
				"persistent" : "shared");
		fputc('\n', f);
	}
}

static void print_notes(FILE *f, const struct import_report *report)
{
	static const char *const told[] = {
		IMPORT_NOTE_READS, IMPORT_NOTE_WRITES, IMPORT_NOTE_DISCARDS,
		IMPORT_NOTE_UNALIGNED, "clients", "devices",
	};
	const char *title = "counted";

	for (uint32_t i = 0; i < report->nr_notes; i++) {
		const struct import_note *note = &report->notes[i];
		bool again = false;

		for (size_t j = 0; j < sizeof(told) / sizeof(told[0]); j++)
			again |= strcmp(told[j], note->name) == 0;
		if (again || !note->count)
			continue;
		fprintf(f, "  %-14s%s: %s\n", title, note->name, cli_thousands(note->count));
		title = "";
	}
}

static void print_contents(FILE *f, const struct doctor_result *result)
{
	const struct diagnosis *d = result->diagnosis;
	const struct survey *survey = &d->survey;
	bool references = survey->info.kind == TRACE_REFERENCES;

	fprintf(f, "\nwhat is in it%s:\n", result->err->code ? ", as far as it can be read" : "");
	print_file(f, &d->report);
	if (survey->info.has_times)
		fprintf(f, "  time          %.3f s\n",
			(double)(survey->last_time - survey->first_time) * 1e-9);
	else
		fprintf(f, "  time          not recorded\n");
	print_requests(f, &d->report);
	print_events(f, d);
	if (survey->clients.nr > 1 || *survey->clients.group[0].name)
		print_groups(f, &survey->clients, "clients", survey->pages, "",
			     "client ");
	if (references)
		print_groups(f, &survey->devices, survey->devices.files ? "files" : "devices",
			     survey->pages, "pages", "device ");
	else
		print_groups(f, &survey->devices, "pools", survey->pages, "indices", "pool ");
	print_notes(f, &d->report);
}

/* ---- why ---- */

static void print_guess(FILE *f, const struct import_guess *guess)
{
	char score[16] = "-";

	if (guess->score >= 0)
		snprintf(score, sizeof(score), "%d", guess->score);
	fprintf(f, "  %5s  %-13s %s%.60s%s\n", score, guess->name,
		guess->score > 0 ? "is like: " : guess->score < 0 ? "is never guessed: " : "",
		guess->why, strlen(guess->why) > 60 ? " ..." : "");
}

static void print_guesses(FILE *f, const struct diagnosis *d)
{
	fprintf(f, "\nwhy: how its beginning fits each format, of 100:\n");
	for (uint32_t i = 0; i < d->nr_guesses; i++)
		print_guess(f, &d->guesses[i]);
}

void doctor_print(FILE *f, const struct doctor_result *result)
{
	print_answer(f, result);
	if (result->diagnosis->survey.events)
		print_contents(f, result);
	print_guesses(f, result->diagnosis);
}
