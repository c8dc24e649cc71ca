// SPDX-License-Identifier: GPL-2.0-or-later
/* results.c - see results.h */
#include "results.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "../../traces/tmt.h"
#include "../csv.h"

const char *const result_column_names[NR_RESULT_COLUMNS] = {
#define X(name) #name,
	RESULT_COLUMNS(X)
#undef X
};

/* ---- a row ---- */

const char *result_text(const struct result *result, enum result_column column)
{
	return result->text[column] ? result->text[column] : "";
}

bool result_number(const struct result *result, enum result_column column,
		   double *number)
{
	const char *text = result_text(result, column);
	char *end;

	*number = strtod(text, &end);
	return *text && !*end;
}

bool result_ok(const struct result *result)
{
	return !strcmp(result_text(result, RESULT_status), "ok");
}

int result_set(struct result *result, enum result_column column, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		return -ENOMEM;
	free(result->text[column]);
	result->text[column] = copy;
	return 0;
}

void result_free(struct result *result)
{
	unsigned int i;

	for (i = 0; i < NR_RESULT_COLUMNS; i++)
		free(result->text[i]);
	*result = (struct result){ };
}

/* ---- one row of each key ---- */

struct result_slot {
	size_t row;		/* + 1; 0: free */
};

static uint64_t hash_of(const char *key)
{
	uint64_t h = 0xcbf29ce484222325ULL;	/* FNV-1a */

	for (; *key; key++)
		h = (h ^ (unsigned char)*key) * 0x100000001b3ULL;
	return h;
}

static struct result_slot *slot_of(const struct results *results, const char *key)
{
	size_t at = hash_of(key) & (results->nr_slots - 1);

	while (results->slots[at].row &&
	       strcmp(result_text(&results->rows[results->slots[at].row - 1],
				  RESULT_key), key))
		at = (at + 1) & (results->nr_slots - 1);
	return &results->slots[at];
}

/* Slots are at most half full, so that searches end. */
static int make_room(struct results *results)
{
	size_t room = results->room ? 2 * results->room : 64, i;
	struct result *rows;

	if (results->nr < results->room)
		return 0;
	rows = reallocarray(results->rows, room, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	results->rows = rows;
	results->room = room;
	free(results->slots);
	results->nr_slots = 2 * room;
	results->slots = calloc(results->nr_slots, sizeof(*results->slots));
	if (!results->slots)
		return -ENOMEM;
	for (i = 0; i < results->nr; i++)
		slot_of(results, result_text(&rows[i], RESULT_key))->row = i + 1;
	return 0;
}

static int keep(struct results *results, struct result *result)
{
	struct result_slot *slot;
	struct result *old;
	int ret = make_room(results);

	if (ret)
		return ret;
	slot = slot_of(results, result_text(result, RESULT_key));
	if (!slot->row) {
		results->rows[results->nr++] = *result;
		slot->row = results->nr;
		*result = (struct result){ };
		return 0;
	}
	old = &results->rows[slot->row - 1];
	if (result_ok(result) || !result_ok(old)) {
		result_free(old);
		*old = *result;
		*result = (struct result){ };
	}
	return 0;
}

const struct result *results_find(const struct results *results, const char *key)
{
	const struct result_slot *slot;

	if (!results->nr)
		return NULL;
	slot = slot_of(results, key);
	return slot->row ? &results->rows[slot->row - 1] : NULL;
}

bool results_builds(const struct results *results, char *text, size_t size)
{
	unsigned int nr = 0, k;
	const char *seen[16];
	size_t i, at = 0;

	*text = '\0';
	for (i = 0; i < results->nr && nr < sizeof(seen) / sizeof(*seen); i++) {
		const char *build = result_text(&results->rows[i], RESULT_build);

		if (!result_ok(&results->rows[i]))
			continue;
		for (k = 0; k < nr && strcmp(seen[k], build); k++)
			;
		if (k < nr)
			continue;
		seen[nr++] = build;
		if (at < size)
			at += (size_t)snprintf(text + at, size - at, "%s%s", nr > 1 ? ", " :
					       "", *build ? build : "one that is not recorded");
	}
	return nr > 1;
}

/* ---- files ---- */

static int read_row(struct results *results, const struct csv_reader *csv,
		    const int *columns)
{
	struct result row = { };
	unsigned int i;
	int ret = 0;

	for (i = 0; i < NR_RESULT_COLUMNS && !ret; i++) {
		const char *text = csv_field(csv, columns[i]);

		if (*text)
			ret = result_set(&row, (enum result_column)i, text);
	}
	if (!ret)
		ret = keep(results, &row);
	result_free(&row);
	return ret;
}

static int read_file(struct results *results, const char *path,
		     struct trace_error *err)
{
	int columns[NR_RESULT_COLUMNS];
	struct csv_reader csv;
	unsigned int i;
	int ret = csv_open(&csv, path, err);

	for (i = 0; i < NR_RESULT_COLUMNS; i++)
		columns[i] = ret > 0 ? csv_column(&csv, result_column_names[i]) : -1;
	if (ret > 0 && (columns[RESULT_key] < 0 || columns[RESULT_status] < 0))
		ret = tmt_error(err, -EBADMSG, path, "has no columns key and status: no "
				"results of a sweep; move it away");
	while (ret >= 0 && (ret = csv_next(&csv, err)) > 0) {
		if (csv.torn)
			continue;
		ret = read_row(results, &csv, columns);
		if (ret)
			tmt_error(err, ret, path, "no memory for its rows");
	}
	results->torn += csv.torn;
	csv_close(&csv);
	return ret;
}

static int is_results(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return !strncmp(entry->d_name, "results", 7) && length >= 11 &&
	       !strcmp(entry->d_name + length - 4, ".csv");
}

int results_read(struct results *results, const char *dir, struct trace_error *err)
{
	struct dirent **found;
	int ret = 0, nr, i;

	*results = (struct results){ };
	nr = scandir(dir, &found, is_results, alphasort);
	if (nr < 0) {
		ret = -errno;
		return tmt_error(err, ret, dir, "cannot be read: %s", strerror(-ret));
	}
	results->files = (size_t)nr;
	for (i = 0; i < nr; i++) {
		char *path = malloc(strlen(dir) + strlen(found[i]->d_name) + 2);

		if (path) {
			sprintf(path, "%s/%s", dir, found[i]->d_name);
			if (!ret)
				ret = read_file(results, path, err);
		} else {
			ret = tmt_error(err, -ENOMEM, dir, "no memory");
		}
		free(path);
		free(found[i]);
	}
	free(found);
	return ret;
}

void results_free(struct results *results)
{
	size_t i;

	for (i = 0; i < results->nr; i++)
		result_free(&results->rows[i]);
	free(results->rows);
	free(results->slots);
	*results = (struct results){ };
}

static int write_all(struct results_file *file, const char *data, size_t size,
		     struct trace_error *err)
{
	off_t end = lseek(file->fd, 0, SEEK_END);
	ssize_t n = write(file->fd, data, size);
	int code = n < 0 ? -errno : -ENOSPC;

	if (n == (ssize_t)size && (!fsync(file->fd) || errno == EINVAL))
		return 0;
	if (n == (ssize_t)size)
		code = -errno;
	/* a row is there whole or not at all; else the next to open it cuts it off */
	if (end < 0 || ftruncate(file->fd, end))
		file->torn = true;
	return tmt_error(err, code, file->path, "cannot be written: %s%s", strerror(-code),
			 code == -ENOSPC ? "; make room and run the same command again" : "");
}

static int write_line(struct results_file *file, const char *const *fields,
		      struct trace_error *err)
{
	char *line = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&line, &size);
	unsigned int i;
	int ret;

	if (!f)
		return tmt_error(err, -ENOMEM, file->path, "no memory");
	for (i = 0; i < NR_RESULT_COLUMNS; i++) {
		if (i)
			putc(',', f);
		csv_put(f, fields[i]);
	}
	putc('\n', f);
	ret = ferror(f);
	if (fclose(f) || ret)
		ret = tmt_error(err, -ENOMEM, file->path, "no memory");
	else
		ret = write_all(file, line, size, err);
	free(line);
	return ret;
}

/* Whether what there is of a torn header is of ours: then nothing is lost with it. */
static bool begins_header(const struct csv_reader *csv)
{
	const struct csv_row *h = &csv->header;
	uint32_t i;

	if (h->nr > NR_RESULT_COLUMNS)
		return false;
	for (i = 0; i < h->nr; i++) {
		const char *field = h->text + h->start[i];

		if (i + 1 < h->nr ? strcmp(field, result_column_names[i]) :
		    strncmp(field, result_column_names[i], strlen(field)))
			return false;
	}
	return true;
}

/* Whether there is a header, after a torn end was cut off; or an error. */
static int check_file(struct results_file *file, struct trace_error *err)
{
	struct csv_reader csv;
	unsigned int i;
	int ret = csv_open(&csv, file->path, err);
	bool same = csv.header.nr == NR_RESULT_COLUMNS, header = ret > 0;

	for (i = 0; header && same && i < NR_RESULT_COLUMNS; i++)
		same = csv_column(&csv, result_column_names[i]) == (int)i;
	if (!ret && csv.torn)
		same = begins_header(&csv);
	if ((header || csv.torn) && !same)
		ret = tmt_error(err, -EBADMSG, file->path, "has other columns than this "
				"version writes; sweep into another folder");
	while (ret > 0)
		ret = csv_next(&csv, err);
	if (!ret && csv.torn) {
		file->torn = true;
		if (ftruncate(file->fd, (off_t)csv.whole))
			ret = tmt_error(err, -errno, file->path, "its torn last line "
					"cannot be cut off: %s", strerror(errno));
	}
	csv_close(&csv);
	return ret ? ret : header;
}

/*
 * The child of a sweep that was just killed may hold its lock until it is gone, too:
 * that is a matter of a moment.  A file system without locks has none to be held.
 */
static int lock_file(int fd)
{
	const struct timespec moment = { .tv_nsec = 50000000 };
	unsigned int i;

	for (i = 0; i < 20; i++) {
		if (!flock(fd, LOCK_EX | LOCK_NB) || errno != EWOULDBLOCK)
			return 0;
		nanosleep(&moment, NULL);
	}
	return -EWOULDBLOCK;
}

int results_file_open(struct results_file *file, const char *path, struct trace_error *err)
{
	int ret;

	*file = (struct results_file){ .fd = -1, .path = strdup(path) };
	if (!file->path)
		return tmt_error(err, -ENOMEM, path, "no memory");
	file->fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (file->fd < 0) {
		ret = -errno;
		return tmt_error(err, ret, path, "cannot be opened: %s", strerror(-ret));
	}
	if (lock_file(file->fd))
		return tmt_error(err, -EWOULDBLOCK, path, "another sweep is writing it; "
				 "wait for its end, or sweep into another folder");
	ret = check_file(file, err);
	if (!ret)
		ret = write_line(file, result_column_names, err);
	return ret < 0 ? ret : 0;
}

int results_file_append(struct results_file *file, const struct result *result,
		   struct trace_error *err)
{
	const char *fields[NR_RESULT_COLUMNS];
	unsigned int i;

	for (i = 0; i < NR_RESULT_COLUMNS; i++)
		fields[i] = result_text(result, (enum result_column)i);
	return write_line(file, fields, err);
}

void results_file_close(struct results_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	free(file->path);
	*file = (struct results_file){ .fd = -1 };
}
