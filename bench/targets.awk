# SPDX-License-Identifier: GPL-2.0-or-later
#
# targets.awk - what is aimed at, what was measured, and whether that is met
#
# Reads what "summary csv" prints; -v descriptor=BYTES, -v ephemeral=BYTES are those of
# page descriptors.  A target is a ratio of medians in one run, but for memory, which is bytes.  The
# range behind it is what the least and the most of both sides' repetitions make of
# it; "yes?" and "NO?" say that the bound lies in that range.  Tables are the largest
# of the run.  A design is taken with the bucket count that serves it best, a peer is
# the best of all peers, unless the row says otherwise.  What a run did not measure
# is shown as such; rows without a bound are there to be looked at.  Swaptree is a
# peer whose keys are offsets, packed densely, and nothing else; so what takes any
# object id is shown beside it.
#
# The importers are told in MB/s of one core: a bound that is no ratio, and the only one.
#
# index/<operation>/<shape>/<who>[/buckets:<n>]/pages:<n>/real_time/threads:<n>

function number_of(name, key, part, n, i) {
	n = split(name, part, "/")
	for (i = 1; i <= n; i++)
		if (index(part[i], key ":") == 1)
			return substr(part[i], length(key) + 2)
	return ""
}

{
	median[$1] = $3
	least[$1] = $4
	most[$1] = $5
	memory[$1] = $8
	thread_seen[$2] = 1
}

/^index\// {
	split($1, part, "/")
	if (part[4] == "nothing")
		next
	buckets = number_of($1, "buckets")
	size = number_of($1, "pages") + 0
	if (size > pages)
		pages = size
	at = part[2] SUBSEP part[3] SUBSEP size SUBSEP $2
	offer(at SUBSEP part[4], $1)
	if (buckets != "") {
		offer(at SUBSEP part[4] SUBSEP buckets, $1)
		offer(at SUBSEP "design", $1)
	} else {
		offer(at SUBSEP "peer", $1)
		if (part[4] != "swaptree")
			offer(at SUBSEP "any id", $1)
	}
}

function offer(key, name) {
	if (!(key in best) || median[name] < median[best[key]])
		best[key] = name
}

# The fastest of @who ("design", "peer", or a name, with buckets or without).
function of(op, shape, threads, who, buckets, key) {
	key = op SUBSEP shape SUBSEP pages SUBSEP threads SUBSEP who
	if (buckets != "")
		key = key SUBSEP buckets
	return (key in best) ? best[key] : ""
}

function who_of(name, part, buckets) {
	split(name, part, "/")
	if (part[1] != "index") {
		sub(/\/real_time.*/, "", name)
		return substr(name, index(name, "/") + 1)
	}
	buckets = number_of(name, "buckets")
	return part[4] (buckets == "" ? "" : " (" buckets ")")
}

function verdict(value, lo, hi, sign, bound, met) {
	if (bound == "")
		return ""
	met = sign == ">=" ? value >= bound : value <= bound
	if (lo < bound && bound < hi)
		return met ? "yes?" : "NO?"
	return met ? "yes" : "NO"
}

function row(what, sign, bound, value, lo, hi, how, met) {
	met = verdict(value, lo, hi, sign, bound)
	counts[substr(met, 1, 1)]++
	printf "%-44s %7s %8.2f  %-14s %-4s  %s\n", what,
		bound == "" ? "" : sign " " bound, value,
		lo == hi ? "" : sprintf("%.2f - %.2f", lo, hi), met, how
}

function missing(what, sign, bound) {
	printf "%-44s %7s %8s  %-14s %-4s  %s\n", what,
		bound == "" ? "" : sign " " bound, "-", "", "-", "not measured in this run"
	counts["-"]++
}

# How many times as long as @a does @b take?
function ratio(what, sign, bound, a, b) {
	if (a == "" || b == "" || !(a in median) || !(b in median)) {
		if (bound != "")
			missing(what, sign, bound)
		return
	}
	row(what, sign, bound, median[b] / median[a], least[b] / most[a], most[b] / least[a],
	    sprintf("%s %.1f ns, %s %.1f ns", who_of(a), median[a], who_of(b), median[b]))
}

function size_of(what, bound, size) {
	if (size == "")
		missing(what, "<=", bound)
	else
		row(what, "<=", bound, size, size, size, "of a page, compressed or not")
}

# With a bucket for each object: put_new is measured with no other number of them.
function bytes(what, bound, shape, name) {
	name = of("put_new", shape, 1, "rcu", "")
	if (name == "" || memory[name] == "")
		missing(what, "<=", bound)
	else
		row(what, "<=", bound, memory[name], memory[name], memory[name],
		    who_of(name) ", beside the descriptor")
}

# @who against the best peer, and against the best that takes any object id.
function peers(what, bound, op, shape, t, who, us, all, general) {
	us = of(op, shape, t, who, "")
	all = of(op, shape, t, "peer", "")
	general = of(op, shape, t, "any id", "")
	ratio(what, ">=", bound, us, all)
	if (all != general)
		ratio("  over the best that takes any id", ">=", bound, us, general)
}

# Lines that a get of rcu reads one after the other, where no cache has them: bucket, slot
# (with the object), descriptor; of few objects the bucket is at hand.
function limit(shape, t, loads) {
	ratio("  over " loads " bare loads in a row", "", "",
	      of("get_hit", shape, t, "rcu", ""),
	      "limit/walk/loads:" loads "/real_time/threads:" t)
}

function lookups(t, i, n, list) {
	ratio("get hit, medium: rcu over hashbucket, T" t, ">=", 4,
	      of("get_hit", "medium", t, "rcu", ""),
	      of("get_hit", "medium", t, "hashbucket", 256))
	n = split("64 256 4096 65536 131072 1048576", list, " ")
	for (i = 1; i <= n; i++)
		ratio("  with " list[i] " buckets both", "", "",
		      of("get_hit", "medium", t, "rcu", list[i]),
		      of("get_hit", "medium", t, "hashbucket", list[i]))
	peers("get hit, medium: rcu over the best peer, T" t, 1.5, "get_hit", "medium", t, "rcu")
	limit("medium", t, 3)
	peers("get hit, dense: rcu over the best peer, T" t, 1.8, "get_hit", "dense", t, "rcu")
	limit("dense", t, 2)
	peers("get hit, tiny: rcu over the best peer, T" t, 1, "get_hit", "tiny", t, "rcu")
	limit("tiny", t, 3)
}

# At equal buckets: those that serve one thread best.
function scaling(op, bound, t, s, one, shape, peer) {
	for (s = 1; s <= 3; s++) {
		shape = shapes[s]
		one = of(op, shape, 1, "rcu", "")
		ratio(op ", " shape ": rcu, T" t " over T1", ">=", bound * t / 2,
		      one == "" ? "" : of(op, shape, t, "rcu", number_of(one, "buckets")), one)
		peer = of(op, shape, 1, "any id", "")
		ratio("  the best peer at T1 likewise", "", "",
		      peer == "" ? "" : of(op, shape, t, who_of(peer), ""), peer)
	}
}

function removals(t, s, shape) {
	for (s = 1; s <= 3; s++) {
		shape = shapes[s]
		peers("put+get, " shape ": a design over a peer, T" t, 1, "put_get", shape, t,
		      "design")
		peers("flush object, " shape ": likewise, T" t, 1, "flush_object", shape, t,
		      "design")
	}
}

# Time over bare time, so less is better.
function stores(t, c, k, corpus, kind, end) {
	end = "/real_time/threads:" t
	for (c = 1; c <= 2; c++) {
		for (k = 1; k <= 2; k++) {
			corpus = c == 1 ? "binary" : "text"
			kind = k == 1 ? "persistent" : "ephemeral"
			ratio("lz4 put, " corpus ", " kind ", over bare, T" t, "<=", 1.05,
			      "store/bare/compress/" corpus end,
			      "store/put/lz4/" kind "/" corpus end)
			ratio("lz4 get, " corpus ", " kind ", over bare, T" t, "<=", 1.05,
			      "store/bare/decompress/" corpus end,
			      "store/get/lz4/" kind "/" corpus end)
		}
	}
}

# What a same-filled put costs more than one without bytes, to comparing memory.  The
# bound stands for "at memory speed": memcmp() has vectors, the core may not.
function same_filled(t, end, with, without, scan, cost) {
	end = "/real_time/threads:" t
	with = "store/put/lz4/ephemeral/same" end
	without = "store/put/none/ephemeral/same" end
	scan = "store/bare/scan/same" end
	if (!(with in median) || !(without in median) || !(scan in median)) {
		missing("same-filled: found, over memcmp, T" t, "<=", 1.25)
		return
	}
	cost = median[with] - median[without]
	row("same-filled: found, over memcmp, T" t, "<=", 1.25, cost / median[scan],
	    (least[with] - most[without]) / most[scan],
	    (most[with] - least[without]) / least[scan],
	    sprintf("put %.1f ns, %.1f without bytes, memcmp %.1f ns", median[with],
		    median[without], median[scan]))
}

# MB/s of an importer's 16 MiB, on one thread.
function speed(what, bound, name) {
	name = name "/real_time/threads:1"
	if (!(name in median)) {
		if (bound != "")
			missing(what, ">=", bound)
		return
	}
	row(what, ">=", bound, 16777.216e6 / median[name], 16777.216e6 / most[name],
	    16777.216e6 / least[name], sprintf("%.1f ms for 16 MiB", median[name] / 1e6))
}

# Formats of lines have the bound; records and whole imports are there to be looked at.
function importers(i, format, records) {
	records = " pages-u32 pages-u64 vscsi oraclegeneral trace-dat text "
	for (i = 1; i <= nr_importers; i++) {
		format = importer[i]
		speed("import " format ", MB/s", index(records, " " format " ") ? "" : 200,
		      "import/parse/" format)
		speed("  " format ", into a .tmt", "", "import/tmt/" format)
	}
	if (!nr_importers)
		missing("import of lines, MB/s", ">=", 200)
	speed("  lines counted by memchr, MB/s", "", "import/limit/lines")
	speed("  copied by memcpy, MB/s", "", "import/limit/copy")
}

/^import\/tmt\/.*threads:1,/ {
	split($1, part, "/")
	importer[++nr_importers] = part[3]
}

END {
	split("dense medium tiny", shapes, " ")
	n = 0
	for (t = 1; t <= 64; t++)
		if (t in thread_seen)
			threads[++n] = t
	printf "%-44s %7s %8s  %-14s %-4s  %s\n", "target (tables of " pages " pages)", "wanted",
		"measured", "range", "met", "how"
	for (i = 1; i <= n; i++)
		lookups(threads[i])
	for (i = 2; i <= n; i++) {
		scaling("get_hit", 1.9, threads[i])
		scaling("mix", 1.7, threads[i])
	}
	for (i = 1; i <= n; i++)
		removals(threads[i])
	bytes("memory, dense, bytes a page", 12, "dense")
	bytes("memory, medium, bytes a page", 18, "medium")
	bytes("memory, tiny, bytes a page", 64, "tiny")
	size_of("descriptor, persistent page, bytes", 40, descriptor)
	size_of("descriptor, ephemeral page, bytes", 40, ephemeral)
	for (i = 1; i <= n; i++) {
		stores(threads[i])
		same_filled(threads[i])
	}
	ratio("get, a batch at a time, medium, T1", ">=", 2, of("get_batch", "medium", 1, "rcu", ""),
	      of("get_hit", "medium", 1, "rcu", ""))
	ratio("put, a batch at a time, medium, T1", ">=", 2, of("put_batch", "medium", 1, "rcu", ""),
	      of("put_new", "medium", 1, "rcu", ""))
	importers()
	printf "\n%d met, %d not, %d not measured.  T: threads; ratios are of medians.  " \
		"?: the repetitions' range has the bound in it\n",
		counts["y"], counts["N"], counts["-"]
}
