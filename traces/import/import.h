/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * import.h - traces of other formats become .tmt files, or events in memory
 *
 * trace_import() recognises what a file is, or is told, reads it compressed or not,
 * and hands its events to a .tmt file or to a sink of the caller's.  It never drops
 * anything silently: what could not be read, what the recorder lost and what had to
 * be guessed are counted in the report, the first of them with their place.
 *
 * Formats of page references or block requests give reads, writes and discards of
 * one pool for each client: requests are split into aligned pages, and a volume is cut
 * into objects of object_pages pages, so that page P of device D is index
 * P % object_pages of the object {D, P / object_pages, 0}, where the number of the
 * client is in the upper half of D.  Consecutive pages of one object are one event.
 * Formats of tmem operations say themselves what pools and objects are.
 */
#ifndef TMEM_IMPORT_H
#define TMEM_IMPORT_H

#include <stdio.h>

#include "../trace.h"

#define IMPORT_OBJECT_PAGES	16384U	/* default of object_pages */
#define IMPORT_PAGE_SIZE	4096U	/* default of page_size */
#define IMPORT_NR_EXAMPLES	8U	/* skipped lines that a report shows */
/* Notes of all formats that have requests. */
#define IMPORT_NOTE_READS	"read requests"
#define IMPORT_NOTE_WRITES	"write requests"
#define IMPORT_NOTE_DISCARDS	"discard requests"
#define IMPORT_NOTE_UNALIGNED	"requests that are not whole pages"
#define IMPORT_NR_NOTES		48U	/* counters of a format */

/* Why an event was left out; the first ones are who it was of. */
enum import_by {
	IMPORT_BY_DEVICE,
	IMPORT_BY_CLIENT,
	IMPORT_BY_PID,
	IMPORT_BY_CGROUP,
	IMPORT_NR_WHO,
	IMPORT_BY_TIME = IMPORT_NR_WHO,
	IMPORT_BY_OP,
	IMPORT_BY_SAMPLE,
	IMPORT_NR_BY
};

/*
 * What is imported of a source; all of it where all is zero.  What is asked for must be
 * known to the format, else the import is -EINVAL; so it is where nothing is left, with
 * an error that lists the names there are.
 */
struct import_filter {
	/* Names as the source writes them, a process as its decimal number. */
	const char *who[IMPORT_NR_WHO];
	uint64_t from;		/* ns after the first event of the source */
	uint64_t until;		/* the first ns that is not wanted, 0: no end */
	uint32_t ops;		/* bits 1 << TRACE_*, 0: all */
	/*
	 * One in so many pages, 0: all.  A page is in with all its references or with
	 * none; runs of pages are cut.  Flushes of objects and of long ranges stay.
	 */
	uint64_t sample;
};

/* What the observer of an import is told the names of. */
enum import_thing {
	IMPORT_CLIENT,		/* by trace_event.client */
	IMPORT_DEVICE,		/* of page references: by trace_oid.w[0] */
	IMPORT_FILE,		/* the same, where it is a file: may be named again */
	IMPORT_POOL,		/* of operations: by trace_event.pool */
};

/*
 * Who wants to know more of a file than a trace has room for.  Either may be NULL.
 * What is given stays only during the call.
 */
struct import_observer {
	void *arg;
	/* The first bytes, decompressed, before it is asked which format they are. */
	void (*peeked)(void *arg, const char *head, size_t size);
	/* How the source calls a thing; before its first event, or never. */
	void (*named)(void *arg, enum import_thing thing, uint64_t id, const char *name);
};

/*
 * A page left a page cache and nothing tells whether reclaim took it (a put) or it was
 * truncated (a flush).
 */
enum import_ambiguous {
	IMPORT_AMBIGUOUS_AUTO,	/* what is likelier, by the format */
	IMPORT_AMBIGUOUS_PUT,	/* takes a file that can be read twice */
	IMPORT_AMBIGUOUS_FLUSH,
};

struct import_config {
	const char *path;		/* "-": standard input */
	const char *format;		/* NULL: recognise it */
	const char *output;		/* the .tmt to write, or NULL: to @sink */
	const struct trace_sink *sink;
	const char *source;		/* for the header, NULL: file and format */
	uint32_t object_pages;		/* 0: IMPORT_OBJECT_PAGES */
	uint32_t page_size;		/* power of two from 512, 0: IMPORT_PAGE_SIZE */
	struct import_filter filter;
	/*
	 * Import the requests of one device as operations on swap: writes put, reads get,
	 * discards flush.  -EINVAL for formats without the devices of a Linux machine.
	 */
	bool swap;
	uint32_t swap_device;		/* see import_parse_device() */
	enum import_ambiguous ambiguous;
	bool strict;			/* what would be skipped is fatal */
	uint64_t max_events;		/* stop after as many, 0: no limit */
	const struct import_observer *observer;	/* may be NULL */
	/* Called now and then with what was read so far; may be NULL. */
	void (*progress)(void *arg, uint64_t bytes_read, uint64_t events);
	void *progress_arg;
};

struct import_example {
	uint64_t place;			/* line, or offset of the record */
	char text[160];			/* why, and how it begins */
};

struct import_note {
	const char *name;
	uint64_t count;
};

struct import_report {
	const char *format;
	const char *compression;	/* "none", "zstd", ... */
	bool by_lines;			/* places are lines, not offsets */
	bool stopped;			/* at max_events */
	bool lost_unknown;		/* some losses came without a number: 1 each */
	uint64_t bytes_read;		/* of the file */
	uint64_t bytes_plain;		/* decompressed */
	uint64_t units;			/* lines or records read */
	uint64_t events;		/* handed on */
	uint64_t ops[TRACE_NR_OPS];	/* events of each operation */
	uint64_t pages[TRACE_NR_OPS];	/* pages of each, flush-object counting 1 */
	uint32_t pools;
	/* Requests or events that the filter left out; pages, of IMPORT_BY_SAMPLE. */
	uint64_t left_out[IMPORT_NR_BY];
	uint64_t skipped;		/* lines or records that could not be read */
	uint32_t nr_examples;
	struct import_example examples[IMPORT_NR_EXAMPLES];
	uint64_t backwards;		/* times set to the one before them */
	uint64_t backwards_place;	/* of the first */
	uint64_t lost;			/* events that the recorder lost */
	uint64_t removals;		/* pages' removals that had to be classified */
	uint64_t ambiguous;		/* of them: nothing proved put or flush */
	/* Of block requests: kswapd wrote swap_by_kswapd times, if any, to what may be swap. */
	uint32_t swap_device;		/* as in import_config */
	uint64_t swap_writes;		/* in all */
	uint64_t swap_by_kswapd;
	uint32_t nr_notes;
	struct import_note notes[IMPORT_NR_NOTES];	/* the format's own counters */
};

/*
 * Import a file.  Returns 0, or a negative error with @err filled in: -EBADMSG for
 * damaged, truncated or foreign input, with its place; -EINVAL for a configuration
 * that cannot be.  @report may be NULL; on an error it says how far it went.  With
 * @output, the file appears only on success.
 *
 * Times that go backwards are set to the latest before them and counted; they and
 * lines or records that cannot be read are fatal when strict.  A file of which
 * nothing at all could be read is an error in any case.
 */
int trace_import(const struct import_config *config, struct import_report *report,
		 struct trace_error *err);

/* The same over @size bytes in memory; config->path is their name in errors. */
int trace_import_memory(const struct import_config *config, const void *data,
			size_t size, struct import_report *report,
			struct trace_error *err);

/* What was imported, lost, skipped and guessed: a few lines. */
void import_report_print(FILE *f, const struct import_report *report);

/* The option of the command line that asks for it: "--device". */
const char *import_by_name(enum import_by by);

/* A counter of the format's own by its name; 0 where there is none. */
uint64_t import_report_note(const struct import_report *report, const char *name);

/* "8,3" or "8:3" as major << 20 | minor; false: it is no device's number. */
bool import_parse_device(const char *text, uint32_t *device);

/* How well the first bytes of a file fit a format. */
struct import_guess {
	const char *name;
	int score;		/* 0 .. 100; -1: told by --format only */
	const char *why;	/* of a score of 0: why not; else what the format is like */
};

/* How format @n fits @size bytes, INPUT_PEEK or the whole file; false: no more. */
bool import_guess(uint32_t n, const char *head, size_t size, struct import_guess *guess);

/* The formats, for --help: name, description, example of format @n; false: no more. */
bool import_format(uint32_t n, const char **name, const char **what,
		   const char **example);

#endif /* TMEM_IMPORT_H */
