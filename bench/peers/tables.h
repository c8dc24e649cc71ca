/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tables.h - what peer_at() is put together from; a peer is there if the build
 * found its library (BENCH_HAVE_*, set by CMakeLists.txt)
 */
#ifndef BENCH_PEER_TABLES_H
#define BENCH_PEER_TABLES_H

#include "peer.h"

#ifdef __cplusplus
extern "C" {
#endif

const struct peer_ops *peer_design_at(unsigned int i);	/* NULL past the last */

extern const struct peer_ops peer_nothing;
extern const struct peer_ops peer_swaptree;
extern const struct peer_ops peer_lfht;
extern const struct peer_ops peer_ck_ht;
extern const struct peer_ops peer_libcuckoo;
extern const struct peer_ops peer_tbb;
extern const struct peer_ops peer_glib;

/* For tables of handles: an object goes page by page. */
long peer_flush_each_page(int (*flush_page)(struct peer *, const struct peer_key *),
			  struct peer *peer, const struct peer_key *key,
			  uint32_t nr_pages);

#ifdef __cplusplus
}
#endif

#endif /* BENCH_PEER_TABLES_H */
