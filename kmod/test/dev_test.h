/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dev_test.h - what the parts of tmem_dev_test share
 */
#ifndef TMEM_DEV_TEST_H
#define TMEM_DEV_TEST_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include "../uapi/tmem_dev.h"

#define PAGE		TMEM_DEV_PAGE_SIZE
#define NR_OF(array)	(sizeof(array) / sizeof((array)[0]))

/* A test case: ends with 0 failures, or says "skip" and why. */
struct dev_case {
	const char *name;
	void (*run)(void);
};

extern const struct dev_case hostile_cases[], use_cases[], race_cases[];

void dev_failed(const char *file, int line, const char *what, long got,
		long wanted);
void dev_skip(const char *why);

/* The value, which must be the one wanted. */
#define EXPECT(got_, wanted_) do {					\
	long got__ = (long)(got_), wanted__ = (long)(wanted_);		\
	if (got__ != wanted__)						\
		dev_failed(__FILE__, __LINE__, #got_, got__, wanted__);	\
} while (0)

/* 0 or a negative error, as the kernel returned it. */
static inline int call(int fd, unsigned long cmd, void *arg)
{
	return ioctl(fd, cmd, arg) ? -errno : 0;
}

/* What most cases begin with: a session, a pool, a batch that is as it should be. */
int dev_open(void);
int dev_session(uint64_t frames);
int dev_pool(int fd, const char *design, const char *store, uint32_t flags);
struct tmem_dev_batch dev_batch(const struct tmem_dev_op *ops,
				struct tmem_dev_result *results, uint32_t nr,
				void *pages, uint32_t nr_pages);
struct tmem_dev_op dev_op(uint32_t kind, int pool, uint32_t index, uint32_t page);
int dev_close(int fd);

/* Zeroed pages that can be given back by munmap(). */
void *dev_pages(uint32_t nr);

/* The last pages of a mapping, with nothing after them. */
void *dev_edge(uint32_t nr);

/* tmem_validate() in the kernel finds nothing wrong. */
void dev_validate(int fd);

/* A generator of one thread: never the same twice, always the same again. */
static inline uint64_t dev_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

#endif /* TMEM_DEV_TEST_H */
