/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * leftover.h - files and folders to be removed if a signal ends the process
 *
 * Context: any thread; leftover_remove() in a signal handler too.
 */
#ifndef TMEM_LEFTOVER_H
#define TMEM_LEFTOVER_H

/*
 * @path is there, or is about to be, and is the process's own: a file, or a folder, which
 * comes before what is in it.  Returns a number for leftover_done(), or 0 where there is
 * no room for more: then it would stay.
 */
int leftover_add(const char *path);

/* It is gone, or is to stay.  @number may be 0. */
void leftover_done(int number);

/* Remove all that is left, the latest first. */
void leftover_remove(void);

#endif /* TMEM_LEFTOVER_H */
