#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# mrc_test.sh TMEM: hit-ratio curves from the command line: they are what replays count,
# tables, JSON and CSV agree, and what cannot be answered is refused with a remedy.
set -u
tmem=$1
. "${BASH_SOURCE[0]%/*}/person.sh"

"$tmem" gen zipf --events 60000 --pages 8000 --objects 9 -o z.tmt 2>err || fail "gen"
"$tmem" gen mixed --events 30000 --clients 2 -o m.tmt 2>err || fail "gen mixed"

# what a replay counts
expect 0 "" "$tmem" mrc --page-cache 300p --sizes 1600p,100p..800p,100p --optimum \
	--json c.json --csv c.csv z.tmt
[ "$(grep -c ^all,300, c.csv)" -eq 5 ] || fail "not 5 sizes"
[ "$(cut -d, -f3 c.csv | head -6 | tr '\n' ' ')" = "pages 100 200 400 800 1600 " ] ||
	fail "sizes are not in order"
[ "$(head -1 c.csv)" = curve,page_cache_pages,pages,gets,hits,low,high,page_cache_policy ] || fail "CSV header"
for pages in 100 800; do
	"$tmem" replay --design rcu --threads 1 --order global --store none \
		--page-cache 300p --memory ${pages}p --json r.json z.tmt >/dev/null
	hits=$(sed -n 's/.*"tmem_hits": \([0-9]*\).*/\1/p' r.json)
	[ -n "$hits" ] && grep -q "^all,300,$pages,[0-9]*,$hits,$hits,$hits,lru$" c.csv ||
		fail "a replay with $pages pages has '$hits' hits"
	grep -A1 "\"pages\": $pages," c.json | grep -q "\"hits\": $hits" ||
		fail "the JSON has other hits"
done
# the optimum is never less
paste -d, <(grep ^all c.csv) <(grep ^optimum c.csv) | while IFS=, read -r \
	_ _ pages gets hits _ _ _ _ _ same _ best _; do
	[ "$pages" = "$same" ] && [ "$hits" -le "$best" ] && [ "$best" -le "$gets" ] ||
		echo "at $pages: $hits, optimum $best of $gets"
done >wrong
[ -s wrong ] && { fail "optimum"; cat wrong; }

# sizes that were not given: as far as hits go
expect 0 "" "$tmem" mrc --page-cache 300p --json d.json --csv d.csv z.tmt
rows=$(grep -c '|$' out)
[ "$rows" -ge 12 ] && [ "$rows" -le 24 ] && [ "$(wc -l <d.csv)" -gt 30 ] ||
	fail "$rows rows for people"
enough=$(sed -n 's/.*"pages_enough": \([0-9]*\).*/\1/p' d.json)
[ "$(tail -1 d.csv | cut -d, -f3)" = "$enough" ] || fail "the curve does not end at $enough"
expect 0 "" "$tmem" mrc --page-cache 300p --sizes $((enough - 1))p,${enough}p,2T --csv e.csv z.tmt
awk -F, 'NR == 2 { below = $5 } NR == 3 { at = $5 } NR == 4 { exit !(below < at && at == $5) }' \
	e.csv || fail "pages_enough is not the least"
expect 0 "" "$tmem" mrc --csv - z.tmt
[ "$(head -1 out | cut -c1-6)" = curve, ] || fail "CSV does not have standard output to itself"
expect 0 "" "$tmem" mrc --sample 1/4 --page-cache 300p --json s.json z.tmt
grep -q '"exact": false' s.json && grep -q '"low":' s.json || fail "a sample is not told"
grep -q "\.\. .*%" out || fail "the table has no band"

# with a page cache on top of the stack, and without: the optimum wants it before tmem
"$tmem" gen zipf --events 30000 --pages 4000 --clients 2 -o z2.tmt 2>err || fail "gen zipf"
for trace in z.tmt z2.tmt; do
	for cache in 1p 300p 3000p; do
		for ask in "" --optimum; do
			expect 0 "" "$tmem" mrc --page-cache $cache --sizes 1p,10p..5000p $ask \
				--csv f$ask.csv --json f$ask.json $trace
			grep -v ^optimum f$ask.csv >g$ask.csv
			grep -A99 '"operations"' f$ask.json | grep -B99 '"sample"\|"front"' |
				grep -v '"pages_enough"' >g$ask.json
		done
		cmp -s g.csv g--optimum.csv && cmp -s g.json g--optimum.json ||
			fail "$trace: the page cache of $cache matters where it is"
	done
done

# policies, each as its replay, and one optimum for all
expect 0 "" "$tmem" mrc --page-cache 300p --admission random:0.5,ghost --seed 3 --sizes 500p \
	--optimum --csv a.csv z.tmt
[ "$(cut -d, -f1 a.csv | tr '\n' ' ')" = "curve random:0.5 ghost optimum " ] ||
	fail "not the curves that were asked for"
for policy in random:0.5 ghost; do
	"$tmem" replay --design objlock --threads 1 --order global --store none --seed 3 \
		--page-cache 300p --memory 500p --admission $policy --json r.json z.tmt >/dev/null
	hits=$(sed -n 's/.*"tmem_hits": \([0-9]*\).*/\1/p' r.json)
	grep -q "^$policy,300,500,[0-9]*,${hits:-none}," a.csv || fail "$policy has '$hits' hits"
done
"$tmem" mrc --page-cache 300p --sizes 500p --optimum --csv b.csv z.tmt >/dev/null
[ "$(grep ^optimum a.csv)" = "$(grep ^optimum b.csv)" ] || fail "the optimum depends on policies"
expect 2 "no such policy" "$tmem" mrc --admission all,most z.tmt
expect 2 "without one no page is active" "$tmem" mrc --admission workingset --page-cache 0 z.tmt

# pools that have no curve
expect 0 "" "$tmem" mrc m.tmt
grep -q "of persistent pools are left out" err && grep -q "of shared pools are left out" err ||
	fail "pools are left out silently"
"$tmem" cat m.tmt | sed -E '/^pool /s/ephemeral|shared/persistent/' >p.txt
expect 2 "measure these with tmem replay" "$tmem" mrc p.txt

# curves in bytes: sizes come with text
# sized SIZE: operations whose puts have it; "" for unequal ones
sized() {
	awk -v size="$1" 'BEGIN {
		srand(7)
		print "tmt-text 1\nkind operations\npool 0 ephemeral"
		for (i = 0; i < 20000; i++) {
			page = int(rand() * rand() * 2000)
			kind = rand() < .5 ? "get" : rand() < .97 ? "put" : "flush"
			print 0, kind, 0, "0:0:" i % 7, page, 1, 0, 0, \
				kind == "put" ? size == "" ? 1 + page * 7919 % 4096 : size : 0
		}
		print "events", i
	}'
}
for size in 4096 2048 1365 0 ""; do
	sized "$size" | "$tmem" import --format text -o "b$size.tmt" - 2>err || fail "import"
done
expect 0 - "$tmem" mrc --bytes --csv b.csv b4096.tmt
[ "$(grep -c ^all, b.csv)" -gt 30 ] && cmp -s <(sed -n s/^all,//p b.csv) \
	<(sed -n s/^all-bytes,//p b.csv) || fail "whole pages have another curve in bytes"
for parts in 2 3; do
	expect 0 - "$tmem" mrc --bytes --sizes 100p,200p,300p,400p,600p,900p --csv b.csv \
		b$((4096 / parts)).tmt
	for pages in 100 200 300; do
		[ "$(sed -n "s/^all-bytes,0,$pages,//p" b.csv)" = \
			"$(sed -n "s/^all,0,$((parts * pages)),//p" b.csv)" ] ||
			fail "$pages frames are not $parts times as many pages"
	done
done
expect 0 - "$tmem" mrc --bytes --optimum --admission random:0.5,all --sizes 300p --csv b.csv \
	--json b.json b.tmt
[ "$(cut -d, -f1 b.csv | tr '\n' ' ')" = "curve random:0.5 all random:0.5-bytes all-bytes optimum " ] ||
	fail "not a curve in bytes for each policy"
[ "$(grep -c '"bytes": true' b.json)" -eq 2 ] && [ "$(grep -c '"exact": true' b.json)" -eq 3 ] ||
	fail "the JSON does not tell which curves are in bytes"
grep -q "^all-bytes, approximate" out || fail "the table does not tell"
grep ^all b.csv | sort -t, -k5n | tail -1 | grep -q ^all-bytes || fail "bytes do not hit more"
"$tmem" cat b.tmt | awk '$2 == "put" && n++ < 10 { $9 = 0 } { print }' >some.txt
expect 0 "10 of .* puts have no compressed size and count as a whole page" \
	"$tmem" mrc --bytes some.txt
expect 2 "no put .* has a compressed size; leave --bytes out" "$tmem" mrc --bytes b0.tmt
expect 2 "z.tmt has page references.*leave --bytes out" "$tmem" mrc --bytes b.tmt z.tmt
expect 2 "does not go with --sample" "$tmem" mrc --bytes --sample 1/4 b.tmt

# wrong usage
expect 2 "which trace" "$tmem" mrc
expect 2 "a range goes up" "$tmem" mrc --sizes 4G..64M z.tmt
expect 2 "less than one page" "$tmem" mrc --sizes 0 z.tmt
expect 2 "a value is missing" "$tmem" mrc --sizes 64M, z.tmt
expect 2 "1K: less than one page" "$tmem" mrc --sizes 64M,1K z.tmt
expect 2 "more than 4,096 sizes" "$tmem" mrc --sizes "$(seq -f %gM -s, 5000)" z.tmt
expect 2 "not a size" "$tmem" mrc --sizes 64M..lots z.tmt
expect 2 "more than any machine" "$tmem" mrc --sizes 1M..99999999T z.tmt
expect 2 "one page in how many" "$tmem" mrc --sample 100 z.tmt
expect 2 "one page in how many" "$tmem" mrc --sample 1/0 z.tmt
expect 2 "too few for a curve.*--sample 1/" "$tmem" mrc --sample 1/100 --page-cache 0 z.tmt
expect 2 "leave --sample out" "$tmem" mrc --sample 1/100 --max-events 5000 z.tmt
expect 2 "name the same file" "$tmem" mrc --json x --csv x z.tmt
expect 1 "/nowhere/x" "$tmem" mrc --json /nowhere/x z.tmt
expect 1 "missing.tmt" "$tmem" mrc missing.tmt
head -c 3000 z.tmt >short.tmt
expect 3 "short.tmt" "$tmem" mrc short.tmt
printf 'put a\nflush a\n' >ops
expect 2 "no gets" "$tmem" mrc ops
printf 'put a\nfrobnicate\nget a\n' >lossy
expect 3 "" "$tmem" mrc --format ops lossy
grep -q "NOT WHOLE" err || fail "a skipped line is not told"
[ "$bad" -eq 0 ] && echo "all as expected"
exit "$bad"
