# SPDX-License-Identifier: GPL-2.0-or-later
#
# results.awk - what the figures' awk programs share: reads every results*.csv of a sweep's
# folder, and chooses the runs that can be compared
#
#	awk -f results.awk -f FIGURE.awk ./results*.csv
#
# Runs in the folder. It leaves, for the END of FIGURE.awk:
#	run[1..runs]	keys of the runs that are ok, in the order of the files
#	cell[key, name]	what the columns in columns_wanted say of them
#	failed, damaged	rows of runs that failed, and rows that make no sense: both left out
# Of several rows of a key the last that is ok counts, or the last of all. A quoted field may have
# line breaks, which are shown as "?". Files that cannot be read are passed over.
#
# FIGURE.awk prints lines "#name value" first, then the figure's data sets, two blank lines
# between them, each begun by a line of NaN so that none is empty. A figure for which there are
# no data prints "#missing WHY" and nothing else: see missing().
#
# Every cell that reaches gnuplot, or a file's name, is a number or a word of the characters in
# is_word(), or has gone through plain(). For mawk, gawk and busybox, in the locale C.

BEGIN {
	columns_wanted = "key status traces world design store buckets threads order memory_pages " \
		"page_cache_pages page_cache_policy admission repeat ops_per_second references gets hits " \
		"fairness thread_min thread_max busy version build machine"
	nr_wanted = split(columns_wanted, wanted, " ")
	nr_must = split("buckets threads memory_pages ops_per_second gets hits", must, " ")
	for (i = 1; i < ARGC; i++)
		if ((getline line < ARGV[i]) < 0)
			ARGV[i] = ""
		else
			close(ARGV[i])
}

FNR == 1 {
	header = 0
	damaged += begun != ""
	begun = ""
}

{
	line = $0
	sub(/\r$/, "", line)
	# A quote that nothing closes takes no other row with it.
	if (begun != "" && line ~ /^[^",]*,(ok|failed|status),/) {
		damaged++
		begun = ""
	}
	line = begun line
	begun = ""
	if (gsub(/"/, "\"", line) % 2 && length(line) < 65536) {
		begun = line "?"
		next
	}
	if (line == "")
		next
	n = csv_split(line, field)
	if (n && field[1] == "key" && field[2] == "status") {
		split("", column)
		for (i = 1; i <= n; i++)
			column[field[i]] = i
		header = n
		next
	}
	if (!header || n != header || !is_word(at("key"), "")) {
		damaged++
		next
	}
	key = at("key")
	if (!(key in known)) {
		known[key] = ++rows
		order_of[rows] = key
	} else if (cell[key, "status"] == "ok" && at("status") != "ok") {
		next
	}
	for (i = 1; i <= nr_wanted; i++)
		cell[key, wanted[i]] = at(wanted[i])
}

END {
	damaged += begun != ""
	runs = 0
	for (i = 1; i <= rows; i++) {
		key = order_of[i]
		if (cell[key, "status"] == "failed")
			failed++
		else if (makes_sense(key))
			run[++runs] = key
		else
			damaged++
	}
}

# ---- reading ----

# csv_split(line, field): fields of a line of RFC 4180; 0 where its quotes are wrong.
function csv_split(line, field,   n, at_quote)
{
	split("", field)
	at_quote = match(line, /(^|,)"/)
	if (!at_quote)
		return index(line, "\"") ? 0 : split(line, field, ",")
	n = 0
	if (at_quote > 1) {	# what is before the first field with quotes
		n = split(substr(line, 1, at_quote - 1), field, ",")
		if (index(substr(line, 1, at_quote - 1), "\""))
			return 0
		line = substr(line, at_quote + 1)
	}
	for (;;) {
		if (substr(line, 1, 1) == "\"") {
			line = substr(line, 2)
			field[++n] = ""
			for (;;) {
				at_quote = index(line, "\"")
				if (!at_quote)
					return 0
				field[n] = field[n] substr(line, 1, at_quote - 1)
				line = substr(line, at_quote + 1)
				if (substr(line, 1, 1) != "\"")
					break
				field[n] = field[n] "\""
				line = substr(line, 2)
			}
			if (line == "")
				return n
			if (substr(line, 1, 1) != ",")
				return 0
			line = substr(line, 2)
		} else {
			at_quote = index(line, ",")
			if (!at_quote) {
				field[++n] = line
				return index(line, "\"") ? 0 : n
			}
			field[++n] = substr(line, 1, at_quote - 1)
			if (index(field[n], "\""))
				return 0
			line = substr(line, at_quote + 1)
		}
	}
}

# at(name): this row's field in the column of that name, empty where there is none
function at(name)
{
	return (name in column) ? field[column[name]] : ""
}

# is_number(s): that can be counted with and drawn; axes up to infinity have no end
function is_number(s)
{
	return s ~ /^[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?$/ && length(s) < 40 && s + 0 < 1e18
}

# is_word(s, more): may it be a word of gnuplot's, or part of a file's name?
function is_word(s, more)
{
	if (more != "")
		gsub(more, "", s)
	return s ~ /^[A-Za-z0-9][-A-Za-z0-9._]*$/ && length(s) < 200
}

# plain(s): text that every terminal can show; and behind an apostrophe gnuplot 5.4 takes the
# lines of a data block for one, up to the next
function plain(s)
{
	gsub(/\047/, "`", s)
	gsub(/[^ -~]/, "?", s)
	return s
}

function makes_sense(key,   i)
{
	if (cell[key, "status"] != "ok" || !is_word(cell[key, "design"], "") ||
	    !is_word(cell[key, "store"], "") || !is_word(cell[key, "world"], ""))
		return 0
	if (cell[key, "admission"] == "")
		cell[key, "admission"] = "all"
	if (!is_word(cell[key, "admission"], "[:=,/%]"))
		return 0
	for (i = 1; i <= nr_must; i++)
		if (!is_number(cell[key, must[i]]))
			return 0
	# A trace of operations meets no page cache, whatever was asked for.
	if (!is_number(cell[key, "page_cache_pages"]) ||
	    (is_number(cell[key, "references"]) && cell[key, "references"] == 0))
		cell[key, "page_cache_pages"] = 0
	return cell[key, "threads"] >= 1 && cell[key, "buckets"] >= 1 &&
		cell[key, "memory_pages"] >= 1 && cell[key, "hits"] + 0 <= cell[key, "gets"] + 0
}

# ---- numbers ----

# sort(a, n): a[1..n], numbers, upwards; by Shell's way, for there may be thousands
function sort(a, n,   gap, i, j, x)
{
	for (gap = 1; gap < n; gap = 3 * gap + 1)
		;
	for (; gap >= 1; gap = int(gap / 3))
		for (i = gap + 1; i <= n; i++) {
			x = a[i]
			for (j = i - gap; j >= 1 && a[j] + 0 > x + 0; j -= gap)
				a[j + gap] = a[j]
			a[j + gap] = x
		}
}

# unique(list): the words of a list of numbers, each once, upwards
function unique(list,   a, n, i, last, out)
{
	n = split(list, a, " ")
	sort(a, n)
	for (i = 1; i <= n; i++)
		if (i == 1 || a[i] != last) {
			last = a[i]
			out = out (out == "" ? "" : " ") last
		}
	return out
}

# middle(list): of the different numbers of a list the one in the middle, the lower of two
function middle(list,   a, n)
{
	n = split(unique(list), a, " ")
	return a[int((n + 1) / 2)]
}

# spread(list): median, least and most of a list of numbers
function spread(list,   a, n)
{
	n = split(list, a, " ")
	if (!n)
		return "NaN NaN NaN"
	sort(a, n)
	return (n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2) " " a[1] " " a[n]
}

# size(pages): as a person reads it
function size(pages,   b, u, unit)
{
	b = pages * 4
	split("KiB MiB GiB TiB", unit, " ")
	for (u = 1; b >= 1024 && u < 4; u++)
		b /= 1024
	return sprintf(b == int(b) ? "%d %s" : "%.1f %s", b, unit[u])
}

# add(list, word): a list with a word that it did not have, at its end
function add(list, word)
{
	if (index(" " list " ", " " word " "))
		return list
	return list == "" ? word : list " " word
}

# ---- choosing runs ----

# What of a run's configuration is not named in the words @over.
function config(key, over,   i, out, nr, axis)
{
	nr = split("traces world store order page_cache_pages page_cache_policy admission " \
		"memory_pages buckets threads", axis, " ")
	for (i = 1; i <= nr; i++)
		if (!index(" " over " ", " " axis[i] " "))
			out = out SUBSEP axis[i] "=" cell[key, axis[i]]
	return out
}

# Of the candidates keep those whose column is @value.
function keep(name, value,   i)
{
	for (i = 1; i <= runs; i++)
		if (cell[run[i], name] != value)
			delete candidate[run[i]]
}

# values(name): of the candidates, each once
function values(name,   i, v, list, seen)
{
	for (i = 1; i <= runs; i++)
		if (run[i] in candidate) {
			v = cell[run[i], name]
			if (!(v in seen))
				list = list " " v
			seen[v]
		}
	return list
}

# pick(over): of the runs in candidate[] keep those of one configuration: equal in all but their
# design and the columns in @over. It is the one with most different cells of these, then that
# with most threads, then with the memory, then with the buckets in the middle; then the first.
# Returns a run of it, or "".
function pick(over,   i, key, c, cells, most, seen, a, n)
{
	for (i = 1; i <= runs; i++) {
		key = run[i]
		if (!(key in candidate))
			continue
		c = config(key, over)
		cells = cell[key, "design"] SUBSEP config(key, "") SUBSEP c
		if (!(cells in seen)) {
			seen[cells]
			most[c]++
		}
	}
	n = 0
	for (c in most)
		if (most[c] > n)
			n = most[c]
	for (i = 1; i <= runs; i++)
		if (run[i] in candidate && most[config(run[i], over)] < n)
			delete candidate[run[i]]
	if (!index(over, "threads")) {
		n = split(unique(values("threads")), a, " ")
		if (n)
			keep("threads", a[n])
	}
	keep("memory_pages", middle(values("memory_pages")))
	if (!index(over, "buckets"))
		keep("buckets", middle(values("buckets")))
	key = ""
	for (i = 1; i <= runs; i++)
		if (run[i] in candidate) {
			if (key == "")
				key = run[i]
			else if (config(run[i], over) != config(key, over))
				delete candidate[run[i]]
		}
	return key
}

# A run that was measured: not one that a model predicted.
function measured(key)
{
	return cell[key, "world"] != "smp"
}

# designs(): of the candidates, in the order in which figures show them
function designs(   i, list, out, known, n, a)
{
	for (i = 1; i <= runs; i++)
		if (run[i] in candidate)
			list = add(list, cell[run[i], "design"])
	n = split("hashbucket hashbucket-fine objlock rcu", known, " ")
	for (i = 1; i <= n; i++)
		if (index(" " list " ", " " known[i] " "))
			out = add(out, known[i])
	n = split(list, a, " ")
	for (i = 1; i <= n; i++)
		out = add(out, a[i])
	return out
}

# median_run(design): of the candidates the one whose throughput is the median, the lower of two
function median_run(design,   i, n, a, rate)
{
	for (i = 1; i <= runs; i++)
		if (run[i] in candidate && cell[run[i], "design"] == design)
			a[++n] = cell[run[i], "ops_per_second"]
	if (!n)
		return ""
	sort(a, n)
	rate = a[int((n + 1) / 2)]
	for (i = 1; i <= runs; i++)
		if (run[i] in candidate && cell[run[i], "design"] == design &&
		    cell[run[i], "ops_per_second"] == rate)
			return run[i]
	return ""
}

# rate_scale(): in what to tell the candidates' operations a second: the fastest is 1 or more
function rate_scale(   i, most)
{
	for (i = 1; i <= runs; i++)
		if (run[i] in candidate && cell[run[i], "ops_per_second"] + 0 > most)
			most = cell[run[i], "ops_per_second"] + 0
	return most >= 1e6 ? 1e6 : 1e3
}

function rate_unit(scale)
{
	return scale == 1e6 ? "million" : "thousand"
}

# ---- what is written under and over a figure ----

function there(path,   line, ret)
{
	ret = (getline line < path) > 0
	close(path)
	return ret
}

function missing(why)
{
	print "#missing " plain(why)
}

# describe(key, over): the configuration of a run, but for @over
function describe(key, over,   out)
{
	if (!index(over, "threads"))
		out = out ", " count(cell[key, "threads"], "thread")
	if (!index(over, "memory_pages"))
		out = out ", " size(cell[key, "memory_pages"]) " of tmem"
	if (!index(over, "buckets"))
		out = out ", " count(cell[key, "buckets"], "bucket")
	out = out ", store " cell[key, "store"]
	if (cell[key, "page_cache_pages"] > 0)
		out = out ", page cache " size(cell[key, "page_cache_pages"]) " " \
			cell[key, "page_cache_policy"]
	if (cell[key, "admission"] != "all")
		out = out ", admission " cell[key, "admission"]
	out = out ", order " cell[key, "order"]
	return plain(substr(out, 3))
}

function count(n, what)
{
	return n " " what (n == 1 ? "" : "s")
}

# print_notes(subtitle, how): what every figure says of itself; @how it shows repeated runs
function print_notes(subtitle, how,   i, out, repeats, key, builds, list)
{
	key = run[1]
	if (runs) {
		out = plain(substr(cell[key, "traces"], 1, 60)) " | " \
			plain(substr(cell[key, "machine"], 1, 60)) " | tmem " \
			plain(substr(cell[key, "version"], 1, 20))
		for (i = 1; i <= runs; i++)
			if (is_number(cell[run[i], "repeat"]) && cell[run[i], "repeat"] + 0 > repeats)
				repeats = cell[run[i], "repeat"] + 0
		if (repeats > 1 && how != "")
			out = out " | " repeats " repeats: " how
	}
	for (i = 1; i <= runs; i++)
		builds = add(builds, "+" cell[run[i], "build"])
	if (index(builds, " "))
		out = out " | of " split(builds, list, " ") " builds of it"
	if (failed)
		out = out " | left out: " count(failed + 0, "failed run")
	if (damaged)
		out = out " | left out: " count(damaged + 0, "damaged row")
	print "#footer " out
	print "#subtitle " subtitle
}

# next_set(first): begins a data set, with a line that draws nothing
function next_set(first)
{
	if (data_sets++)
		print "\n"
	print first
}
