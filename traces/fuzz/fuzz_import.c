// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_import.c - libFuzzer target: no file, whatever is in it, harms an importer
 *
 * The first byte chooses the format (or recognition) and whether to be strict; the
 * rest is the file.  Events go to a sink that checks what an importer promises of
 * them, so that more than crashes is found.  TMEM_FUZZ_FORMAT in the environment keeps
 * to one format.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "import.h"

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

/* Recognition is the last choice, when @choice is the number of formats. */
static const char *choose(uint8_t choice)
{
	const char *fixed = getenv("TMEM_FUZZ_FORMAT");
	const char *name, *what, *example;
	uint32_t nr = 0;

	if (fixed)
		return fixed;
	while (import_format(nr, &name, &what, &example))
		nr++;
	return import_format(choice % (nr + 1), &name, &what, &example) ? name : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct check check = { .nr_pools = 0 };
	struct import_sink sink = { &check, check_begin, check_pool, check_emit };
	struct import_config config = { .path = "fuzz", .sink = &sink };
	struct import_report report;
	struct trace_error err;
	int rc;

	if (!size)
		return 0;
	config.format = choose(data[0] & 0x7f);
	config.strict = data[0] & 0x80;
	config.max_events = 20000;
	rc = trace_import_memory(&config, data + 1, size - 1, &report, &err);
	promise(rc <= 0);
	promise(rc == 0 || (err.code == rc && err.text[0] && !strchr(err.text, '\n')));
	promise(report.events == check.events);
	promise(rc != 0 || report.events > 0);
	promise(report.ambiguous <= report.removals);
	promise(!config.strict || (report.skipped == 0 && report.backwards == 0));
	return 0;
}
