// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cli.c - parsing, help and errors of the command line
 */
#define _GNU_SOURCE	/* vasprintf() */
#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define HELP_COLUMN	28

static struct cli_origin origin = { .version = TMEM_VERSION };

int cli_error(const struct cli_command *command, int status,
	      const char *format, ...)
{
	char *text, *p;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		text = NULL;
	va_end(ap);
	/* Names in it are as they are on the disk: it stays one line, and moves no cursor. */
	for (p = text; p && *p; p++)
		if ((unsigned char)*p < ' ' || *p == 127)
			*p = '?';
	fprintf(stderr, "tmem %s: %s\n", command->name, text ? text : "no memory");
	free(text);
	return status;
}

int cli_trace_status(int code)
{
	switch (code) {
	case 0:
		return CLI_FINE;
	case -EBADMSG:
	case -EPROTONOSUPPORT:
		return CLI_TRACE;
	case -EINVAL:
		return CLI_USAGE;
	default:
		return CLI_FAILED;
	}
}

static void print_option(const struct cli_option *option)
{
	const char *line = option->help, *end;
	int width = printf("  --%s%s%s", option->name,
			   option->arg && *option->arg != '[' ? " " : "",
			   option->arg ? option->arg : "");

	if (width >= HELP_COLUMN) {
		putchar('\n');
		width = 0;
	}
	for (;;) {
		end = strchr(line, '\n');
		printf("%*s%.*s\n", HELP_COLUMN - width, "",
		       end ? (int)(end - line) : (int)strlen(line), line);
		if (!end)
			return;
		line = end + 1;
		width = 0;
	}
}

static void print_help(const struct cli_command *command)
{
	const struct cli_option *option;

	printf("usage: tmem %s [options]%s%s\n\n%s\n\noptions:\n",
	       command->name, *command->arguments ? " " : "",
	       command->arguments, command->summary);
	for (option = command->options; option->name; option++)
		print_option(option);
	printf("  --help%*sthis text\n\nexample:\n%s\n", HELP_COLUMN - 8, "",
	       command->example);
}

static const struct cli_option *find_option(const struct cli_command *command,
					    const char *name, size_t len)
{
	const struct cli_option *option;

	for (option = command->options; option->name; option++)
		if (strlen(option->name) == len &&
		    !strncmp(option->name, name, len))
			return option;
	return NULL;
}

/* One "--name[=value]"; moves *i on if the value is the next argument. */
static int parse_one(const struct cli_command *command, int argc, char **argv,
		     int *i, void *config)
{
	const char *name = argv[*i] + 2, *value = strchr(name, '=');
	size_t len = value ? (size_t)(value - name) : strlen(name);
	const struct cli_option *option = find_option(command, name, len);
	const char *wrong;

	if (!option)
		return cli_error(command, CLI_USAGE, "there is no option --%.*s; "
				 "see tmem %s --help", (int)len, name,
				 command->name);
	if (!option->arg && value)
		return cli_error(command, CLI_USAGE,
				 "--%s takes no value", option->name);
	if (value)
		value++;
	if (option->arg && *option->arg != '[' && !value) {
		if (*i + 1 >= argc)
			return cli_error(command, CLI_USAGE, "--%s wants a value: "
					 "--%s %s", option->name, option->name,
					 option->arg);
		value = argv[++*i];
	}
	wrong = option->set(config, value);
	if (wrong && value)
		return cli_error(command, CLI_USAGE, "--%s %s: %s",
				 option->name, value, wrong);
	if (wrong)
		return cli_error(command, CLI_USAGE, "--%s: %s", option->name,
				 wrong);
	return CLI_FINE;
}

int cli_parse(const struct cli_command *command, int argc, char **argv,
	      void *config, int *status)
{
	static char output[] = "--output";
	bool options = true;
	int i, left = 0;

	*status = CLI_FINE;
	for (i = 1; i < argc; i++) {
		if (!options || argv[i][0] != '-' || !argv[i][1]) {
			argv[1 + left++] = argv[i];
			continue;
		}
		if (!strcmp(argv[i], "--")) {
			options = false;
			continue;
		}
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			print_help(command);
			return -1;
		}
		if (!strcmp(argv[i], "-o"))
			argv[i] = output;
		if (argv[i][1] != '-')
			*status = cli_error(command, CLI_USAGE,
					    "there is no option %s; options "
					    "begin with two dashes", argv[i]);
		else
			*status = parse_one(command, argc, argv, &i, config);
		if (*status)
			return -1;
	}
	return left;
}

/* ---- progress ---- */

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ULL + (uint64_t)ts.tv_nsec;
}

void cli_progress_begin(struct cli_progress *p, const char *what,
			uint64_t total)
{
	*p = (struct cli_progress){ .what = what, .total = total };
	p->begin = p->last = isatty(STDERR_FILENO) ? now_ns() : 0;
}

void cli_progress_show(struct cli_progress *p, uint64_t done)
{
	uint64_t now;
	double seconds, rate;

	if (!p->begin)
		return;
	now = now_ns();
	if (now - p->last < 200000000ULL)
		return;
	p->last = now;
	p->shown = true;
	seconds = (double)(now - p->begin) * 1e-9;
	rate = (double)done / seconds;
	fprintf(stderr, "\r%s: %s, %s", p->what, cli_thousands(done),
		cli_rate(rate));
	if (p->total > done && rate > 0)
		fprintf(stderr, ", %.0f%%, %.0f s left",
			100.0 * (double)done / (double)p->total,
			(double)(p->total - done) / rate);
	fprintf(stderr, "\033[K");
	fflush(stderr);
}

void cli_progress_end(struct cli_progress *p)
{
	if (p->shown)
		fprintf(stderr, "\r\033[K");
}

/* ---- where a result comes from ---- */

void cli_origin_set(int argc, char **argv)
{
	time_t now = time(NULL);
	struct utsname u;
	size_t at = 0;
	struct tm tm;
	int i;

	for (i = 0; i < argc && at < sizeof(origin.command) - 1; i++)
		at += (size_t)snprintf(origin.command + at,
				       sizeof(origin.command) - at, "%s%s",
				       i ? " " : "", i ? argv[i] : "tmem");
	if (!uname(&u))
		snprintf(origin.machine, sizeof(origin.machine),
			 "%ld CPUs, %.64s %.64s %.64s",
			 sysconf(_SC_NPROCESSORS_ONLN), u.sysname, u.release,
			 u.machine);
	if (gmtime_r(&now, &tm))
		strftime(origin.date, sizeof(origin.date), "%FT%TZ", &tm);
}

const struct cli_origin *cli_origin(void)
{
	return &origin;
}
