// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trace_dat.c - trace.dat, the binary recording of trace-cmd
 *
 *	file --libtracecmd, in a child--> text --pipe--> the importer ftrace or ftrace-block
 *
 * The text is that of "trace-cmd report", so a recording gives the same trace as
 * its report does; places in errors and in the report are lines of it.  Why a child:
 * see trace_dat_child.c.  What it printed counts only if it came to its end: whatever
 * stops it before fails the import.
 *
 * The library seeks, so what comes compressed, from a pipe or from memory is copied to
 * a file without a name in TMPDIR first.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ftrace.h"
#include "trace_dat.h"

static const char magic[] = "\x17\x08\x44tracing";

/* The input is the child's text while it is imported; @binary is where it comes from. */
struct child {
	struct input *binary;
	int file;		/* @binary as a file */
	pid_t pid;		/* -1: there is none */
	struct input *text;
};

/* ---- the child ---- */

static int child_start(struct import_run *run, struct child *child)
{
	int ends[2];

	if (lseek(child->file, 0, SEEK_SET) || pipe(ends))
		return input_error(run->in, run->err, -errno, "no pipe: %s",
				   strerror(errno));
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	child->pid = fork();
	if (child->pid == 0)
		trace_dat_child(child->file, ends[1]);
	close(ends[1]);
	if (child->pid < 0) {
		close(ends[0]);
		return input_error(run->in, run->err, -errno, "no process to read it: %s",
				   strerror(errno));
	}
	/* Without a byte it ends at once, and how is asked in any case. */
	child->text = input_open_fd(ends[0], input_name(run->in), run->err);
	if (!child->text)
		return run->err->code;
	run->in = child->text;
	return 0;
}

static int child_wait(const struct child *child)
{
	int status;

	while (waitpid(child->pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return status;
}

/* The error of a child that did not come to its end; 0: it did. */
static int child_check(struct import_run *run, int status)
{
	static const char advice[] = "it is damaged or cut off; see what 'trace-cmd report' says of it";
	const char *what;

	if (status >= 0 && WIFEXITED(status) &&
	    (WEXITSTATUS(status) == TRACE_DAT_FINE ||
	     WEXITSTATUS(status) == TRACE_DAT_NOT_TAKEN))
		return 0;
	if (status < 0)
		return input_error(run->in, run->err, status,
				   "the process that read it is lost: %s; import it again",
				   strerror(-status));
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF)
		return input_error(run->in, run->err, -EBADMSG,
				   "libtracecmd found no event in it for a minute: %s", advice);
	if (WIFSIGNALED(status))
		return input_error(run->in, run->err, -EBADMSG,
				   "libtracecmd died of signal %d: %s", WTERMSIG(status),
				   advice);
	switch (WEXITSTATUS(status)) {
	case TRACE_DAT_NOT_OPENED:
		what = "libtracecmd cannot open it";
		break;
	case TRACE_DAT_NOT_READ:
		what = "libtracecmd stopped among its events";
		break;
	case TRACE_DAT_NO_MEMORY:
		return input_error(run->in, run->err, -ENOMEM,
				   "libtracecmd wants more memory than there is: try 'trace-cmd report | tmem import -'");
	default:
		what = "libtracecmd failed";
	}
	return input_error(run->in, run->err, -EBADMSG, "%s: %s", what, advice);
}

/* Be done with the child, if there is one; how did it end? */
static int child_end(struct import_run *run, struct child *child)
{
	int status;

	run->in = child->binary;
	input_close(child->text);	/* one that still prints ends of it */
	child->text = NULL;
	if (child->pid < 0)
		return 0;
	status = child_wait(child);
	child->pid = -1;
	return child_check(run, status);
}

/* ---- the format ---- */

static bool has_magic(const char *head, size_t size)
{
	return size >= sizeof(magic) - 1 && memcmp(head, magic, sizeof(magic) - 1) == 0;
}

/* As recognition does with text. */
static int text_run(struct import_run *run)
{
	const struct trace_importer *importer = &import_ftrace;
	const char *head;
	size_t size;
	int rc = input_peek(run->in, &head, &size, run->err);

	if (rc)
		return rc;
	if (ft_only_block(head, size))
		importer = &import_ftrace_block;
	return import_check_swap(run, importer) ?: importer->run(run);
}

/* For an importer of text that reads twice. */
static int trace_dat_again(struct import_run *run)
{
	struct child *child = run->again_arg;

	return child_end(run, child) ?: child_start(run, child);
}

static int trace_dat_text(struct import_run *run, struct child *child)
{
	int failed;
	int rc;

	run->again = trace_dat_again;
	run->again_arg = child;
	rc = child_start(run, child) ?: text_run(run);
	run->again = NULL;
	failed = child_end(run, child);
	return failed ?: rc;
}

static int trace_dat_run(struct import_run *run)
{
	struct child child = { .binary = run->in, .pid = -1 };
	const char *head;
	size_t size;
	int rc = input_peek(run->in, &head, &size, run->err);

	if (rc)
		return rc;
	if (!has_magic(head, size))
		return input_error(run->in, run->err, -EBADMSG,
				   "offset 0: no trace.dat: it does not begin with 17 08 44 'tracing'");
	child.file = input_file(run->in, run->err);
	if (child.file < 0)
		return child.file;
	rc = trace_dat_text(run, &child);
	close(child.file);
	return rc;
}

static int trace_dat_probe(const struct trace_importer *importer, const char *head,
			   size_t size, const char **why)
{
	(void)importer;
	*why = "no 17 08 44 'tracing'";
	return has_magic(head, size) ? 100 : 0;
}

const struct trace_importer import_trace_dat = {
	.name = "trace-dat",
	.what = "binary recording of trace-cmd (trace.dat), with events that ftrace or ftrace-block know",
	.example = "17 08 44 74 72 61 63 69 6e 67: what 'trace-cmd record' writes",
	.probe = trace_dat_probe,
	.run = trace_dat_run,
	.has_majors = true,
};
