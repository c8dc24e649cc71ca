/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output.h - what the files of every command's results have in common
 */
#ifndef TMEM_CLI_OUTPUT_H
#define TMEM_CLI_OUTPUT_H

#include <jansson.h>
#include <stdio.h>

#include "open_trace.h"

/* A new object that says where the results come from: version, command, ... */
json_t *output_origin(void);

/* A new list of the traces: paths, sources, checksums, sizes and losses. */
json_t *output_traces(const struct open_traces *traces);

/* Whether results go there, which then has standard output to itself; @path may be NULL. */
bool output_is_stdout(const char *path);

/* "-" is standard output; NULL with errno. */
FILE *output_open(const char *path);

/* 0, or a negative errno where something did not get through. */
int output_close(FILE *f);

/* Write @root to a file and let go of it; 0 or a negative errno. */
int output_write_json(json_t *root, const char *path);

/* The status after @ret, 0 or a negative errno, of writing @path for --@option; told if bad. */
int output_status(const struct cli_command *command, const char *option, const char *path,
		  int ret);

/* The most memory that this process had, in bytes. */
uint64_t output_peak_rss(void);

#endif /* TMEM_CLI_OUTPUT_H */
