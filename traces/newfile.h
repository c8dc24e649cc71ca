/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * newfile.h - a file that appears under its name whole or not at all
 *
 * It grows under a name of its own beside the final one and is renamed when it is on
 * the disk, so there is either the whole new file or whatever was there before; what
 * a crash leaves is under the other name, and a signal need leave nothing (leftover.h).
 *
 * Errors are in the trace_error, which may be NULL, with the file's name.  Context:
 * one thread.
 */
#ifndef TMEM_NEWFILE_H
#define TMEM_NEWFILE_H

#include "trace.h"

struct new_file {
	int fd;			/* -1: not open */
	char *path;
	char *temporary;	/* NULL: there is none, or no more */
	int leftover;		/* its number, or 0 */
};

/*
 * What is there already is replaced only if it is a regular file: -EISDIR, -EINVAL.
 * new_file_drop() is due whatever this returns.
 */
int new_file_create(struct new_file *file, const char *path, struct trace_error *err);

int new_file_write(struct new_file *file, const void *data, size_t size,
		   uint64_t offset, struct trace_error *err);

/* Onto the disk and under its name; a full disk may show only here. */
int new_file_publish(struct new_file *file, struct trace_error *err);

/* Close it, remove what was not published, free all.  Also after publishing. */
void new_file_drop(struct new_file *file);

#endif /* TMEM_NEWFILE_H */
