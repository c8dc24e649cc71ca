/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * quote.h - words of commands, as a shell takes them
 */
#ifndef TMEM_SIM_QUOTE_H
#define TMEM_SIM_QUOTE_H

#include <stdio.h>

/* A word for a POSIX shell: as it is where that will do, else in quotes. */
void quote_word(FILE *f, const char *word);

/* The name of a file; no option, whatever the name. */
void quote_file(FILE *f, const char *path);

#endif /* TMEM_SIM_QUOTE_H */
