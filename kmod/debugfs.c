// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * debugfs.c - statistics of registered instances, to be read by people
 *
 *	tmem/<instance>/stats	"NAME VALUE": sum over live and destroyed pools
 *	tmem/<instance>/memory	"NAME VALUE": the budget, in page frames
 *	tmem/<instance>/pools	"POOL NAME VALUE": what each pool is, and its part
 *				of every statistic
 *
 * Names are those of core/tmem.h.  A folder goes with its instance: removal waits
 * for readers, so an instance that is being read is there.
 *
 * A folder that could not be made is missing, and nothing else: as is usual with
 * debugfs, no error is looked for.
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "kmod.h"

static struct dentry *root;

static int stats_show(struct seq_file *m, void *unused)
{
	const struct tmem_kmod_instance *inst = m->private;
	struct tmem_stats stats;
	unsigned int i;

	tmem_stats(inst->tm, &stats);
	for (i = 0; i < TMEM_NR_STATS; i++)
		seq_printf(m, "%s %lld\n", tmem_stat_desc[i].name, stats.v[i]);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

static int memory_show(struct seq_file *m, void *unused)
{
	const struct tmem_kmod_instance *inst = m->private;
	struct tmem_memory memory;

	tmem_memory(inst->tm, &memory);
	seq_printf(m, "budget %llu\n", memory.budget);
	seq_printf(m, "frames %llu\n", memory.frames);
	seq_printf(m, "frames_peak %llu\n", memory.frames_peak);
	seq_printf(m, "allocator_frames %llu\n", memory.allocator_frames);
	seq_printf(m, "shrunk %ld\n", atomic_long_read(&inst->shrunk));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(memory);

/* ---- pools: a sequence by pool id, of which show skips those not there ---- */

static void *pools_start(struct seq_file *m, loff_t *pos)
{
	return *pos < TMEM_MAX_POOLS ? pos : NULL;
}

static void *pools_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return pools_start(m, pos);
}

static void pools_stop(struct seq_file *m, void *v)
{
}

static const char *kind_of(const struct tmem_pool_info *pool)
{
	if (pool->flags & TMEM_POOL_PERSISTENT)
		return "persistent";
	if (pool->flags & TMEM_POOL_SECOND_CHANCE)
		return "shared-second-chance";
	return pool->flags & TMEM_POOL_SHARED ? "shared" : "ephemeral";
}

static int pools_show(struct seq_file *m, void *v)
{
	const struct tmem_kmod_instance *inst = m->private;
	struct tmem_pool_info pool;
	int id = *(loff_t *)v;
	unsigned int i;

	if (tmem_pool_describe(inst->tm, id, &pool))
		return 0;
	seq_printf(m, "%d kind %s\n", id, kind_of(&pool));
	seq_printf(m, "%d design %s\n", id, tmem_design_name(pool.design));
	seq_printf(m, "%d store %s\n", id, tmem_store_name(pool.store));
	seq_printf(m, "%d buckets %u\n", id, pool.buckets);
	seq_printf(m, "%d members %u\n", id, pool.members);
	for (i = 0; i < TMEM_NR_STATS; i++)
		seq_printf(m, "%d %s %lld\n", id, tmem_stat_desc[i].name, pool.stats.v[i]);
	return 0;
}

static const struct seq_operations pools_sops = {
	.start = pools_start,
	.next = pools_next,
	.stop = pools_stop,
	.show = pools_show,
};
DEFINE_SEQ_ATTRIBUTE(pools);

/* ---- folders ---- */

void tmem_debugfs_add(struct tmem_kmod_instance *inst)
{
	inst->dir = debugfs_create_dir(inst->name, root);
	debugfs_create_file("stats", 0400, inst->dir, inst, &stats_fops);
	debugfs_create_file("memory", 0400, inst->dir, inst, &memory_fops);
	debugfs_create_file("pools", 0400, inst->dir, inst, &pools_fops);
}

void tmem_debugfs_remove(struct tmem_kmod_instance *inst)
{
	debugfs_remove(inst->dir);
}

void tmem_debugfs_init(void)
{
	root = debugfs_create_dir("tmem", NULL);
}

void tmem_debugfs_exit(void)
{
	debugfs_remove(root);
	root = NULL;
}
