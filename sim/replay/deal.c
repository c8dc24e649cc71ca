// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * deal.c - which thread executes which operation, and what it has to wait for
 *
 * One thread deals; each worker reads its own queue of chunks.  Except for range
 * flushes under order "handle" the order that was asked for follows from which
 * queue an operation goes to, since a queue is executed from first to last:
 *
 *	handle	by a hash of object and index
 *	object	by a hash of the object
 *	global	whole chunks in turn; a worker waits until its chunk's number is
 *		up, so only one executes at a time
 *	cpu	by the recorded CPU
 *	none	whole chunks in turn, as many at a time as there are threads
 *
 * A range flush under "handle" concerns handles of many threads.  It is executed
 * by the object's own thread, with a fence: every other thread that has had
 * operations of the object since its last flush is dealt a POST at this point,
 * and the flush waits for as many posts; every other thread that is dealt a
 * later operation of the object gets a WAIT for the flush before it.
 *
 * With one thread every order is the order of the trace.
 *
 * Bounded queues.  Chunks go round: a worker gives back the one it has finished
 * when it takes the next, and the dealer fills it anew.  A dealer that has found a
 * queue full sleeps until half of it is free, so that two threads which overlap
 * wake one another once in half a queue and not once a chunk.  All that was dealt
 * is out by then (see hand_out()), so the worker gets there.
 */
#include "deal.h"

#include <stdlib.h>
#include <string.h>

const char *const order_names[NR_ORDERS] = {
	"handle", "object", "global", "cpu", "none",
};

/* What order "handle" keeps of an object. */
struct deal_object {
	u64 since;		/* threads with operations since the last flush */
	u64 behind;		/* threads that are known to be behind it */
	u32 fence;		/* number of the last flush + 1, 0: none */
};

/* ---- queues ---- */

static void queue_init(struct queue *queue, u32 limit)
{
	pthread_mutex_init(&queue->lock, NULL);
	pthread_cond_init(&queue->more, NULL);
	pthread_cond_init(&queue->room, NULL);
	queue->head = NULL;
	queue->tail = &queue->head;
	queue->done = NULL;
	queue->nr = 0;
	queue->limit = limit;
	queue->ended = false;
	queue->abandoned = false;
}

static void queue_exit(struct queue *queue)
{
	pthread_mutex_destroy(&queue->lock);
	pthread_cond_destroy(&queue->more);
	pthread_cond_destroy(&queue->room);
}

/*
 * With @patience, waits for room in a bounded queue.  Where @spare is empty, takes
 * what chunks the worker has done with.
 */
static int queue_push(struct queue *queue, struct chunk *chunk, bool patience,
		      struct chunk **spare)
{
	int ret = 0;

	pthread_mutex_lock(&queue->lock);
	while (patience && queue->limit && queue->nr >= queue->limit &&
	       !queue->abandoned)
		pthread_cond_wait(&queue->room, &queue->lock);
	if (queue->abandoned) {
		ret = -ECANCELED;
	} else {
		*queue->tail = chunk;
		queue->tail = &chunk->next;
		queue->nr++;
		pthread_cond_signal(&queue->more);
	}
	if (!*spare) {
		*spare = queue->done;
		queue->done = NULL;
	}
	pthread_mutex_unlock(&queue->lock);
	return ret;
}

static void queue_end(struct queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	queue->ended = true;
	pthread_cond_broadcast(&queue->more);
	pthread_mutex_unlock(&queue->lock);
}

void queue_abandon(struct queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	queue->abandoned = true;
	pthread_cond_broadcast(&queue->room);
	pthread_mutex_unlock(&queue->lock);
}

struct chunk *queue_next(struct queue *queue, struct chunk *cursor)
{
	struct chunk *chunk;

	pthread_mutex_lock(&queue->lock);
	if (cursor && queue->limit) {
		cursor->next = queue->done;
		queue->done = cursor;
	}
	for (;;) {
		/* bounded: always the head; kept: after the cursor */
		chunk = cursor && !queue->limit ? cursor->next : queue->head;
		if (chunk || queue->ended)
			break;
		pthread_cond_wait(&queue->more, &queue->lock);
	}
	if (chunk && queue->limit) {
		queue->head = chunk->next;
		if (!queue->head)
			queue->tail = &queue->head;
		queue->nr--;
		if (queue->nr <= queue->limit / 2)
			pthread_cond_signal(&queue->room);
	}
	pthread_mutex_unlock(&queue->lock);
	return chunk;
}

/* ---- dealing ---- */

int deal_init(struct deal *deal, enum order order, u32 threads,
	      bool tagged, u32 limit)
{
	u32 i;

	memset(deal, 0, sizeof(*deal));
	deal->order = order;
	deal->threads = threads;
	deal->chunk_ops = order == ORDER_GLOBAL ? TURN_OPS : CHUNK_OPS;
	chunks_init(&deal->chunks, deal->chunk_ops, tagged);
	for (i = 0; i < threads; i++)
		queue_init(&deal->queues[i], limit);
	deal->fences = calloc(FENCE_SEGMENTS, sizeof(*deal->fences));
	deal->objects = calloc(OBJECT_SEGMENTS, sizeof(*deal->objects));
	if (deal->fences && deal->objects)
		return 0;
	deal_exit(deal);
	return -ENOMEM;
}

void deal_exit(struct deal *deal)
{
	u32 i;

	for (i = 0; i < deal->threads; i++)
		queue_exit(&deal->queues[i]);
	chunks_exit(&deal->chunks);
	if (deal->fences)
		for (i = 0; i < FENCE_SEGMENTS && deal->fences[i]; i++)
			free(deal->fences[i]);
	if (deal->objects)
		for (i = 0; i < OBJECT_SEGMENTS; i++)
			free(deal->objects[i]);
	free(deal->fences);
	free(deal->objects);
	memset(deal, 0, sizeof(*deal));
}

static int hand_out_one(struct deal *deal, u32 thread, bool patience)
{
	struct chunk *chunk = deal->open[thread];

	deal->open[thread] = NULL;
	return chunk ? queue_push(&deal->queues[thread], chunk, patience,
				  &deal->spare) : 0;
}

static bool queue_full(struct queue *queue)
{
	bool full;

	pthread_mutex_lock(&queue->lock);
	full = queue->limit && queue->nr >= queue->limit;
	pthread_mutex_unlock(&queue->lock);
	return full;
}

/*
 * Before the dealer waits for one thread, all that it has dealt must be out: the
 * thread may itself wait for a fence that is in another one's open chunk.
 */
static int hand_out(struct deal *deal, u32 thread)
{
	int ret;
	u32 t;

	if (queue_full(&deal->queues[thread])) {
		for (t = 0; t < deal->threads; t++) {
			ret = t == thread ? 0 : hand_out_one(deal, t, false);
			if (ret)
				return ret;
		}
	}
	return hand_out_one(deal, thread, true);
}

/* An empty open chunk, in the place of one that is full or not there. */
static struct chunk *next_chunk(struct deal *deal, u32 thread)
{
	int ret = deal->open[thread] ? hand_out(deal, thread) : 0;
	struct chunk *chunk;

	if (ret)
		return ERR_PTR(ret);
	chunk = deal->spare;
	if (chunk) {
		deal->spare = chunk->next;
		chunk_reset(chunk);
	} else {
		chunk = chunk_new(&deal->chunks);
		if (!chunk)
			return ERR_PTR(-ENOMEM);
	}
	chunk->first = deal->nr_ops;
	chunk->number = deal->next_chunk++;
	deal->open[thread] = chunk;
	return chunk;
}

/* The thread's open chunk, with room for one more operation; or an ERR_PTR. */
static inline struct chunk *open_chunk(struct deal *deal, u32 thread)
{
	struct chunk *chunk = deal->open[thread];

	if (likely(chunk && chunk->nr < deal->chunk_ops))
		return chunk;
	return next_chunk(deal, thread);
}

static inline int append(struct deal *deal, u32 thread, struct op op, u64 tag)
{
	struct chunk *chunk = open_chunk(deal, thread);

	if (IS_ERR(chunk))
		return (int)PTR_ERR(chunk);
	if (chunk->tags)
		chunk->tags[chunk->nr] = tag;
	chunk->ops[chunk->nr++] = op;
	return 0;
}

/* A range flush with a fence. */
static int append_fenced(struct deal *deal, u32 thread, struct op op, u64 tag,
			 u32 fence)
{
	struct chunk *chunk = open_chunk(deal, thread);

	if (IS_ERR(chunk))
		return (int)PTR_ERR(chunk);
	if (chunk_need_fences(&deal->chunks, chunk))
		return -ENOMEM;
	chunk->fences[chunk->nr] = fence;
	op.flags |= OP_FENCED;
	return append(deal, thread, op, tag);
}

/* All to the only thread. */
static int append_all(struct deal *deal, const struct op *ops, u32 nr, u64 tag)
{
	struct chunk *chunk;
	u32 some, i;

	for (; nr; ops += some, nr -= some) {
		deal->nr_ops++;
		chunk = open_chunk(deal, 0);
		if (IS_ERR(chunk))
			return (int)PTR_ERR(chunk);
		some = min(nr, deal->chunk_ops - chunk->nr);
		deal->nr_ops += some - 1;
		if (ops != chunk->ops + chunk->nr)
			memcpy(chunk->ops + chunk->nr, ops, some * sizeof(*ops));
		for (i = 0; chunk->tags && i < some; i++)
			chunk->tags[chunk->nr + i] = tag;
		chunk->nr += some;
	}
	return 0;
}

static struct deal_object *object_state(struct deal *deal, u32 object)
{
	struct deal_object **segment =
		&deal->objects[object / OBJECT_SEGMENT];

	if (!*segment)
		*segment = calloc(OBJECT_SEGMENT, sizeof(**segment));
	return *segment ? *segment + object % OBJECT_SEGMENT : NULL;
}

static u32 object_thread(const struct deal *deal, u32 object)
{
	return handle_hash(object, UINT32_MAX) % deal->threads;
}

/* A range flush of an object whose handles are with several threads. */
static int deal_flush(struct deal *deal, struct op op, u64 tag)
{
	struct deal_object *state = object_state(deal, op.object);
	u32 self = object_thread(deal, op.object), number = deal->nr_fences;
	struct fence **segment = &deal->fences[number / FENCE_SEGMENT];
	struct op post = { .object = op.object, .kind = OP_POST, .arg = number };
	struct fence *fence;
	u32 t;
	int ret;

	if (!state || number / FENCE_SEGMENT >= FENCE_SEGMENTS - 1)
		return -ENOMEM;
	if (!*segment)
		*segment = calloc(FENCE_SEGMENT, sizeof(**segment));
	if (!*segment)
		return -ENOMEM;
	fence = fence_at(deal, number);
	fence->position = deal->nr_ops;
	deal->nr_fences++;
	state->since &= ~BIT_ULL(self);
	fence->nr_posts = __builtin_popcountll(state->since);
	fence->posts = fence->nr_posts;
	for (t = 0; t < deal->threads; t++) {
		if (!(state->since & BIT_ULL(t)))
			continue;
		ret = append(deal, t, post, tag);
		if (ret)
			return ret;
	}
	state->since = 0;
	state->behind = BIT_ULL(self);
	state->fence = number + 1;
	return append_fenced(deal, self, op, tag, number);
}

static int deal_handle(struct deal *deal, struct op op, u64 tag)
{
	struct op wait = { .object = op.object, .kind = OP_WAIT };
	struct deal_object *state;
	u32 t;
	int ret;

	if (op.kind == OP_FLUSH_RANGE)
		return deal_flush(deal, op, tag);
	t = handle_hash(op.object, op.index) % deal->threads;
	state = object_state(deal, op.object);
	if (!state)
		return -ENOMEM;
	if (state->fence && !(state->behind & BIT_ULL(t))) {
		wait.arg = state->fence - 1;
		ret = append(deal, t, wait, tag);
		if (ret)
			return ret;
		state->behind |= BIT_ULL(t);
	}
	state->since |= BIT_ULL(t);
	return append(deal, t, op, tag);
}

/* Whole chunks in turn: the thread that has the open one, or the next. */
static int deal_in_turn(struct deal *deal, struct op op, u64 tag)
{
	u32 last = (u32)((deal->next_chunk + deal->threads - 1) %
			 deal->threads);
	int ret;

	if (deal->next_chunk && deal->open[last] &&
	    deal->open[last]->nr < deal->chunk_ops)
		return append(deal, last, op, tag);
	if (deal->next_chunk) {
		ret = hand_out(deal, last);
		if (ret)
			return ret;
	}
	return append(deal, (u32)(deal->next_chunk % deal->threads), op, tag);
}

static inline int deal_op(struct deal *deal, struct op op, u64 tag, u32 cpu)
{
	deal->nr_ops++;
	switch (op.kind == OP_BUDGET && deal->order != ORDER_GLOBAL ?
		ORDER_CPU : deal->order) {
	case ORDER_HANDLE:
		return deal_handle(deal, op, tag);
	case ORDER_OBJECT:
		return append(deal, object_thread(deal, op.object), op, tag);
	case ORDER_CPU:
		return append(deal, cpu % deal->threads, op, tag);
	default:
		return deal_in_turn(deal, op, tag);
	}
}

int deal_ops(struct deal *deal, const struct op *ops, u32 nr, u64 tag, u32 cpu)
{
	int ret = 0;
	u32 i;

	if (deal->threads == 1)
		return append_all(deal, ops, nr, tag);
	for (i = 0; !ret && i < nr; i++)
		ret = deal_op(deal, ops[i], tag, cpu);
	return ret;
}

int deal_end(struct deal *deal)
{
	int ret = 0, err;
	u32 t;

	for (t = 0; t < deal->threads; t++) {
		err = hand_out(deal, t);
		if (err)
			ret = err;
	}
	for (t = 0; t < deal->threads; t++)
		queue_end(&deal->queues[t]);
	return ret;
}

void deal_reset_fences(struct deal *deal)
{
	u32 i;

	for (i = 0; i < deal->nr_fences; i++) {
		struct fence *fence = fence_at(deal, i);

		fence->posts = fence->nr_posts;
		fence->done = 0;
	}
}
