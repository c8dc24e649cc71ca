/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace_dat_make.h - a trace.dat for tests, made by hand: version 6, little endian
 *
 * Its layout is that of trace-cmd.dat.v6(5); it depends on no kernel and no recorder.
 */
#ifndef TMEM_TRACE_DAT_MAKE_H
#define TMEM_TRACE_DAT_MAKE_H

#include <stdint.h>

#include "import_support.h"

enum dat_event {
	DAT_ADD,		/* mm_filemap_add_to_page_cache */
	DAT_REMOVE,		/* mm_filemap_delete_from_page_cache */
	DAT_BEGIN,		/* mm_vmscan_direct_reclaim_begin */
	DAT_END,
	DAT_QUEUE,		/* block_bio_queue: .ino is 0 for a read, 1 for a write */
	DAT_LOST,		/* events before the next one, .page of them */
	DAT_LOST_UNKNOWN,	/* it is not known how many */
};

struct dat_record {
	enum dat_event event;
	uint32_t cpu;		/* 0 or 1; records of each in the order of their times */
	uint64_t time;		/* ns */
	uint32_t pid;
	uint64_t ino;
	uint64_t page;
	uint32_t order;
};

/*
 * @clock is what the file says of its clock, as in "[local] global"; NULL: nothing.
 * The memory is the caller's.
 */
struct bytes dat_make(const struct dat_record *records, size_t nr, const char *clock);

#endif /* TMEM_TRACE_DAT_MAKE_H */
