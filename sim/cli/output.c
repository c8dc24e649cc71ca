// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * output.c - what the files of every command's results have in common
 */
#include "output.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

json_t *output_origin(void)
{
	const struct cli_origin *origin = cli_origin();
	json_t *root = json_object();

	json_object_set_new(root, "version", json_string(origin->version));
	json_object_set_new(root, "command", json_string(origin->command));
	json_object_set_new(root, "machine", json_string(origin->machine));
	json_object_set_new(root, "date", json_string(origin->date));
	return root;
}

json_t *output_traces(const struct open_traces *traces)
{
	json_t *list = json_array();
	char checksum[20];
	uint32_t t;

	for (t = 0; t < traces->nr; t++) {
		const struct trace_info *info = trace_reader_info(traces->readers[t]);

		snprintf(checksum, sizeof(checksum), "%016llx",
			 (unsigned long long)info->checksum);
		json_array_append_new(list, json_pack(
			"{s:s,s:s,s:s,s:I,s:I,s:I,s:I}",
			"path", traces->paths[t], "source", info->source,
			"checksum", checksum,
			"events", (json_int_t)info->nr_events,
			"pages", (json_int_t)info->nr_pages,
			"lost", (json_int_t)info->lost,
			"skipped", (json_int_t)info->skipped));
	}
	return list;
}

bool output_is_stdout(const char *path)
{
	return path && !strcmp(path, "-");
}

FILE *output_open(const char *path)
{
	return output_is_stdout(path) ? stdout : fopen(path, "w");
}

int output_close(FILE *f)
{
	int ret = 0;

	errno = 0;
	if (fflush(f))
		ret = errno ? -errno : -EIO;
	if (!ret && ferror(f)) {
		/* What failed was an earlier write: one more tells why. */
		clearerr(f);
		errno = 0;
		fputc('\n', f);
		fflush(f);
		ret = errno ? -errno : -EIO;
	}
	if (f != stdout && fclose(f) && !ret)
		ret = -errno;
	return ret;
}

int output_write_json(json_t *root, const char *path)
{
	FILE *f = output_open(path);
	int ret = f ? 0 : -errno, end;

	if (f) {
		if (json_dumpf(root, f, JSON_INDENT(2)) || fputc('\n', f) == EOF)
			ret = -EIO;
		end = output_close(f);
		if (end)
			ret = end;
	}
	json_decref(root);
	return ret;
}

int output_status(const struct cli_command *command, const char *option, const char *path,
		  int ret)
{
	return ret ? cli_error(command, CLI_FAILED, "--%s %s: %s", option, path,
			       strerror(-ret)) : CLI_FINE;
}

uint64_t output_peak_rss(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_SELF, &usage) ? 0 : (uint64_t)usage.ru_maxrss << 10;
}
