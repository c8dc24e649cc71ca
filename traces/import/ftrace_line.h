/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ftrace_line.h - a line of a kernel trace as text, taken apart
 *
 * Three programs print such lines, and each has its own way:
 *
 *	tracefs            task-pid  ( tgid) [cpu] flags sec.usec: event: fields
 *	trace-cmd report   task-pid  [cpu] flags sec.usec: event:   fields
 *	perf script        task pid/tid [cpu] sec.usec: group:event: fields
 *
 * (tgid) and flags may be absent.  The name of a task is what its owner chose: it
 * holds spaces, colons, brackets and digits, and is the reason why lines are
 * understood from "[cpu]" outwards.
 */
#ifndef TMEM_FTRACE_LINE_H
#define TMEM_FTRACE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FT_PID_MAX	(1U << 22)	/* as the kernel limits it */

enum ft_line_kind {
	FT_LINE_EVENT,		/* task, cpu, time, event, fields */
	FT_LINE_NOTHING,	/* blank, a comment, a program's preamble */
	FT_LINE_LOST,		/* nr events were lost, 0: it does not say how many */
	FT_LINE_STACK,		/* the head of a stack trace of the event before */
	FT_LINE_USER_STACK,
	FT_LINE_FRAME,		/* of a stack trace; in fields */
	FT_LINE_BAD,		/* why says what it is not */
};

struct ft_line {
	enum ft_line_kind kind;
	uint32_t pid;
	uint16_t cpu;
	uint64_t time;		/* ns, of the clock of the trace */
	const char *task;
	size_t task_length;
	const char *event;	/* without its group */
	size_t event_length;
	const char *fields;	/* what follows, up to a zero */
	uint64_t nr;		/* lost events */
	const char *why;
};

/* @text ends with a zero at @length. */
void ft_line_parse(const char *text, size_t length, struct ft_line *line);

static inline bool ft_line_is(const struct ft_line *line, const char *event,
			      size_t length)
{
	return line->event_length == length &&
	       __builtin_memcmp(line->event, event, length) == 0;
}

/* A field to look for; value is NULL if it is not there. */
struct ft_field {
	const char *name;
	uint8_t name_length;
	bool bare;		/* also as "name value", not only "name=value" */
	const char *value;
	size_t length;
};

#define FT_FIELD(n)	{ .name = (n), .name_length = sizeof(n) - 1 }
#define FT_BARE_FIELD(n) { .name = (n), .name_length = sizeof(n) - 1, .bare = true }

/* Find @nr fields by their names, in whatever order they are printed. */
void ft_fields(const char *text, struct ft_field *fields, size_t nr);

/* The whole value of a field as a number; false if absent or no such number. */
bool ft_field_hex(const struct ft_field *field, uint64_t *value);
/* Decimal, or hexadecimal after 0x; a minus makes two's complement. */
bool ft_field_number(const struct ft_field *field, uint64_t *value);

#endif /* TMEM_FTRACE_LINE_H */
