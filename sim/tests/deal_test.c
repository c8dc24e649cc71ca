// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * deal_test.c - operations reach their threads once each, in order, in bounded memory
 *
 * Operations are dealt in batches of changing size, made in the dealer's room or
 * elsewhere, to readers that only look at them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../replay/deal.h"

#define MOST_OPS	100U	/* of a batch */
#define OBJECTS		7U
#define ALL_OPS		300000U	/* some 1200 chunks: two slabs and more */

struct reader {
	struct queue *queue;
	pthread_t thread;
	u32 nr;
	u32 last[OBJECTS];	/* index + 1 */
	u64 wrong;
};

static void *read_all(void *arg)
{
	struct reader *r = arg;
	struct chunk *chunk = NULL;
	u32 i;

	while ((chunk = queue_next(r->queue, chunk)))
		for (i = 0; i < chunk->nr; i++) {
			const struct op *op = &chunk->ops[i];

			r->wrong += op->index < r->last[op->object];
			r->wrong += chunk->tags && chunk->tags[i] != op->arg;
			r->last[op->object] = op->index + 1;
			r->nr++;
		}
	return NULL;
}

/* Operations first .. first + nr - 1; all of a batch have one tag. */
static void deal_batch(struct deal *deal, u32 first, u32 nr)
{
	struct op buffer[MOST_OPS], *ops = deal_room(deal, nr);
	u32 i;

	if (!ops)
		ops = buffer;
	for (i = 0; i < nr; i++)
		ops[i] = (struct op){ .object = (first + i) % OBJECTS,
				      .index = first + i, .arg = first,
				      .kind = OP_GET };
	assert_int_equal(deal_ops(deal, ops, nr, first, 0), 0);
}

static void deal_all(struct deal *deal, struct reader *readers)
{
	u32 nr, i, t, sum = 0;

	for (t = 0; t < deal->threads; t++) {
		readers[t] = (struct reader){ .queue = &deal->queues[t] };
		pthread_create(&readers[t].thread, NULL, read_all, &readers[t]);
	}
	for (i = 0; i < ALL_OPS; i += nr) {
		nr = min(1 + i % MOST_OPS, ALL_OPS - i);
		deal_batch(deal, i, nr);
	}
	assert_int_equal(deal_end(deal), 0);
	for (t = 0; t < deal->threads; t++) {
		pthread_join(readers[t].thread, NULL);
		assert_int_equal(readers[t].wrong, 0);
		sum += readers[t].nr;
	}
	assert_int_equal(sum, ALL_OPS);
	assert_int_equal(deal->nr_ops, ALL_OPS);
}

static void all_arrive_in_order(void **state)
{
	static const u32 limits[] = { 0, 1, 2, 64 };
	struct reader readers[3];
	struct deal deal;
	u32 order, threads, l;

	(void)state;
	for (order = 0; order < NR_ORDERS; order++)
		for (threads = 1; threads <= 3; threads += 2)
			for (l = 0; l < ARRAY_SIZE(limits); l++) {
				assert_int_equal(deal_init(&deal, order, threads,
							   l % 2, limits[l]), 0);
				deal_all(&deal, readers);
				deal_exit(&deal);
			}
}

static void bounded_queues_take_bounded_memory(void **state)
{
	struct reader readers[3];
	struct deal deal;
	u32 threads;

	(void)state;
	for (threads = 1; threads <= 3; threads += 2) {
		assert_int_equal(deal_init(&deal, ORDER_HANDLE, threads, false, 64), 0);
		deal_all(&deal, readers);
		assert_int_equal(deal.chunks.nr_slabs, 1);
		deal_exit(&deal);
		assert_int_equal(deal_init(&deal, ORDER_HANDLE, threads, false, 0), 0);
		deal_all(&deal, readers);
		assert_true(deal.chunks.nr_slabs > 1);
		deal_exit(&deal);
	}
}

/* Who reads chunks that are kept finds them all again. */
static void kept_chunks_stay(void **state)
{
	struct reader readers[1], again;
	struct deal deal;

	(void)state;
	assert_int_equal(deal_init(&deal, ORDER_OBJECT, 1, true, 0), 0);
	deal_all(&deal, readers);
	again = (struct reader){ .queue = &deal.queues[0] };
	read_all(&again);
	assert_int_equal(again.nr, ALL_OPS);
	assert_int_equal(again.wrong, 0);
	deal_exit(&deal);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_arrive_in_order),
		cmocka_unit_test(bounded_queues_take_bounded_memory),
		cmocka_unit_test(kept_chunks_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
