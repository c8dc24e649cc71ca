// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * import_doctor.c - "tmem import --doctor": the visit, and the commands it advises
 */
#include "import_doctor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../quote.h"
#include "output.h"

const char *const doctor_choice_names[3] = { "auto", "put", "flush" };

/* ---- words for a shell ---- */

static const struct cli_option *option_of(const struct cli_command *command,
					  const char *arg)
{
	size_t length = strcspn(arg, "=");
	const struct cli_option *option = command->options;

	while (option->name && (strncmp(option->name, arg, length) || option->name[length]))
		option++;
	return option->name ? option : NULL;
}

/* What the advice says itself, or does not need. */
static bool is_own_option(const char *name)
{
	static const char *const own[] = { "doctor", "json", "format", "output", "max-events" };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (strcmp(own[i], name) == 0)
			return true;
	}
	return false;
}

char *doctor_options(const struct cli_command *command, int argc, char **argv)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		const struct cli_option *option;
		bool two;

		if (strcmp(argv[i], "-o") == 0)
			i++;
		if (strncmp(argv[i], "--", 2) != 0)
			continue;
		option = option_of(command, argv[i] + 2);
		if (!option)
			continue;
		two = option->arg && !strchr(argv[i], '=') && i + 1 < argc;
		if (!is_own_option(option->name)) {
			fputc(' ', f);
			quote_word(f, argv[i]);
			if (two) {
				fputc(' ', f);
				quote_word(f, argv[i + 1]);
			}
		}
		i += two;
	}
	fclose(f);
	return text;
}

/* ---- advice ---- */

/* trace.csv.gz becomes trace.tmt, here. */
static void put_output(FILE *f, const struct import_config *config)
{
	static const char *const packed[] = { ".zst", ".gz", ".xz", ".lz4" };
	const char *slash = strrchr(config->path, '/');
	char name[256];
	char *dot;

	if (config->output) {
		quote_word(f, config->output);
		return;
	}
	snprintf(name, sizeof(name) - 4, "%s", slash ? slash + 1 : config->path);
	dot = strrchr(name, '.');
	for (size_t i = 0; dot && i < sizeof(packed) / sizeof(packed[0]); i++) {
		if (strcmp(dot, packed[i]) == 0) {
			*dot = '\0';
			dot = strrchr(name, '.');
			break;
		}
	}
	if (dot && dot != name)
		*dot = '\0';
	if (!*name || strcmp(name, "-") == 0)
		strcpy(name, "trace");
	strcat(name, ".tmt");
	quote_file(f, name);
}

static void put_size(FILE *f, uint64_t bytes)
{
	static const char units[] = "KMGT";
	uint64_t n = bytes >> 10;
	size_t unit = 0;

	while (n >= 1024 && n % 1024 == 0 && unit < sizeof(units) - 2) {
		n >>= 10;
		unit++;
	}
	fprintf(f, "%llu%c", (unsigned long long)n, units[unit]);
}

static char *import_command(const struct doctor_visit *visit, const struct diagnosis *d)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	fprintf(f, "tmem import --format %s%s", d->report.format, visit->options);
	if (d->advice.object_pages)
		fprintf(f, " --object-pages %u", d->advice.object_pages);
	fputs(" --output ", f);
	put_output(f, visit->config);
	fputc(' ', f);
	quote_file(f, visit->config->path);
	fclose(f);
	return text;
}

static char *replay_command(const struct doctor_visit *visit, const struct diagnosis *d)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	fputs("tmem replay", f);
	if (d->advice.page_cache) {
		fputs(" --page-cache ", f);
		put_size(f, d->advice.page_cache);
	}
	if (d->advice.memory) {
		fputs(" --memory ", f);
		put_size(f, d->advice.memory);
	}
	fputc(' ', f);
	put_output(f, visit->config);
	fclose(f);
	return text;
}

/* ---- the visit ---- */

static void progress(void *arg, uint64_t bytes, uint64_t events)
{
	(void)bytes;
	cli_progress_show(arg, events);
}

static int show(const struct cli_command *command, const struct doctor_result *result)
{
	const char *json = result->visit->json;
	int status;

	doctor_print(output_is_stdout(json) ? stderr : stdout, result);
	status = output_status(command, "json", json,
			       json ? doctor_write_json(result, json) : 0);
	if (status)
		return status;
	if (result->err->code)
		return cli_error(command, cli_trace_status(result->err->code), "%s",
				 result->err->text);
	return result->diagnosis->report.skipped || result->diagnosis->report.lost ?
	       CLI_TRACE : CLI_FINE;
}

int doctor_visit(const struct cli_command *command, const struct doctor_visit *visit)
{
	struct import_config config = *visit->config;
	struct diagnosis *d = malloc(sizeof(*d));
	struct trace_error err = { .code = 0 };
	struct doctor_result result = { visit, d, &err, NULL, NULL };
	struct cli_progress p;
	int status;

	if (!d)
		return cli_error(command, CLI_FAILED, "no memory");
	config.progress = progress;
	config.progress_arg = &p;
	cli_progress_begin(&p, "looking at events", 0);
	err.code = trace_diagnose(&config, 0, d, &err);
	cli_progress_end(&p);
	/* What is not there, or asked for wrongly, has no diagnosis. */
	if (err.code && (!d->nr_guesses || err.code != -EBADMSG)) {
		status = cli_error(command, cli_trace_status(err.code), "%s", err.text);
	} else {
		if (!err.code) {
			result.import = import_command(visit, d);
			result.replay = replay_command(visit, d);
		}
		status = show(command, &result);
	}
	free(result.import);
	free(result.replay);
	diagnosis_free(d);
	free(d);
	return status;
}
