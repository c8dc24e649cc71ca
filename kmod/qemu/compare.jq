# SPDX-License-Identifier: GPL-2.0-or-later
#
# compare.jq: two results of "tmem replay --json --per pool", one of userspace and
# one of the kernel, to one object for each run:
#
#	design, store, counters (how many were compared), different: a list of
#	{name, user, kernel}; what the table shows; and wrong, a list of sentences
#
# Every number of a run is a counter, except times, peaks, and what belongs to the
# world: pages that an allocator holds besides those that it was asked for, and
# what memory pressure took, which has to be 0.
# Call: jq -n -f compare.jq --slurpfile user A.json --slurpfile kernel B.json
# --argjson percent P, by which zsmalloc and our arithmetic may differ, or null

def not_counters:
	["repeat", "interrupted", "threads", "seconds", "ops_per_second",
	 "latency_ns", "world", "timed", "seconds_saved", "intervals"];

def counters:
	delpaths(not_counters | map([.])) |
	del(.memory.frames_peak, .memory.allocator_frames, .memory.shrunk_frames) |
	[paths(scalars) as $p | {key: ($p | map(tostring) | join(".")), value: getpath($p)}] |
	from_entries;

# Frames that persistent pages are charged by the core's own arithmetic.
def persistent_frames:
	[.pools[]? | select(.flags % 2 == 1) | .bytes_charged] | add // 0 | . / 4096;

def apart($a; $b):
	(($a - $b) | fabs) * 100 > $b * $percent;

# What is wrong with a run, as sentences.
def wrong:
	(.different[] | "\(.name) is \(.user) in userspace, \(.kernel) in the kernel"),
	(select(.shrunk > 0) |
	 "memory pressure took \(.shrunk) frames: give the guest more memory"),
	(select($percent != null and apart(.zsmalloc; .model)) |
	 "zsmalloc took \(.zsmalloc) frames, the allocator of userspace \(.model): more than \($percent)% apart"),
	(select($percent != null and .flushed == 0 and .evicted == 0 and
		apart(.zsmalloc; .charged)) |
	 "zsmalloc took \(.zsmalloc) frames, \(.charged) were charged: more than \($percent)% apart");

def compare($user; $kernel):
	($user | counters) as $u | ($kernel | counters) as $k |
	([$u, $k | keys] | add | unique) as $names |
	{
		design: $user.design, store: $user.store,
		counters: ($names | length),
		different: [$names[] | select($u[.] != $k[.]) |
			    {name: ., user: $u[.], kernel: $k[.]}],
		hits: $kernel.gets.hits,
		refused: ($kernel.puts.refused | add),
		evicted: $kernel.evicted,
		bytes: $kernel.statistics.bytes_stored,
		flushed: $kernel.statistics.flushed,
		charged: ($kernel | if .store == "lz4" then persistent_frames else 0 end),
		model: $user.memory.allocator_frames,
		zsmalloc: $kernel.memory.allocator_frames,
		shrunk: ($kernel.memory.shrunk_frames)
	} |
	.wrong = [wrong];

$user[0] as $u | $kernel[0] as $k |
if ($u.runs | length) == 0 or ($u.runs | length) != ($k.runs | length) then
	error("\($u.runs | length) runs in userspace, \($k.runs | length) in the kernel")
elif [$u.runs[].world, $k.runs[].world] | unique != ["kernel", "threads"] then
	error("not a run of userspace and one of the kernel")
elif $u.traces[0].checksum != $k.traces[0].checksum then
	error("the traces differ: \($u.traces[0].checksum), \($k.traces[0].checksum)")
else
	range($u.runs | length) | compare($u.runs[.]; $k.runs[.])
end
