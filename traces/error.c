// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * error.c - one line that names the file and says what is wrong
 *
 * A path may be longer than the text and may hold any byte: its end is kept, as
 * that is the part that tells files apart, and control characters become '?', so
 * that the line stays one line.
 */
#include <stdarg.h>
#include <stdio.h>

#include "tmt.h"

#define MAX_PATH_SHOWN	200

int tmt_error(struct trace_error *err, int code, const char *path,
	      const char *format, ...)
{
	size_t length = strlen(path);
	bool cut = length > MAX_PATH_SHOWN;
	va_list args;
	int n;

	if (!err)
		return code;
	if (cut)
		path += length - MAX_PATH_SHOWN;
	n = snprintf(err->text, sizeof(err->text), "%s%s: ", cut ? "..." : "",
		     path);
	va_start(args, format);
	vsnprintf(err->text + n, sizeof(err->text) - (size_t)n, format, args);
	va_end(args);
	for (unsigned char *p = (unsigned char *)err->text; *p; p++) {
		if (*p < ' ' || *p == 127)
			*p = '?';
	}
	err->code = code;
	return code;
}
