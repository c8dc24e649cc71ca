// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * text.c - the project's own text form, described in FORMAT.md
 *
 * Header, pools, hashes and losses are in the text; events name their client by its
 * number.  Every error is final, and so is a time that goes backwards: text_parse.c.
 */
#include "../trace_text.h"
#include "importer.h"

static int text_begin(void *arg, const struct trace_info *info, struct trace_error *err)
{
	struct import_run *run = arg;
	struct trace_info copy = *info;

	(void)err;		/* it is the run's */
	run->page_size = info->page_size;
	run->report->lost = info->lost;
	run->skipped_before = info->skipped;
	return import_begin_info(run, &copy, (info->has_times ? IMPORT_TIMES : 0) |
				 (info->has_hashes ? IMPORT_HASHES : 0) | IMPORT_CLIENTS);
}

static int text_add_pool(void *arg, const struct trace_pool *pool, struct trace_error *err)
{
	(void)err;
	return import_pool(arg, pool->client, pool->flags);
}

static int text_emit(void *arg, const struct trace_record *record, struct trace_error *err)
{
	struct trace_record copy = *record;
	struct import_run *run = arg;

	(void)err;
	if (run->filter.who &&
	    !import_wants_number(run, IMPORT_BY_CLIENT, record->event.client))
		return 0;
	return import_emit(run, &copy);
}

struct text {
	struct import_run *run;
	struct trace_text *lines;
};

static int text_line(void *arg, char *line, size_t length)
{
	struct text *text = arg;

	return trace_text_line(text->lines, line, length, text->run->err);
}

static int text_run(struct import_run *run)
{
	const struct trace_sink sink = { run, text_begin, text_add_pool, text_emit };
	struct text text = {
		run, trace_text_begin(input_name(run->in), &sink, run->err),
	};
	int end;
	int rc;

	if (!text.lines)
		return run->err->code;
	rc = import_lines(run, text_line, &text);
	end = trace_text_end(text.lines, run->err);
	return end ?: rc;
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
