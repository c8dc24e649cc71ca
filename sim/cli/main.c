// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - the command "tmem": which command it is
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "../../traces/leftover.h"
#include "../build_id.h"
#include "cli.h"
#include "output.h"

const struct cli_command *const cli_commands[] = {
	&cli_import,
	&cli_info,
	&cli_cat,
	&cli_export,
	&cli_gen,
	&cli_replay,
	&cli_sweep,
	&cli_mrc,
	&cli_plot,
	&cli_report,
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

static pid_t self;

/* Not in a child of ours that has not become another program yet. */
static void on_end(int signal)
{
	if (getpid() == self)
		leftover_remove();
	raise(signal);
}

/* A signal that ends the program leaves no half of a file; one that is ignored stays so. */
static void clean_on_end(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction old, action = { .sa_handler = on_end, .sa_flags = SA_RESETHAND };

	self = getpid();
	for (unsigned int i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		if (!sigaction(signals[i], NULL, &old) && old.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
}

static int run(int argc, char **argv)
{
	const struct cli_command *const *command;
	char build[BUILD_ID_SIZE];

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
		build_id(build);
		printf("tmem " TMEM_VERSION "%s%s\n", *build ? ", build " : "", build);
		return CLI_FINE;
	}
	for (command = cli_commands; *command; command++)
		if (!strcmp(argv[1], (*command)->name))
			return (*command)->run(*command, argc - 1, argv + 1);
	fprintf(stderr, "tmem: there is no command '%s'; see tmem --help\n",
		argv[1]);
	return CLI_USAGE;
}

int main(int argc, char **argv)
{
	int status, ret;

	clean_on_end();
	signal(SIGPIPE, SIG_DFL);
	cli_origin_set(argc, argv);
	status = run(argc, argv);
	/* whatever command it was: what did not get through is no success */
	ret = status == CLI_FINE ? output_close(stdout) : 0;
	if (!ret)
		return status;
	fprintf(stderr, "tmem %s: standard output cannot be written: %s\n", argv[1],
		strerror(-ret));
	return CLI_FAILED;
}
