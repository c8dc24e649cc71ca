/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * radix.h - the page-index tree of an object: index to page descriptor
 *
 * Why not the kernel's xarray: it allocates and frees its nodes itself, under a
 * lock of its own, with one gfp mask for all users, and it is not to be had in
 * the other worlds.  Here nodes are brought along by the caller, so that no
 * allocation happens under a lock and an insertion either happens whole or
 * changes nothing; nodes taken out are handed to the caller, so that none is
 * freed under a lock; and one lock per object, or per bucket, covers a tree.
 *
 * Nodes come in four sizes.  One has as many slots as its highest index needed
 * when it was put, so an object of few pages costs little, and one that fills up
 * gets its nodes replaced by larger copies.
 *
 * Writers (insert, delete, swap, next, validate) hold the object's index lock.
 * Lookup needs that lock or, in a lock-free design, an RCU read section only.
 */
#ifndef TMEM_RADIX_H
#define TMEM_RADIX_H

#include "pool.h"

#define TMEM_RADIX_BITS		6
#define TMEM_RADIX_SLOTS	(1U << TMEM_RADIX_BITS)
#define TMEM_NODE_SIZES		4
#define TMEM_BATCH		16	/* lookups that wait together */

struct tmem_page;
struct tmem_node;
struct tmem_object;

struct tmem_radix {
	void __rcu *root;		/* page at index 0, node, or NULL */
	unsigned long nr_pages;
};

/* Nodes on their way out. */
struct tmem_node_list {
	struct tmem_node *head;
	unsigned int nr;
};

/* How many nodes of each size. */
union tmem_need {
	u8 nr[TMEM_NODE_SIZES];
	u32 any;			/* 0: none at all */
};

/* What an insertion brings along, and takes away. */
struct tmem_stash {
	struct tmem_node *head[TMEM_NODE_SIZES];
	union tmem_need have;
	struct tmem_node_list dead;	/* replaced by larger copies */
};

int tmem_radix_init(void);
void tmem_radix_exit(void);

static inline void tmem_radix_setup(struct tmem_radix *tree)
{
	RCU_INIT_POINTER(tree->root, NULL);
	tree->nr_pages = 0;
}

/*
 * tmem_radix_lookup - the page at @index, or NULL
 *
 * Context: RCU read section; the tree's lock makes the answer stable.
 */
struct tmem_page *tmem_radix_lookup(const struct tmem_radix *tree, u32 index);

/*
 * tmem_radix_prefetch - bring close what lookups are about to read
 * @trees: of @nr lookups, at most TMEM_BATCH; NULL where there is no tree
 *
 * All of them level by level, so that they wait for memory together.
 * Context: RCU read section; a lock-free design.
 */
void tmem_radix_prefetch(const struct tmem_radix *const *trees,
			 const u32 *indices, unsigned int nr);

/* tmem_radix_prefetch_slot - likewise one slot, and not what it points to */
void tmem_radix_prefetch_slot(const struct tmem_radix *tree, u32 index);

/*
 * tmem_radix_insert - publish @page at @index
 * @stash: nodes to build with; nodes that it replaced are added to its dead ones,
 *	and readers may still be in those
 * @old: set to the page that was there and is not any more, or NULL
 *
 * Return: nothing, or what @stash must hold for this to succeed; the tree is
 * then unchanged.
 */
union tmem_need tmem_radix_insert(struct tmem_radix *tree, u32 index,
				  struct tmem_page *page,
				  struct tmem_stash *stash,
				  struct tmem_page **old);

/*
 * tmem_radix_delete - take out the page at @index
 * @expect: where not NULL, only if it is this very page
 * @dead: nodes that are no longer part of the tree are added to it
 *
 * Readers may still be in the dead nodes.
 * Return: the page or NULL.
 */
struct tmem_page *tmem_radix_delete(struct tmem_radix *tree, u32 index,
				    const struct tmem_page *expect,
				    struct tmem_node_list *dead);

/* tmem_radix_swap - @new in the place of @old; false if @old is not there */
bool tmem_radix_swap(struct tmem_radix *tree, u32 index,
		     const struct tmem_page *old, struct tmem_page *new);

/*
 * tmem_radix_next - the first page from *@index to @last, both included
 *
 * Return: the page, with *@index set to where it is, or NULL.
 */
struct tmem_page *tmem_radix_next(const struct tmem_radix *tree, u32 *index,
				  u32 last);

/* tmem_radix_validate - 0 and the number of nodes, or -EUCLEAN */
int tmem_radix_validate(const struct tmem_object *obj, u64 *nr_nodes);

/* tmem_stash_fill - bring @stash up to @need; 0 or -ENOMEM */
int tmem_stash_fill(struct tmem_pool *pool, struct tmem_stash *stash,
		    union tmem_need need);

/*
 * tmem_stash_empty - free what no reader can have seen, and retire what was
 * replaced.  No index lock held.
 */
void tmem_stash_empty(struct tmem_pool *pool, struct tmem_stash *stash);

/* tmem_nodes_retire - free nodes that were part of a tree, when readers left */
void tmem_nodes_retire(struct tmem_pool *pool, struct tmem_node_list *list);

#endif /* TMEM_RADIX_H */
