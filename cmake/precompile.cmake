# SPDX-License-Identifier: Apache-2.0
# wisp_precompile(NAME [TESTS]): the big headers that most files include are read once for all targets
# and not once a file. Only with WISP_PCH: other builds show that each file includes what it uses.
set(precompiled
    <algorithm>
    <chrono>
    <functional>
    <map>
    <memory>
    <optional>
    <set>
    <stop_token>
    <string>
    <string_view>
    <thread>
    <utility>
    <vector>
    <fmt/format.h>
    <fmt/ranges.h>)

# Each list of headers belongs to a target with nothing else in it; the others reuse it.
function(wisp_precompiled_headers name)
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${name}.cpp CONTENT "")
    add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/${name}.cpp)
    target_link_libraries(${name} PRIVATE wisp_options fmt::fmt spdlog::spdlog)
    target_precompile_headers(${name} PRIVATE ${precompiled} ${ARGN})
    # What ccache needs to know such a file again.
    target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endfunction()

function(wisp_precompile name)
    if(WISP_PCH)
        set(from wisp_pch)
        if("TESTS" IN_LIST ARGN)
            set(from wisp_test_pch)
        endif()
        target_precompile_headers(${name} REUSE_FROM ${from})
        # GCC 12 forgets that a precompiled header is a system's: false positives in libstdc++.
        target_compile_options(
            ${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess -Wno-array-bounds
                            -Wno-stringop-overflow -Wno-stringop-overread>)
    endif()
endfunction()

if(WISP_PCH)
    wisp_precompiled_headers(wisp_pch)
    if(TARGET GTest::gmock)
        wisp_precompiled_headers(wisp_test_pch <gmock/gmock.h> <gtest/gtest.h>)
        target_link_libraries(wisp_test_pch PRIVATE GTest::gmock)
    endif()
endif()
