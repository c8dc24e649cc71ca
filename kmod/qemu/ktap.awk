# SPDX-License-Identifier: GPL-2.0-or-later
#
# ktap.awk: reads the KTAP in a console log (with or without time stamps) and
# prints one line, "<passed> <failed> <skipped> <documents>", after a line
# "<line number> <what>" for each thing that is wrong: a failed test, a plan that
# was not kept, a number out of order, a test that never ended.

BEGIN { deepest = -1 }

function wrong(what)
{
	print NR, what
}

# Leave the levels below this one: each must have kept its plan.
function close_below(level,	l)
{
	for (l = deepest; l > level; l--) {
		if (!(l in plan))
			continue
		if (seen[l] != plan[l])
			wrong("KTAP: " seen[l] + 0 " results of " plan[l] " planned")
		delete plan[l]
		delete seen[l]
	}
	if (deepest > level)
		deepest = level
}

{
	sub(/\r$/, "")
	sub(/^(<[0-9]>)?\[ *[0-9]+\.[0-9]+\](\[ *[TC][0-9]+\])? /, "")
	sub(/^tmem_test: /, "")
	match($0, /^ */)
	level = int(RLENGTH / 4)
	text = substr($0, RLENGTH + 1)
}

text ~ /^KTAP version 1$/ {
	if (level == 0) {
		close_below(-1)
		documents++
	}
	next
}

text ~ /^1\.\.[0-9]+$/ {
	close_below(level)
	if (level in plan)
		wrong("KTAP: a second plan")
	plan[level] = substr(text, 4) + 0
	seen[level] = 0
	if (level > deepest)
		deepest = level
	next
}

text ~ /^(not )?ok [0-9]+/ {
	suite = deepest > level
	close_below(level)
	number = text
	sub(/^(not )?ok /, "", number)
	sub(/[^0-9].*/, "", number)
	seen[level]++
	if (!(level in plan))
		wrong("KTAP: a result without a plan: " text)
	else if (number + 0 != seen[level])
		wrong("KTAP: result " number " comes as number " seen[level])
	if (text ~ /# SKIP/)
		skipped += !suite
	else if (text ~ /^not/) {
		failed++
		wrong(text)
	} else
		passed += !suite
}

END {
	close_below(-1)
	print passed + 0, failed + 0, skipped + 0, documents + 0
}
