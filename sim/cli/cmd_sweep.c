// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_sweep.c - "tmem sweep": one trace, many configurations, one table
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../build_id.h"
#include "../sweep/child.h"
#include "../sweep/run.h"
#include "open_trace.h"
#include "replay_config.h"

_Static_assert((int)CHILD_LOSSY == (int)CLI_TRACE &&
	       (int)CHILD_INCOHERENT == (int)CLI_INCOHERENT, "a sweep knows how its runs end");

static struct sweep *to_sweep(void *config)
{
	return config;
}

/* ---- options ---- */

static const char *set_axis(void *config, enum sweep_axis axis, const char *list)
{
	struct sweep_plan *plan = &to_sweep(config)->plan;

	return sweep_grid_set(plan, &plan->command, axis, list);
}

#define AXIS(name, axis) \
static const char *set_##name(void *config, const char *value) \
{ \
	return set_axis(config, axis, value); \
}

AXIS(design, AXIS_DESIGN)
AXIS(buckets, AXIS_BUCKETS)
AXIS(threads, AXIS_THREADS)
AXIS(memory, AXIS_MEMORY)
AXIS(store, AXIS_STORE)
AXIS(admission, AXIS_ADMISSION)
AXIS(page_cache, AXIS_PAGE_CACHE)
AXIS(policy, AXIS_POLICY)
AXIS(order, AXIS_ORDER)

#define X(id, name, arg, help) \
static const char *set_##id(void *config, const char *value) \
{ \
	return sweep_set_common(config, COMMON_##id, value); \
}
SWEEP_COMMON_OPTIONS(X)
#undef X

static const char *set_repeat(void *config, const char *value)
{
	to_sweep(config)->repeat_given = true;
	return sweep_set_repeat(config, value);
}

static const char *set_spec(void *config, const char *value)
{
	to_sweep(config)->spec = value;
	return NULL;
}

static const char *set_output(void *config, const char *value)
{
	to_sweep(config)->dir = value;
	return *value ? NULL : "the name of a folder is missing";
}

static const char *set_list(void *config, const char *value)
{
	(void)value;
	to_sweep(config)->list = true;
	return NULL;
}

static const char *set_no_curves(void *config, const char *value)
{
	(void)value;
	to_sweep(config)->no_curves = true;
	return NULL;
}

static const char *set_any_build(void *config, const char *value)
{
	(void)value;
	to_sweep(config)->any_build = true;
	return NULL;
}

static const char *set_shard(void *config, const char *value)
{
	struct sweep *sweep = to_sweep(config);
	const char *slash = strchr(value, '/'), *wrong;
	uint64_t shard, nr;
	char first[24];

	if (!slash || (size_t)(slash - value) >= sizeof(first))
		return "write 2/8 for the second of eight";
	snprintf(first, sizeof(first), "%.*s", (int)(slash - value), value);
	wrong = cli_number(slash + 1, 1, SWEEP_MAX_TASKS, &nr);
	if (!wrong)
		wrong = cli_number(first, 1, nr, &shard);
	if (wrong)
		return wrong;
	sweep->shard = (uint32_t)shard;
	sweep->nr_shards = (uint32_t)nr;
	return NULL;
}

static const char *set_sbatch(void *config, const char *value)
{
	to_sweep(config)->sbatch = true;
	return value ? cli_number(value, 1, SWEEP_MAX_TASKS, &to_sweep(config)->tasks) :
		NULL;
}

static const struct cli_option options[] = {
	{ "design", "LIST", "hashbucket, hashbucket-fine, objlock, rcu or all (the\n"
	  "default); every list has commas between its values", set_design },
	{ "buckets", "LIST", "numbers, or ranges that double: 64..65536 (256); the end\n"
	  "of a range is in it if doubling meets it", set_buckets },
	{ "threads", "LIST", "1 to 64, also 1..8 (one per CPU)", set_threads },
	{ "memory", "LIST", "sizes, also 64M..4G or 1000p..64000p in pages (64M)",
	  set_memory },
	{ "store", "LIST", "none, raw, lz4 (the default)", set_store },
	{ "admission", "LIST", "all (the default), workingset, ghost[:WINDOW],\n"
	  "random[:P]", set_admission },
	{ "page-cache", "LIST", "sizes (64M)", set_page_cache },
	{ "page-cache-policy", "LIST", "lru (the default), active-inactive", set_policy },
	{ "order", "LIST", "handle (the default), object, global, cpu, none", set_order },
	{ "spec", "FILE", "grids from a file: key = value lines, [name] begins\n"
	  "another; see tmem(1)", set_spec },
	{ "repeat", "N", "runs of each point (1)", set_repeat },
	{ "output", "DIR", "folder of results.csv; also -o. What is there already is\n"
	  "not run again", set_output },
	{ "list", NULL, "print the points, and run none", set_list },
	{ "shard", "I/N", "only the I-th of N shares, to results-I-of-N.csv", set_shard },
	{ "sbatch", "[=N]", "print a Slurm job array of N tasks for this sweep (a task\n"
	  "a point, 16 at most)", set_sbatch },
	{ "no-curves", NULL, "no curves.csv (tmem mrc) at the end", set_no_curves },
	{ "any-build", NULL, "go on where rows are of another build of tmem", set_any_build },
#define X(id, name, arg, help) { name, arg, help, set_##id },
	SWEEP_COMMON_OPTIONS(X)
#undef X
	{ }
};

/* ---- what the command line does for a sweep ---- */

static void tell(const char *line)
{
	cli_error(&cli_sweep, 0, "%s", line);
}

/* The exit status for what a sweep returns. */
static int status_of(int ret)
{
	return !ret ? CLI_FINE : ret == -EINVAL ? CLI_USAGE : CLI_FAILED;
}

/* What all runs have in common, as tmem replay has it. */
static void common_config(const struct sweep *sweep, struct replay_config *config)
{
	int i;

	replay_config_init(config);
	for (i = 0; i < NR_COMMON; i++)
		if (sweep->common[i])
			replay_option(sweep_common_names[i])->set(config, sweep->common[i]);
}

/* Combinations that make no sense, with each store: NULL, or what is wrong. */
static const char *check_options(const struct sweep *sweep)
{
	const struct sweep_plan *plan = &sweep->plan;
	struct replay_config config;
	const char *wrong = NULL;
	uint32_t i;

	common_config(sweep, &config);
	for (i = 0; i < plan->table[AXIS_STORE].nr && !wrong; i++) {
		replay_option("store")->set(&config,
					    plan->table[AXIS_STORE].values[i].text);
		wrong = replay_config_check(&config);
	}
	return wrong;
}

/* What the sweep is to know of its traces; they are open. */
static int keep_traces(struct sweep *sweep, struct open_traces *traces)
{
	uint32_t i;

	sweep->info = calloc(sweep->nr_traces, sizeof(*sweep->info));
	if (!sweep->info)
		return cli_error(&cli_sweep, CLI_FAILED, "no memory");
	sweep->lossy = traces_lossy(&cli_sweep, traces, sweep->traces);
	for (i = 0; i < sweep->nr_traces; i++) {
		const struct trace_info *info = trace_reader_info(traces->readers[i]);

		snprintf(sweep->info[i].checksum, sizeof(sweep->info[i].checksum),
			 "%016llx", (unsigned long long)info->checksum);
		sweep->references |= info->kind == TRACE_REFERENCES;
		sweep->info[i].fd = traces->fds[i];
		traces->fds[i] = -1;
	}
	return 0;
}

static int check_content(const struct replay_config *config)
{
	struct content_file content = { };
	int status = replay_load_content(&cli_sweep, config, &content);

	content_unload(&content);
	return status;
}

/*
 * Open the traces.  What no run of the grid could do is told once, as tmem replay tells it,
 * and nothing was made; where all runs are there already, nothing has to be.
 */
static int open_all(struct sweep *sweep)
{
	struct replay_config config;
	struct open_traces traces;
	bool remains;
	int status = status_of(sweep_look(sweep, &remains));

	common_config(sweep, &config);
	if (!status && remains)
		status = check_content(&config);
	if (!status)
		status = replay_open_traces(&cli_sweep, &config, sweep->traces,
					    sweep->nr_traces, &traces);
	if (status)
		return status;
	if (remains)
		status = replay_check_traces(&cli_sweep, &config, traces.readers, traces.nr);
	if (!status && remains)
		status = replay_check_world(&cli_sweep, &config);
	if (!status)
		status = keep_traces(sweep, &traces);
	close_traces(&traces);
	return status;
}

/* ---- the command ---- */

static int list_points(const struct sweep *sweep)
{
	const struct sweep_plan *plan = &sweep->plan;
	uint32_t *shards = sweep_shards(plan, sweep->nr_shards ? sweep->nr_shards : 1);
	uint32_t repeat, i, k;
	uint64_t nr = 0;

	if (!shards)
		return cli_error(&cli_sweep, CLI_FAILED, "no memory");
	for (repeat = 1; repeat <= plan->repeat; repeat++)
		for (i = 0; i < plan->nr_points; i++) {
			char key[SWEEP_KEY_SIZE];

			if (sweep->nr_shards && shards[i] != sweep->shard - 1)
				continue;
			sweep_key(plan, &plan->points[i], repeat, key);
			fputs(key, stdout);
			for (k = 0; k < NR_AXES; k++)
				printf("%c--%s %s", k ? ' ' : '\t', sweep_axis_names[k],
				       sweep_value(plan, &plan->points[i],
						   (enum sweep_axis)k)->text);
			putchar('\n');
			nr++;
		}
	free(shards);
	fprintf(stderr, "%s run%s\n", cli_thousands(nr), nr == 1 ? "" : "s");
	return fflush(stdout) ? cli_error(&cli_sweep, CLI_FAILED,
					  "standard output cannot be written") : 0;
}

static void warn_of_page_cache(const struct sweep *sweep)
{
	const struct sweep_plan *plan = &sweep->plan;

	if (!sweep->references && (plan->table[AXIS_PAGE_CACHE].nr > 1 ||
				   plan->table[AXIS_POLICY].nr > 1))
		cli_error(&cli_sweep, 0, "no page cache is in front of recorded operations: "
			  "its sizes and policies make no difference");
}

static void warn_of_threads(const struct sweep *sweep)
{
	const struct sweep_plan *plan = &sweep->plan;
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	uint32_t i;

	for (i = 0; i < plan->table[AXIS_THREADS].nr; i++)
		if (plan->table[AXIS_THREADS].values[i].number > (uint64_t)cpus) {
			cli_error(&cli_sweep, 0, "--threads %s: this machine has %ld "
				  "CPUs; threads that wait for one are measured as well",
				  plan->table[AXIS_THREADS].values[i].text, cpus);
			return;
		}
}

static void warn_of_builds(const struct sweep *sweep, const struct results *results)
{
	char builds[200];

	if (results_builds(results, builds, sizeof(builds)))
		cli_error(&cli_sweep, 0, "%s has rows of more than one build of tmem: %s",
			  sweep->dir, builds);
}

static bool curves_are_there(const struct sweep *sweep, const struct sweep_tally *tally)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/curves.csv", sweep->dir);
	return !tally->ok && !tally->failed && !access(path, F_OK);
}

static int finish(const struct sweep *sweep, const struct sweep_tally *tally)
{
	struct results results;
	struct trace_error err;
	int status = 0;

	if (results_read(&results, sweep->dir, &err))
		status = cli_error(&cli_sweep, CLI_FAILED, "%s", err.text);
	if (!status && !sweep->no_curves && !curves_are_there(sweep, tally) &&
	    sweep_is_complete(sweep, &results))
		status = status_of(sweep_curves(sweep, &results));
	if (!status) {
		warn_of_builds(sweep, &results);
		sweep_summary(sweep, &results, tally);
	}
	results_free(&results);
	if (status)
		return status;
	return tally->incoherent ? CLI_INCOHERENT : tally->failed ? CLI_FAILED :
		sweep->lossy ? CLI_TRACE : CLI_FINE;
}

/* What was asked for as a whole, before anything is opened. */
static int prepare(struct sweep *sweep)
{
	const struct cli_command *command = &cli_sweep;
	const char *wrong;
	bool threads;

	if (sweep->spec) {
		int ret = sweep_read_spec(sweep, sweep->spec);

		if (ret)
			return status_of(ret);
	}
	threads = sweep_axis_given(&sweep->plan, AXIS_THREADS);
	wrong = sweep_plan_expand(&sweep->plan);
	if (!wrong)
		wrong = check_options(sweep);
	if (wrong)
		return cli_error(command, CLI_USAGE, "%s", wrong);
	if ((sweep->nr_shards || sweep->sbatch) && !threads)
		return cli_error(command, CLI_USAGE, "--%s wants --threads: machines differ "
				 "in their CPUs, and all shards must have one grid",
				 sweep->sbatch ? "sbatch" : "shard");
	if (sweep->sbatch && sweep->nr_shards)
		return cli_error(command, CLI_USAGE, "--sbatch makes the shards itself; "
				 "leave out --shard");
	if (sweep->list)
		return 0;
	if (!sweep->nr_traces)
		return cli_error(command, CLI_USAGE, "which trace? see tmem sweep --help");
	if (!sweep->dir)
		return cli_error(command, CLI_USAGE, "where to? give a folder for the "
				 "results: -o DIR");
	return 0;
}

static int sweep_all(struct sweep *sweep)
{
	struct sweep_tally tally;
	int status = prepare(sweep);

	if (status)
		return status;
	if (sweep->list)
		return list_points(sweep);
	if (sweep->sbatch)
		return status_of(sweep_print_sbatch(sweep));
	status = open_all(sweep);
	if (status)
		return status;
	warn_of_threads(sweep);
	warn_of_page_cache(sweep);
	status = status_of(sweep_run(sweep, &tally));
	return status ? status : finish(sweep, &tally);
}

static int run_sweep(const struct cli_command *command, int argc, char **argv)
{
	char build[BUILD_ID_SIZE];
	const struct sweep_caller caller = {
		.tell = tell, .check = replay_option_check,
		.version = cli_origin()->version, .build = build, .command = cli_origin()->command,
		.machine = cli_origin()->machine, .date = cli_origin()->date,
	};
	const char *wrong = NULL;
	struct sweep sweep;
	int nr, i, status;

	build_id(build);
	sweep_init(&sweep, &caller);
	nr = cli_parse(command, argc, argv, &sweep, &status);
	for (i = 0; i < nr && !wrong; i++)
		wrong = sweep_add_trace(&sweep, argv[1 + i]);
	if (wrong)
		status = cli_error(command, CLI_USAGE, "%s", wrong);
	else if (nr >= 0)
		status = sweep_all(&sweep);
	sweep_free(&sweep);
	return status;
}

const struct cli_command cli_sweep = {
	.name = "sweep",
	.arguments = "TRACE...",
	.summary = "Replay traces in every combination of values, one table for all.",
	.example =
"  tmem sweep --buckets 64..65536 --threads 1,2,4 --memory 64M..1G -o out trace.tmt\n"
"      every design; a sweep that was stopped goes on with the same command\n"
"  tmem sweep --spec grids.txt --list\n"
"  tmem sweep --threads 1..8 --shard 2/4 -o out trace.tmt\n"
"      the second of four shares, for another machine\n"
"  tmem sweep --threads 1..8 --sbatch=4 -o /shared/out trace.tmt | sbatch",
	.options = options,
	.run = run_sweep,
};
