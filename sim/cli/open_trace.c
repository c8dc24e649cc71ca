// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * open_trace.c - a .tmt file, or anything that can be imported, opened as a trace
 */
#include "open_trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../traces/import/import.h"
#include "../../traces/leftover.h"
#include "../../traces/tmt.h"

/* Whether the file begins as a .tmt file does; other errors show later. */
static bool is_tmt(const char *path)
{
	char magic[sizeof(TMT_MAGIC) - 1];
	bool yes = false;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return true;	/* let trace_open() say why */
	if (read(fd, magic, sizeof(magic)) == (ssize_t)sizeof(magic))
		yes = !memcmp(magic, TMT_MAGIC, sizeof(magic));
	close(fd);
	return yes;
}

static void import_progress(void *arg, uint64_t bytes, uint64_t events)
{
	(void)bytes;
	cli_progress_show(arg, events);
}

static struct trace_reader *import_and_open(const char *path,
					    const struct open_options *o, int *fd,
					    struct trace_error *err)
{
	const char *dir = getenv("TMPDIR");
	struct trace_reader *reader = NULL;
	struct import_report report;
	struct cli_progress progress;
	char name[4096];
	const size_t room = sizeof(name) - strlen("/trace.tmt");
	int folder, file;
	struct import_config config = {
		.path = path, .format = o->format, .output = name,
		.object_pages = o->object_pages, .strict = o->strict,
		.max_events = o->max_events,
		.progress = import_progress, .progress_arg = &progress,
	};

	if ((size_t)snprintf(name, room, "%s/tmem-import-XXXXXX",
			     dir && *dir ? dir : "/tmp") >= room || !mkdtemp(name)) {
		err->code = -errno;
		snprintf(err->text, sizeof(err->text), "cannot make a folder for "
			 "the imported trace in %.200s: %s; set TMPDIR",
			 dir && *dir ? dir : "/tmp", strerror(errno));
		return NULL;
	}
	folder = leftover_add(name);
	strcat(name, "/trace.tmt");
	file = leftover_add(name);
	cli_progress_begin(&progress, "importing events", 0);
	if (!trace_import(&config, &report, err)) {
		cli_progress_end(&progress);
		if (report.skipped || report.lost || report.backwards)
			import_report_print(stderr, &report);
		reader = trace_open(name, err);
		*fd = open(name, O_RDONLY | O_CLOEXEC);
		if (reader && *fd < 0) {
			err->code = -errno;
			snprintf(err->text, sizeof(err->text), "%.200s: %s", name,
				 strerror(errno));
			trace_close(reader);
			reader = NULL;
		}
	}
	cli_progress_end(&progress);
	/* it lives on as long as it is open */
	unlink(name);
	leftover_done(file);
	*strrchr(name, '/') = '\0';
	rmdir(name);
	leftover_done(folder);
	return reader;
}

int open_traces(const struct cli_command *command, char *const *paths,
		uint32_t nr, const struct open_options *options,
		struct open_traces *traces)
{
	struct trace_error err;
	uint32_t i;

	traces->nr = 0;
	traces->paths = paths;
	traces->lossy = false;
	traces->readers = calloc(nr, sizeof(*traces->readers));
	traces->fds = calloc(nr, sizeof(*traces->fds));
	if (!traces->readers || !traces->fds) {
		close_traces(traces);
		return cli_error(command, CLI_FAILED, "no memory");
	}
	for (i = 0; i < nr; i++) {
		struct trace_reader *reader;

		memset(&err, 0, sizeof(err));
		traces->fds[i] = -1;
		if (!options->format && strcmp(paths[i], "-") &&
		    is_tmt(paths[i]))
			reader = trace_open(paths[i], &err);
		else
			reader = import_and_open(paths[i], options,
						 &traces->fds[i], &err);
		if (!reader) {
			if (traces->fds[i] >= 0)
				close(traces->fds[i]);
			close_traces(traces);
			return cli_error(command, cli_trace_status(err.code),
					 "%s", err.text);
		}
		traces->readers[traces->nr++] = reader;
	}
	return 0;
}

bool traces_lossy(const struct cli_command *command,
		  const struct open_traces *traces, char *const *paths)
{
	bool lossy = false;
	uint32_t i;

	for (i = 0; i < traces->nr; i++) {
		const struct trace_info *info =
			trace_reader_info(traces->readers[i]);

		if (!info->lost && !info->skipped)
			continue;
		lossy = true;
		cli_error(command, 0, "%s: NOT WHOLE: %s events were lost by the recorder, %s lines or records skipped by the importer",
			  paths[i], cli_thousands(info->lost),
			  cli_thousands(info->skipped));
	}
	return lossy;
}

void close_traces(struct open_traces *traces)
{
	uint32_t i;

	for (i = 0; i < traces->nr; i++) {
		trace_close(traces->readers[i]);
		if (traces->fds[i] >= 0)
			close(traces->fds[i]);
	}
	free(traces->readers);
	free(traces->fds);
}
