/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * list.h - circular doubly linked lists.
 *
 * FAITHFUL: all entries.  list_empty() may be asked without the lock; a removed
 * entry holds poison, so that walking on from it traps.
 */
#ifndef TMEM_PORT_LIST_H
#define TMEM_PORT_LIST_H

#include <port/atomics.h>

struct list_head {
	struct list_head *next, *prev;
};

/* Not canonical, so a use traps on any machine. */
#define TMEM_PORT_POISON1 ((void *)0xdead000000000100UL)
#define TMEM_PORT_POISON2 ((void *)0xdead000000000122UL)

#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	WRITE_ONCE(list->next, list);
	list->prev = list;
}

/* Put @entry between two neighbours. */
static inline void __tmem_list_insert(struct list_head *entry, struct list_head *prev,
				      struct list_head *next)
{
	next->prev = entry;
	entry->next = next;
	entry->prev = prev;
	WRITE_ONCE(prev->next, entry);
}

static inline void __tmem_list_unlink(struct list_head *entry)
{
	struct list_head *prev = entry->prev, *next = entry->next;

	next->prev = prev;
	WRITE_ONCE(prev->next, next);
}

static inline void list_add(struct list_head *entry, struct list_head *head)
{
	__tmem_list_insert(entry, head, head->next);
}

static inline void list_add_tail(struct list_head *entry, struct list_head *head)
{
	__tmem_list_insert(entry, head->prev, head);
}

static inline void list_del(struct list_head *entry)
{
	__tmem_list_unlink(entry);
	entry->next = TMEM_PORT_POISON1;
	entry->prev = TMEM_PORT_POISON2;
}

static inline void list_del_init(struct list_head *entry)
{
	__tmem_list_unlink(entry);
	INIT_LIST_HEAD(entry);
}

static inline void list_move(struct list_head *entry, struct list_head *head)
{
	__tmem_list_unlink(entry);
	list_add(entry, head);
}

static inline void list_move_tail(struct list_head *entry, struct list_head *head)
{
	__tmem_list_unlink(entry);
	list_add_tail(entry, head);
}

static inline void list_replace(struct list_head *old, struct list_head *entry)
{
	entry->next = old->next;
	entry->next->prev = entry;
	entry->prev = old->prev;
	WRITE_ONCE(entry->prev->next, entry);
}

static inline bool list_empty(const struct list_head *head)
{
	return READ_ONCE(head->next) == head;
}

#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_first_entry(ptr, type, member) list_entry((ptr)->next, type, member)
#define list_last_entry(ptr, type, member) list_entry((ptr)->prev, type, member)
#define list_first_entry_or_null(ptr, type, member)                           \
	(list_empty(ptr) ? NULL : list_first_entry(ptr, type, member))
#define list_next_entry(pos, member) \
	list_entry((pos)->member.next, __typeof__(*(pos)), member)

#define list_for_each_entry(pos, head, member)                                \
	for (pos = list_first_entry(head, __typeof__(*pos), member);          \
	     &pos->member != (head); pos = list_next_entry(pos, member))

#define list_for_each_entry_safe(pos, n, head, member)                        \
	for (pos = list_first_entry(head, __typeof__(*pos), member),          \
	    n = list_next_entry(pos, member);                                 \
	     &pos->member != (head); pos = n, n = list_next_entry(n, member))

#endif /* TMEM_PORT_LIST_H */
