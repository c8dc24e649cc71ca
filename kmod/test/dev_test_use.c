// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dev_test_use.c - what /dev/tmem promises to those who keep to tmem_dev.h
 */
#include "dev_test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void info(void)
{
	struct {
		struct tmem_dev_info info;
		uint64_t more[4];
	} arg = { .info.size = sizeof(arg.info) };
	struct tmem_dev_name name = { .size = sizeof(name) };
	int fd = dev_open();

	EXPECT(call(fd, TMEM_DEV_INFO, &arg), 0);
	EXPECT(arg.info.version, TMEM_DEV_VERSION);
	EXPECT(arg.info.max_batch, TMEM_DEV_MAX_BATCH);
	EXPECT(arg.info.nr_counters < arg.info.nr_stats, 1);
	EXPECT(arg.info.nr_stats <= TMEM_DEV_MAX_STATS, 1);
	EXPECT(arg.info.cpus >= 1, 1);
	for (name.kind = 0; name.kind < TMEM_DEV_NR_NAMES; name.kind++) {
		for (name.index = 0; !call(fd, TMEM_DEV_NAME, &name); name.index++)
			EXPECT(strlen(name.name) > 0, 1);
		EXPECT(name.index >= 3, 1);
		if (name.kind == TMEM_DEV_STATISTICS)
			EXPECT(name.index, arg.info.nr_stats);
	}
	/* programs of other versions ask with sizes of their own */
	memset(&arg, 0, sizeof(arg));
	arg.info.size = 8;
	EXPECT(call(fd, _IOC(_IOC_READ | _IOC_WRITE, TMEM_DEV_IOCTL, 0, 8), &arg),
	       0);
	EXPECT(arg.info.version, TMEM_DEV_VERSION);
	EXPECT(arg.info.nr_stats, 0);
	memset(&arg, 0xff, sizeof(arg));
	arg.info.size = sizeof(arg);
	EXPECT(call(fd, _IOC(_IOC_READ | _IOC_WRITE, TMEM_DEV_IOCTL, 0,
			     sizeof(arg)), &arg), 0);
	EXPECT(arg.info.size, sizeof(arg.info));
	EXPECT(arg.more[0] == UINT64_MAX, 1);
	dev_close(fd);
}

/* Each operation, on one design and store. */
static void bytes_of(const char *design, const char *store, uint32_t flags)
{
	int fd = dev_session(1000), pool = dev_pool(fd, design, store, flags);
	uint8_t *pages = dev_pages(5);
	struct tmem_dev_op ops[] = {
		dev_op(TMEM_DEV_PUT, pool, 0, 0),
		dev_op(TMEM_DEV_PUT, pool, UINT32_MAX, 1),
		dev_op(TMEM_DEV_REPLACE, pool, UINT32_MAX, 0),
		dev_op(TMEM_DEV_GET, pool, UINT32_MAX, 2),
		dev_op(TMEM_DEV_PUT, pool, 0, 1),
		dev_op(TMEM_DEV_GET, pool, 0, 3),
		dev_op(TMEM_DEV_GET, pool, 1, 4),
		dev_op(TMEM_DEV_PUT, pool, 7, 1),
		dev_op(TMEM_DEV_FLUSH_PAGE, pool, 7, 0),
		dev_op(TMEM_DEV_FLUSH_PAGE, pool, 7, 0),
		dev_op(TMEM_DEV_PUT, pool, 8, 1),
		dev_op(TMEM_DEV_PUT, pool, 9, 1),
		dev_op(TMEM_DEV_FLUSH_RANGE, pool, 5, 0),
		dev_op(TMEM_DEV_REPLACE, pool, 8, 1),
		dev_op(TMEM_DEV_BUDGET, 0, 0, 0),
		dev_op(TMEM_DEV_PUT, pool, 1, TMEM_DEV_NO_PAGE),
	};
	struct tmem_dev_result results[NR_OF(ops)];
	struct tmem_dev_batch b = dev_batch(ops, results, NR_OF(ops), pages, 5);
	uint32_t i;

	for (i = 0; i < 2 * PAGE; i++)
		pages[i] = (uint8_t)(i / PAGE * 31 + i % 251);
	memset(pages + 4 * PAGE, 0x55, PAGE);
	ops[12].last = 20;
	ops[14] = (struct tmem_dev_op){ .kind = TMEM_DEV_BUDGET, .oid = { 0 } };
	EXPECT(call(fd, TMEM_DEV_SUBMIT, &b), 0);
	EXPECT(b.done, NR_OF(ops));
	for (i = 0; i < 6; i++)
		EXPECT(results[i].result, 0);
	EXPECT(memcmp(pages + 2 * PAGE, pages, PAGE), 0);
	EXPECT(memcmp(pages + 3 * PAGE, pages + PAGE, PAGE), 0);
	EXPECT(results[6].result, -ENOENT);
	EXPECT(pages[4 * PAGE] == 0x55 && pages[5 * PAGE - 1] == 0x55, 1);
	EXPECT(results[7].result, 0);
	EXPECT(results[8].result, 0);
	EXPECT(results[9].result, -ENOENT);
	EXPECT(results[12].result, 2);
	EXPECT(results[13].result, -ENOENT);
	EXPECT(results[14].result, -EINVAL);	/* a budget of nothing */
	EXPECT(results[15].result, -EINVAL);	/* the store wants bytes */
	for (i = 0; i < NR_OF(ops); i++)
		EXPECT(results[i].latency_ns, 0);
	dev_validate(fd);
	munmap(pages, 5 * PAGE);
	dev_close(fd);
}

static void bytes(void)
{
	struct tmem_dev_name name = { .size = sizeof(name) };
	int fd = dev_open();

	for (; !call(fd, TMEM_DEV_NAME, &name); name.index++) {
		bytes_of(name.name, "raw", 0);
		bytes_of(name.name, "lz4", TMEM_DEV_POOL_SHARED);
		bytes_of(name.name, "lz4", TMEM_DEV_POOL_PERSISTENT);
	}
	dev_close(fd);
}

static uint64_t histogram(int fd, uint32_t kind, uint32_t flags, uint64_t *counts,
			  struct tmem_dev_histogram *h)
{
	uint64_t sum = 0;
	uint32_t i;

	*h = (struct tmem_dev_histogram){
		.size = sizeof(*h), .flags = flags, .kind = kind,
		.nr = TMEM_DEV_HIST_BUCKETS, .counts = (uintptr_t)counts,
	};
	EXPECT(call(fd, TMEM_DEV_HISTOGRAM, h), 0);
	for (i = 0; i < TMEM_DEV_HIST_BUCKETS; i++)
		sum += counts[i];
	EXPECT(sum, h->count);
	return sum;
}

/* What is measured, and that it is what the results say. */
static void latencies(void)
{
	int fd = dev_session(1000), pool = dev_pool(fd, "rcu", "none", 0);
	uint64_t *counts = calloc(TMEM_DEV_HIST_BUCKETS, sizeof(*counts));
	struct tmem_dev_op ops[300];
	struct tmem_dev_result results[NR_OF(ops)];
	struct tmem_dev_batch b = dev_batch(ops, results, NR_OF(ops), NULL, 0);
	uint64_t sum = 0, least = UINT64_MAX, most = 0, timed = 0;
	struct tmem_dev_histogram h;
	uint32_t i;

	for (i = 0; i < NR_OF(ops); i++) {
		ops[i] = dev_op(i % 2 ? TMEM_DEV_GET : TMEM_DEV_PUT, pool, i / 2,
				TMEM_DEV_NO_PAGE);
		ops[i].flags = i % 3 ? TMEM_DEV_OP_TIMED : 0;
	}
	EXPECT(call(fd, TMEM_DEV_SUBMIT, &b), 0);
	for (i = 0; i < NR_OF(ops); i++) {
		uint64_t ns = results[i].latency_ns;

		EXPECT(results[i].result, 0);
		if (!ops[i].flags)
			EXPECT(ns, 0);
		if (!ops[i].flags || ops[i].kind != TMEM_DEV_GET)
			continue;
		timed++;
		sum += ns;
		least = ns < least ? ns : least;
		most = ns > most ? ns : most;
	}
	EXPECT(histogram(fd, TMEM_DEV_HIST_GET, 0, counts, &h), timed);
	EXPECT(h.sum, sum);
	EXPECT(h.sum_high, 0);
	EXPECT(h.min, least);
	EXPECT(h.max, most);
	EXPECT(counts[tmem_dev_hist_bucket(most)] > 0, 1);
	EXPECT(histogram(fd, TMEM_DEV_HIST_PUT, 0, counts, &h), 200 - timed);
	EXPECT(histogram(fd, TMEM_DEV_HIST_FLUSH, 0, counts, &h), 0);
	EXPECT(h.min, 0);
	EXPECT(histogram(fd, TMEM_DEV_HIST_GET, TMEM_DEV_HIST_RESET, counts, &h),
	       timed);
	EXPECT(histogram(fd, TMEM_DEV_HIST_GET, 0, counts, &h), 0);
	EXPECT(histogram(fd, TMEM_DEV_HIST_PUT, 0, counts, &h), 200 - timed);
	free(counts);
	dev_close(fd);
}

static void memory(void)
{
	int fd = dev_session(64), pool = dev_pool(fd, "objlock", "none", 0);
	struct tmem_dev_memory m = { .size = sizeof(m) };
	struct tmem_dev_evict evict = { .size = sizeof(evict), .frames = 10 };
	struct tmem_dev_stats stats = { .size = sizeof(stats), .pool = -1 };
	struct tmem_dev_op ops[101];
	struct tmem_dev_result results[NR_OF(ops)];
	struct tmem_dev_batch b = dev_batch(ops, results, NR_OF(ops), NULL, 0);
	uint32_t i;

	for (i = 0; i < 100; i++)
		ops[i] = dev_op(TMEM_DEV_PUT, pool, i, TMEM_DEV_NO_PAGE);
	ops[100] = (struct tmem_dev_op){ .kind = TMEM_DEV_BUDGET,
					 .oid = { 32 } };
	EXPECT(call(fd, TMEM_DEV_SUBMIT, &b), 0);
	EXPECT(call(fd, TMEM_DEV_MEMORY, &m), 0);
	EXPECT(m.budget, 32);
	EXPECT(m.frames, 32);
	EXPECT(m.frames_peak, 64);
	EXPECT(call(fd, TMEM_DEV_EVICT, &evict), 0);
	EXPECT(evict.freed, 10);
	evict.frames = UINT64_MAX;
	EXPECT(call(fd, TMEM_DEV_EVICT, &evict), 0);
	EXPECT(evict.freed, 22);
	EXPECT(call(fd, TMEM_DEV_MEMORY, &m), 0);
	EXPECT(m.frames, 0);
	EXPECT(call(fd, TMEM_DEV_STATS, &stats), 0);
	EXPECT(stats.values[0], 100);	/* puts */
	dev_validate(fd);
	dev_close(fd);
}

static void freezing(void)
{
	int fd = dev_session(64), pool = dev_pool(fd, "rcu", "none", 0);
	struct tmem_dev_freeze freeze = { .size = sizeof(freeze), .pool = pool };
	struct tmem_dev_op op = dev_op(TMEM_DEV_PUT, pool, 0, TMEM_DEV_NO_PAGE);
	struct tmem_dev_result result;
	struct tmem_dev_batch b = dev_batch(&op, &result, 1, NULL, 0);

	freeze.frozen = 1;
	EXPECT(call(fd, TMEM_DEV_POOL_FREEZE, &freeze), 0);
	EXPECT(call(fd, TMEM_DEV_SUBMIT, &b), 0);
	EXPECT(result.result, -EBUSY);
	freeze.frozen = 0;
	EXPECT(call(fd, TMEM_DEV_POOL_FREEZE, &freeze), 0);
	EXPECT(call(fd, TMEM_DEV_SUBMIT, &b), 0);
	EXPECT(result.result, 0);
	dev_close(fd);
}

/* All places taken, one given back, operations on what is gone. */
static void many_pools(void)
{
	struct tmem_dev_pool arg = {
		.size = sizeof(arg), .design = "hashbucket", .store = "none",
		.buckets = 1,
	};
	struct tmem_dev_leave leave = { .size = sizeof(leave), .pool = 500 };
	struct tmem_dev_info info_arg = { .size = sizeof(info_arg) };
	struct tmem_dev_result result;
	struct tmem_dev_batch b;
	struct tmem_dev_op op;
	int fd = dev_session(64);
	uint32_t i;

	EXPECT(call(fd, TMEM_DEV_INFO, &info_arg), 0);
	for (i = 0; i < info_arg.max_pools; i++)
		EXPECT(call(fd, TMEM_DEV_POOL_CREATE, &arg), 0);
	EXPECT(call(fd, TMEM_DEV_POOL_CREATE, &arg), -ENOSPC);
	EXPECT(arg.pool, -1);
	EXPECT(call(fd, TMEM_DEV_POOL_DESTROY, &leave), 0);
	EXPECT(call(fd, TMEM_DEV_POOL_DESTROY, &leave), -ENODEV);
	op = dev_op(TMEM_DEV_PUT, 500, 0, TMEM_DEV_NO_PAGE);
	b = dev_batch(&op, &result, 1, NULL, 0);
	EXPECT(call(fd, TMEM_DEV_SUBMIT, &b), 0);
	EXPECT(result.result, -ENODEV);
	EXPECT(call(fd, TMEM_DEV_POOL_CREATE, &arg), 0);
	EXPECT(arg.pool, 500);
	EXPECT(call(fd, TMEM_DEV_SUBMIT, &b), 0);
	EXPECT(result.result, 0);
	dev_close(fd);
}

/* A shared pool is one pool for its members, and for nobody of another session. */
static void shared_pools(void)
{
	struct tmem_dev_pool arg = {
		.size = sizeof(arg), .design = "rcu", .store = "raw", .buckets = 8,
		.flags = TMEM_DEV_POOL_SHARED, .client = 1, .uuid = { 5, 6 },
	};
	struct tmem_dev_leave leave = { .size = sizeof(leave), .client = 1 };
	struct tmem_dev_stats stats = { .size = sizeof(stats) };
	int fd = dev_session(64), other = dev_session(64);

	EXPECT(call(fd, TMEM_DEV_POOL_CREATE, &arg), 0);
	arg.client = 2;
	EXPECT(call(fd, TMEM_DEV_POOL_CREATE, &arg), 0);
	EXPECT(arg.pool, 0);
	strcpy(arg.store, "lz4");
	arg.client = 3;
	EXPECT(call(fd, TMEM_DEV_POOL_CREATE, &arg), -EINVAL);
	EXPECT(call(other, TMEM_DEV_STATS, &stats), -ENODEV);
	EXPECT(call(fd, TMEM_DEV_POOL_DESTROY, &leave), 0);
	EXPECT(call(fd, TMEM_DEV_STATS, &stats), 0);
	strcpy(arg.store, "raw");
	arg.flags |= TMEM_DEV_POOL_SECOND_CHANCE;
	EXPECT(call(fd, TMEM_DEV_POOL_CREATE, &arg), -EINVAL);
	leave.client = 2;
	EXPECT(call(fd, TMEM_DEV_POOL_DESTROY, &leave), 0);
	EXPECT(call(fd, TMEM_DEV_STATS, &stats), -ENODEV);
	EXPECT(call(fd, TMEM_DEV_POOL_CREATE, &arg), 0);
	arg.flags = TMEM_DEV_POOL_SECOND_CHANCE;
	EXPECT(call(fd, TMEM_DEV_POOL_CREATE, &arg), -EINVAL);
	dev_close(other);
	dev_close(fd);
}

/* As large as a batch may be. */
static void largest_batch(void)
{
	struct tmem_dev_op *ops = calloc(TMEM_DEV_MAX_BATCH, sizeof(*ops));
	struct tmem_dev_result *results =
		calloc(TMEM_DEV_MAX_BATCH, sizeof(*results));
	int fd = dev_session(1 << 20), pool = dev_pool(fd, "rcu", "none", 0);
	struct tmem_dev_batch b = dev_batch(ops, results, TMEM_DEV_MAX_BATCH, NULL,
					    0);
	struct tmem_dev_stats stats = { .size = sizeof(stats), .pool = pool };
	uint32_t i;

	for (i = 0; i < TMEM_DEV_MAX_BATCH; i++) {
		ops[i] = dev_op(TMEM_DEV_PUT, pool, i, TMEM_DEV_NO_PAGE);
		results[i].result = 1;
	}
	EXPECT(call(fd, TMEM_DEV_SUBMIT, &b), 0);
	EXPECT(b.done, TMEM_DEV_MAX_BATCH);
	for (i = 0; i < TMEM_DEV_MAX_BATCH; i++)
		EXPECT(results[i].result, 0);
	EXPECT(call(fd, TMEM_DEV_STATS, &stats), 0);
	EXPECT(stats.values[0], TMEM_DEV_MAX_BATCH);
	dev_close(fd);
	free(ops);
	free(results);
}

const struct dev_case use_cases[] = {
	{ "use: what the module says of itself", info },
	{ "use: bytes and results of each operation", bytes },
	{ "use: latencies and histograms", latencies },
	{ "use: budget and eviction", memory },
	{ "use: freeze and thaw", freezing },
	{ "use: as many pools as there may be", many_pools },
	{ "use: shared pools", shared_pools },
	{ "use: the largest batch", largest_batch },
	{ }
};
