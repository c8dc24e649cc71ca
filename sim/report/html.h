/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * html.h - text on its way into a page, and numbers as people read them
 *
 * The page is HTML that is also well-formed XML.  Whatever comes from a file or an
 * argument goes through html_text().
 *
 * Errors are those of the stream.  Context: one thread.
 */
#ifndef TMEM_REPORT_HTML_H
#define TMEM_REPORT_HTML_H

#include <stddef.h>
#include <stdio.h>

/*
 * Text, between tags or between double quotes.  What is not UTF-8, what XML has no
 * place for, and what turns the direction of text, becomes U+FFFD.
 */
void html_text(FILE *f, const char *text);
void html_text_n(FILE *f, const char *text, size_t length);

/* As printf, then html_text(). */
void html_textf(FILE *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define HTML_NUMBER	40	/* bytes that a number needs at most */

/* Each into a buffer of HTML_NUMBER bytes, which is returned; no line breaks inside. */
const char *html_thousands(char *out, double n);	/* 12,345 */
const char *html_memory(char *out, double pages);	/* 48 MiB, of pages of 4 KiB */
const char *html_rate(char *out, double per_second);	/* 2.31 M */
const char *html_percent(char *out, double ratio);	/* 48.3% */
const char *html_time(char *out, double ns);		/* 1.25 µs */

#endif /* TMEM_REPORT_HTML_H */
