// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * damage_test.c - no damaged file is read as if it were whole
 *
 * Two small files, one with every kind of field and one of two blocks, lose each
 * of their bits, are cut at each byte, and are changed in each byte with all
 * checksums made right again.  Then the files that are no traces at all.
 */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "seal.h"
#include "support.h"

static void expect_good(const char *path)
{
	struct trace_error err = { 0 };

	if (read_all(path, &err))
		fail_msg("%s", err.text);
}

struct image {
	uint8_t *bytes;
	size_t size;
};

static struct image image_of(struct sample *s)
{
	const char *path = in_folder("image.tmt");
	struct image image;

	sample_write(s, path);
	image.bytes = slurp(path, &image.size);
	sample_free(s);
	return image;
}

static struct image rich_image(void)
{
	return image_of(sample_new(WILD, TRACE_OPERATIONS, true, true, 20, 77));
}

/* What one block of @nr equal events is in a file. */
static size_t build_block(uint8_t *bytes, struct tmt_index *entry,
			  const struct trace_record *record, uint64_t number,
			  uint64_t first_event, uint32_t nr)
{
	struct trace_event events[64];
	struct trace_oid oid = record->oid;
	struct trace_block block = { .events = events, .nr_events = nr,
				     .objects = &oid, .nr_objects = 1 };
	struct tmt_block_header h = { .nr_events = nr, .nr_objects = 1,
				      .number = number,
				      .first_event = first_event,
				      .first_time = record->event.time };
	uint64_t scratch[4 * 64];

	for (uint32_t i = 0; i < nr; i++)
		events[i] = record->event;
	h.last_time = record->event.time;
	h.raw_size = (uint32_t)tmt_encode_payload(&block, bytes + TMT_BLOCK_HEADER,
						  scratch);
	h.size = TMT_BLOCK_HEADER + h.raw_size;
	tmt_encode_block_header(bytes, &h, bytes + TMT_BLOCK_HEADER);
	entry->first_time = h.first_time;
	entry->last_time = h.last_time;
	entry->size = h.size;
	entry->nr_events = nr;
	return h.size;
}

/*
 * Two small blocks of equal events, which the writer would not make: the first
 * of @nr, the second of @nr2 at a later time if @times.
 */
static struct image two_blocks(uint32_t nr, uint32_t nr2, bool times)
{
	struct sample *s = sample_new(WILD, TRACE_REFERENCES, times, false, 1, 78);
	uint8_t *bytes = calloc(1, 65536), *p = bytes + TMT_HEADER_SIZE;
	struct tmt_index index[2] = { { .offset = TMT_HEADER_SIZE } };
	struct image image = { .bytes = bytes };
	uint64_t tables;

	assert_non_null(bytes);
	s->info.first_time = s->records[0].event.time;
	p += build_block(p, &index[0], &s->records[0], 0, 0, nr);
	s->records[0].event.time += times;
	index[1].offset = (uint64_t)(p - bytes);
	p += build_block(p, &index[1], &s->records[0], 1, nr, nr2);
	tables = (uint64_t)(p - bytes);
	for (uint32_t i = 0; i < s->info.nr_pools; i++, p += TMT_POOL_SIZE)
		tmt_encode_pool(p, &s->info.pools[i]);
	for (int i = 0; i < 2; i++, p += TMT_INDEX_SIZE)
		tmt_encode_index(p, &index[i]);
	image.size = (size_t)(p - bytes) + TMT_TRAILER_SIZE;
	s->info.nr_events = nr + nr2;
	s->info.nr_blocks = 2;
	s->info.last_time = s->records[0].event.time;
	tmt_encode_header(bytes, &s->info, tables, image.size);
	seal(bytes, image.size);
	spew(in_folder("two.tmt"), bytes, image.size);
	expect_good(in_folder("two.tmt"));
	sample_free(s);
	return image;
}

static void flip_every_bit(struct image image)
{
	const char *path = in_folder("flipped.tmt");

	for (size_t bit = 0; bit < 8 * image.size; bit++) {
		image.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		spew(path, image.bytes, image.size);
		expect_bad(path, -EBADMSG, "offset ");
		image.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	free(image.bytes);
}

static void test_bit_flips(void **state)
{
	(void)state;
	flip_every_bit(rich_image());
	flip_every_bit(two_blocks(20, 1, true));
}

static void cut_everywhere(struct image image)
{
	const char *path = in_folder("cut.tmt");
	uint8_t *longer = calloc(1, image.size + 100);

	for (size_t size = 0; size < image.size; size++) {
		spew(path, image.bytes, size);
		expect_bad(path, -EBADMSG, size ? "offset " : "is empty");
	}
	assert_non_null(longer);
	memcpy(longer, image.bytes, image.size);
	for (size_t more = 1; more <= 100; more++) {
		spew(path, longer, image.size + more);
		expect_bad(path, -EBADMSG, "the file ends here");
	}
	free(longer);
	free(image.bytes);
}

static void test_truncations(void **state)
{
	(void)state;
	cut_everywhere(rich_image());
	cut_everywhere(two_blocks(20, 1, true));
}

/* ---- wrong numbers under right checksums ---- */

static void expect_valid_events(struct trace_reader *reader,
				const struct trace_block *b)
{
	const struct trace_info *info = trace_reader_info(reader);
	struct tmt_rules rules = { info->kind, info->has_times, info->has_hashes,
				   info->nr_pools };
	uint64_t time = b->first_time;

	for (uint32_t i = 0; i < b->nr_events; i++) {
		assert_null(tmt_event_wrong(&rules, &b->events[i]));
		assert_in_range(b->events[i].object, 0, b->nr_objects - 1);
		assert_true(b->events[i].time >= time);
		time = b->events[i].time;
	}
	assert_int_equal(time, b->last_time);
}

/* Refused with an error that is well made, or all of it keeps to the rules. */
static bool refused_or_valid(const char *path)
{
	struct trace_error err = { 0 };
	struct trace_reader *reader = trace_open(path, &err);
	struct trace_block block = { 0 };
	uint64_t events = 0;
	int ret = 0;

	if (!reader) {
		assert_true(err.code == -EBADMSG || err.code == -EPROTONOSUPPORT);
		return true;
	}
	for (uint64_t n = 0; n < trace_reader_info(reader)->nr_blocks && !ret; n++) {
		ret = trace_read_block(reader, n, &block, &err);
		if (!ret)
			expect_valid_events(reader, &block);
		events += block.nr_events;
	}
	if (ret)
		assert_int_equal(ret, -EBADMSG);
	else
		assert_int_equal(events, trace_reader_info(reader)->nr_events);
	trace_block_free(&block);
	trace_close(reader);
	return ret;
}

static void change_every_byte(struct image image)
{
	static const uint8_t changes[] = { 0x01, 0x02, 0x10, 0x80, 0xff };
	const char *path = in_folder("changed.tmt");
	uint8_t *copy = malloc(image.size);
	unsigned int refused = 0;

	assert_non_null(copy);
	for (size_t i = 0; i < image.size; i++) {
		for (size_t c = 0; c < sizeof(changes); c++) {
			memcpy(copy, image.bytes, image.size);
			copy[i] ^= changes[c];
			seal(copy, image.size);
			spew(path, copy, image.size);
			refused += refused_or_valid(path);
		}
	}
	/* Most of a file is not free to be anything. */
	assert_true(refused > image.size);
	free(copy);
	free(image.bytes);
}

static void test_sealed_changes(void **state)
{
	(void)state;
	change_every_byte(rich_image());
	change_every_byte(two_blocks(20, 1, true));
}

/* One change under right checksums, and the words that must name it. */
struct change {
	const char *word;
	enum { IN_HEADER, IN_BLOCK0, IN_BLOCK1, IN_INDEX1 } where;
	unsigned int offset;
	uint64_t value;
	unsigned int size;
};

static const struct change changes[] = {
	{ "header's size",	IN_HEADER, 12, 600, 4 },
	{ "page size",		IN_HEADER, 16, 0, 4 },
	{ "page size",		IN_HEADER, 16, 4095, 4 },
	{ "page size",		IN_HEADER, 16, 1ULL << 31, 4 },
	{ "the kind",		IN_HEADER, 20, 2, 1 },
	{ "the flags",		IN_HEADER, 21, 4, 1 },
	{ "does not follow",	IN_HEADER, 21, 0, 1 },
	{ "number of pools",	IN_HEADER, 24, 65536, 4 },
	{ "tables do not fit",	IN_HEADER, 24, 65535, 4 },
	{ "reserved",		IN_HEADER, 112, 1, 1 },
	{ "reserved",		IN_HEADER, 28, 1, 4 },
	{ "the source",		IN_HEADER, 503, 'x', 1 },
	{ "the header",		IN_HEADER, 32, 12, 8 },
	{ "tables do not fit",	IN_HEADER, 48, 1ULL << 60, 8 },
	{ "tables do not fit",	IN_HEADER, 48, 1, 8 },
	{ "does not follow",	IN_HEADER, 72, UINT64_MAX, 8 },
	{ "the header",		IN_HEADER, 72, 0, 8 },
	{ "the header",		IN_HEADER, 80, UINT64_MAX, 8 },
	{ "trailer",		IN_HEADER, 96, UINT64_MAX, 8 },
	{ "trailer",		IN_HEADER, 96, 0, 8 },
	{ "does not follow",	IN_INDEX1, 0, 513, 8 },
	{ "does not follow",	IN_INDEX1, 8, 0, 8 },
	{ "does not follow",	IN_INDEX1, 16, 0, 8 },
	{ "does not follow",	IN_INDEX1, 24, UINT32_MAX, 4 },
	{ "does not follow",	IN_INDEX1, 24, 64, 4 },
	{ "does not follow",	IN_INDEX1, 28, 0, 4 },
	{ "does not follow",	IN_INDEX1, 28, 65537, 4 },
	{ "the header",		IN_INDEX1, 28, 2, 4 },
	{ "checksum",		IN_BLOCK1, 0, 0, 1 },
	{ "makes no sense",	IN_BLOCK1, 4, 65, 4 },
	{ "makes no sense",	IN_BLOCK1, 8, 2, 4 },
	{ "makes no sense",	IN_BLOCK1, 12, 0, 4 },
	{ "makes no sense",	IN_BLOCK1, 12, 2, 4 },
	{ "makes no sense",	IN_BLOCK1, 16, UINT32_MAX, 4 },
	{ "makes no sense",	IN_BLOCK1, 16, 0, 4 },
	{ "makes no sense",	IN_BLOCK1, 20, 2, 4 },
	{ "LZ4",		IN_BLOCK1, 20, 1, 4 },
	{ "makes no sense",	IN_BLOCK1, 24, 0, 8 },
	{ "makes no sense",	IN_BLOCK1, 32, 0, 8 },
	{ "makes no sense",	IN_BLOCK1, 40, 0, 8 },
	{ "do not fit together", IN_BLOCK1, 64, 99, 1 },
	{ "do not fit together", IN_BLOCK1, 65, 1, 1 },
	{ "do not fit together", IN_BLOCK1, 64 + 4, 1, 4 },
	{ "do not fit together", IN_BLOCK1, 64 + 4, UINT32_MAX, 4 },
	{ "do not fit together", IN_BLOCK1, 64 + 16, 1, 8 },
	{ "the times",		IN_BLOCK1, 64 + 8, 0, 8 },
	{ "object that is not",	IN_BLOCK1, 64 + 24 + 8, 1, 8 },
	{ "do not fit together", IN_BLOCK1, 64 + 48 + 8, 1ULL << 32, 8 },
	{ "count of 0",		IN_BLOCK1, 64 + 72 + 8, 0, 8 },
	{ "pages beyond 2^32",	IN_BLOCK1, 64 + 72 + 8, UINT32_MAX, 4 },
	{ "named by no event",	IN_BLOCK0, 12, 2, 4 },
	{ "pool does not",	IN_BLOCK1, 64 + 96 + 8, 7, 8 },
	{ "operation in a",	IN_BLOCK1, 64 + 192 + 8, 0, 8 },
	{ "unknown op",		IN_BLOCK1, 64 + 192 + 8, 7, 8 },
	{ "unknown result",	IN_BLOCK1, 64 + 216 + 8, 3, 8 },
	{ "hashes in a",	IN_BLOCK1, 64 + 240 + 8, 3, 8 },
	{ "do not fit together", IN_BLOCK1, 64 + 336, 1, 1 },
};

static void test_named_changes(void **state)
{
	struct image image = two_blocks(20, 1, true);
	uint8_t *copy = malloc(image.size);
	const char *path = in_folder("named.tmt");
	uint64_t tables = tmt_get64(image.bytes + 96);
	uint64_t index1 = tables + 7 * TMT_POOL_SIZE + TMT_INDEX_SIZE;

	(void)state;
	assert_non_null(copy);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const struct change *c = &changes[i];
		uint64_t value = htole64(c->value), at = c->offset;

		memcpy(copy, image.bytes, image.size);
		if (c->where == IN_INDEX1)
			at += index1;
		else if (c->where == IN_BLOCK0)
			at += TMT_HEADER_SIZE;
		else if (c->where == IN_BLOCK1)
			at += tmt_get64(copy + index1);
		memcpy(copy + at, &value, c->size);
		seal(copy, image.size);
		if (c->where == IN_HEADER && c->offset == 96)
			tmt_put64(copy + image.size - TMT_TRAILER_SIZE, tables);
		spew(path, copy, image.size);
		expect_bad(path, -EBADMSG, c->word);
	}
	free(copy);
	free(image.bytes);
}

/* Two good blocks in each other's place. */
static void test_swapped_blocks(void **state)
{
	struct image image = two_blocks(20, 20, false);
	const char *path = in_folder("swapped.tmt");
	uint64_t tables, offset, size;
	uint8_t *first;

	(void)state;
	tables = tmt_get64(image.bytes + 96) + 7 * TMT_POOL_SIZE;
	offset = tmt_get64(image.bytes + tables + TMT_INDEX_SIZE);
	size = offset - TMT_HEADER_SIZE;
	assert_int_equal(tmt_get32(image.bytes + tables + TMT_INDEX_SIZE + 24), size);
	first = image.bytes + TMT_HEADER_SIZE;
	for (uint64_t i = 0; i < size; i++) {
		uint8_t byte = first[i];

		first[i] = first[size + i];
		first[size + i] = byte;
	}
	seal(image.bytes, image.size);
	spew(path, image.bytes, image.size);
	expect_bad(path, -EBADMSG, "makes no sense");
	free(image.bytes);
}

static void test_future_version(void **state)
{
	struct image image = rich_image();
	const char *path = in_folder("future.tmt");

	(void)state;
	for (uint32_t version = 0; version < 4; version++) {
		if (version == TMT_VERSION)
			continue;
		tmt_put32(image.bytes + 8, version);
		seal(image.bytes, image.size);
		spew(path, image.bytes, image.size);
		expect_bad(path, -EPROTONOSUPPORT, "version");
	}
	free(image.bytes);
}

/* ---- no trace at all ---- */

static void test_foreign(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		const char *word;
	} files[] = {
		{ "", 0, "is empty" },
		{ "x", 1, "not a .tmt trace" },
		{ "1 1 0 0\n2 1 0 1\n", 16, "not a .tmt trace" },
		{ "\x28\xb5\x2f\xfd....", 8, "compressed by zstd" },
		{ "\x1f\x8b......", 8, "compressed by gzip" },
		{ "\xfd" "7zXZ...", 8, "compressed by xz" },
		{ "\x04\x22\x4d\x18....", 8, "compressed by lz4" },
		{ "tmt-text 1\n", 11, "in text form" },
		{ "\x89TMT\n\x1a\n", 7, "not a .tmt trace" },
		{ TMT_MAGIC, 8, "ends in its header" },
	};
	const char *path = in_folder("foreign.tmt");
	char zeros[4096] = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		spew(path, files[i].bytes, files[i].size);
		expect_bad(path, -EBADMSG, files[i].word);
	}
	spew(path, zeros, sizeof(zeros));
	expect_bad(path, -EBADMSG, "not a .tmt trace");
	expect_bad(in_folder("."), -EISDIR, "directory");
	expect_bad(in_folder("missing.tmt"), -ENOENT, "No such file");
	assert_int_equal(mkfifo(in_folder("pipe"), 0600), 0);
	expect_bad(in_folder("pipe"), -EINVAL, "regular file");
	expect_bad("/dev/null", -EINVAL, "regular file");
}

/* A file that is cut while a reader has it open: an error, not a signal. */
static void test_cut_while_open(void **state)
{
	struct sample *s = sample_new(WILD, TRACE_OPERATIONS, true, true, 200000, 5);
	const char *path = in_folder("open.tmt");
	struct trace_block block = { 0 };
	struct trace_reader *reader;
	struct trace_error err = { 0 };

	(void)state;
	sample_write(s, path);
	sample_free(s);
	reader = trace_open(path, &err);
	assert_non_null(reader);
	assert_int_equal(trace_read_block(reader, 0, &block, &err), 0);
	assert_int_equal(truncate(path, 3), 0);
	assert_int_equal(trace_read_block(reader, 1, &block, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "changed its size"));
	assert_int_equal(block.nr_events, 0);
	trace_block_free(&block);
	trace_close(reader);
}

static void test_no_such_block(void **state)
{
	struct sample *s = sample_new(WILD, TRACE_OPERATIONS, true, true, 3, 5);
	const char *path = in_folder("three.tmt");
	struct trace_block block = { 0 };
	struct trace_error err = { 0 };
	struct trace_reader *reader;

	(void)state;
	sample_write(s, path);
	sample_free(s);
	reader = trace_open(path, &err);
	assert_int_equal(trace_read_block(reader, 1, &block, &err), -EINVAL);
	assert_int_equal(trace_read_block(reader, UINT64_MAX, &block, &err), -EINVAL);
	trace_block_free(&block);
	trace_close(reader);
}

/* A long path with a newline in it still makes one line that says all. */
static void test_long_path(void **state)
{
	struct trace_error err = { 0 };
	char path[2001];

	(void)state;
	memset(path, 'a', 2000);
	strcpy(path + 1990, "\n.tmt");
	assert_null(trace_open(path, &err));
	assert_int_equal(err.code, -ENAMETOOLONG);
	assert_null(strchr(err.text, '\n'));
	assert_non_null(strstr(err.text, "?.tmt: cannot be opened"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bit_flips),
		cmocka_unit_test(test_truncations),
		cmocka_unit_test(test_sealed_changes),
		cmocka_unit_test(test_named_changes),
		cmocka_unit_test(test_swapped_blocks),
		cmocka_unit_test(test_future_version),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_cut_while_open),
		cmocka_unit_test(test_no_such_block),
		cmocka_unit_test(test_long_path),
	};

	return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
