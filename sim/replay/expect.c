// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * expect.c - what a get may find: the last version of each handle
 *
 * A table of entries by hash of the handle, at most half full; the entries of one
 * object are chained, so that a flush of a long range walks the object's handles
 * and not the range.
 */
#include "expect.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_TABLE	(1U << 16)
#define SHORT_RANGE	256U	/* looked up index by index */

struct entry {
	u32 object;
	u32 index;
	u32 version;		/* 0: nothing there */
	u32 next;		/* entry of the same object + 1 */
};

struct expect {
	struct entry *v;
	u32 nr;
	u32 room;
	u32 *table;		/* entry + 1 */
	u32 mask;
	u32 *heads;		/* by object: entry + 1 */
	u32 nr_heads;
};

struct expect *expect_create(void)
{
	struct expect *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->room = FIRST_TABLE / 2;
	e->mask = FIRST_TABLE - 1;
	e->v = malloc(e->room * sizeof(*e->v));
	e->table = calloc(FIRST_TABLE, sizeof(*e->table));
	if (e->v && e->table)
		return e;
	expect_destroy(e);
	return NULL;
}

void expect_destroy(struct expect *e)
{
	if (!e)
		return;
	free(e->v);
	free(e->table);
	free(e->heads);
	free(e);
}

static struct entry *entry_find(const struct expect *e, u32 object, u32 index)
{
	u32 at = (u32)(handle_hash(object, index) >> 16), n;

	while ((n = e->table[at & e->mask])) {
		struct entry *entry = &e->v[n - 1];

		if (entry->object == object && entry->index == index)
			return entry;
		at++;
	}
	return NULL;
}

static void table_add(struct expect *e, u32 n)
{
	u32 at = (u32)(handle_hash(e->v[n].object, e->v[n].index) >> 16);

	while (e->table[at & e->mask])
		at++;
	e->table[at & e->mask] = n + 1;
}

static int grow(struct expect *e)
{
	size_t size = 2 * ((size_t)e->mask + 1);
	struct entry *v;
	u32 *table, i;

	if (size > 1U << 31)
		return -ENOMEM;
	v = realloc(e->v, size / 2 * sizeof(*v));
	if (!v)
		return -ENOMEM;
	e->v = v;
	table = calloc(size, sizeof(*table));
	if (!table)
		return -ENOMEM;
	free(e->table);
	e->table = table;
	e->mask = (u32)size - 1;
	e->room = (u32)(size / 2);
	for (i = 0; i < e->nr; i++)
		table_add(e, i);
	return 0;
}

static int grow_heads(struct expect *e, u32 object)
{
	size_t nr = e->nr_heads ? e->nr_heads : 1024;
	u32 *heads;

	while (nr <= object)
		nr *= 2;
	heads = realloc(e->heads, nr * sizeof(*heads));
	if (!heads)
		return -ENOMEM;
	memset(heads + e->nr_heads, 0, (nr - e->nr_heads) * sizeof(*heads));
	e->heads = heads;
	e->nr_heads = (u32)nr;
	return 0;
}

int expect_put(struct expect *e, u32 object, u32 index, u32 version)
{
	struct entry *entry = entry_find(e, object, index);

	if (entry) {
		entry->version = version;
		return 0;
	}
	if (e->nr == e->room && grow(e))
		return -ENOMEM;
	if (object >= e->nr_heads && grow_heads(e, object))
		return -ENOMEM;
	e->v[e->nr] = (struct entry){
		.object = object, .index = index, .version = version,
		.next = e->heads[object],
	};
	table_add(e, e->nr);
	e->heads[object] = ++e->nr;
	return 0;
}

u32 expect_get(struct expect *e, u32 object, u32 index, bool exclusive)
{
	struct entry *entry = entry_find(e, object, index);
	u32 version = entry ? entry->version : 0;

	if (entry && exclusive)
		entry->version = 0;
	return version;
}

void expect_flush(struct expect *e, u32 object, u32 first, u32 last)
{
	struct entry *entry;
	u32 n;

	if (last - first < SHORT_RANGE) {
		for (n = first; ; n++) {
			entry = entry_find(e, object, n);
			if (entry)
				entry->version = 0;
			if (n == last)
				return;
		}
	}
	if (object >= e->nr_heads)
		return;
	for (n = e->heads[object]; n; n = entry->next) {
		entry = &e->v[n - 1];
		if (entry->index >= first && entry->index <= last)
			entry->version = 0;
	}
}
