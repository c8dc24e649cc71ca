#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sweep_machines_test.sh TMEM TRACE slurm|parallel: that a sweep in shards, which a Slurm of
# one node or GNU parallel runs, has the rows of the same sweep in one go.
#
# Designs follow one another's operations in the trace's order (--order global), so that every
# column but times, peaks, and where and when it ran is the same to the count.
set -u
tmem=$1 trace=$(realpath "$2") how=$3
here=$(realpath "${BASH_SOURCE[0]%/*}")
. "$here/person.sh"
. "$here/slurm_node.sh"

case $how in
slurm)
	if lacks=$(slurm_node_missing); then
		echo "skipped: $lacks"
		exit 77
	fi ;;
parallel)
	# another program of that name is in moreutils
	if ! parallel --version </dev/null 2>/dev/null | grep -q "^GNU parallel"; then
		echo "skipped: not found: GNU parallel (on Debian: parallel)"
		exit 77
	fi ;;
*)
	exit 2 ;;
esac

points=8
sweep=("$tmem" sweep --design objlock,rcu --memory 4M,8M --threads 1,2 --order global
	--max-events 30000 --content bytes --no-curves)
seq 60000 >bytes

# rows FILE...: key and all that must be equal, of each row, sorted; the columns first. Columns
# are found by name, in each file.
rows() {
	LC_ALL=C awk '
	# RFC 4180, but for line ends within quotes: no field has one
	function split_row(line,    n, c, i, quoted) {
		split("", field)
		n = 1
		for (i = 1; i <= length(line); i++) {
			c = substr(line, i, 1)
			if (c == "\"" && quoted && substr(line, i + 1, 1) == "\"") {
				field[n] = field[n] c
				i++
			} else if (c == "\"")
				quoted = !quoted
			else if (c == "," && !quoted)
				n++
			else
				field[n] = field[n] c
		}
		return n
	}
	BEGIN {
		not = "^(seconds|ops_per_second|frames_peak|fairness|busy|thread_m(in|ax)" \
			"|(put|get|flush)_(p[0-9]+|max)|machine|date|command)$"
	}
	{
		sub(/\r$/, "")
		n = split_row($0)
		if (field[1] == "key" || FNR == 1) {
			for (i = 1; i <= n; i++)
				name[i] = field[i]
			columns = n
		}
		if (n != columns)
			print "of", n, "columns, not", columns ": " $0
		line = ""
		for (i = 1; i <= columns; i++)
			if (name[i] !~ not)
				line = line " " name[i] "=" field[i]
		if (field[1] == "key")
			header[line] = 1
		else
			print substr(line, 2)
	}
	END {
		for (line in header)
			print " " line
	}' "$@" | LC_ALL=C sort
}

# same DIR: its rows are those of the sweep in one go, each once
same() {
	local files=("$1"/results-*.csv)

	[ -e "$1/results.csv" ] && fail "$1: a shard wrote results.csv"
	rows "${files[@]}" >got
	diff want got || fail "$1 has other rows than the sweep in one go: ${files[*]}"
	# what a person does, to send them to somebody
	cat "${files[@]}" >joined.csv
	rows joined.csv | cmp - want || fail "$1: cat joins them into another table"
}

"${sweep[@]}" -o one "$trace" >table || fail "the sweep in one go"
rows one/results.csv >want
[ "$(grep -c '^key=.* status=ok ' want)" -eq $points ] || { fail "not $points points"; cat want; }
grep -q ' hits=[1-9]' want || fail "nothing ever hits"

run_slurm() {
	local dir="two words" tasks=3 well

	"${sweep[@]}" -o "$dir" --sbatch=$tasks "$trace" >script ||
		{ fail "--sbatch makes no script"; return; }
	[ -e "$dir" ] && fail "--sbatch makes the folder already"
	sh script 2>err && fail "the script runs by itself"
	grep -q "is set by sbatch" err || { fail "the script does not say what it is for"; cat err; }
	"${sweep[@]}" -o "$dir" --sbatch=100 "$trace" | grep -q "^#SBATCH --array=1-$points\$" ||
		fail "more tasks than points"
	"${sweep[@]}" -o "$dir" --sbatch "$trace" >/dev/full 2>err
	[ $? -eq 1 ] || fail "a full disk is no failure"

	slurm_node_start || { fail "no Slurm"; return; }
	sbatch -Q script || { fail "sbatch does not take it"; cat script; return; }
	slurm_node_wait 900 || fail "the array does not end"
	well=$(scontrol -o show job | grep -c "JobName=tmem-sweep .*JobState=COMPLETED")
	[ "$well" -eq $tasks ] ||
		{ fail "$well of $tasks tasks did well"; cat script ./*.out; slurm_node_logs; }
	same "$dir"

	# What the script says of itself: submitted again, and without --sbatch.
	cp "$dir"/results-2-of-$tasks.csv before
	sbatch -Q --array=2 script || fail "sbatch does not take it again"
	slurm_node_wait 900 || fail "the task does not end"
	cmp before "$dir"/results-2-of-$tasks.csv || fail "a task that was done runs again"
	"${sweep[@]}" -o "$dir" "$trace" >table || fail "the whole after the shards"
	rows "$dir"/results.csv | grep '^key=' && fail "the whole ran what was there"
}

# A machine that is reached by ssh: this one.  A command starts in the home folder and with
# $SHELL, as sshd has it: "--workdir ." names folders under home from there, and others in full,
# and without $SHELL parallel runs nothing at the other end and says nothing.
fake_ssh() {
	mkdir bin
	cat >bin/ssh <<-'EOT'
		#!/bin/sh
		while [ "$1" != host1 ] && [ "$1" != host2 ]; do
			shift
		done
		echo "$1" >>hosts
		shift
		[ "$1" != -- ] || shift
		cd "$HOME" || exit 255
		SHELL=/bin/sh exec sh -c "$*"
	EOT
	chmod +x bin/ssh
}

run_parallel() {
	local home

	export PARALLEL_HOME=$PWD
	seq 4 | parallel -q "${sweep[@]}" -o shards --shard {}/4 "$trace" >tables ||
		fail "$? of 4 shards failed"
	same shards
	seq 4 | parallel -q "${sweep[@]}" -o shards --shard {}/4 "$trace" >tables ||
		fail "a second time"
	same shards

	fake_ssh
	mkdir elsewhere
	for home in "${PWD%/*}" "$PWD/elsewhere"; do
		rm -rf machines hosts
		seq 3 | HOME=$home PATH=$PWD/bin:$PATH parallel -j1 --sshlogin host1,host2 --workdir . \
			-q "${sweep[@]}" -o machines --shard {}/3 "$trace" >tables ||
			fail "$? of 3 machines failed, home $home"
		[ "$(sort -u hosts | tr '\n' ' ')" = "host1 host2 " ] ||
			fail "ran on $(sort -u hosts)"
		same machines
	done
}

run_"$how"
[ $bad -eq 0 ] && echo "$points rows, the same by $how as in one go"
exit $bad
