// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_completion.c - "tmem completion": the shell's completion, from the tables
 */
#include <string.h>

#include "cli.h"

static const struct cli_option options[] = {
	{ NULL, NULL, NULL, NULL }
};

static void print_words(const struct cli_command *command)
{
	const struct cli_option *option;

	printf("\t%s) words=\"", command->name);
	for (option = command->options; option->name; option++)
		printf("--%s ", option->name);
	printf("--help\" ;;\n");
}

static int run_completion(const struct cli_command *command, int argc,
			  char **argv)
{
	const struct cli_command *const *c;
	int status, nr = cli_parse(command, argc, argv, NULL, &status);

	if (nr < 0)
		return status;
	if (nr != 1 || strcmp(argv[1], "bash"))
		return cli_error(command, CLI_USAGE, "for which shell? there is bash");
	printf("# completion of tmem for bash; made by \"tmem completion bash\"\n"
	       "_tmem()\n{\n"
	       "\tlocal word=${COMP_WORDS[COMP_CWORD]} words=\n\n"
	       "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n"
	       "\t\twords=\"");
	for (c = cli_commands; *c; c++)
		printf("%s ", (*c)->name);
	printf("--help --version\"\n"
	       "\t\tCOMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
	       "\t\treturn\n\tfi\n"
	       "\tcase ${COMP_WORDS[1]} in\n");
	for (c = cli_commands; *c; c++)
		print_words(*c);
	printf("\tesac\n"
	       "\tif [[ $word == -* ]]; then\n"
	       "\t\tCOMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
	       "\telse\n"
	       "\t\tCOMPREPLY=($(compgen -f -- \"$word\"))\n"
	       "\tfi\n}\n"
	       "complete -o filenames -F _tmem tmem\n");
	return CLI_FINE;
}

const struct cli_command cli_completion = {
	.name = "completion",
	.arguments = "bash",
	.summary = "Print the completion of this command line for a shell.",
	.example = "  tmem completion bash > /etc/bash_completion.d/tmem",
	.options = options,
	.run = run_completion,
};
