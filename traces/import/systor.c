// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * systor.c - block requests of virtual desktops, as Fujitsu published them (SNIA IOTTA)
 *
 *	Timestamp,Response,IOType,LUN,Offset,Size
 *
 * Lee and others, "Understanding storage traffic characteristics on enterprise virtual
 * desktop infrastructure", SYSTOR 2017.  Times are seconds with a fraction, offset and
 * size bytes, the type is R or W.
 *
 * By their description a blank type says that no response message was seen: packets of
 * the recording were lost, it is not known which of the two it was, and such requests
 * are to be ignored.  They are counted as neither read nor write.  Of the response time
 * nothing is used, so that it may be blank or anything else.
 */
#include "block.h"

static const struct block_op_word systor_types[] = {
	{ "R", TRACE_READ },
	{ "W", TRACE_WRITE },
	{ "", BLOCK_OTHER },
	{ NULL, 0 },
};

static const char *systor_parse(const char *line, struct block_request *request)
{
	struct block_word f[6];

	if (block_split(line, ',', f, 6) != 6)
		return "not 'time,response,type,lun,offset,size'";
	if (!block_seconds(&f[0], &request->time))
		return "no time in seconds";
	if (!block_op(&f[2], systor_types, &request->op))
		return "neither R nor W, nor blank";
	if (!block_number(&f[3], &request->device_number))
		return "no number of a LUN";
	if (!block_number(&f[4], &request->offset) || !block_number(&f[5], &request->length))
		return "no offset and size in bytes";
	return NULL;
}

static const struct block_lines systor_lines = {
	.has = BLOCK_TIMES | BLOCK_DEVICES,
	.foreign = "no 'time,response,R|W,lun,offset,size'",
	.parse = systor_parse,
};

const struct trace_importer import_systor = {
	.name = "systor",
	.what = "block requests of SYSTOR '17 (Fujitsu): seconds,response,type,lun,offset,size",
	.example = "1456095145.133076000,0.000806000,R,0,899056122368,131072",
	.probe = block_lines_probe,
	.run = block_lines_run,
	.lines = &systor_lines,
};
