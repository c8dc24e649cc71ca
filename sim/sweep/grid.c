// SPDX-License-Identifier: GPL-2.0-or-later
/* grid.c - see grid.h */
#include "grid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../traces/random.h"
#include "../replay/deal.h"
#include "../values.h"

#define MAX_WORD	40U	/* bytes of a value in a key */
#define ORDER_SEED	0x746d656d2d737770ULL

enum axis_kind {
	WORDS,
	NUMBERS,
	SIZES,
};

const char *const sweep_axis_names[NR_AXES] = {
	[AXIS_DESIGN] = "design",
	[AXIS_BUCKETS] = "buckets",
	[AXIS_THREADS] = "threads",
	[AXIS_MEMORY] = "memory",
	[AXIS_STORE] = "store",
	[AXIS_ADMISSION] = "admission",
	[AXIS_PAGE_CACHE] = "page-cache",
	[AXIS_POLICY] = "page-cache-policy",
	[AXIS_ORDER] = "order",
};

static const struct {
	enum axis_kind kind;
	const char *tag;	/* before its value in a key */
	const char *fallback;	/* what tmem replay takes by itself, as the table
				 * has it; NULL: the CPUs */
	bool silent;		/* the fallback is no part of a key */
} axes[NR_AXES] = {
	[AXIS_DESIGN] = { WORDS, "", "all", false },
	[AXIS_BUCKETS] = { NUMBERS, "b", "256", false },
	[AXIS_THREADS] = { NUMBERS, "t", NULL, false },
	[AXIS_MEMORY] = { SIZES, "m", "64M", false },
	[AXIS_STORE] = { WORDS, "", "lz4", false },
	[AXIS_ADMISSION] = { WORDS, "", "all", false },
	[AXIS_PAGE_CACHE] = { SIZES, "pc", "16384p", true },
	[AXIS_POLICY] = { WORDS, "", "lru", true },
	[AXIS_ORDER] = { WORDS, "", "handle", true },
};

int sweep_axis_find(const char *name)
{
	int i;

	for (i = 0; i < NR_AXES; i++)
		if (!strcmp(name, sweep_axis_names[i]))
			return i;
	return -1;
}

/* ---- values ---- */

/* Its number in the table of the axis, or -1: no memory, or too many. */
static int value_number(struct sweep_plan *plan, enum sweep_axis axis, const char *text,
			uint64_t number)
{
	struct sweep_value *values = plan->table[axis].values;
	uint32_t nr = plan->table[axis].nr, i;

	for (i = 0; i < nr; i++)
		if (!strcmp(values[i].text, text))
			return (int)i;
	if (nr == SWEEP_MAX_VALUES)
		return -1;
	values = reallocarray(values, nr + 1, sizeof(*values));
	if (!values)
		return -1;
	plan->table[axis].values = values;
	values[nr].text = strdup(text);
	values[nr].number = number;
	if (!values[nr].text)
		return -1;
	plan->table[axis].nr++;
	return (int)nr;
}

static const char *add_value(struct sweep_plan *plan, struct sweep_list *list,
			     enum sweep_axis axis, const char *text, uint64_t number)
{
	int n = value_number(plan, axis, text, number);
	uint16_t *values;
	uint32_t i;

	for (i = 0; n >= 0 && i < list->nr; i++)
		if (list->values[i] == n)
			return NULL;
	values = n < 0 ? NULL : reallocarray(list->values, list->nr + 1, sizeof(*values));
	if (!values)
		return "more than 4096 values, or no memory";
	list->values = values;
	values[list->nr++] = (uint16_t)n;
	return NULL;
}

/* Where the values of a list go. */
struct target {
	struct sweep_plan *plan;
	struct sweep_list *list;
	enum sweep_axis axis;
};

static const char *check_value(const struct target *to, const char *text)
{
	return to->plan->check(sweep_axis_names[to->axis], text);
}

static const char *add_all_designs(const struct target *to)
{
	const struct tmem_index_ops *design;
	const char *wrong = NULL;
	unsigned int i;

	for (i = 0; !wrong && (design = tmem_design_at(i)); i++)
		wrong = add_value(to->plan, to->list, to->axis, tmem_design_name(design), 0);
	return wrong;
}

static const char *add_word(void *arg, const char *word)
{
	const struct target *to = arg;
	const char *wrong = check_value(to, word);

	if (!wrong && strlen(word) > MAX_WORD)
		wrong = "too long for the name of a run";
	if (wrong)
		return wrong;
	if (to->axis == AXIS_DESIGN && !strcmp(word, "all"))
		return add_all_designs(to);
	return add_value(to->plan, to->list, to->axis, word, 0);
}

/* The option knows its bounds better. */
static const char *parse_count(void *arg, const char *text, uint64_t *n)
{
	const struct target *to = arg;

	return cli_number(text, 0, UINT64_MAX, n) ? check_value(to, text) : NULL;
}

static const char *parse_size(void *arg, const char *text, uint64_t *n)
{
	const char *wrong = cli_size(text, n);

	(void)arg;
	if (!wrong && *n && *n < PAGE_SIZE)
		wrong = "less than one page (4 KiB); write 64M, or 20000p in pages";
	*n /= PAGE_SIZE;
	return wrong;
}

static const char *add_number(void *arg, uint64_t n)
{
	const struct target *to = arg;
	const char *wrong;
	char text[32];

	snprintf(text, sizeof(text), axes[to->axis].kind == SIZES ? "%llup" : "%llu",
		 (unsigned long long)n);
	wrong = check_value(to, text);
	return wrong ? wrong : add_value(to->plan, to->list, to->axis, text, n);
}

const char *sweep_grid_set(struct sweep_plan *plan, struct sweep_grid *grid,
			   enum sweep_axis axis, const char *list)
{
	static const struct cli_list kinds[] = {
		[WORDS] = { .add_word = add_word },
		[NUMBERS] = { .number = parse_count, .add = add_number },
		[SIZES] = { .number = parse_size, .add = add_number },
	};
	struct target to = { plan, &grid->axis[axis], axis };

	to.list->nr = 0;
	return cli_list(list, &kinds[axes[axis].kind], &to);
}

/* ---- points ---- */

void sweep_plan_init(struct sweep_plan *plan,
		     const char *(*check)(const char *option, const char *value))
{
	*plan = (struct sweep_plan){ .check = check, .repeat = 1 };
}

static void grid_free(struct sweep_grid *grid)
{
	int a;

	for (a = 0; a < NR_AXES; a++)
		free(grid->axis[a].values);
}

void sweep_plan_free(struct sweep_plan *plan)
{
	uint32_t i;
	int a;

	for (a = 0; a < NR_AXES; a++) {
		for (i = 0; i < plan->table[a].nr; i++)
			free(plan->table[a].values[i].text);
		free(plan->table[a].values);
	}
	grid_free(&plan->command);
	grid_free(&plan->common);
	for (i = 0; i < plan->nr_grids; i++)
		grid_free(&plan->grids[i]);
	free(plan->grids);
	free(plan->points);
	*plan = (struct sweep_plan){ };
}

struct sweep_grid *sweep_plan_add(struct sweep_plan *plan)
{
	struct sweep_grid *grids;

	if (plan->nr_grids == SWEEP_MAX_GRIDS)
		return NULL;
	grids = reallocarray(plan->grids, plan->nr_grids + 1, sizeof(*grids));
	if (!grids)
		return NULL;
	plan->grids = grids;
	grids[plan->nr_grids] = (struct sweep_grid){ };
	return &grids[plan->nr_grids++];
}

const struct sweep_list *sweep_list_of(const struct sweep_plan *plan,
				       const struct sweep_grid *grid, enum sweep_axis axis)
{
	return plan->command.axis[axis].nr ? &plan->command.axis[axis] :
		grid->axis[axis].nr ? &grid->axis[axis] : &plan->common.axis[axis];
}

int sweep_axis_given(const struct sweep_plan *plan, enum sweep_axis axis)
{
	static const struct sweep_grid none;
	uint32_t i;

	for (i = 0; i < plan->nr_grids; i++)
		if (!sweep_list_of(plan, &plan->grids[i], axis)->nr)
			return 0;
	return plan->nr_grids || sweep_list_of(plan, &none, axis)->nr;
}

static const char *set_fallbacks(struct sweep_plan *plan)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	const char *wrong = NULL;
	char threads[24];
	int a;

	snprintf(threads, sizeof(threads), "%ld", cpus < 1 ? 1 :
		 cpus > (long)REPLAY_MAX_THREADS ? (long)REPLAY_MAX_THREADS : cpus);
	for (a = 0; a < NR_AXES && !wrong; a++)
		if (!sweep_axis_given(plan, (enum sweep_axis)a) &&
		    !plan->common.axis[a].nr)
			wrong = sweep_grid_set(plan, &plan->common, (enum sweep_axis)a,
					       axes[a].fallback ? axes[a].fallback :
					       threads);
	return wrong;
}

/* All combinations of a grid, behind the points that are there. */
static void add_points(struct sweep_plan *plan, const struct sweep_grid *grid)
{
	uint32_t at[NR_AXES] = { };
	int a;

	do {
		struct sweep_point *point = &plan->points[plan->nr_points++];

		for (a = 0; a < NR_AXES; a++)
			point->value[a] = sweep_list_of(plan, grid, (enum sweep_axis)a)->values[at[a]];
		for (a = NR_AXES - 1; a >= 0; a--) {
			if (++at[a] < sweep_list_of(plan, grid, (enum sweep_axis)a)->nr)
				break;
			at[a] = 0;
		}
	} while (a >= 0);
}

static int compare_points(const void *a, const void *b)
{
	const struct sweep_point *x = a, *y = b;
	int i;

	for (i = 0; i < NR_AXES; i++)
		if (x->value[i] != y->value[i])
			return x->value[i] < y->value[i] ? -1 : 1;
	return 0;
}

static void drop_twins(struct sweep_plan *plan)
{
	uint32_t i, nr = 0;

	qsort(plan->points, plan->nr_points, sizeof(*plan->points), compare_points);
	for (i = 0; i < plan->nr_points; i++)
		if (!nr || compare_points(&plan->points[nr - 1], &plan->points[i]))
			plan->points[nr++] = plan->points[i];
	plan->nr_points = nr;
}

const char *sweep_plan_expand(struct sweep_plan *plan)
{
	static const char many[] = "more than 1,000,000 runs; take fewer values, or sweep parts into folders of their own";
	uint64_t total = 0, product;
	const char *wrong;
	uint32_t i;
	int a;

	if (!plan->nr_grids && !sweep_plan_add(plan))
		return "no memory";
	wrong = set_fallbacks(plan);
	if (wrong)
		return wrong;
	for (i = 0; i < plan->nr_grids; i++) {
		product = 1;
		for (a = 0; a < NR_AXES; a++) {
			product *= sweep_list_of(plan, &plan->grids[i], (enum sweep_axis)a)->nr;
			if (product * plan->repeat > SWEEP_MAX_RUNS)
				return many;
		}
		total += product;
		if (total * plan->repeat > SWEEP_MAX_RUNS)
			return many;
	}
	free(plan->points);
	plan->nr_points = 0;
	plan->points = calloc(total, sizeof(*plan->points));
	if (!plan->points)
		return "no memory";
	for (i = 0; i < plan->nr_grids; i++)
		add_points(plan, &plan->grids[i]);
	drop_twins(plan);
	return NULL;
}

void sweep_key(const struct sweep_plan *plan, const struct sweep_point *point,
	       uint32_t repeat, char key[SWEEP_KEY_SIZE])
{
	size_t at = 0;
	char *p;
	int a;

	for (a = 0; a < NR_AXES; a++) {
		const struct sweep_value *v = sweep_value(plan, point, (enum sweep_axis)a);

		if (axes[a].silent && !strcmp(v->text, axes[a].fallback))
			continue;
		if (axes[a].kind == WORDS)
			at += (size_t)snprintf(key + at, SWEEP_KEY_SIZE - at, "%s-",
					       v->text);
		else
			at += (size_t)snprintf(key + at, SWEEP_KEY_SIZE - at, "%s%llu-",
					       axes[a].tag,
					       (unsigned long long)v->number);
		if (at >= SWEEP_KEY_SIZE)
			at = SWEEP_KEY_SIZE - 1;
	}
	snprintf(key + at, SWEEP_KEY_SIZE - at, "r%u", repeat);
	for (p = key; *p; p++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789.-", *p))
			*p = '.';
}

/* ---- the order, and shards ---- */

uint32_t *sweep_order(const struct sweep_plan *plan, uint32_t repeat)
{
	uint32_t *order = calloc(plan->nr_points, sizeof(*order));
	uint64_t state = ORDER_SEED + repeat;
	uint32_t i;

	for (i = 0; order && i < plan->nr_points; i++) {
		uint32_t j = (uint32_t)(random_next(&state) % (i + 1));

		order[i] = order[j];
		order[j] = i;
	}
	return order;
}

uint32_t *sweep_shards(const struct sweep_plan *plan, uint32_t nr)
{
	uint32_t *order = sweep_order(plan, 1);
	uint32_t *shards = calloc(plan->nr_points, sizeof(*shards));
	uint32_t i;

	for (i = 0; order && shards && i < plan->nr_points; i++)
		shards[order[i]] = i % nr;
	if (!order) {
		free(shards);
		shards = NULL;
	}
	free(order);
	return shards;
}
