// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * radix.c - the page-index tree: 64-way, 0 to 6 levels, for RCU readers
 *
 *	root --> page at index 0                     (no node at all)
 *	root --> node level 0 --> pages 0..63
 *	root --> node level 1 --> nodes level 0 --> pages 0..4095
 *	...                                          up to level 5
 *
 * A slot holds NULL, a node or, on level 0 and at the root, a page.  A pointer to
 * a node carries its level and size in its low bits, so a reader goes from slot to
 * slot and touches nothing else of a node.  The tree is as low as its highest index
 * allows: a root node has something beyond slot 0.
 *
 * Nodes have 5, 21, 45 or 64 slots: 1, 3, 6 and 9 cache lines.  A node that is too
 * small for a slot is replaced by a larger copy.  It never gets smaller again.
 * radix_node.c has their memory.
 *
 * Ordering guarantees
 *
 * (A) Every insertion is one store with release semantics.  New nodes, copies and
 *     the page are linked privately first, so a reader that sees any of them sees
 *     all of them complete.  Pairs with the dereference in lookup.
 *
 * (B) A node that left the tree keeps the entries it had when it left, and is
 *     not reused before a grace period.  It leaves empty, or as a root whose only
 *     entry (slot 0) becomes the root, or replaced by a copy.  So a reader that was
 *     in it finds nothing, or what was there when it left, which for a page may be
 *     stale: the reader learns that from the page (claimed, or out of references)
 *     and starts again at the root.
 *
 * (C) A reader that finds nothing was answered truly for some moment after it
 *     loaded the root: the nodes on its way were part of the tree when it did,
 *     and any page put since was put through a slot it can see, or after its
 *     node had left.
 */
#include "index.h"
#include "radix_node.h"

static inline void *node_entry(struct tmem_node *node, unsigned int level)
{
	return (void *)((unsigned long)node | TAG(level, node->size));
}

/* The smallest size that has @slot. */
static inline unsigned int size_for(unsigned int slot)
{
	unsigned int size = 0;

	while (slot >= node_room(size))
		size++;
	return size;
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

static inline unsigned int levels_of(const void *root)
{
	return is_node(root) ? level_of(root) + 1 : 0;
}

static bool stash_has(const struct tmem_stash *stash, union tmem_need need)
{
	unsigned int size;

	for (size = 0; size < TMEM_NODE_SIZES; size++)
		if (stash->have.nr[size] < need.nr[size])
			return false;
	return true;
}

/* ---- readers ---- */

struct tmem_page *tmem_radix_lookup(const struct tmem_radix *tree, u32 index)
{
	void *entry = rcu_dereference(tree->root);
	u32 slot;

	if (!is_node(entry))
		return index == 0 ? entry : NULL;
	/* not masked: a tree that is too low has no such slot */
	slot = index >> shift_of(entry);
	while (slot < room_of(entry)) {
		entry = rcu_dereference(to_node(entry)->slots[slot]);
		if (!is_node(entry))
			return entry;
		slot = slot_of(entry, index);
	}
	return NULL;
}

void tmem_radix_prefetch(const struct tmem_radix *const *trees,
			 const u32 *indices, unsigned int nr)
{
	void __rcu *const *at[TMEM_BATCH];
	bool more;
	unsigned int i;

	for (i = 0; i < nr; i++)
		at[i] = trees[i] ? &trees[i]->root : NULL;
	do {
		more = false;
		for (i = 0; i < nr; i++) {
			void *entry = at[i] ? rcu_dereference(*at[i]) : NULL;
			unsigned int slot;

			at[i] = NULL;
			if (!is_node(entry)) {
				/* the descriptor, or nothing */
				prefetch(entry);
				continue;
			}
			slot = slot_of(entry, indices[i]);
			if (slot < room_of(entry)) {
				at[i] = &to_node(entry)->slots[slot];
				prefetch((const void *)at[i]);
				more = true;
			}
		}
	} while (more);
}

void tmem_radix_prefetch_slot(const struct tmem_radix *tree, u32 index)
{
	void *entry = rcu_dereference(tree->root);

	while (is_node(entry)) {
		unsigned int slot = slot_of(entry, index);
		void __rcu *const *at = &to_node(entry)->slots[slot];

		if (slot >= room_of(entry))
			return;
		if (!level_of(entry)) {
			prefetch((const void *)at);
			return;
		}
		entry = rcu_dereference(*at);
	}
}

/* ---- writers ---- */

/* Where a page is, or where it or its branch would be. */
struct spot {
	void __rcu **slot;	/* NULL: there is no such slot */
	void *node;		/* that has it or ends before it; NULL: the slot
				 * is the root, or the tree is too low */
	void __rcu **link;	/* that leads to the node */
};

static inline void find_spot(struct tmem_radix *tree, u32 index,
			     struct spot *spot)
{
	void *entry = slot_locked(&tree->root);

	spot->slot = levels_for(index) > levels_of(entry) ? NULL : &tree->root;
	spot->node = NULL;
	spot->link = NULL;
	while (spot->slot && is_node(entry)) {
		unsigned int slot = slot_of(entry, index);

		spot->link = spot->slot;
		spot->node = entry;
		spot->slot = slot < room_of(entry) ?
			&to_node(entry)->slots[slot] : NULL;
		if (spot->slot)
			entry = slot_locked(spot->slot);
	}
}

/* @entry comes into a slot of a node that nobody sees yet. */
static void adopt(void *parent, unsigned int slot, void *entry)
{
	RCU_INIT_POINTER(to_node(parent)->slots[slot], entry);
	to_node(parent)->count++;
	if (is_node(entry)) {
		to_node(entry)->parent = parent;
		to_node(entry)->offset = slot;
	}
}

/* What a branch of @levels nodes that leads to @index takes. */
static void need_branch(union tmem_need *need, unsigned int levels, u32 index)
{
	unsigned int i;

	for (i = 0; i < levels; i++, index >>= TMEM_RADIX_BITS)
		need->nr[size_for(index & SLOT_MASK)]++;
}

/* A private branch of @levels nodes with @page at its end. */
static void *build_branch(struct tmem_stash *stash, unsigned int levels,
			  u32 index, struct tmem_page *page)
{
	void *entry = page, *parent;
	unsigned int i, slot;

	for (i = 0; i < levels; i++, index >>= TMEM_RADIX_BITS) {
		slot = index & SLOT_MASK;
		parent = node_entry(stash_pop(stash, size_for(slot)), i);
		adopt(parent, slot, entry);
		entry = parent;
	}
	return entry;
}

/* The tree is too low: nodes above the old root, and a branch for @index. */
static union tmem_need insert_above(struct tmem_radix *tree, u32 index,
				    struct tmem_page *page,
				    struct tmem_stash *stash)
{
	void *root = slot_locked(&tree->root), *parent;
	unsigned int have = levels_of(root), want = levels_for(index);
	/* of the new root; want is as low as it can be, so this is not 0 */
	unsigned int slot = index >> (want - 1) * TMEM_RADIX_BITS;
	union tmem_need need = { };

	need_branch(&need, root ? want - 1 : want, index);
	if (root) {
		need.nr[0] += want - 1 - have;
		need.nr[size_for(slot)]++;
	}
	if (!stash_has(stash, need))
		return need;
	tree->nr_pages++;
	if (!root) {
		rcu_assign_pointer(tree->root,
				   build_branch(stash, want, index, page));
		return (union tmem_need){ };
	}
	for (; have < want; have++) {
		parent = node_entry(stash_pop(stash, have + 1 < want ? 0 :
					      size_for(slot)), have);
		adopt(parent, 0, root);
		root = parent;
	}
	adopt(root, slot, build_branch(stash, want - 1, index, page));
	rcu_assign_pointer(tree->root, root);
	return (union tmem_need){ };
}

/* A node for @slot that has all of @old, in the same place. */
static void *larger_copy(void *old, unsigned int slot, struct tmem_stash *stash)
{
	struct tmem_node *from = to_node(old);
	struct tmem_node *to = stash_pop(stash, size_for(slot));
	void *copy = node_entry(to, level_of(old));
	unsigned int i;

	for (i = 0; i < room_of(old); i++) {
		void *entry = slot_locked(&from->slots[i]);

		if (entry)
			adopt(copy, i, entry);
	}
	to->parent = from->parent;
	to->offset = from->offset;
	return copy;
}

/* The node at @spot ends before @index: a larger one, with a branch for it. */
static union tmem_need insert_beyond(struct tmem_radix *tree, u32 index,
				     struct tmem_page *page,
				     struct tmem_stash *stash,
				     const struct spot *spot)
{
	unsigned int level = level_of(spot->node);
	unsigned int slot = slot_of(spot->node, index);
	union tmem_need need = { };
	void *copy;

	need_branch(&need, level, index);
	need.nr[size_for(slot)]++;
	if (!stash_has(stash, need))
		return need;
	copy = larger_copy(spot->node, slot, stash);
	adopt(copy, slot, build_branch(stash, level, index, page));
	rcu_assign_pointer(*spot->link, copy);
	node_push(&stash->dead, to_node(spot->node));
	tree->nr_pages++;
	return (union tmem_need){ };
}

union tmem_need tmem_radix_insert(struct tmem_radix *tree, u32 index,
				  struct tmem_page *page,
				  struct tmem_stash *stash,
				  struct tmem_page **old)
{
	union tmem_need need = { };
	unsigned int level;
	struct spot spot;
	void *branch;

	*old = NULL;
	find_spot(tree, index, &spot);
	if (!spot.slot)
		return spot.node ?
			insert_beyond(tree, index, page, stash, &spot) :
			insert_above(tree, index, page, stash);

	*old = slot_locked(spot.slot);
	if (*old) {
		rcu_assign_pointer(*spot.slot, page);
		return need;
	}
	level = spot.node ? level_of(spot.node) : 0;
	if (!level) {
		rcu_assign_pointer(*spot.slot, page);
	} else {
		need_branch(&need, level, index);
		if (!stash_has(stash, need))
			return need;
		branch = build_branch(stash, level, index, page);
		to_node(branch)->parent = spot.node;
		to_node(branch)->offset = slot_of(spot.node, index);
		rcu_assign_pointer(*spot.slot, branch);
	}
	if (spot.node)
		to_node(spot.node)->count++;
	tree->nr_pages++;
	return (union tmem_need){ };
}

/* Take @entry, which has become empty, and those above that it leaves empty. */
static void *prune(struct tmem_radix *tree, void *entry,
		   struct tmem_node_list *dead)
{
	while (entry && !to_node(entry)->count) {
		struct tmem_node *node = to_node(entry);
		void *parent = node->parent;

		if (parent) {
			RCU_INIT_POINTER(to_node(parent)->slots[node->offset],
					 NULL);
			to_node(parent)->count--;
		} else {
			RCU_INIT_POINTER(tree->root, NULL);
		}
		node_push(dead, node);
		entry = parent;
	}
	return entry;
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
		node_push(dead, node);
	}
}

struct tmem_page *tmem_radix_delete(struct tmem_radix *tree, u32 index,
				    const struct tmem_page *expect,
				    struct tmem_node_list *dead)
{
	struct tmem_page *page;
	struct spot spot;
	void *entry;

	find_spot(tree, index, &spot);
	if (!spot.slot)
		return NULL;
	page = slot_locked(spot.slot);
	if (!page || (expect && page != expect))
		return NULL;
	RCU_INIT_POINTER(*spot.slot, NULL);
	tree->nr_pages--;
	if (spot.node) {
		to_node(spot.node)->count--;
		entry = prune(tree, spot.node, dead);
		if (entry && !to_node(entry)->parent)
			shrink(tree, dead);
	}
	return page;
}

bool tmem_radix_swap(struct tmem_radix *tree, u32 index,
		     const struct tmem_page *old, struct tmem_page *new)
{
	struct spot spot;

	find_spot(tree, index, &spot);
	if (!spot.slot || slot_locked(spot.slot) != old)
		return false;
	rcu_assign_pointer(*spot.slot, new);
	return true;
}

struct tmem_page *tmem_radix_next(const struct tmem_radix *tree, u32 *index,
				  u32 last)
{
	void *here = slot_locked(&tree->root), *entry;
	u64 at = *index;	/* may step past U32_MAX */
	struct tmem_node *node;
	unsigned int i, shift;

	if (!is_node(here))
		return here && at == 0 ? here : NULL;
	if (at >> shift_of(here) >= room_of(here))
		return NULL;
	i = slot_of(here, at);
	for (;;) {
		node = to_node(here);
		shift = shift_of(here);
		while (i < room_of(here) && !slot_locked(&node->slots[i])) {
			/* on to the start of the next slot */
			i++;
			at = ((at >> shift) + 1) << shift;
		}
		if (at > last)
			return NULL;
		if (i >= room_of(here)) {
			here = node->parent;
			if (!here)
				return NULL;
			/* the one before is in the node that we leave */
			shift = shift_of(here);
			at = (((at - 1) >> shift) + 1) << shift;
			i = node->offset + 1;
			continue;
		}
		entry = slot_locked(&node->slots[i]);
		if (!is_node(entry)) {
			*index = at;
			return entry;
		}
		here = entry;
		i = slot_of(here, at);
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

/* Pages and nodes right below a node, which covers indices from @base. */
static bool node_ok(struct walk *w, void *parent, u64 base)
{
	const struct tmem_node *node = to_node(parent);
	unsigned int i, count = 0;

	w->nr_nodes++;
	for (i = 0; i < room_of(parent); i++) {
		void *entry = slot_locked(&node->slots[i]);
		u64 at = base + ((u64)i << shift_of(parent));

		if (!entry)
			continue;
		count++;
		if (!is_node(entry)) {
			if (!tmem_check(level_of(parent) == 0) ||
			    !page_ok(w, entry, at))
				return false;
			continue;
		}
		if (!tmem_check(to_node(entry)->parent == parent) ||
		    !tmem_check(to_node(entry)->offset == i) ||
		    !tmem_check(level_of(entry) + 1 == level_of(parent)) ||
		    !node_ok(w, entry, at))
			return false;
	}
	return tmem_check(node->size == size_of(parent)) &&
	       tmem_check(count == node->count) && tmem_check(count > 0);
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
		     node_ok(&w, root, 0);
	} else if (root) {
		ok = page_ok(&w, root, 0);
	}
	*nr_nodes = w.nr_nodes;
	return ok && tmem_check(w.nr_pages == obj->tree.nr_pages) ? 0 : -EUCLEAN;
}
