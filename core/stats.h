/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stats.h - sums of a pool's statistics, and their comparison with the structure
 */
#ifndef TMEM_STATS_H
#define TMEM_STATS_H

#include "pool.h"

/* Add a pool's statistics to @sum: the sum of its per-CPU parts, and what they make. */
void tmem_pool_sum(const struct tmem_pool *pool, struct tmem_stats *sum);

void tmem_stats_add(struct tmem_stats *sum, const struct tmem_stats *other);

/* Keep the counters of a pool that is empty and about to be freed.  tm->lock */
void tmem_pool_retire_stats(struct tmem *tm, const struct tmem_pool *pool);

/*
 * tmem_pool_validate - walk a pool and compare it with its gauges
 * @sum: zeroed; set to the pool's statistics
 *
 * Quiet, in an RCU read section.  0 or -EUCLEAN.
 */
int tmem_pool_validate(struct tmem_pool *pool, struct tmem_stats *sum);

#endif /* TMEM_STATS_H */
