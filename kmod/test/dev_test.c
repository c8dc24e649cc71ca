// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dev_test.c - /dev/tmem against callers of all kinds: KTAP to standard output
 *
 *	dev_test_hostile.c	requests that are not as tmem_dev.h describes them
 *	dev_test_use.c		what it promises to those who keep to it
 *	dev_test_race.c		threads, signals, closing, unloading
 *
 * Runs as root where the module is loaded, in the guest of kmod/qemu.  Exit status:
 * 0, 1 if a case failed, 77 where there is no /dev/tmem.
 */
#include "dev_test.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int failures;		/* of this case; threads add to it too */
static const char *skipped;

void dev_failed(const char *file, int line, const char *what, long got,
		long wanted)
{
	/* the first few say enough */
	if (__atomic_fetch_add(&failures, 1, __ATOMIC_RELAXED) < 10)
		printf("# %s:%d: %s is %ld, not %ld\n", strrchr(file, '/') ?
		       strrchr(file, '/') + 1 : file, line, what, got, wanted);
}

void dev_skip(const char *why)
{
	skipped = why;
}

/* ---- helpers ---- */

int dev_open(void)
{
	int fd = open(TMEM_DEV_PATH, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		dev_failed(__FILE__, __LINE__, "open", -errno, 0);
	return fd;
}

int dev_session(uint64_t frames)
{
	struct tmem_dev_session arg = {
		.size = sizeof(arg),
		.version = TMEM_DEV_VERSION,
		.budget = frames,
	};
	int fd = dev_open();

	EXPECT(call(fd, TMEM_DEV_SESSION, &arg), 0);
	return fd;
}

int dev_pool(int fd, const char *design, const char *store, uint32_t flags)
{
	struct tmem_dev_pool arg = {
		.size = sizeof(arg),
		.flags = flags,
		.buckets = 16,
		.client = 7,
	};

	strncpy(arg.design, design, sizeof(arg.design) - 1);
	strncpy(arg.store, store, sizeof(arg.store) - 1);
	EXPECT(call(fd, TMEM_DEV_POOL_CREATE, &arg), 0);
	return arg.pool;
}

struct tmem_dev_batch dev_batch(const struct tmem_dev_op *ops,
				struct tmem_dev_result *results, uint32_t nr,
				void *pages, uint32_t nr_pages)
{
	return (struct tmem_dev_batch){
		.size = sizeof(struct tmem_dev_batch),
		.ops = (uintptr_t)ops,
		.results = (uintptr_t)results,
		.pages = (uintptr_t)pages,
		.nr = nr,
		.nr_pages = nr_pages,
	};
}

struct tmem_dev_op dev_op(uint32_t kind, int pool, uint32_t index, uint32_t page)
{
	return (struct tmem_dev_op){
		.oid = { 1, 2, 3 },
		.index = index,
		.last = kind == TMEM_DEV_FLUSH_RANGE ? index : 0,
		.pool = pool,
		.page = page,
		.kind = kind,
	};
}

int dev_close(int fd)
{
	int ret = close(fd);

	EXPECT(ret, 0);
	return ret;
}

void *dev_pages(uint32_t nr)
{
	void *pages = mmap(NULL, (size_t)nr * PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	EXPECT(pages == MAP_FAILED, false);
	return pages;
}

void *dev_edge(uint32_t nr)
{
	uint8_t *pages = dev_pages(nr + 1);

	EXPECT(munmap(pages + (size_t)nr * PAGE, PAGE), 0);
	return pages;
}

void dev_validate(int fd)
{
	struct tmem_dev_validate arg = { .size = sizeof(arg) };

	EXPECT(call(fd, TMEM_DEV_VALIDATE, &arg), 0);
}

/* ---- running them ---- */

static bool run_case(const struct dev_case *c, int number)
{
	failures = 0;
	skipped = NULL;
	c->run();
	if (failures)
		printf("# %s: %d failures\n", c->name, failures);
	printf("%sok %d %s%s%s\n", failures ? "not " : "", number, c->name,
	       skipped && !failures ? " # SKIP " : "",
	       skipped && !failures ? skipped : "");
	fflush(stdout);
	return !failures;
}

int main(void)
{
	const struct dev_case *const tables[] = {
		hostile_cases, use_cases, race_cases,
	};
	const struct dev_case *c;
	int nr = 0, number = 0, bad = 0;
	unsigned int i;

	if (access(TMEM_DEV_PATH, R_OK | W_OK)) {
		printf("1..0 # SKIP %s: %s; load tmem.ko, and be root\n",
		       TMEM_DEV_PATH, strerror(errno));
		return 77;
	}
	for (i = 0; i < NR_OF(tables); i++)
		for (c = tables[i]; c->name; c++)
			nr++;
	printf("KTAP version 1\n1..%d\n", nr);
	fflush(stdout);
	for (i = 0; i < NR_OF(tables); i++)
		for (c = tables[i]; c->name; c++)
			bad += !run_case(c, ++number);
	return bad ? 1 : 0;
}
