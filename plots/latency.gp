# SPDX-License-Identifier: GPL-2.0-or-later
#
# latency.gp - how long operations take, to the last percentile, by operation and design
#
#	cd DIR && gnuplot -e "out='latency.png'" .../plots/latency.gp
#
# Reads results*.csv and points/KEY-DESIGN-OPERATION.hgrm (tmem replay --hist) of a sweep's
# folder DIR. The axis of percentiles is HdrHistogram's: 1/(1-p), logarithmic.

figure = 'latency'
data = 'points'
load ARG0[1:strlen(ARG0)-strlen(figure)-3].'style.gp'

title_ = 'How long does an operation take, and how long do the slowest?'
designs = note('designs')
ops = note('ops')
N = words(designs)
O = words(ops)
style_of(i) = design_style(word(designs, i), designs)

eval begin(1200, 500, O, N, 4)
plot for [i=1:N] NaN with linespoints ls style_of(i) title word(designs, i)
eval panels

set logscale xy
set xlabel 'percentile of operations'
set xrange [1:note('most_x') * 1.3]
set yrange [note('least') / 1.2:note('most') * 1.2]
set xtics ('50' 2, '90' 10, '99' 100, '99.9' 1e3, '99.99' 1e4)
if (O == 1 || dumb) { set xtics add ('99.999' 1e5, '99.9999' 1e6) }
set ytics ()
do for [i=0:11] {
	set ytics add (time_name(i) 10.0 ** i)
}
do for [o=1:O] {
	eval panel(o - 1, 1, O)
	set title word(ops, o)
	plot for [i=1:N] note(sprintf('file%d', i)).'-'.word(ops, o).'.hgrm' \
		using ($2 < 1 ? 1 / (1 - $2) : NaN):1 with linespoints ls style_of(i) \
		pointinterval 9
}
unset multiplot
