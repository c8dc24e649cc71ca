#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# report_test.sh TMEM: the page that "tmem report" makes of a folder: well formed, whole,
# nothing in it that runs or is fetched, whatever the folder has; and of a folder that will
# not do, one line, and the page that was there before.
set -u
tmem=$1
. "${BASH_SOURCE[0]%/*}/person.sh"
command -v xmllint >/dev/null ||
	echo "no xmllint (libxml2-utils): well-formedness is checked only roughly"

header=key,status,error,traces,trace_checksum,world,design,store,buckets,threads,order
header+=,memory_pages,page_cache_pages,page_cache_policy,admission,repeat,seed,ops,seconds
header+=,ops_per_second,gets,hits,evicted,put_p99,get_p99,fairness,version,machine,date,command

# run DESIGN BUCKETS THREADS PAGES REPEAT RATE HITS: a row
run() {
	printf '%s,ok,,build.tmt,00ff,threads,%s,lz4,%s,%s,handle,%s,0,lru,all,%s,1,9,1,%s,1000,%s,5,900,800,0.98,0.1,"4 CPUs, Linux",2026-01-0%s,"tmem replay --x"\n' \
		"$1-b$2-t$3-m$4-r$5" "$1" "$2" "$3" "$4" "$5" "$6" "$7" "$5"
}

# folder NAME: designs, tables, threads and memory, twice each; rcu with 256 is the answer
folder() {
	local d b t m r rate
	mkdir -p "$1/plots"
	{
		echo "$header"
		for d in rcu objlock; do for b in 16 256 1024; do for t in 1 4; do
		for m in 1024 4096 8192; do for r in 1 2; do
			rate=$((t * (b > 16 ? 10000 : 7000) + r * 10))
			[ $d = rcu ] && rate=$((rate + 5000))
			run $d $b $t $m $r $rate $((m / 12))
		done; done; done; done; done
	} >"$1/results.csv"
	printf 'curve,page_cache_pages,pages,gets,hits,low,high\nall,0,1024,100,10,10,10\n' >"$1/curves.csv"
	printf 'all,0,2048,100,30,30,30\noptimum,0,2048,100,50,50,50\n' >>"$1/curves.csv"
	cat >"$1/sweep.json" <<-END
	{ "version": "0.1", "command": "tmem sweep x", "points": 36, "repeat": 2,
	  "grids": [ { "design": ["rcu", "objlock"], "buckets": ["16", "256"] } ],
	  "options": { "content": "it's a file", "verify": "" },
	  "traces": [ { "path": "a b.tmt", "checksum": "00ff" } ] }
	END
	for d in throughput hit_ratio; do
		printf '<svg width="9" height="9"><defs><path id="p" d="M0"/></defs><use xlink:href="#p"/></svg>' >"$1/plots/$d.svg"
	done
}

# page FILE: what must hold of every page
page() {
	if command -v xmllint >/dev/null; then
		xmllint --noout --nonet "$1" 2>err || { fail "$1 is not well formed"; cat err; }
	fi
	[ "$(head -1 "$1")" = "<!DOCTYPE html>" ] || fail "$1 does not begin"
	[ "$(tail -1 "$1")" = "</html>" ] || fail "$1 does not end"
	grep -q "content=\"default-src 'none'; " "$1" || fail "$1 has no policy"
	grep -Eiq '<(script|iframe|object|embed|link|form|base|a)[ />]' "$1" &&
		fail "$1 has what it must not have"
	grep -Eiq '<[^>]* (on[a-z]+|src|action)=' "$1" && fail "$1 has handlers or sources"
	# a scheme is only in the names of namespaces
	sed 's/xmlns="[^"]*"//g' "$1" | grep -Eq '<[^>]*(https?|file|javascript):' &&
		fail "$1 names something outside"
	grep -q '@import\|@font-face\|url(h' "$1" && fail "$1 fetches"
	[ "$(grep -o ' id="[^"]*"' "$1" | sort | uniq -d | wc -l)" -eq 0 ] ||
		fail "$1 has an id twice"
	# each reference is to something that is there
	grep -o 'href="#[^"]*"' "$1" | cut -d'"' -f2 | sort -u | while read -r ref; do
		grep -q " id=\"${ref#\#}\"" "$1" || echo "$ref"
	done >dangling
	[ -s dangling ] && fail "$1 refers to what is not there: $(cat dangling)"
}

# the page of a plain folder says what is known of it
folder plain
expect 0 "" "$tmem" report plain
[ -s err ] && { fail "complaints about a plain folder"; cat err; }
[ "$(cat out)" = plain/report.html ] || fail "it does not say where the page is"
page plain/report.html
sed 's/\xc2\xa0/ /g' plain/report.html >text
for part in \
	"<h1>Which lock design, how many buckets, how many threads and how much memory serve build.tmt?</h1>" \
	"At 4 threads take rcu with 256 buckets, the smallest table within 5% of the best." \
	"With 32 MiB, at 4 threads, rcu is fastest: 45 K operations a second" \
	"more than objlock (40 K to 40 K); no runs of the two overlap." \
	"doubling 16 MiB to 32 MiB raises hits from 34.1% to 68.2% of gets" \
	"optimum that knows the future 50.0%" \
	'id="figure-throughput"' 'id="figure-hit_ratio"' 'href="#f1-p"' 'id="f2-p"' \
	"4 CPUs, Linux" "a b.tmt, checksum <code>00ff</code>" "2026-01-01 to 2026-01-02" \
	"tmem sweep --design rcu,objlock --buckets 16,256 --content &#39;it&#39;\\&#39;&#39;s a file&#39; --verify --repeat 2 -o plain &#39;a b.tmt&#39;" \
	'<td class="n best">'; do
	grep -qiF -- "$part" text || fail "the page does not say: $part"
done
[ "$(grep -c '<tr' plain/report.html)" -eq $((1 + 2 + 1 + 36)) ] || fail "not all points are there"
[ "$(sed -n '/<table id="points"/,/<\/table>/p' text | grep -o '<td[^>]*>rcu<' | wc -l)" -eq 18 ] ||
	fail "not 18 points of rcu"
[ "$(grep -n 'figure-hit_ratio' text | cut -d: -f1)" -lt "$(grep -n 'figure-throughput' text | cut -d: -f1)" ] ||
	fail "figures are in another order"
# what the dark scheme colours is another colour on paper, which is last and light
colours() { sed -n "/^@media $1/,/^}/p" plain/report.html | grep -o -- '--[a-z]*:' | sort; }
[ "$(colours '(prefers-color-scheme: dark)')" = "$(colours print)" ] && [ -n "$(colours print)" ] ||
	fail "the dark scheme is printed"
sed -n '/^@media print/,/^<.style>/p' plain/report.html | grep -q "color-scheme: light;" ||
	fail "paper is not the last thing of the style, and light"
cp plain/report.html first
expect 0 "" "$tmem" report plain
cmp -s first plain/report.html || fail "the same folder, another page"
expect 0 "" "$tmem" report -o other.html plain
cmp -s first other.html || fail "-o makes another page"
expect 0 "" "$tmem" report -o - plain
cmp -s first out || fail "standard output has another page"
[ "$(ls plain | tr '\n' ' ')" = "curves.csv plots report.html results.csv sweep.json " ] ||
	fail "it leaves files behind: $(ls plain)"

# where more threads are no gain: how much of that was waiting
mkdir slower
{
	echo "$header,busy"
	run rcu 256 1 4096 1 30000 50 | sed 's/$/,1/'
	run rcu 256 4 4096 1 20000 50 | sed 's/$/,0.75/'
} >slower/results.csv
expect 0 "" "$tmem" report slower
sed 's/\xc2\xa0/ /g' slower/report.html >text
grep -qF "1 thread does more: 30 K operations a second against 20 K; the 4 threads waited 25.0% of their time for" text ||
	fail "it does not say what more threads cost: $(grep 'does more' text)"

# the command that it names can be pasted
folder "a b"
rm -rf "a b/plots"
expect 0 "tmem plot 'a b' draws them" "$tmem" report "a b"

# what is no file is not waited for
for name in results.csv curves.csv plots/x.svg; do
	rm -rf pipes
	folder pipes
	rm -f "pipes/$name"
	mkfifo "pipes/$name"
	timeout 300 "$tmem" report pipes >out 2>err
	[ $? -ne 124 ] || fail "it waits for a FIFO, $name"
	grep -q "pipes/$name: is no regular file" err || { fail "no word of the FIFO $name"; cat err; }
done
rm -rf pipes

# more than 40 points are folded away, of shards, of which one is torn and one is missing
folder many
run rcu 4 1 1024 1 5 5 >>many/results.csv
{ echo "$header"; for i in 1 2 3 4 5 6 7 8; do run hashbucket $i 1 1024 1 9 5; done; } >many/results-1-of-2.csv
printf 'rcu-torn,ok,' >>many/results-1-of-2.csv
sed -i 's/"points": 36/"points": 99/' many/sweep.json
expect 0 "" "$tmem" report many
page many/report.html
grep -q "<summary>All 45 points</summary>" many/report.html || fail "45 points are not folded"
grep -q "torn off and are left out: 1" many/report.html || fail "a torn row is not told"
grep -q "81 of 198 runs are there" many/report.html || fail "an unfinished sweep is not told"

# every text is only text
evil='<script>alert(1)</script>"'"'"'&]]>'
folder evil
{
	echo "$header"
	printf 'k1,ok,,"%s","%s",w,"%s",s,1,1,o,1,1,p,a,1,1,1,1,1,9,5,5,5,5,1,"%s","%s","%s","%s"\n' \
		"${evil//\"/\"\"}"{,,,,,,}
	printf '"%s",failed,"%s",t,t,w,d,s,1,1,o,1,1,p,a,1,1,1,1,1,9,5,5,5,5,1,v,m,d,c\n' \
		"${evil//\"/\"\"}"{,}
	printf 'k3,ok,,\xff\xfe\x01,,,d\xc3,,1e999,-1,,nan,,,,,,,,x,,,,,,,,,,\n'
} >evil/results.csv
printf 'curve,page_cache_pages,pages,gets,hits\n"optimum",1,5,10,9\nall,1,5,10,1\n' >evil/curves.csv
printf '{ "command": "%s", "traces": [ { "path": "%s" }, 7 ], "grids": 5, "points": "x" }' \
	"<script>alert(2)</script>" "</pre><script>" >evil/sweep.json
rm evil/plots/*
printf '<svg width="9" height="9" onload="alert(3)"><script>alert(4)</script><image href="http://e/"/></svg>' >evil/plots/fairness.svg
printf '<svg width="9" height="9"><text>&lt;script></text></svg>' >"evil/plots/<script>alert(5)<.svg"
printf 'not a drawing' >evil/plots/series.svg
expect 0 "series.svg: line 1" "$tmem" report evil
page evil/report.html
grep -q "&lt;script&gt;alert(1)&lt;/script&gt;" evil/report.html || fail "a name is not there as text"
grep -q "2 parts of the file that may not be in a page left out" evil/report.html ||
	fail "what a drawing lost is not told"
grep -q "This figure cannot be shown" evil/report.html || fail "a figure that is none is not told"

# less than all
folder less
rm -r less/plots less/curves.csv less/sweep.json
expect 0 "tmem plot less" "$tmem" report less
page less/report.html
grep -q "<code>tmem plot less</code>" less/report.html || fail "no word of how to draw"
grep -q "optimum that knows" less/report.html && fail "an optimum without a curve"
printf '%s\n' "$header" "k,failed,no room,t,t,w,rcu,s,1,1,o,1,1,p,a,1,1,,,,,,,,,,v,m,d,c" >less/results.csv
expect 0 "" "$tmem" report less
page less/report.html
grep -q "The only run failed, so there is nothing to advise; the first is k: no room" less/report.html ||
	fail "a failure is not told"

# what will not do is one line, and the old page stays
echo old >less/report.html
expect 2 "which folder" "$tmem" report
expect 2 "which folder" "$tmem" report ""
expect 2 "one folder at a time" "$tmem" report plain less
expect 2 "no option --colour" "$tmem" report --colour plain
expect 1 "nowhere: cannot be read: No such file" "$tmem" report nowhere
expect 1 "cannot be read: Not a directory" "$tmem" report plain/results.csv
mkdir empty
expect 1 "tmem sweep -o empty" "$tmem" report empty
echo "$header" >empty/results.csv
expect 1 "has no results" "$tmem" report empty
printf 'a,b\n1,2\n' >less/results.csv
expect 3 "no columns key and status" "$tmem" report less
printf '%s\nk,ok,"x\n' "$header" >less/results.csv
expect 1 "has no results" "$tmem" report less
printf '%s\nk,ok,"x"y\n' "$header" >less/results.csv
expect 3 "results.csv: line 2" "$tmem" report less
printf '%s\nk,ok\n' "$header" >less/results.csv
expect 3 "has 2 columns" "$tmem" report less
{ echo "$header"; head -c 2000000 /dev/zero | tr '\0' x; } >less/results.csv
expect 3 "longer than 1 MiB" "$tmem" report less
head -c 5000 /dev/urandom | tr -d '\n' >less/results.csv
"$tmem" report less >out 2>err && fail "noise is no table"
[ "$(wc -l <err)" -eq 1 ] || fail "noise is worth more than a line"
[ "$(cat less/report.html)" = old ] || fail "the page that was there is gone"
printf 'x\n1\n' >plain/curves.csv
expect 3 "curves.csv: has no column" "$tmem" report plain
rm plain/curves.csv
printf '{ "points": ' >plain/sweep.json
expect 0 "sweep.json: line 1" "$tmem" report plain
page plain/report.html
expect 1 "/nowhere/x" "$tmem" report -o /nowhere/x plain
mkdir folder.html
expect 1 "not a regular file" "$tmem" report -o folder.html plain
[ "$bad" -eq 0 ] && echo "all as expected"
exit "$bad"
