// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - tmem-bench: options of its own, then Google Benchmark's
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "fixture.h"

#define FULL_PAGES	(4U << 20)
#define QUICK_PAGES	(64U << 10)

static const char usage[] =
	"usage: tmem-bench [options] [--benchmark_...]\n"
	"  --quick            tables of 64 Ki pages alone\n"
	"  --suites A,B,...   which: index,limit,store,port,decode,import,replay\n"
	"  --pages A,B,...    pages of a table, 65536 or more (4194304,65536)\n"
	"  --buckets A,B,...  of the designs that have buckets, powers of two, for every\n"
	"                     operation; without it one for each object, hashbucket also\n"
	"                     with 256, and get_hit and mix of medium objects with\n"
	"                     64, 256, 4096, 65536 and 1048576\n"
	"  --run-threads A,B  with how many threads (1,2)\n"
	"  --pin              thread i on the i-th CPU that this process may use\n"
	"  --trace FILE       what is decoded, and replayed beside a generated trace\n"
	"  --peers            list designs and peers, and those left out, and leave\n"
	"  --benchmark_list_tests, --benchmark_filter=REGEX, --benchmark_repetitions=N,\n"
	"  --benchmark_out=FILE, ... are Google Benchmark's: --help shows them\n"
	"example: tmem-bench --quick --benchmark_filter='index/get_hit/medium'\n";

void bench_die(const char *fmt, ...)
{
	va_list args;

	fputs("tmem-bench: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

void bench_take_over(void (*release)(void))
{
	static void (*holder)(void);
	void (*last)(void) = holder;

	if (last == release)
		return;
	holder = release;
	if (last)
		last();
}

void bench_all_threads(struct gbench *b, const struct bench_options *options)
{
	unsigned int i;

	gbench_use_real_time(b);
	for (i = 0; i < options->nr_threads; i++)
		gbench_threads(b, options->threads[i]);
}

/* A number between lo and hi, and where it ends. */
static uint64_t number(const char *option, const char *text, uint64_t lo, uint64_t hi,
		       char **end)
{
	uint64_t n = strtoull(text, end, 10);

	if (*end == text || *text == '-' || (**end && **end != ',') || n < lo || n > hi)
		bench_die("%s wants numbers from %llu to %llu, not '%s'", option,
			  (unsigned long long)lo, (unsigned long long)hi, text);
	return n;
}

static unsigned int list(const char *option, const char *text, uint64_t lo, uint64_t hi,
			 uint64_t values[BENCH_MAX_LIST])
{
	unsigned int n = 0;
	char *end;

	do {
		if (n == BENCH_MAX_LIST)
			bench_die("%s takes %u numbers at most", option, BENCH_MAX_LIST);
		values[n++] = number(option, text, lo, hi, &end);
		text = end + 1;
	} while (*end);
	return n;
}

static void set_threads(struct bench_options *options, const char *text)
{
	uint64_t values[BENCH_MAX_LIST];
	unsigned int i;

	options->nr_threads = list("--run-threads", text, 1, BENCH_MAX_THREADS, values);
	for (i = 0; i < options->nr_threads; i++)
		options->threads[i] = (int)values[i];
}

static void set_buckets(struct bench_options *options, const char *text)
{
	uint64_t values[BENCH_MAX_LIST];
	unsigned int i;

	options->nr_buckets = list("--buckets", text, 1, 1U << 20, values);
	for (i = 0; i < options->nr_buckets; i++) {
		if (values[i] & (values[i] - 1))
			bench_die("--buckets wants powers of two, not %llu",
				  (unsigned long long)values[i]);
		options->buckets[i] = (uint32_t)values[i];
	}
}

static void set_pages(struct bench_options *options, const char *text)
{
	options->nr_pages = list("--pages", text, QUICK_PAGES, 1U << 30, options->pages);
}

static struct {
	const char *name;
	void (*add)(const struct bench_options *options);
	bool wanted;
} suites[] = {
	{ "index", bench_index_register, true },
	{ "limit", bench_limit_register, true },
	{ "store", bench_store_register, true },
	{ "port", bench_port_register, true },
	{ "decode", bench_decode_register, true },
	{ "import", bench_import_register, true },
	{ "replay", bench_replay_register, true },
};

#define NR_SUITES (sizeof(suites) / sizeof(suites[0]))

static void set_suites(const char *text)
{
	size_t i, n;

	for (i = 0; i < NR_SUITES; i++)
		suites[i].wanted = false;
	for (;; text += n + 1) {
		n = strcspn(text, ",");
		for (i = 0; i < NR_SUITES; i++)
			if (strlen(suites[i].name) == n && !strncmp(text, suites[i].name, n))
				break;
		if (i == NR_SUITES)
			bench_die("there is no suite '%.*s'; --help shows which there are",
				  (int)n, text);
		suites[i].wanted = true;
		if (!text[n])
			break;
	}
}

static void list_peers(void)
{
	const struct peer_ops *ops;
	unsigned int i;

	for (i = 0; (ops = peer_at(i)); i++)
		puts(ops->name);
	if (*peer_left_out())
		printf("left out when this was configured: %s\n", peer_left_out());
}

/* The value of option @name at argv[*i], which may be behind '='; or NULL. */
static const char *value_of(const char *name, char **argv, int *i)
{
	size_t n = strlen(name);

	if (strncmp(argv[*i], name, n))
		return NULL;
	if (argv[*i][n] == '=')
		return argv[*i] + n + 1;
	if (argv[*i][n])
		return NULL;
	if (!argv[*i + 1])
		bench_die("%s wants a value; --help shows which", name);
	return argv[++*i];
}

/* Takes our options out of argv; what is left is Google Benchmark's. */
static void parse(int *argc, char **argv, struct bench_options *options)
{
	const char *value;
	int i, kept = 1;

	for (i = 1; i < *argc; i++) {
		if (!strcmp(argv[i], "--quick")) {
			options->nr_pages = 1;
			options->pages[0] = QUICK_PAGES;
		} else if (!strcmp(argv[i], "--pin")) {
			gbench_pin_threads();
		} else if (!strcmp(argv[i], "--peers")) {
			list_peers();
			exit(0);
		} else if ((value = value_of("--pages", argv, &i))) {
			set_pages(options, value);
		} else if ((value = value_of("--suites", argv, &i))) {
			set_suites(value);
		} else if ((value = value_of("--buckets", argv, &i))) {
			set_buckets(options, value);
		} else if ((value = value_of("--run-threads", argv, &i))) {
			set_threads(options, value);
		} else if ((value = value_of("--trace", argv, &i))) {
			options->trace = value;
		} else {
			if (!strcmp(argv[i], "--help"))
				fputs(usage, stdout);
			argv[kept++] = argv[i];
		}
	}
	argv[kept] = NULL;
	*argc = kept;
}

static void note_context(const struct bench_options *options)
{
	char text[32 * BENCH_MAX_LIST] = "";
	unsigned int i;
	size_t n = 0;

	for (i = 0; i < options->nr_pages; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%llu", i ? "," : "",
				      (unsigned long long)options->pages[i]);
	gbench_context("pages", text);
	snprintf(text, sizeof(text), "%zu", peer_descriptor_size(false));
	gbench_context("descriptor_B", text);
	snprintf(text, sizeof(text), "%zu", peer_descriptor_size(true));
	gbench_context("ephemeral_descriptor_B", text);
	gbench_context("compiler", __VERSION__);
	gbench_context("peers_left_out", peer_left_out());
}

int main(int argc, char **argv)
{
	struct bench_options options = {
		.nr_pages = 2, .pages = { FULL_PAGES, QUICK_PAGES },
		.trace = BENCH_TRACE,
	};
	int status;
	size_t i;

	set_threads(&options, "1,2");
	parse(&argc, argv, &options);
	fixture_release();
	note_context(&options);
	for (i = 0; i < NR_SUITES; i++)
		if (suites[i].wanted)
			suites[i].add(&options);
	status = gbench_main(&argc, argv);
	bench_take_over(NULL);
	return status;
}
