// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_import.c - libFuzzer target: no file, whatever is in it, harms an importer
 *
 * One program for each format, FUZZ_FORMAT, and one without it that recognises the
 * format.  An input is a file as it is, so that every file of a format is a seed; a sum
 * of its bytes chooses whether to be strict, to filter, to take a device for swap, or to
 * ask the doctor.  Events go to a sink that checks what an importer promises of them, so
 * that more than crashes is found.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "fuzz.h"

struct check {
	struct trace_info info;
	uint32_t nr_pools;
	uint64_t events;
	uint64_t time;
};

static void promise(bool kept)
{
	if (!kept)
		abort();
}

static int check_begin(void *arg, const struct trace_info *info, struct trace_error *err)
{
	struct check *check = arg;

	(void)err;
	promise(check->info.page_size == 0);
	check->info = *info;
	promise(check->info.page_size != 0);
	return 0;
}

static int check_pool(void *arg, const struct trace_pool *pool, struct trace_error *err)
{
	struct check *check = arg;

	(void)err;
	promise(check->info.page_size != 0);
	promise(!(pool->flags & ~(TRACE_POOL_PERSISTENT | TRACE_POOL_SHARED)));
	check->nr_pools++;
	return 0;
}

static int check_emit(void *arg, const struct trace_record *record,
		      struct trace_error *err)
{
	const struct trace_event *event = &record->event;
	struct check *check = arg;

	(void)err;
	promise(event->pool < check->nr_pools);
	promise(event->count >= 1);
	promise((uint64_t)event->index + event->count <= 1ULL << 32);
	promise(event->op < TRACE_NR_OPS);
	promise((event->op >= TRACE_READ) == (check->info.kind == TRACE_REFERENCES));
	promise(event->time >= check->time);
	promise(check->info.has_times || event->time == 0);
	check->time = event->time;
	check->events++;
	return 0;
}

#ifdef FUZZ_FORMAT
static const char *const format = FUZZ_FORMAT;
#else
static const char *const format;
#endif

/* FUZZ_FORMATS, words between blanks, are those that have a target. */
static void check_formats(void)
{
	static const char formats[] = " " FUZZ_FORMATS " ";
	const char *name, *what, *example;

	for (uint32_t n = 0; import_format(n, &name, &what, &example); n++) {
		char word[64];

		snprintf(word, sizeof(word), " %s ", name);
		if (!strstr(formats, word)) {
			fprintf(stderr, "%s is not among the formats in traces/fuzz/CMakeLists.txt\n",
				name);
			abort();
		}
	}
}

/* Every filter that any format has; others are refused, which is tried as well. */
static void choose_filter(struct import_filter *filter, uint8_t choice)
{
	if (choice & 1)
		filter->sample = 3;
	if (choice & 2)
		filter->ops = 1 << TRACE_READ | 1 << TRACE_GET | 1 << TRACE_FLUSH;
	if (choice & 4)
		filter->until = 1000000000;
	if (choice & 8)
		filter->who[IMPORT_BY_DEVICE] = "0";
	if (choice & 16)
		filter->who[IMPORT_BY_CLIENT] = "hm";
	if (choice & 32)
		filter->who[IMPORT_BY_PID] = "51";
}

/* A table so small that it is soon full, and few events, since each may be 16 M pages. */
static void ask_doctor(struct import_config *config, const uint8_t *data, size_t size)
{
	struct diagnosis d;
	struct trace_error err;
	const struct pageset_counts *counts = &d.survey.counts;
	int rc;

	config->max_events = 100;
	rc = trace_diagnose_memory(config, 64, data, size, &d, &err);
	promise(rc <= 0);
	promise(rc == 0 || (err.code == rc && err.text[0] && !strchr(err.text, '\n')));
	promise(counts->once <= counts->seen);
	promise(counts->estimated || counts->most <= counts->seen);
	promise(counts->estimated || counts->found + counts->missed <= d.survey.pages);
	promise(d.survey.events == d.report.events);
	diagnosis_free(&d);
}

/*
 * libtracecmd believes sizes in a file: its child asks for what no machine has, and shall
 * go on without it, as it does in any other build.
 */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct check check = { .nr_pools = 0 };
	struct trace_sink sink = { &check, check_begin, check_pool, check_emit };
	struct import_config config = { .path = "fuzz", .sink = &sink };
	struct import_report report;
	struct trace_error err;
	static bool checked;
	uint8_t sum = 0;
	int rc;

	if (!checked)
		check_formats();
	checked = true;
	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum * 31 + data[i]);
	config.format = format;
	config.strict = (sum & 3) == 1;
	config.max_events = 20000;
	if ((sum & 3) == 2)
		choose_filter(&config.filter, sum >> 2);
	config.swap = (sum & 12) == 4;
	config.swap_device = 8U << 20 | (sum >> 4 & 3);
	if ((sum & 3) == 3) {
		config.sink = NULL;
		config.ambiguous = (enum import_ambiguous)(sum / 4 % 3);
		ask_doctor(&config, data, size);
		return 0;
	}
	rc = trace_import_memory(&config, data, size, &report, &err);
	promise(rc <= 0);
	promise(rc == 0 || (err.code == rc && err.text[0] && !strchr(err.text, '\n')));
	promise(report.events == check.events);
	promise(rc != 0 || report.events > 0);
	promise(report.ambiguous <= report.removals);
	promise(!config.strict || (report.skipped == 0 && report.backwards == 0));
	return 0;
}
