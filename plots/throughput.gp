# SPDX-License-Identifier: GPL-2.0-or-later
#
# throughput.gp - what more threads buy: operations a second against threads, by design
#
#	cd DIR && gnuplot -e "out='throughput.png'" .../plots/throughput.gp
#
# Reads results*.csv of a sweep's folder DIR. Solid lines were measured, dashed ones are what the
# world smp predicts. A perfect design would be a straight line from the origin.

figure = 'throughput'
dumb_per_row = 1
load ARG0[1:strlen(ARG0)-strlen(figure)-3].'style.gp'

title_ = 'What do more threads buy?'
designs = note('designs')
predicted = note('predicted')
threads = note('threads')
N = words(designs)
P = words(predicted)
T = words(threads)
all = designs.' '.predicted
style_of(name) = design_style(name, all)
buckets(name, i) = note(sprintf(name.'%d', i))
plural(b) = b.' bucket'.(b eq '1' ? '' : 's')

set dashtype 6 (12, 8)
eval begin(1000, P ? 600 : 560, 1, N + P, 2)
plot for [i=1:N] NaN with linespoints ls style_of(word(designs, i)) \
		title word(designs, i).', '.plural(buckets('buckets', i)), \
	for [i=1:P] NaN with lines ls style_of(word(predicted, i)) dt 6 \
		title word(predicted, i).' predicted, '.plural(buckets('predicted_buckets', i))
eval panels

most_threads = word(threads, T) + 0
if (most_threads > 8) {
	set logscale x 2
	set xrange [word(threads, 1) / 1.1:most_threads * 1.1]
} else {
	set xrange [0:most_threads + 0.3]
}
set xtics ()
do for [i=1:T] {
	set xtics add (word(threads, i) word(threads, i) + 0)
}
set yrange [0:*]
set xlabel 'threads'
set ylabel note('unit').' operations a second'
eval panel(0, 1, 1)
plot for [i=1:P] $D index (N + i - 1) using 1:2 with lines ls style_of(word(predicted, i)) dt 6, \
	for [i=1:N] $D index (i - 1) using 1:2:3:4 with yerrorbars ls style_of(word(designs, i)), \
	for [i=1:N] $D index (i - 1) using 1:2 with linespoints ls style_of(word(designs, i))
unset multiplot
