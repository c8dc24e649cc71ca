// SPDX-License-Identifier: GPL-2.0-or-later
/* intern.c - see intern.h */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "intern.h"

static bool is_name(const struct intern *table, uint32_t number, const char *name,
		    size_t length)
{
	return strncmp(table->names[number], name, length) == 0 &&
	       table->names[number][length] == '\0';
}

/* Where @name is, or the free slot where it would be. */
static size_t find_slot(const struct intern *table, const char *name, size_t length)
{
	size_t mask = table->nr_slots - 1;
	size_t i = (size_t)XXH3_64bits(name, length) & mask;

	while (table->slots[i] && !is_name(table, table->slots[i] - 1, name, length))
		i = (i + 1) & mask;
	return i;
}

static int grow_slots(struct intern *table)
{
	size_t nr = table->nr_slots ? 2 * table->nr_slots : 64;
	uint32_t *slots = calloc(nr, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	free(table->slots);
	table->slots = slots;
	table->nr_slots = nr;
	for (uint32_t i = 0; i < table->nr; i++) {
		const char *name = table->names[i];

		slots[find_slot(table, name, strlen(name))] = i + 1;
	}
	return 0;
}

static int grow_names(struct intern *table)
{
	uint32_t room = table->room ? 2 * table->room : 32;
	char **names = realloc(table->names, room * sizeof(*names));

	if (!names)
		return -ENOMEM;
	table->names = names;
	table->room = room;
	return 0;
}

static int add_name(struct intern *table, const char *name, size_t length)
{
	if (table->nr == INTERN_MAX)
		return -E2BIG;
	if (2 * (table->nr + 1) > table->nr_slots && grow_slots(table))
		return -ENOMEM;
	if (table->nr == table->room && grow_names(table))
		return -ENOMEM;
	table->names[table->nr] = strndup(name, length);
	if (!table->names[table->nr])
		return -ENOMEM;
	table->slots[find_slot(table, name, length)] = table->nr + 1;
	return (int)table->nr++;
}

int intern_number(struct intern *table, const char *name, size_t length)
{
	int number;

	if (table->nr && is_name(table, table->last, name, length))
		return (int)table->last;
	number = table->nr ? (int)table->slots[find_slot(table, name, length)] - 1 : -1;
	if (number < 0)
		number = add_name(table, name, length);
	if (number >= 0)
		table->last = (uint32_t)number;
	return number;
}

void intern_free(struct intern *table)
{
	for (uint32_t i = 0; i < table->nr; i++)
		free(table->names[i]);
	free(table->names);
	free(table->slots);
}
