/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ops.h - what a replay executes: objects by number, operations in chunks
 *
 * The front end (front.c) turns traces into streams of operations, one stream a
 * thread (deal.c), cut into chunks.  A chunk is filled once and not changed after
 * that, so that the same chunks serve one design after another; in a streamed replay
 * it is filled again when its operations have been executed.
 */
#ifndef TMEM_SIM_OPS_H
#define TMEM_SIM_OPS_H

#include <stdbool.h>
#include <stdint.h>

#include "tmem.h"

#define CHUNK_OPS	256U	/* of a thread's operations */
#define TURN_OPS	2048U	/* where only one chunk is executed at a time */

enum op_kind {
	OP_PUT,
	OP_GET,
	OP_FLUSH,		/* one page */
	OP_FLUSH_RANGE,		/* index .. last */
	OP_BUDGET,		/* arg: entry of the memory schedule */
	OP_POST,		/* tell fence arg that this thread got here */
	OP_WAIT,		/* wait until fence arg is done */
};

/* The number that each operation carries besides, if any. */
enum op_tag {
	TAG_NONE,
	TAG_TIME,		/* of its event, ns */
	TAG_EVENT,		/* which event it comes from, from 0 */
	TAG_SIZE,		/* compressed bytes that its event has recorded; 0: none */
};

/* Flags of an operation. */
#define OP_FENCED	0x01	/* a range flush with a fence: see deal.c */
#define OP_WAS_ACTIVE	0x02	/* a put: see PAGECACHE_WAS_ACTIVE */
#define OP_NOT_ADMITTED	0x04	/* a flush in the place of a put */

struct op {
	u32 object;		/* in struct objects */
	u32 index;
	u32 arg;		/* put: its version; get: the version that a hit
				 * must have, 0: it must miss; range: last */
	u16 client;
	u8 kind;		/* enum op_kind */
	u8 flags;
};

struct chunk {
	struct chunk *next;
	u64 number;		/* among all of the replay, in order */
	u64 first;		/* position of its first operation in the replay */
	u64 *tags;		/* enum op_tag, one an operation, or NULL */
	u32 *fences;		/* of range flushes, or NULL */
	u32 nr;
	/* so that none lies in two cache lines, and tags may follow them */
	struct op ops[] __attribute__((aligned(sizeof(struct op))));
};

struct object {
	struct tmem_oid oid;
	u32 pool;		/* in the pools of the replay */
};

/*
 * Objects stay where they are: workers read those that their operations name
 * while the front end adds more.
 */
#define OBJECT_SEGMENT		4096U
#define OBJECT_SEGMENTS		(1U << 18)

struct objects {
	struct object **segments;
	u32 nr;
	u32 *table;		/* number + 1 by hash, 0: empty */
	u32 mask;
};

static inline struct object *object_at(const struct objects *objects, u32 n)
{
	return &objects->segments[n / OBJECT_SEGMENT][n % OBJECT_SEGMENT];
}

int objects_init(struct objects *objects);
void objects_exit(struct objects *objects);

/* The number of an object, which is added if it is new; UINT32_MAX: no memory. */
u32 objects_number(struct objects *objects, u32 pool,
		   const struct tmem_oid *oid);

/* A mix of object and index: spreads handles over threads and tables. */
static inline u64 handle_hash(u32 object, u32 index)
{
	u64 h = ((u64)object << 32 | index) * 0x9e3779b97f4a7c15ULL;

	/* the low bits of the product know nothing of the object yet */
	h = (h ^ h >> 32) * 0xd6e8feb86659fd93ULL;
	return h ^ h >> 32;
}

#endif /* TMEM_SIM_OPS_H */
