// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_cat.c - "tmem cat": a trace as text, which import turns back without loss
 */
#include <errno.h>
#include <string.h>

#include "../../traces/trace_text.h"
#include "open_trace.h"

static CLI_SET_TEXT(set_format, struct open_options, format)

static const struct cli_option options[] = {
	{ "format", "NAME", "of a trace that is not .tmt (recognised)", set_format },
	{ NULL, NULL, NULL, NULL }
};

static int run_cat(const struct cli_command *command, int argc, char **argv)
{
	struct open_options o = { .format = NULL };
	struct trace_error err = { .code = 0 };
	struct open_traces traces;
	int status, ret, nr = cli_parse(command, argc, argv, &o, &status);

	if (nr < 0)
		return status;
	if (nr != 1)
		return cli_error(command, CLI_USAGE, "%s; see tmem cat --help",
				 nr ? "one trace at a time" : "which trace?");
	status = open_traces(command, argv + 1, 1, &o, &traces);
	if (status)
		return status;
	ret = trace_print_text(traces.readers[0], stdout, &err);
	if (!ret && fflush(stdout)) {
		ret = err.code = -errno;
		strcpy(err.text, "cannot write to standard output");
	}
	close_traces(&traces);
	return ret ? cli_error(command, cli_trace_status(ret), "%s", err.text) :
		CLI_FINE;
}

const struct cli_command cli_cat = {
	.name = "cat",
	.arguments = "TRACE",
	.summary = "Print a trace as text, one event a line.",
	.example =
"  tmem cat trace.tmt | head\n"
"  tmem cat trace.tmt | tmem import --format text --output same.tmt -",
	.options = options,
	.run = run_cat,
};
