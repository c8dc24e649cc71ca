/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ftrace.h - what a kernel trace says, between its lines and operations of tmem
 *
 *	ftrace.c	lines to struct ft_event, in the order of the lines
 *	ftrace_map.c	events to puts, gets and flushes
 */
#ifndef TMEM_FTRACE_H
#define TMEM_FTRACE_H

#include "ftrace_line.h"
#include "idmap.h"
#include "importer.h"

/* Whether an event line is one that the format ftrace uses. */
bool ft_knows(const struct ft_line *line);

/* Whether block requests but none of those are among the first lines: ftrace_block.c. */
bool ft_only_block(const char *head, size_t size);

enum ft_type {
	FT_ADD,			/* a folio enters the page cache */
	FT_REMOVE,		/* one leaves it, by the stock tracepoint */
	FT_PROBE_REMOVE,	/* the same by a probe that saw its reference count */
	FT_READ,		/* read_pages(): a run of pages is read in */
	FT_TRUNCATE,
	FT_STORE,		/* swap: a page goes out, comes in, is forgotten */
	FT_LOAD,
	FT_INVALIDATE,
	FT_BEGIN,		/* of direct reclaim by a task */
	FT_END,
	FT_LOST,		/* events were lost: what we know of tasks is doubtful */
};

/* What a line itself, or its stack, says of why a folio was removed. */
enum ft_proof {
	FT_NO_PROOF,
	FT_UNNAMED,		/* the task is "<...>": it may be kswapd */
	FT_BY_KSWAPD,
	FT_BY_EVICTION,		/* workingset_eviction() came just before */
	FT_BY_STACK,		/* through remove_mapping() */
	FT_NOT_BY_STACK,	/* through truncation or invalidation */
	FT_REF_ZERO,		/* reclaim holds the only reference, frozen to 0 */
	FT_REF_HELD,
};

struct ft_event {
	uint64_t time;		/* ns, of the clock of the trace */
	uint64_t line;
	uint64_t ino;
	uint64_t first;		/* page; of swap: the entry */
	uint64_t last;		/* page, included */
	uint32_t dev;		/* major << 20 | minor */
	uint32_t pid;
	uint16_t cpu;
	uint8_t type;		/* enum ft_type */
	uint8_t bracket;	/* which kind of reclaim begins or ends: a bit */
	uint8_t proof;		/* enum ft_proof */
	bool has_dev;
	bool has_cgroup;	/* only where one is asked for */
	uint64_t cgroup;
};

/*
 * Removals by a task without proof, counted from 0: those from @first on, below @end,
 * turned out to be ambiguous when its reclaim ended without having begun.
 */
struct ft_doubt {
	uint32_t pid;
	uint64_t first;
	uint64_t end;
};

/* Which removals turn out to be ambiguous: learnt in one reading for the next. */
struct ft_doubts {
	bool all;			/* without proof, since there are no brackets */
	struct ft_doubt *doubt;		/* by pid and first, once ft_doubts_sort() was */
	size_t nr;
	size_t room;
};

/* What is known of a task. */
struct ft_task {
	uint8_t brackets;	/* of reclaim that it is in: bits */
	bool known;		/* a bracket of it was seen */
	uint32_t lost;		/* generation of losses that this is from */
	uint64_t unproved;	/* removals since it was last known where it is */
	uint64_t removals;	/* without proof, in all */
};

/* Which lines tell of reads and removals; see ftrace_map.c. */
struct ft_modes {
	bool reads;		/* FT_READ, or else FT_ADD */
	bool probe_removes;	/* FT_PROBE_REMOVE, or else FT_REMOVE */
};

enum ft_note {
	FT_NOTE_ADDS_NOT_READ,
	FT_NOTE_LATE,
	FT_NOTE_PUT_REF,
	FT_NOTE_PUT_KSWAPD,
	FT_NOTE_PUT_BRACKET,
	FT_NOTE_PUT_EVICTION,
	FT_NOTE_PUT_STACK,
	FT_NOTE_FLUSHED,
	FT_NOTE_OVERRULED,
	FT_NOTE_TRUNCATE_UNSEEN,
	FT_NOTE_TRUNCATE_GUESSED,
	FT_NOTE_LARGE_ADDED,
	FT_NOTE_LARGE_ADDED_PAGES,
	FT_NOTE_LARGE_REMOVED,
	FT_NOTE_LARGE_REMOVED_PAGES,
	FT_NOTE_METADATA,
	FT_NOTE_METADATA_PAGES,
	FT_NR_NOTES
};

struct ft_map {
	struct import_run *run;
	struct ft_modes modes;
	bool started;
	uint64_t base;			/* time of the first event */
	struct idmap pools;		/* device or swap type, to pool + 1 */
	uint64_t *keys;			/* and back, by pool */
	struct idmap inodes;		/* to pool + 1 where it was seen last */
	struct idmap tasks;		/* pid to number in task[] + 1 */
	struct ft_task *task;
	uint32_t nr_tasks;
	uint32_t task_room;
	uint32_t lost;			/* generation of losses */
	bool brackets_seen;
	uint64_t unproved;		/* removals that only brackets could prove */
	struct ft_doubts *learn;	/* to fill in, or NULL */
	const struct ft_doubts *doubts;	/* to go by, or NULL */
	uint64_t notes[FT_NR_NOTES];
};

/* Turn an event into what tmem would have been asked.  0, IMPORT_STOP or error. */
int ft_map_event(struct ft_map *map, const struct ft_event *event);

/* All was mapped: put the counters into the report. */
void ft_map_finish(struct ft_map *map);
void ft_map_free(struct ft_map *map);

void ft_doubts_sort(struct ft_doubts *doubts);
void ft_doubts_free(struct ft_doubts *doubts);

#endif /* TMEM_FTRACE_H */
