// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_plot.c - "tmem plot": the figures of a sweep's folder
 *
 * Each figure is a gnuplot script in plots/, which reads the folder's files itself and can be
 * run by hand. Here they are found, run one after another in the folder, and what they draw is
 * written. No shell sees a name that a user gave: gnuplot runs in the folder with names of its
 * own, and its picture comes on its standard output.
 *
 * A script that lacks its data says "missing: WHY" and fails; the figure is then left out.
 */
#define _GNU_SOURCE	/* asprintf() */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../traces/newfile.h"
#include "../../traces/tmt.h"
#include "../report/curves.h"
#include "../sweep/results.h"
#include "cli.h"
#include "gnuplot.h"

static const struct figure {
	const char *name;	/* of the script, without .gp, and of the pictures */
	const char *needs;	/* how to get what it draws */
	bool curves;		/* it draws curves.csv, too */
} figures[] = {
	{ "hit_ratio", "tmem sweep --memory 4M..256M, or tmem mrc --csv DIR/curves.csv", true },
	{ "latency", "tmem sweep, which keeps them in DIR/points", false },
	{ "latency_cdf", "tmem sweep, which keeps them in DIR/points", false },
	{ "throughput", "tmem sweep --threads 1,2,4", false },
	{ "heatmap", "tmem sweep --buckets 1..4096", false },
	{ "series", "tmem sweep --interval 1s", false },
	{ "fairness", "tmem sweep --threads 2,4", false },
	{ "sizes", "tmem sweep --store lz4", false },
};
#define NR_FIGURES	(sizeof(figures) / sizeof(*figures))

/* Of a terminal: the longest title has 61 characters. A higher figure would not fit a screen. */
#define MIN_COLUMNS	64
#define MAX_COLUMNS	400
#define MIN_ROWS	20
#define MAX_ROWS	120

enum format {
	FORMAT_PNG,
	FORMAT_SVG,
	NR_FORMATS,
	FORMAT_DUMB = NR_FORMATS,
};

static const char *const format_names[] = { "png", "svg", "dumb" };

struct plot_options {
	bool figure[NR_FIGURES];
	bool some_figures;	/* named by --figure */
	bool format[NR_FORMATS];
	bool some_formats;
	bool term;
	const char *output;
};

struct plot {
	const struct cli_command *command;
	const char *dir;	/* as the user names it */
	struct gnuplot gnuplot;
	char *output;
	unsigned int drawn, failed, left_out;
	int damage;		/* what to end with for a damaged table */
	int columns, rows;	/* of the terminal */
};

/* ---- options ---- */

/* Sets the flags of the names in a list with commas; NULL or what is wrong. */
static const char *set_flags(const char *value, const char *(*name)(unsigned int),
			     unsigned int nr, bool *flags, const char *wrong)
{
	size_t len;
	unsigned int i;

	for (;; value += len + 1) {
		len = strcspn(value, ",");
		for (i = 0; i < nr; i++)
			if (strlen(name(i)) == len && !strncmp(name(i), value, len))
				break;
		if (i == nr)
			return wrong;
		flags[i] = true;
		if (!value[len])
			return NULL;
	}
}

static const char *figure_name(unsigned int i)
{
	return figures[i].name;
}

static const char *format_name(unsigned int i)
{
	return format_names[i];
}

static const char *set_figure(void *o, const char *value)
{
	struct plot_options *p = o;

	p->some_figures = true;
	return set_flags(value, figure_name, NR_FIGURES, p->figure,
			 "must be of hit_ratio, latency, latency_cdf, throughput, heatmap, series, "
			 "fairness, sizes, with commas");
}

static const char *set_format(void *o, const char *value)
{
	struct plot_options *p = o;

	p->some_formats = true;
	return set_flags(value, format_name, NR_FORMATS, p->format,
			 "must be png, svg, or png,svg");
}

static const char *set_term(void *o, const char *value)
{
	(void)value;
	((struct plot_options *)o)->term = true;
	return NULL;
}

static const char *set_output(void *o, const char *value)
{
	((struct plot_options *)o)->output = value;
	return *value ? NULL : "must be a folder";
}

static const struct cli_option options[] = {
	{ "figure", "LIST", "of these, with commas (all): hit_ratio, latency,\n"
	  "latency_cdf, throughput, heatmap, series, fairness,\nsizes", set_figure },
	{ "term", NULL, "draw in the terminal", set_term },
	{ "format", "LIST", "png, svg, or both with a comma (png,svg)", set_format },
	{ "output", "OUTDIR", "for the pictures (DIR/plots); also -o", set_output },
	{ NULL, NULL, NULL, NULL }
};

/* ---- what becomes of it ---- */

static int write_picture(const char *folder, const char *name, const char *format,
			 const struct gnuplot_text *picture, struct trace_error *err)
{
	struct new_file file;
	char path[PATH_MAX];
	int ret;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s.%s", folder, name, format) >=
	    sizeof(path))
		return tmt_error(err, -ENAMETOOLONG, folder, "%s", strerror(ENAMETOOLONG));
	ret = new_file_create(&file, path, err);
	if (!ret)
		ret = new_file_write(&file, picture->bytes, picture->size, 0, err);
	if (!ret)
		ret = new_file_publish(&file, err);
	new_file_drop(&file);
	if (!ret)
		printf("%s\n", path);
	return ret;
}

/* What the environment's @name says, as COLUMNS does; 0: nothing that can be. */
static unsigned short size_from(const char *name)
{
	const char *text = getenv(name);
	char *end;
	long n = text && isdigit((unsigned char)*text) ? strtol(text, &end, 10) : 0;

	return n > 0 && n < USHRT_MAX && !*end ? (unsigned short)n : 0;
}

/* How large the terminal is, or what was asked for; so much for a pipe. */
static int measure_terminal(struct plot *plot)
{
	struct winsize w = { .ws_col = 0 };
	unsigned short columns = size_from("COLUMNS"), rows = size_from("LINES");

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &w))
		w = (struct winsize){ .ws_col = 0 };
	plot->columns = columns ? columns : w.ws_col ? w.ws_col : 80;
	plot->rows = rows ? rows : w.ws_row ? w.ws_row : 24;
	if (plot->columns > MAX_COLUMNS)
		plot->columns = MAX_COLUMNS;
	if (plot->rows < MIN_ROWS)
		plot->rows = MIN_ROWS;
	if (plot->rows > MAX_ROWS)
		plot->rows = MAX_ROWS;
	if (plot->columns >= MIN_COLUMNS)
		return CLI_FINE;
	return cli_error(plot->command, CLI_FAILED, "--term: figures need a terminal of %d "
			 "columns at least, this one has %d: widen it, or leave --term away",
			 MIN_COLUMNS, plot->columns);
}

/* Returns CLI_FINE to go on, else what to end with. */
static int draw(struct plot *plot, const struct figure *figure, enum format format)
{
	struct trace_error err = { .code = 0 };
	struct gnuplot_run run;
	char settings[80];
	int ret = 0, status = CLI_FINE;
	size_t feed;

	if (format == FORMAT_DUMB)
		snprintf(settings, sizeof(settings), "format='dumb'; columns=%d; rows=%d; "
			 "ansi=%d", plot->columns, plot->rows, isatty(STDOUT_FILENO));
	else
		snprintf(settings, sizeof(settings), "format='%s'", format_names[format]);
	switch (gnuplot_run(&plot->gnuplot, figure->name, settings, &run)) {
	case GNUPLOT_DREW:
		feed = *run.picture.bytes == '\f';	/* no screen of its own for each */
		if (format == FORMAT_DUMB)
			fwrite(run.picture.bytes + feed, 1, run.picture.size - feed, stdout);
		else
			ret = write_picture(plot->output, figure->name, format_names[format],
					    &run.picture, &err);
		if (ret)
			status = cli_error(plot->command, CLI_FAILED, "cannot write %s.%s: %s",
					   figure->name, format_names[format], err.text);
		else
			plot->drawn++;
		break;
	case GNUPLOT_MISSES:
		cli_error(plot->command, CLI_FINE, "%s is left out: %s; to get it: %s",
			  figure->name, run.line, figure->needs);
		plot->left_out++;
		break;
	case GNUPLOT_NOT_HERE:
		status = cli_error(plot->command, CLI_FAILED,
				   "there is no gnuplot here: apt-get install gnuplot-nox");
		break;
	case GNUPLOT_STOPPED:
		status = CLI_FAILED;
		break;
	case GNUPLOT_BROKE:
		cli_error(plot->command, CLI_FAILED, "%s/%s.gp: %s",
			  plot->gnuplot.scripts, figure->name, run.line);
		plot->failed++;
		break;
	}
	gnuplot_run_free(&run);
	return status;
}

/* One figure in every format; of one that could not be drawn, once. */
static int draw_formats(struct plot *plot, const struct plot_options *o,
			const struct figure *figure)
{
	unsigned int drawn = plot->drawn, f;
	int status = CLI_FINE;

	if (o->term)
		return draw(plot, figure, FORMAT_DUMB);
	for (f = 0; f < NR_FORMATS && !status; f++) {
		if (!o->format[f] && o->some_formats)
			continue;
		status = draw(plot, figure, (enum format)f);
		if (plot->drawn == drawn)
			break;
		drawn = plot->drawn;
	}
	return status;
}

/* ---- folders ---- */

/*
 * Looks at the files of one of the sweep's folders, "" or "/points", that scripts read: one that
 * is no plain file could make a script wait forever.
 */
static int look_into(struct plot *plot, const char *under, const char *const *patterns,
		     unsigned int *found)
{
	char path[PATH_MAX];
	int status = CLI_FINE;
	struct dirent *entry;
	unsigned int i;
	struct stat st;
	DIR *d = NULL;

	if ((size_t)snprintf(path, sizeof(path), "%s%s", plot->gnuplot.dir, under) < sizeof(path))
		d = opendir(path);
	else
		errno = ENAMETOOLONG;
	if (!d)
		return *under && errno == ENOENT ? CLI_FINE :
		       cli_error(plot->command, CLI_FAILED, "%s%s: %s", plot->dir, under,
				 strerror(errno));
	while (!status && (entry = readdir(d))) {
		for (i = 0; patterns[i] && fnmatch(patterns[i], entry->d_name, 0); i++)
			;
		if (!patterns[i])
			continue;
		if (fstatat(dirfd(d), entry->d_name, &st, 0) || !S_ISREG(st.st_mode))
			status = cli_error(plot->command, CLI_FAILED,
					   "%s%s/%s is no regular file: remove it", plot->dir,
					   under, entry->d_name);
		++*found;
	}
	closedir(d);
	return status;
}

static int check_files(struct plot *plot)
{
	static const char *const tables[] = { "results*.csv", "curves.csv", NULL };
	static const char *const points[] = { "*.hgrm", "*.csv", NULL };
	unsigned int found = 0;
	int status = look_into(plot, "", tables, &found);

	if (!status && !found)
		status = cli_error(plot->command, CLI_FAILED, "%s has no results*.csv and no "
				   "curves.csv: it is no sweep's folder; make one with "
				   "tmem sweep -o", plot->dir);
	return status ? status : look_into(plot, "/points", points, &found);
}

/*
 * Tables are read as a report reads them, too, so that both say the same of a damaged one. Of
 * results the scripts leave out the rows that are; a curve without some of its rows would be
 * another curve.
 */
static int damaged(struct plot *plot, const struct trace_error *err, const char *then)
{
	plot->damage = cli_error(plot->command, err->code == -EBADMSG ? CLI_TRACE : CLI_FAILED,
				 "%s; %s", err->text, then);
	return plot->damage;
}

static void check_results(struct plot *plot)
{
	struct trace_error err = { .code = 0 };
	struct results results;

	if (results_read(&results, plot->dir, &err))
		damaged(plot, &err, err.code == -EBADMSG ?
			"mend or remove it, figures are of all other rows" :
			"figures are of all other rows");
	results_free(&results);
}

static int check_curves(struct plot *plot)
{
	struct trace_error err = { .code = 0 };
	struct curves curves;
	char path[PATH_MAX];
	int ret = 0;

	if ((size_t)snprintf(path, sizeof(path), "%s/curves.csv", plot->dir) < sizeof(path)) {
		ret = curves_read(&curves, path, &err);
		curves_free(&curves);
	}
	return ret ? damaged(plot, &err, "without it there is no hit_ratio") : 0;
}

static int find_scripts(struct plot *plot)
{
	const char *path = getenv("TMEM_PLOTS_DIR");
	char style[PATH_MAX];

	if (!path || !*path)
		path = TMEM_PLOTS_DIR;
	plot->gnuplot.scripts = realpath(path, NULL);
	if (!plot->gnuplot.scripts ||
	    (size_t)snprintf(style, sizeof(style), "%s/style.gp", plot->gnuplot.scripts) >=
	    sizeof(style) || access(style, R_OK))
		return cli_error(plot->command, CLI_FAILED, "%s has no gnuplot scripts: set "
				 "TMEM_PLOTS_DIR to the folder plots of the source tree", path);
	return CLI_FINE;
}

static int find_folders(struct plot *plot, const struct plot_options *o)
{
	int status;

	plot->gnuplot.dir = realpath(plot->dir, NULL);
	if (!plot->gnuplot.dir)
		return cli_error(plot->command, CLI_FAILED, "%s: %s", plot->dir, strerror(errno));
	status = check_files(plot);
	if (!status)
		status = find_scripts(plot);
	if (status || o->term)
		return status ? status : measure_terminal(plot);
	if (o->output)
		plot->output = strdup(o->output);
	else if (asprintf(&plot->output, "%s/plots", plot->dir) < 0)
		plot->output = NULL;
	if (!plot->output)
		return cli_error(plot->command, CLI_FAILED, "no memory");
	if (mkdir(plot->output, 0777) && errno != EEXIST)
		return cli_error(plot->command, CLI_FAILED, "%s: cannot make it: %s",
				 plot->output, strerror(errno));
	return CLI_FINE;
}

static int run_plot(const struct cli_command *command, int argc, char **argv)
{
	struct plot_options o = { .term = false };
	struct plot plot = { .command = command };
	struct cli_progress progress;
	int status, nr = cli_parse(command, argc, argv, &o, &status);
	unsigned int i;

	if (nr < 0)
		return status;
	if (nr != 1 || !*argv[1])
		return cli_error(command, CLI_USAGE, "which sweep's folder? tmem plot DIR");
	if (o.term && (o.some_formats || o.output))
		return cli_error(command, CLI_USAGE, "--term writes no files: leave --%s away",
				 o.output ? "output" : "format");
	plot.dir = argv[1];
	status = find_folders(&plot, &o);
	if (!status)
		check_results(&plot);
	gnuplot_hold_signals(&plot.gnuplot);
	cli_progress_begin(&progress, "figures", NR_FIGURES);
	for (i = 0; i < NR_FIGURES && !status; i++) {
		if (o.some_figures && !o.figure[i])
			continue;
		cli_progress_show(&progress, i);
		if (!figures[i].curves || !check_curves(&plot))
			status = draw_formats(&plot, &o, &figures[i]);
	}
	cli_progress_end(&progress);
	fflush(stdout);
	gnuplot_let_signals_go(&plot.gnuplot);
	if (!status && (plot.failed || (!plot.drawn && !plot.damage) ||
			(o.some_figures && plot.left_out)))
		status = CLI_FAILED;
	if (!status)
		status = plot.damage;
	free(plot.gnuplot.dir);
	free(plot.gnuplot.scripts);
	free(plot.output);
	return status;
}

const struct cli_command cli_plot = {
	.name = "plot",
	.arguments = "DIR",
	.summary = "Draw the figures of a sweep's folder, as DIR/plots/*.png and *.svg.",
	.example = "  tmem sweep --memory 4M..64M --threads 1,2 -o build-sweep traces/samples/build.tmt\n"
		   "  tmem plot build-sweep                              # all figures\n"
		   "  tmem plot --term --figure hit_ratio,heatmap build-sweep",
	.options = options,
	.run = run_plot,
};
