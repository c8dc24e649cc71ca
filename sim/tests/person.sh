# SPDX-License-Identifier: GPL-2.0-or-later
#
# person.sh - read by the tests of the command line: an empty folder to work in, which goes
# when they end, and fail(), after which $bad is 1.  The program that they try is $tmem.
if [ -n "${tmem:-}" ]; then
	[ -x "$tmem" ] && tmem=$(realpath "$tmem") || { echo "no program: $tmem"; exit 1; }
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
bad=0

fail() {
	echo "FAILED: $*"
	bad=1
}

# expect STATUS PATTERN COMMAND...: the status, and one line of error that matches; with
# "" for PATTERN whatever it says, with - nothing at all.  What was printed is in out and err.
expect() {
	local status=$1 pattern=$2 got
	shift 2
	"$@" >out 2>err </dev/null
	got=$?
	[ "$got" -eq "$status" ] || { fail "status $got, not $status: $*"; cat err; }
	case $pattern in
	"") ;;
	-) [ ! -s err ] || { fail "an error: $*"; cat err; } ;;
	*)
		[ "$(wc -l <err)" -eq 1 ] || { fail "not one line of error: $*"; cat err; }
		grep -q -- "$pattern" err || { fail "no '$pattern': $*"; cat err; }
		;;
	esac
}
