// SPDX-License-Identifier: GPL-2.0-or-later
/* newfile.c - see newfile.h */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "leftover.h"
#include "newfile.h"
#include "tmt.h"

/* A rename onto a device or a directory would be a surprise. */
static int check_target(const char *path, struct trace_error *err)
{
	struct stat st;

	if (stat(path, &st) || S_ISREG(st.st_mode))
		return 0;
	return tmt_error(err, S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL, path,
			 "exists and is not a regular file; choose another name");
}

int new_file_create(struct new_file *file, const char *path, struct trace_error *err)
{
	static unsigned int serial;
	size_t room = strlen(path) + 48;
	unsigned int tries;
	int code;

	*file = (struct new_file){ .fd = -1, .path = strdup(path) };
	file->temporary = malloc(room);
	if (!file->path || !file->temporary) {
		free(file->temporary);
		file->temporary = NULL;
		return tmt_error(err, -ENOMEM, path, "no memory to create it");
	}
	code = check_target(path, err);
	for (tries = 0; !code && tries < 1000; tries++) {
		snprintf(file->temporary, room, "%s.tmp-%ld-%u", path, (long)getpid(),
			 __atomic_fetch_add(&serial, 1, __ATOMIC_RELAXED));
		file->fd = open(file->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
				0666);
		if (file->fd >= 0) {
			/* not before: it might be another's */
			file->leftover = leftover_add(file->temporary);
			return 0;
		}
		/* A process of this number on another machine, or before a crash. */
		if (errno != EEXIST)
			break;
	}
	if (!code) {
		code = -errno;
		tmt_error(err, code, path, "cannot be created: %s", strerror(-code));
	}
	free(file->temporary);
	file->temporary = NULL;
	return code;
}

int new_file_write(struct new_file *file, const void *data, size_t size,
		   uint64_t offset, struct trace_error *err)
{
	const uint8_t *p = data;

	while (size) {
		ssize_t n = pwrite(file->fd, p, size, (off_t)offset);
		int code;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			code = n ? -errno : -EIO;
			return tmt_error(err, code, file->path,
					 "offset %" PRIu64 ": cannot be written: %s%s",
					 offset, strerror(-code),
					 code == -ENOSPC || code == -EDQUOT ?
					 "; make room and try again" : "");
		}
		p += n;
		size -= (size_t)n;
		offset += (uint64_t)n;
	}
	return 0;
}

int new_file_publish(struct new_file *file, struct trace_error *err)
{
	int fd = file->fd, code = 0;

	/* EINVAL: a file system that cannot; then nothing is lost either. */
	if (fsync(fd) && errno != EINVAL)
		code = -errno;
	file->fd = -1;
	if (close(fd) && !code)
		code = -errno;
	if (!code && rename(file->temporary, file->path))
		code = -errno;
	if (code)
		return tmt_error(err, code, file->path, "cannot be finished: %s",
				 strerror(-code));
	leftover_done(file->leftover);
	file->leftover = 0;
	free(file->temporary);
	file->temporary = NULL;
	return 0;
}

void new_file_drop(struct new_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	if (file->temporary)
		unlink(file->temporary);
	leftover_done(file->leftover);
	free(file->temporary);
	free(file->path);
}
