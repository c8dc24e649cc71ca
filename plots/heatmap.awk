# SPDX-License-Identifier: GPL-2.0-or-later
#
# heatmap.awk - the data of heatmap.gp: a data set for each design, "column row rate", the median
# in the unit that it tells

END {
	for (i = 1; i <= runs; i++)
		if (measured(run[i]))
			candidate[run[i]]
	first = pick("threads buckets")
	buckets = unique(values("buckets"))
	threads = unique(values("threads"))
	nr_buckets = split(buckets, bucket, " ")
	nr_threads = split(threads, thread, " ")
	if (nr_buckets < 2) {
		missing(first == "" ? "no runs" : "the runs have one number of buckets, " buckets)
		exit
	}
	scale = rate_scale()
	unit = rate_unit(scale)
	for (i = 1; i <= runs; i++) {
		key = run[i]
		if (key in candidate) {
			k = cell[key, "design"] SUBSEP cell[key, "threads"] + 0 SUBSEP \
				cell[key, "buckets"] + 0
			rates[k] = rates[k] " " cell[key, "ops_per_second"] / scale
		}
	}
	print_notes(describe(first, "threads buckets") "; in cells: " unit " operations a second", "median")
	print "#designs " designs()
	print "#buckets " buckets
	print "#threads " threads
	nr = split(designs(), design, " ")
	for (d = 1; d <= nr; d++) {
		next_set("NaN NaN NaN")
		for (b = 1; b <= nr_buckets; b++)
			for (t = 1; t <= nr_threads; t++) {
				k = design[d] SUBSEP thread[t] + 0 SUBSEP bucket[b] + 0
				if (!(k in rates))
					continue
				split(spread(rates[k]), m, " ")
				print t, b, m[1]
				if (m[1] > most)
					most = m[1]
				if (least == "" || m[1] < least)
					least = m[1]
			}
	}
	print "#most " most
	print "#least " least
}
