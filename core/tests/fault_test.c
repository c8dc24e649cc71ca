// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fault_test.c - every allocation and every call of LZ4 fails once
 *
 * A scenario is a fixed sequence of operations on pools of every sort: one of
 * all that is done to pages, one of the life of instances and pools.  It is run
 * again and again with the first, second, third ... fault point failing, until
 * one run meets no failure any more.  A model of what may be behind each
 * handle decides about every answer:
 *
 *   - an error comes only from the call in which the fault fired, and is one
 *     that tmem.h allows there;
 *   - after a put that failed the handle misses, after a replacement that failed
 *     the old page is there;
 *   - a hit brings the bytes of the newest accepted put, nothing older;
 *   - bytes that do not decompress are -EIO: an ephemeral page is gone then, a
 *     persistent one comes with the next get.
 *
 * After each run the structures are valid and everything works; nothing is left
 * allocated.  Pages are tried with room for everything, and once more with a
 * budget so tight that puts evict; there an ephemeral page may be gone
 * (and its handle then misses), and a put may be refused for want of room.
 *
 * Each design and page store is tried apart from the others, in one of several
 * processes (runner.h).
 */
#include <stdio.h>

#include "conformance.h"
#include "runner.h"

#define OBJECTS		2
#define INDICES		5
#define BUCKETS		2
#define ROOMY		1024
#define TIGHT		7
#define MAX_POINTS	20000
#define LIVE_EVERY	50
#define FREEZE_EVERY	10

enum { EPHEMERAL, SHARED, PERSISTENT, SECOND_CHANCE, SORTS };	/* cf_sorts */

static const u32 indices[INDICES] = { 0, 1, 63, 64, U32_MAX };

struct handle {
	u32 version;		/* 0: no page */
	bool unsure;		/* may have been evicted */
};

struct world {
	const struct tmem_index_ops *design;
	const struct tmem_store_ops *store;
	bool has_bytes;		/* the store gives back what it was given */
	bool tight;
	unsigned long point;	/* the fault point that fails */

	struct tmem *tm;
	int pool[SORTS];
	struct handle handle[SORTS][OBJECTS][INDICES];
	u32 versions;
	bool fired;		/* before the call under way */
};

static u64 page[CONFORMANCE_WORDS];

#define CHECK(w, cond)							\
do {									\
	if (!(cond)) {							\
		print_error("%s, %s, %s, fault point %lu: ",		\
			    tmem_design_name((w)->design),		\
			    tmem_store_name((w)->store),		\
			    (w)->tight ? "tight" : "roomy", (w)->point);	\
		fail_with(#cond, __FILE__, __LINE__);			\
	}								\
} while (0)

static void fail_with(const char *text, const char *file, int line)
{
	print_error("%s\n", text);
	_fail(file, line);
}

/* ---- one call, and whether the fault fired in it ---- */

static void before(struct world *w)
{
	w->fired = tmem_port_fault_fired();
}

static bool fired_now(struct world *w)
{
	return !w->fired && tmem_port_fault_fired();
}

static struct tmem_oid oid_of(u32 object)
{
	return (struct tmem_oid){ .w = { object, 0, object } };
}

static u64 tag_of(u32 version)
{
	return conformance_mix(version);
}

static enum conformance_kind kind_of(u32 version)
{
	static const enum conformance_kind kinds[] = {
		CONFORMANCE_HALF, CONFORMANCE_SAME, CONFORMANCE_HALF, CONFORMANCE_WHOLE,
	};

	return kinds[version % ARRAY_SIZE(kinds)];
}

/* A get, with the answer that the model has for it. */
static void check_get(struct world *w, u32 sort, u32 object, u32 i)
{
	struct handle *h = &w->handle[sort][object][i];
	struct tmem_oid oid = oid_of(object);
	int err;

	before(w);
	memset(page, 0x5a, sizeof(page));
	err = tmem_get(w->tm, w->pool[sort], &oid, indices[i], page);
	if (err == -EIO) {
		CHECK(w, fired_now(w) && h->version);
		if (sort != PERSISTENT)
			h->version = 0;
		check_get(w, sort, object, i);
		return;
	}
	if (err) {
		CHECK(w, err == -ENOENT);
		CHECK(w, !h->version || h->unsure);
		h->version = 0;
		return;
	}
	CHECK(w, h->version);
	if (w->has_bytes)
		CHECK(w, conformance_intact(page, tag_of(h->version), kind_of(h->version)));
	if (sort == EPHEMERAL)
		h->version = 0;
}

/* With a tight budget whatever is ephemeral may go at any put. */
static void unsure(struct world *w)
{
	u32 sort, object, i;

	for (sort = 0; sort < SORTS; sort++)
		for (object = 0; sort != PERSISTENT && object < OBJECTS; object++)
			for (i = 0; i < INDICES; i++)
				w->handle[sort][object][i].unsure = true;
}

static void check_put(struct world *w, u32 sort, u32 object, u32 i)
{
	struct handle *h = &w->handle[sort][object][i];
	struct tmem_oid oid = oid_of(object);
	u32 version = ++w->versions;
	int err;

	before(w);
	conformance_fill(page, tag_of(version), kind_of(version));
	err = tmem_put(w->tm, w->pool[sort], &oid, indices[i], page);
	CHECK(w, !err || err == -ENOMEM || err == -ENOSPC);
	CHECK(w, !err || fired_now(w) || (w->tight && err == -ENOSPC));
	h->version = err ? 0 : version;
	if (w->tight)
		unsure(w);
	else
		h->unsure = false;
	if (err)
		check_get(w, sort, object, i);
}

static void check_replace(struct world *w, u32 sort, u32 object, u32 i)
{
	struct handle *h = &w->handle[sort][object][i];
	struct tmem_oid oid = oid_of(object);
	u32 version = ++w->versions;
	int err;

	before(w);
	conformance_fill(page, tag_of(version), kind_of(version));
	err = tmem_replace(w->tm, w->pool[sort], &oid, indices[i], page);
	CHECK(w, !err || err == -ENOENT || err == -ENOMEM || err == -ENOSPC);
	if (w->tight)
		unsure(w);
	if (!err) {
		CHECK(w, h->version);
		h->version = version;
	} else if (err == -ENOENT) {
		CHECK(w, !h->version || h->unsure);
		h->version = 0;
	} else {
		CHECK(w, fired_now(w) || (w->tight && err == -ENOSPC));
		check_get(w, sort, object, i);
	}
}

static void check_flush_page(struct world *w, u32 sort, u32 object, u32 i)
{
	struct handle *h = &w->handle[sort][object][i];
	struct tmem_oid oid = oid_of(object);
	int err = tmem_flush_page(w->tm, w->pool[sort], &oid, indices[i]);

	CHECK(w, !err || err == -ENOENT);
	CHECK(w, err || h->version);
	CHECK(w, !err || !h->version || h->unsure);
	h->version = 0;
	check_get(w, sort, object, i);
}

static void check_flush_range(struct world *w, u32 sort, u32 object, u32 first, u32 last)
{
	struct tmem_oid oid = oid_of(object);
	long found, least = 0, most = 0;
	u32 i;

	for (i = 0; i < INDICES; i++) {
		struct handle *h = &w->handle[sort][object][i];

		if (!h->version || indices[i] < first || indices[i] > last)
			continue;
		most++;
		least += !h->unsure;
		h->version = 0;
	}
	found = tmem_flush_range(w->tm, w->pool[sort], &oid, first, last);
	CHECK(w, found >= least && found <= most);
}

/* ---- pools ---- */

static void make_pool(struct world *w, u32 sort, u32 client)
{
	struct tmem_pool_attr attr = {
		.design = w->design,
		.store = w->store,
		.flags = cf_sorts[sort],
		.buckets = BUCKETS,
		.client = client,
		.uuid = { 7, sort },
	};
	const char *why;
	int pool;

	before(w);
	pool = tmem_pool_create(w->tm, &attr, &why);
	if (pool < 0) {
		CHECK(w, pool == -ENOMEM && fired_now(w));
		CHECK(w, why && *why);
		CHECK(w, !tmem_validate(w->tm));
		pool = tmem_pool_create(w->tm, &attr, &why);
	}
	CHECK(w, pool >= 0 && !why);
	w->pool[sort] = pool;
}

static void remake_pool(struct world *w, u32 sort)
{
	u32 object, i;

	CHECK(w, !tmem_pool_destroy(w->tm, w->pool[sort], 1));
	for (object = 0; object < OBJECTS; object++)
		for (i = 0; i < INDICES; i++)
			w->handle[sort][object][i].version = 0;
	make_pool(w, sort, 1);
}

static void make_instance(struct world *w)
{
	struct tmem_config config = { .budget = ROOMY, .shards = 2 };
	const char *why;
	u32 sort;

	before(w);
	w->tm = tmem_create(&config, &why);
	if (IS_ERR(w->tm)) {
		CHECK(w, PTR_ERR(w->tm) == -ENOMEM && fired_now(w));
		CHECK(w, why && *why);
		w->tm = tmem_create(&config, &why);
	}
	CHECK(w, !IS_ERR(w->tm) && !why);
	for (sort = 0; sort < SORTS; sort++)
		make_pool(w, sort, 1);
}

/* ---- the scenario ---- */

static void fill(struct world *w)
{
	u32 sort, object, i;

	for (sort = 0; sort < SORTS; sort++)
		for (object = 0; object < OBJECTS; object++)
			for (i = 0; i < INDICES; i++)
				check_put(w, sort, object, (i * 5 + object) % INDICES);
}

static void read_all(struct world *w)
{
	u32 sort, object, i;

	for (sort = 0; sort < SORTS; sort++)
		for (object = 0; object < OBJECTS; object++)
			for (i = 0; i < INDICES; i++)
				check_get(w, sort, object, i);
}

static void rewrite_some(struct world *w)
{
	u32 sort, i;

	for (sort = 0; sort < SORTS; sort++) {
		for (i = 0; i < INDICES; i++) {
			check_put(w, sort, 0, i);	/* onto a page */
			check_replace(w, sort, i % OBJECTS, i);
		}
		check_flush_page(w, sort, 1, 2);
		check_replace(w, sort, 1, 2);		/* onto none */
		check_put(w, sort, 1, 2);
		check_flush_range(w, sort, 0, 1, 64);
		check_put(w, sort, 0, 3);
		check_flush_range(w, sort, 1, 0, U32_MAX);
		check_put(w, sort, 1, INDICES - 1);	/* a tall tree at once */
		check_put(w, sort, 1, 0);
	}
}

/* A frozen pool: the put is refused for that, whatever fails besides. */
static void freeze_and_thaw(struct world *w, u32 sort)
{
	struct tmem_oid oid = oid_of(0);
	int err;

	check_put(w, sort, 0, 1);
	before(w);
	CHECK(w, !tmem_pool_freeze(w->tm, w->pool[sort]));
	err = tmem_put(w->tm, w->pool[sort], &oid, indices[1], page);
	CHECK(w, err == -EBUSY || (fired_now(w) && (err == -ENOMEM || err == -ENOSPC)));
	CHECK(w, !tmem_pool_thaw(w->tm, w->pool[sort]));
	w->handle[sort][0][1].version = 0;
	check_get(w, sort, 0, 1);
}

static void scenario(struct world *w)
{
	fill(w);
	CHECK(w, !tmem_validate(w->tm));
	rewrite_some(w);
	CHECK(w, !tmem_validate(w->tm));
	freeze_and_thaw(w, w->tight ? SHARED : PERSISTENT);
	read_all(w);
	fill(w);
	unsure(w);
	tmem_evict(w->tm, 3);
	CHECK(w, !tmem_validate(w->tm));
	CHECK(w, !tmem_set_budget(w->tm, w->tight ? TIGHT - 2 : ROOMY / 2));
	fill(w);
	read_all(w);
	CHECK(w, !tmem_validate(w->tm));
}

static void check_books(struct world *w)
{
	const char *broken;
	struct tmem_stats s;

	tmem_stats(w->tm, &s);
	broken = conformance_books(&s);
	if (broken)
		print_error("%s\n", broken);
	CHECK(w, !broken);
}

/* Whatever failed before: now all works, the books are right, and all goes. */
static void aftermath(struct world *w)
{
	struct tmem_stats s;
	u32 sort, object, i;

	CHECK(w, !tmem_set_budget(w->tm, ROOMY));
	w->tight = false;
	fill(w);
	read_all(w);
	rewrite_some(w);
	if (w->point % FREEZE_EVERY == 0)	/* grace periods are dear */
		freeze_and_thaw(w, w->point / FREEZE_EVERY % SORTS);
	CHECK(w, !tmem_validate(w->tm));
	check_books(w);

	for (sort = 0; sort < SORTS; sort++)
		for (object = 0; object < OBJECTS; object++)
			check_flush_range(w, sort, object, 0, U32_MAX);
	tmem_stats(w->tm, &s);
	for (i = TMEM_FIRST_GAUGE; i < TMEM_NR_STATS; i++)
		CHECK(w, !s.v[i]);
	CHECK(w, !tmem_validate(w->tm));
}

static void check_live(struct world *w, long live)
{
	tmem_port_quiesce();
	if (tmem_port_live() != live)
		tmem_port_live_print(stderr);
	CHECK(w, tmem_port_live() == live);
	CHECK(w, tmem_port_warnings() == 0);
}

static bool run_with_fault(struct world *w, bool tight, unsigned long point)
{
	bool fired;

	w->tight = tight;
	w->point = point;
	CHECK(w, !tmem_set_budget(w->tm, tight ? TIGHT : ROOMY));
	tmem_port_fault_arm(point);
	scenario(w);
	fired = tmem_port_fault_fired();
	tmem_port_fault_arm(0);
	aftermath(w);
	return fired;
}

/*
 * All runs use one instance, which is empty after each: so what a run leaves
 * behind would also come to light in the next.  Waiting for callbacks, which
 * allocations have to be counted after, is dear and done now and then.
 */
static void every_point_fails_once(void **state)
{
	struct world *w = *state;
	unsigned long point;
	long live, empty;
	int tight;

	tmem_port_quiesce();
	live = tmem_port_live();
	tmem_port_fault_arm(0);
	make_instance(w);
	aftermath(w);
	tmem_port_quiesce();
	empty = tmem_port_live();
	for (tight = 0; tight < 2; tight++) {
		for (point = 1; run_with_fault(w, tight, point); point++) {
			assert_true(point < MAX_POINTS);
			if (point % LIVE_EVERY == 0)
				check_live(w, empty);
		}
		/* fewer, and the faults are not where pages are put */
		assert_true(point > OBJECTS * INDICES);
		check_live(w, empty);
		print_message("%s, %s, %s: %lu fault points\n", tmem_design_name(w->design),
			      tmem_store_name(w->store), tight ? "tight" : "roomy",
			      point - 1);
	}
	tmem_destroy(w->tm);
	check_live(w, live);
}

/* ---- the life of instances and pools ---- */

static bool live_with_fault(struct world *w, unsigned long point)
{
	u32 sort, object, i;
	bool fired;

	w->tight = false;
	w->point = point;
	tmem_port_fault_arm(point);
	make_instance(w);
	make_pool(w, SHARED, 2);		/* joins */
	for (sort = 0; sort < SORTS; sort++)
		check_put(w, sort, 0, sort);
	CHECK(w, !tmem_validate(w->tm));
	CHECK(w, !tmem_pool_destroy(w->tm, w->pool[SHARED], 2));
	remake_pool(w, PERSISTENT);
	check_put(w, PERSISTENT, 0, 0);
	CHECK(w, !tmem_validate(w->tm));
	fired = tmem_port_fault_fired();
	tmem_port_fault_arm(0);
	fill(w);
	read_all(w);
	check_books(w);
	tmem_destroy(w->tm);			/* with pages in it */
	for (sort = 0; sort < SORTS; sort++)
		for (object = 0; object < OBJECTS; object++)
			for (i = 0; i < INDICES; i++)
				w->handle[sort][object][i].version = 0;
	return fired;
}

static void life_fails_at_every_point(void **state)
{
	struct world *w = *state;
	unsigned long point;
	long live;

	tmem_port_quiesce();
	live = tmem_port_live();
	for (point = 1; live_with_fault(w, point); point++) {
		assert_true(point < MAX_POINTS);
		check_live(w, live);
	}
	assert_true(point > 1 + SORTS);		/* an instance and its pools */
	check_live(w, live);
}

/* ---- the module itself ---- */

static void init_fails_at_every_point(void **state)
{
	unsigned long point;
	int err;

	(void)state;
	for (point = 1; ; point++) {
		tmem_port_fault_arm(point);
		err = tmem_init();
		if (!err)
			break;
		assert_int_equal(err, -ENOMEM);
		assert_true(tmem_port_fault_fired());
		tmem_port_quiesce();
		if (tmem_port_live())
			tmem_port_live_print(stderr);
		assert_int_equal(tmem_port_live(), 0);
		assert_true(point < MAX_POINTS);
	}
	assert_false(tmem_port_fault_fired());
	assert_true(point > 1);
	tmem_port_fault_arm(0);
}

#define MAX_WORLDS	32

static struct world worlds[MAX_WORLDS];

static void add_tests(const char *what, void (*run)(void **state))
{
	const struct tmem_index_ops *design;
	const struct tmem_store_ops *store;
	u32 d, s, n = 0;

	for (d = 0; (design = tmem_design_at(d)); d++)
		for (s = 0; (store = tmem_store_at(s)) && n < MAX_WORLDS; s++, n++) {
			worlds[n] = (struct world){
				.design = design,
				.store = store,
				.has_bytes = strcmp(tmem_store_name(store), "none"),
			};
			runner_add(run, &worlds[n], "%s, %s, %s", tmem_design_name(design),
				   tmem_store_name(store), what);
		}
}

int main(void)
{
	add_tests("life", life_fails_at_every_point);
	add_tests("pages", every_point_fails_once);
	/* which leaves the module initialised */
	return runner_run_in_shares("faults", init_fails_at_every_point);
}
