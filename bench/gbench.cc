// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gbench.cc - the C++ side of gbench.h
 *
 * The loop.  State::KeepRunningBatch(all) is called twice: once to start the
 * clock, when it says yes for the whole run, and once to stop it.  In between
 * the count is ours, in gbench_state.left or in a register of the caller.
 *
 *	FRESH --begin--> RUNNING --end--> DONE
 *	   \                |
 *	    `----skip-------'--> SKIPPED
 *
 * Whoever returns in another phase than the last two has misused the loop, which
 * Google Benchmark would answer by aborting everything.
 */
#include <sched.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "gbench.h"

namespace {

enum { FRESH, RUNNING, DONE, SKIPPED };

std::atomic<unsigned long> nr_skipped;
std::vector<int> pin_cpus;	/* empty: threads are not pinned */

benchmark::State *impl(const struct gbench_state *state)
{
	return static_cast<benchmark::State *>(state->impl);
}

benchmark::internal::Benchmark *impl(struct gbench *b)
{
	return reinterpret_cast<benchmark::internal::Benchmark *>(b);
}

[[noreturn]] void misuse(const char *what)
{
	fprintf(stderr, "gbench: %s\n", what);
	exit(2);
}

void pin(int thread)
{
	cpu_set_t set;

	if (pin_cpus.empty())
		return;
	CPU_ZERO(&set);
	CPU_SET(pin_cpus[thread % pin_cpus.size()], &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		perror("gbench: a thread could not be pinned; sched_setaffinity");
}

void run(benchmark::State &st, gbench_fn *fn, void *arg)
{
	struct gbench_state state = {};

	pin(st.thread_index());
	state.impl = &st;
	fn(&state, arg);
	if (state.phase == FRESH)
		gbench_skip(&state, "the benchmark returned without running its loop");
	else if (state.phase == RUNNING)
		gbench_skip(&state, "the benchmark left its loop before the end");
}

} /* namespace */

/* ---- registration ---- */

struct gbench *gbench_register(const char *name, gbench_fn *fn, void *arg)
{
	benchmark::internal::Benchmark *b;

	if (!name || !fn)
		misuse("gbench_register() wants a name and a function");
	b = benchmark::RegisterBenchmark(name, [fn, arg](benchmark::State &st) {
		run(st, fn, arg);
	});
	return reinterpret_cast<struct gbench *>(b);
}

void gbench_arg_names(struct gbench *b, const char *const *names, size_t n)
{
	impl(b)->ArgNames(std::vector<std::string>(names, names + n));
}

void gbench_args(struct gbench *b, const int64_t *args, size_t n)
{
	impl(b)->Args(std::vector<int64_t>(args, args + n));
}

void gbench_range(struct gbench *b, int64_t lo, int64_t hi)
{
	if (lo < 0 || hi < lo)
		misuse("gbench_range() wants 0 <= lo <= hi");
	impl(b)->Range(lo, hi);
}

void gbench_range_multiplier(struct gbench *b, int multiplier)
{
	if (multiplier < 2)
		misuse("gbench_range_multiplier() wants at least 2");
	impl(b)->RangeMultiplier(multiplier);
}

void gbench_dense_range(struct gbench *b, int64_t lo, int64_t hi, int step)
{
	if (hi < lo || step < 1)
		misuse("gbench_dense_range() wants lo <= hi and a step above 0");
	impl(b)->DenseRange(lo, hi, step);
}

void gbench_threads(struct gbench *b, int threads)
{
	if (threads < 1)
		misuse("gbench_threads() wants at least 1");
	impl(b)->Threads(threads);
}

void gbench_thread_range(struct gbench *b, int lo, int hi)
{
	if (lo < 1 || hi < lo)
		misuse("gbench_thread_range() wants 1 <= lo <= hi");
	impl(b)->ThreadRange(lo, hi);
}

void gbench_use_real_time(struct gbench *b)
{
	impl(b)->UseRealTime();
}

void gbench_use_manual_time(struct gbench *b)
{
	impl(b)->UseManualTime();
}

void gbench_fix_iterations(struct gbench *b, int64_t iterations)
{
	if (iterations < 1)
		misuse("gbench_fix_iterations() wants at least 1");
	impl(b)->Iterations(iterations);
}

void gbench_min_time(struct gbench *b, double seconds)
{
	if (!(seconds > 0))
		misuse("gbench_min_time() wants more than 0 seconds");
	impl(b)->MinTime(seconds);
}

void gbench_set_unit(struct gbench *b, enum gbench_unit unit)
{
	static const benchmark::TimeUnit units[] = {
		benchmark::kNanosecond, benchmark::kMicrosecond,
		benchmark::kMillisecond, benchmark::kSecond,
	};

	impl(b)->Unit(units[unit]);
}

/* ---- in a benchmark ---- */

int64_t gbench_arg(const struct gbench_state *state, size_t i)
{
	return impl(state)->range(i);
}

int gbench_nr_threads(const struct gbench_state *state)
{
	return impl(state)->threads();
}

int gbench_thread(const struct gbench_state *state)
{
	return impl(state)->thread_index();
}

int64_t gbench_begin(struct gbench_state *state)
{
	benchmark::State *st = impl(state);

	if (state->phase != FRESH)
		return 0;
	if (!st->KeepRunningBatch(st->max_iterations)) {
		state->phase = SKIPPED;
		return 0;
	}
	state->phase = RUNNING;
	state->total = st->max_iterations;
	state->left = state->total;
	return state->total;
}

bool gbench_end(struct gbench_state *state)
{
	benchmark::State *st = impl(state);

	state->left = 0;
	if (state->phase != RUNNING)
		return false;
	state->phase = DONE;
	while (st->KeepRunningBatch(st->max_iterations))
		;
	return false;
}

void gbench_pause(struct gbench_state *state)
{
	impl(state)->PauseTiming();
}

void gbench_resume(struct gbench_state *state)
{
	impl(state)->ResumeTiming();
}

void gbench_set_time(struct gbench_state *state, double seconds)
{
	impl(state)->SetIterationTime(seconds);
}

void gbench_skip(struct gbench_state *state, const char *why)
{
	if (state->phase == SKIPPED)
		return;
	state->phase = SKIPPED;
	state->left = 0;
	nr_skipped++;
	impl(state)->SkipWithError(why);
}

bool gbench_skipped(const struct gbench_state *state)
{
	return state->phase == SKIPPED;
}

/* ---- results ---- */

void gbench_counter(struct gbench_state *state, const char *name, double value,
		    unsigned int flags)
{
	unsigned int f = benchmark::Counter::kDefaults;

	if (flags & GBENCH_PER_SECOND)
		f |= benchmark::Counter::kIsRate;
	if (flags & GBENCH_AVG_THREADS)
		f |= benchmark::Counter::kAvgThreads;
	if (flags & GBENCH_PER_ITERATION)
		f |= benchmark::Counter::kAvgIterations;
	if (flags & GBENCH_INVERTED)
		f |= benchmark::Counter::kInvert;
	impl(state)->counters[name] = benchmark::Counter(
		value, static_cast<benchmark::Counter::Flags>(f));
}

void gbench_set_bytes(struct gbench_state *state, int64_t bytes)
{
	impl(state)->SetBytesProcessed(bytes);
}

void gbench_set_items(struct gbench_state *state, int64_t items)
{
	impl(state)->SetItemsProcessed(items);
}

void gbench_set_label(struct gbench_state *state, const char *label)
{
	impl(state)->SetLabel(label);
}

/* ---- running ---- */

void gbench_context(const char *key, const char *value)
{
	benchmark::AddCustomContext(key, value);
}

void gbench_pin_threads(void)
{
	cpu_set_t set;

	pin_cpus.clear();
	if (sched_getaffinity(0, sizeof(set), &set)) {
		perror("gbench: threads will not be pinned; sched_getaffinity");
		return;
	}
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &set))
			pin_cpus.push_back(cpu);
}

/* Threads are pinned to all CPUs that the process had at first. */
void gbench_unpin(void)
{
	cpu_set_t set;

	if (pin_cpus.empty())
		return;
	CPU_ZERO(&set);
	for (int cpu : pin_cpus)
		CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		perror("gbench: a thread could not be unpinned; sched_setaffinity");
}

int gbench_main(int *argc, char **argv)
{
	size_t ran;

	benchmark::Initialize(argc, argv);
	if (benchmark::ReportUnrecognizedArguments(*argc, argv))
		return 2;
	ran = benchmark::RunSpecifiedBenchmarks();
	benchmark::Shutdown();
	if (!ran) {
		fprintf(stderr, "gbench: no benchmark matches --benchmark_filter; "
			"--benchmark_list_tests shows their names\n");
		return 2;
	}
	return nr_skipped ? 1 : 0;
}
