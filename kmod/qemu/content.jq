# SPDX-License-Identifier: GPL-2.0-or-later
#
# content.jq: two results of "tmem replay --json --per pool --content", one of
# userspace and one of the kernel, to one object for each kind of pools:
#
#	pools (ephemeral or persistent), user and kernel: what is reported, sums of
#	these pools; and of the whole run counters (how many were compared) and wrong,
#	a list of sentences, both in the first object alone
#
# The two LZ4 libraries make different sizes of the same page, and what follows from
# sizes differs too: it is reported and not compared.  What does not follow from them
# is compared: what was asked for always, and all counters but those of bytes and
# frames where room is plenty and the same pages were refused.
# Call: jq -n -L . -f content.jq --slurpfile user A.json --slurpfile kernel B.json

include "counters";

def kind:
	if .flags % 2 == 1 then "persistent" else "ephemeral" end;

def sum_of($which; $name):
	[.pools[] | select(kind == $which) | .[$name]] | add;

def reported($which):
	{
		pages: sum_of($which; "pages"),
		bytes: sum_of($which; "bytes_stored"),
		charged: sum_of($which; "bytes_charged"),
		hits: sum_of($which; "hits"),
		evicted: sum_of($which; "evicted"),
		refused: sum_of($which; "puts_policy"),
		nospace: sum_of($which; "puts_nospace")
	};

# Nothing went, and nothing was turned away, for lack of room.
def has_room:
	.evicted == 0 and .puts.refused.nospace == 0 and .puts.refused.nomem == 0;

def asked_for:
	with_entries(select(.key | test("^violations$|^(puts|gets|flushes)\\.total$|^pools\\.[0-9]+\\.(puts|gets|flushes)$")));

def not_of_size:
	with_entries(select(.key | test("bytes_stored$|bytes_charged$|^memory\\.frames$") | not));

def comparable($user; $kernel):
	if ([$user, $kernel | has_room] | all) and
	   [$user.pools[].puts_policy] == [$kernel.pools[].puts_policy] then
		not_of_size
	else
		asked_for
	end;

def report($user; $kernel):
	($user | counters | comparable($user; $kernel)) as $u |
	($kernel | counters | comparable($user; $kernel)) as $k |
	[
		(different($u; $k)[] |
		 "\(.name) is \(.user) in userspace, \(.kernel) in the kernel"),
		($kernel.memory.shrunk_frames | select(. > 0) |
		 "memory pressure took \(.) frames: give the guest more memory")
	] as $wrong |
	[$user.pools[] | kind] | unique | to_entries[] |
	.value as $which |
	{
		pools: $which,
		user: ($user | reported($which)),
		kernel: ($kernel | reported($which)),
		counters: (if .key == 0 then $u + $k | length else 0 end),
		wrong: (if .key == 0 then $wrong else [] end)
	};

$user[0] as $u | $kernel[0] as $k |
check_same($u; $k) |
if ($u.runs | length) != 1 or ($u.content | not) then
	error("not one run with the pages of a file")
else
	report($u.runs[0]; $k.runs[0])
end
