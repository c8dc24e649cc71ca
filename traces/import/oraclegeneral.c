// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * oraclegeneral.c - requests as libCacheSim keeps them: oraclegeneral.h
 *
 * A request is a read of one page, whatever its size: what other simulators do when
 * they ignore sizes.  Sizes are told in the report, so that one knows what that means.
 * Where next points is needed by algorithms that look into the future and not here.
 *
 * An id is a key, of 64 bits that may all be used (a hash, an address), and no place on
 * a disk.  It becomes page id % object_pages of the object {0, id / object_pages, 0}, as
 * a block number of a disk would: ids that follow each other, where they are numbers,
 * stay in one object as they do in a file, and each id has a page of its own in any
 * case.  Hashed ids make an object of nearly every page, as their order is lost anyway.
 */
#include "../oraclegeneral.h"
#include "importer.h"

#define SANE_SIZE	(1U << 31)	/* of a request, for recognition */
#define SANE_NEXT	(1LL << 36)

struct oracle_state {
	struct import_clock clock;
	uint32_t least;		/* sizes */
	uint32_t most;
	uint64_t larger;	/* than a page */
	uint64_t empty;		/* of no bytes */
	uint64_t behind;	/* whose next request is not after them */
};

static void note_request(struct oracle_state *state, const struct oracle_record *r,
			 const struct import_run *run)
{
	if (!state->clock.started || r->size < state->least)
		state->least = r->size;
	if (r->size > state->most)
		state->most = r->size;
	state->larger += r->size > run->page_size;
	state->empty += r->size == 0;
	/* This request is the one that the report counts as its last unit, from 1. */
	state->behind += oracle_has_next(r) &&
			 (r->next < 0 || (uint64_t)r->next <= run->report->units);
}

static int oracle_request(struct import_run *run, struct oracle_state *state,
			  const uint8_t *bytes)
{
	struct trace_record record = { .event = { .op = TRACE_READ, .count = 1 } };
	struct oracle_record r;
	int rc;

	oracle_decode(bytes, &r);
	note_request(state, &r, run);
	rc = import_since(run, &state->clock, r.time * 1000000000ULL, &record.event.time);
	if (rc)
		return rc;
	record.event.index = (uint32_t)(r.id % run->object_pages);
	record.oid = (struct trace_oid){ { 0, r.id / run->object_pages, 0 } };
	return import_emit(run, &record);
}

static int oracle_run(struct import_run *run)
{
	struct oracle_state state = { .least = 0 };
	const uint8_t *bytes;
	int rc = import_begin(run, TRACE_REFERENCES, IMPORT_TIMES);

	rc = rc ?: import_pool(run, 0, 0);
	if (rc)
		return rc;
	while ((rc = import_record(run, ORACLE_SIZE, &bytes)) > 0) {
		rc = oracle_request(run, &state, bytes);
		if (rc)
			break;
	}
	import_note(run, "smallest request (bytes)", state.least);
	import_note(run, "largest request (bytes)", state.most);
	import_note(run, "requests larger than a page, each one page here", state.larger);
	import_note(run, "requests of no bytes, each one page here", state.empty);
	import_note(run, "requests whose next one is not after them", state.behind);
	return rc;
}

/* What record @n, from 1, of a file must be like, after one at @time. */
static bool is_sane(const struct oracle_record *r, uint32_t time, size_t n)
{
	if (r->time < time || r->size > SANE_SIZE)
		return false;
	return !oracle_has_next(r) || (r->next > (int64_t)n && r->next < SANE_NEXT);
}

/*
 * Any 24 bytes could be a record: all of the first ones must be sane, most have a
 * size, and of those whose next request is also among them most must name its object.
 */
static int oracle_probe(const struct trace_importer *importer, const char *head,
			size_t size, const char **why)
{
	size_t nr = size / ORACLE_SIZE;
	size_t sized = 0, near = 0, right = 0;
	struct oracle_record r, next;
	uint32_t time = 0;

	(void)importer;
	*why = "no records of 24 bytes that fit";
	if (nr == 0 || (size < INPUT_PEEK && size % ORACLE_SIZE))
		return 0;
	for (size_t n = 1; n <= nr; n++) {
		oracle_decode(head + (n - 1) * ORACLE_SIZE, &r);
		if (!is_sane(&r, time, n))
			return 0;
		time = r.time;
		sized += r.size != 0;
		if (!oracle_has_next(&r) || (uint64_t)r.next > nr)
			continue;
		near++;
		oracle_decode(head + ((size_t)r.next - 1) * ORACLE_SIZE, &next);
		right += next.id == r.id;
	}
	return 2 * sized > nr && (!near || 2 * right > near) ? 70 : 0;
}

const struct trace_importer import_oraclegeneral = {
	.name = "oraclegeneral",
	.what = "requests of libCacheSim's oracleGeneral traces: a page each",
	.example = "records of 24 bytes: time (s), id, size, next",
	.probe = oracle_probe,
	.run = oracle_run,
};
