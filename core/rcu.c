// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rcu.c - lookups without locks
 *
 *	bucket --> object --> object        chain, published to RCU readers
 *	             |
 *	             +--> page-index tree   published to RCU readers (radix.c)
 *
 * A get takes no lock to find its page.  Where the page stays (persistent,
 * shared) it takes a reference, unless the last one is gone, and copies.  Where
 * the get is exclusive, one exchange on the descriptor's "owned" word decides who
 * has the page; the winner copies the bytes out and only then tidies up.
 *
 * Winning decides ownership of the page and nothing else.  Counts, the tree, the
 * eviction order and the life of the object belong to the object's lock, under
 * which everything is looked at again:
 *
 *	- a winner takes the page out of its slot if it is still there: a put may
 *	  have replaced it meanwhile, a flush may have cleared the slot;
 *	- whoever clears a slot under the lock claims the page too, and leaves it
 *	  alone if a get has won it;
 *	- an object that was emptied is looked at once more under the bucket's and
 *	  its own lock, and if it is still empty it is marked dead and unlinked in
 *	  one step.  A put that meets a dead object looks up again.
 *
 * Locks: the bucket's (chain), under it the object's (tree, dead mark), under it
 * that of the order.  Page bytes move under none.
 *
 * Ordering guarantees
 *
 * (A) put replaces: the new page is published before the old one is claimed.  A
 *     get that loses the old page to a put finds the new one in the slot.
 *
 * (B) A get that loses a claim looks again under the object's lock.  If the page
 *     is still in its slot then a get won it and the handle is empty: a miss.
 *     Only an exclusive get claims without the lock.  All others claim and clear
 *     or overwrite the slot in one lock hold, so that a page which is claimed and
 *     can still be found is one that a get has won; nobody is told that a page is
 *     gone which a get could still find.
 *
 * (C) The last reference of a page is dropped, with release semantics, after the
 *     page left its slot.  A reader that finds no reference to take starts again
 *     at the bucket, and sees what took the page's place.
 *
 * (D) So, with the object's lock held, a page that nobody has claimed is in its
 *     slot.
 *
 * (E) A get of a page whose bytes are late (store.h) takes no reference and looks
 *     no second time.  It found the page in a slot that was part of the tree, or as
 *     it was when its node left the tree, at a moment after the get had begun
 *     (radix.c, (B) and (C)): there the get takes place.  Whoever removed the page
 *     since gives its bytes back after this RCU read section.
 *
 * Hints.  A bucket also has what was the root of its first object's tree, for
 * lookups to prefetch a slot below it while they wait for the object.  It may be
 * old, and point to memory that was freed: nothing is ever read through it.
 *
 * Progress: a get starts again only when another operation on its handle got its
 * work done; a put only when an object died, or to fetch nodes (a few dozen
 * at most).
 */
#include "index.h"
#include "radix_node.h"

struct rcu_bucket {
	spinlock_t lock;
	struct hlist_head chain;	/* changed under lock, read under RCU */
	void *hint;			/* what was the root of the first object's
					 * tree; READ_ONCE, WRITE_ONCE */
};

struct rcu_object {
	struct tmem_object base;
	struct hlist_node link;		/* bucket lock */
	spinlock_t lock;		/* the tree */
	u32 dead;			/* unlinked for good; lock */
};

static struct kmem_cache *object_cache;

static inline struct rcu_object *to_rcu(struct tmem_object *obj)
{
	return container_of(obj, struct rcu_object, base);
}

static inline struct rcu_bucket *rcu_bucket_of(const struct tmem_pool *pool,
					       const struct tmem_oid *oid)
{
	struct rcu_bucket *table = pool->buckets;

	return &table[tmem_oid_bucket(pool, oid)];
}

static int rcu_table_init(struct tmem_pool *pool)
{
	u32 i, nr = pool->nr_buckets;
	struct rcu_bucket *table;

	table = kvcalloc(nr, sizeof(*table), GFP_KERNEL);
	if (!table)
		return -ENOMEM;
	for (i = 0; i < nr; i++) {
		tmem_lock_init(pool, &table[i].lock);
		INIT_HLIST_HEAD(&table[i].chain);
	}
	pool->buckets = table;
	return 0;
}

static void rcu_table_exit(struct tmem_pool *pool)
{
	kvfree(pool->buckets);
}

/* ---- objects ---- */

/* Under RCU or the bucket's lock. */
static __always_inline struct rcu_object *
object_find(struct rcu_bucket *bucket, const struct tmem_oid *oid)
{
	struct rcu_object *obj;

	hlist_for_each_entry_rcu(obj, &bucket->chain, link)
		if (tmem_oid_equal(&obj->base.oid, oid))
			return obj;
	return NULL;
}

/* The tree of @obj has a new root: say so where lookups begin. */
static void hint_root(struct rcu_bucket *bucket, const struct rcu_object *obj)
{
	if (READ_ONCE(bucket->chain.first) == &obj->link)
		WRITE_ONCE(bucket->hint, rcu_access_pointer(obj->base.tree.root));
}

static struct rcu_object *object_add(struct tmem_pool *pool,
				     const struct tmem_oid *oid)
{
	struct rcu_bucket *bucket = rcu_bucket_of(pool, oid);
	struct tmem_object *new = tmem_object_alloc(pool, oid);
	struct rcu_object *obj;
	unsigned long flags;

	if (!new)
		return NULL;
	tmem_lock_init(pool, &to_rcu(new)->lock);
	to_rcu(new)->dead = 0;

	tmem_lock(pool, &bucket->lock, flags);
	/* somebody else may have added it since we looked */
	obj = object_find(bucket, oid);
	if (!obj) {
		obj = to_rcu(new);
		new = NULL;
		hlist_add_head_rcu(&obj->link, &bucket->chain);
		tmem_count(pool, TMEM_objects, 1);
	}
	tmem_unlock(pool, &bucket->lock, flags);
	tmem_object_free(new);
	return obj;
}

/* An object was seen empty: unlink it, unless it is in use again by now. */
static void object_prune(struct tmem_pool *pool, struct rcu_object *obj)
{
	struct rcu_bucket *bucket = rcu_bucket_of(pool, &obj->base.oid);
	unsigned long flags, inner;
	bool mine;

	tmem_lock(pool, &bucket->lock, flags);
	tmem_lock(pool, &obj->lock, inner);
	mine = !obj->dead && tmem_object_empty(&obj->base);
	if (mine) {
		obj->dead = 1;
		hlist_del_rcu(&obj->link);
		tmem_count(pool, TMEM_objects, -1);
	}
	tmem_unlock(pool, &obj->lock, inner);
	tmem_unlock(pool, &bucket->lock, flags);
	if (mine)
		tmem_object_retire(&obj->base);
}

/* ---- put ---- */

/*
 * One attempt to insert.  0, or 1 if a page was replaced (then @old is that
 * page if it is ours to free, else NULL and the result 0: a get had won it);
 * -EAGAIN: the object is dead, or @need nodes must be brought.
 */
static int insert(struct tmem_pool *pool, struct rcu_object *obj,
		  struct tmem_request *req, struct tmem_page *page,
		  struct tmem_stash *stash, union tmem_need *need,
		  struct tmem_page **old)
{
	unsigned long flags;
	int ret = -EAGAIN;
	void *root;

	need->any = 0;
	tmem_lock(pool, &obj->lock, flags);
	if (!obj->dead) {
		root = rcu_access_pointer(obj->base.tree.root);
		*need = tmem_object_insert(&obj->base, req->index, page, stash,
					   old);
		if (!need->any)
			ret = 0;
		if (root != rcu_access_pointer(obj->base.tree.root))
			hint_root(rcu_bucket_of(pool, req->oid), obj);
	}
	if (!ret && *old) {
		/* published above, claimed now: see (A) */
		if (tmem_page_claim(pool, *old))
			ret = 1;
		else
			*old = NULL;
	}
	tmem_unlock(pool, &obj->lock, flags);
	return ret;
}

static int rcu_put(struct tmem_pool *pool, struct tmem_request *req)
{
	struct rcu_bucket *bucket = rcu_bucket_of(pool, req->oid);
	struct tmem_stash stash = { };
	struct tmem_page *page, *old = NULL;
	struct rcu_object *obj;
	union tmem_need need;
	int ret;

	prefetch(bucket);
	page = tmem_page_create(pool, req);
	if (IS_ERR(page))
		return PTR_ERR(page);
	do {
		tmem_radix_prefetchw_below(READ_ONCE(bucket->hint), req->index);
		obj = object_find(bucket, req->oid);
		if (!obj)
			obj = object_add(pool, req->oid);
		if (!obj) {
			ret = -ENOMEM;
			break;
		}
		ret = insert(pool, obj, req, page, &stash, &need, &old);
		if (need.any && tmem_stash_fill(pool, &stash, need)) {
			/* we may have added it just for this */
			object_prune(pool, obj);
			ret = -ENOMEM;
		}
	} while (ret == -EAGAIN);

	tmem_stash_empty(pool, &stash);
	if (ret < 0)
		tmem_page_put(pool, page);
	if (old)
		tmem_page_put(pool, old);
	return ret;
}

/* ---- get ---- */

/* The page, or NULL; and the object that it was looked for in, or NULL. */
static __always_inline struct tmem_page *
page_lookup(struct tmem_pool *pool, const struct tmem_oid *oid, u32 index,
	    struct rcu_object **objp)
{
	struct rcu_bucket *bucket = rcu_bucket_of(pool, oid);
	struct rcu_object *obj;

	/* tree and object are waited for together */
	tmem_radix_prefetch_below(READ_ONCE(bucket->hint), index);
	obj = object_find(bucket, oid);
	*objp = obj;
	return obj ? tmem_radix_lookup(&obj->base.tree, index) : NULL;
}

/* The page with a reference, or NULL. */
static struct tmem_page *rcu_find(struct tmem_pool *pool,
				  const struct tmem_oid *oid, u32 index)
{
	struct rcu_object *obj;
	struct tmem_page *page;

	do {
		page = page_lookup(pool, oid, index, &obj);
		/* no reference left: it was taken out, look again; see (C) */
	} while (page && !refcount_inc_not_zero(&page->refs));
	return page;
}

/* Tidy up after a claim: this page leaves its slot, if it is still there. */
static void take_out(struct tmem_pool *pool, struct rcu_object *obj,
		     struct tmem_page *page)
{
	struct tmem_node_list dead = { };
	unsigned long flags;
	bool empty;

	tmem_lock(pool, &obj->lock, flags);
	empty = tmem_object_remove(&obj->base, page->index, page, &dead) &&
		tmem_object_empty(&obj->base);
	tmem_unlock(pool, &obj->lock, flags);
	tmem_nodes_retire(pool, &dead);
	if (empty)
		object_prune(pool, obj);
}

/* A claim was lost: is the handle empty?  See (B). */
static bool handle_empty(struct tmem_pool *pool, struct rcu_object *obj,
			 u32 index, const struct tmem_page *lost)
{
	struct tmem_page *page;
	unsigned long flags;
	bool empty;

	tmem_lock(pool, &obj->lock, flags);
	page = tmem_radix_lookup(&obj->base.tree, index);
	empty = !obj->dead && (!page || page == lost);
	tmem_unlock(pool, &obj->lock, flags);
	return empty;
}

static noinline int get_exclusive(struct tmem_pool *pool,
				  const struct tmem_oid *oid, u32 index,
				  void *dst)
{
	struct rcu_object *obj;
	struct tmem_page *page;
	int ret;

	for (;;) {
		page = page_lookup(pool, oid, index, &obj);
		if (!page)
			return -ENOENT;
		if (tmem_page_claim(pool, page))
			break;
		if (handle_empty(pool, obj, index, page))
			return -ENOENT;
	}
	tmem_order_prefetch(page);
	ret = tmem_page_read(pool, page, dst);
	take_out(pool, obj, page);
	tmem_page_put(pool, page);
	return ret;
}

static noinline int get_kept(struct tmem_pool *pool, const struct tmem_oid *oid,
			     u32 index, void *dst)
{
	struct tmem_page *page = rcu_find(pool, oid, index);

	return page ? tmem_page_read_kept(pool, page, dst) : -ENOENT;
}

static int rcu_get(struct tmem_pool *pool, const struct tmem_oid *oid,
		   u32 index, void *dst)
{
	struct rcu_object *obj;
	struct tmem_page *page;

	/*
	 * A get is mostly waiting for memory, and gets that follow each other wait
	 * together as far as the processor looks ahead: some 500 instructions.  So
	 * this way has as few as can be, and the others are kept out of it.
	 */
	if (likely(pool->late_bytes)) {
		/* see (E) */
		page = page_lookup(pool, oid, index, &obj);
		return page ? tmem_page_read(pool, page, dst) : -ENOENT;
	}
	return tmem_pool_exclusive(pool) ? get_exclusive(pool, oid, index, dst) :
		get_kept(pool, oid, index, dst);
}

/* Step by step, each for all of them, so that they wait for memory together. */
static void rcu_warm(struct tmem_pool *pool, const struct tmem_io *io,
		     unsigned int nr)
{
	const struct tmem_radix *trees[TMEM_BATCH];
	struct rcu_bucket *buckets[TMEM_BATCH];
	u32 indices[TMEM_BATCH];
	struct rcu_object *obj;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		buckets[i] = rcu_bucket_of(pool, &io[i].oid);
		prefetch(buckets[i]);
	}
	for (i = 0; i < nr; i++) {
		struct hlist_node *first = READ_ONCE(buckets[i]->chain.first);

		if (first)
			prefetch(hlist_entry(first, struct rcu_object, link));
	}
	for (i = 0; i < nr; i++) {
		obj = object_find(buckets[i], &io[i].oid);
		trees[i] = obj ? &obj->base.tree : NULL;
		indices[i] = io[i].index;
	}
	tmem_radix_prefetch(trees, indices, nr);
}

/* ---- flush, replace ---- */

static long flush_batch(struct tmem_pool *pool, struct rcu_object *obj,
			struct tmem_range *range)
{
	struct tmem_detached out;
	unsigned long flags;
	bool empty;

	tmem_detached_init(&out);
	tmem_lock(pool, &obj->lock, flags);
	tmem_object_warm(&obj->base, range);
	tmem_object_detach(&obj->base, range, &out);
	empty = tmem_object_empty(&obj->base);
	tmem_unlock(pool, &obj->lock, flags);
	if (empty)
		object_prune(pool, obj);
	return tmem_detached_free(pool, &out);
}

static long rcu_flush_range(struct tmem_pool *pool, const struct tmem_oid *oid,
			    struct tmem_range *range)
{
	struct rcu_bucket *bucket = rcu_bucket_of(pool, oid);
	struct tmem_page *page;
	struct rcu_object *obj;

	tmem_radix_prefetchw_below(READ_ONCE(bucket->hint), range->first);
	obj = object_find(bucket, oid);
	if (obj && range->first == range->last) {
		/* one page that is not there needs no lock to see that */
		page = tmem_radix_lookup(&obj->base.tree, range->first);
		prefetchw(page);
		if (!page)
			obj = NULL;
	}
	if (!obj) {
		range->done = true;
		return 0;
	}
	return flush_batch(pool, obj, range);
}

static int rcu_replace(struct tmem_pool *pool, struct tmem_page *old,
		       struct tmem_page *new)
{
	/* its memory lasts through this RCU section; if dead, it is empty */
	struct rcu_object *obj = to_rcu(old->obj);
	struct tmem_node_list dead = { };
	unsigned long flags;
	bool mine, empty = false;

	tmem_lock(pool, &obj->lock, flags);
	/* a get that has won the old page has emptied the handle */
	mine = tmem_page_claim(pool, old);
	if (mine && new)
		WARN_ON_ONCE(!tmem_object_swap(&obj->base, old, new)); /* (D) */
	if (mine && !new) {
		WARN_ON_ONCE(!tmem_object_remove(&obj->base, old->index, old,
						 &dead));
		empty = tmem_object_empty(&obj->base);
	}
	tmem_unlock(pool, &obj->lock, flags);
	tmem_nodes_retire(pool, &dead);
	if (empty)
		object_prune(pool, obj);
	return mine ? 0 : -ENOENT;
}

/* ---- whole pools ---- */

static long rcu_drain(struct tmem_pool *pool)
{
	struct rcu_bucket *table = pool->buckets;
	struct rcu_object *obj;
	struct hlist_node *first;
	long nr = 0;
	u32 i;

	for (i = 0; i < pool->nr_buckets; i++) {
		for (;;) {
			struct tmem_range all = { .last = U32_MAX };

			/* the section keeps the object, an evictor may empty it */
			rcu_read_lock();
			first = READ_ONCE(table[i].chain.first);
			if (first) {
				obj = hlist_entry(first, struct rcu_object,
						  link);
				nr += flush_batch(pool, obj, &all);
			}
			rcu_read_unlock();
			if (!first)
				break;
			cond_resched();
		}
	}
	return nr;
}

static int rcu_validate(struct tmem_pool *pool, struct tmem_census *sum)
{
	struct rcu_bucket *table = pool->buckets;
	struct rcu_object *obj;
	u32 i;

	for (i = 0; i < pool->nr_buckets; i++)
		hlist_for_each_entry(obj, &table[i].chain, link)
			if (!tmem_check(!obj->dead) ||
			    !tmem_check(rcu_bucket_of(pool, &obj->base.oid) ==
					&table[i]) ||
			    !tmem_check(object_find(&table[i],
						    &obj->base.oid) == obj) ||
			    tmem_object_validate(pool, &obj->base, sum))
				return -EUCLEAN;
	return 0;
}

const struct tmem_index_ops tmem_rcu = {
	.name		= "rcu",
	.flags		= TMEM_INDEX_LOCKLESS,
	.object_size	= sizeof(struct rcu_object),
	.cache		= &object_cache,
	.cache_name	= "tmem_obj_rcu",
	.init		= rcu_table_init,
	.exit		= rcu_table_exit,
	.put		= rcu_put,
	.get		= rcu_get,
	.warm		= rcu_warm,
	.find		= rcu_find,
	.flush_range	= rcu_flush_range,
	.replace	= rcu_replace,
	.drain		= rcu_drain,
	.validate	= rcu_validate,
};
