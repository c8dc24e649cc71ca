// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tmem.c - the operations: argument checks, dispatch, room for puts, statistics
 *
 * An operation runs in one RCU read section, from the lookup of its pool to its
 * end: that is what keeps the pool, and there is no reference count that every
 * CPU would write.  Who destroys a pool unpublishes it and waits for those
 * sections (instance.c).  A range flush gives way now and then, a batch of puts or
 * gets ends its section; they look their pool up again, and the generation tells
 * whether it is the same one.
 *
 * A put for which the budget has no room is told so before its design is called
 * or, where the store has to compress first, by its design, with nothing changed
 * and no lock held.  Then, in this order: an older ephemeral page behind the same
 * handle is flushed, for it has to go anyway; pages are evicted until the missing
 * bytes are charged to this put; the design is called (again), and cannot be short
 * any more.  Every put that fails flushes the handle last, so that no design has to.
 */
#include "index.h"

static const struct tmem_index_ops *const designs[] = {
	&tmem_hashbucket,
	&tmem_hashbucket_fine,
	&tmem_objlock,
	&tmem_rcu,
};

static const struct tmem_store_ops *const stores[] = {
	&tmem_store_none,
	&tmem_store_raw,
	&tmem_store_lz4,
};

const struct tmem_index_ops *tmem_design_at(unsigned int i)
{
	return i < ARRAY_SIZE(designs) ? designs[i] : NULL;
}

const struct tmem_index_ops *tmem_design_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(designs); i++)
		if (!strcmp(designs[i]->name, name))
			return designs[i];
	return NULL;
}

const char *tmem_design_name(const struct tmem_index_ops *design)
{
	return design->name;
}

const struct tmem_store_ops *tmem_store_at(unsigned int i)
{
	return i < ARRAY_SIZE(stores) ? stores[i] : NULL;
}

const struct tmem_store_ops *tmem_store_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(stores); i++)
		if (!strcmp(stores[i]->name, name))
			return stores[i];
	return NULL;
}

const char *tmem_store_name(const struct tmem_store_ops *store)
{
	return store->name;
}

/* ---- common parts ---- */

static struct tmem_pool *pool_lookup(struct tmem *tm, int id)
{
	if (id < 0 || id >= TMEM_MAX_POOLS)
		return NULL;
	return rcu_dereference(tm->pools[id]);
}

/*
 * The pool again, in another section: @generation tells whether it is still the
 * same, since another may have the id by now.  0 at first, and if there was none.
 */
static struct tmem_pool *pool_lookup_same(struct tmem *tm, int id,
					  u64 *generation)
{
	struct tmem_pool *pool = pool_lookup(tm, id);

	if (pool && !*generation)
		*generation = pool->generation;
	return pool && pool->generation == *generation ? pool : NULL;
}

/* Only store none does without bytes. */
static bool bytes_valid(const struct tmem_pool *pool, const void *bytes)
{
	return bytes || pool->store == &tmem_store_none;
}

/* Remove one page, if it is there: 1 or 0. */
static long remove_page(struct tmem_pool *pool, const struct tmem_oid *oid,
			u32 index)
{
	struct tmem_range range = { .first = index, .last = index };

	return pool->index->flush_range(pool, oid, &range);
}

/* ---- put ---- */

static enum tmem_stat refusal(int ret)
{
	switch (ret) {
	case -E2BIG:
		return TMEM_puts_policy;
	case -ENOSPC:
		return TMEM_puts_nospace;
	case -EBUSY:
		return TMEM_puts_frozen;
	case -EINVAL:
		return TMEM_puts_invalid;
	default:
		return TMEM_puts_nomem;
	}
}

static int put_with_room(struct tmem_pool *pool, struct tmem_request *req,
			 long *removed)
{
	size_t bytes = pool->store->charge;
	int ret;

	req->shard = tmem_order_shard(&pool->tm->reclaim);
	if (bytes && !tmem_charge(pool->tm, bytes)) {
		req->reserved = bytes;
		return pool->index->put(pool, req);
	}
	if (!bytes) {
		ret = pool->index->put(pool, req);
		if (ret != -ENOSPC || !req->short_by)
			return ret;
		bytes = req->short_by;
	}
	/* a persistent page may not be missed while its successor is on the way */
	if (!tmem_pool_persistent(pool))
		*removed = remove_page(pool, req->oid, req->index);
	ret = tmem_make_room(pool->tm, bytes);
	if (ret)
		return ret;
	req->reserved = bytes;
	return pool->index->put(pool, req);
}

static int put_page_in(struct tmem_pool *pool, struct tmem_request *req)
{
	long removed = 0;
	int ret;

	if (!bytes_valid(pool, req->src))
		ret = -EINVAL;
	else if (READ_ONCE(pool->frozen))
		ret = -EBUSY;
	else
		ret = put_with_room(pool, req, &removed);
	tmem_request_end(pool, req);

	if (ret >= 0) {
		tmem_count(pool, TMEM_puts_stored, 1);
		if (ret + removed)
			tmem_count(pool, TMEM_replaced, ret + removed);
		return 0;
	}
	removed += remove_page(pool, req->oid, req->index);
	if (removed)
		tmem_count(pool, TMEM_dup_flushed, removed);
	tmem_count(pool, refusal(ret), 1);
	return ret == -E2BIG ? -ENOSPC : ret;
}

int tmem_put(struct tmem *tm, int id, const struct tmem_oid *oid, u32 index,
	     const void *src)
{
	struct tmem_request req = { .oid = oid, .index = index, .src = src };
	struct tmem_pool *pool;
	int ret;

	if (!oid)
		return -EINVAL;
	rcu_read_lock();
	pool = pool_lookup(tm, id);
	ret = pool ? put_page_in(pool, &req) : -ENODEV;
	rcu_read_unlock();
	return ret;
}

/* ---- get ---- */

static __always_inline int get_page_out(struct tmem_pool *pool,
					const struct tmem_oid *oid, u32 index,
					void *dst)
{
	int ret = pool->index->get(pool, oid, index, dst);

	if (likely(!ret)) {
		tmem_count(pool, TMEM_hits, 1);
	} else if (ret != -EIO) {
		tmem_count(pool, TMEM_misses, 1);
	} else {
		tmem_count(pool, TMEM_gets_io, 1);
		if (tmem_pool_exclusive(pool))
			tmem_count(pool, TMEM_dropped, 1);
	}
	return ret;
}

int tmem_get(struct tmem *tm, int id, const struct tmem_oid *oid, u32 index,
	     void *dst)
{
	struct tmem_pool *pool;
	int ret;

	if (!oid)
		return -EINVAL;
	rcu_read_lock();
	pool = pool_lookup(tm, id);
	if (!pool)
		ret = -ENODEV;
	else if (!bytes_valid(pool, dst))
		ret = -EINVAL;
	else
		ret = get_page_out(pool, oid, index, dst);
	rcu_read_unlock();
	return ret;
}

/* ---- batches ---- */

static int put_io(struct tmem_pool *pool, struct tmem_io *io)
{
	struct tmem_request req = {
		.oid = &io->oid, .index = io->index, .src = io->page,
	};

	return put_page_in(pool, &req);
}

static int get_io(struct tmem_pool *pool, struct tmem_io *io)
{
	if (!bytes_valid(pool, io->page))
		return -EINVAL;
	return get_page_out(pool, &io->oid, io->index, io->page);
}

/* @nr pages at most TMEM_BATCH; how many succeeded. */
static int do_some(struct tmem_pool *pool, struct tmem_io *io, unsigned int nr,
		   int (*one)(struct tmem_pool *pool, struct tmem_io *io))
{
	unsigned int i;
	int done = 0;

	if (pool && pool->index->warm)
		pool->index->warm(pool, io, nr);
	for (i = 0; i < nr; i++) {
		io[i].result = pool ? one(pool, &io[i]) : -ENODEV;
		done += !io[i].result;
	}
	return done;
}

static int do_batch(struct tmem *tm, int id, struct tmem_io *io,
		    unsigned int nr,
		    int (*one)(struct tmem_pool *pool, struct tmem_io *io))
{
	struct tmem_pool *pool;
	u64 generation = 0;
	unsigned int some;
	int done = 0;

	if (!io || nr > INT_MAX)
		return -EINVAL;
	do {
		some = min_t(unsigned int, nr, TMEM_BATCH);
		rcu_read_lock();
		pool = pool_lookup_same(tm, id, &generation);
		if (generation)
			done += do_some(pool, io, some, one);
		rcu_read_unlock();
		io += some;
		nr -= some;
	} while (nr && generation);
	return generation ? done : -ENODEV;
}

int tmem_put_batch(struct tmem *tm, int id, struct tmem_io *io,
		   unsigned int nr)
{
	return do_batch(tm, id, io, nr, put_io);
}

int tmem_get_batch(struct tmem *tm, int id, struct tmem_io *io,
		   unsigned int nr)
{
	return do_batch(tm, id, io, nr, get_io);
}

/* ---- flush ---- */

static void count_flush(struct tmem_pool *pool, long removed)
{
	tmem_count(pool, TMEM_flushes, 1);
	if (removed) {
		tmem_count(pool, TMEM_flushes_found, 1);
		tmem_count(pool, TMEM_flushed, removed);
	}
}

int tmem_flush_page(struct tmem *tm, int id, const struct tmem_oid *oid,
		    u32 index)
{
	struct tmem_pool *pool;
	int ret = -ENODEV;
	long removed;

	if (!oid)
		return -EINVAL;
	rcu_read_lock();
	pool = pool_lookup(tm, id);
	if (pool) {
		removed = remove_page(pool, oid, index);
		count_flush(pool, removed);
		ret = removed ? 0 : -ENOENT;
	}
	rcu_read_unlock();
	return ret;
}

long tmem_flush_range(struct tmem *tm, int id, const struct tmem_oid *oid,
		      u32 first, u32 last)
{
	struct tmem_range range = { .first = first, .last = last };
	struct tmem_pool *pool;
	u64 generation = 0;
	long removed = 0;
	bool more;

	might_sleep();
	if (!oid || first > last)
		return -EINVAL;
	do {
		more = false;
		rcu_read_lock();
		/* without it all is flushed */
		pool = pool_lookup_same(tm, id, &generation);
		if (pool) {
			long batch = pool->index->flush_range(pool, oid,
							      &range);

			removed += batch;
			more = !range.done;
			if (batch)
				tmem_count(pool, TMEM_flushed, batch);
			if (!more) {
				tmem_count(pool, TMEM_flushes, 1);
				if (removed)
					tmem_count(pool, TMEM_flushes_found, 1);
			}
		}
		rcu_read_unlock();
		if (more)
			cond_resched();
	} while (more);
	return generation ? removed : -ENODEV;
}

long tmem_flush_object(struct tmem *tm, int id, const struct tmem_oid *oid)
{
	return tmem_flush_range(tm, id, oid, 0, U32_MAX);
}

/* ---- replace ---- */

static int replace_page(struct tmem_pool *pool, struct tmem_request *req)
{
	struct tmem_page *old, *new;
	int ret;

	old = pool->index->find(pool, req->oid, req->index);
	if (!old)
		return -ENOENT;
	req->shard = old->shard;
	new = tmem_page_create(pool, req);
	if (IS_ERR(new) && PTR_ERR(new) == -ENOSPC && req->short_by &&
	    !tmem_make_room(pool->tm, req->short_by)) {
		req->reserved = req->short_by;
		new = tmem_page_create(pool, req);
	}
	ret = PTR_ERR(new);
	if (IS_ERR(new))
		goto put_old;
	ret = pool->index->replace(pool, old, new);
	if (ret) {
		tmem_page_put(pool, new);
	} else {
		tmem_count(pool, TMEM_swapped, 1);
		tmem_page_put(pool, old);	/* the index's reference */
	}
put_old:
	tmem_page_put(pool, old);
	return ret == -E2BIG ? -ENOSPC : ret;
}

int tmem_replace(struct tmem *tm, int id, const struct tmem_oid *oid,
		 u32 index, const void *src)
{
	struct tmem_request req = { .oid = oid, .index = index, .src = src };
	struct tmem_pool *pool;
	int ret;

	if (!oid)
		return -EINVAL;
	rcu_read_lock();
	pool = pool_lookup(tm, id);
	if (!pool) {
		ret = -ENODEV;
	} else if (!bytes_valid(pool, src)) {
		ret = -EINVAL;
	} else {
		ret = replace_page(pool, &req);
		tmem_request_end(pool, &req);
	}
	rcu_read_unlock();
	return ret;
}
