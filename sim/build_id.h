/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * build_id.h - which build of the program this is
 *
 * The xxh64 of the executable that runs, whatever became of its file meanwhile: the same
 * for the same binary on every machine, and another as soon as anything in it is.
 */
#ifndef TMEM_SIM_BUILD_ID_H
#define TMEM_SIM_BUILD_ID_H

#define BUILD_ID_SIZE	20U

/* Hex, or "" where the executable cannot be read.  Reads all of it: milliseconds. */
void build_id(char id[BUILD_ID_SIZE]);

#endif /* TMEM_SIM_BUILD_ID_H */
