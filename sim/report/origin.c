// SPDX-License-Identifier: GPL-2.0-or-later
/* origin.c - see origin.h */
#include "origin.h"

#include <stdlib.h>
#include <string.h>

#include "../quote.h"
#include "html.h"

#define SHOWN	8U	/* different values, of which the rest is counted */

/* ---- the list ---- */

/* Values of a column, each once and as it comes, with a comma between them. */
static void values(const struct input *input, enum result_column column, FILE *f)
{
	const char *seen[SHOWN];
	unsigned int nr = 0, k;
	bool more = false;
	size_t i;

	for (i = 0; i < input->results.nr; i++) {
		const char *text = result_text(&input->results.rows[i], column);

		for (k = 0; k < nr && strcmp(seen[k], text); k++)
			;
		if (k < nr || !*text)
			continue;
		if (nr == SHOWN) {
			more = true;
			break;
		}
		if (nr)
			fputs(", ", f);
		html_text(f, text);
		seen[nr++] = text;
	}
	if (!nr)
		fputs("not recorded", f);
	else if (more)
		fputs(" and more", f);
}

static void row(const struct input *input, const char *title, enum result_column column,
		FILE *f)
{
	fprintf(f, "<dt>%s</dt><dd>", title);
	values(input, column, f);
	fputs("</dd>\n", f);
}

static void dates(const struct input *input, FILE *f)
{
	const char *first = NULL, *last = NULL;
	size_t i;

	for (i = 0; i < input->results.nr; i++) {
		const char *date = result_text(&input->results.rows[i], RESULT_date);

		if (*date && (!first || strcmp(date, first) < 0))
			first = date;
		if (*date && (!last || strcmp(date, last) > 0))
			last = date;
	}
	if (!first)
		return;
	fputs("<dt>Date</dt><dd>", f);
	html_text(f, first);
	if (strcmp(first, last)) {
		fputs(" to ", f);
		html_text(f, last);
	}
	fputs("</dd>\n", f);
}

/* The next of the parts that + joins; 0: none is left. */
static size_t part(const char **rest)
{
	const char *at = *rest, *plus = strchr(at, '+');
	size_t length = plus ? (size_t)(plus - at) : strlen(at);

	*rest = plus ? plus + 1 : at + length;
	return length;
}

static void traces_of_row(const struct result *r, FILE *f)
{
	const char *names = result_text(r, RESULT_traces);
	const char *sums = result_text(r, RESULT_trace_checksum);

	while (*names) {
		const char *name = names, *sum = sums;
		size_t length = part(&names), sum_length = part(&sums);

		fputs("<div>", f);
		html_text_n(f, name, length);
		if (sum_length) {
			fputs(", checksum <code>", f);
			html_text_n(f, sum, sum_length);
			fputs("</code>", f);
		}
		fputs("</div>", f);
	}
}

static void traces(const struct input *input, FILE *f)
{
	const json_t *list = json_object_get(input->sweep, "traces"), *trace;
	size_t i, nr = json_array_size(list);

	fputs("<dt>Trace</dt><dd>", f);
	for (i = 0; i < nr && i < 1000; i++) {
		const char *path, *sum;

		trace = json_array_get(list, i);
		path = json_string_value(json_object_get(trace, "path"));
		sum = json_string_value(json_object_get(trace, "checksum"));
		fputs("<div>", f);
		html_text(f, path ? path : "?");
		if (sum) {
			fputs(", checksum <code>", f);
			html_text(f, sum);
			fputs("</code>", f);
		}
		fputs("</div>", f);
	}
	if (!nr && input->results.nr)
		traces_of_row(&input->results.rows[0], f);
	fputs("</dd>\n", f);
}

void origin_list(const struct input *input, FILE *f)
{
	fputs("<dl>\n", f);
	row(input, "Machine", RESULT_machine, f);
	row(input, "tmem", RESULT_version, f);
	row(input, "Build", RESULT_build, f);
	traces(input, f);
	dates(input, f);
	row(input, "Seed", RESULT_seed, f);
	fputs("</dl>\n", f);
}

/* ---- the command ---- */

/* An option's name, from a file: only what can be one. */
static bool is_name(const char *name)
{
	return *name && *name != '-' &&
	       !name[strspn(name, "abcdefghijklmnopqrstuvwxyz-")];
}

/* " --name a,b,c"; false where it cannot be written like that. */
static bool axis(const char *name, const json_t *list, FILE *f)
{
	size_t i, nr = json_array_size(list), room = 1;
	char *joined;

	if (!is_name(name) || !nr)
		return false;
	for (i = 0; i < nr; i++) {
		const char *value = json_string_value(json_array_get(list, i));

		if (!value || strchr(value, ','))
			return false;
		room += strlen(value) + 1;
	}
	joined = malloc(room);
	if (!joined)
		return false;
	*joined = '\0';
	for (i = 0; i < nr; i++) {
		if (i)
			strcat(joined, ",");
		strcat(joined, json_string_value(json_array_get(list, i)));
	}
	fprintf(f, " --%s ", name);
	quote_word(f, joined);
	free(joined);
	return true;
}

static bool options(const json_t *given, FILE *f)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)given, name, value) {
		if (!is_name(name) || !json_is_string(value))
			return false;
		fprintf(f, " --%s", name);
		/* one that takes nothing has nothing */
		if (*json_string_value(value)) {
			fputc(' ', f);
			quote_word(f, json_string_value(value));
		}
	}
	return true;
}

static bool made_command(const struct input *input, FILE *f)
{
	const json_t *grids = json_object_get(input->sweep, "grids");
	const json_t *paths = json_object_get(input->sweep, "traces");
	json_int_t repeat = json_integer_value(json_object_get(input->sweep, "repeat"));
	const char *name;
	json_t *list;
	size_t i;

	if (json_array_size(grids) != 1 || !json_array_size(paths))
		return false;
	fputs("tmem sweep", f);
	json_object_foreach(json_array_get(grids, 0), name, list)
		if (!axis(name, list, f))
			return false;
	if (!options(json_object_get(input->sweep, "options"), f))
		return false;
	if (repeat > 1)
		fprintf(f, " --repeat %lld", (long long)repeat);
	fputs(" -o ", f);
	quote_word(f, input->path);
	for (i = 0; i < json_array_size(paths); i++) {
		const json_t *path = json_object_get(json_array_get(paths, i), "path");

		if (!json_is_string(path))
			return false;
		fputc(' ', f);
		/* a name that begins with a dash would be an option */
		if (*json_string_value(path) == '-')
			fputs("./", f);
		quote_word(f, json_string_value(path));
	}
	return true;
}

bool origin_command(const struct input *input, FILE *f)
{
	char *text = NULL;
	size_t size;
	FILE *made = open_memstream(&text, &size);
	bool quoted = made && made_command(input, made);
	const char *recorded = input_sweep_text(input, "command");

	if (made && fclose(made))
		quoted = false;
	if (!*recorded && input->results.nr)
		recorded = result_text(&input->results.rows[0], RESULT_command);
	fputs(quoted ? text : recorded, f);
	free(text);
	return quoted;
}
