// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench_import.c - the importers: an iteration is a file of 16 MiB in memory
 *
 *	import/parse/<format>	into a sink that only counts
 *	import/tmt/<format>	into a .tmt file, in memory where /dev/shm is
 *	import/limit/lines	newlines of the text counted by memchr()
 *	import/limit/copy	the same bytes copied
 *
 * The limits are what no reader of lines and no reader of records can be faster than.
 * Files come from import_input.c; a format without maker and sample is left out, and
 * the context of the results says so.  Each thread imports the whole file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import.h"

#include "bench.h"
#include "import_input.h"

#define LIMIT_FORMAT	"lis"	/* whose file the limits are taken on */

static struct import_input input;
static const char *input_format;

static void release_input(void)
{
	import_input_free(&input);
	input_format = NULL;
}

/* Thread 0: have the file of this format, which stays from one run to the next. */
static void have_input(struct gbench_state *state, const char *format)
{
	bench_take_over(release_input);
	if (input_format == format)
		return;
	release_input();
	if (import_input_make(format, &input))
		gbench_skip(state, "no memory, or the sample is gone");
	else
		input_format = format;
}

/* ---- sinks ---- */

static int count_begin(void *arg, const struct trace_info *info, struct trace_error *err)
{
	(void)arg, (void)info, (void)err;
	return 0;
}

static int count_pool(void *arg, const struct trace_pool *pool, struct trace_error *err)
{
	(void)arg, (void)pool, (void)err;
	return 0;
}

static int count_emit(void *arg, const struct trace_record *record,
		      struct trace_error *err)
{
	(void)err;
	*(uint64_t *)arg += record->event.count;
	return 0;
}

/* ---- a run ---- */

struct job {
	const char *format;
	bool to_file;
	char folder[64];
};

static bool make_folder(struct job *job)
{
	const char *base = access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm";

	snprintf(job->folder, sizeof(job->folder), "%s/tmem-bench-XXXXXX", base);
	return mkdtemp(job->folder);
}

/* What is measured must be reading, not refusing. */
static bool import_once(struct gbench_state *state, const struct import_config *config,
			struct import_report *report)
{
	struct trace_error err;

	if (trace_import_memory(config, input.bytes, input.size, report, &err)) {
		gbench_skip(state, err.text);
		return false;
	}
	if (report->skipped && !input.sample) {
		gbench_skip(state, report->examples[0].text);
		return false;
	}
	return true;
}

static void loop(struct gbench_state *state, const struct import_config *config)
{
	struct import_report report = { .events = 0 };
	char label[64];

	GBENCH_LOOP(state) {
		if (!import_once(state, config, &report))
			break;
	}
	gbench_set_bytes(state, gbench_iterations(state) * (int64_t)input.size);
	gbench_set_items(state, gbench_iterations(state) * (int64_t)report.events);
	if (input.sample && report.units) {
		snprintf(label, sizeof(label), "sample, %llu%% skipped",
			 (unsigned long long)(100 * report.skipped / report.units));
		gbench_set_label(state, label);
	}
}

static void import(struct gbench_state *state, void *arg)
{
	struct job job = *(struct job *)arg;
	uint64_t pages = 0;
	struct trace_sink sink = { &pages, count_begin, count_pool, count_emit };
	struct import_config config = { .path = "bench", .format = job.format };
	char path[80];

	if (!gbench_thread(state))
		have_input(state, job.format);
	if (job.to_file && !make_folder(&job)) {
		gbench_skip(state, "no folder in /dev/shm or /tmp");
		return;
	}
	snprintf(path, sizeof(path), "%s/out.tmt", job.folder);
	if (job.to_file)
		config.output = path;
	else
		config.sink = &sink;
	loop(state, &config);
	gbench_keep(pages);
	if (job.to_file) {
		unlink(path);
		rmdir(job.folder);
	}
}

/* ---- limits ---- */

static void limit_lines(struct gbench_state *state, void *arg)
{
	uint64_t lines = 0;

	(void)arg;
	if (!gbench_thread(state))
		have_input(state, LIMIT_FORMAT);
	GBENCH_LOOP(state) {
		const char *end = input.bytes + input.size;
		const char *p = input.bytes;

		while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
			lines++;
			p++;
		}
	}
	gbench_keep(lines);
	gbench_set_bytes(state, gbench_iterations(state) * (int64_t)input.size);
	gbench_set_items(state, (int64_t)lines);
}

static void limit_copy(struct gbench_state *state, void *arg)
{
	char *copy = malloc(IMPORT_INPUT_BYTES);

	(void)arg;
	if (!gbench_thread(state))
		have_input(state, LIMIT_FORMAT);
	if (!copy) {
		gbench_skip(state, "no memory");
		return;
	}
	memset(copy, 1, IMPORT_INPUT_BYTES);
	GBENCH_LOOP(state) {
		memcpy(copy, input.bytes, input.size);
		gbench_keep(copy);
	}
	free(copy);
	gbench_set_bytes(state, gbench_iterations(state) * (int64_t)input.size);
	gbench_set_items(state, gbench_iterations(state));
}

/* ---- registration ---- */

static void add(const struct bench_options *options, const char *format, bool to_file)
{
	struct job *job = malloc(sizeof(*job));	/* as long as the program runs */
	struct gbench *b;
	char name[96];

	if (!job)
		bench_die("no memory");
	*job = (struct job){ .format = format, .to_file = to_file };
	snprintf(name, sizeof(name), "import/%s/%s", to_file ? "tmt" : "parse", format);
	b = gbench_register(name, import, job);
	gbench_set_unit(b, GBENCH_MS);
	bench_all_threads(b, options);
}

void bench_import_register(const struct bench_options *options)
{
	const char *format, *what, *example;
	char left_out[256] = "";
	size_t n = 0;

	bench_all_threads(gbench_register("import/limit/copy", limit_copy, NULL), options);
	bench_all_threads(gbench_register("import/limit/lines", limit_lines, NULL), options);
	for (uint32_t i = 0; import_format(i, &format, &what, &example); i++) {
		if (!import_input_known(format)) {
			if (n < sizeof(left_out))
				n += (size_t)snprintf(left_out + n, sizeof(left_out) - n,
						      "%s%s", n ? "," : "", format);
			continue;
		}
		add(options, format, false);
		add(options, format, true);
	}
	gbench_context("importers_left_out", left_out);
}
