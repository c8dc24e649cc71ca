// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pagecache_test.c - the page-cache model against models that are too simple to
 * be wrong, and against published counts
 *
 * Both policies are compared operation by operation with arrays that are kept
 * in list order by moving memory.  An LRU page cache in front of an exclusive
 * FIFO tmem has to miss both exactly as often as one LRU of the two sizes does:
 * on random streams against such an array, on the OLTP trace of the ARC paper
 * (Megiddo and Modha, FAST 2003), where it is at hand, against the counts of
 * libCacheSim.  Argument 1 names the trace, compressed by zstd.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../pagecache.h"

static const char *trace_path;
static uint64_t seed = 88172645463325252ULL;

static uint32_t rnd(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 16) % below;
}

/* Few pages often, many now and then. */
static uint32_t rnd_skewed(uint32_t below)
{
	return rnd(1 + rnd(1 + rnd(below)));
}

static struct pagecache *create(uint64_t pages, enum pagecache_policy policy,
				enum pagecache_writes writes)
{
	struct pagecache_config config = { pages, policy, writes, false };
	struct pagecache *pc = pagecache_create(&config);

	assert_non_null(pc);
	assert_int_equal(pagecache_validate(pc), 0);
	return pc;
}

/* ---- the naive model ---- */

#define MODEL_MAX 256

struct model_page {
	uint32_t object;
	uint32_t index;
	bool dirty;
	bool referenced;
	bool was_active;
};

struct model_list {
	struct model_page page[MODEL_MAX];	/* the newest first */
	uint32_t nr;
};

struct model {
	struct pagecache_config config;
	struct model_list list[2];		/* inactive, active */
	uint64_t was_active;			/* of those that left */
	struct pagecache_counters count;
};

static struct model_page model_remove(struct model_list *list, uint32_t at)
{
	struct model_page page = list->page[at];

	list->nr--;
	memmove(&list->page[at], &list->page[at + 1],
		(list->nr - at) * sizeof(page));
	return page;
}

static void model_push(struct model_list *list, struct model_page page)
{
	assert_true(list->nr < MODEL_MAX);
	memmove(&list->page[1], &list->page[0], list->nr * sizeof(page));
	list->page[0] = page;
	list->nr++;
}

static bool model_find(struct model *m, uint32_t object, uint32_t index,
		       int *list, uint32_t *at)
{
	for (*list = 0; *list < 2; ++*list) {
		for (*at = 0; *at < m->list[*list].nr; ++*at) {
			struct model_page *p = &m->list[*list].page[*at];

			if (p->object == object && p->index == index)
				return true;
		}
	}
	return false;
}

static void model_touch(struct model *m, int list, uint32_t at, bool write)
{
	struct model_page *p = &m->list[list].page[at], moved;

	m->count.hits++;
	p->dirty |= write;
	if (m->config.policy == PAGECACHE_LRU) {
		p->was_active = true;
		model_push(&m->list[0], model_remove(&m->list[0], at));
	} else if (list == 0 && p->referenced) {
		moved = model_remove(&m->list[0], at);
		moved.referenced = false;
		moved.was_active = true;
		model_push(&m->list[1], moved);
		m->count.activated++;
	} else {
		p->referenced = true;
	}
}

static struct pagecache_op model_evict(struct model *m)
{
	struct model_list *inactive = &m->list[0], *active = &m->list[1];
	struct model_page old;

	while (inactive->nr < active->nr) {
		model_push(inactive, model_remove(active, active->nr - 1));
		m->count.deactivated++;
	}
	old = model_remove(inactive, inactive->nr - 1);
	m->count.writebacks += old.dirty;
	m->count.puts++;
	m->was_active += old.was_active;
	return (struct pagecache_op){
		PAGECACHE_PUT, m->config.activity && old.was_active ?
		PAGECACHE_WAS_ACTIVE : 0, old.object, old.index, 1 };
}

static unsigned int model_reference(struct model *m, uint32_t object,
				    uint32_t index, bool write,
				    struct pagecache_op *out)
{
	struct model_page new = { object, index, write, true, false };
	unsigned int nr = 1;
	uint32_t at;
	int list;

	m->count.references++;
	if (model_find(m, object, index, &list, &at)) {
		model_touch(m, list, at, write);
		return 0;
	}
	m->count.misses++;
	if (write && m->config.writes == PAGECACHE_WRITE_OVERWRITES) {
		out[0] = (struct pagecache_op){ PAGECACHE_FLUSH, 0, object, index, 1 };
		m->count.overwrites++;
		m->count.flushes++;
	} else {
		out[0] = (struct pagecache_op){ PAGECACHE_GET, 0, object, index, 1 };
		m->count.gets++;
	}
	if (m->config.pages == 0)
		model_push(&m->list[0], new);
	if (m->list[0].nr + m->list[1].nr >= m->config.pages)
		out[nr++] = model_evict(m);
	if (m->config.pages)
		model_push(&m->list[0], new);
	return nr;
}

static void model_discard(struct model *m, uint32_t object, uint32_t index,
			  uint32_t count, struct pagecache_op *out)
{
	uint32_t room = UINT32_MAX - index, at;
	int list;

	if (index && count - 1 > room)
		count = room + 1;
	for (list = 0; list < 2; list++) {
		for (at = 0; at < m->list[list].nr;) {
			struct model_page *p = &m->list[list].page[at];

			if (p->object == object && p->index >= index &&
			    p->index - index < count) {
				model_remove(&m->list[list], at);
				m->count.discarded++;
			} else {
				at++;
			}
		}
	}
	m->count.discards++;
	m->count.flushes++;
	*out = (struct pagecache_op){ PAGECACHE_FLUSH, 0, object, index, count };
}

/* ---- operation by operation ---- */

static void same_ops(const struct pagecache_op *a, unsigned int nr_a,
		     const struct pagecache_op *b, unsigned int nr_b)
{
	unsigned int i;

	assert_int_equal(nr_a, nr_b);
	for (i = 0; i < nr_a; i++) {
		assert_int_equal(a[i].op, b[i].op);
		assert_int_equal(a[i].flags, b[i].flags);
		assert_int_equal(a[i].object, b[i].object);
		assert_int_equal(a[i].index, b[i].index);
		assert_int_equal(a[i].count, b[i].count);
	}
}

static void same_counters(const struct pagecache *pc, const struct model *m)
{
	struct pagecache_counters count;

	pagecache_counters(pc, &count);
	assert_memory_equal(&count, &m->count, sizeof(count));
	assert_int_equal(pagecache_resident(pc), m->list[0].nr + m->list[1].nr);
}

/* Indexes at both ends of what there is. */
static uint32_t rnd_index(void)
{
	uint32_t index = rnd_skewed(200);

	return rnd(4) ? index : UINT32_MAX - index;
}

#define MOST_PAGES 40			/* of a run */

/* One page, or a run; both models, operation by operation. */
static void compare_reference(struct pagecache *pc, struct model *m,
			      uint32_t object, uint32_t index, bool write)
{
	struct pagecache_op a[MOST_PAGES * PAGECACHE_MAX_OPS];
	struct pagecache_op b[MOST_PAGES * PAGECACHE_MAX_OPS];
	uint32_t count = rnd(4) ? 1 : rnd(1 + MOST_PAGES), i;
	unsigned int nr_a, nr_b = 0;

	if (count > UINT32_MAX - index)
		count = 1;
	for (i = 0; i < count; i++)
		nr_b += model_reference(m, object, index + i, write, b + nr_b);
	if (count == 1 && rnd(2))
		nr_a = write ? pagecache_write(pc, object, index, a) :
			pagecache_read(pc, object, index, a);
	else
		nr_a = write ?
			pagecache_write_pages(pc, object, index, count, a) :
			pagecache_read_pages(pc, object, index, count, a);
	same_ops(a, nr_a, b, nr_b);
}

static void compare(const struct pagecache_config *config, unsigned int steps)
{
	struct pagecache *pc = pagecache_create(config);
	struct model *m = calloc(1, sizeof(*m));
	struct pagecache_op a[PAGECACHE_MAX_OPS], b[PAGECACHE_MAX_OPS];
	unsigned int i, nr;

	assert_non_null(pc);
	assert_non_null(m);
	m->config = *config;
	for (i = 0; i < steps; i++) {
		uint32_t object = rnd(3) * 0x55555555U, index = rnd_index();
		uint32_t what = rnd(100), count;

		if (what < 98) {
			compare_reference(pc, m, object, index, what >= 70);
		} else {
			count = rnd(8) ? 1 + rnd(60) : UINT32_MAX - rnd(2);
			nr = pagecache_discard(pc, object, index, count, a);
			model_discard(m, object, index, count, b);
			same_ops(a, nr, b, 1);
		}
		if (i % 64 == 0) {
			assert_int_equal(pagecache_validate(pc), 0);
			same_counters(pc, m);
		}
	}
	assert_int_equal(pagecache_validate(pc), 0);
	same_counters(pc, m);
	assert_true(m->count.hits > 0 || config->pages == 0);
	assert_true(m->count.writebacks > 0);
	assert_true(m->was_active > 0 || config->pages < 2);
	free(m);
	pagecache_destroy(pc);
}

static void test_policies_match_the_model(void **state)
{
	static const uint64_t sizes[] = { 0, 1, 2, 3, 7, 50, 120, 250 };
	struct pagecache_config config;
	unsigned int i, policy, writes;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (policy = 0; policy < PAGECACHE_NR_POLICIES; policy++) {
			for (writes = 0; writes < PAGECACHE_NR_WRITES; writes++) {
				config.pages = sizes[i];
				config.policy = policy;
				config.writes = writes;
				config.activity = (i + writes) % 2;
				compare(&config, 20000);
			}
		}
	}
}

/* By hand: which touch activates, and what comes back. */
static void test_second_touch_activates(void **state)
{
	struct pagecache *pc = create(4, PAGECACHE_ACTIVE_INACTIVE,
				      PAGECACHE_WRITE_READS);
	struct pagecache_op out[PAGECACHE_MAX_OPS];
	uint32_t i;

	(void)state;
	for (i = 0; i < 4; i++)
		assert_int_equal(pagecache_read(pc, 0, i, out), 1);
	assert_int_equal(pagecache_read(pc, 0, 0, out), 0);	/* 0 is active now */
	for (i = 4; i < 20; i++) {
		assert_int_equal(pagecache_read(pc, 0, i, out), 2);
		assert_int_equal(out[1].op, PAGECACHE_PUT);
		assert_int_equal(out[1].index, i - 3);		/* the scan passes by it */
	}
	assert_int_equal(pagecache_read(pc, 0, 0, out), 0);
	pagecache_destroy(pc);

	/* the same with LRU: the scan takes page 0 along */
	pc = create(4, PAGECACHE_LRU, PAGECACHE_WRITE_READS);
	for (i = 0; i < 20; i++)
		pagecache_read(pc, 0, i, out);
	assert_int_equal(pagecache_read(pc, 0, 0, out), 2);
	pagecache_destroy(pc);
}

/* From a GiB on the inactive list may be smaller: by a factor of 3 at 1 GiB. */
static void test_inactive_ratio(void **state)
{
	struct pagecache *pc = create(1 << 18, PAGECACHE_ACTIVE_INACTIVE,
				      PAGECACHE_WRITE_READS);
	struct pagecache_op out[PAGECACHE_MAX_OPS];
	struct pagecache_counters count;
	uint32_t i;

	(void)state;
	for (i = 0; i < 2 << 18; i++)
		pagecache_read(pc, 0, i % (1 << 18), out);
	assert_int_equal(pagecache_read(pc, 1, 0, out), 2);
	pagecache_counters(pc, &count);
	assert_int_equal(count.activated, 1 << 18);
	assert_int_equal(count.deactivated, 1 << 16);
	assert_int_equal(pagecache_validate(pc), 0);
	pagecache_destroy(pc);
}

static void test_bad_configurations_are_refused(void **state)
{
	struct pagecache_config config = {
		.pages = PAGECACHE_MAX_PAGES + 1ULL
	};

	(void)state;
	errno = 0;
	assert_null(pagecache_create(&config));
	assert_int_equal(errno, EINVAL);
	config = (struct pagecache_config){ 1, PAGECACHE_NR_POLICIES, 0, false };
	assert_null(pagecache_create(&config));
	config = (struct pagecache_config){ 1, 0, PAGECACHE_NR_WRITES, false };
	assert_null(pagecache_create(&config));
	pagecache_destroy(NULL);
}

/* ---- LRU(C1) in front of exclusive FIFO(C2) is LRU(C1 + C2) ---- */

/*
 * An exclusive FIFO tmem.  Page p is there where stamp[p] is not 0; an entry of
 * the queue counts where it bears the page's stamp.
 */
struct fifo {
	uint64_t *stamp;
	uint32_t *queue_page;
	uint64_t *queue_stamp;
	uint64_t head, tail, queue_size;
	uint64_t room, resident;
};

static void fifo_init(struct fifo *f, uint64_t nr_pages, uint64_t puts,
		      uint64_t room)
{
	memset(f, 0, sizeof(*f));
	f->stamp = calloc(nr_pages, sizeof(*f->stamp));
	f->queue_page = calloc(puts, sizeof(*f->queue_page));
	f->queue_stamp = calloc(puts, sizeof(*f->queue_stamp));
	f->queue_size = puts;
	f->room = room;
	assert_non_null(f->stamp);
	assert_non_null(f->queue_page);
	assert_non_null(f->queue_stamp);
}

static void fifo_exit(struct fifo *f)
{
	free(f->stamp);
	free(f->queue_page);
	free(f->queue_stamp);
}

static bool fifo_get(struct fifo *f, uint32_t page)
{
	bool hit = f->stamp[page] != 0;

	f->stamp[page] = 0;
	f->resident -= hit;
	return hit;
}

static void fifo_put(struct fifo *f, uint32_t page)
{
	if (!f->room)
		return;
	assert_int_equal(f->stamp[page], 0);	/* it was got, so it is not there */
	while (f->resident >= f->room) {
		uint32_t old = f->queue_page[f->head];

		if (f->stamp[old] == f->queue_stamp[f->head])
			fifo_get(f, old);
		f->head++;
	}
	assert_true(f->tail < f->queue_size);
	f->queue_page[f->tail] = page;
	f->queue_stamp[f->tail] = f->stamp[page] = f->tail + 1;
	f->tail++;
	f->resident++;
}

/* How often both miss. */
static uint64_t count_misses(const uint32_t *pages, uint64_t nr,
			     uint64_t nr_pages, uint64_t c1, uint64_t c2)
{
	struct pagecache *pc = create(c1, PAGECACHE_LRU, PAGECACHE_WRITE_READS);
	struct pagecache_op out[PAGECACHE_MAX_OPS];
	uint64_t missed = 0, i;
	unsigned int nr_ops;
	struct fifo f;

	fifo_init(&f, nr_pages, nr, c2);
	for (i = 0; i < nr; i++) {
		nr_ops = pagecache_read(pc, pages[i] >> 14, pages[i] & 16383, out);
		if (nr_ops > 0)
			missed += !fifo_get(&f, pages[i]);
		if (nr_ops > 1)
			fifo_put(&f, out[1].object << 14 | out[1].index);
	}
	assert_int_equal(pagecache_validate(pc), 0);
	fifo_exit(&f);
	pagecache_destroy(pc);
	return missed;
}

#define STREAM 30000

static void test_lru_and_tmem_are_one_lru(void **state)
{
	static const uint32_t sizes[][2] = { { 0, 60 }, { 1, 59 }, { 30, 30 },
					     { 59, 1 }, { 60, 0 }, { 7, 190 } };
	struct pagecache_op out[PAGECACHE_MAX_OPS];
	uint32_t *pages = calloc(STREAM, sizeof(*pages));
	unsigned int i, s;

	(void)state;
	assert_non_null(pages);
	for (s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		struct model *lru = calloc(1, sizeof(*lru));

		assert_non_null(lru);
		lru->config.pages = sizes[s][0] + sizes[s][1];
		for (i = 0; i < STREAM; i++) {
			pages[i] = i % 1000 < 300 ? i % 90 : rnd_skewed(2000);
			model_reference(lru, pages[i] >> 14, pages[i] & 16383,
					false, out);
		}
		assert_true(lru->count.hits > STREAM / 50);
		assert_int_equal(count_misses(pages, STREAM, 2000, sizes[s][0],
					      sizes[s][1]),
				 lru->count.misses);
		free(lru);
	}
	free(pages);
}

/* Expand the trace; returns NULL where it or zstd is not there. */
static uint32_t *read_lis(const char *path, uint64_t *nr, uint64_t *nr_pages)
{
	unsigned long long start, count;
	uint32_t *pages = NULL;
	uint64_t room = 0;
	char command[1024];
	FILE *f;

	*nr = *nr_pages = 0;
	snprintf(command, sizeof(command), "zstd -dc '%s' 2>/dev/null", path);
	f = popen(command, "r");
	if (!f)
		return NULL;
	while (fscanf(f, "%llu %llu %*u %*u", &start, &count) == 2) {
		for (; count; count--, start++) {
			if (*nr == room) {
				room = room ? 2 * room : 1 << 20;
				pages = realloc(pages, room * sizeof(*pages));
				assert_non_null(pages);
			}
			pages[(*nr)++] = start;
			if (start >= *nr_pages)
				*nr_pages = start + 1;
		}
	}
	pclose(f);
	return pages;
}

static void test_oltp_matches_reference(void **state)
{
	static const struct {
		uint64_t capacity;
		uint64_t misses;
	} reference[] = {
		{ 2000, 525910 }, { 5000, 423702 }, { 10000, 359239 },
		{ 18688, 306044 }, { 40000, 252591 }, { 80000, 205814 },
	};
	uint64_t nr = 0, nr_pages = 0, c1;
	uint32_t *pages;
	unsigned int i, part;

	(void)state;
	pages = trace_path ? read_lis(trace_path, &nr, &nr_pages) : NULL;
	if (!pages) {
		print_message("skipped: no trace at %s, or no zstd\n",
			      trace_path ? trace_path : "argument 1");
		skip();
	}
	assert_int_equal(nr, 914145);
	for (i = 0; i < sizeof(reference) / sizeof(reference[0]); i++) {
		for (part = 0; part <= 4; part++) {
			c1 = reference[i].capacity * part / 4;
			assert_int_equal(count_misses(pages, nr, nr_pages, c1,
						      reference[i].capacity - c1),
					 reference[i].misses);
		}
	}
	free(pages);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_policies_match_the_model),
		cmocka_unit_test(test_second_touch_activates),
		cmocka_unit_test(test_inactive_ratio),
		cmocka_unit_test(test_bad_configurations_are_refused),
		cmocka_unit_test(test_lru_and_tmem_are_one_lru),
		cmocka_unit_test(test_oltp_matches_reference),
	};

	if (argc > 1)
		trace_path = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
