/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay_config.h - what "tmem replay" was asked for, and what came of it
 */
#ifndef TMEM_CLI_REPLAY_CONFIG_H
#define TMEM_CLI_REPLAY_CONFIG_H

#include "../replay/clock.h"
#include "../replay/run.h"
#include "../replay/sizes.h"
#include "cli.h"
#include "open_trace.h"

#define REPLAY_MAX_DESIGNS	16U
#define REPLAY_MAX_STEPS	256U

enum replay_per {
	PER_NOTHING,
	PER_POOL,
	PER_CLIENT,
};

struct replay_config {
	const struct world *world;
	const struct tmem_index_ops *designs[REPLAY_MAX_DESIGNS];
	u32 nr_designs;
	const struct tmem_store_ops *store;
	uint64_t buckets;
	uint64_t threads;
	enum order order;
	enum shared_order shared_order;
	struct memory_step steps[REPLAY_MAX_STEPS];
	u32 nr_steps;
	uint64_t page_cache;		/* bytes */
	enum pagecache_policy policy;
	enum pagecache_writes writes;
	struct admission_choice admission;
	const char *admission_name;	/* as given, with its parameter */
	bool timed;
	double time_scale;
	bool verify;
	bool stream;
	bool strict;
	char interval[32];		/* as given: its unit decides */
	uint64_t miss_cost;		/* ns */
	uint64_t repeat;
	uint64_t seed;
	uint64_t compress;			/* percent */
	uint64_t same_filled;		/* percent */
	bool made;			/* one of these two was given */
	const char *content;		/* a file of pages, or NULL: bytes are made */
	uint64_t latency_sample;
	uint64_t max_events;
	uint64_t object_pages;
	const char *format;
	const char *json;
	const char *csv;
	const char *hist;
	const char *sizes;
	enum replay_per per;
};

struct replay_run {
	struct run_result result;
	struct pagecache_counters cache;
	u64 front_ns;			/* reading, page-cache model, dealing: ... */
	u64 front_cpu_ns;		/* ... this run's if streamed, else for all */
	u64 not_admitted;		/* puts that admission turned away */
	u32 repeat;			/* from 1 on */
};

struct replay_report {
	const struct replay_config *config;
	const struct open_traces *traces;
	const struct front *front;	/* names of pools and clients */
	const struct content_file *content;	/* NULL: bytes were made */
	bool references;
	bool streamed;
	uint64_t interval;			/* ns or events */
	bool interval_events;
	double front_seconds;		/* of the front end, before the first run */
	uint64_t events;
	uint64_t peak_rss;			/* bytes, of the process */
	struct replay_run *runs;
	u32 nr_runs;
};

/*
 * Options of every command that takes traces through the front end; their configuration
 * begins with a struct replay_config.
 */
#define PAGE_CACHE_OPTIONS						\
	{ "page-cache", "SIZE", "page references go through a page cache of this size\n" \
	  "per client first (64M)", replay_set_page_cache },		\
	{ "page-cache-policy", "P", "lru (default) or active-inactive",	\
	  replay_set_policy },						\
	{ "writes", "HOW", "a write that misses the page cache: read (a get, the\n" \
	  "default) or overwrite (a flush)", replay_set_writes },

#define READING_OPTIONS							\
	{ "max-events", "N", "stop after the first N", replay_set_max_events }, \
	{ "format", "NAME", "of traces that are not .tmt (recognised)",	\
	  replay_set_format },						\
	{ "object-pages", "N", "volumes are cut into objects of so many pages (16384)", \
	  replay_set_object_pages },					\
	{ "strict", NULL, "the first line or record that cannot be read is fatal", \
	  replay_set_strict },

const char *replay_set_page_cache(void *config, const char *value);
const char *replay_set_policy(void *config, const char *value);
const char *replay_set_writes(void *config, const char *value);
const char *replay_set_seed(void *config, const char *value);
const char *replay_set_max_events(void *config, const char *value);
const char *replay_set_format(void *config, const char *value);
const char *replay_set_object_pages(void *config, const char *value);
const char *replay_set_strict(void *config, const char *value);
const char *replay_set_json(void *config, const char *value);
const char *replay_set_csv(void *config, const char *value);

extern const struct cli_option replay_options_table[];	/* ends with a NULL name */

/* The option of that name, or NULL. */
const struct cli_option *replay_option(const char *name);

/* Whether tmem replay takes it: NULL, or what is wrong, a line until the next call. */
const char *replay_option_check(const char *name, const char *value);
void replay_config_init(struct replay_config *config);

/* What is @wrong with the options, or no trace named: 0, or a status after an error. */
int replay_usage(const struct cli_command *command, const char *wrong, int nr_traces);

/*
 * Traces, as the options about reading say, and said at once if they are not whole: 0, or
 * a status after an error was printed.
 */
int replay_open_traces(const struct cli_command *command,
		       const struct replay_config *config, char *const *paths, u32 nr,
		       struct open_traces *traces);

/* Close them; the status of a command that came to @status with them. */
int replay_close_traces(struct open_traces *traces, int status);

/* Combinations that make no sense: NULL, or what is wrong. */
const char *replay_config_check(const struct replay_config *config);

/*
 * What was asked for, against what there is (replay_check.c): 0, or a status after an
 * error was printed.  The world must be there; content_unload() is due for @content, which
 * holds nothing where no file was named.
 */
int replay_check_traces(const struct cli_command *command,
			const struct replay_config *config,
			struct trace_reader *const *traces, u32 nr);
int replay_check_world(const struct cli_command *command,
		       const struct replay_config *config);
int replay_load_content(const struct cli_command *command,
			const struct replay_config *config, struct content_file *content);

/* What --interval says, 0 for none: ns, or, with *@events, events. */
u64 replay_interval(const struct replay_config *config, bool *events);

void replay_print_table(const struct replay_report *report, FILE *f);

/* Each to a file ("-": standard output); 0 or a negative errno. */
int replay_write_json(const struct replay_report *report, const char *path);
int replay_write_csv(const struct replay_report *report, const char *path);
int replay_write_hist(const struct replay_report *report, const char *path);
int replay_write_sizes(const struct stored_sizes *sizes, const char *path);

/* What --sizes asks for; 0, or a negative error with its reason in @error. */
int replay_measure_sizes(const struct replay_report *report,
			 const struct content *content, struct stored_sizes *sizes,
			 struct trace_error *error);

/* The first line of a CSV, which says where it comes from: a comment. */
void replay_csv_origin(FILE *f);

/* What latencies were read from, and what reading it costs in ns. */
static inline const char *replay_clock(const struct replay_report *report,
				       u64 *read_ns)
{
	if (!report->nr_runs) {
		*read_ns = sim_clock.read_cost;
		return sim_clock.name;
	}
	*read_ns = report->runs[0].result.clock_read;
	return report->runs[0].result.clock;
}

/* For page references: those that neither page cache nor tmem had. */
static inline u64 replay_missed(const struct replay_run *run)
{
	return run->cache.references - run->cache.hits -
	       run->result.total.hits;
}

#endif /* TMEM_CLI_REPLAY_CONFIG_H */
