/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diag.h - diagnosis: the log, warnings, and where in the source a use stands.
 *
 * FAITHFUL: WARN_ON_ONCE() (once per place), pr_err().
 * Warnings are counted: tmem_port_warnings() in port/threads.h.
 */
#ifndef TMEM_PORT_DIAG_H
#define TMEM_PORT_DIAG_H

#include <port/types.h>

/* A place in the source. */
struct tmem_port_site {
	const char *file;
	int line;
};

/* The place where this macro is expanded, as a pointer that stays valid. */
#define TMEM_PORT_HERE                                                        \
	({                                                                    \
		static const struct tmem_port_site __tmem_site = {            \
			__FILE__, __LINE__                                    \
		};                                                            \
		&__tmem_site;                                                 \
	})

void tmem_port_log(const char *fmt, ...) __printf(1, 2);
void tmem_port_warn(const struct tmem_port_site *site, const char *what);

/* One more warning that was printed by other means. */
void tmem_port_count_warning(void);

#define pr_err(...) tmem_port_log(__VA_ARGS__)

#define WARN_ON_ONCE(cond)                                                    \
	({                                                                    \
		static bool __warned;                                         \
		bool __warn = !!(cond);                                       \
		if (unlikely(__warn) &&                                       \
		    !__atomic_exchange_n(&__warned, true, __ATOMIC_RELAXED))  \
			tmem_port_warn(TMEM_PORT_HERE, #cond);                \
		unlikely(__warn);                                             \
	})

#endif /* TMEM_PORT_DIAG_H */
