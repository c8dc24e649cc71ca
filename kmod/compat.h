/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compat.h - the only file that knows which kernel this is
 *
 * One function for each thing that kernels do differently, named after what it
 * is for, with the newer kernel's meaning.
 *
 *	before 6.7	a shrinker is memory of its owner and is registered with
 *			its name; later the kernel allocates it
 *	before 6.4	what reclaim is told of page frames that a shrinker freed
 *			goes under the name of slab
 */
#ifndef TMEM_KMOD_COMPAT_H
#define TMEM_KMOD_COMPAT_H

#include <linux/sched.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/version.h>

typedef unsigned long tmem_shrinker_fn(struct shrinker *s, struct shrink_control *sc);

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)

/* tmem_shrinker_add - a shrinker that is at work from now on, or NULL */
static inline struct shrinker *tmem_shrinker_add(const char *name, tmem_shrinker_fn *count,
						 tmem_shrinker_fn *scan)
{
	struct shrinker *s = shrinker_alloc(0, "%s", name);

	if (!s)
		return NULL;
	s->count_objects = count;
	s->scan_objects = scan;
	shrinker_register(s);
	return s;
}

/* tmem_shrinker_del - when it returns, neither function runs any more */
static inline void tmem_shrinker_del(struct shrinker *s)
{
	shrinker_free(s);
}

#else /* before 6.7 */

static inline struct shrinker *tmem_shrinker_add(const char *name, tmem_shrinker_fn *count,
						 tmem_shrinker_fn *scan)
{
	struct shrinker *s = kzalloc(sizeof(*s), GFP_KERNEL);

	if (!s)
		return NULL;
	s->count_objects = count;
	s->scan_objects = scan;
	s->seeks = DEFAULT_SEEKS;
	if (register_shrinker(s, "%s", name)) {
		kfree(s);
		return NULL;
	}
	return s;
}

static inline void tmem_shrinker_del(struct shrinker *s)
{
	unregister_shrinker(s);
	kfree(s);
}

#endif

/* tmem_account_reclaimed - page frames were freed; if this is reclaim, so much is done */
static inline void tmem_account_reclaimed(unsigned long frames)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	mm_account_reclaimed_pages(frames);
#else
	if (current->reclaim_state)
		current->reclaim_state->reclaimed_slab += frames;
#endif
}

#endif /* TMEM_KMOD_COMPAT_H */
