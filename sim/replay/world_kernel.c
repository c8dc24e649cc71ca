// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * world_kernel.c - the core in the running kernel, by way of /dev/tmem
 *
 * A run is one open file, shared by its threads: an instance with a budget and pools
 * of its own, which goes when the file is closed, whatever became of this program.
 */
#include "world_kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../../kmod/uapi/tmem_dev.h"

static_assert(TMEM_DEV_HIST_BUCKETS == HISTOGRAM_BUCKETS &&
	      TMEM_DEV_HIST_HALF == HISTOGRAM_HALF &&
	      TMEM_DEV_HIST_MAX == HISTOGRAM_MAX_VALUE,
	      "both sides count latencies in the same buckets");
static_assert(TMEM_DEV_POOL_PERSISTENT == TMEM_POOL_PERSISTENT &&
	      TMEM_DEV_POOL_SHARED == TMEM_POOL_SHARED &&
	      TMEM_DEV_POOL_SECOND_CHANCE == TMEM_POOL_SECOND_CHANCE,
	      "flags of pools are passed on as they are");
static_assert(PAGE_SIZE == TMEM_DEV_PAGE_SIZE, "pages are passed on as they are");

__attribute__((format(printf, 3, 4)))
static int fail(struct trace_error *error, int code, const char *format, ...)
{
	va_list args;

	error->code = code;
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	return code;
}

/* ---- is it there, and does it speak our language ---- */

static int open_device(struct trace_error *error)
{
	int fd = open(TMEM_DEV_PATH, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	switch (errno) {
	case ENOENT:
	case ENXIO:
	case ENODEV:
		return fail(error, -ENODEV, "--world kernel: there is no "
			    TMEM_DEV_PATH "; load the module as root (insmod tmem.ko), or boot a kernel with it in QEMU (target qemu-shell)");
	case EACCES:
	case EPERM:
		return fail(error, -EPERM, "--world kernel: " TMEM_DEV_PATH
			    " is for root; run this as root");
	default:
		return fail(error, -errno, "--world kernel: cannot open "
			    TMEM_DEV_PATH ": %s", strerror(errno));
	}
}

/* The module counts what this program counts, in the same order. */
static int check_statistics(int fd, const struct tmem_dev_info *info,
			    struct trace_error *error)
{
	u32 i;

	for (i = 0; i < TMEM_NR_STATS && info->nr_stats == TMEM_NR_STATS; i++) {
		struct tmem_dev_name name = {
			.size = sizeof(name),
			.kind = TMEM_DEV_STATISTICS,
			.index = i,
		};

		if (ioctl(fd, TMEM_DEV_NAME, &name) ||
		    strncmp(name.name, tmem_stat_desc[i].name, sizeof(name.name)))
			break;
	}
	if (i == TMEM_NR_STATS)
		return 0;
	return fail(error, -ENOTSUP, "--world kernel: the module has other statistics than this program; build both from the same sources");
}

static int check_device(int fd, struct tmem_dev_info *info,
			struct trace_error *error)
{
	*info = (struct tmem_dev_info){ .size = sizeof(*info) };
	if (ioctl(fd, TMEM_DEV_INFO, info))
		return fail(error, -ENOTTY, "--world kernel: " TMEM_DEV_PATH
			    " is not the device of tmem.ko: %s", strerror(errno));
	if (info->version != TMEM_DEV_VERSION)
		return fail(error, -ENOTSUP, "--world kernel: the module speaks version %u of the ABI, this program %u; build both from the same sources",
			    info->version, TMEM_DEV_VERSION);
	return check_statistics(fd, info, error);
}

static int kernel_probe(struct trace_error *error)
{
	struct tmem_dev_info info;
	int fd = open_device(error), ret;

	if (fd < 0)
		return fd;
	ret = check_device(fd, &info, error);
	close(fd);
	return ret;
}

/* ---- instance and pools ---- */

static int kernel_begin(struct run *run, struct trace_error *error)
{
	struct tmem_dev_session arg = {
		.size = sizeof(arg),
		.version = TMEM_DEV_VERSION,
		.budget = run->config.frames,
		.shards = run_shards(run),
	};
	struct kernel_session *k = calloc(1, sizeof(*k));
	struct tmem_dev_info info;
	int ret;

	if (!k)
		return fail(error, -ENOMEM, "no memory");
	run->kernel = k;
	k->fd = open_device(error);
	if (k->fd < 0)
		return k->fd;
	ret = check_device(k->fd, &info, error);
	if (ret)
		return ret;
	k->clock_ns = info.clock_ns;
	if (!ioctl(k->fd, TMEM_DEV_SESSION, &arg))
		return 0;
	ret = -errno;
	return fail(error, ret, "--world kernel: cannot create tmem: %s",
		    *arg.why ? arg.why : strerror(-ret));
}

static void kernel_end(struct run *run)
{
	if (run->kernel && run->kernel->fd >= 0)
		close(run->kernel->fd);
	free(run->kernel);
}

static int kernel_pool_create(struct run *run, const struct tmem_pool_attr *attr,
			      const char **why)
{
	struct kernel_session *k = run->kernel;
	struct tmem_dev_pool arg = {
		.size = sizeof(arg),
		.flags = attr->flags,
		.buckets = attr->buckets,
		.client = attr->client,
		.uuid = { attr->uuid[0], attr->uuid[1] },
	};
	int ret;

	*why = NULL;
	snprintf(arg.design, sizeof(arg.design), "%s",
		 tmem_design_name(attr->design));
	snprintf(arg.store, sizeof(arg.store), "%s",
		 tmem_store_name(attr->store));
	if (!ioctl(k->fd, TMEM_DEV_POOL_CREATE, &arg))
		return arg.pool;
	ret = -errno;
	snprintf(k->why, sizeof(k->why), "the kernel's module, asked for design %s and store %s: %s",
		 arg.design, arg.store, *arg.why ? arg.why : strerror(-ret));
	*why = k->why;
	/* it was not the command line that was wrong */
	return ret == -EINVAL ? -ENOTSUP : ret;
}

static int kernel_pool_destroy(struct run *run, int pool, u32 client)
{
	struct tmem_dev_leave arg = {
		.size = sizeof(arg),
		.pool = pool,
		.client = client,
	};

	return ioctl(run->kernel->fd, TMEM_DEV_POOL_DESTROY, &arg) ? -errno : 0;
}

/* ---- looking at them ---- */

static int kernel_stats(struct run *run, int pool, struct tmem_stats *stats)
{
	struct tmem_dev_stats arg = {
		.size = sizeof(arg),
		.pool = pool < 0 ? -1 : pool,
	};

	if (ioctl(run->kernel->fd, TMEM_DEV_STATS, &arg))
		return -errno;
	if (arg.nr != TMEM_NR_STATS)
		return -ENOTSUP;
	memcpy(stats->v, arg.values, sizeof(stats->v));
	return 0;
}

static int kernel_memory(struct run *run, struct tmem_memory *memory,
			 u64 *shrunk)
{
	struct tmem_dev_memory arg = { .size = sizeof(arg) };

	if (ioctl(run->kernel->fd, TMEM_DEV_MEMORY, &arg))
		return -errno;
	*memory = (struct tmem_memory){
		.budget = arg.budget,
		.frames = arg.frames,
		.frames_peak = arg.frames_peak,
		.allocator_frames = arg.allocator_frames,
	};
	*shrunk = arg.shrunk_frames;
	return 0;
}

static int kernel_validate(struct run *run)
{
	struct tmem_dev_validate arg = { .size = sizeof(arg) };

	return ioctl(run->kernel->fd, TMEM_DEV_VALIDATE, &arg) ? -errno : 0;
}

static int kernel_latency(struct run *run, enum latency_kind kind,
			  struct histogram *sum)
{
	static const u32 kinds[NR_LATENCIES] = {
		[LATENCY_PUT] = TMEM_DEV_HIST_PUT,
		[LATENCY_GET] = TMEM_DEV_HIST_GET,
		[LATENCY_FLUSH] = TMEM_DEV_HIST_FLUSH,
	};
	struct histogram *h = histogram_create();
	struct tmem_dev_histogram arg = {
		.size = sizeof(arg),
		.kind = kinds[kind],
		.nr = TMEM_DEV_HIST_BUCKETS,
		.counts = h ? (uintptr_t)h->counts : 0,
	};
	int ret = 0;

	if (!h)
		return -ENOMEM;
	if (ioctl(run->kernel->fd, TMEM_DEV_HISTOGRAM, &arg))
		ret = -errno;
	if (!ret && arg.count) {
		h->min = arg.min;
		h->max = arg.max;
		h->sum = arg.sum;
		h->sum_high = arg.sum_high;
		h->saturated = arg.saturated;
		histogram_merge(sum, h);
	}
	histogram_destroy(h);
	return ret;
}

/* At recorded times latencies are measured here. */
static const char *kernel_clock(const struct run *run, u64 *read_ns)
{
	if (run->config.timed)
		return world_threads.clock(run, read_ns);
	*read_ns = run->kernel->clock_ns;
	return "ktime";
}

const struct world world_kernel = {
	.name = "kernel",
	.log = "dmesg",
	.probe = kernel_probe,
	.begin = kernel_begin,
	.end = kernel_end,
	.worker_init = kernel_worker_init,
	.worker_exit = kernel_worker_exit,
	.pool_create = kernel_pool_create,
	.pool_destroy = kernel_pool_destroy,
	.run_chunk = kernel_run_chunk,
	.stats = kernel_stats,
	.memory = kernel_memory,
	.validate = kernel_validate,
	.latency = kernel_latency,
	.clock = kernel_clock,
};
