/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * column.h - a column of numbers, bit-packed in groups of 64
 *
 * See "Payload: columns" in FORMAT.md, and column.c.
 */
#ifndef TMEM_TRACE_COLUMN_H
#define TMEM_TRACE_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COLUMN_GROUP		64U
#define COLUMN_MAX_WIDTH	64U

enum column_encoding {
	COLUMN_CONSTANT,
	COLUMN_PLAIN,
	COLUMN_SIGNED,
	COLUMN_ASCENDING,
	COLUMN_PREDICTED,
	COLUMN_NR_ENCODINGS
};

/* A column on its way out of a payload. */
struct column {
	enum column_encoding encoding;
	uint64_t base;
	uint64_t unit;
	uint64_t max;			/* largest value allowed */
	uint64_t previous;
	const uint8_t *widths;		/* of the groups still to come */
	const uint8_t *bits;
};

static inline uint32_t column_groups(uint32_t nr)
{
	return (nr + COLUMN_GROUP - 1) / COLUMN_GROUP;
}

static inline uint64_t column_zigzag(uint64_t difference)
{
	return difference << 1 ^ (uint64_t)((int64_t)difference >> 63);
}

static inline uint64_t column_unzigzag(uint64_t packed)
{
	return packed >> 1 ^ -(packed & 1);
}

/* Bytes that column_pack() makes of @nr numbers. */
size_t column_packed_size(const uint64_t *numbers, uint32_t nr);

/* Pack; @numbers is zero from @nr to the end of its last group. */
size_t column_pack(const uint64_t *numbers, uint32_t nr, uint8_t *bytes);

/*
 * Begin to read a column of @nr values whose data are @size bytes at @data, with
 * at least 8 readable bytes behind them.  False: the data do not fit together.
 */
bool column_open(struct column *column, const uint8_t *data, size_t size,
		 uint32_t nr);

/*
 * The next group of values: COLUMN_GROUP of them, of which the caller uses the
 * first @used.  A predicted column gives its packed numbers.  False: a value is
 * larger than allowed.  Not for constant columns.
 */
bool column_next(struct column *column, uint64_t *values, uint32_t used);

#endif /* TMEM_TRACE_COLUMN_H */
