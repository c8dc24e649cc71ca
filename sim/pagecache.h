/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pagecache.h - a model of a client's page cache, in front of tmem
 *
 * Turns references to pages into what a tmem client would do.  On a miss it
 * gets the page from tmem first, then puts the page that has to leave.  The
 * model never learns tmem's answers, so its stream depends on the references
 * alone and may run ahead of, and in another thread than, the replay.
 *
 * A page is named by an object number that the caller hands out, and an index.
 * The functions depend on nothing but memory; none may run on the same model at
 * the same time as another.
 */
#ifndef TMEM_PAGECACHE_H
#define TMEM_PAGECACHE_H

#include <stdbool.h>
#include <stdint.h>

#define PAGECACHE_MAX_PAGES	((1U << 29) - 2)
#define PAGECACHE_MAX_OPS	2	/* of a page, and of a discard */

enum pagecache_policy {
	PAGECACHE_LRU,			/* one list, least recently used leaves */
	PAGECACHE_ACTIVE_INACTIVE,	/* the kernel's two lists */
	PAGECACHE_NR_POLICIES
};

/* What a write to a page that is not cached does. */
enum pagecache_writes {
	PAGECACHE_WRITE_READS,		/* read it first, as for part of a page: a get */
	PAGECACHE_WRITE_OVERWRITES,	/* all of it is new: a flush */
	PAGECACHE_NR_WRITES
};

struct pagecache_config {
	uint64_t pages;			/* 0 .. PAGECACHE_MAX_PAGES; 0: no page cache */
	enum pagecache_policy policy;
	enum pagecache_writes writes;
	bool activity;			/* puts tell PAGECACHE_WAS_ACTIVE */
};

enum pagecache_op_kind {
	PAGECACHE_GET,
	PAGECACHE_PUT,
	PAGECACHE_FLUSH,
};

/*
 * Of a PUT, where the configuration asks for it: the page was on the active list at
 * some time since it came in (LRU: was hit at least once).
 */
#define PAGECACHE_WAS_ACTIVE	0x0001

/* An operation on tmem; count is 1 but for the flush of a discarded range. */
struct pagecache_op {
	uint16_t op;			/* enum pagecache_op_kind */
	uint16_t flags;
	uint32_t object;
	uint32_t index;
	uint32_t count;
};

/* references = hits + misses; misses = gets + overwrites. */
struct pagecache_counters {
	uint64_t references;
	uint64_t hits;
	uint64_t misses;		/* not in the page cache; tmem may have it */
	uint64_t gets;
	uint64_t puts;
	uint64_t flushes;		/* overwrites + discards */
	uint64_t writebacks;		/* dirty pages among those that left */
	uint64_t overwrites;		/* writes that missed and flushed */
	uint64_t discards;		/* calls */
	uint64_t discarded;		/* cached pages that they dropped */
	uint64_t activated;		/* moved to the active list */
	uint64_t deactivated;		/* and back to the inactive one */
};

struct pagecache;

/* NULL with errno EINVAL (the configuration) or ENOMEM. */
struct pagecache *pagecache_create(const struct pagecache_config *config);
void pagecache_destroy(struct pagecache *pc);

/*
 * Reference @count (0 or more) pages from @index on; none may lie past index
 * 2^32 - 1.  @out has room for @count * PAGECACHE_MAX_OPS; returns how many it was
 * given, in the order in which tmem must see them.  For each page:
 *
 *	hit	nothing
 *	miss	GET (a write that overwrites: FLUSH) of this page, then PUT of
 *		the page that leaves, where one has to
 *
 * Without a page cache every reference misses, and the page itself leaves right
 * after: GET or FLUSH, then PUT of it.  A run costs less than its pages one by one.
 */
unsigned int pagecache_read_pages(struct pagecache *pc, uint32_t object,
				  uint32_t index, uint32_t count,
				  struct pagecache_op *out);
unsigned int pagecache_write_pages(struct pagecache *pc, uint32_t object,
				   uint32_t index, uint32_t count,
				   struct pagecache_op *out);

/* Reference one page. */
static inline unsigned int pagecache_read(struct pagecache *pc, uint32_t object,
					  uint32_t index, struct pagecache_op *out)
{
	return pagecache_read_pages(pc, object, index, 1, out);
}

static inline unsigned int pagecache_write(struct pagecache *pc, uint32_t object,
					   uint32_t index, struct pagecache_op *out)
{
	return pagecache_write_pages(pc, object, index, 1, out);
}

/*
 * The pages from @index on are no more (truncated, deleted): drop those that
 * are cached, dirty or not, and FLUSH the range.  @count is 1 or more, what
 * lies past index 2^32 - 1 is cut off.  Returns 1.
 */
unsigned int pagecache_discard(struct pagecache *pc, uint32_t object,
			       uint32_t index, uint32_t count,
			       struct pagecache_op *out);

void pagecache_counters(const struct pagecache *pc,
			struct pagecache_counters *out);

/* Add this cache's to @sum. */
void pagecache_counters_add(struct pagecache_counters *sum,
			    const struct pagecache *pc);
uint64_t pagecache_resident(const struct pagecache *pc);	/* pages cached now */

/* Compare lists, table and counts with one another: 0 or -EUCLEAN. */
int pagecache_validate(const struct pagecache *pc);

#endif /* TMEM_PAGECACHE_H */
