# SPDX-License-Identifier: GPL-2.0-or-later
#
# hit_ratio.gp - what more memory would buy: hit ratio of gets against memory
#
#	cd DIR && gnuplot -e "out='hit_ratio.png'" .../plots/hit_ratio.gp
#
# Reads results*.csv and curves.csv of a sweep's folder DIR. Curves are computed, for pages of a
# frame each: a store that compresses may be above them. They are of all sizes
# (tmem mrc), one for each admission policy and one for the offline optimum; points are replays.
# Sampled curves have a band. A panel for each page cache and policy.

figure = 'hit_ratio'
load ARG0[1:strlen(ARG0)-strlen(figure)-3].'style.gp'

title_ = 'How many gets does a tmem of this size answer?'
curves = note('curves')
kinds = note('kinds')
C = words(curves)
M = words(kinds)
P = words(note('panels'))
across = P == 4 ? 2 : least(P, 3)
down_ = ceil(P / (1.0 * across))

# Policies have colours that no design has; what is measured, its policy's colour and a point
# of its store.
known = 'all workingset ghost random optimum'
colour(name) = name eq 'all' ? 0x000000 : name[1:10] eq 'workingset' ? 0x56b4e9 : \
	name[1:5] eq 'ghost' ? 0xcc79a7 : name[1:6] eq 'random' ? 0x888888 : \
	name eq 'optimum' ? 0x000000 : 0x7f5f2f
dash(name) = name eq 'optimum' ? 3 : name eq 'all' ? 1 : name[1:10] eq 'workingset' ? 1 : \
	name[1:5] eq 'ghost' ? 4 : 5
set dashtype 3 (3, 5)
set dashtype 4 (14, 5)
set dashtype 5 (14, 5, 3, 5)
store(kind) = kind[1:strstrt(kind, '/')-1]
policy(kind) = kind[strstrt(kind, '/')+1:]
symbol(kind) = store(kind) eq 'none' ? 6 : store(kind) eq 'raw' ? 4 : store(kind) eq 'lz4' ? 8 : 12
label(kind) = 'replayed, '.(policy(kind) eq 'all' ? 'store ' : '').store(kind).\
	(policy(kind) eq 'all' ? '' : ', '.policy(kind))
curve_label(name) = name eq 'all' ? 'all puts admitted' : name eq 'optimum' ? \
	'optimum (knows the future)' : 'admission '.name

eval begin(1000, 560 + 320 * (down_ - 1), P, C + M, 3)
# A dumb terminal knows lines by the number of their type, and has no colours for points.
mark(i) = dumb ? C + i : symbol(word(kinds, i))
plot for [i=1:C] NaN with lines lt i lw 2 dt dash(word(curves, i)) \
		lc rgb colour(word(curves, i)) title curve_label(word(curves, i)), \
	for [i=1:M] NaN with points lt C+i pt mark(i) ps 1.4 lw 1.5 \
		lc rgb colour(policy(word(kinds, i))) title label(word(kinds, i))
eval panels

set logscale x 2
set xlabel 'memory of tmem'
# One range for all panels, which can be compared then, up to a tic.
top = note('top') + 0
tic = top > 60 ? 20 : top > 20 ? 10 : top > 10 ? 5 : top > 5 ? 2 : top > 2 ? 1 : top > 1 ? 0.5 : 0.2
set yrange [0:ceil(top / tic) * tic]
set xrange [note("least")*4/1.1:note("most")*4*1.1]
set format y tic < 1 ? '%.1f %%' : '%.0f %%'
set xtics ()
every_tic = dumb || across > 1 ? 3 : 1
do for [i=2:40:every_tic] {
	set xtics add (size_name(i) kib(i))
}
do for [p=0:P-1] {
	eval panel(p, down_, across)
	title_of = note(sprintf('panel%d', p + 1))
	eval 'set title title_of '.(across > 2 ? small(10) : '')
	if (p % across == 0) { set ylabel 'gets that hit' } else { unset ylabel }
	plot for [i=1:dumb ? 0 : C] $D index (p * (C + M) + i - 1) using ($1*4):3:4 with filledcurves \
			fc rgb colour(word(curves, i)) fs transparent solid 0.2 noborder, \
		for [i=1:C] $D index (p * (C + M) + i - 1) using ($1*4):2 with lines lt i lw 2 \
			dt dash(word(curves, i)) lc rgb colour(word(curves, i)), \
		for [i=1:M] $D index (p * (C + M) + C + i - 1) using ($1*4):2:3:4 \
			with yerrorbars lt C+i pt mark(i) ps 1.4 lw 1.5 \
			lc rgb colour(policy(word(kinds, i)))
}
unset multiplot
