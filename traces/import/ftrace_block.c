// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ftrace_block.c - block requests in the text of a kernel trace
 *
 *	block_bio_queue:  254,1 R 427889688 + 8 [process]
 *	block_rq_issue:   8,0 W 4096 () 223490 + 8 [process]
 *	block_rq_issue:   8,0 W 4096 () 223490 + 8 none,0,0 [process]	since 6.x
 *
 * in lines of tracefs, trace-cmd report or perf script: ftrace_line.h.  A request shows
 * as several events on its way, of which those of one kind count: block_bio_queue, what
 * file systems and swap ask for, if any is among the first 64 KiB of the text; else
 * block_rq_issue, what a disk is asked for, or else block_rq_insert.  Where there is
 * none of them so early, the first to come decides.  Others are counted.
 */
#include "ftrace.h"
#include "kblock.h"

#define NO_KIND		NR_KINDS
#define LINE_MAX_SHOWN	1023U	/* longer lines say nothing of a format */

struct block_kind {
	const char *event;
	size_t length;
	const char *unused;	/* counter of those that do not count */
};

#define KIND(name)	{ name, sizeof(name) - 1, name " events that do not count" }

/* The first of these that a trace has counts. */
static const struct block_kind kinds[] = {
	KIND("block_bio_queue"),
	KIND("block_rq_issue"),
	KIND("block_rq_insert"),
};

#define NR_KINDS	(sizeof(kinds) / sizeof(kinds[0]))

struct block_text {
	struct block block;
	size_t kind;		/* that counts; NO_KIND: not known yet */
	uint64_t unused[NR_KINDS];
	uint64_t others;	/* event lines that say nothing to us */
};

static size_t find_kind(const struct ft_line *line)
{
	size_t i;

	for (i = 0; i < NR_KINDS; i++) {
		if (ft_line_is(line, kinds[i].event, kinds[i].length))
			break;
	}
	return i;
}

/* ---- what a text holds, by its first lines ---- */

struct head {
	size_t kind;		/* the first in kinds[] that there is */
	bool pages;		/* there are events that the format ftrace knows */
};

static void look_at(const char *text, size_t length, struct head *found)
{
	struct ft_line line;
	size_t kind;

	ft_line_parse(text, length, &line);
	if (line.kind != FT_LINE_EVENT)
		return;
	kind = find_kind(&line);
	if (kind < found->kind)
		found->kind = kind;
	found->pages |= ft_knows(&line);
}

static struct head survey(const char *head, size_t size)
{
	struct head found = { .kind = NO_KIND };
	const char *end = head + size;
	char copy[LINE_MAX_SHOWN + 1];

	while (head < end) {
		const char *newline = memchr(head, '\n', (size_t)(end - head));
		size_t length = newline ? (size_t)(newline - head) : (size_t)(end - head);

		if (length <= LINE_MAX_SHOWN) {
			memcpy(copy, head, length);
			if (length && copy[length - 1] == '\r')
				length--;
			copy[length] = '\0';
			look_at(copy, length, &found);
		}
		head = newline ? newline + 1 : end;
	}
	return found;
}

bool ft_only_block(const char *head, size_t size)
{
	struct head found = survey(head, size);

	return found.kind != NO_KIND && !found.pages;
}

/* ---- an event ---- */

/* "4096 (12 00) ": bytes and command, which only events of requests have. */
static bool skip_command(const char **p)
{
	const char *s = *p;
	uint64_t bytes;

	if (!trace_decimal(&s, &bytes) || s[0] != ' ' || s[1] != '(')
		return false;
	s = strchr(s, ')');
	if (!s)
		return false;
	*p = import_skip_blanks(s + 1);
	return true;
}

/* NULL, or what is wrong. */
static const char *parse_fields(const struct ft_line *line, size_t kind,
				struct block_request *request)
{
	const char *p = line->fields;
	struct block_word word;
	uint32_t device;

	if (!import_device(&p, ',', &device) || !import_blank(*p))
		return "no device as in '8,0'";
	p = import_skip_blanks(p);
	word = kblock_word(&p);
	if (!kblock_rwbs(&word, &request->op))
		return "no operation as in 'R' or 'FWS'";
	if (kind != 0 && !skip_command(&p))
		return "no bytes and command as in '4096 ()'";
	if (!kblock_sectors(&p, request))
		return "no 'sector + sectors' below 2^64 bytes";
	request->device_number = device;
	request->time = line->time;
	request->pid = line->pid;
	request->by_kswapd = import_is_kswapd(line->task, line->task_length);
	request->cpu = line->cpu;
	return NULL;
}

static int event_line(struct block_text *t, const struct ft_line *line, const char *text)
{
	struct block_request request = { .time = 0 };
	size_t kind = find_kind(line);
	const char *why;

	if (kind == NO_KIND) {
		t->others++;
		return 0;
	}
	if (t->kind == NO_KIND)
		t->kind = kind;
	if (kind != t->kind) {
		t->unused[kind]++;
		return 0;
	}
	why = parse_fields(line, kind, &request);
	return why ? import_skip(t->block.run, text, "%s", why) :
		     block_emit(&t->block, &request, text);
}

static int one_line(void *arg, char *text, size_t length)
{
	struct block_text *t = arg;
	struct ft_line line;

	ft_line_parse(text, length, &line);
	switch (line.kind) {
	case FT_LINE_EVENT:
		return event_line(t, &line, text);
	case FT_LINE_LOST:
		import_lost(t->block.run, line.nr);
		return 0;
	case FT_LINE_BAD:
		return import_skip(t->block.run, text, "%s", line.why);
	case FT_LINE_NOTHING:
	case FT_LINE_STACK:
	case FT_LINE_USER_STACK:
	case FT_LINE_FRAME:
		return 0;
	}
	return 0;
}

/* ---- the format ---- */

static int read_lines(struct block_text *t)
{
	struct import_run *run = t->block.run;
	const char *head;
	size_t size;
	int rc = input_peek(run->in, &head, &size, run->err);

	if (rc)
		return rc;
	t->kind = survey(head, size).kind;
	return import_lines(run, one_line, t);
}

static int ftrace_block_run(struct import_run *run)
{
	struct block_text t = { .kind = NO_KIND };
	int rc = block_begin(&t.block, run, BLOCK_TIMES | BLOCK_DEVICES | BLOCK_PIDS |
			     BLOCK_MAJORS);

	rc = block_end(&t.block, rc ?: read_lines(&t));
	for (size_t i = 0; i < NR_KINDS; i++)
		import_note(run, kinds[i].unused, t.unused[i]);
	import_note(run, "events of other kinds", t.others);
	return rc;
}

static int ftrace_block_probe(const struct trace_importer *importer, const char *head,
			      size_t size, const char **why)
{
	(void)importer;
	*why = "no block_bio_queue or block_rq events, or events of page caches too";
	return ft_only_block(head, size) ? 100 : 0;
}

const struct trace_importer import_ftrace_block = {
	.name = "ftrace-block",
	.what = "block requests in text of a kernel trace (tracefs, trace-cmd report, perf script)",
	.example = "cat-501 [000] ..... 25.987311: block_bio_queue: 254,1 R 427889688 + 8 [cat]",
	.probe = ftrace_block_probe,
	.run = ftrace_block_run,
	.has_majors = true,
};
