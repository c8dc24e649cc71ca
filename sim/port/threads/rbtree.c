// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rbtree.c - red-black trees, parent pointer and colour in one word.
 *
 * The rules: the root is black, a red node has no red child, and each way from
 * the root down to a missing child passes the same number of black nodes.  A
 * missing child counts as black.
 *
 * Insertion hangs a red leaf in and repairs "red under red" upwards.  Removal of
 * a node with two children first swaps in its successor; taking out a black node
 * leaves a place that is one black short, which is repaired upwards.  Both are
 * written once, for either side, with `side` 0 for left and 1 for right.
 */
#include "internal.h"

#define RED 0UL
#define BLACK 1UL

static struct rb_node **child(struct rb_node *node, int side)
{
	return side ? &node->rb_right : &node->rb_left;
}

static int side_of(const struct rb_node *node, const struct rb_node *parent)
{
	return parent->rb_right == node;
}

static bool is_black(const struct rb_node *node)
{
	return !node || node->__parent_colour & BLACK;
}

static void set_colour(struct rb_node *node, unsigned long colour)
{
	node->__parent_colour = (node->__parent_colour & ~1UL) | colour;
}

static void set_parent(struct rb_node *node, struct rb_node *parent)
{
	node->__parent_colour = (unsigned long)parent | (node->__parent_colour & 1UL);
}

/* Let @parent (or the root) point to @node where it pointed to @old. */
static void replace_child(struct rb_root *root, struct rb_node *parent,
			  struct rb_node *old, struct rb_node *node)
{
	if (!parent)
		root->rb_node = node;
	else
		*child(parent, side_of(old, parent)) = node;
}

/* @node goes down to @side, its child on the other side takes its place. */
static void rotate(struct rb_root *root, struct rb_node *node, int side)
{
	struct rb_node *up = *child(node, !side), *inner = *child(up, side);
	struct rb_node *parent = rb_parent(node);

	*child(node, !side) = inner;
	if (inner)
		set_parent(inner, node);
	replace_child(root, parent, node, up);
	set_parent(up, parent);
	*child(up, side) = node;
	set_parent(node, up);
}

void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *parent, *grand, *uncle;
	int side;

	while ((parent = rb_parent(node)) && !is_black(parent)) {
		/* a red node is not the root, so there is a grandparent */
		grand = rb_parent(parent);
		side = side_of(parent, grand);
		uncle = *child(grand, !side);
		if (!is_black(uncle)) {
			set_colour(parent, BLACK);
			set_colour(uncle, BLACK);
			set_colour(grand, RED);
			node = grand;
			continue;
		}
		if (side_of(node, parent) != side) {
			rotate(root, parent, side);
			parent = node;
		}
		set_colour(parent, BLACK);
		set_colour(grand, RED);
		rotate(root, grand, !side);
		break;
	}
	set_colour(root->rb_node, BLACK);
}

/* The place below @parent that holds @node, maybe NULL, is one black short. */
static void repair_black(struct rb_root *root, struct rb_node *parent,
			 struct rb_node *node)
{
	struct rb_node *sibling;
	int side;

	while (parent && is_black(node)) {
		side = side_of(node, parent);
		/* other ways down have a black more, so a sibling exists */
		sibling = *child(parent, !side);
		if (!is_black(sibling)) {
			set_colour(sibling, BLACK);
			set_colour(parent, RED);
			rotate(root, parent, side);
			sibling = *child(parent, !side);
		}
		if (is_black(sibling->rb_left) && is_black(sibling->rb_right)) {
			set_colour(sibling, RED);
			node = parent;
			parent = rb_parent(node);
			continue;
		}
		if (is_black(*child(sibling, !side))) {
			set_colour(*child(sibling, side), BLACK);
			set_colour(sibling, RED);
			rotate(root, sibling, !side);
			sibling = *child(parent, !side);
		}
		set_colour(sibling, parent->__parent_colour & BLACK);
		set_colour(parent, BLACK);
		set_colour(*child(sibling, !side), BLACK);
		rotate(root, parent, side);
		return;
	}
	if (node)
		set_colour(node, BLACK);
}

/* Put @next, which has left its own place, where @node is, in all respects. */
static void take_place(struct rb_root *root, struct rb_node *node, struct rb_node *next)
{
	replace_child(root, rb_parent(node), node, next);
	*next = *node;
	if (next->rb_left)
		set_parent(next->rb_left, next);
	if (next->rb_right)
		set_parent(next->rb_right, next);
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *gone = node, *parent, *only;
	bool black;

	/* with two children the successor leaves its place instead */
	if (node->rb_left && node->rb_right)
		for (gone = node->rb_right; gone->rb_left;)
			gone = gone->rb_left;

	parent = rb_parent(gone);
	only = gone->rb_left ? gone->rb_left : gone->rb_right;
	black = is_black(gone);
	replace_child(root, parent, gone, only);
	if (only)
		set_parent(only, parent);
	if (gone != node) {
		take_place(root, node, gone);
		if (parent == node)
			parent = gone;
	}
	/* which side is short can be told, even if both are empty: see side_of() */
	if (black)
		repair_black(root, parent, only);
}

struct rb_node *rb_first(const struct rb_root *root)
{
	struct rb_node *node = root->rb_node;

	while (node && node->rb_left)
		node = node->rb_left;
	return node;
}

struct rb_node *rb_next(const struct rb_node *node)
{
	struct rb_node *up;

	if (node->rb_right) {
		for (up = node->rb_right; up->rb_left;)
			up = up->rb_left;
		return up;
	}
	while ((up = rb_parent(node)) && node == up->rb_right)
		node = up;
	return up;
}
