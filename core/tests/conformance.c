// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conformance.c - the environment that the cases of the table run in
 *
 * conformance_run() gives a case its buffers, runs it and takes everything down
 * again, whether the case came to its end or stopped at a check.  cf_step() is
 * the check between two steps: the validate walk and the laws that statistics
 * keep whatever happened.  With many buckets the walk is done at every
 * 64th step only, and always by cf_end().
 */
#include "conformance.h"

#define CF_BIG_POOL	1024	/* buckets from which not each step is validated */
#define CF_SELDOM	64
#define CF_STORES	2	/* numbers of buckets that each page store is tried with */

const u32 cf_sorts[4] = {
	0,
	TMEM_POOL_SHARED,
	TMEM_POOL_PERSISTENT,
	TMEM_POOL_SHARED | TMEM_POOL_SECOND_CHANCE,
};

/* ---- page bytes ---- */

u64 conformance_mix(u64 x)
{
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ULL;
	x ^= x >> 29;
	x *= 0x9fb21c651e98df25ULL;
	x ^= x >> 32;
	return x;
}

/*
 * Words that are not scattered repeat the tag.  A page ends in two words that
 * match nothing before them: LZ4 versions differ in how they end a block, and
 * then they agree.
 */
static u64 conformance_word(u64 tag, enum conformance_kind kind, u32 i)
{
	static const u32 scattered[] = {
		[CONFORMANCE_HALF] = CONFORMANCE_WORDS * 3 / 8,
		[CONFORMANCE_WHOLE] = CONFORMANCE_WORDS * 5 / 8,
		[CONFORMANCE_SAME] = 0,
		[CONFORMANCE_RANDOM] = CONFORMANCE_WORDS,
	};

	if (!i || kind == CONFORMANCE_SAME)
		return tag;
	if (i < scattered[kind] || i >= CONFORMANCE_WORDS - 2)
		return conformance_mix(tag + i * 0x9e3779b97f4a7c15ULL);
	return tag;
}

void conformance_fill(void *page, u64 tag, enum conformance_kind kind)
{
	u64 *word = page;
	u32 i;

	for (i = 0; i < CONFORMANCE_WORDS; i++)
		word[i] = conformance_word(tag, kind, i);
}

bool conformance_intact(const void *page, u64 tag, enum conformance_kind kind)
{
	const u64 *word = page;
	u32 i;

	for (i = 0; i < CONFORMANCE_WORDS; i++)
		if (word[i] != conformance_word(tag, kind, i))
			return false;
	return true;
}

static u64 cf_tag(int pool, const struct tmem_oid *oid, u32 index, u32 version)
{
	u64 x = conformance_mix((u64)pool + 1);

	x = conformance_mix(x + oid->w[0]);
	x = conformance_mix(x + oid->w[1]);
	x = conformance_mix(x + oid->w[2]);
	x = conformance_mix(x + index);
	return conformance_mix(x + version);
}

/* ---- checks ---- */

/* Where the sources lie differs between builds, and says nothing. */
static const char *cf_file_name(const char *path)
{
	const char *name = path;

	for (; *path; path++)
		if (*path == '/')
			name = path + 1;
	return name;
}

int cf_fail(struct conformance_env *env, const char *file, int line, const char *text,
	    s64 left, s64 right)
{
	if (!env->file) {
		env->file = cf_file_name(file);
		env->line = line;
		env->text = text;
		env->left = left;
		env->right = right;
	}
	return -EUCLEAN;
}

/* What must hold of any statistics, and does not by the way they are added up. */
const char *conformance_books(const struct tmem_stats *s)
{
	const s64 *v = s->v;
	u32 i;

	for (i = 0; i < TMEM_NR_STATS; i++)
		if (v[i] < 0)
			return tmem_stat_desc[i].name;
	if (v[TMEM_puts_stored] !=
	    v[TMEM_hits_removed] + v[TMEM_flushed] + v[TMEM_evicted] + v[TMEM_replaced] +
	    v[TMEM_dup_flushed] + v[TMEM_dropped] + v[TMEM_drained] + v[TMEM_pages])
		return "stored pages are there or were removed";
	if (v[TMEM_dropped] > v[TMEM_gets_io])
		return "a page is dropped by a get that found it corrupt";
	if (v[TMEM_flushes_found] > v[TMEM_flushes] || v[TMEM_flushes_found] > v[TMEM_flushed])
		return "a flush that found something is a flush of something";
	if (v[TMEM_objects] > v[TMEM_pages] || !v[TMEM_objects] != !v[TMEM_pages])
		return "an object has a page";
	if (v[TMEM_same_filled] > v[TMEM_pages])
		return "same-filled pages are pages";
	return NULL;
}

static int cf_laws(struct conformance_env *env)
{
	struct tmem_memory memory;
	struct tmem_stats s;
	const char *broken;

	tmem_stats(env->tm, &s);
	broken = conformance_books(&s);
	if (broken)
		return cf_fail(env, __FILE__, __LINE__, broken, 0, 1);

	tmem_memory(env->tm, &memory);
	CF_EQ(memory.frames, DIV_ROUND_UP((u64)s.v[TMEM_bytes_charged], PAGE_SIZE));
	CF_TRUE(memory.frames_peak >= memory.frames);
	return 0;
}

int cf_step(struct conformance_env *env)
{
	cond_resched();
	if (env->buckets >= CF_BIG_POOL && ++env->steps % CF_SELDOM)
		return 0;
	CF_EQ(tmem_validate(env->tm), 0);
	return cf_laws(env);
}

s64 cf_stat(struct conformance_env *env, enum tmem_stat stat)
{
	struct tmem_stats s;

	tmem_stats(env->tm, &s);
	return s.v[stat];
}

s64 cf_pool_stat(struct conformance_env *env, int pool, enum tmem_stat stat)
{
	struct tmem_stats s;
	int err = tmem_pool_stats(env->tm, pool, &s);

	return err ? err : s.v[stat];
}

u64 cf_frames(struct conformance_env *env)
{
	struct tmem_memory memory;

	tmem_memory(env->tm, &memory);
	return memory.frames;
}

int cf_gauges_zero(struct conformance_env *env)
{
	struct tmem_stats s;
	u32 i;

	tmem_stats(env->tm, &s);
	for (i = TMEM_FIRST_GAUGE; i < TMEM_NR_STATS; i++)
		if (s.v[i])
			return cf_fail(env, __FILE__, __LINE__, tmem_stat_desc[i].name,
				       s.v[i], 0);
	CF_EQ(cf_frames(env), 0);
	return 0;
}

/* ---- what a case is made of ---- */

u64 cf_random(struct conformance_env *env)
{
	env->seed += 0x9e3779b97f4a7c15ULL;
	return conformance_mix(env->seed);
}

struct tmem_oid cf_oid(u64 a, u64 b, u64 c)
{
	return (struct tmem_oid){ .w = { a, b, c } };
}

bool cf_store_is(const struct conformance_env *env, const char *name)
{
	return !strcmp(env->store, name);
}

void *cf_scratch(struct conformance_env *env, size_t bytes)
{
	kvfree(env->scratch);
	env->scratch = kvcalloc(1, bytes, GFP_KERNEL);
	return env->scratch;
}

int cf_begin(struct conformance_env *env, u64 budget, u32 shards)
{
	struct tmem_config config = { .budget = budget, .shards = shards };
	const char *why;
	struct tmem *tm;

	tm = tmem_create(&config, &why);
	CF_TRUE(!IS_ERR(tm));
	env->tm = tm;
	CF_TRUE(!why);
	return cf_step(env);
}

int cf_end(struct conformance_env *env)
{
	struct tmem *tm = env->tm;

	CF_EQ(tmem_validate(tm), 0);
	CF_DO(cf_laws(env));
	if (env->buckets > 1) {
		/* all pools in one go: gauges that are not zero are warned of */
		env->tm = NULL;
		env->nr_pools = 0;
		tmem_destroy(tm);
		return 0;
	}
	while (env->nr_pools)
		CF_EQ(cf_pool_destroy(env, env->pool[env->nr_pools - 1]), 0);
	CF_EQ(tmem_validate(tm), 0);
	CF_DO(cf_laws(env));
	CF_DO(cf_gauges_zero(env));
	env->tm = NULL;
	tmem_destroy(tm);
	return 0;
}

static void cf_attr(struct conformance_env *env, struct tmem_pool_attr *attr, u32 flags,
		    u32 client)
{
	*attr = (struct tmem_pool_attr){
		.design = tmem_design_find(env->design),
		.store = tmem_store_find(env->store),
		.flags = flags,
		.buckets = env->buckets,
		.client = client,
		.uuid = { 0x7463, env->uuid },
	};
}

int cf_pool(struct conformance_env *env, u32 flags)
{
	struct tmem_pool_attr attr;
	int pool;

	if (env->nr_pools == CONFORMANCE_POOLS)
		return -ENOSPC;
	env->uuid++;
	cf_attr(env, &attr, flags, 1);
	pool = tmem_pool_create(env->tm, &attr, NULL);
	if (pool >= 0)
		env->pool[env->nr_pools++] = pool;
	return pool;
}

int cf_pool_join(struct conformance_env *env, u32 client)
{
	struct tmem_pool_attr attr;

	cf_attr(env, &attr, TMEM_POOL_SHARED, client);
	return tmem_pool_create(env->tm, &attr, NULL);
}

int cf_pool_destroy(struct conformance_env *env, int pool)
{
	int err = tmem_pool_destroy(env->tm, pool, 1);
	u32 i;

	for (i = 0; !err && i < env->nr_pools; i++) {
		if (env->pool[i] != pool)
			continue;
		env->pool[i] = env->pool[--env->nr_pools];
		break;
	}
	return err;
}

int cf_put(struct conformance_env *env, int pool, const struct tmem_oid *oid, u32 index,
	   u32 version)
{
	conformance_fill(env->page, cf_tag(pool, oid, index, version), env->kind);
	return tmem_put(env->tm, pool, oid, index, env->page);
}

int cf_replace(struct conformance_env *env, int pool, const struct tmem_oid *oid, u32 index,
	       u32 version)
{
	conformance_fill(env->page, cf_tag(pool, oid, index, version), env->kind);
	return tmem_replace(env->tm, pool, oid, index, env->page);
}

int cf_get(struct conformance_env *env, int pool, const struct tmem_oid *oid, u32 index,
	   u32 version)
{
	u64 tag = cf_tag(pool, oid, index, version);
	int err;

	memset(env->page, 0x5a, PAGE_SIZE);
	err = tmem_get(env->tm, pool, oid, index, env->page);
	if (!err && !cf_store_is(env, "none") &&
	    !conformance_intact(env->page, tag, env->kind))
		return -EBADMSG;
	return err;
}

/* ---- the table and its execution ---- */

const struct conformance_case *conformance_at(u32 i)
{
	static const struct conformance_group *const groups[] = {
		&conformance_rules, &conformance_model, &conformance_history,
		&conformance_tree, &conformance_reclaim, &conformance_chance,
		&conformance_store,
	};
	u32 g;

	for (g = 0; g < ARRAY_SIZE(groups); g++) {
		if (i < groups[g]->nr)
			return &groups[g]->cases[i];
		i -= groups[g]->nr;
	}
	return NULL;
}

/* The last number with the first page store alone: it is about the table of buckets. */
bool conformance_plan(u32 i, struct conformance_env *env)
{
	static const u32 buckets[] = { 1, 256, 4096 };
	const struct tmem_index_ops *design;
	const struct tmem_store_ops *store;
	u32 d, s, b;

	for (d = 0; (design = tmem_design_at(d)); d++)
		for (s = 0; (store = tmem_store_at(s)); s++)
			for (b = 0; b < (s ? CF_STORES : ARRAY_SIZE(buckets)); b++) {
				if (i--)
					continue;
				env->design = tmem_design_name(design);
				env->store = tmem_store_name(store);
				env->buckets = buckets[b];
				return true;
			}
	return false;
}

static int run_each(struct conformance_env *env, const struct conformance_case *c)
{
	u32 i;

	CF_DO(cf_begin(env, CF_ROOMY, 1));
	for (i = 0; i < ARRAY_SIZE(cf_sorts); i++) {
		int pool = cf_pool(env, cf_sorts[i]);

		CF_TRUE(pool >= 0);
		env->sort = cf_sorts[i];
		CF_DO(c->each(env, pool));
	}
	return cf_end(env);
}

int conformance_run(struct conformance_env *env, const struct conformance_case *c)
{
	int err;

	env->kind = CONFORMANCE_HALF;
	env->tm = NULL;
	env->scratch = NULL;
	env->nr_pools = 0;
	env->uuid = 0;
	env->steps = 0;
	env->file = NULL;
	env->page = (void *)__get_free_page(GFP_KERNEL);
	if (!env->page)
		return cf_fail(env, __FILE__, __LINE__, "memory for a page", 0, 1);

	err = c->each ? run_each(env, c) : c->run(env);
	if (!err && env->tm)
		err = cf_fail(env, __FILE__, __LINE__, "the case came to cf_end()", 0, 1);
	if (env->tm)
		tmem_destroy(env->tm);
	env->tm = NULL;
	kvfree(env->scratch);
	env->scratch = NULL;
	free_page((unsigned long)env->page);
	env->page = NULL;
	return err;
}
