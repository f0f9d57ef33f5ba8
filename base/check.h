// SPDX-License-Identifier: Apache-2.0
// WISP_CHECK: states that cannot be. Prints the sentence and dumps core, in all builds. Never for
// input: input gets an error.
#pragma once

#include <cstdio>
#include <cstdlib>

#define WISP_CHECK(cond, sentence)                                                                 \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            std::fprintf(stderr, "wisp: impossible state at %s:%d: %s (%s)\n", __FILE__, __LINE__, \
                         sentence, #cond);                                                         \
            std::abort();                                                                          \
        }                                                                                          \
    } while (false)
