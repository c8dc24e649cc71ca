// SPDX-License-Identifier: GPL-2.0-or-later
/* page.c - see page.h */
#include "page.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "captions.h"
#include "html.h"
#include "origin.h"
#include "say.h"
#include "style.h"
#include "table.h"

#define FAILED_SHOWN	50U	/* runs that failed, with their errors */

static void head(const char *title, FILE *f)
{
	fputs("<!DOCTYPE html>\n"
	      "<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\" xml:lang=\"en\">\n"
	      "<head>\n<meta charset=\"utf-8\"/>\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
	      "form-action 'none'\"/>\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
	      "<meta name=\"referrer\" content=\"no-referrer\"/>\n<title>", f);
	html_text(f, title);
	fputs("</title>\n<style>\n", f);
	fputs(report_style, f);
	fputs("</style>\n</head>\n<body>\n", f);
}

/* What is said of a topic, to be freed; NULL where nothing is. */
static char *said(enum topic topic, const struct input *input)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	say(topic, &input->advice, &input->points, f);
	if (fclose(f) || !size) {
		free(text);
		return NULL;
	}
	*text = (char)toupper((unsigned char)*text);
	return text;
}

static void in_short(const struct input *input, FILE *f)
{
	char *text = NULL;
	size_t size = 0;
	FILE *said = open_memstream(&text, &size);

	if (!said)
		return;
	say_short(&input->advice, &input->points, said);
	if (!fclose(said) && size) {
		fputs("<p class=\"lead\">", f);
		html_text(f, text);
		fputs("</p>\n", f);
	}
	free(text);
}

static void advice(const struct input *input, FILE *f)
{
	unsigned int i;

	fputs("<dl class=\"advice\">\n", f);
	for (i = 0; i < NR_TOPICS; i++) {
		char *text = said((enum topic)i, input);

		if (!text)
			continue;
		fprintf(f, "<dt>%s</dt><dd>", topic_names[i]);
		html_text(f, text);
		fputs("</dd>\n", f);
		free(text);
	}
	fputs("</dl>\n", f);
}

static void warn(FILE *f, const char *what, const char *why)
{
	fprintf(f, "<p class=\"warn\">%s", what);
	html_text(f, why);
	fputs("</p>\n", f);
}

/* What may make the page say less than it could. */
static void notes(const struct input *input, FILE *f)
{
	json_int_t points = json_integer_value(json_object_get(input->sweep, "points"));
	json_int_t repeat = json_integer_value(json_object_get(input->sweep, "repeat"));
	char text[200];

	if (results_builds(&input->results, text, sizeof(text)))
		warn(f, "These runs are of more than one build of tmem, and may differ for that: ",
		     text);

	if (points > 0 && repeat > 0 && repeat < 1000000 && points < 1000000000 &&
	    (json_int_t)input->results.nr < points * repeat) {
		snprintf(text, sizeof(text), "%zu of %lld runs are there; the same tmem "
			 "sweep runs the others.", input->results.nr,
			 (long long)(points * repeat));
		warn(f, "This sweep is not finished: ", text);
	}
	if (input->results.torn) {
		snprintf(text, sizeof(text), "%zu.", input->results.torn);
		warn(f, "Last rows of results that were torn off and are left out: ", text);
	}
	if (input->sweep_why)
		warn(f, "sweep.json could not be read: ", input->sweep_why);
}

static void figure(const struct figure *figure, FILE *f)
{
	const char *text = caption_text(figure->name);

	fputs("<figure id=\"figure-", f);
	html_text(f, figure->name);
	fputs("\">\n", f);
	if (figure->svg)
		fprintf(f, "<div class=\"drawing\">%s</div>\n", figure->svg);
	else
		warn(f, "This figure cannot be shown. ", figure->why ? figure->why : "");
	fputs("<figcaption><b>", f);
	html_text(f, caption_title(figure->name));
	fprintf(f, ".</b> %s", text);
	if (figure->dropped)
		fprintf(f, " (%u part%s of the file that may not be in a page left out.)",
			figure->dropped, figure->dropped == 1 ? "" : "s");
	fputs("</figcaption>\n</figure>\n", f);
}

static void figures(const struct input *input, FILE *f)
{
	char text[80];
	size_t i;

	fputs("<h2 id=\"figures\">Figures</h2>\n", f);
	if (!input->nr_figures) {
		fputs("<p class=\"warn\">There are none as SVG yet. To draw them: <code>tmem plot ",
		      f);
		html_text(f, input->path);
		fputs("</code>, then this report again.</p>\n", f);
	}
	for (i = 0; i < input->nr_figures; i++)
		figure(&input->figures[i], f);
	if (input->more_figures) {
		snprintf(text, sizeof(text), "%zu.", input->more_figures);
		warn(f, "More figures in plots/, which are not shown: ", text);
	}
}

static void failures(const struct input *input, FILE *f)
{
	unsigned int shown = 0;
	char n[HTML_NUMBER];
	size_t i;

	if (!input->points.failed)
		return;
	fprintf(f, "<h2 id=\"failed\">Runs that failed</h2>\n"
		"<details%s><summary>%s</summary>\n"
		"<div class=\"scroll\"><table>\n<thead><tr><th>run</th><th>error</th></tr>"
		"</thead>\n<tbody>\n", input->points.failed > 10 ? "" : " open=\"open\"",
		html_thousands(n, (double)input->points.failed));
	for (i = 0; i < input->results.nr && shown < FAILED_SHOWN; i++) {
		const struct result *r = &input->results.rows[i];

		if (result_ok(r))
			continue;
		shown++;
		fputs("<tr><td>", f);
		html_text(f, result_text(r, RESULT_key));
		fputs("</td><td class=\"wide\">", f);
		html_text(f, result_text(r, RESULT_error));
		fputs("</td></tr>\n", f);
	}
	fputs("</tbody></table></div>\n", f);
	if (input->points.failed > shown)
		fputs("<p class=\"soft\">The others are in results*.csv.</p>\n", f);
	fputs("</details>\n", f);
}

static void reproduce(const struct input *input, FILE *f)
{
	char *text = NULL;
	size_t size;
	FILE *command = open_memstream(&text, &size);
	bool quoted;

	if (!command)
		return;
	quoted = origin_command(input, command);
	if (!fclose(command) && *text) {
		fprintf(f, "<h2 id=\"again\">To make it again</h2>\n<p>%s</p>\n<pre>",
			quoted ? "In an empty folder, or here to run what is missing:" :
			"As it was recorded; spaces in it may have been parts of words:");
		html_text(f, text);
		fputs("</pre>\n", f);
	}
	free(text);
}

/* At what the designs were compared. */
static void by_threads(const struct input *input, FILE *f)
{
	char *text = NULL;
	size_t size;
	FILE *setting;

	if (!input->advice.nr_threads)
		return;
	fputs("<h2 id=\"designs\">Designs by threads</h2>\n", f);
	setting = open_memstream(&text, &size);
	if (setting) {
		say_setting(&input->advice, &input->points, setting);
		if (!fclose(setting) && *text) {
			fputs("<p class=\"soft\">With ", f);
			html_text(f, text);
			fputs(", each design with the table that is fastest for it. Enough "
			      "buckets has the smallest table of the fastest design within "
			      "5% of its best.</p>\n", f);
		}
		free(text);
	}
	table_threads(&input->advice, f);
}

void page_write(const struct input *input, const char *version, FILE *f)
{
	char *question = NULL;
	size_t size;
	FILE *q = open_memstream(&question, &size);

	if (!q)
		return;
	say_question(&input->points, q);
	if (fclose(q)) {
		free(question);
		return;
	}
	head(question, f);
	fputs("<header>\n<h1>", f);
	html_text(f, question);
	fputs("</h1>\n</header>\n<main>\n", f);
	in_short(input, f);
	notes(input, f);
	advice(input, f);
	by_threads(input, f);
	figures(input, f);
	fputs("<h2 id=\"all\">All points</h2>\n", f);
	table_points(&input->points, f);
	failures(input, f);
	fputs("<h2 id=\"made-with\">Made with</h2>\n", f);
	origin_list(input, f);
	reproduce(input, f);
	fputs("</main>\n<footer>", f);
	html_textf(f, "tmem %s, tmem report", version);
	fputs("</footer>\n</body>\n</html>\n", f);
	free(question);
}
