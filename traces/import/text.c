// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * text.c - the project's own text form, described in FORMAT.md
 *
 * Its parser writes the .tmt file itself, since a header, hashes and losses are in
 * the text too and nothing may be lost.  So there is no sink here, and every error
 * is final.
 */
#include "../trace_text.h"
#include "importer.h"

static int text_lines(struct import_run *run, struct trace_text *text)
{
	size_t length;
	char *line;
	int rc;

	while ((rc = import_line(run, &line, &length)) > 0) {
		rc = trace_text_line(text, line, length, run->err);
		if (rc)
			return rc;
	}
	return rc;
}

/* What was written, for the report. */
static int text_report(struct import_run *run)
{
	struct trace_reader *reader = trace_open(run->config->output, run->err);
	struct import_report *report = run->report;
	struct trace_block block;
	int rc = 0;

	if (!reader)
		return run->err->code;
	memset(&block, 0, sizeof(block));
	report->events = trace_reader_info(reader)->nr_events;
	report->pools = trace_reader_info(reader)->nr_pools;
	report->lost = trace_reader_info(reader)->lost;
	for (uint64_t n = 0; n < trace_reader_info(reader)->nr_blocks && !rc; n++) {
		rc = trace_read_block(reader, n, &block, run->err);
		for (uint32_t i = 0; !rc && i < block.nr_events; i++) {
			const struct trace_event *event = &block.events[i];

			report->ops[event->op]++;
			report->pages[event->op] += event->count;
		}
	}
	trace_block_free(&block);
	trace_close(reader);
	return rc;
}

static int text_run(struct import_run *run)
{
	struct trace_text *text;
	int rc;

	if (import_filter_any(&run->config->filter))
		return input_error(run->in, run->err, -EINVAL,
				   "text is imported whole; nothing can be left out of it");
	if (!run->config->output)
		return input_error(run->in, run->err, -EINVAL,
				   "text is imported to a file only; give an output");
	text = trace_text_begin(input_name(run->in), run->config->output, run->err);
	if (!text)
		return run->err->code;
	text_lines(run, text);
	rc = trace_text_end(text, run->err);
	return rc ?: text_report(run);
}

static int text_probe(const struct trace_importer *importer, const char *head,
		      size_t size, const char **why)
{
	static const char magic[] = TRACE_TEXT_MAGIC;
	const char *end = head + size;

	(void)importer;
	/* Comments may come before it. */
	while (head < end && (*head == '#' || *head == '\n')) {
		head = memchr(head, '\n', (size_t)(end - head));
		if (!head)
			break;
		head++;
	}
	*why = "no 'tmt-text 1'";
	if (!head || (size_t)(end - head) < sizeof(magic) - 1 ||
	    memcmp(head, magic, sizeof(magic) - 1) != 0)
		return 0;
	return 100;
}

const struct trace_importer import_text = {
	.name = "text",
	.what = "the text form of a .tmt trace, as 'tmem cat' prints it",
	.example = "0 put 0 0:0:1f3a 17 1",
	.probe = text_probe,
	.run = text_run,
};
