// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pagecache.c - a model of a client's page cache, in front of tmem
 *
 * Structure.  References come in runs, and so do the pages that leave.  So pages
 * are kept in groups of GROUP neighbours, and what is done once a group costs a
 * run next to nothing:
 *
 *	slots	[ hash : 32 | group : 32 ]	finds a group by (object, number)
 *	groups	object, number, hash, and four bits a page
 *	links	of a group's pages, one cache line a group: next and prev
 *
 * A page's number, group * GROUP + its place, names it in the lists, and its
 * links lie at that number: no page is ever looked up, only its group is.  Group
 * 0 has no pages: its first two links are the heads of two circular lists, newest
 * page first, so that linking and unlinking never branch.  A group that has lost
 * its last page is free, and the first to be taken again.
 *
 * The table is open-addressed, probing is linear, and home is hash >> shift.  A
 * slot knows its home without its group, which lets a removal close the gap by
 * moving later slots of the run back: there are no grave stones.  At least half
 * of the slots are empty; the table has room for the worst case, a group for each
 * page, but only a part that grows with the number of groups is used of it, and
 * the room, like that of groups and links, is not touched before it is needed.
 * Groups that follow one another within HASH_RUN have homes a golden section of
 * the table apart, which fills the gaps evenly, so runs hardly ever collide with
 * themselves and the branches of a probe are foreseen.  Runs are scattered against
 * one another by a full mix, so that no stride finds a weak spot.
 *
 * LRU.  All pages are on list 0; a reference moves its page to the front, the
 * page at the end leaves.  In front of an exclusive FIFO tmem of C2 equal pages
 * this misses exactly where an LRU of C1 + C2 pages does: pages reach tmem in
 * the order of their last references, a get takes its page out, and only the
 * oldest is evicted, so tmem holds just those that follow the cached ones in
 * LRU order.  The same order holds without a page cache: get takes the page out
 * and the put right after makes it tmem's newest, so FIFO there is LRU of C2.
 * A write that overwrites flushes what the get would have taken out.
 *
 * ACTIVE_INACTIVE.  The kernel's two lists, for file pages that are not mapped:
 *
 *	miss			to the front of inactive, referenced
 *	touch, inactive		not referenced: referenced, it stays in its place
 *				referenced: to the front of active, not referenced
 *	touch, active		referenced, it stays in its place
 *	room is needed		while inactive is low the page at the end of active
 *				moves to the front of inactive and keeps its bit;
 *				then the page at the end of inactive leaves
 *
 * so a page's second touch on the inactive list activates it, and a page that
 * was touched while active comes back on its first touch.  Inactive is low where
 * it is smaller than active by a factor of the square root of ten times the
 * size in GiB (1 below a GiB).  Simplified: one list pair instead of one a node
 * and control group; pages move one at a time, where the kernel takes batches of
 * 32 and runs ahead of need; refaults do not activate at once (no shadow
 * entries); no mapped, anonymous or unevictable pages; dirty pages are written
 * back the moment they leave and cost no second round.
 */
#include "pagecache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LIST_INACTIVE	0U	/* the only one with LRU */
#define LIST_ACTIVE	1U
#define GROUP		8U	/* pages whose links fill a cache line */
#define FIRST_GROUP	1U
#define HASH_RUN	1024U	/* groups whose homes are spread evenly */
#define FIRST_SLOTS	16U

/* What is known of page 0 of a group; of page n: shifted by n. */
#define PRESENT		0x00000001U
#define DIRTY		0x00000100U
#define ACTIVE		0x00010000U
#define REFERENCED	0x01000000U
#define ALL_OF_PAGE	(PRESENT | DIRTY | ACTIVE | REFERENCED)

struct group {
	uint32_t object;
	uint32_t number;		/* index / GROUP */
	uint32_t hash;
	uint32_t bits;			/* 0: free, or just made */
};

struct link {
	uint32_t next;			/* towards older pages; also chains free groups */
	uint32_t prev;
};

struct pagecache {
	struct group *groups;
	struct link *links;		/* GROUP of them a group */
	uint8_t *was_active;		/* by group, a bit a page; NULL: not asked for */
	uint64_t *slots;
	uint32_t mask;			/* of slot numbers */
	uint32_t shift;			/* from a hash to its home */
	uint32_t free;			/* chain of free groups, 0: none */
	uint32_t fresh;			/* groups from here on were never used */
	uint32_t nr_groups;		/* that have pages */
	uint32_t pages;			/* it may hold */
	uint32_t room;			/* for so many more pages */
	uint32_t size[2];		/* pages on each list */
	uint32_t inactive_ratio;
	bool overwrites;
	bool two_lists;
	struct pagecache_counters count;
};

/* ---- the table ---- */

static inline uint32_t hash_group(uint32_t object, uint32_t number)
{
	uint64_t x = (uint64_t)object << 32 | number / HASH_RUN;

	x *= 0xd6e8feb86659fd93ULL;
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ULL;
	return (uint32_t)(x >> 32) + number * 0x9e3779b9U;
}

static inline uint64_t slot_make(uint32_t hash, uint32_t group)
{
	return (uint64_t)hash << 32 | group;
}

/* The group, or 0 and the slot that a new one would take in *@where. */
static inline uint32_t table_find(const struct pagecache *pc, uint32_t hash,
				  uint32_t object, uint32_t number,
				  uint32_t *where)
{
	uint32_t i = hash >> pc->shift;
	uint64_t slot;

	while ((uint32_t)(slot = pc->slots[i])) {
		if (slot >> 32 == hash) {
			const struct group *group = &pc->groups[(uint32_t)slot];

			if (group->object == object && group->number == number)
				break;
		}
		i = (i + 1) & pc->mask;
	}
	*where = i;
	return slot;
}

static void table_add(struct pagecache *pc, uint64_t content)
{
	uint32_t i = (content >> 32) >> pc->shift;

	while ((uint32_t)pc->slots[i])
		i = (i + 1) & pc->mask;
	pc->slots[i] = content;
}

static void table_remove(struct pagecache *pc, uint64_t content)
{
	uint64_t *slots = pc->slots;
	uint32_t mask = pc->mask, hole = (content >> 32) >> pc->shift, i;
	uint64_t slot;

	while (slots[hole] != content)
		hole = (hole + 1) & mask;
	for (i = (hole + 1) & mask; (uint32_t)(slot = slots[i]); i = (i + 1) & mask) {
		uint32_t home = (slot >> 32) >> pc->shift;

		if (((i - home) & mask) >= ((i - hole) & mask)) {
			slots[hole] = slot;
			hole = i;
		}
	}
	slots[hole] = 0;
}

/* Use twice as many slots: there is room for them. */
static void table_grow(struct pagecache *pc)
{
	uint32_t g;

	memset(pc->slots, 0, (pc->mask + 1ULL) * sizeof(*pc->slots));
	pc->mask = 2 * pc->mask + 1;
	pc->shift--;
	for (g = FIRST_GROUP; g < pc->fresh; g++)
		if (pc->groups[g].bits)
			table_add(pc, slot_make(pc->groups[g].hash, g));
}

/* ---- groups ---- */

static uint32_t group_new(struct pagecache *pc, uint32_t hash, uint32_t object,
			  uint32_t number, uint32_t where)
{
	uint32_t g = pc->free;

	if (g)
		pc->free = pc->links[g * GROUP].next;
	else
		g = pc->fresh++;
	if (++pc->nr_groups > pc->mask / 2) {
		table_grow(pc);
		table_find(pc, hash, object, number, &where);
	}
	pc->slots[where] = slot_make(hash, g);
	pc->groups[g] = (struct group){ object, number, hash, 0 };
	return g;
}

static void group_free(struct pagecache *pc, uint32_t g)
{
	table_remove(pc, slot_make(pc->groups[g].hash, g));
	pc->links[g * GROUP].next = pc->free;
	pc->free = g;
	pc->nr_groups--;
}

/* ---- the lists ---- */

static inline void list_add(struct pagecache *pc, uint32_t list, uint32_t n)
{
	struct link *links = pc->links;
	uint32_t next = links[list].next;

	links[n].next = next;
	links[n].prev = list;
	links[next].prev = n;
	links[list].next = n;
}

static inline void list_del(struct pagecache *pc, uint32_t n)
{
	struct link *links = pc->links;
	uint32_t prev = links[n].prev, next = links[n].next;

	links[prev].next = next;
	links[next].prev = prev;
}

/* Take out the oldest page of a list that is not empty. */
static inline uint32_t list_pop(struct pagecache *pc, uint32_t list)
{
	struct link *links = pc->links;
	uint32_t n = links[list].prev, prev = links[n].prev;

	links[prev].next = list;
	links[list].prev = prev;
	return n;
}

static inline void list_move(struct pagecache *pc, uint32_t list, uint32_t n)
{
	list_del(pc, n);
	list_add(pc, list, n);
}

/* ---- policies ---- */

/* A page that is cached was referenced. */
static inline void touch(struct pagecache *pc, struct group *group, uint32_t n)
{
	uint32_t place = n % GROUP;

	if (!pc->two_lists) {
		if (pc->was_active)
			pc->was_active[n / GROUP] |= 1U << place;
		if (pc->links[n].prev != LIST_INACTIVE)	/* else it is in front */
			list_move(pc, LIST_INACTIVE, n);
		return;
	}
	if ((group->bits & ACTIVE << place) ||
	    !(group->bits & REFERENCED << place)) {
		group->bits |= REFERENCED << place;
		return;
	}
	group->bits &= ~(REFERENCED << place);
	group->bits |= ACTIVE << place;
	if (pc->was_active)
		pc->was_active[n / GROUP] |= 1U << place;
	list_move(pc, LIST_ACTIVE, n);
	pc->size[LIST_INACTIVE]--;
	pc->size[LIST_ACTIVE]++;
	pc->count.activated++;
}

/* Whether the page was active since it came in, as a flag of its put; it leaves. */
static inline uint16_t end_activity(struct pagecache *pc, uint32_t n)
{
	uint32_t bits, place = n % GROUP;

	if (!pc->was_active)
		return 0;
	bits = pc->was_active[n / GROUP];
	pc->was_active[n / GROUP] = (uint8_t)(bits & ~(1U << place));
	return bits >> place & 1 ? PAGECACHE_WAS_ACTIVE : 0;
}

static bool inactive_is_low(const struct pagecache *pc)
{
	return (uint64_t)pc->size[LIST_INACTIVE] * pc->inactive_ratio <
	       pc->size[LIST_ACTIVE];
}

static void refill_inactive(struct pagecache *pc)
{
	while (inactive_is_low(pc)) {
		uint32_t n = list_pop(pc, LIST_ACTIVE);

		pc->groups[n / GROUP].bits &= ~(ACTIVE << n % GROUP);
		list_add(pc, LIST_INACTIVE, n);
		pc->size[LIST_ACTIVE]--;
		pc->size[LIST_INACTIVE]++;
		pc->count.deactivated++;
	}
}

/*
 * The page that leaves, so that another may come; the size of the inactive list
 * is the same after both.  Group @keep, where the other goes, may end up empty.
 */
static inline void evict(struct pagecache *pc, uint32_t keep,
			 struct pagecache_op *out)
{
	uint32_t n, place, bits;
	struct group *group;

	if (pc->two_lists)
		refill_inactive(pc);
	n = list_pop(pc, LIST_INACTIVE);
	place = n % GROUP;
	group = &pc->groups[n / GROUP];
	*out = (struct pagecache_op){ PAGECACHE_PUT, end_activity(pc, n),
				      group->object,
				      group->number * GROUP + place, 1 };
	bits = group->bits;
	pc->count.writebacks += bits / DIRTY >> place & 1;
	bits &= ~(ALL_OF_PAGE << place);
	group->bits = bits;
	if (!bits && n / GROUP != keep)
		group_free(pc, n / GROUP);
}

static void drop(struct pagecache *pc, uint32_t n)
{
	struct group *group = &pc->groups[n / GROUP];
	uint32_t place = n % GROUP;

	list_del(pc, n);
	end_activity(pc, n);
	pc->size[group->bits / ACTIVE >> place & 1]--;
	pc->room++;
	pc->count.discarded++;
	group->bits &= ~(ALL_OF_PAGE << place);
	if (!group->bits)
		group_free(pc, n / GROUP);
}

/* ---- references ---- */

/* What a miss asks of tmem. */
static inline enum pagecache_op_kind miss_op(const struct pagecache *pc,
					     bool write)
{
	return write && pc->overwrites ? PAGECACHE_FLUSH : PAGECACHE_GET;
}

/* Without a page cache a page leaves as soon as it was used. */
static struct pagecache_op *pass_through(struct pagecache *pc, uint32_t object,
					 uint32_t index, uint32_t count,
					 bool write, struct pagecache_op *out)
{
	uint16_t op = miss_op(pc, write);

	for (; count; count--, index++) {
		*out++ = (struct pagecache_op){ op, 0, object, index, 1 };
		*out++ = (struct pagecache_op){ PAGECACHE_PUT, 0, object, index, 1 };
		pc->count.writebacks += write;
	}
	return out;
}

/* @count pages of one group; returns where the next operation goes. */
static inline struct pagecache_op *
reference_group(struct pagecache *pc, uint32_t object, uint32_t index,
		uint32_t count, bool write, struct pagecache_op *out)
{
	uint32_t number = index / GROUP, hash = hash_group(object, number);
	uint32_t mark = write ? DIRTY : 0;
	uint16_t op = miss_op(pc, write);
	uint32_t g, n, end, where;
	struct group *group;

	g = table_find(pc, hash, object, number, &where);
	if (!g)
		g = group_new(pc, hash, object, number, where);
	group = &pc->groups[g];
	n = g * GROUP + index % GROUP;
	for (end = n + count; n != end; n++, index++) {
		uint32_t place = n % GROUP;

		if (group->bits & PRESENT << place) {
			touch(pc, group, n);
			group->bits |= mark << place;
			continue;
		}
		*out++ = (struct pagecache_op){ op, 0, object, index, 1 };
		if (pc->room) {
			pc->room--;
			pc->size[LIST_INACTIVE]++;
		} else {
			evict(pc, g, out++);
		}
		list_add(pc, LIST_INACTIVE, n);
		group->bits |= (PRESENT | REFERENCED | mark) << place;
	}
	return out;
}

static inline unsigned int reference(struct pagecache *pc, uint32_t object,
				     uint32_t index, uint32_t count, bool write,
				     struct pagecache_op *out)
{
	struct pagecache_op *end = out;
	uint32_t room = pc->room, nr, misses;

	pc->count.references += count;
	if (!pc->pages)
		end = pass_through(pc, object, index, count, write, end);
	else
		for (; count; count -= nr, index += nr) {
			nr = GROUP - index % GROUP;
			nr = nr < count ? nr : count;
			end = reference_group(pc, object, index, nr, write, end);
		}
	/* a miss is one operation where it took room, and two where it did not */
	nr = (uint32_t)(end - out);
	room -= pc->room;
	misses = (nr + room) / 2;
	pc->count.puts += misses - room;
	if (miss_op(pc, write) == PAGECACHE_GET)
		pc->count.gets += misses;
	else
		pc->count.overwrites += misses;
	return nr;
}

unsigned int pagecache_read_pages(struct pagecache *pc, uint32_t object,
				  uint32_t index, uint32_t count,
				  struct pagecache_op *out)
{
	return reference(pc, object, index, count, false, out);
}

unsigned int pagecache_write_pages(struct pagecache *pc, uint32_t object,
				   uint32_t index, uint32_t count,
				   struct pagecache_op *out)
{
	return reference(pc, object, index, count, true, out);
}

/* The pages of a group from @first to @last, in indexes. */
static void discard_group(struct pagecache *pc, uint32_t g, uint32_t first,
			  uint32_t last)
{
	uint32_t bits = pc->groups[g].bits, base = pc->groups[g].number * GROUP;
	uint32_t place;

	for (place = 0; place < GROUP; place++)
		if (bits & PRESENT << place && base + place >= first &&
		    base + place <= last)
			drop(pc, g * GROUP + place);
}

unsigned int pagecache_discard(struct pagecache *pc, uint32_t object,
			       uint32_t index, uint32_t count,
			       struct pagecache_op *out)
{
	uint32_t last = count - 1 > UINT32_MAX - index ? UINT32_MAX :
		index + (count - 1);
	uint32_t g, where, number;

	*out = (struct pagecache_op){ PAGECACHE_FLUSH, 0, object, index,
				      last - index + 1 };
	pc->count.discards++;
	if (last / GROUP - index / GROUP < pc->nr_groups) {
		for (number = index / GROUP; number <= last / GROUP; number++) {
			g = table_find(pc, hash_group(object, number), object,
				       number, &where);
			if (g)
				discard_group(pc, g, index, last);
		}
	} else {
		for (g = FIRST_GROUP; g < pc->fresh; g++)
			if (pc->groups[g].bits && pc->groups[g].object == object)
				discard_group(pc, g, index, last);
	}
	return 1;
}

/* ---- what it did ---- */

uint64_t pagecache_resident(const struct pagecache *pc)
{
	return (uint64_t)pc->size[LIST_INACTIVE] + pc->size[LIST_ACTIVE];
}

void pagecache_counters(const struct pagecache *pc,
			struct pagecache_counters *out)
{
	*out = pc->count;
	out->misses = out->gets + out->overwrites;
	out->hits = out->references - out->misses;
	out->flushes = out->overwrites + out->discards;
}

void pagecache_counters_add(struct pagecache_counters *sum,
			    const struct pagecache *pc)
{
	struct pagecache_counters one;

	pagecache_counters(pc, &one);
	sum->references += one.references;
	sum->hits += one.hits;
	sum->misses += one.misses;
	sum->gets += one.gets;
	sum->puts += one.puts;
	sum->flushes += one.flushes;
	sum->writebacks += one.writebacks;
	sum->overwrites += one.overwrites;
	sum->discards += one.discards;
	sum->discarded += one.discarded;
	sum->activated += one.activated;
	sum->deactivated += one.deactivated;
}

/* Pages on a list that are linked both ways, and know where they are. */
static uint64_t validate_list(const struct pagecache *pc, uint32_t list)
{
	uint32_t n, prev = list;
	uint64_t nr = 0;

	for (n = pc->links[list].next; n != list; n = pc->links[n].next) {
		uint32_t g = n / GROUP, bits;

		if (g < FIRST_GROUP || g >= pc->fresh || pc->links[n].prev != prev ||
		    nr > pc->pages)
			return UINT64_MAX;
		bits = pc->groups[g].bits >> n % GROUP;
		if (!(bits & PRESENT) || !!(bits & ACTIVE) != list)
			return UINT64_MAX;
		prev = n;
		nr++;
	}
	return pc->links[list].prev == prev ? nr : UINT64_MAX;
}

/* Pages in groups, each of which the table finds; what is not there has no bits. */
static uint64_t validate_groups(const struct pagecache *pc)
{
	uint64_t nr_groups = 0, nr = 0;
	uint32_t g, where;

	for (g = FIRST_GROUP; g < pc->fresh; g++) {
		const struct group *group = &pc->groups[g];
		uint32_t present = group->bits & 0xff;

		if (pc->was_active && pc->was_active[g] & ~present)
			return UINT64_MAX;
		if (!group->bits)
			continue;
		if (group->bits & ~(present * ALL_OF_PAGE) ||
		    group->hash != hash_group(group->object, group->number) ||
		    table_find(pc, group->hash, group->object, group->number,
			       &where) != g)
			return UINT64_MAX;
		nr += (uint32_t)__builtin_popcount(present);
		nr_groups++;
	}
	return nr_groups == pc->nr_groups ? nr : UINT64_MAX;
}

int pagecache_validate(const struct pagecache *pc)
{
	uint64_t slots = 0, groups = pc->nr_groups, i;
	uint32_t g;

	for (i = 0; i <= pc->mask; i++)
		slots += (uint32_t)pc->slots[i] != 0;
	for (g = pc->free; g; g = pc->links[g * GROUP].next)
		if (pc->groups[g].bits || groups++ > pc->fresh)
			return -EUCLEAN;
	if (slots != pc->nr_groups || slots > pc->mask / 2 ||
	    groups != pc->fresh - FIRST_GROUP ||
	    pagecache_resident(pc) + pc->room != pc->pages ||
	    validate_groups(pc) != pagecache_resident(pc) ||
	    validate_list(pc, LIST_INACTIVE) != pc->size[LIST_INACTIVE] ||
	    validate_list(pc, LIST_ACTIVE) != pc->size[LIST_ACTIVE])
		return -EUCLEAN;
	return 0;
}

/* ---- life ---- */

/* Of 4 KiB pages: the square root of ten times the GiB, and at least one. */
static uint32_t inactive_ratio(uint64_t pages)
{
	uint64_t tenfold = 10 * (pages >> 18);
	uint32_t root = 1;

	while ((uint64_t)(root + 1) * (root + 1) <= tenfold)
		root++;
	return root;
}

static void list_init(struct pagecache *pc, uint32_t list)
{
	pc->links[list].next = list;
	pc->links[list].prev = list;
}

/* Room for a group a page, and for one that is new before an old one goes. */
static bool allocate(struct pagecache *pc, bool activity)
{
	size_t groups = FIRST_GROUP + (size_t)pc->pages + 1;
	size_t slots = FIRST_SLOTS;

	while (slots / 2 <= (size_t)pc->pages + 1)
		slots *= 2;
	pc->groups = calloc(groups, sizeof(*pc->groups));
	pc->links = aligned_alloc(GROUP * sizeof(*pc->links),
				  groups * GROUP * sizeof(*pc->links));
	pc->slots = calloc(slots, sizeof(*pc->slots));
	if (activity)
		pc->was_active = calloc(groups, sizeof(*pc->was_active));
	return pc->groups && pc->links && pc->slots &&
		(pc->was_active || !activity);
}

struct pagecache *pagecache_create(const struct pagecache_config *config)
{
	struct pagecache *pc;

	if (config->pages > PAGECACHE_MAX_PAGES ||
	    (unsigned int)config->policy >= PAGECACHE_NR_POLICIES ||
	    (unsigned int)config->writes >= PAGECACHE_NR_WRITES) {
		errno = EINVAL;
		return NULL;
	}
	pc = calloc(1, sizeof(*pc));
	if (!pc)
		return NULL;
	pc->pages = pc->room = (uint32_t)config->pages;
	pc->mask = FIRST_SLOTS - 1;
	pc->shift = 32 - __builtin_ctz(FIRST_SLOTS);
	pc->fresh = FIRST_GROUP;
	pc->inactive_ratio = inactive_ratio(config->pages);
	pc->overwrites = config->writes == PAGECACHE_WRITE_OVERWRITES;
	pc->two_lists = config->policy == PAGECACHE_ACTIVE_INACTIVE;
	if (!allocate(pc, config->activity)) {
		pagecache_destroy(pc);
		errno = ENOMEM;
		return NULL;
	}
	list_init(pc, LIST_INACTIVE);
	list_init(pc, LIST_ACTIVE);
	return pc;
}

void pagecache_destroy(struct pagecache *pc)
{
	if (!pc)
		return;
	free(pc->slots);
	free(pc->was_active);
	free(pc->links);
	free(pc->groups);
	free(pc);
}
