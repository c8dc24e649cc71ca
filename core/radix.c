// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * radix.c - the page-index tree: 64-way, 0 to 6 levels, for RCU readers
 *
 *	root --> page at index 0                    (no node at all)
 *	root --> node shift 0 --> pages 0..63
 *	root --> node shift 6 --> nodes shift 0 --> pages 0..4095
 *	...                                         up to shift 30
 *
 * A slot holds NULL, a node (tagged in bit 0) or, where shift is 0 and at the
 * root, a page.  A node knows its shift, so one load of the root gives a reader
 * tree and height at once.  The tree is as low as its highest index allows: a
 * root node has something beyond slot 0.
 *
 * Ordering guarantees
 *
 * (A) Every insertion is one store with release semantics.  New nodes and the
 *     page are linked privately first, so a reader that sees any of them sees
 *     all of them complete.  Pairs with the dereference in lookup.
 *
 * (B) A node that left the tree keeps the entries it had when it left, and is
 *     not reused before a grace period.  It leaves either empty, or as a root
 *     whose only entry (slot 0) becomes the root.  So a reader that was in it
 *     finds nothing, or what slot 0 led to, which for a page may be stale: the
 *     reader learns that from the page (claimed, or out of references) and
 *     starts again at the root.
 *
 * (C) A reader that finds nothing was answered truly for some moment after it
 *     loaded the root: the nodes on its way were part of the tree when it did,
 *     and any page put since was put through a slot it can see, or after its
 *     node had left empty.
 */
#include "index.h"

#define NODE_TAG	1UL
#define SLOT_MASK	(TMEM_RADIX_SLOTS - 1)
#define MAX_LEVELS	6	/* 6 * 6 bits hold a 32-bit index */

struct tmem_node {
	union {
		struct tmem_node *parent;	/* in a tree; NULL at the root */
		struct tmem_node *next;		/* in a list */
	};
	struct rcu_head rcu;
	u8 shift;
	u8 offset;			/* in the parent */
	u8 count;			/* slots in use, 1 .. 64 */
	void __rcu *slots[TMEM_RADIX_SLOTS];
};

static struct kmem_cache *node_cache;

int tmem_radix_init(void)
{
	node_cache = kmem_cache_create("tmem_node", sizeof(struct tmem_node),
				       0, 0, NULL);
	return node_cache ? 0 : -ENOMEM;
}

void tmem_radix_exit(void)
{
	kmem_cache_destroy(node_cache);
	node_cache = NULL;
}

static inline bool is_node(const void *entry)
{
	return (unsigned long)entry & NODE_TAG;
}

static inline struct tmem_node *to_node(void *entry)
{
	return (struct tmem_node *)((unsigned long)entry & ~NODE_TAG);
}

static inline void *node_entry(struct tmem_node *node)
{
	return (void *)((unsigned long)node | NODE_TAG);
}

static inline unsigned int slot_of(const struct tmem_node *node, u32 index)
{
	return (index >> node->shift) & SLOT_MASK;
}

/* The writer's view of a slot: the lock is held, nobody else changes it. */
static inline void *slot_locked(void __rcu *const *slot)
{
	return rcu_dereference_protected(*slot, true);
}

/* How many levels of nodes it takes to reach @index from the root. */
static inline unsigned int levels_for(u32 index)
{
	return index ? ilog2(index) / TMEM_RADIX_BITS + 1 : 0;
}

static inline unsigned int levels_of(void *root)
{
	return is_node(root) ? to_node(root)->shift / TMEM_RADIX_BITS + 1 : 0;
}

/* ---- lists of nodes ---- */

static void list_push(struct tmem_node_list *list, struct tmem_node *node)
{
	node->next = list->head;
	list->head = node;
	list->nr++;
}

static struct tmem_node *list_pop(struct tmem_node_list *list)
{
	struct tmem_node *node = list->head;

	list->head = node->next;
	list->nr--;
	return node;
}

int tmem_nodes_fill(struct tmem_pool *pool, struct tmem_node_list *stash,
		    unsigned int nr)
{
	while (stash->nr < nr) {
		struct tmem_node *node = kmem_cache_alloc(node_cache, pool->gfp);

		if (!node)
			return -ENOMEM;
		memset(node, 0, sizeof(*node));
		list_push(stash, node);
	}
	return 0;
}

void tmem_nodes_free(struct tmem_node_list *list)
{
	while (list->nr)
		kmem_cache_free(node_cache, list_pop(list));
}

static void node_free_rcu(struct rcu_head *head)
{
	kmem_cache_free(node_cache, container_of(head, struct tmem_node, rcu));
}

void tmem_nodes_retire(struct tmem_pool *pool, struct tmem_node_list *list)
{
	if (!(pool->index->flags & TMEM_INDEX_LOCKLESS)) {
		tmem_nodes_free(list);
		return;
	}
	while (list->nr)
		call_rcu(&list_pop(list)->rcu, node_free_rcu);
}

/* ---- readers ---- */

struct tmem_page *tmem_radix_lookup(const struct tmem_radix *tree, u32 index)
{
	void *entry = rcu_dereference(tree->root);
	struct tmem_node *node;

	if (!is_node(entry))
		return index == 0 ? entry : NULL;
	if (index >> to_node(entry)->shift >= TMEM_RADIX_SLOTS)
		return NULL;
	do {
		node = to_node(entry);
		entry = rcu_dereference(node->slots[slot_of(node, index)]);
	} while (is_node(entry));
	return entry;
}

/* ---- writers ---- */

/*
 * The slot that holds the page at @index, or would if its node existed (then
 * the slot is empty), with its node; NULL if the tree is too low for @index.
 */
static void __rcu **find_slot(struct tmem_radix *tree, u32 index,
			      struct tmem_node **nodep)
{
	void *entry = slot_locked(&tree->root);
	void __rcu **slot = &tree->root;
	struct tmem_node *node = NULL;

	if (levels_for(index) > levels_of(entry))
		return NULL;
	while (is_node(entry)) {
		node = to_node(entry);
		slot = &node->slots[slot_of(node, index)];
		entry = slot_locked(slot);
	}
	*nodep = node;
	return slot;
}

static void adopt(struct tmem_node *parent, unsigned int offset, void *entry)
{
	RCU_INIT_POINTER(parent->slots[offset], entry);
	parent->count++;
	if (is_node(entry)) {
		to_node(entry)->parent = parent;
		to_node(entry)->offset = offset;
	}
}

/* A private branch of @levels nodes with @page at its end. */
static void *build_branch(struct tmem_node_list *stash, unsigned int levels,
			  u32 index, struct tmem_page *page)
{
	void *entry = page;
	unsigned int i;

	for (i = 0; i < levels; i++) {
		struct tmem_node *node = list_pop(stash);

		node->parent = NULL;
		node->shift = i * TMEM_RADIX_BITS;
		adopt(node, slot_of(node, index), entry);
		entry = node_entry(node);
	}
	return entry;
}

/* The tree is too low: nodes above the old root, and a branch for @index. */
static unsigned int insert_above(struct tmem_radix *tree, u32 index,
				 struct tmem_page *page,
				 struct tmem_node_list *stash)
{
	void *root = slot_locked(&tree->root);
	unsigned int have = levels_of(root), want = levels_for(index);
	unsigned int need = root ? want - have + want - 1 : want;
	struct tmem_node *node = NULL;

	if (stash->nr < need)
		return need;
	if (!root) {
		rcu_assign_pointer(tree->root,
				   build_branch(stash, want, index, page));
		return 0;
	}
	for (; have < want; have++) {
		node = list_pop(stash);
		node->parent = NULL;
		node->shift = have * TMEM_RADIX_BITS;
		adopt(node, 0, root);
		root = node_entry(node);
	}
	/* want is as low as it can be, so this is not slot 0 */
	adopt(node, slot_of(node, index),
	      build_branch(stash, want - 1, index, page));
	rcu_assign_pointer(tree->root, root);
	return 0;
}

unsigned int tmem_radix_insert(struct tmem_radix *tree, u32 index,
			       struct tmem_page *page,
			       struct tmem_node_list *stash,
			       struct tmem_page **old)
{
	struct tmem_node *node;
	void __rcu **slot = find_slot(tree, index, &node);
	unsigned int need;

	*old = NULL;
	if (!slot) {
		need = insert_above(tree, index, page, stash);
		if (need)
			return need;
		tree->nr_pages++;
		return 0;
	}

	*old = slot_locked(slot);
	if (*old) {
		rcu_assign_pointer(*slot, page);
		return 0;
	}
	if (!node) {
		/* an empty tree and index 0 */
		rcu_assign_pointer(*slot, page);
		tree->nr_pages++;
		return 0;
	}
	need = node->shift / TMEM_RADIX_BITS;
	if (stash->nr < need)
		return need;
	if (need) {
		void *branch = build_branch(stash, need, index, page);

		to_node(branch)->parent = node;
		to_node(branch)->offset = slot_of(node, index);
		rcu_assign_pointer(*slot, branch);
	} else {
		rcu_assign_pointer(*slot, page);
	}
	node->count++;
	tree->nr_pages++;
	return 0;
}

/* Take @node, which has become empty, and those above that it leaves empty. */
static struct tmem_node *prune(struct tmem_radix *tree, struct tmem_node *node,
			       struct tmem_node_list *dead)
{
	while (node && !node->count) {
		struct tmem_node *parent = node->parent;

		if (parent) {
			RCU_INIT_POINTER(parent->slots[node->offset], NULL);
			parent->count--;
		} else {
			RCU_INIT_POINTER(tree->root, NULL);
		}
		list_push(dead, node);
		node = parent;
	}
	return node;
}

/* While the root leads nowhere but to its slot 0, that becomes the root. */
static void shrink(struct tmem_radix *tree, struct tmem_node_list *dead)
{
	for (;;) {
		void *root = slot_locked(&tree->root);
		struct tmem_node *node;
		void *entry;

		if (!is_node(root))
			return;
		node = to_node(root);
		entry = slot_locked(&node->slots[0]);
		if (node->count != 1 || !entry)
			return;
		if (is_node(entry))
			to_node(entry)->parent = NULL;
		rcu_assign_pointer(tree->root, entry);
		list_push(dead, node);
	}
}

struct tmem_page *tmem_radix_delete(struct tmem_radix *tree, u32 index,
				    const struct tmem_page *expect,
				    struct tmem_node_list *dead)
{
	struct tmem_node *node;
	void __rcu **slot = find_slot(tree, index, &node);
	struct tmem_page *page;

	if (!slot)
		return NULL;
	page = slot_locked(slot);
	if (!page || (expect && page != expect))
		return NULL;
	RCU_INIT_POINTER(*slot, NULL);
	tree->nr_pages--;
	if (node) {
		node->count--;
		node = prune(tree, node, dead);
		if (node && !node->parent)
			shrink(tree, dead);
	}
	return page;
}

bool tmem_radix_swap(struct tmem_radix *tree, u32 index,
		     const struct tmem_page *old, struct tmem_page *new)
{
	struct tmem_node *node;
	void __rcu **slot = find_slot(tree, index, &node);

	if (!slot || slot_locked(slot) != old)
		return false;
	rcu_assign_pointer(*slot, new);
	return true;
}

struct tmem_page *tmem_radix_next(const struct tmem_radix *tree, u32 *index,
				  u32 last)
{
	void *entry = slot_locked(&tree->root);
	struct tmem_node *node;
	u64 at = *index;	/* may step past U32_MAX */
	unsigned int i;

	if (!is_node(entry))
		return entry && at == 0 ? entry : NULL;
	node = to_node(entry);
	if (at >> node->shift >= TMEM_RADIX_SLOTS)
		return NULL;
	i = slot_of(node, at);
	for (;;) {
		while (i < TMEM_RADIX_SLOTS &&
		       !slot_locked(&node->slots[i])) {
			/* on to the start of the next slot */
			i++;
			at = ((at >> node->shift) + 1) << node->shift;
		}
		if (at > last)
			return NULL;
		if (i == TMEM_RADIX_SLOTS) {
			if (!node->parent)
				return NULL;
			i = node->offset + 1;
			node = node->parent;
			continue;
		}
		entry = slot_locked(&node->slots[i]);
		if (!is_node(entry)) {
			*index = at;
			return entry;
		}
		node = to_node(entry);
		i = slot_of(node, at);
	}
}

/* ---- validate ---- */

struct walk {
	const struct tmem_object *obj;
	u64 nr_nodes;
	u64 nr_pages;
};

static bool page_ok(struct walk *w, const struct tmem_page *page, u64 index)
{
	w->nr_pages++;
	return tmem_check(page->obj == w->obj) &&
	       tmem_check(page->index == index) &&
	       tmem_check(!READ_ONCE(page->owned)) &&
	       tmem_check(refcount_read(&page->refs) == 1);
}

/* Pages and nodes right below @node, which covers indices from @base. */
static bool node_ok(struct walk *w, const struct tmem_node *node, u64 base)
{
	unsigned int i, count = 0;

	w->nr_nodes++;
	for (i = 0; i < TMEM_RADIX_SLOTS; i++) {
		void *entry = slot_locked(&node->slots[i]);
		u64 at = base + ((u64)i << node->shift);

		if (!entry)
			continue;
		count++;
		if (!is_node(entry)) {
			if (!tmem_check(node->shift == 0) ||
			    !page_ok(w, entry, at))
				return false;
			continue;
		}
		if (!tmem_check(to_node(entry)->parent == node) ||
		    !tmem_check(to_node(entry)->offset == i) ||
		    !tmem_check(to_node(entry)->shift + TMEM_RADIX_BITS ==
				node->shift) ||
		    !node_ok(w, to_node(entry), at))
			return false;
	}
	return tmem_check(count == node->count) && tmem_check(count > 0);
}

int tmem_radix_validate(const struct tmem_object *obj, u64 *nr_nodes)
{
	struct walk w = { .obj = obj };
	void *root = slot_locked(&obj->tree.root);
	struct tmem_node *node;
	bool ok = true;

	if (is_node(root)) {
		node = to_node(root);
		ok = tmem_check(!node->parent) &&
		     tmem_check(node->count > 1 ||
				!slot_locked(&node->slots[0])) &&
		     node_ok(&w, node, 0);
	} else if (root) {
		ok = page_ok(&w, root, 0);
	}
	*nr_nodes = w.nr_nodes;
	return ok && tmem_check(w.nr_pages == obj->tree.nr_pages) ? 0 : -EUCLEAN;
}
