# SPDX-License-Identifier: GPL-2.0-or-later
#
# latency_cdf.gp - which part of the operations is done in which time, by operation and design
#
#	cd DIR && gnuplot -e "out='latency_cdf.png'" .../plots/latency_cdf.gp
#
# Reads what latency.gp reads. The slowest of a thousand are beyond its axis: latency.gp has them.

figure = 'latency_cdf'
data = 'points'
load ARG0[1:strlen(ARG0)-strlen(figure)-3].'style.gp'

title_ = 'How many operations are done in this time?'
designs = note('designs')
ops = note('ops')
N = words(designs)
O = words(ops)
style_of(i) = design_style(word(designs, i), designs)

eval begin(1000, 500, O, N, 4)
plot for [i=1:N] NaN with linespoints ls style_of(i) title word(designs, i)
eval panels

set logscale x
set xlabel 'latency'
set xrange [note('least') / 1.1:note('p999') * 1.1]
set yrange [0:103]
set format y '%.0f %%'
set xtics ()
span = log10(note('p999') / note('least'))
every_tic = O == 1 || dumb || span < 3 ? 1 : span < 6 ? 2 : 3
do for [i=0:11:every_tic] {
	set xtics add (time_name(i) 10.0 ** i)
}
do for [o=1:O] {
	eval panel(o - 1, 1, O)
	set title word(ops, o)
	if (o == 1) { set ylabel 'operations done' } else { unset ylabel }
	plot for [i=1:N] note(sprintf('file%d', i)).'-'.word(ops, o).'.hgrm' \
		using 1:($2 * 100) with linespoints ls style_of(i) pointinterval 9
}
unset multiplot
