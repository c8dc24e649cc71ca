// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ops.c - operations of tmem that were made by hand or by a script
 *
 *	put KEY [INDEX]
 *	get KEY [INDEX]
 *	flush KEY [INDEX]
 *
 * on one ephemeral pool.  KEY is any word and names an object; INDEX is a page of it,
 * 0 if it is not there, so that "put a" and "put a 0" are the same page.  A key that is
 * a decimal number below 2^64, written without leading zeros, is object {number, 0, 0};
 * any other is {high, low, 1} of the 128 bits of its XXH3.  Blank lines and lines
 * that begin with # say nothing.
 */
#include <xxhash.h>

#include "importer.h"

struct op_word {
	const char *name;
	size_t length;
	enum trace_op op;
};

static const struct op_word op_words[] = {
	{ "put", 3, TRACE_PUT },
	{ "get", 3, TRACE_GET },
	{ "flush", 5, TRACE_FLUSH },
};

static inline const char *next_word(const char **p, const char *end, size_t *length)
{
	const char *word = *p;
	const char *s;

	while (word < end && import_blank(*word))
		word++;
	for (s = word; s < end && !import_blank(*s); s++)
		;
	*length = (size_t)(s - word);
	*p = s;
	return word;
}

static struct trace_oid key_oid(const char *key, size_t length)
{
	const char *p = key;
	XXH128_hash_t hash;
	uint64_t number;

	if ((*key != '0' || length == 1) && trace_decimal(&p, &number) &&
	    p == key + length)
		return (struct trace_oid){ { number, 0, 0 } };
	hash = XXH3_128bits(key, length);
	return (struct trace_oid){ { hash.high64, hash.low64, 1 } };
}

/* NULL, or what is wrong. */
static const char *parse_op(const char *line, size_t size, struct trace_record *record)
{
	const char *end = line + size;
	const char *p = line;
	const char *word;
	const char *digits;
	uint64_t index;
	size_t length;
	size_t i;

	word = next_word(&p, end, &length);
	for (i = 0; i < sizeof(op_words) / sizeof(op_words[0]); i++) {
		if (op_words[i].length == length && op_words[i].name[0] == *word &&
		    memcmp(op_words[i].name, word, length) == 0)
			break;
	}
	if (i == sizeof(op_words) / sizeof(op_words[0]))
		return "not 'put KEY', 'get KEY' or 'flush KEY'";
	record->event.op = (uint8_t)op_words[i].op;
	record->event.count = 1;
	word = next_word(&p, end, &length);
	if (!length)
		return "no key";
	record->oid = key_oid(word, length);
	word = next_word(&p, end, &length);
	if (!length)
		return NULL;
	digits = word;
	if (!trace_decimal(&digits, &index) || digits != word + length)
		return "the index after the key is no number";
	if (index > UINT32_MAX)
		return "the index is not below 2^32";
	record->event.index = (uint32_t)index;
	next_word(&p, end, &length);
	return length ? "more than a key and an index" : NULL;
}

static int ops_line(void *arg, char *line, size_t length)
{
	struct import_run *run = arg;
	struct trace_record record = { .event.op = 0 };
	const char *why;

	if (import_says_nothing(line, length))
		return 0;
	why = parse_op(line, length, &record);
	if (why)
		return import_skip(run, line, "%s", why);
	return import_emit(run, &record);
}

static int ops_run(struct import_run *run)
{
	int rc = import_begin(run, TRACE_OPERATIONS, 0);

	rc = rc ?: import_pool(run, 0, 0);
	return rc ?: import_lines(run, ops_line, run);
}

static bool ops_probe_line(const struct trace_importer *importer, const char *line,
			   size_t length)
{
	struct trace_record record = { .event.op = 0 };

	(void)importer;
	return !parse_op(line, length, &record);
}

static int ops_probe(const struct trace_importer *importer, const char *head,
		     size_t size, const char **why)
{
	*why = "no 'put|get|flush KEY'";
	return import_probe_lines(importer, head, size, ops_probe_line);
}

const struct trace_importer import_ops = {
	.name = "ops",
	.what = "operations on one ephemeral pool: 'put KEY [INDEX]', 'get ...', 'flush ...' a line",
	.example = "put mykey 17",
	.probe = ops_probe,
	.run = ops_run,
};
