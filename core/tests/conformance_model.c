// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conformance_model.c - long pseudo-random sequences of operations (rule 6)
 *
 * serial_outcomes runs all operations on pools of every sort against a model
 * that knows exactly what each answer must be; there is room for everything.
 *
 * counters_equal_across_designs runs one sequence under a budget that forces
 * reclaim, on the design under test and on the first of the table, and asks for
 * the same statistics to the last count: a design may lock as it likes, but not
 * decide otherwise.
 */
#include "conformance.h"

#define ROOMY	4096	/* frames: no case that asks for it comes near */

/* ---- against a model ---- */

#define MODEL_OBJECTS	6
#define MODEL_INDICES	12
#define MODEL_STEPS	3000

static const u32 model_index[MODEL_INDICES] = {
	0, 1, 63, 64, 65, 4095, 4096, 262143, 262144, 1U << 30, U32_MAX - 1, U32_MAX,
};

/* version of the page behind each handle, 0 where there is none */
struct model {
	u32 version[ARRAY_SIZE(cf_sorts)][MODEL_OBJECTS][MODEL_INDICES];
	int pool[ARRAY_SIZE(cf_sorts)];
	bool frozen[ARRAY_SIZE(cf_sorts)];
	u32 next;
};

static long model_flush(struct model *m, u32 sort, u32 object, u32 first, u32 last)
{
	long found = 0;
	u32 i;

	for (i = 0; i < MODEL_INDICES; i++) {
		u32 *version = &m->version[sort][object][i];

		if (!*version || model_index[i] < first || model_index[i] > last)
			continue;
		*version = 0;
		found++;
	}
	return found;
}

static int model_put(struct conformance_env *env, struct model *m, u32 sort, u32 object,
		     u32 i)
{
	struct tmem_oid oid = cf_oid(0, object, 0);
	u32 version = ++m->next;

	CF_EQ(cf_put(env, m->pool[sort], &oid, model_index[i], version),
	      m->frozen[sort] ? -EBUSY : 0);
	m->version[sort][object][i] = m->frozen[sort] ? 0 : version;
	return 0;
}

static int model_get(struct conformance_env *env, struct model *m, u32 sort, u32 object,
		     u32 i)
{
	struct tmem_oid oid = cf_oid(0, object, 0);
	u32 *version = &m->version[sort][object][i];

	CF_EQ(cf_get(env, m->pool[sort], &oid, model_index[i], *version),
	      *version ? 0 : -ENOENT);
	if (!cf_sorts[sort])
		*version = 0;
	return 0;
}

static int model_replace(struct conformance_env *env, struct model *m, u32 sort,
			 u32 object, u32 i)
{
	struct tmem_oid oid = cf_oid(0, object, 0);
	u32 *version = &m->version[sort][object][i];
	int err;

	if (m->frozen[sort])
		return 0;
	err = cf_replace(env, m->pool[sort], &oid, model_index[i], m->next + 1);
	CF_EQ(err, *version ? 0 : -ENOENT);
	if (!err)
		*version = ++m->next;
	return 0;
}

static int model_step(struct conformance_env *env, struct model *m)
{
	u32 sort = cf_random(env) % ARRAY_SIZE(cf_sorts);
	u32 object = cf_random(env) % MODEL_OBJECTS;
	u32 i = cf_random(env) % MODEL_INDICES, k = cf_random(env) % MODEL_INDICES;
	u32 first = min(model_index[i], model_index[k]);
	u32 last = max(model_index[i], model_index[k]);
	struct tmem_oid oid = cf_oid(0, object, 0);
	u32 what = cf_random(env) % 100;
	int pool = m->pool[sort];

	if (what < 45)
		return model_put(env, m, sort, object, i);
	if (what < 75)
		return model_get(env, m, sort, object, i);
	if (what < 82)
		return model_replace(env, m, sort, object, i);
	if (what < 90) {
		CF_EQ(tmem_flush_page(env->tm, pool, &oid, model_index[i]),
		      model_flush(m, sort, object, model_index[i], model_index[i]) ?
		      0 : -ENOENT);
	} else if (what < 94) {
		CF_EQ(tmem_flush_range(env->tm, pool, &oid, first, last),
		      model_flush(m, sort, object, first, last));
	} else if (what < 96) {
		CF_EQ(tmem_flush_object(env->tm, pool, &oid),
		      model_flush(m, sort, object, 0, U32_MAX));
	} else if (m->frozen[sort] || (what == 96 && i % 3 == 0)) {
		/* a frozen pool thaws sooner than another freezes */
		m->frozen[sort] = !m->frozen[sort];
		CF_EQ(m->frozen[sort] ? tmem_pool_freeze(env->tm, pool) :
					tmem_pool_thaw(env->tm, pool), 0);
	}
	return 0;
}

static int serial_outcomes(struct conformance_env *env)
{
	struct model *m;
	u32 i, sort, object;

	CF_DO(cf_begin(env, ROOMY, 4));
	m = cf_scratch(env, sizeof(*m));
	CF_TRUE(m);
	for (i = 0; i < ARRAY_SIZE(cf_sorts); i++) {
		m->pool[i] = cf_pool(env, cf_sorts[i]);
		CF_TRUE(m->pool[i] >= 0);
	}
	for (i = 0; i < MODEL_STEPS; i++) {
		CF_DO(model_step(env, m));
		if (i % 4 == 0)
			CF_DO(cf_step(env));
	}
	CF_EQ(cf_stat(env, TMEM_evicted), 0);
	for (sort = 0; sort < ARRAY_SIZE(cf_sorts); sort++)
		for (object = 0; object < MODEL_OBJECTS; object++)
			for (i = 0; i < MODEL_INDICES; i++)
				CF_DO(model_get(env, m, sort, object, i));
	return cf_end(env);
}

/* ---- one design against another ---- */

#define SCRIPT_FRAMES	40
#define SCRIPT_STEPS	6000

static int script_step(struct conformance_env *env, const int *pools)
{
	struct tmem_oid oid = cf_oid(cf_random(env) % 9, 1, 0);
	u32 index = conformance_mix(cf_random(env) % 20);
	u32 what = cf_random(env) % 100, i = cf_random(env) % 8;
	int pool = pools[i < 3 ? 0 : i < 5 ? 1 : i < 7 ? 3 : 2];
	u32 shape = cf_random(env) % 16;

	env->kind = shape < 8 ? CONFORMANCE_HALF : shape < 12 ? CONFORMANCE_WHOLE :
		    shape < 15 ? CONFORMANCE_SAME : CONFORMANCE_RANDOM;
	if (what < 55)
		return cf_put(env, pool, &oid, index, what);
	if (what < 80)
		return tmem_get(env->tm, pool, &oid, index, env->page);
	if (what < 86)
		return cf_replace(env, pool, &oid, index, what);
	if (what < 92)
		return tmem_flush_page(env->tm, pool, &oid, index);
	if (what < 95)
		return tmem_flush_range(env->tm, pool, &oid, index, U32_MAX);
	if (what < 96)
		return tmem_flush_object(env->tm, pool, &oid);
	if (what < 97)
		return tmem_evict(env->tm, shape % 4);
	if (what < 98)
		return tmem_set_budget(env->tm, SCRIPT_FRAMES - 8 + shape);
	if (shape < 4)
		return tmem_pool_freeze(env->tm, pool);
	return tmem_pool_thaw(env->tm, pool);
}

/* One run of the script on @design; a digest of all answers goes to *@answers. */
static int script_run(struct conformance_env *env, const char *design,
		      struct tmem_stats *stats, u64 *answers)
{
	const char *tried = env->design;
	int pools[ARRAY_SIZE(cf_sorts)];
	u32 i;

	env->seed = 0x5c817;
	env->design = design;
	*answers = 0;
	CF_DO(cf_begin(env, SCRIPT_FRAMES, 4));
	for (i = 0; i < ARRAY_SIZE(cf_sorts); i++) {
		pools[i] = cf_pool(env, cf_sorts[i]);
		CF_TRUE(pools[i] >= 0);
	}
	for (i = 0; i < SCRIPT_STEPS; i++) {
		*answers = conformance_mix(*answers + script_step(env, pools));
		if (i % 16 == 0)
			CF_DO(cf_step(env));
	}
	tmem_stats(env->tm, stats);
	CF_DO(cf_end(env));
	env->design = tried;
	return 0;
}

static int counters_equal_across_designs(struct conformance_env *env)
{
	const char *first = tmem_design_name(tmem_design_at(0));
	struct tmem_stats *stats;
	u64 answers[2];
	u32 i;

	CF_TRUE(first);
	stats = cf_scratch(env, 2 * sizeof(*stats));
	CF_TRUE(stats);
	CF_DO(script_run(env, first, &stats[0], &answers[0]));
	CF_DO(script_run(env, env->design, &stats[1], &answers[1]));

	/* the script reaches what it is for */
	CF_TRUE(stats[0].v[TMEM_evicted] > 50);
	CF_TRUE(stats[0].v[TMEM_hits] > 50);
	CF_TRUE(stats[0].v[TMEM_replaced] > 50);
	CF_TRUE(stats[0].v[TMEM_swapped] > 5);
	CF_TRUE(stats[0].v[TMEM_puts_frozen] > 5);
	CF_TRUE(stats[0].v[TMEM_dup_flushed] > 0);
	if (cf_store_is(env, "lz4"))
		CF_TRUE(stats[0].v[TMEM_puts_policy] > 50);

	for (i = 0; i < TMEM_NR_STATS; i++)
		if (stats[0].v[i] != stats[1].v[i])
			return cf_fail(env, __FILE__, __LINE__, tmem_stat_desc[i].name,
				       stats[0].v[i], stats[1].v[i]);
	CF_EQ(answers[0], answers[1]);
	return 0;
}

/* ---- batches against single operations ---- */

#define BATCH_MOST	40	/* more than are prefetched together */
#define BATCH_ROUNDS	60
#define BATCH_OBJECTS	6
#define BATCH_INDICES	24	/* 0 to 5, and five nodes further away */

struct batch {
	struct tmem_io io[BATCH_MOST];
	u8 pages[BATCH_MOST][PAGE_SIZE];
};

static u64 batch_tag(const struct tmem_io *io, u64 round)
{
	return io->oid.w[0] << 40 | (u64)io->index << 8 | round;
}

/* Any handles, the same one twice as well. */
static u32 batch_fill(struct conformance_env *env, struct batch *b, bool put,
		      u64 round)
{
	u32 nr = cf_random(env) % (BATCH_MOST + 1), i, k;

	for (i = 0; i < nr; i++) {
		struct tmem_io *io = &b->io[i];

		k = cf_random(env) % BATCH_INDICES;
		io->oid = cf_oid(cf_random(env) % BATCH_OBJECTS, 7, 7);
		io->index = k % 6 + k / 6 * 70;
		io->page = b->pages[i];
		io->result = 12345;
		conformance_fill(io->page, put ? batch_tag(io, round) : 0,
				 put ? CONFORMANCE_HALF : CONFORMANCE_SAME);
	}
	return nr;
}

/* The same on @pool one by one: the same answers, the same bytes. */
static int batch_compare(struct conformance_env *env, struct batch *b, u32 nr,
			 int pool, bool put, int done)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		struct tmem_io *io = &b->io[i];
		int ret = put ? tmem_put(env->tm, pool, &io->oid, io->index, io->page) :
			tmem_get(env->tm, pool, &io->oid, io->index, env->page);

		CF_EQ(io->result, ret);
		if (!put && !ret && !cf_store_is(env, "none"))
			CF_TRUE(!memcmp(io->page, env->page, PAGE_SIZE));
		done -= !ret;
	}
	CF_EQ(done, 0);
	return 0;
}

static int batch_pools_equal(struct conformance_env *env, const int *pools)
{
	struct tmem_stats stats[2];
	u32 i;

	for (i = 0; i < 2; i++)
		CF_EQ(tmem_pool_stats(env->tm, pools[i], &stats[i]), 0);
	for (i = 0; i < TMEM_NR_STATS; i++)
		if (stats[0].v[i] != stats[1].v[i])
			return cf_fail(env, __FILE__, __LINE__, tmem_stat_desc[i].name,
				       stats[0].v[i], stats[1].v[i]);
	return 0;
}

static int batches_are_single_operations(struct conformance_env *env)
{
	struct batch *b;
	u32 i, round, nr;
	int pools[2], done;

	CF_DO(cf_begin(env, ROOMY, 1));
	b = cf_scratch(env, sizeof(*b));
	CF_TRUE(b);
	for (i = 0; i < ARRAY_SIZE(cf_sorts); i++) {
		pools[0] = cf_pool(env, cf_sorts[i]);
		pools[1] = cf_pool(env, cf_sorts[i]);
		CF_TRUE(pools[0] >= 0 && pools[1] >= 0);
		for (round = 0; round < BATCH_ROUNDS; round++) {
			bool put = cf_random(env) % 2;

			nr = batch_fill(env, b, put, round);
			done = put ? tmem_put_batch(env->tm, pools[0], b->io, nr) :
				tmem_get_batch(env->tm, pools[0], b->io, nr);
			CF_DO(batch_compare(env, b, nr, pools[1], put, done));
			CF_DO(cf_step(env));
			CF_DO(batch_pools_equal(env, pools));
		}
		CF_TRUE(cf_pool_stat(env, pools[0], TMEM_hits) > 20);
		CF_TRUE(cf_pool_stat(env, pools[0], TMEM_gets) >
			cf_pool_stat(env, pools[0], TMEM_hits));
		CF_EQ(cf_pool_destroy(env, pools[0]), 0);
		CF_EQ(cf_pool_destroy(env, pools[1]), 0);
	}
	return cf_end(env);
}

static const struct conformance_case models[] = {
	CF_CASE("rule 6", serial_outcomes),
	CF_CASE("rule 6", counters_equal_across_designs),
	CF_CASE("rule 6", batches_are_single_operations),
};

const struct conformance_group conformance_model = { models, ARRAY_SIZE(models) };
