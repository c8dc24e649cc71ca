// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * exports.c - what other modules may use: the contract of core/tmem.h, and that
 * their instances are known to the shrinker and to debugfs (kmod.h)
 *
 * But for tmem_init() and tmem_exit(): the core lives as long as this module, and
 * nobody else may start or stop it.  Whoever uses a symbol holds the module.
 */
#include <linux/export.h>

#include "kmod.h"

EXPORT_SYMBOL_GPL(tmem_stat_desc);

EXPORT_SYMBOL_GPL(tmem_design_at);
EXPORT_SYMBOL_GPL(tmem_design_find);
EXPORT_SYMBOL_GPL(tmem_design_name);
EXPORT_SYMBOL_GPL(tmem_store_at);
EXPORT_SYMBOL_GPL(tmem_store_find);
EXPORT_SYMBOL_GPL(tmem_store_name);

EXPORT_SYMBOL_GPL(tmem_create);
EXPORT_SYMBOL_GPL(tmem_destroy);
EXPORT_SYMBOL_GPL(tmem_set_budget);
EXPORT_SYMBOL_GPL(tmem_evict);
EXPORT_SYMBOL_GPL(tmem_evictable);
EXPORT_SYMBOL_GPL(tmem_memory);
EXPORT_SYMBOL_GPL(tmem_stats);
EXPORT_SYMBOL_GPL(tmem_validate);

EXPORT_SYMBOL_GPL(tmem_pool_create);
EXPORT_SYMBOL_GPL(tmem_pool_destroy);
EXPORT_SYMBOL_GPL(tmem_pool_freeze);
EXPORT_SYMBOL_GPL(tmem_pool_thaw);
EXPORT_SYMBOL_GPL(tmem_pool_stats);
EXPORT_SYMBOL_GPL(tmem_pool_describe);

EXPORT_SYMBOL_GPL(tmem_put);
EXPORT_SYMBOL_GPL(tmem_get);
EXPORT_SYMBOL_GPL(tmem_put_batch);
EXPORT_SYMBOL_GPL(tmem_get_batch);
EXPORT_SYMBOL_GPL(tmem_flush_page);
EXPORT_SYMBOL_GPL(tmem_flush_range);
EXPORT_SYMBOL_GPL(tmem_flush_object);
EXPORT_SYMBOL_GPL(tmem_replace);

EXPORT_SYMBOL_GPL(tmem_kmod_register);
EXPORT_SYMBOL_GPL(tmem_kmod_unregister);
EXPORT_SYMBOL_GPL(tmem_kmod_shrunk);
