// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dev_test_race.c - /dev/tmem with threads, signals, closing and unloading
 */
#include "dev_test.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NR_THREADS	6
#define NR_POOLS	4

/* ---- many threads on one file ---- */

static struct traffic {
	int fd;
	bool stop;		/* atomic */
	bool closing;		/* -EBADF is what comes next; atomic */
} traffic;

static bool stopped(void)
{
	return __atomic_load_n(&traffic.stop, __ATOMIC_ACQUIRE);
}

/* What a request may answer while others tear down what it names. */
static void expect_one_of(int ret, const int *fine)
{
	if (ret == -EBADF && __atomic_load_n(&traffic.closing, __ATOMIC_ACQUIRE))
		return;
	while (*fine != 1 && ret != *fine)
		fine++;
	if (*fine == 1)
		dev_failed(__FILE__, __LINE__, "a request that races", ret, 0);
}

static struct tmem_dev_op random_op(uint64_t *seed)
{
	uint32_t kind = 1 + dev_random(seed) % 5;
	struct tmem_dev_op op = dev_op(kind, dev_random(seed) % NR_POOLS,
				       dev_random(seed) % 128, 0);

	op.oid[0] = dev_random(seed) % 4;
	op.flags = dev_random(seed) & TMEM_DEV_OP_TIMED;
	if (kind == TMEM_DEV_FLUSH_RANGE)
		op.last += dev_random(seed) % 8;
	else if (kind != TMEM_DEV_FLUSH_PAGE)
		op.page = dev_random(seed) % 8;
	return op;
}

static void *submitter(void *arg)
{
	static const int fine[] = { 0, 1 };
	uint64_t seed = (uintptr_t)arg;
	struct tmem_dev_result results[100];
	struct tmem_dev_op ops[100];
	uint8_t *pages = dev_pages(8);
	uint32_t i;

	while (!stopped()) {
		uint32_t nr = 1 + dev_random(&seed) % NR_OF(ops);
		struct tmem_dev_batch b = dev_batch(ops, results, nr, pages, 8);

		for (i = 0; i < nr; i++)
			ops[i] = random_op(&seed);
		memset(pages + dev_random(&seed) % 8 * PAGE,
		       (int)dev_random(&seed), PAGE / 3);
		expect_one_of(call(traffic.fd, TMEM_DEV_SUBMIT, &b), fine);
	}
	munmap(pages, 8 * PAGE);
	return NULL;
}

static void create(uint64_t *seed)
{
	static const char *const designs[] = {
		"hashbucket", "hashbucket-fine", "objlock", "rcu",
	};
	static const char *const stores[] = { "none", "raw", "lz4" };
	static const int fine[] = { 0, -EINVAL, -ENOSPC, 1 };
	struct tmem_dev_pool arg = {
		.size = sizeof(arg), .buckets = 4, .client = dev_random(seed) % 3,
		.flags = dev_random(seed) % 3, .uuid = { 1 },
	};

	strcpy(arg.design, designs[dev_random(seed) % NR_OF(designs)]);
	strcpy(arg.store, stores[dev_random(seed) % NR_OF(stores)]);
	/* -EINVAL: the shared pool has another design or store */
	expect_one_of(call(traffic.fd, TMEM_DEV_POOL_CREATE, &arg), fine);
}

static void *manager(void *arg)
{
	static const int destroyed[] = { 0, -ENODEV, -EINVAL, 1 };
	static const int frozen[] = { 0, -ENODEV, 1 };
	static const int fine[] = { 0, 1 };
	uint64_t seed = (uintptr_t)arg;
	uint64_t *counts = calloc(TMEM_DEV_HIST_BUCKETS, sizeof(*counts));

	while (!stopped()) {
		struct tmem_dev_leave leave = {
			.size = sizeof(leave),
			.pool = dev_random(&seed) % (2 * NR_POOLS),
			.client = dev_random(&seed) % 3,
		};
		struct tmem_dev_freeze freeze = {
			.size = sizeof(freeze), .pool = leave.pool,
			.frozen = dev_random(&seed) & 1,
		};
		struct tmem_dev_stats stats = { .size = sizeof(stats),
						.pool = leave.pool };
		struct tmem_dev_evict evict = { .size = sizeof(evict),
						.frames = 5 };
		struct tmem_dev_validate validate = { .size = sizeof(validate) };
		struct tmem_dev_histogram h = {
			.size = sizeof(h), .nr = TMEM_DEV_HIST_BUCKETS,
			.flags = dev_random(&seed) & 1,
			.counts = (uintptr_t)counts,
		};

		switch (dev_random(&seed) % 8) {
		case 0:
			expect_one_of(call(traffic.fd, TMEM_DEV_POOL_DESTROY,
					   &leave), destroyed);
			break;
		case 1:
			expect_one_of(call(traffic.fd, TMEM_DEV_POOL_FREEZE,
					   &freeze), frozen);
			break;
		case 2:
			expect_one_of(call(traffic.fd, TMEM_DEV_STATS, &stats),
				      frozen);
			break;
		case 3:
			expect_one_of(call(traffic.fd, TMEM_DEV_EVICT, &evict),
				      fine);
			break;
		case 4:
			expect_one_of(call(traffic.fd, TMEM_DEV_VALIDATE,
					   &validate), fine);
			break;
		case 5:
			expect_one_of(call(traffic.fd, TMEM_DEV_HISTOGRAM, &h),
				      fine);
			break;
		default:
			create(&seed);
		}
	}
	free(counts);
	return NULL;
}

static void nap_ms(long ms)
{
	const struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

static void threads_for(long ms, bool close_early)
{
	pthread_t threads[NR_THREADS];
	uint64_t seed = 42, i;

	traffic = (struct traffic){ .fd = dev_session(300) };
	for (i = 0; i < NR_POOLS; i++)
		create(&seed);
	for (i = 0; i < NR_THREADS; i++)
		if (pthread_create(&threads[i], NULL, i < 2 ? manager : submitter,
				   (void *)(uintptr_t)(i + 1)))
			abort();
	nap_ms(ms);
	if (close_early) {
		__atomic_store_n(&traffic.closing, true, __ATOMIC_RELEASE);
		dev_close(traffic.fd);
		nap_ms(20);
	}
	__atomic_store_n(&traffic.stop, true, __ATOMIC_RELEASE);
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	if (close_early)
		return;
	dev_validate(traffic.fd);
	dev_close(traffic.fd);
}

static void threads_share(void)
{
	threads_for(5000, false);
}

/* Each of some threads: so many timed operations, no matter where they run. */
#define TIMED_BATCHES	200
#define TIMED_OPS	50

static void *timed_submitter(void *arg)
{
	struct tmem_dev_op ops[TIMED_OPS];
	uint32_t i;

	for (i = 0; i < TIMED_OPS; i++) {
		ops[i] = dev_op(TMEM_DEV_GET, 0, i, TMEM_DEV_NO_PAGE);
		ops[i].flags = TMEM_DEV_OP_TIMED;
	}
	for (i = 0; i < TIMED_BATCHES; i++) {
		struct tmem_dev_batch b = dev_batch(ops, NULL, TIMED_OPS, NULL, 0);

		EXPECT(call(*(int *)arg, TMEM_DEV_SUBMIT, &b), 0);
	}
	return NULL;
}

static void threads_are_counted(void)
{
	int fd = dev_session(100);
	uint64_t *counts = calloc(TMEM_DEV_HIST_BUCKETS, sizeof(*counts));
	struct tmem_dev_histogram h = {
		.size = sizeof(h), .kind = TMEM_DEV_HIST_GET,
		.nr = TMEM_DEV_HIST_BUCKETS, .counts = (uintptr_t)counts,
	};
	pthread_t threads[NR_THREADS];
	uint32_t i;

	EXPECT(dev_pool(fd, "rcu", "none", 0), 0);
	for (i = 0; i < NR_THREADS; i++)
		if (pthread_create(&threads[i], NULL, timed_submitter, &fd))
			abort();
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	EXPECT(call(fd, TMEM_DEV_HISTOGRAM, &h), 0);
	EXPECT(h.count, NR_THREADS * TIMED_BATCHES * TIMED_OPS);
	free(counts);
	dev_close(fd);
}

static void threads_race_close(void)
{
	int i;

	for (i = 0; i < 20; i++)
		threads_for(50 + 10 * i, true);
}

/* ---- what a closed file leaves behind: nothing ---- */

#define FOLDER "/sys/kernel/debug/tmem"

static bool folder_there(const char *name)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof(path), FOLDER "/%s", name);
	return !stat(path, &st);
}

/* Pages in a pool that keeps them until they are flushed. */
static void fill(int fd, uint32_t nr)
{
	int pool = dev_pool(fd, "rcu", "raw", TMEM_DEV_POOL_PERSISTENT);
	uint8_t *page = dev_pages(1);
	struct tmem_dev_result result;
	uint32_t i;

	for (i = 0; i < nr; i++) {
		struct tmem_dev_op op = dev_op(TMEM_DEV_PUT, pool, i, 0);
		struct tmem_dev_batch b = dev_batch(&op, &result, 1, page, 1);

		page[i % PAGE]++;
		EXPECT(call(fd, TMEM_DEV_SUBMIT, &b), 0);
		EXPECT(result.result, 0);
	}
	munmap(page, PAGE);
}

static void close_destroys(void)
{
	struct tmem_dev_session arg = {
		.size = sizeof(arg), .version = TMEM_DEV_VERSION, .budget = 5000,
	};
	int fd = dev_open(), twin;

	EXPECT(call(fd, TMEM_DEV_SESSION, &arg), 0);
	if (!folder_there("")) {
		dev_close(fd);
		dev_skip("no debugfs to see it in: mount -t debugfs debug /sys/kernel/debug");
		return;
	}
	fill(fd, 4000);
	EXPECT(folder_there(arg.name), 1);
	twin = dup(fd);
	dev_close(fd);
	EXPECT(folder_there(arg.name), 1);
	dev_validate(twin);
	dev_close(twin);
	EXPECT(folder_there(arg.name), 0);
}

/* A program that is killed in the middle of the largest batches. */
static void killed(void)
{
	struct tmem_dev_op *ops = calloc(TMEM_DEV_MAX_BATCH, sizeof(*ops));
	uint8_t *page = dev_pages(1);
	uint32_t i, round;
	int status;
	pid_t pid;

	for (i = 0; i < TMEM_DEV_MAX_BATCH; i++)
		ops[i] = dev_op(TMEM_DEV_PUT, 0, i, 0);
	for (round = 0; round < 10; round++) {
		fflush(stdout);
		pid = fork();
		if (!pid) {
			int fd = dev_session(2000);
			struct tmem_dev_batch b = dev_batch(ops, NULL,
				TMEM_DEV_MAX_BATCH, page, 1);

			dev_pool(fd, "objlock", "lz4", 0);
			for (;;)
				call(fd, TMEM_DEV_SUBMIT, &b);
		}
		nap_ms(30 + 20 * round);
		EXPECT(kill(pid, SIGKILL), 0);
		EXPECT(waitpid(pid, &status, 0), pid);
		EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, 1);
	}
	munmap(page, PAGE);
	free(ops);
}

/* ---- who may, and who may not ---- */

/* The error of open() in a child that @drop made poorer; -1: it could not. */
static int open_without(bool (*drop)(void))
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		if (!drop())
			_exit(255);
		_exit(open(TMEM_DEV_PATH, O_RDWR) < 0 ? errno : 0);
	}
	EXPECT(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) && WEXITSTATUS(status) != 255 ?
		WEXITSTATUS(status) : -1;
}

static bool drop_root(void)
{
	return !setgid(65534) && !setuid(65534);
}

/* Root without CAP_SYS_ADMIN, as in a container. */
static bool drop_admin(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data))
		return false;
	data[0].effective &= ~(1U << CAP_SYS_ADMIN);
	data[0].permitted &= ~(1U << CAP_SYS_ADMIN);
	return !syscall(SYS_capset, &head, data);
}

static void not_root(void)
{
	struct stat st;

	EXPECT(stat(TMEM_DEV_PATH, &st), 0);
	EXPECT(st.st_mode & 07777, 0600);
	EXPECT(open_without(drop_root), EACCES);
	EXPECT(open_without(drop_admin), EPERM);
}

static void unload_refused(void)
{
	int fd = dev_open();

	EXPECT(syscall(SYS_delete_module, "tmem", O_NONBLOCK), -1);
	EXPECT(errno, EWOULDBLOCK);
	dev_close(fd);
	fd = dev_open();
	dev_close(fd);
}

const struct dev_case race_cases[] = {
	{ "race: threads on one file", threads_share },
	{ "race: latencies of all threads are counted", threads_are_counted },
	{ "race: threads, and the file is closed", threads_race_close },
	{ "race: closing destroys the pools", close_destroys },
	{ "race: killed in a batch", killed },
	{ "race: without the right to open it", not_root },
	{ "race: unload while it is open", unload_refused },
	{ }
};
