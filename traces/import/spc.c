// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * spc.c - block requests in the SPC trace file format (UMass Trace Repository)
 *
 *	ASU,LBA,Size,Opcode,Timestamp[,...]
 *
 * Storage Performance Council, "SPC Trace File Format Specification", revision 1.0.1.
 * The application storage unit is the device; the LBA counts blocks, whose size the
 * description of a trace gives: 512 bytes in all that are public, and here.  The size is
 * bytes, the opcode R or W in either case, the time seconds.  More fields may follow.
 */
#include "block.h"

static const char *spc_parse(const char *line, struct block_request *request)
{
	struct block_word f[5];
	uint64_t lba;

	if (block_split(line, ',', f, 5) < 5)
		return "not 'asu,lba,size,opcode,time'";
	if (!block_number(&f[0], &request->device_number))
		return "no number of a storage unit";
	if (!block_number(&f[1], &lba) || !block_multiply(lba, BLOCK_SECTOR, &request->offset))
		return "no block of 512 bytes";
	if (!block_number(&f[2], &request->length))
		return "no size in bytes";
	if (!block_op(&f[3], block_rw, &request->op))
		return "neither R nor W";
	return block_seconds(&f[4], &request->time) ? NULL : "no time in seconds";
}

static const struct block_lines spc_lines = {
	.has = BLOCK_TIMES | BLOCK_DEVICES,
	.foreign = "no 'asu,lba,size,R|W,time'",
	.parse = spc_parse,
};

const struct trace_importer import_spc = {
	.name = "spc",
	.what = "block requests of SPC traces (UMass): asu,lba,size,opcode,seconds",
	.example = "0,20941264,8192,W,0.551706",
	.probe = block_lines_probe,
	.run = block_lines_run,
	.lines = &spc_lines,
};
