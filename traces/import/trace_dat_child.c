// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trace_dat_child.c - see trace_dat.h
 *
 * libtracecmd was written for one's own recordings: a damaged file may make it loop,
 * take all memory or die.  All of that is well here, and the parent sees how it ended.
 * A line has the form of "trace-cmd report": that two ways lead to the same trace is
 * so by construction, and what the ftrace importer understands is said in one place.
 */
#define _GNU_SOURCE	/* close_range */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <trace-cmd.h>

#include "trace_dat.h"

#define OUT_FD		3
#define FILE_FD		4
#define MEMORY_MAX	(2ULL << 30)	/* bytes; an index of a CPU's pages takes most */
#define PATIENCE	60		/* seconds of processor time without a line */
#define OUT_SIZE	(64U << 10)
#define BATCH		1024U		/* events between two looks at the clock */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/*
 * The name of the clock, as "[local]" or "local".  The library exports it, but no
 * header of it says so: it may be absent, and then times are taken for nanoseconds.
 */
const char *tracecmd_get_trace_clock(struct tracecmd_input *handle)
	__attribute__((weak));

struct printer {
	FILE *out;
	struct trace_seq text;
	bool counter;		/* times are no nanoseconds */
	unsigned int events;
	int end;		/* enum trace_dat_end */
};

/* ---- limits ---- */

static void be_patient(void)
{
	struct itimerval patience = { .it_value.tv_sec = PATIENCE };

	setitimer(ITIMER_PROF, &patience, NULL);
}

static void limit(int what, rlim_t most)
{
	struct rlimit now;

	if (!getrlimit(what, &now) && now.rlim_max < most)
		most = now.rlim_max;
	setrlimit(what, &(struct rlimit){ most, most });
}

/* Whatever the parent does about a signal, here it ends the process. */
static void set_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < SIGRTMIN; sig++)
		signal(sig, sig == SIGPIPE ? SIG_IGN : SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void set_limits(void)
{
	limit(RLIMIT_CORE, 0);
	/* A sanitizer's shadow is more than any limit. */
	if (!SANITIZED)
		limit(RLIMIT_DATA, MEMORY_MAX);
	be_patient();
}

/* Only the file, the pipe, and nothing behind the three first ones. */
static void set_files(int file, int out)
{
	int nothing = open("/dev/null", O_RDWR);
	int fd;

	/* Out of the way of each other first. */
	file = fcntl(file, F_DUPFD, FILE_FD + 1);
	out = fcntl(out, F_DUPFD, FILE_FD + 1);
	if (nothing < 0 || file < 0 || out < 0)
		_exit(TRACE_DAT_NO_MEMORY);
	for (fd = 0; fd < OUT_FD; fd++)
		dup2(nothing, fd);
	dup2(out, OUT_FD);
	dup2(file, FILE_FD);
	close_range(FILE_FD + 1, ~0U, 0);
}

/* ---- lines ---- */

/* As tep_print_event() does with "%6.1000d": rounded to microseconds. */
static void print_time(struct printer *p, unsigned long long time)
{
	unsigned long long us = time / 1000 + (time % 1000 >= 500);

	if (p->counter)
		fprintf(p->out, "%12llu: ", time);
	else
		fprintf(p->out, "%5llu.%06llu: ", us / 1000000, us % 1000000);
}

/* A task's name, and only that, may hold anything. */
static void print_task(struct printer *p, struct tep_handle *tep,
		       struct tep_record *record)
{
	int pid = tep_data_pid(tep, record);
	const char *name = tep_data_comm_from_pid(tep, pid);
	char safe[17];
	size_t i;

	for (i = 0; name && name[i] && i < sizeof(safe) - 1; i++)
		safe[i] = name[i] >= ' ' ? name[i] : '?';
	safe[i] = '\0';
	fprintf(p->out, "%16s-%-5d [%03d] ", safe, pid, record->cpu);
}

static void print_lost(struct printer *p, const struct tep_record *record)
{
	if (record->missed_events > 0)
		fprintf(p->out, "CPU:%d [%lld EVENTS DROPPED]\n", record->cpu,
			(long long)record->missed_events);
	else if (record->missed_events < 0)
		fprintf(p->out, "CPU:%d [EVENTS DROPPED]\n", record->cpu);
}

static int print_event(struct tracecmd_input *handle, struct tep_record *record, int cpu,
		       void *arg)
{
	struct tep_handle *tep = tracecmd_get_tep(handle);
	struct printer *p = arg;

	(void)cpu;
	print_lost(p, record);
	trace_seq_reset(&p->text);
	tep_print_event(tep, &p->text, record, "%s: %s", TEP_PRINT_NAME, TEP_PRINT_INFO);
	trace_seq_terminate(&p->text);
	if (p->text.state != TRACE_SEQ__GOOD) {
		p->end = TRACE_DAT_NO_MEMORY;
		return -1;
	}
	print_task(p, tep, record);
	print_time(p, record->ts);
	fputs(p->text.buffer, p->out);
	if (putc('\n', p->out) == EOF) {
		p->end = TRACE_DAT_NOT_TAKEN;
		return -1;
	}
	if (++p->events % BATCH == 0)
		be_patient();
	return 0;
}

/* ---- the file ---- */

static bool is_counter(struct tracecmd_input *handle)
{
	const char *clock = tracecmd_get_trace_clock ? tracecmd_get_trace_clock(handle) :
						       NULL;

	return clock && (strstr(clock, "counter") || strstr(clock, "x86-tsc"));
}

/* The buffer itself and those of instances, merged by time. */
static int print_all(struct printer *p, struct tracecmd_input *handle)
{
	int nr = tracecmd_buffer_instances(handle);
	struct tracecmd_input **handles;
	int i;

	if (nr <= 0)
		return tracecmd_iterate_events(handle, NULL, 0, print_event, p);
	handles = calloc((size_t)nr + 1, sizeof(struct tracecmd_input *));
	if (!handles)
		_exit(TRACE_DAT_NO_MEMORY);
	handles[0] = handle;
	for (i = 0; i < nr; i++) {
		handles[i + 1] = tracecmd_buffer_instance_handle(handle, i);
		if (!handles[i + 1])
			return -1;
	}
	return tracecmd_iterate_events_multi(handles, nr + 1, print_event, p);
}

_Noreturn void trace_dat_child(int file, int out)
{
	struct printer p = { .end = TRACE_DAT_FINE };
	struct tracecmd_input *handle;

	set_signals();
	set_files(file, out);
	set_limits();
	p.out = fdopen(OUT_FD, "w");
	if (!p.out || setvbuf(p.out, NULL, _IOFBF, OUT_SIZE))
		_exit(TRACE_DAT_NO_MEMORY);
	trace_seq_init(&p.text);
	handle = tracecmd_open_fd(FILE_FD, TRACECMD_FL_LOAD_NO_PLUGINS);
	if (!handle)
		_exit(TRACE_DAT_NOT_OPENED);
	p.counter = is_counter(handle);
	if (print_all(&p, handle) && p.end == TRACE_DAT_FINE)
		p.end = TRACE_DAT_NOT_READ;
	if (fclose(p.out) && p.end == TRACE_DAT_FINE)
		p.end = TRACE_DAT_NOT_TAKEN;
	tracecmd_close(handle);		/* removes its temporary files */
	_exit(p.end);
}
