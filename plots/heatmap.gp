# SPDX-License-Identifier: GPL-2.0-or-later
#
# heatmap.gp - which table for how many threads: throughput of buckets x threads, by design
#
#	cd DIR && gnuplot -e "out='heatmap.png'" .../plots/heatmap.gp
#
# Reads results*.csv of a sweep's folder DIR. One scale of colours for all designs, from dark
# (slow) to light (fast), that reads the same in grey.

figure = 'heatmap'
load ARG0[1:strlen(ARG0)-strlen(figure)-3].'style.gp'

title_ = 'How many buckets do how many threads need?'
designs = note('designs')
buckets = note('buckets')
threads = note('threads')
N = words(designs)
B = words(buckets)
T = words(threads)
low = note('least') + 0
high = most(note('most') + 0, low * 1.001 + 1e-9)
columns_ = N > 1 ? 2 : 1
rows_ = (N + columns_ - 1) / columns_
# Two digits of a small number, none behind the point of a large one.
number(v) = sprintf(v < 1 ? '%.2f' : v < 10 ? '%.1f' : '%.0f', v)

eval begin(1000, 130 + rows_ * (100 + 24 * most(B, 4)), N, 0, 1)
plot NaN notitle
eval panels

set palette defined (0 '#440154', 1 '#414487', 2 '#2a788e', 3 '#22a884', 4 '#7ad151', 5 '#fde725')
set cbrange [low:high]
unset colorbox
unset grid
unset border
set tics scale 0
set xrange [0.5:T + 0.5]
set yrange [0.5:B + 0.5]
set xtics ()
do for [i=1:T] {
	set xtics add (word(threads, i) i)
}
set ytics ()
do for [i=1:B] {
	set ytics add (word(buckets, i) i)
}
# A number is dark on light and light on dark.
is_light(v) = (v - low) / (high - low) > 0.55
do for [d=1:N] {
	eval panel(d - 1, rows_, columns_)
	set title word(designs, d)
	if (d > N - columns_) { set xlabel 'threads' } else { unset xlabel }
	if ((d - 1) % columns_ == 0 || dumb) { set ylabel 'buckets' } else { unset ylabel }
	if (dumb) {
		plot $D index (d - 1) using 1:2:(number($3)) with labels
	} else {
		plot $D index (d - 1) using 1:2:(0.49):(0.47):3 with boxxyerror \
				fs solid 1 noborder lc palette, \
			$D index (d - 1) using 1:2:(is_light($3) ? number($3) : '') \
				with labels tc rgb '#000000' font ',10', \
			$D index (d - 1) using 1:2:(is_light($3) ? '' : number($3)) \
				with labels tc rgb '#ffffff' font ',10'
	}
}
unset multiplot
