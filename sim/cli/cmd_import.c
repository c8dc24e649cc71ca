// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_import.c - "tmem import": a trace of another format becomes a .tmt file
 */
#include <stdlib.h>
#include <string.h>

#include "../../traces/import/import.h"
#include "import_doctor.h"

struct import_options {
	struct import_config config;
	uint64_t object_pages;
	bool list;
	bool doctor;
	const char *json;
};

static CLI_SET_TEXT(set_output, struct import_options, config.output)
static CLI_SET_TEXT(set_format, struct import_options, config.format)
static CLI_SET_TEXT(set_source, struct import_options, config.source)
static CLI_SET_NUMBER(set_object_pages, struct import_options, object_pages, 1, UINT32_MAX)
static CLI_SET_NUMBER(set_max_events, struct import_options, config.max_events, 1, UINT64_MAX)

/* ---- what is imported ---- */

static const char *set_who(void *o, enum import_by by, const char *value)
{
	((struct import_options *)o)->config.filter.who[by] = value;
	return *value ? NULL : "no name";
}

static const char *set_device(void *o, const char *value)
{
	return set_who(o, IMPORT_BY_DEVICE, value);
}

static const char *set_client(void *o, const char *value)
{
	return set_who(o, IMPORT_BY_CLIENT, value);
}

static const char *set_pid(void *o, const char *value)
{
	uint64_t pid;
	const char *why = cli_number(value, 0, UINT32_MAX, &pid);

	return why ? why : set_who(o, IMPORT_BY_PID, value);
}

static const char *set_cgroup(void *o, const char *value)
{
	uint64_t id;
	const char *why = cli_number(value, 0, UINT64_MAX, &id);

	return why ? why : set_who(o, IMPORT_BY_CGROUP, value);
}

static const char *set_from(void *o, const char *value)
{
	return cli_time(value, &((struct import_options *)o)->config.filter.from);
}

static const char *set_until(void *o, const char *value)
{
	uint64_t *until = &((struct import_options *)o)->config.filter.until;
	const char *why = cli_time(value, until);

	return why || *until ? why : "nothing is before the first event";
}

static const char *set_only(void *o, const char *value)
{
	uint32_t *ops = &((struct import_options *)o)->config.filter.ops;

	while (*value) {
		size_t length = strcspn(value, ",");
		enum trace_op op = 0;

		while (op < TRACE_NR_OPS && (strncmp(trace_op_name(op), value, length) ||
					     trace_op_name(op)[length]))
			op++;
		if (op == TRACE_NR_OPS)
			break;
		*ops |= 1U << op;
		value += length;
		value += *value == ',';
	}
	return *value || !*ops ? "not of put, get, flush, flush-object, read, write, discard" :
				 NULL;
}

static const char *set_sample(void *o, const char *value)
{
	if (value[0] == '1' && value[1] == '/')
		value += 2;
	return cli_number(value, 1, UINT64_MAX,
			  &((struct import_options *)o)->config.filter.sample);
}

static const char *set_swap_device(void *o, const char *value)
{
	struct import_config *config = &((struct import_options *)o)->config;

	config->swap = import_parse_device(value, &config->swap_device);
	return config->swap ? NULL : "not MAJOR,MINOR of a device";
}

/* ---- all options ---- */

static CLI_SET_FLAG(set_strict, struct import_options, config.strict)

static const char *set_ambiguous(void *o, const char *value)
{
	static const char *const names[] = { "auto", "put", "flush" };
	struct import_options *options = o;

	for (int i = 0; i < 3; i++) {
		if (strcmp(value, names[i]) == 0) {
			options->config.ambiguous = (enum import_ambiguous)i;
			return NULL;
		}
	}
	return "none of put, flush, auto";
}

static CLI_SET_FLAG(set_doctor, struct import_options, doctor)
static CLI_SET_TEXT(set_json, struct import_options, json)
static CLI_SET_FLAG(set_list, struct import_options, list)

static const struct cli_option options[] = {
	{ "output", "FILE", "the .tmt to write; also -o", set_output },
	{ "format", "NAME", "of the input (recognised); --list shows them", set_format },
	{ "source", "TEXT", "where the trace comes from, for its header", set_source },
	{ "object-pages", "N", "volumes are cut into objects of so many pages (16384)",
	  set_object_pages },
	{ "max-events", "N", "stop after the first N", set_max_events },
	{ "device", "NAME", "only what is of this device", set_device },
	{ "client", "NAME", "only what is of this host, guest or user", set_client },
	{ "pid", "N", "only what this process did", set_pid },
	{ "cgroup", "ID", "only what was done in this control group", set_cgroup },
	{ "from", "TIME", "only from so long after the first event of the file: 1.5s, 2m",
	  set_from },
	{ "until", "TIME", "only what is before so long after it", set_until },
	{ "only", "OP,...", "only these operations: read, write, discard, or put, get, ...",
	  set_only },
	{ "sample", "1/N", "only one in N pages, with all that is done to it", set_sample },
	{ "swap-device", "MAJ,MIN", "its block requests as operations on swap: writes put, reads get",
	  set_swap_device },
	{ "strict", NULL, "the first line or record that cannot be read is fatal",
	  set_strict },
	{ "ambiguous", "HOW", "a page left the page cache and nothing tells why: put,\n"
	  "flush, or auto, what is likelier (auto)", set_ambiguous },
	{ "doctor", NULL, "import nothing: say what the file is, what is in it, what is\n"
	  "wrong with it, and the command to import it", set_doctor },
	{ "json", "FILE", "what the doctor found", set_json },
	{ "list", NULL, "the formats, and an example of each", set_list },
	{ NULL, NULL, NULL, NULL }
};

static int list_formats(void)
{
	const char *name, *what, *example;
	uint32_t n;

	for (n = 0; import_format(n, &name, &what, &example); n++)
		printf("%-13s %s\n%-13s   %s\n", name, what, "", example);
	return CLI_FINE;
}

static void progress(void *arg, uint64_t bytes, uint64_t events)
{
	(void)bytes;
	cli_progress_show(arg, events);
}

static int import_file(const struct cli_command *command, struct import_config *config)
{
	struct trace_error err = { .code = 0 };
	struct import_report report;
	struct cli_progress p;
	int ret;

	config->progress = progress;
	config->progress_arg = &p;
	cli_progress_begin(&p, "importing events", 0);
	ret = trace_import(config, &report, &err);
	cli_progress_end(&p);
	if (ret)
		return cli_error(command, cli_trace_status(ret), "%s",
				 err.text);
	import_report_print(stderr, &report);
	return report.skipped || report.lost ? CLI_TRACE : CLI_FINE;
}

static int import_or_doctor(const struct cli_command *command, struct import_options *o,
			    int nr, const char *kept)
{
	const struct doctor_visit visit = { &o->config, kept, o->json };

	if (nr != 1)
		return cli_error(command, CLI_USAGE, "%s; see tmem import --help",
				 nr ? "one file at a time" :
				 "which file? (- for standard input)");
	if (o->doctor)
		return doctor_visit(command, &visit);
	if (o->json)
		return cli_error(command, CLI_USAGE, "--json goes with --doctor");
	if (!o->config.output)
		return cli_error(command, CLI_USAGE, "where to? --output FILE.tmt "
				 "(or --doctor to look at the file first)");
	return import_file(command, &o->config);
}

static int run_import(const struct cli_command *command, int argc,
		      char **argv)
{
	struct import_options o = { .list = false };
	char *kept = doctor_options(command, argc, argv);
	int status, nr = cli_parse(command, argc, argv, &o, &status);

	o.config.path = argv[1];
	o.config.object_pages = (uint32_t)o.object_pages;
	if (nr >= 0 && o.list)
		status = list_formats();
	else if (nr >= 0)
		status = kept ? import_or_doctor(command, &o, nr, kept) :
				cli_error(command, CLI_FAILED, "no memory");
	free(kept);
	return status;
}

const struct cli_command cli_import = {
	.name = "import",
	.arguments = "FILE",
	.summary = "Make a .tmt trace of a recording or of another format, compressed or not.",
	.example =
"  tmem import --doctor recording.txt.gz\n"
"  tmem import --output oltp.tmt arc-OLTP.lis.zst\n"
"  tmem import --output build.tmt trace.dat\n"
"  cat /sys/kernel/tracing/trace | tmem import --format ftrace --output now.tmt -\n"
"  tmem import --device 1 --until 1h --sample 1/100 -o hm_1.tmt hm_1.csv.gz",
	.options = options,
	.run = run_import,
};
