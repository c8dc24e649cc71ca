# SPDX-License-Identifier: GPL-2.0-or-later
#
# compare.jq: two results of "tmem replay --json --per pool", one of userspace and
# one of the kernel, to one object for each run:
#
#	design, store, counters (how many were compared), different: a list of
#	{name, user, kernel}; what the table shows; and wrong, a list of sentences
#
# What memory pressure took has to be 0.
# Call: jq -n -L . -f compare.jq --slurpfile user A.json --slurpfile kernel B.json
# --argjson percent P, by which zsmalloc and our arithmetic may differ, or null

include "counters";

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
	{
		design: $user.design, store: $user.store,
		counters: ($u + $k | length),
		different: different($u; $k),
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
check_same($u; $k) |
range($u.runs | length) | compare($u.runs[.]; $k.runs[.])
