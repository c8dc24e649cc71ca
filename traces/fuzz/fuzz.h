/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz.h - what the fuzz targets of the trace library share
 */
#ifndef TMEM_TRACES_FUZZ_H
#define TMEM_TRACES_FUZZ_H

#include "tmt.h"

/* What libFuzzer calls, and fuzz_main.c where there is no libFuzzer. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * A whole file of one block with this payload, packed by LZ4 or stored, all sums
 * right.  NULL: no memory.  free() it.
 */
uint8_t *fuzz_wrap(const struct trace_info *info, struct tmt_block_header *header,
		   const uint8_t *payload, size_t size, bool lz4,
		   size_t *file_size);

#endif /* TMEM_TRACES_FUZZ_H */
