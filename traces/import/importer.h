/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * importer.h - what a format is to the importer, and what it is given to work with
 *
 * A format is one file, ending in a struct trace_importer, and one line of the table
 * in import.c.  Its run() reads lines or records from run->in and hands on events:
 *
 *	import_begin()			once, first
 *	import_pool()			before the first event of each pool
 *	import_emit(), import_pages()	the events
 *	import_skip()			for a line or record that cannot be read
 *
 * Each of them returns 0 to go on; run() returns anything else at once and leaves
 * it to the caller what it means (a positive value: the limit of events was hit).
 */
#ifndef TMEM_IMPORTER_H
#define TMEM_IMPORTER_H

#include <errno.h>
#include <string.h>

#include "../decimal.h"
#include "../tmt.h"
#include "filter.h"
#include "import.h"
#include "input.h"

#define IMPORT_STOP	1
/* One request of more pages than this is taken for damage: 64 GiB of 4 KiB pages. */
#define IMPORT_REQUEST_PAGES	(1U << 24)

struct block_lines;
struct trace_importer;

struct import_run {
	const struct import_config *config;
	const struct trace_sink *sink;
	struct import_report *report;
	struct trace_error *err;
	const struct trace_importer *importer;
	struct input *in;
	const void *data;		/* what @in reads, NULL: the file config->path */
	size_t size;
	/*
	 * Of a format whose lines or records come from elsewhere: have @in at their
	 * beginning again, instead of that of the file.  @in is left to it in any case.
	 */
	int (*again)(struct import_run *run);
	void *again_arg;
	uint32_t object_pages;
	uint32_t page_size;
	struct import_filter_state filter;
	bool has_times;
	uint64_t time;			/* of the event before */
	uint64_t skipped_before;	/* when the source itself was imported */
	uint32_t nr_pools;
};

struct trace_importer {
	const char *name;
	const char *what;		/* a line, for --help */
	const char *example;		/* a line of such a file, or its layout */
	/*
	 * How well the first bytes of a file fit, 0 to 100; NULL: not told by
	 * them.  For 0, @why gets why not, in a few words.
	 */
	int (*probe)(const struct trace_importer *importer, const char *head,
		     size_t size, const char **why);
	int (*run)(struct import_run *run);
	const struct block_lines *lines;	/* of block_lines_run(): block.h */
	bool has_majors;	/* its requests have, or may have, BLOCK_MAJORS: block.h */
};

extern const struct trace_importer import_ftrace;
extern const struct trace_importer import_lis;
extern const struct trace_importer import_lirs;
extern const struct trace_importer import_vscsi;
extern const struct trace_importer import_msr;
extern const struct trace_importer import_spc;
extern const struct trace_importer import_alibaba;
extern const struct trace_importer import_tencent;
extern const struct trace_importer import_systor;
extern const struct trace_importer import_fiu;
extern const struct trace_importer import_fiu_nbw;
extern const struct trace_importer import_blkparse;
extern const struct trace_importer import_ftrace_block;
extern const struct trace_importer import_page_lines;
extern const struct trace_importer import_page_u32;
extern const struct trace_importer import_page_u64;
extern const struct trace_importer import_oraclegeneral;
extern const struct trace_importer import_ops;
extern const struct trace_importer import_text;
extern const struct trace_importer import_trace_dat;

/* ---- run.c ---- */

/* What the source tells of an event: @has of import_begin(). */
#define IMPORT_TIMES	(1U << 0)
#define IMPORT_HASHES	(1U << 1)	/* of page contents */
#define IMPORT_CLIENTS	(1U << 2)	/* who it is of: see filter.h */
#define IMPORT_DEVICES	(1U << 3)
#define IMPORT_PIDS	(1U << 4)
#define IMPORT_CGROUPS	(1U << 5)

int import_begin(struct import_run *run, enum trace_kind kind, uint32_t has);
/* For a source that says all of @info itself; without pools. */
int import_begin_info(struct import_run *run, struct trace_info *info, uint32_t has);

/* Add a pool; its number is run->nr_pools before the call. */
int import_pool(struct import_run *run, uint32_t client, uint32_t flags);

/* The next line, or 0 at the end; counts. */
int import_line(struct import_run *run, char **line, size_t *length);
int import_record(struct import_run *run, size_t size, const uint8_t **record);

/* @each line in turn; what it returns but 0 ends it and is returned. */
static inline int import_lines(struct import_run *run,
			       int (*each)(void *arg, char *line, size_t length), void *arg)
{
	size_t length;
	char *line;
	int rc;

	while ((rc = import_line(run, &line, &length)) > 0) {
		rc = each(arg, line, length);
		if (rc)
			return rc;
	}
	return rc;
}

/* Hand an event on if it is wanted; its time is put right if it goes backwards. */
int import_emit(struct import_run *run, struct trace_record *record);

/*
 * *@time must not be before *@last: set it right and count it, or with strict fail.
 * import_emit() does so itself; this is for who holds events back after their line.
 */
int import_time(struct import_run *run, uint64_t *last, uint64_t *time);

struct import_clock {
	bool started;
	uint64_t base;		/* the first time of the source, or the latest before it */
};

/* ns since the first time of the source; one before that counts as going backwards. */
int import_since(struct import_run *run, struct import_clock *clock, uint64_t time,
		 uint64_t *since);

/*
 * Run @pass over the whole input with nothing handed on, counted or named, to learn
 * what is only known at its end; then the input is at its beginning again.  Returns
 * what went wrong: @pass did, or the input cannot be read twice (-EINVAL).
 */
int import_rehearse(struct import_run *run,
		    int (*pass)(struct import_run *run, void *arg), void *arg);

/*
 * @nr pages from @page of a device, as events like @like, whose pool, client, op,
 * time and cpu are set.  Returns 0, IMPORT_STOP or an error; pages that cannot be
 * named are skipped as import_skip() does.
 */
int import_pages(struct import_run *run, struct trace_record *like,
		 uint64_t device, uint64_t page, uint64_t nr);

/*
 * Whether import_pages() can name such pages: 1, or what import_skip() returned after
 * the line or record was skipped.
 */
int import_pages_check(struct import_run *run, uint64_t page, uint64_t nr);

/*
 * The present line or record cannot be read: count it, show the first ones, and with
 * strict fail.  @sample, which may be NULL, is how it begins.
 */
int import_skip(struct import_run *run, const char *sample, const char *format,
		...) __attribute__((format(printf, 3, 4)));
/* Events lost by the recorder; 0: it did not say how many. */
void import_lost(struct import_run *run, uint64_t nr);

/* Swap devices are known by numbers that few formats have: -EINVAL where they are not. */
int import_check_swap(struct import_run *run, const struct trace_importer *importer);

/* Requests that are not of the device that import_config.swap_device names. */
#define IMPORT_NOTE_ELSEWHERE	"requests of other devices than the swap device"

/* How the source calls a client, a device or a pool: for who observes the import. */
void import_name(struct import_run *run, enum import_thing thing, uint64_t id,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Set a counter of the format's own in the report. */
void import_note(struct import_run *run, const char *name, uint64_t count);

/*
 * Probe a text: @line says whether a line fits.  The score is 90 where most of
 * the first lines do; blank lines and those that begin with # are passed over.
 */
int import_probe_lines(const struct trace_importer *importer, const char *head,
		       size_t size,
		       bool (*line)(const struct trace_importer *importer,
				    const char *line, size_t length));

/* ---- numbers and words ---- */

static inline bool import_blank(char c)
{
	return c == ' ' || c == '\t';
}

static inline const char *import_skip_blanks(const char *p)
{
	while (import_blank(*p))
		p++;
	return p;
}

/* A blank line, or a comment. */
static inline bool import_says_nothing(const char *line, size_t length)
{
	return *line == '#' || import_skip_blanks(line) == line + length;
}

/*
 * A decimal fraction of a second at *p, ".552", as ns; digits past the ninth are
 * dropped.  False where there is no point with a digit behind it.
 */
static inline bool import_fraction(const char **p, uint64_t *ns)
{
	const char *s = *p;
	uint64_t scale = 1000000000;
	uint64_t v = 0;

	if (s[0] != '.' || s[1] < '0' || s[1] > '9')
		return false;
	for (s++; *s >= '0' && *s <= '9'; s++) {
		scale /= 10;
		v += (uint64_t)(*s - '0') * scale;
	}
	*p = s;
	*ns = v;
	return true;
}

/* Seconds at *p, with or without a fraction, as ns; false also for 2^64 ns and more. */
static inline bool import_seconds(const char **p, uint64_t *ns)
{
	const char *s = *p;
	uint64_t seconds;
	uint64_t fraction = 0;

	if (!trace_decimal(&s, &seconds))
		return false;
	if (*s == '.' && !import_fraction(&s, &fraction))
		return false;
	if (__builtin_mul_overflow(seconds, 1000000000, &seconds) ||
	    __builtin_add_overflow(seconds, fraction, &seconds))
		return false;
	*p = s;
	*ns = seconds;
	return true;
}

/* Hexadecimal digits at *p, with or without 0x. */
static inline bool import_hex(const char **p, uint64_t *value)
{
	const char *s = *p;
	const char *first;
	uint64_t v = 0;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
		s += 2;
	for (first = s;; s++) {
		unsigned int digit;

		if (*s >= '0' && *s <= '9')
			digit = (unsigned int)(*s - '0');
		else if ((*s | 0x20) >= 'a' && (*s | 0x20) <= 'f')
			digit = (unsigned int)((*s | 0x20) - 'a') + 10;
		else
			break;
		if (v >> 60)
			return false;
		v = v << 4 | digit;
	}
	if (s == first)
		return false;
	*p = s;
	*value = v;
	return true;
}

/* Is a task of this name kswapd? */
static inline bool import_is_kswapd(const char *task, size_t length)
{
	return length > 6 && memcmp(task, "kswapd", 6) == 0 && task[6] >= '0' && task[6] <= '9';
}

/* A device as Linux numbers them; false: there can be no such device. */
static inline bool import_device_number(uint64_t major, uint64_t minor, uint32_t *device)
{
	if (major >> 12 || minor >> 20)
		return false;
	*device = (uint32_t)(major << 20 | minor);
	return true;
}

/* "8,0" at *p, with @separator between the numbers. */
static inline bool import_device(const char **p, char separator, uint32_t *device)
{
	const char *s = *p;
	uint64_t major;
	uint64_t minor;

	if (!trace_decimal(&s, &major) || *s++ != separator ||
	    !trace_decimal(&s, &minor) || !import_device_number(major, minor, device))
		return false;
	*p = s;
	return true;
}

#endif /* TMEM_IMPORTER_H */
