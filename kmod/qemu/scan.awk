# SPDX-License-Identifier: GPL-2.0-or-later
#
# scan.awk: reads a console log from the line where the guest's init starts to that
# where it ends, and prints "<line number> <line>" for each line in which the kernel complains.
#
# What KCSAN says of others than our modules is not ours: its report is passed
# over, from the "BUG: KCSAN" to the line of "=" that ends it.  An access is ours
# if the function that made it is, or one that handles memory of its caller.

function complain(number, line)
{
	print number, line
	last = NR
}

{
	sub(/\r$/, "")
	line = $0
	sub(/^(<[0-9]>)?\[ *[0-9]+\.[0-9]+\](\[ *[TC][0-9]+\])? /, "", line)
}

!started {
	started = line ~ /^tmem-guest: start/
	next
}

line ~ /^tmem-guest: end$/ { exit }

# The guest's own words and the tests' names are no complaints.
line ~ /^tmem-guest: / { next }
line ~ /^ *(not )?ok [0-9]/ || line ~ /^ *# / { next }

line ~ /BUG: KCSAN/ {
	kcsan = NR
	kcsan_line = line
	ours = 0
	top = 0
	next
}

kcsan {
	if (line ~ /(read|write).* to 0x|(read|write).*\(marked/)
		top = 1
	else if (top && line !~ /^ (mem|__mem|rb_|__rb_|LZ4|list_|__list|_find)/) {
		if (line ~ /\[tmem(_test)?\]/)
			ours = 1
		top = 0
	}
	if (line ~ /^=+$/) {
		if (ours)
			complain(kcsan, kcsan_line)
		kcsan = 0
	}
	next
}

line ~ /WARNING|BUG|Oops|[Ll]eak|unreferenced object/ ||
line ~ /general protection fault|Kernel panic/ ||
line ~ /lockdep|possible (circular|recursive|irq)|inconsistent lock state|INVALID/ ||
line ~ /lock held when returning|bad unlock balance|held lock freed|LOCKDEP/ ||
line ~ /sleeping function called|scheduling while atomic|suspicious RCU usage/ ||
line ~ /INFO: task .* blocked|blocked for more than|hung task|lockup/ ||
line ~ /rcu.*(stall|detected expedited)|RCU.*stall|UBSAN|KASAN|ODEBUG|KFENCE/ ||
line ~ /refcount_t|list_(add|del) corruption|[Ss]lab corruption|Objects remaining/ ||
line ~ /Bad page|Out of memory|oom-kill|Invalid wait context/ {
	complain(NR, line)
}

# The stack of something that none of these words is in: reports that were found
# have theirs within so many lines.
line ~ /Call Trace/ && (!last || NR > last + 40) {
	complain(NR, line)
}

END {
	if (kcsan && ours)
		complain(kcsan, kcsan_line)
}
