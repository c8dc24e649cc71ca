// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_export.c - "tmem export": the references of a trace, for other simulators
 */
#include <inttypes.h>
#include <string.h>

#include "../export/export.h"
#include "open_trace.h"

struct export_options {
	struct export_config config;
	struct open_options open;
	uint64_t object_pages;
	bool list;
};

static CLI_SET_TEXT(set_output, struct export_options, config.path)
static CLI_SET_TEXT(set_format, struct export_options, config.format)
static CLI_SET_TEXT(set_from, struct export_options, open.format)
static CLI_SET_NUMBER(set_object_pages, struct export_options, object_pages, 1, UINT32_MAX)
static CLI_SET_FLAG(set_list, struct export_options, list)

static const struct cli_option options[] = {
	{ "output", "FILE", "to write; - is standard output; also -o", set_output },
	{ "format", "NAME", "to write; --list shows them", set_format },
	{ "from", "NAME", "format of a trace that is not .tmt (recognised)", set_from },
	{ "object-pages", "N", "as the trace was imported with: its page numbers (16384)",
	  set_object_pages },
	{ "list", NULL, "the formats", set_list },
	{ NULL, NULL, NULL, NULL }
};

static int list_formats(void)
{
	const char *name, *what;
	uint32_t n;

	for (n = 0; export_format(n, &name, &what); n++)
		printf("%-14s %s\n", name, what);
	return CLI_FINE;
}

static void progress(void *arg, uint64_t references)
{
	cli_progress_show(arg, references);
}

/* What the file has, and what it has not: nothing is left out silently. */
static void print_report(const struct trace_info *info, const struct export_report *report)
{
	enum trace_op op;

	if (!report->references)
		return;
	fprintf(stderr, "%s references to pages, without times below a second, clients and CPUs\n",
		cli_thousands(report->references));
	fprintf(stderr, info->kind == TRACE_OPERATIONS ?
		"a put and a get are a reference each; which of them it was is not kept\n" :
		"which of them were reads and which writes is not kept\n");
	for (op = 0; op < TRACE_NR_OPS; op++)
		if (report->left_out[op])
			fprintf(stderr, "left out: %s events of %s\n",
				cli_thousands(report->left_out[op]), trace_op_name(op));
	if (report->numbered)
		fprintf(stderr, "pages are numbered anew: they had no numbers of 64 bits (%u pool%s)\n",
			info->nr_pools, info->nr_pools == 1 ? "" : "s");
}

static int export_one(const struct cli_command *command, char **argv,
		      struct export_options *o)
{
	struct trace_error err = { .code = 0 };
	struct export_report report;
	struct open_traces traces;
	struct cli_progress p;
	bool lossy;
	int ret, status;

	o->open.object_pages = (uint32_t)o->object_pages;
	o->config.object_pages = (uint32_t)o->object_pages;
	o->config.progress = progress;
	o->config.progress_arg = &p;
	status = open_traces(command, argv + 1, 1, &o->open, &traces);
	if (status)
		return status;
	cli_progress_begin(&p, "exporting references", 0);
	ret = trace_export(traces.readers[0], &o->config, &report, &err);
	cli_progress_end(&p);
	if (!ret)
		print_report(trace_reader_info(traces.readers[0]), &report);
	lossy = !ret && traces_lossy(command, &traces, argv + 1);
	close_traces(&traces);
	if (ret)
		return cli_error(command, cli_trace_status(ret), "%s", err.text);
	return lossy ? CLI_TRACE : CLI_FINE;
}

static int run_export(const struct cli_command *command, int argc, char **argv)
{
	struct export_options o = { .list = false };
	int status, nr = cli_parse(command, argc, argv, &o, &status);

	if (nr < 0)
		return status;
	if (o.list)
		return list_formats();
	if (nr != 1)
		return cli_error(command, CLI_USAGE, "%s; see tmem export --help",
				 nr ? "one trace at a time" : "which trace?");
	if (!o.config.format)
		return cli_error(command, CLI_USAGE, "to what? --format NAME; --list shows them");
	if (!o.config.path)
		return cli_error(command, CLI_USAGE, "where to? --output FILE");
	return export_one(command, argv, &o);
}

const struct cli_command cli_export = {
	.name = "export",
	.arguments = "TRACE",
	.summary = "Write the references of a trace for other simulators.",
	.example =
"  tmem export --format oraclegeneral --output oltp.bin oltp.tmt\n"
"  tmem export --format pages --output - trace.tmt | zstd > trace.txt.zst",
	.options = options,
	.run = run_export,
};
