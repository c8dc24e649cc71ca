// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * front.c - from traces to streams of operations
 *
 *	block --> event --> some of its pages --> page-cache model, for page
 *	references --> operations --> what gets must find --> dealt to threads
 *
 * The pages of an event go through each of these steps BATCH at a time: what they
 * have in common is looked at once, and what lies between two steps stays in the
 * first-level cache.
 *
 * Admission (admission.h) is asked on the way to what gets must find.  A put that it
 * turns away becomes a flush, since an older copy of the page must not stay behind.
 * Where one page cache stands before a pool there is none: a page that leaves it was
 * got, which takes it out, or flushed since its last put.  Then the flush is not made.
 *
 * Each client has a page cache of its own.  Nothing here depends on tmem's answers,
 * so all of it can be done before the replay's clock starts.
 */
#include "front.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

#define NO_CLIENT	UINT16_MAX
#define NO_OBJECT	UINT32_MAX
#define BATCH		64U	/* pages */

static int fail(struct front *front, int code, const char *what)
{
	front->error.code = code;
	snprintf(front->error.text, sizeof(front->error.text), "%s", what);
	return code;
}

static int no_memory(struct front *front)
{
	return fail(front, -ENOMEM, "no memory for the replay; try fewer "
		    "events (--max-events) or streaming (--stream)");
}

/* ---- clients and pools ---- */

/* The number of a client of the current trace, dense over all traces. */
static int client_number(struct front *front, u32 trace, u32 client)
{
	u64 name = (u64)trace << 32 | client;
	u64 *names;
	u32 i;

	for (i = front->nr_clients; i > 0; i--)
		if (front->client_names[i - 1] == name)
			return (int)(i - 1);
	if (front->nr_clients == NO_CLIENT)
		return fail(front, -EINVAL, "more than 65,534 clients");
	names = realloc(front->client_names,
			(front->nr_clients + 1) * sizeof(*names));
	if (!names)
		return no_memory(front);
	names[front->nr_clients] = name;
	front->client_names = names;
	WRITE_ONCE(front->nr_clients, front->nr_clients + 1);
	return (int)front->nr_clients - 1;
}

static int add_pools(struct front *front, u32 trace)
{
	const struct trace_info *info =
		trace_reader_info(front->config.traces[trace]);
	struct replay_pool *pools;
	u32 i;

	pools = realloc(front->pools, (front->nr_pools + info->nr_pools + 1) *
			sizeof(*pools));
	if (!pools)
		return no_memory(front);
	front->pools = pools;
	for (i = 0; i < info->nr_pools; i++) {
		int client = client_number(front, trace,
					   info->pools[i].client);

		if (client < 0)
			return client;
		pools[front->nr_pools++] = (struct replay_pool){
			.client = (u32)client,
			.flags = info->pools[i].flags,
			.trace = trace,
			.number = i,
		};
	}
	return 0;
}

static int init_admission(struct front *front)
{
	const struct front_config *config = &front->config;
	const struct admission_ops *ops = config->admission.ops;
	u32 t;

	if (!ops)
		return 0;
	for (t = 0; ops->wants_activity && t < config->nr_traces; t++)
		if (trace_reader_info(config->traces[t])->kind != TRACE_REFERENCES)
			return fail(front, -EINVAL, "admission by workingset wants "
				    "traces of page references: recorded puts do "
				    "not tell it; use ghost or random");
	if (ops->wants_activity && !config->page_cache.pages)
		return fail(front, -EINVAL, "admission by workingset wants a page "
			    "cache (--page-cache): without one no page is active");
	front->config.page_cache.activity = ops->wants_activity;
	if (ops->create) {
		front->admission = ops->create(config->admission.value,
					       config->admission.seed);
		if (!front->admission)
			return fail(front, -ENOMEM, "no memory for what admission "
				    "remembers; choose a smaller window");
	}
	front->admit = ops->admit;
	return 0;
}

int front_init(struct front *front, const struct front_config *config)
{
	u32 t;
	int ret;

	memset(front, 0, sizeof(*front));
	front->config = *config;
	front->next_step = config->next_step;
	ret = deal_init(&front->deal, config->order, config->threads,
			config->tag != TAG_NONE, config->queue_limit);
	if (ret)
		return no_memory(front);
	front->clients = malloc((NO_CLIENT + 1) * sizeof(*front->clients));
	front->caches = calloc(NO_CLIENT + 1, sizeof(*front->caches));
	if (config->verify)
		front->expect = expect_create();
	if (objects_init(&front->objects) || !front->clients ||
	    !front->caches || (config->verify && !front->expect))
		return no_memory(front);
	for (t = 0; t < config->nr_traces; t++) {
		const struct trace_info *info =
			trace_reader_info(config->traces[t]);

		front->nr_events += info->nr_events;
		ret = add_pools(front, t);
		if (ret)
			return ret;
	}
	return init_admission(front);
}

void front_exit(struct front *front)
{
	u32 i;

	deal_exit(&front->deal);
	objects_exit(&front->objects);
	expect_destroy(front->expect);
	if (front->admission)
		front->config.admission.ops->destroy(front->admission);
	if (front->caches)
		for (i = 0; i < NO_CLIENT; i++)
			if (front->caches[i])
				pagecache_destroy(front->caches[i]);
	free(front->caches);
	free(front->clients);
	free(front->client_names);
	free(front->pools);
	memset(front, 0, sizeof(*front));
}

/* ---- operations ---- */

/* Where an event is: what its operations share. */
struct place {
	u64 time;
	u64 tag;
	u32 cpu;
	u16 client;
};

static int deal(struct front *front, const struct place *place,
		const struct op *ops, u32 nr)
{
	int ret = deal_ops(&front->deal, ops, nr, place->tag, place->cpu);

	return ret == -ENOMEM ? no_memory(front) : ret;
}

/* Keep track of an operation, and fill in what it must find. */
static int expect_op(struct front *front, struct op *op)
{
	struct expect *expect = front->expect;
	u32 pool = object_at(&front->objects, op->object)->pool;

	switch (op->kind) {
	case OP_PUT:
		return expect_put(expect, op->object, op->index, op->arg);
	case OP_GET:
		op->arg = expect_get(expect, op->object, op->index,
				     !front->pools[pool].flags);
		break;
	case OP_FLUSH:
		expect_flush(expect, op->object, op->index, op->index);
		break;
	case OP_FLUSH_RANGE:
		expect_flush(expect, op->object, op->index, op->arg);
		break;
	}
	return 0;
}

static struct replay_pool *pool_of(struct front *front, u32 object)
{
	return &front->pools[object_at(&front->objects, object)->pool];
}

/* Puts that admission turns away become flushes. */
static void admit(struct front *front, struct op *ops, u32 nr)
{
	struct op *op;

	for (op = ops; op < ops + nr; op++) {
		if (op->kind != OP_PUT || pool_of(front, op->object)->flags ||
		    front->admit(front->admission, op))
			continue;
		op->kind = OP_FLUSH;
		op->flags = OP_NOT_ADMITTED;
		op->arg = 0;
		front->not_admitted++;
	}
}

/* Leave out those of them that can find nothing; returns how many are left. */
static u32 leave_out(struct front *front, struct op *ops, u32 nr)
{
	u32 i, left = 0;

	for (i = 0; i < nr; i++) {
		u32 cache;

		if (ops[i].flags & OP_NOT_ADMITTED) {
			cache = pool_of(front, ops[i].object)->cache;
			if (cache && cache != MANY_CACHES)
				continue;
		}
		ops[left++] = ops[i];
	}
	return left;
}

/* Deal operations that are complete but for what gets must find. */
static int deal_checked(struct front *front, const struct place *place,
			struct op *ops, u32 nr)
{
	u32 i;

	if (front->admit)
		admit(front, ops, nr);
	for (i = 0; front->expect && i < nr; i++)
		if (expect_op(front, &ops[i]))
			return no_memory(front);
	if (front->admit)
		nr = leave_out(front, ops, nr);
	return deal(front, place, ops, nr);
}

/* After puts were numbered: @before, unless numbers ran out, was not more. */
static int check_versions(struct front *front, u32 before)
{
	return front->nr_versions >= before ? 0 :
		fail(front, -EINVAL, "more than 4 billion puts: "
		     "use --max-events");
}

/* A flush of @count pages from @index on; 0: to the end of the object. */
static int deal_flush(struct front *front, const struct place *place,
		      u32 object, u32 index, u32 count)
{
	struct op op = { .object = object, .index = index, .kind = OP_FLUSH,
			 .client = place->client };

	if (count != 1) {
		op.kind = OP_FLUSH_RANGE;
		op.arg = count ? index + (count - 1) : UINT32_MAX;
	}
	return deal_checked(front, place, &op, 1);
}

/* Puts or gets of @count pages, BATCH or less. */
static int deal_pages(struct front *front, const struct place *place,
		      enum op_kind kind, u32 object, u32 index, u32 count)
{
	u32 before = front->nr_versions, i;
	struct op ops[BATCH];
	int ret;

	for (i = 0; i < count; i++)
		ops[i] = (struct op){
			.object = object, .index = index + i,
			.arg = kind == OP_PUT ? ++front->nr_versions : 0,
			.client = place->client, .kind = (u8)kind,
		};
	ret = check_versions(front, before);
	return ret ? ret : deal_checked(front, place, ops, count);
}

static int operation(struct front *front, const struct place *place,
		     const struct trace_event *event, u32 object)
{
	enum op_kind kind = event->op == TRACE_PUT ? OP_PUT : OP_GET;
	u32 i, nr;
	int ret = 0;

	switch (event->op) {
	case TRACE_PUT:
	case TRACE_GET:
		for (i = 0; !ret && i < event->count; i += nr) {
			nr = min(event->count - i, BATCH);
			ret = deal_pages(front, place, kind, object,
					 event->index + i, nr);
		}
		return ret;
	case TRACE_FLUSH:
		return deal_flush(front, place, object, event->index,
				  event->count);
	default:
		return deal_flush(front, place, object, 0, 0);
	}
}

/* ---- page references ---- */

static struct pagecache *client_cache(struct front *front, u16 client)
{
	if (!front->caches[client])
		front->caches[client] =
			pagecache_create(&front->config.page_cache);
	return front->caches[client];
}

/* What the model wants done, each with one page. */
static int deal_cache_ops(struct front *front, const struct place *place,
			  const struct pagecache_op *out, u32 nr)
{
	static const u8 kinds[] = {
		[PAGECACHE_GET] = OP_GET,
		[PAGECACHE_PUT] = OP_PUT,
		[PAGECACHE_FLUSH] = OP_FLUSH,
	};
	u32 before = front->nr_versions, version = before, i;
	struct op buffer[BATCH * PAGECACHE_MAX_OPS];
	struct op *ops = deal_room(&front->deal, nr), *op;
	int ret;

	if (!ops)
		ops = buffer;
	for (i = 0, op = ops; i < nr; i++, op++) {
		bool put = out[i].op == PAGECACHE_PUT;

		version += put;
		op->object = out[i].object;
		op->index = out[i].index;
		op->arg = put ? version : 0;
		op->client = place->client;
		op->kind = kinds[out[i].op];
		op->flags = out[i].flags ? OP_WAS_ACTIVE : 0;
	}
	front->nr_versions = version;
	ret = check_versions(front, before);
	return ret ? ret : deal_checked(front, place, ops, nr);
}

static int discard(struct front *front, const struct place *place,
		   struct pagecache *cache, const struct trace_event *event,
		   u32 object)
{
	struct pagecache_op out[PAGECACHE_MAX_OPS];
	unsigned int nr = pagecache_discard(cache, object, event->index,
					    event->count, out), i;
	int ret = 0;

	for (i = 0; !ret && i < nr; i++)
		ret = deal_flush(front, place, out[i].object, out[i].index,
				 out[i].count);
	return ret;
}

static int reference(struct front *front, const struct place *place,
		     const struct trace_event *event, u32 object)
{
	struct pagecache *cache = client_cache(front, place->client);
	struct pagecache_op out[BATCH * PAGECACHE_MAX_OPS];
	struct replay_pool *pool;
	u32 i, pages, nr;
	int ret = 0;

	if (!cache)
		return no_memory(front);
	front->references = true;
	pool = pool_of(front, object);
	if (pool->cache != place->client + 1U)
		pool->cache = pool->cache ? MANY_CACHES : place->client + 1U;
	if (event->op == TRACE_DISCARD)
		return discard(front, place, cache, event, object);
	for (i = 0; !ret && i < event->count; i += pages) {
		u32 index = event->index + i;

		pages = min(event->count - i, BATCH);
		nr = event->op == TRACE_READ ?
			pagecache_read_pages(cache, object, index, pages, out) :
			pagecache_write_pages(cache, object, index, pages, out);
		ret = deal_cache_ops(front, place, out, nr);
	}
	return ret;
}

/* ---- events ---- */

/* The budget changes that are due before this time. */
static int due_steps(struct front *front, const struct place *place)
{
	const struct front_config *c = &front->config;
	struct op op = { .kind = OP_BUDGET, .client = place->client };
	int ret = 0;

	while (!ret && front->next_step < c->nr_steps &&
	       c->schedule[front->next_step].time <= place->time) {
		op.arg = front->next_step++;
		ret = deal(front, place, &op, 1);
	}
	return ret;
}

static int event_client(struct front *front, u32 trace, u32 client)
{
	int number;

	if (front->clients[client] != NO_CLIENT)
		return front->clients[client];
	number = client_number(front, trace, client);
	if (number >= 0)
		front->clients[client] = (u16)number;
	return number;
}

static u64 tag_of(const struct front *front, const struct trace_event *event)
{
	switch (front->config.tag) {
	case TAG_EVENT:
		return front->events;
	case TAG_SIZE:
		return event->size;
	default:
		return event->time;
	}
}

static int one_event(struct front *front, u32 trace,
		     const struct trace_event *event, u32 object)
{
	struct place place = { .time = event->time, .tag = tag_of(front, event),
			       .cpu = event->cpu };
	int client = event_client(front, trace, event->client);
	int ret;

	if (client < 0)
		return client;
	place.client = (u16)client;
	if (front->next_step < front->config.nr_steps) {
		ret = due_steps(front, &place);
		if (ret)
			return ret;
	}
	if (event->op <= TRACE_FLUSH_OBJECT)
		return operation(front, &place, event, object);
	return reference(front, &place, event, object);
}

/*
 * An object of a block belongs, nearly always, to one pool: remember the last one
 * seen with each.
 */
struct names {
	u32 *object;		/* by the block's number: ours */
	u32 *pool;		/* which it was looked up with */
	u32 room;
};

static int names_reset(struct names *names, u32 nr)
{
	u32 i;

	if (nr > names->room) {
		free(names->object);
		free(names->pool);
		names->room = nr;
		names->object = malloc(nr * sizeof(*names->object));
		names->pool = malloc(nr * sizeof(*names->pool));
		if (!names->object || !names->pool)
			return -ENOMEM;
	}
	for (i = 0; i < nr; i++)
		names->pool[i] = UINT32_MAX;
	return 0;
}

static u32 name_object(struct front *front, struct names *names,
		       const struct trace_block *block,
		       const struct trace_event *event)
{
	u32 pool = front->first_pool + event->pool;
	u32 n = event->object;

	if (names->pool[n] != pool) {
		struct tmem_oid oid;

		memcpy(&oid, &block->objects[n], sizeof(oid));
		names->object[n] = objects_number(&front->objects, pool, &oid);
		names->pool[n] = pool;
	}
	return names->object[n];
}

static bool enough(const struct front *front)
{
	return READ_ONCE(front->stop) || (front->config.max_events &&
		front->events >= front->config.max_events);
}

static int one_block(struct front *front, u32 trace, struct names *names,
		     const struct trace_block *block)
{
	u32 i, object;
	int ret;

	if (names_reset(names, block->nr_objects))
		return no_memory(front);
	for (i = 0; i < block->nr_events && !enough(front); i++) {
		object = name_object(front, names, block, &block->events[i]);
		if (object == NO_OBJECT)
			return no_memory(front);
		ret = one_event(front, trace, &block->events[i], object);
		if (ret)
			return ret;
		WRITE_ONCE(front->events, front->events + 1);
	}
	return 0;
}

static int one_trace(struct front *front, u32 trace)
{
	struct trace_reader *reader = front->config.traces[trace];
	const struct trace_info *info = trace_reader_info(reader);
	struct trace_block block = { };
	struct names names = { };
	u64 n;
	int ret = 0;

	memset(front->clients, 0xff, (NO_CLIENT + 1) * sizeof(u16));
	for (n = 0; n < info->nr_blocks && !ret && !enough(front); n++) {
		ret = trace_read_block(reader, n, &block, &front->error);
		if (!ret)
			ret = one_block(front, trace, &names, &block);
	}
	trace_block_free(&block);
	free(names.object);
	free(names.pool);
	front->first_pool += info->nr_pools;
	return ret;
}

static void sum_caches(struct front *front)
{
	u32 i;

	memset(&front->cache, 0, sizeof(front->cache));
	for (i = 0; i < front->nr_clients; i++)
		if (front->caches[i])
			pagecache_counters_add(&front->cache, front->caches[i]);
}

int front_run(struct front *front)
{
	u64 begin = clock_system_ns(), cpu_begin = clock_thread_ns();
	int ret = 0, end;
	u32 t;

	front->first_pool = 0;
	for (t = 0; t < front->config.nr_traces && !ret; t++)
		ret = one_trace(front, t);
	sum_caches(front);
	end = deal_end(&front->deal);
	if (!ret && end)
		ret = end == -ENOMEM ? no_memory(front) : end;
	front->ns = clock_system_ns() - begin;
	front->cpu_ns = clock_thread_ns() - cpu_begin;
	return ret == -ECANCELED ? 0 : ret;
}
