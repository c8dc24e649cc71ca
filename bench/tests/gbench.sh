#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# gbench.sh GBENCH_TEST: run it, and look at its JSON and exit status
set -u
program=$1
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
failed=0

fail() {
	printf 'gbench.sh: %s\n' "$*" >&2
	failed=1
}

# want WHAT JQ-CONDITION: true of the results
want() {
	jq -e "$2" "$out" >/dev/null || fail "$1: not so: $2"
}

command -v jq >/dev/null || { echo "gbench.sh: jq is missing: apt-get install jq" >&2; exit 1; }

"$program" --good --benchmark_min_time=0.01 --benchmark_out="$out" >/dev/null 2>&1 ||
	fail "the good benchmarks ended with status $?"
one='.benchmarks[] | select(.name == '
want "context" '.context.flavour == "test"'
want "a range has its ends and what is between" \
	'[.benchmarks[].name | select(startswith("loop/"))] == ["loop/16/real_time", "loop/32/real_time", "loop/64/real_time"]'
want "each iteration is a turn" "$one\"loop/16/real_time\") | .turns_each == 1"
want "label" "$one\"loop/16/real_time\") | .label == \"a label\""
want "items and bytes" \
	"$one\"loop/64/real_time\") | (.bytes_per_second / .items_per_second - 64 | fabs) < 0.001"
want "a rate" "$one\"loop/64/real_time\") | (.rate / .items_per_second - 100 | fabs) < 0.001"
want "names of arguments, and their values" "$one\"take/first:11/most:13\") | .first == 11"
want "taking comes to all iterations" "$one\"take/first:11/most:13\") | .turns_each == 1"
want "threads add up" "$one\"threads/real_time/threads:3\") | .sum == 15"
want "threads are averaged" "$one\"threads/real_time/threads:3\") | .average == 5"
want "one thread" "$one\"threads/real_time/threads:1\") | .sum == 5"
want "fixed iterations" "$one\"pause/iterations:10/real_time\") | .iterations == 10"
want "a pause is not timed" \
	"$one\"pause/iterations:10/real_time\") | .time_unit == \"us\" and .real_time < 1000"

want "time by hand" "$one\"manual/manual_time\") | (.real_time - 5 | fabs) < 0.001"
want "pinned, and not any more" "$one\"unpin\") | .pinned == 1 and .unpinned == 1"

for how in skip early never; do
	"$program" "--$how" --benchmark_min_time=0.01 --benchmark_out="$out" >/dev/null 2>&1
	status=$?
	[ "$status" -eq 1 ] || fail "--$how ended with status $status, not 1"
	want "--$how is an error of its benchmark" \
		'.benchmarks[0] | .error_occurred and (.error_message | length > 0)'
done

"$program" --good --benchmark_filter=nonesuch >/dev/null 2>&1
status=$?
[ "$status" -eq 2 ] || fail "a filter that matches nothing ended with status $status, not 2"
"$program" --good --benchmark_nonesuch >/dev/null 2>&1
status=$?
[ "$status" -eq 2 ] || fail "a wrong option ended with status $status, not 2"

[ "$failed" -eq 0 ] && echo "gbench: all as wanted"
exit "$failed"
