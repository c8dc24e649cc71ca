/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world_kernel.h - what the two halves of the kernel world know of each other
 */
#ifndef TMEM_SIM_WORLD_KERNEL_H
#define TMEM_SIM_WORLD_KERNEL_H

#include "worker.h"

/* One open /dev/tmem: an instance in the kernel. */
struct kernel_session {
	int fd;
	u32 clock_ns;			/* what reading the kernel's clock costs */
	char why[256];			/* the last refusal of a pool */
};

int kernel_worker_init(struct worker *worker);
void kernel_worker_exit(struct worker *worker);
void kernel_run_chunk(struct worker *worker, const struct chunk *chunk);

#endif /* TMEM_SIM_WORLD_KERNEL_H */
