# SPDX-License-Identifier: GPL-2.0-or-later
#
# Target coverage: run the tests, then count lines and branches of core/.
#
#	cmake --preset coverage && cmake --build --preset coverage --target coverage

find_program(GCOVR gcovr REQUIRED)

set(gcovr ${GCOVR} --root ${PROJECT_SOURCE_DIR}
	--filter "${PROJECT_SOURCE_DIR}/core/[^/]*$" ${PROJECT_BINARY_DIR})

add_custom_target(coverage
	COMMAND ${CMAKE_COMMAND} --build ${PROJECT_BINARY_DIR}
	COMMAND find ${PROJECT_BINARY_DIR} -name *.gcda -delete
	COMMAND ${CMAKE_CTEST_COMMAND} --output-on-failure --label-exclude mutants
	COMMAND ${gcovr}
	COMMAND ${gcovr} --branches
	WORKING_DIRECTORY ${PROJECT_BINARY_DIR}
	USES_TERMINAL VERBATIM)
