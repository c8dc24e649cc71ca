// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * blkparse.c - block requests as blkparse prints a recording of blktrace
 *
 *	maj,min cpu sequence seconds pid action RWBS sector + sectors [process]
 *
 * Of the actions only Q counts: a request that is queued, before it is merged, split,
 * sent to a disk and completed, each of which is another line.  One without sectors (a
 * flush, a command to a drive) is a request that neither reads nor writes.
 *
 * Behind the events comes a summary, for each process, CPU and device: its lines are
 * passed over and counted, but for what it says of lost events.
 */
#include "kblock.h"

struct blkparse {
	struct block block;
	uint64_t other_actions;
	uint64_t summary;
};

/* What a line is, if not a request. */
enum blkparse_kind {
	BLKPARSE_REQUEST,
	BLKPARSE_OTHER_ACTION,
	BLKPARSE_BAD,
};

static bool whole_number(const struct block_word *word, uint64_t most, uint64_t *value)
{
	return block_number(word, value) && *value <= most;
}

static bool is_action(const struct block_word *word)
{
	for (size_t i = 0; i < word->length; i++) {
		if ((word->text[i] | 0x20) < 'a' || (word->text[i] | 0x20) > 'z')
			return false;
	}
	return word->length == 1 || word->length == 2;
}

/* The fields up to the action; NULL, or what is wrong. */
static const char *parse_head(const char **p, struct block_request *request)
{
	struct block_word word = kblock_word(p);
	const char *s = word.text;
	uint64_t number;
	uint32_t device;

	if (!import_device(&s, ',', &device) || s != word.text + word.length)
		return "not 'maj,min cpu sequence seconds pid action RWBS ...'";
	request->device_number = device;
	word = kblock_word(p);
	if (!whole_number(&word, UINT16_MAX, &number))
		return "no number of a CPU";
	request->cpu = (uint16_t)number;
	word = kblock_word(p);
	if (!block_number(&word, &number))
		return "no sequence number";
	word = kblock_word(p);
	if (!block_seconds(&word, &request->time))
		return "no time in seconds";
	word = kblock_word(p);
	if (!whole_number(&word, UINT32_MAX, &number))
		return "no number of a process";
	request->pid = (uint32_t)number;
	return NULL;
}

static enum blkparse_kind parse_line(const char *line, struct block_request *request,
				     const char **why)
{
	const char *p = import_skip_blanks(line);
	struct block_word action, rwbs;

	*why = parse_head(&p, request);
	if (*why)
		return BLKPARSE_BAD;
	action = kblock_word(&p);
	rwbs = kblock_word(&p);
	*why = "no action and RWBS";
	if (!is_action(&action) || !kblock_rwbs(&rwbs, &request->op))
		return BLKPARSE_BAD;
	if (action.length != 1 || *action.text != 'Q')
		return BLKPARSE_OTHER_ACTION;
	if (kblock_sectors(&p, request)) {
		p = import_skip_blanks(p);
		request->by_kswapd = *p == '[' && import_is_kswapd(p + 1, strlen(p + 1));
		return BLKPARSE_REQUEST;
	}
	/* "[process]" of a flush, "36 (12 00) [process]" of a command of 36 bytes. */
	*why = "no 'sector + sectors' below 2^64 bytes";
	if (trace_decimal(&p, &request->length))
		p = import_skip_blanks(p);
	if (*p != '[' && *p != '(')
		return BLKPARSE_BAD;
	request->op = BLOCK_OTHER;
	return BLKPARSE_REQUEST;
}

/* ---- the summary ---- */

/* "process (pid)", above what it did. */
static bool is_process(const char *line, size_t length)
{
	const char *p = line + length;

	if (!length || *--p != ')')
		return false;
	while (p > line && p[-1] >= '0' && p[-1] <= '9')
		p--;
	return p > line + 1 && p[-1] == '(' && p[-2] == ' ' && *p != ')';
}

static bool is_summary(const char *line, size_t length)
{
	static const char *const begins[] = {
		"Reads ", "Read ", "PC Read", "IO unplugs:", "Allocation wait:",
		"Dispatch wait:", "Completion wait:", "CPU", "Total (", "Throughput (",
		"Events (", "Skips", "Input file ",
	};
	const char *p = import_skip_blanks(line);

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		if (strncmp(p, begins[i], strlen(begins[i])) == 0)
			return true;
	}
	return is_process(line, length);
}

/*
 * "Skips: 2 forward (1,234 -   0.1%)": so many events are not there.  Digits are in
 * groups, as the locale has them.
 */
static uint64_t skipped_events(const char *line)
{
	const char *p = strstr(line, "forward (");
	uint64_t nr = 0;

	if (strncmp(line, "Skips", 5) != 0 || !p)
		return 0;
	for (p += strlen("forward ("); *p && *p != '-'; p++) {
		if (*p < '0' || *p > '9')
			continue;
		if (__builtin_mul_overflow(nr, 10, &nr) ||
		    __builtin_add_overflow(nr, (uint64_t)(*p - '0'), &nr))
			return UINT64_MAX;
	}
	return nr;
}

/* ---- the format ---- */

static int summary_line(struct blkparse *b, const char *line)
{
	uint64_t lost = skipped_events(line);

	b->summary++;
	if (lost)
		import_lost(b->block.run, lost);
	return 0;
}

static int blkparse_line(void *arg, char *line, size_t length)
{
	struct blkparse *b = arg;
	struct import_run *run = b->block.run;
	struct block_request request = { .time = 0 };
	const char *why;

	if (memchr(line, '\0', length))
		return import_skip(run, line, "holds a byte 0");
	if (import_says_nothing(line, length))
		return 0;
	switch (parse_line(line, &request, &why)) {
	case BLKPARSE_REQUEST:
		return block_emit(&b->block, &request, line);
	case BLKPARSE_OTHER_ACTION:
		b->other_actions++;
		return 0;
	case BLKPARSE_BAD:
		break;
	}
	return is_summary(line, length) ? summary_line(b, line) :
					  import_skip(run, line, "%s", why);
}

static int blkparse_run(struct import_run *run)
{
	struct blkparse b = { .summary = 0 };
	int rc = block_begin(&b.block, run, BLOCK_TIMES | BLOCK_DEVICES | BLOCK_PIDS |
			     BLOCK_MAJORS);

	rc = block_end(&b.block, rc ?: import_lines(run, blkparse_line, &b));
	import_note(run, "events that are no Q", b.other_actions);
	import_note(run, "lines of a summary", b.summary);
	return rc;
}

static bool blkparse_probe_line(const struct trace_importer *importer, const char *line,
				size_t length)
{
	struct block_request request = { .time = 0 };
	const char *why;

	(void)importer;
	return strlen(line) == length &&
	       (parse_line(line, &request, &why) != BLKPARSE_BAD || is_summary(line, length));
}

static int blkparse_probe(const struct trace_importer *importer, const char *head,
			  size_t size, const char **why)
{
	*why = "no 'maj,min cpu sequence seconds pid action RWBS'";
	return import_probe_lines(importer, head, size, blkparse_probe_line);
}

const struct trace_importer import_blkparse = {
	.name = "blkparse",
	.what = "block requests as blkparse prints a recording of blktrace; its Q lines count",
	.example = "8,0    3        3     0.000002197   697  Q   W 223490 + 8 [kjournald]",
	.probe = blkparse_probe,
	.run = blkparse_run,
	.has_majors = true,
};
