// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * zipf.c - draws by Zipf's law, in constant time and memory
 *
 * Ranks are put into bins: one each up to the 256th, then 128 bins of equal
 * width for every doubling, some 3,300 at most.  A bin's weight is its width
 * times the weight of its middle rank, which is off by less than 10^-5; within a
 * bin all ranks are equally likely, so that those at its ends are off by 0.4%
 * times the skew.  A bin is drawn by Walker's alias method, set up as Vose did:
 * every column of the table holds a part of one bin and is filled up by a part
 * of another one.
 *
 * Weights are scaled to integers that add up to 2^32 a column, exactly: what
 * rounding leaves over goes to the first bin.
 */
#include "random.h"

#include <errno.h>
#include <stdlib.h>

#define SINGLE_RANKS	256U
#define OCTAVE_BINS	128U
#define MAX_BINS	(SINGLE_RANKS + 24 * OCTAVE_BINS)
#define COLUMN		(1ULL << 32)

/* Cut 1 .. n into bins; ranks count from 0 in the bins. */
static uint32_t make_bins(struct zipf_bin *bins, uint64_t n)
{
	uint64_t rank = 1, width;
	uint32_t nr = 0;

	for (; rank <= n; rank += width, nr++) {
		unsigned int octave = 63 - __builtin_clzll(rank);

		width = rank < SINGLE_RANKS ? 1 : (1ULL << octave) / OCTAVE_BINS;
		if (width > n - rank + 1)
			width = n - rank + 1;
		bins[nr].first = rank - 1;
		bins[nr].width = width;
	}
	return nr;
}

static unsigned __int128 bin_weight(const struct zipf_bin *bin, uint32_t skew)
{
	/* twice the middle: first and last rank, which count from 1 here */
	uint64_t twice = 2 * (uint64_t)bin->first + bin->width + 1;
	uint64_t log = fixed_log2(twice) - (1ULL << 32);

	return (unsigned __int128)bin->width * fixed_exp2_neg(log * skew / 1000000);
}

/* Columns' worth of each bin: share[i] of nr * COLUMN in all. */
static void make_shares(const struct zipf *z, uint32_t skew, unsigned __int128 *share)
{
	unsigned __int128 total = 0, rest = z->nr_bins * COLUMN;
	unsigned int shift = 0;
	uint32_t i;

	for (i = 0; i < z->nr_bins; i++) {
		share[i] = bin_weight(&z->bins[i], skew);
		total += share[i];
	}
	while (total >> shift >> 80)	/* leaves room for the product below */
		shift++;
	total >>= shift;
	for (i = 0; i < z->nr_bins; i++) {
		share[i] = (share[i] >> shift) * (z->nr_bins * COLUMN) / total;
		rest -= share[i];
	}
	share[0] += rest;
}

static void make_columns(struct zipf *z, unsigned __int128 *share, uint32_t *stack)
{
	uint32_t nr = z->nr_bins, small = 0, large = nr, i, s, l;

	/* one stack from each end: bins below and above a column */
	for (i = 0; i < nr; i++) {
		z->bins[i].alias = i;
		z->bins[i].threshold = UINT32_MAX;
		if (share[i] < COLUMN)
			stack[small++] = i;
		else
			stack[--large] = i;
	}
	while (small > 0 && large < nr) {
		s = stack[--small];
		l = stack[large];
		z->bins[s].threshold = share[s];
		z->bins[s].alias = l;
		share[l] -= COLUMN - share[s];
		if (share[l] < COLUMN) {
			large++;
			stack[small++] = l;
		}
	}
}

int zipf_init(struct zipf *z, uint64_t n, uint32_t skew_millionths)
{
	unsigned __int128 *share = calloc(MAX_BINS, sizeof(*share));
	uint32_t *stack = calloc(MAX_BINS, sizeof(*stack));
	int err = -ENOMEM;

	z->bins = calloc(MAX_BINS, sizeof(*z->bins));
	if (!z->bins || !share || !stack)
		goto out;
	z->nr_bins = make_bins(z->bins, n);
	make_shares(z, skew_millionths, share);
	make_columns(z, share, stack);
	err = 0;
out:
	free(stack);
	free(share);
	if (err)
		zipf_exit(z);
	return err;
}

void zipf_exit(struct zipf *z)
{
	free(z->bins);
	z->bins = NULL;
}
