# SPDX-License-Identifier: GPL-2.0-or-later
#
# How tests are declared.  Every test has a label, a time limit and the
# environment that the sanitizer of the build wants.  The limit is there to end
# what hangs: a machine that is busy with other things takes many times as long as
# a quiet one, and that is no failure.

# tmem_test_properties(<test> LABEL <label>... [TIMEOUT <seconds>])
#
# The label "threads" is for those with threads of ours that meet, so that
# ThreadSanitizer has something to look at: its preset runs these.
function(tmem_test_properties name)
	cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "LABEL")
	if(NOT arg_LABEL)
		message(FATAL_ERROR "test ${name} has no LABEL")
	endif()
	if(NOT arg_TIMEOUT)
		set(arg_TIMEOUT 1800)
	endif()
	set_tests_properties(${name} PROPERTIES
		LABELS "${arg_LABEL}"
		TIMEOUT ${arg_TIMEOUT}
		ENVIRONMENT "${TMEM_TEST_ENVIRONMENT}")
endfunction()

# tmem_add_test(<name> LABEL <label>... [LIBS <lib>...] [ARGS <arg>...]
#               SOURCES <file>...)
#
# A cmocka program that is linked to the core.
function(tmem_add_test name)
	cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LABEL;LIBS;ARGS;SOURCES")
	if(NOT BUILD_TESTING)
		return()
	endif()
	if(NOT TARGET PkgConfig::CMOCKA)
		find_package(PkgConfig REQUIRED)
		pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET GLOBAL cmocka)
	endif()
	add_executable(${name} ${arg_SOURCES})
	target_link_libraries(${name} PRIVATE
		${arg_LIBS} tmem_core PkgConfig::CMOCKA tmem_flags)
	add_test(NAME ${name} COMMAND ${name} ${arg_ARGS})
	tmem_test_properties(${name} LABEL ${arg_LABEL})
endfunction()

# tmem_check_headers(<name> FOLDERS <folder>... LIBS <lib>...)
#
# Every header of the folders compiles alone, and twice: an object library with
# one generated source per header.  Headers are found by pattern on purpose:
# one that nobody lists is the one to catch.
function(tmem_check_headers name)
	cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "FOLDERS;LIBS")
	set(sources "")
	foreach(folder IN LISTS arg_FOLDERS)
		file(GLOB headers CONFIGURE_DEPENDS
			RELATIVE ${folder} ${folder}/*.h ${folder}/port/*.h)
		foreach(header IN LISTS headers)
			string(MAKE_C_IDENTIFIER "${header}" id)
			set(source ${CMAKE_CURRENT_BINARY_DIR}/${name}/${id}.c)
			file(CONFIGURE OUTPUT ${source} @ONLY CONTENT
				"#include <@header@>\n#include <@header@>\n")
			list(APPEND sources ${source})
		endforeach()
	endforeach()
	add_library(${name} OBJECT ${sources})
	target_include_directories(${name} PRIVATE ${arg_FOLDERS})
	target_link_libraries(${name} PRIVATE ${arg_LIBS} tmem_flags)
endfunction()
