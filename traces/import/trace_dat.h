/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace_dat.h - trace.dat to text: what runs in a child process
 */
#ifndef TMEM_TRACE_DAT_H
#define TMEM_TRACE_DAT_H

/* How the child ends, unless by a signal. */
enum trace_dat_end {
	TRACE_DAT_FINE,		/* all events were printed */
	TRACE_DAT_NOT_OPENED,	/* the library refuses the file */
	TRACE_DAT_NOT_READ,	/* it stopped among the events */
	TRACE_DAT_NOT_TAKEN,	/* nobody reads what is printed */
	TRACE_DAT_NO_MEMORY,
};

/*
 * Print the events of file @file to @out, both descriptors of the child's, as
 * "trace-cmd report" prints them.  Everything else that is open is closed, memory and
 * processor time are limited, and what the library says goes nowhere.
 */
_Noreturn void trace_dat_child(int file, int out);

#endif /* TMEM_TRACE_DAT_H */
