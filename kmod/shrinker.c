// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shrinker.c - gives page frames back when the kernel is short of them
 *
 * Counts and frees in page frames, of ephemeral pages.  Each registered instance
 * gives in proportion to what it has, its oldest pages first, as for any other
 * eviction (tmem_evict()); what it gave is counted, and shown.  Reclaim is told as
 * well: page frames are not slab, it would not notice, and go on until all are gone.
 *
 * Memory reclaim can be entered from any allocation that may wait, also from one
 * that is made under the mutex of an instance, so nothing here may wait: the list
 * of instances is tried for, and what they hold is added up under RCU.
 *
 * Lock order: tmem_kmod_lock (tried), then those of eviction.
 */
#include <linux/math64.h>
#include <linux/mm.h>

#include "compat.h"
#include "kmod.h"

static struct shrinker *shrinker;

static u64 evictable_locked(void)
{
	struct tmem_kmod_instance *inst;
	u64 frames = 0;

	lockdep_assert_held(&tmem_kmod_lock);
	list_for_each_entry(inst, &tmem_kmod_instances, list)
		frames += tmem_evictable(inst->tm);
	return frames;
}

static unsigned long count_frames(struct shrinker *s, struct shrink_control *sc)
{
	u64 frames;

	if (!down_read_trylock(&tmem_kmod_lock))
		return 0;
	frames = evictable_locked();
	up_read(&tmem_kmod_lock);
	return frames ? frames : SHRINK_EMPTY;
}

/* Each instance's share of @nr, rounded up, until there are @nr. */
static u64 shrink_locked(u64 nr, u64 total)
{
	struct tmem_kmod_instance *inst;
	u64 share, got, freed = 0;

	list_for_each_entry(inst, &tmem_kmod_instances, list) {
		if (freed >= nr)
			break;
		share = DIV64_U64_ROUND_UP(nr * tmem_evictable(inst->tm), total);
		got = tmem_evict(inst->tm, min(share, nr - freed));
		atomic_long_add(got, &inst->shrunk);
		freed += got;
	}
	return freed;
}

static unsigned long scan_frames(struct shrinker *s, struct shrink_control *sc)
{
	u64 total, freed = 0;

	if (!down_read_trylock(&tmem_kmod_lock))
		return SHRINK_STOP;
	total = evictable_locked();
	if (total)
		freed = shrink_locked(sc->nr_to_scan, total);
	up_read(&tmem_kmod_lock);
	tmem_account_reclaimed(freed);
	return freed ? freed : SHRINK_STOP;
}

int tmem_shrinker_init(void)
{
	shrinker = tmem_shrinker_add("tmem", count_frames, scan_frames);
	return shrinker ? 0 : -ENOMEM;
}

void tmem_shrinker_exit(void)
{
	tmem_shrinker_del(shrinker);
	shrinker = NULL;
}
