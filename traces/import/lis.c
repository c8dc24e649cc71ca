// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lis.c - page references as the ARC paper published them
 *
 * Megiddo and Modha, "ARC: A Self-Tuning, Low Overhead Replacement Cache", FAST 2003.
 * A line is "start count ignored sequence-number": count pages from page start are
 * read.  What follows count is not used and may be absent.
 */
#include "importer.h"

/* Numbers of a line, at most @max; -1: something else is in it. */
static int parse_numbers(const char *p, uint64_t *numbers, int max)
{
	int n = 0;

	for (p = import_skip_blanks(p); *p; p = import_skip_blanks(p)) {
		if (n == max || !trace_decimal(&p, &numbers[n]))
			return -1;
		if (*p && !import_blank(*p))
			return -1;
		n++;
	}
	return n;
}

static int lis_line(void *arg, char *line, size_t length)
{
	struct import_run *run = arg;
	struct trace_record record = { .event.op = TRACE_READ };
	uint64_t numbers[4];
	int n;

	if (strlen(line) != length)
		return import_skip(run, NULL, "holds a byte 0");
	if (import_says_nothing(line, length))
		return 0;
	n = parse_numbers(line, numbers, 4);
	if (n < 2)
		return import_skip(run, line, "not 'start count ignored number'");
	return import_pages(run, &record, 0, numbers[0], numbers[1]);
}

static int lis_run(struct import_run *run)
{
	int rc = import_begin(run, TRACE_REFERENCES, 0);

	rc = rc ?: import_pool(run, 0, 0);
	return rc ?: import_lines(run, lis_line, run);
}

static bool lis_probe_line(const struct trace_importer *importer, const char *line,
			   size_t length)
{
	uint64_t numbers[4];

	(void)importer;
	return strlen(line) == length && parse_numbers(line, numbers, 4) == 4;
}

static int lis_probe(const struct trace_importer *importer, const char *head,
		     size_t size, const char **why)
{
	*why = "no lines of 4 numbers";
	return import_probe_lines(importer, head, size, lis_probe_line);
}

const struct trace_importer import_lis = {
	.name = "lis",
	.what = "page references of the ARC paper: 'start count ignored number' a line",
	.example = "13743 64 0 0",
	.probe = lis_probe,
	.run = lis_run,
};
