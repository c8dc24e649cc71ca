/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * csv.h - tables as text, RFC 4180
 *
 * The reader gives one row at a time, its columns found by the names in the first
 * line, so that a table of any length is read in the memory of its longest row:
 *
 *	struct csv_reader r;
 *	ret = csv_open(&r, path, &err);
 *	hits = ret < 0 ? -1 : csv_column(&r, "hits");
 *	while (ret >= 0 && (ret = csv_next(&r, &err)) > 0)
 *		use(csv_field(&r, hits));
 *	csv_close(&r);
 *
 * Lines that begin with # before the header, empty lines and a byte order mark are
 * passed over, and so is every row that repeats the header: tables that were joined
 * by cat are one table.  A last line without its newline was perhaps cut off by a
 * crash: it is given, and said to be so, and the caller decides.
 *
 * What is no such table is refused with the line where it ceases to be one: a quote
 * inside a field that does not begin with one, text behind a closing quote, a NUL, a
 * row of other columns than the header has, or more than the limits below.
 *
 * Context: one thread a reader.  Errors are in the trace_error, which may be NULL.
 */
#ifndef TMEM_SIM_CSV_H
#define TMEM_SIM_CSV_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "../traces/trace.h"

#define CSV_MAX_COLUMNS	1024U
#define CSV_MAX_ROW	(1U << 20)	/* bytes of a row's fields */

struct csv_row {
	char *text;			/* fields, each with a NUL behind it */
	size_t length;
	size_t room;
	uint32_t start[CSV_MAX_COLUMNS];
	uint32_t nr;
};

struct csv_reader {
	FILE *f;
	char *path;
	struct csv_row header;
	struct csv_row row;
	uint64_t line;		/* of the row that was given last, from 1 on */
	uint64_t next_line;
	uint64_t offset;	/* bytes read */
	uint64_t whole;		/* bytes up to the end of the last whole row */
	bool torn;		/* the last row lacks its newline */
	int error;		/* the errno that ended it */
};

/*
 * Open @path and read its header.  1: there is one; 0: the file is empty, or all there
 * is of the header is torn; or a negative errno, -EBADMSG for what is no table,
 * -EINVAL for what is no file.
 * csv_close() is due whatever this returns.
 */
int csv_open(struct csv_reader *r, const char *path, struct trace_error *err);

/* The number of the column of that name, or -1; the first, if there are several. */
int csv_column(const struct csv_reader *r, const char *name);

/*
 * Read the next row.  1: there is one; 0: the end; or a negative errno.  A row that is
 * torn may have fewer fields than the header: those that are missing are empty.
 */
int csv_next(struct csv_reader *r, struct trace_error *err);

/* Of the row that was read last, until the next; "" for column -1. */
const char *csv_field(const struct csv_reader *r, int column);

void csv_close(struct csv_reader *r);

/*
 * One field, quoted only where it must be; commas and newlines are the caller's.
 * Empty fields stay empty, so a table of one column has no empty rows.  Errors are
 * those of @f.
 */
void csv_put(FILE *f, const char *field);

#endif /* TMEM_SIM_CSV_H */
