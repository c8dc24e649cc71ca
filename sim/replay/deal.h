/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * deal.h - which thread executes which operation, and what it has to wait for
 */
#ifndef TMEM_SIM_DEAL_H
#define TMEM_SIM_DEAL_H

#include <pthread.h>

#include "chunk.h"

#define REPLAY_MAX_THREADS	64U

enum order {
	ORDER_HANDLE,	/* each handle's operations in order; a range flush
			 * waits for its object's earlier ones and holds back
			 * its later ones */
	ORDER_OBJECT,	/* each object's operations in order */
	ORDER_GLOBAL,	/* one operation after another, by turns */
	ORDER_CPU,	/* the recorded CPUs' operations in order */
	ORDER_NONE,	/* dealt in turn, no promise */
	NR_ORDERS
};

extern const char *const order_names[NR_ORDERS];

/*
 * A fence: a range flush that others wait for.  All fences point backwards in
 * the order of the trace, so threads that wait for one another cannot form a
 * circle.
 */
struct fence {
	u64 position;		/* of the flush in the replay */
	u32 posts;		/* still to come before the flush may run */
	u32 nr_posts;		/* of each run */
	u32 done;
};

#define FENCE_SEGMENT	4096U
#define FENCE_SEGMENTS	(1U << 16)

/* The chunks of one thread, first to last. */
struct queue {
	pthread_mutex_t lock;
	pthread_cond_t more;	/* chunks, or the end */
	pthread_cond_t room;	/* to a bounded queue */
	struct chunk *head;
	struct chunk **tail;
	struct chunk *done;	/* bounded: executed, to be filled again */
	u32 nr;
	u32 limit;		/* chunks, 0: none */
	bool ended;
	bool abandoned;		/* nobody reads any more */
};

struct deal {
	enum order order;
	u32 threads;
	u32 chunk_ops;		/* room of a chunk */
	struct chunks chunks;
	struct chunk *spare;	/* to be used before new ones */
	struct queue queues[REPLAY_MAX_THREADS];
	struct chunk *open[REPLAY_MAX_THREADS];
	u64 next_chunk;		/* number of the next chunk */
	u64 nr_ops;
	struct fence **fences;
	u32 nr_fences;
	struct deal_object **objects;	/* by object, in segments */
};

int deal_init(struct deal *deal, enum order order, u32 threads,
	      bool tagged, u32 limit);
void deal_exit(struct deal *deal);

/*
 * Where @nr operations that will be dealt next may be made: there they need not be
 * copied.  NULL: they may be anywhere.
 */
static inline struct op *deal_room(const struct deal *deal, u32 nr)
{
	struct chunk *chunk = deal->open[0];

	if (deal->threads > 1 || !chunk || deal->chunk_ops - chunk->nr < nr)
		return NULL;
	return chunk->ops + chunk->nr;
}

/*
 * Deal @nr operations of one tag and CPU, in their order; 0, -ENOMEM, or -ECANCELED
 * if nobody reads any more.
 */
int deal_ops(struct deal *deal, const struct op *ops, u32 nr, u64 tag, u32 cpu);

/* No more operations: hand out what is open. */
int deal_end(struct deal *deal);

static inline struct fence *fence_at(const struct deal *deal, u32 n)
{
	return &deal->fences[n / FENCE_SEGMENT][n % FENCE_SEGMENT];
}

/* Before each run over chunks that are kept. */
void deal_reset_fences(struct deal *deal);

/*
 * The next chunk of a thread's queue; waits; NULL: the end.  @cursor: the chunk
 * before it, which the caller has done with; NULL at the start.  Where queues are
 * bounded the chunk is taken off, and @cursor is given back to be filled again; else
 * all stay for the next run.
 */
struct chunk *queue_next(struct queue *queue, struct chunk *cursor);
void queue_abandon(struct queue *queue);

#endif /* TMEM_SIM_DEAL_H */
