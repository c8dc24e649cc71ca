// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stream.c - formats that are text: page numbers, and the trace's own text form
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "../../traces/newfile.h"
#include "../../traces/trace_text.h"
#include "exporter.h"

/* ---- the stream ---- */

static int stream_failed(struct export_run *run, const char *name)
{
	int code = errno ? -errno : -EIO;

	return tmt_error(run->err, code, name, "cannot be written: %s", strerror(-code));
}

static int to_file(struct export_run *run, struct new_file *file,
		   int (*print)(struct export_run *run, FILE *out))
{
	int fd = dup(file->fd);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
	int ret;

	if (!out) {
		ret = stream_failed(run, run->config->path);
		if (fd >= 0)
			close(fd);
		return ret;
	}
	ret = print(run, out);
	errno = 0;
	if (fclose(out) && !ret)
		ret = stream_failed(run, run->config->path);
	return ret ?: new_file_publish(file, run->err);
}

int export_to_stream(struct export_run *run,
		     int (*print)(struct export_run *run, FILE *out))
{
	struct new_file file;
	int ret;

	if (strcmp(run->config->path, "-") == 0) {
		ret = print(run, stdout);
		errno = 0;
		if (!ret && (fflush(stdout) || ferror(stdout)))
			ret = stream_failed(run, "standard output");
		return ret;
	}
	ret = new_file_create(&file, run->config->path, run->err);
	ret = ret ?: to_file(run, &file, print);
	new_file_drop(&file);
	return ret;
}

/* ---- page numbers ---- */

struct page_printer {
	struct export_run *run;
	FILE *out;
};

static int print_event(void *arg, const struct trace_event *event, uint64_t first)
{
	struct page_printer *p = arg;
	struct export_report *report = p->run->report;

	for (uint32_t i = 0; i < event->count; i++) {
		fprintf(p->out, "%" PRIu64 "\n", first + i);
		export_progress(p->run, ++report->references);
	}
	errno = 0;
	return ferror(p->out) ? stream_failed(p->run, p->run->config->path) : 0;
}

static int print_pages(struct export_run *run, FILE *out)
{
	struct page_printer p = { run, out };

	return export_events(run, EXPORT_FORWARD, &p, print_event);
}

static int pages_export(struct export_run *run)
{
	return export_to_stream(run, print_pages);
}

const struct trace_exporter export_pages = {
	.name = "pages",
	.what = "a page number a line, without times: libCacheSim's txt, the LIRS paper's, Caffeine's",
	.run = pages_export,
};

/* ---- the trace's text form ---- */

static int print_text(struct export_run *run, FILE *out)
{
	return trace_print_text(run->reader, out, run->err);
}

static int text_export(struct export_run *run)
{
	return export_to_stream(run, print_text);
}

const struct trace_exporter export_text = {
	.name = "text",
	.what = "the trace's own text form, as tmem cat prints it",
	.whole = true,
	.run = text_export,
};
