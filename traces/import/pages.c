// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pages.c - page references as bare page numbers: a line each, or 4 or 8 bytes each
 *
 * Every reference is a read.  The binary forms are little endian and could be
 * anything, so they are never guessed.
 *
 * The traces of the LIRS paper (Jiang and Zhang, SIGMETRICS 2002) are such lines, of
 * block numbers, with marks in some of them: a '*', in a line of its own or behind a
 * number, is for the authors' program and says nothing of any block.  Only a mark tells
 * them from other page numbers.
 */
#include "importer.h"

static bool parse_page(const char *line, size_t length, uint64_t *page)
{
	const char *p = import_skip_blanks(line);

	if (!trace_decimal(&p, page))
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

static int page_line(void *arg, char *line, size_t length)
{
	struct import_run *run = arg;
	struct trace_record record = { .event.op = TRACE_READ };
	uint64_t page;

	if (parse_page(line, length, &page))
		return import_pages(run, &record, 0, page, 1);
	if (import_says_nothing(line, length))
		return 0;
	return import_skip(run, line, "%s", strcmp(import_skip_blanks(line), "*") == 0 ?
			   "a mark, which --format lirs reads" : "not a page number");
}

static int page_lines_run(struct import_run *run)
{
	return pages_begin(run) ?: import_lines(run, page_line, run);
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

/* ---- lines with marks ---- */

/* The length of a line without the mark at its end, and the blanks before that. */
static size_t without_mark(const char *line, size_t length)
{
	size_t end = length;

	while (end && import_blank(line[end - 1]))
		end--;
	if (!end || line[end - 1] != '*')
		return length;
	end--;
	if (end && !import_blank(line[end - 1]))
		return length;
	while (end && import_blank(line[end - 1]))
		end--;
	return end;
}

struct lirs {
	struct import_run *run;
	uint64_t marks;
};

static int lirs_line(void *arg, char *line, size_t length)
{
	struct lirs *lirs = arg;
	size_t bare;

	for (; (bare = without_mark(line, length)) != length; length = bare)
		lirs->marks++;
	line[length] = '\0';
	return page_line(lirs->run, line, length);
}

static int lirs_run(struct import_run *run)
{
	struct lirs lirs = { .run = run };
	int rc = pages_begin(run) ?: import_lines(run, lirs_line, &lirs);

	import_note(run, "marks", lirs.marks);
	return rc;
}

static bool lirs_probe_line(const struct trace_importer *importer, const char *line,
			    size_t length)
{
	size_t bare = without_mark(line, length);
	const char *p = import_skip_blanks(line);
	uint64_t page;

	(void)importer;
	if (bare == length)
		return parse_page(line, length, &page);
	return bare == 0 || (trace_decimal(&p, &page) && p == line + bare);
}

static bool has_mark(const char *head, size_t size)
{
	const char *end = head + size;
	const char *p = head;

	for (; (p = memchr(p, '*', (size_t)(end - p))); p++) {
		if ((p == head || p[-1] == '\n' || import_blank(p[-1])) &&
		    (p + 1 == end || p[1] == '\n' || p[1] == '\r' || import_blank(p[1])))
			return true;
	}
	return false;
}

static int lirs_probe(const struct trace_importer *importer, const char *head,
		      size_t size, const char **why)
{
	*why = "no '*' among lines of a number";
	if (!has_mark(head, size))
		return 0;
	return import_probe_lines(importer, head, size, lirs_probe_line) ? 95 : 0;
}

const struct trace_importer import_lirs = {
	.name = "lirs",
	.what = "block references of the LIRS paper: a number a line, with marks ('*')",
	.example = "4711",
	.probe = lirs_probe,
	.run = lirs_run,
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
