// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gen_random_test.c - what generators draw from: logarithm and power against
 * the mathematical library, permutations, and Zipf's law in every doubling
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../gen.h"
#include "../gen/random.h"

static void test_fixed_point(void **state)
{
	uint64_t random = 7, x;
	int i;

	(void)state;
	assert_int_equal(fixed_log2(1), 0);
	assert_int_equal(fixed_log2(1ULL << 33), 33ULL << 32);
	assert_int_equal(fixed_exp2_neg(0), 1ULL << 62);
	assert_int_equal(fixed_exp2_neg(3ULL << 32), 1ULL << 59);
	assert_int_equal(fixed_exp2_neg(100ULL << 32), 0);
	for (i = 0; i < 10000; i++) {
		x = random_next(&random) >> i % 60 | 1;
		assert_true(fabs(fixed_log2(x) / 4294967296.0 - log2(x)) < 1e-9);
		x = random_next(&random) >> 28;			/* 0 to 16 */
		assert_true(fabs(fixed_exp2_neg(x) / exp2(62 - x / 4294967296.0) - 1) < 1e-9);
	}
}

static void test_scatter_is_a_permutation(void **state)
{
	static const uint64_t sizes[] = { 1, 2, 3, 4, 5, 7, 64, 1000, 65537, 300000 };
	struct scatter s;
	unsigned int i, key;
	uint64_t x, fixed;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (key = 0; key < 5; key++) {
			uint8_t *seen = calloc(sizes[i], 1);

			assert_non_null(seen);
			scatter_init(&s, sizes[i], key);
			for (x = fixed = 0; x < sizes[i]; x++) {
				uint32_t y = scatter(&s, x);

				assert_true(y < sizes[i]);
				assert_int_equal(seen[y]++, 0);
				fixed += y == x;
			}
			assert_true(sizes[i] < 1000 || fixed < 20);
			free(seen);
		}
	}
}

/* Draws against the law itself, in each doubling of the rank. */
static void check_zipf(uint64_t n, uint32_t skew, uint64_t draws)
{
	double expected[33] = { 0 }, total = 0;
	uint64_t seen[33] = { 0 }, random = n + skew, i;
	struct zipf z;
	int octave;

	assert_int_equal(zipf_init(&z, n, skew), 0);
	for (i = 1; i <= n; i++)
		expected[63 - __builtin_clzll(i)] += pow(i, -(skew / 1e6));
	for (octave = 0; octave < 33; octave++)
		total += expected[octave];
	for (i = 0; i < draws; i++) {
		uint64_t rank = zipf_draw(&z, &random) + 1ULL;

		assert_true(rank <= n);
		seen[63 - __builtin_clzll(rank)]++;
	}
	for (octave = 0; octave < 33; octave++) {
		double p = expected[octave] / total, mean = p * draws;

		assert_true(fabs(seen[octave] - mean) <=
			    5 * sqrt(mean * (1 - p)) + 1e-4 * mean + 1e-3);
	}
	zipf_exit(&z);
}

static void test_zipf_follows_the_law(void **state)
{
	(void)state;
	check_zipf(1, 990000, 1000);
	check_zipf(2, 990000, 100000);
	check_zipf(1000, 0, 1000000);
	check_zipf(1000, 990000, 1000000);
	check_zipf(1000003, 990000, 2000000);
	check_zipf(1000003, 500000, 2000000);
	check_zipf(100000, 1500000, 1000000);
	check_zipf(100000, GEN_MAX_SKEW, 1000000);
}

/* All of 2^32 ranks: half of them are in the last octave at skew 0. */
static void test_zipf_of_the_largest_range(void **state)
{
	uint64_t random = 1, upper = 0, i;
	struct zipf z;

	(void)state;
	assert_int_equal(zipf_init(&z, GEN_MAX_PAGES, 0), 0);
	for (i = 0; i < 100000; i++)
		upper += zipf_draw(&z, &random) >> 31;
	assert_in_range(upper, 49000, 51000);
	zipf_exit(&z);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixed_point),
		cmocka_unit_test(test_scatter_is_a_permutation),
		cmocka_unit_test(test_zipf_follows_the_law),
		cmocka_unit_test(test_zipf_of_the_largest_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
