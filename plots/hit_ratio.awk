# SPDX-License-Identifier: GPL-2.0-or-later
#
# hit_ratio.awk - the data of hit_ratio.gp: curves of curves.csv, and what was measured
#
# A page cache and its policy are a panel, "PAGES/POLICY"; of operations, which have neither, "0/".
# Panel p (from 0), of C curves and M kinds of measured points, has the data sets p * (C + M) and
# following: each curve as "pages ratio low high", then each kind as "pages median least most".

# A curve may have a point for every page: of neighbours closer than this, one is drawn.
function thin(pages, last)
{
	return last && pages < last * 1.01
}

# panel_of(pages, policy): where it is drawn; a word, and put where panels() finds it
function panel_of(pages, policy)
{
	pages += 0
	if (!pages || !is_word(policy, ""))
		policy = ""
	caches = add(caches, pages)
	policies = add(policies, "/" policy)
	there_is[pages "/" policy]
	return pages "/" policy
}

# A curve that does not tell its policy, of a table that is older than that column, is of the
# one that was replayed, if there is just one.
function only_policy(pages,   i, nr, a, found, n)
{
	nr = split(policies, a, " ")
	for (i = 1; i <= nr; i++)
		if (((pages + 0) a[i]) in there_is) {
			found = substr(a[i], 2)
			n++
		}
	return n == 1 ? found : ""
}

# panels(): all there are, a policy after the other, and by size
function panels(   i, j, nr, n, a, c, out)
{
	nr = split("/lru /active-inactive " policies, a, " ")
	n = split(unique(caches), c, " ")
	for (i = 1; i <= nr; i++)
		for (j = 1; j <= n; j++)
			if ((c[j] a[i]) in there_is)
				out = add(out, c[j] a[i])
	return out
}

function panel_title(p,   policy)
{
	policy = substr(p, index(p, "/") + 1)
	return p + 0 > 0 ? "page cache " size(p + 0) (policy == "" ? "" : ", " policy) : ""
}

function read_curves(path,   line, field, column, n, i, name, p)
{
	while ((getline line < path) > 0) {
		sub(/\r$/, "", line)
		if (line == "" || line ~ /^#/)
			continue
		n = csv_split(line, field)
		if (n && field[1] == "curve") {
			split("", column)
			for (i = 1; i <= n; i++)
				column[field[i]] = i
			continue
		}
		name = field[column["curve"]]
		p = field[column["page_cache_pages"]]
		if (p == "")
			p = 0
		# of runs alone: in a table without the column, no curve decides for another
		if (!("page_cache_policy" in column) && !(p in policy_for))
			policy_for[p] = only_policy(p)
		if (n < 5 || !("hits" in column) || !is_word(name, "[:=,/%]") || !is_number(p) ||
		    !is_number(field[column["pages"]]) || !is_number(field[column["gets"]]) ||
		    !is_number(field[column["hits"]]) ||
		    field[column["hits"]] + 0 > field[column["gets"]] + 0) {
			damaged++
			continue
		}
		p = panel_of(p, "page_cache_policy" in column ? \
			field[column["page_cache_policy"]] : policy_for[p])
		add_point(name, p, field[column["pages"]] + 0, field[column["gets"]] + 0,
			field[column["hits"]] + 0, field[column["low"]], field[column["high"]])
	}
	close(path)
}

function add_point(name, p, pages, gets, hits, low, high)
{
	if (!pages || !gets)
		return
	if (hits >= gets / 200)
		reach(pages)
	if (!least_point || pages < least_point)
		least_point = pages
	if (pages > most_point)
		most_point = pages
	if (!is_number(low) || !is_number(high))
		low = high = hits
	rise(100 * (high > hits ? high : hits) / gets)
	curves = add(curves, name)
	nr[name, p]++
	point_pages[name, p, nr[name, p]] = pages
	point[name, p, nr[name, p]] = sprintf("%.0f %.6f %.6f %.6f", pages, 100 * hits / gets,
		100 * low / gets, 100 * high / gets)
}

function reach(pages)
{
	if (!least_size || pages < least_size)
		least_size = pages
	if (pages > most_size)
		most_size = pages
}

# What the panels have in common, so that they can be compared: up to where they go.
function rise(percent)
{
	if (percent > top)
		top = percent
}

function print_curve(name, p,   i, last)
{
	for (i = 1; i <= nr[name, p]; i++)
		if (i == nr[name, p] || !thin(point_pages[name, p, i], last)) {
			print point[name, p, i]
			last = point_pages[name, p, i]
		}
}

function print_measured(kind, p,   i, m, nr_m, a)
{
	nr_m = split(unique(memories), a, " ")
	for (m = 1; m <= nr_m; m++)
		if ((kind, p, a[m]) in ratios)
			print a[m], spread(ratios[kind, p, a[m]])
}

# What was measured, in the order of stores and curves: that of rows is as runs came.
function in_order(kinds,   i, j, nr, n, a, c, out)
{
	nr = split("none raw lz4", a, " ")
	n = split(curves, c, " ")
	for (i = 1; i <= nr; i++)
		for (j = 1; j <= n; j++)
			if (index(" " kinds " ", " " a[i] "/" c[j] " "))
				out = add(out, a[i] "/" c[j])
	nr = split(kinds, a, " ")
	for (i = 1; i <= nr; i++)
		out = add(out, a[i])
	return out
}

END {
	for (i = 1; i <= runs; i++) {
		key = run[i]
		if (!measured(key) || !(cell[key, "gets"] > 0))
			continue
		kind = cell[key, "store"] "/" cell[key, "admission"]
		p = panel_of(cell[key, "page_cache_pages"], cell[key, "page_cache_policy"])
		memory = cell[key, "memory_pages"] + 0
		kinds = add(kinds, kind)
		memories = add(memories, memory)
		reach(memory)
		ratio = 100 * cell[key, "hits"] / cell[key, "gets"]
		rise(ratio)
		ratios[kind, p, memory] = ratios[kind, p, memory] " " ratio
	}
	read_curves("curves.csv")
	if (kinds == "" && curves == "") {
		missing("no run with gets, and no curves.csv")
		exit
	}
	if (!least_size) {	# hardly a hit anywhere: all of the curves is as good as any part
		reach(least_point)
		reach(most_point)
	}
	all_panels = panels()
	nr_panels = split(all_panels, panel, " ")
	nr_curves = split(curves, curve, " ")
	kinds = in_order(kinds)
	nr_kinds = split(kinds, kind_of, " ")
	subtitle = "lines: computed, a page frame for each page" (kinds == "" ? "" : \
		"; points: replays, median and range of all designs, buckets and threads")
	print_notes(curves == "" ? substr(subtitle, index(subtitle, ";") + 2) : subtitle, "")
	print "#panels " all_panels
	print "#least " least_size
	print "#most " most_size
	print "#top " (top > 0 ? top : 1)
	print "#curves " curves
	print "#kinds " kinds
	for (i = 1; i <= nr_panels; i++)
		print "#panel" i " " panel_title(panel[i])
	for (i = 1; i <= nr_panels; i++) {
		for (j = 1; j <= nr_curves; j++) {
			next_set("NaN NaN NaN NaN")
			print_curve(curve[j], panel[i])
		}
		for (j = 1; j <= nr_kinds; j++) {
			next_set("NaN NaN NaN NaN")
			print_measured(kind_of[j], panel[i])
		}
	}
}
