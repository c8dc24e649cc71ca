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

static const char *set_threads(void *config, const char *value)
{
	return cli_number(value, 1, REPLAY_MAX_THREADS,
			  &to_config(config)->threads);
}

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

static const char *set_page_cache(void *config, const char *value)
{
	struct replay_config *c = to_config(config);
	const char *wrong = cli_size(value, &c->page_cache);

	if (!wrong && c->page_cache / PAGE_SIZE > PAGECACHE_MAX_PAGES)
		wrong = "a page cache holds at most 2T";
	return wrong;
}

static const char *set_policy(void *config, const char *value)
{
	static const char *const names[] = { "lru", "active-inactive" };
	int i = name_index(value, names, PAGECACHE_NR_POLICIES);

	if (i < 0)
		return "no such policy: lru or active-inactive";
	to_config(config)->policy = (enum pagecache_policy)i;
	return NULL;
}

static const char *set_writes(void *config, const char *value)
{
	static const char *const names[] = { "read", "overwrite" };
	int i = name_index(value, names, PAGECACHE_NR_WRITES);

	if (i < 0)
		return "read or overwrite";
	to_config(config)->writes = (enum pagecache_writes)i;
	return NULL;
}

static const char *set_timed(void *config, const char *value)
{
	(void)value;
	to_config(config)->timed = true;
	return NULL;
}

static const char *set_time_scale(void *config, const char *value)
{
	return cli_fraction(value, 1e-6, 1e6, &to_config(config)->time_scale);
}

static const char *set_verify(void *config, const char *value)
{
	(void)value;
	to_config(config)->verify = true;
	return NULL;
}

static const char *set_stream(void *config, const char *value)
{
	(void)value;
	to_config(config)->stream = true;
	return NULL;
}

static const char *set_strict(void *config, const char *value)
{
	(void)value;
	to_config(config)->strict = true;
	return NULL;
}

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

static const char *set_repeat(void *config, const char *value)
{
	return cli_number(value, 1, 1000, &to_config(config)->repeat);
}

static const char *set_seed(void *config, const char *value)
{
	return cli_number(value, 0, UINT64_MAX, &to_config(config)->seed);
}

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

static const char *set_content(void *config, const char *value)
{
	to_config(config)->content = value;
	return NULL;
}

static const char *set_latency_sample(void *config, const char *value)
{
	return cli_number(value, 0, 1000000,
			  &to_config(config)->latency_sample);
}

static const char *set_max_events(void *config, const char *value)
{
	return cli_number(value, 1, UINT64_MAX, &to_config(config)->max_events);
}

static const char *set_object_pages(void *config, const char *value)
{
	return cli_number(value, 1, UINT32_MAX,
			  &to_config(config)->object_pages);
}

static const char *set_format(void *config, const char *value)
{
	to_config(config)->format = value;
	return NULL;
}

static const char *set_json(void *config, const char *value)
{
	to_config(config)->json = value;
	return NULL;
}

static const char *set_csv(void *config, const char *value)
{
	to_config(config)->csv = value;
	return NULL;
}

static const char *set_hist(void *config, const char *value)
{
	to_config(config)->hist = value;
	return NULL;
}

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
	{ "page-cache", "SIZE", "page references go through a page cache of this size\n"
	  "per client first (64M)", set_page_cache },
	{ "page-cache-policy", "P", "lru (default) or active-inactive", set_policy },
	{ "writes", "HOW", "a write that misses the page cache: read (a get, the\n"
	  "default) or overwrite (a flush)", set_writes },
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
	{ "seed", "N", "of the bytes of pages (1)", set_seed },
	{ "compress", "PERCENT", "what LZ4 leaves of a page (45)", set_compress },
	{ "same-filled", "PERCENT", "of pages are one word all over (0)", set_same_filled },
	{ "content", "FILE", "pages have the bytes of this file's whole pages; with\n"
	  "--verify the last 8 of each are a mark", set_content },
	{ "latency-sample", "N", "measure one operation in N (1); 0: none",
	  set_latency_sample },
	{ "per", "WHAT", "a line per pool or client", set_per },
	{ "json", "FILE", "results, - for standard output", set_json },
	{ "csv", "FILE", "one line a run, or an interval with --interval", set_csv },
	{ "hist", "PREFIX", "latencies as PREFIX-DESIGN-OP.hgrm (HdrHistogram)", set_hist },
	{ "max-events", "N", "stop after the first N", set_max_events },
	{ "stream", NULL, "read while replaying, in bounded memory; done by itself\n"
	  "for traces too large for this machine", set_stream },
	{ "format", "NAME", "of traces that are not .tmt (recognised)", set_format },
	{ "object-pages", "N", "volumes are cut into objects of so many pages (16384)",
	  set_object_pages },
	{ "strict", NULL, "the first line or record that cannot be read is fatal",
	  set_strict },
	{ }
};

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
	config->time_scale = 1.0;
	config->repeat = 1;
	config->seed = 1;
	config->compress = 45;
	config->latency_sample = 1;
}

const char *replay_config_check(const struct replay_config *config)
{
	if (config->json && config->csv && !strcmp(config->json, config->csv))
		return "--json and --csv name the same file";
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
