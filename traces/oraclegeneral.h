/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * oraclegeneral.h - a record of libCacheSim's "oracleGeneral" traces
 *
 * Little endian and packed, one record a request, in the order of the requests:
 *
 *	u32 time	seconds
 *	u64 id		of an object, which may be anything
 *	u32 size	bytes
 *	i64 next	the request after this one that asks for the same object, counted
 *			from 1 at the start of the file; -1 where there is none, which
 *			some files write as 2^63 - 1
 *
 * As documented by libCacheSim (github.com/1a1a11a/libCacheSim).
 */
#ifndef TMEM_ORACLEGENERAL_H
#define TMEM_ORACLEGENERAL_H

#include "tmt.h"

#define ORACLE_SIZE	24U		/* bytes of a record */

struct oracle_record {
	uint32_t time;
	uint64_t id;
	uint32_t size;
	int64_t next;
};

static inline void oracle_decode(const void *bytes, struct oracle_record *r)
{
	const uint8_t *p = bytes;

	r->time = tmt_get32(p);
	r->id = tmt_get64(p + 4);
	r->size = tmt_get32(p + 12);
	r->next = (int64_t)tmt_get64(p + 16);
}

static inline void oracle_encode(void *bytes, const struct oracle_record *r)
{
	uint8_t *p = bytes;

	tmt_put32(p, r->time);
	tmt_put64(p + 4, r->id);
	tmt_put32(p + 12, r->size);
	tmt_put64(p + 16, (uint64_t)r->next);
}

/* Whether another request for the object follows. */
static inline bool oracle_has_next(const struct oracle_record *r)
{
	return r->next != -1 && r->next != INT64_MAX;
}

#endif /* TMEM_ORACLEGENERAL_H */
