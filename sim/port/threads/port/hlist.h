/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hlist.h - hash chains: a head of one pointer, and publication to RCU readers.
 *
 * FAITHFUL: all entries.  A node removed with hlist_del_rcu() keeps its next
 * pointer for readers that stand on it; its back pointer is poisoned.
 */
#ifndef TMEM_PORT_HLIST_H
#define TMEM_PORT_HLIST_H

#include <port/list.h>
#include <port/rcu.h>

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

#define INIT_HLIST_HEAD(head) ((void)((head)->first = NULL))

static inline bool hlist_empty(const struct hlist_head *head)
{
	return !READ_ONCE(head->first);
}

static inline void hlist_add_head_rcu(struct hlist_node *node, struct hlist_head *head)
{
	struct hlist_node *first = head->first;

	node->next = first;
	WRITE_ONCE(node->pprev, &head->first);
	smp_store_release(&head->first, node);
	if (first)
		WRITE_ONCE(first->pprev, &node->next);
}

static inline void hlist_del_rcu(struct hlist_node *node)
{
	struct hlist_node *next = node->next, **pprev = node->pprev;

	WRITE_ONCE(*pprev, next);
	if (next)
		WRITE_ONCE(next->pprev, pprev);
	WRITE_ONCE(node->pprev, TMEM_PORT_POISON2);
}

#define hlist_entry(ptr, type, member) container_of(ptr, type, member)

#define hlist_entry_safe(ptr, type, member)                                   \
	({                                                                    \
		struct hlist_node *__hnode = (ptr);                           \
		__hnode ? hlist_entry(__hnode, type, member) : NULL;          \
	})

#define hlist_for_each_entry(pos, head, member)                               \
	for (pos = hlist_entry_safe((head)->first, __typeof__(*(pos)), member); \
	     pos;                                                             \
	     pos = hlist_entry_safe((pos)->member.next, __typeof__(*(pos)), member))

#define hlist_for_each_entry_rcu(pos, head, member, ...)                      \
	for (pos = hlist_entry_safe(rcu_dereference((head)->first),           \
				    __typeof__(*(pos)), member);              \
	     pos;                                                             \
	     pos = hlist_entry_safe(rcu_dereference((pos)->member.next),      \
				    __typeof__(*(pos)), member))

#endif /* TMEM_PORT_HLIST_H */
