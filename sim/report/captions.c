// SPDX-License-Identifier: GPL-2.0-or-later
/* captions.c - see captions.h */
#include "captions.h"

#include <string.h>

/* In the order of the page: a figure is known by how its file's name begins. */
static const struct {
	const char *name;
	const char *title;
	const char *text;
} figures[] = {
	{ "hit_ratio", "Hits against memory",
	  "Where a curve turns flat, more memory buys nothing; the gap up to the optimum is "
	  "what a better admission could still win." },
	{ "throughput", "Throughput against threads",
	  "Where a line stops rising, threads wait for one another, or their CPUs for the memory "
	  "that all of them write to. Bars that overlap say that two designs are not "
	  "distinguishable." },
	{ "heatmap", "Buckets and threads",
	  "Go up a column to where the colour stops changing: that table is large enough for "
	  "so many threads." },
	{ "latency_cdf", "Latencies of all operations",
	  "The further left and the steeper, the better; a second step to the right is "
	  "operations that waited." },
	{ "latency", "Latency percentiles",
	  "Each nine to the right is ten times rarer; where a line turns up, rare operations "
	  "wait for locks or for memory." },
	{ "fairness", "Fairness between threads",
	  "The shorter the bar from the slowest thread to the fastest, the fairer the design; "
	  "1 is the same rate for all." },
	{ "sizes", "Sizes of stored pages",
	  "The further left, the more pages fit into the same memory; at the right edge are "
	  "those that do not compress." },
	{ "series", "Over time",
	  "Look for the moments at which hits drop or latency jumps: there the working set "
	  "or the memory changed." },
};

#define NR_FIGURES	(sizeof(figures) / sizeof(*figures))

/* latency_cdf is not latency: the longer name comes first above, and decides. */
unsigned int caption_place(const char *name)
{
	unsigned int i;

	for (i = 0; i < NR_FIGURES; i++)
		if (!strncmp(name, figures[i].name, strlen(figures[i].name)))
			break;
	return i;
}

const char *caption_title(const char *name)
{
	unsigned int i = caption_place(name);

	return i < NR_FIGURES ? figures[i].title : name;
}

const char *caption_text(const char *name)
{
	unsigned int i = caption_place(name);

	return i < NR_FIGURES ? figures[i].text : "";
}
