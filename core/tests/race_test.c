// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * race_test.c - races of few calls, of which each outcome can be told
 *
 * The stress lets everything meet everything, and pays for it: an eviction may
 * explain any miss.  Here few kinds of calls race, with room for all or a budget
 * that stands still, so that a single wrong answer shows.
 *
 *	one_handle	one thread puts versions 1, 2, ... on one handle and others
 *			get.  Nothing is evicted or flushed.  Of an exclusive pool
 *			(A) each version is hit once at most,
 *			(B) a miss is explained by a hit alone: let k be the last
 *			    version whose put ended before the get started; then
 *			    some get that started before this one ended has taken
 *			    version k or a later one,
 *			(C) puts = hits + replaced + pages.
 *			Of a pool that keeps its pages no get misses that started
 *			after the first put ended; and in either a hit brings
 *			version k or a later one, of a put that had started.
 *			Getters that have found their page are held up now and
 *			then, so that puts come in between.
 *	victim		an evictor is held up right after it has claimed its page.
 *			Who is told meanwhile that there is no page to replace must
 *			not get one either.
 *	marks		threads get all pages of a full pool with second chance, over
 *			and over, while one puts: each put is accepted and takes a
 *			page, however many are marked, and marked again as it looks
 *	budget		threads put on handles of their own, always at the limit of
 *			a budget that stands still: the charge never exceeds it
 *
 * Ordering: by tickets (world.h) alone.  No locks.
 *
 *	TMEM_STRESS_SECONDS	how long in sum, about; default 12 (a quarter is
 *				taken here)
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance.h"
#include "object.h"
#include "runner.h"
#include "world.h"

#define GETTERS		2
#define PUTS		4000	/* of one round */
#define GETS		20000	/* of one getter, at most */
#define AWAY_TICKETS	5
#define AWAY_YIELDS	100
#define AWAY_EVERY	4	/* gets */
#define ROOMY		1024
#define TIGHT		6
#define PUTTERS		5
#define TIGHT_PUTS	3000
#define MARKED		96U	/* frames */
#define MARKED_PUTS	4000U

static const struct tmem_oid oid = { .w = { 4, 5, 6 } };

struct event {
	u64 start, end;		/* tickets */
	u32 version;		/* of a put or a hit; 0: a miss */
};

struct racer {
	struct event *event;
	u32 nr, id;
	int wrong;		/* an answer that no race explains */
	u64 page[CONFORMANCE_WORDS];
	pthread_t thread;
};

struct race {
	struct tmem *tm;
	int pool;
	atomic64_t ticket;
	u32 putting;		/* atomic */
	pthread_barrier_t start;
	struct racer putter, getter[GETTERS];
	struct racer tight[PUTTERS];
};

static struct race race;
static struct event put_log[PUTS + 1], get_log[GETTERS][GETS];

static u64 ticket(void)
{
	return test_ticket(&race.ticket);
}

/* ---- one handle ---- */

static void *put_versions(void *arg)
{
	struct racer *r = arg;
	u32 version;

	pthread_barrier_wait(&race.start);
	for (version = 1; version <= PUTS && !r->wrong; version++) {
		struct event *e = &r->event[version];

		r->page[0] = r->page[CONFORMANCE_WORDS - 1] = version;
		e->version = version;
		e->start = ticket();
		r->wrong = tmem_put(race.tm, race.pool, &oid, 64, r->page);
		e->end = ticket();
		r->nr = version;
		/* where processors are few, getters come to run in between */
		if (version % 4 == 0)
			sched_yield();
	}
	__atomic_store_n(&race.putting, 0, __ATOMIC_RELAXED);
	return NULL;
}

/*
 * The linker puts this in the place of tmem_radix_lookup(): now and then a getter
 * that has found its page is away, until the others have done a few calls.  Not
 * for long: in some designs it holds the lock that they want.
 */
struct tmem_page *__real_tmem_radix_lookup(const struct tmem_radix *tree, u32 index);
struct tmem_page *__wrap_tmem_radix_lookup(const struct tmem_radix *tree, u32 index);

static __thread struct racer *getter;	/* NULL: is never away */

static void be_away(void)
{
	s64 until = atomic64_read(&race.ticket) + AWAY_TICKETS;
	u32 i;

	for (i = 0; i < AWAY_YIELDS; i++) {
		if (atomic64_read(&race.ticket) >= until)
			break;
		sched_yield();
	}
}

struct tmem_page *__wrap_tmem_radix_lookup(const struct tmem_radix *tree, u32 index)
{
	struct tmem_page *page = __real_tmem_radix_lookup(tree, index);

	if (getter && page && getter->nr % AWAY_EVERY == 0)
		be_away();
	return page;
}

static void *get_versions(void *arg)
{
	struct racer *r = arg;

	getter = r;
	pthread_barrier_wait(&race.start);
	while (__atomic_load_n(&race.putting, __ATOMIC_RELAXED) && r->nr < GETS) {
		struct event *e = &r->event[r->nr];
		int err;

		e->start = ticket();
		err = tmem_get(race.tm, race.pool, &oid, 64, r->page);
		e->end = ticket();
		e->version = err ? 0 : (u32)r->page[0];
		if ((err && err != -ENOENT) ||
		    (!err && r->page[CONFORMANCE_WORDS - 1] != e->version))
			r->wrong = err ? err : -EBADMSG;
		r->nr++;
	}
	return NULL;
}

/* The last version whose put had ended before @time. */
static u32 version_before(u64 time)
{
	u32 low = 0, high = race.putter.nr;

	while (low < high) {
		u32 mid = high - (high - low) / 2;

		if (put_log[mid].end < time)
			low = mid;
		else
			high = mid - 1;
	}
	return low;
}

/* By version: when the earliest get started that has hit it or a later one. */
static u64 taken[PUTS + 2];

static const char *note_hits(bool exclusive)
{
	u32 g, i;

	for (i = 0; i <= PUTS + 1; i++)
		taken[i] = U64_MAX;
	for (g = 0; g < GETTERS; g++)
		for (i = 0; i < race.getter[g].nr; i++) {
			const struct event *e = &get_log[g][i];

			if (!e->version)
				continue;
			if (e->version > race.putter.nr)
				return "a hit brings a version that was never put";
			if (exclusive && taken[e->version] != U64_MAX)
				return "(A) a version is hit twice";
			taken[e->version] = min(taken[e->version], e->start);
		}
	for (i = PUTS; i > 0; i--)
		taken[i] = min(taken[i], taken[i + 1]);
	return NULL;
}

static const char *judge(const struct event *e, bool exclusive)
{
	u32 least = version_before(e->start);

	if (e->version && e->version < least)
		return "a hit brings older bytes than the last put's";
	if (e->version && put_log[e->version].start > e->end)
		return "a hit brings bytes that were put later";
	if (!e->version && least && !exclusive)
		return "a page is gone that stays";
	if (!e->version && least && taken[least] > e->end)
		return "(B) a get misses though no other has taken the page";
	return NULL;
}

static const char *judge_all(bool exclusive)
{
	const char *wrong = note_hits(exclusive);
	struct tmem_stats s;
	u32 g, i;

	if (race.putter.wrong)
		return "a put fails";
	for (g = 0; g < GETTERS && !wrong; g++) {
		if (race.getter[g].wrong)
			return "a get fails, or brings a damaged page";
		for (i = 0; i < race.getter[g].nr && !wrong; i++)
			wrong = judge(&get_log[g][i], exclusive);
	}
	if (wrong)
		return wrong;
	if (tmem_validate(race.tm))
		return "validate";
	tmem_stats(race.tm, &s);
	if (s.v[TMEM_puts_stored] != s.v[TMEM_hits_removed] + s.v[TMEM_replaced] +
	    s.v[TMEM_pages] || s.v[TMEM_evicted] || s.v[TMEM_flushed])
		return "(C) puts are hits, replaced and pages";
	return conformance_books(&s);
}

struct try {
	char name[80];
	const struct tmem_index_ops *design;
	const struct tmem_store_ops *store;
	u32 flags;
};

static void make_pool(const struct try *try, u64 budget)
{
	struct tmem_config config = { .budget = budget, .shards = 2 };
	struct tmem_pool_attr attr = {
		.design = try->design,
		.store = try->store,
		.flags = try->flags,
		.buckets = 2,
		.client = 1,
	};

	memset(&race, 0, sizeof(race));
	race.tm = tmem_create(&config, NULL);
	assert_false(IS_ERR(race.tm));
	race.pool = tmem_pool_create(race.tm, &attr, NULL);
	assert_true(race.pool >= 0);
}

static void start(struct racer *r, struct event *event, void *(*run)(void *))
{
	r->event = event;
	if (pthread_create(&r->thread, NULL, run, r))
		abort();	/* those started wait at the barrier for ever */
}

/* @getters of them: with one, no other get can explain a miss. */
static void one_round(const struct try *try, u32 getters)
{
	const char *wrong;
	u32 g;

	make_pool(try, ROOMY);
	race.putting = 1;
	pthread_barrier_init(&race.start, NULL, getters + 1);
	start(&race.putter, put_log, put_versions);
	for (g = 0; g < getters; g++)
		start(&race.getter[g], get_log[g], get_versions);
	pthread_join(race.putter.thread, NULL);
	for (g = 0; g < getters; g++)
		pthread_join(race.getter[g].thread, NULL);
	pthread_barrier_destroy(&race.start);
	wrong = judge_all(!try->flags);
	if (wrong)
		print_error("%s: broken: %s\n", try->name, wrong);
	assert_null(wrong);
	tmem_destroy(race.tm);
}

static double share;		/* seconds for each try */

static void one_handle(void **state)
{
	double end = runner_seconds() + share;
	u32 round = 0;

	do {
		one_round(*state, 1 + round++ % GETTERS);
	} while (runner_seconds() < end || round < GETTERS);
}

/* ---- victim ---- */

#define HELD_UP_SECONDS	0.05

static __thread bool evictor;
static u32 claimed, let_go;	/* atomic */

bool __real_tmem_page_claim(struct tmem_pool *pool, struct tmem_page *page);
bool __wrap_tmem_page_claim(struct tmem_pool *pool, struct tmem_page *page);

/* In the place of tmem_page_claim(): an evictor that has won is held up a while. */
bool __wrap_tmem_page_claim(struct tmem_pool *pool, struct tmem_page *page)
{
	bool mine = __real_tmem_page_claim(pool, page);
	double end;

	if (!evictor || !mine)
		return mine;
	__atomic_store_n(&claimed, 1, __ATOMIC_RELAXED);
	end = runner_seconds() + HELD_UP_SECONDS;
	while (!__atomic_load_n(&let_go, __ATOMIC_RELAXED) && runner_seconds() < end)
		sched_yield();
	return mine;
}

static void *evict_one(void *arg)
{
	evictor = true;
	tmem_evict(race.tm, 1);
	__atomic_store_n(&claimed, 1, __ATOMIC_RELAXED);
	return arg;
}

static void victim(void **state)
{
	struct racer *r = &race.putter;
	struct tmem_stats stats;
	int replaced, got;

	make_pool(*state, ROOMY);
	claimed = let_go = 0;
	conformance_fill(r->page, 7, CONFORMANCE_WHOLE);
	assert_int_equal(tmem_put(race.tm, race.pool, &oid, 64, r->page), 0);
	start(r, NULL, evict_one);
	while (!__atomic_load_n(&claimed, __ATOMIC_RELAXED))
		sched_yield();
	replaced = tmem_replace(race.tm, race.pool, &oid, 64, r->page);
	got = tmem_get(race.tm, race.pool, &oid, 64, r->page);
	__atomic_store_n(&let_go, 1, __ATOMIC_RELAXED);
	pthread_join(r->thread, NULL);
	if (replaced == -ENOENT && got != -ENOENT)
		print_error("broken: a get finds the page that could not be replaced\n");
	assert_int_equal(replaced, -ENOENT);
	assert_int_equal(got, -ENOENT);
	/* by whoever let go of the page last, so not always by the evictor */
	tmem_stats(race.tm, &stats);
	assert_int_equal(stats.v[TMEM_evicted], 1);
	assert_int_equal(stats.v[TMEM_bytes_charged], 0);
	assert_int_equal(tmem_validate(race.tm), 0);
	tmem_destroy(race.tm);
}

/* ---- budget ---- */

static void *put_at_the_limit(void *arg)
{
	struct racer *r = arg;
	u32 i;

	conformance_fill(r->page, r->id, CONFORMANCE_WHOLE);
	pthread_barrier_wait(&race.start);
	for (i = 0; i < TIGHT_PUTS; i++) {
		int err = tmem_put(race.tm, race.pool, &oid, r->id * 64 + i % 8, r->page);

		if (err && err != -ENOSPC)
			r->wrong = err;
	}
	return NULL;
}

static void budget(void **state)
{
	double end = runner_seconds() + share;
	struct tmem_memory memory;
	u32 i;

	do {
		make_pool(*state, TIGHT);
		pthread_barrier_init(&race.start, NULL, PUTTERS);
		for (i = 0; i < PUTTERS; i++) {
			race.tight[i].id = i;
			start(&race.tight[i], NULL, put_at_the_limit);
		}
		for (i = 0; i < PUTTERS; i++)
			pthread_join(race.tight[i].thread, NULL);
		pthread_barrier_destroy(&race.start);
		for (i = 0; i < PUTTERS; i++)
			assert_int_equal(race.tight[i].wrong, 0);
		tmem_memory(race.tm, &memory);
		if (memory.frames_peak > TIGHT)
			print_error("broken: %llu frames were charged, of a budget of %u\n",
				    (unsigned long long)memory.frames_peak, TIGHT);
		assert_int_equal(memory.frames_peak, TIGHT);
		assert_int_equal(tmem_validate(race.tm), 0);
		tmem_destroy(race.tm);
	} while (runner_seconds() < end);
}

/* ---- marks ---- */

static void *put_into_the_marked(void *arg)
{
	struct racer *r = arg;

	pthread_barrier_wait(&race.start);
	for (; r->nr < MARKED_PUTS && !r->wrong; r->nr++) {
		r->wrong = tmem_put(race.tm, race.pool, &oid, r->nr, NULL);
		__atomic_store_n(&race.putting, r->nr, __ATOMIC_RELAXED);
		if (r->nr % 4 == 0)
			sched_yield();
	}
	__atomic_store_n(&race.putting, MARKED_PUTS, __ATOMIC_RELAXED);
	return NULL;
}

static void *mark_all(void *arg)
{
	struct racer *r = arg;
	u32 last, k;

	pthread_barrier_wait(&race.start);
	do {
		last = __atomic_load_n(&race.putting, __ATOMIC_RELAXED);
		/* most of those that are there were put not long ago */
		for (k = last - min(last, 2 * MARKED); k <= last && !r->wrong; k++) {
			int err = tmem_get(race.tm, race.pool, &oid, k, NULL);

			if (err && err != -ENOENT)
				r->wrong = err;
			r->nr += !err;
		}
	} while (last < MARKED_PUTS && !r->wrong);
	return NULL;
}

static void marks(void **state)
{
	double end = runner_seconds() + share;
	struct tmem_stats s;
	u32 g;

	do {
		make_pool(*state, MARKED);
		pthread_barrier_init(&race.start, NULL, GETTERS + 1);
		start(&race.putter, NULL, put_into_the_marked);
		for (g = 0; g < GETTERS; g++)
			start(&race.getter[g], NULL, mark_all);
		pthread_join(race.putter.thread, NULL);
		for (g = 0; g < GETTERS; g++)
			pthread_join(race.getter[g].thread, NULL);
		pthread_barrier_destroy(&race.start);
		assert_int_equal(race.putter.wrong, 0);
		assert_int_equal(tmem_validate(race.tm), 0);
		tmem_stats(race.tm, &s);
		assert_int_equal(s.v[TMEM_puts_stored], MARKED_PUTS);
		/* the bytes of a page that a get reads come free later: one more goes */
		assert_in_range(s.v[TMEM_pages], MARKED - GETTERS, MARKED);
		assert_int_equal(s.v[TMEM_evicted], MARKED_PUTS - s.v[TMEM_pages]);
		for (g = 0; g < GETTERS; g++) {
			assert_int_equal(race.getter[g].wrong, 0);
			assert_true(race.getter[g].nr > 0);
		}
		tmem_destroy(race.tm);
	} while (runner_seconds() < end);
}

/* ---- the table ---- */

#define MAX_TRIES	64

static struct try tries[MAX_TRIES];
static u32 nr_tries;

static void add(const char *what, const struct tmem_index_ops *design, const char *store,
		u32 flags, void (*run)(void **state))
{
	struct try *try = &tries[nr_tries++];

	if (nr_tries > MAX_TRIES)
		abort();
	*try = (struct try){
		.design = design, .store = tmem_store_find(store), .flags = flags,
	};
	snprintf(try->name, sizeof(try->name), "%s, %s, %s", what, tmem_design_name(design),
		 flags & TMEM_POOL_PERSISTENT ? "persistent" :
		 flags & TMEM_POOL_SECOND_CHANCE ? "second chance" :
		 flags ? "shared" : "exclusive");
	runner_add(run, try, "%s", try->name);
}

int main(void)
{
	const struct tmem_index_ops *design;
	u32 d, i;

	for (d = 0; (design = tmem_design_at(d)); d++) {
		for (i = 0; i < ARRAY_SIZE(cf_sorts); i++)
			add("one handle", design, "raw", cf_sorts[i], one_handle);
		add("victim", design, "raw", 0, victim);
		add("victim", design, "raw", TMEM_POOL_SHARED, victim);
		add("marks", design, "none", TMEM_POOL_SHARED | TMEM_POOL_SECOND_CHANCE, marks);
		add("budget", design, "none", 0, budget);
	}
	share = runner_number("TMEM_STRESS_SECONDS", 12) / 4.0 / nr_tries;
	return runner_run("races");
}
