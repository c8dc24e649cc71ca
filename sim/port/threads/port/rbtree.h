/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rbtree.h - red-black trees with the kernel's interface: the user descends and
 * compares, the library links, recolours and removes.
 *
 * FAITHFUL: all entries.  Parent and colour share one word.
 * WEAKER: no promise to readers that walk without the lock.
 */
#ifndef TMEM_PORT_RBTREE_H
#define TMEM_PORT_RBTREE_H

#include <port/types.h>

struct rb_node {
	unsigned long __parent_colour;	/* bit 0: black */
	struct rb_node *rb_right;
	struct rb_node *rb_left;
};

struct rb_root {
	struct rb_node *rb_node;
};

#define RB_ROOT ((struct rb_root){ NULL })
#define rb_entry(ptr, type, member) container_of(ptr, type, member)
#define rb_parent(node) ((struct rb_node *)((node)->__parent_colour & ~1UL))

/* A new red leaf under @parent, in the empty place @link. */
static inline void rb_link_node(struct rb_node *node, struct rb_node *parent,
				struct rb_node **link)
{
	node->__parent_colour = (unsigned long)parent;
	node->rb_left = NULL;
	node->rb_right = NULL;
	*link = node;
}

void rb_insert_color(struct rb_node *node, struct rb_root *root);
void rb_erase(struct rb_node *node, struct rb_root *root);
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);

#endif /* TMEM_PORT_RBTREE_H */
