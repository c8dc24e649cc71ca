// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vscsi.c - block requests of a virtual disk, as VMware's vscsiStats and the
 * CloudPhysics traces have them
 *
 * Little endian, one record a request, in one of two versions:
 *
 *	v1, 32 bytes	u32 sn, len, nsg; u16 cmd, ver; u64 lbn, ts
 *	v2, 40 bytes	u16 cmd, ver; u32 sn, len, nsg; u64 lbn, ts, rt
 *
 * len is bytes, lbn counts blocks of 512 bytes, ts is microseconds, ver >> 8 is the
 * version, and cmd the SCSI command: READ and WRITE of any length of block address are
 * requests, others move no data that a page cache would see and are only counted.
 * The format knows one disk: device 0.
 */
#include "block.h"

struct vscsi_layout {
	uint32_t version;
	uint32_t size;
	uint32_t cmd, ver, len, lbn, ts;	/* offsets */
};

static const struct vscsi_layout layouts[] = {
	{ .version = 1, .size = 32, .cmd = 12, .ver = 14, .len = 4, .lbn = 16, .ts = 24 },
	{ .version = 2, .size = 40, .cmd = 0, .ver = 2, .len = 8, .lbn = 16, .ts = 24 },
};

static uint32_t get16(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8;
}

static bool is_read(uint32_t cmd)
{
	return cmd == 0x08 || cmd == 0x28 || cmd == 0xa8 || cmd == 0x88;
}

static bool is_write(uint32_t cmd)
{
	return cmd == 0x0a || cmd == 0x2a || cmd == 0xaa || cmd == 0x8a;
}

static bool fits(const uint8_t *record, const struct vscsi_layout *layout)
{
	return get16(record + layout->ver) >> 8 == layout->version &&
	       get16(record + layout->cmd) <= 0xff;
}

/* The layout that all the first records fit, one at the least. */
static const struct vscsi_layout *find_layout(const char *head, size_t size)
{
	const uint8_t *bytes = (const uint8_t *)head;

	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		const struct vscsi_layout *layout = &layouts[i];
		size_t n = 0;

		while (n < 64 && (n + 1) * layout->size <= size &&
		       fits(bytes + n * layout->size, layout))
			n++;
		if (n && (n == 64 || (n + 1) * layout->size > size))
			return layout;
	}
	return NULL;
}

/* ---- a record ---- */

static uint8_t command_op(uint32_t cmd)
{
	return is_read(cmd) ? TRACE_READ : is_write(cmd) ? TRACE_WRITE : BLOCK_OTHER;
}

static int vscsi_record(struct block *block, const struct vscsi_layout *layout,
			const uint8_t *bytes)
{
	struct import_run *run = block->run;
	uint32_t cmd = get16(bytes + layout->cmd);
	uint64_t lbn = tmt_get64(bytes + layout->lbn);
	uint64_t ts = tmt_get64(bytes + layout->ts);
	struct block_request request = {
		.length = tmt_get32(bytes + layout->len),
		.op = command_op(cmd),
	};

	if (!fits(bytes, layout))
		return import_skip(run, NULL, "version 0x%04x, command 0x%04x: no record of version %u",
				   get16(bytes + layout->ver), cmd, layout->version);
	if (request.op == BLOCK_OTHER)
		return block_emit(block, &request, NULL);
	if (request.length == 0 || request.length % BLOCK_SECTOR)
		return import_skip(run, NULL, "a request of %llu bytes, which is no number of blocks",
				   (unsigned long long)request.length);
	if (!block_multiply(lbn, BLOCK_SECTOR, &request.offset))
		return import_skip(run, NULL, "block %llu is past the end of any disk",
				   (unsigned long long)lbn);
	if (!block_multiply(ts, 1000, &request.time))
		return import_skip(run, NULL, "a time of %llu us cannot be",
				   (unsigned long long)ts);
	return block_emit(block, &request, NULL);
}

/* ---- the format ---- */

static int vscsi_run(struct import_run *run)
{
	const struct vscsi_layout *layout;
	struct block block;
	const uint8_t *bytes;
	const char *head;
	size_t size;
	int rc = input_peek(run->in, &head, &size, run->err);

	if (rc)
		return rc;
	layout = find_layout(head, size);
	if (!layout && size)
		return input_error(run->in, run->err, -EBADMSG,
				   "offset 0: the first records are neither version 1 nor 2 of vscsi");
	rc = block_begin(&block, run, BLOCK_TIMES);
	while (!rc && layout && (rc = import_record(run, layout->size, &bytes)) > 0)
		rc = vscsi_record(&block, layout, bytes);
	import_note(run, "version of the records", layout ? layout->version : 0);
	return block_end(&block, rc);
}

static int vscsi_probe(const struct trace_importer *importer, const char *head,
		       size_t size, const char **why)
{
	(void)importer;
	*why = "first records are no version 1 or 2";
	return find_layout(head, size) ? 80 : 0;
}

const struct trace_importer import_vscsi = {
	.name = "vscsi",
	.what = "block requests of a virtual disk: vscsiStats, CloudPhysics (version 1 and 2)",
	.example = "records of 32 or 40 bytes: sn, len, nsg, cmd, ver, lbn, ts",
	.probe = vscsi_probe,
	.run = vscsi_run,
};
