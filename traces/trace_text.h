/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace_text.h - the text form of a trace: one event a line, nothing lost
 *
 * See "Text form" in FORMAT.md.  Errors are those of trace.h; they name the
 * text's file and line.
 */
#ifndef TMEM_TRACE_TEXT_H
#define TMEM_TRACE_TEXT_H

#include <stdio.h>

#include "trace.h"

#define TRACE_TEXT_MAGIC	"tmt-text"	/* the first word of a text */
#define TRACE_TEXT_MAX_LINE	65535U		/* bytes, without the newline */

/* Print all of a trace.  An error of the output is the system's. */
int trace_print_text(struct trace_reader *reader, FILE *out,
		     struct trace_error *err);

/* Read all of @in, called @name in errors, and make the .tmt file @path of it. */
int trace_parse_text(FILE *in, const char *name, const char *path,
		     struct trace_error *err);

/*
 * For whoever has lines from elsewhere and wants events: give them one by one, without
 * their newline but with a zero at @length.  Events go to @sink, which gets its begin()
 * with the first one, or at the end of a text without any; all of them are valid and their
 * times in order.  @err of each call is the one that the sink's functions get.
 *
 * An error sticks.  So does it if emit() of the sink returns more than 0: it wants no
 * more, and trace_text_line() returns that.  The end returns the first error, in
 * the text or pending in @err, and always frees @text.
 */
struct trace_text;

struct trace_text *trace_text_begin(const char *name, const struct trace_sink *sink,
				    struct trace_error *err);
int trace_text_line(struct trace_text *text, const char *line, size_t length,
		    struct trace_error *err);
int trace_text_end(struct trace_text *text, struct trace_error *err);

#endif /* TMEM_TRACE_TEXT_H */
