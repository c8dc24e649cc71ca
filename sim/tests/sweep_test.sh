#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sweep_test.sh TMEM: a sweep as a person and a cluster meet it: what was done is not done
# again, whatever ended it; what fails is told and the rest goes on; shards make the whole.
set -u
tmem=$1
. "${BASH_SOURCE[0]%/*}/person.sh"

# keys FILE...: the keys of rows that are ok, sorted
keys() {
	sed -nE 's/^([^,]+),ok,.*/\1/p' "$@" | sort
}

# wanted OPTION...: the keys that a grid has, sorted
wanted() {
	"$tmem" sweep --list "$@" 2>/dev/null | cut -f 1 | sort
}

"$tmem" gen zipf --events 3000 --pages 1000 --objects 4 -o z.tmt 2>/dev/null
"$tmem" gen mixed --events 1000 --seed 5 -o m.tmt 2>/dev/null
printf '7\n16390\n7\n' >numbers
small=(--design rcu,objlock --threads 1,2 --memory 1M,2M --store none --page-cache 50p)

# a sweep
expect 0 "" "$tmem" sweep "${small[@]}" --repeat 2 -o a z.tmt
wanted "${small[@]}" --repeat 2 >want
[ "$(wc -l <want)" -eq 16 ] || fail "the list has not 16 runs"
keys a/results.csv | cmp - want || fail "not each run has its row once"
[ "$(wc -l <a/results.csv)" -eq 17 ] || fail "not a header and 16 rows"
grep -q "^rcu .*rcu-b256-t" out || fail "no line for rcu in the end"
[ "$(head -1 out)" = "in one setting: memory 2.00 MiB" ] && [ "$(grep -c -- -m512- out)" -eq 2 ] ||
	fail "designs are not compared in one setting"
grep -q '"checksum": "[0-9a-f]\{16\}"' a/sweep.json || fail "no checksum in sweep.json"
key=rcu-b256-t2-m512-none-all-pc50-r1
[ -s a/points/$key.json ] && [ -s a/points/$key-rcu-get.hgrm ] || fail "no files of $key"
cmp -s <(sed 1d a/results.csv | cut -d, -f 1 | head -8 | sort) \
	<(grep -e '-r1$' want) || fail "repeats are not outermost"
sed 1d a/results.csv | cut -d, -f 1 | head -8 | sort -c 2>/dev/null && fail "the order is none"

# The command of a row makes it again: the same counts where one thread does it all.
key=rcu-b256-t1-m512-none-all-pc50-r1
row=$(grep "^$key," a/results.csv)
command="${row##*Z,tmem} --json again.json"
eval "$tmem $command" >/dev/null || fail "the command of a row does not work: $command"
hits=$(grep -A 2 '"gets": {' again.json | sed -nE 's/.*"hits": ([0-9]+).*/\1/p' | head -1)
column() { # NAME: of $row, where no field before it is quoted
	echo "$row" | cut -d, -f "$(head -1 a/results.csv | tr , '\n' | grep -nx "$1" | cut -d: -f1)"
}
[ "$(column hits)" = "$hits" ] || fail "hits $(column hits) in the row, $hits again"
[ "$hits" -gt 0 ] || fail "nothing ever hits"
[ "$(column memory_pages)/$(column page_cache_pages)" = 512/50 ] || fail "sizes of a row"
[ "$(column references)" -gt 0 ] || fail "no references in a row"

# The line of progress stays one, however narrow the terminal.
if command -v script >/dev/null; then
	script -qec "stty cols 40; '$tmem' sweep --design rcu,objlock --threads 1 --memory 1M --store none -o tty z.tmt" \
		/dev/null </dev/null >tty.out 2>&1 || fail "no sweep in a terminal"
	tr '\r' '\n' <tty.out | sed -n 's/\x1b\[K.*//p' >lines
	grep -q "^1 of 2 runs, [0-9]* s left, [a-z]" lines || { fail "no progress"; cat lines; }
	[ "$(awk 'length > n { n = length } END { print n }' lines)" -le 39 ] || { fail "too wide"; cat lines; }
fi

# A name that is not UTF-8, which JSON must be: the same command goes on.
cp z.tmt $'\xe9.tmt'
for now in 1 0; do
	expect 0 "" "$tmem" sweep --design rcu --threads 1 --memory 1M --content $'\xe9.tmt' -o latin $'\xe9.tmt'
	grep -q "^1 run: $now ok now" out || { fail "not $now runs now"; cat out err; }
done

# again, and more of it
cp a/results.csv before
expect 0 "" "$tmem" sweep "${small[@]}" --repeat 2 -o a z.tmt
grep -q "0 ok now, 16 before" out || fail "a second time is not told"
cmp -s a/results.csv before || fail "what was there ran again"
expect 0 "" "$tmem" sweep "${small[@]}" --memory 1M..4M --repeat 2 -o a z.tmt
grep -q "8 ok now, 16 before" out || fail "a larger grid does not go on"
cp -r a b
"$tmem" gen zipf --events 3001 --pages 1000 --objects 4 -o z2.tmt 2>/dev/null
expect 2 "is another trace .*another folder" "$tmem" sweep "${small[@]}" -o a z2.tmt
expect 2 "a sweep of 1 trace, and this one has 2" "$tmem" sweep "${small[@]}" -o a z.tmt z.tmt
expect 2 "without --seed, and this one is with --seed 2" \
	"$tmem" sweep "${small[@]}" --seed 2 -o a z.tmt
expect 2 "and this one is with --verify" "$tmem" sweep "${small[@]}" --verify -o a z.tmt
diff -r a b || fail "a sweep that was refused left something"

# a row that is torn
head -c -20 a/results.csv >torn
mv torn a/results.csv
expect 0 "torn" "$tmem" sweep "${small[@]}" --memory 1M..4M --repeat 2 -o a z.tmt
grep -q "1 ok now, 23 before" out || fail "a torn row is not run again"
keys a/results.csv | uniq -d | grep . && fail "a key is there twice"

# rows DIR: how many it has that are ok; 0 before there is a table
rows() { cat "$1"/results.csv 2>/dev/null | grep -c ",ok,"; }

# state PID: T where it is stopped; Z where it has ended and nobody waited for it yet
state() { sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null; }

# hold PID DIR ROWS: stops a run of the sweep PID once DIR has so many rows, so that the sweep
# waits for it however slow the machine is.  $child is its process.
hold() {
	local i

	while kill -0 "$1" 2>/dev/null; do
		child=$(pgrep -P "$1") && kill -STOP "$child" 2>/dev/null || continue
		for ((i = 0; i < 1000; i++)); do
			[[ $(state "$child") = [!TZ] ]] || break
			sleep 0.01
		done
		[ "$(state "$child")" = T ] && [ "$(rows "$2")" -ge "$3" ] && return
		kill -CONT "$child" 2>/dev/null
	done
	fail "the sweep ended before a run after $3 rows was met"
	return 1
}

# gone PID: waits for the end of what is no child of this shell
gone() {
	local i

	for ((i = 0; i < 3000; i++)); do
		kill -0 "$1" 2>/dev/null || return 0
		sleep 0.02
	done
	return 1
}

# killed in the middle, several times: each run is there once in the end
longer=("$tmem" sweep --design rcu --threads 1 --memory 1M..8M --repeat 3
	--page-cache 50p -o k longer.tmt)
"$tmem" gen zipf --events 30000 --pages 1000 --objects 4 -o longer.tmt 2>/dev/null
wanted "${longer[@]:2}" >want
for at in 0 1 4 7; do
	"${longer[@]}" >/dev/null 2>&1 &
	pid=$!
	hold $pid k $at || break
	kill -9 $pid
	wait $pid 2>/dev/null
	kill -CONT "$child" 2>/dev/null
	gone "$child" || fail "the child outlives a sweep that was killed"
done
[ "$(rows k)" -lt 12 ] || fail "it was never killed in the middle"
expect 0 "" "${longer[@]}"
keys k/results.csv | cmp - want || fail "killed and resumed, the rows are others"

# stopped
rm -rf k
"${longer[@]}" >out 2>err &
pid=$!
hold $pid k 1 && kill -TERM $pid && kill -CONT "$child" 2>/dev/null
wait $pid
[ $? -eq 1 ] || fail "a sweep that was stopped does not end with 1"
grep -q "stopped by signal 15; .* the same command again goes on" err || fail "no word of going on"
[ "$(find k/points -name '*.json' | wc -l)" -eq "$(rows k)" ] || fail "a half run is left"
expect 0 "" "${longer[@]}"
keys k/results.csv | cmp - want || fail "stopped and resumed, the rows are others"

# points that fail for a value of their own: recorded operations do not tell a working set
printf 'put a\nget a\n' >ops
failing=("$tmem" sweep --design rcu,objlock --threads 1 --admission all,workingset -o f ops)
expect 1 "" "${failing[@]}"
[ "$(grep -c 'failed: admission by workingset' err)" -eq 2 ] || { fail "failures are not told"; cat err; }
grep -q "2 ok now, 0 before, 2 FAILED" out || fail "failures are not counted"
grep -q "^in one setting: admission all" out && grep -q "^rcu .*rcu-b256-t1-m16384-lz4-all-r1" out ||
	{ fail "designs are compared where none ran"; cat out; }
[ "$(cut -d, -f1 f/curves.csv | sort -u | tr '\n' ' ')" = "all curve optimum " ] && ! grep -q "no curves" err ||
	{ fail "what failed leaves all without curves"; cat err f/curves.csv; }
[ "$(grep -c ',failed,.*by workingset' f/results.csv)" -eq 2 ] || fail "no row of what failed"
expect 1 "" "${failing[@]}"
[ "$(grep -c ',failed,' f/results.csv)" -eq 4 ] || fail "what failed is not tried again"

# What no run could do is told once, in the words of tmem replay, and nothing was made.
echo short >short
none_can() {
	local status=$1 pattern=$2 words
	shift 2
	expect "$status" "$pattern" "$tmem" replay --design rcu "$@" ops
	words=$(sed 's/^tmem replay: //' err)
	expect "$status" "$pattern" "$tmem" sweep --design rcu,objlock "$@" -o w ops
	[ "$(sed "s/^tmem sweep: //; s|$PWD/||" err)" = "$words" ] || fail "other words than tmem replay's: $*"
	[ ! -e w ] || fail "a folder though no run can be: $*"
}
none_can 2 "--timed: the trace has no times" --timed
none_can 2 "--interval: the trace has no times" --interval 1s
none_can 2 "--content .*short: is shorter than a page" --content short
none_can 2 "--content nowhere: No such file" --content nowhere
[ -e /dev/tmem ] || none_can 1 "there is no /dev/tmem" --world kernel
# Where nothing is left to run, nothing has to be there for it.
seq 5000 >bytes
expect 0 "" "$tmem" sweep --design rcu --threads 1 --content bytes --no-curves -o p ops
mv bytes gone
expect 0 "" "$tmem" sweep --design rcu --threads 1 --content "$PWD/bytes" --no-curves -o p ops
expect 2 "--content .*No such file" "$tmem" sweep --design all --threads 1 --content "$PWD/bytes" -o p ops
[ "$(wc -l <p/results.csv)" -eq 2 ] || fail "rows of runs that cannot be"

# Curves are of each page cache and policy, and have the hits that replays on them had.
expect 0 "" "$tmem" sweep --design rcu --threads 1 --memory 100p,200p --store none --page-cache 50p,80p \
	--page-cache-policy lru,active-inactive --admission all,workingset -o pp z.tmt
[ "$(head -1 out)" = "in one setting: memory 800 KiB, admission all, page-cache 200 KiB, page-cache-policy lru" ] ||
	{ fail "designs are compared in another setting than the first with the most memory"; cat out; }
[ "$(cut -d, -f1,2,8 pp/curves.csv | sort -u | wc -l)" -eq $((3 * 2 * 2 + 1)) ] ||
	{ fail "not each page cache and policy has its curves"; cut -d, -f1,2,8 pp/curves.csv | sort -u; }
awk -F, '
	# of results, the fields before the machine, which has quotes
	FNR == 1 { split("", at); for (i = 1; i <= NF; i++) at[$i] = i; next }
	FILENAME ~ /curves/ { curve[$at["curve"], $at["page_cache_pages"], $at["page_cache_policy"], $at["pages"]] = $at["hits"] "/" $at["gets"]; next }
	{
		key = $at["admission"] SUBSEP $at["page_cache_pages"] SUBSEP $at["page_cache_policy"] SUBSEP $at["memory_pages"]
		if (curve[key] != $at["hits"] "/" $at["gets"])
			print $1 ": " $at["hits"] "/" $at["gets"] ", curve " curve[key]
		different[$at["hits"]]
		rows++
	}
	END { for (h in different) n++; if (rows != 16 || n < 10) print rows + 0, "rows,", n + 0, "different hits" }
' pp/curves.csv pp/results.csv >wrong
[ ! -s wrong ] || { fail "curves are not of their replays"; cat wrong; }

# A child that is killed, and the rest goes on: the first one that is met.
"$tmem" sweep --design rcu --threads 1 --memory 1M..8M --page-cache 50p -o c longer.tmt >out 2>err &
pid=$!
hold $pid c 0 && kill -9 "$child"
wait $pid
[ $? -eq 1 ] || fail "a child that was killed is no failure"
grep -q "failed: ended by signal 9, Killed: out of memory?" err || { fail "its end is not told"; cat err; }
[ "$(grep -c ',ok,' c/results.csv)" -eq 3 ] || fail "the rest did not go on"
expect 0 "" "$tmem" sweep --design rcu --threads 1 --memory 1M..8M --page-cache 50p -o c longer.tmt
grep -q "1 ok now, 3 before" out || fail "what was killed is not run again"

# shards
expect 0 "" "$tmem" sweep "${small[@]}" --repeat 2 --shard 1/3 -o s1 z.tmt
expect 0 "" "$tmem" sweep "${small[@]}" --repeat 2 --shard 2/3 -o s2 z.tmt
expect 0 "" "$tmem" sweep "${small[@]}" --repeat 2 --shard 3/3 -o s2 z.tmt
wanted "${small[@]}" --repeat 2 >want
keys s1/*.csv s2/results*.csv | cmp - want || fail "shards are not the whole, each once"
for i in 1 2 3; do
	wanted "${small[@]}" --repeat 2 --shard $i/3 >part
	keys s?/results-$i-of-3.csv | cmp - part || fail "the list of a shard is not what it runs"
	sed 's/..$//' part | sort | uniq -c | grep -v "^ *2 " && fail "repeats are on two shards"
done
cp -r s2 s4
expect 0 "" "$tmem" sweep "${small[@]}" --repeat 2 -o s4 z.tmt
[ "$(tail -1 out)" = "results: s4/results*.csv" ] || { fail "where results of shards are"; cat out; }
cat s1/results-*.csv s2/results-*.csv >s2/results.csv
rm s2/results-*
expect 0 "" "$tmem" sweep "${small[@]}" --repeat 2 -o s2 z.tmt
grep -q "0 ok now, 16 before" out || fail "shards joined by cat are not the whole"

# traces of another format are imported once, whatever their names; "-" as well
name="-it's a tra\$ce,1"
cp numbers "./$name"
expect 0 "" "$tmem" sweep --design rcu --threads 1 --page-cache 1p --memory 1M,2M -o n -- "$name" z.tmt
grep -q "^rcu[^,]*,ok,,\"$name+z.tmt\",[0-9a-f]*+[0-9a-f]*," n/results.csv || fail "names of traces"
"$tmem" sweep --design rcu --threads 1 --page-cache 1p --memory 1M,2M --format pages -o i - \
	<numbers >out 2>err || { fail "standard input"; cat err; }
printf '1\nx\n2\n' >part
expect 3 "" "$tmem" sweep --design rcu --threads 1 --no-curves -o l part
[ "$(grep -c ',ok,' l/results.csv)" -eq 1 ] || fail "a lossy trace has no row"

# a script for Slurm: a shell takes it apart as it was meant
expect 0 "" "$tmem" sweep "${small[@]}" --sbatch=3 -o "it's \$new" -- "$name" z.tmt
cp out script
sh -n script || fail "the script is no shell's"
grep -q "^#SBATCH --array=1-3$" script && grep -q "^#SBATCH --cpus-per-task=2$" script ||
	fail "its directives"
for i in 1 2 3; do
	SLURM_ARRAY_TASK_ID=$i sh script >out 2>err || { fail "task $i"; cat err; }
done
wanted "${small[@]}" >want
keys "it's \$new"/results-*-of-3.csv | cmp - want || fail "tasks are not the whole"

# two at once
mkfifo hold
(
	exec 8<>"a/results.csv"
	flock -x 8
	echo >hold
	read -r _ <hold
) &
read -r _ <hold
expect 1 "another sweep is writing it" "$tmem" sweep "${small[@]}" -o a z.tmt
echo >hold
wait

# folders that are not ours
echo "dear diary" >diary
mkdir d1 d2 d3
cp diary d1/results.csv
expect 1 "no results of a sweep" "$tmem" sweep "${small[@]}" -o d1 z.tmt
cmp -s diary d1/results.csv || fail "a foreign results.csv was changed"
echo "key,status" >d2/results.csv
expect 1 "other columns" "$tmem" sweep "${small[@]}" -o d2 z.tmt
cp a/results.csv d3
expect 2 "no sweep.json" "$tmem" sweep "${small[@]}" -o d3 z.tmt
echo "{" >d3/sweep.json
expect 1 "sweep.json: line" "$tmem" sweep "${small[@]}" -o d3 z.tmt
expect 2 "is no folder" "$tmem" sweep "${small[@]}" -o diary z.tmt
expect 1 "/nowhere/x" "$tmem" sweep "${small[@]}" -o /nowhere/x z.tmt
expect 1 "missing.tmt" "$tmem" sweep "${small[@]}" -o d4 missing.tmt
[ ! -e d4 ] || fail "a folder before the error"
if [ "$(id -u)" -ne 0 ]; then
	mkdir -m 500 d5
	expect 1 "Permission denied" "$tmem" sweep "${small[@]}" -o d5 z.tmt
fi

# wrong usage, and nothing is there afterwards
wrong() {
	local pattern=$1
	shift
	expect 2 "$pattern" "$tmem" sweep "$@" -o w z.tmt
	[ ! -e w ] || fail "a folder after wrong usage: $*"
}
wrong "a range goes up" --buckets 5..1
wrong "cannot begin at 0" --buckets 0..8
wrong "power of two" --buckets 64,3
wrong "less than one page" --memory 0
wrong "a value is missing" --memory 1M,,2M
wrong "not a size" --memory 4G@0,1G@60s
wrong "from 1 to 64" --threads 1..128
wrong "no such design" --design rcu,rc
wrong "more than 1,000,000 runs" --threads 1..64 --buckets 1..1048576 --memory 1p..4G --repeat 1000
wrong "a store that keeps bytes" --content "$tmem" --store raw,none
wrong "from 1 to 2" --shard 3/2 --threads 1
wrong "write 2/8" --shard 2 --threads 1
wrong "wants --threads" --shard 1/2
wrong "wants --threads" --sbatch
wrong "leave out --shard" --sbatch --shard 1/2 --threads 1
expect 2 "which trace" "$tmem" sweep -o w
expect 2 "where to" "$tmem" sweep z.tmt

# spec files
cat >spec <<-'EOT'
	# two grids that share points
	trace = z.tmt
	threads = 1
	page-cache = 50p
	[buckets]
	design = rcu
	buckets = 64..256
	[memory]
	design = rcu, objlock
	memory = 64M, 1M
EOT
expect 0 "" "$tmem" sweep --spec spec -o g
[ "$(keys g/results.csv | wc -l)" -eq 6 ] || fail "two grids have not 3 + 4 - 1 points"
mkdir elsewhere
(cd elsewhere && "$tmem" sweep --spec ../spec -o ../g >../out 2>&1) || fail "traces beside a spec"
grep -q "0 ok now, 6 before" out || fail "the same spec is another sweep"
wrong_spec() {
	printf '%b' "$2" >bad
	expect 2 "$1" "$tmem" sweep --spec bad -o w z.tmt
	[ ! -e w ] || fail "a folder after a wrong spec: $2"
}
wrong_spec "bad:1: neither" "x\n"
wrong_spec "bad:2: there is no 'threds'" "\nthreds = 1\n"
wrong_spec "bad:1: threads = 1,x: x: must be" "threads = 1,x"
wrong_spec "bad:3: buckets = 5: must be a power" "[a]\n[b]\nbuckets = 5\n"
wrong_spec "bad:2: threads: is there twice" "threads = 1\nthreads = 2\n"
wrong_spec "bad:2: seed: is for all runs" "[a]\nseed = 3\n"
wrong_spec "bad:1: a grid begins with" "[a\n"
wrong_spec "bad:1: verify: is yes or no" "verify = maybe\n"
wrong_spec "bad:1: .*NUL" "seed\0 = 3\n"
expect 2 "--spec nowhere: No such file" "$tmem" sweep --spec nowhere -o w z.tmt
expect 2 "64 KiB" "$tmem" sweep --spec /dev/zero -o w z.tmt

"$tmem" completion bash | grep -q -e "sweep) .*--buckets .*--spec " || fail "no completion"
[ "$bad" -eq 0 ] && echo "all as expected"
exit "$bad"
