// SPDX-License-Identifier: GPL-2.0-or-later
/* regular.c - see regular.h */
#include "regular.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../traces/tmt.h"

int regular_open(FILE **f, const char *path, struct trace_error *err)
{
	/* without O_NONBLOCK this would wait for a writer of a FIFO */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), ret;
	struct stat st;

	*f = NULL;
	if (fd >= 0 && !fstat(fd, &st) && !S_ISREG(st.st_mode)) {
		close(fd);
		return tmt_error(err, -EINVAL, path, "is no regular file; move it away");
	}
	if (fd >= 0)
		*f = fdopen(fd, "r");
	if (*f)
		return 0;
	ret = -errno;
	if (fd >= 0)
		close(fd);
	return tmt_error(err, ret, path, "cannot be read: %s", strerror(-ret));
}
