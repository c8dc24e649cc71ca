/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * idmap.h - numbers that a trace names (devices, tasks, inodes) to small ones
 *
 * An open-addressed hash table that only grows.  A value of 0 is "not there".
 */
#ifndef TMEM_IMPORT_IDMAP_H
#define TMEM_IMPORT_IDMAP_H

#include <stdint.h>
#include <stdlib.h>

struct idmap {
	uint64_t *keys;
	uint32_t *values;
	size_t used;
	size_t room;		/* power of two, or 0 */
};

static inline size_t idmap_slot(const struct idmap *map, uint64_t key)
{
	size_t mask = map->room - 1;
	size_t i = (size_t)((key * 0x9e3779b97f4a7c15u) >> 32) & mask;

	while (map->values[i] && map->keys[i] != key)
		i = (i + 1) & mask;
	return i;
}

static inline int idmap_grow(struct idmap *map)
{
	struct idmap old = *map;

	map->room = old.room ? 2 * old.room : 256;
	map->keys = malloc(map->room * sizeof(*map->keys));
	map->values = calloc(map->room, sizeof(*map->values));
	if (!map->keys || !map->values) {
		free(map->keys);
		free(map->values);
		*map = old;
		return -1;
	}
	for (size_t i = 0; i < old.room; i++) {
		size_t slot;

		if (!old.values[i])
			continue;
		slot = idmap_slot(map, old.keys[i]);
		map->keys[slot] = old.keys[i];
		map->values[slot] = old.values[i];
	}
	free(old.keys);
	free(old.values);
	return 0;
}

static inline uint32_t idmap_get(const struct idmap *map, uint64_t key)
{
	return map->room ? map->values[idmap_slot(map, key)] : 0;
}

/* @value is not 0.  Returns 0, or -1 without memory. */
static inline int idmap_set(struct idmap *map, uint64_t key, uint32_t value)
{
	size_t slot;

	if (3 * map->used >= 2 * map->room && idmap_grow(map))
		return -1;
	slot = idmap_slot(map, key);
	if (!map->values[slot])
		map->used++;
	map->keys[slot] = key;
	map->values[slot] = value;
	return 0;
}

static inline void idmap_free(struct idmap *map)
{
	free(map->keys);
	free(map->values);
}

#endif /* TMEM_IMPORT_IDMAP_H */
