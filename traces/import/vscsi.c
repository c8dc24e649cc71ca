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
#include "importer.h"

#define BLOCK_SIZE	512U

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

struct vscsi_state {
	const struct vscsi_layout *layout;
	bool started;
	uint64_t base;		/* ts of the first request */
	uint64_t reads;
	uint64_t writes;
	uint64_t others;
};

static int vscsi_record(struct import_run *run, struct vscsi_state *state,
			const uint8_t *bytes)
{
	const struct vscsi_layout *layout = state->layout;
	struct trace_record record = { .event.op = TRACE_READ };
	uint32_t cmd = get16(bytes + layout->cmd);
	uint64_t length = tmt_get32(bytes + layout->len);
	uint64_t lbn = tmt_get64(bytes + layout->lbn);
	uint64_t ts = tmt_get64(bytes + layout->ts);
	uint64_t first;
	uint64_t last;

	if (!fits(bytes, layout))
		return import_skip(run, NULL, "version 0x%04x, command 0x%04x: no record of version %u",
				   get16(bytes + layout->ver), cmd, layout->version);
	if (!is_read(cmd) && !is_write(cmd)) {
		state->others++;
		return 0;
	}
	if (length == 0 || length % BLOCK_SIZE)
		return import_skip(run, NULL, "a request of %llu bytes, which is no number of blocks",
				   (unsigned long long)length);
	if (lbn >= UINT64_MAX / BLOCK_SIZE - length / BLOCK_SIZE)
		return import_skip(run, NULL, "block %llu is past the end of any disk",
				   (unsigned long long)lbn);
	if (ts > UINT64_MAX / 1000)
		return import_skip(run, NULL, "a time of %llu us cannot be",
				   (unsigned long long)ts);
	if (!state->started) {
		state->started = true;
		state->base = ts;
	}
	if (is_write(cmd)) {
		record.event.op = TRACE_WRITE;
		state->writes++;
	} else {
		state->reads++;
	}
	record.event.time = ts > state->base ? (ts - state->base) * 1000 : 0;
	first = lbn * BLOCK_SIZE / run->page_size;
	last = (lbn * BLOCK_SIZE + length - 1) / run->page_size;
	return import_pages(run, &record, 0, first, last - first + 1);
}

/* ---- the format ---- */

static int vscsi_run(struct import_run *run)
{
	struct vscsi_state state = { .layout = NULL };
	const uint8_t *bytes;
	const char *head;
	size_t size;
	int rc = input_peek(run->in, &head, &size, run->err);

	if (rc)
		return rc;
	state.layout = find_layout(head, size);
	if (!state.layout && size)
		return input_error(run->in, run->err, -EBADMSG,
				   "offset 0: the first records are neither version 1 nor 2 of vscsi");
	rc = import_begin(run, TRACE_REFERENCES, true);
	rc = rc ?: import_pool(run, 0, 0);
	if (rc)
		return rc;
	while (state.layout &&
	       (rc = import_record(run, state.layout->size, &bytes)) > 0) {
		rc = vscsi_record(run, &state, bytes);
		if (rc)
			break;
	}
	import_note(run, "version of the records", state.layout ? state.layout->version : 0);
	import_note(run, "read requests", state.reads);
	import_note(run, "write requests", state.writes);
	import_note(run, "requests that neither read nor write", state.others);
	return rc;
}

static int vscsi_probe(const char *head, size_t size, const char **why)
{
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
