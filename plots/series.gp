# SPDX-License-Identifier: GPL-2.0-or-later
#
# series.gp - what happened when: hit ratio, evictions and latency of intervals of a replay
#
#	cd DIR && gnuplot -e "out='series.png'" .../plots/series.gp
#
# Reads results*.csv and points/KEY.csv (tmem replay --interval T --csv) of a sweep's folder DIR.

figure = 'series'
data = 'points'
load ARG0[1:strlen(ARG0)-strlen(figure)-3].'style.gp'

title_ = 'What happened when?'
designs = note('designs')
N = words(designs)
style_of(i) = design_style(word(designs, i), designs)
events = note('unit') eq 'events'
scale = events ? 1.0 : 1e-9

gap_bottom = 50.0
gap_top = 12.0
eval begin(1000, 700, 3, N, 4)
plot for [i=1:N] NaN with linespoints ls style_of(i) title word(designs, i)
eval panels

# Designs may do exactly the same: who is drawn first is wider, and seen under the others.
width_of(i) = 1.5 + 1.0 * (N - i)
every_point = most(int(note("intervals") / 8.0), 1)
file(i) = note(sprintf('file%d', i))
set datafile separator comma
set yrange [0:*]
do for [p=0:2] {
	eval panel(p, 3, 1)
	if (p == 2) { set xlabel events ? 'events of the trace' : 'seconds of the trace' }
	if (p == 0) {
		eval y_axis('gets that hit')
		set format y '%.0f %%'
		set ytics 25
		plot for [i=1:N] file(i) using ($3*scale):($4 > 0 ? 100.0*$5/$4 : NaN) \
			with linespoints ls style_of(i) lw width_of(i) \
			pointinterval every_point
	}
	if (p == 1) {
		eval y_axis('pages evicted')
		set ytics autofreq
		set yrange [0:10<*]
		set format y '%.0f'
		plot for [i=1:N] file(i) using ($3*scale):9 \
			with linespoints ls style_of(i) lw width_of(i) \
			pointinterval every_point
	}
	if (p == 2) {
		eval y_axis('mean latency, us')
		set yrange [0:*]
		set format y '%g'
		plot for [i=1:N] file(i) using ($3*scale):($10/1000) \
			with linespoints ls style_of(i) lw width_of(i) \
			pointinterval every_point
	}
}
unset multiplot
