#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check-layers.sh ROOT: which folder's headers the sources of a folder include
#
# Dependencies point one way: below, each folder of the laboratory has behind it the folders
# that it may use, besides itself and the core. Folders named tests are exempt, and a folder
# that is not in the table may be added to it only with its place. (The core has a check of its
# own, core/tests/check-includes.sh.)
#
# check-layers.sh --selftest: plant includes that go the wrong way, and expect a no.
set -u

layers='
traces
traces/import		traces
traces/gen		traces
traces/fuzz		traces traces/import
sim			traces
sim/port/threads
sim/port/threads/port
sim/replay		sim traces kmod/uapi
sim/curve		sim sim/replay traces
sim/export		sim sim/replay traces traces/import
sim/sweep		sim sim/replay traces
sim/report		sim sim/sweep traces
sim/cli			sim sim/replay sim/curve sim/export sim/sweep sim/report traces traces/import traces/gen
'

# check ROOT: print what breaks a rule; status 1 if anything does
check() (
	cd "$1" || exit 1
	find sim traces -name '*.[ch]' ! -path '*/tests/*' -print0 |
		LC_ALL=C sort -z | LC_ALL=C xargs -0 awk -v layers="$layers" '
	function folder_of(path) {
		sub(/\/[^\/]*$/, "", path)
		return path
	}
	# a/b/../c is a/c
	function plain(path) {
		while (sub(/[^\/.][^\/]*\/\.\.\//, "", path))
			;
		return path
	}
	function there(path,   line, ret) {
		ret = (getline line < path) >= 0
		close(path)
		return ret
	}
	BEGIN {
		n = split(layers, line, "\n")
		for (i = 1; i <= n; i++) {
			m = split(line[i], word, /[ \t]+/)
			for (j = 1; j <= m && line[i] != ""; j++)
				may[word[1], word[j]]
			if (line[i] != "")
				known[word[1]]
		}
	}
	FNR == 1 {
		files++
		from = folder_of(FILENAME)
		if (!(from in known) && !(from in told)) {
			told[from]
			printf "%s: is in no layer; give it its place in check-layers.sh\n", from
			bad = 1
		}
	}
	# what the include path finds is the core, the world, or what the build has linked
	/^[ \t]*#[ \t]*include[ \t]*"/ {
		split($0, part, "\"")
		path = plain(from "/" part[2])
		if (!there(path))
			next
		to = folder_of(path)
		if (to != "core" && !((from, to) in may)) {
			printf "%s:%d: %s may not use %s\n\t%s\n", FILENAME, FNR, from, to, $0
			bad = 1
		}
	}
	END {
		if (!files) {
			print "no sources"
			bad = 1
		}
		exit bad
	}'
)

# expect_bad WHAT FILE LINE: sources with this LINE in FILE are found out
expect_bad() {
	rm -rf "$tmp/root"
	mkdir -p "$tmp/root/sim/cli" "$tmp/root/sim/sweep" "$tmp/root/sim/tests" \
		"$tmp/root/traces/import"
	for header in sim/values.h sim/cli/cli.h sim/sweep/sweep.h traces/trace.h \
		traces/import/import.h; do
		echo '#include <stdio.h>' >"$tmp/root/$header"
	done
	printf '%s\n' '#include "../sweep/sweep.h"' '#include "cli.h"' >"$tmp/root/sim/cli/cli.c"
	printf '%s\n' '#include "../../traces/trace.h"' '#include "tmem.h"' '#include "sweep.h"' \
		>"$tmp/root/sim/sweep/sweep.c"
	printf '%s\n' '#include "../cli/cli.h"' >"$tmp/root/sim/tests/sweep_test.c"
	if ! check "$tmp/root"; then
		echo "selftest: clean sources are refused"
		exit 1
	fi
	mkdir -p "$tmp/root/${2%/*}"
	printf '%s\n' "$3" >>"$tmp/root/$2"
	if check "$tmp/root" >"$tmp/said"; then
		echo "selftest: not found: $1: $3"
		exit 1
	fi
	grep -q "$2\|${2%/*}: is in no layer" "$tmp/said" ||
		{ echo "selftest: $1: found elsewhere"; cat "$tmp/said"; exit 1; }
	echo "found: $1"
}

case ${1-} in
--selftest)
	tmp=$(mktemp -d) || exit 1
	trap 'rm -rf "$tmp"' EXIT
	expect_bad 'a sweep that uses the command line' sim/sweep/sweep.c '#include "../cli/cli.h"'
	expect_bad 'in a header, with blanks' sim/sweep/sweep.h ' # include "../cli/cli.h"'
	expect_bad 'on a longer way' sim/sweep/sweep.c '#include "../../sim/cli/cli.h"'
	expect_bad 'traces that use the laboratory' traces/trace.h '#include "../sim/values.h"'
	expect_bad 'traces that use their importers' traces/trace.c '#include "import/import.h"'
	expect_bad 'a folder that nobody knows' sim/new/new.c '#include <stdio.h>'
	;;
'' | -*)
	echo "usage: $0 ROOT | --selftest" >&2
	exit 2
	;;
*)
	check "$1"
	;;
esac
