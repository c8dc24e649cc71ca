// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * names.c - the words for operations and results
 *
 * The text form is made of them, so they are part of the format: see FORMAT.md.
 */
#include "trace.h"

static const char *const op_names[TRACE_NR_OPS] = {
	[TRACE_PUT] = "put",
	[TRACE_GET] = "get",
	[TRACE_FLUSH] = "flush",
	[TRACE_FLUSH_OBJECT] = "flush-object",
	[TRACE_READ] = "read",
	[TRACE_WRITE] = "write",
	[TRACE_DISCARD] = "discard",
};

const char *trace_op_name(enum trace_op op)
{
	return (unsigned int)op < TRACE_NR_OPS ? op_names[op] : "?";
}

const char *trace_result_name(enum trace_result r)
{
	switch (r) {
	case TRACE_UNKNOWN:
		return "-";
	case TRACE_HIT:
		return "hit";
	case TRACE_MISS:
		return "miss";
	}
	return "?";
}
