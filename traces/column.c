// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * column.c - a column of numbers, bit-packed in groups of 64
 *
 *	width width ... | 64 numbers of width[0] bits | 64 of width[1] bits | ...
 *
 * A group's width is that of its largest number, so one outlier costs its group
 * alone.  64 numbers of w bits are 8 * w bytes: every group starts at a byte, and
 * any number of up to 56 bits lies within one 64-bit load.  That is why widths
 * of 57 to 63 do not exist (the writer takes 64), and why a payload ends with 8
 * bytes that belong to no column.
 *
 * All widths are checked, and their sum compared with the size of the data, once
 * when a column is opened.  So the loops below run without a check per number.
 */
#include "column.h"
#include "tmt.h"

static uint32_t group_width(const uint64_t *numbers)
{
	uint64_t all = 0;
	uint32_t width;

	for (uint32_t i = 0; i < COLUMN_GROUP; i++)
		all |= numbers[i];
	width = all ? 64 - (uint32_t)__builtin_clzll(all) : 0;
	return width > 56 ? COLUMN_MAX_WIDTH : width;
}

size_t column_packed_size(const uint64_t *numbers, uint32_t nr)
{
	uint32_t groups = column_groups(nr);
	size_t size = groups;

	for (uint32_t g = 0; g < groups; g++)
		size += 8 * group_width(numbers + g * COLUMN_GROUP);
	return size;
}

static void pack_group(const uint64_t *numbers, uint32_t width, uint8_t *bytes)
{
	uint64_t word = 0;
	uint32_t filled = 0;

	for (uint32_t i = 0; i < COLUMN_GROUP; i++) {
		word |= numbers[i] << filled;
		filled += width;
		if (filled < 64)
			continue;
		tmt_put64(bytes, word);
		bytes += 8;
		filled -= 64;
		/* What did not fit; a shift by 64 would be undefined. */
		word = filled ? numbers[i] >> (width - filled) : 0;
	}
}

size_t column_pack(const uint64_t *numbers, uint32_t nr, uint8_t *bytes)
{
	uint32_t groups = column_groups(nr);
	uint8_t *p = bytes + groups;

	for (uint32_t g = 0; g < groups; g++) {
		const uint64_t *group = numbers + g * COLUMN_GROUP;
		uint32_t width = group_width(group);

		bytes[g] = (uint8_t)width;
		if (width)
			pack_group(group, width, p);
		p += 8 * width;
	}
	return (size_t)(p - bytes);
}

bool column_open(struct column *column, const uint8_t *data, size_t size,
		 uint32_t nr)
{
	uint32_t groups = column_groups(nr);
	size_t need = groups;

	column->previous = column->base;
	if (column->encoding == COLUMN_CONSTANT)
		return size == 0 && column->base <= column->max;
	if (size < groups)
		return false;
	for (uint32_t g = 0; g < groups; g++) {
		if (data[g] > 56 && data[g] != COLUMN_MAX_WIDTH)
			return false;
		need += 8 * (size_t)data[g];
	}
	column->widths = data;
	column->bits = data + groups;
	return need == size;
}

/*
 * Inlined with a constant width, each of the eight has a constant offset, shift
 * and mask; eight numbers of any width end at a byte.
 */
static inline __attribute__((always_inline)) void
unpack_width(const uint8_t *bits, uint32_t width, uint64_t *numbers)
{
	uint64_t mask = (UINT64_C(1) << width) - 1;

#define NUMBER(k) \
	numbers[k] = tmt_get64(bits + (k) * width / 8) >> (k) * width % 8 & mask
	for (uint32_t i = 0; i < COLUMN_GROUP; i += 8) {
		NUMBER(0);
		NUMBER(1);
		NUMBER(2);
		NUMBER(3);
		NUMBER(4);
		NUMBER(5);
		NUMBER(6);
		NUMBER(7);
		bits += width;
		numbers += 8;
	}
#undef NUMBER
}

static void unpack_group(const uint8_t *bits, uint32_t width, uint64_t *numbers)
{
#define CASE(w)		case w: unpack_width(bits, w, numbers); break
#define CASES(w)	CASE(w); CASE(w + 1); CASE(w + 2); CASE(w + 3)
	switch (width) {
	case 0:
		memset(numbers, 0, COLUMN_GROUP * sizeof(*numbers));
		break;
	CASES(1);
	CASES(5);
	CASES(9);
	CASES(13);
	CASES(17);
	CASES(21);
	CASES(25);
	CASES(29);
	case COLUMN_MAX_WIDTH:
		for (uint32_t i = 0; i < COLUMN_GROUP; i++)
			numbers[i] = tmt_get64(bits + 8 * i);
		break;
	default:
		unpack_width(bits, width, numbers);
	}
#undef CASES
#undef CASE
}

static bool values_plain(struct column *column, uint64_t *values)
{
	uint64_t base = column->base;
	uint64_t all = 0;

	/* The largest values are of the form 2^n - 1. */
	for (uint32_t i = 0; i < COLUMN_GROUP; i++) {
		values[i] += base;
		all |= values[i];
	}
	return all <= column->max;
}

static bool values_signed(struct column *column, uint64_t *values)
{
	uint64_t value = column->previous;
	uint64_t all = 0;

	for (uint32_t i = 0; i < COLUMN_GROUP; i++) {
		value += column_unzigzag(values[i]);
		values[i] = value;
		all |= value;
	}
	column->previous = value;
	return all <= column->max;
}

static bool values_ascending(struct column *column, uint32_t width,
			     uint64_t *values)
{
	uint64_t value = column->previous;
	uint64_t unit = column->unit;
	bool overflow = false;

	/*
	 * 64 steps of less than 2^58 cannot go round more than once, and then end
	 * below where they began: as good as always the case, so the loop for it
	 * has no checks.
	 */
	if (width + 64 - (uint32_t)__builtin_clzll(unit) <= 58) {
		for (uint32_t i = 0; i < COLUMN_GROUP; i++) {
			value += values[i] * unit;
			values[i] = value;
		}
		overflow = value < column->previous;
	} else {
		for (uint32_t i = 0; i < COLUMN_GROUP; i++) {
			uint64_t step;

			overflow |= __builtin_mul_overflow(values[i], unit, &step);
			overflow |= __builtin_add_overflow(value, step, &value);
			values[i] = value;
		}
	}
	column->previous = value;
	return !overflow && value <= column->max;
}

bool column_next(struct column *column, uint64_t *values, uint32_t used)
{
	uint32_t width = *column->widths++;
	uint64_t all = 0;

	unpack_group(column->bits, width, values);
	column->bits += 8 * width;
	/* Zeros fill the last group up: they are checked, like all else. */
	for (uint32_t i = used; i < COLUMN_GROUP; i++)
		all |= values[i];
	if (all)
		return false;
	switch (column->encoding) {
	case COLUMN_PLAIN:
		return values_plain(column, values);
	case COLUMN_SIGNED:
		return values_signed(column, values);
	case COLUMN_ASCENDING:
		return values_ascending(column, width, values);
	default:
		for (uint32_t i = 0; i < COLUMN_GROUP; i++)
			all |= values[i];
		return all <= column->max;
	}
}
