/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * history.h - what threads did to handles, and whether it was possible
 *
 * Threads log an event for each call, with the tickets that a common counter
 * gave before and after it: an event that ended before another started surely
 * came first.  After the threads are joined, history_check() decides for each
 * handle whether the answers can be those of some serial order.
 *
 * Versions are unique over all events, so a hit names the put whose bytes it
 * brought.  Letters are those of the violations that history_check() reports.
 *
 *  (A) A hit brings the version of an accepted put that began before the hit
 *	ended.
 *  (B) That version was not surely superseded: nothing that puts, removes,
 *	misses or brings another version lies wholly between the end of the put
 *	and the start of the hit.
 *  (C) In an exclusive pool each version is hit once at most.
 *  (D) A hit whose bytes are unknown (store "none") needs an accepted put that
 *	may have come after the last sure removal; and exclusive hits are not
 *	more than puts.
 *  (E) In a persistent pool a miss needs a removal or a refused put that may
 *	have come after the last surely finished accepted put.
 *  (F) No accepted put lies wholly within a frozen time, and a put that was
 *	refused as frozen touches one.
 *
 * These are necessary conditions, each cheap, and not sufficient ones: pages
 * may be evicted at any time, which explains any miss of an ephemeral pool.
 */
#ifndef TMEM_HISTORY_H
#define TMEM_HISTORY_H

#include "port.h"

enum history_what {
	HISTORY_PUT,		/* accepted put */
	HISTORY_REPLACED,	/* replacement that was done */
	HISTORY_REFUSED,	/* put that failed */
	HISTORY_FROZEN,		/* put that failed with -EBUSY */
	HISTORY_HIT,
	HISTORY_MISS,		/* of a get or of a flush */
	HISTORY_REMOVED,	/* flushed, or the pool was destroyed */
};

enum history_sort {
	HISTORY_EXCLUSIVE,
	HISTORY_SHARED,
	HISTORY_PERSISTENT,
};

struct history_event {
	u64 start, end;	/* tickets */
	u32 handle;
	u32 version;	/* of a put or a hit; 0: unknown */
	enum history_what what;
};

/* A log of one thread: bounded, and full() when it should stop. */
struct history_log {
	struct history_event *event;
	size_t nr, max;
};

/* A time in which a pool was frozen: both calls with their tickets. */
struct history_frozen {
	u64 freeze_start, freeze_end;
	u64 thaw_start, thaw_end;
};

struct history_pool {
	enum history_sort sort;
	const struct history_frozen *frozen;	/* in order of time */
	size_t nr_frozen;
};

/*
 * history_check - check all events of one handle
 * @event: in any order; sorted on return
 * @versions: all versions are below
 * @text: where a violation is described
 *
 * Return: 0, or the letter of the rule that is broken.
 */
char history_check(struct history_event *event, size_t nr, u32 versions,
		   const struct history_pool *pool, char *text, size_t text_size);

/*
 * history_selftest - whether histories made up to break each rule are told from
 * those that were possible
 * @text: what is wrong, where something is
 *
 * Return: 0 or -EUCLEAN.
 */
int history_selftest(char *text, size_t text_size);

/* Order events by handle, to find each handle's. */
void history_sort_by_handle(struct history_event *event, size_t nr);

#endif /* TMEM_HISTORY_H */
