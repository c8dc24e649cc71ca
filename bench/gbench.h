/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gbench.h - benchmarks written in C, run by Google Benchmark
 *
 * A thin C interface: registration, the timed loop, counters, and main().  What
 * Google Benchmark does (choice of the number of iterations, repetitions,
 * statistics, output as JSON and CSV, every --benchmark_* flag) it goes on doing.
 * Only gbench.cc is C++; the loop is inline C, a decrement and a branch.
 *
 *	static void copy(struct gbench_state *state, void *arg)
 *	{
 *		size_t n = gbench_arg(state, 0);
 *
 *		GBENCH_LOOP(state)
 *			memcpy(to, from, n);
 *		gbench_set_bytes(state, n * gbench_iterations(state));
 *	}
 *
 *	int main(int argc, char **argv)
 *	{
 *		struct gbench *b = gbench_register("copy", copy, NULL);
 *
 *		gbench_range(b, 64, 4096);
 *		return gbench_main(&argc, argv);
 *	}
 *
 * Life of a run.  The function is called once for each run, on each of its
 * threads; Google Benchmark makes several runs of rising length before the one
 * that counts.  It must enter its loop once and leave it at the end, unless
 * gbench_skip() was called.  All threads enter the loop together, so what thread
 * 0 does before it is seen by every thread in the loop; and they leave it
 * together, so thread 0 may take it down after the loop.
 *
 * Nothing here fails: a misuse of the registration is told and ends the program
 * with status 2, a misuse of the loop is reported as an error of its benchmark.
 */
#ifndef GBENCH_H
#define GBENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct gbench;			/* a registered benchmark */

/* Of one thread in one run.  Fields are private to the functions below. */
struct gbench_state {
	int64_t left;		/* iterations that nobody has taken yet */
	int64_t total;		/* iterations of this run */
	void *impl;
	int phase;
};

typedef void gbench_fn(struct gbench_state *state, void *arg);

/* ---- registration ---- */

/*
 * gbench_register - a benchmark by that name, with whatever @arg the function
 * wants; its arguments and threads are added to it.  @name is copied.
 */
struct gbench *gbench_register(const char *name, gbench_fn *fn, void *arg);

/* Names of the arguments in the output, @n of them. */
void gbench_arg_names(struct gbench *b, const char *const *names, size_t n);
/* One more instance, with these @n arguments. */
void gbench_args(struct gbench *b, const int64_t *args, size_t n);
/* One instance for each value: lo, powers of the multiplier (8), hi. */
void gbench_range(struct gbench *b, int64_t lo, int64_t hi);
void gbench_range_multiplier(struct gbench *b, int multiplier);
/* lo, lo + step, ... up to hi */
void gbench_dense_range(struct gbench *b, int64_t lo, int64_t hi, int step);
/* One more instance with this many threads. */
void gbench_threads(struct gbench *b, int threads);
/* 1, 2, 4 ... threads, and hi */
void gbench_thread_range(struct gbench *b, int lo, int hi);
/* Wall clock, not the threads' CPU time; what more than one thread wants. */
void gbench_use_real_time(struct gbench *b);
/* What gbench_set_time() says, of each iteration. */
void gbench_use_manual_time(struct gbench *b);
/* Exactly this many iterations a run, instead of enough for the time. */
void gbench_fix_iterations(struct gbench *b, int64_t iterations);
void gbench_min_time(struct gbench *b, double seconds);

enum gbench_unit { GBENCH_NS, GBENCH_US, GBENCH_MS, GBENCH_S };

void gbench_set_unit(struct gbench *b, enum gbench_unit unit);

/* ---- in a benchmark ---- */

int64_t gbench_arg(const struct gbench_state *state, size_t i);
int gbench_nr_threads(const struct gbench_state *state);
int gbench_thread(const struct gbench_state *state);	/* 0 .. threads - 1 */

/* Iterations of this thread, once it has left the loop. */
static inline int64_t gbench_iterations(const struct gbench_state *state)
{
	return state->total;
}

/* Of GBENCH_LOOP and gbench_take(); not to be called by name. */
int64_t gbench_begin(struct gbench_state *state);
bool gbench_end(struct gbench_state *state);

/*
 * GBENCH_LOOP - the timed loop, one iteration a turn, its counter in a register
 *
 * gbench_skip() and break to leave it early; any other way out is an error.
 */
#define GBENCH_LOOP(state)						\
	for (int64_t gbench_left_ = gbench_begin(state);		\
	     __builtin_expect(gbench_left_ > 0, 1) || gbench_end(state);	\
	     gbench_left_--)

/*
 * gbench_take - take up to @most iterations to do in one go, 0 at the end
 *
 *	while ((n = gbench_take(state, 64)))
 *		... n iterations ...
 */
static inline int64_t gbench_take(struct gbench_state *state, int64_t most)
{
	int64_t n = state->left;

	if (__builtin_expect(n <= 0, 0)) {
		n = gbench_begin(state);
		if (n <= 0) {
			gbench_end(state);
			return 0;
		}
	}
	if (n > most)
		n = most;
	state->left -= n;
	return n;
}

/* Stop this thread's clock in the loop, and start it again: not for free. */
void gbench_pause(struct gbench_state *state);
void gbench_resume(struct gbench_state *state);

/* With gbench_use_manual_time(): what the iteration that ends here took. */
void gbench_set_time(struct gbench_state *state, double seconds);

/* Report the benchmark as failed; leave the function afterwards. */
void gbench_skip(struct gbench_state *state, const char *why);
bool gbench_skipped(const struct gbench_state *state);

/* ---- results, after the loop ---- */

/* How a counter is shown; or-ed together.  Threads add up unless averaged. */
enum gbench_counter_flags {
	GBENCH_PLAIN = 0,
	GBENCH_PER_SECOND = 1 << 0,
	GBENCH_AVG_THREADS = 1 << 1,	/* divided by the number of threads */
	GBENCH_PER_ITERATION = 1 << 2,
	GBENCH_INVERTED = 1 << 3,	/* 1 / value: seconds each, not each second */
};

void gbench_counter(struct gbench_state *state, const char *name, double value,
		    unsigned int flags);
void gbench_set_bytes(struct gbench_state *state, int64_t bytes);
void gbench_set_items(struct gbench_state *state, int64_t items);
void gbench_set_label(struct gbench_state *state, const char *label);

/* The compiler has to have this value, and memory as it is, at this place. */
#define gbench_keep(value) __asm__ __volatile__("" : : "g"(value) : "memory")

/* ---- running ---- */

/* A line of the context that is written with the results. */
void gbench_context(const char *key, const char *value);

/*
 * gbench_pin_threads - thread i of each benchmark runs on the i-th CPU that the
 * process may use (modulo their number).  Before gbench_main().
 */
void gbench_pin_threads(void);

/* This thread, and those that it makes, run on any of these CPUs until its run ends. */
void gbench_unpin(void);

/*
 * gbench_main - parse --benchmark_*, run what is registered and wanted
 *
 * Return: an exit status: 0; 1: a benchmark was skipped with an error; 2: wrong
 * use, or --benchmark_filter matches nothing.
 */
int gbench_main(int *argc, char **argv);

#ifdef __cplusplus
}
#endif

#endif /* GBENCH_H */
