/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * session.h - an open file of /dev/tmem
 *
 * Lock order:
 *
 *	session.create (mutex)		the session is made, once
 *	session.quiet (rwsem)		read: every request that uses the instance;
 *					write: those that want nobody else to
 *	  session.places (semaphore)	a place to run a batch
 *	    session.lock (spinlock)	the lists of lanes
 *	  tmem_kmod_lock, the core's locks
 *
 * Memory of the caller is touched under quiet and in a place, never under create or
 * lock.  A caller can make that take as long as it likes; it holds up its own session
 * only, and whoever waits can be killed.
 */
#ifndef TMEM_KMOD_SESSION_H
#define TMEM_KMOD_SESSION_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <linux/spinlock.h>

#include "kmod.h"
#include "uapi/tmem_dev.h"

#define LANE_OPS	64U	/* operations copied in at a time */

/* Latencies of one lane, as tmem_dev.h lays them out. */
struct session_hist {
	u64 min;		/* U64_MAX while empty */
	u64 max;
	u64 sum;
	u64 sum_high;
	u64 saturated;
	u64 counts[TMEM_DEV_HIST_BUCKETS];
};

/* What a batch needs while it runs.  Made when first needed, kept until the end. */
struct session_lane {
	struct list_head idle;
	struct list_head all;
	void *page;			/* between the caller's memory and tmem */
	struct session_hist *hists;	/* TMEM_DEV_NR_HISTS, or NULL: none yet */
	struct tmem_dev_op ops[LANE_OPS];
	struct tmem_dev_result results[LANE_OPS];
};

struct session {
	struct mutex create;
	struct rw_semaphore quiet;
	struct semaphore places;
	spinlock_t lock;
	struct list_head idle;		/* lanes nobody uses; lock */
	struct list_head all;		/* lock, or quiet for writing */
	struct tmem *tm;		/* set once, then constant: see session_tm() */
};

struct session *session_open(void);
void session_close(struct session *s);

/* The instance, or NULL before TMEM_DEV_SESSION. */
static inline struct tmem *session_tm(const struct session *s)
{
	/* pairs with create_locked() */
	return smp_load_acquire(&s->tm);
}

/*
 * The requests.  Sizes are checked, and arguments copied in and out, by chardev.c;
 * all but session_create() are called with the instance there, and with quiet held.
 */
int session_create(struct session *s, void *arg);
int session_pool_create(struct session *s, void *arg);
int session_pool_destroy(struct session *s, void *arg);
int session_pool_freeze(struct session *s, void *arg);
int session_submit(struct session *s, void *arg);
int session_evict(struct session *s, void *arg);
int session_memory(struct session *s, void *arg);
int session_stats(struct session *s, void *arg);
int session_validate(struct session *s, void *arg);	/* quiet for writing */
int session_histogram(struct session *s, void *arg);	/* likewise */

/* session_hist.c: empty histograms for a lane, or NULL. */
struct session_hist *session_hists_alloc(void);
void session_hist_record(struct session_hist *hist, u64 value);

/* session_submit.c */
void session_lanes_free(struct session *s);

#endif /* TMEM_KMOD_SESSION_H */
