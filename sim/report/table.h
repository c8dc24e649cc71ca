/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table.h - tables of a report: the points, and what is best at each number of threads
 */
#ifndef TMEM_REPORT_TABLE_H
#define TMEM_REPORT_TABLE_H

#include <stdio.h>

#include "advice.h"

#define TABLE_OPEN_ROWS	40U	/* more are folded away */
#define TABLE_MAX_ROWS	5000U	/* more are in results.csv only */

/* A row for each number of threads; nothing where no run was ok. */
void table_threads(const struct advice *advice, FILE *f);

/* All points: columns that differ, medians over runs, the best of a setting marked. */
void table_points(const struct points *points, FILE *f);

#endif /* TMEM_REPORT_TABLE_H */
