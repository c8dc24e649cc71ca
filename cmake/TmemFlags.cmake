# SPDX-License-Identifier: GPL-2.0-or-later
#
# tmem_flags: what every target of the project is compiled and linked with.

add_library(tmem_flags INTERFACE)
target_compile_options(tmem_flags INTERFACE
	-Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes
	$<$<BOOL:${TMEM_WERROR}>:-Werror>)

if(TMEM_DEBUG)
	target_compile_definitions(tmem_flags INTERFACE TMEM_DEBUG=1)
endif()

# The environment of every test, by sanitizer.
set(TMEM_TEST_ENVIRONMENT "")

if(TMEM_SANITIZE STREQUAL "address")
	set(sanitizers -fsanitize=address,undefined)
	list(APPEND TMEM_TEST_ENVIRONMENT
		"ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1"
		"UBSAN_OPTIONS=print_stacktrace=1")
elseif(TMEM_SANITIZE STREQUAL "thread")
	set(sanitizers -fsanitize=thread)
	list(APPEND TMEM_TEST_ENVIRONMENT
		"TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:history_size=7:suppressions=${PROJECT_SOURCE_DIR}/sim/port/threads/tsan.supp")
elseif(TMEM_SANITIZE)
	message(FATAL_ERROR
		"TMEM_SANITIZE is '${TMEM_SANITIZE}', must be address, thread or empty")
endif()

if(TMEM_SANITIZE)
	target_compile_options(tmem_flags INTERFACE
		${sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer)
	target_link_options(tmem_flags INTERFACE ${sanitizers})
endif()

if(TMEM_COVERAGE)
	# Threads add to the same counters, so updates have to be atomic.
	target_compile_options(tmem_flags INTERFACE
		-O0 --coverage -fprofile-update=atomic)
	target_link_options(tmem_flags INTERFACE --coverage)
endif()
