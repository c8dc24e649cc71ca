// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * alibaba.c - block requests of virtual disks, as Alibaba Cloud published them
 *
 *	device_id,opcode,offset,length,timestamp
 *
 * github.com/alibaba/block-traces, io_traces.csv: the opcode is R or W, offset and length
 * are bytes, the time is microseconds.
 */
#include "block.h"

static const char *alibaba_parse(const char *line, struct block_request *request)
{
	struct block_word f[5];
	uint64_t us;

	if (block_split(line, ',', f, 5) != 5)
		return "not 'device,opcode,offset,length,time'";
	if (!block_number(&f[0], &request->device_number))
		return "no number of a device";
	if (!block_op(&f[1], block_rw, &request->op))
		return "neither R nor W";
	if (!block_number(&f[2], &request->offset) || !block_number(&f[3], &request->length))
		return "no offset and length in bytes";
	if (!block_number(&f[4], &us) || !block_multiply(us, 1000, &request->time))
		return "no time in microseconds";
	return NULL;
}

static const struct block_lines alibaba_lines = {
	.has = BLOCK_TIMES | BLOCK_DEVICES,
	.foreign = "no 'device,R|W,offset,length,time'",
	.parse = alibaba_parse,
};

const struct trace_importer import_alibaba = {
	.name = "alibaba",
	.what = "block requests of Alibaba Cloud: device,opcode,offset,length,microseconds",
	.example = "419,W,8792731648,16384,1577808144360767",
	.probe = block_lines_probe,
	.run = block_lines_run,
	.lines = &alibaba_lines,
};
