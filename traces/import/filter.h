/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter.h - which events of a source are wanted: struct import_filter at work
 *
 * A source says with import_begin() what it knows, and asks import_wants_name() or
 * import_wants_number() of each request or event who it is by.  The rest (time,
 * operation, sample) is done by import_emit().  What is left out is counted by reason.
 */
#ifndef TMEM_IMPORT_FILTER_H
#define TMEM_IMPORT_FILTER_H

#include "import.h"

struct import_run;

#define IMPORT_NR_SEEN	12U	/* names of a source that an error shows */

struct import_seen {
	bool matched;		/* the one that is wanted turned up */
	bool more;		/* than are in text[] */
	bool is_number;		/* the name that is wanted is a decimal number: */
	uint64_t number;
	uint32_t nr;
	char text[IMPORT_NR_SEEN][24];	/* of the others, the first ones */
};

struct import_filter_state {
	bool who;			/* whom events are of is chosen */
	bool active;			/* time, operation or sample are */
	uint64_t sample;		/* the hashes that are in are at most this */
	struct import_seen seen[IMPORT_NR_WHO];
};

/* Check the filter against what the source has.  0, or -EINVAL with the error set. */
int import_filter_begin(struct import_run *run, enum trace_kind kind, uint32_t has);

/* Append the filter, as options, to the source of a header of @size bytes. */
void import_filter_describe(const struct import_filter *filter, char *source,
			    size_t size);

/* Whether any filter is set. */
bool import_filter_any(const struct import_filter *filter);

/*
 * The name, or the number, of the device, client, task or control group that an event is
 * of, to be asked where filter.who is set.  False: it is not wanted, and was counted.
 * Whoever has no name has an empty one.
 */
bool import_wants_name(struct import_run *run, enum import_by by, const char *name,
		       size_t length);
bool import_wants_number(struct import_run *run, enum import_by by, uint64_t number);

/* By its time and operation; for an active filter. */
bool import_wants_event(struct import_run *run, const struct trace_event *event);

/*
 * Sampling: find the next run of pages of @whole from *@at on, put it into
 * @record->event.index and .count and move *@at behind it.  False: there are no more.
 */
bool import_sample_next(struct import_run *run, const struct trace_event *whole,
			uint64_t *at, struct trace_record *record);

/* Nothing was emitted: if the filter is why, -EINVAL and an error that says so. */
int import_filter_empty(struct import_run *run);

#endif /* TMEM_IMPORT_FILTER_H */
