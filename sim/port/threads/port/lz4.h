/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lz4.h - LZ4 blocks with the kernel's names and signatures, by liblz4.
 *
 * FAITHFUL in format and contract; WEAKER: liblz4 1.9.4 may choose other matches
 * near the end of a block than the kernel's copy, a few bytes of difference on
 * about one page in twenty.  Both calls are fault points.  The sanitizers do not
 * see into liblz4, so the buffers are shown to them first.
 *
 * <lz4.h> declares the same names otherwise: include that before, or not at all.
 */
#ifndef TMEM_PORT_LZ4_H
#define TMEM_PORT_LZ4_H

#include <port/types.h>

/* Bytes of working memory, aligned to 8. */
#define LZ4_MEM_COMPRESS 16416

#ifndef LZ4_COMPRESSBOUND
#define LZ4_COMPRESSBOUND(size) \
	((unsigned int)(size) > 0x7E000000u ? 0 : (size) + (size) / 255 + 16)
#endif

int tmem_port_lz4_compress(const char *src, char *dst, int src_len, int dst_len,
			   void *wrkmem);
int tmem_port_lz4_decompress(const char *src, char *dst, int src_len, int dst_len);

/* Return: bytes written, 0 where @dst_len does not do. */
#define LZ4_compress_default(src, dst, src_len, dst_len, wrkmem) \
	tmem_port_lz4_compress((src), (dst), (src_len), (dst_len), (wrkmem))

/* Return: bytes written, negative where @src is damaged or does not fit. */
#define LZ4_decompress_safe(src, dst, src_len, dst_len) \
	tmem_port_lz4_decompress((src), (dst), (src_len), (dst_len))

#endif /* TMEM_PORT_LZ4_H */
