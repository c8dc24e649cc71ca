/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * import_doctor.h - "tmem import --doctor": a diagnosis in words and as JSON
 */
#ifndef TMEM_CLI_IMPORT_DOCTOR_H
#define TMEM_CLI_IMPORT_DOCTOR_H

#include "../../traces/import/doctor.h"
#include "cli.h"

struct doctor_visit {
	const struct import_config *config;	/* its output, if any, names the trace */
	const char *options;			/* to be kept in the advice, " --a b" */
	const char *json;			/* FILE, or NULL */
};

/* Look at the file, print and write what was found; returns the exit status. */
int doctor_visit(const struct cli_command *command, const struct doctor_visit *visit);

/*
 * The options of @argv that an import would need as well, quoted for a shell, " --a b";
 * to be called before cli_parse(), which moves arguments.  free() it; NULL: no memory.
 */
char *doctor_options(const struct cli_command *command, int argc, char **argv);

/* ---- for the two forms ---- */

/* What is true of the file, to be printed. */
struct doctor_result {
	const struct doctor_visit *visit;
	const struct diagnosis *diagnosis;
	const struct trace_error *err;	/* code 0: it was read to its end */
	char *import;			/* commands for a shell, or NULL */
	char *replay;
};

void doctor_print(FILE *f, const struct doctor_result *result);

/* "-": standard output.  0 or a negative error. */
int doctor_write_json(const struct doctor_result *result, const char *path);

extern const char *const doctor_choice_names[3];	/* by enum import_ambiguous */

#endif /* TMEM_CLI_IMPORT_DOCTOR_H */
