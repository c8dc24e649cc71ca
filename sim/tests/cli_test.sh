#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# cli_test.sh TMEM MAN: the command line as a person meets it: exit statuses, errors
# of one line that name place and remedy, results that agree with each other, and a
# man page that knows every option.
set -u
tmem=$1 man=$2
. "${BASH_SOURCE[0]%/*}/person.sh"

# what it makes
expect 0 "2,000 events, seed 5" "$tmem" gen mixed --events 2000 --seed 5 -o m.tmt
expect 0 "" "$tmem" gen zipf --events 5000 --pages 1000 --objects 4 -o z.tmt
# a process of the same number, on another machine or before a crash, left its unfinished file
expect 0 "" sh -c ': >p.tmt.tmp-$$-0; exec "$0" gen zipf --events 10 -o p.tmt' "$tmem"
[ -s p.tmt ] || fail "an unfinished file of another is in the way"
expect 0 "" "$tmem" info m.tmt z.tmt
grep -q "working set" out || fail "info says no working set"
expect 0 "" "$tmem" cat m.tmt
cp out m.txt
expect 0 "" "$tmem" import --format text -o again.tmt m.txt
expect 0 "" "$tmem" cat again.tmt
cmp -s out m.txt || fail "cat, import, cat is not the same"
# what did not get through is no success, whatever printed it
for arguments in --help --version "info m.tmt" "cat m.tmt" "mrc --sizes 4M z.tmt" "replay --help" \
	"replay --design rcu --threads 1 z.tmt" "completion bash" "import --list" \
	"sweep --list --memory 4M m.tmt"; do
	"$tmem" $arguments >/dev/full 2>err </dev/null
	[ $? -eq 1 ] || fail "status of a full disk: $arguments"
	[ "$(wc -l <err)" -le 2 ] && tail -n 1 err | grep -q "output.*cannot be written" ||
		{ fail "no line, or more, of a full disk: $arguments"; cat err; }
done
"$tmem" --help >&- 2>err </dev/null && fail "nothing to print to, and it is fine"
printf 'put a\nget a\nget a\nflush a 7\n' >ops
expect 0 "" "$tmem" replay --threads 1 --design rcu --verify --json - ops
grep -q '"hits": 1' out || fail "put, get, get is not one hit"

# one operation of each is in every result
expect 0 "" "$tmem" replay --threads 2 --verify --store raw --page-cache 200p \
	--memory 300p --repeat 2 --json r.json --csv r.csv --hist h --per client z.tmt
grep -q "^rcu " out || fail "no line for rcu in the table"
[ "$(grep -c '"design":' r.json)" -eq 8 ] || fail "8 runs are not in the JSON"
[ "$(grep -c ',raw,' r.csv)" -eq 8 ] || fail "8 runs are not in the CSV"
[ "$(grep -v '^#' r.csv | awk -F , '{ print NF }' | sort -u | wc -l)" -eq 1 ] ||
	fail "lines of the CSV have fewer fields than others"
head -2 r.csv | grep -q ',fairness,thread_min,thread_max,busy$' || fail "no fairness in the CSV"
[ "$(grep -c '"busy_seconds":' r.json)" -eq 16 ] || fail "8 runs of 2 threads, not 16 threads"
[ "$(grep -A 1 '"fairness": {' r.json | grep -Ec '"index": (1\.|0\.[5-9])')" -eq 8 ] ||
	fail "no index of two threads in the JSON"
[ -s h-rcu-1-get.hgrm ] || fail "no histogram"
expect 0 "" "$tmem" replay --threads 1 --design rcu --interval 500e --csv i.csv z.tmt
[ "$(grep -c '^rcu,' i.csv)" -eq 10 ] || fail "10 intervals are not in the CSV"
expect 0 "" "$tmem" replay --threads 2 --design objlock --stream --verify m.tmt
for stream in "" --stream; do
	expect 0 "" "$tmem" replay --design rcu $stream --json f.json m.tmt
	grep -A3 '"front": {' f.json | grep -Eq '"cpu_seconds": ([1-9]|0\.0*[1-9])' ||
		fail "no time of the front end in the JSON ${stream:+(streamed)}"
done
expect 0 "" "$tmem" replay --design rcu --timed --time-scale 0.1 m.tmt
grep -Eq "kept up|KEEP UP" out || fail "timed does not say whether it kept up"
expect 0 "" "$tmem" replay --design rcu --memory 4M@0,1M@5ms,8M@10ms --verify m.tmt
expect 0 "" "$tmem" replay --world threads --design rcu --json w.json m.tmt
grep -q '"world": "threads"' w.json || fail "the JSON does not say which world"
[ -e /dev/tmem ] ||
	expect 1 "no /dev/tmem; load the module" "$tmem" replay --world kernel m.tmt

# which puts are made
admitted=(replay --threads 1 --design rcu --store none --page-cache 100p --json a.json --csv a.csv)
for policy in all workingset ghost:300 random:0.25; do
	expect 0 "" "$tmem" "${admitted[@]}" --verify --admission "$policy" z.tmt
	away=$(sed -nE 's/.*"not_admitted": ([0-9]+).*/\1/p' a.json)
	puts=$(grep -A1 '"puts": {' a.json | sed -nE 's/.*"total": ([0-9]+).*/\1/p')
	[ "$policy" = all ] && all=$puts
	[ $((puts + away)) -eq "$all" ] || fail "$policy: $puts puts made, $away not, of $all"
	grep -q "\"admission\": \"$policy\"" a.json || fail "the JSON does not say $policy"
	grep -q "^design.*,admission,not_admitted,fairness," a.csv || fail "the CSV has no admission"
	grep -q ",$policy,$away,[01]\." a.csv || fail "the CSV does not say $policy, $away"
	if [ "$policy" = all ]; then
		[ "$away" -eq 0 ] || fail "all turns $away away"
		! grep -q "turned away" out || fail "all is told to turn some away"
	else
		[ "$away" -gt 0 ] || fail "$policy turns none away"
		grep -q "^admission $policy: .* puts turned away" out || fail "no line of $policy"
	fi
done
expect 0 "" "$tmem" "${admitted[@]}" --admission random --seed 1 --json 1.json z.tmt
expect 0 "" "$tmem" "${admitted[@]}" --admission random --seed 2 --json 2.json z.tmt
expect 0 "" "$tmem" "${admitted[@]}" --admission random --stream --json 3.json z.tmt
away() { grep '"not_admitted"' "$1"; }
[ "$(away 1.json)" != "$(away 2.json)" ] || fail "the seed draws the same lots"
[ "$(away 1.json)" = "$(away 3.json)" ] || fail "streaming draws other lots"
expect 2 "no such policy: all," "$tmem" replay --admission some z.tmt
expect 2 "wants a value" "$tmem" replay z.tmt --admission
expect 2 "all takes no parameter" "$tmem" replay --admission all:1 z.tmt
expect 2 "WINDOW .* puts from 1 to" "$tmem" replay --admission ghost:0 z.tmt
expect 2 "WINDOW .* puts from 1 to" "$tmem" replay --admission ghost:x z.tmt
expect 2 "P of .* from 0 to 1" "$tmem" replay --admission random:2 z.tmt
expect 2 "use ghost or random" "$tmem" replay --admission workingset ops
expect 2 "wants a page cache" "$tmem" replay --admission workingset --page-cache 0 z.tmt
expect 2 "use ghost or random" "$tmem" replay --stream --admission workingset z.tmt ops

# pages of a file
bytes_stored() {
	grep -o '"bytes_stored": [0-9]*' "$1" | sort -u
}
pages=(replay --order global --content pages)
head -c 1000000 "$tmem" >pages
expect 0 "" "$tmem" "${pages[@]}" --design rcu,objlock --threads 1 --json c.json m.tmt
grep -q "^bytes of pages: 244 pages of pages$" out || fail "no word of the file's pages"
grep -q "bytes each (.*same-filled, .* refused .*compress" out || fail "no word of sizes"
grep -A 4 '"content": {' c.json | grep -q '"pages": 244' || fail "the JSON does not know the file"
[ "$(bytes_stored c.json | wc -l)" -eq 1 ] || fail "the same pages, two sizes"
expect 0 "" "$tmem" "${pages[@]}" --design rcu --threads 3 --json d.json m.tmt
[ "$(bytes_stored c.json)" = "$(bytes_stored d.json)" ] || fail "threads change sizes"
expect 0 "" "$tmem" "${pages[@]}" --design rcu --seed 2 --json e.json m.tmt
[ "$(bytes_stored d.json)" != "$(bytes_stored e.json)" ] || fail "the seed changes nothing"
expect 0 "" "$tmem" replay --verify --memory 1M --content pages m.tmt
expect 0 "" "$tmem" replay --verify --store raw --content pages --stream m.tmt
: >nothing
head -c 4095 pages >too-short
head -c 4096 pages >one-page
mkfifo fifo
expect 2 "nowhere: No such file" "$tmem" replay --content nowhere m.tmt
expect 2 "is a directory" "$tmem" replay --content . m.tmt
expect 2 "shorter than a page" "$tmem" replay --content nothing m.tmt
expect 2 "shorter than a page" "$tmem" replay --content too-short m.tmt
expect 2 "no regular file" "$tmem" replay --content fifo m.tmt
expect 2 "no regular file" "$tmem" replay --content /dev/zero m.tmt
if [ "$(id -u)" -ne 0 ]; then
	chmod 0 one-page
	expect 2 "Permission denied" "$tmem" replay --content one-page m.tmt
	chmod 600 one-page
fi
expect 2 "nowhere: No such file" "$tmem" replay --content nowhere --json nowhere.json m.tmt
[ ! -e nowhere.json ] && [ ! -s out ] || fail "results before the error"
expect 0 "" "$tmem" replay --verify --design rcu --content one-page m.tmt
expect 2 "from a file" "$tmem" replay --content pages --compress 30 m.tmt
expect 2 "from a file" "$tmem" replay --same-filled 3 --content pages m.tmt
expect 2 "store that keeps bytes" "$tmem" replay --content pages --store none m.tmt
"$tmem" completion bash | grep -q -e "--content " || fail "the completion has no --content"

# stored sizes
expect 0 "" "$tmem" replay --design rcu --content pages --sizes s.csv m.tmt
[ "$(sed -n 2p s.csv)" = bytes,pages,source ] || fail "the sizes have another header"
[ "$(awk -F , '/^[0-9]/ && $3 != "recorded" { n += $2 } END { print n }' s.csv)" -eq 244 ] ||
	fail "the sizes are not of 244 pages"
[ "$(awk -F , '$3 == "recorded" { n += $2 } END { print n }' s.csv)" -gt 100 ] ||
	fail "sizes of the trace are not there"
expect 0 "" "$tmem" replay --design rcu --sizes - ops
grep -q "^18[0-9][0-9],4[0-9]*,measured$" out || fail "no sizes of pages that are made"
grep -q "^rcu" err || fail "sizes and table share standard output"
grep -q recorded out && fail "sizes of a trace that has none"
expect 2 "store that keeps bytes" "$tmem" replay --store none --sizes s.csv m.tmt
expect 2 "the same file" "$tmem" replay --sizes x --json x m.tmt
expect 1 "/nowhere/x" "$tmem" replay --design rcu --sizes /nowhere/x m.tmt

# for other simulators, and back
expect 0 "" "$tmem" export --list
grep -q "^oraclegeneral " out || fail "export does not list oraclegeneral"
printf '7\n16390\n7\n' >numbers
expect 0 "" "$tmem" export --format oraclegeneral -o numbers.bin numbers
[ "$(od -An -v -t d8 -j 16 -N 8 numbers.bin | tr -d ' ')" -eq 3 ] || fail "no next request"
expect 0 "" "$tmem" export --format pages -o again numbers.bin
cmp -s numbers again || fail "exported and imported, numbers are others"
expect 0 "" "$tmem" export --format pages --from pages -o - numbers
cmp -s numbers out || fail "standard output has other numbers"
expect 0 "" "$tmem" export --format text -o m2.txt m.tmt
cmp -s m.txt m2.txt || fail "export of the text form is not cat"
expect 0 "" "$tmem" export --format pages -o m.pages m.tmt
grep -q "^left out: .* of flush$" err || fail "flushes are left out silently"
expect 2 "which trace" "$tmem" export --format pages -o x
expect 2 "to what" "$tmem" export -o x numbers
expect 2 "where to" "$tmem" export --format pages numbers
expect 2 "no such format" "$tmem" export --format csv -o x numbers
expect 2 "give a file" "$tmem" export --format oraclegeneral -o - numbers
expect 1 "/nowhere/x" "$tmem" export --format pages -o /nowhere/x numbers
expect 2 "from 1 to" "$tmem" export --object-pages 0 --format pages -o x numbers
printf '1\nx\n2\n3\n' >part
expect 3 "" "$tmem" export --format pages -o x part
grep -q "NOT WHOLE" err || fail "an export of a lossy trace is not told"

# a swap device among block requests
at='  a-1 [000] ..... 1.5: block_bio_queue: 8'
printf '%s\n' "$at,3 W 16 + 8 [a]" "$at,2 W 16 + 8 [a]" "$at,3 R 16 + 8 [a]" >block
expect 0 "" "$tmem" import --swap-device 8,3 -o swap.tmt block
grep -q "^requests of other devices than the swap device: 1$" err || fail "no word of other devices"
expect 0 "" "$tmem" replay --verify --design rcu --json swap.json swap.tmt
grep -q '"hits": 1' swap.json || fail "what was swapped out does not come in"
expect 2 "not MAJOR,MINOR" "$tmem" import --swap-device sda3 -o x.tmt block
expect 2 "all of other devices than 8,9" "$tmem" import --swap-device 8:9 -o x.tmt block
expect 2 "a trace of pages has no requests" "$tmem" import --swap-device 8,3 -o x.tmt numbers

# shared pools with second chance: every answer holds, in every design alike
expect 0 "" "$tmem" gen mixed --events 6000 --seed 5 --swap 0 --shared 100 --pages 2000 \
	--objects 20 --cache 100 -o shared.tmt
for how in renew second-chance; do
	expect 0 "" "$tmem" replay --verify --order global --memory 200p --store none \
		--shared-order $how --json $how.json shared.tmt
	[ "$(grep -c "\"shared_order\": \"$how\"" $how.json)" = 4 ] ||
		fail "the JSON does not say which order: $how"
	[ "$(grep '"evicted":.*,' $how.json | tr -d ' ' | sort -u | wc -l)" = 1 ] ||
		fail "designs evict differently: $how"
done
grep -q "shared pools with second chance" out || fail "the table does not say which order"
[ "$(grep -m1 '"hits"' renew.json)" != "$(grep -m1 '"hits"' second-chance.json)" ] ||
	fail "second chance changes nothing"

# wrong usage
expect 2 "no command 'repaly'" "$tmem" repaly
expect 2 "which trace" "$tmem" replay
expect 2 "no such design" "$tmem" replay --design rc m.tmt
expect 2 "no such world" "$tmem" replay --world moon m.tmt
expect 2 "power of two" "$tmem" replay --buckets 3 m.tmt
expect 2 "from 1 to" "$tmem" replay --buckets 0 m.tmt
expect 2 "less than one page frame" "$tmem" replay --memory 0 m.tmt
expect 2 "not a size" "$tmem" replay --memory lots m.tmt
expect 2 "begins at 0" "$tmem" replay --memory 4M@1s m.tmt
expect 2 "must rise" "$tmem" replay --memory 4M,2M m.tmt
expect 2 "no option --thread" "$tmem" replay --thread 2 m.tmt
expect 2 "wants a value" "$tmem" replay --threads
expect 2 "takes no value" "$tmem" replay --verify=yes m.tmt
expect 2 "no times" "$tmem" replay --timed ops
expect 2 "no times" "$tmem" replay --interval 1s ops
expect 2 "events does not go with a --memory schedule" "$tmem" replay --interval 500e \
	--memory 4M@0,1M@5ms m.tmt
expect 2 "no such order of shared pools" "$tmem" replay --shared-order clock m.tmt
expect 2 "no pool of the trace is shared" "$tmem" replay --shared-order second-chance ops
expect 2 "goes with --timed" "$tmem" replay --time-scale 2 m.tmt
expect 2 "where to" "$tmem" gen zipf
expect 2 "none of zipf" "$tmem" gen zpif -o x.tmt
expect 2 "events" "$tmem" gen zipf --events 0 -o x.tmt

# damaged and foreign traces
head -c 3000 m.tmt >short.tmt
expect 3 "short.tmt" "$tmem" replay short.tmt
cp m.tmt flip.tmt
printf '\377' | dd of=flip.tmt bs=1 seek=1500 conv=notrunc 2>/dev/null
expect 3 "flip.tmt" "$tmem" replay flip.tmt
expect 3 "flip.tmt" "$tmem" replay --stream flip.tmt
: >empty.tmt
expect 3 "empty" "$tmem" info empty.tmt
head -c 5000 /dev/urandom >noise
expect 3 "noise" "$tmem" replay noise
expect 1 "missing.tmt" "$tmem" replay missing.tmt
printf 'put a\nfrobnicate\nget a\n' >lossy
expect 3 "" "$tmem" replay --format ops --design rcu lossy
grep -q "NOT WHOLE" err || fail "a skipped line is not told"
expect 3 "lossy" "$tmem" replay --format ops --strict --design rcu lossy
expect 1 "/nowhere/x" "$tmem" replay --design rcu --json /nowhere/x m.tmt
for file in --json --csv --sizes; do
	expect 1 "$file /dev/full: No space left on device" "$tmem" replay --design rcu --interval 100e $file /dev/full m.tmt
done
# A name with a line break and an escape: still one line, and the terminal is left alone.
expect 1 "a?b?\[2J.tmt" "$tmem" info $'a\nb\e[2J.tmt'

# help and man page
for command in $("$tmem" --help | sed -nE 's/^  ([a-z]+) .*/\1/p'); do
	expect 0 "" "$tmem" "$command" --help
	grep -q "^example:" out || fail "$command --help has no example"
	sed -nE 's/^  --([a-z-]+).*/\1/p' out | while read -r option; do
		[ "$option" = help ] ||
			sed 's/\\-/-/g' "$man" | grep -qe "--$option" ||
			echo "FAILED: the man page has no --$option ($command)"
	done >missing
	[ -s missing ] && { cat missing; bad=1; }
done
expect 0 "" "$tmem" completion bash
bash -n out || fail "the completion is no bash"
[ "$bad" -eq 0 ] && echo "all as expected"
exit "$bad"
