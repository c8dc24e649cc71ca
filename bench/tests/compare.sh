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

results d1.json index/get_hit/tiny/rcu/buckets:64/pages:65536/real_time/threads:1 ns 80
results d2.json index/get_hit/tiny/rcu/buckets:256/pages:65536/real_time/threads:1 ns 40
results p.json index/get_hit/tiny/tbb/pages:65536/real_time/threads:1 ns 100
jq -s '{ context: {}, benchmarks: map(.benchmarks[]) }' "$dir"/d1.json "$dir"/d2.json \
	"$dir"/p.json >"$dir/all.json"
text=$("$summary" table "$dir/all.json")
want "the best bucket count, against the peer" \
	'^get_hit +tiny +64 Ki +1 +40\.0 +rcu \(256\) +40\.0 +tbb +100\.0 +2\.50$' "$text"
want "memory" '^tbb +tiny +64 Ki +12\.5$' "$text"

# ---- targets: 64 Ki is the smaller table here, and does not count ----

index=index/get_hit/medium pages=pages:4194304/real_time/threads:1
results t1.json "$index/rcu/buckets:64/$pages" ns 100 101 99
results t2.json "$index/rcu/buckets:256/$pages" ns 200 201 199
results t3.json "$index/hashbucket/buckets:256/$pages" ns 410 420 400
results t4.json "$index/hashbucket/buckets:64/$pages" ns 50
results t5.json "$index/swaptree/$pages" ns 60 60 60
results t6.json "$index/tbb/$pages" ns 149 160 140
results t7.json "$index/tbb/pages:65536/real_time/threads:1" ns 1
results ta.json "index/put_new/medium/rcu/buckets:64/$pages" ns 100
results t8.json store/put/lz4/persistent/text/real_time/threads:1 us 10
results t9.json store/bare/compress/text/real_time/threads:1 us 8
jq -s '{ context: { descriptor_B: "40", ephemeral_descriptor_B: "56" }, benchmarks: map(.benchmarks[]) }' \
	"$dir"/t?.json >"$dir/targets.json"
text=$("$summary" targets "$dir/targets.json")
want "which tables" '^target \(tables of 4194304 pages\)' "$text"
want "the best rcu, and 256 buckets in 2011" \
	'rcu over hashbucket, T1 +>= 4 +4\.10 +3\.96 - 4\.24 +yes\? +rcu \(64\) 100\.0 ns, hashbucket \(256\) 410' \
	"$text"
want "equal buckets" 'with 256 buckets both +2\.05 .* rcu \(256\)' "$text"
want "lost, without doubt" 'rcu over the best peer, T1 +>= 1\.5 +0\.60 .* NO +rcu .* swaptree 60' "$text"
want "lost, within the range" 'that takes any id +>= 1\.5 +1\.49 +1\.39 - 1\.62 +NO\? ' "$text"
want "bytes" '^memory, medium, bytes a page +<= 18 +12\.50 +yes ' "$text"
want "a descriptor" '^descriptor, persistent page, bytes +<= 40 +40\.00 +yes ' "$text"
want "another" '^descriptor, ephemeral page, bytes +<= 40 +56\.00 +NO ' "$text"
want "less is better" \
	'^lz4 put, text, persistent, over bare, T1 +<= 1\.05 +1\.25 +NO +bare/compress/text 8000\.0 ns, put' \
	"$text"
want "what is not there" '^lz4 get, text, persistent, over bare, T1 +<= 1\.05 +- +- +not measured' "$text"
want "the last line" '^3 met, 4 not, [0-9]+ not measured' "$text"
want_status 2 "$summary" nonesuch "$dir/targets.json"

[ "$failed" -eq 0 ] && echo "bench/compare and bench/summary: all as wanted"
exit "$failed"
