# SPDX-License-Identifier: GPL-2.0-or-later
#
# points.awk - for the figures that read the files of single runs in points/: which runs
#
# figure=latency and latency_cdf need DIR/points/KEY-DESIGN-OPERATION.hgrm, series needs
# DIR/points/KEY.csv. Prints the designs, and for each the beginning of its files' names.

# samples(path): how many operations a file of percentiles tells of; its values count for
# the range of the axes
function samples(path,   line, a, n, nr)
{
	while ((getline line < path) > 0) {
		nr = split(line, a, " ")
		if (nr < 3 || !is_number(a[1]) || !is_number(a[2]) || !is_number(a[3]))
			continue
		n = a[3]
		if (!n)
			continue
		if (a[1] >= 1 && (!least_ns || a[1] < least_ns))
			least_ns = a[1] + 0
		if (a[1] + 0 > most_ns)
			most_ns = a[1] + 0
		if (a[2] <= 0.9991 && a[1] + 0 > p999_ns)
			p999_ns = a[1] + 0
		if (nr > 3 && is_number(a[4]) && a[4] + 0 > most_x)
			most_x = a[4] + 0
	}
	close(path)
	return n + 0
}

# intervals(path): lines of a time series; what its intervals are of, by the command that made it
function intervals(path,   line, n)
{
	while ((getline line < path) > 0)
		if (line ~ /^#/) {
			if (line ~ /--interval[ =][0-9.]+[kKmMgG]?e( |$)/)
				by_events = 1
		} else if (line ~ /^[a-z-]+,[0-9]+,[0-9]+,/)
			n++
	close(path)
	if (n > most_intervals)
		most_intervals = n
	return n + 0
}

function usable(key)
{
	if (figure == "series")
		return there("points/" key ".csv") && intervals("points/" key ".csv") > 1
	return there("points/" key "-" cell[key, "design"] "-put.hgrm") ||
		there("points/" key "-" cell[key, "design"] "-get.hgrm")
}

END {
	for (i = 1; i <= runs; i++)
		if (measured(run[i]) && usable(run[i]))
			candidate[run[i]]
	first = pick("")
	if (first == "") {
		missing(figure == "series" ? "no run has a time series in points/" : \
			"no run has latencies in points/")
		exit
	}
	nr = split(designs(), design, " ")
	split("put get flush", op, " ")
	most_repeats = split(values("repeat"), repeats, " ") > 1
	print_notes(describe(first, "") (most_repeats ? "; of repeats the one of median throughput" : ""), "")
	print "#designs " designs()
	for (d = 1; d <= nr; d++) {
		key = median_run(design[d])
		print "#file" d " points/" key (figure == "series" ? ".csv" : "-" design[d])
		for (o = 1; o <= 3 && figure != "series"; o++)
			if (samples("points/" key "-" design[d] "-" op[o] ".hgrm"))
				ops = add(ops, op[o])
	}
	if (figure != "series" && ops == "") {
		missing("the files of latencies in points/ are empty")
		exit
	}
	print "#ops " ops
	print "#least " (least_ns ? least_ns : 1)
	print "#most " (most_ns > least_ns ? most_ns : least_ns + 1)
	print "#p999 " (p999_ns > least_ns ? p999_ns : least_ns + 1)
	print "#most_x " (most_x > 10 ? most_x : 10)
	print "#intervals " most_intervals + 0
	print "#unit " (by_events ? "events" : "seconds")
}
