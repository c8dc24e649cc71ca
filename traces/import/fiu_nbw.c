// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fiu_nbw.c - reads and writes of files: system call traces of FIU
 *
 *	seq ts READ|WRITE inode inode-size offset size [HIT|MISS|APPEND]
 *	seq ts OPEN|CLOSE|FSYNC|FDATASYNC inode inode-size
 *
 * Campello and others, "Non-blocking Writes to Files", FAST 2015; described at
 * sylab-srv.cs.fiu.edu, projects/nbw/traces.  Times are ns, sizes and offsets bytes.
 * There is a file of these for each core of a machine.
 *
 * An object is an inode, and a page's index its place in the file; a trace does not tell
 * file systems apart.  HIT and MISS say whether all of what was asked for was in the page
 * cache of that machine, which becomes the recorded result of the read or write; it is no
 * answer of any tmem, and the page-cache model goes its own way.  An APPEND, and an access
 * of ZFS, which have neither, have no result.
 */
#include "block.h"

#define NBW_WORDS	8U

struct nbw {
	struct import_run *run;
	struct import_clock clock;
	uint64_t reads;
	uint64_t writes;
	uint64_t hits;
	uint64_t misses;
	uint64_t appends;
	uint64_t empty;
	uint64_t others;
};

struct nbw_call {
	uint64_t time;
	uint64_t inode;
	uint64_t offset;
	uint64_t size;
	uint8_t op;		/* BLOCK_OTHER: nothing is read or written */
	uint8_t tag;		/* enum nbw_tag */
};

enum nbw_tag {
	NBW_NONE,
	NBW_HIT,
	NBW_MISS,
	NBW_APPEND,
};

static const struct block_op_word nbw_ops[] = {
	{ "READ", TRACE_READ },
	{ "WRITE", TRACE_WRITE },
	{ "OPEN", BLOCK_OTHER },
	{ "CLOSE", BLOCK_OTHER },
	{ "FSYNC", BLOCK_OTHER },
	{ "FDATASYNC", BLOCK_OTHER },
	{ NULL, 0 },
};

static const struct block_op_word nbw_tags[] = {
	{ "HIT", NBW_HIT },
	{ "MISS", NBW_MISS },
	{ "APPEND", NBW_APPEND },
	{ NULL, 0 },
};

/* NULL, or what is wrong. */
static const char *nbw_parse(const char *line, struct nbw_call *call)
{
	struct block_word f[NBW_WORDS];
	uint32_t nr = block_words(line, f, NBW_WORDS);
	uint64_t number;

	if (nr < 5 || nr > NBW_WORDS)
		return "not 'seq ts operation inode inode-size offset size HIT|MISS|APPEND'";
	if (!block_number(&f[0], &number))
		return "no sequence number";
	if (!block_number(&f[1], &call->time))
		return "no time in nanoseconds";
	if (!block_op(&f[2], nbw_ops, &call->op))
		return "an operation that is not known";
	if (!block_number(&f[3], &call->inode) || !block_number(&f[4], &number))
		return "no inode and its size in bytes";
	if (call->op == BLOCK_OTHER)
		return nr == 5 ? NULL : "more than an inode and its size";
	if (nr < 7 || !block_number(&f[5], &call->offset) || !block_number(&f[6], &call->size))
		return "no offset and size in bytes";
	if (nr == 8 && !block_op(&f[7], nbw_tags, &call->tag))
		return "neither HIT, MISS nor APPEND";
	return NULL;
}

static void nbw_count(struct nbw *nbw, const struct nbw_call *call)
{
	if (call->op == TRACE_READ)
		nbw->reads++;
	else
		nbw->writes++;
	nbw->hits += call->tag == NBW_HIT;
	nbw->misses += call->tag == NBW_MISS;
	nbw->appends += call->tag == NBW_APPEND;
}

static int nbw_access(struct nbw *nbw, const struct nbw_call *call, const char *line)
{
	static const uint8_t results[] = {
		[NBW_HIT] = TRACE_HIT, [NBW_MISS] = TRACE_MISS, [NBW_APPEND] = TRACE_UNKNOWN,
	};
	struct import_run *run = nbw->run;
	uint64_t first = call->offset / run->page_size;
	struct trace_record record = {
		.event = { .op = call->op, .result = results[call->tag] },
		.oid = { { call->inode, 0, 0 } },
	};
	uint64_t last;
	int rc;

	if (__builtin_add_overflow(call->offset, call->size - 1, &last) ||
	    last / run->page_size > UINT32_MAX)
		return import_skip(run, line, "a page past 2^32 of its file");
	last /= run->page_size;
	if (last - first >= IMPORT_REQUEST_PAGES)
		return import_skip(run, line, "more than %u pages", IMPORT_REQUEST_PAGES);
	rc = import_since(run, &nbw->clock, call->time, &record.event.time);
	if (rc)
		return rc;
	nbw_count(nbw, call);
	import_name(run, IMPORT_FILE, call->inode, "inode %llu",
		    (unsigned long long)call->inode);
	record.event.index = (uint32_t)first;
	record.event.count = (uint32_t)(last - first) + 1;
	return import_emit(run, &record);
}

static int nbw_line(void *arg, char *line, size_t length)
{
	struct nbw *nbw = arg;
	struct nbw_call call = { .tag = NBW_NONE };
	const char *why = memchr(line, '\0', length) ? "holds a byte 0" : NULL;

	if (!why && import_says_nothing(line, length))
		return 0;
	why = why ?: nbw_parse(line, &call);
	if (why)
		return import_skip(nbw->run, line, "%s", why);
	if (call.op == BLOCK_OTHER) {
		nbw->others++;
		return 0;
	}
	if (call.size == 0) {		/* at the end of a file */
		nbw->empty++;
		return 0;
	}
	return nbw_access(nbw, &call, line);
}

static int nbw_run(struct import_run *run)
{
	struct nbw nbw = { .run = run };
	int rc = import_begin(run, TRACE_REFERENCES, IMPORT_TIMES);

	rc = rc ?: import_pool(run, 0, 0);
	rc = rc ?: import_lines(run, nbw_line, &nbw);
	import_note(run, "reads", nbw.reads);
	import_note(run, "writes", nbw.writes);
	import_note(run, "recorded hits", nbw.hits);
	import_note(run, "recorded misses", nbw.misses);
	import_note(run, "appends", nbw.appends);
	import_note(run, "reads and writes of no bytes", nbw.empty);
	import_note(run, "calls that neither read nor write", nbw.others);
	return rc;
}

static bool nbw_probe_line(const struct trace_importer *importer, const char *line,
			   size_t length)
{
	struct nbw_call call = { .tag = NBW_NONE };

	(void)importer;
	return strlen(line) == length && !nbw_parse(line, &call);
}

static int nbw_probe(const struct trace_importer *importer, const char *head, size_t size,
		     const char **why)
{
	*why = "no 'seq ts READ|WRITE|... inode size'";
	return import_probe_lines(importer, head, size, nbw_probe_line);
}

const struct trace_importer import_fiu_nbw = {
	.name = "fiu-nbw",
	.what = "reads and writes of files, of FIU: seq ts READ|WRITE inode size offset size HIT|MISS|APPEND",
	.example = "17 1410840000123456789 WRITE 917531 20480 16384 4096 MISS",
	.probe = nbw_probe,
	.run = nbw_run,
};
