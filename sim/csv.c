// SPDX-License-Identifier: GPL-2.0-or-later
/* csv.c - see csv.h */
#include "csv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../traces/tmt.h"
#include "regular.h"

static int next_byte(struct csv_reader *r)
{
	int c = getc_unlocked(r->f);

	if (c != EOF) {
		r->offset++;
		r->next_line += c == '\n';
	}
	return c;
}

static int wrong(struct csv_reader *r, struct trace_error *err, const char *what)
{
	r->error = -EBADMSG;
	return tmt_error(err, -EBADMSG, r->path, "line %" PRIu64 ": %s", r->line, what);
}

static int failed(struct csv_reader *r, struct trace_error *err)
{
	r->error = -EIO;
	return tmt_error(err, -EIO, r->path, "cannot be read: %s", strerror(errno));
}

static int append(struct csv_reader *r, struct csv_row *row, int c,
		  struct trace_error *err)
{
	if (row->length == row->room) {
		size_t room = row->room ? 2 * row->room : 256;
		char *text;

		if (row->length >= CSV_MAX_ROW)
			return wrong(r, err, "is longer than 1 MiB; is this a table?");
		text = realloc(row->text, room);
		if (!text) {
			r->error = -ENOMEM;
			return tmt_error(err, -ENOMEM, r->path, "no memory");
		}
		row->text = text;
		row->room = room;
	}
	row->text[row->length++] = (char)c;
	return 0;
}

static int begin_field(struct csv_reader *r, struct csv_row *row,
		       struct trace_error *err)
{
	if (row->nr == CSV_MAX_COLUMNS)
		return wrong(r, err, "has more than 1024 columns; is this a table?");
	row->start[row->nr++] = (uint32_t)row->length;
	return 0;
}

/*
 * What follows an opening quote, up to and with the byte behind the closing one, which
 * is returned; EOF: there is none; or an error, which is below EOF.
 */
#define FIELD_ERROR	(EOF - 1)

static int quoted(struct csv_reader *r, struct csv_row *row, struct trace_error *err)
{
	int c;

	for (;;) {
		c = next_byte(r);
		if (c == '"') {
			c = next_byte(r);
			if (c != '"')
				return c;
		}
		if (c == EOF)
			return EOF;
		if (!c) {
			wrong(r, err, "has a NUL in it; is this a table?");
			return FIELD_ERROR;
		}
		if (append(r, row, c, err))
			return FIELD_ERROR;
	}
}

static int plain(struct csv_reader *r, struct csv_row *row, int c,
		 struct trace_error *err)
{
	for (; c != ',' && c != '\n' && c != '\r' && c != EOF; c = next_byte(r)) {
		if (c == '"' || !c) {
			wrong(r, err, c ? "has a quote inside a field that is not quoted" :
			      "has a NUL in it; is this a table?");
			return FIELD_ERROR;
		}
		if (append(r, row, c, err))
			return FIELD_ERROR;
	}
	return c;
}

static void skip_line(struct csv_reader *r)
{
	int c;

	do
		c = next_byte(r);
	while (c != '\n' && c != EOF);
}

/* A row, or 0 at the end; comments are lines of # while there is no header. */
static int read_row(struct csv_reader *r, struct csv_row *row, bool comments,
		    struct trace_error *err)
{
	int c;

	row->nr = 0;
	row->length = 0;
	for (;;) {
		r->line = r->next_line;
		c = next_byte(r);
		if (c == '\r') {
			c = next_byte(r);
			if (c != '\n')
				return wrong(r, err, "has a carriage return without a newline");
		}
		if (comments && c == '#')
			skip_line(r);
		else if (c != '\n')
			break;
		r->whole = r->offset;
	}
	if (c == EOF)
		return ferror(r->f) ? failed(r, err) : 0;
	for (;; c = next_byte(r)) {
		if (begin_field(r, row, err))
			return r->error;
		c = c == '"' ? quoted(r, row, err) : plain(r, row, c, err);
		if (c == FIELD_ERROR || append(r, row, '\0', err))
			return r->error;
		if (c == '\r') {
			c = next_byte(r);
			if (c != '\n' && c != EOF)
				return wrong(r, err, "has a carriage return without a newline");
		}
		if (c == '\n' || c == EOF)
			break;
		if (c != ',')
			return wrong(r, err, "has text behind a closing quote");
	}
	if (ferror(r->f))
		return failed(r, err);
	r->torn = c == EOF;
	if (!r->torn)
		r->whole = r->offset;
	return 1;
}

static int skip_mark(struct csv_reader *r, struct trace_error *err)
{
	int c = getc(r->f);

	if (c != 0xef) {
		ungetc(c, r->f);
		return 0;
	}
	r->line = 1;
	if (getc(r->f) != 0xbb || getc(r->f) != 0xbf)
		return wrong(r, err, "begins with bytes that are no text");
	r->offset = 3;
	return 0;
}

int csv_open(struct csv_reader *r, const char *path, struct trace_error *err)
{
	int ret;

	*r = (struct csv_reader){ .next_line = 1 };
	r->path = strdup(path);
	if (!r->path)
		return tmt_error(err, -ENOMEM, path, "no memory");
	ret = regular_open(&r->f, path, err);
	if (ret)
		return ret;
	ret = skip_mark(r, err);
	if (!ret)
		ret = read_row(r, &r->header, true, err);
	return ret <= 0 ? ret : !r->torn;
}

int csv_column(const struct csv_reader *r, const char *name)
{
	uint32_t i;

	for (i = 0; i < r->header.nr; i++)
		if (!strcmp(r->header.text + r->header.start[i], name))
			return (int)i;
	return -1;
}

static bool is_header(const struct csv_reader *r)
{
	return r->row.nr == r->header.nr && r->row.length == r->header.length &&
	       !memcmp(r->row.text, r->header.text, r->row.length) &&
	       !memcmp(r->row.start, r->header.start,
		       r->row.nr * sizeof(*r->row.start));
}

int csv_next(struct csv_reader *r, struct trace_error *err)
{
	char text[80];
	int ret;

	if (!r->header.nr || r->torn)
		return 0;
	do {
		ret = read_row(r, &r->row, false, err);
		if (ret <= 0)
			return ret;
	} while (is_header(r));
	if (r->row.nr == r->header.nr || (r->torn && r->row.nr < r->header.nr))
		return 1;
	snprintf(text, sizeof(text), "has %u columns, and the header %u", r->row.nr,
		 r->header.nr);
	return wrong(r, err, text);
}

const char *csv_field(const struct csv_reader *r, int column)
{
	if (column < 0 || (uint32_t)column >= r->row.nr)
		return "";
	return r->row.text + r->row.start[column];
}

void csv_close(struct csv_reader *r)
{
	if (r->f)
		fclose(r->f);
	free(r->path);
	free(r->header.text);
	free(r->row.text);
	*r = (struct csv_reader){ };
}

void csv_put(FILE *f, const char *field)
{
	if (!field[strcspn(field, ",\"\r\n")] && *field != '#') {
		fputs(field, f);
		return;
	}
	putc('"', f);
	for (; *field; field++) {
		if (*field == '"')
			putc('"', f);
		putc(*field, f);
	}
	putc('"', f);
}
