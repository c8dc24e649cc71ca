// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stress_contended.c - all threads on all handles: log now, judge later
 *
 * Ordering: the intervals of calls are honest by test_ticket(), see world.h.
 */
#include "stress_internal.h"

/* Far apart and close together: borders of nodes, and trees that grow. */
static const u32 indices[INDICES] = { 0, 1, 63, 64, U32_MAX };

static u64 ticket(struct stress *s)
{
	return test_ticket(&s->ticket);
}

/* ---- workers ---- */

struct target {
	u32 slot, object, i;	/* i: position in indices[] */
	struct tmem_oid oid;
	u64 start;
};

static u32 handle_of(const struct target *t)
{
	return (t->slot * OBJECTS + t->object) * INDICES + t->i;
}

static void note(struct worker *w, const struct target *t, enum history_what what,
		 u32 version, u64 end)
{
	if (w->log.nr == w->log.max) {
		stress_wrong(w, "the log is full", w->log.max);
		return;
	}
	w->log.event[w->log.nr++] = (struct history_event){
		.start = t->start, .end = end, .handle = handle_of(t), .version = version,
		.what = what,
	};
}

/* The way that batches go, with their look ahead. */
static int batch_of_one(struct worker *w, const struct target *t,
			int (*batch)(struct tmem *tm, int pool, struct tmem_io *io,
				     unsigned int nr))
{
	struct tmem_io io = { .oid = t->oid, .index = indices[t->i], .page = w->page };
	int done = batch(w->s->tm, stress_pool(w->s, t->slot), &io, 1);

	if (done < 0)
		return done;
	if (done != !io.result)
		stress_wrong(w, "a batch of one", done);
	return io.result;
}

static u32 next_version(struct stress *s)
{
	return test_ticket(&s->version);
}

static void do_put(struct worker *w, struct target *t)
{
	u32 version = next_version(w->s);
	u64 end;
	int err;

	stress_fill(w, handle_of(t), version);
	t->start = ticket(w->s);
	stress_enter(w, t->slot);
	err = stress_random(w) % 4 ?
		tmem_put(w->s->tm, stress_pool(w->s, t->slot), &t->oid, indices[t->i],
			 w->page) :
		batch_of_one(w, t, tmem_put_batch);
	stress_leave(w);
	end = ticket(w->s);
	if (!err)
		note(w, t, HISTORY_PUT, version, end);
	else if (err == -ENOSPC || err == -ENOMEM)
		note(w, t, HISTORY_REFUSED, version, end);
	else if (err == -EBUSY)
		note(w, t, HISTORY_FROZEN, version, end);
	else if (err != -ENODEV || t->slot != CHURN)
		stress_wrong(w, "put", err);
}

static void do_get(struct worker *w, struct target *t)
{
	u64 end;
	int err;

	w->page[0] = 0;
	t->start = ticket(w->s);
	stress_enter(w, t->slot);
	err = stress_random(w) % 4 ?
		tmem_get(w->s->tm, stress_pool(w->s, t->slot), &t->oid, indices[t->i],
			 w->page) :
		batch_of_one(w, t, tmem_get_batch);
	stress_leave(w);
	end = ticket(w->s);
	if (!err)
		note(w, t, HISTORY_HIT, stress_version(w, handle_of(t)), end);
	else if (err == -ENOENT)
		note(w, t, HISTORY_MISS, 0, end);
	else if (err != -ENODEV || t->slot != CHURN)
		stress_wrong(w, "get", err);
}

static void do_replace(struct worker *w, struct target *t)
{
	u32 version = next_version(w->s);
	u64 end;
	int err;

	stress_fill(w, handle_of(t), version);
	t->start = ticket(w->s);
	stress_enter(w, t->slot);
	err = tmem_replace(w->s->tm, stress_pool(w->s, t->slot), &t->oid, indices[t->i],
			   w->page);
	stress_leave(w);
	end = ticket(w->s);
	if (!err)
		note(w, t, HISTORY_REPLACED, version, end);
	else if (err != -ENOENT && err != -ENOSPC && err != -ENOMEM && err != -EBUSY &&
		 (err != -ENODEV || t->slot != CHURN))
		stress_wrong(w, "replace", err);
}

static void do_flush_page(struct worker *w, struct target *t)
{
	u64 end;
	int err;

	t->start = ticket(w->s);
	stress_enter(w, t->slot);
	err = tmem_flush_page(w->s->tm, stress_pool(w->s, t->slot), &t->oid, indices[t->i]);
	stress_leave(w);
	end = ticket(w->s);
	if (!err || err == -ENOENT)
		note(w, t, err ? HISTORY_MISS : HISTORY_REMOVED, 0, end);
	else if (err != -ENODEV || t->slot != CHURN)
		stress_wrong(w, "flush_page", err);
}

static void do_flush_range(struct worker *w, struct target *t, bool object)
{
	u32 a = stress_random(w) % INDICES, b = stress_random(w) % INDICES;
	u32 first = object ? 0 : min(a, b), last = object ? INDICES - 1 : max(a, b);
	int pool = stress_pool(w->s, t->slot);
	long found;
	u64 end;

	w->calls++;
	t->start = ticket(w->s);
	found = object ? tmem_flush_object(w->s->tm, pool, &t->oid) :
		tmem_flush_range(w->s->tm, pool, &t->oid, indices[first], indices[last]);
	end = ticket(w->s);
	if (found == -ENODEV && t->slot == CHURN)
		return;
	/* others may put behind it while it walks, so it may find more */
	if (found < 0)
		stress_wrong(w, "flush_range", found);
	for (t->i = first; found >= 0 && t->i <= last; t->i++)
		note(w, t, HISTORY_REMOVED, 0, end);
}

static void do_evict(struct worker *w, u32 slot)
{
	stress_enter(w, slot);
	tmem_evict(w->s->tm, 1 + stress_random(w) % 3);
	stress_leave(w);
}

void stress_contend(struct worker *w)
{
	struct target t = {
		.slot = stress_random(w) % SLOTS,
		.object = stress_random(w) % OBJECTS,
		.i = stress_random(w) % INDICES,
	};
	u32 what = stress_random(w) % 100;

	t.oid = stress_oid(t.object);
	if (what < 42)
		do_put(w, &t);
	else if (what < 76)
		do_get(w, &t);
	else if (what < 83)
		do_replace(w, &t);
	else if (what < 92)
		do_flush_page(w, &t);
	else if (what < 96)
		do_flush_range(w, &t, false);
	else if (what < 98)
		do_flush_range(w, &t, true);
	else
		do_evict(w, t.slot);
}

/* ---- control ---- */

/* Destroy a pool under traffic, and make it again. */
static void churn(struct worker *w)
{
	struct target t = { .slot = CHURN };
	struct stress *s = w->s;
	u64 end;
	int err, pool;

	t.start = ticket(s);
	err = tmem_pool_destroy(s->tm, stress_pool(s, CHURN), 1);
	end = ticket(s);
	if (err)
		stress_wrong(w, "pool_destroy", err);
	for (t.object = 0; t.object < OBJECTS; t.object++)
		for (t.i = 0; t.i < INDICES; t.i++)
			note(w, &t, HISTORY_REMOVED, 0, end);
	pool = stress_make_pool(s, CHURN);
	if (pool < 0)
		stress_wrong(w, "pool_create", pool);
	WRITE_ONCE(s->pool[CHURN], pool);
	s->made_again++;
}

static void freeze(struct worker *w, u32 slot, bool frozen)
{
	struct stress *s = w->s;
	struct history_frozen *f = &s->frozen[slot][s->nr_frozen[slot]];
	int err;

	if (frozen) {
		f->freeze_start = ticket(s);
		err = tmem_pool_freeze(s->tm, s->pool[slot]);
		f->freeze_end = ticket(s);
	} else {
		f->thaw_start = ticket(s);
		err = tmem_pool_thaw(s->tm, s->pool[slot]);
		f->thaw_end = ticket(s);
		s->nr_frozen[slot]++;
	}
	if (err)
		stress_wrong(w, "freeze or thaw", err);
}

/* Frozen for a while, in which no put may be stored. */
static void freeze_and_thaw(struct worker *w, u32 slot)
{
	struct stress *s = w->s;
	struct tmem_stats first, last;

	freeze(w, slot, true);
	if (tmem_pool_stats(s->tm, s->pool[slot], &first))
		stress_wrong(w, "pool_stats of a frozen pool", slot);
	test_nap();
	if (tmem_pool_stats(s->tm, s->pool[slot], &last) ||
	    first.v[TMEM_puts_stored] != last.v[TMEM_puts_stored])
		stress_wrong(w, "puts are stored in a frozen pool",
			     last.v[TMEM_puts_stored] - first.v[TMEM_puts_stored]);
	freeze(w, slot, false);
}

static void set_budget(struct worker *w)
{
	u64 frames = FRAMES / 2 + stress_random(w) % FRAMES;
	struct stress *s = w->s;

	s->largest_budget = max_t(u64, s->largest_budget, frames);
	if (tmem_set_budget(s->tm, frames))
		stress_wrong(w, "set_budget", frames);
}

void stress_control(struct worker *w)
{
	struct stress *s = w->s;
	u32 slot = stress_random(w) % CHURN, what = stress_random(w) % 12;
	struct tmem_memory memory;
	struct tmem_stats stats;

	w->calls++;
	if (what < 3) {
		tmem_evict(s->tm, 1 + stress_random(w) % 4);
	} else if (what < 6) {
		set_budget(w);
	} else if (what == 6) {
		tmem_memory(s->tm, &memory);
		tmem_stats(s->tm, &stats);
	} else if (what == 7) {
		if (tmem_pool_stats(s->tm, s->pool[slot], &stats))
			stress_wrong(w, "pool_stats", slot);
	} else if (s->config->owners) {
		test_nap();
	} else if (what < 10 && s->nr_frozen[slot] < MAX_FROZEN) {
		freeze_and_thaw(w, slot);
	} else if (w->log.nr + OBJECTS * INDICES <= w->log.max) {
		churn(w);
	}
}
