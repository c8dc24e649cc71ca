// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * replay_check.c - what a replay was asked for, against what there is: traces, files, worlds
 *
 * Before anything takes time: for tmem replay, and once for all runs of tmem sweep.
 */
#include <string.h>

#include "replay_config.h"

static bool all_have_times(struct trace_reader *const *traces, u32 nr)
{
	u32 t;

	for (t = 0; t < nr; t++)
		if (!trace_reader_info(traces[t])->has_times)
			return false;
	return true;
}

static int check_shared(const struct cli_command *command,
			const struct replay_config *config,
			struct trace_reader *const *traces, u32 nr)
{
	u32 t, i;

	if (config->shared_order == SHARED_RENEW)
		return 0;
	for (t = 0; t < nr; t++) {
		const struct trace_info *info = trace_reader_info(traces[t]);

		for (i = 0; i < info->nr_pools; i++)
			if (info->pools[i].flags & TRACE_POOL_SHARED)
				return 0;
	}
	return cli_error(command, CLI_USAGE, "--shared-order %s: no pool of "
			 "the trace is shared; replay it without",
			 shared_order_names[config->shared_order]);
}

static int check_times(const struct cli_command *command,
		       const struct replay_config *config, bool times)
{
	bool events;
	u64 interval = replay_interval(config, &events);

	if (config->timed && !times)
		return cli_error(command, CLI_USAGE, "--timed: the trace "
				 "has no times; replay it without");
	if (config->nr_steps > 1 && !times)
		return cli_error(command, CLI_USAGE, "--memory: a schedule "
				 "wants times, and the trace has none");
	if (interval && !events && !times)
		return cli_error(command, CLI_USAGE, "--interval: "
				 "the trace has no times; give a number "
				 "of events: --interval 100000e");
	/* operations carry one number: their time or that of their event */
	if (events && config->timed)
		return cli_error(command, CLI_USAGE, "--interval in events "
				 "does not go with --timed; give a time");
	if (events && config->nr_steps > 1)
		return cli_error(command, CLI_USAGE, "--interval in events "
				 "does not go with a --memory schedule; give a "
				 "time");
	return 0;
}

u64 replay_interval(const struct replay_config *config, bool *events)
{
	size_t len = strlen(config->interval);
	char copy[sizeof(config->interval)];
	uint64_t n = 0;

	*events = len && config->interval[len - 1] == 'e';
	if (*events) {
		memcpy(copy, config->interval, len);
		copy[len - 1] = '\0';
		cli_number(copy, 1, UINT64_MAX / 2, &n);
	} else if (len) {
		cli_time(config->interval, &n);
	}
	return n;
}

int replay_check_traces(const struct cli_command *command,
			const struct replay_config *config,
			struct trace_reader *const *traces, u32 nr)
{
	int status = check_times(command, config, all_have_times(traces, nr));

	return status ? status : check_shared(command, config, traces, nr);
}

int replay_check_world(const struct cli_command *command,
		       const struct replay_config *config)
{
	struct trace_error err;
	int ret = config->world->probe(&err);

	return ret ? cli_error(command, cli_trace_status(err.code), "%s", err.text) : 0;
}

int replay_load_content(const struct cli_command *command,
			const struct replay_config *config, struct content_file *content)
{
	struct trace_error err;

	if (!config->content || !content_load(content, config->content, &err))
		return 0;
	return cli_error(command, cli_trace_status(err.code), "--content %s", err.text);
}
