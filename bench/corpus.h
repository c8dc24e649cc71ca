/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * corpus.h - pages to store, made of what lies about on any machine, and LZ4
 * without anything of ours around it
 */
#ifndef BENCH_CORPUS_H
#define BENCH_CORPUS_H

#include <stdint.h>

#define CORPUS_PAGE	4096U
#define CORPUS_PAGES	1024U	/* 4 MiB at most of each kind */

struct corpus {
	const char *name;
	const char *const *patterns;	/* of files, for glob(3); NULL: words */
	unsigned int nr;		/* pages */
	uint8_t *pages;
	double ratio;			/* compressed bytes of raw ones */
};

extern struct corpus corpora[];
extern const unsigned int nr_corpora;

/*
 * corpus_load - read the files, and keep the pages that LZ4 makes smaller
 *
 * Return: NULL, or why there are no pages.
 */
const char *corpus_load(struct corpus *corpus);

/* LZ4_compress_default() and LZ4_decompress_safe(), a page in or out. */
int bare_compress(const void *page, void *dst, int room);
int bare_decompress(const void *src, int n, void *page);

#endif /* BENCH_CORPUS_H */
