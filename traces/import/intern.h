/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * intern.h - names that a trace gives (hosts, volumes, "8,0") to small numbers
 *
 * A name gets the next number where it turns up first, from 0.  Names are compared as
 * bytes, so that no two of them ever share a number.  Zero a table before its first use.
 */
#ifndef TMEM_IMPORT_INTERN_H
#define TMEM_IMPORT_INTERN_H

#include <stddef.h>
#include <stdint.h>

#define INTERN_MAX	(1U << 20)	/* names of a table, at most */

struct intern {
	char **names;		/* by number, each ended by a zero byte */
	uint32_t nr;
	uint32_t room;
	uint32_t last;		/* the one that was asked for last */
	uint32_t *slots;	/* number + 1, or 0; open addressing */
	size_t nr_slots;	/* power of two, or 0 */
};

/*
 * The number of the @length bytes at @name, which hold no zero byte.  -ENOMEM; -E2BIG:
 * this would be one name more than INTERN_MAX.
 */
int intern_number(struct intern *table, const char *name, size_t length);

void intern_free(struct intern *table);

#endif /* TMEM_IMPORT_INTERN_H */
