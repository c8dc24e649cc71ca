# SPDX-License-Identifier: GPL-2.0-or-later
#
# style.gp - what all figures share: terminal, size, colours, points, title, legend, footer
#
# A figure's script sets its name in "figure" and loads this, which runs
#
#	awk -v figure=FIGURE -f results.awk -f FIGURE.awk ./results*.csv
#
# in the sweep's folder, leaves what it prints in $D, and fails where it says that data are
# missing. Then the script does
#
#	eval begin(width, height, panels, entries, per_row)
#					terminal, output, title, subtitle, footer; room
#					for a legend of so many entries, so many in a row
#	plot ... NaN ...		the legend alone, above the panels
#	eval panels			from here on, panels
#	eval panel(n, rows, columns)	before each plot, n from 0
#	unset multiplot
#
# Variables that may be set with gnuplot -e before:
#	out	file to write (else standard output)
#	format	png, svg or dumb (else from the end of "out"; png)
#	columns, rows, ansi	of a dumb terminal (80, 24, 0); titles take up to 64 columns

if (!exists("out")) out = ''
if (!exists("format")) format = out[strlen(out)-3:] eq '.svg' ? 'svg' : 'png'
if (!exists("columns")) columns = 80
if (!exists("rows")) rows = 24
if (!exists("ansi")) ansi = 0
dumb = format eq 'dumb'

# ---- data ----

# A path as one word of the shell's.
here = ARG0[1:strlen(ARG0)-strlen('style.gp')]
quoted = ''
do for [i=1:strlen(here)] {
	quoted = quoted.(here[i:i] eq "'" ? "'\\''" : here[i:i])
}
quoted = "'".quoted
if (!exists("data")) data = figure
command = 'LC_ALL=C awk -v figure='.figure.' -f '.quoted."results.awk' -f ".quoted.data.".awk' ./results*.csv </dev/null"
answer = system(command)
if (strlen(answer) < 2) { exit error 'figure '.figure.': awk printed nothing' }
set print $D
print answer
unset print
undefine answer

# What $D says in its line "#name value".
line_of(name) = int(sum [i=1:|$D|] (word($D[i], 1) eq '#'.name ? i : 0))
note(name) = line_of(name) ? substr($D[line_of(name)], strlen(name) + 3, 100000) : ''
# The number of a word in a list of words, 0 where it is none of them.
place(word_, list) = int(sum [i=1:words(list)] (word(list, i) eq word_ ? i : 0))
least(a, b) = a < b ? a : b
most(a, b) = a > b ? a : b

if (line_of('missing')) { exit error 'missing: '.note('missing') }

# ---- colours and points ----

# Okabe and Ito's palette, which readers of every kind of colour vision tell apart; that it can
# be told without colour too, each has a point and a dash of its own. A design has the same in
# every figure.
set style line 1 lc rgb '#d55e00' lw 2 pt 9 ps 1.1 dt 1		# hashbucket
set style line 2 lc rgb '#e69f00' lw 2 pt 11 ps 1.1 dt 1	# hashbucket-fine
set style line 3 lc rgb '#0072b2' lw 2 pt 5 ps 0.9 dt 1		# objlock
set style line 4 lc rgb '#009e73' lw 2 pt 7 ps 0.9 dt 1		# rcu
set style line 5 lc rgb '#cc79a7' lw 2 pt 13 ps 1.1 dt 1	# others
set style line 6 lc rgb '#56b4e9' lw 2 pt 8 ps 1.1 dt 1
set style line 7 lc rgb '#000000' lw 2 pt 4 ps 0.9 dt 1
known_designs = 'hashbucket hashbucket-fine objlock rcu'
design_style(name, list) = place(name, known_designs) ? place(name, known_designs) : \
	5 + place(name, list) % 3
design_colour(s) = word('0xd55e00 0xe69f00 0x0072b2 0x009e73 0xcc79a7 0x56b4e9 0x000000', s) + 0

# ---- terminal and frame ----

set encoding utf8
# A dumb terminal's lines are 22 "pixels" of a figure; panels stand below each other there, and
# take two thirds of a screen each where there are several.
line_px = 22.0
above(x) = dumb ? 4 + (cut_2 ne '') + ceil(entries / (1.0 * dumb_per_row)) : \
	66 + 18 * ceil(entries / (1.0 * per_row))
dumb_rows = 0
if (!exists("dumb_per_row")) dumb_per_row = columns < 80 ? 1 : 2
# Subtitle and footer take two lines of a dumb terminal, broken at a space.
cut_at = 0
footer_at = 0
do for [i=1:columns-3] {
	if (note('subtitle')[i:i] eq ' ') { cut_at = i }
	if (note('footer')[i:i] eq ' ') { footer_at = i }
}
long(s) = dumb && strlen(s) > columns - 3
cut_2 = long(note('subtitle')) ? note('subtitle')[cut_at+1:] : ''
cut_1 = long(note('subtitle')) ? note('subtitle')[:cut_at] : note('subtitle')
footer_2 = long(note('footer')) ? note('footer')[footer_at+1:] : ''
footer_1 = long(note('footer')) ? note('footer')[:footer_at] : note('footer')
terminal(w, h) = dumb ? \
	sprintf("set terminal dumb noenhanced size %d,%d aspect 2,1 %s", columns, dumb_rows, \
		ansi ? 'ansi' : 'mono') : format eq 'svg' ? \
	sprintf("set terminal svg noenhanced size %d,%d name '%s' font 'DejaVu Sans,Verdana,sans-serif,13' background '#ffffff'", \
		w, h, figure) : \
	sprintf("set terminal pngcairo noenhanced size %d,%d font 'sans,11' background '#ffffff'", w, h)
output = out eq '' ? '' : sprintf("set output '%s'; ", out)

# So far from the top or the bottom: pixels; lines of a dumb terminal.
down(px, lines) = dumb ? 1 - (lines + 0.5) / dumb_rows : 1.0 - px / (1.0 * height)
up(px, lines) = dumb ? (lines + 0.5) / dumb_rows : px / (1.0 * height)
small(n) = dumb ? '' : sprintf("font ',%d'", n)
label_at(n, text, x, y, size, colour) = \
	sprintf("set label %d %s at screen %f,%f left %s tc rgb '%s'; ", n, text, x, y, small(size), colour)

# begin(width, height, panels, entries, per_row): entries of the legend, so many in a row of it
begin(w, h, n, e, p) = sprintf("width = %d; height = %d; entries = %d; per_row = %d; ", w, h, e, p). \
	sprintf("dumb_rows = %d; ", n == 1 ? rows + (e > 4 * dumb_per_row ? e / dumb_per_row - 2 : 0) : 6 + n * (rows * 2 / 3)). \
	"eval terminal(width, height); eval output; set multiplot; eval frame(0)"
frame(x) = label_at(1, 'title_', 0.02, down(20, 0), 14, '#000000'). \
	label_at(2, 'cut_1', 0.02, down(44, 1), 10, '#444444'). \
	label_at(4, 'cut_2', 0.02, down(44, 2), 10, '#444444'). \
	label_at(3, 'footer_1', 0.02, up(12, footer_2 ne ''), 8, '#666666'). \
	label_at(5, 'footer_2', 0.02, up(12, 0), 8, '#666666'). \
	"unset border; unset tics; unset xlabel; unset ylabel; set xrange [0:1]; set yrange [0:1]; ". \
	sprintf("set lmargin at screen %f; set rmargin at screen %f; ", 0.02, 0.98). \
	sprintf("set tmargin at screen %f; set bmargin at screen %f; ", down(54, above(0) - ceil(entries / (1.0 * dumb_per_row)) - 2), \
		down(above(0), above(0))). \
	(entries == 0 ? "unset key" : "set key inside left top vertical Left reverse width 2 samplen 3 noautotitle noenhanced")

# Past the legend: a grid that stays behind the data, tics outside.
panels = "unset label 1; unset label 2; unset label 3; unset label 4; unset label 5; unset key; ". \
	"set autoscale x; set autoscale y; set border 3 lc rgb '#888888'; ". \
	"set tics nomirror out scale 0.6; set title offset 0,-0.4; set xtics nomirror tc rgb '#222222'; ". \
	"set ytics nomirror tc rgb '#222222'; ". (dumb ? 'unset grid' : "set grid x y back lt 1 lc rgb '#dcdcdc' lw 0.8")

# Panel n of so many rows and columns of them, with room for its title and its axes' labels.
gap_left = 92.0
gap_bottom = 58.0
gap_top = 30.0
panel(n, r, c) = dumb ? margins(11.0 / columns, 1 - 2.0 / columns, dumb_top(n, r * c) - 1.0 / dumb_rows, \
		dumb_top(n + 1, r * c) + 3.0 / dumb_rows) : \
	margins((n % c) / (1.0 * c) + gap_left / width, (n % c + 1) / (1.0 * c) - 22.0 / width, \
		panel_top(n / c, r) - gap_top / height, panel_top(n / c + 1, r) + gap_bottom / height)
margins(l, r, t, b) = sprintf("set lmargin at screen %f; set rmargin at screen %f; ", l, r). \
	sprintf("set tmargin at screen %f; set bmargin at screen %f", t, b)
# The top of a row of panels, as a part of the screen.
panel_top(row, r) = down(above(0), 0) - row * (down(above(0), 0) - up(24, 0)) / r
dumb_top(row, r) = down(0, above(0)) - row * (down(0, above(0)) - up(0, 2)) / r

# ---- axes ----

# Memory, of pages, in powers of two; every n-th where there would be too many.
kib(i) = 2.0 ** i
size_name(i) = i < 10 ? sprintf("%dK", 2 ** i) : i < 20 ? sprintf("%dM", 2 ** (i - 10)) : \
	i < 30 ? sprintf("%dG", 2 ** (i - 20)) : sprintf("%dT", 2 ** (i - 30))
# Nanoseconds of 10 to the i.
time_name(i) = i < 3 ? sprintf("%d ns", 10 ** i) : i < 6 ? sprintf("%d us", 10 ** (i - 3)) : \
	i < 9 ? sprintf("%d ms", 10 ** (i - 6)) : sprintf("%d s", 10 ** (i - 9))

# What a panel's y axis tells; in a dumb terminal, which has no room beside it, above it.
y_axis(text) = sprintf(dumb ? 'set title "%s"' : 'set ylabel "%s"', text)
