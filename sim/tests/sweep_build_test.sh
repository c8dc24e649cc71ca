#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sweep_build_test.sh TMEM: rows of two builds of tmem stand side by side where that was asked
# for, and nowhere else; and who reads them is told.
set -u
tmem=$1
. "${BASH_SOURCE[0]%/*}/person.sh"

# The same build by another name; and another: an ELF file may have more at its end.
cp "$tmem" same
cp "$tmem" other
echo "another" >>other
id=$("$tmem" --version | sed -nE 's/^tmem [0-9.]+, build ([0-9a-f]{16})$/\1/p')
other_id=$(./other --version | sed 's/.* //')
[ ${#id} -eq 16 ] && [ "$(./same --version)" = "$("$tmem" --version)" ] && [ "$other_id" != "$id" ] ||
	fail "builds are not told apart: $id, $other_id"

# column FILE NAME: of all rows, where no field before it is quoted
column() {
	sed 1d "$1" | cut -d, -f "$(head -1 "$1" | tr , '\n' | grep -nx "$2" | cut -d: -f1)"
}

"$tmem" gen zipf --events 2000 --pages 500 -o z.tmt 2>/dev/null
grid=(--design rcu --threads 1 --store none --page-cache 50p --no-curves)
expect 0 - "$tmem" sweep "${grid[@]}" --memory 1M -o a z.tmt
[ "$(column a/results.csv build)" = "$id" ] || fail "a row does not tell its build"
grep -q "\"build\": \"$id\"" a/sweep.json || fail "sweep.json does not tell the build"

# the same binary goes on, wherever it lies
expect 0 - ./same sweep "${grid[@]}" --memory 1M,2M -o a z.tmt
[ "$(column a/results.csv build | sort -u)" = "$id" ] || fail "the same is another"

# another: where nothing is left it tells how it ended, else it does not touch the folder
expect 0 - ./other sweep "${grid[@]}" --memory 1M,2M -o a z.tmt
grep -q "0 ok now, 2 before" out || { fail "nothing was left, and it is no summary"; cat out; }
cp -r a b
expect 2 "rows of another build of tmem ($id; this is $other_id); .*-o, .*--any-build" \
	./other sweep "${grid[@]}" --memory 1M..4M -o a z.tmt
expect 2 "another build" ./other sweep "${grid[@]}" --memory 1M..4M --shard 1/1 -o a z.tmt
diff -r a b || fail "a sweep that was refused left something"
expect 0 "a has rows of more than one build of tmem: $id, $other_id" \
	./other sweep "${grid[@]}" --memory 1M..4M --any-build -o a z.tmt
grep -q "1 ok now, 2 before" out || { fail "with --any-build"; cat out; }
expect 0 "" "$tmem" report a
grep -q "more than one build of tmem.*: $id, $other_id" a/report.html || fail "the report does not say so"
expect 0 "" "$tmem" report b
grep -q "more than one build" b/report.html && fail "the report tells of more than one build"
grep -q "<dt>Build</dt><dd>$id</dd>" b/report.html || fail "the report does not name the build"
"$tmem" sweep "${grid[@]}" --any-build --sbatch=2 -o a z.tmt | grep -q -- "--any-build" ||
	fail "a job array forgets --any-build"

# What failed is no row that something could be compared with.
cp -r b f
sed -i -E '2,$s/^([^,]+),ok,/\1,failed,/' f/results.csv
expect 0 - ./other sweep "${grid[@]}" --memory 1M,2M -o f z.tmt
grep -q "2 ok now, 0 before" out || fail "failed rows of another build keep it out"

# an older folder, which tells nothing of builds
cp -r b old
sed -i -E '1s/,build,/,/; 2,$s/,[0-9a-f]{16},"/,"/' old/results.csv
[ "$(head -1 old/results.csv | tr -d ',' | wc -c)" -lt "$(head -1 a/results.csv | tr -d ',' | wc -c)" ] ||
	fail "the column is still there"
cp old/results.csv before
expect 0 - "$tmem" sweep "${grid[@]}" --memory 1M,2M -o old z.tmt
grep -q "0 ok now, 2 before" out || fail "an older folder where nothing is left"
expect 2 "another build of tmem (not recorded; this is $id)" \
	"$tmem" sweep "${grid[@]}" --memory 1M..4M -o old z.tmt
expect 1 "other columns .*another folder" \
	"$tmem" sweep "${grid[@]}" --memory 1M..4M --any-build -o old z.tmt
cmp old/results.csv before || fail "an older folder was changed"
expect 0 "more than one build of tmem: $id, one that is not recorded" \
	"$tmem" sweep "${grid[@]}" --memory 1M..4M --any-build --shard 1/1 -o old z.tmt

[ "$bad" -eq 0 ] && echo "all as expected"
exit "$bad"
