#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# slurm_node_test.sh: that slurm_node.sh runs a job array, that two such nodes do not meet, and
# that nothing of one is left when its test was killed.  The second is this file again, with
# "other": it submits a job that does not end, says where it is, and waits for its stdin to end.
set -u
self=$(realpath "${BASH_SOURCE[0]}")
. "${self%/*}/person.sh"
. "${self%/*}/slurm_node.sh"

if missing=$(slurm_node_missing); then
	echo "skipped: $missing"
	exit 77
fi

if [ "${1:-}" = other ]; then
	slurm_node_start >&2 || exit 1
	printf '%s\n' '#!/bin/sh' 'sleep 6000' | sbatch -Q --output=/dev/null || exit 1
	for _ in {1..3000}; do
		[ "$(squeue -h -o %T)" = RUNNING ] && break
		sleep 0.2
	done
	echo "$slurm_node_dir $work $(squeue -h -o %T)"
	read -r _
	exit
fi

coproc "$self" other
other=$!
disown
slurm_node_start || exit 1
cat >job <<-'EOT'
	#!/bin/sh
	#SBATCH --array=1-4%2
	#SBATCH --output=out-%a
	echo "$SLURM_ARRAY_TASK_ID of $SLURM_ARRAY_TASK_COUNT"
EOT
sbatch -Q job || fail "sbatch takes no job"
slurm_node_wait 900 || fail "the array does not end"
printf '%s of 4\n' 1 2 3 4 | diff - <(cat out-*) ||
	{ fail "the array did something else"; slurm_node_logs; }

read -r -t 900 dir folder state <&"${COPROC[0]}" || { fail "no second node"; exit 1; }
[ "$state" = RUNNING ] || fail "the second node's job is '$state'"
[ -n "$(slurm_node_processes "$dir")" ] || fail "the second node runs nowhere"
squeue -h | grep . && fail "the second node's job is in the first"
kill -KILL "$other"
for _ in {1..3000}; do
	[ -e "$dir" ] || [ -e "$folder" ] || break
	sleep 0.2
done
[ -e "$dir" ] || [ -e "$folder" ] && fail "a killed test leaves $dir or $folder"
[ -z "$(slurm_node_processes "$dir")" ] || fail "a killed test leaves processes"
[ "$(sinfo -h -o %T)" = idle ] || fail "the first node went with the second"

dir=$slurm_node_dir
[ "$(slurm_node_processes "$dir" | wc -l)" -ge 3 ] || fail "not three daemons were found"
slurm_node_stop
[ -e "$dir" ] && fail "what is stopped leaves $dir"
[ -z "$(slurm_node_processes "$dir")" ] || fail "what is stopped leaves processes"
[ $bad -eq 0 ] && echo "a job array, two nodes, and a test that was killed"
exit $bad
