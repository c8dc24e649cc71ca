/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * folder.h - the folder of a sweep, and sweep.json in it
 *
 * sweep.json says what was asked: version, build, command, machine, date, repeat, grids (each
 * an object of axes, with their values), options (those all runs have in common) and
 * traces (path, checksum).  A sweep goes on in its folder if traces and options are the
 * same; its grids may be others, which is how one adds points.
 */
#ifndef TMEM_SIM_SWEEP_FOLDER_H
#define TMEM_SIM_SWEEP_FOLDER_H

#include "sweep.h"

/*
 * Make the folder if it is not there, and see that what is in it is of this sweep.
 */
int folder_open(const struct sweep *sweep);

/* Write sweep.json anew, whole or not at all. */
int folder_write(const struct sweep *sweep);

#endif /* TMEM_SIM_SWEEP_FOLDER_H */
