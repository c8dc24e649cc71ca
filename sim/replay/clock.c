// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * clock.c - calibration of the clock, and what reading it costs
 */
#include "clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define CALIBRATE_NS	20000000ULL
#define COST_READS	10000

struct clock sim_clock = { .name = "monotonic" };

/* Does the counter run at one rate whatever the processor does? */
static bool tsc_is_constant(void)
{
#if defined(__x86_64__)
	FILE *f = fopen("/proc/cpuinfo", "r");
	char line[8192];
	bool constant = false;

	if (!f)
		return false;
	while (!constant && fgets(line, sizeof(line), f))
		if (!strncmp(line, "flags", 5))
			constant = strstr(line, " constant_tsc") &&
				   strstr(line, " nonstop_tsc");
	fclose(f);
	return constant;
#else
	return false;
#endif
}

static void calibrate_tsc(void)
{
#if defined(__x86_64__)
	uint64_t ns = clock_system_ns(), ticks = __builtin_ia32_rdtsc();
	uint64_t ns_end, ticks_end;

	do {
		ns_end = clock_system_ns();
	} while (ns_end - ns < CALIBRATE_NS);
	ticks_end = __builtin_ia32_rdtsc();
	if (ticks_end <= ticks)
		return;
	sim_clock.mult = (uint64_t)(((unsigned __int128)(ns_end - ns) << 32) /
				    (ticks_end - ticks));
	sim_clock.name = "tsc";
#endif
}

void clock_calibrate(void)
{
	uint64_t least = UINT64_MAX, last, now;
	int i;

	if (tsc_is_constant())
		calibrate_tsc();
	last = clock_ticks();
	for (i = 0; i < COST_READS; i++) {
		now = clock_ticks();
		if (now - last < least)
			least = now - last;
		last = now;
	}
	sim_clock.read_cost = clock_ns(least);
}
