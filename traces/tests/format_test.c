// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * format_test.c - what is written is what is read
 *
 * Round trips of random and of extreme events, the layout down to its bytes,
 * several threads on one reader, and a writer that refuses or fails.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "column.h"
#include "support.h"

static void round_trip(enum flavour flavour, enum trace_kind kind, bool times,
		       bool hashes, uint64_t nr)
{
	struct sample *s = sample_new(flavour, kind, times, hashes, nr, nr + 1);
	const char *path = in_folder("round.tmt");

	sample_write(s, path);
	sample_expect(s, path);
	sample_free(s);
}

static void test_round_trips(void **state)
{
	static const uint64_t sizes[] = {
		0, 1, 2, 63, 64, 65, 1000, TRACE_BLOCK_EVENTS - 1,
		TRACE_BLOCK_EVENTS, TRACE_BLOCK_EVENTS + 1, 150000,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (unsigned int v = 0; v < 16; v++)
			round_trip(v & 1 ? WILD : SEQUENTIAL,
				   v & 2 ? TRACE_REFERENCES : TRACE_OPERATIONS,
				   v & 4, v & 8, sizes[i]);
	}
}

/* Each field at its ends, next to each other, so that differences are extreme. */
static void test_extremes(void **state)
{
	struct sample *s = sample_new(WILD, TRACE_OPERATIONS, true, true, 400, 9);
	const char *path = in_folder("extremes.tmt");

	(void)state;
	for (uint64_t i = 0; i < s->nr; i++) {
		struct trace_record *r = &s->records[i];
		bool high = i & 1;

		r->event = (struct trace_event){
			.time = i < 200 ? 0 : i < 399 ? UINT64_MAX - 1 : UINT64_MAX,
			.index = high ? UINT32_MAX : 0,
			.count = high ? 1 : i & 2 ? UINT32_MAX : 1,
			.client = high ? UINT16_MAX : 0,
			.cpu = high ? 0 : UINT16_MAX,
			.size = high ? UINT16_MAX : 0,
			.pool = high ? s->info.nr_pools - 1 : 0,
			.op = high ? TRACE_PUT : TRACE_FLUSH,
			.result = high ? TRACE_MISS : TRACE_UNKNOWN,
		};
		for (int w = 0; w < 3; w++)
			r->oid.w[w] = high ? UINT64_MAX - i / 100 : i / 100;
		r->hash = high ? UINT64_MAX : 0;
	}
	sample_write(s, path);
	sample_expect(s, path);
	sample_free(s);
}

/* Every width of a bit-packed group, 57 to 63 included, which become 64. */
static void test_widths(void **state)
{
	static uint64_t in[COLUMN_GROUP], out[COLUMN_GROUP];
	static uint8_t bytes[1 + 8 * COLUMN_GROUP + TMT_PADDING];
	uint64_t rng = 4;

	(void)state;
	for (unsigned int width = 0; width <= 64; width++) {
		struct column c = { .encoding = COLUMN_PLAIN, .max = UINT64_MAX };
		size_t size;

		for (uint32_t i = 0; i < COLUMN_GROUP; i++)
			in[i] = width ? random_next(&rng) >> (64 - width) : 0;
		in[7] |= width ? UINT64_C(1) << (width - 1) : 0;
		memset(bytes, 0xff, sizeof(bytes));
		size = column_pack(in, COLUMN_GROUP, bytes);
		assert_int_equal(size, column_packed_size(in, COLUMN_GROUP));
		assert_int_equal(size, 1 + 8 * (width > 56 ? 64 : width));
		assert_true(column_open(&c, bytes, size, COLUMN_GROUP));
		assert_true(column_next(&c, out, COLUMN_GROUP));
		assert_memory_equal(in, out, sizeof(in));
		assert_false(column_open(&c, bytes, size + 1, COLUMN_GROUP));
		assert_false(column_open(&c, bytes, size - 1, COLUMN_GROUP));
		bytes[0] = 57 + (uint8_t)(width % 7);
		assert_false(column_open(&c, bytes, 1 + 8 * bytes[0], COLUMN_GROUP));
	}
}

static void test_many_pools(void **state)
{
	struct trace_info info = { .page_size = 65536, .kind = TRACE_REFERENCES };
	struct trace_record r = { .event = { .op = TRACE_READ, .count = 1 } };
	const char *path = in_folder("pools.tmt");
	struct trace_error err = { 0 };
	struct trace_writer *w = trace_create(path, &info, &err);
	struct trace_block block = { 0 };
	struct trace_reader *reader;

	(void)state;
	assert_non_null(w);
	for (uint32_t i = 0; i < TRACE_MAX_POOLS; i++) {
		struct trace_pool pool = { .client = i * 65537, .flags = i % 3 };

		r.event.pool = (uint16_t)i;
		assert_int_equal(trace_write(w, &r, &err), -EINVAL);
		assert_int_equal(trace_add_pool(w, &pool, &err), i);
		assert_int_equal(trace_write(w, &r, &err), 0);
	}
	assert_int_equal(trace_add_pool(w, &(struct trace_pool){ 0 }, &err), -EINVAL);
	err.code = 0;
	trace_note_losses(w, 3, 4);
	assert_int_equal(trace_finish(w, &err), 0);
	reader = trace_open(path, &err);
	assert_non_null(reader);
	assert_int_equal(trace_reader_info(reader)->nr_pools, TRACE_MAX_POOLS);
	assert_int_equal(trace_reader_info(reader)->pools[65534].client,
			 65534U * 65537U);
	assert_int_equal(trace_reader_info(reader)->lost, 3);
	assert_int_equal(trace_reader_info(reader)->skipped, 4);
	assert_int_equal(trace_read_block(reader, 0, &block, &err), 0);
	assert_int_equal(block.events[65534].pool, 65534);
	trace_block_free(&block);
	trace_close(reader);
}

/* A machine's sequential reads must stay small: the coding has a purpose. */
static void test_small(void **state)
{
	struct sample *s = sample_new(SEQUENTIAL, TRACE_REFERENCES, false, false,
				      200000, 3);
	const char *path = in_folder("small.tmt");
	struct stat st;

	(void)state;
	sample_write(s, path);
	assert_int_equal(stat(path, &st), 0);
	assert_in_range(st.st_size, 1, (off_t)(2 * s->nr));
	sample_free(s);
}

/* ---- threads ---- */

#define NR_THREADS	8

struct thread {
	pthread_t thread;
	struct trace_reader *reader;
	uint64_t first;
	uint64_t sum;
	int failed;
};

static uint64_t sum_block(const struct trace_block *b)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < b->nr_events; i++) {
		const struct trace_event *e = &b->events[i];

		sum = sum * 31 + e->index + e->time + e->count * 7 + e->pool +
		      b->objects[e->object].w[2] + b->hashes[i];
	}
	return sum;
}

static void *sum_thread(void *arg)
{
	struct thread *t = arg;
	uint64_t nr = trace_reader_info(t->reader)->nr_blocks;
	struct trace_block block = { 0 };
	struct trace_error err;

	for (uint64_t n = 0; n < 4 * nr; n++) {
		t->failed |= trace_read_block(t->reader, (t->first + n) % nr,
					      &block, &err);
		if (t->failed)
			break;
		t->sum += sum_block(&block);
	}
	trace_block_free(&block);
	return NULL;
}

static void test_threads(void **state)
{
	struct sample *s = sample_new(WILD, TRACE_OPERATIONS, true, true, 300000, 5);
	const char *path = in_folder("threads.tmt");
	struct thread t[NR_THREADS] = { 0 };
	struct trace_error err;

	(void)state;
	sample_write(s, path);
	t[0].reader = trace_open(path, &err);
	assert_non_null(t[0].reader);
	for (int i = 0; i < NR_THREADS; i++) {
		t[i].reader = t[0].reader;
		t[i].first = (uint64_t)i;
		assert_int_equal(pthread_create(&t[i].thread, NULL, sum_thread,
						&t[i]), 0);
	}
	for (int i = 0; i < NR_THREADS; i++) {
		pthread_join(t[i].thread, NULL);
		assert_int_equal(t[i].failed, 0);
		assert_int_equal(t[i].sum, t[0].sum);
	}
	trace_close(t[0].reader);
	sample_expect(s, path);
	sample_free(s);
}

/* ---- the writer says no ---- */

static void expect_refused(struct trace_writer *w, struct trace_record r,
			   const char *word)
{
	struct trace_error err = { 0 };

	assert_int_equal(trace_write(w, &r, &err), -EINVAL);
	assert_int_equal(err.code, -EINVAL);
	if (!strstr(err.text, word) || !strstr(err.text, "event 1:"))
		fail_msg("'%s' does not say '%s' of event 1", err.text, word);
}

static void test_refusals(void **state)
{
	struct trace_pool pool = { 0 };
	struct trace_info info = { .page_size = 4096, .kind = TRACE_OPERATIONS,
				   .has_times = true, .nr_pools = 1, .pools = &pool };
	struct trace_record good = { .event = { .time = 10, .count = 1 } }, r;
	const char *path = in_folder("refusals.tmt");
	struct trace_error err = { 0 };
	struct trace_writer *w = trace_create(path, &info, &err);

	(void)state;
	assert_int_equal(trace_write(w, &good, &err), 0);
#define REFUSE(field, value, word) \
	(r = good, r.event.field = (value), expect_refused(w, r, word))
	REFUSE(time, 9, "before");
	REFUSE(count, 0, "count of 0");
	REFUSE(pool, 1, "pool");
	REFUSE(op, TRACE_READ, "reference in a trace of operations");
	REFUSE(op, TRACE_NR_OPS, "unknown operation");
	REFUSE(op, 255, "unknown operation");
	REFUSE(result, 3, "unknown result");
	r = good;
	r.event.op = TRACE_FLUSH_OBJECT;
	r.event.index = 1;
	expect_refused(w, r, "flush-object");
	r.event.index = 0;
	r.event.count = 2;
	expect_refused(w, r, "flush-object");
	r = good;
	r.event.index = UINT32_MAX;
	r.event.count = 2;
	expect_refused(w, r, "2^32");
	assert_int_equal(trace_add_pool(w, &(struct trace_pool){ .flags = 3 }, &err),
			 -EINVAL);
	err.code = 0;
	assert_int_equal(trace_write(w, &good, &err), 0);
	assert_int_equal(trace_finish(w, &err), 0);
	assert_int_equal(read_all(path, &err), 0);
}

static void refuse_info(struct trace_info info)
{
	struct trace_error err = { 0 };

	assert_null(trace_create(in_folder("never.tmt"), &info, &err));
	assert_int_equal(err.code, -EINVAL);
}

static void test_bad_info(void **state)
{
	struct trace_pool pool = { .flags = 4 };

	(void)state;
	refuse_info((struct trace_info){ .page_size = 0 });
	refuse_info((struct trace_info){ .page_size = 256 });
	refuse_info((struct trace_info){ .page_size = 4097 });
	refuse_info((struct trace_info){ .page_size = 1U << 31 });
	refuse_info((struct trace_info){ .page_size = 4096, .kind = 2 });
	refuse_info((struct trace_info){ .page_size = 4096, .nr_pools = 65536 });
	refuse_info((struct trace_info){ .page_size = 4096, .nr_pools = 1,
					 .pools = &pool });
}

/* ---- whole files or none ---- */

static void test_not_before_the_end(void **state)
{
	struct sample *s = sample_new(WILD, TRACE_OPERATIONS, true, true, 100, 5);
	const char *path = in_folder("whole.tmt");
	struct trace_error err = { 0 };
	struct trace_writer *w;
	unsigned int entries;

	(void)state;
	sample_write(s, path);
	entries = folder_entries();
	w = trace_create(path, &s->info, &err);
	assert_int_equal(trace_write(w, &s->records[0], &err), 0);
	sample_expect(s, path);		/* the old one, all the while */
	err.code = -EIO;
	assert_int_equal(trace_finish(w, &err), -EIO);
	sample_expect(s, path);
	assert_int_equal(folder_entries(), entries);
	sample_free(s);
}

static void test_write_error(void **state)
{
	struct sample *s = sample_new(WILD, TRACE_OPERATIONS, true, true, 200000, 5);
	const char *path = in_folder("limited.tmt");
	struct rlimit old, small;
	struct trace_error err = { 0 };
	struct trace_writer *w;
	unsigned int entries = folder_entries();
	uint64_t i = 0;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 1 << 20;
	setrlimit(RLIMIT_FSIZE, &small);
	w = trace_create(path, &s->info, &err);
	while (i < s->nr && !trace_write(w, &s->records[i], &err))
		i++;
	setrlimit(RLIMIT_FSIZE, &old);
	assert_in_range(i, 1, s->nr - 1);
	assert_int_equal(err.code, -EFBIG);
	assert_non_null(strstr(err.text, "offset "));
	err.code = 0;
	assert_int_equal(trace_write(w, &s->records[i], &err), -EFBIG);
	err.code = 0;
	assert_int_equal(trace_finish(w, &err), -EFBIG);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(folder_entries(), entries);
	sample_free(s);
}

static void test_bad_places(void **state)
{
	struct trace_info info = { .page_size = 4096 };
	struct trace_error err = { 0 };

	(void)state;
	assert_null(trace_create(in_folder("no/such/folder.tmt"), &info, &err));
	assert_int_equal(err.code, -ENOENT);
	assert_null(trace_create("/dev/null", &info, &err));
	assert_int_equal(err.code, -EINVAL);
	assert_null(trace_create(in_folder("."), &info, &err));
	assert_int_equal(err.code, -EISDIR);
}

/* ---- the bytes ---- */

#include "golden.h"

static void test_golden(void **state)
{
	struct trace_pool pools[] = { { 7, 0 }, { 9, TRACE_POOL_PERSISTENT } };
	struct trace_info info = { .page_size = 4096, .kind = TRACE_OPERATIONS,
				   .has_times = true, .has_hashes = true,
				   .source = "golden", .nr_pools = 2,
				   .pools = pools, .lost = 1, .skipped = 2 };
	struct sample s = { .info = info, .records = golden_records,
			    .nr = sizeof(golden_records) / sizeof(golden_records[0]) };
	const char *path = in_folder("golden.tmt");
	const char *copy = in_folder("golden-copy.tmt");
	uint8_t *bytes;
	size_t size;

	(void)state;
	/* Read what is fixed, then write it again: both must agree. */
	spew(copy, golden_bytes, sizeof(golden_bytes));
	sample_expect(&s, copy);
	sample_write(&s, path);
	bytes = slurp(path, &size);
	assert_int_equal(size, sizeof(golden_bytes));
	assert_memory_equal(bytes, golden_bytes, size);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_widths),
		cmocka_unit_test(test_many_pools),
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_bad_info),
		cmocka_unit_test(test_not_before_the_end),
		cmocka_unit_test(test_write_error),
		cmocka_unit_test(test_bad_places),
		cmocka_unit_test(test_golden),
	};

	return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
