// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * codec.c - decompression by the libraries of each format
 *
 * Every library is used in its streaming form and behaves a little differently at
 * the seams; here they are made alike:
 *
 *  - files that were concatenated after compression read as one, as the command
 *    line tools of all four formats read them;
 *  - bytes after the last frame that are no frame are an error;
 *  - step() says after each call whether the input may end here.  The caller does
 *    not call it again without input where it may.
 */
#include <errno.h>
#include <lz4frame.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "codec.h"

static bool begins_with(const uint8_t *head, size_t size, const char *magic,
			size_t length)
{
	return size >= length && memcmp(head, magic, length) == 0;
}

/* ---- none ---- */

static bool none_recognise(const uint8_t *head, size_t size)
{
	(void)head;
	(void)size;
	return true;
}

static void *none_open(void)
{
	static char state;

	return &state;
}

static int none_step(void *state, struct codec_step *step)
{
	size_t n = step->in_size < step->out_size ? step->in_size : step->out_size;

	(void)state;
	if (n)
		memcpy(step->out, step->in, n);
	step->in += n;
	step->in_size -= n;
	step->out += n;
	step->out_size -= n;
	return CODEC_BETWEEN;
}

static void none_close(void *state)
{
	(void)state;
}

/* ---- zstd ---- */

static bool zstd_recognise(const uint8_t *head, size_t size)
{
	/* A skippable frame, 184D2A50 to 184D2A5F, is what pzstd begins with. */
	if (size >= 4 && (head[0] & 0xf0) == 0x50 &&
	    memcmp(head + 1, "\x2a\x4d\x18", 3) == 0)
		return true;
	return begins_with(head, size, "\x28\xb5\x2f\xfd", 4);
}

static void *zstd_open(void)
{
	return ZSTD_createDStream();
}

static int zstd_step(void *state, struct codec_step *step)
{
	ZSTD_inBuffer in = { step->in, step->in_size, 0 };
	ZSTD_outBuffer out = { step->out, step->out_size, 0 };
	size_t rc = ZSTD_decompressStream(state, &out, &in);

	if (ZSTD_isError(rc)) {
		step->why = ZSTD_getErrorName(rc);
		return -EBADMSG;
	}
	step->in += in.pos;
	step->in_size -= in.pos;
	step->out += out.pos;
	step->out_size -= out.pos;
	return rc ? CODEC_INSIDE : CODEC_BETWEEN;
}

static void zstd_close(void *state)
{
	ZSTD_freeDStream(state);
}

/* ---- gzip ---- */

struct gzip_state {
	z_stream stream;
	bool ended;		/* a member: the next input begins another */
};

static bool gzip_recognise(const uint8_t *head, size_t size)
{
	return begins_with(head, size, "\x1f\x8b\x08", 3);
}

static void *gzip_open(void)
{
	struct gzip_state *gzip = calloc(1, sizeof(*gzip));

	if (gzip && inflateInit2(&gzip->stream, 16 + MAX_WBITS) != Z_OK) {
		free(gzip);
		return NULL;
	}
	return gzip;
}

static int gzip_step(void *state, struct codec_step *step)
{
	struct gzip_state *gzip = state;
	z_stream *z = &gzip->stream;
	int rc;

	if (gzip->ended) {
		inflateReset(z);
		gzip->ended = false;
	}
	z->next_in = (Bytef *)step->in;
	z->avail_in = (uInt)step->in_size;
	z->next_out = step->out;
	z->avail_out = (uInt)step->out_size;
	rc = inflate(z, Z_NO_FLUSH);
	step->in = z->next_in;
	step->in_size = z->avail_in;
	step->out = z->next_out;
	step->out_size = z->avail_out;
	if (rc == Z_STREAM_END) {
		gzip->ended = true;
		return CODEC_BETWEEN;
	}
	if (rc == Z_OK || rc == Z_BUF_ERROR)
		return CODEC_INSIDE;
	step->why = z->msg ? z->msg : "damaged";
	return -EBADMSG;
}

static void gzip_close(void *state)
{
	struct gzip_state *gzip = state;

	inflateEnd(&gzip->stream);
	free(gzip);
}

/* ---- xz ---- */

static bool xz_recognise(const uint8_t *head, size_t size)
{
	return begins_with(head, size, "\xfd" "7zXZ\0", 6);
}

static void *xz_open(void)
{
	static const lzma_stream init = LZMA_STREAM_INIT;
	lzma_stream *xz = malloc(sizeof(*xz));

	if (!xz)
		return NULL;
	*xz = init;
	if (lzma_stream_decoder(xz, CODEC_MEMORY_MAX, LZMA_CONCATENATED) != LZMA_OK) {
		free(xz);
		return NULL;
	}
	return xz;
}

static const char *xz_why(lzma_ret rc)
{
	switch (rc) {
	case LZMA_MEM_ERROR:
		return "no memory";
	case LZMA_MEMLIMIT_ERROR:
		return "needs more than 256 MiB to decompress";
	case LZMA_FORMAT_ERROR:
		return "what follows is not xz";
	case LZMA_OPTIONS_ERROR:
		return "uses options that liblzma does not know";
	default:
		return "damaged";
	}
}

/* With LZMA_CONCATENATED liblzma looks for more itself, until told of the end. */
static int xz_step(void *state, struct codec_step *step)
{
	lzma_stream *xz = state;
	lzma_ret rc;

	xz->next_in = step->in;
	xz->avail_in = step->in_size;
	xz->next_out = step->out;
	xz->avail_out = step->out_size;
	rc = lzma_code(xz, step->last ? LZMA_FINISH : LZMA_RUN);
	step->in = xz->next_in;
	step->in_size = xz->avail_in;
	step->out = xz->next_out;
	step->out_size = xz->avail_out;
	if (rc == LZMA_STREAM_END)
		return CODEC_BETWEEN;
	if (rc == LZMA_OK || rc == LZMA_BUF_ERROR)
		return CODEC_INSIDE;
	step->why = xz_why(rc);
	return -EBADMSG;
}

static void xz_close(void *state)
{
	lzma_end(state);
	free(state);
}

/* ---- lz4 ---- */

static bool lz4_recognise(const uint8_t *head, size_t size)
{
	return begins_with(head, size, "\x04\x22\x4d\x18", 4);
}

static void *lz4_open(void)
{
	LZ4F_dctx *lz4;

	if (LZ4F_isError(LZ4F_createDecompressionContext(&lz4, LZ4F_VERSION)))
		return NULL;
	return lz4;
}

static int lz4_step(void *state, struct codec_step *step)
{
	size_t in = step->in_size;
	size_t out = step->out_size;
	size_t rc = LZ4F_decompress(state, step->out, &out, step->in, &in, NULL);

	if (LZ4F_isError(rc)) {
		step->why = LZ4F_getErrorName(rc);
		return -EBADMSG;
	}
	step->in += in;
	step->in_size -= in;
	step->out += out;
	step->out_size -= out;
	return rc ? CODEC_INSIDE : CODEC_BETWEEN;
}

static void lz4_close(void *state)
{
	LZ4F_freeDecompressionContext(state);
}

/* The frame of lz4 before 1.0, which the library does not read. */
static bool legacy_recognise(const uint8_t *head, size_t size)
{
	return begins_with(head, size, "\x02\x21\x4c\x18", 4);
}

static int legacy_step(void *state, struct codec_step *step)
{
	(void)state;
	step->why = "the legacy frame of lz4 is not read; recompress it without -l";
	return -EBADMSG;
}

/* ---- the table; "none" takes everything and is last ---- */

static const struct codec codecs[] = {
	{ "zstd", false, zstd_recognise, zstd_open, zstd_step, zstd_close },
	{ "gzip", false, gzip_recognise, gzip_open, gzip_step, gzip_close },
	{ "xz", false, xz_recognise, xz_open, xz_step, xz_close },
	{ "lz4", false, lz4_recognise, lz4_open, lz4_step, lz4_close },
	{ "lz4 (legacy)", false, legacy_recognise, none_open, legacy_step, none_close },
	{ "none", true, none_recognise, none_open, none_step, none_close },
};

const struct codec *codec_find(const uint8_t *head, size_t size)
{
	const struct codec *codec = codecs;

	while (!codec->recognise(head, size))
		codec++;
	return codec;
}
