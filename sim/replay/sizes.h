/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sizes.h - how many bytes a store keeps for a page, by page
 *
 * Asked of the core itself, with an instance of its own: each page is put, the gauge
 * bytes_stored is read, and the page is flushed.  A same-filled page shows as the few
 * bytes that its word takes; one that the store refuses, since it does not compress, is
 * counted apart.  Beside that, what a trace recorded.
 */
#ifndef TMEM_SIM_SIZES_H
#define TMEM_SIM_SIZES_H

#include "../../traces/trace.h"
#include "content.h"

#define SIZES_MADE	4096U		/* pages, where bytes are made */
#define SIZES_OF_FILE	65536U		/* most of a file, evenly spread over it */

struct stored_sizes {
	u64 measured[PAGE_SIZE + 1];	/* pages, by bytes */
	u64 refused;			/* do not compress */
	u64 recorded[UINT16_MAX + 1];	/* pages that a trace puts, by bytes */
};

/*
 * sizes_measure - add what @store makes of the pages of @content
 *
 * After tmem_init(); a file's pages are taken as they are, without marks.
 * Context: [process].  Return: 0; or a negative error with the reason in @error.
 */
int sizes_measure(struct stored_sizes *sizes, const struct content *content,
		  const struct tmem_store_ops *store, struct trace_error *error);

/*
 * sizes_recorded - add the sizes that a trace's puts carry
 * @max_events: look at no more events; 0: at all of them
 * @events: set to how many were looked at
 *
 * Return: 0; or a negative error of the trace library, with its line in @error.
 */
int sizes_recorded(struct stored_sizes *sizes, struct trace_reader *reader,
		   u64 max_events, u64 *events, struct trace_error *error);

#endif /* TMEM_SIM_SIZES_H */
