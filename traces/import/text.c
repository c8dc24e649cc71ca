// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * text.c - the project's own text form, described in FORMAT.md
 *
 * Its parser writes the .tmt file itself, since a header, hashes and losses are in
 * the text too and nothing may be lost, and every error is final.  For a sink it is made
 * in the folder for temporary files, and read back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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

/* ---- what was written ---- */

static int text_begin_sink(struct import_run *run, const struct trace_info *whole)
{
	struct trace_info info = *whole;
	int rc;

	info.nr_pools = 0;
	info.pools = NULL;
	run->has_times = info.has_times;
	rc = run->sink->begin(run->sink->arg, &info, run->err);
	for (uint32_t i = 0; !rc && i < whole->nr_pools; i++)
		rc = import_pool(run, whole->pools[i].client, whole->pools[i].flags);
	return rc;
}

/* Count an event that is in the output; without one, hand it on. */
static int text_event(struct import_run *run, const struct trace_block *block, uint32_t i)
{
	struct import_report *report = run->report;
	struct trace_record record = {
		.event = block->events[i],
		.oid = block->objects[block->events[i].object],
		.hash = block->hashes ? block->hashes[i] : 0,
	};

	if (!run->config->output)
		return import_emit(run, &record);
	report->events++;
	report->ops[record.event.op]++;
	report->pages[record.event.op] += record.event.count;
	return 0;
}

static int text_events(struct import_run *run, const char *path)
{
	struct trace_reader *reader = trace_open(path, run->err);
	struct import_report *report = run->report;
	const struct trace_info *info;
	struct trace_block block;
	int rc = 0;

	if (!reader)
		return run->err->code;
	memset(&block, 0, sizeof(block));
	info = trace_reader_info(reader);
	report->pools = info->nr_pools;
	report->lost = info->lost;
	if (!run->config->output)
		rc = text_begin_sink(run, info);
	for (uint64_t n = 0; n < info->nr_blocks && !rc; n++) {
		rc = trace_read_block(reader, n, &block, run->err);
		for (uint32_t i = 0; !rc && i < block.nr_events; i++)
			rc = text_event(run, &block, i);
	}
	trace_block_free(&block);
	trace_close(reader);
	return rc;
}

/* ---- the format ---- */

static int text_parse(struct import_run *run, const char *path)
{
	struct trace_text *text = trace_text_begin(input_name(run->in), path, run->err);
	int rc;

	if (!text)
		return run->err->code;
	text_lines(run, text);
	rc = trace_text_end(text, run->err);
	return rc ?: text_events(run, path);
}

static int text_to_sink(struct import_run *run)
{
	const char *folder = getenv("TMPDIR");
	char path[4096];
	int rc;

	if ((size_t)snprintf(path, sizeof(path) - sizeof("/trace.tmt"), "%s/tmem-text-XXXXXX",
			     folder && *folder ? folder : "/tmp") >=
	    sizeof(path) - sizeof("/trace.tmt") || !mkdtemp(path))
		return input_error(run->in, run->err, -EIO,
				   "no folder can be made for temporary files; set TMPDIR");
	strcat(path, "/trace.tmt");
	rc = text_parse(run, path);
	unlink(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
	return rc;
}

static int text_run(struct import_run *run)
{
	if (import_filter_any(&run->config->filter))
		return input_error(run->in, run->err, -EINVAL,
				   "text is imported whole; nothing can be left out of it");
	return run->config->output ? text_parse(run, run->config->output) : text_to_sink(run);
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
