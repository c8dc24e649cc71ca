// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_report.c - "tmem report": the results of a sweep as one page to look at
 *
 * The page is made in memory and then written under a temporary name, so what was there
 * before stays unless all of it could be made.
 */
#define _GNU_SOURCE	/* asprintf */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../traces/newfile.h"
#include "../quote.h"
#include "../report/page.h"
#include "cli.h"

struct report_config {
	const char *output;
};

static const char *set_output(void *config, const char *value)
{
	((struct report_config *)config)->output = value;
	return *value ? NULL : "name a file, or - for standard output";
}

static const struct cli_option options[] = {
	{ "output", "FILE", "the page to write (DIR/report.html); also -o; - for\n"
	  "standard output", set_output },
	{ }
};

static void tell_no_figures(const struct input *input)
{
	char *folder = NULL;
	size_t size;
	FILE *f = open_memstream(&folder, &size);

	if (!f)
		return;
	quote_file(f, input->path);	/* to be pasted */
	if (!fclose(f))
		cli_error(&cli_report, 0, "%s has no figures as SVG, which a page can take in; "
			  "tmem plot %s draws them, then make the report again", input->path, folder);
	free(folder);
}

/* What the page leaves out, for those who do not look at it. */
static void tell_notes(const struct input *input)
{
	size_t i;

	for (i = 0; i < input->nr_figures; i++)
		if (!input->figures[i].svg)
			cli_error(&cli_report, 0, "%s", input->figures[i].why ?
				  input->figures[i].why : "a figure is left out");
	if (input->sweep_why)
		cli_error(&cli_report, 0, "%s/sweep.json: %s; the page goes without it",
			  input->path, input->sweep_why);
	if (!input->nr_figures)
		tell_no_figures(input);
}

/* The page, to be freed; NULL: no memory. */
static char *make_page(const struct input *input, size_t *size)
{
	char *page = NULL;
	FILE *f = open_memstream(&page, size);
	bool bad;

	if (!f)
		return NULL;
	page_write(input, cli_origin()->version, f);
	bad = ferror(f);
	if (fclose(f) || bad) {
		free(page);
		return NULL;
	}
	return page;
}

static int write_page(const char *page, size_t size, const char *path)
{
	struct trace_error err = { .code = 0 };
	struct new_file file;
	int ret;

	if (!strcmp(path, "-")) {
		if (fwrite(page, 1, size, stdout) == size && !fflush(stdout))
			return CLI_FINE;
		return cli_error(&cli_report, CLI_FAILED, "standard output: %s",
				 strerror(errno));
	}
	ret = new_file_create(&file, path, &err);
	if (!ret)
		ret = new_file_write(&file, page, size, 0, &err);
	if (!ret)
		ret = new_file_publish(&file, &err);
	new_file_drop(&file);
	if (ret)
		return cli_error(&cli_report, CLI_FAILED, "%s", err.text);
	printf("%s\n", path);
	return CLI_FINE;
}

static int report(const char *dir, const char *output)
{
	struct trace_error err = { .code = 0 };
	struct input input;
	char *page, *path;
	size_t size;
	int status;

	if (input_read(&input, dir, &err)) {
		status = cli_error(&cli_report, err.code == -EBADMSG ? CLI_TRACE :
				   CLI_FAILED, "%s", err.text);
		input_free(&input);
		return status;
	}
	page = make_page(&input, &size);
	if (!page || asprintf(&path, "%s/report.html", dir) < 0) {
		status = cli_error(&cli_report, CLI_FAILED, "no memory");
	} else {
		status = write_page(page, size, output ? output : path);
		if (!status)
			tell_notes(&input);
		free(path);
	}
	free(page);
	input_free(&input);
	return status;
}

static int run_report(const struct cli_command *command, int argc, char **argv)
{
	struct report_config config = { };
	int status, nr = cli_parse(command, argc, argv, &config, &status);

	if (nr < 0)
		return status;
	if (nr != 1 || !*argv[1])
		return cli_error(command, CLI_USAGE, nr > 1 ? "one folder at a time" :
				 "which folder? see tmem report --help");
	return report(argv[1], config.output);
}

const struct cli_command cli_report = {
	.name = "report",
	.arguments = "DIR",
	.summary = "Make one HTML page of a sweep: advice, figures, tables, origin.",
	.example =
"  tmem report sweep\n"
"      reads what tmem sweep -o sweep and tmem plot sweep left there, writes\n"
"      sweep/report.html: one file that fetches nothing, to look at or to send",
	.options = options,
	.run = run_report,
};
