/* SPDX-License-Identifier: GPL-2.0-or-later WITH Linux-syscall-note */
/*
 * tmem_dev.h - the ABI of /dev/tmem, for the module and for those who use it
 *
 * /dev/tmem is for root (CAP_SYS_ADMIN when it is opened).  Each open file is a
 * session: one tmem with a memory budget and pools of its own, which nobody else
 * sees.  Closing the file destroys its pools and all that they hold.  Threads may
 * share a file and use it at the same time.
 *
 *	fd = open(TMEM_DEV_PATH, O_RDWR);
 *	ioctl(fd, TMEM_DEV_INFO, &info);	version == TMEM_DEV_VERSION?
 *	ioctl(fd, TMEM_DEV_SESSION, &session);	budget
 *	ioctl(fd, TMEM_DEV_POOL_CREATE, &pool);	as often as needed
 *	ioctl(fd, TMEM_DEV_SUBMIT, &batch);	likewise
 *	ioctl(fd, TMEM_DEV_STATS, &stats);
 *	close(fd);
 *
 * Conventions.  Every request is a structure whose first field is its own size in
 * bytes; the size is in the number of the ioctl too.  Fields marked (in) are read,
 * fields marked (out) written, whatever they held.  Fields that nobody has a use
 * for yet, flags without a name, and the bytes of a name after its end must be zero.
 * Integers have the machine's byte order; there is no implicit padding, so that the
 * layout is the same for 32-bit callers.  Pointers are carried in 64 bits.
 *
 * Errors of every request, besides those it names:
 *	-EINVAL	a size, flag, name or reserved field that is not as described, or a
 *		request other than TMEM_DEV_INFO and TMEM_DEV_NAME before
 *		TMEM_DEV_SESSION
 *	-EFAULT	memory of the caller that cannot be read; or not written, and then
 *		the request was executed, but its answer is lost
 *	-ENOTTY	no such request
 *	-ENOMEM	no memory
 *	-EINTR	a fatal signal came while this waited for others on the same file
 * A request that fails has changed nothing, except where it says what it has done.
 */
#ifndef TMEM_UAPI_DEV_H
#define TMEM_UAPI_DEV_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define TMEM_DEV_PATH		"/dev/tmem"
#define TMEM_DEV_NODE		"tmem"

/* Rises with every change that a program could notice. */
#define TMEM_DEV_VERSION	1

#define TMEM_DEV_NAME_LEN	32	/* with the NUL at the end */
#define TMEM_DEV_TEXT_LEN	96
#define TMEM_DEV_PAGE_SIZE	4096	/* of the page area of a batch */

/* ---- what this module is ---- */

/*
 * TMEM_DEV_INFO - whatever the version of the caller, so that it can tell which one
 * it met: any size of 8 and more is taken, and the first two fields stay where they
 * are for ever.
 */
struct tmem_dev_info {
	__u32 size;			/* in; out: bytes that were written */
	__u32 version;			/* out: TMEM_DEV_VERSION of the module */
	__u32 nr_stats;			/* out: statistics; counters come first ... */
	__u32 nr_counters;		/* out: ... and are so many */
	__u32 max_pools;		/* out: of one session */
	__u32 max_batch;		/* out: operations of one submit */
	__u32 cpus;			/* out: online */
	__u32 clock_ns;			/* out: the least that two reads of the clock
					 * lie apart: the floor of a latency */
};

enum tmem_dev_names {
	TMEM_DEV_DESIGNS,		/* lock designs */
	TMEM_DEV_STORES,		/* page stores */
	TMEM_DEV_STATISTICS,		/* in the order of TMEM_DEV_STATS */
	TMEM_DEV_NR_NAMES
};

/* TMEM_DEV_NAME - designs, stores and statistics by position.  -ENOENT: past the end */
struct tmem_dev_name {
	__u32 size;			/* in */
	__u32 kind;			/* in: enum tmem_dev_names */
	__u32 index;			/* in: from 0 on */
	__u32 reserved;			/* in: 0 */
	char name[TMEM_DEV_NAME_LEN];	/* out */
	char text[TMEM_DEV_TEXT_LEN];	/* out: of statistics, else empty */
};

/* ---- session and pools ---- */

/*
 * TMEM_DEV_SESSION - what makes the file a session; once, and first of all
 *
 * -EINVAL for another version than the module's, -EBUSY where it is one already.
 */
struct tmem_dev_session {
	__u32 size;			/* in */
	__u32 version;			/* in: TMEM_DEV_VERSION of the caller */
	__u64 budget;			/* in: page frames, 1 .. 2^40; 0: the module
					 * parameter's */
	__u32 shards;			/* in: eviction lists, a power of two up to
					 * 64; 0: chosen by the CPUs online */
	__u32 reserved;			/* in: 0 */
	char name[TMEM_DEV_NAME_LEN];	/* out: of its folder in debugfs */
	char why[TMEM_DEV_TEXT_LEN];	/* out: of -EINVAL and -ENOMEM, or empty */
};

/* Flags of a pool. */
#define TMEM_DEV_POOL_PERSISTENT	0x1
#define TMEM_DEV_POOL_SHARED		0x2	/* ephemeral only */
#define TMEM_DEV_POOL_SECOND_CHANCE	0x4	/* shared only: a get marks its page
						 * instead of renewing its place
						 * in the eviction order */

/*
 * TMEM_DEV_POOL_CREATE - a new pool, or a place in a shared one of the same uuid,
 * design, store, flags and buckets
 *
 * -ENOSPC: no place in the session, or in the shared pool.
 */
struct tmem_dev_pool {
	__u32 size;			/* in */
	__u32 flags;			/* in: TMEM_DEV_POOL_* */
	char design[TMEM_DEV_NAME_LEN];	/* in: a name; empty: the parameter's */
	char store[TMEM_DEV_NAME_LEN];	/* in: a name; empty: lz4 */
	__u32 buckets;			/* in: a power of two up to 2^20; 0: the
					 * parameter's */
	__u32 client;			/* in: who asks; any number */
	__u64 uuid[2];			/* in: names a shared pool; else ignored */
	__s32 pool;			/* out: number of the pool, or -1 */
	__u32 reserved;			/* in: 0 */
	char why[TMEM_DEV_TEXT_LEN];	/* out: of a refusal, or empty */
};

/*
 * TMEM_DEV_POOL_DESTROY - leave a pool; the last client takes its pages along
 *
 * Operations in flight end first; whatever comes later finds -ENODEV.
 * -ENODEV: no such pool.  -EINVAL: the client is no member of it.
 */
struct tmem_dev_leave {
	__u32 size;			/* in */
	__s32 pool;			/* in */
	__u32 client;			/* in: as given to TMEM_DEV_POOL_CREATE */
	__u32 reserved;			/* in: 0 */
};

/*
 * TMEM_DEV_POOL_FREEZE - refuse puts from now on, or take them again
 *
 * -ENODEV: no such pool.
 */
struct tmem_dev_freeze {
	__u32 size;			/* in */
	__s32 pool;			/* in */
	__u32 frozen;			/* in: 1 or 0 */
	__u32 reserved;			/* in: 0 */
};

/* ---- operations on pages ---- */

enum tmem_dev_op_kind {
	TMEM_DEV_PUT = 1,		/* keep a copy of a page */
	TMEM_DEV_GET,			/* fetch it; exclusive in ephemeral pools */
	TMEM_DEV_FLUSH_PAGE,		/* forget it */
	TMEM_DEV_FLUSH_RANGE,		/* forget index .. last of an object */
	TMEM_DEV_REPLACE,		/* new bytes for a page that is there */
	TMEM_DEV_BUDGET,		/* oid[0]: page frames; all else 0 */
};

#define TMEM_DEV_OP_TIMED	0x1	/* flag: measure its latency */

#define TMEM_DEV_NO_PAGE	0xffffffffU

/* One operation, 48 bytes. */
struct tmem_dev_op {
	__u64 oid[3];			/* object id */
	__u32 index;
	__u32 last;			/* FLUSH_RANGE: not less than index; else 0 */
	__s32 pool;
	__u32 page;			/* of PUT, GET and REPLACE: where in the page
					 * area, or TMEM_DEV_NO_PAGE (store none);
					 * else 0 */
	__u32 kind;			/* enum tmem_dev_op_kind */
	__u32 flags;			/* TMEM_DEV_OP_* */
};

/*
 * What came of it.  Result: 0; of FLUSH_RANGE how many pages there were; or
 *	-ENOENT	no page behind this handle
 *	-ENOMEM	no memory for the page or its index
 *	-ENOSPC	over the budget with nothing left to evict, or refused by policy
 *	-EBUSY	the pool is frozen
 *	-EIO	the stored bytes are corrupt
 *	-ENODEV	no such pool
 *	-EINVAL	PUT, GET or REPLACE without a page, and the store keeps bytes; or a
 *		budget out of range
 * A get that misses leaves its page of the page area as it was; what a hit brings
 * from store none is undefined.
 */
struct tmem_dev_result {
	__s64 result;
	__u64 latency_ns;		/* of a timed operation, else 0: of the
					 * operation alone, not of copying pages
					 * from and to the caller */
};

#define TMEM_DEV_MAX_BATCH	65536
#define TMEM_DEV_MAX_PAGES	65536

/*
 * TMEM_DEV_SUBMIT - execute operations one after another
 *
 * Batches of several threads run at the same time; there are places for twice as
 * many as CPUs are online, and more wait.  An operation that is not as described
 * above, memory that cannot be read or written, or a fatal signal ends the batch;
 * @done then tells how many operations were executed before, and the results of
 * those are written as far as memory allows.
 *
 * -E2BIG: more operations than TMEM_DEV_MAX_BATCH or pages than TMEM_DEV_MAX_PAGES.
 */
struct tmem_dev_batch {
	__u32 size;			/* in */
	__u32 flags;			/* in: 0 */
	__u64 ops;			/* in: struct tmem_dev_op[nr], 8-byte aligned */
	__u64 results;			/* in: struct tmem_dev_result[nr], likewise,
					 * or 0: nobody wants to know */
	__u64 pages;			/* in: the page area, aligned to pages */
	__u32 nr;			/* in: operations, at least 1 */
	__u32 nr_pages;			/* in: size of the page area; 0: none, and
					 * then pages is 0 */
	__u32 done;			/* out: operations executed */
	__u32 reserved;			/* in: 0 */
};

/* ---- memory ---- */

/* TMEM_DEV_EVICT - free page frames, the oldest ephemeral pages first */
struct tmem_dev_evict {
	__u32 size;			/* in */
	__u32 reserved;			/* in: 0 */
	__u64 frames;			/* in: how many */
	__u64 freed;			/* out: how many it were, with -EINTR too */
};

/* TMEM_DEV_MEMORY */
struct tmem_dev_memory {
	__u32 size;			/* in */
	__u32 reserved;			/* in: 0 */
	__u64 budget;			/* out: page frames allowed */
	__u64 frames;			/* out: charged now */
	__u64 frames_peak;		/* out: most ever charged */
	__u64 allocator_frames;		/* out: what zsmalloc really holds for the
					 * persistent pools */
	__u64 shrunk_frames;		/* out: given back under memory pressure */
};

/* ---- statistics ---- */

#define TMEM_DEV_MAX_STATS	64

/* TMEM_DEV_STATS - of one pool, or of all that live and lived.  -ENODEV: no such pool */
struct tmem_dev_stats {
	__u32 size;			/* in */
	__s32 pool;			/* in: number, or -1: all */
	__u32 nr;			/* out: so many values */
	__u32 reserved;			/* in: 0 */
	__s64 values[TMEM_DEV_MAX_STATS];	/* out: TMEM_DEV_NAME has their names */
};

/*
 * TMEM_DEV_VALIDATE - compare every structure with every count
 *
 * Waits for batches in flight.  -EUCLEAN: damaged, and the kernel's log names what.
 */
struct tmem_dev_validate {
	__u32 size;			/* in */
	__u32 reserved;			/* in: 0 */
};

/*
 * Latencies are counted in three histograms of a session, log-linear: values below
 * 2048 ns have a bucket each, and every doubling from there on has 1024 buckets of
 * equal width:
 *
 *	values		shift	width	buckets
 *	0 .. 2047	0	1	0 .. 2047
 *	2048 .. 4095	1	2	2048 .. 3071
 *	4096 .. 8191	2	4	3072 .. 4095
 *	...
 *
 * Values above an hour count as an hour, and are counted in @saturated.
 */
#define TMEM_DEV_HIST_MAX	3600000000000ULL
#define TMEM_DEV_HIST_HALF	1024U
#define TMEM_DEV_HIST_BUCKETS	(33U * TMEM_DEV_HIST_HALF)

/* The bucket of a value of at most TMEM_DEV_HIST_MAX. */
static inline __u32 tmem_dev_hist_bucket(__u64 value)
{
	__u32 shift = 53 - __builtin_clzll(value | (2 * TMEM_DEV_HIST_HALF - 1));

	return shift * TMEM_DEV_HIST_HALF + (__u32)(value >> shift);
}

enum tmem_dev_hist_kind {
	TMEM_DEV_HIST_PUT,		/* and replace */
	TMEM_DEV_HIST_GET,
	TMEM_DEV_HIST_FLUSH,		/* of pages and ranges */
	TMEM_DEV_NR_HISTS
};

#define TMEM_DEV_HIST_RESET	0x1	/* flag: begin anew once it is read */

/* TMEM_DEV_HISTOGRAM - of all timed operations so far.  Waits for batches in flight. */
struct tmem_dev_histogram {
	__u32 size;			/* in */
	__u32 flags;			/* in: TMEM_DEV_HIST_* */
	__u32 kind;			/* in: enum tmem_dev_hist_kind */
	__u32 nr;			/* in: TMEM_DEV_HIST_BUCKETS */
	__u64 counts;			/* in: __u64[nr], 8-byte aligned */
	__u64 count;			/* out: their sum */
	__u64 min;			/* out: exact; 0 if there are none */
	__u64 max;			/* out: exact */
	__u64 sum;			/* out: low and high half of 128 bits */
	__u64 sum_high;
	__u64 saturated;		/* out */
};

/* ---- requests ---- */

#define TMEM_DEV_IOCTL		0xf7

#define TMEM_DEV_INFO		_IOWR(TMEM_DEV_IOCTL, 0, struct tmem_dev_info)
#define TMEM_DEV_NAME		_IOWR(TMEM_DEV_IOCTL, 1, struct tmem_dev_name)
#define TMEM_DEV_SESSION	_IOWR(TMEM_DEV_IOCTL, 2, struct tmem_dev_session)
#define TMEM_DEV_POOL_CREATE	_IOWR(TMEM_DEV_IOCTL, 3, struct tmem_dev_pool)
#define TMEM_DEV_POOL_DESTROY	_IOW(TMEM_DEV_IOCTL, 4, struct tmem_dev_leave)
#define TMEM_DEV_POOL_FREEZE	_IOW(TMEM_DEV_IOCTL, 5, struct tmem_dev_freeze)
#define TMEM_DEV_SUBMIT		_IOWR(TMEM_DEV_IOCTL, 6, struct tmem_dev_batch)
#define TMEM_DEV_EVICT		_IOWR(TMEM_DEV_IOCTL, 7, struct tmem_dev_evict)
#define TMEM_DEV_MEMORY		_IOWR(TMEM_DEV_IOCTL, 8, struct tmem_dev_memory)
#define TMEM_DEV_STATS		_IOWR(TMEM_DEV_IOCTL, 9, struct tmem_dev_stats)
#define TMEM_DEV_VALIDATE	_IOW(TMEM_DEV_IOCTL, 10, struct tmem_dev_validate)
#define TMEM_DEV_HISTOGRAM	_IOWR(TMEM_DEV_IOCTL, 11, struct tmem_dev_histogram)

#endif /* TMEM_UAPI_DEV_H */
