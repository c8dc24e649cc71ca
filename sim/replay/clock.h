/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clock.h - the clock that latencies are read from
 *
 * Where the processor's time-stamp counter runs at a constant rate it is read
 * directly, since that costs half of what the system's clock does; elsewhere the
 * system's monotonic clock is used, in ns.  Ticks become ns by one multiply.
 */
#ifndef TMEM_SIM_CLOCK_H
#define TMEM_SIM_CLOCK_H

#include <stdint.h>
#include <time.h>

struct clock {
	uint64_t mult;		/* ns = ticks * mult >> 32; 0: ticks are ns */
	uint64_t read_cost;	/* ns, the least of many: the floor of a latency */
	const char *name;	/* "tsc" or "monotonic" */
};

extern struct clock sim_clock;

/* Measure the counter against the system's clock, once; takes 20 ms. */
void clock_calibrate(void);

static inline uint64_t clock_system_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ULL + (uint64_t)ts.tv_nsec;
}

/* What this thread has used of a processor. */
static inline uint64_t clock_thread_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ULL + (uint64_t)ts.tv_nsec;
}

static inline uint64_t clock_ticks(void)
{
#if defined(__x86_64__)
	if (sim_clock.mult)
		return __builtin_ia32_rdtsc();
#endif
	return clock_system_ns();
}

static inline uint64_t clock_ns(uint64_t ticks)
{
	if (!sim_clock.mult)
		return ticks;
	return (uint64_t)((unsigned __int128)ticks * sim_clock.mult >> 32);
}

#endif /* TMEM_SIM_CLOCK_H */
