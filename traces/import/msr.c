// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * msr.c - block requests of servers, as MSR Cambridge published them (SNIA IOTTA)
 *
 *	Timestamp,Hostname,DiskNumber,Type,Offset,Size,ResponseTime
 *
 * Narayanan, Donnelly and Rowstron, "Write Off-Loading", FAST 2008.  The time is a
 * Windows filetime, in units of 100 ns, of when the request was issued; the type is Read
 * or Write; offset and size are bytes.  Each host numbers its disks from 0, so that a
 * host is a client.
 */
#include "block.h"

static const struct block_op_word msr_types[] = {
	{ "Read", TRACE_READ },
	{ "Write", TRACE_WRITE },
	{ NULL, 0 },
};

static const char *msr_parse(const char *line, struct block_request *request)
{
	struct block_word f[7];
	uint64_t ticks;

	if (block_split(line, ',', f, 7) != 7)
		return "not 'time,host,disk,type,offset,size,response'";
	if (!block_number(&f[0], &ticks) || !block_multiply(ticks, 100, &request->time))
		return "no time in units of 100 ns";
	if (!f[1].length)
		return "no host";
	if (!block_number(&f[2], &request->device_number))
		return "no disk number";
	if (!block_op(&f[3], msr_types, &request->op))
		return "neither Read nor Write";
	if (!block_number(&f[4], &request->offset) || !block_number(&f[5], &request->length))
		return "no offset and size in bytes";
	request->client = f[1];
	return NULL;
}

static const struct block_lines msr_lines = {
	.has = BLOCK_TIMES | BLOCK_CLIENTS | BLOCK_DEVICES,
	.foreign = "no 'time,host,disk,Read|Write,offset,size,response'",
	.parse = msr_parse,
};

const struct trace_importer import_msr = {
	.name = "msr",
	.what = "block requests of MSR Cambridge: time,host,disk,type,offset,size,response",
	.example = "128166372003061629,hm,0,Write,7014912,4096,26",
	.probe = block_lines_probe,
	.run = block_lines_run,
	.lines = &msr_lines,
};
