/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kmod.h - what the parts of tmem.ko know of each other
 *
 *	module.c	load and unload, the instances that are registered
 *	params.c	the module's parameters
 *	shrinker.c	gives page frames back when the kernel is short of them
 *	debugfs.c	statistics, to be read by people
 *	exports.c	the core's contract, for other modules
 *	chardev.c	/dev/tmem; its sessions are in session*.c
 */
#ifndef TMEM_KMOD_H
#define TMEM_KMOD_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/rwsem.h>

#include "tmem.h"

struct dentry;

/* ---- parameters ---- */

/* What a session gets that leaves these open. */
struct tmem_kmod_defaults {
	const struct tmem_index_ops *design;
	u32 buckets;
	u64 frames;		/* of the budget */
};

/* Set before anything else is there, then constant. */
extern struct tmem_kmod_defaults tmem_kmod_defaults;

/* Read the parameters: 0, or -EINVAL after a line in the log that says why. */
int tmem_params_check(void);

/* ---- instances ---- */

#define TMEM_KMOD_NAME_MAX	64	/* with its end */

/* A registered instance. */
struct tmem_kmod_instance {
	struct list_head list;		/* tmem_kmod_lock */
	struct tmem *tm;
	struct dentry *dir;
	atomic_long_t shrunk;		/* page frames the shrinker took */
	char name[TMEM_KMOD_NAME_MAX];
};

/*
 * All registered instances.  Held for writing to add or remove one, and to keep the
 * shrinker away from one that is validated; nothing is allocated meanwhile.  The
 * shrinker only tries it, for reading: memory reclaim never waits for it.  Outermost:
 * the core's locks nest inside.
 */
extern struct rw_semaphore tmem_kmod_lock;
extern struct list_head tmem_kmod_instances;

/*
 * tmem_kmod_register - show an instance to the shrinker and in debugfs
 * @name: of its folder; unique, up to TMEM_KMOD_NAME_MAX - 1 characters
 *
 * Context: [process].
 * Return: 0, -ENOMEM, -EINVAL (no name, one with a '/', or too long), or -EEXIST
 * (another has the name).
 */
int tmem_kmod_register(struct tmem *tm, const char *name);

/*
 * tmem_kmod_unregister - hide it again, to be called before tmem_destroy()
 *
 * When it returns neither the shrinker nor a reader of debugfs uses @tm.
 * Context: [process], with no lock held that a reader of statistics may need.
 */
void tmem_kmod_unregister(struct tmem *tm);

/* How many page frames the shrinker has taken from a registered instance. */
u64 tmem_kmod_shrunk(struct tmem *tm);

/* ---- parts, in the order in which module.c starts them ---- */

void tmem_debugfs_init(void);
void tmem_debugfs_exit(void);
void tmem_debugfs_add(struct tmem_kmod_instance *inst);
void tmem_debugfs_remove(struct tmem_kmod_instance *inst);

int tmem_shrinker_init(void);
void tmem_shrinker_exit(void);

int tmem_dev_init(void);
void tmem_dev_exit(void);

#endif /* TMEM_KMOD_H */
