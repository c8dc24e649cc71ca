// SPDX-License-Identifier: GPL-2.0-or-later
/* child.c - see child.h */
#define _GNU_SOURCE	/* pipe2 */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_MS	200

static volatile sig_atomic_t stop_signal;

static void on_stop(int signal)
{
	stop_signal = signal;
}

void child_stop_signals(void)
{
	struct sigaction action = { .sa_handler = on_stop };	/* poll() ends early */

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

int child_stopped(void)
{
	return stop_signal;
}

/* The last line that has something in it, as it comes in pieces. */
struct last_line {
	char text[512];
	size_t length;
	bool ended;		/* the next byte begins another */
};

static void take(struct last_line *line, const char *data, size_t size)
{
	for (; size; size--, data++) {
		if (*data == '\n' || *data == '\r') {
			line->ended = line->length;
			continue;
		}
		if (line->ended) {
			line->length = 0;
			line->ended = false;
		}
		if (line->length < sizeof(line->text) - 1)
			line->text[line->length++] = *data < ' ' || *data == 127 ? '?' :
				*data;
	}
}

static void begin(char *const *argv, const int *fds, int error, pid_t parent)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	signal(SIGPIPE, SIG_DFL);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
	    dup2(error, STDERR_FILENO) < 0)
		_exit(1);
	for (; *fds >= 0; fds++)
		fcntl(*fds, F_SETFD, 0);
	execv("/proc/self/exe", argv);
	dprintf(STDERR_FILENO, "/proc/self/exe cannot be run: %s\n", strerror(errno));
	_exit(1);
}

/* Until the child has closed its end; it is killed if this one is to stop. */
static void listen_to(int fd, pid_t pid, struct last_line *line, void (*tick)(void *),
		      void *arg, struct child_end *end)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	char data[4096];
	ssize_t n;

	for (;;) {
		if (stop_signal && !end->stopped) {
			end->stopped = true;
			kill(pid, SIGKILL);
		}
		tick(arg);
		if (poll(&wait, 1, TICK_MS) <= 0)
			continue;
		n = read(fd, data, sizeof(data));
		if (n > 0)
			take(line, data, (size_t)n);
		else if (!n || errno != EINTR)
			return;
	}
}

static void tell(struct child_end *end, const struct last_line *line)
{
	if (end->signal)
		snprintf(end->line, sizeof(end->line), "ended by signal %d, %s%s",
			 end->signal, strsignal(end->signal),
			 end->signal == SIGKILL ? ": out of memory?" : "");
	else if (line->length)
		snprintf(end->line, sizeof(end->line), "%.*s", (int)line->length,
			 line->text);
	else
		snprintf(end->line, sizeof(end->line), "ended with status %d and no word",
			 end->status);
}

void child_run(char *const *argv, const int *fds, void (*tick)(void *arg), void *arg,
	       struct child_end *end)
{
	struct last_line line = { };
	pid_t pid, parent = getpid();
	int error[2], status;

	*end = (struct child_end){ .status = -1 };
	if (pipe2(error, O_CLOEXEC)) {
		snprintf(end->line, sizeof(end->line), "no pipe: %s", strerror(errno));
		return;
	}
	pid = fork();
	if (!pid)
		begin(argv, fds, error[1], parent);
	close(error[1]);
	if (pid < 0) {
		snprintf(end->line, sizeof(end->line), "no process: %s", strerror(errno));
		close(error[0]);
		return;
	}
	listen_to(error[0], pid, &line, tick, arg, end);
	close(error[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status))
		end->status = WEXITSTATUS(status);
	else
		end->signal = WTERMSIG(status);
	tell(end, &line);
}
