#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# record-sample.sh - record what the page cache of a small memory cgroup did, as .tmt
#
# It made traces/samples/build.tmt.  Runs a workload (below: compile, git, grep, sort)
# in a memory cgroup that is too small for it, with the stock tracepoints on:
#
#	mm_filemap_add_to_page_cache		a page comes in		-> get
#	mm_filemap_delete_from_page_cache	and goes: inside one of
#	mm_vmscan_*_reclaim_begin and _end	these brackets by reclaim -> put
#						otherwise by truncation	-> flush
#
# No module, no probe: stock kernels have them.  What they do not
# tell: an addition for a page about to be written looks like one for a page to be read,
# and a truncation is seen only for the pages that were in the page cache then, so
# that what a file's inode number stood for before may be found by the next file that
# gets it.  The workload hardly deletes files while it is recorded.
#
# Recorded are the tasks of the workload and the file systems of its files; block
# devices' own inodes (metadata) are left out, as the kernel's cleancache did.  The
# trace holds device and inode numbers, no names.
#
# The machine is left as it was found.  Recording happens in a tracefs instance of its
# own (a buffer and a set of enabled events that nobody else sees), which is removed
# at the end, as the cgroup is, and tracefs is unmounted if it was not mounted before.
# Two things are shared and are put back: the table of task names, and, for cgroup v2,
# the memory controller of the root's children.  With --drop-caches the clean page
# cache of the whole machine is dropped once before, which costs others time and
# nothing else: pages that another cgroup brought in are not charged to ours, so that
# the workload would find them and nothing would be recorded.
set -euo pipefail
export LC_ALL=C

self=$(readlink -f "${BASH_SOURCE[0]}")
project=$(dirname "$(dirname "$(dirname "$self")")")
name=tmem-record-$$
memory=72
rounds=3
buffer=256
output=
tmem=
work=
drop=
keep=

usage() {
	cat <<END
usage: record-sample.sh [options] --output FILE.tmt      (as root)

Records compilations, git, grep and sort in a memory cgroup, and makes a trace.

  --output FILE    the .tmt to write
  --memory MB      limit of the cgroup ($memory)
  --rounds N       of the workload ($rounds)
  --buffer MB      trace buffer of each CPU ($buffer)
  --tmem PROGRAM   the one that imports (build/release/bin/tmem)
  --work DIR       for the workload's files, on a disk (TMPDIR or /var/tmp)
  --keep FILE      keep the text of the recording too, compressed
  --drop-caches    drop the machine's clean page cache before
  --help           this text
END
}

die() {
	printf 'record-sample.sh: %s\n' "$*" >&2
	exit 1
}

# ---- the workload: runs inside the cgroup, with the work folder as its own ----

# compile FOLDER: from nothing.  A new folder each time, see above.
compile() {
	cmake -S source -B "$1" -G 'Unix Makefiles' -DBUILD_TESTING=OFF \
		-DCMAKE_C_FLAGS="-pipe -B$PWD/compiler/" >"$1.log" 2>&1
	cmake --build "$1" >>"$1.log" 2>&1 || { tail "$1.log" >&2; return 1; }
}

# Words that nearly no line has, so that reading is what this costs.
search() {
	grep -rhsI -e 'percpu_rwsem' -e 'transcendent' "$@" | wc -l
}

# Sorting in little memory: through temporary files.
most_frequent() {
	find "$@" -type f -print0 | xargs -0 grep -hoE '^[a-z]+ [a-z_]+' |
		sort -S 4M -T . | uniq -c | sort -S 4M -T . -k1nr | head -20
}

# A round is a piece of a working day: some trees are read in each of its steps, some
# in each round, some now and then.
workload() {
	local i

	set +o pipefail		# grep may find nothing, head hangs up
	exec 2>errors
	for ((i = 1; i <= rounds; i++)); do
		search /usr/include/linux /usr/include/x86_64-linux-gnu
		compile "build-$i"
		search /usr/include/linux /usr/include/c++
		git -C source log -p --stat | wc -l
		git -C source grep -c spin_lock | sort -t: -k2n | tail -1
		most_frequent /usr/share/perl
		search /usr/include/linux /usr/include/x86_64-linux-gnu
		((i % 2)) || most_frequent /usr/share/cmake*
		((i % 3)) || search /usr/include
	done >counts
}

# ---- the machine ----

# Sets tracefs, and mounts it where it was not.
find_tracefs() {
	tracefs=$(awk '$3 == "tracefs" { print $2; exit }' /proc/mounts)
	[ -n "$tracefs" ] && return
	tracefs=/sys/kernel/tracing
	[ -d $tracefs ] || die "this kernel has no tracefs"
	mount -t tracefs tracefs $tracefs || die "tracefs cannot be mounted"
	mounted=$tracefs
}

# Sets cgroup: a new one below the root of the hierarchy that limits memory.
make_cgroup() {
	local root

	root=$(awk '$3 == "cgroup" && $4 ~ /(^|,)memory(,|$)/ { print $2; exit }' /proc/mounts)
	if [ -n "$root" ]; then
		mkdir "$root/$name"
		cgroup=$root/$name
		echo $((memory << 20)) >"$cgroup/memory.limit_in_bytes"
		echo 0 >"$cgroup/memory.swappiness"
		return
	fi
	root=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
	[ -n "$root" ] || die "no cgroup file system is mounted"
	grep -qw memory "$root/cgroup.controllers" ||
		die "this kernel has no memory controller for cgroups"
	if ! grep -qw memory "$root/cgroup.subtree_control"; then
		echo +memory >"$root/cgroup.subtree_control"
		controlled=$root/cgroup.subtree_control
	fi
	mkdir "$root/$name"
	cgroup=$root/$name
	echo $((memory << 20)) >"$cgroup/memory.max"
	echo 0 >"$cgroup/memory.swap.max" 2>/dev/null || true
}

# "254:0" of stat's hexadecimal, as the filter of an event: s_dev==266338304
device_filter() {
	local file major minor terms=()

	for file in "$@"; do
		[ -e "$file" ] || continue
		read -r major minor < <(stat -c '%Hd %Ld' "$file")
		terms+=("s_dev==$((major << 20 | minor))")
	done
	printf '%s\n' "${terms[@]}" | sort -u | paste -sd '|' | sed 's/|/ || /g'
}

# Sets trace: an instance with the events that are wanted, off.
make_instance() {
	local event filter

	mkdir "$tracefs/instances/$name"
	trace=$tracefs/instances/$name
	echo 0 >"$trace/tracing_on"
	echo mono >"$trace/trace_clock"
	echo $((buffer << 10)) >"$trace/buffer_size_kb"
	echo 1 >"$trace/options/event-fork"
	filter=$(device_filter "$work" /usr/include /usr/share /usr/bin /usr/lib)
	for event in add_to delete_from; do
		echo "$filter" >"$trace/events/filemap/mm_filemap_${event}_page_cache/filter"
		echo 1 >"$trace/events/filemap/mm_filemap_${event}_page_cache/enable"
	done
	for event in direct memcg node; do
		[ -d "$trace/events/vmscan/mm_vmscan_${event}_reclaim_begin" ] || continue
		echo 1 >"$trace/events/vmscan/mm_vmscan_${event}_reclaim_begin/enable"
		echo 1 >"$trace/events/vmscan/mm_vmscan_${event}_reclaim_end/enable"
	done
	names=$(cat "$tracefs/saved_cmdlines_size")
	echo 32768 >"$tracefs/saved_cmdlines_size"
}

# Undoes what was done, in the reverse order, whatever of it was.
clean_up() {
	local i

	[ -z "$names" ] || echo "$names" >"$tracefs/saved_cmdlines_size"
	[ -z "$trace" ] || rmdir "$trace"
	if [ -n "$cgroup" ]; then
		for i in 1 2 3 4 5 6 7 8 9 10; do
			rmdir "$cgroup" 2>/dev/null && break
			[ "$i" -lt 10 ] || echo "record-sample.sh: $cgroup stays" >&2
			# Orphans of what was killed; in here is nothing but ours.
			xargs -r kill -KILL <"$cgroup/cgroup.procs" 2>/dev/null || true
			sleep 0.5
		done
	fi
	[ -z "$controlled" ] || echo -memory >"$controlled"
	[ -z "$mounted" ] || umount "$mounted"
	[ -z "$work" ] || rm -rf "$work"
}

# ---- recording ----

# Events that no longer are in the buffer, or never got into it.
count_lost() {
	awk '/^(overrun|commit overrun|dropped events):/ { n += $NF } END { print n + 0 }' \
		"$trace"/per_cpu/cpu*/stats
}

# Tasks of the workload that were killed because their memory did not fit.
count_killed() {
	cat "$cgroup/memory.oom_control" "$cgroup/memory.events" 2>/dev/null |
		awk '$1 == "oom_kill" { print $2 }'
}

# In a process of its own, which the cgroup and the filter are told of.
run_workload() {
	echo "$BASHPID" >"$cgroup/cgroup.procs"
	echo "$BASHPID" >"$trace/set_event_pid"
	cd "$work"
	echo 1 >"$trace/tracing_on"
	workload
}

# The source, and the compiler: the machine's own one may be in use, hence in memory,
# on somebody else's account.
prepare() {
	git clone -q --no-local "$project" "$work/source"
	mkdir "$work/compiler"
	cp "$(cc -print-prog-name=cc1)" "$work/compiler"
	sync
	find "$work" -type f -exec \
		dd if={} iflag=nocache count=0 status=none \;
}

record() {
	local lost seconds

	prepare
	[ -z "$drop" ] || echo 1 >/proc/sys/vm/drop_caches
	seconds=$SECONDS
	run_workload &		# a condition would switch its errexit off
	if ! wait $!; then
		tail "$work/errors" >&2
		die "the workload failed, with $(count_killed) tasks killed for memory"
	fi
	echo 0 >"$trace/tracing_on"
	[ "$(count_killed)" -eq 0 ] || die "tasks were killed: more --memory is needed"
	lost=$(count_lost)
	echo "recorded $((SECONDS - seconds)) s, $lost events lost"
	[ "$lost" -eq 0 ] || die "events were lost: a larger --buffer is needed"
}

import() {
	local text=$work/trace.zst version

	version=$(uname -r)
	zstd -q <"$trace/trace" >"$text"
	[ -z "$keep" ] || cp "$text" "$keep"
	"$tmem" import --format ftrace --output "$output" --source \
		"tmem sample: kernel ${version%%-*}, stock tracepoints; $rounds rounds of cmake and gcc, git, grep, sort; cgroup ${memory} MB; $(date -u +%F)" \
		"$text"
}

while [ $# -gt 0 ]; do
	case $1 in
	--drop-caches) drop=1 && shift && continue ;;
	--help) usage && exit ;;
	esac
	[ $# -ge 2 ] || { usage >&2; exit 2; }
	case $1 in
	--output) output=$(realpath "$2") ;;
	--memory) memory=$2 ;;
	--rounds) rounds=$2 ;;
	--buffer) buffer=$2 ;;
	--tmem) tmem=$(realpath "$2") ;;
	--work) work=$(realpath "$2") ;;
	--keep) keep=$(realpath "$2") ;;
	*) usage >&2; exit 2 ;;
	esac
	shift 2
done
[ -n "$output" ] || { usage >&2; exit 2; }
[ "$(id -u)" -eq 0 ] || die "root is needed, for tracefs and the cgroup"
tmem=${tmem:-$project/build/release/bin/tmem}
[ -x "$tmem" ] || die "no $tmem: build it, or say --tmem PROGRAM"

mounted=
cgroup=
trace=
names=
controlled=
trap clean_up EXIT
trap 'exit 1' INT TERM HUP
work=$(mktemp -d "${work:-${TMPDIR:-/var/tmp}}/$name.XXXXXX")
find_tracefs
make_cgroup
make_instance
record
import
