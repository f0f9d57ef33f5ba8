# SPDX-License-Identifier: Apache-2.0
# wisp_options: what every target of ours is compiled with.
add_library(wisp_options INTERFACE)
target_include_directories(wisp_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(
    wisp_options
    INTERFACE -Wall -Wextra # the usual suspects
              -Werror # a warning nobody reads is worth nothing
              -Wshadow # a shadowed name reads as the other one
              -Wconversion -Wno-sign-conversion # silent narrowing loses data
              -Wnon-virtual-dtor -Woverloaded-virtual # broken seams
              -Wold-style-cast # a cast should say what it does
              -Wimplicit-fallthrough)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(wisp_options INTERFACE -Wnull-dereference -Wduplicated-cond -Wlogical-op)
    # GCC 12 reports false positives of these in libstdc++ headers once it inlines them.
    target_compile_options(wisp_options INTERFACE -Wno-null-dereference -Wno-restrict)
endif()
if(WISP_FAULTS)
    target_compile_definitions(wisp_options INTERFACE WISP_FAULTS=1)
endif()
if(WISP_SANITIZE)
    target_compile_options(wisp_options INTERFACE -fsanitize=${WISP_SANITIZE}
                                                  -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(wisp_options INTERFACE -fsanitize=${WISP_SANITIZE})
    # Instrumented, GCC 12 takes std::regex for uninitialized.
    target_compile_options(wisp_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
endif()
find_program(MOLD mold)
if(MOLD)
    target_link_options(wisp_options INTERFACE -fuse-ld=mold)
endif()
