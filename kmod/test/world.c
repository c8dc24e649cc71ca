// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * world.c - what core/tests/world.h asks for, in a kernel
 *
 * Warnings: every WARN() of the kernel goes through __warn(), which a probe
 * counts; the taint flags are asked as well, for kernels without probes, and
 * lockdep, which warns by other ways and only once.
 *
 * Locks: those of test_foreign_lock(), a class of its own that is outermost.
 */
#include <linux/completion.h>
#include <linux/debug_locks.h>
#include <linux/delay.h>
#include <linux/irq_work.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/panic.h>
#include <linux/sched/task.h>
#include <linux/sort.h>

#include "test.h"
#include "world.h"

/* ---- threads ---- */

struct crew {
	struct completion start, done;
	bool cancelled;
	void (*run)(void *arg, u32 id);
	void *arg;
};

struct member {
	struct crew *crew;
	u32 id;
	struct task_struct *task;
};

static int member_main(void *arg)
{
	struct member *m = arg;
	struct crew *crew = m->crew;

	wait_for_completion(&crew->start);
	if (!crew->cancelled)
		crew->run(crew->arg, m->id);
	complete(&crew->done);
	return 0;
}

static int start_member(struct member *m)
{
	m->task = kthread_create(member_main, m, "tmem_test/%u", m->id);
	if (IS_ERR(m->task))
		return PTR_ERR(m->task);
	get_task_struct(m->task);
	wake_up_process(m->task);
	return 0;
}

/*
 * All of them have said that they are done before they are waited for: a thread
 * that is stopped before its first step would never take it.
 */
int test_run_threads(u32 nr, void (*run)(void *arg, u32 id), void *arg)
{
	struct crew crew = { .run = run, .arg = arg };
	struct member *member;
	u32 i, started;
	int err = 0;

	if (nr > TEST_MAX_THREADS)
		return -EINVAL;
	member = kvcalloc(nr, sizeof(*member), GFP_KERNEL);
	if (!member)
		return -ENOMEM;
	init_completion(&crew.start);
	init_completion(&crew.done);
	for (started = 0; started < nr; started++) {
		member[started].crew = &crew;
		member[started].id = started;
		err = start_member(&member[started]);
		if (err)
			break;
	}
	crew.cancelled = err;
	complete_all(&crew.start);
	/* waking up now and then, or the kernel takes this thread for hung */
	for (i = 0; i < started; i++)
		while (!wait_for_completion_timeout(&crew.done, 10 * HZ))
			;
	for (i = 0; i < started; i++) {
		kthread_stop(member[i].task);
		put_task_struct(member[i].task);
	}
	kvfree(member);
	return err;
}

u64 test_ticket(atomic64_t *counter)
{
	return atomic64_inc_return(counter);
}

void test_nap(void)
{
	usleep_range(20, 40);
}

/* ---- as the page cache calls ---- */

static struct foreign {
	spinlock_t lock;
	unsigned long flags;
} ____cacheline_aligned_in_smp foreign[TEST_MAX_THREADS];

void test_foreign_lock(u32 thread)
	__acquires(&foreign[thread].lock)
{
	struct foreign *f = &foreign[thread];
	unsigned long flags;

	spin_lock_irqsave(&f->lock, flags);
	f->flags = flags;
}

void test_foreign_unlock(u32 thread)
	__releases(&foreign[thread].lock)
{
	struct foreign *f = &foreign[thread];

	spin_unlock_irqrestore(&f->lock, f->flags);
}

/* So that lockdep knows: whatever nests inside must be safe in interrupts, too. */
static void lock_in_interrupt(struct irq_work *work)
{
	spin_lock(&foreign[0].lock);
	spin_unlock(&foreign[0].lock);
}

static void prepare_foreign_locks(void)
{
	struct irq_work work;
	u32 i;

	for (i = 0; i < TEST_MAX_THREADS; i++)
		spin_lock_init(&foreign[i].lock);
	init_irq_work(&work, lock_in_interrupt);
	irq_work_queue(&work);
	irq_work_sync(&work);
}

/* ---- text and order ---- */

void test_sort(void *base, size_t nr, size_t size,
	       int (*compare)(const void *a, const void *b))
{
	sort(base, nr, size, compare, NULL);
}

int test_format(char *text, size_t size, const char *fmt, ...)
{
	va_list args;
	int length;

	va_start(args, fmt);
	length = vsnprintf(text, size, fmt, args);
	va_end(args);
	return length;
}

/* ---- warnings ---- */

static atomic_long_t warned;
static bool probing;

static int count_warning(struct kprobe *probe, struct pt_regs *regs)
{
	atomic_long_inc(&warned);
	return 0;
}

static struct kprobe warn_probe = {
	.symbol_name = "__warn",
	.pre_handler = count_warning,
};

unsigned long test_warnings(void)
{
	static const unsigned int taints[] = {
		TAINT_WARN, TAINT_BAD_PAGE, TAINT_DIE, TAINT_SOFTLOCKUP,
	};
	unsigned long nr = atomic_long_read(&warned);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(taints); i++)
		nr += !!test_taint(taints[i]);
	if (IS_ENABLED(CONFIG_LOCKDEP))
		nr += !debug_locks;
	return nr;
}

void test_world_init(void)
{
	int err;

	prepare_foreign_locks();
	err = register_kprobe(&warn_probe);
	probing = !err;
	if (err && test_taint(TAINT_WARN))
		ktap_note("warnings will not be noticed: no probe (%d), and there were some before",
			  err);
	if (IS_ENABLED(CONFIG_PROVE_LOCKING) && !debug_locks)
		ktap_note("lockdep is off: it has complained before");
}

void test_world_exit(void)
{
	if (probing)
		unregister_kprobe(&warn_probe);
}
