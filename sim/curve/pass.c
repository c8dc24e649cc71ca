// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pass.c - one pass over a stream of operations, and the curves that come of it
 */
#include "pass.h"

#include <string.h>

#define FAR	16	/* operations ahead: see look_ahead(); a power of two */
#define NEAR	8

int pass_init(struct pass *pass, const struct pass_config *config)
{
	u32 i;

	memset(pass, 0, sizeof(*pass));
	pass->config = *config;
	pass->nr_stacks = config->sample > 1 ? PASS_SALTS : 1;
	pass->threshold = config->sample > 1 ? UINT64_MAX / config->sample : 0;
	for (i = 0; i < pass->nr_stacks; i++) {
		if (stack_init(&pass->stacks[i].stack, STACK_ROOM))
			return -ENOMEM;
		pass->stacks[i].stack.top = config->top;
		pass->stacks[i].salt = (i + 1) * 0x9e3779b97f4a7c15ULL;
	}
	if (config->bytes && bytestack_init(&pass->bytestack, STACK_ROOM))
		return -ENOMEM;
	return config->optimum ? optimum_init(&pass->best) : 0;
}

void pass_exit(struct pass *pass)
{
	u32 i;

	for (i = 0; i < pass->nr_stacks; i++) {
		stack_exit(&pass->stacks[i].stack);
		depths_exit(&pass->stacks[i].depths);
	}
	bytestack_exit(&pass->bytestack);
	depths_exit(&pass->byte_depths);
	if (pass->config.optimum)
		optimum_exit(&pass->best);
	memset(pass, 0, sizeof(*pass));
}

/* ---- operations ---- */

static bool sampled(const struct pass *pass, const struct pass_stack *s,
		    const struct op *op)
{
	u64 h = handle_hash(op->object, op->index) ^ s->salt;

	/* the hash is a bijection: another mix, or salts would pick complements */
	h = (h ^ h >> 29) * 0xbf58476d1ce4e5b9ULL;
	h = (h ^ h >> 32) * 0x94d049bb133111ebULL;
	return (h ^ h >> 31) < pass->threshold;
}

static int stack_op(struct pass *pass, struct pass_stack *s, const struct op *op)
{
	u32 depth;

	if (pass->threshold && op->kind != OP_FLUSH_RANGE && !sampled(pass, s, op))
		return 0;
	switch (op->kind) {
	case OP_PUT:
		return stack_put(&s->stack, op->object, op->index);
	case OP_GET:
		s->depths.gets++;
		depth = stack_get(&s->stack, op->object, op->index);
		return depth == STACK_MISS ? 0 : depths_add(&s->depths, depth);
	case OP_FLUSH:
		stack_flush(&s->stack, op->object, op->index, op->index);
		return 0;
	default:
		stack_flush(&s->stack, op->object, op->index, op->arg);
		return 0;
	}
}

static int optimum_op(struct optimum *best, const struct op *op)
{
	switch (op->kind) {
	case OP_PUT:
		return optimum_put(best, op->object, op->index);
	case OP_GET:
		return optimum_get(best, op->object, op->index);
	case OP_FLUSH:
		optimum_flush(best, op->object, op->index, op->index);
		return 0;
	default:
		optimum_flush(best, op->object, op->index, op->arg);
		return 0;
	}
}

static int bytes_op(struct pass *pass, const struct op *op, u64 size)
{
	struct bytestack *stack = &pass->bytestack;
	u64 depth;

	if (op->kind == OP_PUT || op->flags & OP_NOT_ADMITTED) {
		pass->sized += size != 0;
		pass->unsized += !size;
	}
	switch (op->kind) {
	case OP_PUT:
		if (!size || size > PAGE_SIZE)
			size = PAGE_SIZE;
		return bytestack_put(stack, op->object, op->index, (u32)size);
	case OP_GET:
		depth = bytestack_get(stack, op->object, op->index);
		/* the least page frames with so many bytes, less one */
		return depth ? depths_add(&pass->byte_depths,
					  (u32)((depth - 1) / PAGE_SIZE)) : 0;
	case OP_FLUSH:
		bytestack_flush(stack, op->object, op->index, op->index);
		return 0;
	default:
		bytestack_flush(stack, op->object, op->index, op->arg);
		return 0;
	}
}

/* Whether it is of a pool that belongs in the curve; else it is counted. */
static bool belongs(struct pass *pass, const struct front *front, const struct op *op)
{
	u32 flags = front->pools[object_at(&front->objects, op->object)->pool].flags;

	if (likely(!flags))
		return true;
	if (flags & TMEM_POOL_PERSISTENT)
		pass->left_persistent++;
	else
		pass->left_shared++;
	return false;
}

/*
 * A page's number lies far away in memory, and so does what is known of its slot: ask
 * for the one, and soon after for the other, while earlier operations are done.
 */
static void look_ahead(struct pass *pass, const struct op *op, const struct op *end,
		       const u32 **slots)
{
	struct stack *stack = &pass->stacks[0].stack;
	u32 left = (u32)(end - op);

	if (left > NEAR)
		stack_near(stack, slots[(left - NEAR) % FAR]);
	if (left > FAR)
		slots[left % FAR] = stack_far(stack, op[FAR].object, op[FAR].index);
}

/*
 * A get that is followed by a put of the same page: what a reference becomes where
 * there is no page cache.
 */
static bool is_touch(const struct op *op, const struct op *end)
{
	return op->kind == OP_GET && op + 1 < end && op[1].kind == OP_PUT &&
		op[1].index == op->index && op[1].object == op->object;
}

static int touch(struct pass *pass, const struct op *op)
{
	struct pass_stack *s = &pass->stacks[0];
	u32 depth;
	int ret = stack_touch(&s->stack, op->object, op->index, &depth);

	pass->puts++;
	pass->gets++;
	s->depths.gets++;
	return ret || depth == STACK_MISS ? ret : depths_add(&s->depths, depth);
}

int pass_ops(struct pass *pass, const struct front *front, const struct op *ops,
	     const u64 *sizes, u32 nr)
{
	const struct op *op, *end = ops + nr;
	bool plain = !pass->threshold && !pass->config.optimum && !pass->config.bytes;
	const u32 *slots[FAR] = { };	/* of the operations ahead, by what is left */
	int ret = 0;
	u32 i;

	for (op = ops; !ret && op < end; op++) {
		if (!pass->threshold)
			look_ahead(pass, op, end, slots);
		if (op->kind > OP_FLUSH_RANGE || !belongs(pass, front, op))
			continue;
		if (plain && is_touch(op, end)) {
			ret = touch(pass, op++);
			continue;
		}
		pass->puts += op->kind == OP_PUT;
		pass->gets += op->kind == OP_GET;
		pass->flushes += op->kind >= OP_FLUSH &&
			!(op->flags & OP_NOT_ADMITTED);
		for (i = 0; !ret && i < pass->nr_stacks; i++)
			ret = stack_op(pass, &pass->stacks[i], op);
		if (!ret && pass->config.optimum)
			ret = optimum_op(&pass->best, op);
		if (!ret && pass->config.bytes)
			ret = bytes_op(pass, op, sizes[op - ops]);
	}
	return ret;
}

/* From references to what the page cache leaves of them: see pass.h. */
static void take_off_top(struct pass *pass)
{
	const struct pass_stack *s = &pass->stacks[0];

	pass->top_hits = depths_hits(&s->depths, pass->config.top);
	pass->gets -= pass->top_hits;
	pass->puts = pass->gets - s->stack.flushed_top -
		stack_live(&s->stack, pass->config.top);
}

int pass_end(struct pass *pass)
{
	u32 i;

	for (i = 0; i < pass->nr_stacks; i++)
		depths_sum(&pass->stacks[i].depths);
	depths_sum(&pass->byte_depths);
	if (pass->config.top)
		take_off_top(pass);
	for (i = 0; i < pass->nr_stacks; i++)
		stack_exit(&pass->stacks[i].stack);
	bytestack_exit(&pass->bytestack);
	return pass->config.optimum ? optimum_end(&pass->best) : 0;
}

/* ---- results ---- */

/* Hits of a cache of so many pages, as one salt's pages tell. */
static u64 estimate(const struct pass *pass, const struct pass_stack *s, u64 pages)
{
	u64 rate = pass->config.sample, few = pages / rate;
	double low = (double)depths_hits(&s->depths, few);
	double high = (double)depths_hits(&s->depths, few + 1);
	double part = (double)(pages % rate) / (double)rate;
	double hits = (low + (high - low) * part) * (double)rate;

	/* sampled gets that are missing or too many: hits of the smallest cache */
	hits += (double)pass->gets - (double)(s->depths.gets * rate);
	return hits < 0 ? 0 : hits > (double)pass->gets ? pass->gets :
		(u64)(hits + 0.5);
}

void pass_at(const struct pass *pass, u64 pages, struct pass_point *out)
{
	u64 sum = 0, hits;
	u32 i;

	*out = (struct pass_point){ .pages = pages, .low = UINT64_MAX };
	if (pass->config.sample <= 1) {
		out->hits = depths_hits(&pass->stacks[0].depths,
					pages + pass->config.top) - pass->top_hits;
		out->low = out->high = out->hits;
		return;
	}
	for (i = 0; i < pass->nr_stacks; i++) {
		hits = estimate(pass, &pass->stacks[i], pages);
		sum += hits;
		out->low = min(out->low, hits);
		out->high = max(out->high, hits);
	}
	out->hits = sum / pass->nr_stacks;
}

void pass_bytes_at(const struct pass *pass, u64 pages, struct pass_point *out)
{
	u64 hits = depths_hits(&pass->byte_depths, pages);

	*out = (struct pass_point){ .pages = pages, .hits = hits, .low = hits,
				    .high = hits };
}

void pass_optimum_at(struct pass *pass, u64 pages, struct pass_point *out)
{
	u64 hits = optimum_hits(&pass->best, pages);

	*out = (struct pass_point){ .pages = pages, .hits = hits, .low = hits,
				    .high = hits };
}

u64 pass_enough(const struct pass *pass)
{
	u64 enough = 0;
	u32 i;

	for (i = 0; i < pass->nr_stacks; i++)
		enough = max(enough, pass->stacks[i].depths.end);
	if (pass->config.top)
		return enough > pass->config.top ? enough - pass->config.top : 0;
	return enough * (pass->config.sample > 1 ? pass->config.sample : 1);
}

u64 pass_sampled(const struct pass *pass)
{
	u64 gets = 0;
	u32 i;

	for (i = 0; i < pass->nr_stacks; i++)
		gets += pass->stacks[i].depths.gets;
	return gets;
}
