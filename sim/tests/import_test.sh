#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# import_test.sh TMEM SAMPLES: import as a person meets it.  Every file in SAMPLES is
# called by its format, and is imported both under its name and recognised.
set -u
tmem=$1 samples=$2
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
bad=0

fail() {
	echo "FAILED: $*"
	bad=1
}

for sample in "$samples"/*; do
	format=$(basename "$sample")
	format=${format%%.*}
	[ "$format" = README ] && continue
	"$tmem" import --format "$format" "$sample" -o t.tmt 2>err ||
		{ fail "import of $sample: $?"; cat err; continue; }
	"$tmem" info t.tmt >info || fail "info of $sample"
	"$tmem" import --strict "$sample" -o again.tmt 2>err || fail "$sample is not recognised"
	grep -q "^format: $format," err || { fail "$sample is taken for something else"; cat err; }
done

# refuse PATTERN OPTION...: status 2 and one line that matches
refuse() {
	local pattern=$1
	shift
	"$tmem" import "$@" -o none.tmt "$samples/msr.csv" >out 2>err
	[ $? -eq 2 ] || fail "not status 2: $*"
	[ "$(wc -l <err)" -eq 1 ] && grep -q -e "$pattern" err || { fail "no '$pattern': $*"; cat err; }
	[ -e none.tmt ] && fail "a file is left: $*"
}

# filters
"$tmem" import --client hm --device 0 --from 1s --until 7s --only read,write --sample 1/1 \
	"$samples/msr.csv" -o hm.tmt 2>err || { fail "filters: $?"; cat err; }
grep -q "^left out by --device: 1 event$" err || { fail "no count of what is left out"; cat err; }
"$tmem" info hm.tmt | grep -q -e "--device 0 --client hm --from 1000000000ns" ||
	fail "the header does not tell the filter"
refuse "no device 7 in it; there are 0, 1$" --device 7
refuse "does not tell the process" --pid 5
refuse "not a time" --from soon
refuse "nothing is before" --until 0
refuse "not of put, get" --only reads
refuse "not of put, get" --only ""
refuse "--sample" --sample 1/
refuse "--sample" --sample 0
refuse "--pid" --pid x

[ "$bad" -eq 0 ] && echo "all as expected"
exit "$bad"
