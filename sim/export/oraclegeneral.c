// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * oraclegeneral.c - references as libCacheSim's oracleGeneral records
 *
 * A record names the next request for the same page, which is known only from behind:
 * the trace is read from its end, with a table of where each page was seen last (that
 * is, where it is asked for next), and the file, whose size is known, is filled from
 * its end, a buffer at a time.
 *
 * Each reference is of one page, of the trace's page size.  Its time is whole seconds.
 */
#include <errno.h>
#include <stdlib.h>

#include "../../traces/import/idmap.h"
#include "../../traces/newfile.h"
#include "../../traces/oraclegeneral.h"
#include "exporter.h"

#define BUFFER_RECORDS	65536U
#define NS		1000000000ULL

struct oracle {
	struct export_run *run;
	struct new_file file;
	struct idmap next;	/* of a page: the reference to it, from 1 */
	uint64_t left;		/* references that come before those seen */
	uint32_t start;		/* of what is in the buffer, in records */
	uint8_t *buffer;
};

static int no_memory(struct export_run *run)
{
	return tmt_error(run->err, -ENOMEM, run->config->path,
			 "no memory for a table of the pages; export a part of the trace");
}

static int drain(struct oracle *o)
{
	int ret = new_file_write(&o->file, o->buffer + o->start * ORACLE_SIZE,
				 (BUFFER_RECORDS - o->start) * ORACLE_SIZE,
				 o->left * ORACLE_SIZE, o->run->err);

	o->start = BUFFER_RECORDS;
	export_progress(o->run, o->run->nr_references - o->left);
	return ret;
}

/* The last of the references that were not seen yet. */
static int one(struct oracle *o, uint32_t time, uint64_t page)
{
	uint32_t next = idmap_get(&o->next, page);
	struct oracle_record record = {
		.time = time,
		.id = page,
		.size = o->run->info->page_size,
		.next = next ? (int64_t)next : -1,
	};

	if (idmap_set(&o->next, page, (uint32_t)o->left))
		return no_memory(o->run);
	o->left--;
	oracle_encode(o->buffer + --o->start * ORACLE_SIZE, &record);
	return o->start ? 0 : drain(o);
}

static int backward_event(void *arg, const struct trace_event *event, uint64_t first)
{
	struct oracle *o = arg;
	int ret = 0;

	if (event->time / NS > UINT32_MAX)
		return tmt_error(o->run->err, -EINVAL, o->run->config->path,
				 "the trace is longer than 2^32 seconds, which oraclegeneral cannot tell");
	for (uint32_t i = event->count; i-- && !ret;)
		ret = one(o, (uint32_t)(event->time / NS), first + i);
	return ret;
}

static int fill(struct oracle *o)
{
	int ret = export_events(o->run, EXPORT_BACKWARD, o, backward_event);

	if (!ret && o->start < BUFFER_RECORDS)
		ret = drain(o);
	return ret ?: new_file_publish(&o->file, o->run->err);
}

static int oracle_export(struct export_run *run)
{
	const char *path = run->config->path;
	struct oracle o = {
		.run = run,
		.file.fd = -1,
		.left = run->nr_references,
		.start = BUFFER_RECORDS,
	};
	int ret;

	if (strcmp(path, "-") == 0)
		return tmt_error(run->err, -EINVAL, "standard output",
				 "oraclegeneral is written from its end: give a file");
	/* The table has 32 bits for a reference, and 0 is none. */
	if (run->nr_references >= UINT32_MAX)
		return tmt_error(run->err, -EINVAL, path,
				 "%llu references, more than 2^32 - 2: export a part of the trace",
				 (unsigned long long)run->nr_references);
	o.buffer = malloc((size_t)BUFFER_RECORDS * ORACLE_SIZE);
	ret = o.buffer ? new_file_create(&o.file, path, run->err) : no_memory(run);
	ret = ret ?: fill(&o);
	if (!ret)
		run->report->references = run->nr_references;
	new_file_drop(&o.file);
	idmap_free(&o.next);
	free(o.buffer);
	return ret;
}

const struct trace_exporter export_oraclegeneral = {
	.name = "oraclegeneral",
	.what = "libCacheSim's records of 24 bytes, with the next request for each page",
	.run = oracle_export,
};
