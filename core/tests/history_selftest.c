// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * history_selftest.c - the checker of histories can fail
 *
 * Histories of a few events, each possible or made up to break one rule.
 */
#include "history.h"
#include "world.h"

#define PUT(s, e, v)	{ s, e, 0, v, HISTORY_PUT }
#define REPL(s, e, v)	{ s, e, 0, v, HISTORY_REPLACED }
#define REFUSED(s, e)	{ s, e, 0, 0, HISTORY_REFUSED }
#define FROZEN(s, e)	{ s, e, 0, 0, HISTORY_FROZEN }
#define HIT(s, e, v)	{ s, e, 0, v, HISTORY_HIT }
#define MISS(s, e)	{ s, e, 0, 0, HISTORY_MISS }
#define GONE(s, e)	{ s, e, 0, 0, HISTORY_REMOVED }
#define NR		6

static const struct {
	const char *name;
	enum history_sort sort;
	char broken;		/* 0: possible */
	struct history_event event[NR];
} made_up[] = {
	{ "put, hit", HISTORY_EXCLUSIVE, 0, { PUT(1, 2, 1), HIT(3, 4, 1) } },
	{ "hit while being put", HISTORY_EXCLUSIVE, 0, { PUT(1, 4, 1), HIT(2, 3, 1) } },
	{ "one of two racing puts", HISTORY_SHARED, 0,
	  { PUT(1, 4, 1), PUT(2, 3, 2), HIT(5, 6, 1), HIT(7, 8, 1) } },
	{ "the other of them", HISTORY_SHARED, 0,
	  { PUT(1, 4, 1), PUT(2, 3, 2), HIT(5, 6, 2), HIT(7, 8, 2) } },
	{ "evicted", HISTORY_SHARED, 0, { PUT(1, 2, 1), MISS(3, 4), PUT(5, 6, 2) } },
	{ "put again and hit", HISTORY_EXCLUSIVE, 0,
	  { PUT(1, 2, 1), HIT(3, 4, 1), PUT(5, 6, 2), HIT(7, 8, 2) } },
	{ "a flush that may come first", HISTORY_PERSISTENT, 0,
	  { PUT(1, 4, 1), GONE(2, 3), HIT(5, 6, 1) } },
	{ "or last", HISTORY_PERSISTENT, 0, { PUT(1, 4, 1), GONE(2, 3), MISS(5, 6) } },
	{ "a refused put removes", HISTORY_PERSISTENT, 0,
	  { PUT(1, 2, 1), REFUSED(3, 4), MISS(5, 6) } },
	{ "replaced", HISTORY_PERSISTENT, 0,
	  { PUT(1, 2, 1), REPL(3, 6, 2), HIT(4, 5, 1), HIT(7, 8, 2) } },
	{ "bytes unknown", HISTORY_EXCLUSIVE, 0, { PUT(1, 2, 1), HIT(3, 4, 0) } },
	{ "put while freezing", HISTORY_SHARED, 0, { PUT(98, 101, 1), PUT(109, 112, 2) } },
	{ "refused while frozen", HISTORY_SHARED, 0, { FROZEN(103, 104), FROZEN(112, 114) } },

	{ "bytes from nowhere", HISTORY_SHARED, 'A', { PUT(1, 2, 1), HIT(3, 4, 7) } },
	{ "bytes from the future", HISTORY_SHARED, 'A',
	  { PUT(1, 2, 2), HIT(3, 4, 1), PUT(5, 6, 1) } },
	{ "older bytes", HISTORY_SHARED, 'B', { PUT(1, 2, 1), PUT(3, 4, 2), HIT(5, 6, 1) } },
	{ "older bytes than replaced", HISTORY_PERSISTENT, 'B',
	  { PUT(1, 2, 1), REPL(3, 4, 2), HIT(5, 6, 1) } },
	{ "older bytes after newer", HISTORY_SHARED, 'B',
	  { PUT(1, 4, 1), PUT(2, 3, 2), HIT(5, 6, 2), HIT(7, 8, 1) } },
	{ "hit after a miss", HISTORY_SHARED, 'B',
	  { PUT(1, 2, 1), MISS(4, 5), PUT(3, 8, 2), HIT(6, 7, 1) } },
	{ "hit after a flush", HISTORY_PERSISTENT, 'B',
	  { PUT(1, 2, 1), GONE(3, 4), PUT(3, 8, 2), HIT(5, 6, 1) } },
	{ "hit after a refused put", HISTORY_PERSISTENT, 'B',
	  { PUT(1, 2, 1), REFUSED(3, 4), PUT(3, 8, 2), HIT(5, 6, 1) } },
	{ "hit after a frozen put", HISTORY_SHARED, 'B',
	  { PUT(1, 2, 1), FROZEN(101, 102), PUT(108, 131, 2), HIT(120, 130, 1) } },
	{ "racing gets hit twice", HISTORY_EXCLUSIVE, 'C',
	  { PUT(1, 2, 1), HIT(3, 5, 1), HIT(4, 6, 1) } },
	{ "nothing put", HISTORY_EXCLUSIVE, 'D', { HIT(1, 2, 0) } },
	{ "unknown bytes after a flush", HISTORY_SHARED, 'D',
	  { PUT(1, 2, 1), GONE(3, 4), HIT(5, 6, 0) } },
	{ "unknown bytes hit twice", HISTORY_EXCLUSIVE, 'D',
	  { PUT(1, 2, 1), HIT(3, 5, 0), HIT(4, 6, 0) } },
	{ "lost", HISTORY_PERSISTENT, 'E', { PUT(1, 2, 1), MISS(3, 4) } },
	{ "lost, flushed before only", HISTORY_PERSISTENT, 'E',
	  { GONE(1, 2), PUT(3, 4, 1), MISS(5, 6) } },
	{ "put while frozen", HISTORY_SHARED, 'F', { PUT(103, 104, 1) } },
	{ "refused while thawed", HISTORY_SHARED, 'F', { PUT(1, 2, 1), FROZEN(115, 116) } },
};

static int check(u32 k, char *text, size_t text_size)
{
	static const struct history_frozen frozen = { 100, 102, 110, 113 };
	struct history_pool pool = {
		.sort = made_up[k].sort, .frozen = &frozen, .nr_frozen = 1,
	};
	struct history_event event[NR];
	char broken, said[160] = "";
	size_t nr;

	memcpy(event, made_up[k].event, sizeof(event));
	for (nr = 0; nr < NR && event[nr].end; nr++)
		;
	broken = history_check(event, nr, 10, &pool, said, sizeof(said));
	if (broken == made_up[k].broken)
		return 0;
	test_format(text, text_size, "%s: answered '%c' %s", made_up[k].name,
		    broken ? broken : '0', said);
	return -EUCLEAN;
}

int history_selftest(char *text, size_t text_size)
{
	u32 k;

	for (k = 0; k < ARRAY_SIZE(made_up); k++) {
		int err = check(k, text, text_size);

		if (err)
			return err;
	}
	return 0;
}
