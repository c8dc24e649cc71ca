// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * zs.c - pools of the size-class allocator, made and destroyed one at a time,
 * each with a name of its own
 *
 * Each has slab caches that are named after it, and a kernel with DEBUG_VM warns
 * where two have the same name.  The kernel merges such a cache with others like it
 * and shows them in sysfs under one name; when the last of them goes, that name is
 * taken away only after slab's own lock was dropped, and a pool that is made in just
 * that moment is refused with a warning (seen once on 6.12).  Pools of one instance
 * come and go under its mutex, those of two instances do not.
 *
 * Lock order: an instance's mutex, pools_lock.
 */
#include <linux/mutex.h>

#include <port/impl.h>

#undef zs_create_pool
#undef zs_destroy_pool

static DEFINE_MUTEX(pools_lock);
static u64 pools_made;			/* pools_lock */

struct zs_pool *tmem_port_zs_create_pool(const char *name)
{
	struct zs_pool *pool;
	char unique[48];

	mutex_lock(&pools_lock);
	snprintf(unique, sizeof(unique), "%s-%llu", name, ++pools_made);
	pool = zs_create_pool(unique);	/* copies the name */
	mutex_unlock(&pools_lock);
	return pool;
}

void tmem_port_zs_destroy_pool(struct zs_pool *pool)
{
	mutex_lock(&pools_lock);
	zs_destroy_pool(pool);
	mutex_unlock(&pools_lock);
}
