// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run.c - what all formats need while they import
 *
 * Events pass through import_emit() one by one, which keeps what a trace promises:
 * times do not go backwards, and the report counts what was handed on.  A time that
 * does go backwards (recordings merged from several CPUs) becomes the latest time
 * before it, so that the order of the lines is kept, and is counted.  What the filter
 * does not want ends here.
 */
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include "importer.h"

#define PROGRESS_EVERY	(1U << 16)	/* lines or records */
#define PROBE_LINES	64U

/* ---- beginning ---- */

int import_begin_info(struct import_run *run, struct trace_info *info, uint32_t has)
{
	int rc = import_filter_begin(run, info->kind, has);

	if (rc)
		return rc;
	run->has_times = info->has_times;
	if (run->config->source)
		snprintf(info->source, sizeof(info->source), "%s", run->config->source);
	import_filter_describe(&run->config->filter, info->source, sizeof(info->source));
	return run->sink->begin(run->sink->arg, info, run->err);
}

int import_begin(struct import_run *run, enum trace_kind kind, uint32_t has)
{
	const char *path = run->config->path;
	const char *slash = strrchr(path, '/');
	struct trace_info info = {
		.page_size = run->page_size,
		.kind = kind,
		.has_times = has & IMPORT_TIMES,
		.has_hashes = has & IMPORT_HASHES,
	};

	snprintf(info.source, sizeof(info.source), "%s (%s)", slash ? slash + 1 : path,
		 run->report->format);
	return import_begin_info(run, &info, has);
}

int import_pool(struct import_run *run, uint32_t client, uint32_t flags)
{
	struct trace_pool pool = { .client = client, .flags = flags };
	int rc;

	if (run->nr_pools == TRACE_MAX_POOLS)
		return input_error(run->in, run->err, -EBADMSG,
				   "more than %u pools: a trace has no room for them",
				   TRACE_MAX_POOLS);
	rc = run->sink->add_pool(run->sink->arg, &pool, run->err);
	if (rc < 0)
		return rc;
	run->nr_pools++;
	run->report->pools = run->nr_pools;
	return 0;
}

/* ---- reading ---- */

static inline void import_count_unit(struct import_run *run)
{
	const struct import_config *config = run->config;

	if (++run->report->units % PROGRESS_EVERY)
		return;
	if (config->progress)
		config->progress(config->progress_arg, input_bytes_read(run->in),
				 run->report->events);
}

int import_line(struct import_run *run, char **line, size_t *length)
{
	int rc = input_line(run->in, line, length, run->err);

	run->report->by_lines = true;
	if (rc > 0)
		import_count_unit(run);
	return rc;
}

int import_record(struct import_run *run, size_t size, const uint8_t **record)
{
	int rc = input_record(run->in, size, record, run->err);

	if (rc > 0)
		import_count_unit(run);
	return rc;
}

static uint64_t import_place(const struct import_run *run)
{
	return run->report->by_lines ? input_line_number(run->in) :
				       input_record_offset(run->in);
}

/* ---- handing on ---- */

int import_time(struct import_run *run, uint64_t *last, uint64_t *time)
{
	if (*time >= *last) {
		*last = *time;
		return 0;
	}
	if (run->config->strict)
		return input_error(run->in, run->err, -EBADMSG,
				   "the time goes backwards, by %llu ns",
				   (unsigned long long)(*last - *time));
	if (!run->report->backwards++)
		run->report->backwards_place = import_place(run);
	*time = *last;
	return 0;
}

int import_since(struct import_run *run, struct import_clock *clock, uint64_t time,
		 uint64_t *since)
{
	int rc;

	if (!clock->started) {
		clock->started = true;
		clock->base = time;
	}
	if (time >= clock->base) {
		*since = time - clock->base;
		return 0;
	}
	rc = import_time(run, &clock->base, &time);
	*since = run->time;
	return rc;
}

static inline bool import_full(struct import_run *run)
{
	struct import_report *report = run->report;

	if (!run->config->max_events || report->events < run->config->max_events)
		return false;
	report->stopped = true;
	return true;
}

static inline int import_hand_on(struct import_run *run, const struct trace_record *record)
{
	struct import_report *report = run->report;
	const struct trace_event *event = &record->event;
	int rc = run->sink->emit(run->sink->arg, record, run->err);

	if (rc < 0)
		return rc;
	report->events++;
	report->ops[event->op]++;
	report->pages[event->op] += event->count;
	return 0;
}

/* Of an event, what is wanted of it: none, all, or runs of its pages. */
static int import_hand_on_wanted(struct import_run *run, struct trace_record *record)
{
	const struct trace_event whole = record->event;
	uint64_t at = whole.index;
	int rc = 0;

	if (!import_wants_event(run, &whole))
		return 0;
	while (!rc && import_sample_next(run, &whole, &at, record))
		rc = import_full(run) ? IMPORT_STOP : import_hand_on(run, record);
	return rc;
}

static inline int emit(struct import_run *run, struct trace_record *record)
{
	struct trace_event *event = &record->event;
	int rc;

	if (import_full(run))
		return IMPORT_STOP;
	if (!run->has_times)
		event->time = 0;
	if (event->time >= run->time) {
		run->time = event->time;
	} else {
		rc = import_time(run, &run->time, &event->time);
		if (rc)
			return rc;
	}
	return run->filter.active ? import_hand_on_wanted(run, record) :
				    import_hand_on(run, record);
}

int import_emit(struct import_run *run, struct trace_record *record)
{
	return emit(run, record);
}

/*
 * In which object page is.  Formats have a request a line, and on most machines a
 * division takes as long as the rest of a short one.
 */
static uint64_t import_object(const struct import_run *run, uint64_t page)
{
	uint32_t size = run->object_pages;

	if (!(size & (size - 1)))
		return page >> __builtin_ctz(size);
	return page / size;
}

int import_pages_check(struct import_run *run, uint64_t page, uint64_t nr)
{
	uint64_t size = run->object_pages;

	if (nr == 0)
		return import_skip(run, NULL, "a request of no page");
	if (nr > IMPORT_REQUEST_PAGES)
		return import_skip(run, NULL, "a request of %llu pages, more than %u",
				   (unsigned long long)nr, IMPORT_REQUEST_PAGES);
	if (page > UINT64_MAX - (nr - 1) || page + (nr - 1) >= size << 32)
		return import_skip(run, NULL,
				   "page %llu is past 2^32 objects of %u pages",
				   (unsigned long long)page, run->object_pages);
	return 1;
}

int import_pages(struct import_run *run, struct trace_record *like,
		 uint64_t device, uint64_t page, uint64_t nr)
{
	uint64_t size = run->object_pages;
	int rc = import_pages_check(run, page, nr);

	if (rc <= 0)
		return rc;
	while (nr) {
		uint64_t object = import_object(run, page);
		uint64_t index = page - object * size;
		uint64_t count = nr < size - index ? nr : size - index;

		like->event.index = (uint32_t)index;
		like->event.count = (uint32_t)count;
		like->oid = (struct trace_oid){ { device, object, 0 } };
		rc = emit(run, like);
		if (rc)
			return rc;
		page += count;
		nr -= count;
	}
	return 0;
}

/* ---- reading twice ---- */

static int nothing_begins(void *arg, const struct trace_info *info, struct trace_error *err)
{
	(void)arg;
	(void)info;
	(void)err;
	return 0;
}

static int nothing_added(void *arg, const struct trace_pool *pool, struct trace_error *err)
{
	(void)arg;
	(void)pool;
	(void)err;
	return 0;
}

static int nothing_emitted(void *arg, const struct trace_record *record,
			   struct trace_error *err)
{
	(void)arg;
	(void)record;
	(void)err;
	return 0;
}

static int reopen_file(struct import_run *run)
{
	const char *path = run->config->path;
	struct input *in = run->data ? input_open_memory(run->data, run->size, path, run->err) :
				       input_open(path, run->err);

	if (!in)
		return run->err->code;
	input_close(run->in);
	run->in = in;
	return 0;
}

int import_rehearse(struct import_run *run,
		    int (*pass)(struct import_run *run, void *arg), void *arg)
{
	static const struct trace_sink nothing = {
		NULL, nothing_begins, nothing_added, nothing_emitted
	};
	const char *path = run->config->path;
	struct import_report report = { .format = run->report->format };
	struct import_config config = *run->config;
	struct import_run rehearsal = *run;
	struct stat st;
	int rc;

	if (!run->data && !run->again &&
	    (strcmp(path, "-") == 0 || stat(path, &st) || !S_ISREG(st.st_mode)))
		return tmt_error(run->err, -EINVAL, path,
				 "this has to be read twice, which takes a file; save it to one first");
	config.observer = NULL;
	/* Of a part, and of a bad line, the next reading tells; what is to be learnt is behind. */
	config.max_events = 0;
	config.strict = false;
	rehearsal.config = &config;
	rehearsal.sink = &nothing;
	rehearsal.report = &report;
	rc = pass(&rehearsal, arg);
	if (rc < 0)
		return rc;
	return run->again ? run->again(run) : reopen_file(run);
}

/* ---- what could not be read ---- */

int import_skip(struct import_run *run, const char *sample, const char *format,
		...)
{
	struct import_report *report = run->report;
	struct import_example *example;
	char text[160];
	va_list args;
	size_t n;

	if (!run->config->strict && report->nr_examples == IMPORT_NR_EXAMPLES) {
		report->skipped++;
		return 0;
	}
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	n = strlen(text);
	if (sample)
		snprintf(text + n, sizeof(text) - n, ": '%.60s'", sample);
	if (run->config->strict)
		return input_error(run->in, run->err, -EBADMSG, "%s", text);
	report->skipped++;
	example = &report->examples[report->nr_examples++];
	example->place = import_place(run);
	for (n = 0; text[n]; n++)
		example->text[n] = text[n] < ' ' || text[n] > '~' ? '?' : text[n];
	return 0;
}

void import_lost(struct import_run *run, uint64_t nr)
{
	if (!nr) {
		run->report->lost_unknown = true;
		nr = 1;
	}
	if (__builtin_add_overflow(run->report->lost, nr, &run->report->lost))
		run->report->lost = UINT64_MAX;
}

void import_name(struct import_run *run, enum import_thing thing, uint64_t id,
		 const char *format, ...)
{
	const struct import_observer *observer = run->config->observer;
	char name[256];
	va_list args;

	if (!observer || !observer->named)
		return;
	va_start(args, format);
	vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	observer->named(observer->arg, thing, id, name);
}

void import_note(struct import_run *run, const char *name, uint64_t count)
{
	struct import_report *report = run->report;

	if (report->nr_notes < IMPORT_NR_NOTES)
		report->notes[report->nr_notes++] = (struct import_note){ name, count };
}

/* ---- recognising text ---- */

int import_probe_lines(const struct trace_importer *importer, const char *head,
		       size_t size,
		       bool (*line)(const struct trace_importer *importer,
				    const char *line, size_t length))
{
	char copy[1024];
	const char *p = head;
	const char *end = head + size;
	uint32_t fit = 0;
	uint32_t other = 0;

	while (p < end && fit + other < PROBE_LINES) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		size_t length = newline ? (size_t)(newline - p) : (size_t)(end - p);

		/* The last line shown may be cut off. */
		if (!newline && (fit || size == INPUT_PEEK))
			break;
		if (length && p[length - 1] == '\r')
			length--;
		if (length >= sizeof(copy)) {
			other++;
		} else {
			memcpy(copy, p, length);
			copy[length] = '\0';
			if (copy[strspn(copy, " \t")] == '\0' || copy[0] == '#')
				;
			else if (line(importer, copy, length))
				fit++;
			else
				other++;
		}
		if (!newline)
			break;
		p = newline + 1;
	}
	return fit > other ? 90 : 0;
}
