// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pages.c - page references as bare page numbers: a line each, or 4 or 8 bytes each
 *
 * Every reference is a read.  The binary forms are little endian and could be
 * anything, so they are never guessed.
 */
#include "importer.h"

static bool parse_page(const char *line, size_t length, uint64_t *page)
{
	const char *p = import_skip_blanks(line);

	if (!import_decimal(&p, page))
		return false;
	p = import_skip_blanks(p);
	return p == line + length;
}

static int pages_begin(struct import_run *run)
{
	int rc = import_begin(run, TRACE_REFERENCES, 0);

	return rc ?: import_pool(run, 0, 0);
}

/* ---- lines ---- */

static int page_line(struct import_run *run, const char *line, size_t length)
{
	struct trace_record record = { .event.op = TRACE_READ };
	uint64_t page;

	if (parse_page(line, length, &page))
		return import_pages(run, &record, 0, page, 1);
	if (*line == '#' || import_skip_blanks(line) == line + length)
		return 0;
	return import_skip(run, line, "not a page number");
}

static int page_lines_run(struct import_run *run)
{
	size_t length;
	char *line;
	int rc = pages_begin(run);

	if (rc)
		return rc;
	while ((rc = import_line(run, &line, &length)) > 0) {
		rc = page_line(run, line, length);
		if (rc)
			return rc;
	}
	return rc;
}

static bool page_probe_line(const struct trace_importer *importer, const char *line,
			    size_t length)
{
	uint64_t page;

	(void)importer;
	return parse_page(line, length, &page);
}

static int page_lines_probe(const struct trace_importer *importer, const char *head,
			    size_t size, const char **why)
{
	*why = "no lines of one number";
	return import_probe_lines(importer, head, size, page_probe_line);
}

const struct trace_importer import_page_lines = {
	.name = "pages",
	.what = "page references: a page number a line",
	.example = "4711",
	.probe = page_lines_probe,
	.run = page_lines_run,
};

/* ---- 4 or 8 bytes ---- */

static int page_records(struct import_run *run, size_t size)
{
	const uint8_t *bytes;
	int rc = pages_begin(run);

	if (rc)
		return rc;
	while ((rc = import_record(run, size, &bytes)) > 0) {
		struct trace_record record = { .event.op = TRACE_READ };
		uint64_t page = size == 4 ? tmt_get32(bytes) : tmt_get64(bytes);

		rc = import_pages(run, &record, 0, page, 1);
		if (rc)
			return rc;
	}
	return rc;
}

static int page_u32_run(struct import_run *run)
{
	return page_records(run, 4);
}

static int page_u64_run(struct import_run *run)
{
	return page_records(run, 8);
}

const struct trace_importer import_page_u32 = {
	.name = "pages-u32",
	.what = "page references: page numbers of 4 bytes, little endian",
	.example = "67 12 00 00",
	.run = page_u32_run,
};

const struct trace_importer import_page_u64 = {
	.name = "pages-u64",
	.what = "page references: page numbers of 8 bytes, little endian",
	.example = "67 12 00 00 00 00 00 00",
	.run = page_u64_run,
};
