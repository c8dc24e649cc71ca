// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ops.c - objects by number: an open hash table of at most half full
 */
#include "ops.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_TABLE	4096U

int objects_init(struct objects *objects)
{
	memset(objects, 0, sizeof(*objects));
	objects->mask = FIRST_TABLE - 1;
	objects->segments = calloc(OBJECT_SEGMENTS,
				   sizeof(*objects->segments));
	objects->table = calloc(FIRST_TABLE, sizeof(*objects->table));
	if (!objects->segments || !objects->table) {
		objects_exit(objects);
		return -ENOMEM;
	}
	return 0;
}

void objects_exit(struct objects *objects)
{
	u32 i;

	if (objects->segments)
		for (i = 0; i < OBJECT_SEGMENTS && objects->segments[i]; i++)
			free(objects->segments[i]);
	free(objects->segments);
	free(objects->table);
	memset(objects, 0, sizeof(*objects));
}

static u32 object_hash(u32 pool, const struct tmem_oid *oid)
{
	u64 h = pool;
	int i;

	for (i = 0; i < 3; i++) {
		h = (h ^ oid->w[i]) * 0x9e3779b97f4a7c15ULL;
		h ^= h >> 31;
	}
	return (u32)(h ^ h >> 17);
}

static void table_add(struct objects *objects, u32 number)
{
	const struct object *o = object_at(objects, number);
	u32 at = object_hash(o->pool, &o->oid);

	while (objects->table[at & objects->mask])
		at++;
	objects->table[at & objects->mask] = number + 1;
}

static int table_grow(struct objects *objects)
{
	size_t size = 2 * ((size_t)objects->mask + 1);
	u32 *table = calloc(size, sizeof(*table));
	u32 i;

	if (!table)
		return -ENOMEM;
	free(objects->table);
	objects->table = table;
	objects->mask = size - 1;
	for (i = 0; i < objects->nr; i++)
		table_add(objects, i);
	return 0;
}

/* Room for one more object, in its segment and in the table. */
static int make_place(struct objects *objects)
{
	u32 segment = objects->nr / OBJECT_SEGMENT;

	if (segment == OBJECT_SEGMENTS)
		return -ENOMEM;
	if (!objects->segments[segment])
		objects->segments[segment] = calloc(OBJECT_SEGMENT,
						    sizeof(struct object));
	if (!objects->segments[segment])
		return -ENOMEM;
	return objects->nr > objects->mask / 2 ? table_grow(objects) : 0;
}

u32 objects_number(struct objects *objects, u32 pool,
		   const struct tmem_oid *oid)
{
	u32 at = object_hash(pool, oid), number;

	while ((number = objects->table[at & objects->mask])) {
		const struct object *o = object_at(objects, number - 1);

		if (o->pool == pool && !memcmp(&o->oid, oid, sizeof(*oid)))
			return number - 1;
		at++;
	}
	if (make_place(objects))
		return UINT32_MAX;
	number = objects->nr++;
	*object_at(objects, number) = (struct object){ .oid = *oid,
						       .pool = pool };
	table_add(objects, number);
	return number;
}
