/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * open_trace.h - a .tmt file, or anything that can be imported, opened as a trace
 */
#ifndef TMEM_CLI_OPEN_TRACE_H
#define TMEM_CLI_OPEN_TRACE_H

#include "../../traces/trace.h"
#include "cli.h"

struct open_options {
	const char *format;		/* NULL: recognise */
	uint32_t object_pages;		/* 0: the importer's default */
	bool strict;
	uint64_t max_events;		/* 0: all */
};

struct open_traces {
	struct trace_reader **readers;
	char *const *paths;
	int *fds;	/* of what was imported into a file without name; -1: no such file */
	uint32_t nr;
	bool lossy;	/* as the command that opened them found: traces_lossy() */
};

/* Whether something of a trace is missing: said once on standard error. */
bool traces_lossy(const struct cli_command *command,
		  const struct open_traces *traces, char *const *paths);

/*
 * Open each of @paths.  What is not .tmt is imported into a file that has no name,
 * in $TMPDIR or /tmp; what was skipped or lost is told on standard error.  0, or the
 * exit status after an error was printed.
 */
int open_traces(const struct cli_command *command, char *const *paths,
		uint32_t nr, const struct open_options *options,
		struct open_traces *traces);
void close_traces(struct open_traces *traces);

#endif /* TMEM_CLI_OPEN_TRACE_H */
