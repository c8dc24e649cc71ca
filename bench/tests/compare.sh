#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# compare.sh COMPARE: bench/compare and bench/summary on results made by hand
set -u
compare=$1
summary=${1%/*}/summary
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
failed=0

# results FILE NAME UNIT TIME...: one benchmark, as Google Benchmark writes it
results() {
	local file=$1 name=$2 unit=$3

	shift 3
	printf '%s\n' "$@" | jq -s --arg name "$name" --arg unit "$unit" '
		{ context: { pages: "65536" }, benchmarks: [.[] | { name: $name,
		  run_name: $name, run_type: "iteration", threads: 1, real_time: .,
		  time_unit: $unit, items_per_second: 5, index_B: 12.5, total_B: 76.5 }] }' \
		>"$dir/$file"
}

fail() {
	printf 'compare.sh: %s\n' "$*" >&2
	failed=1
}

# want WHAT PATTERN TEXT
want() {
	grep -Eq -- "$2" <<<"$3" || fail "$1: no \"$2\" in:
$3"
}

# want_status STATUS COMMAND...
want_status() {
	local wanted=$1 status

	shift
	"$@" >/dev/null 2>&1
	status=$?
	[ "$status" -eq "$wanted" ] || fail "status $status, not $wanted, of: $*"
}

results a.json x ns 100 110 90
results faster.json x us 0.05 0.06 0.04
results slower.json x ns 200 210 190
results equal.json x ns 95 115 105
results other.json y ns 1

want "units, faster" '^x +100\.0 +50\.0 +0\.500  faster$' \
	"$("$compare" "$dir/a.json" "$dir/faster.json")"
text=$("$compare" "$dir/a.json" "$dir/slower.json")
want "slower" '^x +100\.0 +200\.0 +2\.000  slower$' "$text"
want "the last line" '^1 compared: 0 faster, 1 slower' "$text"
want "overlap" '1\.050  =$' "$("$compare" "$dir/a.json" "$dir/equal.json")"
want_status 0 "$compare" "$dir/a.json" "$dir/equal.json"
want_status 1 "$compare" "$dir/a.json" "$dir/other.json"
want_status 1 "$compare" "$dir/a.json" "$dir/equal.json" nonesuch
want_status 2 "$compare" "$dir/a.json" /dev/null
want_status 2 "$compare" "$dir/a.json"

want "csv" '^x,1,100,90,110,20,5,12\.5,76\.5,3$' "$("$summary" csv "$dir/a.json")"

results d1.json index/get_hit/tiny/rcu/buckets:64/real_time/threads:1 ns 80
results d2.json index/get_hit/tiny/rcu/buckets:256/real_time/threads:1 ns 40
results p.json index/get_hit/tiny/tbb/real_time/threads:1 ns 100
jq -s '{ context: {}, benchmarks: map(.benchmarks[]) }' "$dir"/d1.json "$dir"/d2.json \
	"$dir"/p.json >"$dir/all.json"
text=$("$summary" table "$dir/all.json")
want "the best bucket count, against the peer" \
	'^get_hit +tiny +1 +40\.0 +rcu \(256\) +40\.0 +tbb +100\.0 +2\.50$' "$text"
want "memory" '^tbb +tiny +12\.5$' "$text"

[ "$failed" -eq 0 ] && echo "bench/compare and bench/summary: all as wanted"
exit "$failed"
