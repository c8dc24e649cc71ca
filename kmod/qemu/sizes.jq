# SPDX-License-Identifier: GPL-2.0-or-later
#
# sizes.jq: two results of a replay that put one page into each of many pools, one of
# userspace and one of the kernel, to one object that tells how the sizes of these
# pages differ.  Called as content.jq is.

include "counters";

def sizes:
	[.pools[] | if .pages == 1 then .bytes_stored else null end];

$user[0] as $u | $kernel[0] as $k |
check_same($u; $k) |
($u.runs[0] | sizes) as $a | ($k.runs[0] | sizes) as $b |
[range($a | length) | {user: $a[.], kernel: $b[.]}] |
map(select(.user and .kernel) | . + {by: (.kernel - .user)}) as $kept |
{
	pages: length,
	kept: ($kept | length),
	kept_by_one: (map(select((.user == null) != (.kernel == null))) | length),
	smaller: ($kept | map(select(.by < 0)) | length),
	larger: ($kept | map(select(.by > 0)) | length),
	most: ([$kept[].by | fabs] | max // 0),
	bytes: ([$kept[].user] | add // 0),
	by: ([$kept[].by] | add // 0)
}
