// SPDX-License-Identifier: GPL-2.0-or-later
/* import_support.c - see import_support.h */
#define _GNU_SOURCE	/* asprintf */
#include <errno.h>
#include <inttypes.h>
#include <lz4frame.h>
#include <lzma.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

#include "import_support.h"

const char *const compression_names[NR_COMPRESSIONS] = {
	"none", "zstd", "gzip", "xz", "lz4",
};

/* ---- bytes ---- */

struct bytes bytes_read(const char *path)
{
	struct bytes bytes = { NULL, 0 };
	FILE *f = fopen(path, "rb");
	long size;

	if (!f)
		fail_msg("cannot open %s", path);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	size = ftell(f);
	assert_true(size >= 0);
	rewind(f);
	bytes.size = (size_t)size;
	bytes.data = malloc(bytes.size + 1);
	assert_non_null(bytes.data);
	assert_int_equal(fread(bytes.data, 1, bytes.size, f), bytes.size);
	bytes.data[bytes.size] = '\0';
	fclose(f);
	return bytes;
}

struct bytes bytes_golden(const char *name)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", IMPORT_TEST_DATA, name);
	return bytes_read(path);
}

void bytes_free(struct bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct bytes){ NULL, 0 };
}

struct bytes bytes_join(const struct bytes *a, const struct bytes *b)
{
	struct bytes both = { malloc(a->size + b->size + 1), a->size + b->size };

	assert_non_null(both.data);
	memcpy(both.data, a->data, a->size);
	memcpy(both.data + a->size, b->data, b->size);
	return both;
}

static size_t gzip(const void *data, size_t size, uint8_t *out, size_t room)
{
	z_stream z;

	memset(&z, 0, sizeof(z));
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8,
				      Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)data;
	z.avail_in = (uInt)size;
	z.next_out = out;
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return room - z.avail_out;
}

static size_t zstd(const void *data, size_t size, uint8_t *out, size_t room)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();
	size_t n;

	assert_non_null(context);
	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	n = ZSTD_compress2(context, out, room, data, size);
	assert_false(ZSTD_isError(n));
	ZSTD_freeCCtx(context);
	return n;
}

struct bytes bytes_compress(enum compression how, const void *data, size_t size)
{
	LZ4F_preferences_t lz4 = { .frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled };
	struct bytes out = { NULL, 0 };
	size_t room = 2 * size + 65536;

	out.data = malloc(room);
	assert_non_null(out.data);
	switch (how) {
	case ZSTD:
		out.size = zstd(data, size, out.data, room);
		break;
	case GZIP:
		out.size = gzip(data, size, out.data, room);
		break;
	case XZ:
		assert_int_equal(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, NULL, data,
							 size, out.data, &out.size, room),
				 LZMA_OK);
		break;
	case LZ4:
		out.size = LZ4F_compressFrame(out.data, room, data, size, &lz4);
		assert_false(LZ4F_isError(out.size));
		break;
	default:
		memcpy(out.data, data, size);
		out.size = size;
	}
	return out;
}

/* ---- dumps ---- */

struct dump {
	FILE *f;
	uint32_t pools;
};

static int dump_begin(void *arg, const struct trace_info *info, struct trace_error *err)
{
	struct dump *dump = arg;

	(void)err;
	fprintf(dump->f, "kind %s%s\n",
		info->kind == TRACE_OPERATIONS ? "operations" : "references",
		info->has_times ? ", times" : "");
	return 0;
}

static int dump_pool(void *arg, const struct trace_pool *pool, struct trace_error *err)
{
	struct dump *dump = arg;

	(void)err;
	fprintf(dump->f, "pool %u %u %u\n", dump->pools++, pool->client, pool->flags);
	return 0;
}

static int dump_record(void *arg, const struct trace_record *record,
		       struct trace_error *err)
{
	const struct trace_event *e = &record->event;
	struct dump *dump = arg;

	(void)err;
	fprintf(dump->f, "%" PRIu64 " %s %u %" PRIx64 ":%" PRIx64 ":%" PRIx64 " %u %u cpu %u",
		e->time, trace_op_name((enum trace_op)e->op), e->pool, record->oid.w[0],
		record->oid.w[1], record->oid.w[2], e->index, e->count, e->cpu);
	if (e->result != TRACE_UNKNOWN)
		fprintf(dump->f, " %s", trace_result_name((enum trace_result)e->result));
	if (record->hash)
		fprintf(dump->f, " hash %" PRIx64, record->hash);
	fputc('\n', dump->f);
	return 0;
}

static void dump_report(FILE *f, const struct import_report *report)
{
	if (report->lost)
		fprintf(f, "lost %" PRIu64 "%s\n", report->lost,
			report->lost_unknown ? " or more" : "");
	if (report->skipped)
		fprintf(f, "skipped %" PRIu64 "\n", report->skipped);
	for (uint32_t i = 0; i < report->nr_examples; i++)
		fprintf(f, "%s %" PRIu64 ": %s\n", report->by_lines ? "line" : "offset",
			report->examples[i].place, report->examples[i].text);
	for (int by = 0; by < IMPORT_NR_BY; by++) {
		if (report->left_out[by])
			fprintf(f, "left out by %s %" PRIu64 "\n",
				import_by_name((enum import_by)by), report->left_out[by]);
	}
	if (report->backwards)
		fprintf(f, "backwards %" PRIu64 ", first at %" PRIu64 "\n",
			report->backwards, report->backwards_place);
	if (report->removals)
		fprintf(f, "removals %" PRIu64 ", ambiguous %" PRIu64 "\n",
			report->removals, report->ambiguous);
	for (uint32_t i = 0; i < report->nr_notes; i++) {
		if (report->notes[i].count)
			fprintf(f, "%s %" PRIu64 "\n", report->notes[i].name,
				report->notes[i].count);
	}
}

struct outcome import_bytes(struct import_config config, const void *data, size_t size)
{
	struct dump dump = { NULL, 0 };
	struct trace_sink sink = { &dump, dump_begin, dump_pool, dump_record };
	struct outcome outcome;
	char *head = NULL;
	size_t length;

	memset(&outcome, 0, sizeof(outcome));
	dump.f = open_memstream(&head, &length);
	assert_non_null(dump.f);
	config.path = "test";
	if (!config.output)
		config.sink = &sink;
	outcome.rc = trace_import_memory(&config, data, size, &outcome.report, &outcome.err);
	dump_report(dump.f, &outcome.report);
	fclose(dump.f);
	assert_true(asprintf(&outcome.dump, "format %s\n%s",
			     outcome.report.format ? outcome.report.format : "?", head) > 0);
	free(head);
	return outcome;
}

struct outcome import_string(struct import_config config, const char *text)
{
	return import_bytes(config, text, strlen(text));
}

void outcome_free(struct outcome *outcome)
{
	free(outcome->dump);
	outcome->dump = NULL;
}

void outcome_is_fine(const struct outcome *outcome)
{
	if (outcome->rc)
		fail_msg("import failed with %d: %s", outcome->rc, outcome->err.text);
}

void outcome_is(const struct outcome *outcome, const char *want)
{
	outcome_is_fine(outcome);
	if (strcmp(outcome->dump, want) != 0)
		fail_msg("got:\n%s\nbut want:\n%s", outcome->dump, want);
}

void outcome_failed(const struct outcome *outcome, int code, const char *words)
{
	if (outcome->rc != code || outcome->err.code != code ||
	    !strstr(outcome->err.text, words) || strchr(outcome->err.text, '\n'))
		fail_msg("want error %d with '%s', got %d: '%s'", code, words, outcome->rc,
			 outcome->err.text);
}

/* ---- golden files ---- */

static const struct import_config recognised = { .strict = false };

static void check_strict(const struct outcome *outcome, const struct bytes *file)
{
	struct import_config strict = { .strict = true };
	const struct import_report *report = &outcome->report;
	struct outcome again = import_bytes(strict, file->data, file->size);
	uint64_t place = report->skipped ? report->examples[0].place : UINT64_MAX;
	char where[64];

	if (report->backwards && report->backwards_place < place)
		place = report->backwards_place;
	snprintf(where, sizeof(where), "test:%llu: ", (unsigned long long)place);
	if (place == UINT64_MAX)
		outcome_is(&again, outcome->dump);
	else
		outcome_failed(&again, -EBADMSG, where);
	outcome_free(&again);
}

static void check_compressions(const struct bytes *file, const char *want)
{
	for (int how = 0; how < NR_COMPRESSIONS; how++) {
		struct bytes packed = bytes_compress(how, file->data, file->size);
		struct outcome outcome = import_bytes(recognised, packed.data, packed.size);

		outcome_is(&outcome, want);
		assert_string_equal(outcome.report.compression, compression_names[how]);
		assert_int_equal(outcome.report.bytes_read, packed.size);
		assert_int_equal(outcome.report.bytes_plain, file->size);
		outcome_free(&outcome);
		bytes_free(&packed);
	}
}

void golden_file(void **state)
{
	const char *name = *state;
	char path[256];
	struct bytes file, want;
	struct outcome outcome;

	snprintf(path, sizeof(path), "import_%s.txt", name);
	file = bytes_golden(path);
	snprintf(path, sizeof(path), "import_%s.want", name);
	want = bytes_golden(path);
	outcome = import_bytes(recognised, file.data, file.size);
	outcome_is(&outcome, (char *)want.data);
	check_strict(&outcome, &file);
	check_compressions(&file, (char *)want.data);
	outcome_free(&outcome);
	bytes_free(&file);
	bytes_free(&want);
}
