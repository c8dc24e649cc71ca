// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * block.c - block requests become page references; see block.h
 *
 * A request is checked first, so that one that cannot be has no effect at all: it
 * neither starts the clock nor makes a client known.  Then it is counted, and only then
 * asked whether it is wanted: counters tell what the source holds, whatever is imported of
 * it, and the clock starts with the first request of all.
 */
#include <stdio.h>

#include "block.h"

/* ---- who asks, and of what ---- */

static int block_name(struct block *block, struct intern *table,
		      const struct block_word *word, const char *what)
{
	struct import_run *run = block->run;
	int number = intern_number(table, word->text, word->length);

	if (number == -ENOMEM)
		return input_error(run->in, run->err, number, "no memory");
	if (number == -E2BIG)
		return input_error(run->in, run->err, -EBADMSG,
				   "more than %u %s: this is no trace of %s",
				   INTERN_MAX, what, run->report->format);
	return number;
}

static int block_grow_clients(struct block *block, uint32_t nr)
{
	struct block_client *client = realloc(block->client, nr * sizeof(*client));

	if (!client)
		return input_error(block->run->in, block->run->err, -ENOMEM, "no memory");
	memset(client + block->nr_clients, 0, (nr - block->nr_clients) * sizeof(*client));
	block->client = client;
	block->nr_clients = nr;
	return 0;
}

static void block_name_pool(struct block *block)
{
	uint32_t device = block->run->config->swap_device;

	if (block->run->config->swap)
		import_name(block->run, IMPORT_POOL, block->run->nr_pools, "swap on %u,%u",
			    device >> 20, device & 0xfffff);
}

/* The pool of client @number, which is made with the first request that needs it. */
static int block_pool(struct block *block, uint32_t number, uint16_t *pool)
{
	struct block_client *client;
	int rc = 0;

	if (number >= block->nr_clients)
		rc = block_grow_clients(block, 2 * number + 1);
	if (rc)
		return rc;
	client = &block->client[number];
	if (!client->pool) {
		block_name_pool(block);
		rc = import_pool(block->run, number,
				 block->run->config->swap ? TRACE_POOL_PERSISTENT : 0);
		if (rc)
			return rc;
		client->pool = block->run->nr_pools;
	}
	*pool = (uint16_t)(client->pool - 1);
	return 0;
}

#define BLOCK_NUMBER	24U		/* bytes of a device's number */

/* "8,0" or "1", as --device has it. */
static struct block_word block_device_number(const struct block *block,
					     const struct block_request *request,
					     char text[BLOCK_NUMBER])
{
	uint32_t number = (uint32_t)request->device_number;
	int n = block->has & BLOCK_MAJORS ?
		snprintf(text, BLOCK_NUMBER, "%u,%u", number >> 20, number & 0xfffff) :
		snprintf(text, BLOCK_NUMBER, "%u", number);

	return (struct block_word){ text, (size_t)n };
}

/* "1 of hm" where there are clients, so that disk 1 of each is known. */
static void block_name_device(struct block *block, const struct block_request *request,
			      uint64_t device)
{
	const struct block_word *word = &request->device;
	const struct block_word *client = &request->client;
	struct block_word name = *word;
	char number[BLOCK_NUMBER];

	if (!(block->has & BLOCK_DEVICES))
		return;
	if (!name.text)
		name = block_device_number(block, request, number);
	import_name(block->run, IMPORT_DEVICE, device, "%.*s%s%.*s", (int)name.length, name.text,
		    client->text ? " of " : "", (int)client->length, client->text ?: "");
}

/* Count the devices, each of a client's once. */
static int block_see(struct block *block, const struct block_request *request,
		     uint64_t device)
{
	struct import_run *run = block->run;

	if (block->seen.used && device == block->seen_last)
		return 0;
	block->seen_last = device;
	if (idmap_get(&block->seen, device))
		return 0;
	block_name_device(block, request, device);
	if (block->seen.used == INTERN_MAX)
		return input_error(run->in, run->err, -EBADMSG,
				   "more than %u devices: this is no trace of %s",
				   INTERN_MAX, run->report->format);
	if (idmap_set(&block->seen, device, 1))
		return input_error(run->in, run->err, -ENOMEM, "no memory");
	return 0;
}

/* Number client and device of a request. */
static int block_who(struct block *block, const struct block_request *request,
		     uint32_t *client, uint64_t *device)
{
	uint32_t before = block->clients.nr;
	int number = 0;

	if (request->client.text)
		number = block_name(block, &block->clients, &request->client, "clients");
	if (number < 0)
		return number;
	if (block->clients.nr > before)
		import_name(block->run, IMPORT_CLIENT, (uint32_t)number, "%.*s",
			    (int)request->client.length, request->client.text);
	*client = (uint32_t)number;
	*device = request->device_number;
	if (request->device.text) {
		number = block_name(block, &block->devices, &request->device, "devices");
		if (number < 0)
			return number;
		*device = (uint32_t)number;
	}
	*device |= (uint64_t)*client << 32;
	return block_see(block, request, *device);
}

static bool block_wanted_device(struct block *block, const struct block_request *request)
{
	struct block_word name = request->device;
	char number[BLOCK_NUMBER];

	if (!name.text && !(block->has & BLOCK_MAJORS))
		return import_wants_number(block->run, IMPORT_BY_DEVICE,
					   request->device_number);
	if (!name.text)
		name = block_device_number(block, request, number);
	return import_wants_name(block->run, IMPORT_BY_DEVICE, name.text, name.length);
}

static bool block_wanted(struct block *block, const struct block_request *request)
{
	const struct block_word *client = &request->client;

	return import_wants_name(block->run, IMPORT_BY_CLIENT, client->text ?: "",
				 client->length) &&
	       block_wanted_device(block, request) &&
	       import_wants_number(block->run, IMPORT_BY_PID, request->pid);
}

/* ---- swap ---- */

static void block_written(struct block *block, const struct block_request *request)
{
	uint32_t device = (uint32_t)request->device_number;
	struct block_written *written = block->written;
	struct block_written *end = written + block->nr_written;

	while (written < end && written->device != device)
		written++;
	if (written == end) {
		if (block->nr_written == BLOCK_WRITTEN)
			return;
		block->nr_written++;
		written->device = device;
	}
	written->writes++;
	written->by_kswapd += request->by_kswapd;
	written->parts |= request->length & (block->run->page_size - 1);
}

/* Other tasks write what is dirty of files, and kswapd what goes to swap. */
static void block_guess_swap(struct block *block)
{
	struct import_report *report = block->run->report;

	for (uint32_t i = 0; i < block->nr_written; i++) {
		const struct block_written *written = &block->written[i];

		if (written->parts || written->by_kswapd <= written->writes / 2 ||
		    written->by_kswapd <= report->swap_by_kswapd)
			continue;
		report->swap_device = written->device;
		report->swap_writes = written->writes;
		report->swap_by_kswapd = written->by_kswapd;
	}
}

/* What a request of the swap device asks of tmem. */
static enum trace_op swap_op(uint8_t op)
{
	return op == TRACE_READ ? TRACE_GET : op == TRACE_WRITE ? TRACE_PUT : TRACE_FLUSH;
}

/* ---- a request ---- */

/* 1: it can be, and is @nr pages from @first; else what import_skip() says. */
static int block_check(struct block *block, const struct block_request *request,
		       const char *line, uint64_t *first, uint64_t *nr)
{
	struct import_run *run = block->run;
	uint64_t last;

	if (request->length == 0)
		return import_skip(run, line, "a request of no bytes");
	if (__builtin_add_overflow(request->offset, request->length - 1, &last))
		return import_skip(run, line, "a request that ends past 2^64 bytes");
	if (request->device_number > UINT32_MAX)
		return import_skip(run, line, "a device whose number is not below 2^32");
	if (request->device.length > BLOCK_NAME_MAX || request->client.length > BLOCK_NAME_MAX)
		return import_skip(run, line, "a name of more than %u bytes", BLOCK_NAME_MAX);
	*first = request->offset >> block->page_shift;
	*nr = (last >> block->page_shift) - *first + 1;
	return import_pages_check(run, *first, *nr);
}

static void block_count(struct block *block, const struct block_request *request)
{
	uint64_t in_page = block->run->page_size - 1;

	switch (request->op) {
	case TRACE_READ:
		block->count[BLOCK_NR_READS]++;
		break;
	case TRACE_WRITE:
		block->count[BLOCK_NR_WRITES]++;
		if (block->has & BLOCK_MAJORS)
			block_written(block, request);
		break;
	default:
		block->count[BLOCK_NR_DISCARDS]++;
	}
	if ((request->offset | request->length) & in_page)
		block->count[BLOCK_NR_UNALIGNED]++;
}

int block_emit(struct block *block, const struct block_request *request,
	       const char *line)
{
	struct import_run *run = block->run;
	struct trace_record record = { .event.op = request->op, .event.cpu = request->cpu };
	uint64_t first = 0;
	uint64_t nr = 0;
	uint64_t device;
	uint32_t client;
	int rc;

	if (request->op == BLOCK_OTHER) {
		block->count[BLOCK_NR_OTHERS]++;
		return 0;
	}
	rc = block_check(block, request, line, &first, &nr);
	if (rc <= 0)
		return rc;
	rc = import_since(run, &block->clock, request->time, &record.event.time);
	rc = rc ?: block_who(block, request, &client, &device);
	if (rc)
		return rc;
	block_count(block, request);
	if (run->config->swap) {
		if (request->device_number != run->config->swap_device) {
			block->count[BLOCK_NR_ELSEWHERE]++;
			return 0;
		}
		record.event.op = (uint8_t)swap_op(request->op);
	}
	if (run->filter.who && !block_wanted(block, request))
		return 0;
	rc = block_pool(block, client, &record.event.pool);
	if (rc)
		return rc;
	record.event.client = (uint16_t)client;
	/* A slot is a page wherever the swap space begins. */
	if (run->config->swap)
		nr = ((request->length - 1) >> block->page_shift) + 1;
	if (nr == 1 && request->length == run->page_size)
		record.hash = request->hash;
	return import_pages(run, &record, device, first, nr);
}

/* ---- beginning and end ---- */

int block_begin(struct block *block, struct import_run *run, uint32_t has)
{
	memset(block, 0, sizeof(*block));
	block->run = run;
	block->has = has;
	block->page_shift = (uint32_t)__builtin_ctz(run->page_size);
	return import_begin(run, run->config->swap ? TRACE_OPERATIONS : TRACE_REFERENCES, has);
}

int block_end(struct block *block, int rc)
{
	static const char *const names[BLOCK_NR_COUNTS] = {
		[BLOCK_NR_READS] = IMPORT_NOTE_READS,
		[BLOCK_NR_WRITES] = IMPORT_NOTE_WRITES,
		[BLOCK_NR_DISCARDS] = IMPORT_NOTE_DISCARDS,
		[BLOCK_NR_OTHERS] = "requests that neither read nor write",
		[BLOCK_NR_UNALIGNED] = IMPORT_NOTE_UNALIGNED,
		[BLOCK_NR_ELSEWHERE] = IMPORT_NOTE_ELSEWHERE,
		[BLOCK_NR_HEADERS] = "header lines",
	};

	for (uint32_t i = 0; i < BLOCK_NR_COUNTS; i++)
		import_note(block->run, names[i], block->count[i]);
	if (!block->run->config->swap)
		block_guess_swap(block);
	if (block->has & BLOCK_CLIENTS)
		import_note(block->run, "clients", block->clients.nr);
	if (block->has & BLOCK_DEVICES)
		import_note(block->run, "devices", block->seen.used);
	intern_free(&block->clients);
	intern_free(&block->devices);
	idmap_free(&block->seen);
	free(block->client);
	return rc;
}
