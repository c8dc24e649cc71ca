/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli.h - commands, options and errors of the command line
 *
 * A command describes itself in tables, from which parsing, --help and the shell's
 * completion are made; the man page is checked against them.  Data goes to standard
 * output, everything else to standard error.
 */
#ifndef TMEM_CLI_H
#define TMEM_CLI_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "../values.h"

/* Exit status of every command. */
enum cli_status {
	CLI_FINE = 0,
	CLI_FAILED = 1,		/* while running: memory, files, system */
	CLI_USAGE = 2,		/* wrong option or argument */
	CLI_TRACE = 3,		/* damaged, foreign or lossy trace */
	CLI_INCOHERENT = 4,	/* a coherency rule was broken */
};

struct cli_option {
	const char *name;	/* without the dashes */
	const char *arg;	/* what it takes, NULL: nothing; [=X]: only with = */
	const char *help;	/* one line, or lines */
	/* Store it; returns NULL, or what is wrong with @value. */
	const char *(*set)(void *config, const char *value);
};

/*
 * Setters of what is kept as it is given, a flag, or a number from @least to @most; "static"
 * stands before those of one file.
 */
#define CLI_SET_TEXT(name, type, member)					\
	const char *name(void *config, const char *value)		\
	{								\
		((type *)config)->member = value;			\
		return NULL;						\
	}

#define CLI_SET_FLAG(name, type, member)					\
	const char *name(void *config, const char *value)		\
	{								\
		(void)value;						\
		((type *)config)->member = true;			\
		return NULL;						\
	}

#define CLI_SET_NUMBER(name, type, member, least, most)			\
	const char *name(void *config, const char *value)		\
	{								\
		return cli_number(value, least, most, &((type *)config)->member); \
	}

struct cli_command {
	const char *name;
	const char *arguments;	/* after the options, "TRACE..." */
	const char *summary;
	const char *example;	/* lines, with what they do */
	const struct cli_option *options;	/* ends with a NULL name */
	int (*run)(const struct cli_command *command, int argc, char **argv);
};

extern const struct cli_command *const cli_commands[];	/* ends with NULL */
extern const struct cli_command cli_replay, cli_sweep, cli_mrc, cli_plot, cli_report,
	cli_import, cli_info, cli_cat, cli_export, cli_gen, cli_completion;

/*
 * Parse options into @config.  Returns the number of arguments left, moved to the
 * front of argv[1..]; or -1 with *status to exit with, after --help or an error.
 */
int cli_parse(const struct cli_command *command, int argc, char **argv,
	      void *config, int *status);

/* One line to standard error, "tmem COMMAND: ..."; returns @status. */
int cli_error(const struct cli_command *command, int status,
	      const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The exit status for a negative errno of the trace library. */
int cli_trace_status(int code);

/* ---- progress: a line on a terminal, nothing in a pipe ---- */

struct cli_progress {
	const char *what;
	uint64_t total;		/* 0: not known */
	uint64_t last;		/* ns of the last line */
	uint64_t begin;
	bool shown;
};

void cli_progress_begin(struct cli_progress *p, const char *what,
			uint64_t total);
void cli_progress_show(struct cli_progress *p, uint64_t done);
void cli_progress_end(struct cli_progress *p);

/* What every result carries: version, command line, machine, date. */
struct cli_origin {
	const char *version;
	char command[1024];
	char machine[256];
	char date[32];
};

void cli_origin_set(int argc, char **argv);
const struct cli_origin *cli_origin(void);

#endif /* TMEM_CLI_H */
