// SPDX-License-Identifier: GPL-2.0-or-later
/* block_lines.c - the lines of formats of block requests: see block.h */
#include "block.h"

/* ---- fields ---- */

uint32_t block_split(const char *line, char separator, struct block_word *fields,
		     uint32_t max)
{
	const char *p = line;

	for (uint32_t nr = 0; nr < max; nr++) {
		const char *end;

		p = import_skip_blanks(p);
		fields[nr].text = p;
		while (*p && *p != separator)
			p++;
		end = p;
		while (end > fields[nr].text && import_blank(end[-1]))
			end--;
		fields[nr].length = (size_t)(end - fields[nr].text);
		if (!*p++)
			return nr + 1;
	}
	return max + 1;
}

uint32_t block_words(const char *line, struct block_word *words, uint32_t max)
{
	const char *p = import_skip_blanks(line);
	uint32_t nr = 0;

	for (; *p; p = import_skip_blanks(p)) {
		if (nr == max)
			return max + 1;
		words[nr].text = p;
		while (*p && !import_blank(*p))
			p++;
		words[nr].length = (size_t)(p - words[nr].text);
		nr++;
	}
	return nr;
}

const struct block_op_word block_rw[] = {
	{ "R", TRACE_READ },
	{ "W", TRACE_WRITE },
	{ NULL, 0 },
};

static bool same_word(const struct block_word *field, const char *name)
{
	size_t i;

	for (i = 0; i < field->length; i++) {
		char c = field->text[i];
		char d = name[i];

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (d >= 'a' && d <= 'z')
			d = (char)(d - 'a' + 'A');
		if (c != d)
			return false;
	}
	return name[i] == '\0';
}

bool block_op(const struct block_word *field, const struct block_op_word *words,
	      uint8_t *op)
{
	for (; words->name; words++) {
		if (same_word(field, words->name)) {
			*op = words->op;
			return true;
		}
	}
	return false;
}

/* ---- lines ---- */

static bool is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* At least two fields between commas, and each begins with a letter. */
static bool is_header(const char *line)
{
	const char *p = strchr(line, ',') ? line : "";

	while (is_letter(*import_skip_blanks(p))) {
		p = strchr(p, ',');
		if (!p)
			return true;
		p++;
	}
	return false;
}

struct line_reader {
	struct block block;
	const struct block_lines *lines;
	bool begun;		/* a line that says something was read */
};

static int block_line(void *arg, char *line, size_t length)
{
	struct line_reader *r = arg;
	struct block_request request = { .time = 0 };
	bool first = !r->begun;
	const char *why;

	if (import_says_nothing(line, length))
		return 0;
	r->begun = true;
	why = memchr(line, '\0', length) ? "holds a byte 0" : r->lines->parse(line, &request);
	if (!why)
		return block_emit(&r->block, &request, line);
	if (!first || !is_header(line))
		return import_skip(r->block.run, line, "%s", why);
	r->block.count[BLOCK_NR_HEADERS]++;
	return 0;
}

int block_lines_run(struct import_run *run)
{
	struct line_reader r = { .lines = run->importer->lines };
	int rc = block_begin(&r.block, run, r.lines->has);

	return block_end(&r.block, rc ?: import_lines(run, block_line, &r));
}

static bool block_lines_fit(const struct trace_importer *importer, const char *line,
			    size_t length)
{
	struct block_request request = { .time = 0 };

	return strlen(line) == length && !importer->lines->parse(line, &request);
}

/* A header says nothing for or against a format: in a short file it would count. */
static size_t header_length(const char *head, size_t size)
{
	const char *newline = memchr(head, '\n', size);
	size_t length = newline ? (size_t)(newline - head) : 0;
	char line[512];

	if (length >= sizeof(line))
		return 0;
	memcpy(line, head, length);
	line[length] = '\0';
	return is_header(line) ? length + 1 : 0;
}

int block_lines_probe(const struct trace_importer *importer, const char *head,
		      size_t size, const char **why)
{
	size_t skip = header_length(head, size);

	head += skip;
	size -= skip;
	*why = importer->lines->foreign;
	return import_probe_lines(importer, head, size, block_lines_fit);
}
