#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check-includes.sh FOLDER: the core keeps to its manifest
#
# The sources right in FOLDER (those below it, tests among them, are exempt)
#  - include headers of FOLDER and nothing else; port.h alone, and port.h for
#    certain, includes <port/impl.h>;
#  - have no conditional but include guards and TMEM_DEBUG: which world it is
#    never shows in the core;
#  - name no kernel configuration, not even in a comment;
#  - reach shared memory through the manifest: no bare builtin, no fence, no
#    inline assembly.
#
# check-includes.sh --selftest: plant each of these faults, and expect a no.
set -u

# check FOLDER: print what breaks a rule; status 1 if anything does
check() (
	cd "$1" || exit 1
	awk -v headers="$(echo *.h)" '
	function bad(rule) {
		printf "%s:%d: %s\n\t%s\n", FILENAME, FNR, rule, $0
		status = 1
	}
	function names(pattern) {
		return (" " code " ") ~ ("[^A-Za-z0-9_](" pattern ")[^A-Za-z0-9_]")
	}
	BEGIN {
		n = split(headers, name, " ")
		for (i = 1; i <= n; i++)
			ours["\"" name[i] "\""] = 1
	}
	{	# code: the line without its comments
		code = $0
		if (FNR == 1)
			comment = 0
		if (comment) {
			comment = !match(code, /\*\//)
			code = comment ? "" : substr(code, RSTART + 2)
		}
		gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, " ", code)
		if (match(code, /\/\*/)) {
			code = substr(code, 1, RSTART - 1)
			comment = 1
		}
		sub(/\/\/.*/, "", code)
	}
	/^[ \t]*(#|%:|\?\?=)[ \t]*(include|import|embed)/ {
		if (FILENAME == "port.h" && $0 == "#include <port/impl.h>")
			world = 1
		else if ($1 != "#include" || !($2 in ours))
			bad("includes what is not a header of the core")
	}
	/^[ \t]*(#|%:|\?\?=)[ \t]*(if|elif)/ {
		if ($0 !~ /^#ifndef TMEM_[A-Z0-9_]*_?H$/ &&
		    $0 !~ /^#(if|ifdef|ifndef) TMEM_DEBUG$/ &&
		    $0 !~ /^#if !?defined\(TMEM_DEBUG\)$/)
			bad("a conditional that is no include guard and not TMEM_DEBUG")
	}
	/__KERNEL__|CONFIG_[A-Z]/ {
		bad("names the configuration of a kernel")
	}
	code ~ /__(atomic|sync|builtin|c11)_/ ||
	names("asm|__asm__|volatile|(__)?smp_r?w?mb|barrier|atomic_thread_fence") {
		bad("passes the manifest by")
	}
	END {
		if (!world) {
			print "port.h: does not include <port/impl.h>"
			status = 1
		}
		exit status
	}' *.c *.h
)

# expect_bad WHAT FILE LINE: a core with this LINE in FILE is found out
expect_bad() {
	rm -rf "$tmp/core"
	mkdir "$tmp/core"
	printf '%s\n' '#ifndef TMEM_PORT_H' '#define TMEM_PORT_H' \
		'#include <port/impl.h>' '#endif' >"$tmp/core/port.h"
	printf '%s\n' '#ifndef TMEM_H' '#define TMEM_H' '#include "port.h"' \
		'#endif' >"$tmp/core/tmem.h"
	printf '%s\n' '#include "tmem.h"	/* the contract */' '#ifdef TMEM_DEBUG' \
		'#endif' '/* volatile: see' ' * a barrier */ int asm_volatile; // asm' \
		'/** no asm **/ int a; /* smp_mb */ int b; /* barrier' ' */' \
		>"$tmp/core/tmem.c"
	if ! check "$tmp/core"; then
		echo "selftest: a clean core is refused"
		exit 1
	fi
	printf '%s\n' "$3" >>"$tmp/core/$2"
	if check "$tmp/core" >"$tmp/said"; then
		echo "selftest: not found: $1: $3"
		exit 1
	fi
	echo "found: $1"
}

selftest() {
	tmp=$(mktemp -d) || exit 1
	trap 'rm -rf "$tmp"' EXIT
	expect_bad 'a header of the system' tmem.c '#include <stdio.h>'
	expect_bad 'spaces around an include' tmem.c ' #  include <stdio.h>'
	expect_bad 'a header of another folder' tmem.c '#include "../sim/port.h"'
	expect_bad 'a header that is not there' tmem.c '#include "other.h"'
	expect_bad 'the world included past port.h' tmem.c '#include <port/impl.h>'
	expect_bad 'a second outside include in port.h' port.h '#include <linux/list.h>'
	expect_bad 'the kernel told apart' tmem.c '#ifdef __KERNEL__'
	expect_bad 'a world told apart' tmem.h '#if defined(TMEM_PORT_THREADS)'
	expect_bad 'a configuration' tmem.c '	if (IS_ENABLED(CONFIG_SMP))'
	expect_bad 'a bare builtin' tmem.c '	__atomic_store_n(&x, 1, 0);'
	expect_bad 'a fence' tmem.c '	smp_mb();'
	expect_bad 'volatile' tmem.c 'static volatile int x;'
	expect_bad 'assembly after a comment' tmem.c '/* a */ asm("nop"); /* b'
	rm -rf "$tmp/core"
	mkdir "$tmp/core"
	echo '#include "port.h"' >"$tmp/core/tmem.c"
	echo 'struct empty;' >"$tmp/core/port.h"
	if check "$tmp/core" >"$tmp/said"; then
		echo 'selftest: not found: a port.h without a world'
		exit 1
	fi
	echo 'found: a port.h without a world'
}

case ${1-} in
--selftest)
	selftest
	;;
'' | -*)
	echo "usage: $0 FOLDER | --selftest" >&2
	exit 2
	;;
*)
	check "$1"
	;;
esac
