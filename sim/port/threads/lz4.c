// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lz4.c - LZ4 through liblz4, whose code no sanitizer has instrumented: the
 * buffers are announced to them here, so that a page freed or written by another
 * thread meanwhile is reported.
 */
#include <lz4.h>

#include "internal.h"

static_assert(LZ4_MEM_COMPRESS >= sizeof(LZ4_stream_t), "working memory of liblz4");

#if TMEM_PORT_TSAN
void __tsan_read_range(void *addr, long size);
void __tsan_write_range(void *addr, long size);

static void reads(const void *p, int size)
{
	__tsan_read_range((void *)(uintptr_t)p, size);
}

static void writes(void *p, int size)
{
	__tsan_write_range(p, size);
}
#elif TMEM_PORT_ASAN
#include <sanitizer/asan_interface.h>

/* Touches the first bad byte, which ends in the sanitizer's own report. */
static void touch(const void *p, int size)
{
	volatile const char *bad;

	bad = __asan_region_is_poisoned((void *)(uintptr_t)p, (size_t)size);
	if (bad)
		(void)*bad;
}

static void reads(const void *p, int size)
{
	touch(p, size);
}

static void writes(void *p, int size)
{
	touch(p, size);
}
#else
static void reads(const void *p, int size)
{
	(void)p;
	(void)size;
}

static void writes(void *p, int size)
{
	(void)p;
	(void)size;
}
#endif

int tmem_port_lz4_compress(const char *src, char *dst, int src_len, int dst_len,
			   void *wrkmem)
{
	int n;

	if (tmem_port_fault())
		return 0;
	if (WARN_ON_ONCE((uintptr_t)wrkmem % 8))
		return 0;
	reads(src, src_len);
	writes(wrkmem, LZ4_MEM_COMPRESS);
	n = LZ4_compress_fast_extState(wrkmem, src, dst, src_len, dst_len, 1);
	writes(dst, n);
	return n;
}

int tmem_port_lz4_decompress(const char *src, char *dst, int src_len, int dst_len)
{
	int n;

	if (tmem_port_fault())
		return -1;
	reads(src, src_len);
	writes(dst, dst_len);
	n = (LZ4_decompress_safe)(src, dst, src_len, dst_len);
	return n;
}
