// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ktap.c - results in the kernel's test protocol, version 1, on the console
 *
 * A flat list of cases, numbered in the order in which they end.
 *
 * Locks: one mutex, innermost, so that numbers come out in order.
 */
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "test.h"

static DEFINE_MUTEX(ktap_lock);

static struct {
	const char *patterns;
	bool running;
	u32 planned;
	u32 passed, failed;	/* ktap_lock */
} ktap;

/* One line, whole or cut off. */
static void print_line(const char *head, const char *fmt, va_list args)
{
	char line[KTAP_LINE];
	size_t n;

	n = scnprintf(line, sizeof(line) - 1, "%s", head);
	vscnprintf(line + n, sizeof(line) - 1 - n, fmt, args);
	pr_info("%s\n", line);
}

static void result(const struct ktap_case *c, bool ok, const char *fmt, ...)
{
	char head[128];
	va_list args;

	mutex_lock(&ktap_lock);
	if (ok)
		ktap.passed++;
	else
		ktap.failed++;
	scnprintf(head, sizeof(head), "%s %u - %s", ok ? "ok" : "not ok",
		  ktap.passed + ktap.failed, c->name);
	va_start(args, fmt);
	print_line(head, fmt, args);
	va_end(args);
	mutex_unlock(&ktap_lock);
}

void ktap_count(const char *patterns)
{
	memset(&ktap, 0, sizeof(ktap));
	ktap.patterns = patterns;
}

void ktap_start(void)
{
	ktap.running = true;
	pr_info("KTAP version 1\n");
	pr_info("1..%u\n", ktap.planned);
}

bool ktap_running(void)
{
	return ktap.running;
}

static bool contains(const char *name, const char *part, size_t len)
{
	for (; *name; name++)
		if (!strncmp(name, part, len))
			return true;
	return false;
}

static bool meant(const char *name)
{
	const char *part = ktap.patterns, *end;

	if (!*part)
		return true;
	for (;; part = end + 1) {
		end = strchrnul(part, ',');
		if (end > part && contains(name, part, end - part))
			return true;
		if (!*end)
			return false;
	}
}

bool ktap_wants(struct ktap_case *c, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vscnprintf(c->name, sizeof(c->name), fmt, args);
	va_end(args);
	if (!meant(c->name))
		return false;
	if (!ktap.running)
		ktap.planned++;
	return ktap.running;
}

void ktap_pass(const struct ktap_case *c)
{
	result(c, true, "%s", "");
}

void ktap_fail(const struct ktap_case *c, const char *fmt, ...)
{
	struct va_format vaf;
	va_list args;

	va_start(args, fmt);
	vaf.fmt = fmt;
	vaf.va = &args;
	result(c, false, " # %pV", &vaf);
	va_end(args);
}

void ktap_note(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print_line("# ", fmt, args);
	va_end(args);
}

void ktap_finish(void)
{
	ktap_note("totals: pass:%u fail:%u skip:0", ktap.passed, ktap.failed);
}
