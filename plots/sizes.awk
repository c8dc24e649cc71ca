# SPDX-License-Identifier: GPL-2.0-or-later
#
# sizes.awk - the data of sizes.gp: "from to percent cumulative_percent" of bins of 64 bytes

# read_sizes(path): pages by bin, of a file that begins with the columns bytes,pages
function read_sizes(path,   line, a, n)
{
	split("", bin)
	total = bytes = 0
	while ((getline line < path) > 0) {
		sub(/\r$/, "", line)
		n = split(line, a, ",")
		if (n < 2 || !is_number(a[1]) || !is_number(a[2]) || a[1] > 65536)
			continue
		bin[int(a[1] / 64)] += a[2]
		if (int(a[1] / 64) > last_bin)
			last_bin = int(a[1] / 64)
		total += a[2]
		bytes += a[1] * a[2]
	}
	close(path)
	return total
}

END {
	for (i = 1; i <= runs; i++)
		if (measured(run[i]) && read_sizes("points/" run[i] "-sizes.csv") > 0)
			candidate[run[i]]
	first = pick("")
	if (first == "") {
		missing("no run has sizes of its stored pages in points/")
		exit
	}
	split(designs(), design, " ")
	key = median_run(design[1])
	last_bin = 0
	read_sizes("points/" key "-sizes.csv")
	print_notes(sprintf("%.0f pages, %.0f bytes each in the mean; design %s, %s", total,
		bytes / total, design[1], describe(key, "")), "")
	print "#most " (last_bin + 1) * 64
	next_set("NaN NaN NaN NaN")
	for (b = 0; b <= last_bin; b++) {
		sum += bin[b]
		printf "%d %d %.4f %.4f\n", b * 64, b * 64 + 64, 100 * bin[b] / total, 100 * sum / total
	}
}
