// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * control.c - the log, warnings, fault injection and what is alive.
 */
#include <stdarg.h>

#include "internal.h"

/* ---- log and warnings ---- */

static unsigned long warnings;

void tmem_port_log(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
}

void tmem_port_count_warning(void)
{
	__atomic_fetch_add(&warnings, 1, __ATOMIC_RELAXED);
}

unsigned long tmem_port_warnings(void)
{
	return READ_ONCE(warnings);
}

void tmem_port_warn(const struct tmem_port_site *site, const char *what)
{
	tmem_port_log("WARNING: %s:%d: %s\n", site->file, site->line, what);
	tmem_port_count_warning();
}

void tmem_port_refcount_broken(refcount_t *r, const char *what)
{
	static bool warned;

	refcount_set(r, TMEM_PORT_REFCOUNT_SATURATED);
	if (!__atomic_exchange_n(&warned, true, __ATOMIC_RELAXED))
		tmem_port_log("WARNING: refcount: %s\n", what);
	tmem_port_count_warning();
}

/* ---- faults ---- */

bool tmem_port_fault_counting;		/* since the first arming */
static unsigned long fault_passed;
static unsigned long fault_at;		/* which fails, 0: none */
static bool fault_fired;

void tmem_port_fault_arm(unsigned long n)
{
	WRITE_ONCE(fault_at, 0UL);
	WRITE_ONCE(fault_fired, false);
	WRITE_ONCE(fault_passed, 0UL);
	WRITE_ONCE(fault_at, n);
	WRITE_ONCE(tmem_port_fault_counting, true);
}

bool tmem_port_fault_fired(void)
{
	return READ_ONCE(fault_fired);
}

unsigned long tmem_port_fault_points(void)
{
	return READ_ONCE(fault_passed);
}

bool tmem_port_fault_slow(void)
{
	unsigned long n = __atomic_add_fetch(&fault_passed, 1, __ATOMIC_RELAXED);

	if (likely(n != READ_ONCE(fault_at)))
		return false;
	WRITE_ONCE(fault_fired, true);
	return true;
}

/* ---- what is alive ---- */

long tmem_port_live(void)
{
	unsigned int kind;
	long sum = 0;

	for (kind = 0; kind < TMEM_PORT_NR_KINDS; kind++)
		sum += tmem_port_live_kind(kind);
	return sum;
}

void tmem_port_live_print(FILE *f)
{
	unsigned int kind;

	for (kind = 0; kind < TMEM_PORT_NR_KINDS; kind++) {
		long n = tmem_port_live_kind(kind);

		if (n)
			fprintf(f, "%8ld %s\n", n, tmem_port_cache_name(kind));
	}
}
