// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dev_test_hostile.c - requests that are not as tmem_dev.h describes them
 */
#include "dev_test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Any argument, and what its request is called. */
union any {
	uint32_t size;
	uint8_t bytes[1024];
};

static const struct {
	unsigned long cmd;
	bool needs_session;
} requests[] = {
	{ TMEM_DEV_INFO, false },
	{ TMEM_DEV_NAME, false },
	{ TMEM_DEV_SESSION, false },
	{ TMEM_DEV_POOL_CREATE, true },
	{ TMEM_DEV_POOL_DESTROY, true },
	{ TMEM_DEV_POOL_FREEZE, true },
	{ TMEM_DEV_SUBMIT, true },
	{ TMEM_DEV_EVICT, true },
	{ TMEM_DEV_MEMORY, true },
	{ TMEM_DEV_STATS, true },
	{ TMEM_DEV_VALIDATE, true },
	{ TMEM_DEV_HISTOGRAM, true },
};

static void *const nowhere[] = {
	NULL, (void *)8, (void *)0x7ffffffff000, (void *)0xffff888000000000,
	(void *)0xffffffff81000000, (void *)0xfffffffffffffff8,
};

static void numbers(void)
{
	int fd = dev_session(100);
	union any arg = { .size = 8 };
	uint32_t i;

	for (i = NR_OF(requests); i < 256; i++)
		EXPECT(call(fd, _IOC(_IOC_READ | _IOC_WRITE, TMEM_DEV_IOCTL, i, 8),
			    &arg), -ENOTTY);
	for (i = 0; i < 256; i++)
		if (i != TMEM_DEV_IOCTL)
			EXPECT(call(fd, _IOC(_IOC_READ | _IOC_WRITE, i, 0, 8),
				    &arg), -ENOTTY);
	EXPECT(call(fd, 0x5401, &arg), -ENOTTY);	/* of a terminal */
	dev_close(fd);
}

static void sizes(void)
{
	static const int off[] = { -8, -4, -1, 1, 4, 8 };
	int fd = dev_session(100);
	uint32_t i, k, size;
	union any arg;

	for (i = 0; i < NR_OF(requests); i++) {
		unsigned long cmd = requests[i].cmd;

		size = _IOC_SIZE(cmd);
		for (k = 0; k < NR_OF(off); k++) {
			/* in the argument, and in the number as well */
			memset(&arg, 0, sizeof(arg));
			arg.size = size + off[k];
			EXPECT(call(fd, cmd, &arg), -EINVAL);
			if (cmd == TMEM_DEV_INFO || size + off[k] < 4)
				continue;
			EXPECT(call(fd, _IOC(_IOC_DIR(cmd), TMEM_DEV_IOCTL,
					     _IOC_NR(cmd), size + off[k]), &arg),
			       -EINVAL);
		}
		memset(&arg, 0, sizeof(arg));
		EXPECT(call(fd, cmd, &arg), -EINVAL);
		arg.size = UINT32_MAX;
		EXPECT(call(fd, cmd, &arg), -EINVAL);
		/* no direction */
		arg.size = size;
		EXPECT(call(fd, _IOC(_IOC_NONE, TMEM_DEV_IOCTL, _IOC_NR(cmd),
				     size), &arg), -EINVAL);
	}
	dev_close(fd);
}

static void arguments_nowhere(void)
{
	int fd = dev_session(100);
	uint8_t *edge = dev_edge(1);
	uint32_t i, k;

	for (i = 0; i < NR_OF(requests); i++) {
		for (k = 0; k < NR_OF(nowhere); k++)
			EXPECT(call(fd, requests[i].cmd, nowhere[k]), -EFAULT);
		/* only its beginning is there */
		EXPECT(call(fd, requests[i].cmd, edge + PAGE - 4), -EFAULT);
	}
	munmap(edge, PAGE);
	dev_close(fd);
}

static void answers_nowhere(void)
{
	struct tmem_dev_memory *memory = dev_pages(1);
	int fd = dev_session(100);

	memory->size = sizeof(*memory);
	EXPECT(call(fd, TMEM_DEV_MEMORY, memory), 0);
	EXPECT(mprotect(memory, PAGE, PROT_READ), 0);
	EXPECT(call(fd, TMEM_DEV_MEMORY, memory), -EFAULT);
	munmap(memory, PAGE);
	dev_close(fd);
}

static void before_session(void)
{
	int fd = dev_open();
	uint32_t i;

	for (i = 0; i < NR_OF(requests); i++) {
		union any arg = { .size = _IOC_SIZE(requests[i].cmd) };

		if (requests[i].needs_session)
			EXPECT(call(fd, requests[i].cmd, &arg), -EINVAL);
	}
	dev_close(fd);
}

static void reserved_fields(void)
{
	struct tmem_dev_name name = { .size = sizeof(name), .reserved = 1 };
	struct tmem_dev_leave leave = { .size = sizeof(leave), .reserved = 1 };
	struct tmem_dev_freeze freeze = { .size = sizeof(freeze), .reserved = 1 };
	struct tmem_dev_evict evict = { .size = sizeof(evict), .reserved = 1 };
	struct tmem_dev_memory memory = { .size = sizeof(memory), .reserved = 1 };
	struct tmem_dev_stats stats = { .size = sizeof(stats), .pool = -1,
					.reserved = 1 };
	struct tmem_dev_validate validate = { .size = sizeof(validate),
					      .reserved = 1 };
	int fd = dev_session(100);

	dev_pool(fd, "rcu", "raw", 0);
	leave.client = 7;
	EXPECT(call(fd, TMEM_DEV_NAME, &name), -EINVAL);
	EXPECT(call(fd, TMEM_DEV_POOL_DESTROY, &leave), -EINVAL);
	EXPECT(call(fd, TMEM_DEV_POOL_FREEZE, &freeze), -EINVAL);
	EXPECT(call(fd, TMEM_DEV_EVICT, &evict), -EINVAL);
	EXPECT(call(fd, TMEM_DEV_MEMORY, &memory), -EINVAL);
	EXPECT(call(fd, TMEM_DEV_STATS, &stats), -EINVAL);
	EXPECT(call(fd, TMEM_DEV_VALIDATE, &validate), -EINVAL);
	dev_close(fd);
}

static int session_with(uint32_t version, uint64_t budget, uint32_t shards,
			uint32_t reserved)
{
	struct tmem_dev_session arg = {
		.size = sizeof(arg), .version = version, .budget = budget,
		.shards = shards, .reserved = reserved,
	};
	int fd = dev_open();
	int ret = call(fd, TMEM_DEV_SESSION, &arg);

	if (ret == -EINVAL && !reserved && !*arg.why)
		dev_failed(__FILE__, __LINE__, "no reason", 0, 1);
	/* a session that was refused is none: it can be tried again */
	if (ret) {
		arg = (struct tmem_dev_session){ .size = sizeof(arg),
						 .version = TMEM_DEV_VERSION };
		EXPECT(call(fd, TMEM_DEV_SESSION, &arg), 0);
		EXPECT(!*arg.name, 0);
	}
	EXPECT(call(fd, TMEM_DEV_SESSION, &arg), -EBUSY);
	dev_close(fd);
	return ret;
}

static void sessions(void)
{
	EXPECT(session_with(TMEM_DEV_VERSION, 1, 0, 0), 0);
	EXPECT(session_with(TMEM_DEV_VERSION, 1ULL << 40, 64, 0), 0);
	EXPECT(session_with(TMEM_DEV_VERSION, 0, 0, 0), 0);
	EXPECT(session_with(0, 1, 0, 0), -EINVAL);
	EXPECT(session_with(TMEM_DEV_VERSION + 1, 1, 0, 0), -EINVAL);
	EXPECT(session_with(TMEM_DEV_VERSION, (1ULL << 40) + 1, 0, 0), -EINVAL);
	EXPECT(session_with(TMEM_DEV_VERSION, UINT64_MAX, 0, 0), -EINVAL);
	EXPECT(session_with(TMEM_DEV_VERSION, 1, 3, 0), -EINVAL);
	EXPECT(session_with(TMEM_DEV_VERSION, 1, 128, 0), -EINVAL);
	EXPECT(session_with(TMEM_DEV_VERSION, 1, UINT32_MAX, 0), -EINVAL);
	EXPECT(session_with(TMEM_DEV_VERSION, 1, 0, 1), -EINVAL);
}

static const struct tmem_dev_pool good_pool = {
	.size = sizeof(good_pool), .design = "hashbucket", .store = "lz4",
	.buckets = 8, .client = 1,
};

/* Refused, and with a reason where it is the core that refuses. */
static void refuse_pool(int fd, struct tmem_dev_pool arg, bool reason)
{
	EXPECT(call(fd, TMEM_DEV_POOL_CREATE, &arg), -EINVAL);
	EXPECT(arg.pool, -1);
	EXPECT(!!*arg.why, reason);
}

static void pools(void)
{
	static const uint32_t buckets[] = { 3, 1U << 21, 1U << 31, UINT32_MAX };
	static const uint32_t flags[] = { 3, 4, 0x80000000, UINT32_MAX };
	int fd = dev_session(100);
	struct tmem_dev_pool arg;
	uint32_t i;

	for (i = 0; i < NR_OF(buckets); i++) {
		arg = good_pool;
		arg.buckets = buckets[i];
		refuse_pool(fd, arg, true);
	}
	for (i = 0; i < NR_OF(flags); i++) {
		arg = good_pool;
		arg.flags = flags[i];
		refuse_pool(fd, arg, true);
	}
	arg = good_pool;
	strcpy(arg.design, "hashbucke");
	refuse_pool(fd, arg, true);
	arg = good_pool;
	strcpy(arg.store, "zip");
	refuse_pool(fd, arg, true);
	/* names without an end, and with something after it */
	arg = good_pool;
	memset(arg.design, 'x', sizeof(arg.design));
	refuse_pool(fd, arg, false);
	arg = good_pool;
	memset(arg.store, 'x', sizeof(arg.store));
	refuse_pool(fd, arg, false);
	arg = good_pool;
	arg.design[sizeof(arg.design) - 1] = 'x';
	refuse_pool(fd, arg, false);
	arg = good_pool;
	arg.store[4] = 'x';
	refuse_pool(fd, arg, false);
	arg = good_pool;
	arg.reserved = 1;
	refuse_pool(fd, arg, false);
	/* left open: the module's parameters */
	arg = (struct tmem_dev_pool){ .size = sizeof(arg) };
	EXPECT(call(fd, TMEM_DEV_POOL_CREATE, &arg), 0);
	dev_close(fd);
}

static void pool_numbers(void)
{
	static const int numbers[] = { -1, -2, 1, 1023, 1024, 65536, INT32_MAX,
				       INT32_MIN };
	struct tmem_dev_stats stats = { .size = sizeof(stats) };
	struct tmem_dev_freeze freeze = { .size = sizeof(freeze) };
	struct tmem_dev_leave leave = { .size = sizeof(leave), .client = 7 };
	struct tmem_dev_result result;
	struct tmem_dev_batch batch;
	struct tmem_dev_op op;
	int fd = dev_session(100), pool = dev_pool(fd, "objlock", "none", 0);
	uint32_t i;

	EXPECT(pool, 0);
	for (i = 0; i < NR_OF(numbers); i++) {
		leave.pool = freeze.pool = stats.pool = numbers[i];
		EXPECT(call(fd, TMEM_DEV_POOL_DESTROY, &leave), -ENODEV);
		EXPECT(call(fd, TMEM_DEV_POOL_FREEZE, &freeze), -ENODEV);
		if (numbers[i] != -1)
			EXPECT(call(fd, TMEM_DEV_STATS, &stats),
			       numbers[i] < 0 ? -EINVAL : -ENODEV);
		op = dev_op(TMEM_DEV_PUT, numbers[i], 0, TMEM_DEV_NO_PAGE);
		batch = dev_batch(&op, &result, 1, NULL, 0);
		EXPECT(call(fd, TMEM_DEV_SUBMIT, &batch), 0);
		EXPECT(result.result, -ENODEV);
	}
	leave.pool = 0;
	leave.client = 8;
	EXPECT(call(fd, TMEM_DEV_POOL_DESTROY, &leave), -EINVAL);
	freeze.pool = 0;
	freeze.frozen = 2;
	EXPECT(call(fd, TMEM_DEV_POOL_FREEZE, &freeze), -EINVAL);
	dev_close(fd);
}

static void batch_headers(void)
{
	int fd = dev_session(100), pool = dev_pool(fd, "rcu", "raw", 0);
	struct tmem_dev_op ops[2] = { dev_op(TMEM_DEV_PUT, pool, 0, 0) };
	struct tmem_dev_result results[2];
	uint8_t *pages = dev_pages(2);
	const struct tmem_dev_batch good = dev_batch(ops, results, 1, pages, 2);
	struct tmem_dev_batch b = good;
	struct tmem_dev_stats stats = { .size = sizeof(stats), .pool = -1 };

#define REFUSED(field, value, error) do {				\
	b = good;							\
	b.field = value;						\
	b.done = 77;							\
	EXPECT(call(fd, TMEM_DEV_SUBMIT, &b), error);			\
	EXPECT(b.done, 0);						\
} while (0)

	REFUSED(nr, 0, -EINVAL);
	REFUSED(nr, TMEM_DEV_MAX_BATCH + 1, -E2BIG);
	REFUSED(nr, UINT32_MAX, -E2BIG);
	REFUSED(nr_pages, TMEM_DEV_MAX_PAGES + 1, -E2BIG);
	REFUSED(nr_pages, UINT32_MAX, -E2BIG);
	REFUSED(nr_pages, 0, -EINVAL);
	REFUSED(flags, 1, -EINVAL);
	REFUSED(flags, 0x80000000, -EINVAL);
	REFUSED(reserved, 1, -EINVAL);
	REFUSED(ops, good.ops + 4, -EINVAL);
	REFUSED(ops, good.ops + 1, -EINVAL);
	REFUSED(results, good.results + 4, -EINVAL);
	REFUSED(pages, good.pages + 8, -EINVAL);
	REFUSED(ops, 0, -EFAULT);
	REFUSED(ops, 0xffff888000000000, -EFAULT);
	REFUSED(ops, 0xfffffffffffffff8, -EFAULT);
	REFUSED(pages, 0, -EFAULT);
	REFUSED(pages, 0xffff888000000000, -EFAULT);
	REFUSED(pages, 0xfffffffffffff000, -EFAULT);
#undef REFUSED
	EXPECT(call(fd, TMEM_DEV_STATS, &stats), 0);
	EXPECT(stats.values[0], 0);	/* puts: none came so far */
	munmap(pages, 2 * PAGE);
	dev_close(fd);
}

/* A batch whose second operation is @op ends with @ret before it. */
static void refuse_op(int fd, int pool, struct tmem_dev_op op, int ret)
{
	struct tmem_dev_op ops[3] = {
		dev_op(TMEM_DEV_FLUSH_PAGE, pool, 5, 0), op,
		dev_op(TMEM_DEV_FLUSH_PAGE, pool, 6, 0),
	};
	struct tmem_dev_result results[3] = { };
	uint8_t *pages = dev_pages(2);
	struct tmem_dev_batch b = dev_batch(ops, results, 3, pages, 2);

	results[1].result = 4711;
	EXPECT(call(fd, TMEM_DEV_SUBMIT, &b), ret);
	EXPECT(b.done, 1);
	EXPECT(results[0].result, -ENOENT);
	EXPECT(results[1].result, 4711);
	munmap(pages, 2 * PAGE);
}

static void operations(void)
{
	static const uint32_t kinds[] = { 0, 7, 8, 255, 65536, INT32_MAX,
					  UINT32_MAX };
	int fd = dev_session(100), pool = dev_pool(fd, "rcu", "raw", 0);
	struct tmem_dev_op op;
	uint32_t i, kind;

	for (i = 0; i < NR_OF(kinds); i++)
		refuse_op(fd, pool, dev_op(kinds[i], pool, 0, 0), -EINVAL);
	for (kind = TMEM_DEV_PUT; kind <= TMEM_DEV_BUDGET; kind++) {
		op = dev_op(kind, pool, 0, 0);
		op.flags = 2;
		refuse_op(fd, pool, op, -EINVAL);
		op.flags = UINT32_MAX;
		refuse_op(fd, pool, op, -EINVAL);
		/* a page that is not there, or that nobody asked for */
		refuse_op(fd, pool, dev_op(kind, pool, 0, 2), -EINVAL);
		refuse_op(fd, pool, dev_op(kind, pool, 0, UINT32_MAX - 1),
			  -EINVAL);
		op = dev_op(kind, pool, 9, 0);
		op.last = 8;
		refuse_op(fd, pool, op, -EINVAL);
	}
	op = (struct tmem_dev_op){ .kind = TMEM_DEV_BUDGET, .oid = { 50 } };
	op.flags = TMEM_DEV_OP_TIMED;
	refuse_op(fd, pool, op, -EINVAL);
	op.flags = 0;
	op.pool = 1;
	refuse_op(fd, pool, op, -EINVAL);
	op.pool = 0;
	op.index = 1;
	refuse_op(fd, pool, op, -EINVAL);
	op.index = 0;
	op.oid[2] = 1;
	refuse_op(fd, pool, op, -EINVAL);
	dev_close(fd);
}

/* Arrays of which only a part is there: done tells how far it went. */
static void arrays_at_the_edge(void)
{
	int fd = dev_session(1000), pool = dev_pool(fd, "hashbucket", "raw", 0);
	uint32_t nr = PAGE / sizeof(struct tmem_dev_op), i;
	struct tmem_dev_op *ops = dev_edge(1);
	struct tmem_dev_result *results = dev_edge(1);
	uint8_t *pages = dev_edge(4);
	struct tmem_dev_batch b;

	/* operations: those of a whole piece before the edge are executed */
	for (i = 0; i < nr; i++)
		ops[i] = dev_op(TMEM_DEV_FLUSH_PAGE, pool, i, 0);
	b = dev_batch(ops, results, nr, NULL, 0);
	EXPECT(call(fd, TMEM_DEV_SUBMIT, &b), 0);
	EXPECT(b.done, nr);
	b = dev_batch(ops, results, nr + 1, NULL, 0);
	EXPECT(call(fd, TMEM_DEV_SUBMIT, &b), -EFAULT);
	EXPECT(b.done <= nr, 1);
	/* results */
	b = dev_batch(ops, results + PAGE / sizeof(*results) - 3, 4, NULL, 0);
	EXPECT(call(fd, TMEM_DEV_SUBMIT, &b), -EFAULT);
	EXPECT(b.done, 4);
	/* nobody wants results */
	b = dev_batch(ops, NULL, 4, NULL, 0);
	EXPECT(call(fd, TMEM_DEV_SUBMIT, &b), 0);
	EXPECT(b.done, 4);
	/* pages */
	for (i = 0; i < 6; i++)
		ops[i] = dev_op(TMEM_DEV_PUT, pool, i, i);
	b = dev_batch(ops, results, 6, pages, 6);
	EXPECT(call(fd, TMEM_DEV_SUBMIT, &b), -EFAULT);
	EXPECT(b.done, 4);
	EXPECT(results[3].result, 0);
	/* a get into memory that cannot be written takes the page along */
	EXPECT(mprotect(pages, 4 * PAGE, PROT_READ), 0);
	ops[0] = dev_op(TMEM_DEV_GET, pool, 0, 0);
	b = dev_batch(ops, results, 1, pages, 4);
	EXPECT(call(fd, TMEM_DEV_SUBMIT, &b), -EFAULT);
	EXPECT(b.done, 0);
	dev_validate(fd);
	munmap(ops, PAGE);
	munmap(results, PAGE);
	munmap(pages, 4 * PAGE);
	dev_close(fd);
}

static void histograms_nowhere(void)
{
	const struct tmem_dev_histogram good = {
		.size = sizeof(good), .kind = TMEM_DEV_HIST_GET,
		.nr = TMEM_DEV_HIST_BUCKETS,
	};
	uint32_t nr_pages = TMEM_DEV_HIST_BUCKETS * 8 / PAGE;
	uint8_t *counts = dev_edge(nr_pages);
	struct tmem_dev_histogram h;
	int fd = dev_session(100);

#define REFUSED(field, value, error) do {				\
	h = good;							\
	h.counts = (uintptr_t)counts;					\
	h.field = value;						\
	EXPECT(call(fd, TMEM_DEV_HISTOGRAM, &h), error);		\
} while (0)

	REFUSED(nr, TMEM_DEV_HIST_BUCKETS - 1, -EINVAL);
	REFUSED(nr, TMEM_DEV_HIST_BUCKETS + 1, -EINVAL);
	REFUSED(nr, UINT32_MAX, -EINVAL);
	REFUSED(nr, 0, -EINVAL);
	REFUSED(kind, TMEM_DEV_NR_HISTS, -EINVAL);
	REFUSED(kind, UINT32_MAX, -EINVAL);
	REFUSED(flags, 2, -EINVAL);
	REFUSED(counts, (uintptr_t)counts + 1, -EINVAL);
	REFUSED(counts, (uintptr_t)counts + 8, -EFAULT);
	REFUSED(counts, 0, -EFAULT);
	REFUSED(counts, 0xffff888000000000, -EFAULT);
	REFUSED(kind, TMEM_DEV_HIST_PUT, 0);
#undef REFUSED
	munmap(counts, (size_t)nr_pages * PAGE);
	dev_close(fd);
}

static void names_nowhere(void)
{
	struct tmem_dev_name name = { .size = sizeof(name) };
	int fd = dev_open();

	name.kind = TMEM_DEV_NR_NAMES;
	EXPECT(call(fd, TMEM_DEV_NAME, &name), -EINVAL);
	name.kind = UINT32_MAX;
	EXPECT(call(fd, TMEM_DEV_NAME, &name), -EINVAL);
	for (name.kind = 0; name.kind < TMEM_DEV_NR_NAMES; name.kind++) {
		name.index = 1000;
		EXPECT(call(fd, TMEM_DEV_NAME, &name), -ENOENT);
		name.index = UINT32_MAX;
		EXPECT(call(fd, TMEM_DEV_NAME, &name), -ENOENT);
	}
	dev_close(fd);
}

/* Noise in arguments of the right size, then noise in operations. */
static void noise(void)
{
	int fd = dev_session(200), pool = dev_pool(fd, "rcu", "lz4", 0), i;
	uint64_t *area = dev_pages(64), seed = 1;
	uint32_t k, words;

	for (i = 0; i < 20000; i++) {
		unsigned long cmd = requests[i % NR_OF(requests)].cmd;
		union any arg;

		for (k = 0; k < sizeof(arg) / 8; k++)
			((uint64_t *)&arg)[k] = dev_random(&seed) >>
				(dev_random(&seed) & 63);
		arg.size = _IOC_SIZE(cmd);
		call(fd, cmd, &arg);
	}
	words = 60 * PAGE / 8;
	for (i = 0; i < 200; i++) {
		struct tmem_dev_op *ops = (struct tmem_dev_op *)area;
		struct tmem_dev_batch b = dev_batch(ops, NULL, 0, area, 64);

		/* pages and operations in one area: gets change what comes next */
		for (k = 0; k < words; k++)
			area[k] = dev_random(&seed);
		for (k = 0; k < 500; k++) {
			ops[k].kind = 1 + dev_random(&seed) % 5;
			ops[k].flags &= TMEM_DEV_OP_TIMED;
			ops[k].pool = pool;
			ops[k].oid[0] &= 3;
			ops[k].oid[1] = ops[k].oid[2] = 0;
			ops[k].index &= 255;
			ops[k].page = ops[k].kind == TMEM_DEV_FLUSH_PAGE ||
				ops[k].kind == TMEM_DEV_FLUSH_RANGE ? 0 :
				ops[k].page & 63;
			ops[k].last = ops[k].kind == TMEM_DEV_FLUSH_RANGE ?
				ops[k].index + 3 : 0;
		}
		b.nr = 500;
		b.results = i & 1 ? (uintptr_t)area + 40 * PAGE : 0;
		k = (uint32_t)call(fd, TMEM_DEV_SUBMIT, &b);
		EXPECT(!k || k == (uint32_t)-EINVAL, 1);
	}
	dev_validate(fd);
	munmap(area, 64 * PAGE);
	dev_close(fd);
}

const struct dev_case hostile_cases[] = {
	{ "hostile: requests that do not exist", numbers },
	{ "hostile: sizes", sizes },
	{ "hostile: arguments that are nowhere", arguments_nowhere },
	{ "hostile: answers that cannot be written", answers_nowhere },
	{ "hostile: requests before there is a session", before_session },
	{ "hostile: reserved fields", reserved_fields },
	{ "hostile: sessions", sessions },
	{ "hostile: pools", pools },
	{ "hostile: numbers of pools", pool_numbers },
	{ "hostile: batches", batch_headers },
	{ "hostile: operations", operations },
	{ "hostile: arrays that end too early", arrays_at_the_edge },
	{ "hostile: histograms", histograms_nowhere },
	{ "hostile: names", names_nowhere },
	{ "hostile: noise", noise },
	{ }
};
