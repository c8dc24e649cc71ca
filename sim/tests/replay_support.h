/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay_support.h - traces for tests, and a replay in one call
 */
#ifndef TMEM_REPLAY_SUPPORT_H
#define TMEM_REPLAY_SUPPORT_H

#include "../../traces/gen.h"
#include "../replay/run.h"

struct replay_case {
	struct front_config front;	/* traces and nr_traces are filled in */
	struct run_config run;
};

struct replay_outcome {
	struct run_result result;
	struct pagecache_counters cache;
	u64 not_admitted;
	struct trace_error error;
	int ret;
};

/* A case of one thread on a design: no latency, the index alone, order handle. */
struct replay_case replay_case_of(const char *design, u64 frames);

/* A name in a new folder; replay_forget() removes both.  One at a time. */
char *replay_new_name(void);
void replay_forget(char *name);

/*
 * A trace by hand, into a file without a name: begin, records, and end, which opens it.
 * What goes wrong fails the test.  One at a time.
 */
struct replay_by_hand {
	char *name;
	struct trace_writer *writer;
};

struct replay_by_hand replay_write_begin(const struct trace_info *info);
void replay_write(struct replay_by_hand *to, const struct trace_record *record);
struct trace_reader *replay_write_end(struct replay_by_hand *to);

/* Generate a trace likewise. */
struct trace_reader *replay_generate(const struct gen_config *config);

/* Import a file likewise; NULL where it cannot be read. */
struct trace_reader *replay_import(const char *path);

/* Import @name of a folder; without it the test that asks is skipped. */
struct trace_reader *replay_import_or_skip(const char *folder, const char *name);

/* Front end and run of a case; run_result_free() the outcome's result. */
void replay_once(const struct replay_case *c, struct trace_reader *reader,
		 struct replay_outcome *out);

/* Set-up and end of a group of tests; the latter fails where memory of the core is left. */
int replay_tests_begin(void **state);
int replay_tests_end(void **state);

/* Whether all that must be equal of two runs is; else prints what is not. */
bool replay_same(const struct replay_outcome *a, const struct replay_outcome *b);

#endif /* TMEM_REPLAY_SUPPORT_H */
