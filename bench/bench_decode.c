// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench_decode.c - the trace decoder: an iteration is an event
 *
 * A thread decodes block after block and takes as many iterations at once as the
 * block has events; the last block is decoded in full though fewer may be left.
 * Threads begin at different blocks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "trace.h"

#include "bench.h"

static struct trace_reader *reader;
static const char *trace_path;

/* Thread 0; opened once, for all runs. */
static void open_trace(struct gbench_state *state)
{
	static struct trace_error err;

	if (!reader)
		reader = trace_open(trace_path, &err);
	if (!reader)
		gbench_skip(state, err.text);
	else if (!trace_reader_info(reader)->nr_blocks)
		gbench_skip(state, "the trace is empty");
}

static void decode(struct gbench_state *state, void *arg)
{
	uint64_t block_nr = (uint64_t)gbench_thread(state), sum = 0;
	const struct trace_info *info = NULL;
	struct trace_block block = { 0 };
	struct trace_error err;
	int64_t n;

	(void)arg;
	if (!gbench_thread(state))
		open_trace(state);
	/* the first turn, of one event, is the start of the clock for all threads */
	n = gbench_take(state, 1);
	while (n && reader) {
		info = trace_reader_info(reader);
		if (!info->nr_blocks)
			break;
		if (trace_read_block(reader, block_nr % info->nr_blocks, &block, &err)) {
			gbench_skip(state, err.text);
			break;
		}
		sum += block.events[block.nr_events - 1].index;
		block_nr += (uint64_t)gbench_nr_threads(state);
		n = gbench_take(state, block.nr_events);
	}
	gbench_keep(sum);
	trace_block_free(&block);
	if (!info)
		return;
	gbench_set_items(state, gbench_iterations(state));
}

void bench_decode_register(const struct bench_options *options)
{
	const char *base = options->trace;
	char name[160];
	const char *p;

	trace_path = options->trace;
	for (p = base; *p; p++)
		if (*p == '/')
			base = p + 1;
	snprintf(name, sizeof(name), "decode/%s", base);
	bench_all_threads(gbench_register(name, decode, NULL), options);
}
