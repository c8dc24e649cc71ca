// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_info.c - "tmem info": what is in a trace
 *
 * The header tells in no time what the trace says of itself; everything else takes
 * one pass.  Reuse is told in references: how many others came between a page's
 * reference and its next one, in powers of two, which is what a cache has to bridge.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../replay/ops.h"
#include "open_trace.h"

#define NR_REUSE	48	/* powers of two */
#define BAR_WIDTH	40

struct pool_info {
	u64 ops[TRACE_NR_OPS];		/* events */
	u64 pages[TRACE_NR_OPS];
	u64 unique;			/* pages named at least once */
	u32 objects;
};

/* Every page ever named, and when it was last: an open table, half full. */
struct pages {
	u64 *keys;			/* object << 32 | index, + 1 */
	u64 *last;			/* number of its reference */
	u64 nr;
	u64 mask;
};

struct survey {
	struct trace_reader *reader;
	const struct trace_info *info;
	struct pool_info *pools;
	struct objects objects;
	struct pages pages;
	u64 references;			/* pages referenced, put or got */
	u64 again;			/* of them: named before */
	u64 reuse[NR_REUSE];
	u64 hits, misses;		/* recorded results of gets */
	u64 with_size;
};

/* ---- pages ---- */

static int pages_init(struct pages *pages, u64 size)
{
	pages->keys = calloc(size, sizeof(*pages->keys));
	pages->last = malloc(size * sizeof(*pages->last));
	pages->mask = size - 1;
	pages->nr = 0;
	return pages->keys && pages->last ? 0 : -ENOMEM;
}

static u64 place_of(const struct pages *pages, u64 key)
{
	u64 at = handle_hash((u32)(key >> 32), (u32)key);

	while (pages->keys[at & pages->mask] &&
	       pages->keys[at & pages->mask] != key)
		at++;
	return at & pages->mask;
}

static int pages_grow(struct pages *pages)
{
	struct pages bigger;
	u64 i, at;

	if (pages_init(&bigger, 2 * (pages->mask + 1))) {
		free(bigger.keys);
		free(bigger.last);
		return -ENOMEM;
	}
	for (i = 0; i <= pages->mask; i++) {
		if (!pages->keys[i])
			continue;
		at = place_of(&bigger, pages->keys[i]);
		bigger.keys[at] = pages->keys[i];
		bigger.last[at] = pages->last[i];
	}
	bigger.nr = pages->nr;
	free(pages->keys);
	free(pages->last);
	*pages = bigger;
	return 0;
}

/* ---- the pass ---- */

static int note_page(struct survey *s, struct pool_info *pool, u32 object,
		     u32 index)
{
	/* never 0; the highest object number is not used */
	u64 key = ((u64)object + 1) << 32 | index;
	u64 at = place_of(&s->pages, key), now = s->references++;

	if (s->pages.keys[at]) {
		u64 between = now - s->pages.last[at];

		s->again++;
		s->reuse[63 - __builtin_clzll(between)]++;
		s->pages.last[at] = now;
		return 0;
	}
	s->pages.keys[at] = key;
	s->pages.last[at] = now;
	pool->unique++;
	return ++s->pages.nr > s->pages.mask / 2 ? pages_grow(&s->pages) : 0;
}

static int note_event(struct survey *s, const struct trace_block *block,
		      const struct trace_event *e)
{
	struct pool_info *pool = &s->pools[e->pool];
	struct tmem_oid oid;
	u32 object, before = s->objects.nr, i;

	pool->ops[e->op]++;
	pool->pages[e->op] += e->op == TRACE_FLUSH_OBJECT ? 1 : e->count;
	if (e->op == TRACE_GET && e->result != TRACE_UNKNOWN) {
		s->hits += e->result == TRACE_HIT;
		s->misses += e->result == TRACE_MISS;
	}
	s->with_size += e->size != 0;
	memcpy(&oid, &block->objects[e->object], sizeof(oid));
	object = objects_number(&s->objects, e->pool, &oid);
	if (object == UINT32_MAX)
		return -ENOMEM;
	pool->objects += s->objects.nr - before;
	if (e->op == TRACE_FLUSH || e->op == TRACE_FLUSH_OBJECT ||
	    e->op == TRACE_DISCARD)
		return 0;
	for (i = 0; i < e->count; i++)
		if (note_page(s, pool, object, e->index + i))
			return -ENOMEM;
	return 0;
}

static int survey_trace(struct survey *s, struct trace_error *err)
{
	struct trace_block block = { .events = NULL };
	struct cli_progress progress;
	u64 n;
	u32 i;
	int ret = 0;

	cli_progress_begin(&progress, "reading events", s->info->nr_events);
	for (n = 0; n < s->info->nr_blocks && !ret; n++) {
		ret = trace_read_block(s->reader, n, &block, err);
		for (i = 0; !ret && i < block.nr_events; i++)
			if (note_event(s, &block, &block.events[i])) {
				ret = err->code = -ENOMEM;
				strcpy(err->text, "no memory to count the pages of this trace");
			}
		cli_progress_show(&progress, block.first_event);
	}
	cli_progress_end(&progress);
	trace_block_free(&block);
	return ret;
}

/* ---- what is printed ---- */

static void print_header(const char *path, const struct trace_info *info)
{
	printf("%s\n  source      %s\n  kind        %s\n", path, info->source,
	       info->kind == TRACE_REFERENCES ? "page references" :
	       "tmem operations");
	printf("  format      version %u, pages of %u bytes, checksum %016llx\n",
	       info->version, info->page_size,
	       (unsigned long long)info->checksum);
	printf("  events      %s in %s block%s\n",
	       cli_thousands(info->nr_events), cli_thousands(info->nr_blocks),
	       info->nr_blocks == 1 ? "" : "s");
	if (info->has_times)
		printf("  time        %.3f s\n",
		       (double)(info->last_time - info->first_time) * 1e-9);
	else
		printf("  time        not recorded\n");
	if (info->lost || info->skipped)
		printf("  LOSSES      %s lost by the recorder, %s skipped by the importer\n",
		       cli_thousands(info->lost), cli_thousands(info->skipped));
	else
		printf("  losses      none\n");
}

static void print_pools(const struct survey *s)
{
	u32 p, op;

	for (p = 0; p < s->info->nr_pools; p++) {
		const struct pool_info *pool = &s->pools[p];
		u32 flags = s->info->pools[p].flags;

		printf("\npool %u, client %u, %s: %s objects, %s pages (%s)\n",
		       p, s->info->pools[p].client,
		       flags & TRACE_POOL_PERSISTENT ? "persistent" :
		       flags & TRACE_POOL_SHARED ? "shared" : "ephemeral",
		       cli_thousands(pool->objects),
		       cli_thousands(pool->unique),
		       cli_bytes(pool->unique * s->info->page_size));
		for (op = 0; op < TRACE_NR_OPS; op++)
			if (pool->ops[op])
				printf("  %-12s %14s events %14s pages\n",
				       trace_op_name((enum trace_op)op),
				       cli_thousands(pool->ops[op]),
				       cli_thousands(pool->pages[op]));
	}
}

static void print_reuse(const struct survey *s)
{
	u64 most = 1;
	int i, first = -1, last = -1;

	printf("\nworking set   %s pages, %s\n", cli_thousands(s->pages.nr),
	       cli_bytes(s->pages.nr * s->info->page_size));
	printf("references    %s, %s of pages named before (%.2f%%)\n",
	       cli_thousands(s->references), cli_thousands(s->again),
	       s->references ? 100.0 * (double)s->again /
	       (double)s->references : 0.0);
	if (s->hits + s->misses)
		printf("recorded      %s of %s gets hit (%.2f%%)\n",
		       cli_thousands(s->hits),
		       cli_thousands(s->hits + s->misses),
		       100.0 * (double)s->hits / (double)(s->hits + s->misses));
	if (s->with_size)
		printf("sizes         recorded of %s events\n",
		       cli_thousands(s->with_size));
	for (i = 0; i < NR_REUSE; i++) {
		if (!s->reuse[i])
			continue;
		first = first < 0 ? i : first;
		last = i;
		most = s->reuse[i] > most ? s->reuse[i] : most;
	}
	if (first < 0)
		return;
	printf("\nreferences until a page is named again:\n");
	for (i = first; i <= last; i++) {
		int width = (int)(s->reuse[i] * BAR_WIDTH / most);

		printf("  up to %16s %14s  %.*s\n",
		       cli_thousands((2ULL << i) - 1),
		       cli_thousands(s->reuse[i]), width,
		       "########################################");
	}
}

static CLI_SET_TEXT(set_format, struct open_options, format)

static const struct cli_option options[] = {
	{ "format", "NAME", "of a trace that is not .tmt (recognised)", set_format },
	{ NULL, NULL, NULL, NULL }
};

static int info_of(const struct cli_command *command, const char *path,
		   struct trace_reader *reader)
{
	struct survey s = { .reader = reader,
			    .info = trace_reader_info(reader) };
	struct trace_error err = { .code = 0 };
	int ret = -ENOMEM;

	s.pools = calloc(s.info->nr_pools + 1, sizeof(*s.pools));
	print_header(path, s.info);
	strcpy(err.text, "no memory");
	if (s.pools && !objects_init(&s.objects) &&
	    !pages_init(&s.pages, 1 << 16))
		ret = survey_trace(&s, &err);
	if (!ret) {
		print_pools(&s);
		print_reuse(&s);
	}
	free(s.pools);
	free(s.pages.keys);
	free(s.pages.last);
	objects_exit(&s.objects);
	return ret ? cli_error(command, cli_trace_status(ret), "%s",
			       err.text) : CLI_FINE;
}

static int run_info(const struct cli_command *command, int argc, char **argv)
{
	struct open_options o = { .format = NULL };
	struct open_traces traces;
	int status, nr = cli_parse(command, argc, argv, &o, &status), i;

	if (nr < 0)
		return status;
	if (!nr)
		return cli_error(command, CLI_USAGE,
				 "which trace? see tmem info --help");
	status = open_traces(command, argv + 1, (uint32_t)nr, &o, &traces);
	if (status)
		return status;
	for (i = 0; i < nr && !status; i++) {
		if (i)
			putchar('\n');
		status = info_of(command, argv[1 + i], traces.readers[i]);
	}
	if (!status && traces_lossy(command, &traces, argv + 1))
		status = CLI_TRACE;
	close_traces(&traces);
	return status;
}

const struct cli_command cli_info = {
	.name = "info",
	.arguments = "TRACE...",
	.summary = "Say what is in a trace: counts, pools, working set, reuse, losses.",
	.example = "  tmem info trace.tmt",
	.options = options,
	.run = run_info,
};
