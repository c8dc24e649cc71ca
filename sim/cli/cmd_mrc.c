// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_mrc.c - "tmem mrc": hit-ratio curves, every memory size in one pass
 *
 * The front end of a replay reads the traces and deals their operations in the order
 * of the trace, in a thread of its own and through a bounded queue; what takes them is
 * a stack (curve/stack.h) in the place of a design.  So page caches, clients and
 * formats are those of "tmem replay", to the last operation.
 *
 * Behind one LRU page cache, where nothing else matters, the front end leaves the page
 * cache out and the stack has it on top (curve/pass.h), which gives the same numbers in
 * half of the time.
 */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../replay/clock.h"
#include "mrc_config.h"
#include "output.h"

#define QUEUE_CHUNKS	64U
#define DEFAULT_SIZES	64U
#define OPTIMUM_EVERY	4U	/* sizes, of those that were not asked for */

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

struct session {
	struct mrc_config config;
	struct open_traces traces;
	struct mrc_report report;
	struct pass *passes;	/* by policy */
	u32 nr_passes;		/* with the optimum's, where it needs one */
	struct front front;
	pthread_t front_thread;
	int front_result;
	struct trace_error error;
};

static int fail(struct session *s, int code)
{
	s->error.code = code;
	strcpy(s->error.text, code == -EFBIG ?
	       "more than 4 billion operations for --optimum; try fewer events (--max-events)" :
	       "no memory for the curve; try fewer events (--max-events) or a sample (--sample)");
	return code;
}

static int session_error(const struct session *s)
{
	return cli_error(&cli_mrc, cli_trace_status(s->error.code), "%s",
			 s->error.text);
}

/* ---- a pass ---- */

static void *front_thread(void *arg)
{
	struct session *s = arg;

	s->front_result = front_run(&s->front);
	return NULL;
}

/* More clients have more page caches, and are only known when they come. */
static bool several_clients(const struct session *s, const struct pass *pass)
{
	return pass->config.top && READ_ONCE(s->front.nr_clients) > 1;
}

/* Take what the front end deals until it ends; 0 or a negative error. */
static int take_chunks(struct session *s, struct pass *pass)
{
	struct queue *queue = &s->front.deal.queues[0];
	u64 begin = clock_thread_ns();
	struct cli_progress progress;
	struct chunk *chunk = NULL;
	int ret = 0;

	cli_progress_begin(&progress, "reading events", s->front.nr_events);
	while ((chunk = queue_next(queue, chunk))) {
		ret = pass_ops(pass, &s->front, chunk->ops, chunk->tags,
			       chunk->nr);
		if (ret)
			break;
		if (interrupted || several_clients(s, pass))
			WRITE_ONCE(s->front.stop, true);
		cli_progress_show(&progress, READ_ONCE(s->front.events));
	}
	if (ret)
		queue_abandon(queue);
	cli_progress_end(&progress);
	s->report.curve_cpu_ns += clock_thread_ns() - begin;
	return ret;
}

static int front_start(struct session *s, const struct admission_choice *choice,
		       const struct pass *pass)
{
	const struct replay_config *c = &s->config.replay;
	struct front_config config = {
		.traces = s->traces.readers,
		.nr_traces = s->traces.nr,
		.page_cache = {
			.pages = pass->config.top ? 0 : c->page_cache / PAGE_SIZE,
			.policy = c->policy,
			.writes = c->writes,
		},
		.admission = *choice,
		.order = ORDER_GLOBAL,
		.threads = 1,
		.tag = pass->config.bytes ? TAG_SIZE : TAG_NONE,
		.queue_limit = QUEUE_CHUNKS,
		.max_events = c->max_events,
	};
	int ret;

	config.admission.seed = c->seed;
	ret = front_init(&s->front, &config);
	if (!ret && pthread_create(&s->front_thread, NULL, front_thread, s)) {
		s->front.error.code = ret = -EAGAIN;
		strcpy(s->front.error.text, "cannot start a thread");
	}
	if (ret)
		s->error = s->front.error;
	return ret;
}

static int one_pass(struct session *s, const struct admission_choice *choice,
		    struct pass *pass)
{
	struct mrc_report *r = &s->report;
	int ret = front_start(s, choice, pass);

	if (!ret) {
		ret = take_chunks(s, pass);
		pthread_join(s->front_thread, NULL);
		if (!ret)
			ret = several_clients(s, pass) ? -ERESTART : pass_end(pass);
		if (ret) {
			fail(s, ret);
		} else if (s->front_result) {
			s->error = s->front.error;
			ret = s->front_result;
		}
	}
	pass->not_admitted = s->front.not_admitted;
	r->cache = s->front.cache;
	if (pass->config.top) {
		r->cache.hits = pass->top_hits;
		r->cache.misses -= pass->top_hits;
	}
	r->references = s->front.references;
	r->events = s->front.events;
	r->front_ns += s->front.ns;
	r->front_cpu_ns += s->front.cpu_ns;
	front_exit(&s->front);
	return ret;
}

/* Pages of a page cache that the stack can have on top: see pass.h; 0: none. */
static u32 top_of(const struct session *s, const struct pass_config *config,
		  const struct admission_choice *choice)
{
	const struct trace_info *info = trace_reader_info(s->traces.readers[0]);
	const struct replay_config *c = &s->config.replay;
	u32 i;

	if (config->sample > 1 || config->optimum || config->bytes || choice->ops != &admission_all ||
	    c->policy != PAGECACHE_LRU || c->writes != PAGECACHE_WRITE_READS ||
	    s->traces.nr > 1 || info->kind != TRACE_REFERENCES)
		return 0;
	for (i = 0; i < info->nr_pools; i++)
		if (info->pools[i].flags)
			return 0;
	return (u32)(c->page_cache / PAGE_SIZE);
}

/* A whole pass; 0 or a negative error, which is told. */
static int make_pass(struct session *s, const struct admission_choice *choice,
		     struct pass_config *config, struct pass *pass)
{
	int ret;

	config->top = top_of(s, config, choice);
	for (;; config->top = 0) {
		ret = pass_init(pass, config);
		if (ret)
			return fail(s, ret);
		ret = one_pass(s, choice, pass);
		if (ret != -ERESTART)
			return ret;
		pass_exit(pass);
	}
}

/* ---- whether there is a curve ---- */

#define SIZES_COME_FROM "sizes come with events of tmem import --format text, in their field size"

/* Before anything is read. */
static int check_bytes(const struct session *s)
{
	u32 t;

	for (t = 0; s->config.bytes && t < s->traces.nr; t++)
		if (trace_reader_info(s->traces.readers[t])->kind == TRACE_REFERENCES)
			return cli_error(&cli_mrc, CLI_USAGE, "--bytes: %s has page references, which have no compressed sizes; leave --bytes out ("
					 SIZES_COME_FROM ")", s->traces.paths[t]);
	return CLI_FINE;
}

/* After a pass whose puts are those of the trace, turned away or not. */
static int check_sizes(const struct pass *pass)
{
	if (!pass->config.bytes)
		return CLI_FINE;
	if (!pass->sized)
		return cli_error(&cli_mrc, CLI_USAGE, "--bytes: no put that a curve is made of has a compressed size; leave --bytes out ("
				 SIZES_COME_FROM ")");
	if (pass->unsized)
		cli_error(&cli_mrc, 0, "%s of %s puts have no compressed size and count as a whole page in curves in bytes",
			  cli_thousands(pass->unsized),
			  cli_thousands(pass->sized + pass->unsized));
	return CLI_FINE;
}

static int check_pass(const struct session *s, const struct pass *pass)
{
	u64 left = pass->left_persistent + pass->left_shared, n;

	if (!pass->gets && left)
		return cli_error(&cli_mrc, CLI_USAGE, "no gets of ephemeral pools of one client: there is no curve of persistent and shared pools (%s operations); measure these with tmem replay",
				 cli_thousands(left));
	if (!pass->gets)
		return cli_error(&cli_mrc, CLI_USAGE, "no gets in what was read: there is no curve; see tmem info");
	if (s->config.sample > 1 && pass_sampled(pass) < PASS_FLOOR) {
		n = pass->gets * PASS_SALTS / PASS_FLOOR / 2;
		if (n < 2)
			return cli_error(&cli_mrc, CLI_USAGE, "--sample 1/%llu: %s sampled gets are too few for a curve (%s at least); leave --sample out, %s gets are soon done",
					 (unsigned long long)s->config.sample,
					 cli_thousands(pass_sampled(pass)),
					 cli_thousands(PASS_FLOOR),
					 cli_thousands(pass->gets));
		return cli_error(&cli_mrc, CLI_USAGE, "--sample 1/%llu: %s sampled gets are too few for a curve (%s at least); try --sample 1/%llu",
				 (unsigned long long)s->config.sample,
				 cli_thousands(pass_sampled(pass)),
				 cli_thousands(PASS_FLOOR), (unsigned long long)n);
	}
	if (pass->left_persistent)
		cli_error(&cli_mrc, 0, "%s operations of persistent pools are left out: the curve is of the memory that their pages leave",
			  cli_thousands(pass->left_persistent));
	if (pass->left_shared)
		cli_error(&cli_mrc, 0, "%s operations of shared pools are left out, their gets remove nothing: the curve is of the memory that their pages leave",
			  cli_thousands(pass->left_shared));
	return CLI_FINE;
}

/* ---- points ---- */

/* Sizes in a geometric row, up to where more has no more hits: 12 doublings. */
static int choose_sizes(struct session *s)
{
	struct mrc_config *c = &s->config;
	u64 enough = max(s->report.enough, 1ULL), pages, last = 0;
	double least = log2((double)max(enough >> 12, 1ULL));
	double step = (log2((double)enough) - least) / (DEFAULT_SIZES - 1);
	u32 i;

	c->sizes = malloc(DEFAULT_SIZES * sizeof(*c->sizes));
	if (!c->sizes)
		return -ENOMEM;
	for (i = 0; i < DEFAULT_SIZES; i++) {
		pages = i + 1 == DEFAULT_SIZES ? enough :
			(u64)(exp2(least + step * i) + 0.5);
		if (pages > last)
			c->sizes[c->nr_sizes++] = last = pages;
	}
	return 0;
}

static struct mrc_curve *add_curve(struct session *s, const char *name, bool sampled)
{
	struct mrc_curve *curve = &s->report.curves[s->report.nr_curves];

	curve->name = name;
	curve->sampled = sampled;
	curve->points = calloc(s->config.nr_sizes, sizeof(*curve->points));
	if (!curve->points)
		return NULL;
	s->report.nr_curves++;
	return curve;
}

static int optimum_points(struct session *s, struct pass *pass, u32 step)
{
	struct mrc_curve *curve = add_curve(s, "optimum", false);
	u64 begin = clock_thread_ns();
	struct cli_progress progress;
	u32 i;

	if (!curve)
		return -ENOMEM;
	cli_progress_begin(&progress, "sizes of the optimum", s->config.nr_sizes);
	for (i = 0; i < s->config.nr_sizes && !interrupted; i++) {
		/* the greatest always */
		if ((s->config.nr_sizes - 1 - i) % step)
			continue;
		pass_optimum_at(pass, s->config.sizes[i],
				&curve->points[curve->nr_points++]);
		cli_progress_show(&progress, i + 1);
	}
	cli_progress_end(&progress);
	s->report.optimum_cpu_ns = clock_thread_ns() - begin;
	return 0;
}

static int policy_points(struct session *s, const char *name, const struct pass *pass)
{
	struct mrc_curve *curve = add_curve(s, name, s->config.sample > 1);
	u32 i;

	if (!curve)
		return -ENOMEM;
	curve->not_admitted = pass->not_admitted;
	for (i = 0; i < s->config.nr_sizes; i++)
		pass_at(pass, s->config.sizes[i], &curve->points[i]);
	curve->nr_points = s->config.nr_sizes;
	return 0;
}

/* At the sizes of the curve in pages: it has all of its hits no later. */
static int bytes_points(struct session *s, const char *name, const struct pass *pass)
{
	struct mrc_curve *curve = add_curve(s, name, false);
	u32 i;

	if (!curve)
		return -ENOMEM;
	curve->bytes = true;
	curve->not_admitted = pass->not_admitted;
	for (i = 0; i < s->config.nr_sizes; i++)
		pass_bytes_at(pass, s->config.sizes[i], &curve->points[i]);
	curve->nr_points = s->config.nr_sizes;
	return 0;
}

static int make_curves(struct session *s)
{
	bool chosen = !s->config.sizes;
	u32 i;
	int ret;

	s->report.chosen = chosen;
	for (i = 0; i < s->config.nr_policies; i++)
		s->report.enough = max(s->report.enough, pass_enough(&s->passes[i]));
	ret = chosen ? choose_sizes(s) : 0;
	for (i = 0; !ret && i < s->config.nr_policies; i++)
		ret = policy_points(s, s->config.policies[i].name, &s->passes[i]);
	for (i = 0; !ret && s->config.bytes && i < s->config.nr_policies; i++)
		ret = bytes_points(s, s->config.policies[i].bytes_name, &s->passes[i]);
	for (i = 0; !ret && i < s->nr_passes; i++)
		if (s->passes[i].config.optimum)
			ret = optimum_points(s, &s->passes[i],
					     chosen ? OPTIMUM_EVERY : 1);
	return ret;
}

/* ---- the command ---- */

static int write_results(struct session *s)
{
	const struct replay_config *c = &s->config.replay;
	int status;

	s->report.peak_rss = output_peak_rss();
	mrc_print_table(&s->report, output_is_stdout(c->json) || output_is_stdout(c->csv) ?
			stderr : stdout);
	status = output_status(&cli_mrc, "json", c->json,
			       c->json ? mrc_write_json(&s->report, c->json) : 0);
	if (!status)
		status = output_status(&cli_mrc, "csv", c->csv,
				       c->csv ? mrc_write_csv(&s->report, c->csv) : 0);
	return status;
}

/*
 * One pass a policy.  The optimum is of the puts that the clients would make: of the
 * first policy that admits all, for which there is a pass if nobody asked for one.
 */
static int all_passes(struct session *s)
{
	struct mrc_config *c = &s->config;
	bool optimum = c->optimum;
	u32 i;
	int ret;

	if (optimum) {
		for (i = 0; i < c->nr_policies; i++)
			if (c->policies[i].choice.ops == &admission_all)
				break;
		c->policies[i].choice.ops = &admission_all;
		s->nr_passes = max(i + 1, c->nr_policies);
	} else {
		s->nr_passes = c->nr_policies;
	}
	s->passes = calloc(s->nr_passes, sizeof(*s->passes));
	if (!s->passes)
		return fail(s, -ENOMEM);
	for (i = 0; i < s->nr_passes && !interrupted; i++) {
		const struct admission_choice *choice = &c->policies[i].choice;
		struct pass_config config = {
			.sample = (u32)c->sample,
			.optimum = optimum && choice->ops == &admission_all,
			.bytes = c->bytes && i < c->nr_policies,
		};

		optimum &= !config.optimum;
		ret = make_pass(s, choice, &config, &s->passes[i]);
		if (ret)
			return ret;
	}
	/* a pass that was not begun has no curve */
	s->nr_passes = i;
	c->nr_policies = min(c->nr_policies, i);
	return 0;
}

static int curves(struct session *s)
{
	struct mrc_report *r = &s->report;
	const struct pass *first;
	int status;

	status = check_bytes(s);
	if (status)
		return status;
	signal(SIGINT, on_interrupt);
	if (all_passes(s))
		return session_error(s);
	first = &s->passes[0];
	status = check_pass(s, first);
	if (!status)
		status = check_sizes(first);
	if (status)
		return status;
	if (make_curves(s)) {
		fail(s, -ENOMEM);
		return session_error(s);
	}
	signal(SIGINT, SIG_DFL);
	r->gets = first->gets;
	r->puts = first->puts;
	r->flushes = first->flushes;
	r->left_persistent = first->left_persistent;
	r->left_shared = first->left_shared;
	r->sampled = pass_sampled(first);
	r->interrupted = interrupted;
	status = write_results(s);
	if (!status && interrupted)
		status = cli_error(&cli_mrc, CLI_FAILED,
				   "interrupted: results are of what was read until then");
	return status;
}

static void session_free(struct session *s)
{
	u32 i;

	for (i = 0; i < s->report.nr_curves; i++)
		free(s->report.curves[i].points);
	for (i = 0; s->passes && i < s->nr_passes; i++)
		pass_exit(&s->passes[i]);
	free(s->passes);
	mrc_config_exit(&s->config);
	free(s);
}

static int run_mrc(const struct cli_command *command, int argc, char **argv)
{
	struct session *s = calloc(1, sizeof(*s));
	int nr, status;

	if (!s)
		return cli_error(command, CLI_FAILED, "no memory");
	mrc_config_init(&s->config);
	nr = cli_parse(command, argc, argv, &s->config, &status);
	if (nr < 0)
		goto free;
	status = replay_usage(command, mrc_config_check(&s->config), nr);
	if (!status)
		status = replay_open_traces(command, &s->config.replay, argv + 1, (u32)nr,
					    &s->traces);
	if (status)
		goto free;
	s->report.config = &s->config;
	s->report.traces = &s->traces;
	status = replay_close_traces(&s->traces, curves(s));
free:
	session_free(s);
	return status;
}

const struct cli_command cli_mrc = {
	.name = "mrc",
	.arguments = "TRACE...",
	.summary = "Hits for every size of tmem, exactly, in one pass over traces.",
	.example =
"  tmem mrc trace.tmt\n"
"      of ephemeral pools, as tmem replay --store none --order global would hit\n"
"  tmem mrc --sizes 64M..4G --optimum --csv curves.csv trace.tmt\n"
"  tmem mrc --page-cache 2000p --sizes 8000p,16688p arc-OLTP.lis.zst\n"
"  tmem mrc --bytes sized.txt\n"
"      of operations with compressed sizes, as tmem cat prints them",
	.options = mrc_options_table,
	.run = run_mrc,
};
