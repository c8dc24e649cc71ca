#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# trace_dat_record.sh TMEM: what this kernel records is the same trace, as trace.dat
# and as the text of trace-cmd report; once all of it, once with losses, and once the
# requests of disks, if it has any.  Ends with 77 where nothing can be recorded: not root,
# no tracefs, no event, no trace-cmd.
#
# Recorded in a tracefs instance of its own, which is removed; pages come from there
# as they are and trace-cmd restore makes a trace.dat of them.
set -u
tmem=$1
tracing=/sys/kernel/tracing
work=$(mktemp -d) || exit 1
instance='' mounted=''

clean() {
	[ -n "$instance" ] && echo 0 >"$instance/tracing_on" && rmdir "$instance"
	[ -n "$mounted" ] && umount "$tracing"
	rm -rf "$work"
}
trap clean EXIT

skip() {
	echo "skipped: $*"
	exit 77
}

fail() {
	echo "trace_dat_record.sh: $*" >&2
	exit 1
}

[ "$(id -u)" -eq 0 ] || skip "recording needs root"
command -v trace-cmd >/dev/null || skip "no trace-cmd here: apt-get install trace-cmd"
if [ ! -d "$tracing/instances" ]; then
	mount -t tracefs tracefs "$tracing" 2>/dev/null || skip "tracefs cannot be mounted"
	mounted=1
fi
grep -q '^filemap:mm_filemap_add_to_page_cache$' "$tracing/available_events" ||
	skip "this kernel has no filemap events"
mkdir "$tracing/instances/tmem-test-$$" 2>/dev/null || skip "no instance can be made"
instance=$tracing/instances/tmem-test-$$
echo local >"$instance/trace_clock" || skip "no clock can be chosen"
for event in filemap/mm_filemap_{add_to,delete_from}_page_cache vmscan; do
	echo 1 >"$instance/events/$event/enable" || skip "$event cannot be switched on"
done

# record NAME KB: with so much buffer a CPU
record() {
	local cpu files=() i

	echo 0 >"$instance/tracing_on"
	echo "$2" >"$instance/buffer_size_kb"
	echo >"$instance/trace"
	echo 1 >"$instance/tracing_on"
	for ((i = 0; i < 40; i++)); do
		head -c 1M /dev/zero >"$work/file"
		sync "$work/file"
		cat "$work/file" >/dev/null
		rm "$work/file"
	done
	echo 0 >"$instance/tracing_on"
	for cpu in "$instance"/per_cpu/cpu*; do
		dd if="$cpu/trace_pipe_raw" of="$work/${cpu##*/}" bs=4096 iflag=nonblock 2>/dev/null
	done
	for ((i = 0; ; i++)); do
		[ -d "$instance/per_cpu/cpu$i" ] || break
		files+=("$work/cpu$i")
	done
	trace-cmd restore -c -o "$work/head" >/dev/null 2>&1 &&
		trace-cmd restore -i "$work/head" -o "$work/$1.dat" "${files[@]}" >/dev/null 2>&1 ||
		skip "trace-cmd restore makes no trace.dat here"
}

# compare NAME STATUS FORMAT: that of the text
compare() {
	local status

	"$tmem" import --source x --output "$work/dat.tmt" "$work/$1.dat" 2>"$work/dat.log"
	status=$?
	[ "$status" -eq "$2" ] || fail "$1.dat: status $status, not $2: $(cat "$work/dat.log")"
	trace-cmd report -i "$work/$1.dat" 2>/dev/null |
		"$tmem" import --source x --format "$3" --output "$work/text.tmt" - 2>"$work/text.log"
	cmp "$work/dat.tmt" "$work/text.tmt" ||
		fail "$1: trace.dat and its report differ: $(cat "$work/dat.log" "$work/text.log")"
	printf '%s: %s\n' "$1" "$(grep '^events' "$work/dat.log")"
	grep '^lost' "$work/dat.log"
}

# The status that an import must have: 3 where the kernel says that a buffer was too small, as
# it is for "whole" when others write very much meanwhile.
overrun() {
	cat "$instance"/per_cpu/cpu*/stats |
		awk '/^(overrun|dropped events):/ { n += $NF } END { print n ? 3 : 0 }'
}

record whole 20000
compare whole "$(overrun)" ftrace
record lossy 4
[ "$(overrun)" -eq 3 ] || fail "the kernel knows of no losses"
compare lossy 3 ftrace
for event in filemap/mm_filemap_{add_to,delete_from}_page_cache vmscan; do
	echo 0 >"$instance/events/$event/enable"
done
echo 1 >"$instance/events/block/block_bio_queue/enable" || exit 0
record blocks 20000
if trace-cmd report -i "$work/blocks.dat" 2>/dev/null | grep -q ': block_bio_queue: '; then
	compare blocks "$(overrun)" ftrace-block
else
	echo "blocks: $work is on no disk"
fi
exit 0
