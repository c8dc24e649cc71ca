// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * session_hist.c - latency histograms of a session
 *
 * Each lane counts for itself, so that counting takes no lock and no cache line of
 * another CPU.  Who reads them has the session for itself, and adds them up.
 */
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "session.h"

static void hist_clear(struct session_hist *hist)
{
	memset(hist, 0, sizeof(*hist));
	hist->min = U64_MAX;
}

struct session_hist *session_hists_alloc(void)
{
	struct session_hist *hists;
	unsigned int i;

	hists = __vmalloc(TMEM_DEV_NR_HISTS * sizeof(*hists),
			  GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	for (i = 0; hists && i < TMEM_DEV_NR_HISTS; i++)
		hist_clear(&hists[i]);
	return hists;
}

void session_hist_record(struct session_hist *hist, u64 value)
{
	hist->saturated += value > TMEM_DEV_HIST_MAX;
	value = min_t(u64, value, TMEM_DEV_HIST_MAX);
	hist->counts[tmem_dev_hist_bucket(value)]++;
	hist->min = min(hist->min, value);
	hist->max = max(hist->max, value);
	hist->sum += value;
	hist->sum_high += hist->sum < value;
}

/* Everything but the buckets. */
static void add_heads(const struct session *s, struct tmem_dev_histogram *h)
{
	const struct session_lane *lane;
	u64 least = U64_MAX;

	list_for_each_entry(lane, &s->all, all) {
		const struct session_hist *from;

		if (!lane->hists)
			continue;
		from = &lane->hists[h->kind];
		least = min(least, from->min);
		h->max = max(h->max, from->max);
		h->sum += from->sum;
		h->sum_high += from->sum_high + (h->sum < from->sum);
		h->saturated += from->saturated;
	}
	h->min = least > h->max ? 0 : least;
}

static u64 bucket_sum(const struct session *s, u32 kind, u32 bucket)
{
	const struct session_lane *lane;
	u64 sum = 0;

	list_for_each_entry(lane, &s->all, all)
		if (lane->hists)
			sum += lane->hists[kind].counts[bucket];
	return sum;
}

/* The buckets, by way of a page of this size. */
static int copy_counts(const struct session *s, struct tmem_dev_histogram *h,
		       u64 *page)
{
	const u32 room = PAGE_SIZE / sizeof(*page);
	u32 bucket, n = 0;

	for (bucket = 0; bucket < h->nr; bucket++) {
		page[n] = bucket_sum(s, h->kind, bucket);
		h->count += page[n++];
		if (n < room && bucket + 1 < h->nr)
			continue;
		if (copy_to_user(u64_to_user_ptr(h->counts +
						 (bucket + 1 - n) * sizeof(*page)),
				 page, n * sizeof(*page)))
			return -EFAULT;
		n = 0;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

int session_histogram(struct session *s, void *arg)
{
	struct tmem_dev_histogram *h = arg;
	struct session_lane *lane;
	u64 *page;
	int ret;

	if (h->flags & ~TMEM_DEV_HIST_RESET || h->kind >= TMEM_DEV_NR_HISTS ||
	    h->nr != TMEM_DEV_HIST_BUCKETS || !IS_ALIGNED(h->counts, 8))
		return -EINVAL;
	h->kind = array_index_nospec(h->kind, TMEM_DEV_NR_HISTS);
	h->count = 0;
	h->max = 0;
	h->sum = 0;
	h->sum_high = 0;
	h->saturated = 0;
	add_heads(s, h);
	page = (u64 *)__get_free_page(GFP_KERNEL_ACCOUNT);
	if (!page)
		return -ENOMEM;
	ret = copy_counts(s, h, page);
	free_page((unsigned long)page);
	if (ret || !(h->flags & TMEM_DEV_HIST_RESET))
		return ret;
	list_for_each_entry(lane, &s->all, all)
		if (lane->hists)
			hist_clear(&lane->hists[h->kind]);
	return 0;
}
