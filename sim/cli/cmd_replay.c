// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_replay.c - "tmem replay": traces through designs, and what came of it
 *
 * Small traces are read, modelled and dealt once, before any clock starts, and then
 * executed by one design after another.  Traces that would take more than a quarter
 * of the machine's memory that way are streamed: a thread of its own reads them
 * again for each run, through bounded queues.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../replay/clock.h"
#include "output.h"
#include "replay_config.h"

#define STREAM_CHUNKS	64U	/* bound of a thread's queue */

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

struct session {
	struct replay_config config;
	struct open_traces traces;
	struct front_config front_config;
	struct front front;
	struct content_file content;
	struct replay_report report;
	struct trace_error error;
	pthread_t front_thread;
	int front_result;
	bool front_ended;
};

static int session_error(const struct session *s)
{
	return cli_error(&cli_replay, cli_trace_status(s->error.code), "%s",
			 s->error.text);
}

/* ---- the front end ---- */

static bool too_large(const struct session *s)
{
	u64 memory = (u64)sysconf(_SC_PHYS_PAGES) * (u64)sysconf(_SC_PAGESIZE);
	u64 ops = 0;
	u32 t;

	for (t = 0; t < s->traces.nr; t++) {
		const struct trace_info *info =
			trace_reader_info(s->traces.readers[t]);

		ops += 2 * info->nr_pages + info->nr_events;
	}
	if (s->config.max_events && ops > 64 * s->config.max_events)
		ops = 64 * s->config.max_events;
	return ops * (sizeof(struct op) + (s->front_config.tag ? sizeof(u64) : 0)) >
	       memory / 4;
}

static void *front_thread(void *arg)
{
	struct session *s = arg;

	s->front_result = front_run(&s->front);
	__atomic_store_n(&s->front_ended, true, __ATOMIC_RELEASE);
	return NULL;
}

/* Read and deal everything before the first run. */
static int front_ahead(struct session *s)
{
	struct cli_progress progress;

	cli_progress_begin(&progress, "reading events", s->front.nr_events);
	s->front_ended = false;
	if (pthread_create(&s->front_thread, NULL, front_thread, s)) {
		s->error.code = -EAGAIN;
		strcpy(s->error.text, "cannot start a thread");
		return -EAGAIN;
	}
	while (!__atomic_load_n(&s->front_ended, __ATOMIC_ACQUIRE)) {
		cli_progress_show(&progress, READ_ONCE(s->front.events));
		if (interrupted)
			WRITE_ONCE(s->front.stop, true);
		usleep(2000);
	}
	pthread_join(s->front_thread, NULL);
	cli_progress_end(&progress);
	s->report.front_seconds = (double)s->front.ns * 1e-9;
	if (s->front_result)
		s->error = s->front.error;
	return s->front_result;
}

/* A new front end, in the place of the last run's if there was one. */
static int front_start(struct session *s)
{
	int ret;

	if (s->report.front)
		front_exit(&s->front);
	s->report.front = &s->front;
	ret = front_init(&s->front, &s->front_config);

	if (ret)
		s->error = s->front.error;
	return ret;
}

/* ---- one run ---- */

static void watch(struct session *s, struct run *run,
		  const struct tmem_index_ops *design)
{
	u64 total = s->report.streamed ? s->front.nr_events :
		s->front.deal.nr_ops;
	struct cli_progress progress;
	u32 t, running;

	cli_progress_begin(&progress, tmem_design_name(design), total);
	do {
		cli_progress_show(&progress, s->report.streamed ?
				  READ_ONCE(s->front.events) :
				  run_progress(run));
		if (interrupted) {
			WRITE_ONCE(run->stop, true);
			WRITE_ONCE(s->front.stop, true);
			run_wake(run);
		}
		usleep(1000);
		running = 0;
		for (t = 0; t < s->front.deal.threads; t++)
			running += !run_worker_done(run, t);
	} while (running);
	cli_progress_end(&progress);
}

static struct content page_content(const struct session *s)
{
	const struct replay_config *c = &s->config;

	if (c->content)
		return content_of_file(c->seed, &s->content);
	return content_model(c->seed, (unsigned int)c->compress,
			     (unsigned int)c->same_filled);
}

static int one_run(struct session *s, const struct tmem_index_ops *design,
		   u32 repeat)
{
	const struct replay_config *c = &s->config;
	struct replay_run *out = &s->report.runs[s->report.nr_runs];
	struct run_config config = {
		.world = c->world,
		.design = design, .store = c->store,
		.buckets = (u32)c->buckets,
		.shared_order = c->shared_order,
		.frames = c->steps[0].frames, .steps = c->steps,
		.verify = c->verify,
		.latency_sample = (u32)c->latency_sample,
		.timed = c->timed, .time_scale = c->time_scale,
		.interval = s->report.interval,
		.content = page_content(s),
	};
	struct run run;
	int ret;

	if (s->report.streamed) {
		ret = front_start(s);
		if (ret)
			return ret;
	}
	ret = run_begin(&run, &config, &s->front, &s->error);
	if (ret)
		return ret;
	if (s->report.streamed &&
	    pthread_create(&s->front_thread, NULL, front_thread, s)) {
		s->error.code = -EAGAIN;
		strcpy(s->error.text, "cannot start a thread");
		return -EAGAIN;
	}
	ret = run_start(&run, &s->error);
	if (!ret)
		watch(s, &run, design);
	if (s->report.streamed) {
		pthread_join(s->front_thread, NULL);
		if (s->front_result && !ret) {
			s->error = s->front.error;
			ret = s->front_result;
		}
	}
	if (ret) {
		run_end(&run, &out->result, &(struct trace_error){ });
		run_result_free(&out->result);
		return ret;
	}
	ret = run_end(&run, &out->result, &s->error);
	if (ret)
		return ret;
	out->cache = s->front.cache;
	out->not_admitted = s->front.not_admitted;
	out->front_ns = s->front.ns;
	out->front_cpu_ns = s->front.cpu_ns;
	out->repeat = repeat;
	s->report.nr_runs++;
	s->report.events = s->front.events;
	s->report.references |= s->front.references;
	return 0;
}

static int all_runs(struct session *s)
{
	const struct replay_config *c = &s->config;
	u32 i, r;
	int ret;

	s->report.runs = calloc(c->nr_designs * c->repeat,
				sizeof(*s->report.runs));
	if (!s->report.runs) {
		s->error.code = -ENOMEM;
		strcpy(s->error.text, "no memory for the results");
		return -ENOMEM;
	}
	for (r = 0; r < c->repeat; r++)
		for (i = 0; i < c->nr_designs && !interrupted; i++) {
			ret = one_run(s, c->designs[i], r + 1);
			if (ret)
				return ret;
		}
	return 0;
}

static void set_front_config(struct session *s)
{
	const struct replay_config *c = &s->config;

	s->front_config = (struct front_config){
		.traces = s->traces.readers,
		.nr_traces = s->traces.nr,
		.page_cache = {
			.pages = c->page_cache / PAGE_SIZE,
			.policy = c->policy,
			.writes = c->writes,
		},
		.admission = c->admission,
		.order = c->order,
		.threads = (u32)c->threads,
		.tag = s->report.interval_events ? TAG_EVENT :
			c->timed || s->report.interval ? TAG_TIME : TAG_NONE,
		.verify = c->verify,
		.schedule = c->steps,
		.next_step = 1,
		.nr_steps = c->nr_steps,
		.max_events = c->max_events,
	};
	s->front_config.admission.seed = c->seed;
	s->report.streamed = c->stream || too_large(s);
	if (s->report.streamed)
		s->front_config.queue_limit = STREAM_CHUNKS;
}

static int write_sizes(struct session *s)
{
	struct stored_sizes *sizes = calloc(1, sizeof(*sizes));
	struct content content = page_content(s);
	int ret;

	if (!sizes)
		return cli_error(&cli_replay, CLI_FAILED, "no memory");
	if (replay_measure_sizes(&s->report, &content, sizes, &s->error)) {
		free(sizes);
		return session_error(s);
	}
	ret = replay_write_sizes(sizes, s->config.sizes);
	free(sizes);
	return output_status(&cli_replay, "sizes", s->config.sizes, ret);
}

static int write_results(struct session *s)
{
	const struct replay_config *c = &s->config;
	int status;

	s->report.peak_rss = output_peak_rss();
	replay_print_table(&s->report,
			   output_is_stdout(c->json) || output_is_stdout(c->csv) ||
			   output_is_stdout(c->sizes) ? stderr : stdout);
	status = output_status(&cli_replay, "json", c->json,
			       c->json ? replay_write_json(&s->report, c->json) : 0);
	if (!status)
		status = output_status(&cli_replay, "csv", c->csv,
				       c->csv ? replay_write_csv(&s->report, c->csv) : 0);
	if (!status)
		status = output_status(&cli_replay, "hist", c->hist,
				       c->hist ? replay_write_hist(&s->report, c->hist) : 0);
	return status || !c->sizes ? status : write_sizes(s);
}

static int violations(const struct session *s)
{
	u32 i;
	int status = CLI_FINE;

	for (i = 0; i < s->report.nr_runs; i++) {
		const struct run_result *r = &s->report.runs[i].result;

		if (r->violations)
			status = cli_error(&cli_replay, CLI_INCOHERENT,
					   "%s broke a coherency rule %llu times, first: %s",
					   r->design,
					   (unsigned long long)r->violations,
					   r->violation);
	}
	return status;
}

static int replay(struct session *s)
{
	int status, ret;

	status = replay_check_traces(&cli_replay, &s->config, s->traces.readers,
				     s->traces.nr);
	if (!status)
		status = replay_check_world(&cli_replay, &s->config);
	if (status)
		return status;
	s->report.interval = replay_interval(&s->config, &s->report.interval_events);
	set_front_config(s);
	clock_calibrate();
	signal(SIGINT, on_interrupt);
	if (!s->report.streamed) {
		ret = front_start(s);
		if (!ret)
			ret = front_ahead(s);
		if (ret)
			return session_error(s);
	}
	ret = all_runs(s);
	signal(SIGINT, SIG_DFL);
	if (ret)
		return session_error(s);
	status = write_results(s);
	if (!status)
		status = violations(s);
	if (!status && interrupted)
		status = cli_error(&cli_replay, CLI_FAILED,
				   "interrupted: results are of what was replayed until then");
	return status;
}

static void session_free(struct session *s)
{
	u32 i;

	for (i = 0; i < s->report.nr_runs; i++)
		run_result_free(&s->report.runs[i].result);
	free(s->report.runs);
	if (s->report.front)
		front_exit(&s->front);
}

static int run_replay(const struct cli_command *command, int argc,
		      char **argv)
{
	struct session *s = calloc(1, sizeof(*s));
	int nr, status;

	if (!s)
		return cli_error(command, CLI_FAILED, "no memory");
	replay_config_init(&s->config);
	nr = cli_parse(command, argc, argv, &s->config, &status);
	if (nr < 0)
		goto free;
	status = replay_usage(command, replay_config_check(&s->config), nr);
	if (!status)
		status = replay_load_content(command, &s->config, &s->content);
	if (!status && s->config.content)
		s->report.content = &s->content;
	if (!status)
		status = replay_open_traces(command, &s->config, argv + 1, (u32)nr,
					    &s->traces);
	if (status)
		goto free;
	s->report.config = &s->config;
	s->report.traces = &s->traces;
	if (tmem_init()) {
		status = cli_error(command, CLI_FAILED, "no memory");
	} else {
		status = replay(s);
		session_free(s);
		tmem_exit();
	}
	status = replay_close_traces(&s->traces, status);
free:
	content_unload(&s->content);
	free(s);
	return status;
}

const struct cli_command cli_replay = {
	.name = "replay",
	.arguments = "TRACE...",
	.summary = "Replay traces on one design after another, and compare them.",
	.example =
"  tmem replay trace.tmt\n"
"      every design, on all CPUs, with 64M of compressed memory\n"
"  tmem replay --design rcu,objlock --memory 2G --verify --json out.json trace.tmt\n"
"  tmem replay --content /usr/bin/python3 trace.tmt\n"
"      what the lz4 store makes of the pages of a file\n"
"  tmem replay --page-cache-policy active-inactive --admission workingset trace.tmt\n"
"      only pages that were active in the page cache are put\n"
"  tmem replay --page-cache 38127p --memory 38127p --store none arc-P3.lis.zst",
	.options = replay_options_table,
	.run = run_replay,
};
