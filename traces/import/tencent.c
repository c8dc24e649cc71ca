// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tencent.c - block requests of virtual volumes, as Tencent published them (SNIA IOTTA)
 *
 *	Timestamp,Offset,Size,IOType,VolumeID
 *
 * Zhang and others, "OSCA", ATC 2020.  The time is whole seconds of Unix time, offset and
 * size are sectors of 512 bytes, the type is 0 for a read and 1 for a write.
 */
#include "block.h"

static const struct block_op_word tencent_types[] = {
	{ "0", TRACE_READ },
	{ "1", TRACE_WRITE },
	{ NULL, 0 },
};

static const char *tencent_parse(const char *line, struct block_request *request)
{
	struct block_word f[5];
	uint64_t offset;
	uint64_t size;

	if (block_split(line, ',', f, 5) != 5)
		return "not 'time,offset,size,type,volume'";
	if (!block_seconds(&f[0], &request->time))
		return "no time in seconds";
	if (!block_number(&f[1], &offset) || !block_number(&f[2], &size) ||
	    !block_multiply(offset, BLOCK_SECTOR, &request->offset) ||
	    !block_multiply(size, BLOCK_SECTOR, &request->length))
		return "no offset and size in sectors";
	if (!block_op(&f[3], tencent_types, &request->op))
		return "a type that is neither 0 nor 1";
	if (!block_number(&f[4], &request->device_number))
		return "no number of a volume";
	return NULL;
}

static const struct block_lines tencent_lines = {
	.has = BLOCK_TIMES | BLOCK_DEVICES,
	.foreign = "no 'time,offset,size,0|1,volume'",
	.parse = tencent_parse,
};

const struct trace_importer import_tencent = {
	.name = "tencent",
	.what = "block requests of Tencent Cloud: seconds,offset,size,type,volume",
	.example = "1538323200,12910952,128,0,1063",
	.probe = block_lines_probe,
	.run = block_lines_run,
	.lines = &tencent_lines,
};
