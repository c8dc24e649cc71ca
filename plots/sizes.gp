# SPDX-License-Identifier: GPL-2.0-or-later
#
# sizes.gp - what the page store makes of pages: the distribution of their stored sizes
#
#	cd DIR && gnuplot -e "out='sizes.png'" .../plots/sizes.gp
#
# Reads results*.csv and points/KEY-sizes.csv (tmem replay --sizes) of a sweep's folder DIR.

figure = 'sizes'
load ARG0[1:strlen(ARG0)-strlen(figure)-3].'style.gp'

title_ = 'How small do pages become?'
eval begin(1000, 560, 2, 0, 1)
plot NaN notitle
eval panels

gap_top = 12.0
gap_bottom = 62.0
set xrange [0:most(note('most') + 0, 4096)]
set xtics 512
eval panel(0, 2, 1)
set format y '%g %%'
eval y_axis('pages, by 64 bytes')
set yrange [0:*]
plot $D using (($1 + $2) / 2):3:(60) with boxes fs solid 0.8 noborder lc rgb '#0072b2'
eval panel(1, 2, 1)
eval y_axis('pages, up to here')
set xlabel 'bytes stored of a page'
set yrange [0:100]
plot $D using 2:4 with lines lw 2 lc rgb '#0072b2'
unset multiplot
