// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run.c - life of a run: instance and pools, threads, sums, checks at the end
 */
#include "answer.h"
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker.h"

const char *const latency_names[NR_LATENCIES] = { "put", "get", "flush" };

const char *const shared_order_names[NR_SHARED_ORDERS] = {
	[SHARED_RENEW] = "renew",
	[SHARED_SECOND_CHANCE] = "second-chance",
};

const struct world *const worlds[] = { &world_threads, &world_kernel, NULL };

static int fail(struct trace_error *error, int code, const char *what,
		const char *why)
{
	error->code = code;
	snprintf(error->text, sizeof(error->text), "%s%s%s", what,
		 why ? ": " : "", why ? why : "");
	return code;
}

/* ---- begin ---- */

/* A trace says that a pool is shared, a replay what its order is. */
static u32 pool_flags(const struct run *run, const struct replay_pool *pool)
{
	if ((pool->flags & TMEM_POOL_SHARED) &&
	    run->config.shared_order == SHARED_SECOND_CHANCE)
		return pool->flags | TMEM_POOL_SECOND_CHANCE;
	return pool->flags;
}

static int create_pools(struct run *run, struct trace_error *error)
{
	const struct front *front = run->front;
	const char *why = NULL;
	u32 i;

	if (front->nr_pools > TMEM_MAX_POOLS)
		return fail(error, -EINVAL, "the traces have more pools than "
			    "the 1024 that one tmem can hold", NULL);
	run->pool_ids = calloc(front->nr_pools + 1, sizeof(*run->pool_ids));
	if (!run->pool_ids)
		return fail(error, -ENOMEM, "no memory for the pools", NULL);
	for (i = 0; i < front->nr_pools; i++) {
		const struct replay_pool *pool = &front->pools[i];
		struct tmem_pool_attr attr = {
			.design = run->config.design,
			.store = run->config.store,
			.buckets = run->config.buckets,
			.flags = pool_flags(run, pool),
			.client = pool->client,
			.uuid = { i, 1 },	/* no two share one */
		};
		int id = run->config.world->pool_create(run, &attr, &why);

		if (id < 0)
			return fail(error, id, "cannot create a pool", why);
		run->pool_ids[i] = id;
	}
	return 0;
}

static int create_samples(struct run *run)
{
	u8 *pages;
	u32 i;

	if (run->config.store == tmem_store_find("none"))
		return 0;	/* keeps no bytes */
	if (run->config.content.file) {
		run->samples = run->config.content.file->pages;
		return 0;
	}
	pages = aligned_alloc(PAGE_SIZE, SAMPLE_PAGES * PAGE_SIZE);
	if (!pages)
		return -ENOMEM;
	for (i = 0; i < SAMPLE_PAGES; i++)
		content_fill(&run->config.content, UINT32_MAX, i, 0,
			     pages + i * PAGE_SIZE);
	run->samples = pages;
	return 0;
}

static void take_down(struct run *run)
{
	u32 t;

	run->config.world->end(run);
	if (run->workers)
		for (t = 0; t < run->front->deal.threads; t++)
			worker_exit(&run->workers[t]);
	free(run->workers);
	free(run->pool_ids);
	free(run->accepted);
	if (!run->config.content.file)
		free(run->samples);
	free(run->ends.evicted);
	pthread_mutex_destroy(&run->ends.lock);
	pthread_mutex_destroy(&run->turn_lock);
	pthread_cond_destroy(&run->turn_changed);
	memset(run, 0, sizeof(*run));
}

/* At most this many puts are numbered: one a page of the traces. */
static u64 most_versions(const struct front *front)
{
	u64 nr = 1;
	u32 t;

	for (t = 0; t < front->config.nr_traces; t++)
		nr += trace_reader_info(front->config.traces[t])->nr_pages;
	return nr + front->nr_versions;
}

int run_begin(struct run *run, const struct run_config *config,
	      struct front *front, struct trace_error *error)
{
	u32 t, threads = front->deal.threads;
	int ret;

	memset(run, 0, sizeof(*run));
	run->config = *config;
	run->front = front;
	pthread_mutex_init(&run->turn_lock, NULL);
	pthread_cond_init(&run->turn_changed, NULL);
	pthread_mutex_init(&run->ends.lock, NULL);
	ret = config->world->begin(run, error);
	if (ret)
		goto down;
	ret = create_pools(run, error);
	if (ret)
		goto down;
	ret = fail(error, -ENOMEM, "no memory for the run", NULL);
	if (create_samples(run))
		goto down;
	if (config->verify) {
		run->accepted = calloc(most_versions(front), 1);
		if (!run->accepted)
			goto down;
	}
	run->workers = calloc(threads, sizeof(*run->workers));
	if (!run->workers)
		goto down;
	for (t = 0; t < threads; t++)
		if (worker_init(&run->workers[t], run, t))
			goto down;
	deal_reset_fences(&front->deal);
	error->code = 0;
	return 0;
down:
	take_down(run);
	return ret;
}

int run_start(struct run *run, struct trace_error *error)
{
	u32 t, threads = run->front->deal.threads;

	run->start = clock_ticks();
	for (t = 0; t < threads; t++) {
		struct worker *worker = &run->workers[t];

		if (pthread_create(&worker->thread, NULL, worker_main, worker)) {
			WRITE_ONCE(run->stop, true);
			return fail(error, -EAGAIN, "cannot start a thread",
				    NULL);
		}
		worker->started = true;
	}
	return 0;
}

u64 run_progress(const struct run *run)
{
	u64 ops = 0;
	u32 t;

	for (t = 0; t < run->front->deal.threads; t++)
		ops += READ_ONCE(run->workers[t].ops);
	return ops;
}

void run_wake(struct run *run)
{
	pthread_mutex_lock(&run->turn_lock);
	pthread_cond_broadcast(&run->turn_changed);
	pthread_mutex_unlock(&run->turn_lock);
}

void run_fail(struct run *run, int code, const char *text)
{
	pthread_mutex_lock(&run->turn_lock);
	if (!run->error.code)
		fail(&run->error, code, text, NULL);
	WRITE_ONCE(run->stop, true);
	pthread_cond_broadcast(&run->turn_changed);
	pthread_mutex_unlock(&run->turn_lock);
	/* a streamed trace need not be read to its end */
	WRITE_ONCE(run->front->stop, true);
}

bool run_worker_done(const struct run *run, u32 thread)
{
	const struct worker *worker = &run->workers[thread];

	return !worker->started || smp_load_acquire(&worker->done);
}

/* ---- end ---- */

static void tally_add(struct tally *sum, const struct tally *other)
{
	static const struct tally none;

	tally_delta(sum, &none, other);
}

static void add_worker(struct run_result *r, const struct worker *w)
{
	u32 i;

	r->ops += w->ops;
	r->work[w->number] = (struct thread_work){
		.ops = w->ops,
		.busy = clock_ns(w->in_chunks - w->waited),
	};
	for (i = 0; i < r->nr_clients; i++) {
		tally_add(&r->clients[i], &w->clients[i]);
		tally_add(&r->total, &w->clients[i]);
	}
	for (i = 0; i < NR_LATENCIES; i++)
		if (w->latency[i])
			histogram_merge(r->latency[i], w->latency[i]);
	for (i = 0; i < w->nr_intervals; i++) {
		const struct interval *from = &w->intervals[i];
		struct interval *to = &r->intervals[i];

		tally_add(&to->tally, &from->tally);
		to->latency_sum += from->latency_sum;
		to->measured += from->measured;
		if (from->latency_max > to->latency_max)
			to->latency_max = from->latency_max;
	}
	r->late += w->late;
	if (w->late_max > r->late_max)
		r->late_max = w->late_max;
	if (w->violations && !r->violations)
		memcpy(r->violation, w->violation, sizeof(r->violation));
	r->violations += w->violations;
}

static int result_init(struct run_result *r, const struct run *run)
{
	const struct front *front = run->front;
	u32 t, i;

	memset(r, 0, sizeof(*r));
	r->world = run->config.world->name;
	r->design = tmem_design_name(run->config.design);
	r->store = tmem_store_name(run->config.store);
	r->buckets = run->config.buckets;
	r->threads = front->deal.threads;
	r->nr_clients = front->nr_clients;
	r->nr_pools = front->nr_pools;
	for (t = 0; t < r->threads; t++)
		if (run->workers[t].nr_intervals > r->nr_intervals)
			r->nr_intervals = run->workers[t].nr_intervals;
	r->clients = calloc(r->nr_clients + 1, sizeof(*r->clients));
	r->pools = calloc(r->nr_pools + 1, sizeof(*r->pools));
	r->intervals = calloc(r->nr_intervals + 1, sizeof(*r->intervals));
	r->work = calloc(r->threads, sizeof(*r->work));
	if (!r->clients || !r->pools || !r->intervals || !r->work)
		return -ENOMEM;
	for (i = 0; i < NR_LATENCIES; i++) {
		r->latency[i] = histogram_create();
		if (!r->latency[i])
			return -ENOMEM;
	}
	return 0;
}

void run_result_free(struct run_result *r)
{
	u32 i;

	free(r->clients);
	free(r->pools);
	free(r->intervals);
	free(r->work);
	for (i = 0; i < NR_LATENCIES; i++)
		histogram_destroy(r->latency[i]);
	memset(r, 0, sizeof(*r));
}

static void violation(struct run_result *r, const char *what, const char *log)
{
	if (!r->violations++)
		snprintf(r->violation, sizeof(r->violation), "%s%s", what, log);
}

/* What must hold when nothing runs any more, and when everything has gone. */
static int check_end(struct run *run, struct run_result *r)
{
	const struct world *world = run->config.world;
	struct tmem_stats stats;
	u32 i;
	int ret;

	ret = world->validate(run);
	if (ret == -EUCLEAN)
		violation(r, "the structure at the end is damaged, see ",
			  world->log);
	else if (ret)
		return ret;
	for (i = 0; i < run->front->nr_pools; i++)
		world->pool_destroy(run, run->pool_ids[i],
				    run->front->pools[i].client);
	ret = world->stats(run, -1, &stats);
	if (ret)
		return ret;
	for (i = TMEM_FIRST_GAUGE; i < TMEM_NR_STATS; i++)
		if (stats.v[i])
			violation(r, "a gauge is not zero after the last page went: ",
				  tmem_stat_desc[i].name);
	return 0;
}

/* What the world knows at the end. */
static int ask_world(struct run *run, struct run_result *r)
{
	const struct world *world = run->config.world;
	u32 i;
	int ret = 0;

	for (i = 0; !ret && i < r->nr_pools; i++)
		ret = world->stats(run, run->pool_ids[i], &r->pools[i]);
	if (!ret)
		ret = world->stats(run, -1, &r->stats);
	if (!ret)
		ret = world->memory(run, &r->memory, &r->shrunk);
	for (i = 0; !ret && i < NR_LATENCIES; i++)
		ret = world->latency(run, i, r->latency[i]);
	r->clock = world->clock(run, &r->clock_read);
	/* the last interval ends with the run */
	for (i = 0; i < r->nr_intervals; i++)
		r->intervals[i].evicted = i < run->ends.nr ?
			run->ends.evicted[i] : (u64)r->stats.v[TMEM_evicted];
	if (!ret && run->config.verify)
		ret = check_end(run, r);
	return ret;
}

/* All threads have ended. */
static int make_result(struct run *run, u64 end, struct run_result *r,
		       struct trace_error *error)
{
	u32 t;
	int ret;

	if (run->error.code) {
		*error = run->error;
		return error->code;
	}
	ret = result_init(r, run);
	if (ret)
		return fail(error, ret, "no memory for the results", NULL);
	r->seconds = (double)clock_ns(end - run->start) * 1e-9;
	r->interrupted = READ_ONCE(run->stop);
	for (t = 0; t < r->threads; t++)
		add_worker(r, &run->workers[t]);
	r->fairness = fairness_of(r->work, r->threads);
	r->busy = busy_of(r->work, r->threads, r->seconds);
	ret = ask_world(run, r);
	return ret ? fail(error, ret, "cannot read the results", strerror(-ret)) :
		0;
}

int run_end(struct run *run, struct run_result *result,
	    struct trace_error *error)
{
	u32 t, threads = run->front->deal.threads;
	u64 end = run->start;
	int ret;

	memset(result, 0, sizeof(*result));
	for (t = 0; t < threads; t++)
		if (run->workers[t].started) {
			pthread_join(run->workers[t].thread, NULL);
			if (run->workers[t].end > end)
				end = run->workers[t].end;
		}
	ret = make_result(run, end, result, error);
	if (ret)
		run_result_free(result);
	take_down(run);
	return ret;
}
