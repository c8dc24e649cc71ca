# SPDX-License-Identifier: GPL-2.0-or-later
#
# throughput.awk - the data of throughput.gp: operations a second of 1, 2, 4... threads
#
# For each design a data set of what was measured, "threads median least most" in the unit that it
# tells, then for each one of what the world smp predicts, in the same form.

# rates(design, buckets, threads): of the candidates
function rates(design, buckets, threads,   i, list, key)
{
	for (i = 1; i <= runs; i++) {
		key = run[i]
		if (key in candidate && cell[key, "design"] == design &&
		    cell[key, "buckets"] == buckets && cell[key, "threads"] == threads)
			list = list " " cell[key, "ops_per_second"] / scale
	}
	return list
}

# best_buckets(design): that are fastest with the most threads that this design has
function best_buckets(design,   i, key, most, nr, b, a, m, best, max)
{
	for (i = 1; i <= runs; i++)
		if (run[i] in candidate && cell[run[i], "design"] == design &&
		    cell[run[i], "threads"] + 0 > most)
			most = cell[run[i], "threads"] + 0
	nr = split(unique(values("buckets")), b, " ")
	for (i = 1; i <= nr; i++) {
		split(spread(rates(design, b[i], most)), m, " ")
		if (m[1] != "NaN" && (best == "" || m[1] + 0 > max)) {
			best = b[i]
			max = m[1] + 0
		}
	}
	return best
}

function print_set(design, buckets, threads,   i, nr, t, list)
{
	next_set("NaN NaN NaN NaN")
	nr = split(threads, t, " ")
	for (i = 1; i <= nr; i++) {
		list = rates(design, buckets, t[i])
		if (list != "")
			print t[i], spread(list)
	}
}

# take(want_measured, memory): candidates are the runs of one kind; of this memory if there are
function take(want_measured, memory,   i, some)
{
	split("", candidate)
	for (i = 1; i <= runs; i++)
		if (measured(run[i]) == want_measured) {
			candidate[run[i]]
			some = some || cell[run[i], "memory_pages"] == memory
		}
	if (some)
		keep("memory_pages", memory)
	return pick("threads buckets")
}

END {
	for (i = 1; i <= runs; i++)
		candidate[run[i]]
	scale = rate_scale()
	first = take(1, "")
	memory = first == "" ? "" : cell[first, "memory_pages"]
	measured_designs = designs()
	measured_threads = unique(values("threads"))
	nr = split(measured_designs, design, " ")
	for (d = 1; d <= nr; d++)
		best[design[d]] = best_buckets(design[d])

	smp = take(0, memory)
	if (smp == "" && split(measured_threads, a, " ") < 2) {
		missing("the runs have " (measured_threads == "" ? "no threads" : \
			"one number of threads, " measured_threads))
		exit
	}
	smp_threads = unique(values("threads"))
	smp_designs = designs()
	nr_smp = split(smp_designs, smp_design, " ")
	for (d = 1; d <= nr_smp; d++) {
		b = best[smp_design[d]]
		smp_best[d] = b != "" && rates(smp_design[d], b, 1) rates(smp_design[d], b, 2) != "" ? \
			b : best_buckets(smp_design[d])
	}
	print_notes(describe(first == "" ? smp : first, "threads buckets") \
		"; each design with the buckets that serve it best with most threads", \
		"median, bars from least to most")
	print "#designs " measured_designs
	print "#unit " rate_unit(scale)
	print "#predicted " smp_designs
	print "#threads " unique(measured_threads " " smp_threads)
	for (d = 1; d <= nr; d++)
		print "#buckets" d " " best[design[d]]
	for (d = 1; d <= nr_smp; d++)
		print "#predicted_buckets" d " " smp_best[d]
	take(1, "")
	for (d = 1; d <= nr; d++)
		print_set(design[d], best[design[d]], measured_threads)
	take(0, memory)
	for (d = 1; d <= nr_smp; d++)
		print_set(smp_design[d], smp_best[d], smp_threads)
}
