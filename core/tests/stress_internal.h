/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stress_internal.h - what the parts of the stress share
 *
 *	stress.c		a round: instance, threads, what is checked after
 *	stress_contended.c	workers that log, and the control thread
 *	stress_owners.c		workers that know each answer
 *
 * Word 0 of a page is (handle << 32 | version), so a hit tells which put it
 * came from before the rest of the page is compared.  In the contended mode
 * versions come from one counter; in the owners mode from the owner's.
 *
 * Five slots of pools: private, shared, persistent, shared with second chance, and
 * one of which the sort depends on the seed and which is destroyed and made again under traffic.  A
 * thread may use the id that this slot had before: it then finds no pool, which
 * is no event, or the pool that came after, which is the same slot.
 */
#ifndef TMEM_STRESS_INTERNAL_H
#define TMEM_STRESS_INTERNAL_H

#include "history.h"
#include "stress.h"
#include "world.h"

#define SLOTS		5
#define CHURN		4	/* the slot whose pool comes and goes */
#define OBJECTS		2
#define INDICES		5
#define OWN_INDICES	6	/* of each owner in each object */
#define MAX_FROZEN	4096	/* times */
#define LOG_PER_OP	6	/* events that one call may log */
#define FRAMES		14	/* of budget: reclaim runs all the time */

struct stress;

struct worker {
	struct stress *s;
	u32 id;
	u64 seed;
	u32 calls;
	bool foreign;		/* the call under way runs as the page cache calls */
	struct history_log log;
	u64 *page;
	char wrong[160];
	/* owners: version of the page behind each own handle, 0 for none */
	u32 own[SLOTS][OBJECTS][OWN_INDICES];
	u32 versions;
};

struct stress {
	const struct stress_config *config;
	struct tmem *tm;
	bool has_bytes;
	int pool[SLOTS];	/* READ_ONCE(), WRITE_ONCE() */
	u32 flags[SLOTS];
	atomic64_t ticket;
	atomic64_t version;	/* a counter of tickets, too */
	atomic_long_t working;	/* workers not done yet */
	struct history_frozen *frozen[SLOTS];
	size_t nr_frozen[SLOTS];
	u64 made_again;
	u64 largest_budget;	/* ever set, frames */
	struct worker *worker;	/* config->threads, then control */
};

/* The first thing that is wrong is kept, for the main thread. */
void stress_wrong(struct worker *w, const char *what, long value);

u64 stress_random(struct worker *w);

static inline int stress_pool(const struct stress *s, u32 slot)
{
	return READ_ONCE(s->pool[slot]);
}

static inline struct tmem_oid stress_oid(u32 object)
{
	return (struct tmem_oid){ .w = { object, 1, 0 } };
}

/* Fill the worker's page; look at it after a hit (0: bytes unknown or wrong). */
void stress_fill(struct worker *w, u32 handle, u32 version);
u32 stress_version(struct worker *w, u32 handle);

/* Around single pages: some calls are made as the page cache makes them. */
void stress_enter(struct worker *w, u32 slot);
void stress_leave(struct worker *w);

int stress_make_pool(struct stress *s, u32 slot);

/* One step of each sort of thread. */
void stress_contend(struct worker *w);
void stress_own(struct worker *w);
void stress_control(struct worker *w);

#endif /* TMEM_STRESS_INTERNAL_H */
