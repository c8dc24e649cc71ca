// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * text_parse.c - a trace from text, one event a line
 *
 * See "Text form" in FORMAT.md; text_print.c is the way back.  A line is cut into
 * words first and then understood by its first one.  The sink begins at the first
 * event (or at the end of a text without any), since by then the header is complete.
 *
 *	MAGIC --tmt-text--> HEADER --first event--> EVENTS --events N--> DONE
 *						    EVENTS --the sink's word--> STOPPED
 *
 * Every error is final: this form is made by programs, and a line that they did
 * not mean is better named than skipped.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "decimal.h"
#include "trace_text.h"
#include "tmt.h"

#define MAX_WORDS	12		/* an event has 11; one more is too many */

enum text_state {
	TEXT_MAGIC,
	TEXT_HEADER,
	TEXT_EVENTS,
	TEXT_DONE,
	TEXT_STOPPED,		/* the sink wants no more */
};

struct word {
	const char *start;
	size_t length;
};

struct trace_text {
	enum text_state state;
	char *name;
	const struct trace_sink *sink;
	uint64_t line;			/* number of the current one, from 1 */
	uint64_t nr_events;
	int failed;
	unsigned int given;		/* header keys seen, a bit each */
	struct trace_info info;		/* pools: until the sink begins */
	uint32_t pools_room;
	uint64_t time;			/* of the event before */
};

static int bad_line(struct trace_text *t, struct trace_error *err,
		    const char *what, const struct word *word)
{
	int length = 0;

	if (word)
		length = word->length > 40 ? 40 : (int)word->length;
	t->failed = -EBADMSG;
	return tmt_error(err, -EBADMSG, t->name, "line %" PRIu64 ": %s%s%.*s%s",
			 t->line, what, word ? ": '" : "", length,
			 word ? word->start : "", word ? "'" : "");
}

static int sink_failed(struct trace_text *t, int code)
{
	t->failed = code;
	return code;
}

/* ---- words ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static int split(const char *line, size_t length, struct word *words)
{
	size_t i = 0;
	int n = 0;

	while (n < MAX_WORDS) {
		while (i < length && is_blank(line[i]))
			i++;
		if (i == length)
			break;
		words[n].start = line + i;
		while (i < length && !is_blank(line[i]))
			i++;
		words[n].length = (size_t)(line + i - words[n].start);
		n++;
	}
	return n;
}

/* Names are short, so this is sooner done than memcmp() is called. */
static inline bool is(const struct word *word, const char *text)
{
	size_t i = 0;

	while (i < word->length && text[i] && word->start[i] == text[i])
		i++;
	return i == word->length && !text[i];
}

static bool get_decimal(const struct word *word, uint64_t max, uint64_t *value)
{
	const char *p = word->start;

	return trace_decimal(&p, value) && p == word->start + word->length && *value <= max;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool get_hex(const struct word *word, uint64_t *value)
{
	uint64_t v = 0;

	for (size_t i = 0; i < word->length; i++) {
		int digit = hex_digit(word->start[i]);

		if (digit < 0 || v >> 60)
			return false;
		v = v << 4 | (uint64_t)digit;
	}
	*value = v;
	return word->length;
}

static bool get_oid(const struct word *word, struct trace_oid *oid)
{
	const char *p = word->start, *end = p + word->length;

	for (int w = 0; w < 3; w++) {
		struct word part = { p, 0 };

		while (p < end && *p != ':')
			p++;
		part.length = (size_t)(p - part.start);
		if (!get_hex(&part, &oid->w[w]))
			return false;
		if (w < 2 && p == end)
			return false;
		p++;
	}
	return p == end + 1;
}

/* ---- header ---- */

enum key {
	KEY_PAGE_SIZE,
	KEY_KIND,
	KEY_TIMES,
	KEY_HASHES,
	KEY_SOURCE,
	KEY_LOST,
	KEY_SKIPPED,
	NR_KEYS
};

static const char *const key_names[NR_KEYS] = {
	[KEY_PAGE_SIZE] = "page-size",
	[KEY_KIND] = "kind",
	[KEY_TIMES] = "times",
	[KEY_HASHES] = "hashes",
	[KEY_SOURCE] = "source",
	[KEY_LOST] = "lost",
	[KEY_SKIPPED] = "skipped",
};

static bool get_yes(const struct word *word, bool *value)
{
	*value = is(word, "yes");
	return *value || is(word, "no");
}

/* The rest of the line, blanks at its ends excepted. */
static bool get_source(const struct word *key, const char *end, char *source,
		       size_t size)
{
	const char *p = key->start + key->length;
	size_t n = 0;

	while (p < end && is_blank(*p))
		p++;
	while (end > p && is_blank(end[-1]))
		end--;
	while (p < end) {
		char c = *p++;

		if (c == '\\') {
			if (end - p < 3 || p[0] != 'x' || hex_digit(p[1]) < 0 ||
			    hex_digit(p[2]) < 0)
				return false;
			c = (char)(hex_digit(p[1]) << 4 | hex_digit(p[2]));
			p += 3;
		}
		if (!c || n == size - 1)
			return false;
		source[n++] = c;
	}
	source[n] = 0;
	return true;
}

static bool get_value(struct trace_text *t, enum key key, const struct word *value)
{
	struct trace_info *info = &t->info;
	uint64_t number;

	switch (key) {
	case KEY_PAGE_SIZE:
		if (!get_decimal(value, UINT32_MAX, &number))
			return false;
		info->page_size = (uint32_t)number;
		return true;
	case KEY_KIND:
		info->kind = is(value, "operations") ? TRACE_OPERATIONS :
						       TRACE_REFERENCES;
		return is(value, "operations") || is(value, "references");
	case KEY_TIMES:
		return get_yes(value, &info->has_times);
	case KEY_HASHES:
		return get_yes(value, &info->has_hashes);
	case KEY_LOST:
		return get_decimal(value, UINT64_MAX, &info->lost);
	case KEY_SKIPPED:
		return get_decimal(value, UINT64_MAX, &info->skipped);
	default:
		return false;
	}
}

/* Returns 1 if the line is none of the header's keys. */
static int header_line(struct trace_text *t, const struct word *words, int n,
		       const char *end, struct trace_error *err)
{
	int key;

	if (words[0].start[0] >= '0' && words[0].start[0] <= '9')
		return 1;
	for (key = 0; key < NR_KEYS; key++) {
		if (is(&words[0], key_names[key]))
			break;
	}
	if (key == NR_KEYS)
		return 1;
	if (t->state != TEXT_HEADER)
		return bad_line(t, err, "belongs before the first event", &words[0]);
	if (t->given & 1U << key)
		return bad_line(t, err, "given twice", &words[0]);
	t->given |= 1U << key;
	if (key == KEY_SOURCE) {
		if (!get_source(&words[0], end, t->info.source,
				sizeof(t->info.source)))
			return bad_line(t, err, "the source is longer than 255 bytes or has a bad escape (\\xNN)",
					NULL);
		return 0;
	}
	if (n != 2 || !get_value(t, (enum key)key, &words[1]))
		return bad_line(t, err, "bad value for", &words[0]);
	return 0;
}

static int keep_pool(struct trace_text *t, const struct trace_pool *pool,
		     struct trace_error *err)
{
	struct trace_info *info = &t->info;

	if (info->nr_pools == t->pools_room) {
		uint32_t room = 2 * t->pools_room + 16;
		struct trace_pool *pools = realloc(info->pools,
						   room * sizeof(*pools));

		if (!pools) {
			t->failed = -ENOMEM;
			return tmt_error(err, -ENOMEM, t->name, "no memory");
		}
		info->pools = pools;
		t->pools_room = room;
	}
	info->pools[info->nr_pools++] = *pool;
	return 0;
}

static int pool_line(struct trace_text *t, const struct word *words, int n,
		     struct trace_error *err)
{
	struct trace_pool pool = { 0 };
	uint64_t client;
	int ret;

	if (n != 3 || !get_decimal(&words[1], UINT32_MAX, &client))
		return bad_line(t, err, "must be 'pool CLIENT TYPE'", NULL);
	pool.client = (uint32_t)client;
	if (is(&words[2], "persistent"))
		pool.flags = TRACE_POOL_PERSISTENT;
	else if (is(&words[2], "shared"))
		pool.flags = TRACE_POOL_SHARED;
	else if (!is(&words[2], "ephemeral"))
		return bad_line(t, err, "no such type of pool", &words[2]);
	if (t->info.nr_pools == TRACE_MAX_POOLS)
		return bad_line(t, err, "more than 65535 pools", NULL);
	if (t->state == TEXT_HEADER)
		return keep_pool(t, &pool, err);
	ret = t->sink->add_pool(t->sink->arg, &pool, err);
	if (ret)
		return sink_failed(t, ret);
	t->info.nr_pools++;
	return 0;
}

static int begin_sink(struct trace_text *t, struct trace_error *err)
{
	struct trace_info info = t->info;
	int ret;

	if (!(t->given & 1U << KEY_KIND))
		return bad_line(t, err, "the header has no 'kind operations' or 'kind references' before this",
				NULL);
	if (info.page_size < TMT_MIN_PAGE_SIZE || info.page_size > TMT_MAX_PAGE_SIZE ||
	    info.page_size & (info.page_size - 1))
		return bad_line(t, err, "the page size must be a power of two from 512 to 2^30",
				NULL);
	info.nr_pools = 0;
	info.pools = NULL;
	ret = t->sink->begin(t->sink->arg, &info, err);
	for (uint32_t i = 0; !ret && i < t->info.nr_pools; i++)
		ret = t->sink->add_pool(t->sink->arg, &t->info.pools[i], err);
	if (ret)
		return sink_failed(t, ret);
	t->state = TEXT_EVENTS;
	return 0;
}

/* ---- events ---- */

static bool get_op(const struct word *word, uint8_t *op)
{
	for (int i = 0; i < TRACE_NR_OPS; i++) {
		if (is(word, trace_op_name((enum trace_op)i))) {
			*op = (uint8_t)i;
			return true;
		}
	}
	return false;
}

static bool get_result(const struct word *word, uint8_t *result)
{
	for (int i = TRACE_UNKNOWN; i <= TRACE_MISS; i++) {
		if (is(word, trace_result_name((enum trace_result)i))) {
			*result = (uint8_t)i;
			return true;
		}
	}
	return false;
}

/* Field @f of an event line, in the order in which FORMAT.md names them. */
static bool get_field(struct trace_record *r, int f, const struct word *word)
{
	struct trace_event *e = &r->event;
	uint64_t number;

	switch (f) {
	case 0:
		return get_decimal(word, UINT64_MAX, &e->time);
	case 1:
		return get_op(word, &e->op);
	case 3:
		return get_oid(word, &r->oid);
	case 9:
		return get_result(word, &e->result);
	case 10:
		return get_hex(word, &r->hash);
	}
	if (!get_decimal(word, f == 4 || f == 5 ? UINT32_MAX : UINT16_MAX, &number))
		return false;
	switch (f) {
	case 2:
		e->pool = (uint16_t)number;
		break;
	case 4:
		e->index = (uint32_t)number;
		break;
	case 5:
		e->count = (uint32_t)number;
		break;
	case 6:
		e->client = (uint16_t)number;
		break;
	case 7:
		e->cpu = (uint16_t)number;
		break;
	case 8:
		e->size = (uint16_t)number;
		break;
	}
	return true;
}

static const char *const field_names[] = {
	"bad time", "no such operation", "bad pool",
	"bad object, must be three hexadecimal words as in 0:0:1f",
	"bad index", "bad count", "bad client", "bad cpu", "bad size",
	"bad result, must be -, hit or miss", "bad hash",
};

static const char *event_wrong(struct trace_text *t, const struct trace_event *event)
{
	const struct tmt_rules rules = {
		t->info.kind, t->info.has_times, t->info.has_hashes, t->info.nr_pools,
	};
	const char *wrong = tmt_event_wrong(&rules, event);

	if (!wrong && event->time < t->time)
		wrong = "its time is before that of the one before";
	t->time = event->time;
	return wrong;
}

static int emit(struct trace_text *t, const struct trace_record *record,
		struct trace_error *err)
{
	int ret = t->sink->emit(t->sink->arg, record, err);

	if (ret < 0)
		return sink_failed(t, ret);
	if (ret > 0)
		t->state = TEXT_STOPPED;
	return ret;
}

static int event_line(struct trace_text *t, const struct word *words, int n,
		      struct trace_error *err)
{
	struct trace_record record = { .event.count = 1 };
	const char *wrong;

	if (n < 5)
		return bad_line(t, err, "neither a key nor an event (TIME OP POOL OBJECT INDEX ...)",
				&words[0]);
	if (n == MAX_WORDS)
		return bad_line(t, err, "more than the 11 fields of an event",
				NULL);
	for (int f = 0; f < n; f++) {
		if (!get_field(&record, f, &words[f]))
			return bad_line(t, err, field_names[f], &words[f]);
	}
	if (record.event.time && !t->info.has_times)
		return bad_line(t, err, "a time, but the header has no 'times yes'",
				&words[0]);
	if (record.hash && !t->info.has_hashes)
		return bad_line(t, err, "a hash, but the header has no 'hashes yes'",
				&words[10]);
	if (t->state == TEXT_HEADER && begin_sink(t, err))
		return t->failed;
	wrong = event_wrong(t, &record.event);
	if (wrong)
		return bad_line(t, err, wrong, NULL);
	t->nr_events++;
	return emit(t, &record, err);
}

static int last_line(struct trace_text *t, const struct word *words, int n,
		     struct trace_error *err)
{
	uint64_t number;

	if (n != 2 || !get_decimal(&words[1], UINT64_MAX, &number))
		return bad_line(t, err, "must be 'events N'", NULL);
	if (number != t->nr_events)
		return bad_line(t, err, "this is not the number of events before it; lines are missing or too many",
				&words[1]);
	if (t->state == TEXT_HEADER && begin_sink(t, err))
		return t->failed;
	t->state = TEXT_DONE;
	return 0;
}

int trace_text_line(struct trace_text *t, const char *line, size_t length,
		    struct trace_error *err)
{
	struct word words[MAX_WORDS];
	int n, ret;

	t->line++;
	if (t->failed)
		return tmt_error(err, t->failed, t->name,
				 "line %" PRIu64 ": an earlier line was in error",
				 t->line);
	if (t->state == TEXT_STOPPED)
		return 1;
	if (length > TRACE_TEXT_MAX_LINE)
		return bad_line(t, err, "longer than 65535 bytes", NULL);
	if (memchr(line, 0, length))
		return bad_line(t, err, "holds a byte 0: not a text", NULL);
	if (length && line[length - 1] == '\r')
		length--;
	n = split(line, length, words);
	if (!n || words[0].start[0] == '#')
		return 0;
	if (t->state == TEXT_MAGIC) {
		if (n != 2 || !is(&words[0], TRACE_TEXT_MAGIC) || !is(&words[1], "1"))
			return bad_line(t, err, "a text trace begins with '" TRACE_TEXT_MAGIC " 1', not with",
					&words[0]);
		t->state = TEXT_HEADER;
		return 0;
	}
	if (t->state == TEXT_DONE)
		return bad_line(t, err, "goes on after 'events'", &words[0]);
	if (is(&words[0], "pool"))
		return pool_line(t, words, n, err);
	if (is(&words[0], "events"))
		return last_line(t, words, n, err);
	ret = header_line(t, words, n, line + length, err);
	return ret == 1 ? event_line(t, words, n, err) : ret;
}

/* ---- begin and end ---- */

struct trace_text *trace_text_begin(const char *name, const struct trace_sink *sink,
				    struct trace_error *err)
{
	struct trace_text *t = calloc(1, sizeof(*t));

	if (err)
		err->code = 0;
	if (!t || !(t->name = strdup(name))) {
		free(t);
		tmt_error(err, -ENOMEM, name, "no memory to read it");
		return NULL;
	}
	t->sink = sink;
	t->info.page_size = 4096;
	return t;
}

int trace_text_end(struct trace_text *t, struct trace_error *err)
{
	int ret = t->failed;

	if (!ret && err)
		ret = err->code;
	if (!ret && t->state < TEXT_DONE)
		ret = tmt_error(err, -EBADMSG, t->name,
				"line %" PRIu64 ": the text ends without 'events N'; it was cut off",
				t->line + 1);
	free(t->info.pools);
	free(t->name);
	free(t);
	return ret;
}
