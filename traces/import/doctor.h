/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * doctor.h - what a file is, what is in it, what is wrong with it, and how to import it
 *
 * A file is imported to nowhere, and looked at on the way.  Where it has removals that
 * nothing tells apart (import_ambiguous) it is imported again both ways, to say whether
 * it matters.
 */
#ifndef TMEM_IMPORT_DOCTOR_H
#define TMEM_IMPORT_DOCTOR_H

#include "survey.h"

#define DOCTOR_GUESSES		64U	/* formats */
#define DOCTOR_BEGINS		60U	/* bytes of a first line that are kept, less a zero */

/* What a cache with room for everything would find, in pages. */
struct doctor_choice {
	bool known;
	uint64_t found;
	uint64_t missed;
};

/* How to import and replay it. */
struct doctor_advice {
	uint32_t object_pages;		/* 0: the default, or what was asked for */
	uint64_t page_cache;		/* bytes; 0: of operations, none */
	uint64_t memory;		/* bytes; 0: nothing is ever put */
};

struct diagnosis {
	uint32_t nr_guesses;		/* 0: nothing to guess, the error says why */
	struct import_guess guesses[DOCTOR_GUESSES];	/* the best first */
	bool binary;			/* its first line is no text */
	char begins[DOCTOR_BEGINS];	/* first line, printable */
	struct import_report report;	/* report.format NULL: not recognised */
	struct survey survey;		/* of what could be read */
	struct doctor_choice choices[3];	/* by enum import_ambiguous */
	bool once_only;			/* choices are open, since it cannot be read twice */
	struct doctor_advice advice;
};

/*
 * Look at a file.  Of @config output, sink and observer are not used.  Returns 0 or what
 * trace_import() returns, with @err filled in; @diagnosis, which need not be zeroed, says
 * what was found until then, and is to be freed in any case.  @entries bounds memory, as
 * of pageset_new(); 0 is the default.
 */
int trace_diagnose(const struct import_config *config, uint32_t entries,
		   struct diagnosis *diagnosis, struct trace_error *err);

/* The same over @size bytes in memory. */
int trace_diagnose_memory(const struct import_config *config, uint32_t entries,
			  const void *data, size_t size, struct diagnosis *diagnosis,
			  struct trace_error *err);
void diagnosis_free(struct diagnosis *diagnosis);

#endif /* TMEM_IMPORT_DOCTOR_H */
