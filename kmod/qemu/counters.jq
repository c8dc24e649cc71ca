# SPDX-License-Identifier: GPL-2.0-or-later
#
# counters.jq: what two worlds can be compared by; included with -L of this folder.

def not_counters:
	["repeat", "interrupted", "threads", "seconds", "ops_per_second",
	 "front", "latency_ns", "world", "timed", "seconds_saved", "intervals",
	 "fairness", "busy", "threads_detail"];

# Every number of a run is a counter, except times, peaks, and what belongs to the
# world: pages that an allocator holds besides those that it was asked for, and
# what memory pressure took.
def counters:
	delpaths(not_counters | map([.])) |
	del(.memory.frames_peak, .memory.allocator_frames, .memory.shrunk_frames) |
	[paths(scalars) as $p | {key: ($p | map(tostring) | join(".")), value: getpath($p)}] |
	from_entries;

# Counters of two runs that differ: a list of {name, user, kernel}.
def different($u; $k):
	[($u + $k | keys[]) | select($u[.] != $k[.]) |
	 {name: ., user: $u[.], kernel: $k[.]}];

# An error unless two results are of the same replay in userspace and in a kernel.
def check_same($u; $k):
	if ($u.runs | length) == 0 or ($u.runs | length) != ($k.runs | length) then
		error("\($u.runs | length) runs in userspace, \($k.runs | length) in the kernel")
	elif [$u.runs[].world, $k.runs[].world] | unique != ["kernel", "threads"] then
		error("not a run of userspace and one of the kernel")
	elif $u.traces[0].checksum != $k.traces[0].checksum then
		error("the traces differ: \($u.traces[0].checksum), \($k.traces[0].checksum)")
	elif $u.content.checksum != $k.content.checksum then
		error("the pages differ: \($u.content.checksum), \($k.content.checksum)")
	else
		.
	end;
