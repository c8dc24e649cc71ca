// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_import.c - "tmem import": a trace of another format becomes a .tmt file
 */
#include <string.h>

#include "../../traces/import/import.h"
#include "cli.h"

struct import_options {
	struct import_config config;
	uint64_t object_pages;
	bool list;
};

static const char *set_output(void *o, const char *value)
{
	((struct import_options *)o)->config.output = value;
	return NULL;
}

static const char *set_format(void *o, const char *value)
{
	((struct import_options *)o)->config.format = value;
	return NULL;
}

static const char *set_source(void *o, const char *value)
{
	((struct import_options *)o)->config.source = value;
	return NULL;
}

static const char *set_object_pages(void *o, const char *value)
{
	return cli_number(value, 1, UINT32_MAX,
			  &((struct import_options *)o)->object_pages);
}

static const char *set_max_events(void *o, const char *value)
{
	return cli_number(value, 1, UINT64_MAX,
			  &((struct import_options *)o)->config.max_events);
}

static const char *set_strict(void *o, const char *value)
{
	(void)value;
	((struct import_options *)o)->config.strict = true;
	return NULL;
}

static const char *set_list(void *o, const char *value)
{
	(void)value;
	((struct import_options *)o)->list = true;
	return NULL;
}

static const struct cli_option options[] = {
	{ "output", "FILE", "the .tmt to write; also -o", set_output },
	{ "format", "NAME", "of the input (recognised); --list shows them", set_format },
	{ "source", "TEXT", "where the trace comes from, for its header", set_source },
	{ "object-pages", "N", "volumes are cut into objects of so many pages (16384)",
	  set_object_pages },
	{ "max-events", "N", "stop after the first N", set_max_events },
	{ "strict", NULL, "the first line or record that cannot be read is fatal",
	  set_strict },
	{ "list", NULL, "the formats, and an example of each", set_list },
	{ NULL, NULL, NULL, NULL }
};

static int list_formats(void)
{
	const char *name, *what, *example;
	uint32_t n;

	for (n = 0; import_format(n, &name, &what, &example); n++)
		printf("%-10s %s\n%-10s   %s\n", name, what, "", example);
	return CLI_FINE;
}

static void progress(void *arg, uint64_t bytes, uint64_t events)
{
	(void)bytes;
	cli_progress_show(arg, events);
}

static int run_import(const struct cli_command *command, int argc,
		      char **argv)
{
	struct import_options o = { .list = false };
	struct trace_error err = { .code = 0 };
	struct import_report report;
	struct cli_progress p;
	int status, ret, nr = cli_parse(command, argc, argv, &o, &status);

	if (nr < 0)
		return status;
	if (o.list)
		return list_formats();
	if (nr != 1)
		return cli_error(command, CLI_USAGE, "%s; see tmem import --help",
				 nr ? "one file at a time" :
				 "which file? (- for standard input)");
	if (!o.config.output)
		return cli_error(command, CLI_USAGE,
				 "where to? --output FILE.tmt");
	o.config.path = argv[1];
	o.config.object_pages = (uint32_t)o.object_pages;
	o.config.progress = progress;
	o.config.progress_arg = &p;
	cli_progress_begin(&p, "importing events", 0);
	ret = trace_import(&o.config, &report, &err);
	cli_progress_end(&p);
	if (ret)
		return cli_error(command, cli_trace_status(ret), "%s",
				 err.text);
	import_report_print(stderr, &report);
	return report.skipped || report.lost ? CLI_TRACE : CLI_FINE;
}

const struct cli_command cli_import = {
	.name = "import",
	.arguments = "FILE",
	.summary = "Make a .tmt trace of a recording or of another format, compressed or not.",
	.example =
"  tmem import --output oltp.tmt arc-OLTP.lis.zst\n"
"  trace-cmd report | tmem import --format ftrace --output build.tmt -",
	.options = options,
	.run = run_import,
};
