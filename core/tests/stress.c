// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stress.c - one round of the stress: see stress.h and stress_internal.h
 */
#include "stress_internal.h"

#define GIVE_WAY	64	/* calls */

void stress_wrong(struct worker *w, const char *what, long value)
{
	if (!w->wrong[0])
		test_format(w->wrong, sizeof(w->wrong), "thread %u, call %u: %s: %ld", w->id,
			    w->calls, what, value);
}

u64 stress_random(struct worker *w)
{
	w->seed += 0x9e3779b97f4a7c15ULL;
	return conformance_mix(w->seed);
}

/* Mostly small pages, which share frames; some that lz4 refuses. */
static enum conformance_kind kind_of(u32 version)
{
	u32 k = conformance_mix(version) % 16;

	return k < 7 ? CONFORMANCE_HALF : k < 11 ? CONFORMANCE_WHOLE :
	       k < 15 ? CONFORMANCE_SAME : CONFORMANCE_RANDOM;
}

void stress_fill(struct worker *w, u32 handle, u32 version)
{
	conformance_fill(w->page, (u64)handle << 32 | version, kind_of(version));
}

/* The version that a hit has brought, 0 where bytes are not kept or are wrong. */
u32 stress_version(struct worker *w, u32 handle)
{
	u32 version = (u32)w->page[0];

	if (!w->s->has_bytes)
		return 0;
	if (w->page[0] >> 32 != handle ||
	    !conformance_intact(w->page, w->page[0], kind_of(version))) {
		stress_wrong(w, "a hit brings a damaged page", handle);
		return 0;
	}
	return version;
}

/* Single pages of an ephemeral pool: sometimes as the page cache calls us. */
void stress_enter(struct worker *w, u32 slot)
{
	w->calls++;
	w->foreign = !(w->s->flags[slot] & TMEM_POOL_PERSISTENT) && stress_random(w) % 4 == 0;
	if (w->foreign)
		test_foreign_lock(w->id);
}

void stress_leave(struct worker *w)
{
	if (w->foreign)
		test_foreign_unlock(w->id);
}

int stress_make_pool(struct stress *s, u32 slot)
{
	struct tmem_pool_attr attr = {
		.design = s->config->design,
		.store = s->config->store,
		.flags = s->flags[slot],
		.buckets = s->config->buckets,
		.client = 1,
		.uuid = { slot, 1 },
	};

	return tmem_pool_create(s->tm, &attr, NULL);
}

/* ---- the threads ---- */

static void control(struct worker *w)
{
	while (atomic_long_read(&w->s->working) && !w->wrong[0]) {
		stress_control(w);
		cond_resched();
	}
}

static void work(struct worker *w)
{
	u32 i;

	for (i = 0; i < w->s->config->ops && !w->wrong[0]; i++) {
		if (w->s->config->owners)
			stress_own(w);
		else
			stress_contend(w);
		if (i % GIVE_WAY == 0)
			cond_resched();
	}
	atomic_long_sub(1, &w->s->working);
}

static void run_thread(void *arg, u32 id)
{
	struct stress *s = arg;

	if (id < s->config->threads)
		work(&s->worker[id]);
	else
		control(&s->worker[id]);
}

/* ---- afterwards, in the thread that started them ---- */

static const char *check_histories(struct stress *s, char *text, size_t text_size)
{
	static const char memory[] = "no memory for the history";
	u32 threads = s->config->threads + 1, i;
	struct history_event *all;
	size_t nr = 0, at, end;
	char broken = 0;

	for (i = 0; i < threads; i++)
		nr += s->worker[i].log.nr;
	all = kvmalloc((nr + 1) * sizeof(*all), GFP_KERNEL);
	if (!all)
		return memory;
	for (i = 0, at = 0; i < threads; i++) {
		memcpy(all + at, s->worker[i].log.event,
		       s->worker[i].log.nr * sizeof(*all));
		at += s->worker[i].log.nr;
	}
	history_sort_by_handle(all, nr);
	for (at = 0; at < nr && !broken; at = end) {
		u32 slot = all[at].handle / (OBJECTS * INDICES);
		struct history_pool pool = {
			.sort = s->flags[slot] & TMEM_POOL_PERSISTENT ? HISTORY_PERSISTENT :
				s->flags[slot] & TMEM_POOL_SHARED ? HISTORY_SHARED :
				HISTORY_EXCLUSIVE,
			.frozen = s->frozen[slot],
			.nr_frozen = s->nr_frozen[slot],
		};

		for (end = at; end < nr && all[end].handle == all[at].handle; end++)
			;
		broken = history_check(all + at, end - at, atomic64_read(&s->version) + 1,
				       &pool, text, text_size);
		cond_resched();
	}
	kvfree(all);
	return broken ? text : NULL;
}

static const char *check_books(struct stress *s, struct stress_result *result)
{
	const char *broken;
	struct tmem_memory memory;
	struct tmem_stats st;
	u32 slot, object, i;

	tmem_memory(s->tm, &memory);
	if (memory.frames_peak > s->largest_budget)
		return "more was charged than any budget allowed";
	if (tmem_validate(s->tm))
		return "validate after the threads are done";
	tmem_stats(s->tm, &st);
	broken = conformance_books(&st);
	if (broken)
		return broken;
	if (st.v[TMEM_gets_io] || st.v[TMEM_dropped])
		return "bytes were corrupt";
	result->hits += st.v[TMEM_hits];
	result->evicted += st.v[TMEM_evicted];
	result->refused += st.v[TMEM_puts_nospace] + st.v[TMEM_puts_policy];
	result->frozen += st.v[TMEM_puts_frozen];
	result->made_again += s->made_again;

	for (slot = 0; slot < SLOTS; slot++)
		for (object = 0; object < OBJECTS; object++) {
			struct tmem_oid oid = stress_oid(object);

			if (tmem_flush_object(s->tm, s->pool[slot], &oid) < 0)
				return "flush_object at the end";
		}
	tmem_stats(s->tm, &st);
	for (i = TMEM_FIRST_GAUGE; i < TMEM_NR_STATS; i++)
		if (st.v[i])
			return tmem_stat_desc[i].name;
	return tmem_validate(s->tm) ? "validate after all is flushed" : NULL;
}

static const char *run_threads(struct stress *s, struct stress_result *result)
{
	u32 threads = s->config->threads, i;
	const char *text = NULL;

	atomic_long_set(&s->working, threads);
	if (test_run_threads(threads + 1, run_thread, s))
		return "threads cannot be started";
	for (i = 0; i <= threads; i++) {
		result->calls += s->worker[i].calls;
		if (!text && s->worker[i].wrong[0])
			text = s->worker[i].wrong;
	}
	return text;
}

static bool allocate(struct stress *s)
{
	u32 i, threads = s->config->threads;
	size_t max = (size_t)s->config->ops * LOG_PER_OP + 1;
	bool ok;

	s->worker = kvcalloc(threads + 1, sizeof(*s->worker), GFP_KERNEL);
	ok = s->worker;
	for (i = 0; ok && i <= threads; i++) {
		struct worker *w = &s->worker[i];

		w->s = s;
		w->id = i;
		w->seed = conformance_mix(s->config->seed + i);
		w->log.max = s->config->owners ? 0 : max;
		w->log.event = kvmalloc((w->log.max + 1) * sizeof(*w->log.event), GFP_KERNEL);
		w->page = (u64 *)__get_free_page(GFP_KERNEL);
		ok = w->log.event && w->page;
	}
	for (i = 0; i < SLOTS; i++) {
		s->frozen[i] = kvcalloc(MAX_FROZEN, sizeof(*s->frozen[i]), GFP_KERNEL);
		ok = ok && s->frozen[i];
	}
	return ok;
}

static void release(struct stress *s)
{
	u32 i;

	for (i = 0; s->worker && i <= s->config->threads; i++) {
		kvfree(s->worker[i].log.event);
		free_page((unsigned long)s->worker[i].page);
	}
	for (i = 0; i < SLOTS; i++)
		kvfree(s->frozen[i]);
	kvfree(s->worker);
}

static const char *run(struct stress *s, struct stress_result *result, char *text,
		       size_t text_size)
{
	struct tmem_config config = { .budget = FRAMES, .shards = 0 };
	const char *what;
	u32 slot;

	for (slot = 0; slot < SLOTS; slot++) {
		s->flags[slot] = cf_sorts[slot < CHURN ? slot : s->config->seed % CHURN];
		s->pool[slot] = stress_make_pool(s, slot);
		if (s->pool[slot] < 0)
			return "pool_create";
	}
	if (s->config->attach && s->config->attach(s->tm))
		return "the world does not want the instance";
	what = run_threads(s, result);
	if (s->config->detach)
		s->config->detach(s->tm);
	if (!what && tmem_set_budget(s->tm, config.budget))
		what = "set_budget at the end";
	if (!what && !s->config->owners)
		what = check_histories(s, text, text_size);
	if (!what)
		what = check_books(s, result);
	return what;
}

bool stress_plan(u32 i, struct stress_config *config)
{
	const struct tmem_index_ops *design;
	const struct tmem_store_ops *store;
	u32 d, s, way;

	for (d = 0; (design = tmem_design_at(d)); d++)
		for (s = 0; (store = tmem_store_at(s)); s++)
			for (way = 0; way < 4; way++) {
				if (i--)
					continue;
				*config = (struct stress_config){
					.design = design,
					.store = store,
					.buckets = way & 1 ? 256 : 1,
					.owners = way & 2,
				};
				return true;
			}
	return false;
}

const char *stress_mode(const struct stress_config *config)
{
	return config->owners ? "owners" : "contended";
}

int stress_run(const struct stress_config *config, struct stress_result *result,
	       char *text, size_t text_size)
{
	struct tmem_config instance = { .budget = FRAMES, .shards = 0 };
	struct stress s = {
		.config = config,
		.has_bytes = strcmp(tmem_store_name(config->store), "none"),
		.largest_budget = FRAMES,
	};
	const char *what = "no memory";
	char found[256] = "";

	if (allocate(&s)) {
		s.tm = tmem_create(&instance, &what);
		if (!IS_ERR(s.tm)) {
			what = run(&s, result, found, sizeof(found));
			if (what)
				test_format(text, text_size, "%s", what);
			tmem_destroy(s.tm);
			release(&s);
			return what ? -EUCLEAN : 0;
		}
	}
	test_format(text, text_size, "%s", what);
	release(&s);
	return -EUCLEAN;
}
