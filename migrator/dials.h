// SPDX-License-Identifier: Apache-2.0
// Dials: numbers that copiers and applier look at before each chunk and batch, and that an operator
// may turn meanwhile. Any thread.
#pragma once

#include <atomic>
#include <cstddef>

namespace wisp::migrator {

struct Dials {
    std::atomic<std::size_t> chunk_rows{0};      // rows; 0: steered by time
    std::atomic<std::size_t> chunk_rows_now{0};  // what the copiers use at present
    std::atomic<std::size_t> batch_rows{5'000};  // keys in one applied batch, about
};

}  // namespace wisp::migrator
