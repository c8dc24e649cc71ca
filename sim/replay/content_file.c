// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * content_file.c - the pages of a user's file, read into memory
 *
 * They are read, not mapped: a file that is cut short meanwhile must not end the
 * program.
 */
#include "content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xxhash.h>

#include "../../traces/trace.h"

static int refuse(struct trace_error *error, int code, const char *path,
		  const char *why)
{
	error->code = code;
	snprintf(error->text, sizeof(error->text), "%.300s: %s", path, why);
	return code;
}

/* Why a file cannot serve, by what it is; or NULL. */
static const char *unfit(const struct stat *st)
{
	if (S_ISDIR(st->st_mode))
		return "is a directory; name a file of pages";
	if (!S_ISREG(st->st_mode))
		return "is no regular file; copy what it gives into one";
	if (st->st_size < (off_t)PAGE_SIZE)
		return "is shorter than a page (4096 bytes)";
	if ((u64)st->st_size > CONTENT_MAX_BYTES)
		return "is longer than 1 GiB; take a part of it, as with head -c 1G";
	return NULL;
}

/* Exactly so many bytes; NULL, or what went wrong. */
static const char *read_all(int fd, u8 *to, size_t left)
{
	ssize_t n;

	while (left) {
		n = read(fd, to, left);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return strerror(errno);
		if (!n)
			return "became shorter while it was read";
		to += n;
		left -= (size_t)n;
	}
	return NULL;
}

static int load(struct content_file *file, int fd, const char *path,
		struct trace_error *error)
{
	const char *why;
	struct stat st;
	size_t bytes;

	if (fstat(fd, &st))
		return refuse(error, -EINVAL, path, strerror(errno));
	why = unfit(&st);
	if (why)
		return refuse(error, -EINVAL, path, why);
	file->nr_pages = (u32)(st.st_size / (off_t)PAGE_SIZE);
	bytes = (size_t)file->nr_pages * PAGE_SIZE;
	file->pages = aligned_alloc(PAGE_SIZE, bytes);
	if (!file->pages)
		return refuse(error, -ENOMEM, path, "no memory for its pages");
	why = read_all(fd, file->pages, bytes);
	if (why)
		return refuse(error, -EINVAL, path, why);
	file->checksum = XXH64(file->pages, bytes, 0);
	return 0;
}

int content_load(struct content_file *file, const char *path,
		 struct trace_error *error)
{
	/* the open of a FIFO that nobody writes to would wait */
	int ret, fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	memset(file, 0, sizeof(*file));
	if (fd < 0)
		return refuse(error, -EINVAL, path, strerror(errno));
	ret = load(file, fd, path, error);
	close(fd);
	if (ret)
		content_unload(file);
	return ret;
}

void content_unload(struct content_file *file)
{
	free(file->pages);
	memset(file, 0, sizeof(*file));
}
