// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * instance.c - life of the module, of instances and of pools
 *
 * Destroying a pool:
 *
 *	unpublish	from here on every lookup answers -ENODEV
 *	wait		for the RCU sections of operations in flight
 *	drain		remove all pages; only evictors may still meet us
 *	barrier		evictors have left, and what waited for a grace period
 *			is freed
 *	free
 *
 * All of it under the instance's mutex, which no operation on pages takes.
 */
#include "index.h"
#include "stats.h"

/* ---- module ---- */

static void destroy_object_caches(void)
{
	const struct tmem_index_ops *ops;
	unsigned int i;

	for (i = 0; (ops = tmem_design_at(i)); i++) {
		kmem_cache_destroy(*ops->cache);
		*ops->cache = NULL;
	}
}

static int create_object_caches(void)
{
	const struct tmem_index_ops *ops;
	unsigned int i;

	for (i = 0; (ops = tmem_design_at(i)); i++) {
		*ops->cache = kmem_cache_create(ops->cache_name,
						ops->object_size,
						TMEM_OBJECT_ALIGN, 0, NULL);
		if (!*ops->cache) {
			destroy_object_caches();
			return -ENOMEM;
		}
	}
	return 0;
}

int tmem_init(void)
{
	int ret = tmem_radix_init();

	if (ret)
		return ret;
	ret = tmem_store_init();
	if (ret)
		goto exit_radix;
	ret = create_object_caches();
	if (ret)
		goto exit_store;
	return 0;

exit_store:
	tmem_store_exit();
exit_radix:
	tmem_radix_exit();
	return ret;
}

void tmem_exit(void)
{
	rcu_barrier();
	destroy_object_caches();
	tmem_store_exit();
	tmem_radix_exit();
}

/* ---- instances ---- */

/* Record why something is refused, and refuse it. */
static int refuse(const char **why, const char *reason)
{
	if (why)
		*why = reason;
	return -EINVAL;
}

struct tmem *tmem_create(const struct tmem_config *config, const char **why)
{
	struct tmem *tm;

	might_sleep();
	if (why)
		*why = NULL;
	if (!tmem_budget_valid(config->budget))
		return ERR_PTR(refuse(why, "the budget must be 1 to 2^40 page frames"));
	if (!tmem_shards_valid(config->shards))
		return ERR_PTR(refuse(why, "shards must be a power of two up to 64, or 0"));
	tm = kvcalloc(1, sizeof(*tm), GFP_KERNEL);
	if (!tm || tmem_reclaim_init(tm, config)) {
		kvfree(tm);
		refuse(why, "no memory for the instance");
		return ERR_PTR(-ENOMEM);
	}
	mutex_init(&tm->lock);
	return tm;
}

static struct tmem_pool *pool_at(struct tmem *tm, int id)
{
	return rcu_dereference_protected(tm->pools[id], true);
}

/* ---- pools ---- */

static int check_attr(const struct tmem_pool_attr *attr, const char **why)
{
	if (!attr->design)
		return refuse(why, "unknown design");
	if (!attr->store)
		return refuse(why, "unknown page store");
	if (attr->flags & ~TMEM_POOL_FLAGS)
		return refuse(why, "reserved pool flags are set");
	if ((attr->flags & TMEM_POOL_SHARED) &&
	    (attr->flags & TMEM_POOL_PERSISTENT))
		return refuse(why, "a shared pool is ephemeral: it cannot be persistent");
	if ((attr->flags & TMEM_POOL_SECOND_CHANCE) &&
	    !(attr->flags & TMEM_POOL_SHARED))
		return refuse(why, "second chance is for shared pools: set their flag too");
	if (!attr->buckets || attr->buckets > TMEM_MAX_BUCKETS ||
	    !is_power_of_2(attr->buckets))
		return refuse(why, "buckets must be a power of two from 1 to 2^20");
	return 0;
}

/* Everything but the place in the table. */
static struct tmem_pool *pool_make(struct tmem *tm,
				   const struct tmem_pool_attr *attr)
{
	struct tmem_pool *pool = kvcalloc(1, sizeof(*pool), GFP_KERNEL);

	if (!pool)
		return NULL;
	pool->tm = tm;
	pool->index = attr->design;
	pool->store = attr->store;
	pool->flags = attr->flags;
	pool->nr_buckets = attr->buckets;
	pool->late_bytes = (attr->flags & TMEM_POOL_PERSISTENT) &&
		(attr->design->flags & TMEM_INDEX_LOCKLESS) &&
		attr->store->late_del;
	/* persistent puts come from swap-out, which must not wait for itself */
	pool->gfp = GFP_NOWAIT | __GFP_NOWARN;
	if (!tmem_pool_persistent(pool))
		pool->gfp |= __GFP_NOMEMALLOC;
	pool->uuid[0] = attr->uuid[0];
	pool->uuid[1] = attr->uuid[1];
	pool->stats = alloc_percpu(struct tmem_stats);
	if (!pool->stats)
		goto free_pool;
	if (pool->index->init(pool))
		goto free_stats;
	if (pool->store->pool_init && pool->store->pool_init(pool))
		goto exit_index;
	return pool;

exit_index:
	pool->index->exit(pool);
free_stats:
	free_percpu(pool->stats);
free_pool:
	kvfree(pool);
	return NULL;
}

static void pool_free(struct tmem_pool *pool)
{
	if (pool->store->pool_exit)
		pool->store->pool_exit(pool);
	pool->index->exit(pool);
	free_percpu(pool->stats);
	kvfree(pool);
}

static int find_shared(struct tmem *tm, const struct tmem_pool_attr *attr)
{
	int id;

	for (id = 0; id < TMEM_MAX_POOLS; id++) {
		const struct tmem_pool *pool = pool_at(tm, id);

		if (pool && (pool->flags & TMEM_POOL_SHARED) &&
		    pool->uuid[0] == attr->uuid[0] &&
		    pool->uuid[1] == attr->uuid[1])
			return id;
	}
	return -ENOENT;
}

static int find_member(const struct tmem_pool *pool, u32 client)
{
	unsigned int i;

	for (i = 0; i < pool->nr_members; i++)
		if (pool->members[i] == client)
			return i;
	return -ENOENT;
}

static int pool_join(struct tmem *tm, int id,
		     const struct tmem_pool_attr *attr, const char **why)
{
	struct tmem_pool *pool = pool_at(tm, id);

	if (pool->index != attr->design || pool->store != attr->store ||
	    pool->flags != attr->flags || pool->nr_buckets != attr->buckets)
		return refuse(why, "the shared pool of this uuid has another design, store, flags or number of buckets");
	if (find_member(pool, attr->client) >= 0)
		return refuse(why, "this client uses the shared pool already");
	if (pool->nr_members == TMEM_MAX_MEMBERS) {
		refuse(why, "the shared pool has as many clients as it can");
		return -ENOSPC;
	}
	pool->members[pool->nr_members++] = attr->client;
	return id;
}

static int pool_publish(struct tmem *tm, const struct tmem_pool_attr *attr,
			const char **why)
{
	struct tmem_pool *pool;
	int id = 0;

	while (id < TMEM_MAX_POOLS && pool_at(tm, id))
		id++;
	if (id == TMEM_MAX_POOLS) {
		refuse(why, "the instance has as many pools as it can");
		return -ENOSPC;
	}
	pool = pool_make(tm, attr);
	if (!pool) {
		refuse(why, "no memory for the pool");
		return -ENOMEM;
	}
	pool->generation = ++tm->generation;
	pool->members[pool->nr_members++] = attr->client;
	rcu_assign_pointer(tm->pools[id], pool);
	return id;
}

int tmem_pool_create(struct tmem *tm, const struct tmem_pool_attr *attr,
		     const char **why)
{
	int id = -ENOENT, ret;

	might_sleep();
	if (why)
		*why = NULL;
	ret = check_attr(attr, why);
	if (ret)
		return ret;
	mutex_lock(&tm->lock);
	if (attr->flags & TMEM_POOL_SHARED)
		id = find_shared(tm, attr);
	if (id >= 0)
		id = pool_join(tm, id, attr, why);
	else
		id = pool_publish(tm, attr, why);
	mutex_unlock(&tm->lock);
	return id;
}

/* Unpublish a pool and put it before @dying.  Mutex held. */
static struct tmem_pool *pool_unpublish(struct tmem *tm, int id,
					struct tmem_pool *dying)
{
	struct tmem_pool *pool = pool_at(tm, id);

	RCU_INIT_POINTER(tm->pools[id], NULL);
	pool->next = dying;
	return pool;
}

/* Destroy pools that are unpublished: see the top of this file.  Mutex held. */
static void destroy_pools(struct tmem *tm, struct tmem_pool *dying)
{
	struct tmem_pool *pool;

	if (!dying)
		return;
	synchronize_rcu();
	for (pool = dying; pool; pool = pool->next)
		tmem_count(pool, TMEM_drained, pool->index->drain(pool));
	synchronize_rcu();
	rcu_barrier();
	while ((pool = dying)) {
		dying = pool->next;
		tmem_pool_retire_stats(tm, pool);
		pool_free(pool);
	}
}

static struct tmem_pool *pool_lookup_locked(struct tmem *tm, int id)
{
	return id >= 0 && id < TMEM_MAX_POOLS ? pool_at(tm, id) : NULL;
}

int tmem_pool_destroy(struct tmem *tm, int id, u32 client)
{
	struct tmem_pool *pool;
	int ret = 0, i;

	might_sleep();
	mutex_lock(&tm->lock);
	pool = pool_lookup_locked(tm, id);
	if (!pool) {
		ret = -ENODEV;
		goto unlock;
	}
	i = find_member(pool, client);
	if (i < 0) {
		ret = -EINVAL;
		goto unlock;
	}
	pool->members[i] = pool->members[--pool->nr_members];
	if (!pool->nr_members)
		destroy_pools(tm, pool_unpublish(tm, id, NULL));
unlock:
	mutex_unlock(&tm->lock);
	return ret;
}

void tmem_destroy(struct tmem *tm)
{
	struct tmem_pool *dying = NULL;
	int id;

	might_sleep();
	mutex_lock(&tm->lock);
	for (id = 0; id < TMEM_MAX_POOLS; id++)
		if (pool_at(tm, id))
			dying = pool_unpublish(tm, id, dying);
	destroy_pools(tm, dying);
	mutex_unlock(&tm->lock);
	tmem_scratch_exit(tm);
	tmem_reclaim_exit(tm);
	kvfree(tm);
}

static int pool_set_frozen(struct tmem *tm, int id, u32 frozen)
{
	struct tmem_pool *pool;

	might_sleep();
	mutex_lock(&tm->lock);
	pool = pool_lookup_locked(tm, id);
	if (pool) {
		WRITE_ONCE(pool->frozen, frozen);
		/* puts in flight may have looked before */
		synchronize_rcu();
	}
	mutex_unlock(&tm->lock);
	return pool ? 0 : -ENODEV;
}

int tmem_pool_freeze(struct tmem *tm, int id)
{
	return pool_set_frozen(tm, id, 1);
}

int tmem_pool_thaw(struct tmem *tm, int id)
{
	return pool_set_frozen(tm, id, 0);
}

/* ---- looking at them ---- */

int tmem_pool_describe(struct tmem *tm, int id, struct tmem_pool_info *out)
{
	struct tmem_pool *pool;

	memset(out, 0, sizeof(*out));
	mutex_lock(&tm->lock);
	pool = pool_lookup_locked(tm, id);
	if (pool) {
		out->design = pool->index;
		out->store = pool->store;
		out->flags = pool->flags;
		out->buckets = pool->nr_buckets;
		out->members = pool->nr_members;
		tmem_pool_sum(pool, &out->stats);
	}
	mutex_unlock(&tm->lock);
	return pool ? 0 : -ENODEV;
}

int tmem_pool_stats(struct tmem *tm, int id, struct tmem_stats *out)
{
	struct tmem_pool_info info;
	int ret = tmem_pool_describe(tm, id, &info);

	*out = info.stats;
	return ret;
}

static s64 bytes_charged(const struct tmem_pool *pool)
{
	unsigned int cpu;
	s64 bytes = 0;

	for_each_possible_cpu(cpu)
		bytes += READ_ONCE(per_cpu_ptr(pool->stats, cpu)->v[TMEM_bytes_charged]);
	return bytes;
}

u64 tmem_evictable(struct tmem *tm)
{
	const struct tmem_pool *pool;
	s64 bytes = 0;
	int id;

	rcu_read_lock();
	for (id = 0; id < TMEM_MAX_POOLS; id++) {
		pool = rcu_dereference(tm->pools[id]);
		if (pool && !tmem_pool_persistent(pool) &&
		    pool->store != &tmem_store_none)
			bytes += bytes_charged(pool);
	}
	rcu_read_unlock();
	return bytes > 0 ? bytes >> PAGE_SHIFT : 0;
}

void tmem_stats(struct tmem *tm, struct tmem_stats *out)
{
	int id;

	mutex_lock(&tm->lock);
	*out = tm->retired;
	for (id = 0; id < TMEM_MAX_POOLS; id++)
		if (pool_at(tm, id))
			tmem_pool_sum(pool_at(tm, id), out);
	mutex_unlock(&tm->lock);
}

void tmem_memory(struct tmem *tm, struct tmem_memory *out)
{
	struct tmem_reclaim *r = &tm->reclaim;
	int id;

	out->budget = READ_ONCE(r->budget) >> PAGE_SHIFT;
	out->frames = DIV_ROUND_UP(atomic_long_read(&r->charged), PAGE_SIZE);
	out->frames_peak = DIV_ROUND_UP(atomic_long_read(&r->peak), PAGE_SIZE);
	out->allocator_frames = 0;
	mutex_lock(&tm->lock);
	for (id = 0; id < TMEM_MAX_POOLS; id++) {
		struct tmem_pool *pool = pool_at(tm, id);

		if (pool && pool->store->allocator_frames)
			out->allocator_frames +=
				pool->store->allocator_frames(pool);
	}
	mutex_unlock(&tm->lock);
}

static int validate_locked(struct tmem *tm)
{
	u64 listed, ephemeral = 0;
	long charged = 0;
	int id;

	for (id = 0; id < TMEM_MAX_POOLS; id++) {
		struct tmem_pool *pool = pool_at(tm, id);
		struct tmem_stats sum = { };

		if (!pool)
			continue;
		if (tmem_pool_validate(pool, &sum)) {
			pr_err("tmem: pool %d (%s, %s) is damaged\n", id,
			       pool->index->name, pool->store->name);
			return -EUCLEAN;
		}
		charged += sum.v[TMEM_bytes_charged];
		if (!tmem_pool_persistent(pool))
			ephemeral += sum.v[TMEM_pages];
	}
	if (tmem_order_validate(tm, &listed) ||
	    !tmem_check(listed == ephemeral) ||
	    !tmem_check(charged == atomic_long_read(&tm->reclaim.charged)))
		return -EUCLEAN;
	return 0;
}

int tmem_validate(struct tmem *tm)
{
	int ret;

	mutex_lock(&tm->lock);
	rcu_read_lock();
	ret = validate_locked(tm);
	rcu_read_unlock();
	mutex_unlock(&tm->lock);
	return ret;
}
