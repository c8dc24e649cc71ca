// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ftrace_map.c - from what a kernel did to what tmem would have been asked
 *
 * The page cache of each device is an ephemeral pool, a file an object {inode, 0, 0}
 * and a page its index in the file.  Each swap type is a persistent pool: its entries
 * are cut into objects {type, entry / object_pages, 0}.
 *
 *	read_pages() of a run, or a folio added		get
 *	a folio removed by reclaim			put
 *	a folio removed otherwise			flush
 *	truncation					flush of the range
 *	zswap store, load, invalidate			put, get, flush
 *
 * Reads and removals may be told by two kinds of lines at once: by the stock
 * tracepoints, and by probes that know more.  Where the probes are there the stock
 * lines are passed over (ft_modes).
 *
 * **Put or flush.**  A probe on the removal sees the reference count: 0 is reclaim,
 * which freezes it, and nothing else.  Stock tracepoints do not show it, so a removal
 * is reclaim if
 *
 *	1. its stack goes through remove_mapping(), or workingset_eviction() by the same
 *	   task came directly before on that cpu
 *	2. kswapd did it
 *	3. a task did it between mm_vmscan_*_reclaim_begin and _end of its own
 *
 * and truncation or invalidation otherwise.  That is a guess in these cases, which
 * are counted as ambiguous: no bracket is in the whole trace, so that direct reclaim
 * was not recorded; an end comes without its begin, for the removals before it; events
 * were lost while a task was in a bracket; the task's name was not recorded.
 * import_config.ambiguous decides these instead.  The first two are only known after
 * the removal, so that to make puts of them the trace is read twice (ft_doubts).
 *
 * A page that reclaim removes is clean and up to date but for rare races, and the bits
 * of folio flags moved between kernels, so flags are not looked at.
 *
 * A filter leaves out operations, at the end, when all that an event says of others is
 * known: what is not wanted may prove what is.
 *
 * **Block devices' own pages**, which hold metadata of file systems, belong to inodes of
 * the kernel's internal file system of block devices.  It has no device of its own, so
 * that its number has major 0 (0:3 or so), and its inodes are numbered by device.  They
 * are a pool like others, but counted.
 */
#include <stdio.h>

#include "ftrace.h"

#define SWAP_TYPE_SHIFT	58	/* of a swap entry, on 64-bit kernels */
#define SWAP_KEY	(1ULL << 32)	/* pools: above all device numbers */
#define SEEN_TWICE	(1U << 31)	/* inodes: on more than one device */
#define MAX_MAJOR	511		/* of block devices: BLKDEV_MAJOR_MAX - 1 */

static int no_memory(struct ft_map *map)
{
	return input_error(map->run->in, map->run->err, -ENOMEM, "no memory");
}

/* ---- pools and files ---- */

/* As the lines have it, "254:16"; swap has no device in them. */
static int key_name(uint64_t key, char *name, size_t size)
{
	if (key & SWAP_KEY)
		return snprintf(name, size, "swap%u", (uint32_t)key);
	return snprintf(name, size, "%u:%u", (uint32_t)key >> 20, (uint32_t)key & 0xfffff);
}

static int map_add_pool(struct ft_map *map, uint64_t key, uint32_t flags)
{
	uint32_t nr = map->run->nr_pools;
	uint64_t *keys = map->keys;
	char name[32];
	int rc;

	if (!(nr & (nr - 1)))
		keys = realloc(keys, (nr ? 2 * nr : 1) * sizeof(*keys));
	if (!keys)
		return no_memory(map);
	map->keys = keys;
	rc = import_pool(map->run, 0, flags);
	if (rc)
		return rc;
	keys[nr] = key;
	key_name(key, name, sizeof(name));
	import_name(map->run, IMPORT_POOL, nr, "%s", name);
	return idmap_set(&map->pools, key, nr + 1) ? no_memory(map) : 0;
}

static int map_pool(struct ft_map *map, uint64_t key, uint32_t flags,
		    uint16_t *pool)
{
	uint32_t number = idmap_get(&map->pools, key);

	if (!number) {
		int rc = map_add_pool(map, key, flags);

		if (rc)
			return rc;
		number = map->run->nr_pools;
	}
	*pool = (uint16_t)(number - 1);
	return 0;
}

static int map_inode(struct ft_map *map, uint64_t ino, uint16_t pool)
{
	uint32_t seen = idmap_get(&map->inodes, ino);
	uint32_t now = pool + 1U;

	if ((seen & ~SEEN_TWICE) == now)
		return 0;
	if (seen)
		now |= SEEN_TWICE;
	return idmap_set(&map->inodes, ino, now) ? no_memory(map) : 0;
}

/* Whether an event is wanted for what it is of: a device as lines name it, a task. */
static bool map_wanted(struct ft_map *map, const struct ft_event *event, uint16_t pool)
{
	char device[32];
	int n = key_name(map->keys[pool], device, sizeof(device));

	return import_wants_name(map->run, IMPORT_BY_DEVICE, device, (size_t)n) &&
	       import_wants_number(map->run, IMPORT_BY_PID, event->pid) &&
	       (event->has_cgroup ?
		import_wants_number(map->run, IMPORT_BY_CGROUP, event->cgroup) :
		import_wants_name(map->run, IMPORT_BY_CGROUP, "", 0));
}

static int map_emit(struct ft_map *map, const struct ft_event *event,
		    struct trace_record *record)
{
	if (map->run->filter.who && !map_wanted(map, event, record->event.pool))
		return 0;
	record->event.time = event->time > map->base ? event->time - map->base : 0;
	record->event.cpu = event->cpu;
	return import_emit(map->run, record);
}

static bool is_metadata(const struct ft_event *event)
{
	uint64_t major = event->ino >> 20;

	return event->dev >> 20 == 0 && major >= 1 && major <= MAX_MAJOR;
}

static int map_file(struct ft_map *map, const struct ft_event *event, enum trace_op op)
{
	struct trace_record record = {
		.event.op = (uint8_t)op,
		.event.index = (uint32_t)event->first,
		.event.count = (uint32_t)(event->last - event->first + 1),
		.oid = { { event->ino, 0, 0 } },
	};
	int rc = map_pool(map, event->dev, 0, &record.event.pool);

	if (is_metadata(event)) {
		map->notes[FT_NOTE_METADATA]++;
		map->notes[FT_NOTE_METADATA_PAGES] += record.event.count;
	}
	rc = rc ?: map_inode(map, event->ino, record.event.pool);
	return rc ?: map_emit(map, event, &record);
}

/* ---- tasks ---- */

static struct ft_task *map_task(struct ft_map *map, uint32_t pid)
{
	uint32_t number = idmap_get(&map->tasks, pid);

	if (number)
		return &map->task[number - 1];
	if (map->nr_tasks == map->task_room) {
		uint32_t room = map->task_room ? 2 * map->task_room : 64;
		struct ft_task *task = realloc(map->task, room * sizeof(*task));

		if (!task)
			return NULL;
		map->task = task;
		map->task_room = room;
	}
	if (idmap_set(&map->tasks, pid, map->nr_tasks + 1))
		return NULL;
	map->task[map->nr_tasks] = (struct ft_task){ .lost = map->lost };
	return &map->task[map->nr_tasks++];
}

/* ---- what is only known later ---- */

static int doubts_learn(struct ft_map *map, uint32_t pid, const struct ft_task *task)
{
	struct ft_doubts *doubts = map->learn;

	if (!doubts || !task->unproved)
		return 0;
	if (doubts->nr == doubts->room) {
		size_t room = doubts->room ? 2 * doubts->room : 64;
		struct ft_doubt *doubt = realloc(doubts->doubt, room * sizeof(*doubt));

		if (!doubt)
			return -1;
		doubts->doubt = doubt;
		doubts->room = room;
	}
	doubts->doubt[doubts->nr++] = (struct ft_doubt){
		.pid = pid,
		.first = task->removals - task->unproved,
		.end = task->removals,
	};
	return 0;
}

static int doubt_compare(const void *a, const void *b)
{
	const struct ft_doubt *x = a;
	const struct ft_doubt *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first;
}

void ft_doubts_sort(struct ft_doubts *doubts)
{
	if (doubts->nr)
		qsort(doubts->doubt, doubts->nr, sizeof(*doubts->doubt), doubt_compare);
}

void ft_doubts_free(struct ft_doubts *doubts)
{
	free(doubts->doubt);
}

/* Whether removal @number of a task is known to turn out ambiguous. */
static bool doubted(const struct ft_doubts *doubts, uint32_t pid, uint64_t number)
{
	size_t low = 0;
	size_t high;

	if (!doubts || doubts->all)
		return doubts;
	high = doubts->nr;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct ft_doubt *doubt = &doubts->doubt[middle];

		if (doubt->pid < pid || (doubt->pid == pid && doubt->end <= number))
			low = middle + 1;
		else
			high = middle;
	}
	return low < doubts->nr && doubts->doubt[low].pid == pid &&
	       doubts->doubt[low].first <= number;
}

/* ---- reclaim by tasks ---- */

static int map_bracket(struct ft_map *map, const struct ft_event *event)
{
	struct ft_task *task = map_task(map, event->pid);

	if (!task)
		return no_memory(map);
	map->brackets_seen = true;
	if (event->type == FT_BEGIN)
		task->brackets |= event->bracket;
	else if (task->brackets & event->bracket)
		task->brackets &= (uint8_t)~event->bracket;
	else if (doubts_learn(map, event->pid, task))
		return no_memory(map);
	else			/* it was in reclaim, and what it removed were puts */
		map->run->report->ambiguous += task->unproved;
	task->known = true;
	task->unproved = 0;
	task->lost = map->lost;
	return 0;
}

/* ---- removals ---- */

/* @guess is what it seems to be; where it is @ambiguous there may be a choice. */
static bool map_choose(struct ft_map *map, bool guess, bool ambiguous)
{
	enum import_ambiguous choice = map->run->config->ambiguous;

	if (ambiguous && choice != IMPORT_AMBIGUOUS_AUTO &&
	    guess != (choice == IMPORT_AMBIGUOUS_PUT)) {
		map->notes[FT_NOTE_OVERRULED]++;
		return !guess;
	}
	map->notes[guess ? FT_NOTE_PUT_BRACKET : FT_NOTE_FLUSHED]++;
	return guess;
}

/* A removal that says nothing itself: what is known of the task decides. */
static int map_by_task(struct ft_map *map, const struct ft_event *event, bool *put)
{
	struct import_report *report = map->run->report;
	struct ft_task *task = map_task(map, event->pid);
	bool ambiguous;

	if (!task)
		return no_memory(map);
	if (task->brackets) {
		ambiguous = task->lost != map->lost;
		report->ambiguous += ambiguous;
		*put = map_choose(map, true, ambiguous);
		return 0;
	}
	if (event->proof == FT_UNNAMED) {
		report->ambiguous++;
		*put = map_choose(map, false, true);
		return 0;
	}
	/* Where it was before events were lost is certain, if it ever was. */
	if (task->known && task->lost != map->lost)
		task->unproved = 0;
	task->lost = map->lost;
	task->unproved++;
	map->unproved++;
	*put = map_choose(map, false, doubted(map->doubts, event->pid, task->removals++));
	return 0;
}

/* Put or flush?  Counts how it was decided. */
static int map_reclaimed(struct ft_map *map, const struct ft_event *event, bool *put)
{
	map->run->report->removals++;
	*put = true;
	switch ((enum ft_proof)event->proof) {
	case FT_REF_ZERO:
		map->notes[FT_NOTE_PUT_REF]++;
		return 0;
	case FT_BY_STACK:
		map->notes[FT_NOTE_PUT_STACK]++;
		return 0;
	case FT_BY_EVICTION:
		map->notes[FT_NOTE_PUT_EVICTION]++;
		return 0;
	case FT_BY_KSWAPD:
		map->notes[FT_NOTE_PUT_KSWAPD]++;
		return 0;
	case FT_REF_HELD:
	case FT_NOT_BY_STACK:
		*put = false;
		map->notes[FT_NOTE_FLUSHED]++;
		return 0;
	default:
		return map_by_task(map, event, put);
	}
}

/* More than one page: a large folio. */
static void map_large(struct ft_map *map, const struct ft_event *event, enum ft_note note)
{
	if (event->last == event->first)
		return;
	map->notes[note]++;
	map->notes[note + 1] += event->last - event->first + 1;
}

static int map_remove(struct ft_map *map, const struct ft_event *event)
{
	bool put;
	int rc = map_reclaimed(map, event, &put);

	map_large(map, event, FT_NOTE_LARGE_REMOVED);
	return rc ?: map_file(map, event, put ? TRACE_PUT : TRACE_FLUSH);
}

/* ---- truncation and swap ---- */

/* Without a device, the file is the one of that inode number that was seen last. */
static int map_truncate(struct ft_map *map, const struct ft_event *event)
{
	struct trace_record record = {
		.event.op = TRACE_FLUSH,
		.event.index = (uint32_t)event->first,
		.event.count = (uint32_t)(event->last - event->first + 1),
		.oid = { { event->ino, 0, 0 } },
	};
	uint32_t seen;

	if (event->first == 0 && event->last == UINT32_MAX) {
		record.event.op = TRACE_FLUSH_OBJECT;
		record.event.count = 1;
	}
	if (event->has_dev) {
		int rc = map_pool(map, event->dev, 0, &record.event.pool);

		return rc ?: map_emit(map, event, &record);
	}
	seen = idmap_get(&map->inodes, event->ino);
	if (!seen) {
		map->notes[FT_NOTE_TRUNCATE_UNSEEN]++;
		return 0;
	}
	if (seen & SEEN_TWICE)
		map->notes[FT_NOTE_TRUNCATE_GUESSED]++;
	record.event.pool = (uint16_t)((seen & ~SEEN_TWICE) - 1);
	return map_emit(map, event, &record);
}

static int map_swap(struct ft_map *map, const struct ft_event *event, enum trace_op op)
{
	uint64_t type = event->first >> SWAP_TYPE_SHIFT;
	uint64_t page = event->first & ((1ULL << SWAP_TYPE_SHIFT) - 1);
	struct trace_record record = {
		.event.op = (uint8_t)op,
		.event.index = (uint32_t)(page % map->run->object_pages),
		.event.count = 1,
		.oid = { { type, page / map->run->object_pages, 0 } },
	};
	int rc = map_pool(map, SWAP_KEY | type, TRACE_POOL_PERSISTENT,
			  &record.event.pool);

	return rc ?: map_emit(map, event, &record);
}

/* ---- all of it ---- */

int ft_map_event(struct ft_map *map, const struct ft_event *event)
{
	if (!map->started && event->type != FT_LOST) {
		map->started = true;
		map->base = event->time;
	}
	switch ((enum ft_type)event->type) {
	case FT_ADD:
		map_large(map, event, FT_NOTE_LARGE_ADDED);
		if (!map->modes.reads)
			return map_file(map, event, TRACE_GET);
		map->notes[FT_NOTE_ADDS_NOT_READ]++;
		return 0;
	case FT_READ:
		if (map->modes.reads)
			return map_file(map, event, TRACE_GET);
		map->notes[FT_NOTE_LATE]++;
		return 0;
	case FT_REMOVE:
		return map->modes.probe_removes ? 0 : map_remove(map, event);
	case FT_PROBE_REMOVE:
		if (map->modes.probe_removes)
			return map_remove(map, event);
		map->notes[FT_NOTE_LATE]++;
		return 0;
	case FT_TRUNCATE:
		return map_truncate(map, event);
	case FT_STORE:
		return map_swap(map, event, TRACE_PUT);
	case FT_LOAD:
		return map_swap(map, event, TRACE_GET);
	case FT_INVALIDATE:
		return map_swap(map, event, TRACE_FLUSH);
	case FT_BEGIN:
	case FT_END:
		return map_bracket(map, event);
	case FT_LOST:
		map->lost++;
		return 0;
	}
	return 0;
}

void ft_map_finish(struct ft_map *map)
{
	static const char *const names[FT_NR_NOTES] = {
		[FT_NOTE_ADDS_NOT_READ] = "additions that were no read",
		[FT_NOTE_LATE] = "probe lines that came too late to be used",
		[FT_NOTE_PUT_REF] = "puts by reference count",
		[FT_NOTE_PUT_KSWAPD] = "puts by kswapd",
		[FT_NOTE_PUT_BRACKET] = "puts in a task's reclaim",
		[FT_NOTE_PUT_EVICTION] = "puts after workingset_eviction",
		[FT_NOTE_PUT_STACK] = "puts by stack",
		[FT_NOTE_FLUSHED] = "removals that were no reclaim",
		[FT_NOTE_OVERRULED] = "removals decided as asked, against the guess",
		[FT_NOTE_TRUNCATE_UNSEEN] = "truncations of files not seen",
		[FT_NOTE_TRUNCATE_GUESSED] = "truncations whose device was guessed",
		[FT_NOTE_LARGE_ADDED] = "large folios that came",
		[FT_NOTE_LARGE_ADDED_PAGES] = "pages of large folios that came",
		[FT_NOTE_LARGE_REMOVED] = "large folios that went",
		[FT_NOTE_LARGE_REMOVED_PAGES] = "pages of large folios that went",
		[FT_NOTE_METADATA] = "events of block devices' own pages, metadata",
		[FT_NOTE_METADATA_PAGES] = "pages of these events",
	};

	if (!map->brackets_seen)
		map->run->report->ambiguous += map->unproved;
	if (map->learn)
		map->learn->all = !map->brackets_seen;
	for (uint32_t i = 0; i < FT_NR_NOTES; i++)
		import_note(map->run, names[i], map->notes[i]);
}

void ft_map_free(struct ft_map *map)
{
	idmap_free(&map->pools);
	idmap_free(&map->inodes);
	idmap_free(&map->tasks);
	free(map->keys);
	free(map->task);
}
