// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * replay_support.c - traces for tests, and a replay in one call
 */
#include "replay_support.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <port/threads.h>

#include "../../traces/import/import.h"

struct replay_case replay_case_of(const char *design, u64 frames)
{
	return (struct replay_case){
		.front = { .threads = 1, .order = ORDER_HANDLE },
		.run = {
			.world = &world_threads,
			.design = tmem_design_find(design),
			.store = tmem_store_find("none"),
			.buckets = 256,
			.frames = frames,
			.time_scale = 1.0,
			.content = content_model(7, 45, 5),
		},
	};
}

char *replay_new_name(void)
{
	static char name[64];

	strcpy(name, "/tmp/tmem-test-XXXXXX");
	if (!mkdtemp(name))
		abort();
	return strcat(name, "/t.tmt");
}

void replay_forget(char *name)
{
	unlink(name);
	*strrchr(name, '/') = '\0';
	rmdir(name);
}

struct replay_by_hand replay_write_begin(const struct trace_info *info)
{
	struct replay_by_hand to = { .name = replay_new_name() };
	struct trace_error err = { .code = 0 };

	to.writer = trace_create(to.name, info, &err);
	if (!to.writer)
		fail_msg("%s", err.text);
	return to;
}

void replay_write(struct replay_by_hand *to, const struct trace_record *record)
{
	struct trace_error err = { .code = 0 };

	if (trace_write(to->writer, record, &err))
		fail_msg("%s", err.text);
}

struct trace_reader *replay_write_end(struct replay_by_hand *to)
{
	struct trace_error err = { .code = 0 };
	struct trace_reader *reader = NULL;

	if (!trace_finish(to->writer, &err))
		reader = trace_open(to->name, &err);
	replay_forget(to->name);
	if (!reader)
		fail_msg("%s", err.text);
	return reader;
}

static int emit(void *to, const struct trace_record *record)
{
	replay_write(to, record);
	return 0;
}

struct trace_reader *replay_generate(const struct gen_config *config)
{
	struct replay_by_hand to;
	struct trace_info info;

	assert_int_equal(gen_info(config, &info), 0);
	to = replay_write_begin(&info);
	free(info.pools);
	assert_int_equal(gen_run(config, emit, &to), 0);
	return replay_write_end(&to);
}

struct trace_reader *replay_import(const char *path)
{
	struct trace_error err = { .code = 0 };
	struct trace_reader *reader = NULL;
	char *name = replay_new_name();
	struct import_config config = { .path = path, .output = name };

	if (!trace_import(&config, NULL, &err))
		reader = trace_open(name, &err);
	replay_forget(name);
	return reader;
}

struct trace_reader *replay_import_or_skip(const char *folder, const char *name)
{
	struct trace_reader *reader;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	reader = replay_import(path);
	if (!reader) {
		print_message("skipped: no %s in %s\n", name, folder);
		skip();
	}
	return reader;
}

static void *front_main(void *arg)
{
	struct front *front = arg;

	front_run(front);
	return NULL;
}

void replay_once(const struct replay_case *c, struct trace_reader *reader,
		 struct replay_outcome *out)
{
	struct front_config fc = c->front;
	bool streamed = fc.queue_limit;
	struct trace_reader *readers[] = { reader };
	struct front front;
	pthread_t thread;
	struct run run;

	memset(out, 0, sizeof(*out));
	fc.traces = readers;
	fc.nr_traces = 1;
	fc.verify = c->run.verify;
	out->ret = front_init(&front, &fc);
	if (!out->ret && !streamed)
		out->ret = front_run(&front);
	if (out->ret) {
		out->error = front.error;
		front_exit(&front);
		return;
	}
	out->ret = run_begin(&run, &c->run, &front, &out->error);
	if (!out->ret) {
		if (streamed && pthread_create(&thread, NULL, front_main,
					       &front))
			abort();
		out->ret = run_start(&run, &out->error);
		if (streamed)
			pthread_join(thread, NULL);
		if (!out->ret)
			out->ret = run_end(&run, &out->result, &out->error);
	}
	out->cache = front.cache;
	out->not_admitted = front.not_admitted;
	front_exit(&front);
}

bool replay_same(const struct replay_outcome *a, const struct replay_outcome *b)
{
	u32 i;
	bool same = true;

	for (i = 0; i < TMEM_NR_STATS; i++) {
		if (a->result.stats.v[i] == b->result.stats.v[i])
			continue;
		fprintf(stderr, "%s with %u threads, %s with %u: %s is %lld, and %lld\n",
			a->result.design, a->result.threads, b->result.design,
			b->result.threads, tmem_stat_desc[i].name,
			(long long)a->result.stats.v[i],
			(long long)b->result.stats.v[i]);
		same = false;
	}
	return same && !memcmp(&a->result.total, &b->result.total,
			       sizeof(struct tally));
}

int replay_tests_begin(void **state)
{
	(void)state;
	return tmem_init();
}

int replay_tests_end(void **state)
{
	(void)state;
	tmem_exit();
	tmem_port_quiesce();
	if (tmem_port_live())
		tmem_port_live_print(stderr);
	return tmem_port_live() != 0;
}
