// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * chardev.c - /dev/tmem: the device, and the way from an ioctl to its request
 *
 * What all requests have in common is checked here: the number, the sizes, that the
 * caller's memory is there, and that the session is.  The fields are checked by the
 * requests themselves.
 */
#include <linux/compat.h>
#include <linux/capability.h>
#include <linux/cpumask.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "session.h"

#define CLOCK_READS	1000

static u32 clock_ns __ro_after_init;	/* the least between two reads */

/* ---- requests that need no session ---- */

static int answer_info(struct session *s, void *p)
{
	struct tmem_dev_info *arg = p;

	arg->version = TMEM_DEV_VERSION;
	arg->nr_stats = TMEM_NR_STATS;
	arg->nr_counters = TMEM_FIRST_GAUGE;
	arg->max_pools = TMEM_MAX_POOLS;
	arg->max_batch = TMEM_DEV_MAX_BATCH;
	arg->cpus = num_online_cpus();
	arg->clock_ns = clock_ns;
	return 0;
}

/* The name at a position of one kind, and its text: 0, or -ENOENT past the end. */
static int name_at(u32 kind, u32 index, const char **name, const char **text)
{
	const struct tmem_index_ops *design;
	const struct tmem_store_ops *store;

	*text = "";
	switch (kind) {
	case TMEM_DEV_DESIGNS:
		design = tmem_design_at(index);
		*name = design ? tmem_design_name(design) : NULL;
		break;
	case TMEM_DEV_STORES:
		store = tmem_store_at(index);
		*name = store ? tmem_store_name(store) : NULL;
		break;
	case TMEM_DEV_STATISTICS:
		*name = NULL;
		if (index < TMEM_NR_STATS) {
			index = array_index_nospec(index, TMEM_NR_STATS);
			*name = tmem_stat_desc[index].name;
			*text = tmem_stat_desc[index].text;
		}
		break;
	default:
		return -EINVAL;
	}
	return *name ? 0 : -ENOENT;
}

static int answer_name(struct session *s, void *p)
{
	struct tmem_dev_name *arg = p;
	const char *name, *text;
	int ret;

	if (arg->reserved)
		return -EINVAL;
	memset(arg->name, 0, sizeof(arg->name));
	memset(arg->text, 0, sizeof(arg->text));
	ret = name_at(arg->kind, arg->index, &name, &text);
	if (ret)
		return ret;
	strscpy_pad(arg->name, name, sizeof(arg->name));
	strscpy_pad(arg->text, text, sizeof(arg->text));
	return 0;
}

/* ---- dispatch ---- */

enum needs {
	NEEDS_NOTHING,
	NEEDS_SESSION,
	NEEDS_QUIET,		/* nobody else may use the session meanwhile */
};

struct request {
	unsigned int cmd;
	enum needs needs;
	int (*fn)(struct session *s, void *arg);
};

#define REQUEST(cmd_, needs_, fn_)					\
	[_IOC_NR(cmd_)] = { .cmd = cmd_, .needs = needs_, .fn = fn_ }

static const struct request requests[] = {
	REQUEST(TMEM_DEV_INFO, NEEDS_NOTHING, answer_info),
	REQUEST(TMEM_DEV_NAME, NEEDS_NOTHING, answer_name),
	REQUEST(TMEM_DEV_SESSION, NEEDS_NOTHING, session_create),
	REQUEST(TMEM_DEV_POOL_CREATE, NEEDS_SESSION, session_pool_create),
	REQUEST(TMEM_DEV_POOL_DESTROY, NEEDS_SESSION, session_pool_destroy),
	REQUEST(TMEM_DEV_POOL_FREEZE, NEEDS_SESSION, session_pool_freeze),
	REQUEST(TMEM_DEV_SUBMIT, NEEDS_SESSION, session_submit),
	REQUEST(TMEM_DEV_EVICT, NEEDS_SESSION, session_evict),
	REQUEST(TMEM_DEV_MEMORY, NEEDS_SESSION, session_memory),
	REQUEST(TMEM_DEV_STATS, NEEDS_SESSION, session_stats),
	REQUEST(TMEM_DEV_VALIDATE, NEEDS_QUIET, session_validate),
	REQUEST(TMEM_DEV_HISTOGRAM, NEEDS_QUIET, session_histogram),
};

/* Any argument; each begins with its size. */
union argument {
	u32 size;
	struct tmem_dev_info info;
	struct tmem_dev_name name;
	struct tmem_dev_session session;
	struct tmem_dev_pool pool;
	struct tmem_dev_leave leave;
	struct tmem_dev_freeze freeze;
	struct tmem_dev_batch batch;
	struct tmem_dev_evict evict;
	struct tmem_dev_memory memory;
	struct tmem_dev_stats stats;
	struct tmem_dev_validate validate;
	struct tmem_dev_histogram histogram;
};

/* The request with this number and size, or an error. */
static const struct request *request_of(unsigned int cmd)
{
	const struct request *r;
	unsigned int nr = _IOC_NR(cmd);

	if (_IOC_TYPE(cmd) != TMEM_DEV_IOCTL || nr >= ARRAY_SIZE(requests))
		return ERR_PTR(-ENOTTY);
	r = &requests[array_index_nospec(nr, ARRAY_SIZE(requests))];
	if (cmd == r->cmd)
		return r;
	/* of TMEM_DEV_INFO each version may have a size of its own */
	if (r->fn == answer_info && _IOC_DIR(cmd) == _IOC_DIR(r->cmd) &&
	    _IOC_SIZE(cmd) >= offsetofend(struct tmem_dev_info, version))
		return r;
	return ERR_PTR(-EINVAL);
}

static int call_request(const struct request *r, struct session *s,
			union argument *arg)
{
	int ret;

	if (r->needs == NEEDS_NOTHING)
		return r->fn(s, arg);
	if (!session_tm(s))
		return -EINVAL;
	if (r->needs == NEEDS_QUIET) {
		if (down_write_killable(&s->quiet))
			return -EINTR;
		ret = r->fn(s, arg);
		up_write(&s->quiet);
	} else {
		if (down_read_killable(&s->quiet))
			return -EINTR;
		ret = r->fn(s, arg);
		up_read(&s->quiet);
	}
	return ret;
}

static long dev_ioctl(struct file *file, unsigned int cmd, unsigned long user)
{
	const struct request *r = request_of(cmd);
	void __user *uarg = (void __user *)user;
	union argument arg;
	size_t size;
	int ret;

	if (IS_ERR(r))
		return PTR_ERR(r);
	size = min_t(size_t, _IOC_SIZE(cmd), _IOC_SIZE(r->cmd));
	memset(&arg, 0, sizeof(arg));
	if (copy_from_user(&arg, uarg, size))
		return -EFAULT;
	if (arg.size != _IOC_SIZE(cmd))
		return -EINVAL;
	arg.size = size;
	ret = call_request(r, file->private_data, &arg);
	/* with errors too: why, and how much was done */
	if (_IOC_DIR(cmd) & _IOC_READ && copy_to_user(uarg, &arg, size))
		ret = -EFAULT;
	return ret;
}

/* ---- the device ---- */

static int dev_open(struct inode *inode, struct file *file)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	file->private_data = session_open();
	return file->private_data ? nonseekable_open(inode, file) : -ENOMEM;
}

static int dev_release(struct inode *inode, struct file *file)
{
	session_close(file->private_data);
	return 0;
}

static const struct file_operations dev_fops = {
	.owner = THIS_MODULE,
	.open = dev_open,
	.release = dev_release,
	.unlocked_ioctl = dev_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice dev_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = TMEM_DEV_NODE,
	.fops = &dev_fops,
	.mode = 0600,
};

static void __init measure_clock(void)
{
	u64 last = ktime_get_ns(), now, least = U32_MAX;
	int i;

	for (i = 0; i < CLOCK_READS; i++) {
		now = ktime_get_ns();
		least = min(least, now - last);
		last = now;
	}
	clock_ns = least;
}

int __init tmem_dev_init(void)
{
	measure_clock();
	return misc_register(&dev_misc);
}

void tmem_dev_exit(void)
{
	misc_deregister(&dev_misc);
}
