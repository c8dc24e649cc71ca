// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * filter.c - see filter.h
 *
 * A page is in the sample by the hash of its pool, object and index alone, so that all
 * its references are in or none: 1 in N of the pages, not of the events.  The pages of
 * 1/100 are among those of 1/10.  A page of a trace of references is known by its object
 * alone, so that what is sampled of a client does not depend on which others are in.
 */
#include <inttypes.h>
#include <stdio.h>
#include <xxhash.h>

#include "importer.h"

/* A flush or discard of more pages is kept whole: nothing is in most of them anyway. */
#define SAMPLE_FLUSH_MAX	65536U

static const char *const by_options[IMPORT_NR_BY] = {
	[IMPORT_BY_DEVICE] = "--device",
	[IMPORT_BY_CLIENT] = "--client",
	[IMPORT_BY_PID] = "--pid",
	[IMPORT_BY_CGROUP] = "--cgroup",
	[IMPORT_BY_TIME] = "--from and --until",
	[IMPORT_BY_OP] = "--only",
	[IMPORT_BY_SAMPLE] = "--sample",
};

static const struct {
	uint32_t has;
	const char *what;
} by_who[IMPORT_NR_WHO] = {
	[IMPORT_BY_DEVICE] = { IMPORT_DEVICES, "device" },
	[IMPORT_BY_CLIENT] = { IMPORT_CLIENTS, "client" },
	[IMPORT_BY_PID] = { IMPORT_PIDS, "process" },
	[IMPORT_BY_CGROUP] = { IMPORT_CGROUPS, "control group" },
};

const char *import_by_name(enum import_by by)
{
	return by_options[by];
}

/* ---- beginning ---- */

static uint32_t kind_ops(enum trace_kind kind)
{
	uint32_t references = 1U << TRACE_READ | 1U << TRACE_WRITE | 1U << TRACE_DISCARD;

	return kind == TRACE_REFERENCES ? references : (1U << TRACE_READ) - 1;
}

static int refuse(struct import_run *run, const char *text)
{
	return tmt_error(run->err, -EINVAL, input_name(run->in), "%s: %s",
			 run->report->format, text);
}

static int check_who(struct import_run *run, uint32_t has)
{
	const struct import_filter *filter = &run->config->filter;

	for (int by = 0; by < IMPORT_NR_WHO; by++) {
		struct import_seen *seen = &run->filter.seen[by];
		const char *p = filter->who[by];

		if (!p)
			continue;
		if (!(has & by_who[by].has))
			return tmt_error(run->err, -EINVAL, input_name(run->in),
					 "a trace of %s does not tell the %s of an event; import it without %s",
					 run->report->format, by_who[by].what,
					 by_options[by]);
		seen->is_number = trace_decimal(&p, &seen->number) && !*p;
		run->filter.who = true;
	}
	return 0;
}

int import_filter_begin(struct import_run *run, enum trace_kind kind, uint32_t has)
{
	const struct import_filter *filter = &run->config->filter;
	bool timed = filter->from || filter->until;
	int rc = check_who(run, has);

	if (rc)
		return rc;
	if (timed && !(has & IMPORT_TIMES))
		return refuse(run, "such a trace has no times; import it without --from and --until");
	if (filter->until && filter->until <= filter->from)
		return refuse(run, "nothing is between --from and --until; --until must be later");
	if (filter->ops && !(filter->ops & kind_ops(kind)))
		return refuse(run, kind == TRACE_REFERENCES ?
			      "its operations are read, write and discard; choose --only of them" :
			      "its operations are put, get, flush and flush-object; choose --only of them");
	run->filter.sample = filter->sample ? UINT64_MAX / filter->sample : UINT64_MAX;
	run->filter.active = timed || filter->ops || filter->sample > 1;
	return 0;
}

bool import_filter_any(const struct import_filter *filter)
{
	for (int by = 0; by < IMPORT_NR_WHO; by++) {
		if (filter->who[by])
			return true;
	}
	return filter->from || filter->until || filter->ops || filter->sample > 1;
}

/* ---- in words ---- */

static void describe_ops(FILE *f, uint32_t ops)
{
	const char *before = " --only ";

	for (int op = 0; op < TRACE_NR_OPS; op++) {
		if (ops & 1U << op) {
			fprintf(f, "%s%s", before, trace_op_name((enum trace_op)op));
			before = ",";
		}
	}
}

void import_filter_describe(const struct import_filter *filter, char *source, size_t size)
{
	char text[200] = "";
	FILE *f = fmemopen(text, sizeof(text), "w");
	size_t length = strlen(source);
	size_t more;

	if (!f)
		return;
	for (int by = 0; by < IMPORT_NR_WHO; by++) {
		if (filter->who[by])
			fprintf(f, " %s %.24s", by_options[by], filter->who[by]);
	}
	if (filter->from)
		fprintf(f, " --from %" PRIu64 "ns", filter->from);
	if (filter->until)
		fprintf(f, " --until %" PRIu64 "ns", filter->until);
	if (filter->ops)
		describe_ops(f, filter->ops);
	if (filter->sample > 1)
		fprintf(f, " --sample 1/%" PRIu64, filter->sample);
	fclose(f);
	text[sizeof(text) - 1] = '\0';
	more = strlen(text);
	/* What is left out is more important than the end of a long name. */
	if (length + more >= size)
		length = size - 1 - more;
	memcpy(source + length, text, more + 1);
}

/* ---- who ---- */

static bool seen_name(struct import_seen *seen, const char *name, size_t length)
{
	size_t most = sizeof(seen->text[0]) - 1;

	if (length > most)
		length = most;
	for (uint32_t i = seen->nr; i-- > 0;) {
		if (strncmp(seen->text[i], name, length) == 0 && !seen->text[i][length])
			return true;
	}
	if (seen->nr == IMPORT_NR_SEEN || !length)
		return false;
	memcpy(seen->text[seen->nr], name, length);
	seen->text[seen->nr++][length] = '\0';
	return true;
}

static bool unwanted(struct import_run *run, enum import_by by, const char *name,
		     size_t length)
{
	struct import_seen *seen = &run->filter.seen[by];

	run->report->left_out[by]++;
	if (!seen->matched && !seen->more && !seen_name(seen, name, length) && length)
		seen->more = true;
	return false;
}

bool import_wants_name(struct import_run *run, enum import_by by, const char *name,
		       size_t length)
{
	const char *want = run->config->filter.who[by];

	if (!want)
		return true;
	if (strncmp(want, name, length) != 0 || want[length])
		return unwanted(run, by, name, length);
	run->filter.seen[by].matched = true;
	return true;
}

bool import_wants_number(struct import_run *run, enum import_by by, uint64_t number)
{
	struct import_seen *seen = &run->filter.seen[by];
	char name[24];

	if (!run->config->filter.who[by])
		return true;
	if (seen->is_number && seen->number == number) {
		seen->matched = true;
		return true;
	}
	snprintf(name, sizeof(name), "%" PRIu64, number);
	return unwanted(run, by, name, strlen(name));
}

/* ---- what ---- */

bool import_wants_event(struct import_run *run, const struct trace_event *event)
{
	const struct import_filter *filter = &run->config->filter;

	if (event->time < filter->from || (filter->until && event->time >= filter->until)) {
		run->report->left_out[IMPORT_BY_TIME]++;
		return false;
	}
	if (filter->ops && !(filter->ops & 1U << event->op)) {
		run->report->left_out[IMPORT_BY_OP]++;
		return false;
	}
	return true;
}

/* ---- sampling ---- */

static bool sampled(const struct import_run *run, const struct trace_record *record,
		    uint64_t index)
{
	uint64_t key[4] = { record->oid.w[0], record->oid.w[1], record->oid.w[2], index };

	if (record->event.op < TRACE_READ)
		key[3] |= (uint64_t)record->event.pool << 32;
	return XXH3_64bits(key, sizeof(key)) <= run->filter.sample;
}

static bool is_whole(const struct trace_event *event)
{
	return event->op == TRACE_FLUSH_OBJECT ||
	       ((event->op == TRACE_FLUSH || event->op == TRACE_DISCARD) &&
		event->count > SAMPLE_FLUSH_MAX);
}

bool import_sample_next(struct import_run *run, const struct trace_event *whole,
			uint64_t *at, struct trace_record *record)
{
	uint64_t end = (uint64_t)whole->index + whole->count;
	uint64_t first = *at;

	if (run->filter.sample == UINT64_MAX || is_whole(whole)) {
		*at = end;
		return first < end;
	}
	while (first < end && !sampled(run, record, first))
		first++;
	run->report->left_out[IMPORT_BY_SAMPLE] += first - *at;
	record->event.index = (uint32_t)first;
	*at = first;
	while (*at < end && sampled(run, record, *at))
		++*at;
	record->event.count = (uint32_t)(*at - first);
	return first < end;
}

/* ---- the end ---- */

static int not_seen(struct import_run *run, enum import_by by)
{
	const struct import_seen *seen = &run->filter.seen[by];
	char names[IMPORT_NR_SEEN * (sizeof(seen->text[0]) + 2)] = "";
	size_t n = 0;

	for (uint32_t i = 0; i < seen->nr; i++)
		n += (size_t)snprintf(names + n, sizeof(names) - n, "%s%s", i ? ", " : "",
				      seen->text[i]);
	for (size_t i = 0; i < n; i++) {
		if (names[i] < ' ' || names[i] > '~')
			names[i] = '?';
	}
	return tmt_error(run->err, -EINVAL, input_name(run->in), "no %s %.60s in it; %s%s%s",
			 by_who[by].what, run->config->filter.who[by],
			 n ? "there are " : "no event tells one", names,
			 seen->more ? " and more" : "");
}

int import_filter_empty(struct import_run *run)
{
	const uint64_t *left_out = run->report->left_out;
	char text[200] = "";
	size_t n = 0;

	for (int by = 0; by < IMPORT_NR_WHO; by++) {
		if (left_out[by] && !run->filter.seen[by].matched)
			return not_seen(run, (enum import_by)by);
	}
	for (int by = 0; by < IMPORT_NR_BY && n < sizeof(text); by++) {
		if (left_out[by])
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%" PRIu64 " by %s",
					      n ? ", " : "", left_out[by], by_options[by]);
	}
	if (!n)
		return 0;
	return tmt_error(run->err, -EINVAL, input_name(run->in),
			 "no event is left: %s", text);
}
