#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# slurm_node.sh - a Slurm of one node, this machine, that is there for one test.  Read by
# tests, after person.sh:
#
#	slurm_node_missing	says what this machine lacks for it; fails where nothing does
#	slurm_node_start	starts munged, slurmctld and slurmd, and waits until the node is
#				idle; exports SLURM_CONF, so that sbatch and squeue find it
#	slurm_node_wait S	waits until no job is left, S seconds at most
#	slurm_node_logs		the end of every daemon's log
#	slurm_node_stop		ends daemons and jobs, and removes what they wrote
#
# All of it lies in one folder: key and socket of munged, configuration, spool, logs. Daemons
# listen on 127.0.0.1 only, on ports that were free; nothing of an installed Slurm or munge is
# read, so neither that nor a second test at the same time is in the way.
#
# Daemons, steps and jobs are known by SLURM_CONF in the environment they were started with,
# which names that folder.  Whatever becomes of the test, they are ended: by its EXIT trap, or,
# where it was killed, by a watchdog that left its session and sees it go.  That is this file
# again, run as "slurm_node.sh watch PID STARTED FOLDER MORE": MORE is a folder to remove too.
slurm_node_dir=
# where daemons are, and not every user looks
PATH=$PATH:/usr/sbin

# slurm_node_started PID: when it began, which tells it from a later process of this number;
# fails where it is gone
slurm_node_started() {
	local stat fields

	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
	read -ra fields <<<"${stat##*) }"
	[ "${fields[0]}" != Z ] && [ "${fields[0]}" != X ] && echo "${fields[19]}"
}

# slurm_node_processes DIR: a line for each that runs for the node in DIR
slurm_node_processes() (
	unset SLURM_CONF	# or those who look would be found
	grep -lzsxF "SLURM_CONF=$1/slurm.conf" /proc/[0-9]*/environ |
		sed 's,^/proc/,,; s,/environ$,,'
)

# slurm_node_kill DIR: one of them may start another while they are looked for, so until there
# is none
slurm_node_kill() {
	local pids tries

	for tries in {1..100}; do
		mapfile -t pids < <(slurm_node_processes "$1")
		[ ${#pids[@]} -eq 0 ] && return
		kill -KILL "${pids[@]}" 2>/dev/null
		sleep 0.05
	done
	echo "slurm_node: after $tries times SIGKILL there are still ${pids[*]}" >&2
	return 1
}

slurm_node_watch() {
	while [ "$(slurm_node_started "$1")" = "$2" ]; do
		[ -d "$3" ] || return
		sleep 0.3
	done
	slurm_node_kill "$3"
	rm -rf "$3" "$4"
}

slurm_node_stop() {
	local kept

	[ -n "$slurm_node_dir" ] || return 0
	kept=$slurm_node_dir
	slurm_node_dir=
	unset SLURM_CONF
	slurm_node_kill "$kept"
	rm -rf "$kept"
}

slurm_node_missing() {
	local tool lacks=()

	for tool in munged slurmctld slurmd sbatch squeue sinfo; do
		command -v "$tool" >/dev/null || lacks+=("$tool")
	done
	[ -r /proc/self/environ ] || lacks+=("/proc")
	[ ${#lacks[@]} -ne 0 ] && echo "not found: ${lacks[*]} (on Debian: slurm-wlm, munge)"
}

slurm_node_logs() {
	local log

	for log in "$slurm_node_dir"/log/*; do
		echo "--- ${log##*/}, its end:"
		tail -n 25 "$log"
	done
}

# A port on which nobody answers, below those that the kernel gives to clients.
slurm_node_port() {
	local port

	while :; do
		port=$((20000 + RANDOM % 12000))
		(: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
	done
	echo "$port"
}

# Processors and memory are what jobs may ask for, not what is there: one CPU will do.
slurm_node_configure() {
	local dir=$slurm_node_dir host user ctld

	host=$(uname -n)
	host=${host%%.*}
	user=$(id -un)
	ctld=$(slurm_node_port)
	cat >"$dir/slurm.conf" <<-EOT
		ClusterName=tmem
		SlurmctldHost=$host(127.0.0.1)
		SlurmctldPort=$ctld
		SlurmdPort=$((ctld + 1))
		CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
		SlurmUser=$user
		SlurmdUser=$user
		AuthType=auth/munge
		CredType=cred/munge
		AuthInfo=socket=$dir/munge.socket
		StateSaveLocation=$dir/state
		SlurmdSpoolDir=$dir/spool
		SlurmctldPidFile=$dir/slurmctld.pid
		SlurmdPidFile=$dir/slurmd.pid
		SlurmctldLogFile=$dir/slurmctld.log
		SlurmdLogFile=$dir/slurmd.log
		SlurmctldSyslogDebug=quiet
		MailProg=/bin/true
		SlurmdSyslogDebug=quiet
		ProctrackType=proctrack/linuxproc
		TaskPlugin=task/none
		MpiDefault=none
		JobAcctGatherType=jobacct_gather/none
		AccountingStorageType=accounting_storage/none
		JobCompType=jobcomp/none
		SelectType=select/cons_tres
		SelectTypeParameters=CR_CPU
		SchedulerType=sched/builtin
		SchedulerParameters=sched_interval=1,sched_min_interval=10000,batch_sched_delay=0
		SlurmdParameters=config_overrides
		ReturnToService=2
		NodeName=tmem NodeHostname=$host NodeAddr=127.0.0.1 CPUs=4 RealMemory=4096
		PartitionName=tmem Nodes=ALL Default=YES MaxTime=INFINITE State=UP
	EOT
}

# slurm_node_daemon NAME OPTION...: started in the background
slurm_node_daemon() {
	SLURM_CONF=$slurm_node_dir/slurm.conf "$@" \
		>"$slurm_node_dir/log/$1" 2>&1 </dev/null &
	slurm_node_pids+=($!)
	# or the shell would report that it was killed
	disown
}

# Starts them, and waits for the node. Fails with $slurm_node_why set.
slurm_node_try() {
	local dir=$slurm_node_dir pid seconds=600
	local until=$((SECONDS + seconds))

	slurm_node_pids=()
	slurm_node_configure
	slurm_node_daemon munged --foreground --force --num-threads=2 --origin=127.0.0.1 \
		--socket="$dir/munge.socket" --key-file="$dir/munge.key" \
		--pid-file="$dir/munged.pid" --seed-file="$dir/munge.seed"
	while [ ! -S "$dir/munge.socket" ] && kill -0 "$!" 2>/dev/null &&
	      [ "$SECONDS" -lt "$until" ]; do
		sleep 0.05
	done
	slurm_node_daemon slurmctld -D
	slurm_node_daemon slurmd -D
	while [ "$(SLURM_CONF=$dir/slurm.conf sinfo -h -o %T 2>/dev/null)" != idle ]; do
		for pid in "${slurm_node_pids[@]}"; do
			kill -0 "$pid" 2>/dev/null && continue
			slurm_node_why="a daemon ended before the node was idle"
			return 1
		done
		if [ "$SECONDS" -ge "$until" ]; then
			slurm_node_why="the node is not idle after $seconds s"
			return 1
		fi
		sleep 0.1
	done
}

slurm_node_start() {
	local base=${TMPDIR:-/tmp} name tries

	# Where the test itself runs in a job, or a person has defaults for sbatch.
	for name in "${!SLURM_@}" "${!SBATCH_@}" "${!SQUEUE_@}" "${!SINFO_@}"; do
		unset "$name"
	done
	# A socket's path has 107 characters, and Slurm adds some to its folder.
	[ ${#base} -le 60 ] || base=/tmp
	slurm_node_dir=$(mktemp -d "$base/tmem-slurm.XXXXXX") || return 1
	# shellcheck disable=SC2154 # person.sh
	trap 'slurm_node_stop; rm -rf "$work"' EXIT
	setsid --fork bash "${BASH_SOURCE[0]}" watch "$$" "$(slurm_node_started "$$")" \
		"$slurm_node_dir" "$work" >/dev/null 2>&1 </dev/null
	mkdir "$slurm_node_dir"/{state,spool,log}
	(umask 077; head -c 128 /dev/urandom >"$slurm_node_dir/munge.key")
	# Somebody may take a port between the look and the use.
	for tries in 1 2 3; do
		if slurm_node_try; then
			export SLURM_CONF=$slurm_node_dir/slurm.conf
			return 0
		fi
		grep -qs "Address already in use" "$slurm_node_dir"/log/* || break
		slurm_node_kill "$slurm_node_dir"
		rm -f "$slurm_node_dir/munge.socket"
	done
	echo "slurm_node: no Slurm, try $tries: $slurm_node_why"
	slurm_node_logs
	return 1
}

slurm_node_wait() {
	local left until=$((SECONDS + $1))

	while left=$(squeue -h -r) && [ -n "$left" ]; do
		if [ "$SECONDS" -ge "$until" ]; then
			printf 'slurm_node: jobs not done after %s s:\n%s\n' "$1" "$left"
			return 1
		fi
		sleep 0.2
	done
	[ -z "$left" ]
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	[ "$#" -eq 5 ] && [ "$1" = watch ] || exit 2
	shift
	slurm_node_watch "$@"
fi
