#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sweep_folder.sh DIR [PAGE_CACHES [POLICIES]]: writes a sweep's folder as "tmem sweep" leaves it, with
# numbers made of formulas, for tests of what reads such folders: 4 designs, 1 to 4096 buckets,
# 1 to 8 threads (predicted: to 64), 4 to 256 MiB, 2 repeats, and one run that failed.
# PAGE_CACHES: pages of each, with commas (0: a trace of operations); POLICIES: of them (lru).
set -u
dir=$1 caches=${2:-0} policies=${3:-lru}
mkdir -p "$dir/points" || exit 1
cd "$dir" || exit 1

header=key,status,error,traces,trace_checksum,world,design,store,buckets,threads,order,memory_pages,page_cache_pages,page_cache_policy,admission,repeat,seed,ops,seconds,ops_per_second,references,page_cache_hits,gets,hits,missed,puts,stored,not_admitted,flushes,evicted,frames_peak,bytes_stored,bytes_charged,put_p50,put_p99,put_p999,put_max,get_p50,get_p99,get_p999,get_max,flush_p50,flush_p99,flush_p999,flush_max,fairness,thread_min,thread_max,version,machine,date,command

LC_ALL=C awk -v header="$header" -v caches="$caches" -v policies="$policies" '
function ratio(pages, policy) {
	return 0.86 * (1 - exp(-pages / (policy == "optimum" ? 9000 : \
		policy == "ghost" ? 12000 : policy == "workingset" ? 14000 : 18000)))
}
# operations a second: locks that are shared by more threads than there are buckets wait
function rate(d, buckets, threads, repeat) {
	return (2.1e5 - 2e4 * d) * threads / (1 + (threads - 1) * (0.5 / d + 0.9 / sqrt(buckets))) * \
		(1 + 0.03 * ((repeat * 7 + d * 3 + threads) % 5 - 2))
}
# of the hits that tmem alone would have, those that a page cache in front leaves to it
function share(c) {
	return !cache[c] ? 1 : policy_of[c] == "lru" ? 0.6 : 0.4
}
function row(world, d, buckets, threads, memory, c, repeat, status,   key, ops, r, h) {
	key = sprintf("%s%s-b%d-t%d-m%d-lz4-all-pc%d-%sr%d", world == "smp" ? "smp-" : "", design[d],
		buckets, threads, memory, cache[c], policy_of[c] == "lru" ? "" : policy_of[c] "-", repeat)
	printf "%s,%s,%s,build.tmt,3d89553a2e7d7738,%s,%s,lz4,%d,%d,handle,%d,%d,%s,all,%d,1,",
		key, status, status == "ok" ? "" : "\"no memory for \"\"it\"\", all of it\"", world,
		design[d], buckets, threads, memory, cache[c], policy_of[c], repeat
	if (status == "ok") {
		r = rate(d, buckets, threads, repeat)
		ops = 475556
		h = int(247313 * ratio(memory * 1.9, "all") * share(c))
		printf "%d,%.6f,%.0f,%d,%d,247313,%d,%d,228243,228243,0,2585,%d,%d,%d,%d,", ops, ops / r, r, cache[c] ? 1000000 : 0, cache[c] ? 752687 : 0,
			h, 247313 - h, 200000 - h / 2, memory, memory * 3000, memory * 3100
		printf "3000,9000,20000,90000,1500,7000,15000,80000,900,4000,9000,50000,"
		printf "%.4f,%.0f,%.0f,", threads == 1 ? 1 : 1 - 0.02 * (5 - d) * threads / 8,
			r / threads * (1 - 0.06 * (5 - d)), r / threads * (1 + 0.05 * (5 - d))
	} else
		printf ",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,"
	print "0.1.0,\"4 CPUs, Linux 6.12 x86_64\",2026-11-22T12:00:00Z,\"tmem sweep --design all, and so on\""
	return key
}
function hgrm(key, d, op, name,   file, p, step, k, count, base) {
	file = "points/" key "-" design[d] "-" name ".hgrm"
	base = (op == 1 ? 2600 : op == 2 ? 1300 : 800) + 150 * d
	print "       Value     Percentile TotalCount 1/(1-Percentile)\n" >file
	count = 228243
	for (k = 0; k < 80; k++) {
		p = 1 - 2 ^ (-k / 5)
		printf "%12.3f %.12f %10d %14.2f\n", base * (1 + 0.12 * k + (k > 35 ? (k - 35) ^ 2 / 8 : 0)),
			p, count * p, 1 / (1 - p) >file
	}
	printf "%12.3f 1.000000000000 %10d\n", base * 400, count >file
	printf "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n", base * 1.3, base >file
	close(file)
}
function series(key, d,   file, i, h) {
	file = "points/" key ".csv"
	print "# tmem 0.1.0, 2026-11-22T12:00:00Z, 4 CPUs, Linux 6.12 x86_64, tmem replay --interval 1s --csv" >file
	print "design,repeat,start,gets,hits,puts,stored,flushes,evicted,latency_mean_ns,latency_max_ns" >file
	for (i = 0; i < 34; i++) {
		h = 7000 * (1 - exp(-i / 6)) * (0.8 + 0.1 * sin(i / 2))
		printf "%s,1,%s,7200,%d,6700,6700,76,%d,%.1f,%d\n", design[d], sprintf("%.0f", i * 1e9), h,
			i < 4 ? 0 : 5000 + 900 * sin(i / 3), 1800 + 140 * d + 300 * sin(i), 90000 + 1000 * i >file
	}
	close(file)
}
function sizes(key,   file, i) {
	file = "points/" key "-sizes.csv"
	print "bytes,pages" >file
	print "8,310" >file
	for (i = 60; i < 4096; i += 37)
		printf "%d,%d\n", i, 400 * exp(-((i - 1500) / 700) ^ 2) + 30 >file
	print "4096,420" >file
	close(file)
}
BEGIN {
	split("hashbucket hashbucket-fine objlock rcu", design, " ")
	nr = split(caches, size, ",")
	nr_policies = split(policies, name, ",")
	for (i = 1; i <= nr_policies; i++)
		for (c = 1; c <= nr; c++) {
			cache[++nr_caches] = size[c]
			policy_of[nr_caches] = name[i]
		}
	print header >"results.csv"
	for (repeat = 1; repeat <= 2; repeat++)
	for (c = 1; c <= nr_caches; c++)
	for (memory = 1024; memory <= 65536; memory *= 4)
	for (threads = 1; threads <= 8; threads *= 2)
	for (buckets = 1; buckets <= 4096; buckets *= 16)
	for (d = 1; d <= 4; d++) {
		key = row("threads", d, buckets, threads, memory, c, repeat,
			d == 1 && buckets == 4096 && threads == 1 && memory == 65536 && \
			repeat == 2 ? "failed" : "ok")
		if (buckets == 16 && memory == 4096 && threads == 8) {
			hgrm(key, d, 1, "put")
			hgrm(key, d, 2, "get")
			hgrm(key, d, 3, "flush")
			series(key, d)
			sizes(key)
		}
	}
	for (threads = 1; threads <= 64; threads *= 2)
		for (d = 1; d <= 4; d++)
			row("smp", d, 4096, threads, 4096, 1, 1, "ok")
	print "curve,page_cache_pages,pages,gets,hits,low,high,page_cache_policy" >"curves.csv"
	nr_policies = split("all workingset ghost random optimum", policy, " ")
	for (c = 1; c <= nr_caches; c++)
		for (i = 1; i <= nr_policies; i++)
			for (pages = 64; pages <= 65536; pages *= 2) {
				h = 247313 * ratio(pages * 1.9, policy[i]) * share(c)
				printf "%s,%d,%d,247313,%d,%d,%d,%s\n", policy[i], cache[c], pages, h,
					policy[i] == "ghost" ? h * 0.96 : h,
					policy[i] == "ghost" ? h * 1.04 : h,
					cache[c] ? policy_of[c] : "" >"curves.csv"
			}
}' >rows || exit 1
cat rows >>results.csv
rm rows
