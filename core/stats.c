// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stats.c - counters and gauges: per CPU where they change, summed when read
 */
#include "index.h"
#include "stats.h"

const struct tmem_stat_desc tmem_stat_desc[TMEM_NR_STATS] = {
#define STAT_DESC(name_, text_) [TMEM_##name_] = { #name_, text_ },
	TMEM_COUNTERS(STAT_DESC)
	TMEM_GAUGES(STAT_DESC)
#undef STAT_DESC
};

void tmem_stats_add(struct tmem_stats *sum, const struct tmem_stats *other)
{
	unsigned int i;

	for (i = 0; i < TMEM_NR_STATS; i++)
		sum->v[i] += other->v[i];
}

/* Counters that no operation counts; see tmem.h. */
static void derive(const struct tmem_pool *pool, s64 *v)
{
	v[TMEM_puts] = v[TMEM_puts_stored] + v[TMEM_puts_nomem] +
		       v[TMEM_puts_nospace] + v[TMEM_puts_policy] +
		       v[TMEM_puts_frozen] + v[TMEM_puts_invalid];
	v[TMEM_gets] = v[TMEM_hits] + v[TMEM_misses] + v[TMEM_gets_io];
	v[TMEM_hits_removed] = tmem_pool_exclusive(pool) ? v[TMEM_hits] : 0;
}

void tmem_pool_sum(const struct tmem_pool *pool, struct tmem_stats *sum)
{
	struct tmem_stats own = { };
	unsigned int cpu, i;

	for_each_possible_cpu(cpu) {
		const struct tmem_stats *s = per_cpu_ptr(pool->stats, cpu);

		for (i = 0; i < TMEM_NR_STATS; i++)
			own.v[i] += READ_ONCE(s->v[i]);
	}
	derive(pool, own.v);
	tmem_stats_add(sum, &own);
}

/* Counters survive a pool; its gauges went to zero with its last page. */
void tmem_pool_retire_stats(struct tmem *tm, const struct tmem_pool *pool)
{
	struct tmem_stats sum = { };
	unsigned int i;

	tmem_pool_sum(pool, &sum);
	for (i = TMEM_FIRST_GAUGE; i < TMEM_NR_STATS; i++)
		if (WARN_ON_ONCE(sum.v[i]))
			pr_err("tmem: gauge %s of a destroyed pool is %lld\n",
			       tmem_stat_desc[i].name, (long long)sum.v[i]);
	tmem_stats_add(&tm->retired, &sum);
}

/* Pages that came are pages that went, or are there. */
static bool conserved(const s64 *v)
{
	return v[TMEM_puts_stored] ==
	       v[TMEM_hits_removed] + v[TMEM_flushed] + v[TMEM_evicted] +
	       v[TMEM_replaced] + v[TMEM_dup_flushed] + v[TMEM_dropped] +
	       v[TMEM_drained] + v[TMEM_pages];
}

int tmem_pool_validate(struct tmem_pool *pool, struct tmem_stats *sum)
{
	struct tmem_census census = { };
	const s64 *v = sum->v;
	int ret;

	ret = pool->index->validate(pool, &census);
	if (ret)
		return ret;
	if (pool->store->validate && pool->store->validate(pool))
		return -EUCLEAN;
	tmem_pool_sum(pool, sum);
	if (!tmem_check(v[TMEM_pages] == (s64)census.pages) ||
	    !tmem_check(v[TMEM_objects] == (s64)census.objects) ||
	    !tmem_check(v[TMEM_nodes] == (s64)census.nodes) ||
	    !tmem_check(conserved(v)))
		return -EUCLEAN;
	return 0;
}
