/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * style.h - how a report looks: one style sheet, without & and <, since the page is XML
 */
#ifndef TMEM_REPORT_STYLE_H
#define TMEM_REPORT_STYLE_H

extern const char report_style[];

#endif /* TMEM_REPORT_STYLE_H */
