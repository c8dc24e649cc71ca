#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# doctor_test.sh TMEM DATA [TRACES]: "tmem import --doctor" on the samples in DATA, whole
# output against doctor_NAME.want beside them, and that what it advises works as it stands.
# In TRACES are published ones; they are left out where they are absent.
set -u
tmem=$1 data=$2 traces=${3:-}
. "${BASH_SOURCE[0]%/*}/person.sh"

# visit STATUS FILE OPTION...: its status, and nothing but one line of error, and that
# only where there must be one
visit() {
	local status=$1 got
	shift
	"$tmem" import --doctor "$@" >out 2>err </dev/null
	got=$?
	[ "$got" -eq "$status" ] || { fail "status $got, not $status: $*"; cat err; }
	[ "$(wc -l <err)" -le 1 ] || { fail "more than a line of error: $*"; cat err; }
}

# The formats that it is not are many, and not the point here.
without_others() {
	sed -E '/^ +(0|-)  [a-z]/d' out
}

# golden NAME STATUS FILE
golden() {
	visit "$2" "$3"
	without_others >got
	diff -u "$data/doctor_$1.want" got || fail "doctor_$1.want is not what it says"
}

# advised: the commands in out, run as they are by a shell
advised() {
	local dir
	dir=$(dirname "$tmem")
	sed -nE 's/^  (tmem (import|replay) .*)/\1/p' out >commands
	[ "$(wc -l <commands)" -eq 2 ] || fail "not two commands are advised"
	(set -e; PATH=$dir:$PATH; . ./commands) >/dev/null 2>err2 </dev/null
}

for name in stock probes tracefs lis pages text msr; do
	cp "$data/import_$name.txt" "$name.txt"
done
for name in ftrace-block fiu-nbw; do
	cp "$data/samples/$name.txt" "$name.txt"
done

golden stock 0 stock.txt
advised || { fail "what it advises for stock does not work"; cat err2; }
golden probes 0 probes.txt
golden tracefs 3 tracefs.txt
golden lis 3 lis.txt
golden pages 3 pages.txt
golden msr 3 msr.txt
golden ftrace-block 0 ftrace-block.txt
golden fiu-nbw 0 fiu-nbw.txt
visit 0 text.txt
advised || { fail "what it advises for text does not work"; cat err2; }

# vscsi: a read of pages 1 and 2, and a write of half of page 3
{
	printf '\0\0\0\0\0\040\0\0\1\0\0\0\050\0\0\1\010\0\0\0\0\0\0\0\100\102\017\0\0\0\0\0'
	printf '\1\0\0\0\0\010\0\0\1\0\0\0\052\0\0\1\030\0\0\0\0\0\0\0\200\204\036\0\0\0\0\0'
} >disk.vscsi
golden vscsi 0 disk.vscsi
advised || { fail "what it advises for vscsi does not work"; cat err2; }

# damaged: a compressed file without its end
seq 1 50000 | gzip -n >whole.gz
head -c 90000 whole.gz >cut.gz
visit 3 cut.gz
grep -q "^  DAMAGED       it can be read up to line " out || fail "damage is not told"
grep -q "cut off" err || fail "no error of the cut"
grep -q "^to import" out && fail "it advises to import what cannot be"

# unknown
printf 'once upon a time\n' >tale
golden unknown 3 tale
grep -q "not recognised" err || fail "no error of the unknown file"
for file in empty "$data/../../samples/build.tmt"; do
	: >empty
	visit 3 "$file"
	[ ! -s out ] || fail "a diagnosis of $file"
done
visit 1 missing
visit 2 --format nonsense stock.txt
visit 2 stock.txt --device nowhere

# both choices need a file, everything else does not
"$tmem" import --doctor - <stock.txt >out 2>err || fail "no diagnosis of standard input"
grep -q "save this to a file" out || fail "it does not say that a file is needed"
grep -q -- "--output trace.tmt -$" out || fail "no command for standard input"
"$tmem" import --ambiguous put -o x.tmt - <stock.txt >/dev/null 2>err
[ $? -eq 2 ] && grep -q "read twice" err || fail "put from standard input"

# what was given stays, names are quoted
cp stock.txt "./-it's a trace.txt"
visit 0 --until=1h --device 254:1 --strict --max-events 5 -- "-it's a trace.txt"
grep -qF -- "--format ftrace --until=1h --device 254:1 --strict --output ./'-it'\\''s a trace.tmt' ./'-it'\\''s a trace.txt'" out ||
	fail "options or name are not kept"
grep -q "^  STOPPED" out || fail "it does not say that it stopped"
visit 0 stock.txt --ambiguous put -o here.tmt
grep -q -- "--ambiguous put --output here.tmt stock.txt" out || fail "the choice is not kept"
advised || { fail "what it advises with a choice does not work"; cat err2; }
grep -q "^  put: 4, 7 pages" err2 || fail "put did not make 4 puts"

# JSON
visit 0 stock.txt --json d.json
grep -A1 '"put": {' d.json | grep -q '"found": 7' || fail "7 are not found in the JSON"
grep -q '"import": "tmem import --format ftrace ' d.json || fail "no command in the JSON"
"$tmem" import --doctor --json - stock.txt 2>err | head -1 | grep -qx '{' ||
	fail "JSON shares standard output"
visit 1 stock.txt --json /nowhere/x
"$tmem" import --json j stock.txt 2>err
[ $? -eq 2 ] && grep -q "goes with --doctor" err || fail "--json alone"

# published traces
if [ -r "$traces/cloudphysics-io.vscsi" ]; then
	visit 0 "$traces/cloudphysics-io.vscsi"
	grep -q "requests      113,872, 66,898 of them writes" out || fail "requests"
	grep -q "references    1,141,869 pages, " out || fail "references"
	grep -q "pages         269,210 different, " out || fail "distinct pages"
	advised || { fail "what it advises for the vscsi trace does not work"; cat err2; }
else
	echo "skipped: ${traces:+no $traces/}cloudphysics-io.vscsi"
fi
[ "$bad" -eq 0 ] && echo "all as expected"
exit "$bad"
