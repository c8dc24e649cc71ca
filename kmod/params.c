// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * params.c - the module's parameters: what a session gets that does not say
 *
 * They are read once, when the module is loaded.  A value that makes no sense
 * refuses the load, with a line in the log that names it and says what would do.
 */
#define pr_fmt(fmt) "tmem: " fmt

#include <linux/ctype.h>
#include <linux/kstrtox.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/string.h>

#include "kmod.h"

static char *design = "rcu";
module_param(design, charp, 0444);
MODULE_PARM_DESC(design, "lock design of a pool: hashbucket, hashbucket-fine, objlock or rcu (rcu)");

static unsigned int buckets = 256;
module_param(buckets, uint, 0444);
MODULE_PARM_DESC(buckets, "hash buckets of a pool, a power of two up to 1048576 (256)");

static char *memory = "20%";
module_param(memory, charp, 0444);
MODULE_PARM_DESC(memory, "budget of a session: 64M, 2G, 5000p (page frames) or 20% of the memory (20%)");

struct tmem_kmod_defaults tmem_kmod_defaults;

static int check_design(void)
{
	const struct tmem_index_ops *known;
	unsigned int i;

	tmem_kmod_defaults.design = tmem_design_find(design);
	if (tmem_kmod_defaults.design)
		return 0;
	pr_err("design=%s: there is no such design; there are:\n", design);
	for (i = 0; (known = tmem_design_at(i)); i++)
		pr_err("  %s\n", tmem_design_name(known));
	return -EINVAL;
}

static int check_buckets(void)
{
	tmem_kmod_defaults.buckets = buckets;
	if (is_power_of_2(buckets) && buckets <= TMEM_MAX_BUCKETS)
		return 0;
	pr_err("buckets=%u: must be a power of two from 1 to %u\n", buckets, TMEM_MAX_BUCKETS);
	return -EINVAL;
}

/* What the unit behind the number makes of it, in page frames; 0 for nonsense. */
static u64 frames_of(u64 number, const char *unit)
{
	static const char units[] = "KMGT";
	const char *found;
	unsigned int shift;

	if (!*unit || unit[1])
		return 0;
	if (*unit == 'p')
		return number;
	if (*unit == '%')
		return number <= 100 ? mult_frac((u64)totalram_pages(), number, 100) : 0;
	found = strchr(units, toupper(*unit));
	if (!found)
		return 0;
	shift = 10 * (found - units + 1);
	if (number > TMEM_MAX_BUDGET << PAGE_SHIFT >> shift)
		return 0;
	return number << shift >> PAGE_SHIFT;
}

static int check_memory(void)
{
	size_t len = strspn(memory, "0123456789");
	char digits[24];
	u64 number;

	tmem_kmod_defaults.frames = 0;
	if (len && len < sizeof(digits)) {
		strscpy(digits, memory, len + 1);
		if (!kstrtou64(digits, 10, &number))
			tmem_kmod_defaults.frames = frames_of(number, memory + len);
	}
	if (tmem_budget_valid(tmem_kmod_defaults.frames))
		return 0;
	pr_err("memory=%s: must be a size such as 64M or 2G, page frames such as 5000p, or a part of the memory such as 20%%; at least one page frame\n",
	       memory);
	return -EINVAL;
}

int tmem_params_check(void)
{
	int ret = check_design();

	if (!ret)
		ret = check_buckets();
	if (!ret)
		ret = check_memory();
	return ret;
}
