// SPDX-License-Identifier: GPL-2.0-or-later
/* svg.c - see svg.h */
#include "svg.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "xml.h"

#define MAX_DEFINED	1000U

struct svg {
	struct xml x;
	FILE *f;
	const char *prefix;
	const char *label;
	unsigned int skip;	/* depth of the element that is left out; 0: none */
	unsigned int defs;	/* depth of definitions; 0: outside */
	char **defined;		/* ids of what is in definitions, so far */
	size_t nr_defined;
	unsigned int dropped;
};

static const char *const elements[] = {
	"circle", "clipPath", "defs", "desc", "ellipse", "g", "image", "line",
	"linearGradient", "mask", "path", "pattern", "polygon", "polyline", "rect", "stop",
	"svg", "text", "title", "tspan", "use", NULL
};

/* What is drawn only where it is referred to. */
static const char *const definitions[] = {
	"clipPath", "defs", "linearGradient", "mask", "pattern", NULL
};

static const char *const allowed[] = {
	"alignment-baseline", "baseline-shift", "clip-path", "clip-rule", "clipPathUnits",
	"color", "cx", "cy", "d", "display", "dominant-baseline", "dx", "dy", "fill",
	"fill-opacity", "fill-rule", "font-family", "font-size", "font-style",
	"font-weight", "gradientTransform", "gradientUnits", "height", "image-rendering",
	"letter-spacing", "mask", "offset", "opacity", "patternTransform", "patternUnits",
	"points", "preserveAspectRatio", "r", "rotate", "rx", "ry", "shape-rendering",
	"stop-color", "stop-opacity", "stroke", "stroke-dasharray", "stroke-dashoffset",
	"stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "stroke-opacity",
	"stroke-width", "style", "text-anchor", "text-rendering", "transform", "visibility",
	"width", "x", "x1", "x2", "xml:space", "y", "y1", "y2", NULL
};

/* Elements and attributes that are no loss, and which gnuplot writes. */
static const char *const unused[] = { "class", "filter", "id", NULL };

static bool listed(const char *const *list, struct slice s)
{
	for (; *list; list++)
		if (slice_is(s, *list))
			return true;
	return false;
}

/* ---- values ---- */

static bool is_id(const char *id)
{
	size_t length = strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "0123456789_.-");

	return length && length < 100 && !id[length];
}

static bool defined(const struct svg *s, const char *id)
{
	size_t i;

	for (i = 0; i < s->nr_defined; i++)
		if (!strcmp(s->defined[i], id))
			return true;
	return false;
}

/* From here on it can be referred to. */
static int define(struct svg *s, const char *id)
{
	char **all;

	if (!is_id(id))
		return 0;
	if (defined(s, id) || s->nr_defined == MAX_DEFINED) {
		xml_refuse(&s->x, s->nr_defined == MAX_DEFINED ?
			   "has more than 1000 definitions" : "defines an id twice");
		return s->x.error;
	}
	all = reallocarray(s->defined, s->nr_defined + 1, sizeof(*all));
	if (all) {
		s->defined = all;
		all[s->nr_defined] = strdup(id);
	}
	if (!all || !all[s->nr_defined]) {
		xml_no_memory(&s->x);
		return s->x.error;
	}
	s->nr_defined++;
	return 0;
}

/* A value that names nothing outside: no url(), no escapes, no rules of style. */
static bool harmless(const char *value)
{
	const char *c;

	for (c = value; *c; c++)
		if (strchr("\\@{}<>", *c) || !strncasecmp(c, "url", 3) ||
		    !strncasecmp(c, "expression", 10) || !strncasecmp(c, "import", 6) ||
		    !strncmp(c, "/*", 2))
			return false;
	return true;
}

static bool is_png(const char *value)
{
	static const char head[] = "data:image/png;base64,";
	size_t length = strlen(head);

	return !strncmp(value, head, length) &&
	       !value[length + strspn(value + length,
				      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789+/= \t\r\n")];
}

/* Of url(#id): the id, cut out of @value; or NULL. */
static const char *url_id(char *value)
{
	size_t length = strlen(value);

	if (length < 7 || strncmp(value, "url(#", 5) || value[length - 1] != ')')
		return NULL;
	value[length - 1] = '\0';
	return is_id(value + 5) ? value + 5 : NULL;
}

static void put(struct svg *s, const char *name, size_t length, const char *before,
		const char *value, const char *after)
{
	fprintf(s->f, " %.*s=\"%s", (int)length, name, before);
	html_text(s->f, value);
	fprintf(s->f, "%s\"", after);
}

/* Of use, what is defined above; of an image, what is in the file itself. */
static void put_reference(struct svg *s, struct slice element, const char *value)
{
	char before[64];

	snprintf(before, sizeof(before), "#%s", s->prefix);
	if (slice_is(element, "use") && *value == '#' && defined(s, value + 1))
		put(s, "href", 4, before, value + 1, "");
	else if (slice_is(element, "image") && is_png(value))
		put(s, "href", 4, "", value, "");
	else
		s->dropped++;
}

/* Write an attribute, or count it among what is left out. */
static void put_attribute(struct svg *s, struct slice element, struct xml_attribute *a)
{
	const char *id;
	char before[64];

	if (slice_is(a->name, "href") || slice_is(a->name, "xlink:href")) {
		put_reference(s, element, a->value);
	} else if (slice_is(a->name, "id") && is_id(a->value)) {
		put(s, "id", 2, s->prefix, a->value, "");
	} else if (!listed(allowed, a->name)) {
		s->dropped += !listed(unused, a->name);
	} else if (harmless(a->value)) {
		put(s, a->name.at, a->name.length, "", a->value, "");
	} else {
		id = s->defs ? NULL : url_id(a->value);
		snprintf(before, sizeof(before), "url(#%s", s->prefix);
		if (id)
			put(s, a->name.at, a->name.length, before, id, ")");
		else
			s->dropped++;
	}
}

/* ---- elements ---- */

/* Sizes are the page's; what the drawing is drawn in is its own. */
static int root(struct svg *s)
{
	const char *box = xml_value(&s->x, "viewBox");
	double x = 0, y = 0, width = strtod(xml_value(&s->x, "width"), NULL),
	       height = strtod(xml_value(&s->x, "height"), NULL);

	if (*box && sscanf(box, "%lf%*[ ,]%lf%*[ ,]%lf%*[ ,]%lf", &x, &y, &width,
			   &height) != 4)
		width = 0;
	if (!slice_is(s->x.name, "svg"))
		xml_refuse(&s->x, "is no SVG");
	else if (!(width >= 1 && width <= 1e5 && height >= 1 && height <= 1e5 &&
		   x >= -1e5 && x <= 1e5 && y >= -1e5 && y <= 1e5))
		xml_refuse(&s->x, "has no size: neither a viewBox nor width and height");
	if (s->x.error)
		return s->x.error;
	fprintf(s->f, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"%g %g %g %g\" "
		"role=\"img\" aria-label=\"", x, y, width, height);
	html_text(s->f, s->label);
	fputs("\">", s->f);
	return 0;
}

/*
 * Among definitions use may only stand right in <defs>, where it is one more name for
 * one thing defined above; inside of others it could multiply them.
 */
static bool skipped(const struct svg *s)
{
	struct slice name = s->x.name;

	if (!listed(elements, name) || slice_is(name, "svg"))
		return true;
	return slice_is(name, "use") && s->defs &&
	       !(s->defs == s->x.depth - 1 &&
		 slice_is(s->x.stack[s->defs - 1], "defs"));
}

static int open_element(struct svg *s)
{
	struct xml *x = &s->x;
	unsigned int i;

	if (x->depth == 1)
		return root(s);
	if (s->skip)
		return 0;
	if (skipped(s)) {
		s->skip = x->depth;
		s->dropped += !listed(unused, x->name);
		return 0;
	}
	if (!s->defs && listed(definitions, x->name))
		s->defs = x->depth;
	fprintf(s->f, "<%.*s", (int)x->name.length, x->name.at);
	for (i = 0; i < x->nr; i++)
		put_attribute(s, x->name, &x->attributes[i]);
	fputc('>', s->f);
	return s->defs && s->defs < x->depth ? define(s, xml_value(x, "id")) : 0;
}

static void close_element(struct svg *s)
{
	struct xml *x = &s->x;

	if (s->skip && s->skip <= x->depth) {
		if (s->skip == x->depth)
			s->skip = 0;
		return;
	}
	if (s->defs == x->depth)
		s->defs = 0;
	fprintf(s->f, "</%.*s>", (int)x->name.length, x->name.at);
}

static int draw(struct svg *s)
{
	enum xml_event event;

	while ((event = xml_next(&s->x)) > XML_END) {
		if (event == XML_OPEN && open_element(s))
			return s->x.error;
		if (event == XML_CLOSE)
			close_element(s);
		if (event == XML_TEXT && !s->skip)
			html_text(s->f, s->x.text);
	}
	return s->x.error;
}

int svg_inline(const char *path, const char *prefix, const char *label, FILE *f,
	       unsigned int *dropped, struct trace_error *err)
{
	struct svg s = { .prefix = prefix, .label = label, .f = f };
	int ret = xml_open(&s.x, path, err);

	if (!ret)
		ret = draw(&s);
	xml_close(&s.x);
	*dropped = s.dropped;
	while (s.nr_defined)
		free(s.defined[--s.nr_defined]);
	free(s.defined);
	return ret;
}
