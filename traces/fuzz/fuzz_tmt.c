// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_tmt.c - any bytes at all for the .tmt reader and the text form
 *
 * The first byte of an input says what the rest is:
 *
 *	0	a file, as it is
 *	1	a file whose checksums are made right, so that what lies behind
 *		them is reached
 *	2	the payload of a block, behind 4 bytes: its numbers of events and
 *		of objects (9 bits each), kind, times, hashes and pools
 *	3	the same, packed by LZ4
 *	4	a text
 *
 * Whatever the reader accepts must keep to the rules of the format, and must be
 * the same trace after a way through the text form; else the target aborts.
 * Compiled with libFuzzer (TMEM_FUZZ), or with fuzz_main.c as a test that reads
 * the corpus.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fuzz.h"
#include "seal.h"
#include "tmt.h"
#include "trace_text.h"

#define LARGEST_INPUT	(1U << 20)
#define MAX_TEXT_EVENTS	2000U

static void require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_tmt: broken: %s\n", what);
	abort();
}

static void require_error(int code, const struct trace_error *err)
{
	require(code == -EBADMSG || code == -EPROTONOSUPPORT, "the error's code");
	require(err->code == code, "the code in the error");
	require(err->text[0] && !strchr(err->text, '\n'), "the error's text");
}

static void require_valid(const struct tmt_rules *rules,
			  const struct trace_block *b)
{
	uint64_t time = b->first_time;

	for (uint32_t i = 0; i < b->nr_events; i++) {
		const struct trace_event *e = &b->events[i];

		require(!tmt_event_wrong(rules, e), "an event");
		require(e->object < b->nr_objects, "an object's number");
		require(e->time >= time, "the order of times");
		require(!e->reserved, "a reserved field");
		time = e->time;
	}
	require(time == b->last_time, "the last time");
}

/* A new file, empty; TMPDIR=/dev/shm makes the target several times as fast. */
static int temporary(char *path, size_t size)
{
	const char *folder = getenv("TMPDIR");
	int fd;

	snprintf(path, size, "%s/fuzz-tmt-XXXXXX", folder ? folder : "/tmp");
	fd = mkstemp(path);
	require(fd >= 0, "the harness: no temporary file");
	return fd;
}

/* A file that has no name and is gone with its last user. */
static int nameless_file(const uint8_t *data, size_t size)
{
	char name[256];
	int fd = temporary(name, sizeof(name));

	unlink(name);
	require(write(fd, data, size) == (ssize_t)size, "the harness: writing");
	return fd;
}

/* ---- files ---- */

static char *print_to_memory(struct trace_reader *reader, size_t *size)
{
	struct trace_error err = { 0 };
	char *text = NULL;
	FILE *f = open_memstream(&text, size);

	require(f, "the harness: no memory");
	require(!trace_print_text(reader, f, &err), "printing what was read");
	fclose(f);
	return text;
}

/* There and back; what differs is how events were cut into blocks, if at all. */
static void text_and_back(struct trace_reader *reader)
{
	char path[256];
	struct trace_error err = { 0 };
	size_t size, size2;
	char *text = print_to_memory(reader, &size), *text2;
	FILE *f = fmemopen(text, size, "r");
	int fd = temporary(path, sizeof(path));

	require(f, "the harness: no memory");
	if (trace_parse_text(f, "text", path, &err)) {
		fprintf(stderr, "%s\n", err.text);
		require(false, "parsing what was printed");
	}
	fclose(f);
	close(fd);
	reader = trace_open(path, &err);
	require(reader, "reading what was parsed");
	text2 = print_to_memory(reader, &size2);
	require(size == size2 && !memcmp(text, text2, size), "text and back");
	trace_close(reader);
	unlink(path);
	free(text);
	free(text2);
}

static void try_file(const uint8_t *data, size_t size)
{
	struct trace_error err = { 0 };
	struct trace_block block = { 0 };
	const struct trace_info *info;
	struct trace_reader *reader;
	struct tmt_rules rules;
	int fd = nameless_file(data, size), ret = 0;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	reader = trace_open(path, &err);
	close(fd);
	if (!reader) {
		require_error(err.code, &err);
		return;
	}
	info = trace_reader_info(reader);
	rules = (struct tmt_rules){ info->kind, info->has_times,
				    info->has_hashes, info->nr_pools };
	for (uint64_t n = 0; n < info->nr_blocks && !ret; n++) {
		ret = trace_read_block(reader, n, &block, &err);
		if (ret)
			require_error(ret, &err);
		else
			require_valid(&rules, &block);
	}
	trace_block_free(&block);
	if (!ret && info->nr_events <= MAX_TEXT_EVENTS)
		text_and_back(reader);
	trace_close(reader);
}

static void try_sealed(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + 1);

	require(copy, "the harness: no memory");
	memcpy(copy, data, size);
	seal(copy, size);
	try_file(copy, size);
	free(copy);
}

/* ---- payloads ---- */

/* A whole file around a payload, so that the reader's own way is taken. */
static void try_payload(const uint8_t *data, size_t size, bool lz4)
{
	uint32_t bits = size < 4 ? 0 : tmt_get32(data);
	struct tmt_block_header h = { 0 };
	struct trace_info info = { 0 };
	size_t packed_size = size;
	uint8_t *file;

	if (size < 4)
		return;
	data += 4;
	size -= 4;
	h.nr_events = 1 + (bits & 511);
	h.nr_objects = 1 + (bits >> 9 & 511);
	h.raw_size = (uint32_t)size;
	info.page_size = 4096;
	info.kind = bits >> 18 & 1 ? TRACE_REFERENCES : TRACE_OPERATIONS;
	info.has_times = bits >> 19 & 1;
	info.has_hashes = bits >> 20 & 1;
	info.nr_pools = bits >> 21 & 3;
	info.nr_events = h.nr_events;
	info.nr_blocks = 1;
	/* Times as the payload says them, where it does. */
	if (info.has_times && size >= TMT_COLUMN_HEADER) {
		h.first_time = tmt_get64(data + 8);
		h.last_time = h.first_time;
	}
	file = fuzz_wrap(&info, &h, data, size, lz4, &packed_size);
	require(file, "the harness: no memory");
	try_file(file, packed_size);
	free(file);
}

/* ---- text ---- */

static void try_text(const uint8_t *data, size_t size)
{
	char path[256];
	struct trace_error err = { 0 };
	struct trace_reader *reader;
	int fd = temporary(path, sizeof(path));
	FILE *f;

	close(fd);
	f = size ? fmemopen((void *)data, size, "r") : fopen("/dev/null", "r");
	require(f, "the harness: no memory");
	if (trace_parse_text(f, "text", path, &err)) {
		require_error(err.code, &err);
	} else {
		reader = trace_open(path, &err);
		require(reader, "reading what was parsed");
		text_and_back(reader);
		trace_close(reader);
	}
	fclose(f);
	unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size || size > LARGEST_INPUT)
		return 0;
	switch (data[0]) {
	case 0:
		try_file(data + 1, size - 1);
		break;
	case 1:
		try_sealed(data + 1, size - 1);
		break;
	case 2:
	case 3:
		try_payload(data + 1, size - 1, data[0] == 3);
		break;
	case 4:
		try_text(data + 1, size - 1);
		break;
	}
	return 0;
}
