/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xml.h - a reader of the XML that drawings are written in
 *
 * Elements, attributes, text, CDATA, comments, instructions and a document type without
 * declarations of its own; references are those of XML and numbers.  What is anything
 * else, or not well formed, is refused with its line.  One event at a time:
 *
 *	while ((event = xml_next(&x)) > XML_END)
 *		...
 *
 * Context: one thread.
 */
#ifndef TMEM_REPORT_XML_H
#define TMEM_REPORT_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "../../traces/trace.h"

#define XML_MAX_BYTES		(8U << 20)
#define XML_MAX_DEPTH		64U
#define XML_MAX_ATTRIBUTES	64U

/* A piece of the file. */
struct slice {
	const char *at;
	size_t length;
};

bool slice_is(struct slice slice, const char *text);

struct xml_attribute {
	struct slice name;
	char *value;			/* references resolved */
};

enum xml_event {
	XML_ERROR = -1,			/* told in err */
	XML_END,			/* of a whole document */
	XML_OPEN,			/* name and attributes */
	XML_CLOSE,			/* name; also for an element without content */
	XML_TEXT,			/* text, inside of the root */
};

struct xml {
	const char *path;
	struct trace_error *err;	/* may be NULL */
	char *bytes;
	const char *p;
	const char *end;
	struct slice stack[XML_MAX_DEPTH];
	unsigned int depth;		/* elements that are open, the one of an event too */
	bool alone;			/* XML_CLOSE of the last comes next */
	bool closed;			/* the depth is one less from the next event on */
	bool ended;			/* the root is closed */
	struct slice name;
	struct xml_attribute attributes[XML_MAX_ATTRIBUTES];
	unsigned int nr;
	char *text;
	int error;			/* negative errno, after XML_ERROR */
};

/* Read the file.  0 or a negative errno; xml_close() is due in either case. */
int xml_open(struct xml *x, const char *path, struct trace_error *err);

/* What it leaves in @x is there until the next. */
enum xml_event xml_next(struct xml *x);
void xml_close(struct xml *x);

/* Refuse the document where the reader is: XML_ERROR. */
enum xml_event xml_refuse(struct xml *x, const char *why);
enum xml_event xml_no_memory(struct xml *x);

/* The value of an attribute of the element that is opened, or "". */
const char *xml_value(const struct xml *x, const char *name);

#endif /* TMEM_REPORT_XML_H */
