#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# import_test.sh TMEM SAMPLES: import as a person meets it.  Each format of the table has a
# file in SAMPLES that is called by its name, and is imported both under its name and
# recognised, and what the doctor advises for it works as it stands.
set -u
tmem=$1 samples=$2
. "${BASH_SOURCE[0]%/*}/person.sh"

# Those that no file is taken for, whatever is in it.
echo "no format has such a line" >tale
"$tmem" import -o t.tmt tale 2>err && fail "a tale is imported"
unasked=" $(sed -n 's/.*only by --format: //p' err | tr -d ,) "
[ "$unasked" != "  " ] || { fail "no list of formats that are not recognised"; cat err; }

# recognised FORMAT SAMPLE
recognised() {
	"$tmem" import --strict "$2" -o again.tmt 2>err || fail "$2 is not recognised"
	grep -q "^format: $1," err || { fail "$2 is taken for something else"; cat err; }
}

# advised FORMAT SAMPLE: the doctor's two commands, run by a shell
advised() {
	"$tmem" import --doctor --format "$1" "$2" >out 2>err || { fail "doctor on $2: $?"; cat err; }
	sed -nE 's/^  (tmem (import|replay) .*)/\1/p' out >commands
	[ "$(wc -l <commands)" -eq 2 ] || fail "not two commands are advised for $2"
	(set -e; PATH=$(dirname "$tmem"):$PATH; . ./commands) >/dev/null 2>err </dev/null ||
		{ fail "what is advised for $2 does not work"; cat commands err; }
}

"$tmem" import --list >list || fail "no list of formats"
formats=$(sed -n 's/^\([a-z][a-z0-9-]*\) .*/\1/p' list)
[ "$(wc -w <<<"$formats")" -ge 20 ] || fail "few formats are listed: $formats"
for format in $formats; do
	sample=$(ls "$samples/$format".*) || { fail "$format has no sample"; continue; }
	"$tmem" import --format "$format" "$sample" -o t.tmt 2>err ||
		{ fail "import of $sample: $?"; cat err; continue; }
	"$tmem" info t.tmt >info || fail "info of $sample"
	[[ $unasked == *" $format "* ]] || recognised "$format" "$sample"
	advised "$format" "$sample"
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

# ended "SIGNAL..." COMMAND...: half of its file is in the folder ended when signals end it,
# and then nothing is, beside what was there before; the last of them is the one that does
mkdir ended
ended() {
	local signals=$1 pid signal tries=0 status
	shift
	env --default-signal "$@" < <(yes 7) >out 2>err &
	pid=$!
	until [ -n "$(find ended -name '*.tmp-*')" ]; do
		[ $((tries++)) -lt 6000 ] && kill -0 "$pid" 2>kill.err && sleep 0.05 && continue
		fail "no file in the making: $*"
		cat err
		break
	done
	for signal in $signals; do
		kill -s "$signal" "$pid"
		[ "$signal" != "${signals##* }" ] && sleep 0.2 &&
			[ -z "$(find ended -name '*.tmp-*')" ] && fail "SIG$signal is not ignored: $*"
	done
	wait "$pid" 2>wait.err
	status=$?
	[ "$status" -eq $((128 + $(kill -l "${signals##* }"))) ] ||
		{ fail "status $status after $signals: $*"; cat err; }
	[ "$(ls -A ended)" = kept ] || { fail "left after $signals: $*"; ls -lR ended; }
}
echo "not ours" >ended/kept
ended INT "$tmem" import --format pages -o ended/kept -
ended HUP env TMPDIR="$PWD/ended" "$tmem" info --format pages -
ended TERM "$tmem" gen zipf --events 100000000000 -o ended/gone
ended "HUP TERM" nohup "$tmem" gen zipf --events 100000000000 -o ended/gone
"$tmem" gen scan --events 100000 --pages 1000000 --run 65536 -o scan.tmt 2>err ||
	{ fail "no trace to export"; cat err; }
ended TERM "$tmem" export --format pages -o ended/gone scan.tmt
grep -q "not ours" ended/kept || fail "a file is gone that was there before"

[ "$bad" -eq 0 ] && echo "all as expected"
exit "$bad"
