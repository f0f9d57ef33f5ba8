# SPDX-License-Identifier: Apache-2.0
# wisp_layer(NAME SOURCES file... LINKS target...): the static library of one folder.
function(wisp_layer name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
    add_library(wisp_${name} STATIC ${ARG_SOURCES})
    target_link_libraries(wisp_${name} PUBLIC wisp_options ${ARG_LINKS})
    add_library(wisp::${name} ALIAS wisp_${name})
    wisp_precompile(wisp_${name})
endfunction()

# wisp_test(NAME LABEL label SOURCES file... LINKS target...): one test program of GoogleTest cases.
# unit_tests builds the tests that need nothing.
add_custom_target(unit_tests)
function(wisp_test name)
    cmake_parse_arguments(ARG "" "LABEL" "SOURCES;LINKS" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE wisp_options ${ARG_LINKS} GTest::gtest_main GTest::gmock)
    wisp_precompile(${name} TESTS)
    gtest_discover_tests(${name} PROPERTIES LABELS "${ARG_LABEL}" DISCOVERY_TIMEOUT 60)
    if(ARG_LABEL STREQUAL "unit")
        add_dependencies(unit_tests ${name})
    endif()
endfunction()

# wisp_server_test(NAME LABEL label SOURCES file... LINKS target...): one test program of cases that
# run once per server. Cases on one server run one after another, for they change its settings, its
# replication and its sessions; cases on different servers run in parallel.
function(wisp_server_test name)
    cmake_parse_arguments(ARG "" "LABEL" "SOURCES;LINKS" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE wisp::test_support ${ARG_LINKS} GTest::gtest_main
                                          GTest::gmock)
    wisp_precompile(${name} TESTS)
    # The names of WISP_FOR_EACH_SERVER (tests/support/test_server.h), which every case ends with.
    foreach(server mysql97 mariadb1011 mariadb118 mysql56 custom)
        gtest_discover_tests(
            ${name}
            TEST_FILTER "*/${server}"
            TEST_LIST ${name}_${server}
            PROPERTIES LABELS "${ARG_LABEL}" RESOURCE_LOCK ${server} DISCOVERY_TIMEOUT 60)
    endforeach()
endfunction()
