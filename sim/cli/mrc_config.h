/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mrc_config.h - what "tmem mrc" was asked for, and what came of it
 */
#ifndef TMEM_CLI_MRC_CONFIG_H
#define TMEM_CLI_MRC_CONFIG_H

#include "../curve/pass.h"
#include "replay_config.h"

#define MRC_MAX_CURVES	16U

struct mrc_policy {
	char name[64];			/* as given, with its parameter */
	struct admission_choice choice;
	char bytes_name[64 + sizeof("-bytes")];	/* of its curve in bytes */
};

struct mrc_config {
	struct replay_config replay;	/* first: options that both have */
	struct mrc_policy policies[MRC_MAX_CURVES];	/* of admission */
	u32 nr_policies;
	uint64_t *sizes;		/* pages, rising; NULL: chosen by the curve */
	u32 nr_sizes;
	uint64_t sample;		/* one page in so many; 1: all */
	bool optimum;
	bool bytes;			/* a curve in bytes for each policy, too */
};

struct mrc_curve {
	const char *name;		/* of the admission policy, with "-bytes" behind
					 * it where in bytes, or "optimum" */
	bool sampled;			/* low and high are a band */
	bool bytes;			/* of compressed pages */
	u64 not_admitted;		/* puts that the policy turned away */
	struct pass_point *points;
	u32 nr_points;
};

struct mrc_report {
	const struct mrc_config *config;
	const struct open_traces *traces;
	struct mrc_curve curves[2 * MRC_MAX_CURVES + 1];
	u32 nr_curves;
	bool chosen;			/* sizes were not asked for */
	u64 gets, puts, flushes;	/* of the pools that have a curve; puts and */
	u64 left_persistent;		/* flushes of the first policy */
	u64 left_shared;
	u64 sampled;			/* gets of all samples, where asked for */
	struct pagecache_counters cache;
	bool references;
	bool interrupted;
	u64 events;
	u64 enough;			/* pages: more would not hit more */
	u64 front_ns;			/* of all passes */
	u64 front_cpu_ns;
	u64 curve_cpu_ns;		/* the curves themselves, ... */
	u64 optimum_cpu_ns;		/* ... and of these the optimum's points */
	u64 peak_rss;			/* bytes, of the process */
};

extern const struct cli_option mrc_options_table[];	/* ends with a NULL name */
void mrc_config_init(struct mrc_config *config);
void mrc_config_exit(struct mrc_config *config);

/* Combinations that make no sense: NULL, or what is wrong. */
const char *mrc_config_check(const struct mrc_config *config);

void mrc_print_table(const struct mrc_report *report, FILE *f);

/* Each to a file ("-": standard output); 0 or a negative errno. */
int mrc_write_json(const struct mrc_report *report, const char *path);
int mrc_write_csv(const struct mrc_report *report, const char *path);

#endif /* TMEM_CLI_MRC_CONFIG_H */
