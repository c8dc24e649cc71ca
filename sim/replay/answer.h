/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * answer.h - what came of an operation: counted and, with --verify, checked
 *
 * In the header where each operation of a closed loop comes through.
 */
#ifndef TMEM_SIM_ANSWER_H
#define TMEM_SIM_ANSWER_H

#include "worker.h"

/* A get returned @ret and, if that is 0, @page (NULL: no bytes are kept). */
void answer_check_get(struct worker *worker, const struct op *op, int ret,
		      const void *page);

static inline void answer_put(struct worker *w, const struct op *op, int ret)
{
	struct tally *tally = &w->clients[op->client];

	tally->puts++;
	if (ret)
		return;
	tally->stored++;
	if (w->run->accepted)
		w->run->accepted[op->arg] = 1;
}

static inline void answer_get(struct worker *w, const struct op *op, int ret,
			      const void *page)
{
	struct tally *tally = &w->clients[op->client];

	tally->gets++;
	if (!ret)
		tally->hits++;
	if (w->run->config.verify)
		answer_check_get(w, op, ret, page);
}

static inline void answer_flush(struct worker *w, const struct op *op,
				bool found)
{
	struct tally *tally = &w->clients[op->client];

	if (op->flags & OP_NOT_ADMITTED)
		return;		/* the trace has none here */
	tally->flushes++;
	tally->flushed += found;
}

static inline void tally_delta(struct tally *sum, const struct tally *before,
			       const struct tally *after)
{
	sum->gets += after->gets - before->gets;
	sum->hits += after->hits - before->hits;
	sum->puts += after->puts - before->puts;
	sum->stored += after->stored - before->stored;
	sum->flushes += after->flushes - before->flushes;
	sum->flushed += after->flushed - before->flushed;
}

#endif /* TMEM_SIM_ANSWER_H */
