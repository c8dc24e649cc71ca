#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check-readme.sh README SOURCE PROGRAM: the example that README shows is what
# is tested.  Its first block of C is SOURCE, to the letter, and its first
# block of plain text after that is what PROGRAM prints.
set -eu
readme=$1 source=$2 program=$3
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# block LANGUAGE: the first fenced block of that language, from C on
block() {
	awk -v fence="\`\`\`$1" '
		$0 == "```c" { seen = 1 }
		!inside && seen && $0 == fence { inside = 1; next }
		inside && $0 == "```" { exit }
		inside' "$readme"
}

block c >"$tmp/source"
block text >"$tmp/output"
"$program" >"$tmp/printed" || { echo "$program exits with $?"; exit 1; }

test -s "$tmp/source" || { echo "$readme shows no C"; exit 1; }
diff -u "$tmp/source" "$source"
diff -u "$tmp/output" "$tmp/printed"
