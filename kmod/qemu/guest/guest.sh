# SPDX-License-Identifier: GPL-2.0-or-later
#
# guest.sh: what a guest can be asked to do; sourced by init.  A scenario is a
# list of these functions' names:
#
#	tests		load tmem_test.ko with the arguments $TEST_ARGS
#	device		tmem_dev_test: /dev/tmem against callers of all kinds
#	replays		each line of /etc/jobs, "<name> <arguments of tmem replay>"
#	cycles		load and unload $CYCLES times under traffic
#	leaks		what kmemleak finds, where the kernel has it
#
# Every part leaves the modules unloaded, and says "ok" or "FAIL" once at least.

say() {
	echo "<6>tmem-guest: $*" >/dev/kmsg
}

ok() {
	say "ok $*"
}

failed() {
	say "FAIL $*"
}

# To the host with what there is, at once: what comes next may never end.
send() {
	(cd /results && tar -cf - . | gzip -c >/dev/ttyS1)
	rm -rf /results/*
}

uptime_s() {
	cut -d. -f1 /proc/uptime
}

# ---- load and unload ----

load() {
	local module

	for module in $(cat /modules/order) tmem; do
		[ -d "/sys/module/$module" ] && continue
		if ! insmod "/modules/$module.ko" 2>/tmp/insmod; then
			failed "load: $module: $(cat /tmp/insmod)"
			return 1
		fi
	done
}

unload() {
	if ! rmmod tmem 2>/tmp/rmmod; then
		failed "unload: $(cat /tmp/rmmod)"
		return 1
	fi
	nothing_left
}

# Whatever the module made known must be gone with it.
nothing_left() {
	local left=

	[ -e /dev/tmem ] && left="$left /dev/tmem"
	[ -e /sys/kernel/debug/tmem ] && left="$left debugfs:tmem"
	[ -e /sys/module/tmem ] && left="$left /sys/module/tmem"
	# caches are not merged: slab_nomerge stands on the kernel's command line
	left="$left$(sed -n 's/^\(tmem[^ ]*\) .*/ slab:\1/p' /proc/slabinfo 2>/dev/null)"
	[ -z "$left" ] && return
	failed "unload: left behind:$left"
	return 1
}

# ---- parts ----

tests() {
	local from

	load || return
	from=$(uptime_s)
	# What the tests found stands in their KTAP.
	# shellcheck disable=SC2086 # a list of arguments
	if insmod /modules/tmem_test.ko $TEST_ARGS 2>/tmp/insmod; then
		ok "tests: ran for $(($(uptime_s) - from)) s"
	else
		failed "tests: tmem_test: $(cat /tmp/insmod)"
	fi
	if [ -d /sys/module/tmem_test ] && ! rmmod tmem_test 2>/tmp/rmmod; then
		failed "tests: $(cat /tmp/rmmod)"
	fi
	unload && ok "tests: unloaded"
}

# Standard input to the console, line by line.
to_console() {
	local line

	while IFS= read -r line; do
		echo "<6>$line" >/dev/kmsg
	done
}

device() {
	local from status

	load || return
	from=$(uptime_s)
	{
		tmem_dev_test 2>&1 </dev/null
		echo $? >/tmp/status
	} | to_console
	status=$(cat /tmp/status)
	if [ "$status" -eq 0 ]; then
		ok "device: ran for $(($(uptime_s) - from)) s"
	else
		failed "device: tmem_dev_test ended with status $status"
	fi
	unload && ok "device: unloaded"
}

replays() {
	local name arguments status from

	load || return
	while read -r name arguments; do
		from=$(uptime_s)
		# shellcheck disable=SC2086 # a list of arguments
		(cd /traces && tmem replay --world kernel $arguments \
			--json "/results/$name.json") >"/results/$name.out" 2>&1 </dev/null
		status=$?
		if [ $status -eq 0 ]; then
			ok "replay: $name, $(($(uptime_s) - from)) s"
		else
			failed "replay: $name: exit status $status: $(tail -n 1 "/results/$name.out")"
		fi
		send
	done </etc/jobs
	unload && ok "replay: unloaded"
}

# How many hold the module, as lsmod shows it.
users() {
	sed -n 's/^tmem [0-9]* \([0-9]*\) .*/\1/p' /proc/modules
}

# What is in use, without what can be dropped, and without the free pages that each
# processor keeps at hand: those come and go by tens of megabytes.
used_kb() {
	echo 3 >/proc/sys/vm/drop_caches
	sleep 1
	awk '/^MemTotal:/ { used += $2 }
	     /^(MemFree|Buffers|Cached|SReclaimable):/ { used -= $2 }
	     $1 == "count:" { used -= 4 * $2 }
	     END { print used }' /proc/meminfo /proc/zoneinfo
}

# One load and unload with a replay at work, which is killed (odd numbers), or is
# left to end (even ones), before the module may go.
cycle() {
	local pid status tries=0 repeat=3

	load || return 1
	[ $(($1 % 2)) -eq 1 ] && repeat=1000
	(cd /traces && exec tmem replay --world kernel --design rcu,objlock --memory 4M \
		--max-events 10000 --repeat $repeat build.tmt) >/tmp/traffic 2>&1 </dev/null &
	pid=$!
	until [ "$(users)" != 0 ] && [ -n "$(ls /sys/kernel/debug/tmem 2>/dev/null)" ]; do
		tries=$((tries + 1))
		if [ $tries -gt 1000 ] || ! kill -0 $pid 2>/dev/null; then
			failed "cycle $1: no traffic: $(tail -n 1 /tmp/traffic)"
			kill -9 $pid 2>/dev/null
			return 1
		fi
		usleep 10000
	done
	if rmmod tmem 2>/tmp/rmmod; then
		failed "cycle $1: unloaded while in use"
		return 1
	fi
	refused=$((refused + 1))
	if [ $(($1 % 2)) -eq 1 ]; then
		usleep $((($1 % 7) * 50000))
		kill -9 $pid 2>/dev/null
	fi
	wait $pid 2>/dev/null
	status=$?
	if [ $(($1 % 2)) -eq 0 ] && [ $status -ne 0 ]; then
		failed "cycle $1: the replay ended with status $status: $(tail -n 1 /tmp/traffic)"
	fi
	unload
}

cycles() {
	local i=0 refused=0 early=0 late growth

	while [ $i -lt "$CYCLES" ]; do
		i=$((i + 1))
		cycle $i || break
		# what the first loads leave (inodes, vmalloc, per-CPU) is kept for the next
		[ $i -eq 10 ] && early=$(used_kb)
	done
	[ $i -eq "$CYCLES" ] || return
	ok "cycles: $i loads and unloads under traffic, $refused unloads refused meanwhile"
	[ $i -lt 50 ] && return
	late=$(used_kb)
	growth=$((late - early))
	if [ $growth -gt $((4 * (i - 10))) ]; then
		failed "cycles: $growth KiB in use more after cycle $i than after the tenth"
	else
		ok "cycles: $growth KiB in use more after cycle $i than after the tenth"
	fi
}

leaks() {
	local file=/sys/kernel/debug/kmemleak

	if [ ! -e $file ]; then
		ok "leaks: the kernel has no kmemleak"
		return
	fi
	# Objects are reported from an age of 5 s on; a second scan settles what moved.
	sleep 6
	echo scan >$file
	sleep 1
	echo scan >$file
	cat $file >/results/kmemleak
	if [ -s /results/kmemleak ]; then
		failed "leaks: $(grep -c '^unreferenced' /results/kmemleak) unreferenced objects"
		head -n 60 /results/kmemleak | to_console
	else
		ok "leaks: kmemleak finds none"
	fi
}
