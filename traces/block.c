// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * block.c - the events of a block to columns and back
 *
 *	descriptor of column 0 .. 13 | data of column 0 | ... | 8 zeros
 *
 * Encoding tries for each column every encoding it may have and keeps the
 * smallest, so that nothing has to be known about where a trace comes from:
 * what never changes costs nothing, sequential pages cost next to nothing, and
 * random page numbers cost their bits.
 *
 * Decoding goes through all columns side by side, 64 events at a time, so that
 * the unpacked numbers stay in the first-level cache until the events are put
 * together.  Constant columns are filled in once.  Values are checked without
 * branches, and only when a group turns out bad is it looked through again for
 * the event to name.
 */
#include <errno.h>

#include "column.h"
#include "tmt.h"

#define ENC(e)		(1U << COLUMN_##e)
#define ENC_NUMBER	(ENC(CONSTANT) | ENC(PLAIN) | ENC(SIGNED))

/*
 * Largest values are of the form 2^n - 1, as column.c wants them; op and result
 * are looked at more closely with the event.
 */
static const struct {
	uint64_t max;
	uint32_t encodings;
} columns[TMT_NR_COLUMNS] = {
	[TMT_TIME]	= { UINT64_MAX,	ENC(CONSTANT) | ENC(ASCENDING) },
	[TMT_OBJECT]	= { UINT32_MAX,	ENC_NUMBER },
	[TMT_INDEX]	= { UINT32_MAX,	ENC_NUMBER | ENC(PREDICTED) },
	[TMT_COUNT]	= { UINT32_MAX,	ENC_NUMBER },
	[TMT_POOL]	= { UINT16_MAX,	ENC_NUMBER },
	[TMT_CLIENT]	= { UINT16_MAX,	ENC_NUMBER },
	[TMT_CPU]	= { UINT16_MAX,	ENC_NUMBER },
	[TMT_SIZE]	= { UINT16_MAX,	ENC_NUMBER },
	[TMT_OP]	= { 7,		ENC_NUMBER },
	[TMT_RESULT]	= { 3,		ENC_NUMBER },
	[TMT_HASH]	= { UINT64_MAX,	ENC_NUMBER },
	[TMT_OID0]	= { UINT64_MAX,	ENC_NUMBER },
	[TMT_OID1]	= { UINT64_MAX,	ENC_NUMBER },
	[TMT_OID2]	= { UINT64_MAX,	ENC_NUMBER },
};

static uint32_t column_length(int c, uint32_t nr_events, uint32_t nr_objects)
{
	return c < TMT_NR_EVENT_COLUMNS ? nr_events : nr_objects;
}

size_t tmt_payload_bound(uint32_t nr_events, uint32_t nr_objects)
{
	size_t size = TMT_NR_COLUMNS * TMT_COLUMN_HEADER + TMT_PADDING;

	for (int c = 0; c < TMT_NR_COLUMNS; c++) {
		uint32_t nr = column_length(c, nr_events, nr_objects);

		size += (size_t)column_groups(nr) *
			(1 + COLUMN_GROUP * sizeof(uint64_t));
	}
	return size;
}

const char *tmt_event_wrong(const struct tmt_rules *rules,
			    const struct trace_event *event)
{
	bool operation = event->op <= TRACE_FLUSH_OBJECT;

	if (event->op >= TRACE_NR_OPS)
		return "unknown operation";
	if (operation != (rules->kind == TRACE_OPERATIONS))
		return operation ? "an operation in a trace of references" :
				   "a reference in a trace of operations";
	if (event->result > TRACE_MISS)
		return "unknown result";
	if (event->pool >= rules->nr_pools)
		return "its pool does not exist";
	if (!event->count)
		return "a count of 0 pages";
	if ((uint64_t)event->index + event->count > UINT64_C(1) << 32)
		return "pages beyond 2^32";
	if (event->op == TRACE_FLUSH_OBJECT &&
	    (event->index || event->count != 1))
		return "a flush-object with an index or a count";
	return NULL;
}

/* ---- encoding ---- */

/* The index where the previous event of each object ended, and the rest. */
static void predict(const struct trace_block *block, uint64_t *out,
		    uint32_t *next, uint64_t *base)
{
	uint32_t seen = 0;

	*base = block->events[0].index;
	for (uint32_t i = 0; i < block->nr_events; i++) {
		const struct trace_event *e = &block->events[i];

		if (e->object == seen)
			next[seen++] = (uint32_t)*base;
		out[i] = column_zigzag((uint64_t)(int64_t)
				       (int32_t)(e->index - next[e->object]));
		next[e->object] = e->index + e->count;
	}
}

/* All values of column @c, in a loop of its own for each. */
static void gather(const struct trace_block *block, int c, uint32_t nr,
		   uint64_t *values)
{
	const struct trace_event *e = block->events;

#define GATHER(column, value)				\
	case column:					\
		for (uint32_t i = 0; i < nr; i++)	\
			values[i] = (value);		\
		break

	switch (c) {
	GATHER(TMT_TIME, e[i].time);
	GATHER(TMT_OBJECT, e[i].object);
	GATHER(TMT_INDEX, e[i].index);
	GATHER(TMT_COUNT, e[i].count);
	GATHER(TMT_POOL, e[i].pool);
	GATHER(TMT_CLIENT, e[i].client);
	GATHER(TMT_CPU, e[i].cpu);
	GATHER(TMT_SIZE, e[i].size);
	GATHER(TMT_OP, e[i].op);
	GATHER(TMT_RESULT, e[i].result);
	GATHER(TMT_HASH, block->hashes ? block->hashes[i] : 0);
	default:
		for (uint32_t i = 0; i < nr; i++)
			values[i] = block->objects[i].w[c - TMT_OID0];
	}
#undef GATHER
}

/* A candidate: what packing would make of the values in one encoding. */
struct candidate {
	enum column_encoding encoding;
	uint64_t base;
	uint64_t unit;
	size_t size;
	uint64_t *numbers;
};

static bool transform_constant(const uint64_t *values, uint32_t nr)
{
	for (uint32_t i = 1; i < nr; i++) {
		if (values[i] != values[0])
			return false;
	}
	return true;
}

static void transform_plain(struct candidate *cand, const uint64_t *values,
			    uint32_t nr)
{
	uint64_t min = values[0];

	for (uint32_t i = 1; i < nr; i++)
		min = values[i] < min ? values[i] : min;
	for (uint32_t i = 0; i < nr; i++)
		cand->numbers[i] = values[i] - min;
	cand->base = min;
}

static void transform_signed(struct candidate *cand, const uint64_t *values,
			     uint32_t nr)
{
	cand->base = values[0];
	cand->numbers[0] = 0;
	for (uint32_t i = 1; i < nr; i++)
		cand->numbers[i] = column_zigzag(values[i] - values[i - 1]);
}

static uint64_t gcd(uint64_t a, uint64_t b)
{
	while (b) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static void transform_ascending(struct candidate *cand, const uint64_t *values,
				uint32_t nr)
{
	uint64_t unit = 0;

	for (uint32_t i = 1; i < nr && unit != 1; i++)
		unit = gcd(values[i] - values[i - 1], unit);
	cand->unit = unit;
	cand->base = values[0];
	cand->numbers[0] = 0;
	for (uint32_t i = 1; i < nr; i++)
		cand->numbers[i] = values[i] - values[i - 1];
	for (uint32_t i = 1; i < nr && unit > 1; i++)
		cand->numbers[i] /= unit;
}

static void transform(struct candidate *cand, const struct trace_block *block,
		      const uint64_t *values, uint32_t nr, uint32_t *next)
{
	cand->unit = 0;
	switch (cand->encoding) {
	case COLUMN_PLAIN:
		transform_plain(cand, values, nr);
		break;
	case COLUMN_SIGNED:
		transform_signed(cand, values, nr);
		break;
	case COLUMN_ASCENDING:
		transform_ascending(cand, values, nr);
		break;
	default:
		predict(block, cand->numbers, next, &cand->base);
	}
	memset(cand->numbers + nr, 0,
	       (column_groups(nr) * COLUMN_GROUP - nr) * sizeof(uint64_t));
	cand->size = column_packed_size(cand->numbers, nr);
}

/* The smallest of the encodings that column @c may have; the first of equals. */
static struct candidate choose(const struct trace_block *block, int c,
			       uint32_t nr, uint64_t *scratch)
{
	size_t stride = (size_t)column_groups(nr) * COLUMN_GROUP;
	uint64_t *values = scratch;
	struct candidate best = { .size = SIZE_MAX, .numbers = scratch + stride };
	struct candidate other = { .numbers = scratch + 2 * stride };

	gather(block, c, nr, values);
	if (transform_constant(values, nr))
		return (struct candidate){ COLUMN_CONSTANT, values[0], 0, 0, NULL };
	for (int e = COLUMN_PLAIN; e < COLUMN_NR_ENCODINGS; e++) {
		uint64_t *spare;

		if (!(columns[c].encodings & 1U << e))
			continue;
		other.encoding = (enum column_encoding)e;
		transform(&other, block, values, nr,
			  (uint32_t *)(scratch + 3 * stride));
		if (other.size >= best.size)
			continue;
		spare = best.numbers;
		best = other;
		other.numbers = spare;
	}
	return best;
}

size_t tmt_encode_payload(const struct trace_block *block, uint8_t *bytes,
			  uint64_t *scratch)
{
	uint8_t *data = bytes + TMT_NR_COLUMNS * TMT_COLUMN_HEADER;

	memset(bytes, 0, TMT_NR_COLUMNS * TMT_COLUMN_HEADER);
	for (int c = 0; c < TMT_NR_COLUMNS; c++) {
		uint32_t nr = column_length(c, block->nr_events,
					    block->nr_objects);
		uint8_t *descriptor = bytes + c * TMT_COLUMN_HEADER;
		struct candidate cand = choose(block, c, nr, scratch);

		descriptor[0] = (uint8_t)cand.encoding;
		tmt_put32(descriptor + 4, (uint32_t)cand.size);
		tmt_put64(descriptor + 8, cand.base);
		tmt_put64(descriptor + 16, cand.unit);
		if (cand.encoding != COLUMN_CONSTANT)
			data += column_pack(cand.numbers, nr, data);
	}
	memset(data, 0, TMT_PADDING);
	return (size_t)(data + TMT_PADDING - bytes);
}

/* ---- decoding ---- */

/* All columns of a block being decoded, and 64 values of each. */
struct decoder {
	struct column column[TMT_NR_COLUMNS];
	uint64_t values[TMT_NR_EVENT_COLUMNS][COLUMN_GROUP];
	uint32_t *next;			/* by object: where its last event ended */
	uint32_t seen;			/* objects named so far */
	uint32_t allowed;		/* operations of this kind, a bit each */
	uint32_t nr_pools;
	bool predicted;			/* indexes are */
};

static bool open_columns(struct decoder *d, const uint8_t *bytes, size_t size,
			 const struct trace_block *block)
{
	const uint8_t *data = bytes + TMT_NR_COLUMNS * TMT_COLUMN_HEADER;
	size_t left;

	if (size < TMT_NR_COLUMNS * TMT_COLUMN_HEADER + TMT_PADDING)
		return false;
	left = size - TMT_NR_COLUMNS * TMT_COLUMN_HEADER - TMT_PADDING;
	for (int c = 0; c < TMT_NR_COLUMNS; c++) {
		const uint8_t *descriptor = bytes + c * TMT_COLUMN_HEADER;
		uint32_t data_size = tmt_get32(descriptor + 4);
		struct column *column = &d->column[c];

		if (descriptor[0] >= COLUMN_NR_ENCODINGS || descriptor[1] ||
		    descriptor[2] || descriptor[3] || data_size > left)
			return false;
		column->encoding = (enum column_encoding)descriptor[0];
		column->base = tmt_get64(descriptor + 8);
		column->unit = tmt_get64(descriptor + 16);
		column->max = columns[c].max;
		if (!(columns[c].encodings & 1U << column->encoding) ||
		    (column->encoding == COLUMN_ASCENDING) != !!column->unit ||
		    !column_open(column, data, data_size,
				 column_length(c, block->nr_events,
					       block->nr_objects)))
			return false;
		data += data_size;
		left -= data_size;
	}
	return !left && !tmt_get64(data);
}

static bool decode_objects(struct decoder *d, struct trace_block *block)
{
	for (int w = 0; w < 3; w++) {
		struct column *column = &d->column[TMT_OID0 + w];
		uint64_t values[COLUMN_GROUP];

		for (uint32_t i = 0; i < COLUMN_GROUP; i++)
			values[i] = column->base;
		for (uint32_t o = 0; o < block->nr_objects; o += COLUMN_GROUP) {
			uint32_t used = block->nr_objects - o;

			if (used > COLUMN_GROUP)
				used = COLUMN_GROUP;
			if (column->encoding != COLUMN_CONSTANT &&
			    !column_next(column, values, used))
				return false;
			for (uint32_t i = 0; i < used; i++)
				block->objects[o + i].w[w] = values[i];
		}
	}
	return true;
}

/* Objects appear in order; after this, every number in the group is in range. */
static bool check_objects(struct decoder *d, uint32_t used, uint32_t nr_objects)
{
	const uint64_t *objects = d->values[TMT_OBJECT];
	uint32_t seen = d->seen;
	bool bad = false;

	for (uint32_t i = 0; i < used; i++) {
		bad |= objects[i] > seen;
		seen += objects[i] == seen;
	}
	if (bad || seen > nr_objects)
		return false;
	for (uint32_t o = d->seen; o < seen; o++)
		d->next[o] = (uint32_t)d->column[TMT_INDEX].base;
	d->seen = seen;
	return true;
}

static void predict_indexes(struct decoder *d, uint32_t used)
{
	const uint64_t *objects = d->values[TMT_OBJECT];
	const uint64_t *counts = d->values[TMT_COUNT];
	uint64_t *indexes = d->values[TMT_INDEX];

	for (uint32_t i = 0; i < used; i++) {
		uint32_t *next = &d->next[objects[i]];
		uint32_t index = *next + (uint32_t)column_unzigzag(indexes[i]);

		indexes[i] = index;
		*next = index + (uint32_t)counts[i];
	}
}

/* The checks of tmt_event_wrong(), without branches.  True: one is wrong. */
static bool put_together(const struct decoder *d, struct trace_event *events,
			 uint32_t used)
{
	uint64_t bad = 0;

	for (uint32_t i = 0; i < used; i++) {
		struct trace_event *e = &events[i];
		uint64_t index = d->values[TMT_INDEX][i];
		uint64_t count = d->values[TMT_COUNT][i];
		uint32_t op = (uint32_t)d->values[TMT_OP][i];
		uint32_t result = (uint32_t)d->values[TMT_RESULT][i];
		uint32_t pool = (uint32_t)d->values[TMT_POOL][i];

		bad |= (index + count - 1) >> 32;
		bad |= count == 0;
		bad |= ~(d->allowed >> op) & 1;
		bad |= result > TRACE_MISS;
		bad |= pool >= d->nr_pools;
		bad |= (op == TRACE_FLUSH_OBJECT) & (index + count != 1);
		e->time = d->values[TMT_TIME][i];
		e->object = (uint32_t)d->values[TMT_OBJECT][i];
		e->index = (uint32_t)index;
		e->count = (uint32_t)count;
		e->pool = (uint16_t)pool;
		e->client = (uint16_t)d->values[TMT_CLIENT][i];
		e->cpu = (uint16_t)d->values[TMT_CPU][i];
		e->size = (uint16_t)d->values[TMT_SIZE][i];
		e->op = (uint8_t)op;
		e->result = (uint8_t)result;
		e->reserved = 0;
	}
	return bad;
}

static const char *decode_group(struct decoder *d, struct trace_block *block,
				const struct tmt_rules *rules, uint32_t first)
{
	uint32_t used = block->nr_events - first;

	if (used > COLUMN_GROUP)
		used = COLUMN_GROUP;
	for (int c = 0; c < TMT_NR_EVENT_COLUMNS; c++) {
		if (d->column[c].encoding != COLUMN_CONSTANT &&
		    !column_next(&d->column[c], d->values[c], used))
			return "a value is too large for its column";
	}
	if (!check_objects(d, used, block->nr_objects))
		return "an event names an object that is not there";
	if (d->predicted)
		predict_indexes(d, used);
	if (put_together(d, block->events + first, used)) {
		for (uint32_t i = first; i < first + used; i++) {
			const char *wrong = tmt_event_wrong(rules,
							    &block->events[i]);

			if (wrong)
				return wrong;
		}
		return "an event is damaged";
	}
	if (rules->has_hashes)
		memcpy(block->hashes + first, d->values[TMT_HASH],
		       used * sizeof(uint64_t));
	return NULL;
}

static const char *decode(struct decoder *d, const uint8_t *bytes, size_t size,
			  const struct tmt_rules *rules,
			  struct trace_block *block)
{
	const struct column *hash = &d->column[TMT_HASH];

	if (!open_columns(d, bytes, size, block))
		return "the columns do not fit together";
	if (!rules->has_hashes && (hash->encoding || hash->base))
		return "hashes in a trace without";
	if (!decode_objects(d, block))
		return "an object's id is damaged";
	for (int c = 0; c < TMT_NR_EVENT_COLUMNS; c++) {
		for (uint32_t i = 0; i < COLUMN_GROUP; i++)
			d->values[c][i] = d->column[c].base;
	}
	d->predicted = d->column[TMT_INDEX].encoding == COLUMN_PREDICTED;
	for (uint32_t i = 0; i < block->nr_events; i += COLUMN_GROUP) {
		const char *wrong = decode_group(d, block, rules, i);

		if (wrong)
			return wrong;
	}
	if (d->seen != block->nr_objects)
		return "an object is named by no event";
	/* Ascending times are in order; the ends must be as announced. */
	if (block->events[0].time != block->first_time ||
	    block->events[block->nr_events - 1].time != block->last_time)
		return "the times are not those of the block's header";
	return NULL;
}

int tmt_decode_payload(const uint8_t *bytes, size_t size,
		       const struct tmt_rules *rules, struct trace_block *block,
		       uint32_t *next, const char **wrong)
{
	struct decoder d;

	d.next = next;
	d.seen = 0;
	d.nr_pools = rules->nr_pools;
	d.allowed = rules->kind == TRACE_OPERATIONS ?
		1U << TRACE_PUT | 1U << TRACE_GET | 1U << TRACE_FLUSH |
		1U << TRACE_FLUSH_OBJECT :
		1U << TRACE_READ | 1U << TRACE_WRITE | 1U << TRACE_DISCARD;
	*wrong = decode(&d, bytes, size, rules, block);
	return *wrong ? -EBADMSG : 0;
}
