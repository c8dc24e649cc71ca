// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * row.c - what "tmem replay --json" says of one run, as a row of results
 *
 * A member that the JSON does not have leaves its column empty: not every replay has
 * references, latencies or an admission policy.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#include "point.h"

struct member {
	enum result_column column;
	const char *path[4];
};

/* Of the run; then of all. */
static const struct member of_run[] = {
	{ RESULT_world, { "world" } },
	{ RESULT_design, { "design" } },
	{ RESULT_store, { "store" } },
	{ RESULT_buckets, { "buckets" } },
	{ RESULT_threads, { "threads" } },
	{ RESULT_order, { "order" } },
	{ RESULT_ops, { "ops" } },
	{ RESULT_seconds, { "seconds" } },
	{ RESULT_ops_per_second, { "ops_per_second" } },
	{ RESULT_references, { "references", "total" } },
	{ RESULT_page_cache_hits, { "references", "page_cache_hits" } },
	{ RESULT_missed, { "references", "missed" } },
	{ RESULT_gets, { "gets", "total" } },
	{ RESULT_hits, { "gets", "hits" } },
	{ RESULT_puts, { "puts", "total" } },
	{ RESULT_stored, { "puts", "stored" } },
	{ RESULT_not_admitted, { "not_admitted" } },
	{ RESULT_flushes, { "flushes", "total" } },
	{ RESULT_evicted, { "evicted" } },
	{ RESULT_frames_peak, { "memory", "frames_peak" } },
	{ RESULT_bytes_stored, { "statistics", "bytes_stored" } },
	{ RESULT_bytes_charged, { "statistics", "bytes_charged" } },
	{ RESULT_put_p50, { "latency_ns", "put", "p50" } },
	{ RESULT_put_p99, { "latency_ns", "put", "p99" } },
	{ RESULT_put_p999, { "latency_ns", "put", "p999" } },
	{ RESULT_put_max, { "latency_ns", "put", "max" } },
	{ RESULT_get_p50, { "latency_ns", "get", "p50" } },
	{ RESULT_get_p99, { "latency_ns", "get", "p99" } },
	{ RESULT_get_p999, { "latency_ns", "get", "p999" } },
	{ RESULT_get_max, { "latency_ns", "get", "max" } },
	{ RESULT_flush_p50, { "latency_ns", "flush", "p50" } },
	{ RESULT_flush_p99, { "latency_ns", "flush", "p99" } },
	{ RESULT_flush_p999, { "latency_ns", "flush", "p999" } },
	{ RESULT_flush_max, { "latency_ns", "flush", "max" } },
	{ RESULT_fairness, { "fairness", "index" } },
	{ RESULT_thread_min, { "fairness", "thread_min" } },
	{ RESULT_thread_max, { "fairness", "thread_max" } },
	{ RESULT_busy, { "busy" } },
	{ RESULT_key, { NULL } }
};

static const struct member of_all[] = {
	{ RESULT_seed, { "seed" } },
	{ RESULT_version, { "version" } },
	{ RESULT_machine, { "machine" } },
	{ RESULT_date, { "date" } },
	{ RESULT_key, { NULL } }
};

static const json_t *member_of(const json_t *object, const char *const *path)
{
	while (object && *path)
		object = json_object_get(object, *path++);
	return object;
}

static int set_member(struct result *row, enum result_column column, const json_t *value)
{
	char text[64];

	if (json_is_string(value))
		return result_set(row, column, json_string_value(value));
	if (json_is_integer(value))
		snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(value));
	else if (json_is_real(value))
		snprintf(text, sizeof(text), column == RESULT_ops_per_second ||
			 column == RESULT_thread_min || column == RESULT_thread_max ?
			 "%.1f" : "%.9f", json_real_value(value));
	else
		return 0;
	return result_set(row, column, text);
}

static int set_members(struct result *row, const struct member *members,
		       const json_t *object)
{
	int ret = 0;

	for (; *members->path && !ret; members++)
		ret = set_member(row, members->column, member_of(object, members->path));
	return ret;
}

/* Operations were replayed, which no page cache was asked for. */
static int set_no_references(struct result *row)
{
	static const enum result_column columns[] = {
		RESULT_references, RESULT_page_cache_pages, RESULT_page_cache_hits,
		RESULT_missed,
	};
	unsigned int i;
	int ret = 0;

	for (i = 0; i < sizeof(columns) / sizeof(*columns) && !ret; i++)
		ret = result_set(row, columns[i], "0");
	return ret ? ret : result_set(row, RESULT_page_cache_policy, "");
}

int point_row_json(struct result *row, const char *path, char wrong[256])
{
	json_error_t error;
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	const json_t *runs = json_object_get(root, "runs");
	int ret;

	if (!root) {
		snprintf(wrong, 256, "its JSON cannot be read: line %d: %.160s", error.line,
			 error.text);
		return -EBADMSG;
	}
	if (json_array_size(runs) != 1) {
		snprintf(wrong, 256, "its JSON has %zu runs, not one",
			 json_array_size(runs));
		json_decref(root);
		return -EBADMSG;
	}
	ret = set_members(row, of_run, json_array_get(runs, 0));
	if (!ret)
		ret = set_members(row, of_all, root);
	if (!ret && !row->text[RESULT_references])
		ret = set_no_references(row);
	json_decref(root);
	if (ret)
		snprintf(wrong, 256, "no memory for its results");
	return ret;
}
