// SPDX-License-Identifier: GPL-2.0-or-later
/* gnuplot.c - see gnuplot.h */
#define _GNU_SOURCE	/* memfd_create(), posix_spawn_file_actions_addchdir_np() */
#include "gnuplot.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int text_read(struct gnuplot_text *t, int fd)
{
	size_t room = 0;
	ssize_t n;
	char *bytes;

	*t = (struct gnuplot_text){ .bytes = NULL };
	for (;;) {
		if (t->size + 65536 > room) {
			room = 2 * room + 131072;
			bytes = realloc(t->bytes, room);
			if (!bytes)
				return -ENOMEM;
			t->bytes = bytes;
		}
		n = read(fd, t->bytes + t->size, room - t->size - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		t->size += (size_t)n;
	}
	t->bytes[t->size] = '\0';
	return n < 0 ? -errno : 0;
}

/* The last line that says something, with no character that would move the cursor. */
static char *last_line(struct gnuplot_text *t)
{
	char *end = t->bytes + t->size, *p;

	while (end > t->bytes && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	p = strrchr(t->bytes, '\n');
	p = p ? p + 1 : t->bytes;
	for (end = p; *end; end++)
		if ((unsigned char)*end < ' ' || *end == 127)
			*end = '?';
	return p;
}

void gnuplot_hold_signals(struct gnuplot *g)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action;
	unsigned int i;

	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&g->signals);
	sigaddset(&g->signals, SIGCHLD);
	for (i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (!sigaction(ends[i], NULL, &action) && action.sa_handler != SIG_IGN)
			sigaddset(&g->signals, ends[i]);
	sigprocmask(SIG_BLOCK, &g->signals, &g->mask);
}

void gnuplot_let_signals_go(const struct gnuplot *g)
{
	sigprocmask(SIG_SETMASK, &g->mask, NULL);
	if (g->stopped)
		raise(g->stopped);
}

/* Its status, once it has ended; a signal ends it, and all processes of its group. */
static int wait_for(struct gnuplot *g, pid_t pid)
{
	int status, sig;

	while (!waitpid(pid, &status, WNOHANG)) {
		sig = sigwaitinfo(&g->signals, NULL);
		if (sig <= 0 || sig == SIGCHLD)
			continue;
		g->stopped = sig;
		kill(-pid, SIGKILL);
	}
	return status;
}

/* gnuplot in the folder, its output to @out and its errors to @err; 0 or an errno. */
static int spawn(const struct gnuplot *g, const char *settings, const char *script, int out,
		 int err, pid_t *pid)
{
	char *const argv[] = { "gnuplot", "-d", "-e", (char *)settings, (char *)script, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int ret = posix_spawn_file_actions_init(&actions);

	if (ret)
		return ret;
	ret = posix_spawnattr_init(&attributes);
	if (ret) {
		posix_spawn_file_actions_destroy(&actions);
		return ret;
	}
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attributes, &g->mask);
	ret = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!ret)
		ret = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (!ret)
		ret = posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
	if (!ret)
		ret = posix_spawn_file_actions_addchdir_np(&actions, g->dir);
	if (!ret)
		ret = posix_spawnp(pid, "gnuplot", &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return ret;
}

/* In memory, one for each stream: of two pipes one could fill while the other is read. */
static int nameless_file(void)
{
	return memfd_create("tmem plot", MFD_CLOEXEC);
}

/* What became of it, from what it wrote and how it ended. */
static enum gnuplot_outcome judge(struct gnuplot_run *run, int status)
{
	char *missing;

	run->line = last_line(&run->why);
	missing = strstr(run->line, "missing: ");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return GNUPLOT_NOT_HERE;
	if (missing) {
		run->line = missing + strlen("missing: ");
		return GNUPLOT_MISSES;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		run->line = *run->line ? run->line : "gnuplot was killed";
		return GNUPLOT_BROKE;
	}
	if (!run->picture.size) {
		run->line = *run->line ? run->line : "gnuplot drew nothing";
		return GNUPLOT_BROKE;
	}
	return GNUPLOT_DREW;
}

static enum gnuplot_outcome run_with(struct gnuplot *g, const char *script, const char *settings,
				     int out, int err, struct gnuplot_run *run)
{
	int status, ret;
	pid_t pid;

	ret = spawn(g, settings, script, out, err, &pid);
	if (ret) {
		run->line = strerror(ret);
		return ret == ENOENT ? GNUPLOT_NOT_HERE : GNUPLOT_BROKE;
	}
	status = wait_for(g, pid);
	if (g->stopped)
		return GNUPLOT_STOPPED;
	if (lseek(out, 0, SEEK_SET) || lseek(err, 0, SEEK_SET) ||
	    text_read(&run->picture, out) || text_read(&run->why, err)) {
		run->line = "no memory for its picture";
		return GNUPLOT_BROKE;
	}
	return judge(run, status);
}

enum gnuplot_outcome gnuplot_run(struct gnuplot *g, const char *name, const char *settings,
				 struct gnuplot_run *run)
{
	enum gnuplot_outcome outcome = GNUPLOT_BROKE;
	char script[PATH_MAX];
	int out, err;

	*run = (struct gnuplot_run){ .line = "the name of its script is too long" };
	if ((size_t)snprintf(script, sizeof(script), "%s/%s.gp", g->scripts, name) >=
	    sizeof(script))
		return GNUPLOT_BROKE;
	out = nameless_file();
	err = nameless_file();
	if (out >= 0 && err >= 0)
		outcome = run_with(g, script, settings, out, err, run);
	else
		run->line = "no memory for its output";
	if (out >= 0)
		close(out);
	if (err >= 0)
		close(err);
	return outcome;
}

void gnuplot_run_free(struct gnuplot_run *run)
{
	free(run->picture.bytes);
	free(run->why.bytes);
}
