// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trace_dat_make.c - see trace_dat_make.h
 *
 *	magic, version, endianness, sizes
 *	header_page, header_event	how a page of the ring buffer is laid out
 *	formats				of the events that are in it
 *	symbols, printk formats		none
 *	names of tasks
 *	options				the clock
 *	flyrecord			where each CPU's pages are
 *	pages				each: time, size and losses, events
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "trace_dat_make.h"

#define PAGE		4096U
#define PAGE_HEADER	16U
#define NR_CPUS		2U
#define MAX_HEAD	(64U << 10)
#define OPTION_CLOCK	4U
#define LOST_EVENTS	(1U << 31)	/* of a page's size: some are missing before it */
#define LOST_STORED	(1U << 30)	/* and their number is behind its data */
#define ID_ADD		100U

static const char header_page[] =
	"\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
	"\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
	"\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
	"\tfield: char data;\toffset:16;\tsize:4080;\tsigned:1;\n";

static const char header_event[] =
	"# compressed entry header\n"
	"\ttype_len    :    5 bits\n"
	"\ttime_delta  :   27 bits\n"
	"\tarray       :   32 bits\n"
	"\n"
	"\tpadding     : type == 29\n"
	"\ttime_extend : type == 30\n"
	"\ttime_stamp : type == 31\n"
	"\tdata max type_len  == 28\n";

#define COMMON \
	"format:\n" \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n" \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n" \
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n" \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"

#define FOLIO \
	"\tfield:unsigned long pfn;\toffset:8;\tsize:8;\tsigned:0;\n" \
	"\tfield:unsigned long i_ino;\toffset:16;\tsize:8;\tsigned:0;\n" \
	"\tfield:unsigned long index;\toffset:24;\tsize:8;\tsigned:0;\n" \
	"\tfield:dev_t s_dev;\toffset:32;\tsize:4;\tsigned:0;\n" \
	"\tfield:unsigned char order;\toffset:36;\tsize:1;\tsigned:0;\n\n" \
	"print fmt: \"dev %d:%d ino %lx pfn=0x%lx ofs=%lu order=%u\", " \
	"((unsigned int) ((REC->s_dev) >> 20)), " \
	"((unsigned int) ((REC->s_dev) & ((1U << 20) - 1))), REC->i_ino, REC->pfn, " \
	"REC->index << 12, REC->order\n"

static const char *const formats[] = {
	[DAT_ADD] = "name: mm_filemap_add_to_page_cache\nID: 100\n" COMMON FOLIO,
	[DAT_REMOVE] = "name: mm_filemap_delete_from_page_cache\nID: 101\n" COMMON FOLIO,
	[DAT_BEGIN] = "name: mm_vmscan_direct_reclaim_begin\nID: 102\n" COMMON
		"\tfield:int order;\toffset:8;\tsize:4;\tsigned:1;\n\n"
		"print fmt: \"order=%d\", REC->order\n",
	[DAT_END] = "name: mm_vmscan_direct_reclaim_end\nID: 103\n" COMMON
		"\tfield:unsigned long nr_reclaimed;\toffset:8;\tsize:8;\tsigned:0;\n\n"
		"print fmt: \"nr_reclaimed=%lu\", REC->nr_reclaimed\n",
	[DAT_QUEUE] = "name: block_bio_queue\nID: 104\n" COMMON
		"\tfield:dev_t dev;\toffset:8;\tsize:4;\tsigned:0;\n"
		"\tfield:unsigned int nr_sector;\toffset:12;\tsize:4;\tsigned:0;\n"
		"\tfield:sector_t sector;\toffset:16;\tsize:8;\tsigned:0;\n"
		"\tfield:char rwbs[8];\toffset:24;\tsize:8;\tsigned:0;\n"
		"\tfield:char comm[16];\toffset:32;\tsize:16;\tsigned:0;\n\n"
		"print fmt: \"%d,%d %s %llu + %u [%s]\", "
		"((unsigned int) ((REC->dev) >> 20)), "
		"((unsigned int) ((REC->dev) & ((1U << 20) - 1))), REC->rwbs, "
		"(unsigned long long)REC->sector, REC->nr_sector, REC->comm\n",
};

static const char tasks[] = "10 kswapd0\n20 cc1\n30 a [0] b\n";

/* ---- bytes: dat_room() is enough for all of them ---- */

static void add(struct bytes *file, const void *bytes, size_t size)
{
	memcpy(file->data + file->size, bytes, size);
	file->size += size;
}

static void number(struct bytes *file, uint64_t value, size_t size)
{
	value = htole64(value);
	add(file, &value, size);
}

static void text(struct bytes *file, const char *string, size_t size_bytes)
{
	number(file, strlen(string), size_bytes);
	add(file, string, strlen(string));
}

static void to_page(struct bytes *file)
{
	while (file->size % PAGE)
		number(file, 0, 1);
}

/* ---- the head ---- */

static void make_head(struct bytes *file, const char *clock)
{
	add(file, "\x17\x08\x44tracing" "6", 12);	/* and a zero */
	number(file, 0, 1);
	number(file, 8, 1);
	number(file, PAGE, 4);
	add(file, "header_page", 12);
	text(file, header_page, 8);
	add(file, "header_event", 13);
	text(file, header_event, 8);
	number(file, 0, 4);			/* formats of ftrace's own */
	number(file, 3, 4);
	add(file, "filemap", 8);
	number(file, 2, 4);
	text(file, formats[DAT_ADD], 8);
	text(file, formats[DAT_REMOVE], 8);
	add(file, "vmscan", 7);
	number(file, 2, 4);
	text(file, formats[DAT_BEGIN], 8);
	text(file, formats[DAT_END], 8);
	add(file, "block", 6);
	number(file, 1, 4);
	text(file, formats[DAT_QUEUE], 8);
	number(file, 0, 4);			/* symbols */
	number(file, 0, 4);			/* printk formats */
	text(file, tasks, 8);
	number(file, NR_CPUS, 4);
	add(file, "options  ", 10);
	if (clock) {
		number(file, OPTION_CLOCK, 2);
		number(file, strlen(clock) + 1, 4);
		add(file, clock, strlen(clock) + 1);
	}
	number(file, 0, 2);
	add(file, "flyrecord", 10);
}

/* ---- pages ---- */

static void make_folio(struct bytes *file, const struct dat_record *r)
{
	number(file, 0xabc, 8);
	number(file, r->ino, 8);
	number(file, r->page, 8);
	number(file, 8U << 20 | 1, 4);
	number(file, r->order, 4);
}

static void make_request(struct bytes *file, const struct dat_record *r)
{
	number(file, 8U << 20 | 16, 4);
	number(file, 8U << r->order, 4);
	number(file, r->page * 8, 8);
	add(file, r->ino ? "W\0\0\0\0\0\0" : "R\0\0\0\0\0\0", 8);
	add(file, "a task\0\0\0\0\0\0\0\0\0", 16);
}

/* An event: its length in words and 27 bits of time in one, and what it holds. */
static void make_event(struct bytes *file, const struct dat_record *r, uint64_t delta)
{
	static const uint32_t words[] = {
		[DAT_ADD] = 10, [DAT_REMOVE] = 10, [DAT_BEGIN] = 4, [DAT_END] = 4,
		[DAT_QUEUE] = 12,
	};

	if (delta >> 27)
		abort();
	number(file, words[r->event] | delta << 5, 4);
	number(file, ID_ADD + (uint32_t)r->event, 2);
	number(file, 0, 2);
	number(file, r->pid, 4);
	if (r->event == DAT_QUEUE)
		make_request(file, r);
	else if (words[r->event] == 4)
		number(file, r->page, 8);
	else
		make_folio(file, r);
}

/* The page's size, when what is in it is known. */
static void end_page(struct bytes *file, size_t start, const struct dat_record *lost)
{
	uint64_t commit = htole64(file->size - start - PAGE_HEADER);

	if (lost) {
		commit |= htole64(LOST_EVENTS);
		if (lost->event == DAT_LOST) {
			commit |= htole64(LOST_STORED);
			number(file, lost->page, 8);
		}
	}
	memcpy(file->data + start + 8, &commit, 8);
	to_page(file);
}

/* A CPU's pages: a new one where the last is full, and after losses. */
static void make_pages(struct bytes *file, uint32_t cpu, const struct dat_record *records,
		       size_t nr)
{
	const struct dat_record *lost = NULL;
	const struct dat_record *here = NULL;	/* lost before the open page */
	size_t start = 0;
	uint64_t last = 0;

	for (size_t i = 0; i < nr; i++) {
		const struct dat_record *r = &records[i];

		if (r->cpu != cpu)
			continue;
		if (r->event >= DAT_LOST) {
			lost = r;
			continue;
		}
		if (!start || lost || file->size - start > PAGE - 64) {
			if (start)
				end_page(file, start, here);
			here = lost;
			lost = NULL;
			start = file->size;
			last = r->time;
			number(file, r->time, 8);
			number(file, 0, 8);
		}
		make_event(file, r, r->time - last);
		last = r->time;
	}
	if (start)
		end_page(file, start, here);
}

/* An event has up to 52 bytes, a page 77 of these; a loss begins a page. */
static size_t dat_room(const struct dat_record *records, size_t nr)
{
	size_t room = MAX_HEAD + NR_CPUS * PAGE + nr * 64;

	for (size_t i = 0; i < nr; i++)
		room += records[i].event >= DAT_LOST ? PAGE : 0;
	return room;
}

struct bytes dat_make(const struct dat_record *records, size_t nr, const char *clock)
{
	struct bytes file = { malloc(dat_room(records, nr)), 0 };
	size_t table;

	if (!file.data)
		abort();
	make_head(&file, clock);
	table = file.size;
	number(&file, 0, 8);
	number(&file, 0, 8);
	number(&file, 0, 8);
	number(&file, 0, 8);
	to_page(&file);
	for (uint32_t cpu = 0; cpu < NR_CPUS; cpu++) {
		uint64_t place[2] = { htole64(file.size), 0 };
		size_t start = file.size;

		make_pages(&file, cpu, records, nr);
		place[1] = htole64(file.size - start);
		memcpy(file.data + table + cpu * sizeof(place), place, sizeof(place));
	}
	return file;
}
