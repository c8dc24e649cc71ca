/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * histogram.h - latency histograms with three significant digits
 *
 * Log-linear, as HdrHistogram lays them out: values below 2048 ns have a bucket
 * each, and every doubling from there on has 1024 buckets of equal width, so
 * that the width of a bucket is less than a thousandth of its values.  Values
 * above an hour count as one hour, and are counted as such.
 *
 * A histogram is written by one thread; histogram_merge() brings those of
 * several together.  Memory that no value reaches is never touched.
 */
#ifndef TMEM_HISTOGRAM_H
#define TMEM_HISTOGRAM_H

#include <stdint.h>
#include <stdio.h>

#define HISTOGRAM_MAX_VALUE	3600000000000ULL	/* 1 h in ns */
#define HISTOGRAM_SUB_BITS	11			/* 2048 values to begin with */
#define HISTOGRAM_HALF		(1U << (HISTOGRAM_SUB_BITS - 1))
#define HISTOGRAM_DOUBLINGS	31			/* 2048 << 31 is past an hour */
#define HISTOGRAM_BUCKETS	((HISTOGRAM_DOUBLINGS + 2) * HISTOGRAM_HALF)

struct histogram {
	uint64_t min;			/* UINT64_MAX while empty */
	uint64_t max;
	uint64_t sum;			/* low and high half of 128 bits */
	uint64_t sum_high;
	uint64_t saturated;		/* values above HISTOGRAM_MAX_VALUE */
	uint64_t counts[HISTOGRAM_BUCKETS];
};

/* NULL: no memory. */
struct histogram *histogram_create(void);
void histogram_destroy(struct histogram *h);
void histogram_reset(struct histogram *h);

/* The bucket of a value of at most HISTOGRAM_MAX_VALUE. */
static inline uint32_t histogram_bucket(uint64_t value)
{
	unsigned int top = 63 - __builtin_clzll(value | (2 * HISTOGRAM_HALF - 1));
	unsigned int shift = top - (HISTOGRAM_SUB_BITS - 1);

	return shift * HISTOGRAM_HALF + (uint32_t)(value >> shift);
}

/* The smallest and the largest value of a bucket. */
static inline uint64_t histogram_lowest(uint32_t bucket)
{
	uint32_t shift = bucket < 2 * HISTOGRAM_HALF ? 0 : bucket / HISTOGRAM_HALF - 1;

	return (uint64_t)(bucket - shift * HISTOGRAM_HALF) << shift;
}

static inline uint64_t histogram_highest(uint32_t bucket)
{
	return histogram_lowest(bucket + 1) - 1;
}

/* Count one value, in ns.  Straight-line code: no branch, no library call. */
static inline void histogram_record(struct histogram *h, uint64_t value)
{
	uint64_t sum;

	h->saturated += value > HISTOGRAM_MAX_VALUE;
	value = value > HISTOGRAM_MAX_VALUE ? HISTOGRAM_MAX_VALUE : value;
	h->counts[histogram_bucket(value)]++;
	h->min = value < h->min ? value : h->min;
	h->max = value > h->max ? value : h->max;
	sum = h->sum + value;
	h->sum_high += sum < value;
	h->sum = sum;
}

/* Add what @from counted to @h. */
void histogram_merge(struct histogram *h, const struct histogram *from);

uint64_t histogram_count(const struct histogram *h);
uint64_t histogram_min(const struct histogram *h);	/* exact; 0 while empty */
uint64_t histogram_max(const struct histogram *h);	/* exact; 0 while empty */
double histogram_mean(const struct histogram *h);	/* exact sum; 0 while empty */
double histogram_stddev(const struct histogram *h);	/* from the buckets' middles */

/*
 * The smallest value that at least @millionths of all values do not exceed
 * (500000: the median, 999000: p99.9; 0: the least), to the top of its bucket
 * and at most the maximum.  0 while empty.
 */
uint64_t histogram_percentile(const struct histogram *h, uint32_t millionths);

/*
 * Write HdrHistogram's percentile text (.hgrm): five lines for each halving of
 * the distance to 100%.  Values are divided by @unit (1000: microseconds).
 * Returns 0 or -EIO.
 */
int histogram_print(const struct histogram *h, double unit, FILE *f);

#endif /* TMEM_HISTOGRAM_H */
