// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * session.c - life of a session, its pools, and what can be asked about it
 */
#include <linux/cpumask.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "session.h"

#define EVICT_FRAMES	64U	/* at a time */

static_assert(TMEM_NR_STATS <= TMEM_DEV_MAX_STATS);
static_assert(TMEM_DEV_POOL_PERSISTENT == TMEM_POOL_PERSISTENT);
static_assert(TMEM_DEV_POOL_SHARED == TMEM_POOL_SHARED);
static_assert(TMEM_DEV_POOL_SECOND_CHANCE == TMEM_POOL_SECOND_CHANCE);

/* ---- life ---- */

struct session *session_open(void)
{
	struct session *s = kzalloc(sizeof(*s), GFP_KERNEL_ACCOUNT);

	if (!s)
		return NULL;
	mutex_init(&s->create);
	init_rwsem(&s->quiet);
	sema_init(&s->places, 2 * num_online_cpus());
	spin_lock_init(&s->lock);
	INIT_LIST_HEAD(&s->idle);
	INIT_LIST_HEAD(&s->all);
	return s;
}

/* Nobody uses the file any more: requests in flight hold on to it. */
void session_close(struct session *s)
{
	if (s->tm) {
		tmem_kmod_unregister(s->tm);
		tmem_destroy(s->tm);
	}
	session_lanes_free(s);
	kfree(s);
}

static int create_locked(struct session *s, struct tmem_dev_session *arg)
{
	static atomic64_t number = ATOMIC64_INIT(0);
	struct tmem_config config = {
		.budget = arg->budget ?: tmem_kmod_defaults.frames,
		.shards = arg->shards,
	};
	const char *why;
	struct tmem *tm;
	int ret;

	if (s->tm)
		return -EBUSY;
	tm = tmem_create(&config, &why);
	if (IS_ERR(tm)) {
		strscpy_pad(arg->why, why ?: "", sizeof(arg->why));
		return PTR_ERR(tm);
	}
	snprintf(arg->name, sizeof(arg->name), "session-%lld",
		 atomic64_inc_return(&number));
	ret = tmem_kmod_register(tm, arg->name);
	if (ret) {
		memset(arg->name, 0, sizeof(arg->name));
		tmem_destroy(tm);
		return ret;
	}
	/* pairs with session_tm() */
	smp_store_release(&s->tm, tm);
	return 0;
}

int session_create(struct session *s, void *p)
{
	struct tmem_dev_session *arg = p;
	int ret;

	memset(arg->name, 0, sizeof(arg->name));
	memset(arg->why, 0, sizeof(arg->why));
	if (arg->version != TMEM_DEV_VERSION) {
		strscpy_pad(arg->why, "the module speaks another version of the ABI",
			    sizeof(arg->why));
		return -EINVAL;
	}
	if (arg->reserved)
		return -EINVAL;
	if (mutex_lock_killable(&s->create))
		return -EINTR;
	ret = create_locked(s, arg);
	mutex_unlock(&s->create);
	return ret;
}

/* ---- pools ---- */

/* A name that ends in its field, with nothing after its end. */
static bool name_valid(const char *name)
{
	size_t len = strnlen(name, TMEM_DEV_NAME_LEN);

	return len < TMEM_DEV_NAME_LEN &&
	       !memchr_inv(name + len, 0, TMEM_DEV_NAME_LEN - len);
}

int session_pool_create(struct session *s, void *p)
{
	struct tmem_dev_pool *arg = p;
	struct tmem_pool_attr attr = {
		.flags = arg->flags,
		.buckets = arg->buckets ?: tmem_kmod_defaults.buckets,
		.client = arg->client,
		.uuid = { arg->uuid[0], arg->uuid[1] },
	};
	const char *why = NULL;
	int ret;

	arg->pool = -1;
	memset(arg->why, 0, sizeof(arg->why));
	if (arg->reserved || !name_valid(arg->design) || !name_valid(arg->store))
		return -EINVAL;
	/* names that nothing has give NULL, which the core refuses, saying so */
	attr.design = *arg->design ? tmem_design_find(arg->design) :
		tmem_kmod_defaults.design;
	attr.store = tmem_store_find(*arg->store ? arg->store : "lz4");
	ret = tmem_pool_create(session_tm(s), &attr, &why);
	if (ret < 0) {
		strscpy_pad(arg->why, why ?: "", sizeof(arg->why));
		return ret;
	}
	arg->pool = ret;
	return 0;
}

int session_pool_destroy(struct session *s, void *p)
{
	struct tmem_dev_leave *arg = p;

	if (arg->reserved)
		return -EINVAL;
	return tmem_pool_destroy(session_tm(s), arg->pool, arg->client);
}

int session_pool_freeze(struct session *s, void *p)
{
	struct tmem_dev_freeze *arg = p;

	if (arg->reserved || arg->frozen > 1)
		return -EINVAL;
	return arg->frozen ? tmem_pool_freeze(session_tm(s), arg->pool) :
		tmem_pool_thaw(session_tm(s), arg->pool);
}

/* ---- memory ---- */

int session_evict(struct session *s, void *p)
{
	struct tmem_dev_evict *arg = p;
	u64 freed, want;

	if (arg->reserved)
		return -EINVAL;
	arg->freed = 0;
	while (arg->freed < arg->frames) {
		want = min_t(u64, arg->frames - arg->freed, EVICT_FRAMES);
		freed = tmem_evict(session_tm(s), want);
		arg->freed += freed;
		if (freed < want)
			break;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

int session_memory(struct session *s, void *p)
{
	struct tmem_dev_memory *arg = p;
	struct tmem_memory memory;

	if (arg->reserved)
		return -EINVAL;
	tmem_memory(session_tm(s), &memory);
	arg->budget = memory.budget;
	arg->frames = memory.frames;
	arg->frames_peak = memory.frames_peak;
	arg->allocator_frames = memory.allocator_frames;
	arg->shrunk_frames = tmem_kmod_shrunk(session_tm(s));
	return 0;
}

/* ---- statistics ---- */

int session_stats(struct session *s, void *p)
{
	struct tmem_dev_stats *arg = p;
	struct tmem_stats stats;
	int ret = 0;

	if (arg->reserved || arg->pool < -1)
		return -EINVAL;
	if (arg->pool < 0)
		tmem_stats(session_tm(s), &stats);
	else
		ret = tmem_pool_stats(session_tm(s), arg->pool, &stats);
	if (ret)
		return ret;
	arg->nr = TMEM_NR_STATS;
	memset(arg->values, 0, sizeof(arg->values));
	memcpy(arg->values, stats.v, sizeof(stats.v));
	return 0;
}

/* No batch is in flight, and without this lock the shrinker keeps away too. */
int session_validate(struct session *s, void *p)
{
	struct tmem_dev_validate *arg = p;
	int ret;

	if (arg->reserved)
		return -EINVAL;
	if (down_write_killable(&tmem_kmod_lock))
		return -EINTR;
	ret = tmem_validate(session_tm(s));
	up_write(&tmem_kmod_lock);
	return ret;
}
