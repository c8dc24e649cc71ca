// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * admission.c - the policies by name, and the one that admits all
 */
#include "admission.h"

#include <stdio.h>
#include <string.h>

const struct admission_ops admission_all = {
	.name = "all",
};

const struct admission_ops *const admission_policies[] = {
	&admission_all,
	&admission_workingset,
	&admission_ghost,
	&admission_random,
	NULL
};

static const struct admission_ops *find(const char *name, size_t len)
{
	u32 i;

	for (i = 0; admission_policies[i]; i++)
		if (strlen(admission_policies[i]->name) == len &&
		    !strncmp(name, admission_policies[i]->name, len))
			return admission_policies[i];
	return NULL;
}

const char *admission_choose(const char *text, struct admission_choice *choice)
{
	static char wrong[160];
	size_t len = strcspn(text, ":");
	const struct admission_ops *ops = find(text, len);
	const char *why = NULL;

	if (!ops)
		return "no such policy: all, workingset, ghost[:WINDOW] or random[:P]";
	choice->ops = ops;
	choice->value = ops->fallback;
	if (!text[len])
		return NULL;
	if (!ops->parameter) {
		snprintf(wrong, sizeof(wrong), "%s takes no parameter", ops->name);
		return wrong;
	}
	why = ops->parse(text + len + 1, &choice->value);
	if (!why)
		return NULL;
	snprintf(wrong, sizeof(wrong), "%s of %s:%s %s", ops->parameter, ops->name,
		 ops->parameter, why);
	return wrong;
}
