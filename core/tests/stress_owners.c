// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stress_owners.c - threads that have handles of their own, so each answer is
 * known: exactly for persistent pages, up to eviction for the others
 */
#include "stress_internal.h"

static u32 own_index(const struct worker *w, u32 i)
{
	/* neighbours share a leaf; the last of each stands far away */
	return (i == OWN_INDICES - 1 ? 1U << 24 : 0) + w->id * OWN_INDICES + i;
}

static u32 own_handle(const struct worker *w, u32 slot, u32 object, u32 i)
{
	return ((w->id * SLOTS + slot) * OBJECTS + object) * OWN_INDICES + i;
}

static void own_put(struct worker *w, u32 slot, u32 object, u32 i)
{
	struct tmem_oid oid = stress_oid(object);
	u32 version = ++w->versions;
	int err;

	stress_fill(w, own_handle(w, slot, object, i), version);
	stress_enter(w, slot);
	err = tmem_put(w->s->tm, stress_pool(w->s, slot), &oid, own_index(w, i), w->page);
	stress_leave(w);
	w->own[slot][object][i] = err ? 0 : version;
	if (err && err != -ENOSPC && err != -ENOMEM)
		stress_wrong(w, "put", err);
}

static void own_get(struct worker *w, u32 slot, u32 object, u32 i)
{
	u32 *version = &w->own[slot][object][i];
	struct tmem_oid oid = stress_oid(object);
	int err;

	w->page[0] = 0;
	stress_enter(w, slot);
	err = tmem_get(w->s->tm, stress_pool(w->s, slot), &oid, own_index(w, i), w->page);
	stress_leave(w);
	if (err && err != -ENOENT)
		stress_wrong(w, "get", err);
	if (!err && !*version)
		stress_wrong(w, "a get hits where no page can be", slot);
	if (!err && w->s->has_bytes &&
	    stress_version(w, own_handle(w, slot, object, i)) != *version)
		stress_wrong(w, "a get brings another version than the newest", slot);
	if (err && *version && (w->s->flags[slot] & TMEM_POOL_PERSISTENT))
		stress_wrong(w, "a persistent page is gone", slot);
	if (err || !w->s->flags[slot])
		*version = 0;
}

static void own_replace(struct worker *w, u32 slot, u32 object, u32 i)
{
	u32 *version = &w->own[slot][object][i], next = ++w->versions;
	struct tmem_oid oid = stress_oid(object);
	int err;

	stress_fill(w, own_handle(w, slot, object, i), next);
	stress_enter(w, slot);
	err = tmem_replace(w->s->tm, stress_pool(w->s, slot), &oid, own_index(w, i), w->page);
	stress_leave(w);
	if (!err && !*version)
		stress_wrong(w, "a replacement adds a page", slot);
	if (err && err != -ENOENT && err != -ENOSPC && err != -ENOMEM)
		stress_wrong(w, "replace", err);
	if (err == -ENOENT && *version && (w->s->flags[slot] & TMEM_POOL_PERSISTENT))
		stress_wrong(w, "a persistent page is not there to be replaced", slot);
	if (!err)
		*version = next;
	else if (err == -ENOENT)
		*version = 0;
}

static void own_flush(struct worker *w, u32 slot, u32 object, u32 first, u32 last)
{
	bool persistent = w->s->flags[slot] & TMEM_POOL_PERSISTENT;
	struct tmem_oid oid = stress_oid(object);
	int pool = stress_pool(w->s, slot);
	long found, expected = 0;
	u32 i;

	for (i = first; i <= last; i++) {
		expected += !!w->own[slot][object][i];
		w->own[slot][object][i] = 0;
	}
	if (first == last) {
		stress_enter(w, slot);
		found = tmem_flush_page(w->s->tm, pool, &oid, own_index(w, first));
		stress_leave(w);
		found = found == -ENOENT ? 0 : found ? found : 1;
	} else {
		w->calls++;
		found = tmem_flush_range(w->s->tm, pool, &oid, own_index(w, first),
					 own_index(w, last));
	}
	if (found < 0 || found > expected || (persistent && found != expected))
		stress_wrong(w, "a flush finds other pages than there are", found - expected);
}

void stress_own(struct worker *w)
{
	u32 slot = stress_random(w) % CHURN, object = stress_random(w) % OBJECTS;
	u32 i = stress_random(w) % OWN_INDICES, what = stress_random(w) % 100;

	if (what < 40)
		own_put(w, slot, object, i);
	else if (what < 75)
		own_get(w, slot, object, i);
	else if (what < 83)
		own_replace(w, slot, object, i);
	else if (what < 94 || i > OWN_INDICES - 3)
		own_flush(w, slot, object, i, i);
	else	/* all but the far one, whose range others' pages lie in */
		own_flush(w, slot, object, i, OWN_INDICES - 2);
}
