// SPDX-License-Identifier: GPL-2.0-or-later
/* quote.c - see quote.h */
#include "quote.h"

#include <string.h>

void quote_word(FILE *f, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_./:,=+@%-";

	if (*word && !word[strspn(word, plain)]) {
		fputs(word, f);
		return;
	}
	fputc('\'', f);
	for (; *word; word++) {
		if (*word == '\'')
			fputs("'\\''", f);
		else
			fputc(*word, f);
	}
	fputc('\'', f);
}

void quote_file(FILE *f, const char *path)
{
	if (path[0] == '-' && path[1])
		fputs("./", f);
	quote_word(f, path);
}
