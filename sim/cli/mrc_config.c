// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mrc_config.c - the options of "tmem mrc"
 */
#include "mrc_config.h"

#include <stdlib.h>
#include <string.h>

#define MOST_SIZES	4096U

static struct mrc_config *to_config(void *config)
{
	return config;
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static const char *parse_size(void *config, const char *text, uint64_t *pages)
{
	const char *wrong = cli_size(text, pages);

	(void)config;
	*pages /= PAGE_SIZE;
	return wrong || *pages ? wrong : "less than one page (4 KiB)";
}

static const char *add_size(void *config, uint64_t pages)
{
	struct mrc_config *c = to_config(config);

	if (c->nr_sizes == MOST_SIZES)
		return "more than 4,096 sizes";
	c->sizes[c->nr_sizes++] = pages;
	return NULL;
}

static const char *set_sizes(void *config, const char *value)
{
	static const struct cli_list sizes = { .number = parse_size, .add = add_size };
	struct mrc_config *c = to_config(config);
	const char *wrong;
	u32 i, nr = 0;

	if (!c->sizes)
		c->sizes = malloc(MOST_SIZES * sizeof(*c->sizes));
	if (!c->sizes)
		return "no memory";
	c->nr_sizes = 0;
	wrong = cli_list(value, &sizes, c);
	if (wrong)
		return wrong;
	qsort(c->sizes, c->nr_sizes, sizeof(*c->sizes), by_size);
	for (i = 0; i < c->nr_sizes; i++)
		if (!i || c->sizes[i] != c->sizes[nr - 1])
			c->sizes[nr++] = c->sizes[i];
	c->nr_sizes = nr;
	return NULL;
}

static const char *set_admission(void *config, const char *value)
{
	struct mrc_config *c = to_config(config);
	const char *wrong;
	size_t len;

	for (c->nr_policies = 0; ; value += len + 1) {
		struct mrc_policy *policy = &c->policies[c->nr_policies];

		len = strcspn(value, ",");
		/* one place is kept for the optimum's */
		if (c->nr_policies == MRC_MAX_CURVES - 1 || len >= sizeof(policy->name))
			return "not a list of at most 15 policies";
		memcpy(policy->name, value, len);
		policy->name[len] = '\0';
		memcpy(policy->bytes_name, value, len);
		strcpy(policy->bytes_name + len, "-bytes");
		wrong = admission_choose(policy->name, &policy->choice);
		if (wrong)
			return wrong;
		c->nr_policies++;
		if (!value[len])
			return NULL;
	}
}

static CLI_SET_FLAG(set_optimum, struct mrc_config, optimum)
static CLI_SET_FLAG(set_bytes, struct mrc_config, bytes)

static const char *set_sample(void *config, const char *value)
{
	if (strncmp(value, "1/", 2) ||
	    cli_number(value + 2, 2, 1000000, &to_config(config)->sample))
		return "one page in how many? 1/100, from 1/2 to 1/1000000";
	return NULL;
}

const struct cli_option mrc_options_table[] = {
	{ "sizes", "LIST", "of tmem: 64M, 20000p, and ranges, 64M..4G, that double\n"
	  "(64 sizes as far as more memory has more hits)", set_sizes },
	{ "optimum", NULL, "what tmem could have had if it knew the future, too",
	  set_optimum },
	{ "bytes", NULL, "a curve of compressed pages for each policy too, of the sizes\n"
	  "that puts have recorded; approximate: packed without gaps,\n"
	  "as no store does", set_bytes },
	{ "sample", "1/N", "an approximate curve of one page in N, in an Nth of the\n"
	  "memory; with a band", set_sample },
	{ "admission", "LIST", "a curve for each policy: all (default), workingset,\n"
	  "ghost[:WINDOW], random[:P]", set_admission },
	{ "seed", "N", "of --admission random (1)", replay_set_seed },
	PAGE_CACHE_OPTIONS
	{ "json", "FILE", "results, - for standard output", replay_set_json },
	{ "csv", "FILE", "one line a curve and size", replay_set_csv },
	READING_OPTIONS
	{ }
};

void mrc_config_init(struct mrc_config *config)
{
	memset(config, 0, sizeof(*config));
	replay_config_init(&config->replay);
	set_admission(config, "all");
	config->sample = 1;
}

void mrc_config_exit(struct mrc_config *config)
{
	free(config->sizes);
	config->sizes = NULL;
}

const char *mrc_config_check(const struct mrc_config *config)
{
	const char *wrong = replay_config_check(&config->replay);

	if (!wrong && config->bytes && config->sample > 1)
		wrong = "--bytes does not go with --sample; leave one of them out";
	return wrong;
}
