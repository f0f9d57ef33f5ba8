# SPDX-License-Identifier: Apache-2.0
# wisp_layer(NAME SOURCES file... LINKS target...): the static library of one folder.
function(wisp_layer name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
    add_library(wisp_${name} STATIC ${ARG_SOURCES})
    target_link_libraries(wisp_${name} PUBLIC wisp_options ${ARG_LINKS})
    add_library(wisp::${name} ALIAS wisp_${name})
endfunction()

# wisp_test(NAME LABEL label SOURCES file... LINKS target...): one test program of GoogleTest cases.
function(wisp_test name)
    cmake_parse_arguments(ARG "" "LABEL" "SOURCES;LINKS" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE wisp_options ${ARG_LINKS} GTest::gtest_main GTest::gmock)
    gtest_discover_tests(${name} PROPERTIES LABELS "${ARG_LABEL}" DISCOVERY_TIMEOUT 60)
endfunction()
