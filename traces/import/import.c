// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import.c - which format a file has, and the way from it to a .tmt file
 *
 * The table below is the list of formats.  Recognition asks each for a score of the
 * first 64 KiB and takes the best; a tie or no score at all is an error.
 */
#include <stdio.h>

#include "importer.h"

static const struct trace_importer *const importers[] = {
	&import_text,
	&import_ftrace,
	&import_lis,
	&import_vscsi,
	&import_msr,
	&import_spc,
	&import_alibaba,
	&import_tencent,
	&import_systor,
	&import_fiu,
	&import_fiu_nbw,
	&import_blkparse,
	&import_ftrace_block,
	&import_page_lines,
	&import_page_u32,
	&import_page_u64,
	&import_lirs,
	&import_oraclegeneral,
	&import_ops,
	&import_trace_dat,
};

#define NR_IMPORTERS	(sizeof(importers) / sizeof(importers[0]))

bool import_format(uint32_t n, const char **name, const char **what,
		   const char **example)
{
	if (n >= NR_IMPORTERS)
		return false;
	*name = importers[n]->name;
	*what = importers[n]->what;
	*example = importers[n]->example;
	return true;
}

bool import_parse_device(const char *text, uint32_t *device)
{
	const char *p = text;

	if (!import_device(&p, strchr(text, ':') ? ':' : ',', device))
		return false;
	return *p == '\0';
}

/* ---- recognition ---- */

bool import_guess(uint32_t n, const char *head, size_t size, struct import_guess *guess)
{
	if (n >= NR_IMPORTERS)
		return false;
	guess->name = importers[n]->name;
	guess->why = "";
	guess->score = -1;
	if (importers[n]->probe)
		guess->score = importers[n]->probe(importers[n], head, size, &guess->why);
	if (guess->score)
		guess->why = importers[n]->example;
	return true;
}

struct list {
	char text[300];
	size_t length;
};

static void list_add(struct list *list, const char *name)
{
	int n = snprintf(list->text + list->length, sizeof(list->text) - list->length,
			 "%s%s", list->length ? ", " : "", name);

	list->length += (size_t)n;
	if (list->length >= sizeof(list->text))
		list->length = sizeof(list->text) - 1;
}

static const struct trace_importer *by_name(const char *format,
					    struct trace_error *err)
{
	struct list names = { "", 0 };

	for (size_t i = 0; i < NR_IMPORTERS; i++) {
		if (strcmp(importers[i]->name, format) == 0)
			return importers[i];
		list_add(&names, importers[i]->name);
	}
	tmt_error(err, -EINVAL, format, "no such format; there are: %s", names.text);
	return NULL;
}

static const struct trace_importer *recognise(struct import_run *run)
{
	const struct trace_importer *best = NULL;
	struct list refused = { "", 0 };
	struct list unasked = { "", 0 };
	struct import_guess guess;
	const char *also = NULL;
	const char *head;
	size_t size;
	int high = 0;

	if (input_peek(run->in, &head, &size, run->err))
		return NULL;
	if (size == 0) {
		input_error(run->in, run->err, -EBADMSG, "the file is empty");
		return NULL;
	}
	if (size >= 8 && memcmp(head, TMT_MAGIC, 8) == 0) {
		input_error(run->in, run->err, -EBADMSG,
			    "this is a .tmt trace already and needs no import; tmem info says what is in it");
		return NULL;
	}
	for (uint32_t i = 0; import_guess(i, head, size, &guess); i++) {
		if (guess.score < 0)
			list_add(&unasked, guess.name);
		else if (guess.score == 0)
			list_add(&refused, guess.name);
		else if (guess.score > high)
			best = importers[i], high = guess.score, also = NULL;
		else if (guess.score == high)
			also = guess.name;
	}
	if (also) {
		input_error(run->in, run->err, -EBADMSG,
			    "this may be %s or %s; say which with --format",
			    best->name, also);
		return NULL;
	}
	if (!best)
		input_error(run->in, run->err, -EBADMSG,
			    "format not recognised: it is none of %s; only by --format: %s",
			    refused.text, unasked.text);
	return best;
}

/* ---- a run ---- */

static int import_prepare(struct import_run *run)
{
	const struct import_config *config = run->config;
	uint32_t size = config->page_size ? config->page_size : IMPORT_PAGE_SIZE;

	if (!config->output == !config->sink)
		return tmt_error(run->err, -EINVAL, config->path,
				 "an import needs an output or a sink, one of them");
	if (size < TMT_MIN_PAGE_SIZE || size > TMT_MAX_PAGE_SIZE || (size & (size - 1)))
		return tmt_error(run->err, -EINVAL, config->path,
				 "a page of %u bytes; it must be a power of two from %u to %u",
				 size, TMT_MIN_PAGE_SIZE, TMT_MAX_PAGE_SIZE);
	run->page_size = size;
	run->object_pages = config->object_pages ? config->object_pages :
						   IMPORT_OBJECT_PAGES;
	return 0;
}

/* A file without a single event is foreign, or says so of itself by a mistake. */
static int import_check_empty(struct import_run *run)
{
	const struct import_report *report = run->report;

	int rc = 0;

	if (report->events)
		return 0;
	if (import_filter_any(&run->config->filter))
		rc = import_filter_empty(run);
	if (rc)
		return rc;
	if (run->config->swap && import_report_note(report, IMPORT_NOTE_ELSEWHERE))
		return tmt_error(run->err, -EINVAL, input_name(run->in),
				 "its %llu requests are all of other devices than %u,%u; which is the swap device?",
				 (unsigned long long)import_report_note(report,
						IMPORT_NOTE_ELSEWHERE),
				 run->config->swap_device >> 20,
				 run->config->swap_device & 0xfffff);
	if (report->nr_examples)
		return tmt_error(run->err, -EBADMSG, input_name(run->in),
				 "nothing in it could be read as %s: %s %llu: %s",
				 report->format, report->by_lines ? "line" : "offset",
				 (unsigned long long)report->examples[0].place,
				 report->examples[0].text);
	if (report->units == 0)
		return tmt_error(run->err, -EBADMSG, input_name(run->in),
				 "the file is empty");
	return tmt_error(run->err, -EBADMSG, input_name(run->in),
			 "read as %s it holds no event", report->format);
}

int import_check_swap(struct import_run *run, const struct trace_importer *importer)
{
	struct list names = { "", 0 };

	if (!run->config->swap || importer->has_majors)
		return 0;
	for (size_t i = 0; i < NR_IMPORTERS; i++) {
		if (importers[i]->has_majors)
			list_add(&names, importers[i]->name);
	}
	return tmt_error(run->err, -EINVAL, input_name(run->in),
			 "a trace of %s has no requests of a swap device; these may have: %s",
			 importer->name, names.text);
}

static int import_observe(struct import_run *run)
{
	const struct import_observer *observer = run->config->observer;
	const char *head;
	size_t size;
	int rc;

	if (!observer || !observer->peeked)
		return 0;
	rc = input_peek(run->in, &head, &size, run->err);
	if (!rc)
		observer->peeked(observer->arg, head, size);
	return rc;
}

static int import_input(struct import_run *run)
{
	const struct trace_importer *importer;
	int rc = import_observe(run);

	if (rc)
		return rc;
	importer = run->config->format ? by_name(run->config->format, run->err) :
					 recognise(run);
	if (!importer)
		return run->err->code;
	run->importer = importer;
	run->report->format = importer->name;
	rc = import_check_swap(run, importer);
	if (rc)
		return rc;
	rc = importer->run(run);
	run->report->bytes_read = input_bytes_read(run->in);
	run->report->bytes_plain = input_bytes_taken(run->in);
	if (rc < 0)
		return rc;
	return import_check_empty(run);
}

static int import_all(struct import_run *run)
{
	struct trace_file file = { run->config->output, NULL };
	struct trace_sink sink = trace_file_sink(&file);
	uint64_t skipped;
	int rc;

	run->sink = run->config->output ? &sink : run->config->sink;
	run->report->compression = input_compression(run->in);
	rc = import_input(run);
	if (file.writer) {
		if (__builtin_add_overflow(run->report->skipped, run->skipped_before, &skipped))
			skipped = UINT64_MAX;
		trace_note_losses(file.writer, run->report->lost, skipped);
		/* With an error pending this removes the file. */
		rc = trace_finish(file.writer, run->err) ?: rc;
	}
	return rc;
}

static int import_with(const struct import_config *config, struct import_report *report,
		       struct trace_error *err, const void *data, size_t size)
{
	struct import_report own_report;
	struct trace_error own_err;
	struct import_run run = {
		.config = config,
		.report = report ? report : &own_report,
		.err = err ? err : &own_err,
		.data = data,
		.size = size,
	};
	int rc;

	memset(run.report, 0, sizeof(*run.report));
	memset(run.err, 0, sizeof(*run.err));
	rc = import_prepare(&run);
	if (rc)
		return rc;
	run.in = data ? input_open_memory(data, size, config->path, run.err) :
			input_open(config->path, run.err);
	if (!run.in)
		return run.err->code;
	rc = import_all(&run);
	input_close(run.in);
	return rc;
}

int trace_import(const struct import_config *config, struct import_report *report,
		 struct trace_error *err)
{
	return import_with(config, report, err, NULL, 0);
}

int trace_import_memory(const struct import_config *config, const void *data,
			size_t size, struct import_report *report,
			struct trace_error *err)
{
	return import_with(config, report, err, data, size);
}
