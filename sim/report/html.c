// SPDX-License-Identifier: GPL-2.0-or-later
/* html.c - see html.h */
#define _GNU_SOURCE	/* vasprintf */
#include "html.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NBSP	"\xc2\xa0"	/* a space at which no line breaks */

/* The character at @s of @left bytes; its length, or 0 where there is none. */
static unsigned int decode(const unsigned char *s, size_t left, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned int n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 :
			 s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0, i;

	if (!n || n > left)
		return 0;
	*c = n == 1 ? s[0] : s[0] & (0x7fU >> n);
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (s[i] & 0x3f);
	}
	return *c < least[n] ? 0 : n;
}

static bool fit_for_print(uint32_t c)
{
	if (c < ' ')
		return c == '\t' || c == '\n';
	if (c >= 0x7f && c < 0xa0)
		return false;
	if ((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
		return false;
	return c < 0xd800 || (c >= 0xe000 && c < 0xfffe) || (c >= 0x10000 && c < 0x110000);
}

void html_text_n(FILE *f, const char *text, size_t length)
{
	const unsigned char *s = (const unsigned char *)text, *end = s + length;

	while (s < end) {
		uint32_t c = 0;
		unsigned int n = decode(s, (size_t)(end - s), &c);

		if (!n || !fit_for_print(c))
			fputs("\xef\xbf\xbd", f);
		else if (c == '<')
			fputs("&lt;", f);
		else if (c == '>')
			fputs("&gt;", f);
		else if (c == '&')
			fputs("&amp;", f);
		else if (c == '"')
			fputs("&quot;", f);
		else if (c == '\'')
			fputs("&#39;", f);
		else
			fwrite(s, 1, n, f);
		s += n ? n : 1;
	}
}

void html_text(FILE *f, const char *text)
{
	html_text_n(f, text, strlen(text));
}

void html_textf(FILE *f, const char *format, ...)
{
	char *text;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vasprintf(&text, format, ap);
	va_end(ap);
	if (n < 0)
		return;		/* no memory: the stream, also in memory, fails too */
	html_text(f, text);
	free(text);
}

const char *html_thousands(char *out, double n)
{
	char digits[HTML_NUMBER];
	int length = snprintf(digits, sizeof(digits), "%.0f", n), i, at = 0;

	if (!(n >= 0 && n < 1e18))
		return strcpy(out, "-");
	for (i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	out[at] = '\0';
	return out;
}

/* Three digits, and no zeros behind the point. */
static const char *three_digits(char *out, double n, const char *unit)
{
	char *end;

	snprintf(out, HTML_NUMBER, "%.*f", n < 9.995 ? 2 : n < 99.95 ? 1 : 0, n);
	if (strchr(out, '.')) {
		for (end = out + strlen(out); end[-1] == '0'; end--)
			;
		end[end[-1] == '.' ? -1 : 0] = '\0';
	}
	return strcat(out, unit);
}

const char *html_memory(char *out, double pages)
{
	static const char *const units[] = {
		NBSP "KiB", NBSP "MiB", NBSP "GiB", NBSP "TiB", NBSP "PiB" };
	double n = pages * 4;
	unsigned int i = 0;

	if (!(pages >= 0 && pages < 1e15))
		return strcpy(out, "-");
	for (; n >= 1024 && i < 4; i++)
		n /= 1024;
	return three_digits(out, n, units[i]);
}

const char *html_rate(char *out, double per_second)
{
	static const char *const units[] = { "", NBSP "K", NBSP "M", NBSP "G" };
	double n = per_second;
	unsigned int i = 0;

	if (!(n >= 0 && n < 1e15))
		return strcpy(out, "-");
	for (; n >= 999.5 && i < 3; i++)
		n /= 1000;
	return three_digits(out, n, units[i]);
}

const char *html_percent(char *out, double ratio)
{
	if (!(ratio >= -1e6 && ratio <= 1e6))
		return strcpy(out, "-");
	snprintf(out, HTML_NUMBER, "%.1f%%", 100 * ratio);
	return out;
}

const char *html_time(char *out, double ns)
{
	static const char *const units[] = {
		NBSP "ns", NBSP "\xc2\xb5s", NBSP "ms", NBSP "s" };
	unsigned int i = 0;

	if (!(ns >= 0 && ns < 1e18))
		return strcpy(out, "-");
	for (; ns >= 999.5 && i < 3; i++)
		ns /= 1000;
	return three_digits(out, ns, units[i]);
}
