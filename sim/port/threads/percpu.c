// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * percpu.c - per-CPU variables, each in a mapping of its own.
 *
 * The leak checker does not look into mappings by itself, so each is told to it:
 * memory that is reachable only from a per-CPU list is not lost.
 */
#include <sys/mman.h>

#include "internal.h"

#if TMEM_PORT_ASAN
#include <sanitizer/lsan_interface.h>
#else
#define __lsan_register_root_region(p, size) ((void)(p))
#define __lsan_unregister_root_region(p, size) ((void)(p))
#endif

#define PERCPU_BYTES (TMEM_PORT_MAX_CPUS * TMEM_PORT_PERCPU_STRIDE)

void *tmem_port_alloc_percpu(void)
{
	void *p;

	if (tmem_port_fault())
		return NULL;
	p = mmap(NULL, PERCPU_BYTES, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	__lsan_register_root_region(p, PERCPU_BYTES);
	tmem_port_count(TMEM_PORT_PERCPU, 1);
	return p;
}

void tmem_port_free_percpu(void *p)
{
	if (!p)
		return;
	tmem_port_count(TMEM_PORT_PERCPU, -1);
	__lsan_unregister_root_region(p, PERCPU_BYTES);
	munmap(p, PERCPU_BYTES);
}
