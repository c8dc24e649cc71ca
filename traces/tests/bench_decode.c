// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench_decode.c - how fast and how small: events a second and bytes an event
 *
 *	bench_decode FILE.tmt [ROUNDS [THREADS]]
 *
 * Decodes the whole trace ROUNDS times (10 unless told) on each of THREADS
 * threads (1), which deal the blocks among them, and prints the best, the median
 * and the worst round.  The first round, which reads the file into the page cache
 * and allocates, does not count.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "trace.h"

#define MAX_THREADS	256

struct worker {
	pthread_t thread;
	struct trace_reader *reader;
	uint64_t first;
	uint64_t step;
	struct trace_block block;	/* kept from round to round */
	uint64_t sum;
	int failed;
};

static struct worker workers[MAX_THREADS];

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

static void *work(void *arg)
{
	struct worker *w = arg;
	const struct trace_info *info = trace_reader_info(w->reader);
	struct trace_block *block = &w->block;
	struct trace_error err;

	for (uint64_t n = w->first; n < info->nr_blocks; n += w->step) {
		if (trace_read_block(w->reader, n, block, &err)) {
			fprintf(stderr, "%s\n", err.text);
			w->failed = 1;
			break;
		}
		w->sum += block->events[block->nr_events - 1].index;
	}
	return NULL;
}

static double round_seconds(struct trace_reader *reader, unsigned int threads)
{
	double start = now();

	for (unsigned int i = 0; i < threads; i++) {
		workers[i].reader = reader;
		workers[i].first = i;
		workers[i].step = threads;
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
			exit(1);
	}
	for (unsigned int i = 0; i < threads; i++) {
		pthread_join(workers[i].thread, NULL);
		if (workers[i].failed)
			exit(3);
	}
	return now() - start;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	unsigned int rounds = argc > 2 ? (unsigned int)atoi(argv[2]) : 10;
	unsigned int threads = argc > 3 ? (unsigned int)atoi(argv[3]) : 1;
	const struct trace_info *info;
	struct trace_reader *reader;
	struct trace_error err;
	struct rusage usage;
	struct stat st;
	double *seconds;

	if (argc < 2 || !rounds || !threads || threads > MAX_THREADS) {
		fprintf(stderr, "usage: bench_decode FILE.tmt [ROUNDS [THREADS]]\n");
		return 2;
	}
	reader = trace_open(argv[1], &err);
	if (!reader) {
		fprintf(stderr, "%s\n", err.text);
		return 3;
	}
	seconds = calloc(rounds, sizeof(*seconds));
	if (!seconds || stat(argv[1], &st))
		return 1;
	info = trace_reader_info(reader);
	round_seconds(reader, threads);
	for (unsigned int i = 0; i < rounds; i++)
		seconds[i] = round_seconds(reader, threads);
	qsort(seconds, rounds, sizeof(*seconds), compare);
	getrusage(RUSAGE_SELF, &usage);
	printf("%" PRIu64 " events, %.3f bytes/event, %u thread%s: %.1f M events/s (median %.1f, worst %.1f), peak memory %ld KiB\n",
	       info->nr_events, (double)st.st_size / (double)info->nr_events,
	       threads, threads > 1 ? "s" : "",
	       (double)info->nr_events / seconds[0] / 1e6,
	       (double)info->nr_events / seconds[rounds / 2] / 1e6,
	       (double)info->nr_events / seconds[rounds - 1] / 1e6,
	       usage.ru_maxrss);
	for (unsigned int i = 0; i < threads; i++)
		trace_block_free(&workers[i].block);
	free(seconds);
	trace_close(reader);
	return 0;
}
