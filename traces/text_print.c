// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * text_print.c - a trace as text, one event a line
 *
 * See "Text form" in FORMAT.md; text_parse.c is the way back.  Numbers are put
 * together by hand in a buffer of one line, since printf would take most of the
 * time of a large trace.
 */
#include <errno.h>
#include <inttypes.h>

#include "trace_text.h"
#include "tmt.h"

#define EVENT_LINE	320		/* more than the longest event needs */

static char *put_decimal(char *p, uint64_t value)
{
	char digits[20];
	int n = 0;

	do {
		digits[n++] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	while (n)
		*p++ = digits[--n];
	return p;
}

static char *put_hex(char *p, uint64_t value)
{
	int shift = value ? (63 - __builtin_clzll(value)) & ~3 : 0;

	for (; shift >= 0; shift -= 4)
		*p++ = "0123456789abcdef"[value >> shift & 15];
	return p;
}

static char *put_word(char *p, const char *word)
{
	while (*word)
		*p++ = *word++;
	return p;
}

static void print_event(FILE *out, const struct trace_block *block, uint32_t i)
{
	const struct trace_event *e = &block->events[i];
	const struct trace_oid *oid = &block->objects[e->object];
	char line[EVENT_LINE], *p = line;

	p = put_decimal(p, e->time);
	*p++ = ' ';
	p = put_word(p, trace_op_name((enum trace_op)e->op));
	*p++ = ' ';
	p = put_decimal(p, e->pool);
	for (int w = 0; w < 3; w++) {
		*p++ = w ? ':' : ' ';
		p = put_hex(p, oid->w[w]);
	}
	*p++ = ' ';
	p = put_decimal(p, e->index);
	*p++ = ' ';
	p = put_decimal(p, e->count);
	*p++ = ' ';
	p = put_decimal(p, e->client);
	*p++ = ' ';
	p = put_decimal(p, e->cpu);
	*p++ = ' ';
	p = put_decimal(p, e->size);
	*p++ = ' ';
	p = put_word(p, trace_result_name((enum trace_result)e->result));
	*p++ = ' ';
	p = put_hex(p, block->hashes ? block->hashes[i] : 0);
	*p++ = '\n';
	fwrite(line, 1, (size_t)(p - line), out);
}

/* Blanks at either end would not survive, nor would what ends a line. */
static void print_source(FILE *out, const char *source)
{
	size_t length = strlen(source);

	fputs("source", out);
	if (length)
		fputc(' ', out);
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)source[i];
		bool blank_at_end = c == ' ' && (i == 0 || i == length - 1);

		if (c < ' ' || c == 127 || c == '\\' || blank_at_end)
			fprintf(out, "\\x%02x", c);
		else
			fputc(c, out);
	}
	fputc('\n', out);
}

static const char *pool_type(uint32_t flags)
{
	if (flags & TRACE_POOL_PERSISTENT)
		return "persistent";
	return flags & TRACE_POOL_SHARED ? "shared" : "ephemeral";
}

static void print_header(FILE *out, const struct trace_info *info)
{
	fprintf(out, TRACE_TEXT_MAGIC " 1\npage-size %" PRIu32 "\nkind %s\n",
		info->page_size, info->kind == TRACE_OPERATIONS ? "operations" :
								  "references");
	fprintf(out, "times %s\nhashes %s\n", info->has_times ? "yes" : "no",
		info->has_hashes ? "yes" : "no");
	print_source(out, info->source);
	fprintf(out, "lost %" PRIu64 "\nskipped %" PRIu64 "\n", info->lost,
		info->skipped);
	for (uint32_t i = 0; i < info->nr_pools; i++)
		fprintf(out, "pool %" PRIu32 " %s\n", info->pools[i].client,
			pool_type(info->pools[i].flags));
	fputs("# time op pool object index count client cpu size result hash\n",
	      out);
}

static int output_failed(struct trace_error *err)
{
	int code = errno ? -errno : -EIO;

	return tmt_error(err, code, "output", "cannot be written: %s",
			 strerror(-code));
}

int trace_print_text(struct trace_reader *reader, FILE *out,
		     struct trace_error *err)
{
	const struct trace_info *info = trace_reader_info(reader);
	struct trace_block block = { 0 };
	int ret = 0;

	errno = 0;
	print_header(out, info);
	for (uint64_t n = 0; n < info->nr_blocks && !ret; n++) {
		ret = trace_read_block(reader, n, &block, err);
		for (uint32_t i = 0; i < block.nr_events && !ret; i++)
			print_event(out, &block, i);
		if (!ret && ferror(out))
			ret = output_failed(err);
	}
	trace_block_free(&block);
	if (ret)
		return ret;
	fprintf(out, "events %" PRIu64 "\n", info->nr_events);
	if (fflush(out) || ferror(out))
		return output_failed(err);
	return 0;
}
