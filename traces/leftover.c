// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * leftover.c - see leftover.h
 *
 * A name belongs to who took it out of the table, by one exchange: so none is freed while
 * a signal handler in another thread reads it.
 */
#include "leftover.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST	16

static char *table[MOST];

int leftover_add(const char *path)
{
	char *copy = strdup(path);

	for (int i = 0; copy && i < MOST; i++) {
		char *none = NULL;

		if (__atomic_compare_exchange_n(&table[i], &none, copy, 0, __ATOMIC_RELEASE,
						__ATOMIC_RELAXED))
			return i + 1;
	}
	free(copy);
	return 0;
}

void leftover_done(int number)
{
	if (number)
		free(__atomic_exchange_n(&table[number - 1], NULL, __ATOMIC_ACQUIRE));
}

void leftover_remove(void)
{
	int error = errno;

	for (int i = MOST - 1; i >= 0; i--) {
		char *path = __atomic_exchange_n(&table[i], NULL, __ATOMIC_ACQUIRE);

		if (path && unlink(path))
			rmdir(path);
	}
	errno = error;
}
