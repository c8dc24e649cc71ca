// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ftrace_line.c - see ftrace_line.h
 *
 * An event line is found by its "[cpu]": brackets around digits, behind a process
 * id, before a time that ends with a colon.  A task's name may hold brackets too, so
 * each pair of a line is tried until one fits on both sides.  All pointers stay in
 * the line, which ends with a zero: a loop that stops at a character it looks for
 * also stops there.
 */
#include <string.h>

#include "ftrace_line.h"
#include "importer.h"

#define FLAG_WORDS	3	/* between cpu and time, at most */
#define TGID_WIDTH	12	/* of "(  12345)", at most */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* ---- left of the cpu: task and process id ---- */

static bool parse_task(const char *start, const char *end, struct ft_line *line)
{
	const char *digits;
	const char *p = end;
	uint64_t pid;

	while (p > start && import_blank(p[-1]))
		p--;
	if (p > start && p[-1] == ')') {	/* ( tgid) or (-------) */
		for (int i = 0; i < TGID_WIDTH && p > start && *p != '('; i++)
			p--;
		if (*p != '(')
			return false;
		while (p > start && import_blank(p[-1]))
			p--;
	}
	end = p;
	while (p > start && is_digit(p[-1]))
		p--;
	digits = p;
	if (digits == end || digits == start || !trace_decimal(&digits, &pid) ||
	    pid > FT_PID_MAX)
		return false;
	if (p[-1] == '/') {			/* pid/tid */
		p--;
		while (p > start && is_digit(p[-1]))
			p--;
		if (p == start || !import_blank(p[-1]))
			return false;
	} else if (p[-1] != '-' && !import_blank(p[-1])) {
		return false;
	}
	p--;
	while (p > start && import_blank(p[-1]))
		p--;
	while (start < p && import_blank(*start))
		start++;
	line->pid = (uint32_t)pid;
	line->task = start;
	line->task_length = (size_t)(p - start);
	return true;
}

/* ---- right of the cpu: flags, time, event ---- */

/* sec.usec: or sec.nsec: */
static bool parse_time(const char **p, struct ft_line *line)
{
	const char *s = *p;
	uint64_t seconds;
	uint64_t fraction;

	if (!trace_decimal(&s, &seconds))
		return false;
	if (*s == ':') {
		line->why = "the time is a counter; record with a clock in seconds (local, global, mono)";
		return false;
	}
	if (!import_fraction(&s, &fraction) || *s != ':' ||
	    seconds > UINT64_MAX / 1000000000 - 1)
		return false;
	line->time = seconds * 1000000000 + fraction;
	*p = s + 1;
	return true;
}

static const char *word_end(const char *p)
{
	while (*p && !import_blank(*p))
		p++;
	return p;
}

/* "group:event: fields", or without the colon a traced function. */
static bool parse_event(const char *p, struct ft_line *line)
{
	const char *end;
	const char *name;

	p = import_skip_blanks(p);
	end = word_end(p);
	if (end > p && is_digit(*p) && strspn(p, "0123456789") == (size_t)(end - p)) {
		p = import_skip_blanks(end);	/* perf: the period */
		end = word_end(p);
	}
	if (end == p)
		return false;
	line->fields = import_skip_blanks(end);
	if (end[-1] == ':')
		end--;
	for (name = end; name > p && name[-1] != ':'; name--)
		;
	line->event = name;
	line->event_length = (size_t)(end - name);
	return end > name;
}

static bool parse_right(const char *p, struct ft_line *line)
{
	for (int words = 0; words <= FLAG_WORDS; words++) {
		p = import_skip_blanks(p);
		if (is_digit(*p) && parse_time(&p, line))
			return parse_event(p, line);
		if (!*p)
			return false;
		p = word_end(p);
	}
	return false;
}

static bool parse_event_line(const char *text, struct ft_line *line)
{
	const char *bracket = text;

	while ((bracket = strchr(bracket, '['))) {
		const char *p = bracket + 1;
		uint64_t cpu;

		if (trace_decimal(&p, &cpu) && *p == ']' && cpu <= UINT16_MAX &&
		    parse_task(text, bracket, line) && parse_right(p + 1, line)) {
			line->cpu = (uint16_t)cpu;
			return true;
		}
		bracket++;
	}
	return false;
}

/* ---- other lines ---- */

/* "CPU:1 [LOST 12 EVENTS]", "CPU:1 [12 EVENTS DROPPED]", either without a number. */
static bool parse_lost(const char *text, struct ft_line *line)
{
	const char *p = text;
	uint64_t cpu;

	if (!has_prefix(p, "CPU:"))
		return false;
	p += 4;
	if (!trace_decimal(&p, &cpu))
		return false;
	p = import_skip_blanks(p);
	if (*p++ != '[')
		return false;
	if (has_prefix(p, "LOST "))
		p += 5;
	line->nr = 0;
	if (is_digit(*p)) {
		if (!trace_decimal(&p, &line->nr) || *p++ != ' ')
			return false;
	}
	return has_prefix(p, "EVENTS]") || has_prefix(p, "EVENTS DROPPED]");
}

/*
 * "# entries-in-buffer/entries-written: 1000/3000": what was written and is not in
 * the buffer was overwritten before it was read.
 */
static bool parse_overwritten(const char *text, struct ft_line *line)
{
	const char *p = strstr(text, "entries-in-buffer/entries-written:");
	uint64_t there;
	uint64_t written;

	if (!p)
		return false;
	p = import_skip_blanks(strchr(p, ':') + 1);
	if (!trace_decimal(&p, &there) || *p++ != '/' ||
	    !trace_decimal(&p, &written) || written <= there)
		return false;
	line->nr = written - there;
	return true;
}

/* " => symbol" of tracefs and trace-cmd, "  ffffffff81 symbol+0x1 (image)" of perf. */
static bool parse_frame(const char *text, size_t length, struct ft_line *line)
{
	const char *p = import_skip_blanks(text);
	size_t digits;

	line->fields = p;
	if (p[0] == '=' && p[1] == '>')
		return true;
	if (p == text || text[length - 1] != ')')
		return false;
	digits = strspn(p, "0123456789abcdef");
	if (digits < 1 || digits > 16 || p[digits] != ' ')
		return false;
	p = import_skip_blanks(p + digits);
	return *p && !is_digit(*p);
}

/* What trace-cmd and perf say before, between and after the events. */
static bool is_preamble(const char *text)
{
	static const char *const begins[] = {
		"cpus=", "version = ", "trace.dat", "CPU ",
	};

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		if (has_prefix(text, begins[i]))
			return true;
	}
	return false;
}

static void parse_perf_lost(struct ft_line *line)
{
	const char *p = strstr(line->fields, "lost ");

	line->kind = FT_LINE_LOST;
	line->nr = 0;
	if (p) {
		p = import_skip_blanks(p + 5);
		if (!trace_decimal(&p, &line->nr))
			line->nr = 0;
	}
}

void ft_line_parse(const char *text, size_t length, struct ft_line *line)
{
	const char *start = import_skip_blanks(text);

	line->why = "not 'task-pid [cpu] time: event: fields'";
	line->nr = 0;
	if (memchr(text, 0, length)) {
		line->why = "holds a byte 0";
		line->kind = FT_LINE_BAD;
	} else if (!*start) {
		line->kind = FT_LINE_NOTHING;
	} else if (*text == '#') {
		line->kind = parse_overwritten(text, line) ? FT_LINE_LOST :
							     FT_LINE_NOTHING;
	} else if (parse_event_line(text, line)) {
		line->kind = FT_LINE_EVENT;
		if (ft_line_is(line, "<stack", 6) || ft_line_is(line, "kernel_stack", 12))
			line->kind = FT_LINE_STACK;
		else if (ft_line_is(line, "<user", 5) || ft_line_is(line, "user_stack", 10))
			line->kind = FT_LINE_USER_STACK;
		else if (line->event[0] == 'P' &&
			 has_prefix(line->event, "PERF_RECORD_LOST"))
			parse_perf_lost(line);
	} else if (parse_lost(start, line)) {
		line->kind = FT_LINE_LOST;
	} else if (parse_frame(text, length, line)) {
		line->kind = FT_LINE_FRAME;
	} else {
		line->kind = is_preamble(text) ? FT_LINE_NOTHING : FT_LINE_BAD;
	}
}

/* ---- fields ---- */

void ft_fields(const char *text, struct ft_field *fields, size_t nr)
{
	const char *p = import_skip_blanks(text);

	for (size_t i = 0; i < nr; i++)
		fields[i].value = NULL;
	while (*p) {
		const char *name = p;
		const char *end;

		while (*p && *p != '=' && !import_blank(*p))
			p++;
		end = p;
		for (size_t i = 0; i < nr; i++) {
			struct ft_field *f = &fields[i];

			if ((size_t)(end - name) != f->name_length || f->value ||
			    memcmp(name, f->name, f->name_length) != 0)
				continue;
			if (*end != '=' && !f->bare)
				continue;
			p = *end == '=' ? end + 1 : import_skip_blanks(end);
			f->value = p;
			p = word_end(p);
			f->length = (size_t)(p - f->value);
			break;
		}
		p = import_skip_blanks(word_end(p));
	}
}

bool ft_field_hex(const struct ft_field *field, uint64_t *value)
{
	const char *p = field->value;

	return p && import_hex(&p, value) && p == field->value + field->length;
}

bool ft_field_number(const struct ft_field *field, uint64_t *value)
{
	const char *p = field->value;
	bool minus;

	if (!p)
		return false;
	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
		return ft_field_hex(field, value);
	minus = *p == '-';
	if (minus)
		p++;
	if (!trace_decimal(&p, value) || p != field->value + field->length)
		return false;
	if (minus)
		*value = 0 - *value;
	return true;
}
