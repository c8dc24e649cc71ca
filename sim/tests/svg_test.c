// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * svg_test.c - of a drawing only what draws comes into a page
 *
 *	drawn		what gnuplot writes, with names of its own
 *	left out	scripts, handlers, styles, links, foreign markup, what would be fetched
 *	refused		what is no drawing, not well formed, or without end
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../report/svg.h"
#include "../report/xml.h"

#define ROOT	"<svg width='10' height='20'>"

static char path[] = "/tmp/tmem-svg-XXXXXX";
static struct trace_error err;
static unsigned int dropped;
static char *out;

static int inline_bytes(const char *bytes, size_t size)
{
	FILE *f = fopen(path, "w");
	size_t room;
	int ret;

	assert_int_equal(fwrite(bytes, 1, size, f), size);
	fclose(f);
	free(out);
	f = open_memstream(&out, &room);
	err = (struct trace_error){ .code = 0 };
	ret = svg_inline(path, "f1-", "a \"label\"", f, &dropped, &err);
	fclose(f);
	return ret;
}

static int inline_text(const char *text)
{
	return inline_bytes(text, strlen(text));
}

#define HEAD	"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 10 20\" " \
		"role=\"img\" aria-label=\"a &quot;label&quot;\">"

/* The content of a drawing becomes @want, and so many parts are left out. */
static void becomes(const char *content, const char *want, unsigned int left_out)
{
	char text[4096], wanted[4096];

	snprintf(text, sizeof(text), ROOT "%s</svg>", content);
	snprintf(wanted, sizeof(wanted), HEAD "%s</svg>", want);
	if (inline_text(text))
		fail_msg("%s", err.text);
	assert_string_equal(out, wanted);
	assert_int_equal(dropped, left_out);
}

static void what_draws_is_there(void **state)
{
	(void)state;
	becomes("<g fill='none'><path d='M0,0 L1,1'/></g>",
		"<g fill=\"none\"><path d=\"M0,0 L1,1\"></path></g>", 0);
	becomes("<text><tspan font-size='9'>a &lt; b &#x26; c &#233;</tspan></text>",
		"<text><tspan font-size=\"9\">a &lt; b &amp; c \xc3\xa9</tspan></text>", 0);
	becomes("<!-- <script> --><title><![CDATA[x<y]]></title>", "<title>x&lt;y</title>", 0);
	becomes("<image width='1' xlink:href='data:image/png;base64,iVBO='/>",
		"<image width=\"1\" href=\"data:image/png;base64,iVBO=\"></image>", 0);
	becomes("<rect style='fill: rgb(1,2,3)' class='x'/>",
		"<rect style=\"fill: rgb(1,2,3)\"></rect>", 0);
}

static void names_are_its_own(void **state)
{
	(void)state;
	becomes("<defs><path id='p'/><use href='#p' id='q'/></defs><use xlink:href='#q'/>",
		"<defs><path id=\"f1-p\"></path><use href=\"#f1-p\" id=\"f1-q\"></use></defs>"
		"<use href=\"#f1-q\"></use>", 0);
	becomes("<clipPath id='c'/><g clip-path='url(#c)'/>",
		"<clipPath id=\"f1-c\"></clipPath><g clip-path=\"url(#f1-c)\"></g>", 0);
}

static void the_size_is_the_pages(void **state)
{
	(void)state;
	assert_int_equal(inline_text("<?xml version='1.0'?>\n<!DOCTYPE svg>\n"
				     "<svg viewBox='-1,0 8.5 4' width='3' onload='x()'>"
				     "</svg>\n"), 0);
	assert_non_null(strstr(out, "viewBox=\"-1 0 8.5 4\""));
	assert_null(strstr(out, "onload"));
	assert_null(strstr(out, "width"));
}

static void scripts_stay_outside(void **state)
{
	(void)state;
	becomes("<script>alert(1)</script>", "", 1);
	becomes("<script><![CDATA[a<b]]></script><g/>", "<g></g>", 1);
	becomes("<g onclick='x()' onload=\"y()\"/>", "<g></g>", 2);
	becomes("<a href='javascript:x()'><g/></a>", "", 1);
	becomes("<style>* { fill: url(http://e/) }</style>", "", 1);
	becomes("<foreignObject><div><script>x</script></div></foreignObject><g/>",
		"<g></g>", 1);
	becomes("<animate attributeName='href' to='javascript:x()'/><set/>", "", 2);
	becomes("<svg:script>x</svg:script>", "", 1);
	becomes("<SCRIPT>x</SCRIPT>", "", 1);
	becomes("<g><iframe src='http://e/'/><svg onload='x()'/></g>", "<g></g>", 2);
	/* text that looks like markup is text */
	becomes("<text>&lt;script&gt;</text>", "<text>&lt;script&gt;</text>", 0);
	becomes("<text font-family='x&quot; onload=&quot;y()'>t</text>",
		"<text font-family=\"x&quot; onload=&quot;y()\">t</text>", 0);
}

static void nothing_is_fetched(void **state)
{
	(void)state;
	becomes("<image href='http://e/x.png'/>", "<image></image>", 1);
	becomes("<image href='data:image/svg+xml;base64,AAAA'/>", "<image></image>", 1);
	becomes("<image href='data:image/png;base64,\"&gt;'/>", "<image></image>", 1);
	becomes("<use href='http://e/#a'/><use href='#none'/>", "<use></use><use></use>", 2);
	becomes("<g fill='url(http://e/)' stroke='url( #c )' mask='URL(//e)'/>", "<g></g>", 3);
	becomes("<g style='fill: u\\72l(//e)'/><g style='@import x'/>", "<g></g><g></g>", 2);
	becomes("<g fill='url(#a)b)'/>", "<g></g>", 1);
}

static void small_files_stay_small(void **state)
{
	(void)state;
	/* names of names of names, each twice: not among definitions */
	becomes("<defs><g id='a'/><g id='b'><use href='#a'/><use href='#a'/></g></defs>",
		"<defs><g id=\"f1-a\"></g><g id=\"f1-b\"></g></defs>", 2);
	/* nor outside: there nothing can be named */
	becomes("<g id='a'/><g id='b'><use href='#a'/></g>",
		"<g id=\"f1-a\"></g><g id=\"f1-b\"><use></use></g>", 1);
	becomes("<pattern id='p'><rect fill='url(#p)'/></pattern>",
		"<pattern id=\"f1-p\"><rect></rect></pattern>", 1);
	becomes("<defs><use id='a' href='#a'/></defs>",
		"<defs><use id=\"f1-a\"></use></defs>", 1);
	assert_int_equal(inline_text(ROOT "<defs><g id='a'/><g id='a'/></defs></svg>"),
			 -EBADMSG);
}

static void what_is_no_drawing_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "text", "<html/>", "<svg/>", "<svg viewBox='0 0 0 1'/>",
		"<svg viewBox='0 0 nan 1'/>", ROOT, ROOT "</g>", ROOT "<g></svg>",
		ROOT "</svg><svg/>", ROOT "</svg>x", ROOT "&nbsp;</svg>", ROOT "&#0;</svg>",
		ROOT "&#x110000;</svg>", ROOT "&#xx;</svg>", ROOT "&lt</svg>",
		ROOT "<g a='1' a='2'/></svg>", ROOT "<g a=1/></svg>", ROOT "<g a='<'/></svg>",
		ROOT "<g a='1/></svg>", ROOT "<g a/></svg>", ROOT "<!-- </svg>",
		ROOT "<![CDATA[ </svg>", ROOT "< g/></svg>", ROOT "<g/", ROOT "<g",
		"<!DOCTYPE svg [<!ENTITY a 'b'>]>" ROOT "</svg>", ROOT "<!DOCTYPE g></svg>",
		"<![CDATA[x]]>" ROOT "</svg>", "<?xml",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (inline_text(bad[i]) != -EBADMSG)
			fail_msg("not refused: %s", bad[i]);
		assert_non_null(strstr(err.text, path));
		assert_null(strchr(err.text, '\n'));
	}
	assert_int_equal(inline_bytes(ROOT "\0</svg>", sizeof(ROOT "\0</svg>") - 1),
			 -EBADMSG);
	assert_int_equal(svg_inline("/nowhere/x.svg", "f", "", stdout, &dropped, &err),
			 -ENOENT);
}

static void too_much_is_refused(void **state)
{
	char *text = malloc(XML_MAX_BYTES + 100), *at = text;
	int i;

	(void)state;
	at += sprintf(at, ROOT);
	for (i = 0; i < 100; i++)
		at += sprintf(at, "<g>");
	assert_int_equal(inline_text(text), -EBADMSG);
	assert_non_null(strstr(err.text, "64 deep"));
	at = text + sprintf(text, ROOT "<g");
	for (i = 0; i < 100; i++)
		at += sprintf(at, " a%d=''", i);
	assert_int_equal(inline_text(text), -EBADMSG);
	assert_non_null(strstr(err.text, "64 attributes"));
	memset(text, ' ', XML_MAX_BYTES + 1);
	assert_int_equal(inline_bytes(text, XML_MAX_BYTES + 1), -EBADMSG);
	assert_non_null(strstr(err.text, "8 MiB"));
	free(text);
}

/* Whatever is cut off or changed in a byte: refused, or still without a script. */
static void no_damage_brings_a_script(void **state)
{
	static const char whole[] = ROOT "<defs><path id='p' d='M0'/></defs><g fill='red'>"
		"<use xlink:href='#p'/><text>&lt;script&gt; a</text><script>x</script></g></svg>";
	char text[sizeof(whole)];
	size_t i;
	int c;

	(void)state;
	for (i = 0; i < sizeof(whole) - 1; i++) {
		assert_int_equal(inline_bytes(whole, i), -EBADMSG);
		for (c = (int)i % 29 + 1; c < 256; c += 29) {
			memcpy(text, whole, sizeof(whole));
			text[i] = (char)c;
			if (inline_text(text))
				continue;
			assert_null(strstr(out, "<script"));
			assert_null(strstr(out, " on"));
		}
	}
}

static int begin(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	close(fd);
	return fd < 0;
}

static int end(void **state)
{
	(void)state;
	free(out);
	return remove(path);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_draws_is_there),
		cmocka_unit_test(names_are_its_own),
		cmocka_unit_test(the_size_is_the_pages),
		cmocka_unit_test(scripts_stay_outside),
		cmocka_unit_test(nothing_is_fetched),
		cmocka_unit_test(small_files_stay_small),
		cmocka_unit_test(what_is_no_drawing_is_refused),
		cmocka_unit_test(too_much_is_refused),
		cmocka_unit_test(no_damage_brings_a_script),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
