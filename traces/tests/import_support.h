/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * import_support.h - what tests of the importers share
 *
 * A dump is an import as text: the format, kind, pools and events in their order,
 * and then what the report counted.  Golden files hold dumps.
 */
#ifndef TMEM_IMPORT_SUPPORT_H
#define TMEM_IMPORT_SUPPORT_H

#include "import.h"

struct bytes {
	uint8_t *data;
	size_t size;
};

/* A whole file; fails the test if it cannot be read. */
struct bytes bytes_read(const char *path);
/* A file of the folder of golden files. */
struct bytes bytes_golden(const char *name);
void bytes_free(struct bytes *bytes);

enum compression { PLAIN, ZSTD, GZIP, XZ, LZ4, NR_COMPRESSIONS };

extern const char *const compression_names[NR_COMPRESSIONS];

struct bytes bytes_compress(enum compression how, const void *data, size_t size);
struct bytes bytes_join(const struct bytes *a, const struct bytes *b);

/* What an import ended with, and its dump. */
struct outcome {
	int rc;
	struct trace_error err;
	struct import_report report;
	char *dump;
};

/* @config says what but path and sink; they are set here. */
struct outcome import_bytes(struct import_config config, const void *data, size_t size);
struct outcome import_string(struct import_config config, const char *text);
void outcome_free(struct outcome *outcome);

/* Fails the test with the error's text unless the import went well. */
void outcome_is_fine(const struct outcome *outcome);
/* The dump is @want, else both are printed and the test fails. */
void outcome_is(const struct outcome *outcome, const char *want);
/* It failed with @code and an error of one line that holds @words. */
void outcome_failed(const struct outcome *outcome, int code, const char *words);

/*
 * A test: data/import_NAME.txt is a file to import, data/import_NAME.want its dump.  The
 * file must be recognised, read the same through every compression, and with strict fail
 * at the first line that is skipped otherwise.  *@state is NAME.
 */
void golden_file(void **state);

#define GOLDEN(n)	{ n, golden_file, NULL, NULL, n }

#endif /* TMEM_IMPORT_SUPPORT_H */
