/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * seal.h - make the checksums of a changed .tmt file right again
 *
 * What a checksum protects is never wrong by accident; to see that it is checked
 * all the same, tests and the fuzz target change a file and seal it.
 */
#ifndef TMEM_TESTS_SEAL_H
#define TMEM_TESTS_SEAL_H

#include <stddef.h>
#include <stdint.h>

/* Any bytes will do: what is not there or not in range is left alone. */
void seal(uint8_t *file, size_t size);

#endif /* TMEM_TESTS_SEAL_H */
