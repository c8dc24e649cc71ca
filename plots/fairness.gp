# SPDX-License-Identifier: GPL-2.0-or-later
#
# fairness.gp - does every thread get its turn? Rates of threads against each other, by design
#
#	cd DIR && gnuplot -e "out='fairness.png'" .../plots/fairness.gp
#
# Reads results*.csv of a sweep's folder DIR: Jain's index over the rates of a run's threads (1:
# all alike; 1/T: one of T threads does all), and the slowest and the fastest of them.

figure = 'fairness'
load ARG0[1:strlen(ARG0)-strlen(figure)-3].'style.gp'

title_ = 'Does every thread get its turn?'
designs = note('designs')
threads = note('threads')
N = words(designs)
T = words(threads)
style_of(i) = design_style(word(designs, i), designs)
# Designs stand beside each other, in the place of a number of threads.
place_of(t, i) = t + (i - (N + 1) / 2.0) * 0.7 / N
low = note('least') + 0

eval begin(1000, 640, 2, N, 4)
plot for [i=1:N] NaN with points ls style_of(i) title word(designs, i)
eval panels

gap_bottom = 62.0
set xrange [0.5:T + 0.5]
set xtics ()
do for [t=1:T] {
	set xtics add (word(threads, t) t)
}
eval panel(0, 2, 1)
eval y_axis("Jain's index (1: fair)")
# From 0 where it is far from 1; closer where it is not, and the axis says so by its numbers.
set yrange [low < 0.8 ? 0 : low < 0.98 ? 0.8 : 0.98:low < 0.8 ? 1.05 : low < 0.98 ? 1.01 : 1.001]
plot for [i=1:N] $D index (i - 1) using (place_of($1, i)):2:3:4 with yerrorbars ls style_of(i)
eval panel(1, 2, 1)
eval y_axis('thousand operations a second')
set xlabel 'threads; bars reach from the slowest to the fastest of them, in any repeat'
set yrange [0:*]
plot for [i=1:N] $D index (i - 1) using (place_of($1, i)):5:(place_of($1, i) - 0.15 / N): \
		(place_of($1, i) + 0.15 / N):5:6 with boxxyerror fs solid 1 noborder \
		lc rgb design_colour(style_of(i))
unset multiplot
