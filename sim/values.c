// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * values.c - sizes, times and numbers, as arguments and as output
 */
#include "values.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_BYTES	4096ULL

/* A decimal number with an optional fraction; *end: what follows. */
static bool leading_number(const char *value, double *number, const char **end)
{
	char *stop;

	if (!isdigit((unsigned char)*value))
		return false;
	errno = 0;
	*number = strtod(value, &stop);
	*end = stop;
	return !errno && isfinite(*number);
}

const char *cli_size(const char *value, uint64_t *bytes)
{
	static const char units[] = "KMGT";
	const char *end, *unit;
	double n;

	if (!leading_number(value, &n, &end))
		return "not a size: write 64M, 2G, or 20000p for pages of 4 KiB";
	if (*end == 'p' && !end[1])
		n *= (double)PAGE_BYTES;
	else if (*end) {
		unit = strchr(units, toupper((unsigned char)*end));
		if (!unit || !(end[1] == '\0' || !strcmp(end + 1, "iB") ||
			       !strcmp(end + 1, "B")))
			return "not a size: write 64M, 2G, or 20000p for pages of 4 KiB";
		n *= exp2(10.0 * (double)(unit - units + 1));
	}
	if (n >= 0x1p62)
		return "more than any machine has";
	*bytes = (uint64_t)n;
	return NULL;
}

static const char *add_range(const struct cli_list *list, void *arg, char *item, char *dots)
{
	const char *wrong;
	uint64_t n, last;

	*dots = '\0';
	wrong = list->number(arg, item, &n);
	if (!wrong)
		wrong = list->number(arg, dots + 2, &last);
	*dots = '.';
	if (wrong)
		return wrong;
	if (!n)
		return "a range that doubles cannot begin at 0; write 0,1..8";
	if (n > last)
		return "a range goes up: write 1..8";
	for (;; n *= 2) {
		wrong = list->add(arg, n);
		if (wrong || n > last / 2)
			return wrong;
	}
}

static const char *add_item(const struct cli_list *list, void *arg, char *item)
{
	char *dots = strstr(item, "..");
	const char *wrong;
	uint64_t n;

	if (!*item)
		return "a value is missing";
	if (list->add_word)
		return list->add_word(arg, item);
	if (strchr(item, '-') || strstr(item, "..."))
		return "a range is written with two dots: 1..8";
	if (dots)
		return add_range(list, arg, item, dots);
	wrong = list->number(arg, item, &n);
	return wrong ? wrong : list->add(arg, n);
}

const char *cli_list(const char *value, const struct cli_list *list, void *arg)
{
	char *copy = strdup(value), *rest = copy, *item = copy, *end;
	const char *wrong = NULL;
	static char text[256];

	if (!copy)
		return "no memory";
	while (!wrong && (item = strsep(&rest, ","))) {
		item += strspn(item, " \t");
		for (end = item + strlen(item); end > item && strchr(" \t", end[-1]);)
			*--end = '\0';
		wrong = add_item(list, arg, item);
	}
	if (wrong && *item && strcmp(item, value)) {		/* which one of them */
		snprintf(text, sizeof(text), "%.80s: %s", item, wrong);
		wrong = text;
	}
	free(copy);
	return wrong;
}

const char *cli_number(const char *value, uint64_t least, uint64_t most,
		       uint64_t *number)
{
	static char wrong[96];
	char *end;

	errno = 0;
	*number = strtoull(value, &end, 10);
	if (!isdigit((unsigned char)*value) || *end || errno ||
	    *number < least || *number > most) {
		snprintf(wrong, sizeof(wrong), "must be a number from %llu to %llu",
			 (unsigned long long)least, (unsigned long long)most);
		return wrong;
	}
	return NULL;
}

const char *cli_time(const char *value, uint64_t *ns)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = {
		{ "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 },
		{ "m", 60e9 }, { "h", 3600e9 },
	};
	const char *end;
	unsigned int i;
	double n;

	if (!leading_number(value, &n, &end))
		return "not a time: write 100us, 1.5ms, 2s, 3m or 1h";
	for (i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (!strcmp(end, units[i].name) && n * units[i].ns < 0x1p62) {
			*ns = (uint64_t)(n * units[i].ns);
			return NULL;
		}
	if (n == 0 && !*end) {
		*ns = 0;
		return NULL;
	}
	return "not a time: write 100us, 1.5ms, 2s, 3m or 1h";
}

const char *cli_fraction(const char *value, double least, double most,
			 double *number)
{
	static char wrong[96];
	const char *end;

	if (!leading_number(value, number, &end) || *end ||
	    *number < least || *number > most) {
		snprintf(wrong, sizeof(wrong), "must be a number from %g to %g",
			 least, most);
		return wrong;
	}
	return NULL;
}

/* A few buffers in turn, so that one printf may use several. */
static char *next_buffer(void)
{
	static char buffers[16][32];
	static unsigned int next;

	return buffers[next++ % 16];
}

const char *cli_thousands(uint64_t n)
{
	char digits[24], *out = next_buffer(), *p = out;
	int len = snprintf(digits, sizeof(digits), "%llu",
			   (unsigned long long)n), i;

	for (i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			*p++ = ',';
		*p++ = digits[i];
	}
	*p = '\0';
	return out;
}

static const char *scaled(double n, double step, const char *const *units,
			  unsigned int nr)
{
	char *out = next_buffer();
	unsigned int i = 0;

	while (n >= step && i < nr - 1) {
		n /= step;
		i++;
	}
	snprintf(out, 32, "%.*f %s", n < 10 && i ? 2 : n < 100 && i ? 1 : 0, n,
		 units[i]);
	return out;
}

const char *cli_bytes(uint64_t bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };

	return scaled((double)bytes, 1024, units, 5);
}

const char *cli_rate(double per_second)
{
	static const char *const units[] = { "/s", "K/s", "M/s", "G/s" };

	return scaled(per_second, 1000, units, 4);
}
