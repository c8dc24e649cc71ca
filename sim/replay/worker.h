/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * worker.h - one thread of a run
 */
#ifndef TMEM_SIM_WORKER_H
#define TMEM_SIM_WORKER_H

#include "clock.h"
#include "run.h"

#define SAMPLE_PAGES	64U
#define NOT_IN_A_CHUNK	(~0ULL)		/* as a position: waits for nobody's sake */

struct worker {
	struct run *run;
	u32 number;
	pthread_t thread;
	bool started;
	u32 done;
	u64 ops;			/* executed; READ_ONCE by others */
	u64 position;			/* in the replay, see keep_pace(); READ_ONCE
					 * by others */
	u64 end;			/* ticks */
	struct tally *clients;
	struct histogram *latency[NR_LATENCIES];
	u32 until_sample;		/* operations to the next measured one */
	struct interval *intervals;
	u32 nr_intervals;
	u32 room_intervals;
	u64 late;
	u64 late_max;			/* ns */
	u64 violations;
	char violation[256];
	u8 *page;			/* two pages to work with */
	u8 *other;
} __attribute__((aligned(64)));

int worker_init(struct worker *worker, struct run *run, u32 number);
void worker_exit(struct worker *worker);
void *worker_main(void *worker);

#endif /* TMEM_SIM_WORKER_H */
