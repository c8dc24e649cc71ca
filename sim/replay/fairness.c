// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fairness.c - whether a design serves one thread as well as another
 */
#include "fairness.h"

double thread_rate(const struct thread_work *work)
{
	return work->busy ? (double)work->ops * 1e9 / (double)work->busy : 0;
}

struct fairness fairness_of(const struct thread_work *work, u32 nr)
{
	double sum = 0, squares = 0;
	struct fairness f = { };
	u32 t;

	for (t = 0; t < nr; t++) {
		double rate = thread_rate(&work[t]);

		if (rate <= 0)
			continue;
		if (!f.threads || rate < f.min)
			f.min = rate;
		if (rate > f.max)
			f.max = rate;
		sum += rate;
		squares += rate * rate;
		f.threads++;
	}
	if (f.threads)
		f.index = sum * sum / (f.threads * squares);
	return f;
}

double busy_of(const struct thread_work *work, u32 nr, double seconds)
{
	double busy = 0;
	u32 t;

	for (t = 0; t < nr; t++)
		busy += (double)work[t].busy * 1e-9;
	if (!nr || seconds <= 0)
		return 0;
	/* clocks of threads are read one after another */
	return min(busy / (nr * seconds), 1.0);
}
