/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory.h - how many bytes are taken, by whomever
 *
 * Two allocators stand behind everything that is compared, and both are asked:
 *
 *	malloc()	mallinfo2(): chunks in use in every arena, with their headers,
 *			and what was mapped because it is large.  Tables that
 *			were allocated and never touched count in full
 *	the port	blocks of 64 KiB that its slabs hold, free objects included:
 *			counted where arena.c hands them out (the linker's --wrap)
 *
 * What the port takes for a slab cache before there is an object in it, mostly
 * magazines for 256 CPUs, is no matter of the table and is taken off.
 *
 * Not counted: per-CPU variables (a fixed mapping per pool, mostly untouched),
 * stacks, and what the libraries keep in static memory.  The difference of two
 * readings is what a table took, if nothing else allocates in between.
 */
#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

#include <stdint.h>

/* Bytes in use now.  Waits for RCU callbacks, so that freed memory is free. */
int64_t bench_memory(void);

#endif /* BENCH_MEMORY_H */
