// SPDX-License-Identifier: Apache-2.0
// RowStore: where the rows of an open group wait for its end, for readers whose memory must not
// grow with the transactions they read. Without one they wait in Transaction::changes.
#pragma once

#include <cstdint>
#include <span>

#include "binlog/change.h"

namespace wisp::binlog {

class RowStore {
  public:
    virtual ~RowStore() = default;
    /// The rows of one rows event, in log order. May throw: the decoder lets it pass.
    virtual void add(std::span<const Change> changes) = 0;
    /// How much is stored, for cut().
    [[nodiscard]] virtual std::uint64_t mark() = 0;
    /// Forgets what came after the mark: ROLLBACK TO SAVEPOINT. 0: everything.
    virtual void cut(std::uint64_t mark) = 0;
};

}  // namespace wisp::binlog
