// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bytestack_test.c - curves in bytes are those of caches of each size, to the count
 *
 *	streams	1,000 random streams of puts of pages of unequal sizes, gets and flushes,
 *		against a cache that is a list of pages, at capacities between the
 *		depths and right at them; what a curve in pages would have said is told
 *		for comparison
 *	passes	the same from traces with recorded sizes, with events of several pages and
 *		without a size
 *	equal	pages of one whole page have the curve in pages
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../curve/pass.h"
#include "draw.h"
#include "replay_support.h"

#if TMEM_DEBUG
#define STREAMS	60U
#else
#define STREAMS	1000U
#endif

#define CAPACITIES	12U
#define OBJECTS		5U
#define MOST_EVENTS	600U
#define MOST_COUNT	3U

struct event {
	enum trace_op op;
	u32 object;
	u32 index;
	u32 count;		/* pages; FLUSH_OBJECT: 0 */
	u32 size;		/* put: recorded */
};

struct stream {
	struct event events[MOST_EVENTS];
	u32 nr;
	u32 pages;		/* of an object */
};

/* Sizes of a stream: any; few large ones among small ones; near one another. */
static u32 draw_size(u32 kind)
{
	switch (kind) {
	case 0:
		return 1 + draw(PAGE_SIZE);
	case 1:
		return draw(5) ? 1 + draw(300) : PAGE_SIZE - draw(100);
	default:
		return 1800 + draw(100);
	}
}

static void make_stream(struct stream *s, u32 most_count)
{
	u32 puts = 1 + draw(10), gets = 1 + draw(10), flushes = draw(4);
	u32 sizes = draw(3), i;

	s->nr = 50 + draw(MOST_EVENTS - 50);
	s->pages = 2 + draw(60);
	for (i = 0; i < s->nr; i++) {
		struct event *e = &s->events[i];
		u32 what = draw(puts + gets + flushes);

		*e = (struct event){
			.op = what < puts ? TRACE_PUT : what < puts + gets ?
				TRACE_GET : draw(8) ? TRACE_FLUSH : TRACE_FLUSH_OBJECT,
			.object = draw(OBJECTS), .index = draw(s->pages),
			.count = 1 + draw(most_count),
		};
		if (e->op == TRACE_PUT)
			e->size = draw_size(sizes);
	}
}

/* ---- a cache of one size: a list, the oldest first ---- */

struct cached {
	u32 object, index, bytes;
};

struct fifo {
	struct cached pages[MOST_EVENTS * MOST_COUNT];
	u32 nr;
	u64 used;		/* bytes */
};

static void fifo_drop(struct fifo *f, u32 at)
{
	f->used -= f->pages[at].bytes;
	f->nr--;
	memmove(&f->pages[at], &f->pages[at + 1], (f->nr - at) * sizeof(f->pages[0]));
}

/* Take pages @first .. @last out; returns how many there were. */
static u32 fifo_take(struct fifo *f, u32 object, u32 first, u32 last)
{
	u32 i = 0, nr = 0;

	while (i < f->nr) {
		if (f->pages[i].object != object || f->pages[i].index < first ||
		    f->pages[i].index > last) {
			i++;
			continue;
		}
		fifo_drop(f, i);
		nr++;
	}
	return nr;
}

static void fifo_put(struct fifo *f, u32 object, u32 index, u32 bytes, u64 capacity)
{
	fifo_take(f, object, index, index);
	while (f->used + bytes > capacity)
		fifo_drop(f, 0);
	f->pages[f->nr++] = (struct cached){ object, index, bytes };
	f->used += bytes;
}

/* As pass.h has it: nothing recorded, and more than a page, is a page. */
static u32 bytes_of(u32 size)
{
	return !size || size > PAGE_SIZE ? PAGE_SIZE : size;
}

/* The hits of a stream; @hit, where not NULL, is told of each event's. */
static u64 fifo_hits(const struct stream *s, u64 capacity, u32 *hit)
{
	static struct fifo f;
	u64 hits = 0;
	u32 i, k, n;

	f.nr = 0;
	f.used = 0;
	for (i = 0; i < s->nr; i++) {
		const struct event *e = &s->events[i];
		u32 last = e->index + e->count - 1;

		n = 0;
		switch (e->op) {
		case TRACE_PUT:
			for (k = 0; k < e->count; k++)
				fifo_put(&f, e->object, e->index + k, bytes_of(e->size),
					 capacity);
			break;
		case TRACE_GET:
			n = fifo_take(&f, e->object, e->index, last);
			break;
		case TRACE_FLUSH:
			fifo_take(&f, e->object, e->index, last);
			break;
		default:
			fifo_take(&f, e->object, 0, UINT32_MAX);
			break;
		}
		hits += n;
		if (hit)
			hit[i] = n;
	}
	return hits;
}

/* ---- streams: events of one page ---- */

struct depths_of {
	u64 bytes[MOST_EVENTS];	/* by event; 0: no get, or a miss everywhere */
	u32 pages[MOST_EVENTS];
	u64 put_bytes;		/* of all puts */
	u32 puts;
	u64 greatest;
};

static void stream_depths(const struct stream *s, struct depths_of *d)
{
	struct bytestack bytes;
	struct stack pages;
	u32 i;

	memset(d, 0, sizeof(*d));
	/* little room: slots are squeezed often */
	assert_int_equal(bytestack_init(&bytes, 64 + draw(512)), 0);
	assert_int_equal(stack_init(&pages, 64), 0);
	for (i = 0; i < s->nr; i++) {
		const struct event *e = &s->events[i];
		u32 first = e->op == TRACE_FLUSH ? e->index : 0;
		u32 last = e->op == TRACE_FLUSH ? e->index : UINT32_MAX;

		switch (e->op) {
		case TRACE_PUT:
			assert_int_equal(bytestack_put(&bytes, e->object, e->index,
						       e->size), 0);
			assert_int_equal(stack_put(&pages, e->object, e->index), 0);
			d->put_bytes += e->size;
			d->puts++;
			break;
		case TRACE_GET:
			d->bytes[i] = bytestack_get(&bytes, e->object, e->index);
			d->pages[i] = stack_get(&pages, e->object, e->index);
			d->greatest = max(d->greatest, d->bytes[i]);
			break;
		default:
			bytestack_flush(&bytes, e->object, first, last);
			stack_flush(&pages, e->object, first, last);
			break;
		}
		if (i % 32 == 0)
			assert_int_equal(bytestack_validate(&bytes), 0);
	}
	assert_int_equal(bytestack_validate(&bytes), 0);
	bytestack_exit(&bytes);
	stack_exit(&pages);
}

struct differences {
	double most, sum;	/* of hit ratios */
	u32 nr;
};

static void difference(struct differences *d, u64 hits, u64 want, u64 gets)
{
	double x = ((double)hits - (double)want) / (double)gets;

	x = x < 0 ? -x : x;
	d->most = x > d->most ? x : d->most;
	d->sum += x;
	d->nr++;
}

/* The cache against the stack, get by get, and against pages of the mean size. */
static void one_capacity(const struct stream *s, const struct depths_of *d, u64 capacity,
			 struct differences *bytes, struct differences *pages)
{
	u64 want, hits = 0, plain = 0, gets = 0;
	u32 hit[MOST_EVENTS], i;

	want = fifo_hits(s, capacity, hit);
	for (i = 0; i < s->nr; i++) {
		bool has = d->bytes[i] && d->bytes[i] <= capacity;

		if (s->events[i].op != TRACE_GET)
			continue;
		gets++;
		hits += has;
		plain += d->pages[i] != STACK_MISS &&
			(d->pages[i] + 1ULL) * d->put_bytes <= capacity * d->puts;
		if (has != hit[i])
			fail_msg("event %u, %llu bytes: depth %llu, but %s", i,
				 (unsigned long long)capacity,
				 (unsigned long long)d->bytes[i],
				 hit[i] ? "a hit" : "a miss");
	}
	if (!gets)
		return;
	difference(bytes, hits, want, gets);
	difference(pages, plain, want, gets);
}

static void streams_are_exact(void **state)
{
	struct differences bytes = { }, pages = { };
	static struct depths_of d;
	static struct stream s;
	u32 n, i, at;

	(void)state;
	for (n = 0; n < STREAMS; n++) {
		seed = n + 1;
		make_stream(&s, 1);
		stream_depths(&s, &d);
		for (i = 0; i < CAPACITIES; i++)
			one_capacity(&s, &d, PAGE_SIZE + i * d.greatest / (CAPACITIES - 1),
				     &bytes, &pages);
		/* where a byte makes a hit of a miss */
		for (i = 0; i < CAPACITIES; i++) {
			at = draw(s.nr);
			if (d.bytes[at] <= PAGE_SIZE)
				continue;
			one_capacity(&s, &d, d.bytes[at], &bytes, &pages);
			one_capacity(&s, &d, d.bytes[at] - 1, &bytes, &pages);
		}
	}
	print_message("%u curves' points: hit ratios differ by %.4f at most, %.4f on average; with pages of the mean size by %.4f and %.4f\n",
		      bytes.nr, bytes.most, bytes.sum / bytes.nr, pages.most,
		      pages.sum / pages.nr);
	assert_true(bytes.most == 0);
	/* sizes matter here: a curve that knows none fails */
	assert_true(pages.most > 0.1 && pages.sum / pages.nr > 0.005);
}

/* ---- passes ---- */

static struct trace_reader *trace_of(const struct stream *s)
{
	struct trace_info info = {
		.page_size = PAGE_SIZE, .kind = TRACE_OPERATIONS, .nr_pools = 1,
		.pools = &(struct trace_pool){ .flags = 0 },
	};
	struct replay_by_hand to = replay_write_begin(&info);
	u32 i;

	for (i = 0; i < s->nr; i++) {
		const struct event *e = &s->events[i];
		bool whole = e->op == TRACE_FLUSH_OBJECT;
		struct trace_record r = {
			.event = {
				.op = (u8)e->op, .index = whole ? 0 : e->index,
				.count = whole ? 1 : e->count, .size = (u16)e->size,
			},
			.oid = { { e->object, 6, 7 } },
		};

		replay_write(&to, &r);
	}
	return replay_write_end(&to);
}

static void pass_over(const struct stream *s, struct pass *pass)
{
	static const struct pass_config config = { .sample = 1, .bytes = true };
	struct trace_reader *reader = trace_of(s);
	struct front_config fc = {
		.traces = &reader, .nr_traces = 1, .order = ORDER_GLOBAL, .threads = 1,
		.tag = TAG_SIZE,
	};
	struct chunk *chunk = NULL;
	struct front front;

	assert_int_equal(front_init(&front, &fc), 0);
	assert_int_equal(pass_init(pass, &config), 0);
	assert_int_equal(front_run(&front), 0);
	while ((chunk = queue_next(&front.deal.queues[0], chunk)))
		assert_int_equal(pass_ops(pass, &front, chunk->ops, chunk->tags,
					  chunk->nr), 0);
	assert_int_equal(pass_end(pass), 0);
	front_exit(&front);
	trace_close(reader);
}

static void passes_are_exact(void **state)
{
	static struct stream s;
	struct pass_point point;
	struct pass pass;
	u64 pages, hits = 0;
	u32 n, i, puts, sized;

	(void)state;
	for (n = 0; n < STREAMS / 10; n++) {
		seed = n + 1;
		make_stream(&s, MOST_COUNT);
		for (i = 0, puts = 0, sized = 0; i < s.nr; i++) {
			struct event *e = &s.events[i];

			if (e->op != TRACE_PUT)
				continue;
			e->size = draw(4) ? e->size : draw(2) * (PAGE_SIZE + draw(9999));
			puts += e->count;
			sized += e->size ? e->count : 0;
		}
		pass_over(&s, &pass);
		assert_int_equal(pass.sized, sized);
		assert_int_equal(pass.unsized, puts - sized);
		for (pages = 1; pages <= pass_enough(&pass) + 1; pages += 1 + n % 7) {
			pass_bytes_at(&pass, pages, &point);
			assert_int_equal(point.pages, pages);
			assert_int_equal(point.low, point.hits);
			assert_int_equal(point.high, point.hits);
			assert_int_equal(point.hits,
					 fifo_hits(&s, pages * PAGE_SIZE, NULL));
		}
		hits += pass.byte_depths.hits;
		/* with all that hits at some size no curve ends later in bytes */
		assert_true(pass.byte_depths.end <= pass_enough(&pass));
		assert_int_equal(pass.byte_depths.hits, pass.stacks[0].depths.hits);
		pass_exit(&pass);
	}
	assert_true(hits > STREAMS);
}

static void whole_pages_have_the_curve_in_pages(void **state)
{
	static struct stream s;
	struct pass_point a, b;
	struct pass pass;
	u64 pages;
	u32 n, i;

	(void)state;
	for (n = 0; n < STREAMS / 10; n++) {
		seed = n + 1;
		make_stream(&s, MOST_COUNT);
		for (i = 0; i < s.nr; i++)
			s.events[i].size = s.events[i].size ? n % 3 * PAGE_SIZE : 0;
		pass_over(&s, &pass);
		assert_int_equal(pass.byte_depths.end, pass_enough(&pass));
		for (pages = 1; pages <= pass_enough(&pass); pages++) {
			pass_at(&pass, pages, &a);
			pass_bytes_at(&pass, pages, &b);
			assert_int_equal(a.hits, b.hits);
		}
		pass_exit(&pass);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_are_exact),
		cmocka_unit_test(passes_are_exact),
		cmocka_unit_test(whole_pages_have_the_curve_in_pages),
	};

	return cmocka_run_group_tests(tests, replay_tests_begin,
				      replay_tests_end);
}
