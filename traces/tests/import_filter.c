// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_filter.c - what a filter leaves in, what it leaves out, and that it says so
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "import_support.h"

#define SECOND	1000000000ULL

/* Three hosts, whose disks have the same numbers; a request that is two objects. */
static const char requests[] =
	"10000000,a,0,Read,0,4096,0\n"
	"20000000,a,1,Write,4096,4096,0\n"
	"30000000,b,0,Read,67104768,8192,0\n"
	"40000000,b,0,Write,8192,4096,0\n"
	"50000000,b,1,Read,0,4096,0\n"
	"60000000,c,0,Read,0,4096,0\n"
	"70000000,b,0,Read,8192,4096,0\n";

static void check(struct import_filter filter, const char *want)
{
	struct import_config config = { .filter = filter, .strict = true };
	struct outcome outcome = import_string(config, requests);

	outcome_is(&outcome, want);
	outcome_free(&outcome);
}

#define HEAD	"format msr\nkind references, times\npool 0 "
#define TAIL	"read requests 5\nwrite requests 2\nclients 3\ndevices 5\n"

static void one_by_one(void **state)
{
	(void)state;
	check((struct import_filter){ .who[IMPORT_BY_DEVICE] = "1" },
	      HEAD "0 0\n"
	      "1000000000 write 0 1:0:0 1 1 cpu 0\n"
	      "pool 1 1 0\n"
	      "4000000000 read 1 100000001:0:0 0 1 cpu 0\n"
	      "left out by --device 5\n" TAIL);
	check((struct import_filter){ .who[IMPORT_BY_CLIENT] = "c" },
	      HEAD "2 0\n"
	      "5000000000 read 0 200000000:0:0 0 1 cpu 0\n"
	      "left out by --client 6\n" TAIL);
	check((struct import_filter){ .from = 5 * SECOND },
	      HEAD "0 0\npool 1 1 0\npool 2 2 0\n"
	      "5000000000 read 2 200000000:0:0 0 1 cpu 0\n"
	      "6000000000 read 1 100000000:0:0 2 1 cpu 0\n"
	      "left out by --from and --until 6\n" TAIL);
	check((struct import_filter){ .until = 1 * SECOND },
	      HEAD "0 0\n"
	      "0 read 0 0:0:0 0 1 cpu 0\n"
	      "pool 1 1 0\npool 2 2 0\n"
	      "left out by --from and --until 7\n" TAIL);
	check((struct import_filter){ .ops = 1 << TRACE_WRITE },
	      HEAD "0 0\n"
	      "1000000000 write 0 1:0:0 1 1 cpu 0\n"
	      "pool 1 1 0\n"
	      "3000000000 write 1 100000000:0:0 2 1 cpu 0\n"
	      "pool 2 2 0\n"
	      "left out by --only 6\n" TAIL);
	check((struct import_filter){ .sample = 1, .ops = 1 << TRACE_DISCARD | 1 << TRACE_READ,
				      .who[IMPORT_BY_CLIENT] = "a" },
	      HEAD "0 0\n"
	      "0 read 0 0:0:0 0 1 cpu 0\n"
	      "left out by --client 5\n"
	      "left out by --only 1\n" TAIL);
}

static void together(void **state)
{
	struct import_filter filter = {
		.who = { [IMPORT_BY_CLIENT] = "b", [IMPORT_BY_DEVICE] = "0" },
		.from = 2 * SECOND + 1,
		.until = 6 * SECOND + 1,
		.ops = 1 << TRACE_READ,
	};

	(void)state;
	check(filter,
	      HEAD "1 0\n"
	      "6000000000 read 0 100000000:0:0 2 1 cpu 0\n"
	      "left out by --device 1\n"
	      "left out by --client 3\n"
	      "left out by --from and --until 2\n"
	      "left out by --only 1\n" TAIL);
}

/* The text form: clients by number, and what is left out does not break the count. */
static void text(void **state)
{
	static const char file[] =
		"tmt-text 1\nkind operations\ntimes yes\nlost 3\nskipped 4\npool 7 persistent\n"
		"0 put 0 0:0:a 1 3 7\n"
		"5 put 0 0:0:a 9 1 8\n"
		"9 get 0 0:0:a 2 1 7\n"
		"9 get 0 0:0:a 3 1 7\n"
		"events 4\n";
	struct import_config config = {
		.filter = { .who[IMPORT_BY_CLIENT] = "7", .ops = 1 << TRACE_GET },
	};
	struct outcome outcome = import_string(config, file);

	(void)state;
	outcome_is(&outcome, "format text\nkind operations, times\npool 0 7 1\n"
			     "9 get 0 0:0:a 2 1 cpu 0\n9 get 0 0:0:a 3 1 cpu 0\nlost 3\n"
			     "left out by --client 1\nleft out by --only 1\n");
	outcome_free(&outcome);
	config.max_events = 1;
	outcome = import_string(config, file);
	outcome_is(&outcome, "format text\nkind operations, times\npool 0 7 1\n"
			     "9 get 0 0:0:a 2 1 cpu 0\nlost 3\n"
			     "left out by --client 1\nleft out by --only 1\n");
	assert_true(outcome.report.stopped);
	outcome_free(&outcome);
	config.filter.who[IMPORT_BY_CLIENT] = "9";
	outcome = import_string(config, file);
	outcome_failed(&outcome, -EINVAL, "no client 9 in it; there are 7, 8");
	outcome_free(&outcome);
}

/* ---- what cannot be ---- */

static void fails(struct import_filter filter, const char *format, const char *text,
		  const char *words)
{
	struct import_config config = { .filter = filter, .format = format };
	struct outcome outcome = import_string(config, text);

	outcome_failed(&outcome, -EINVAL, words);
	outcome_free(&outcome);
}

static void nothing_left(void **state)
{
	char many[4096];
	char *p = many;

	(void)state;
	fails((struct import_filter){ .who[IMPORT_BY_DEVICE] = "7" }, NULL, requests,
	      "test: no device 7 in it; there are 0, 1");
	fails((struct import_filter){ .who[IMPORT_BY_DEVICE] = "0x" }, NULL, requests,
	      "no device 0x in it; there are 0, 1");
	fails((struct import_filter){ .who[IMPORT_BY_CLIENT] = "aa" }, NULL, requests,
	      "no client aa in it; there are a, b, c");
	fails((struct import_filter){ .who = { [IMPORT_BY_CLIENT] = "c",
					       [IMPORT_BY_DEVICE] = "1" } }, NULL, requests,
	      "no device 1 in it; there are 0");
	fails((struct import_filter){ .from = 7 * SECOND }, NULL, requests,
	      "no event is left: 8 by --from and --until");
	fails((struct import_filter){ .from = 6 * SECOND, .ops = 1 << TRACE_DISCARD }, NULL,
	      requests, "no event is left: 7 by --from and --until, 1 by --only");
	for (int i = 0; i < 40; i++)
		p += sprintf(p, "1,%032d,0,Read,0,1,0\n", i / 2);
	fails((struct import_filter){ .who[IMPORT_BY_CLIENT] = "x" }, NULL, many,
	      "no client x in it; there are 00000000000000000000000");
	p = many;
	for (int i = 0; i < 40; i++)
		p += sprintf(p, "1,h%d,0,Read,0,1,0\n", i / 2);
	fails((struct import_filter){ .who[IMPORT_BY_CLIENT] = "h" }, NULL, many,
	      "there are h0, h1, h2, h3, h4, h5, h6, h7, h8, h9, h10, h11 and more");
}

static void refused(void **state)
{
	static const char ops[] = "put a\n";

	(void)state;
	fails((struct import_filter){ .who[IMPORT_BY_PID] = "1" }, NULL, requests,
	      "a trace of msr does not tell the process of an event; import it without --pid");
	fails((struct import_filter){ .who[IMPORT_BY_CGROUP] = "1" }, NULL, requests,
	      "does not tell the control group of an event");
	fails((struct import_filter){ .who[IMPORT_BY_CLIENT] = "1" }, "lis", "1 2 3 4\n",
	      "a trace of lis does not tell the client of an event");
	fails((struct import_filter){ .who[IMPORT_BY_DEVICE] = "1" }, "ops", ops,
	      "a trace of ops does not tell the device of an event");
	fails((struct import_filter){ .from = 1 }, "ops", ops, "such a trace has no times");
	fails((struct import_filter){ .until = 1 }, "ops", ops, "such a trace has no times");
	fails((struct import_filter){ .from = 2, .until = 2 }, NULL, requests,
	      "--until must be later");
	fails((struct import_filter){ .ops = 1 << TRACE_READ }, "ops", ops,
	      "its operations are put, get, flush");
	fails((struct import_filter){ .ops = 1 << TRACE_GET }, NULL, requests,
	      "its operations are read, write and discard");
}

/* ---- ftrace ---- */

/* What other tasks did still proves what the wanted one did; queued or not. */
static void ftrace(void **state)
{
#define LINE(pid, time, what)	"  t-" #pid " [000] ..... " time ": " what "\n"
#define ADD		"mm_filemap_add_to_page_cache: dev 8:1 ino c pfn=0x1 ofs=0 order=0"
#define REMOVE		"mm_filemap_delete_from_page_cache: dev 8:1 ino c pfn=0x1 ofs=0 order=0"
#define OTHER		"mm_filemap_add_to_page_cache: dev 8:2 ino d pfn=0x1 ofs=4096 order=0"
	static const char text[] =
		LINE(1, "1.0", ADD)
		LINE(2, "1.5", "mm_vmscan_direct_reclaim_begin: order=0")
		LINE(2, "2.0", REMOVE)
		LINE(1, "2.5", OTHER)
		LINE(2, "3.0", ADD " cgroup=77")
		LINE(2, "3.5", REMOVE)
		LINE(2, "4.0", OTHER)
		LINE(1, "4.5", "trunc: ino=13 lstart=0 lend=-1")
		LINE(1, "5.0", "zstore: swp=0x7");
	struct import_config config = { .format = "ftrace", .strict = true };
	struct outcome outcome;

	(void)state;
	config.filter.who[IMPORT_BY_PID] = "2";
	config.filter.from = SECOND + SECOND / 2;
	outcome = import_string(config, text);
	outcome_is(&outcome,
		   "format ftrace\n"
		   "kind operations, times\n"
		   "pool 0 0 0\npool 1 0 0\n"
		   "2000000000 get 0 c:0:0 0 1 cpu 0\n"
		   "2500000000 put 0 c:0:0 0 1 cpu 0\n"
		   "3000000000 get 1 d:0:0 1 1 cpu 0\n"
		   "pool 2 0 1\n"
		   "left out by --pid 4\n"
		   "left out by --from and --until 1\n"
		   "removals 2, ambiguous 0\n"
		   "puts in a task's reclaim 2\n");
	outcome_free(&outcome);

	config.filter = (struct import_filter){ .who[IMPORT_BY_DEVICE] = "8:2" };
	outcome = import_string(config, text);
	outcome_is_fine(&outcome);
	assert_int_equal(outcome.report.ops[TRACE_GET], 2);
	assert_int_equal(outcome.report.ops[TRACE_FLUSH_OBJECT], 1);
	assert_int_equal(outcome.report.events, 3);
	outcome_free(&outcome);

	config.filter = (struct import_filter){ .who[IMPORT_BY_DEVICE] = "swap0" };
	outcome = import_string(config, text);
	outcome_is_fine(&outcome);
	assert_int_equal(outcome.report.events, 1);
	assert_int_equal(outcome.report.ops[TRACE_PUT], 1);
	outcome_free(&outcome);

	config.filter = (struct import_filter){ .who[IMPORT_BY_CGROUP] = "77" };
	outcome = import_string(config, text);
	outcome_is_fine(&outcome);
	assert_int_equal(outcome.report.events, 1);
	assert_int_equal(outcome.report.ops[TRACE_GET], 1);
	assert_int_equal(outcome.report.left_out[IMPORT_BY_CGROUP], 7);
	outcome_free(&outcome);
	fails((struct import_filter){ .who[IMPORT_BY_CGROUP] = "78" }, "ftrace", text,
	      "no control group 78 in it; there are 77");
	fails((struct import_filter){ .who[IMPORT_BY_CGROUP] = "78" }, "ftrace",
	      LINE(1, "1.0", ADD), "no control group 78 in it; no event tells one");
	fails((struct import_filter){ .who[IMPORT_BY_PID] = "3" }, "ftrace", text,
	      "no process 3 in it; there are 1, 2");
	fails((struct import_filter){ .who[IMPORT_BY_DEVICE] = "8:3" }, "ftrace", text,
	      "no device 8:3 in it; there are 8:1, 8:2, swap0");
}

/* ---- sampling: what arrives, as single pages ---- */

#define NR_PAGES	20000U	/* of the streams that are sampled, at most */
#define MAX_REFERENCES	400000U

struct stream {
	struct trace_info info;
	uint32_t nr;
	struct {
		uint64_t page;
		uint64_t time;
		uint8_t op;
	} *at;
	uint64_t flushes;	/* that are long, or of objects */
};

static int stream_begin(void *arg, const struct trace_info *info, struct trace_error *err)
{
	struct stream *stream = arg;

	(void)err;
	stream->info = *info;
	return 0;
}

static int stream_pool(void *arg, const struct trace_pool *pool, struct trace_error *err)
{
	(void)arg;
	(void)pool;
	(void)err;
	return 0;
}

static int stream_emit(void *arg, const struct trace_record *record, struct trace_error *err)
{
	const struct trace_event *event = &record->event;
	struct stream *stream = arg;

	(void)err;
	assert_true(event->count >= 1);
	if (event->op == TRACE_FLUSH_OBJECT || event->count > 65536) {
		stream->flushes++;
		return 0;
	}
	for (uint32_t i = 0; i < event->count; i++) {
		assert_true(stream->nr < MAX_REFERENCES);
		stream->at[stream->nr].page = record->oid.w[0] << 48 | record->oid.w[1] << 32 |
					      (event->index + i);
		stream->at[stream->nr].time = event->time;
		stream->at[stream->nr++].op = event->op;
	}
	return 0;
}

static struct stream stream_of(const char *format, const char *text,
			       struct import_filter filter)
{
	struct stream stream = { .at = malloc(MAX_REFERENCES * sizeof(*stream.at)) };
	struct trace_sink sink = { &stream, stream_begin, stream_pool, stream_emit };
	struct import_config config = {
		.path = "test", .format = format, .sink = &sink, .filter = filter,
	};
	struct import_report report;
	struct trace_error err;

	assert_non_null(stream.at);
	if (trace_import_memory(&config, text, strlen(text), &report, &err))
		fail_msg("%s", err.text);
	assert_true(report.left_out[IMPORT_BY_SAMPLE] + stream.nr <= MAX_REFERENCES);
	return stream;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The pages of a stream, each once, in order. */
static uint32_t stream_pages(const struct stream *stream, uint64_t **pages)
{
	uint32_t nr = 0;

	*pages = malloc((stream->nr + 1) * sizeof(**pages));
	assert_non_null(*pages);
	for (uint32_t i = 0; i < stream->nr; i++)
		(*pages)[i] = stream->at[i].page;
	qsort(*pages, stream->nr, sizeof(**pages), by_number);
	for (uint32_t i = 0; i < stream->nr; i++) {
		if (!nr || (*pages)[nr - 1] != (*pages)[i])
			(*pages)[nr++] = (*pages)[i];
	}
	return nr;
}

/* @part is what is left of @whole if only the pages that are in @part are. */
static void is_sample(const struct stream *whole, const struct stream *part,
		      uint64_t one_in)
{
	uint64_t *pages, *all;
	uint32_t nr = stream_pages(part, &pages);
	uint32_t nr_all = stream_pages(whole, &all);
	uint32_t n = 0;

	for (uint32_t i = 0; i < whole->nr; i++) {
		if (!bsearch(&whole->at[i].page, pages, nr, sizeof(*pages), by_number))
			continue;
		assert_true(n < part->nr);
		assert_int_equal(part->at[n].page, whole->at[i].page);
		assert_int_equal(part->at[n].time, whole->at[i].time);
		assert_int_equal(part->at[n].op, whole->at[i].op);
		n++;
	}
	assert_int_equal(n, part->nr);
	assert_int_equal(part->flushes, whole->flushes);
	/* Much farther from it than chance would be. */
	if (nr * one_in < nr_all / 2 || nr * one_in > 2 * (uint64_t)nr_all)
		fail_msg("%u pages of %u are not one in %llu", nr, nr_all,
			 (unsigned long long)one_in);
	free(pages);
	free(all);
}

static uint64_t next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

/* Requests of 3 devices, some of many pages. */
static char *random_requests(void)
{
	uint32_t nr = 12000;
	char *text = malloc(nr * 64);
	uint64_t seed = 1;
	char *p = text;

	assert_non_null(text);
	for (uint32_t i = 0; i < nr; i++) {
		uint64_t device = next_random(&seed) % 3;
		uint64_t page = next_random(&seed) % NR_PAGES;
		uint64_t count = next_random(&seed) % 8 ? 1 : 1 + next_random(&seed) % 100;

		p += sprintf(p, "%llu,%c,%llu,%llu,%u\n", (unsigned long long)device,
			     next_random(&seed) % 4 ? 'R' : 'W', (unsigned long long)page * 4096,
			     (unsigned long long)count * 4096, i);
	}
	return text;
}

static void sample_pages(void **state)
{
	char *text = random_requests();
	struct stream whole = stream_of("alibaba", text, (struct import_filter){ .from = 0 });
	struct stream tenth = stream_of("alibaba", text, (struct import_filter){ .sample = 10 });
	struct stream fine = stream_of("alibaba", text, (struct import_filter){ .sample = 100 });
	struct stream again = stream_of("alibaba", text, (struct import_filter){ .sample = 10 });

	(void)state;
	is_sample(&whole, &tenth, 10);
	is_sample(&whole, &fine, 100);
	is_sample(&tenth, &fine, 10);
	assert_int_equal(tenth.nr, again.nr);
	for (uint32_t i = 0; i < tenth.nr; i++)
		assert_int_equal(tenth.at[i].page, again.at[i].page);
	assert_string_equal(whole.info.source, "test (alibaba)");
	assert_string_equal(tenth.info.source, "test (alibaba) --sample 1/10");
	free(whole.at);
	free(tenth.at);
	free(fine.at);
	free(again.at);
	free(text);
}

/* A sample of one host is what a sample of all has of that host. */
static void sample_composes(void **state)
{
	char *text = malloc(6000 * 48);
	uint64_t seed = 2;
	char *p = text;
	struct import_filter of_b = { .who[IMPORT_BY_CLIENT] = "b" };
	struct stream all, b, whole_b;
	uint32_t n = 0;

	(void)state;
	assert_non_null(text);
	for (uint32_t i = 0; i < 6000; i++)
		p += sprintf(p, "%u,%c,0,Read,%llu,4096,0\n", i, 'a' + (char)(i % 3),
			     (unsigned long long)(next_random(&seed) % 1000) * 4096);
	whole_b = stream_of("msr", text, of_b);
	of_b.sample = 7;
	b = stream_of("msr", text, of_b);
	is_sample(&whole_b, &b, 7);
	all = stream_of("msr", text, (struct import_filter){ .sample = 7 });
	for (uint32_t i = 0; i < all.nr; i++) {
		if (all.at[i].time / 100 % 3 != 1)
			continue;
		assert_true(n < b.nr);
		assert_int_equal(all.at[i].page, b.at[n].page);
		assert_int_equal(all.at[i].time, b.at[n++].time);
	}
	assert_int_equal(n, b.nr);
	assert_string_equal(b.info.source, "test (msr) --client b --sample 1/7");
	free(all.at);
	free(b.at);
	free(whole_b.at);
	free(text);
}

/* Operations: puts, gets and flushes of a page stay together; long flushes stay. */
static void sample_operations(void **state)
{
	static const char head[] = "  t-1 [000] ..... ";
	uint32_t nr = 8000;
	char *text = malloc(nr * 200);
	uint64_t seed = 3;
	char *p = text;
	struct stream whole, part;

	(void)state;
	assert_non_null(text);
	for (uint32_t i = 0; i < nr; i++) {
		uint64_t page = next_random(&seed) % 3000;
		uint64_t what = next_random(&seed) % 100;

		p += sprintf(p, "%s%u.%06u: ", head, 1 + i / 1000000, i % 1000000);
		if (what < 2)
			p += sprintf(p, "trunc: dev=8388609 ino=12 lstart=%llu lend=-1\n",
				     (unsigned long long)(what ? 0 : page * 4096));
		else if (what < 50)
			p += sprintf(p, "mm_filemap_add_to_page_cache: dev 8:1 ino c pfn=0x1 ofs=%llu order=%u\n",
				     (unsigned long long)page * 4096, what % 5 == 0);
		else
			p += sprintf(p, "mm_filemap_delete_from_page_cache: dev 8:1 ino c pfn=0x1 ofs=%llu\n",
				     (unsigned long long)page * 4096);
	}
	whole = stream_of("ftrace", text, (struct import_filter){ .from = 0 });
	part = stream_of("ftrace", text, (struct import_filter){ .sample = 5 });
	assert_true(part.flushes > 50);
	is_sample(&whole, &part, 5);
	free(whole.at);
	free(part.at);
	free(text);
}

/* The limit counts what is handed on, in the middle of a run as well. */
static void sample_and_limit(void **state)
{
	struct import_config config = { .filter.sample = 3, .max_events = 5 };
	struct outcome outcome = import_string(config, "0 1000 0 0\n5000 1000 0 0\n");

	(void)state;
	outcome_is_fine(&outcome);
	assert_true(outcome.report.stopped);
	assert_int_equal(outcome.report.events, 5);
	outcome_free(&outcome);
}

/* A long name gives way to what was left out. */
static void source(void **state)
{
	struct stream stream = { .at = malloc(MAX_REFERENCES * sizeof(*stream.at)) };
	struct trace_sink sink = { &stream, stream_begin, stream_pool, stream_emit };
	char name[400];
	struct import_config config = { .path = "test", .sink = &sink, .source = name };
	struct trace_error err;

	(void)state;
	assert_non_null(stream.at);
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	config.filter = (struct import_filter){
		.who = { [IMPORT_BY_CLIENT] = "b", [IMPORT_BY_DEVICE] = "0" },
		.from = 1, .until = SECOND * 10, .ops = 1 << TRACE_READ | 1 << TRACE_WRITE,
		.sample = 1,
	};
	assert_int_equal(trace_import_memory(&config, requests, strlen(requests), NULL, &err), 0);
	assert_int_equal(strlen(stream.info.source), 255);
	assert_non_null(strstr(stream.info.source,
		"nn --device 0 --client b --from 1ns --until 10000000000ns --only read,write"));
	free(stream.at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_by_one),
		cmocka_unit_test(text),
		cmocka_unit_test(together),
		cmocka_unit_test(nothing_left),
		cmocka_unit_test(refused),
		cmocka_unit_test(ftrace),
		cmocka_unit_test(sample_pages),
		cmocka_unit_test(sample_composes),
		cmocka_unit_test(sample_operations),
		cmocka_unit_test(sample_and_limit),
		cmocka_unit_test(source),
	};

	return cmocka_run_group_tests_name("importers: filters", tests, NULL, NULL);
}
