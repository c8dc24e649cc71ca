// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * optimum_test.c - the most hits that are possible: against all that could be done
 *
 * Small streams are solved by trying everything: which sets of pages a tmem may hold
 * after each operation, and the most hits on the way there.  A put may drop any page
 * or not be stored; a get takes the page out; a flush, and a put, take out the old one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../curve/depths.h"
#include "../curve/optimum.h"
#include "../curve/stack.h"
#include "draw.h"

#define STREAMS		400U
#define PAGES		8U	/* 4 of each of two objects */
#define OPS		60U
#define SETS		(1U << PAGES)
#define IMPOSSIBLE	(-1)

struct step {
	enum op_kind kind;
	u32 page;		/* object * 4 + index */
	u32 last;		/* of a range */
};

static u32 stepped_on(const struct step *s)
{
	return (2U << s->last) - (1U << s->page);
}

static void keep_better(int *hits, u32 set, int value)
{
	if (value > hits[set])
		hits[set] = value;
}

/* The most hits of a tmem of so many pages. */
static int try_everything(const struct step *steps, u32 nr, u32 pages)
{
	int now[SETS], next[SETS], best = 0;
	u32 i, set, p;

	memset(now, 0xff, sizeof(now));
	now[0] = 0;
	for (i = 0; i < nr; i++) {
		const struct step *s = &steps[i];
		u32 bit = 1U << s->page;

		memset(next, 0xff, sizeof(next));
		for (set = 0; set < SETS; set++) {
			u32 rest = set & ~bit;

			if (now[set] == IMPOSSIBLE)
				continue;
			if (s->kind == OP_GET) {
				keep_better(next, rest, now[set] + !!(set & bit));
			} else if (s->kind != OP_PUT) {
				keep_better(next, set & ~stepped_on(s), now[set]);
			} else {
				keep_better(next, rest, now[set]);
				if ((u32)__builtin_popcount(rest) < pages)
					keep_better(next, rest | bit, now[set]);
				for (p = 0; p < PAGES; p++)
					if (rest >> p & 1)
						keep_better(next, (rest & ~(1U << p)) |
							    bit, now[set]);
			}
		}
		memcpy(now, next, sizeof(now));
	}
	for (set = 0; set < SETS; set++)
		best = max(best, now[set]);
	return best;
}

static void make_steps(struct step *steps, u32 nr)
{
	u32 i, kind;

	for (i = 0; i < nr; i++) {
		kind = draw(20);
		steps[i].kind = kind < 9 ? OP_PUT : kind < 18 ? OP_GET :
			kind < 19 ? OP_FLUSH : OP_FLUSH_RANGE;
		steps[i].page = steps[i].last = draw(PAGES);
		if (steps[i].kind == OP_FLUSH_RANGE)
			steps[i].last = steps[i].page | 3;
	}
}

static void run_steps(const struct step *steps, u32 nr, struct optimum *o,
		      struct stack *stack, struct depths *depths)
{
	u32 i, depth;

	for (i = 0; i < nr; i++) {
		u32 object = steps[i].page / 4, index = steps[i].page % 4;

		switch (steps[i].kind) {
		case OP_PUT:
			assert_int_equal(optimum_put(o, object, index), 0);
			assert_int_equal(stack_put(stack, object, index), 0);
			break;
		case OP_GET:
			assert_int_equal(optimum_get(o, object, index), 0);
			depth = stack_get(stack, object, index);
			if (depth != STACK_MISS)
				assert_int_equal(depths_add(depths, depth), 0);
			break;
		default:
			optimum_flush(o, object, index, steps[i].last % 4);
			stack_flush(stack, object, index, steps[i].last % 4);
			break;
		}
	}
	assert_int_equal(optimum_end(o), 0);
	depths_sum(depths);
}

static void optimum_is_the_most(void **state)
{
	u32 n, pages, better = 0;

	(void)state;
	for (n = 0; n < STREAMS; n++) {
		struct step steps[OPS];
		struct depths depths;
		struct stack stack;
		struct optimum o;
		u64 hits, before = 0;

		seed = n + 1;
		make_steps(steps, OPS);
		depths_init(&depths);
		assert_int_equal(optimum_init(&o), 0);
		assert_int_equal(stack_init(&stack, 64), 0);
		run_steps(steps, OPS, &o, &stack, &depths);
		for (pages = 1; pages <= PAGES; pages++) {
			hits = optimum_hits(&o, pages);
			assert_int_equal(hits, try_everything(steps, OPS, pages));
			assert_true(hits >= before);
			assert_true(hits >= depths_hits(&depths, pages));
			better += hits > depths_hits(&depths, pages);
			before = hits;
		}
		/* with room for all nothing is left to choose */
		assert_int_equal(optimum_hits(&o, PAGES), depths.hits);
		assert_int_equal(optimum_hits(&o, 0), 0);
		stack_exit(&stack);
		optimum_exit(&o);
		depths_exit(&depths);
	}
	assert_true(better > STREAMS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(optimum_is_the_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
