# SPDX-License-Identifier: GPL-2.0-or-later
#
# person.sh - read by the tests of the command line: an empty folder to work in, which
# goes when they end, and fail(), after which $bad is 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
bad=0

fail() {
	echo "FAILED: $*"
	bad=1
}
