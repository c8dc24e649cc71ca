// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * text_file.c - a file of text becomes a .tmt file: lines for text_parse.c
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tmt.h"
#include "trace_text.h"

#define BUFFER_SIZE	(4 * ((size_t)TRACE_TEXT_MAX_LINE + 1))

struct text_file {
	FILE *in;
	const char *name;
	struct trace_text *text;
	uint64_t lines;
	size_t filled;			/* of the buffer: the beginning of a line */
	char buffer[BUFFER_SIZE];
};

/* Lines that lie in the buffer whole; what remains moves to its start. */
static int eat_lines(struct text_file *f, struct trace_error *err)
{
	char *p = f->buffer, *end = f->buffer + f->filled, *newline;

	while ((newline = memchr(p, '\n', (size_t)(end - p)))) {
		int ret;

		*newline = '\0';
		f->lines++;
		ret = trace_text_line(f->text, p, (size_t)(newline - p), err);
		if (ret)
			return ret;
		p = newline + 1;
	}
	f->filled = (size_t)(end - p);
	memmove(f->buffer, p, f->filled);
	return 0;
}

/* What there is without a newline: the end of the file, or too long a line. */
static int eat_rest(struct text_file *f, struct trace_error *err)
{
	f->buffer[f->filled] = '\0';
	return f->filled ? trace_text_line(f->text, f->buffer, f->filled, err) : 0;
}

static int eat_file(struct text_file *f, struct trace_error *err)
{
	size_t got;
	int code;

	errno = 0;
	do {
		got = fread(f->buffer + f->filled, 1, BUFFER_SIZE - 1 - f->filled, f->in);
		f->filled += got;
		code = eat_lines(f, err);
		if (code)
			return code;
	} while (got && f->filled <= TRACE_TEXT_MAX_LINE);
	if (!ferror(f->in))
		return eat_rest(f, err);
	code = errno ? -errno : -EIO;
	return tmt_error(err, code, f->name, "line %" PRIu64 ": cannot be read: %s",
			 f->lines + 1, strerror(-code));
}

int trace_parse_text(FILE *in, const char *name, const char *path,
		     struct trace_error *err)
{
	struct trace_error own;
	struct trace_file file = { path, NULL };
	struct trace_sink sink = trace_file_sink(&file);
	struct text_file *f = malloc(sizeof(*f));
	int ret;

	err = err ? err : &own;
	if (!f)
		return tmt_error(err, -ENOMEM, name, "no memory to read it");
	f->in = in;
	f->name = name;
	f->lines = 0;
	f->filled = 0;
	f->text = trace_text_begin(name, &sink, err);
	if (f->text)
		eat_file(f, err);
	ret = f->text ? trace_text_end(f->text, err) : err->code;
	free(f);
	/* With an error pending this removes the file. */
	return file.writer ? trace_finish(file.writer, err) : ret;
}
