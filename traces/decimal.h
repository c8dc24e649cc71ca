/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decimal.h - numbers of a text; most of what an import reads is digits
 */
#ifndef TMEM_TRACE_DECIMAL_H
#define TMEM_TRACE_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Decimal digits at *p, which moves behind them: something else must follow, were it a
 * zero.  False where there are none, or more than 64 bits of them.
 */
static inline bool trace_decimal(const char **p, uint64_t *value)
{
	const char *s = *p;
	unsigned int digit = (unsigned char)*s - '0';
	uint64_t v = 0;

	if (digit > 9)
		return false;
	do {				/* 19 digits always fit */
		v = v * 10 + digit;
		digit = (unsigned char)*++s - '0';
	} while (digit <= 9 && s < *p + 19);
	for (; digit <= 9; digit = (unsigned char)*++s - '0') {
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, digit, &v))
			return false;
	}
	*p = s;
	*value = v;
	return true;
}

#endif /* TMEM_TRACE_DECIMAL_H */
