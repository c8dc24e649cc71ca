// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - the command "tmem": which command it is
 */
#include <signal.h>
#include <string.h>

#include "cli.h"

const struct cli_command *const cli_commands[] = {
	&cli_import,
	&cli_info,
	&cli_cat,
	&cli_export,
	&cli_gen,
	&cli_replay,
	&cli_completion,
	NULL
};

static void print_help(FILE *f)
{
	const struct cli_command *const *command;

	fputs("usage: tmem COMMAND [options] [arguments]\n\n"
	      "A laboratory for transcendent memory: which lock design, how many buckets, how\n"
	      "much memory and which page store serve the pages of a recorded machine?\n\n"
	      "commands:\n", f);
	for (command = cli_commands; *command; command++)
		fprintf(f, "  %-12s %s\n", (*command)->name,
			(*command)->summary);
	fputs("\ntmem COMMAND --help tells more, with an example. tmem --version: " TMEM_VERSION "\n\n"
	      "exit status: 0 fine, 1 failed while running, 2 wrong usage, 3 damaged or lossy\n"
	      "trace, 4 a coherency rule was broken\n", f);
}

int main(int argc, char **argv)
{
	const struct cli_command *const *command;

	signal(SIGPIPE, SIG_DFL);
	cli_origin_set(argc, argv);
	if (argc < 2) {
		print_help(stderr);
		return CLI_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "help")) {
		print_help(stdout);
		return CLI_FINE;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("tmem " TMEM_VERSION);
		return CLI_FINE;
	}
	for (command = cli_commands; *command; command++)
		if (!strcmp(argv[1], (*command)->name))
			return (*command)->run(*command, argc - 1, argv + 1);
	fprintf(stderr, "tmem: there is no command '%s'; see tmem --help\n",
		argv[1]);
	return CLI_USAGE;
}
