# SPDX-License-Identifier: GPL-2.0-or-later
#
# What tmem_test.ko is made of: the tests of core/tests that every world runs,
# and what runs them in a kernel.  Included by kmod/Kbuild.
#
# TMEM_BROKEN=leak|warn|hang|count makes the module misbehave on purpose, see
# broken.c; without it nothing of that is compiled.

obj-m += tmem_test.o

tmem_test-y := \
	core/tests/conformance.o \
	core/tests/conformance_chance.o \
	core/tests/conformance_history.o \
	core/tests/conformance_model.o \
	core/tests/conformance_reclaim.o \
	core/tests/conformance_rules.o \
	core/tests/conformance_store.o \
	core/tests/conformance_tree.o \
	core/tests/history.o \
	core/tests/history_selftest.o \
	core/tests/stress.o \
	core/tests/stress_contended.o \
	core/tests/stress_owners.o \
	kmod/test/main.o \
	kmod/test/ktap.o \
	kmod/test/world.o \
	kmod/test/test_conformance.o \
	kmod/test/test_stress.o \
	kmod/test/test_shrinker.o

ccflags-y += -I$(src)/core/tests

tmem_broken_leak := LEAK
tmem_broken_warn := WARN
tmem_broken_hang := HANG
tmem_broken_count := COUNT

ifneq ($(TMEM_BROKEN),)
ifeq ($(tmem_broken_$(TMEM_BROKEN)),)
$(error TMEM_BROKEN is '$(TMEM_BROKEN)', must be leak, warn, hang, count or empty)
endif
tmem_test-y += kmod/test/broken.o
CFLAGS_kmod/test/main.o += -DTMEM_BROKEN
CFLAGS_kmod/test/broken.o += -DTMEM_BROKEN -DTMEM_BROKEN_$(tmem_broken_$(TMEM_BROKEN))
endif
