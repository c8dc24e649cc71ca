#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# plot_test.sh TMEM PLOTS: the figures of a sweep's folder that sweep_folder.sh makes: each is
# drawn, says what it must, reacts to its data, and is left out where they are missing; and
# folders with damaged files and hostile names. PLOTS is the folder of the scripts.
set -u
tmem=$1 plots=$2
here=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
. "$here/person.sh"
unset COLUMNS LINES
figures="hit_ratio latency latency_cdf throughput heatmap series fairness sizes"
designs="hashbucket hashbucket-fine objlock rcu"

# has FIGURE DIR TEXT...: texts of the figure's SVG
has() {
	local svg=$2/plots/$1.svg text
	shift 2
	for text; do
		grep -qF -- "$text" "$svg" || fail "${svg##*/} does not say '$text'"
	done
}

# What goes wrong before gnuplot is asked.
"$here/sweep_folder.sh" sweep || fail "no folder to draw"
expect 2 "which sweep's folder" "$tmem" plot
expect 2 "which sweep's folder" "$tmem" plot ""
expect 2 "which sweep's folder" "$tmem" plot sweep sweep
expect 2 "must be of hit_ratio" "$tmem" plot --figure hit_ratio,heat sweep
expect 2 "must be of hit_ratio" "$tmem" plot --figure "" sweep
expect 2 "must be png, svg" "$tmem" plot --format pdf sweep
expect 2 "writes no files" "$tmem" plot --term -o x sweep
expect 2 "writes no files" "$tmem" plot --term --format svg sweep
expect 1 "nowhere: No such file" "$tmem" plot nowhere
expect 1 "out: .*Not a directory" "$tmem" plot out
mkdir empty
expect 1 "no sweep's folder" "$tmem" plot empty
mkfifo empty/results.csv
expect 1 "empty/results.csv is no regular file" timeout 300 "$tmem" plot empty
for name in rcu-b16-t8-put.hgrm key.csv key-sizes.csv; do
	mkdir -p pipes/points
	cp sweep/results.csv pipes
	mkfifo "pipes/points/$name"
	expect 1 "pipes/points/$name is no regular file: remove it" timeout 300 "$tmem" plot pipes
	rm -r pipes
done
mkdir bin
expect 1 "apt-get install gnuplot-nox" env PATH="$work/bin" "$tmem" plot sweep
[ "$(find sweep/plots -type f | wc -l)" -eq 0 ] || fail "pictures without gnuplot"
expect 1 "no gnuplot scripts: set TMEM_PLOTS_DIR" env TMEM_PLOTS_DIR="$work/bin" "$tmem" plot sweep

if ! command -v gnuplot >/dev/null; then
	[ "$bad" -eq 0 ] && echo "SKIPPED the figures themselves: gnuplot is not installed"
	exit "$bad"
fi

# Every figure, in both forms.
expect 0 - "$tmem" plot sweep
[ "$(wc -l <out)" -eq 16 ] || fail "not 16 pictures are told"
for figure in $figures; do
	[ "$(head -c 8 "sweep/plots/$figure.png" | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ] ||
		fail "$figure.png is no PNG"
	[ "$(wc -c <"sweep/plots/$figure.png")" -gt 10000 ] || fail "$figure.png is small"
	if command -v xmllint >/dev/null; then
		xmllint --noout "sweep/plots/$figure.svg" || fail "$figure.svg is not well formed"
	fi
	has "$figure" sweep "build.tmt | 4 CPUs, Linux 6.12 x86_64 | tmem 0.1.0" "left out: 1 failed run"
	grep -qF "figure = '$figure'" "$plots/$figure.gp" || fail "$figure.gp is another's"
done
[ -z "$(find sweep/plots -name '.*' -type f)" ] || fail "temporary files are left"
for figure in latency latency_cdf throughput heatmap series fairness; do
	for design in $designs; do
		grep -qE "<text>$design(<|,)" "sweep/plots/$figure.svg" || fail "$figure: no $design"
	done
done
has hit_ratio sweep "gets that hit" "memory of tmem" "optimum (knows the future)" \
	"all puts admitted" "admission ghost" "replayed, store lz4" ">256M<"
has latency sweep "percentile of operations" ">put<" ">get<" ">flush<" ">99.99<" ">100 us<" \
	"8 threads, 16 MiB of tmem, 16 buckets, store lz4, order handle"
has latency_cdf sweep "operations done" ">10 us<"
has throughput sweep "thousand operations a second" ">threads<" "rcu, 4096 buckets" \
	"rcu predicted, 4096 buckets" ">64<" "16 MiB of tmem" "2 repeats: median"
has heatmap sweep ">buckets<" ">threads<" ">4096<"
has series sweep "gets that hit" "pages evicted" "mean latency, us" "seconds of the trace"
has fairness sweep "index (1: fair)" "thousand operations a second"
has sizes sweep "bytes stored of a page" "bytes each in the mean" "design hashbucket,"

# As many marks as there are data: cells of the heat map.
[ "$(grep -cE '<text>[1-9][0-9]{2}<' sweep/plots/heatmap.svg)" -eq 68 ] ||
	fail "not 4 designs x 4 buckets x 4 threads in the heat map, and 256 at 4 axes"
# The median of hashbucket, 1 bucket, 1 thread, of two repeats: their mean.
want=$(awk -F, '/^hashbucket-b1-t1-m4096-/ { s += $20 / 2e3 } END { printf "%.0f", s }' sweep/results.csv)
grep -q "<text>$want<" sweep/plots/heatmap.svg || fail "no median $want in the heat map"

# draw FIGURE DIR
draw() {
	expect 0 - "$tmem" plot --format svg --figure "$1" "$2"
}

# reacts FIGURE FILE SED: the figure is another when a value in its file is
reacts() {
	cp -r sweep other
	rm -r other/plots
	sed -i -E "$3" other/$2
	cmp -s sweep/$2 other/$2 && fail "$1: nothing was changed in $2"
	draw "$1" other
	cmp -s "sweep/plots/$1.svg" "other/plots/$1.svg" && fail "$1 does not react to ${2##*/}"
	rm -rf other
}

run=rcu-b16-t8-m4096-lz4-all-pc0
# Which of the two repeats is drawn: that of the lower throughput.
run=$run-r$(grep "^$run-" sweep/results.csv | sort -t, -k20,20n | sed -nE '1s/.*-r([12]),.*/\1/p')
reacts hit_ratio results.csv '/^rcu-b16-t8-m4096-/s/,247313,[0-9]+,/,247313,200000,/'
reacts hit_ratio curves.csv 's/^(optimum,0,4096,247313),[0-9]+/\1,240000/'
reacts latency "points/$run-rcu-put.hgrm" '10s/^ *[0-9]+/ 9/'
reacts latency_cdf "points/$run-rcu-get.hgrm" '10s/^ *[0-9]+/ 9/'
reacts throughput results.csv '/^rcu-b4096-t2-m4096-.*-r1,/s/(,475556,[0-9.]+),[0-9]+/\1,900000/'
reacts heatmap results.csv '/^objlock-b1-t2-m4096-.*-r1,/s/(,475556,[0-9.]+),[0-9]+/\1,400000/'
reacts series "points/$run.csv" '10s/^(rcu,1,[0-9]+,7200),[0-9]+/\1,7000/'
reacts fairness results.csv '/^rcu-b16-t8-m4096-.*-r1,/s/,9000,50000,[0-9.]+/,9000,50000,0.5/'
# A failed run's numbers count nowhere; of rows of a key the last that is ok, or the last of all.
cp -r sweep other
grep -h '^rcu-b4096-t2-m4096-.*-r1,' sweep/results.csv | sed -E 's/,ok,[^,]*,/,failed,"no\nmemory",/' >>other/results.csv
draw throughput other
cmp -s sweep/plots/throughput.svg other/plots/throughput.svg || fail "a failed row hides one that is ok"
sed -E -i '/^rcu-b4096-t2-m4096-.*-r1,ok,/d' other/results.csv
draw throughput other
has throughput other "left out: 2 failed runs"
sed 's/,9000,50000,/,900,5000,/' sweep/results.csv >>other/results.csv
cat sweep/results.csv >>other/results.csv
draw throughput other
cmp -s sweep/plots/throughput.svg other/plots/throughput.svg || fail "not the last row of a key counts"
rm -rf other

# Shards, in any number of files; CRLF as RFC 4180 has it; header lines repeated.
mkdir shards
head -n 1 sweep/results.csv >shards/results-1-of-2.csv
cp shards/results-1-of-2.csv shards/results-2-of-2.csv
sed -n '2,${p;n;d}' sweep/results.csv >>shards/results-1-of-2.csv
sed -n '3,${p;n;d}' sweep/results.csv | sed '5r shards/results-1-of-2.csv' >>shards/results-2-of-2.csv
sed -i 's/$/\r/' shards/results-2-of-2.csv
draw heatmap shards
cmp -s sweep/plots/heatmap.svg shards/plots/heatmap.svg || fail "shards are drawn differently"
rm -rf shards

# Data that are not there: named, with the remedy; the others are drawn.
mkdir poor
grep -E '^(key|rcu-b16-t8-m4096-.*-r1)' sweep/results.csv >poor/results.csv
"$tmem" plot --format svg poor >out 2>err || fail "status $? of a poor folder"
[ "$(cat out)" = poor/plots/hit_ratio.svg$'\n'poor/plots/fairness.svg ] || fail "drawn: $(cat out)"
for line in 'latency is left out: no run has latencies' 'throughput .* one number of threads, 8' \
	'heatmap .* one number of buckets, 16; to get it: .*--buckets' 'series .*--interval' 'sizes '; do
	grep -q "^tmem plot: $line" err || fail "not said: $line"
done
expect 1 "heatmap is left out" "$tmem" plot --figure heatmap poor
sed -i '2,$s/,ok,/,failed,/' poor/results.csv
expect 1 "no run with gets" "$tmem" plot --figure hit_ratio poor
cp sweep/curves.csv poor/
rm poor/results.csv
draw hit_ratio poor
has hit_ratio poor "optimum (knows the future)"
sed -i -E '2,$s/^([^,]*,[^,]*,[^,]*,[^,]*),.*/\1,0,0,0,/' poor/curves.csv
draw hit_ratio poor		# of a trace without a hit
rm -rf poor

# Page caches: a panel each, and the replays on their own curves.
"$here/sweep_folder.sh" caches 4096,16384 || fail "no folder of page caches"
draw hit_ratio caches
has hit_ratio caches "page cache 16 MiB, lru" "page cache 64 MiB, lru"

# Their policies as well, and each replay on the curves of its own.
"$here/sweep_folder.sh" policies 4096,16384 lru,active-inactive || fail "no folder of policies"
draw hit_ratio policies
has hit_ratio policies "page cache 16 MiB, lru" "page cache 64 MiB, lru" \
	"page cache 16 MiB, active-inactive" "page cache 64 MiB, active-inactive"
panels_of() { # DIR: each panel, the hits of its curve "all" at 16 MiB, and of its replays
	(cd "$1" && LC_ALL=C awk -v figure=hit_ratio -f "$plots/results.awk" -f "$plots/hit_ratio.awk" \
		./results*.csv) | awk '
		/^#panels / { nr = split($0, panel, " ") - 1 }
		/^#curves / { curves = split($0, curve, " ") - 1 }
		/^#kinds / { kinds = split($0, kind, " ") - 1 }
		/^NaN/ { set++ }
		$1 == 4096 {
			p = int((set - 1) / (curves + kinds))
			i = (set - 1) % (curves + kinds)
			if (i == 0 || i == curves)
				print panel[p + 2], i ? "replayed" : curve[i + 2], int($2 + 0.5)
		}'
}
panels_of policies >got
diff got - <<-'EOT' || fail "replays are not on their own curves"
	4096/lru all 18
	4096/lru replayed 18
	16384/lru all 18
	16384/lru replayed 18
	4096/active-inactive all 12
	4096/active-inactive replayed 12
	16384/active-inactive all 12
	16384/active-inactive replayed 12
	EOT
# A table without policies is of the one that there is, or of none that is known.
sed -i s/,[^,]*$// caches/curves.csv policies/curves.csv
panels_of caches >got
diff got - <<-'EOT' || fail "curves without a policy, of one"
	4096/lru all 18
	4096/lru replayed 18
	16384/lru all 18
	16384/lru replayed 18
	EOT
panels_of policies | grep -v replayed >got
[ "$(cut -d ' ' -f 1 got | tr '\n' ' ')" = "4096/ 16384/ " ] || { fail "curves without a policy, of two"; cat got; }

# Sorting and splitting, of what no small table has.
cat >sorts.awk <<'END'
BEGIN {
	srand(7)
	for (n = 0; n <= 600; n += n < 9 ? 1 : 97) {
		for (i = 1; i <= n; i++)
			a[i] = int(rand() * 300)
		sort(a, n)
		for (i = 2; i <= n; i++)
			if (a[i - 1] > a[i])
				print "not sorted, of", n
	}
	split("a,b|,\"x\"|\"x,\"\"y\",,|a,,\"b\",c,\"\"", given, "|")
	split("2 2 3 5", want, " ")
	split("b;x;;", last, ";")
	for (i = 1; i <= 4; i++)
		if ((n = csv_split(given[i], f)) != want[i] || f[n] != last[i])
			print "not split:", given[i], n, f[n]
	if (f[3] != "b" || csv_split("a\"b,\"c\"", f) || csv_split("\"a\"b", f))
		print "split wrongly"
	exit
}
END
[ -z "$(awk -f "$plots/results.awk" -f sorts.awk 2>&1)" ] || fail "$(awk -f "$plots/results.awk" -f sorts.awk 2>&1)"

# Stores and policies are listed in their order, not in that of rows.
mkdir kinds
{ head -1 sweep/results.csv; for kind in lz4,ghost none,all lz4,all odd,all none,ghost; do
	sed -nE "s/,lz4,(16,1,.*),all,/,${kind%,*},\1,${kind#*,},/; T; s/^/${kind/,/-}-/p" sweep/results.csv | head -2
done; } >kinds/results.csv
cp sweep/curves.csv kinds/
got=$(cd kinds && LC_ALL=C awk -v figure=hit_ratio -f "$plots/results.awk" -f "$plots/hit_ratio.awk" results.csv |
	sed -n 's/^#kinds //p')
[ "$got" = "none/all none/ghost lz4/all lz4/ghost odd/all" ] || fail "stores and policies: $got"
rm -r kinds

# Damaged tables: what makes no sense is left out and counted, nothing is run or believed.
mkdir damaged
cp -r sweep/points damaged/
{
	cat sweep/results.csv
	echo 'too,few,fields'
	echo '"unbalanced'
	sed -n '2s/^[^,]*/..\/..\/etc\/passwd/p; 3s/^[^,]*/$(touch PWNED)/p' sweep/results.csv
	sed -n '4{s/^/x/;s/,objlock,/,`touch PWNED`,/;p}; 5{s/^/y/;s/,rcu,/,|touch PWNED,/;p}' sweep/results.csv
	sed -n '4s/,lz4,/,"l\x27; system(\x27touch PWNED\x27) #",/p' sweep/results.csv | sed 's/^/z/'
	sed -n '4s/,1024,0,lru/,-1e999,0,lru/p' sweep/results.csv | sed 's/^/w/'
	head -c 3000 /dev/zero
} >damaged/results.csv
expect 3 "damaged/results.csv: line [0-9]*: has 3 columns.*; mend or remove it" \
	"$tmem" plot --format svg damaged
has throughput damaged "left out: 1 failed run" "left out: 9 damaged rows"
[ -z "$(find . -name PWNED)" ] || fail "a table ran a command"
for file in damaged/points/*; do
	echo 'no number, no; "line' >"$file"
done
"$tmem" plot --format svg damaged >out 2>err
grep -q "latency is left out: no run has latencies\|latency is left out: the files" err ||
	fail "damaged latencies are not named"
grep -vq '^tmem plot: ' err && { fail "lines that are not tmem's"; cat err; }
rm -rf damaged

# Numbers beyond all measure are no numbers: an axis up to there would have no end.
cp -r sweep big
rm -r big/plots
for file in big/points/*-sizes.csv; do
	printf '64,31e990\n51e998,7\n' >>"$file"
done
sed -E -i '2s/,handle,[0-9]+,/,handle,1e308,/; 3s/,lz4,1,1,/,lz4,1,1e308,/; 4s/,247313,[0-9]+,/,247313,1e17,/;
	5s/,lru,all,1,/,lru,all,9e999,/' big/results.csv
expect 0 - timeout 900 "$tmem" plot --format svg big
has hit_ratio big "left out: 3 damaged rows"
has sizes big "4096<"
has throughput big " 2 repeats: median"
# of threads whose rates are not told there is no fairness
sed -E -i 's/,[0-9]+,[0-9]+,0.1.0,/,,,0.1.0,/' big/results.csv
expect 1 "fairness is left out: no run of more than one thread" "$tmem" plot --figure fairness big
rm -r big

# Damaged curves: plot and report say the same, and the figures that do not need them are drawn.
mkdir damaged
for row in 'all,0,x,1,1,1,1,' 'all' 'all,0,4,9,10,0,0,' 'all,0,4,nan,1,0,0,' 'a b,0,4,9,1,0,0,' '"x' \
	'optimum,0,1e999,9,1,0,0,' ',0,4,9,1,0,0,' 'all,0,4,9,1,0,0,l ru'; do
	cp sweep/results.csv damaged/
	{ head -n 3 sweep/curves.csv; echo "$row"; tail -n 2 sweep/curves.csv; } >damaged/curves.csv
	line='damaged/curves.csv: line 4: .*; remove it, then .* makes it anew'
	expect 3 "$line" "$tmem" report -o page.html damaged
	expect 3 "$line; without it there is no hit_ratio" "$tmem" plot --figure hit_ratio damaged
	[ ! -s out ] || fail "a curve of damaged rows is drawn"
done
expect 3 "$line" "$tmem" plot --format svg --figure hit_ratio,heatmap,throughput damaged
[ "$(cat out)" = damaged/plots/throughput.svg$'\n'damaged/plots/heatmap.svg ] ||
	fail "damaged curves, and drawn: $(cat out)"
draw heatmap damaged
head -c -1 sweep/curves.csv >damaged/curves.csv
expect 3 "curves.csv: line [0-9]*: is cut off" "$tmem" plot --figure hit_ratio damaged
expect 3 "curves.csv: line [0-9]*: is cut off" "$tmem" report -o page.html damaged
{ cat sweep/curves.csv; printf 'all,0,9,0,0,0,0,\nall,0,0,9,0,0,0,\n'; } >damaged/curves.csv
draw hit_ratio damaged		# neither is a point, nor damage
rm -r damaged

# Folders with hostile names, and a text that is none.
for name in "it's \"two\" \`touch PWNED\` \$(touch PWNED);touch PWNED" '-dash' \
	$'e=mc new\nline %s%n ä€'; do
	cp -r sweep "./$name"
	"$tmem" plot --figure sizes --format svg -o "./$name/o" -- "$name" >out 2>err ||
		{ fail "folder '$name'"; cat err; }
	cmp -s sweep/plots/sizes.svg "./$name/o/sizes.svg" || fail "folder '$name' differs"
	rm -rf "./$name"
done
cp -r "$plots" "it's \$(touch PWNED)"
expect 0 - env TMEM_PLOTS_DIR="it's \$(touch PWNED)" "$tmem" plot --figure sizes sweep
echo 'plot 1 +' >"it's \$(touch PWNED)/sizes.gp"
expect 1 "sizes.gp: .*line 1" env TMEM_PLOTS_DIR="it's \$(touch PWNED)" "$tmem" plot --figure sizes sweep
[ -z "$(find . -name PWNED)" ] || fail "a name ran a command"
sed -E 's/build.tmt/<\/text>\&\x01\xff.tmt/' sweep/results.csv >x
mkdir odd
mv x odd/results.csv
draw fairness odd
has fairness odd "&lt;/text>&amp;??.tmt"
# A trace with quotes and a line break in its name, which RFC 4180 has in a quoted field.
sed -E "s/build.tmt/\"it's \"\"a\"\"\\n\\nb\"/" sweep/results.csv >odd/results.csv
draw throughput odd
has throughput odd "it\`s \"a\"??b |" "left out: 1 failed run<"
cmp -s <(sed 's/it.s "a"[?][?]b/build.tmt/' odd/plots/throughput.svg) sweep/plots/throughput.svg ||
	fail "rows with line breaks are not read"
if command -v xmllint >/dev/null; then
	xmllint --noout odd/plots/fairness.svg || fail "an odd name spoils the SVG"
fi

# Where no picture can be written, none is half there.
: >file
expect 1 "file/plots\|file: " "$tmem" plot -o file/plots sweep
rm -rf odd/plots
mkdir -p odd/plots/fairness.png
expect 1 "cannot write fairness.png" "$tmem" plot --figure fairness --format png odd
[ "$(find odd/plots -type f | wc -l)" -eq 0 ] || fail "half a picture"

# Whoever ends it ends gnuplot, and what gnuplot runs, and no part of a picture is left.
mkdir slow
cp "$plots"/* slow 2>/dev/null
echo 'n = system("exec sleep 4747.'$$'"); plot sin(x)' >slow/sizes.gp
for signal in TERM HUP; do
	TMEM_PLOTS_DIR=slow "$tmem" plot --figure sizes,heatmap -o stopped sweep >out 2>err </dev/null &
	pid=$!
	for ((i = 0; i < 1000; i++)); do
		[ -n "$(ls stopped 2>/dev/null)" ] && pgrep -f "^sleep 4747[.]$$\$" >/dev/null && break
		sleep 0.2
	done
	kill -$signal "$pid"
	wait "$pid" 2>/dev/null
	[ $? -eq $((128 + $(kill -l $signal))) ] || fail "not ended by $signal"
	for ((i = 0; i < 100; i++)); do
		pgrep -f "^sleep 4747[.]$$\$" >/dev/null || break
		sleep 0.2
	done
	[ $i -lt 100 ] || fail "after $signal something of gnuplot's is left"
	[ "$(ls -A stopped | tr '\n' ' ')" = "heatmap.png heatmap.svg " ] ||
		fail "after $signal: $(ls -A stopped)"
	rm -r stopped
done

# In the terminal, and by hand.
expect 0 - "$tmem" plot --term --figure heatmap,hit_ratio sweep
grep -q "How many gets does a tmem of this size answer?" out || fail "no title in the terminal"
grep -q " $want " out || fail "no cell in the terminal"
# the uppermost line is drawn with what the legend says of the optimum
grep -q "@@@optimum" out && grep -A1 "^ *[0-9]* % ++" out | grep -q "@@@" ||
	fail "the legend in the terminal has other marks than the figure"
[ "$(awk 'length > n { n = length } END { print n }' out)" -eq 80 ] || fail "not 80 columns in a pipe"
# narrow: nothing is cut off, or it says how wide it must be
widest() { awk 'length > n { n = length } END { print n }' out; }
expect 0 - env COLUMNS=64 LINES=30 "$tmem" plot --term --figure hit_ratio,latency sweep
[ "$(widest)" -eq 64 ] || fail "$(widest) columns, not 64"
for text in "optimum (knows the future)" "replayed, store lz4" "admission workingset" \
	"How long does an operation take, and how long do the slowest?"; do
	grep -qF "$text" out || fail "in 64 columns no '$text'"
done
for columns in 63 20 1; do
	expect 1 "need a terminal of 64 columns at least, this one has $columns:" \
		env COLUMNS=$columns "$tmem" plot --term sweep
	[ ! -s out ] || fail "a figure in $columns columns"
done
for columns in 0 -5 x 99999999999999999999 80x ""; do
	expect 0 - env COLUMNS="$columns" "$tmem" plot --term --figure sizes sweep
	[ "$(widest)" -eq 80 ] || fail "$(widest) columns with COLUMNS=$columns"
done
if command -v script >/dev/null; then
	TERM=dumb script -qec "stty cols 40 rows 30; '$tmem' plot --term sweep" /dev/null >out </dev/null
	grep -q "this one has 40:" out || { fail "40 columns of a terminal are not seen"; cat out; }
	TERM=dumb script -qec "stty cols 100 rows 30; '$tmem' plot --term --figure sizes sweep" /dev/null \
		>out </dev/null
	sed -i -E 's/\x1b\[[0-9;]*m//g; s/\r//g' out
	[ "$(widest)" -eq 100 ] || fail "$(widest) columns of a terminal of 100"
fi

(cd sweep && gnuplot -e "out='../by-hand.svg'" "$plots/sizes.gp") || fail "not by hand"
cmp -s by-hand.svg sweep/plots/sizes.svg || fail "by hand it is another"

[ "$bad" -eq 0 ] && echo "all as expected"
exit "$bad"
