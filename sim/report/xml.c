// SPDX-License-Identifier: GPL-2.0-or-later
/* xml.c - see xml.h */
#define _GNU_SOURCE	/* memmem */

#include "xml.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../traces/tmt.h"
#include "../regular.h"

bool slice_is(struct slice slice, const char *text)
{
	return slice.length == strlen(text) && !memcmp(slice.at, text, slice.length);
}

static bool same(struct slice a, struct slice b)
{
	return a.length == b.length && !memcmp(a.at, b.at, a.length);
}

enum xml_event xml_refuse(struct xml *x, const char *why)
{
	uint64_t line = 1;
	const char *c;

	for (c = x->bytes; c < x->p && c < x->end; c++)
		line += *c == '\n';
	x->error = tmt_error(x->err, -EBADMSG, x->path, "line %" PRIu64 ": %s; not drawn here",
			     line, why);
	return XML_ERROR;
}

enum xml_event xml_no_memory(struct xml *x)
{
	x->error = tmt_error(x->err, -ENOMEM, x->path, "no memory for a drawing");
	return XML_ERROR;
}

const char *xml_value(const struct xml *x, const char *name)
{
	unsigned int i;

	for (i = 0; i < x->nr; i++)
		if (slice_is(x->attributes[i].name, name))
			return x->attributes[i].value;
	return "";
}

/* ---- words ---- */

static bool space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_space(struct xml *x)
{
	while (x->p < x->end && space(*x->p))
		x->p++;
}

static bool starts(const struct xml *x, const char *text)
{
	size_t length = strlen(text);

	return (size_t)(x->end - x->p) >= length && !memcmp(x->p, text, length);
}

/* Move behind the next @text; false: there is none. */
static bool skip_to(struct xml *x, const char *text)
{
	const char *found = memmem(x->p, (size_t)(x->end - x->p), text, strlen(text));

	if (!found)
		return false;
	x->p = found + strlen(text);
	return true;
}

static bool name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_' || c == ':' || c == '.';
}

static struct slice read_name(struct xml *x)
{
	struct slice name = { .at = x->p };

	while (x->p < x->end && name_char(*x->p))
		x->p++;
	name.length = (size_t)(x->p - name.at);
	return name;
}

/* ---- text with references ---- */

static char *put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
		return out;
	}
	if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			*out++ = (char)(0xe0 | c >> 12);
		} else {
			*out++ = (char)(0xf0 | c >> 18);
			*out++ = (char)(0x80 | (c >> 12 & 0x3f));
		}
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
	}
	*out++ = (char)(0x80 | (c & 0x3f));
	return out;
}

/* The character that "&...;" names, which is at most 10 bytes; 0: none. */
static uint32_t reference(struct slice name)
{
	static const struct { const char *name; char c; } known[] = {
		{ "lt", '<' }, { "gt", '>' }, { "amp", '&' }, { "quot", '"' },
		{ "apos", '\'' },
	};
	char digits[12], *end;
	unsigned long c;
	bool hex;
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (slice_is(name, known[i].name))
			return (unsigned char)known[i].c;
	if (name.length < 2 || name.length >= sizeof(digits) || *name.at != '#')
		return 0;
	memcpy(digits, name.at, name.length);
	digits[name.length] = '\0';
	hex = digits[1] == 'x';
	i = hex ? 2 : 1;
	if (!strchr("0123456789abcdefABCDEF", digits[i]) || !digits[i])
		return 0;
	c = strtoul(digits + i, &end, hex ? 16 : 10);
	return *end || c > 0x10ffff ? 0 : (uint32_t)c;
}

/* Decoded, never longer than it was; NULL with an error told. */
static char *decode(struct xml *x, struct slice raw)
{
	char *text = malloc(raw.length + 1), *out = text;
	const char *p = raw.at, *end = raw.at + raw.length;

	if (!text) {
		xml_no_memory(x);
		return NULL;
	}
	while (p < end) {
		const char *semicolon;
		uint32_t c;

		if (*p != '&') {
			*out++ = *p++;
			continue;
		}
		semicolon = memchr(p, ';', (size_t)(end - p));
		c = semicolon ? reference((struct slice){ p + 1,
				(size_t)(semicolon - p) - 1 }) : 0;
		if (!c) {
			free(text);
			xml_refuse(x, "has a reference that XML does not know");
			return NULL;
		}
		out = put_utf8(out, c);
		p = semicolon + 1;
	}
	*out = '\0';
	return text;
}

/* ---- tags ---- */

static void forget(struct xml *x)
{
	while (x->nr)
		free(x->attributes[--x->nr].value);
	free(x->text);
	x->text = NULL;
}

static enum xml_event one_attribute(struct xml *x)
{
	struct xml_attribute a = { .name = read_name(x) };
	struct slice raw;
	unsigned int i;
	char quote;

	skip_space(x);
	if (!a.name.length || x->p == x->end || *x->p++ != '=')
		return xml_refuse(x, "is no XML");
	skip_space(x);
	quote = x->p < x->end ? *x->p++ : 0;
	if (quote != '"' && quote != '\'')
		return xml_refuse(x, "has a value without quotes");
	raw.at = x->p;
	while (x->p < x->end && *x->p != quote && *x->p != '<')
		x->p++;
	if (x->p == x->end || *x->p != quote)
		return xml_refuse(x, "has a value without an end");
	raw.length = (size_t)(x->p++ - raw.at);
	for (i = 0; i < x->nr; i++)
		if (same(x->attributes[i].name, a.name))
			return xml_refuse(x, "has an attribute twice");
	if (x->nr == XML_MAX_ATTRIBUTES)
		return xml_refuse(x, "has more than 64 attributes in a tag");
	a.value = decode(x, raw);
	if (!a.value)
		return XML_ERROR;
	x->attributes[x->nr++] = a;
	return XML_OPEN;
}

static enum xml_event open_tag(struct xml *x)
{
	x->p++;
	x->name = read_name(x);
	if (!x->name.length)
		return xml_refuse(x, "is no XML");
	for (;;) {
		skip_space(x);
		if (x->p == x->end || *x->p == '>' || *x->p == '/')
			break;
		if (one_attribute(x) == XML_ERROR)
			return XML_ERROR;
	}
	x->alone = x->p < x->end && *x->p == '/';
	x->p += x->alone;
	if (x->p == x->end || *x->p++ != '>')
		return xml_refuse(x, "has a tag without an end");
	if (x->depth == XML_MAX_DEPTH)
		return xml_refuse(x, "is nested more than 64 deep");
	if (x->ended)
		return xml_refuse(x, "goes on after its end");
	x->stack[x->depth++] = x->name;
	return XML_OPEN;
}

static enum xml_event close_tag(struct xml *x)
{
	if (x->alone) {
		x->alone = false;
	} else {
		x->p += 2;
		x->name = read_name(x);
		skip_space(x);
		if (x->p == x->end || *x->p++ != '>')
			return xml_refuse(x, "has a tag without an end");
		if (!x->depth || !same(x->stack[x->depth - 1], x->name))
			return xml_refuse(x, "closes another element than the one that is open");
	}
	x->closed = true;
	return XML_CLOSE;
}

/* ---- what is between tags ---- */

static enum xml_event text(struct xml *x)
{
	struct slice raw = { .at = x->p };

	while (x->p < x->end && *x->p != '<')
		x->p++;
	raw.length = (size_t)(x->p - raw.at);
	x->text = decode(x, raw);
	if (!x->text)
		return XML_ERROR;
	if (!x->depth && x->text[strspn(x->text, " \t\r\n")])
		return xml_refuse(x, "has text outside of the drawing");
	return XML_TEXT;
}

static enum xml_event cdata(struct xml *x)
{
	const char *at;

	x->p += strlen("<![CDATA[");
	at = x->p;
	if (!x->depth || !skip_to(x, "]]>"))
		return xml_refuse(x, "has CDATA without an end, or outside of the drawing");
	x->text = strndup(at, (size_t)(x->p - at) - 3);
	return x->text ? XML_TEXT : xml_no_memory(x);
}

/* Comments, instructions, the document type: XML_END, or an error. */
static enum xml_event pass_over(struct xml *x)
{
	const char *begin = x->p;

	if (starts(x, "<!--")) {
		x->p += 4;
		return skip_to(x, "-->") ? XML_END :
			xml_refuse(x, "has a comment without an end");
	}
	if (starts(x, "<?"))
		return skip_to(x, "?>") ? XML_END :
			xml_refuse(x, "ends inside an instruction");
	if (!skip_to(x, ">") || x->depth || x->ended ||
	    memchr(begin, '[', (size_t)(x->p - begin)))
		return xml_refuse(x, "has declarations of its own");
	return XML_END;
}

enum xml_event xml_next(struct xml *x)
{
	enum xml_event event;

	forget(x);
	if (x->closed) {
		x->closed = false;
		x->ended |= !--x->depth;
	}
	if (x->alone)
		return close_tag(x);
	while (x->p < x->end) {
		if (starts(x, "<![CDATA[")) {
			return cdata(x);
		} else if (starts(x, "<!") || starts(x, "<?")) {
			event = pass_over(x);
			if (event == XML_ERROR)
				return event;
		} else if (starts(x, "</")) {
			return close_tag(x);
		} else if (*x->p == '<') {
			return open_tag(x);
		} else {
			event = text(x);
			if (event == XML_ERROR || x->depth)
				return event;
			forget(x);
		}
	}
	if (!x->ended)
		return xml_refuse(x, "ends before the drawing does");
	return XML_END;
}

/* ---- the file ---- */

static int load(struct xml *x, FILE *f)
{
	size_t size;

	x->bytes = malloc(XML_MAX_BYTES + 1);
	if (!x->bytes) {
		xml_no_memory(x);
		return x->error;
	}
	size = fread(x->bytes, 1, XML_MAX_BYTES + 1, f);
	x->p = x->bytes;
	x->end = x->bytes + size;
	if (ferror(f))
		return tmt_error(x->err, -EIO, x->path, "cannot be read");
	if (size > XML_MAX_BYTES)
		return tmt_error(x->err, -EBADMSG, x->path, "is longer than 8 MiB; not drawn here");
	if (memchr(x->bytes, 0, size))
		return tmt_error(x->err, -EBADMSG, x->path, "has a NUL in it; not drawn here");
	if (starts(x, "\xef\xbb\xbf"))
		x->p += 3;
	return 0;
}

int xml_open(struct xml *x, const char *path, struct trace_error *err)
{
	FILE *f;
	int ret;

	*x = (struct xml){ .path = path, .err = err };
	ret = regular_open(&f, path, err);
	if (ret)
		return ret;
	ret = load(x, f);
	fclose(f);
	return ret;
}

void xml_close(struct xml *x)
{
	forget(x);
	free(x->bytes);
	x->bytes = NULL;
}
