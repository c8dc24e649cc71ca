/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay_config.h - what "tmem replay" was asked for, and what came of it
 */
#ifndef TMEM_CLI_REPLAY_CONFIG_H
#define TMEM_CLI_REPLAY_CONFIG_H

#include "../replay/clock.h"
#include "../replay/run.h"
#include "cli.h"

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
	struct memory_step steps[REPLAY_MAX_STEPS];
	u32 nr_steps;
	uint64_t page_cache;		/* bytes */
	enum pagecache_policy policy;
	enum pagecache_writes writes;
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
	enum replay_per per;
};

struct replay_run {
	struct run_result result;
	struct pagecache_counters cache;
	u64 front_ns;			/* reading, page-cache model, dealing: ... */
	u64 front_cpu_ns;		/* ... this run's if streamed, else for all */
	u32 repeat;			/* from 1 on */
};

struct replay_report {
	const struct replay_config *config;
	struct trace_reader *const *traces;
	char *const *paths;
	u32 nr_traces;
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

extern const struct cli_option replay_options_table[];	/* ends with a NULL name */
void replay_config_init(struct replay_config *config);

/* Combinations that make no sense: NULL, or what is wrong. */
const char *replay_config_check(const struct replay_config *config);

void replay_print_table(const struct replay_report *report, FILE *f);

/* Each to a file ("-": standard output); 0 or a negative errno. */
int replay_write_json(const struct replay_report *report, const char *path);
int replay_write_csv(const struct replay_report *report, const char *path);
int replay_write_hist(const struct replay_report *report, const char *path);

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
