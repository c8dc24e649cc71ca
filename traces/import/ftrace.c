// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ftrace.c - text of a kernel trace: of tracefs, trace-cmd report and perf script
 *
 *	line --ft_line_parse()--> struct ft_line --table--> struct ft_event
 *		--> staged, for a stack trace that may follow
 *		--> queue[], until it is known which probes there are
 *		--> ft_map_event()
 *
 * Fields are found by name: their order and number changed.  5.10 prints "dev 253:6
 * ino 1d9c page=0000000060e990c7 pfn=677646 ofs=159744", 6.1 and later "dev 8:32 ino 44
 * pfn=0x23a8c ofs=0 order=2".  Inodes of these are hexadecimal, offsets are bytes, and
 * one line covers 2^order pages.  Probes are those of the recorder, with their fields
 * under the names given in the table.
 *
 * Which of two kinds of lines counts (ft_modes) is decided by the first QUEUE_SIZE
 * events: a probe that was on while recording shows up among them.
 *
 * Nothing is emitted out of order, so a time that goes backwards is set right as its
 * line is read, where its place is known.
 */
#include "ftrace.h"

#define QUEUE_SIZE	65536U
#define MAX_ORDER	31U

/* What the last lines of a cpu were, to tie the next one to them. */
struct ft_cpu {
	uint32_t evicted_by;	/* pid + 1 if its last line was workingset_eviction */
	bool removed_valid;
	struct ft_event removed;	/* the last stock removal */
};

struct ft_reader {
	struct ft_map map;
	struct ft_event *queue;
	uint32_t nr_queued;
	uint32_t queue_room;
	bool decided;
	bool staged_valid;
	bool stack_applies;	/* frames that come belong to the staged event */
	struct ft_event staged;
	uint64_t time;		/* of the event before */
	struct ft_cpu *cpus;
	uint32_t nr_cpus;
	uint64_t others;	/* event lines that say nothing to us */
};

/* ---- fields to events: each returns NULL, or what is wrong ---- */

static bool parse_device(const struct ft_field *field, uint32_t *dev)
{
	const char *p = field->value;

	return p && import_device(&p, ':', dev) && p == field->value + field->length;
}

/* A line that says nothing about any page: read_pages() and truncation do so. */
static const char *set_empty(struct ft_event *event)
{
	event->first = 1;
	event->last = 0;
	return NULL;
}

static const char *set_range(struct ft_event *event, uint64_t first, uint64_t nr)
{
	if (first > UINT32_MAX || nr > UINT32_MAX || nr > (1ULL << 32) - first)
		return "a page past 2^32 of its file";
	event->first = first;
	event->last = first + nr - 1;
	return NULL;
}

static const char *parse_folio(struct ft_reader *r, struct ft_event *event,
			       const char *text)
{
	struct ft_field f[] = {
		FT_BARE_FIELD("dev"), FT_BARE_FIELD("ino"), FT_FIELD("ofs"),
		FT_FIELD("order"),
	};
	uint64_t page_size = r->map.run->page_size;
	uint64_t offset;
	uint64_t order = 0;

	ft_fields(text, f, 4);
	if (!parse_device(&f[0], &event->dev))
		return "no device as in 'dev 8:1'";
	if (!ft_field_hex(&f[1], &event->ino))
		return "no inode as in 'ino 1f3a'";
	if (!ft_field_number(&f[2], &offset))
		return "no offset as in 'ofs=4096'";
	if (offset % page_size)
		return "the offset is no multiple of the page size";
	if (f[3].value && (!ft_field_number(&f[3], &order) || order > MAX_ORDER))
		return "an order that cannot be";
	event->has_dev = true;
	return set_range(event, offset / page_size, 1ULL << order);
}

static bool parse_probe_file(const struct ft_field *dev, const struct ft_field *ino,
			     struct ft_event *event)
{
	uint64_t number;

	if (!ft_field_number(ino, &event->ino))
		return false;
	if (!dev->value)
		return true;
	if (!ft_field_number(dev, &number) || number > UINT32_MAX)
		return false;
	event->dev = (uint32_t)number;
	event->has_dev = true;
	return true;
}

/*
 * It has no order of its own, but the stock line just before it has; where that was not
 * recorded a folio counts as one page.
 */
static const char *parse_probe_remove(struct ft_reader *r, struct ft_event *event,
				      const char *text)
{
	struct ft_field f[] = {
		FT_FIELD("dev"), FT_FIELD("ino"), FT_FIELD("idx"), FT_FIELD("ref"),
		FT_FIELD("order"),
	};
	const struct ft_event *removed = &r->cpus[event->cpu].removed;
	uint64_t index;
	uint64_t ref;
	uint64_t order = 0;
	uint64_t nr;

	ft_fields(text, f, 5);
	if (!parse_probe_file(&f[0], &f[1], event) || !event->has_dev)
		return "no dev= and ino= with numbers";
	if (!ft_field_number(&f[2], &index))
		return "no page as in idx=17";
	if (!ft_field_number(&f[3], &ref))
		return "no reference count as in ref=0";
	if (f[4].value && (!ft_field_number(&f[4], &order) || order > MAX_ORDER))
		return "an order that cannot be";
	nr = 1ULL << order;
	if (!f[4].value && r->cpus[event->cpu].removed_valid &&
	    removed->pid == event->pid && removed->dev == event->dev &&
	    removed->ino == event->ino && removed->first == index)
		nr = removed->last - removed->first + 1;
	event->proof = ref ? FT_REF_HELD : FT_REF_ZERO;
	return set_range(event, index, nr);
}

static const char *parse_read(struct ft_reader *r, struct ft_event *event,
			      const char *text)
{
	struct ft_field f[] = {
		FT_FIELD("dev"), FT_FIELD("ino"), FT_FIELD("idx"), FT_FIELD("nr"),
	};
	uint64_t index;
	uint64_t nr;

	(void)r;
	ft_fields(text, f, 4);
	if (!parse_probe_file(&f[0], &f[1], event) || !event->has_dev)
		return "no dev= and ino= with numbers";
	if (!ft_field_number(&f[2], &index))
		return "no page as in idx=17";
	if (!ft_field_number(&f[3], &nr))
		return "no number of pages as in nr=32";
	return nr ? set_range(event, index, nr) : set_empty(event);
}

/*
 * From byte lstart to byte lend, -1 for the end.  A page at an edge is flushed too:
 * part of it is zeroed, and what tmem holds of it is old.
 */
static const char *parse_truncate(struct ft_reader *r, struct ft_event *event,
				  const char *text)
{
	struct ft_field f[] = {
		FT_FIELD("dev"), FT_FIELD("ino"), FT_FIELD("lstart"),
		FT_FIELD("lend"),
	};
	uint64_t page_size = r->map.run->page_size;
	uint64_t start;
	uint64_t end;

	ft_fields(text, f, 4);
	if (!parse_probe_file(&f[0], &f[1], event))
		return "no ino= with a number";
	if (!ft_field_number(&f[2], &start) || !ft_field_number(&f[3], &end) ||
	    start >> 63)
		return "no range as in lstart=0 lend=-1";
	if (end < start)
		return set_empty(event);
	event->first = start / page_size;
	event->last = end / page_size;
	if (event->first > UINT32_MAX)
		return "a page past 2^32 of its file";
	if (event->last > UINT32_MAX)
		event->last = UINT32_MAX;
	return NULL;
}

static const char *parse_swap(struct ft_reader *r, struct ft_event *event,
			      const char *text)
{
	struct ft_field f[] = { FT_FIELD("swp") };

	(void)r;
	ft_fields(text, f, 1);
	return ft_field_number(&f[0], &event->first) ? NULL :
						       "no swap entry as in swp=0x1a7";
}

static const char *parse_none(struct ft_reader *r, struct ft_event *event,
			      const char *text)
{
	(void)r;
	(void)event;
	(void)text;
	return NULL;
}

/* ---- the lines we know ---- */

struct ft_known {
	const char *event;
	uint8_t length;
	uint8_t type;
	uint8_t bracket;
	const char *(*parse)(struct ft_reader *r, struct ft_event *event,
			     const char *text);
};

#define KNOWN(name, ...)	{ name, sizeof(name) - 1, __VA_ARGS__ }

static const struct ft_known known[] = {
	KNOWN("mm_filemap_add_to_page_cache", FT_ADD, 0, parse_folio),
	KNOWN("mm_filemap_delete_from_page_cache", FT_REMOVE, 0, parse_folio),
	KNOWN("pc_del", FT_PROBE_REMOVE, 0, parse_probe_remove),
	KNOWN("ra", FT_READ, 0, parse_read),
	KNOWN("trunc", FT_TRUNCATE, 0, parse_truncate),
	KNOWN("zstore", FT_STORE, 0, parse_swap),
	KNOWN("zload", FT_LOAD, 0, parse_swap),
	KNOWN("zinv", FT_INVALIDATE, 0, parse_swap),
	KNOWN("mm_vmscan_direct_reclaim_begin", FT_BEGIN, 1, parse_none),
	KNOWN("mm_vmscan_direct_reclaim_end", FT_END, 1, parse_none),
	KNOWN("mm_vmscan_memcg_reclaim_begin", FT_BEGIN, 2, parse_none),
	KNOWN("mm_vmscan_memcg_reclaim_end", FT_END, 2, parse_none),
	KNOWN("mm_vmscan_memcg_softlimit_reclaim_begin", FT_BEGIN, 4, parse_none),
	KNOWN("mm_vmscan_memcg_softlimit_reclaim_end", FT_END, 4, parse_none),
	KNOWN("mm_vmscan_node_reclaim_begin", FT_BEGIN, 8, parse_none),
	KNOWN("mm_vmscan_node_reclaim_end", FT_END, 8, parse_none),
};

static const struct ft_known *find_known(const struct ft_line *line)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (ft_line_is(line, known[i].event, known[i].length))
			return &known[i];
	}
	return NULL;
}

bool ft_knows(const struct ft_line *line)
{
	return find_known(line);
}

/* ---- the queue, while it is open which lines count ---- */

static int queue_decide(struct ft_reader *r)
{
	for (uint32_t i = 0; i < r->nr_queued; i++) {
		if (r->queue[i].type == FT_READ)
			r->map.modes.reads = true;
		if (r->queue[i].type == FT_PROBE_REMOVE)
			r->map.modes.probe_removes = true;
	}
	r->decided = true;
	for (uint32_t i = 0; i < r->nr_queued; i++) {
		int rc = ft_map_event(&r->map, &r->queue[i]);

		if (rc)
			return rc;
	}
	return 0;
}

static int no_memory(struct ft_reader *r)
{
	return input_error(r->map.run->in, r->map.run->err, -ENOMEM, "no memory");
}

static int queue_grow(struct ft_reader *r)
{
	uint32_t room = r->queue_room ? 2 * r->queue_room : 256;
	struct ft_event *queue = realloc(r->queue, room * sizeof(*queue));

	if (!queue)
		return no_memory(r);
	r->queue = queue;
	r->queue_room = room;
	return 0;
}

static int queue_add(struct ft_reader *r, const struct ft_event *event)
{
	int rc;

	if (!r->decided && r->nr_queued == QUEUE_SIZE) {
		rc = queue_decide(r);
		if (rc)
			return rc;
	}
	if (r->decided)
		return ft_map_event(&r->map, event);
	if (r->nr_queued == r->queue_room) {
		rc = queue_grow(r);
		if (rc)
			return rc;
	}
	r->queue[r->nr_queued++] = *event;
	return 0;
}

static int unstage(struct ft_reader *r)
{
	if (!r->staged_valid)
		return 0;
	r->staged_valid = false;
	return queue_add(r, &r->staged);
}

/* ---- lines ---- */

static int need_cpu(struct ft_reader *r, uint16_t cpu)
{
	struct ft_cpu *cpus;
	uint32_t nr = cpu + 1U;

	if (nr <= r->nr_cpus)
		return 0;
	if (nr < 2 * r->nr_cpus)
		nr = 2 * r->nr_cpus;
	cpus = realloc(r->cpus, nr * sizeof(*cpus));
	if (!cpus)
		return no_memory(r);
	memset(cpus + r->nr_cpus, 0, (nr - r->nr_cpus) * sizeof(*cpus));
	r->cpus = cpus;
	r->nr_cpus = nr;
	return 0;
}

/* What the task's name and the line before say of a removal. */
static enum ft_proof line_proof(const struct ft_line *line, const struct ft_cpu *cpu)
{
	if (cpu->evicted_by == line->pid + 1)
		return FT_BY_EVICTION;
	if (import_is_kswapd(line->task, line->task_length))
		return FT_BY_KSWAPD;
	if (line->task_length == 5 && memcmp(line->task, "<...>", 5) == 0)
		return FT_UNNAMED;
	return FT_NO_PROOF;
}

/* Stock events tell no control group; a probe that does calls the field cgroup. */
static void find_cgroup(struct ft_event *event, const char *text)
{
	struct ft_field f = FT_FIELD("cgroup");

	ft_fields(text, &f, 1);
	event->has_cgroup = ft_field_number(&f, &event->cgroup);
}

static int known_line(struct ft_reader *r, const struct ft_line *line,
		      const struct ft_known *what, const char *text)
{
	struct import_run *run = r->map.run;
	struct ft_cpu *cpu = &r->cpus[line->cpu];
	struct ft_event *event = &r->staged;
	const char *why;
	int rc;

	*event = (struct ft_event){
		.time = line->time,
		.line = input_line_number(run->in),
		.pid = line->pid,
		.cpu = line->cpu,
		.type = what->type,
		.bracket = what->bracket,
		.proof = FT_NO_PROOF,
	};
	if (run->config->filter.who[IMPORT_BY_CGROUP])
		find_cgroup(event, line->fields);
	why = what->parse(r, event, line->fields);
	if (why)
		return import_skip(run, text, "%s", why);
	rc = import_time(run, &r->time, &event->time);
	if (rc)
		return rc;
	if ((event->type == FT_TRUNCATE || event->type == FT_READ) &&
	    event->last < event->first)
		return 0;
	if (event->type == FT_REMOVE) {
		event->proof = (uint8_t)line_proof(line, cpu);
		cpu->removed = *event;
		cpu->removed_valid = true;
	}
	r->staged_valid = true;
	r->stack_applies = true;
	return 0;
}

static int event_line(struct ft_reader *r, const struct ft_line *line, const char *text)
{
	static const char eviction[] = "workingset_eviction";
	const struct ft_known *what = find_known(line);
	int rc = unstage(r);

	rc = rc ?: need_cpu(r, line->cpu);
	if (rc)
		return rc;
	if (what)
		rc = known_line(r, line, what, text);
	else
		r->others++;
	r->cpus[line->cpu].evicted_by =
		ft_line_is(line, eviction, sizeof(eviction) - 1) ? line->pid + 1 : 0;
	return rc;
}

static void frame_line(struct ft_reader *r, const struct ft_line *line)
{
	struct ft_event *event = &r->staged;

	if (!r->staged_valid || !r->stack_applies || event->type != FT_REMOVE)
		return;
	if (strstr(line->fields, "remove_mapping") || strstr(line->fields, "shrink_"))
		event->proof = FT_BY_STACK;
	else if (event->proof != FT_BY_STACK &&
		 (strstr(line->fields, "truncate") || strstr(line->fields, "invalidate")))
		event->proof = FT_NOT_BY_STACK;
}

static int lost_line(struct ft_reader *r, const struct ft_line *line)
{
	struct ft_event event = { .type = FT_LOST };
	int rc = unstage(r);

	if (rc)
		return rc;
	import_lost(r->map.run, line->nr);
	for (uint32_t i = 0; i < r->nr_cpus; i++) {
		r->cpus[i].evicted_by = 0;
		r->cpus[i].removed_valid = false;
	}
	return queue_add(r, &event);
}

static int one_line(void *arg, char *text, size_t length)
{
	struct ft_reader *r = arg;
	struct ft_line line;

	ft_line_parse(text, length, &line);
	switch (line.kind) {
	case FT_LINE_EVENT:
		return event_line(r, &line, text);
	case FT_LINE_LOST:
		return lost_line(r, &line);
	case FT_LINE_STACK:
		r->stack_applies = line.pid == r->staged.pid;
		return 0;
	case FT_LINE_USER_STACK:
		r->stack_applies = false;
		return 0;
	case FT_LINE_FRAME:
		frame_line(r, &line);
		return 0;
	case FT_LINE_NOTHING:
		return 0;
	case FT_LINE_BAD:
		return import_skip(r->map.run, text, "%s", line.why);
	}
	return 0;
}

/* ---- the format ---- */

static int read_lines(struct ft_reader *r)
{
	int rc = import_lines(r->map.run, one_line, r);

	rc = rc ?: unstage(r);
	return rc ?: r->decided ? rc : queue_decide(r);
}

static int read_all(struct import_run *run, struct ft_doubts *learn,
		    const struct ft_doubts *doubts)
{
	struct ft_reader r = {
		.map = { .run = run, .learn = learn, .doubts = doubts },
	};
	int rc = import_begin(run, TRACE_OPERATIONS, IMPORT_TIMES | IMPORT_DEVICES |
				IMPORT_PIDS | IMPORT_CGROUPS);

	if (rc)
		return rc;
	rc = read_lines(&r);
	ft_map_finish(&r.map);
	import_note(run, "events of other kinds", r.others);
	ft_map_free(&r.map);
	free(r.queue);
	free(r.cpus);
	return rc;
}

static int learn_doubts(struct import_run *run, void *doubts)
{
	return read_all(run, doubts, NULL);
}

/*
 * What is ambiguous is a flush, but for what is known at once, unless asked otherwise:
 * only then it matters to know, when a page is removed, that it will be ambiguous.
 */
static int ftrace_run(struct import_run *run)
{
	struct ft_doubts doubts = { .nr = 0 };
	int rc;

	if (run->config->ambiguous != IMPORT_AMBIGUOUS_PUT)
		return read_all(run, NULL, NULL);
	rc = import_rehearse(run, learn_doubts, &doubts);
	if (!rc) {
		ft_doubts_sort(&doubts);
		rc = read_all(run, NULL, &doubts);
	}
	ft_doubts_free(&doubts);
	return rc;
}

static bool ftrace_probe_line(const struct trace_importer *importer, const char *text,
			      size_t length)
{
	struct ft_line line;

	(void)importer;
	ft_line_parse(text, length, &line);
	return line.kind != FT_LINE_BAD;
}

static int ftrace_probe(const struct trace_importer *importer, const char *head,
			size_t size, const char **why)
{
	bool headed = size >= 10 && memcmp(head, "# tracer: ", 10) == 0;
	int score = headed ? 100 :
		    import_probe_lines(importer, head, size, ftrace_probe_line);

	*why = "no 'task-pid [cpu] time: event:'";
	if (!score || !ft_only_block(head, size))
		return score;
	*why = "its events are block requests";
	return 0;
}

const struct trace_importer import_ftrace = {
	.name = "ftrace",
	.what = "text of a kernel trace (tracefs, trace-cmd report, perf script) with filemap, vmscan or probe events",
	.example = "kswapd0-51 [000] d..2. 25.987311: mm_filemap_delete_from_page_cache: dev 254:16 ino c pfn=0xb1b9 ofs=8445952 order=0",
	.probe = ftrace_probe,
	.run = ftrace_run,
};
