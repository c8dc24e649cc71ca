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

[ "$bad" -eq 0 ] && echo "all as expected"
exit "$bad"
