// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * support.c - what the tests of the trace library have in common
 */
#include "support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define NR_POOLS	7

static char folder[64];

int folder_setup(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/tmem-traces-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

unsigned int folder_entries(void)
{
	DIR *dir = opendir(folder);
	unsigned int n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;			/* . and .. */
}

int folder_teardown(void **state)
{
	struct dirent *entry;
	int unfinished = 0;
	DIR *dir = opendir(folder);

	(void)state;
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		unfinished += strstr(entry->d_name, ".tmp-") != NULL;
		remove(in_folder(entry->d_name));
	}
	closedir(dir);
	return rmdir(folder) || unfinished;
}

const char *in_folder(const char *name)
{
	static char paths[8][512];
	static unsigned int next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

uint8_t *slurp(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	uint8_t *bytes;
	long length;

	assert_non_null(f);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	length = ftell(f);
	rewind(f);
	*size = (size_t)length;
	bytes = malloc(*size + 1);
	assert_non_null(bytes);
	assert_int_equal(fread(bytes, 1, *size, f), *size);
	fclose(f);
	return bytes;
}

void spew(const char *path, const void *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

	/*
	 * In place, tens of thousands of times: a new file each time is work for the
	 * disk, and some file systems flush one that is cut to nothing first.
	 */
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), (ssize_t)size);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	assert_int_equal(close(fd), 0);
}

uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

uint64_t random_below(uint64_t *state, uint64_t limit)
{
	return random_next(state) % limit;
}

/* ---- samples ---- */

/* Any number of bits, so that small and huge values are both common. */
static uint64_t wild(uint64_t *rng, unsigned int bits)
{
	unsigned int width = (unsigned int)random_below(rng, bits + 1);

	return width ? random_next(rng) >> (64 - width) : 0;
}

static uint8_t random_op(uint64_t *rng, enum trace_kind kind)
{
	return (uint8_t)(kind == TRACE_OPERATIONS ? random_below(rng, 4) :
						    TRACE_READ + random_below(rng, 3));
}

static void wild_record(struct trace_record *r, uint64_t *rng,
			enum trace_kind kind, uint64_t *time)
{
	struct trace_event *e = &r->event;

	if (random_below(rng, 3) && *time < UINT64_MAX / 4)
		*time += wild(rng, 40);
	e->time = *time;
	e->op = random_op(rng, kind);
	e->index = (uint32_t)wild(rng, 32);
	e->count = 1 + (uint32_t)wild(rng, 31);
	if (e->count > (UINT64_C(1) << 32) - e->index)
		e->count = 1;
	if (e->op == TRACE_FLUSH_OBJECT) {
		e->index = 0;
		e->count = 1;
	}
	e->pool = (uint16_t)random_below(rng, NR_POOLS);
	e->client = (uint16_t)wild(rng, 16);
	e->cpu = (uint16_t)wild(rng, 16);
	e->size = (uint16_t)wild(rng, 16);
	e->result = (uint8_t)random_below(rng, 3);
	for (int w = 0; w < 3; w++)
		r->oid.w[w] = wild(rng, 64);
	r->hash = wild(rng, 64);
}

/* A few files read in runs, with a jump now and then. */
static void sequential_record(struct trace_record *r, uint64_t *rng,
			      enum trace_kind kind, uint64_t *time)
{
	static uint32_t next[16];
	unsigned int file = (unsigned int)random_below(rng, 16);
	struct trace_event *e = &r->event;

	if (!random_below(rng, 50))
		next[file] = (uint32_t)random_below(rng, 1000000);
	*time += 1000 * random_below(rng, 100);
	e->time = *time;
	e->op = kind == TRACE_OPERATIONS ? TRACE_GET : TRACE_READ;
	e->index = next[file];
	e->count = 1;
	e->pool = (uint16_t)(file % NR_POOLS);
	e->client = 3;
	r->oid = (struct trace_oid){ { 42, 0, 1000 + file } };
	next[file]++;
}

struct sample *sample_new(enum flavour flavour, enum trace_kind kind,
			  bool times, bool hashes, uint64_t nr, uint64_t seed)
{
	struct sample *s = calloc(1, sizeof(*s));
	uint64_t time = 5;

	assert_non_null(s);
	s->nr = nr;
	s->records = calloc(nr + 1, sizeof(*s->records));
	s->info.pools = calloc(NR_POOLS, sizeof(*s->info.pools));
	assert_non_null(s->records);
	assert_non_null(s->info.pools);
	s->info.page_size = 4096;
	s->info.kind = kind;
	s->info.has_times = times;
	s->info.has_hashes = hashes;
	s->info.nr_pools = NR_POOLS;
	for (uint32_t i = 0; i < NR_POOLS; i++) {
		s->info.pools[i].client = (uint32_t)wild(&seed, 32);
		s->info.pools[i].flags = i % 3;
	}
	snprintf(s->info.source, sizeof(s->info.source), "sample \\ \xc3\xa9 %u ",
		 (unsigned int)flavour);
	s->info.lost = wild(&seed, 64);
	s->info.skipped = wild(&seed, 64);
	for (uint64_t i = 0; i < nr; i++) {
		struct trace_record *r = &s->records[i];

		(flavour == WILD ? wild_record : sequential_record)
			(r, &seed, kind, &time);
		if (!times)
			r->event.time = 0;
		if (!hashes)
			r->hash = 0;
	}
	return s;
}

void sample_free(struct sample *s)
{
	free(s->info.pools);
	free(s->records);
	free(s);
}

void sample_write(const struct sample *s, const char *path)
{
	struct trace_error err = { 0 };
	struct trace_writer *w = trace_create(path, &s->info, &err);

	if (!w)
		fail_msg("%s", err.text);
	for (uint64_t i = 0; i < s->nr; i++) {
		if (trace_write(w, &s->records[i], &err))
			fail_msg("%s", err.text);
	}
	if (trace_finish(w, &err))
		fail_msg("%s", err.text);
}

static void expect_info(const struct sample *s, const struct trace_info *info)
{
	uint64_t pages = 0;

	for (uint64_t i = 0; i < s->nr; i++) {
		uint8_t op = s->records[i].event.op;

		if (op != TRACE_FLUSH && op != TRACE_FLUSH_OBJECT && op != TRACE_DISCARD)
			pages += s->records[i].event.count;
	}
	assert_int_equal(info->version, 1);
	assert_int_equal(info->page_size, s->info.page_size);
	assert_int_equal(info->kind, s->info.kind);
	assert_int_equal(info->has_times, s->info.has_times);
	assert_int_equal(info->has_hashes, s->info.has_hashes);
	assert_string_equal(info->source, s->info.source);
	assert_int_equal(info->nr_pools, s->info.nr_pools);
	assert_memory_equal(info->pools, s->info.pools,
			    s->info.nr_pools * sizeof(*info->pools));
	assert_int_equal(info->nr_events, s->nr);
	assert_int_equal(info->nr_pages, pages);
	assert_int_equal(info->nr_blocks, (s->nr + TRACE_BLOCK_EVENTS - 1) /
					  TRACE_BLOCK_EVENTS);
	assert_int_equal(info->lost, s->info.lost);
	assert_int_equal(info->skipped, s->info.skipped);
	assert_int_equal(info->first_time, s->nr ? s->records[0].event.time : 0);
	assert_int_equal(info->last_time, s->nr ? s->records[s->nr - 1].event.time : 0);
}

static void expect_block(const struct sample *s, const struct trace_block *b)
{
	const struct trace_record *r = s->records + b->first_event;

	assert_in_range(b->nr_events, 1, s->nr - b->first_event);
	assert_int_equal(b->first_time, r[0].event.time);
	assert_int_equal(b->last_time, r[b->nr_events - 1].event.time);
	assert_int_equal(!!b->hashes, s->info.has_hashes);
	for (uint32_t i = 0; i < b->nr_events; i++) {
		struct trace_event e = b->events[i];

		assert_in_range(e.object, 0, b->nr_objects - 1);
		assert_memory_equal(&b->objects[e.object], &r[i].oid,
				    sizeof(struct trace_oid));
		e.object = 0;
		assert_memory_equal(&e, &r[i].event, sizeof(e));
		if (b->hashes)
			assert_int_equal(b->hashes[i], r[i].hash);
	}
}

void sample_expect(const struct sample *s, const char *path)
{
	struct trace_error err = { 0 };
	struct trace_reader *reader = trace_open(path, &err);
	struct trace_block block = { 0 };
	const struct trace_info *info;
	uint64_t next = 0;

	if (!reader)
		fail_msg("%s", err.text);
	info = trace_reader_info(reader);
	expect_info(s, info);
	for (uint64_t n = 0; n < info->nr_blocks; n++) {
		if (trace_read_block(reader, n, &block, &err))
			fail_msg("%s", err.text);
		assert_int_equal(block.first_event, next);
		expect_block(s, &block);
		next += block.nr_events;
	}
	assert_int_equal(next, s->nr);
	trace_block_free(&block);
	trace_close(reader);
}

int read_all(const char *path, struct trace_error *err)
{
	struct trace_reader *reader = trace_open(path, err);
	struct trace_block block = { 0 };
	uint64_t nr;
	int ret = 0;

	if (!reader)
		return err->code;
	nr = trace_reader_info(reader)->nr_blocks;
	for (uint64_t n = 0; n < nr && !ret; n++)
		ret = trace_read_block(reader, n, &block, err);
	trace_block_free(&block);
	trace_close(reader);
	return ret;
}

void expect_bad(const char *path, int code, const char *word)
{
	struct trace_error err = { 0 };
	int ret = read_all(path, &err);

	if (ret != code || err.code != code)
		fail_msg("%s: got %d (%s), not %d", path, ret, err.text, code);
	if (strncmp(err.text, path, strlen(path)))
		fail_msg("'%s' does not begin with the path", err.text);
	if (code == -EBADMSG && !strstr(err.text, "offset "))
		fail_msg("'%s' names no offset", err.text);
	if (strchr(err.text, '\n') || !strstr(err.text, word))
		fail_msg("'%s' does not say '%s' in one line", err.text, word);
}
