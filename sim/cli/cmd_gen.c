// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_gen.c - "tmem gen": synthetic traces from a seed
 */
#include <stdlib.h>
#include <string.h>

#include "../../traces/gen.h"
#include "cli.h"

/* Options are read before the kind is known, so they wait as text. */
struct gen_options {
	const char *output;
	bool ops;
	const char *values[16];
};

enum gen_value {
	EVENTS, SEED, PAGES, OBJECTS, SKEW, WRITES, RUN, CLIENTS, CPUS, RATE,
	CACHE, SHARED, SWAP, SWAP_PAGES,
};

static CLI_SET_TEXT(set_events, struct gen_options, values[EVENTS])
static CLI_SET_TEXT(set_seed, struct gen_options, values[SEED])
static CLI_SET_TEXT(set_pages, struct gen_options, values[PAGES])
static CLI_SET_TEXT(set_objects, struct gen_options, values[OBJECTS])
static CLI_SET_TEXT(set_skew, struct gen_options, values[SKEW])
static CLI_SET_TEXT(set_writes, struct gen_options, values[WRITES])
static CLI_SET_TEXT(set_run, struct gen_options, values[RUN])
static CLI_SET_TEXT(set_clients, struct gen_options, values[CLIENTS])
static CLI_SET_TEXT(set_cpus, struct gen_options, values[CPUS])
static CLI_SET_TEXT(set_rate, struct gen_options, values[RATE])
static CLI_SET_TEXT(set_cache, struct gen_options, values[CACHE])
static CLI_SET_TEXT(set_shared, struct gen_options, values[SHARED])
static CLI_SET_TEXT(set_swap, struct gen_options, values[SWAP])
static CLI_SET_TEXT(set_swap_pages, struct gen_options, values[SWAP_PAGES])
static CLI_SET_TEXT(set_output, struct gen_options, output)
static CLI_SET_FLAG(set_ops, struct gen_options, ops)

static const struct cli_option options[] = {
	{ "output", "FILE", "the .tmt to write; also -o", set_output },
	{ "events", "N", "how many", set_events },
	{ "seed", "N", "the same seed gives the same trace on every machine",
	  set_seed },
	{ "pages", "N", "of each client's files", set_pages },
	{ "objects", "N", "files they are cut into", set_objects },
	{ "skew", "X", "zipf, mixed: 0 uniform, 0.99 as the web", set_skew },
	{ "writes", "PERCENT", "of the references to files", set_writes },
	{ "run", "N", "scan, loop: pages of an event", set_run },
	{ "clients", "N", "each with a pool and pages of its own", set_clients },
	{ "cpus", "N", "that the events are spread over", set_cpus },
	{ "rate", "N", "events a second of the trace's time", set_rate },
	{ "cache", "N", "mixed: pages of each client's page cache", set_cache },
	{ "shared", "PERCENT", "mixed: of the files that clients share", set_shared },
	{ "swap", "PERCENT", "mixed: of the steps that are swapping", set_swap },
	{ "swap-pages", "N", "mixed: pages of each client's swap device",
	  set_swap_pages },
	{ "ops", NULL, "zipf, scan, loop: tmem operations, not page references",
	  set_ops },
	{ NULL, NULL, NULL, NULL }
};

/* What a value is put into, and its bounds as far as its type goes. */
static const char *take_value(struct gen_config *c, enum gen_value which,
			      const char *value)
{
	uint64_t *wide[] = { [EVENTS] = &c->events, [SEED] = &c->seed,
			     [PAGES] = &c->pages, [OBJECTS] = &c->objects,
			     [CACHE] = &c->cache, [SWAP_PAGES] = &c->swap_pages };
	uint32_t *narrow[] = { [WRITES] = &c->writes, [RUN] = &c->run,
			       [CLIENTS] = &c->clients, [CPUS] = &c->cpus,
			       [RATE] = &c->rate, [SHARED] = &c->shared,
			       [SWAP] = &c->swap };
	const char *wrong;
	uint64_t n;
	double x;

	if (which == SKEW) {
		wrong = cli_fraction(value, 0, 4, &x);
		if (!wrong)
			c->skew = (uint32_t)(x * 1e6 + 0.5);
		return wrong;
	}
	if (which < sizeof(wide) / sizeof(*wide) && wide[which])
		return cli_number(value, 0, UINT64_MAX, wide[which]);
	wrong = cli_number(value, 0, UINT32_MAX, &n);
	if (!wrong)
		*narrow[which] = (uint32_t)n;
	return wrong;
}

struct sink {
	struct trace_writer *writer;
	struct trace_error err;
	struct cli_progress progress;
	uint64_t nr;
};

static int emit(void *ctx, const struct trace_record *record)
{
	struct sink *sink = ctx;

	if (!(++sink->nr & 0xffff))
		cli_progress_show(&sink->progress, sink->nr);
	return trace_write(sink->writer, record, &sink->err);
}

static int generate(const struct cli_command *command,
		    const struct gen_config *config, const char *path)
{
	struct sink sink = { .nr = 0 };
	struct trace_info info;
	int ret = gen_info(config, &info);

	if (ret)
		return cli_error(command, CLI_FAILED, "no memory");
	sink.writer = trace_create(path, &info, &sink.err);
	free(info.pools);
	if (!sink.writer)
		return cli_error(command, CLI_FAILED, "%s", sink.err.text);
	cli_progress_begin(&sink.progress, "writing events", config->events);
	ret = gen_run(config, emit, &sink);
	cli_progress_end(&sink.progress);
	if (ret && !sink.err.code) {
		sink.err.code = ret;
		strcpy(sink.err.text, "no memory for the generator");
	}
	ret = trace_finish(sink.writer, &sink.err);
	if (ret)
		return cli_error(command, CLI_FAILED, "%s", sink.err.text);
	fprintf(stderr, "%s: %s events, seed %llu\n", path,
		cli_thousands(config->events),
		(unsigned long long)config->seed);
	return CLI_FINE;
}

static int run_gen(const struct cli_command *command, int argc, char **argv)
{
	struct gen_options o = { .output = NULL };
	struct trace_error err = { .code = 0 };
	struct gen_config config;
	int status, kind, nr = cli_parse(command, argc, argv, &o, &status);
	unsigned int i;

	if (nr < 0)
		return status;
	if (nr != 1)
		return cli_error(command, CLI_USAGE,
				 "one of zipf, scan, loop, mixed is wanted");
	kind = gen_kind_find(argv[1]);
	if (kind < 0)
		return cli_error(command, CLI_USAGE,
				 "'%s' is none of zipf, scan, loop, mixed",
				 argv[1]);
	if (!o.output)
		return cli_error(command, CLI_USAGE, "where to? --output FILE.tmt");
	gen_defaults(&config, (enum gen_kind)kind);
	if (o.ops)
		config.output = TRACE_OPERATIONS;
	for (i = 0; options[i + 1].name && i <= SWAP_PAGES; i++) {
		const char *wrong = o.values[i] ?
			take_value(&config, (enum gen_value)i, o.values[i]) :
			NULL;

		if (wrong)
			return cli_error(command, CLI_USAGE, "--%s %s: %s",
					 options[i + 1].name, o.values[i],
					 wrong);
	}
	if (gen_validate(&config, &err))
		return cli_error(command, CLI_USAGE, "%s", err.text);
	return generate(command, &config, o.output);
}

const struct cli_command cli_gen = {
	.name = "gen",
	.arguments = "zipf|scan|loop|mixed",
	.summary = "Generate a synthetic trace from a seed.",
	.example =
"  tmem gen zipf --events 1000000 --seed 7 --output zipf.tmt\n"
"  tmem gen mixed --events 500000 --clients 4 --output mixed.tmt",
	.options = options,
	.run = run_gen,
};
