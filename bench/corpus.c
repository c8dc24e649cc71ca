// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * corpus.c - pages of programs, of text, and filled with one word
 *
 * Results depend on the files of the machine: compare numbers of one run.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lz4.h>

#include "corpus.h"

/* A file gives this many pages at most, so that there are several kinds of each. */
#define FILE_PAGES 256U

static const char *const binary[] = {
	"/proc/self/exe", "/bin/bash", "/usr/lib/*/libc.so.6", "/usr/bin/perl*",
	"/usr/lib/*/libcrypto.so*", "/usr/bin/[a-m]*", NULL
};

static const char *const text[] = {
	"/usr/share/common-licenses/*", "/usr/share/perl*/*/*.p[lm]",
	"/usr/include/*.h", "/var/lib/dpkg/info/*.list", "/etc/*", NULL
};

struct corpus corpora[] = {
	{ .name = "binary", .patterns = binary },
	{ .name = "text", .patterns = text },
	{ .name = "same" },
};

const unsigned int nr_corpora = sizeof(corpora) / sizeof(corpora[0]);

int bare_compress(const void *page, void *dst, int room)
{
	return LZ4_compress_default(page, dst, CORPUS_PAGE, room);
}

int bare_decompress(const void *src, int n, void *page)
{
	return LZ4_decompress_safe(src, page, n, CORPUS_PAGE);
}

static int is_same(const uint8_t *page)
{
	return !memcmp(page, page + 8, CORPUS_PAGE - 8);
}

/* Takes a page in if it compresses; adds its compressed size. */
static void add_page(struct corpus *corpus, const uint8_t *page)
{
	char out[LZ4_COMPRESSBOUND(CORPUS_PAGE)];
	int n = bare_compress(page, out, sizeof(out));

	if (n <= 0 || n >= (int)CORPUS_PAGE || (corpus->patterns && is_same(page)))
		return;
	memcpy(corpus->pages + (size_t)corpus->nr++ * CORPUS_PAGE, page, CORPUS_PAGE);
	corpus->ratio += (double)n;
}

static void add_file(struct corpus *corpus, const char *path)
{
	uint8_t page[CORPUS_PAGE];
	unsigned int last = corpus->nr + FILE_PAGES;
	FILE *f = fopen(path, "rb");

	if (!f)
		return;
	while (corpus->nr < CORPUS_PAGES && corpus->nr < last &&
	       fread(page, sizeof(page), 1, f) == 1)
		add_page(corpus, page);
	fclose(f);
}

static void add_files(struct corpus *corpus, const char *pattern)
{
	glob_t found;
	size_t i;

	if (glob(pattern, 0, NULL, &found))
		return;
	for (i = 0; i < found.gl_pathc && corpus->nr < CORPUS_PAGES; i++)
		add_file(corpus, found.gl_pathv[i]);
	globfree(&found);
}

static void add_words(struct corpus *corpus)
{
	uint64_t page[CORPUS_PAGE / 8], word;
	unsigned int i;

	while (corpus->nr < CORPUS_PAGES) {
		word = corpus->nr * 0x9e3779b97f4a7c15ULL;	/* the first is 0 */
		for (i = 0; i < CORPUS_PAGE / 8; i++)
			page[i] = word;
		add_page(corpus, (const uint8_t *)page);
	}
}

const char *corpus_load(struct corpus *corpus)
{
	const char *const *pattern = corpus->patterns;

	if (corpus->pages)
		return corpus->nr ? NULL : "none of the files of this corpus could be read";
	corpus->pages = aligned_alloc(CORPUS_PAGE, (size_t)CORPUS_PAGES * CORPUS_PAGE);
	if (!corpus->pages)
		return "no memory for the pages";
	if (!pattern)
		add_words(corpus);
	for (; pattern && *pattern; pattern++)
		add_files(corpus, *pattern);
	if (!corpus->nr)
		return "none of the files of this corpus could be read";
	corpus->ratio /= (double)corpus->nr * CORPUS_PAGE;
	return NULL;
}
