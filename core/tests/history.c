// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * history.c - whether a history was possible: see history.h
 *
 * Each question is "is there an event of this class that surely lies before, or
 * after, and ...", answered by a binary search in an order by start or by end,
 * and a maximum or minimum over the rest of that order, computed once.
 */
#include "history.h"
#include "world.h"

#define NEVER (~0ULL)

/* The two earliest ends of events with different identities, from here on. */
struct earliest {
	u64 end[2];
	u64 identity;	/* of end[0] */
};

/* An event by its position, to be put in order of end. */
struct ended {
	u64 end;
	size_t event;
};

struct checker {
	const struct history_pool *pool;
	struct history_event *event;	/* in order of start */
	size_t nr;
	struct ended *by_end;		/* all of them, in order of end */
	struct earliest *earliest;	/* of superseding events, [nr] is none */
	u64 *put_start;		/* latest start of a put, over by_end[0..i] */
	u64 *gone_start;		/* and of what shows that no page is there */
	u64 *put_end;		/* latest end of a put, over event[0..i] */
	u64 *remove_end;		/* and of a removal or refused put */
	size_t *put_of;			/* by version: position + 1, or 0 */
	u8 *hit;		/* by version: whether one hit it */
	char *text;
	size_t text_size;
};

static int compare_start(const void *a, const void *b)
{
	const struct history_event *l = a, *r = b;

	return l->start < r->start ? -1 : l->start > r->start;
}

static int compare_handle(const void *a, const void *b)
{
	const struct history_event *l = a, *r = b;

	if (l->handle != r->handle)
		return l->handle < r->handle ? -1 : 1;
	return compare_start(a, b);
}

void history_sort_by_handle(struct history_event *event, size_t nr)
{
	test_sort(event, nr, sizeof(*event), compare_handle);
}

static int compare_end(const void *a, const void *b)
{
	const struct ended *l = a, *r = b;

	return l->end < r->end ? -1 : l->end > r->end;
}

static bool is_put(const struct history_event *e)
{
	return e->what == HISTORY_PUT || e->what == HISTORY_REPLACED;
}

static bool is_removal(const struct history_event *e)
{
	return e->what == HISTORY_REFUSED || e->what == HISTORY_FROZEN ||
	       e->what == HISTORY_REMOVED;
}

/* Within this event there was a moment at which no page was there. */
static bool shows_gone(const struct checker *c, const struct history_event *e)
{
	return is_removal(e) || e->what == HISTORY_MISS ||
	       (e->what == HISTORY_HIT && c->pool->sort == HISTORY_EXCLUSIVE);
}

/*
 * What an event says about the version behind the handle: that it is this one,
 * or (identity beyond all versions) that it is none.
 */
static u64 identity(const struct checker *c, size_t i)
{
	const struct history_event *e = &c->event[i];

	if (is_put(e) || (e->what == HISTORY_HIT && c->pool->sort != HISTORY_EXCLUSIVE))
		return e->version;
	return (1ULL << 32) + i;
}

static void add_earliest(struct earliest *e, u64 end, u64 identity)
{
	if (identity == e->identity || end < e->end[0]) {
		if (identity != e->identity)
			e->end[1] = e->end[0];
		if (end < e->end[0])
			e->end[0] = end;
		e->identity = identity;
	} else if (end < e->end[1]) {
		e->end[1] = end;
	}
}

static u64 at_least(u64 so_far, bool counts, u64 value)
{
	return counts && value > so_far ? value : so_far;
}

static void prepare(struct checker *c)
{
	u64 put = 0, other = 0;
	size_t i;

	test_sort(c->event, c->nr, sizeof(*c->event), compare_start);
	for (i = 0; i < c->nr; i++)
		c->by_end[i] = (struct ended){ c->event[i].end, i };
	test_sort(c->by_end, c->nr, sizeof(*c->by_end), compare_end);

	c->earliest[c->nr] = (struct earliest){ { NEVER, NEVER }, NEVER };
	for (i = c->nr; i-- > 0; ) {
		c->earliest[i] = c->earliest[i + 1];
		if (identity(c, i))
			add_earliest(&c->earliest[i], c->event[i].end, identity(c, i));
	}

	for (i = 0; i < c->nr; i++) {
		const struct history_event *e = &c->event[i];

		put = at_least(put, is_put(e), e->end);
		other = at_least(other, is_removal(e), e->end);
		c->put_end[i] = put;
		c->remove_end[i] = other;
		if (is_put(e))
			c->put_of[e->version] = i + 1;
	}
	for (i = 0, put = 0, other = 0; i < c->nr; i++) {
		const struct history_event *e = &c->event[c->by_end[i].event];

		put = at_least(put, is_put(e), e->start);
		other = at_least(other, shows_gone(c, e), e->start);
		c->put_start[i] = put;
		c->gone_start[i] = other;
	}
}

/* How many events started before @ticket: they are the first ones. */
static size_t started_before(const struct checker *c, u64 ticket)
{
	size_t low = 0, high = c->nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (c->event[mid].start < ticket)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static size_t ended_before(const struct checker *c, u64 ticket)
{
	size_t low = 0, high = c->nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (c->by_end[mid].end < ticket)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static char violation(struct checker *c, char letter, const struct history_event *e,
		      const char *what)
{
	test_format(c->text, c->text_size,
		    "(%c) handle %u, version %u, tickets %llu to %llu: %s", letter,
		    e->handle, e->version, e->start, e->end, what);
	return letter;
}

static char check_known_hit(struct checker *c, const struct history_event *hit)
{
	const struct history_event *put;
	const struct earliest *rest;
	u64 end;

	if (!c->put_of[hit->version])
		return violation(c, 'A', hit, "a hit brings bytes that no put was accepted for");
	put = &c->event[c->put_of[hit->version] - 1];
	if (put->start > hit->end)
		return violation(c, 'A', hit, "a hit brings bytes that were put later");

	rest = &c->earliest[started_before(c, put->end)];
	end = rest->identity == hit->version ? rest->end[1] : rest->end[0];
	if (end < hit->start)
		return violation(c, 'B', hit, "a hit brings bytes that were superseded");

	if (c->pool->sort == HISTORY_EXCLUSIVE && c->hit[hit->version])
		return violation(c, 'C', hit, "two gets of an exclusive pool hit one page");
	c->hit[hit->version] = 1;
	return 0;
}

static char check_hit(struct checker *c, const struct history_event *hit)
{
	size_t gone = ended_before(c, hit->start), put = started_before(c, hit->end);
	u64 gone_start = gone ? c->gone_start[gone - 1] : 0;

	if (!put || !c->put_end[put - 1] || c->put_end[put - 1] < gone_start)
		return violation(c, 'D', hit, "a hit of a page that was gone for sure");
	return hit->version ? check_known_hit(c, hit) : 0;
}

static char check_miss(struct checker *c, const struct history_event *miss)
{
	size_t put = ended_before(c, miss->start), removal = started_before(c, miss->end);
	u64 put_start = put ? c->put_start[put - 1] : 0;

	if (c->pool->sort != HISTORY_PERSISTENT || !put_start)
		return 0;
	if (removal && c->remove_end[removal - 1] > put_start)
		return 0;
	return violation(c, 'E', miss, "a persistent page is gone that nothing removed");
}

static char check_put(struct checker *c, const struct history_event *put)
{
	const struct history_frozen *f = c->pool->frozen;
	bool touches = false;
	size_t i;

	for (i = 0; i < c->pool->nr_frozen; i++, f++) {
		if (put->what == HISTORY_PUT && f->freeze_end < put->start &&
		    put->end < f->thaw_start)
			return violation(c, 'F', put, "a put is accepted while frozen");
		touches |= f->freeze_start < put->end && put->start < f->thaw_end;
	}
	if (put->what == HISTORY_FROZEN && !touches)
		return violation(c, 'F', put, "a put is refused as frozen, and it was not");
	return 0;
}

static char check_all(struct checker *c)
{
	size_t i, puts = 0, hits = 0;
	char broken = 0;

	for (i = 0; i < c->nr && !broken; i++) {
		const struct history_event *e = &c->event[i];

		puts += is_put(e);
		hits += e->what == HISTORY_HIT;
		if (e->what == HISTORY_HIT)
			broken = check_hit(c, e);
		else if (e->what == HISTORY_MISS)
			broken = check_miss(c, e);
		else if (e->what == HISTORY_PUT || e->what == HISTORY_FROZEN)
			broken = check_put(c, e);
	}
	if (!broken && c->pool->sort == HISTORY_EXCLUSIVE && hits > puts)
		broken = violation(c, 'D', &c->event[0], "more exclusive hits than puts");
	return broken;
}

char history_check(struct history_event *event, size_t nr, u32 versions,
		   const struct history_pool *pool, char *text, size_t text_size)
{
	struct checker c = {
		.pool = pool, .event = event, .nr = nr,
		.text = text, .text_size = text_size,
	};
	char broken = '!';

	if (!nr)
		return 0;
	c.by_end = kvcalloc(nr, sizeof(*c.by_end), GFP_KERNEL);
	c.earliest = kvcalloc(nr + 1, sizeof(*c.earliest), GFP_KERNEL);
	c.put_start = kvcalloc(nr, sizeof(*c.put_start), GFP_KERNEL);
	c.gone_start = kvcalloc(nr, sizeof(*c.gone_start), GFP_KERNEL);
	c.put_end = kvcalloc(nr, sizeof(*c.put_end), GFP_KERNEL);
	c.remove_end = kvcalloc(nr, sizeof(*c.remove_end), GFP_KERNEL);
	c.put_of = kvcalloc(versions, sizeof(*c.put_of), GFP_KERNEL);
	c.hit = kvcalloc(versions, 1, GFP_KERNEL);
	test_format(text, text_size, "no memory to check the history");
	if (c.by_end && c.earliest && c.put_start && c.gone_start && c.put_end &&
	    c.remove_end && c.put_of && c.hit) {
		prepare(&c);
		broken = check_all(&c);
	}
	kvfree(c.by_end);
	kvfree(c.earliest);
	kvfree(c.put_start);
	kvfree(c.gone_start);
	kvfree(c.put_end);
	kvfree(c.remove_end);
	kvfree(c.put_of);
	kvfree(c.hit);
	return broken;
}
