// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * replay_sizes.c - "--sizes FILE" of replay: how many pages are stored in so many bytes
 *
 *	bytes,pages,source
 *	8,41,measured		what the store makes of the pages, measured by the core
 *	1846,4020,measured
 *	4096,35,refused		pages that it would not take, which stay as they are
 *	1770,9120,recorded	pages put, by the sizes that the trace carries
 */
#include <errno.h>
#include <stdlib.h>

#include "output.h"
#include "replay_config.h"

static void print_sizes(const u64 *pages, u32 nr, const char *source, FILE *f)
{
	u32 bytes;

	for (bytes = 0; bytes < nr; bytes++)
		if (pages[bytes])
			fprintf(f, "%u,%llu,%s\n", bytes,
				(unsigned long long)pages[bytes], source);
}

static int recorded(const struct replay_report *r, struct stored_sizes *sizes,
		    struct trace_error *error)
{
	u64 left = r->config->max_events, events;
	u32 t;
	int ret = 0;

	for (t = 0; t < r->traces->nr && !ret; t++) {
		ret = sizes_recorded(sizes, r->traces->readers[t], left, &events, error);
		if (r->config->max_events && !(left -= events))
			break;
	}
	return ret;
}

int replay_measure_sizes(const struct replay_report *r, const struct content *content,
			 struct stored_sizes *sizes, struct trace_error *error)
{
	int ret = sizes_measure(sizes, content, r->config->store, error);

	return ret ? ret : recorded(r, sizes, error);
}

int replay_write_sizes(const struct stored_sizes *sizes, const char *path)
{
	FILE *f = output_open(path);

	if (!f)
		return -errno;
	replay_csv_origin(f);
	fputs("bytes,pages,source\n", f);
	print_sizes(sizes->measured, ARRAY_SIZE(sizes->measured), "measured", f);
	if (sizes->refused)
		fprintf(f, "%lu,%llu,refused\n", PAGE_SIZE,
			(unsigned long long)sizes->refused);
	print_sizes(sizes->recorded, ARRAY_SIZE(sizes->recorded), "recorded", f);
	return output_close(f);
}
