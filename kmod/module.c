// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * module.c - tmem.ko: load, unload, and the instances that others look into
 *
 *	/dev/tmem ---> sessions, an instance each ---> core
 *	other modules ---> exports.c ---> core
 *	memory pressure ---> shrinker.c ---> registered instances
 *	debugfs tmem/<instance>/ ---> registered instances
 *
 * An operation is dispatched to its design by one indirect call, in core/tmem.c,
 * and to its page store by another: which ones is a property of the pool, not of
 * the module.
 *
 * The module cannot be unloaded while a session is open or another module uses
 * the core: each holds a reference to it.  What waits for a grace period then is
 * waited for by tmem_exit(), before the caches go that it returns to, and before
 * the code goes that returns it.
 *
 * Lock order: tmem_kmod_lock, then the core's (core/pool.h).
 */
#define pr_fmt(fmt) "tmem: " fmt

#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "kmod.h"

DECLARE_RWSEM(tmem_kmod_lock);
LIST_HEAD(tmem_kmod_instances);

/* ---- instances ---- */

static bool name_valid(const char *name)
{
	return *name && strlen(name) < TMEM_KMOD_NAME_MAX && !strchr(name, '/') &&
	       strcmp(name, ".") && strcmp(name, "..");
}

static struct tmem_kmod_instance *find_locked(const struct tmem *tm, const char *name)
{
	struct tmem_kmod_instance *inst;

	lockdep_assert_held(&tmem_kmod_lock);
	list_for_each_entry(inst, &tmem_kmod_instances, list)
		if (inst->tm == tm || (name && !strcmp(inst->name, name)))
			return inst;
	return NULL;
}

int tmem_kmod_register(struct tmem *tm, const char *name)
{
	struct tmem_kmod_instance *inst;
	bool taken;

	if (!name_valid(name))
		return -EINVAL;
	inst = kzalloc(sizeof(*inst), GFP_KERNEL);
	if (!inst)
		return -ENOMEM;
	inst->tm = tm;
	strscpy(inst->name, name, sizeof(inst->name));

	down_write(&tmem_kmod_lock);
	taken = find_locked(tm, name);
	if (!taken)
		list_add_tail(&inst->list, &tmem_kmod_instances);
	up_write(&tmem_kmod_lock);
	if (taken) {
		kfree(inst);
		return -EEXIST;
	}
	tmem_debugfs_add(inst);
	return 0;
}

void tmem_kmod_unregister(struct tmem *tm)
{
	struct tmem_kmod_instance *inst;

	down_read(&tmem_kmod_lock);
	inst = find_locked(tm, NULL);
	up_read(&tmem_kmod_lock);
	if (WARN_ON_ONCE(!inst))
		return;
	/* the folder first: while it is there, its name is taken */
	tmem_debugfs_remove(inst);
	down_write(&tmem_kmod_lock);
	list_del(&inst->list);
	up_write(&tmem_kmod_lock);
	kfree(inst);
}

u64 tmem_kmod_shrunk(struct tmem *tm)
{
	struct tmem_kmod_instance *inst;
	u64 frames = 0;

	down_read(&tmem_kmod_lock);
	inst = find_locked(tm, NULL);
	if (inst)
		frames = atomic_long_read(&inst->shrunk);
	up_read(&tmem_kmod_lock);
	return frames;
}

/* ---- load and unload ---- */

static int __init tmem_module_init(void)
{
	int ret;

	ret = tmem_params_check();
	if (ret)
		return ret;
	ret = tmem_init();
	if (ret)
		return ret;
	tmem_debugfs_init();
	ret = tmem_shrinker_init();
	if (ret)
		goto exit_debugfs;
	ret = tmem_dev_init();
	if (ret)
		goto exit_shrinker;
	pr_info("design %s, %u buckets, %llu page frames a session, unless it asks for others\n",
		tmem_design_name(tmem_kmod_defaults.design), tmem_kmod_defaults.buckets,
		tmem_kmod_defaults.frames);
	return 0;

exit_shrinker:
	tmem_shrinker_exit();
exit_debugfs:
	tmem_debugfs_exit();
	tmem_exit();
	return ret;
}

static void __exit tmem_module_exit(void)
{
	tmem_dev_exit();
	tmem_shrinker_exit();
	tmem_debugfs_exit();
	tmem_exit();
}

module_init(tmem_module_init);
module_exit(tmem_module_exit);

MODULE_DESCRIPTION("Transcendent memory: the core, and /dev/tmem to replay traces into it");
MODULE_VERSION(TMEM_VERSION);
MODULE_LICENSE("GPL");
