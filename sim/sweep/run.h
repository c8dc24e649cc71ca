/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run.h - running a sweep: what is missing, one run after another
 */
#ifndef TMEM_SIM_SWEEP_RUN_H
#define TMEM_SIM_SWEEP_RUN_H

#include "results.h"
#include "sweep.h"

struct sweep_tally {
	uint64_t asked;		/* runs of this grid, or shard */
	uint64_t there;		/* whose rows were there already */
	uint64_t ok;		/* run now */
	uint64_t failed;
	bool incoherent;	/* one of them broke a coherency rule */
};

/*
 * What is to be run, by the rows that are in the folder, if there is one.  Where something
 * is and rows are of another build of tmem, that is an error, if it was not allowed: what
 * is measured would no longer be one thing.
 */
int sweep_look(const struct sweep *sweep, bool *remains);

/*
 * Run what has no row yet that is ok.  0, or after it was told the error that ended the
 * sweep; runs that fail do not.
 */
int sweep_run(struct sweep *sweep, struct sweep_tally *tally);

/* The fastest point of each design, on standard output, and where results are. */
void sweep_summary(const struct sweep *sweep, const struct results *results,
		   const struct sweep_tally *tally);

/* Whether each run of the grid, of all shards, has a row. */
bool sweep_is_complete(const struct sweep *sweep, const struct results *results);

/*
 * DIR/curves.csv, by "tmem mrc"; where that refuses, a remark.
 */
int sweep_curves(const struct sweep *sweep, const struct results *results);

/* A Slurm job array on standard output. */
int sweep_print_sbatch(const struct sweep *sweep);

#endif /* TMEM_SIM_SWEEP_RUN_H */
