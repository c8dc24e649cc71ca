// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * replay_config.c - the options of "tmem replay"
 */
#include "replay_config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_MEMORY	(64ULL << 20)
#define DEFAULT_BUCKETS	256U

static struct replay_config *to_config(void *config)
{
	return config;
}

/* Which of @names @value is, or -1. */
static int name_index(const char *value, const char *const *names,
		      unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (!strcmp(value, names[i]))
			return (int)i;
	return -1;
}

static const char *set_world(void *config, const char *value)
{
	u32 i;

	for (i = 0; worlds[i]; i++)
		if (!strcmp(value, worlds[i]->name)) {
			to_config(config)->world = worlds[i];
			return NULL;
		}
	return "no such world: threads or kernel";
}

static const char *set_design(void *config, const char *value)
{
	struct replay_config *c = to_config(config);
	const struct tmem_index_ops *design;
	char name[64];
	unsigned int i;
	size_t len;

	c->nr_designs = 0;
	if (!strcmp(value, "all")) {
		for (i = 0; (design = tmem_design_at(i)); i++)
			c->designs[c->nr_designs++] = design;
		return NULL;
	}
	for (;; value += len + 1) {
		len = strcspn(value, ",");
		if (len >= sizeof(name) || c->nr_designs == REPLAY_MAX_DESIGNS)
			return "not a list of designs";
		memcpy(name, value, len);
		name[len] = '\0';
		design = tmem_design_find(name);
		if (!design)
			return "no such design: hashbucket, hashbucket-fine, objlock, rcu or all";
		c->designs[c->nr_designs++] = design;
		if (!value[len])
			return NULL;
	}
}

static const char *set_buckets(void *config, const char *value)
{
	struct replay_config *c = to_config(config);
	const char *wrong = cli_number(value, 1, TMEM_MAX_BUCKETS,
				       &c->buckets);

	if (!wrong && c->buckets & (c->buckets - 1))
		wrong = "must be a power of two";
	return wrong;
}

static CLI_SET_NUMBER(set_threads, struct replay_config, threads, 1, REPLAY_MAX_THREADS)

/* SIZE[@TIME],SIZE@TIME,... */
static const char *set_memory(void *config, const char *value)
{
	struct replay_config *c = to_config(config);
	char copy[4096], *step, *at, *rest = copy;
	const char *wrong;
	uint64_t bytes;

	if (strlen(value) >= sizeof(copy))
		return "too long a schedule";
	strcpy(copy, value);
	c->nr_steps = 0;
	while ((step = strsep(&rest, ","))) {
		struct memory_step *s = &c->steps[c->nr_steps];

		if (c->nr_steps == REPLAY_MAX_STEPS)
			return "more than 256 steps";
		s->time = 0;
		at = strchr(step, '@');
		if (at) {
			*at = '\0';
			wrong = cli_time(at + 1, &s->time);
			if (wrong)
				return wrong;
		}
		wrong = cli_size(step, &bytes);
		if (wrong)
			return wrong;
		s->frames = bytes / PAGE_SIZE;
		if (!s->frames)
			return "less than one page frame (4 KiB)";
		if (!c->nr_steps && s->time)
			return "a schedule begins at 0: 4G@0,1G@60s";
		if (c->nr_steps && s->time <= s[-1].time)
			return "the times of a schedule must rise: 4G@0,1G@60s";
		c->nr_steps++;
	}
	return NULL;
}

static const char *set_store(void *config, const char *value)
{
	struct replay_config *c = to_config(config);

	c->store = tmem_store_find(value);
	return c->store ? NULL : "no such page store: none, raw or lz4";
}

static const char *set_order(void *config, const char *value)
{
	int i = name_index(value, order_names, NR_ORDERS);

	if (i < 0)
		return "no such order: handle, object, global, cpu or none";
	to_config(config)->order = (enum order)i;
	return NULL;
}

static const char *set_shared_order(void *config, const char *value)
{
	int i = name_index(value, shared_order_names, NR_SHARED_ORDERS);

	if (i < 0)
		return "no such order of shared pools: renew or second-chance";
	to_config(config)->shared_order = (enum shared_order)i;
	return NULL;
}

const char *replay_set_page_cache(void *config, const char *value)
{
	struct replay_config *c = to_config(config);
	const char *wrong = cli_size(value, &c->page_cache);

	if (!wrong && c->page_cache / PAGE_SIZE > PAGECACHE_MAX_PAGES)
		wrong = "a page cache is smaller than 2T";
	return wrong;
}

const char *replay_set_policy(void *config, const char *value)
{
	static const char *const names[] = { "lru", "active-inactive" };
	int i = name_index(value, names, PAGECACHE_NR_POLICIES);

	if (i < 0)
		return "no such policy: lru or active-inactive";
	to_config(config)->policy = (enum pagecache_policy)i;
	return NULL;
}

const char *replay_set_writes(void *config, const char *value)
{
	static const char *const names[] = { "read", "overwrite" };
	int i = name_index(value, names, PAGECACHE_NR_WRITES);

	if (i < 0)
		return "read or overwrite";
	to_config(config)->writes = (enum pagecache_writes)i;
	return NULL;
}

static const char *set_admission(void *config, const char *value)
{
	to_config(config)->admission_name = value;
	return admission_choose(value, &to_config(config)->admission);
}

static CLI_SET_FLAG(set_timed, struct replay_config, timed)

static const char *set_time_scale(void *config, const char *value)
{
	return cli_fraction(value, 1e-6, 1e6, &to_config(config)->time_scale);
}

static CLI_SET_FLAG(set_verify, struct replay_config, verify)
static CLI_SET_FLAG(set_stream, struct replay_config, stream)
CLI_SET_FLAG(replay_set_strict, struct replay_config, strict)

static const char *set_interval(void *config, const char *value)
{
	struct replay_config *c = to_config(config);
	uint64_t n;
	size_t len = strlen(value);
	char copy[sizeof(c->interval)];

	if (!len || len >= sizeof(copy))
		return "not an interval: a time (1s), or a number of events (100000e)";
	strcpy(c->interval, value);
	strcpy(copy, value);
	if (copy[len - 1] != 'e') {
		const char *wrong = cli_time(value, &n);

		return wrong ? wrong : n ? NULL : "must not be 0";
	}
	copy[len - 1] = '\0';
	return cli_number(copy, 1, UINT64_MAX / 2, &n);
}

static const char *set_miss_cost(void *config, const char *value)
{
	return cli_time(value, &to_config(config)->miss_cost);
}

static CLI_SET_NUMBER(set_repeat, struct replay_config, repeat, 1, 1000)
CLI_SET_NUMBER(replay_set_seed, struct replay_config, seed, 0, UINT64_MAX)

static const char *set_compress(void *config, const char *value)
{
	to_config(config)->made = true;
	return cli_number(value, 1, 100, &to_config(config)->compress);
}

static const char *set_same_filled(void *config, const char *value)
{
	to_config(config)->made = true;
	return cli_number(value, 0, 100, &to_config(config)->same_filled);
}

static CLI_SET_TEXT(set_content, struct replay_config, content)
static CLI_SET_NUMBER(set_latency_sample, struct replay_config, latency_sample, 0, 1000000)
CLI_SET_NUMBER(replay_set_max_events, struct replay_config, max_events, 1, UINT64_MAX)
CLI_SET_NUMBER(replay_set_object_pages, struct replay_config, object_pages, 1, UINT32_MAX)
CLI_SET_TEXT(replay_set_format, struct replay_config, format)
CLI_SET_TEXT(replay_set_json, struct replay_config, json)
CLI_SET_TEXT(replay_set_csv, struct replay_config, csv)
static CLI_SET_TEXT(set_hist, struct replay_config, hist)
static CLI_SET_TEXT(set_sizes, struct replay_config, sizes)

static const char *set_per(void *config, const char *value)
{
	static const char *const names[] = { "pool", "client" };
	int i = name_index(value, names, 2);

	if (i < 0)
		return "pool or client";
	to_config(config)->per = i ? PER_CLIENT : PER_POOL;
	return NULL;
}

const struct cli_option replay_options_table[] = {
	{ "world", "WORLD", "where tmem runs: threads (the default), in this program,\n"
	  "or kernel, in the module, by way of /dev/tmem", set_world },
	{ "design", "LIST", "hashbucket, hashbucket-fine, objlock, rcu, several with\n"
	  "commas, or all (the default), one after another", set_design },
	{ "buckets", "N", "hash buckets of a pool, a power of two (256)", set_buckets },
	{ "threads", "N", "1 to 64 (one per CPU)", set_threads },
	{ "memory", "SIZE[@TIME,..]", "tmem's budget (64M): 2G, 20000p in pages, or a\n"
	  "schedule by the trace's time: 4G@0,1G@60s", set_memory },
	{ "store", "STORE", "none (index only), raw or lz4 (the default)", set_store },
	{ "order", "ORDER", "what is kept of the trace's order: handle (default),\n"
	  "object, global (one after another), cpu, none", set_order },
	{ "shared-order", "HOW", "what a get does to the place of its page in a shared\n"
	  "pool: renew (the default) or second-chance", set_shared_order },
	PAGE_CACHE_OPTIONS
	{ "admission", "POLICY", "which puts of ephemeral pools are made: all (default),\n"
	  "workingset, ghost[:WINDOW] or random[:P]", set_admission },
	{ "timed", NULL, "at the recorded times; latency counts from the\n"
	  "intended start", set_timed },
	{ "time-scale", "X", "of --timed: 2 takes twice as long, 0.5 half (1)",
	  set_time_scale },
	{ "verify", NULL, "check every answer and every byte (slower)", set_verify },
	{ "interval", "T", "time series by the trace's time (1s) or events (100000e),\n"
	  "in --json and --csv", set_interval },
	{ "miss-cost", "TIME", "what a miss costs: shows the time that hits saved",
	  set_miss_cost },
	{ "repeat", "N", "runs of each design (1)", set_repeat },
	{ "seed", "N", "of the bytes of pages, and of --admission random (1)", replay_set_seed },
	{ "compress", "PERCENT", "what LZ4 leaves of a page (45)", set_compress },
	{ "same-filled", "PERCENT", "of pages are one word all over (0)", set_same_filled },
	{ "content", "FILE", "pages have the bytes of this file's whole pages; with\n"
	  "--verify the last 8 of each are a mark", set_content },
	{ "latency-sample", "N", "measure one operation in N (1); 0: none",
	  set_latency_sample },
	{ "per", "WHAT", "a line per pool or client", set_per },
	{ "json", "FILE", "results, - for standard output", replay_set_json },
	{ "csv", "FILE", "one line a run, or an interval with --interval",
	  replay_set_csv },
	{ "hist", "PREFIX", "latencies as PREFIX-DESIGN-OP.hgrm (HdrHistogram)", set_hist },
	{ "sizes", "FILE", "CSV: how many pages are stored in so many bytes", set_sizes },
	{ "stream", NULL, "read while replaying, in bounded memory; done by itself\n"
	  "for traces too large for this machine", set_stream },
	READING_OPTIONS
	{ }
};

const struct cli_option *replay_option(const char *name)
{
	const struct cli_option *option = replay_options_table;

	while (option->name && strcmp(option->name, name))
		option++;
	return option->name ? option : NULL;
}

void replay_config_init(struct replay_config *config)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	memset(config, 0, sizeof(*config));
	config->world = &world_threads;
	set_design(config, "all");
	config->store = tmem_store_find("lz4");
	config->buckets = DEFAULT_BUCKETS;
	config->threads = cpus < 1 ? 1 : cpus > REPLAY_MAX_THREADS ?
		REPLAY_MAX_THREADS : (u64)cpus;
	config->steps[0].frames = DEFAULT_MEMORY / PAGE_SIZE;
	config->nr_steps = 1;
	config->page_cache = DEFAULT_MEMORY;
	set_admission(config, "all");
	config->time_scale = 1.0;
	config->repeat = 1;
	config->seed = 1;
	config->compress = 45;
	config->latency_sample = 1;
}

const char *replay_option_check(const char *name, const char *value)
{
	struct replay_config scratch;

	replay_config_init(&scratch);
	return replay_option(name)->set(&scratch, value);
}

static bool same_file(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

int replay_usage(const struct cli_command *command, const char *wrong, int nr_traces)
{
	if (wrong)
		return cli_error(command, CLI_USAGE, "%s", wrong);
	if (!nr_traces)
		return cli_error(command, CLI_USAGE, "which trace? see tmem %s --help",
				 command->name);
	return CLI_FINE;
}

int replay_open_traces(const struct cli_command *command,
		       const struct replay_config *config, char *const *paths, u32 nr,
		       struct open_traces *traces)
{
	const struct open_options options = {
		.format = config->format,
		.object_pages = (u32)config->object_pages,
		.strict = config->strict,
		.max_events = config->max_events,
	};
	int status = open_traces(command, paths, nr, &options, traces);

	if (!status)
		traces->lossy = traces_lossy(command, traces, paths);
	return status;
}

int replay_close_traces(struct open_traces *traces, int status)
{
	close_traces(traces);
	return !status && traces->lossy ? CLI_TRACE : status;
}

const char *replay_config_check(const struct replay_config *config)
{
	if (same_file(config->json, config->csv))
		return "--json and --csv name the same file";
	if (same_file(config->sizes, config->json) ||
	    same_file(config->sizes, config->csv))
		return "--sizes names the same file as --json or --csv";
	if (config->sizes && config->store == tmem_store_find("none"))
		return "--sizes wants a store that keeps bytes, raw or lz4";
	if (config->time_scale != 1.0 && !config->timed)
		return "--time-scale goes with --timed";
	if (config->hist && !config->latency_sample)
		return "--hist wants latencies, and --latency-sample 0 turns them off";
	if (config->content && config->made)
		return "--compress and --same-filled describe bytes that are made, and --content takes them from a file";
	if (config->content && config->store == tmem_store_find("none"))
		return "--content wants a store that keeps bytes, raw or lz4";
	return NULL;
}
