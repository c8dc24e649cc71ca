// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * histogram.c - latency histograms with three significant digits
 *
 * Recording is in the header, to be inlined.  The shift of a value is how far
 * its highest bit is above bit 10, and never negative since bits 0 to 10 are set
 * before the bit is looked for; bucket = shift * 1024 + (value >> shift) then
 * numbers all buckets without a gap, since from shift 1 on the second term is
 * 1024 or more.
 *
 *	values		shift	width	buckets
 *	0 .. 2047	0	1	0 .. 2047
 *	2048 .. 4095	1	2	2048 .. 3071
 *	4096 .. 8191	2	4	3072 .. 4095
 *	...
 *
 * The number of values is not kept but summed up when asked for.
 */
#include "histogram.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TICKS_PER_HALF	5

struct histogram *histogram_create(void)
{
	struct histogram *h = calloc(1, sizeof(*h));

	if (h)
		h->min = UINT64_MAX;
	return h;
}

void histogram_destroy(struct histogram *h)
{
	free(h);
}

void histogram_reset(struct histogram *h)
{
	memset(h, 0, sizeof(*h));
	h->min = UINT64_MAX;
}

void histogram_merge(struct histogram *h, const struct histogram *from)
{
	uint32_t i;

	if (from->min > from->max)
		return;		/* empty */
	for (i = histogram_bucket(from->min); i <= histogram_bucket(from->max); i++)
		h->counts[i] += from->counts[i];
	if (from->min < h->min)
		h->min = from->min;
	if (from->max > h->max)
		h->max = from->max;
	h->saturated += from->saturated;
	h->sum += from->sum;
	h->sum_high += from->sum_high + (h->sum < from->sum);
}

uint64_t histogram_count(const struct histogram *h)
{
	uint64_t count = 0;
	uint32_t i;

	for (i = 0; i < HISTOGRAM_BUCKETS; i++)
		count += h->counts[i];
	return count;
}

uint64_t histogram_min(const struct histogram *h)
{
	return h->min > h->max ? 0 : h->min;
}

uint64_t histogram_max(const struct histogram *h)
{
	return h->max;
}

double histogram_mean(const struct histogram *h)
{
	uint64_t count = histogram_count(h);

	if (!count)
		return 0;
	return (h->sum_high * 18446744073709551616.0 + h->sum) / count;
}

double histogram_stddev(const struct histogram *h)
{
	double mean = histogram_mean(h), squares = 0;
	uint64_t count = histogram_count(h);
	uint32_t i;

	if (!count)
		return 0;
	for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
		double middle = (histogram_lowest(i) + histogram_highest(i)) / 2.0;

		if (h->counts[i])
			squares += (middle - mean) * (middle - mean) * h->counts[i];
	}
	return sqrt(squares / count);
}

/* The top of a bucket, as far as there are values. */
static uint64_t value_of(const struct histogram *h, uint32_t bucket)
{
	uint64_t value = histogram_highest(bucket);

	return value > h->max ? h->max : value;
}

uint64_t histogram_percentile(const struct histogram *h, uint32_t millionths)
{
	uint64_t count = histogram_count(h), seen = 0, rank;
	uint32_t i;

	if (!count)
		return 0;
	if (millionths > 1000000)
		millionths = 1000000;
	rank = ((unsigned __int128)count * millionths + 999999) / 1000000;
	if (!rank)
		return h->min;
	for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += h->counts[i];
		if (seen >= rank)
			break;
	}
	return value_of(h, i);
}

/* How far one line is from the next: a fifth of what is left in this halving. */
static double percentile_step(double percentile)
{
	double halving = 2;

	while (100 / (100 - percentile) >= halving)
		halving *= 2;
	return 100 / (TICKS_PER_HALF * halving);
}

/*
 * The lines of one bucket, several where it holds many values; of the last one
 * the next to come, which stands before the line of all values.
 */
static void print_bucket(const struct histogram *h, uint32_t bucket, double unit,
			 uint64_t seen, uint64_t count, double *percentile, FILE *f)
{
	double value = value_of(h, bucket) / unit;

	while (*percentile <= 100.0 * seen / count) {
		fprintf(f, "%12.3f %2.12f %10llu %14.2f\n", value, *percentile / 100,
			(unsigned long long)seen, 1 / (1 - *percentile / 100));
		if (seen == count)
			break;
		*percentile += percentile_step(*percentile);
	}
}

int histogram_print(const struct histogram *h, double unit, FILE *f)
{
	uint64_t count = histogram_count(h), seen = 0;
	double percentile = 0;
	uint32_t i;

	fprintf(f, "%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount",
		"1/(1-Percentile)");
	for (i = 0; i < HISTOGRAM_BUCKETS && seen < count; i++) {
		if (!h->counts[i])
			continue;
		seen += h->counts[i];
		print_bucket(h, i, unit, seen, count, &percentile, f);
	}
	if (count)
		fprintf(f, "%12.3f %2.12f %10llu\n", h->max / unit, 1.0,
			(unsigned long long)count);
	fprintf(f, "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n",
		histogram_mean(h) / unit, histogram_stddev(h) / unit);
	fprintf(f, "#[Max     = %12.3f, Total count    = %12llu]\n", h->max / unit,
		(unsigned long long)count);
	fprintf(f, "#[Buckets = %12d, SubBuckets     = %12d]\n",
		HISTOGRAM_DOUBLINGS + 1, 2 * HISTOGRAM_HALF);
	return ferror(f) ? -EIO : 0;
}
