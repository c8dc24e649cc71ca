# SPDX-License-Identifier: GPL-2.0-or-later
#
# fairness.awk - the data of fairness.gp: a data set for each design, "number_of_threads index
# least most slowest fastest": the place of the number of threads among those there are, median,
# least and most of Jain's index, and rates of the slowest and the fastest thread in thousands
# of operations a second

END {
	for (i = 1; i <= runs; i++) {
		key = run[i]
		if (measured(key) && cell[key, "threads"] > 1 && is_number(cell[key, "fairness"]) &&
		    is_number(cell[key, "thread_min"]) && is_number(cell[key, "thread_max"]))
			candidate[key]
	}
	first = pick("threads")
	if (first == "") {
		missing("no run of more than one thread tells the fairness")
		exit
	}
	nr = split(designs(), design, " ")
	threads = unique(values("threads"))
	nr_threads = split(threads, thread, " ")
	for (i = 1; i <= runs; i++) {
		key = run[i]
		if (!(key in candidate))
			continue
		k = cell[key, "design"] SUBSEP cell[key, "threads"] + 0
		index_of[k] = index_of[k] " " cell[key, "fairness"]
		if (cell[key, "fairness"] < least_index || least_index == "")
			least_index = cell[key, "fairness"]
		slow[k] = slow[k] " " cell[key, "thread_min"] / 1e3
		fast[k] = fast[k] " " cell[key, "thread_max"] / 1e3
	}
	print_notes(describe(first, "threads"), "median, bars from least to most")
	print "#designs " designs()
	print "#threads " threads
	print "#least " least_index
	for (d = 1; d <= nr; d++) {
		next_set("NaN NaN NaN NaN NaN NaN")
		for (t = 1; t <= nr_threads; t++) {
			k = design[d] SUBSEP thread[t] + 0
			if (!(k in index_of))
				continue
			split(spread(slow[k]), s, " ")
			split(spread(fast[k]), f, " ")
			print t, spread(index_of[k]), s[2], f[3]
		}
	}
}
