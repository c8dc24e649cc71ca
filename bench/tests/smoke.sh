#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# smoke.sh TMEM_BENCH: every benchmark of every suite runs for a moment on small
# tables, without an error, and reports work that was done
set -u
program=$1
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT

command -v jq >/dev/null || { echo "smoke.sh: jq is missing: apt-get install jq" >&2; exit 1; }

"$program" --quick --buckets 256 --run-threads 1,2 --benchmark_min_time=0.0001 \
	--benchmark_out="$out" >/dev/null
status=$?
if [ "$status" -ne 0 ]; then
	echo "smoke.sh: tmem-bench ended with status $status; failed were:" >&2
	jq -r '.benchmarks[] | select(.error_occurred) | "  \(.name): \(.error_message)"' "$out" >&2
	exit 1
fi

idle=$(jq -r '.benchmarks[] | select((.items_per_second // 0) <= 0 or .iterations <= 0) | .name' "$out")
if [ -n "$idle" ]; then
	printf 'smoke.sh: no work reported by:\n%s\n' "$idle" >&2
	exit 1
fi

for suite in index store port decode import replay; do
	n=$(jq "[.benchmarks[] | select(.name | startswith(\"$suite/\"))] | length" "$out")
	printf '%s: %s benchmarks\n' "$suite" "$n"
	[ "$n" -gt 0 ] || { echo "smoke.sh: suite $suite has none" >&2; exit 1; }
done

# the plan: every operation with a bucket for each object, 2011 as it was, and no
# chains so long that filling takes minutes
list=$("$program" --benchmark_list_tests)
for name in index/reclaim/tiny/objlock/buckets:1048576/pages:4194304 \
	index/flush_page/dense/hashbucket/buckets:256/pages:4194304 \
	index/mix/medium/rcu/buckets:64/pages:65536 index/put_get/dense/tbb/pages:65536; do
	grep -q "^$name/" <<<"$list" || { echo "smoke.sh: no $name" >&2; exit 1; }
done
if grep -E '^index/[a-z_]+/(tiny|medium)/rcu/buckets:(64|256)/pages:4194304/' <<<"$list"; then
	echo "smoke.sh: these would take minutes to fill" >&2
	exit 1
fi

# memory is a number of bytes that a table of pages can have
odd=$(jq -r '.benchmarks[] | select(.name | startswith("index/") and (contains("/nothing/") | not)) |
	select(.index_B <= 0 or .index_B > 1000) | "\(.name): \(.index_B)"' "$out")
if [ -n "$odd" ]; then
	printf 'smoke.sh: strange bytes a page:\n%s\n' "$odd" >&2
	exit 1
fi
