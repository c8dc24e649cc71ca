// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * zs.c - pools of the size-class allocator, made and destroyed one at a time
 *
 * Each has a slab cache, which the kernel merges with others like it and shows in
 * sysfs under one name for all.  When the last of them goes, that name is taken
 * away only after slab's own lock was dropped; a pool that is made in just that
 * moment meets it, and is refused with a warning (seen once on 6.12).  Pools of one
 * instance come and go under its mutex, those of two instances do not.
 *
 * Lock order: an instance's mutex, pools_lock.
 */
#include <linux/mutex.h>

#include <port/impl.h>

#undef zs_create_pool
#undef zs_destroy_pool

static DEFINE_MUTEX(pools_lock);

struct zs_pool *tmem_port_zs_create_pool(const char *name)
{
	struct zs_pool *pool;

	mutex_lock(&pools_lock);
	pool = zs_create_pool(name);
	mutex_unlock(&pools_lock);
	return pool;
}

void tmem_port_zs_destroy_pool(struct zs_pool *pool)
{
	mutex_lock(&pools_lock);
	zs_destroy_pool(pool);
	mutex_unlock(&pools_lock);
}
