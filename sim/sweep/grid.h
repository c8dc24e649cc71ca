/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * grid.h - what a sweep runs: axes, their values, and the points where they meet
 *
 * A grid has a list of values on each axis; its points are all combinations.  A sweep
 * is the union of one or more grids, each point once.  An axis is an option of
 * tmem replay, which is asked about each value, so that the two cannot disagree.
 *
 * Order of the runs.  Repeats are outermost, and within each repeat the points come in
 * an order of their own, drawn with a fixed seed: a machine that slows down in the
 * course of a sweep (heat, a neighbour, a clock that steps down) slows all values of
 * all axes alike, instead of bending the curve of the one that happens to run last.
 * The order is the same each time, so that shards agree on it.
 *
 * Shards.  Shard I of N has the points whose place in the order of the first repeat is
 * I - 1 modulo N, with all repeats of each: repeats tell the noise of one machine,
 * and would tell the difference between two if they were dealt out.
 *
 * Context: one thread.
 */
#ifndef TMEM_SIM_SWEEP_GRID_H
#define TMEM_SIM_SWEEP_GRID_H

#include <stdint.h>

#define SWEEP_MAX_RUNS		1000000U	/* points times repeats */
#define SWEEP_MAX_VALUES	4096U		/* of an axis */
#define SWEEP_MAX_GRIDS		1024U
#define SWEEP_KEY_SIZE		256U

enum sweep_axis {
	AXIS_DESIGN,
	AXIS_BUCKETS,
	AXIS_THREADS,
	AXIS_MEMORY,
	AXIS_STORE,
	AXIS_ADMISSION,
	AXIS_PAGE_CACHE,
	AXIS_POLICY,
	AXIS_ORDER,
	NR_AXES
};

extern const char *const sweep_axis_names[NR_AXES];	/* of the options */

struct sweep_value {
	char *text;		/* as tmem replay takes it; sizes in pages, 4096p */
	uint64_t number;	/* or pages; 0 for words */
};

/* Values by their numbers in the plan's table; none: the axis was not given. */
struct sweep_list {
	uint16_t *values;
	uint32_t nr;
};

struct sweep_grid {
	struct sweep_list axis[NR_AXES];
};

struct sweep_point {
	uint16_t value[NR_AXES];
};

struct sweep_plan {
	const char *(*check)(const char *option, const char *value);
	struct {
		struct sweep_value *values;
		uint32_t nr;
	} table[NR_AXES];
	struct sweep_grid command;	/* overrides what each grid says */
	struct sweep_grid common;	/* for grids that say nothing */
	struct sweep_grid *grids;
	uint32_t nr_grids;
	uint64_t repeat;
	struct sweep_point *points;	/* sorted as the axes' values were given */
	uint32_t nr_points;
};

/* The axis of that name, or -1. */
int sweep_axis_find(const char *name);

/*
 * @check: whether tmem replay takes this value for that option: NULL, or what is wrong, a
 * line until the next call.
 */
void sweep_plan_init(struct sweep_plan *plan,
		     const char *(*check)(const char *option, const char *value));
void sweep_plan_free(struct sweep_plan *plan);

/* Another grid; NULL: no memory, or too many.  Moves those that there are. */
struct sweep_grid *sweep_plan_add(struct sweep_plan *plan);

/*
 * What @grid has on @axis: values with commas between them, numbers also as ranges a..b
 * that double from a on, up to b at most.  Replaces what it had.  Returns NULL, or what
 * is wrong: a line, until the next call.
 */
const char *sweep_grid_set(struct sweep_plan *plan, struct sweep_grid *grid,
			   enum sweep_axis axis, const char *list);

/*
 * Make the points, once all grids are there.  Axes that were not given have the one
 * value that tmem replay takes by itself.  Returns NULL, or what is wrong.
 */
const char *sweep_plan_expand(struct sweep_plan *plan);

static inline const struct sweep_value *
sweep_value(const struct sweep_plan *plan, const struct sweep_point *point,
	    enum sweep_axis axis)
{
	return &plan->table[axis].values[point->value[axis]];
}

/* What @grid has on @axis: what the command line says, or itself, or all grids. */
const struct sweep_list *sweep_list_of(const struct sweep_plan *plan,
				       const struct sweep_grid *grid, enum sweep_axis axis);

/* Whether every grid was given values of @axis; to be asked before the points are made. */
int sweep_axis_given(const struct sweep_plan *plan, enum sweep_axis axis);

/* The name of a run, of [a-z0-9.-] only; @repeat counts from 1. */
void sweep_key(const struct sweep_plan *plan, const struct sweep_point *point,
	       uint32_t repeat, char key[SWEEP_KEY_SIZE]);

/* Numbers of points in the order of that repeat (from 1).  NULL: no memory. */
uint32_t *sweep_order(const struct sweep_plan *plan, uint32_t repeat);

/* For each point, which shard (0 .. @nr - 1) it is of.  NULL: no memory. */
uint32_t *sweep_shards(const struct sweep_plan *plan, uint32_t nr);

#endif /* TMEM_SIM_SWEEP_GRID_H */
