// SPDX-License-Identifier: GPL-2.0-or-later
/* kblock.c - see kblock.h */
#include "kblock.h"

#define RWBS_MAX	8U	/* letters, more than any kernel prints */

bool kblock_rwbs(const struct block_word *word, uint8_t *op)
{
	const char *p = word->text;

	if (!word->length || word->length > RWBS_MAX)
		return false;
	for (size_t i = 0; i < word->length; i++) {
		if (p[i] < 'A' || p[i] > 'Z')
			return false;
	}
	if (p[0] == 'F' && word->length > 1 && memchr("RWDN", p[1], 4))
		p++;
	switch (*p) {
	case 'R':
		*op = TRACE_READ;
		return true;
	case 'W':
		*op = TRACE_WRITE;
		return true;
	case 'D':
		*op = TRACE_DISCARD;
		return true;
	default:
		*op = BLOCK_OTHER;
		return true;
	}
}

bool kblock_sectors(const char **p, struct block_request *request)
{
	const char *s = *p;
	uint64_t sector;
	uint64_t nr;

	if (!trace_decimal(&s, &sector) || s[0] != ' ' || s[1] != '+' || s[2] != ' ')
		return false;
	s += 3;
	if (!trace_decimal(&s, &nr) || (*s && !import_blank(*s)) ||
	    !block_multiply(sector, BLOCK_SECTOR, &request->offset) ||
	    !block_multiply(nr, BLOCK_SECTOR, &request->length))
		return false;
	if (!nr)
		request->op = BLOCK_OTHER;
	*p = s;
	return true;
}

struct block_word kblock_word(const char **p)
{
	struct block_word word = { .text = *p };
	const char *s = *p;

	while (*s && !import_blank(*s))
		s++;
	word.length = (size_t)(s - word.text);
	*p = import_skip_blanks(s);
	return word;
}
