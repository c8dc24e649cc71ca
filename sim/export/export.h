/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * export.h - traces for other simulators, to ask them the same question
 *
 * What is exported is a string of references: one for each page of each read and write
 * of a trace of page references, of each put and get of a trace of operations, in the
 * trace's order.  The formats have no operations: reads are not told from writes, nor
 * puts from gets.  Discards and flushes refer to no page and are left out and counted.
 * The form "text" is the exception: it is the whole trace, and nothing is left out.
 *
 * A page is a number of 64 bits.  Of a trace that was imported with the same
 * object_pages from page numbers or ids (one pool, objects {0, N, 0}) they are those
 * numbers again: N * object_pages + index.  Pages of any other trace are numbered:
 * one object is placed behind the other, in the order in which they first appear and
 * each at a multiple of object_pages, so that an import with the same object_pages
 * keeps them apart; with 1 there are no gaps.
 *
 * So the way out and in again gives the same string of references.  Time is kept in
 * seconds, or not at all; devices, clients and CPUs are not kept.
 */
#ifndef TMEM_EXPORT_H
#define TMEM_EXPORT_H

#include "../../traces/trace.h"

struct export_config {
	const char *path;		/* "-": standard output, if the format can */
	const char *format;		/* a name of export_format() */
	uint32_t object_pages;		/* 0: the importers' default */
	void (*progress)(void *arg, uint64_t references);	/* may be NULL */
	void *progress_arg;
};

struct export_report {
	uint64_t references;		/* written */
	uint64_t left_out[TRACE_NR_OPS];	/* events */
	bool numbered;			/* pages have new numbers */
};

/*
 * Export a trace.  Returns 0, or a negative error with @err filled in: those of
 * reading and of writing; -EINVAL: no such format, or a trace that it cannot hold, as
 * one without a single reference.  The file appears only on success.  @report may be
 * NULL.
 *
 * Memory: for "oraclegeneral" 18 to 54 bytes for each page that is ever referred to,
 * and references may be at most 2^32 - 2; for pages that have to be numbered about 60 bytes for
 * each object.  Context: one thread; may sleep.
 */
int trace_export(struct trace_reader *reader, const struct export_config *config,
		 struct export_report *report, struct trace_error *err);

/* The formats, for --help: format @n; false: there are no more. */
bool export_format(uint32_t n, const char **name, const char **what);

#endif /* TMEM_EXPORT_H */
