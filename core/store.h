/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store.h - page descriptors, and the contract of a page store
 *
 * A page store is page-addressable memory: it holds the bytes behind a page
 * descriptor, and nothing else knows where.
 *
 * Life of a descriptor.  It is born with one reference, that of its index.
 * Whoever takes it out of the index owns that reference and drops it.  Others
 * (an evictor, a reader of a page that stays) hold references of their own, each
 * taken and dropped inside of one RCU read section.  The last one gives back
 * the bytes at once, and the descriptor at once or, in a design whose readers
 * take no lock, after a grace period.
 *
 * Late bytes.  In such a design the bytes of a persistent page outlive it by that
 * grace period too, if the store can give them back from a callback.  Then whoever
 * finds the page may read it to the end of the RCU read section without a reference:
 * a get writes nothing that other CPUs look at, and does not wait for its own
 * atomic operations.  The budget has the bytes back at once all the same.
 */
#ifndef TMEM_STORE_H
#define TMEM_STORE_H

#include "pool.h"

struct tmem_object;
struct tmem_frame;

enum tmem_page_kind {
	TMEM_PAGE_INDEX,	/* no bytes (store none) */
	TMEM_PAGE_RAW,		/* a page frame of its own */
	TMEM_PAGE_SAME,		/* one 64-bit word all over */
	TMEM_PAGE_FRAME,	/* compressed, half of a frame */
	TMEM_PAGE_ZS,		/* compressed, in the size-class allocator */
};

/* 32 bytes; 56 in ephemeral pools */
struct tmem_page {
	union {
		struct {
			struct tmem_object *obj; /* set by insertion, then constant */
			u32 index;	/* likewise */
			u16 size:13,	/* bytes kept; constant */
			    kind:3;	/* enum tmem_page_kind; constant */
			u8 half:1,	/* which of its frame; constant */
			   shard:6;	/* of the order; constant */
			u8 listed;	/* on it; order lock */
		};
		struct rcu_head rcu;	/* when the last reference is gone */
	};
	union {				/* constant, by kind */
		unsigned long addr;
		struct tmem_frame *frame;
		unsigned long handle;
		u64 word;
	};
	refcount_t refs;
	u16 owned;			/* lock-free designs: xchg decides who
					 * takes the page out */
	u8 used;			/* second chance; READ_ONCE, WRITE_ONCE:
					 * reclaim.c, (D) */

	/* There only in ephemeral pools.  Order lock. */
	struct list_head order;
	u64 seq;			/* age */
};

/* What a put carries through a design into the store. */
struct tmem_request {
	const struct tmem_oid *oid;
	u32 index;
	const void *src;
	unsigned int shard;		/* where in the order the page will be */
	size_t reserved;		/* bytes charged already for this put */
	size_t short_by;		/* out, with -ENOSPC: bytes to make room
					 * for; 0 if room would not help */
	struct tmem_scratch *scratch;	/* holds the compressed page, so that a
					 * second attempt need not compress */
	u32 packed;			/* bytes in it; 0: not compressed yet */
};

struct tmem_store_ops {
	const char *name;
	size_t charge;	/* what every page costs, in bytes; 0: add finds out */

	/* Where set: per pool, in process context. */
	int (*pool_init)(struct tmem_pool *pool);
	void (*pool_exit)(struct tmem_pool *pool);
	u64 (*allocator_frames)(struct tmem_pool *pool);
	int (*validate)(struct tmem_pool *pool);

	/*
	 * add: keep the bytes of @req behind @page, charge them, and set the
	 * page's kind, size and payload.  Never evicts, never sleeps.
	 * 0, -ENOMEM, -ENOSPC (with req->short_by), -E2BIG (refused by policy).
	 */
	int (*add)(struct tmem_pool *pool, struct tmem_page *page,
		   struct tmem_request *req);
	/* get: copy the bytes out; 0 or -EIO */
	int (*get)(struct tmem_pool *pool, struct tmem_page *page, void *dst);
	/* del: give the bytes back; returns how many of the budget that frees,
	 * which the caller uncharges */
	size_t (*del)(struct tmem_pool *pool, struct tmem_page *page);
	/*
	 * Where set: del's work from a callback, for late bytes.  Given the head
	 * of a persistent descriptor, frees the bytes and the descriptor; what
	 * the budget gets back is @charge.
	 */
	void (*late_del)(struct rcu_head *head);
	/*
	 * Where set: the other page that must go before the frame of @page can
	 * be freed, with a reference taken, or NULL.
	 */
	struct tmem_page *(*buddy)(struct tmem_pool *pool,
				   struct tmem_page *page);
};

extern const struct tmem_store_ops tmem_store_none;
extern const struct tmem_store_ops tmem_store_raw;
extern const struct tmem_store_ops tmem_store_lz4;

int tmem_store_init(void);
void tmem_store_exit(void);

/*
 * tmem_page_create - a descriptor that holds the bytes of @req
 *
 * Context: as the pool's put.  Never evicts.
 * Return: the page with one reference, or ERR_PTR of what store add returns.
 */
struct tmem_page *tmem_page_create(struct tmem_pool *pool,
				   struct tmem_request *req);

/* tmem_page_put - drop a reference */
void tmem_page_put(struct tmem_pool *pool, struct tmem_page *page);

/*
 * tmem_page_drop - drop several references at once
 *
 * Return: bytes of the budget that are not needed any more, and that the caller
 * has to uncharge or to use.
 */
size_t tmem_page_drop(struct tmem_pool *pool, struct tmem_page *page,
		      unsigned int refs);

/* tmem_page_read - copy the bytes out; the caller holds a reference, or needs none */
static inline int tmem_page_read(struct tmem_pool *pool, struct tmem_page *page,
				 void *dst)
{
	return pool->store->get(pool, page, dst);
}

/*
 * tmem_page_read_kept - read a page that stays in its index, and let go of it
 *
 * Notes the use of a shared page; drops an ephemeral one whose bytes are corrupt.
 * Context: a reference to @page held, which is consumed; no index lock.
 * Return: 0 or -EIO.
 */
int tmem_page_read_kept(struct tmem_pool *pool, struct tmem_page *page,
			void *dst);

/* Charge for a page of this pool, from the reservation first; and back. */
int tmem_store_charge(struct tmem_pool *pool, struct tmem_request *req,
		      size_t bytes);
void tmem_store_uncharge(struct tmem_pool *pool, size_t bytes);

/* The compressor's memory of this CPU: held from the first use to the end. */
struct tmem_scratch *tmem_scratch_get(struct tmem_pool *pool,
				      struct tmem_request *req);
void tmem_request_end(struct tmem_pool *pool, struct tmem_request *req);
int tmem_scratch_init(struct tmem *tm);
void tmem_scratch_exit(struct tmem *tm);

struct tmem_scratch {
	u64 work[LZ4_MEM_COMPRESS / sizeof(u64)];
	u8 out[LZ4_COMPRESSBOUND(PAGE_SIZE)];
};

#endif /* TMEM_STORE_H */
