// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * admission_workingset.c - only pages that were active before they left
 *
 * A page that was touched once and then left is likely part of a scan; one that was
 * touched again while it was cached belonged to the working set, and left because the
 * page cache is too small for that.
 *
 * Source.  D. Magenheimer's patch "mm: implement WasActive page flag (for improving
 * cleancache)", linux-mm, 25 January 2012: a page flag, set where shrink_active_list()
 * deactivates a page and wherever else an active page is put back, and a zcache that
 * ignores cleancache puts of pages without it.  J. Weiner's workingset detection,
 * mm/workingset.c, has such a bit since Linux 4.20, PG_workingset, set in the same place,
 * to tell whether a page that refaults was active before it was evicted.
 *
 * Here the page-cache model remembers it from a page's activation until it leaves.
 * Pages leave from the inactive list only, so one that was ever active has been
 * deactivated: the kernel's bit would be set too.  Not modelled is that zcache also set
 * the flag of a page that its get had found, and that the kernel gives it back to a page
 * that refaults soon: the one would need tmem's answers, the other shadow entries.
 * Of an LRU, without an active list, a page was active if it was hit at least once while
 * cached, which is the touch by which active-inactive activates.
 *
 * Good	against scans, backups and first reads of everything, with no memory but a
 *	bit a cached page.
 * Bad	where the page cache is small against the distance at which pages return: a
 *	page that comes back only after it has left, however often, was never touched
 *	while it was cached.  A loop somewhat larger than the page cache, which tmem
 *	would hold, is turned away whole.
 *
 * Recorded operations do not tell it: a cleancache put carries no such bit.
 */
#include "admission.h"

static bool workingset_admit(void *state, const struct op *put)
{
	(void)state;
	return put->flags & OP_WAS_ACTIVE;
}

const struct admission_ops admission_workingset = {
	.name = "workingset",
	.wants_activity = true,
	.admit = workingset_admit,
};
