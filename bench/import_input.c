// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_input.c - see import_input.h
 *
 * A maker writes one line or record after the other, of the size and with the spread
 * of numbers that real files of the format have: no line is like the one before it.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "import_input.h"
#include "trace_dat_make.h"

#define UNIT_MAX	512U	/* bytes of a line or record, at most */

static uint32_t below(uint64_t *seed, uint32_t n)
{
	return bench_below((uint32_t)bench_random(seed), n);
}

static size_t put(char *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (char)(value >> 8 * i);
	return size;
}

/* ---- lines ---- */

static int make_lis(char *at, uint64_t n, uint64_t *seed)
{
	return sprintf(at, "%u %u 0 %llu\n", below(seed, 10000000), 1 + below(seed, 8),
		       (unsigned long long)n);
}

static int make_page_line(char *at, uint64_t n, uint64_t *seed)
{
	(void)n;
	return sprintf(at, "%u\n", below(seed, 10000000));
}

static int make_op(char *at, uint64_t n, uint64_t *seed)
{
	static const char *const words[] = { "put", "get", "get", "flush" };

	(void)n;
	return sprintf(at, "%s file%u %u\n", words[below(seed, 4)], below(seed, 5000),
		       below(seed, 1000));
}

static int make_text(char *at, uint64_t n, uint64_t *seed)
{
	static const char *const words[] = { "put", "get", "get", "flush" };

	return sprintf(at, "%llu %s 0 0:0:%x %u 1 0 %u\n", (unsigned long long)n * 1250,
		       words[below(seed, 4)], below(seed, 5000), below(seed, 1000),
		       below(seed, 4));
}

/* As a build writes it: pages come in, and kswapd takes them away. */
static int make_ftrace(char *at, uint64_t n, uint64_t *seed)
{
	uint32_t ino = below(seed, 5000);
	uint32_t page = below(seed, 1000);
	uint32_t us = (uint32_t)(n * 7 % 1000000);
	uint64_t s = 25 + n * 7 / 1000000;

	if (below(seed, 2))
		return sprintf(at,
			       "             cc1-%u [00%u] ..... %llu.%06u: mm_filemap_add_to_page_cache: dev 254:16 ino %x pfn=0x%x ofs=%llu order=0\n",
			       100 + below(seed, 900), below(seed, 4),
			       (unsigned long long)s, us, ino, below(seed, 1 << 20),
			       (unsigned long long)page << 12);
	return sprintf(at,
		       "         kswapd0-51 [00%u] d..2. %llu.%06u: mm_filemap_delete_from_page_cache: dev 254:16 ino %x pfn=0x%x ofs=%llu order=0\n",
		       below(seed, 4), (unsigned long long)s, us, ino,
		       below(seed, 1 << 20), (unsigned long long)page << 12);
}

/* ---- records ---- */

static int make_u32(char *at, uint64_t n, uint64_t *seed)
{
	(void)n;
	return (int)put(at, below(seed, 10000000), 4);
}

static int make_u64(char *at, uint64_t n, uint64_t *seed)
{
	(void)n;
	return (int)put(at, below(seed, 10000000), 8);
}

static int make_vscsi(char *at, uint64_t n, uint64_t *seed)
{
	size_t size = put(at, n, 4);

	size += put(at + size, 4096ULL * (1 + below(seed, 8)), 4);
	size += put(at + size, 1, 4);
	size += put(at + size, below(seed, 3) ? 0x28 : 0x2a, 2);
	size += put(at + size, 0x100, 2);
	size += put(at + size, 8ULL * below(seed, 10000000), 8);
	size += put(at + size, n * 100, 8);
	return (int)size;
}

/* ---- whole files ---- */

/* Pages come in, and kswapd takes them away; an event has 44 bytes. */
static size_t make_trace_dat(char *bytes)
{
	size_t nr = IMPORT_INPUT_BYTES / 46;
	struct dat_record *records = calloc(nr, sizeof(*records));
	struct bytes file = { NULL, 0 };
	uint64_t seed = 1;

	if (!records)
		return 0;
	for (size_t i = 0; i < nr; i++) {
		bool add = below(&seed, 2);

		records[i] = (struct dat_record){
			.event = add ? DAT_ADD : DAT_REMOVE,
			.cpu = below(&seed, 2),
			.time = 25000000000 + i * 7000,
			.pid = add ? 20 : 10,
			.ino = below(&seed, 5000),
			.page = below(&seed, 1000),
		};
	}
	file = dat_make(records, nr, "[local]");
	free(records);
	if (file.size <= IMPORT_INPUT_BYTES)
		memcpy(bytes, file.data, file.size);
	free(file.data);
	return file.size <= IMPORT_INPUT_BYTES ? file.size : 0;
}

/* ---- the table ---- */

struct maker {
	const char *format;
	int (*unit)(char *at, uint64_t n, uint64_t *seed);
	size_t (*whole)(char *bytes);	/* instead of units */
	const char *head;
	const char *tail;		/* printed with the number of lines */
};

static const struct maker makers[] = {
	{ .format = "lis", .unit = make_lis },
	{ .format = "pages", .unit = make_page_line },
	{ .format = "lirs", .unit = make_page_line },
	{ .format = "ops", .unit = make_op },
	{ .format = "text", .unit = make_text,
	  .head = "tmt-text 1\nkind operations\ntimes yes\npool 0 ephemeral\n",
	  .tail = "events %llu\n" },
	{ .format = "ftrace", .unit = make_ftrace },
	{ .format = "pages-u32", .unit = make_u32 },
	{ .format = "pages-u64", .unit = make_u64 },
	{ .format = "vscsi", .unit = make_vscsi },
	{ .format = "trace-dat", .whole = make_trace_dat },
};

static const struct maker *find_maker(const char *format)
{
	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++)
		if (!strcmp(makers[i].format, format))
			return &makers[i];
	return NULL;
}

static size_t make(const struct maker *maker, char *bytes)
{
	uint64_t seed = 1;
	uint64_t n = 0;
	size_t size = 0;

	if (maker->whole)
		return maker->whole(bytes);
	if (maker->head)
		size = (size_t)sprintf(bytes, "%s", maker->head);
	while (size + 2 * UNIT_MAX <= IMPORT_INPUT_BYTES)
		size += (size_t)maker->unit(bytes + size, n++, &seed);
	if (maker->tail)
		size += (size_t)sprintf(bytes + size, maker->tail, (unsigned long long)n);
	return size;
}

/* ---- samples ---- */

static FILE *open_sample(const char *format)
{
	static const char *const ends[] = { "csv", "txt", "trace", "bin" };
	char path[512];
	FILE *f = NULL;

	for (size_t i = 0; !f && i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(path, sizeof(path), "%s/samples/%s.%s", BENCH_SAMPLES, format,
			 ends[i]);
		f = fopen(path, "rb");
	}
	return f;
}

static size_t repeat(FILE *f, char *bytes)
{
	size_t once = fread(bytes, 1, IMPORT_INPUT_BYTES, f);
	size_t size = once;

	for (; once && size + once <= IMPORT_INPUT_BYTES; size += once)
		memcpy(bytes + size, bytes, once);
	return size;
}

bool import_input_known(const char *format)
{
	FILE *f = find_maker(format) ? NULL : open_sample(format);

	if (f)
		fclose(f);
	return f || find_maker(format);
}

int import_input_make(const char *format, struct import_input *input)
{
	const struct maker *maker = find_maker(format);
	FILE *f = maker ? NULL : open_sample(format);

	if (!maker && !f)
		return -ENOENT;
	input->bytes = malloc(IMPORT_INPUT_BYTES);
	input->sample = !maker;
	input->size = 0;
	if (input->bytes)
		input->size = maker ? make(maker, input->bytes) : repeat(f, input->bytes);
	if (f)
		fclose(f);
	if (input->size)
		return 0;
	import_input_free(input);
	return -ENOMEM;
}

void import_input_free(struct import_input *input)
{
	free(input->bytes);
	*input = (struct import_input){ .bytes = NULL };
}
