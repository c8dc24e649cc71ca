/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Put one page, and get it twice: an ephemeral get removes what it finds. */
#include <stdio.h>

#include "tmem.h"

int main(void)
{
	struct tmem_config config = { .budget = 256 };	/* page frames */
	struct tmem_pool_attr attr = {			/* no flag: ephemeral */
		.design = tmem_design_find("rcu"),
		.store = tmem_store_find("lz4"),
		.buckets = 256,
	};
	struct tmem_oid file = { .w = { 2, 3, 5 } };	/* one object: a file */
	char page[PAGE_SIZE] = "Hello, page 7 of the file!", copy[PAGE_SIZE];
	const char *why = "no memory";
	struct tmem *tm;
	int pool, put, get, again;

	if (tmem_init())
		return 1;
	tm = tmem_create(&config, &why);
	if (IS_ERR(tm)) {
		fprintf(stderr, "no instance: %s\n", why);
		return 1;
	}
	pool = tmem_pool_create(tm, &attr, &why);
	if (pool < 0) {
		fprintf(stderr, "no pool: %s\n", why);
		return 1;
	}

	put = tmem_put(tm, pool, &file, 7, page);
	get = tmem_get(tm, pool, &file, 7, copy);
	again = tmem_get(tm, pool, &file, 7, copy);
	printf("put: %d\nget: %d, \"%s\"\nget again: %s\n", put, get,
	       get ? "" : copy, again == -ENOENT ? "-ENOENT" : "a page?");

	tmem_destroy(tm);	/* and its pools */
	tmem_exit();
	return put || get || again != -ENOENT || memcmp(page, copy, PAGE_SIZE);
}
