// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * admission_random.c - each put with the same probability
 *
 * A page that returns often is put often, and gets in sooner or later; one that never
 * returns has one chance.  So the share of pages that return rises, at no cost in
 * memory or knowledge: what any other policy has to beat.
 *
 * Source.  "Random reject" of CacheLib (B. Berg et al., "The CacheLib caching engine:
 * design and experiences at scale", OSDI 2020), which spares flash that many writes.
 *
 * The lot is a hash of the seed, the handle and the number of the put among all puts,
 * so that a replay can be repeated.
 *
 * Good	to halve the work of puts at a price that is known: a page that returns P as
 *	often.  Where tmem is much too small for a loop it keeps part of it.
 * Bad	wherever what is put mostly returns: it turns away good and bad alike.
 */
#include "admission.h"

#include <ctype.h>
#include <stdlib.h>

/* Probabilities are counted in these. */
#define ONE	(1ULL << 53)

static const char *random_parse(const char *text, u64 *value)
{
	char *end;
	double p = strtod(text, &end);

	if (!isdigit((unsigned char)*text) || *end || !(p >= 0 && p <= 1))
		return "must be a number from 0 to 1";
	*value = (u64)(p * (double)ONE);
	return NULL;
}

struct lots {
	u64 below;		/* of ONE */
	u64 seed;
};

static void *random_create(u64 value, u64 seed)
{
	struct lots *lots = malloc(sizeof(*lots));

	if (lots)
		*lots = (struct lots){ value, seed };
	return lots;
}

static bool random_admit(void *state, const struct op *put)
{
	const struct lots *lots = state;
	u64 h = handle_hash(put->object, put->index) + lots->seed;

	/* twice, or the seed would only shift the numbers of puts */
	h = (h ^ h >> 29) * 0xbf58476d1ce4e5b9ULL + put->arg;
	h = (h ^ h >> 32) * 0x9e3779b97f4a7c15ULL;
	h = (h ^ h >> 29) * 0xd6e8feb86659fd93ULL;
	return (h ^ h >> 32) >> 11 < lots->below;
}

const struct admission_ops admission_random = {
	.name = "random",
	.parameter = "P",
	.fallback = ONE / 2,
	.parse = random_parse,
	.create = random_create,
	.destroy = free,
	.admit = random_admit,
};
